"""Pseudonymised rows: what a person who knows patients by the registry number alone is shown.

A row is masked when it is read from the database, before any page sees it: the centre's study
number becomes the registry number, of the month of birth the year remains, free text is hidden.
The middle of the year stands for the birthday, so that an age may be one year off. Such persons
change nothing (policy.py), and the database refuses it (guard/isolation.py).
"""

from __future__ import annotations

from datetime import date
from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from registry import context
from registry.context import Scope
from registry.fields import Answer, Words, YearMonth
from registry.rights import Reach, rights_in

HIDDEN = "•••"


class YearOnly(date):
    """The middle of a year of which nothing finer is known; it prints as the year."""

    @classmethod
    def of(cls, day: date) -> YearOnly:
        return cls(day.year, 7, 1)

    def __str__(self) -> str:
        return f"{self.year}"

    isoformat = __str__

    def __format__(self, _spec: str) -> str:
        return str(self)


def _clear(scope: Scope) -> Reach | None:
    """The centres whose patients the person knows by name, so to speak; None where that is true of
    everything that the person reads."""
    if "clear" not in scope.memory:
        rights = rights_in(scope)
        clear, read = rights.reach("see_identifiers"), rights.reach("see_clinical")
        all_clear = clear.everywhere or (not read.everywhere and read.centres <= clear.centres)
        scope.memory["clear"] = None if all_clear else clear
    return scope.memory["clear"]


def masks(centre_id: int | None = None, patient_id: int | None = None) -> bool:
    """Whether rows of this centre, or about this patient, are masked for the person who reads;
    what belongs to neither is masked for whoever does not know everybody."""
    scope = context.scope()
    clear = None if scope.everything else _clear(scope)
    if clear is None:
        return False
    if centre_id is not None:
        return centre_id not in clear
    return not clear or patient_id not in _clear_patients(scope, clear)


def _clear_patients(scope: Scope, clear: Reach) -> frozenset[int]:
    """The patients of these centres; asked once, and only for who reads other centres as well."""
    found = scope.memory.get("clear_patients")
    if found is None:
        patients = apps.get_model("registry", "Patient")._base_manager.filter(clear.of("centre"))
        found = scope.memory["clear_patients"] = frozenset(patients.values_list("pk", flat=True))
    return found


@cache
def hidden_answers(model: type[models.Model]) -> tuple[str, ...]:
    """The answers of a model that identify or are free text."""
    return tuple(one.attname for one in model._meta.concrete_fields if hides(one))


def hides(field: models.Field) -> bool:
    """Whether the answers of this column are masked: the month of birth, the study number, and
    words of which no pattern says what they look like."""
    if not isinstance(field, Answer) or field.model._meta.label == "registry.Centre":
        return False
    return isinstance(field, YearMonth) or (isinstance(field, Words) and not field.pattern)


def masked(row: models.Model) -> models.Model:
    """The row, with what identifies hidden from a person who may not see it."""
    told = row.__dict__
    is_patient = row._meta.label == "registry.Patient"
    if not masks(told.get("centre_id"), told.get("id" if is_patient else "patient_id")):
        return row
    for name in hidden_answers(type(row)):
        if isinstance(told.get(name), date):
            told[name] = YearOnly.of(told[name])
        elif told.get(name) is not None:
            told[name] = HIDDEN
    if is_patient and told.get("local_study_id"):
        told["local_study_id"] = told.get("patient_uid", HIDDEN)
    if row._meta.label == "registry.Remark" and _tells(told):
        told["content"] = HIDDEN
    return row


def _tells(remark: dict[str, object]) -> bool:
    """Whether a remark repeats a text that is hidden itself."""
    if remark.get("kind") == "missing":
        return False
    try:
        model = apps.get_model("registry", remark.get("table") or "")
        return hides(model._meta.get_field(remark.get("field") or ""))
    except (LookupError, FieldDoesNotExist):
        return True


def masked_change(change: models.Model) -> models.Model:
    """The same for an entry of the trail: the columns of its row that identify are hidden."""
    if change.__dict__.get("changes") and masks(change.centre_id, change.patient_id):
        model = _models_by_table().get(change.table_name)
        for column, pair in change.changes.items():
            if model is None or _tells_of(model, column, change.changes):
                change.changes[column] = [_hidden(one, column) for one in pair]
    return change


def _tells_of(model: type[models.Model], column: str, changes: dict[str, list]) -> bool:
    if model._meta.label == "registry.Remark" and column == "content":
        known = {name: pair[0] or pair[1] for name, pair in changes.items()}
        return _tells(known)
    return column in hidden_answers(model)


def _hidden(value: object, column: str) -> object:
    """The year of a month of birth, as it is written in the trail; nothing of anything else."""
    if value is None or column != "birth_ym":
        return None if value is None else HIDDEN
    return str(value)[:4]


@cache
def _models_by_table() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_app_config("registry").get_models()}


class MaskedChange:
    """Mixed into the model of the trail."""

    @classmethod
    def from_db(cls, db: str, field_names: list[str], values: tuple) -> models.Model:
        return masked_change(super().from_db(db, field_names, values))


class Masked:
    """Mixed into models of rows about patients: whatever is read from the database is masked."""

    @classmethod
    def from_db(cls, db: str, field_names: list[str], values: tuple) -> models.Model:
        return masked(super().from_db(db, field_names, values))
