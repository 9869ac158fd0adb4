"""How stored rows read on a page: an answer, a row in one line, a change in the history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import QuerySet
from django.urls import reverse

from registry import codes
from registry.case import CaseFile, instance
from registry.fields import Answer, Measured, answers, shown
from registry.forms.sections import Section
from registry.labels import Label, both, joined
from registry.models import (
    CLINICAL,
    Centre,
    Change,
    Patient,
    Remark,
)
from registry.reasons import in_words
from registry.summaries import summary_of

REMARK = Label("remark", "备注")
REMARKED = Label("{label}: {kind}", "{label}：{kind}")
OPERATIONS = {
    "insert": Label("entered", "录入"),
    "update": Label("changed", "修改"),
    "delete": Label("removed", "删除"),
}
WAYS = {
    "form": Label("by form", "通过表单"),
    "admin": Label("in the admin", "通过管理页面"),
    "import": Label("by import", "通过导入"),
    "command": Label("by a command", "通过命令"),
    "": Label("by SQL", "通过SQL"),
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


class Names:
    """What the keys in changes refer to, looked up with one query for each kind of thing."""

    def __init__(self, changes: Iterable[Change]):
        self._changes = changes
        self._known: dict[type[models.Model], dict[int, models.Model]] = {}

    def of(self, field: models.Field, key: object) -> object:
        """The centre or person with this key; the key itself of anything else, and of what is gone."""
        if field.related_model not in (Centre, get_user_model()) or not isinstance(key, int):
            return None if key is None else f"#{key}"
        if field.related_model not in self._known:
            self._known[field.related_model] = field.related_model._base_manager.in_bulk(self._keys(field))
        return self._known[field.related_model].get(key, f"#{key}")

    def _keys(self, field: models.Field) -> set[int]:
        """The keys of such things in all the changes, so that one query finds them."""
        columns = {
            (model._meta.db_table, one.column)
            for model in models_by_table().values()
            for one in model._meta.concrete_fields
            if one.related_model is field.related_model
        }
        return {
            key
            for change in self._changes
            for column, pair in change.changes.items()
            if (change.table_name, column) in columns
            for key in pair
            if isinstance(key, int)
        }


@cache
def models_by_table() -> dict[str, type[models.Model]]:
    """Every model by its table."""
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def _other_columns(change: Change, model: type[models.Model], names: Names) -> Iterator[ChangeLine]:
    """What else of a row was changed: its centre, its number, whether it is synthetic. Of clinical rows
    that come or go only the answers are told."""
    if issubclass(model, CLINICAL) and change.operation != "update":
        return
    for field in model._meta.concrete_fields:
        untold = field.primary_key or isinstance(field, Answer) or field.related_model is Patient
        if untold or field.column not in change.changes:
            continue
        pair = change.changes[field.column]
        if field.is_relation:
            pair = [names.of(field, one) for one in pair]
        elif field.choices:
            labels = {key: str(label) for key, label in field.flatchoices}
            pair = [labels.get(one, one) for one in pair]
        yield ChangeLine(both(str(field.verbose_name)), *(_in_a_word(one) for one in pair))


def _in_a_word(value: object) -> Label:
    if isinstance(value, bool):
        return codes.YN.label_of("yes" if value else "no")
    return both("" if value in (None, "", [], {}) else str(value))


def way_of(change: Change) -> Label:
    """By which way a change was made; plain SQL is what nothing else names."""
    return WAYS.get(change.channel or "", both(change.channel or ""))


@dataclass(frozen=True)
class HistoryEntry:
    """One change as the history page shows it."""

    change: Change
    table: Label
    operation: Label
    lines: list[ChangeLine]
    model: type[models.Model] | None = None

    @property
    def why(self) -> Label | None:
        return in_words(self.change.reason)

    @property
    def way(self) -> Label:
        return way_of(self.change)

    @property
    def address(self) -> str:
        """The page with the history of this row."""
        return reverse("row_history", args=[self.change.table_name, self.change.row_id])


def changes_of(patient: Patient) -> QuerySet[Change]:
    """The history of a case, newest first."""
    return Change.objects.filter(patient_id=patient.pk).order_by("-id")


def entries(changes: Iterable[Change]) -> list[HistoryEntry]:
    """Changes as a person reads them; at most two queries, for the names of centres and persons."""
    changes = list(changes)
    names = Names(changes)
    return [_entry(change, names) for change in changes]


def _entry(change: Change, names: Names) -> HistoryEntry:
    model = models_by_table().get(change.table_name)
    operation = OPERATIONS.get(change.operation, both(change.operation))
    if model is None:  # a table of an earlier release
        lines = [ChangeLine(both(name), *map(_in_a_word, pair)) for name, pair in change.changes.items()]
        return HistoryEntry(change, both(change.table_name), operation, lines)
    if model is Remark:
        lines = remark_lines(change)
    else:
        lines = [*describe_change(change, model), *_other_columns(change, model, names)]
    name = str(model._meta.verbose_name)
    return HistoryEntry(change, Label(name, name), operation, lines, model)


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
