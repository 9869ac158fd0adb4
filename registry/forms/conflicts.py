"""What others have stored in a section since the user opened it.

A conflict is only what saving would undo, or what the user cannot have seen: not an answer
that both have given alike, nor one that was changed and changed back.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from registry import codes
from registry.case import instance
from registry.fields import answers, shown
from registry.labels import Label, both
from registry.models import Change, Remark
from registry.summaries import summary_of

if TYPE_CHECKING:
    from registry.forms.editing import EditedRow, SectionEdit
    from registry.forms.record import RecordForm

NOTHING = both("–")
REMOVED = Label("(removed)", "(已删除)")
NOT_STORABLE = Label("(cannot be stored, see below)", "(无法保存，见下)")
REASON = Label("{label}: why it is missing", "{label}：缺失原因")


@dataclass(frozen=True)
class Conflict:
    """One answer, or one whole row, in both versions; and who stored the other one."""

    label: Label
    opened: Label
    stored: Label
    typed: Label
    who: str
    at: datetime


def conflicts(edit: SectionEdit) -> list[Conflict]:
    """The conflicts of an edit whose forms have been read."""
    changes = list(
        Change.objects.filter(
            patient_id=edit.case.patient.pk,
            id__gt=edit.base,
            table_name__in=[model._meta.db_table for model in (*edit.section.models, Remark)],
        ).order_by("id")
    )
    found: list[Conflict] = []
    for form_class, name in edit.section.parts:
        model = form_class._meta.model
        by_row: dict[int, list[Change]] = {}
        for change in changes:
            if change.table_name == model._meta.db_table:
                by_row.setdefault(change.row_id, []).append(change)
        for row_id, of_row in by_row.items():
            stored = next((row for row in edit.case.rows(name) if row.pk == row_id), None)
            opened = _as_opened(model, stored, of_row)
            if edit.head and name == edit.section.head_name:
                found += _of_answers(edit.head, opened, stored, of_row)
            else:
                found += _of_row(edit, edit.row_with(row_id), opened, stored, of_row)
    return found + list(
        _of_reasons(edit, [one for one in changes if one.table_name == Remark._meta.db_table])
    )


def _as_opened(
    model: type[models.Model], stored: models.Model | None, changes: list[Change]
) -> models.Model | None:
    """The row as it was before these changes; None if it was entered by them."""
    if changes[0].operation == "insert":
        return None
    before: dict[str, object] = {}
    for change in reversed(changes):
        before |= {column: pair[0] for column, pair in change.changes.items()}
    values = instance(model, before)
    opened = copy.copy(stored) if stored else values
    for field in model._meta.concrete_fields:
        if field.column in before:
            setattr(opened, field.attname, getattr(values, field.attname))
    return opened


def _of_row(
    edit: SectionEdit,
    mine: EditedRow | None,
    opened: models.Model | None,
    stored: models.Model | None,
    changes: list[Change],
) -> Iterator[Conflict]:
    """A row that the other has entered, removed or changed."""
    if mine and not mine.removed and stored:
        yield from _of_answers(mine.form, opened, stored, changes)
        return
    keeps = mine is not None and not mine.removed
    if keeps == (stored is not None) or (mine is None and opened is not None):
        return
    typed = _line(mine.form.instance) if keeps else REMOVED if mine else NOTHING
    yield Conflict(
        edit.section.title,
        _line(opened),
        _line(stored) if stored else REMOVED,
        typed,
        changes[-1].who,
        changes[-1].at,
    )


def _line(row: models.Model | None) -> Label:
    """A row in one line."""
    summary = summary_of(row) if row else NOTHING
    return summary if summary.en else NOTHING


def _of_answers(
    form: RecordForm, opened: models.Model | None, stored: models.Model | None, changes: list[Change]
) -> Iterator[Conflict]:
    """The answers of one row in which its two versions differ."""
    for answer in answers(form._meta.model):
        columns = {answer.column, *answer.companions}
        touching = [one for one in changes if columns & set(one.changes)]
        if answer.name not in form.answers or not touching:
            continue
        before, now = (shown(answer, row) if row else both("") for row in (opened, stored))
        wrong = answer.name in form.errors
        typed = NOT_STORABLE if wrong else shown(answer, form.instance)
        if now not in (before, typed):
            versions = (one if one.en else NOTHING for one in (before, now, typed))
            yield Conflict(answer.label, *versions, touching[-1].who, touching[-1].at)


def _of_reasons(edit: SectionEdit, changes: list[Change]) -> Iterator[Conflict]:
    """The reasons for missing answers in which the two versions differ."""
    first: dict[tuple[str, int, str], tuple[str, Change]] = {}
    for change in changes:
        before, after = (
            instance(Remark, {column: pair[side] for column, pair in change.changes.items()})
            for side in (0, 1)
        )
        named = before if change.operation == "delete" else after
        if named.kind == Remark.MISSING:
            first.setdefault((named.table, named.row_id, named.field), (before.content, change))
    for (table, row_id, field), (before, change) in first.items():
        form = edit.form_of(table, row_id)
        if form is None or field not in form.answers:
            continue
        remark = edit.case.remark(form.instance, field, Remark.MISSING)
        now, typed = remark.content if remark else "", form.reason_kept(field)
        if now not in (before, typed):
            versions = (codes.MISSING.label_of(one) if one else NOTHING for one in (before, now, typed))
            label = REASON.fill(label=form.answers[field].label)
            yield Conflict(label, *versions, change.who, change.at)
