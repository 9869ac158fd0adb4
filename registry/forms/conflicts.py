"""What others have stored in a section since the user opened it.

Only what saving would undo, or what the user cannot have seen, is a conflict: not an answer
that both have given alike, nor one that was changed and changed back.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from django.db import models

from registry import codes
from registry.case import CaseFile, instance
from registry.fields import answers, shown
from registry.labels import Label, both
from registry.models import Change, Remark
from registry.presenting import reason_of, summary_of

if TYPE_CHECKING:
    from registry.forms.editing import SectionEdit
    from registry.forms.record import RecordForm

NOTHING = both("–")
REMOVED = Label("(removed)", "(已删除)")
NOT_STORABLE = Label("(cannot be stored, see below)", "(无法保存,见下)")


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
    """Every conflict, in the order of the changes that caused them; `edit` has been validated."""
    by_table = {model._meta.db_table: model for model in edit.section.models}
    changes = Change.objects.filter(
        patient_id=edit.case.patient.pk,
        id__gt=edit.base,
        table_name__in=[*by_table, Remark._meta.db_table],
    ).order_by("id")
    found: list[Conflict] = []
    for (table, row_id), of_row in _by_row(changes):
        if table in by_table:
            found += _of_row(edit, by_table[table], row_id, of_row)
    return found + list(_of_reasons(edit, [one for one in changes if one.table_name not in by_table]))


def _by_row(changes: Iterable[Change]) -> list[tuple[tuple[str, int], list[Change]]]:
    def key(change: Change) -> tuple[str, int]:
        return change.table_name, change.row_id

    return [(one, list(group)) for one, group in groupby(sorted(changes, key=key), key=key)]


def _of_row(
    edit: SectionEdit, model: type[models.Model], row_id: int, changes: list[Change]
) -> Iterator[Conflict]:
    stored = next((row for row in _rows(edit, model) if row.pk == row_id), None)
    opened = _as_opened(model, stored, changes)
    form, removed = edit.form_of(model, row_id)
    if edit.is_head(model):
        yield from _of_answers(edit, form, opened or model(), stored or model(), changes)
    elif form is None or removed or stored is None:
        typed = REMOVED if removed else _in_one_line(form.instance if form else None)
        if (stored is None and (form is None or removed)) or (form is None and opened is not None):
            return
        now = REMOVED if stored is None else _in_one_line(stored)
        title = Label(*(_name(model, language) for language in ("en", "zh-hans")))
        yield _conflict(title, _in_one_line(opened), now, typed, changes[-1])
    else:
        yield from _of_answers(edit, form, opened or model(), stored, changes)
