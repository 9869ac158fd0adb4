"""One case as a whole: every row recorded about a patient, loaded with one query.

The case page, the rules between sections, the completeness of a section and the conditions
of a form all read a case through this one structure. A single-row section that has not been
entered yet is an empty, unsaved row, so that readers need not ask whether it exists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, models

from registry.masking import masked
from registry.models import (
    Assessment,
    Complication,
    Consent,
    Death,
    Diagnosis,
    FollowupVisit,
    Operation,
    Patient,
    PostopCourse,
    PriorTreatment,
    Remark,
    Specimen,
    SubsequentTherapy,
    TreatmentSummary,
)

SINGLE: dict[str, type[models.Model]] = {
    "diagnosis": Diagnosis,
    "treatment_summary": TreatmentSummary,
    "assessment": Assessment,
    "operation": Operation,
    "postop": PostopCourse,
    "death": Death,
}
REPEATED: dict[str, type[models.Model]] = {
    "consents": Consent,
    "prior_treatments": PriorTreatment,
    "specimens": Specimen,
    "complications": Complication,
    "subsequent_therapies": SubsequentTherapy,
    "visits": FollowupVisit,
}
INDEX_OPERATION = 1


@dataclass(frozen=True)
class CaseFile:
    """Everything recorded about one patient and the index operation (`op_no` 1)."""

    patient: Patient
    diagnosis: Diagnosis
    treatment_summary: TreatmentSummary
    assessment: Assessment
    operation: Operation
    postop: PostopCourse
    death: Death
    consents: list[Consent] = field(default_factory=list)
    prior_treatments: list[PriorTreatment] = field(default_factory=list)
    specimens: list[Specimen] = field(default_factory=list)
    complications: list[Complication] = field(default_factory=list)
    subsequent_therapies: list[SubsequentTherapy] = field(default_factory=list)
    visits: list[FollowupVisit] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether the single-row section `name` has been entered."""
        return getattr(self, name).pk is not None

    @property
    def died(self) -> bool:
        """A death record exists (its date may still be missing)."""
        return self.has("death")

    @property
    def death_or_none(self) -> Death | None:
        return self.death if self.died else None

    def rows(self, name: str) -> list[models.Model]:
        """The rows of a section: one for a single-row section that was entered, else none."""
        if name == "patient":
            return [self.patient]
        if name in SINGLE:
            return [getattr(self, name)] if self.has(name) else []
        return getattr(self, name)

    def answer(self, dotted: str) -> object:
        """The answer to `section.field` of a single-row section, or of the centre."""
        section, name = dotted.split(".")
        row = self.patient.centre if section == "centre" else getattr(self, section)
        return getattr(row, name)

    def with_rows(self, **changed) -> CaseFile:
        """The same case with some sections replaced (as typed into a form, not yet saved)."""
        return replace(self, **changed)

    def remark(self, row: models.Model, field_name: str, kind: str) -> Remark | None:
        """The remark of this kind on one answer of a stored row."""
        table = row._meta.model_name
        for one in self.remarks:
            if (one.table, one.row_id, one.field, one.kind) == (table, row.pk, field_name, kind):
                return one
        return None


def load(patient: Patient) -> CaseFile:
    """The case of one patient."""
    return load_many([patient])[0]


def load_many(patients: Iterable[Patient]) -> list[CaseFile]:
    """The cases of several patients, in their order, with one query for all tables together."""
    patients = list(patients)
    found: dict[int, dict[str, list[models.Model]]] = {patient.pk: {} for patient in patients}
    for name, row in _all_rows(list(found)):
        found[row.patient_id].setdefault(name, []).append(row)
    return [_assemble(patient, found[patient.pk]) for patient in patients]


def _assemble(patient: Patient, rows: dict[str, list[models.Model]]) -> CaseFile:
    parts: dict[str, object] = {}
    for name, model in SINGLE.items():
        parts[name] = next(iter(rows.get(name, ())), None) or model(patient=patient)
    for name in REPEATED:
        parts[name] = rows.get(name, [])
    for row in (one for many in rows.values() for one in many):
        row.patient = patient
    return CaseFile(patient=patient, remarks=rows.get("remarks", []), **parts)


def _all_rows(patient_ids: list[int]) -> Iterable[tuple[str, models.Model]]:
    """Every row of these patients as model instances, in the order each model declares."""
    if not patient_ids:
        return
    sources = SINGLE | REPEATED | {"remarks": Remark}
    pieces, parameters = [], []
    for name, model in sources.items():
        index_only = " AND op_no = %s" if _belongs_to_operation(model) else ""
        table = connection.ops.quote_name(model._meta.db_table)
        pieces.append(
            f"SELECT %s, to_jsonb(t)::text, row_number() OVER (ORDER BY {_order(model)}) "
            f"FROM {table} AS t WHERE patient_id = ANY(%s){index_only}"
        )
        parameters += [name, patient_ids] + ([INDEX_OPERATION] if index_only else [])
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(pieces) + " ORDER BY 1, 3", parameters)
        rows = cursor.fetchall()
    for name, values, _ in rows:
        yield name, masked(instance(sources[name], json.loads(values, parse_float=Decimal)))


def _belongs_to_operation(model: type[models.Model]) -> bool:
    return any(one.name == "op_no" for one in model._meta.fields)


def _order(model: type[models.Model]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in (*model._meta.ordering, "id"))


def instance(model: type[models.Model], values: dict[str, object]) -> models.Model:
    """A stored row as PostgreSQL's JSON gives it, as an instance of its model.

    A column that the model no longer has is left out; a value that its column can no longer
    hold (the history outlives changes of type) stays as it was written.
    """
    fields = {one.column: one for one in model._meta.concrete_fields}
    row = model(**{fields[c].attname: _read(fields[c], v) for c, v in values.items() if c in fields})
    row._state.adding = False
    row._state.db = connection.alias
    return row


def _read(column: models.Field, value: object) -> object:
    try:
        return None if value is None else column.to_python(value)
    except ValidationError:
        return value
