"""The rows of a section as a form was opened with them, and as they are stored now.

The older side is made from the newer one by taking back, newest first, the changes that the
history holds since.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import models

from registry.case import INDEX_OPERATION, CaseFile, instance
from registry.forms.record import RecordForm
from registry.forms.sections import Section
from registry.models import Change, Remark

WRITTEN = ("insert", "update", "delete")
ReasonKey = tuple[str, int, str]  # model, row, question


@dataclass
class Sides:
    """One row then and now; None where it was not there. `known` is False where nobody can say
    how it was when the form was opened."""

    row_id: int | None
    opened: models.Model | None
    stored: models.Model | None
    changes: list[Change] = field(default_factory=list)
    known: bool = True

    @property
    def last(self) -> Change | None:
        """The newest change."""
        return self.changes[-1] if self.changes else None

    def last_of(self, columns: set[str]) -> Change | None:
        """The newest change of these columns."""
        return next((one for one in reversed(self.changes) if columns & set(one.changes)), self.last)


class Reasons:
    """The reasons for missing answers, then and now."""

    def __init__(self, case: CaseFile, changes: list[Change]):
        self.now: dict[ReasonKey, str] = {
            (one.table, one.row_id, one.field): one.content
            for one in case.remarks
            if one.kind == Remark.MISSING
        }
        self.then = dict(self.now)
        self.changes: dict[ReasonKey, Change] = {}
        for change in reversed([one for one in changes if one.table_name == Remark._meta.db_table]):
            self._take_back(change)

    def _take_back(self, change: Change) -> None:
        before, after = (_remark(change, side) for side in (0, 1))
        named = before if change.operation == "delete" else after
        if named.kind != Remark.MISSING:
            return
        key = (named.table, named.row_id, named.field)
        self.changes.setdefault(key, change)
        if change.operation == "delete":
            self.then[key] = before.content
        elif self.then.get(key) == after.content:
            self.then.pop(key)


def _remark(change: Change, side: int) -> Remark:
    return instance(Remark, {column: pair[side] for column, pair in change.changes.items()})


class BothSides:
    """All rows of one section. Without `changes` (None) it is not known how the form was opened."""

    def __init__(self, case: CaseFile, section: Section, changes: list[Change] | None):
        self.case, self.section, self.known = case, section, changes is not None
        self._changes = [one for one in changes or () if one.operation in WRITTEN]
        self.reasons = Reasons(case, self._changes)

    def head(self) -> Sides | None:
        """The row of the questions that are asked once."""
        if not self.section.head:
            return None
        stored = getattr(self.case, self.section.head_name)
        found = self._sides(self.section.head, self.section.head_name)
        if not found:
            return Sides(stored.pk, stored if self.known else None, stored, known=self.known)
        opened = next((one.opened for one in found if one.opened is not None), None)
        return Sides(stored.pk, opened, stored, [c for one in found for c in one.changes], self.known)

    def rows(self) -> list[Sides]:
        """The repeated rows that are there now or were there when the form was opened."""
        if not self.section.rows:
            return []
        found = {one.row_id: one for one in self._sides(self.section.rows, self.section.rows_name)}
        for stored in self.case.rows(self.section.rows_name):
            opened = stored if self.known else None
            found.setdefault(stored.pk, Sides(stored.pk, opened, stored, known=self.known))
        return list(found.values())

    def _sides(self, form: type[RecordForm], name: str) -> list[Sides]:
        """The rows of one table that have changed."""
        model = form._meta.model
        by_row: dict[int, list[Change]] = defaultdict(list)
        for change in self._changes:
            if change.table_name == model._meta.db_table:
                by_row[change.row_id].append(change)
        stored = {row.pk: row for row in self.case.rows(name)}
        return [
            Sides(row_id, as_opened(model, stored.get(row_id), of_row), stored.get(row_id), of_row)
            for row_id, of_row in by_row.items()
            if row_id in stored or _left_the_case(of_row)
        ]


def _left_the_case(changes: list[Change]) -> bool:
    """Whether a row that is not in the case now has been: one of another operation never was."""
    whole = [one.changes for one in changes if one.operation != "update"]
    return bool(whole) and all(INDEX_OPERATION in one.get("op_no", (INDEX_OPERATION,)) for one in whole)


def as_opened(
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
    for column in model._meta.concrete_fields:
        if column.column in before:
            setattr(opened, column.attname, getattr(values, column.attname))
    return opened
