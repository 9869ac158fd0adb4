"""Rules on dates that are more than a number of days between two of them (section 6.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from registry.case import INDEX_OPERATION, REPEATED, CaseFile
from registry.definitions import age_at_surgery
from registry.fields import shown
from registry.labels import Label
from registry.rules.base import QUERY, REJECT, RULES, WARN, Breach, Rule, Verdict, breach, owner, rule
from registry.rules.intervals import SURGERY
from registry.rules.operands import DATES, SECTIONS, Span, days_between, rows_before, span

SHIFT_BETWEEN_DATE_SYSTEMS = 1462
"""Days between the 1900 and the 1904 date system of spreadsheets (dictionary, source S40)."""

NEAR_THE_OPERATION = {
    ("assessment", "assessment_date"),
    ("assessment", "liver_imaging_date"),
    ("operation", "mdt_date"),
    ("postop", "discharge_date"),
}
USUAL_DISTANCE = range(-120, 91)
"""Days from the operation within which these dates lie when they are right."""

DatedRow = tuple[str, str, models.Model]


def dated(case: CaseFile) -> Iterator[DatedRow]:
    """Every date that was entered, as section, field and row."""
    for section, field in DATES:
        for row in getattr(case, section) if section in REPEATED else (owner(case, section),):
            if getattr(row, field) is not None:
                yield section, field, row


@cache
def _question(section: str, field: str) -> Label:
    """Which date it is, with the section that asks for it."""
    options = SECTIONS[section]._meta
    label = options.get_field(field).label
    with override("en"):
        english = capfirst(str(options.verbose_name))
    with override("zh-hans"):
        chinese = str(options.verbose_name)
    return Label(f"{english}, “{label.en}”", f"{chinese}“{label.zh}”")


def rule_on_dates(
    id: str,
    severity: str,
    against: str | None,
    message: Label,
    concerns: Callable[[DatedRow], bool] = lambda _: True,
):
    """Register a test of every date of the record, or of those that it `concerns`.

    The test gets the case and what the date can mean; `against` is the answer it compares with.
    The sentence may use `{what}` and `{when}` for the date.
    """
    others = (against,) if against else ()

    def register(broken: Callable[[CaseFile, Span], Verdict]):
        def breaches(case: CaseFile) -> Iterator[Breach]:
            for section, field, row in filter(concerns, dated(case)):
                name = f"{section}.{field}"
                verdict = name not in others and broken(case, span(row, field))
                if verdict:
                    values = verdict if isinstance(verdict, dict) else {}
                    values |= {
                        "what": _question(section, field),
                        "when": shown(row._meta.get_field(field), row),
                    }
                    yield breach(case, (name, *others), {section: row}, **values)

        every = (f"{section}.{field}" for section, field in DATES)
        RULES.append(Rule(id, severity, tuple(dict.fromkeys((*every, *others))), message, breaches))
        return broken

    return register


@rule_on_dates(
    "X001",
    REJECT,
    "patient.birth_ym",
    Label(
        "{what} ({when}) is not after the birth of the patient ({birth_ym}).",
        "{what}（{when}）不晚于患者出生年月（{birth_ym}）。",
    ),
)
def before_birth(case: CaseFile, day: Span) -> bool:
    apart = days_between(span(case.patient, "birth_ym"), day)
    return apart is not None and apart[1] <= 0


def _can_be_after_death(at: DatedRow) -> bool:
    """Paperwork about the patient, and the contact at which the death was learned."""
    section, field, row = at
    if section in ("patient", "consents", "death") or field == "complications_checked_to":
        return True
    return field == "visit_date" and row.vital_status == "dead"


@rule_on_dates(
    "X016",
    REJECT,
    "death.death_date",
    Label(
        "{what} ({when}) is after the death of the patient ({death_date}).",
        "{what}（{when}）晚于患者死亡日期（{death_date}）。",
    ),
    concerns=lambda at: not _can_be_after_death(at),
)
def after_death(case: CaseFile, day: Span) -> bool:
    apart = days_between(day, span(case.death, "death_date"))
    return apart is not None and apart[1] < 0


@rule_on_dates(
    "X017",
    REJECT,
    None,
    Label(
        "{what} ({when}) lies in the future; today is {today} at the centre.",
        "{what}（{when}）在未来；本中心今天是{today}。",
    ),
)
def in_the_future(case: CaseFile, day: Span) -> Verdict:
    now = today(case)
    return {"today": now} if day[0] > now else False


def today(case: CaseFile) -> date:
    """The day it is at the patient's centre; a zone that does not exist counts as the server's."""
    try:
        return timezone.localdate(timezone=ZoneInfo(case.patient.centre.time_zone))
    except (KeyError, OSError, TypeError, ValueError):
        return timezone.localdate()


@rule(
    "X002",
    REJECT,
    "patient.birth_ym",
    "operation.surgery_date",
    message=Label(
        "Born {birth_ym} and operated {surgery_date}, the patient would have been {age} years old: "
        "check both dates.",
        "出生年月{birth_ym}、手术日期{surgery_date}，手术时年龄为{age}岁，请核对两个日期。",
    ),
)
def impossible_age(case: CaseFile) -> Verdict:
    """Above 110; a birth after the operation is reported by X001."""
    age = _age(case)
    return {"age": age} if age is not None and age > 110 else False


@rule(
    "X200",
    WARN,
    "patient.birth_ym",
    "operation.surgery_date",
    message=Label(
        "Age {age} at surgery is unusual (born {birth_ym}, operated {surgery_date}). Is it correct?",
        "手术时年龄{age}岁较少见（出生年月{birth_ym}，手术日期{surgery_date}），是否无误？",
    ),
)
def unusual_age(case: CaseFile) -> Verdict:
    age = _age(case)
    return {"age": age} if age is not None and (age < 18 or 90 < age <= 110) else False


def _age(case: CaseFile) -> int | None:
    return age_at_surgery(case.patient.birth_ym, case.operation.surgery_date).value


@rule(
    "X201",
    REJECT,
    "consents.withdrawal_date",
    each="consents",
    message=Label(
        "Consent was withdrawn ({withdrawal_date}) before it was given ({consented}).",
        "退出日期（{withdrawal_date}）早于签署知情同意日期（{consented}）。",
    ),
)
def withdrawn_before_consent(case: CaseFile, row) -> Verdict:
    """The withdrawal is a row of its own, so it follows the first consent of the patient."""
    signed = [
        one.consent_date
        for one in case.consents
        if one.consent_date or one.consent_status in ("written", "electronic")
    ]
    if row.withdrawal_date is None or not signed or None in signed or row.withdrawal_date >= min(signed):
        return False
    return {"consented": min(signed)}


@rule(
    "X014b",
    REJECT,
    "visits.visit_date",
    "visits.visit_type",
    each="visits",
    message=Label(
        "There is already a visit on {visit_date} with the contact “{visit_type}”: enter both as one.",
        "{visit_date}已有随访方式为“{visit_type}”的记录，请合并录入。",
    ),
)
def visit_entered_twice(case: CaseFile, row) -> bool:
    this = (row.visit_date, row.visit_type)
    return all(this) and any(
        (one.visit_date, one.visit_type) == this for one in rows_before(case.visits, row)
    )


@rule(
    "X020",
    REJECT,
    "specimens.specimen_date",
    "specimens.specimen_op_no",
    "operation.surgery_date",
    each="specimens",
    message=Label(
        "The liver specimen of the operation is dated {specimen_date}, the operation {surgery_date}: enter "
        "the day of the procedure, not of the report.",
        "手术肝标本取材日期为{specimen_date}，手术日期为{surgery_date}：请填写取材日期，而非报告日期。",
    ),
)
def specimen_not_from_the_operation(case: CaseFile, row) -> bool:
    apart = days_between(span(case.operation, "surgery_date"), span(row, "specimen_date"))
    if apart is None or row.specimen_source != "liver_resection" or row.specimen_op_no != INDEX_OPERATION:
        return False
    return apart[0] > 0 or apart[1] < 0


@rule_on_dates(
    "X022",
    QUERY,
    SURGERY,
    Label(
        "{what} ({when}) would fit the operation ({surgery_date}) if one of them were moved by 1462 "
        "days: was a spreadsheet read with the wrong date system (1900 or 1904)?",
        "{what}（{when}）与手术日期（{surgery_date}）之一移动1462天后才合理：是否误用了电子表格的1900/1904日期系统？",
    ),
    concerns=lambda at: at[:2] in NEAR_THE_OPERATION,
)
def shifted_by_date_system(case: CaseFile, day: Span) -> bool:
    apart = days_between(span(case.operation, "surgery_date"), day)
    if apart is None or apart[0] in USUAL_DISTANCE:
        return False
    shift = SHIFT_BETWEEN_DATE_SYSTEMS
    return apart[0] - shift in USUAL_DISTANCE or apart[0] + shift in USUAL_DISTANCE
