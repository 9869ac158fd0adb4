"""In what a form differs from what is stored: shown before somebody continues with a draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models

from registry.forms.editing import EditedRow, SectionEdit
from registry.forms.given import NOTHING, questions
from registry.forms.merging import REMOVED, line
from registry.forms.patient import NewCaseForm
from registry.forms.record import RecordForm
from registry.forms.sides import BothSides, Reasons
from registry.labels import Label


@dataclass(frozen=True)
class Difference:
    """One answer or one row: as it is stored, and as it was typed."""

    label: Label
    stored: Label
    typed: Label


def differences(edit: SectionEdit) -> list[Difference]:
    """All of them, of an edit whose forms have been read."""
    reasons = BothSides(edit.case, edit.section, []).reasons
    found: list[Difference] = []
    if edit.head:
        found += _of_answers(edit.head, getattr(edit.case, edit.section.head_name), reasons)
    for row in edit.rows:
        found += _of_row(edit, row, reasons)
    return found


def typed_into(form: NewCaseForm) -> list[Difference]:
    """Everything that was typed into the form of a new case."""
    return [
        Difference(one.answer.label, NOTHING, one.typed_in_words(form))
        for one in questions(type(form))
        if not one.of_form(form.data, form.prefix).is_blank
    ]


def _of_row(edit: SectionEdit, row: EditedRow, reasons: Reasons) -> Iterator[Difference]:
    stored = next((one for one in edit.case.rows(edit.section.rows_name) if one.pk == row.stored_id), None)
    if stored is not None and not row.removed:
        yield from _of_answers(row.form, stored, reasons)
    elif stored is not None:
        yield Difference(edit.section.title, line(stored), REMOVED)
    elif not row.removed and not row.form.is_blank:
        yield Difference(edit.section.title, NOTHING, line(row.form.instance))


def _of_answers(form: RecordForm, stored: models.Model, reasons: Reasons) -> Iterator[Difference]:
    for one in questions(type(form)):
        key = (stored._meta.model_name, stored.pk, one.name)
        given = one.of_row(stored, reasons.now.get(key, ""))
        if one.name in form.errors or not one.same(given, one.settled(form)):
            yield Difference(one.answer.label, one.in_words(stored, given), one.typed_in_words(form))
