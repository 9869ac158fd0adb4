"""How stored rows read on a page: an answer, a row in one line, a change in the history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject

from registry import codes
from registry.case import CaseFile, instance
from registry.fields import Answer, Measured, answers, shown
from registry.forms.sections import Section
from registry.labels import Label, both, joined
from registry.models import (
    Centre,
    Change,
    Patient,
    Remark,
)
from registry.summaries import summary_of

REMARK = Label("remark", "备注")
REMARKED = Label("{label}: {kind}", "{label}：{kind}")
OPERATIONS = {
    "insert": Label("entered", "录入"),
    "update": Label("changed", "修改"),
    "delete": Label("removed", "删除"),
}


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

    label: Label
    old: Label
    new: Label


def describe_change(change: Change, model: type[models.Model]) -> Iterator[ChangeLine]:
    """The answers that a change touched, in the order of the form, with comparator and precision.

    A comparator or precision that changed alone has a line of its own: what it belongs to is
    no part of the change.
    """
    old, new = _both_sides(change, model)
    for answer in answers(model):
        if answer.column in change.changes:
            yield ChangeLine(answer.label, shown(answer, old), shown(answer, new))
            continue
        for name in answer.companions:
            if name in change.changes:
                companion = model._meta.get_field(name)
                yield ChangeLine(companion.label, shown(companion, old), shown(companion, new))


def _both_sides(change: Change, model: type[models.Model]) -> list[models.Model]:
    """The row before and after, as far as it changed."""
    pairs = change.changes.items()
    return [instance(model, {column: pair[side] for column, pair in pairs}) for side in (0, 1)]


def _other_columns(
    change: Change, model: type[models.Model], centres: Mapping[int, Centre]
) -> Iterator[ChangeLine]:
    """What else of a row was changed: its centre, its number, whether it is synthetic."""
    for field in model._meta.concrete_fields if change.operation == "update" else ():
        if field.column in change.changes and not isinstance(field, Answer):
            pair = change.changes[field.column]
            if field.related_model is Centre:
                pair = [centres.get(one, one) for one in pair]
            name = str(field.verbose_name)
            yield ChangeLine(Label(name, name), *(_in_a_word(one) for one in pair))


def _in_a_word(value: object) -> Label:
    if isinstance(value, bool):
        return codes.YN.label_of("yes" if value else "no")
    return both("" if value is None else str(value))


@dataclass(frozen=True)
class HistoryEntry:
    """One change as the history page shows it."""

    change: Change
    table: Label
    operation: Label
    lines: list[ChangeLine]


def changes_of(patient: Patient) -> QuerySet[Change]:
    """The history of a case, newest first."""
    return Change.objects.filter(patient_id=patient.pk).order_by("-id")


def entries(changes: Iterable[Change]) -> list[HistoryEntry]:
    """Changes as a person reads them; at most one query, for the names of centres."""
    by_table = {model._meta.db_table: model for model in apps.get_app_config("registry").get_models()}
    centres = SimpleLazyObject(lambda: Centre.objects.in_bulk())
    found = []
    for change in changes:
        model = by_table.get(change.table_name)
        if model is None:
            continue
        if model is Remark:
            lines = remark_lines(change)
        else:
            lines = [*describe_change(change, model), *_other_columns(change, model, centres)]
        name = str(model._meta.verbose_name)
        operation = OPERATIONS.get(change.operation, both(change.operation))
        found.append(HistoryEntry(change, Label(name, name), operation, lines))
    return found


def remark_lines(change: Change) -> list[ChangeLine]:
    """A remark that came or went: for which answer, and what it says."""
    before, after = _both_sides(change, Remark)
    named = after if after.field else before
    answer = _answer(named)
    if answer:
        about = answer.label
    else:
        about = both(f"{named.table}.{named.field}") if named.field else REMARK
    label = REMARKED.fill(label=about, kind=Remark.KINDS.get(named.kind, both(named.kind)))
    return [ChangeLine(label, _content(before, answer), _content(after, answer))]


def _answer(remark: Remark) -> Answer | None:
    """The answer that a remark is about; None if the record has no such question (any more)."""
    for model in apps.get_app_config("registry").get_models():
        if model._meta.model_name == remark.table:
            return next((one for one in answers(model) if one.name == remark.field), None)
    return None


def _content(remark: Remark, answer: Answer | None) -> Label:
    if not remark.content:
        return both("")
    if remark.kind == Remark.CONFIRMED and answer:
        return _confirmed(remark.content, answer)
    return remark.shown


def _confirmed(key: str, answer: Answer) -> Label:
    """What was confirmed: the value, the text as it was read, or the answer among those of a rule."""
    name, _colon, rest = key.partition(":")
    if name == answer.name:
        return both(rest.removeprefix("read:")) if rest.startswith("read:") else _said(answer, rest)
    found = re.search(rf" {answer.name}=(\S*)", key)
    return _said(answer, found[1]) if found else both(key.split(" ")[0])


def _said(answer: Answer, text: str) -> Label:
    """An answer in words, from the way in which the key of a confirmation names it."""
    value, _colon, mark = text.partition(":")
    if isinstance(answer, Measured):
        return answer.show(value, comparator=mark)
    if answer.codes:
        return joined([answer.codes.label_of(one) for one in value.split(",")])
    return both(value)
