"""The tables with several rows for a case: treatments, specimens, complications, visits, death.

In a de-identified file every exact day is the number of days since the index operation. A date of
which only the month is known gives calendar months and not days, one of which only the year is known gives
years: its stored day is the first of the month, and a distance in days from there would tell on
which day of the month the operation was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import models as django_models

from analysis.release.case_rows import CASE, NUMBERS
from analysis.release.tables import ReleasedColumn, ReleasedTable, Value
from registry import fields, models
from registry.case import INDEX_OPERATION
from registry.classification import DATE, REGISTRY_NUMBER, TREATMENTS, treatment
from registry.labels import Label, both

TABLES: dict[str, tuple[type, Label]] = {
    "earlier_treatments": (models.PriorTreatment, Label("Treatments before the operation", "术前治疗")),
    "specimens": (models.Specimen, Label("Specimens", "病理标本")),
    "complications": (models.Complication, Label("Complications", "并发症")),
    "later_therapies": (models.SubsequentTherapy, Label("Therapies after the operation", "术后治疗")),
    "visits": (models.FollowupVisit, Label("Visits", "随访")),
    "deaths": (models.Death, Label("Deaths", "死亡")),
}
ONLY_MONTH = Label(
    "calendar months since the month of the operation; only the month is known",
    "仅知月份：与手术所在月相差的月数",
)
ONLY_YEAR = Label(
    "calendar years since the year of the operation; only the year is known",
    "仅知年份：与手术所在年相差的年数",
)
DISTANCES: dict[str, tuple[Label, Label]] = {
    "d": (both("d"), TREATMENTS["offset"]),
    "m": (Label("months", "个月"), ONLY_MONTH),
    "y": (Label("years", "年"), ONLY_YEAR),
}
ENDINGS = {"d": "days", "m": "months", "y": "years"}


def row_tables(numbers: dict[str, str], profile: str) -> list[ReleasedTable]:
    """The tables of these cases (registry number to number in the file) in this profile."""
    return [_table(name, model, title, numbers, profile) for name, (model, title) in TABLES.items()]


def _table(name: str, model: type, title: Label, numbers: dict[str, str], profile: str) -> ReleasedTable:
    used = [one for one in fields.answers(model) if treatment(one, profile) != "drop"]
    made = NUMBERS[REGISTRY_NUMBER.treatment[profile]]
    columns = [ReleasedColumn(CASE, Label("Case", "病例"), "text", made)]
    for field in used:
        columns += _columns(field, treatment(field, profile))
    rows = [
        (numbers[uid], *(value for field in used for value in _values(field, row, operated, profile)))
        for uid, operated, row in _read(model, list(numbers))
    ]
    return ReleasedTable(name, title, tuple(columns), sorted(rows, key=_order))


def _order(row: Sequence[Value]) -> tuple[str, ...]:
    """By case, then by content: never by the order in which rows were typed."""
    return tuple("" if value is None else str(value) for value in row)


def _read(model: type, uids: list[str]) -> Iterable[tuple[str, date, django_models.Model]]:
    operated = dict(
        models.Operation.objects.filter(op_no=INDEX_OPERATION, patient__patient_uid__in=uids).values_list(
            "patient_id", "surgery_date"
        )
    )
    rows = model.objects.filter(patient__patient_uid__in=uids).select_related("patient")
    if issubclass(model, models.OperationRow):
        rows = rows.filter(op_no=INDEX_OPERATION)
    return [(row.patient.patient_uid, operated[row.patient_id], row) for row in rows]


def _columns(field: fields.Answer, how: str) -> list[ReleasedColumn]:
    if isinstance(field, fields.Day):
        return _date_columns(field, how)
    kind = {fields.Coded: "code", fields.CodedSet: "codes", fields.YesNo: "code"}.get(type(field))
    kind = kind or ("number" if isinstance(field, fields.Measured) else "text")
    levels = tuple((one.code, one.label) for one in field.codes or ())
    unit = field.unit or both("")
    found = [ReleasedColumn(field.name, field.label, kind, TREATMENTS["keep"], unit, levels)]
    if kind == "number" and field.companions:
        found.append(_companion(field))
    return found


def _companion(field: fields.Answer) -> ReleasedColumn:
    companion = field.model._meta.get_field(field.companions[0])
    levels = tuple((one.code, one.label) for one in companion.codes)
    return ReleasedColumn(companion.name, companion.label, "code", TREATMENTS["keep"], levels=levels)


def _precisions(field: fields.Answer) -> str:
    """The precisions in which the date can be known: day only, or day, month and year."""
    return "dmy" if isinstance(field, fields.PartialDay) else field.precision


def _date_columns(field: fields.Answer, how: str) -> list[ReleasedColumn]:
    if how != "offset":
        return [ReleasedColumn(field.name, field.label, "date", TREATMENTS["keep"])]
    stem = field.name.removesuffix("_date")
    return [
        ReleasedColumn(f"{stem}_{ENDINGS[one]}", field.label, "number", made, unit)
        for one in _precisions(field)
        for unit, made in (DISTANCES[one],)
    ]


def _values(field: fields.Answer, row: django_models.Model, operated: date, profile: str) -> list[Value]:
    value = getattr(row, field.attname)
    if isinstance(field, fields.Day):
        precision = getattr(row, f"{field.name}_prec", None) or field.precision
        if DATE.treatment[profile] != "offset":
            return [str(field.show(value, precision=precision)) or None]
        return [
            distance(value, operated, one) if value is not None and one == precision else None
            for one in _precisions(field)
        ]
    if isinstance(field, fields.CodedSet):
        return [None if value is None else ";".join(value)]
    found: list[Value] = [float(value) if isinstance(value, Decimal) else value]
    if isinstance(field, fields.Measured) and field.companions:
        found.append(getattr(row, field.companions[0]))
    return found


def distance(day: date, operated: date, precision: str) -> int:
    """From the operation to `day`: days, calendar months or calendar years, as exactly as it is known."""
    if precision == "d":
        return (day - operated).days
    years = day.year - operated.year
    return years if precision == "y" else 12 * years + day.month - operated.month
