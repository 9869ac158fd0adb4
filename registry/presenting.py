"""How stored rows read on a page: an answer, a row in one line, a change in the history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from registry.case import CaseFile, instance
from registry.fields import Answer, Day, answers, shown
from registry.forms.sections import Section
from registry.labels import Label, both, joined
from registry.models import (
    Change,
    Complication,
    Consent,
    FollowupVisit,
    Patient,
    PriorTreatment,
    Remark,
    Specimen,
    SubsequentTherapy,
)

SUMMARY: dict[type[models.Model], tuple[str, ...]] = {
    Consent: ("consent_status", "consent_date"),
    PriorTreatment: ("tx_category", "tx_agent", "tx_start_date", "tx_best_response"),
    Specimen: ("specimen_source", "specimen_date", "grade_reported", "ki67_pct"),
    Complication: ("comp_type", "cd_grade", "onset_date"),
    SubsequentTherapy: ("subs_category", "subs_agent", "subs_start_date"),
    FollowupVisit: ("visit_date", "vital_status", "recist_overall"),
}
OPERATIONS = {
    "insert": Label("entered", "录入"),
    "update": Label("changed", "修改"),
    "delete": Label("removed", "删除"),
}


def summary_of(row: models.Model) -> Label:
    """The one line that says which row of a repeated section this is."""
    parts = [shown(row._meta.get_field(name), row) for name in SUMMARY.get(type(row), ())]
    return joined([part for part in parts if part.en], en=" · ", zh=" · ")


@dataclass(frozen=True)
class Line:
    """One question with its answer, as read on the case page."""

    label: Label
    value: Label
    reason: Label | None = None


def lines(row: models.Model, case: CaseFile, names: list[str]) -> list[Line]:
    """The answered questions of a row, and the unanswered ones that have a reason."""
    found = []
    for name in names:
        answer = row._meta.get_field(name)
        value = shown(answer, row)
        remark = case.remark(row, name, Remark.MISSING) if row.pk else None
        if value.en or remark:
            found.append(Line(answer.label, value, remark.shown if remark else None))
    return found


@dataclass(frozen=True)
class SectionRow:
    """One row of a section on the case page: what it is in one line, and its answers."""

    title: Label
    lines: list[Line]


def section_rows(case: CaseFile, section: Section) -> list[SectionRow]:
    """Everything answered in a section: the head first, then each repeated row."""
    found = []
    if section.head:
        for row in case.rows(section.head_name):
            found.append(SectionRow(both(""), lines(row, case, section.head._meta.fields)))
    if section.rows:
        for row in case.rows(section.rows_name):
            found.append(SectionRow(summary_of(row), lines(row, case, section.rows._meta.fields)))
    return [one for one in found if one.lines]


@dataclass(frozen=True)
class ChangeLine:
    """One answer in one change: the question, what it was, what it became."""

    answer: Answer
    label: Label
    old: Label
    new: Label


def describe_change(
    change: Change, model: type[models.Model], columns: set[str] | None = None
) -> Iterator[ChangeLine]:
    """The answers that a change touched, in the order of the form, with comparator and precision."""
    old = instance(model, {column: pair[0] for column, pair in change.changes.items()})
    new = instance(model, {column: pair[1] for column, pair in change.changes.items()})
    for answer in answers(model):
        touched = {answer.column, *answer.companions} & set(change.changes)
        if touched and (columns is None or touched & columns):
            yield ChangeLine(answer, answer.label, _shown(answer, old), _shown(answer, new))


def _shown(answer: Answer, row: models.Model) -> Label:
    """A precision may have changed alone: then the date itself is not part of the change."""
    value = getattr(row, answer.attname)
    if value is None and isinstance(answer, Day):
        return both("")
    return shown(answer, row)


@dataclass(frozen=True)
class HistoryEntry:
    """One change as the history page shows it."""

    change: Change
    table: Label
    operation: Label
    lines: list[ChangeLine]


def history_of(patient: Patient, newest: int | None = None) -> list[HistoryEntry]:
    """The history of a case, newest first; at most `newest` entries."""
    by_table = {model._meta.db_table: model for model in apps.get_app_config("registry").get_models()}
    changes = Change.objects.filter(patient_id=patient.pk).order_by("-id")
    entries = []
    for change in changes if newest is None else changes[:newest]:
        model = by_table.get(change.table_name)
        if model is None:
            continue
        name = str(model._meta.verbose_name)
        entries.append(
            HistoryEntry(
                change,
                Label(name, name),
                OPERATIONS.get(change.operation, both(change.operation)),
                remark_lines(change) if model is Remark else list(describe_change(change, model)),
            )
        )
    return entries


def remark_lines(change: Change) -> list[ChangeLine]:
    """A remark that came or went: for which answer, and what it says."""
    before = instance(Remark, {c: pair[0] for c, pair in change.changes.items()})
    after = instance(Remark, {c: pair[1] for c, pair in change.changes.items()})
    named = after if after.field else before
    model = next(
        (m for m in apps.get_app_config("registry").get_models() if m._meta.model_name == named.table), None
    )
    if model is None:
        return []
    answer = model._meta.get_field(named.field)
    kind = Remark.KINDS.get(named.kind, both(named.kind))
    label = Label(f"{answer.label.en}: {kind.en}", f"{answer.label.zh}:{kind.zh}")
    return [ChangeLine(answer, label, _content(before), _content(after))]


def _content(remark: Remark) -> Label:
    return remark.shown if remark.content else both("")
