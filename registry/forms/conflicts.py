"""Where two people disagree about a section: what both have changed, and nobody has settled yet.

Asked after the merged form has been read, because an answer that the other has given may not be
asked any more after what the user has typed: that, too, would undo it. What the page has shown
and the user has not chosen about stays a conflict, and so does what a third person has changed since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from registry.forms.given import NOTHING, Question, questions
from registry.forms.merging import MINE, REMOVED, Card, Merge, line
from registry.forms.record import RecordForm
from registry.forms.sides import BothSides, Sides
from registry.labels import Label
from registry.models import Change

if TYPE_CHECKING:
    from registry.forms.editing import SectionEdit

NOT_KNOWN = Label("(not known)", "(未知)")


@dataclass(frozen=True)
class Conflict:
    """One answer, or one whole row, in all versions; who stored the other one, where that is known."""

    name: str
    label: Label
    opened: Label
    stored: Label
    typed: Label
    who: str = ""
    at: datetime | None = None


class Conflicts:
    """The conflicts of an edit whose forms have been read. `first` has the sides since the form was first
    opened, for what is shown as its beginning."""

    def __init__(self, edit: SectionEdit, merge: Merge, first: BothSides):
        self.edit, self.merge = edit, merge
        self._first = {one.row_id: one for one in first.rows()} if first.section.rows else {}
        self._first_head, self._first_reasons = first.head(), first.reasons
        self._known = first.known

    def found(self) -> list[Conflict]:
        """All of them, in the order of the form."""
        conflicts: list[Conflict] = []
        head = self.merge.both.head()
        if head is not None:
            conflicts += self._of_answers(self.edit.head, head, self._first_head)
        for card in self.merge.cards() if self.edit.section.rows else ():
            row = self.edit.row_at(card.prefix)
            first = self._first.get(card.sides.row_id, card.sides)
            if card.sides.stored is not None and not card.removed:
                conflicts += self._of_answers(row.form, card.sides, first)
            elif self._is_open(card):
                conflicts.append(self._of_row(card, row.form, first))
        return conflicts

    def _is_open(self, card: Card) -> bool:
        """Whether the user removes a row that the other changed, or keeps one that the other removed."""
        if not card.sides.known:
            return True
        settled = self.merge.choice(card.prefix) == MINE
        if card.sides.stored is None:
            return card.sides.opened is not None or not settled and card.prefix in self.merge.pending
        changed = any(self.merge.changed(one, card.sides) for one in questions(self.edit.section.rows))
        return changed or not settled and card.prefix in self.merge.pending

    def _of_row(self, card: Card, form: RecordForm, first: Sides) -> Conflict:
        return Conflict(
            card.prefix,
            self.edit.section.title,
            line(first.opened) if self._known else NOT_KNOWN,
            line(card.sides.stored) if card.sides.stored is not None else REMOVED,
            REMOVED if card.removed else line(form.instance),
            *_by(card.sides.last or first.last),
        )

    def _of_answers(self, form: RecordForm, sides: Sides, first: Sides) -> Iterator[Conflict]:
        for question in questions(type(form)):
            name = f"{form.prefix}-{question.name}"
            _opened, stored = self.merge.given(question, sides)
            if self._agrees(question, form, stored) or (not sides.known and stored.is_blank):
                continue
            unsettled = name in self.merge.pending and self.merge.choice(name) != MINE
            if not sides.known or self.merge.changed(question, sides) or unsettled:
                event = self.merge.event(question, sides) or first.last_of(set())
                yield Conflict(
                    name,
                    question.answer.label,
                    self._at_first(question, first),
                    question.in_words(sides.stored, stored),
                    question.typed_in_words(form),
                    *_by(event),
                )

    def _agrees(self, question: Question, form: RecordForm, stored) -> bool:
        return question.name not in form.errors and question.same(stored, question.settled(form))

    def _at_first(self, question: Question, first: Sides) -> Label:
        if not self._known:
            return NOT_KNOWN
        key = (question.answer.model._meta.model_name, first.row_id, question.name)
        given = question.of_row(first.opened, self._first_reasons.then.get(key, ""))
        return question.in_words(first.opened, given) if not given.is_blank else NOTHING


def _by(change: Change | None) -> tuple[str, datetime | None]:
    return (change.who, change.at) if change else ("", None)
