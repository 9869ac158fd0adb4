"""Putting together what two people have done to one section, before the forms are read.

Answer by answer: what only the other has changed is taken over, what only the user has changed
stays, and where both did, what the user has typed stays in the form until the user has chosen
(conflicts.py). A row that the other added joins the form; one that the other removed, and the
user has not touched, leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.http import QueryDict

from registry.case import CaseFile
from registry.forms.given import NOTHING, Given, Question, questions
from registry.forms.sections import Section
from registry.forms.sides import BothSides, Sides
from registry.labels import Label
from registry.models import Change
from registry.summaries import summary_of

ROW = re.compile(r"rows-([0-9]{1,6})-present")
MINE, THEIRS = "mine", "theirs"
ADDED, REMOVED = Label("(added)", "(新增)"), Label("(removed)", "(已删除)")


def row_numbers(data: QueryDict) -> list[int]:
    """The numbers of the cards that a form holds, in order."""
    return sorted(int(found[1]) for found in map(ROW.fullmatch, data) if found)


def row_key(text: str | None) -> int | None:
    """The stored row that a card says it was opened with."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


@dataclass(frozen=True)
class Taken:
    """What was taken over from somebody else: the question or the row, its version, who, when."""

    label: Label
    stored: Label
    who: str
    at: datetime


@dataclass
class Card:
    """A row of the form beside its two stored sides."""

    prefix: str
    sides: Sides
    removed: bool = False


@dataclass
class Merge:
    """A section as it was typed, with what others have stored since."""

    case: CaseFile
    section: Section
    data: QueryDict
    both: BothSides
    taken: list[Taken] = field(default_factory=list)

    @property
    def pending(self) -> set[str]:
        """The conflicts that the page has shown."""
        return set(self.data.getlist("conflict"))

    def choice(self, name: str) -> str:
        """What the user has chosen in a conflict that the page has shown; "" for nothing yet."""
        chosen = self.data.get(f"keep-{name}", "")
        return chosen if name in self.pending and chosen in (MINE, THEIRS) else ""

    def carry_out(self) -> Merge:
        """Let the form hold both people's changes."""
        head = self.both.head()
        if head is not None:
            self._merge_answers("head", self.section.head, head)
        if self.section.rows:
            self._merge_rows()
        return self

    def given(self, question: Question, sides: Sides) -> tuple[Given, Given]:
        """What one question was answered when the form was opened, and is now."""
        table, reasons = question.answer.model._meta.model_name, self.both.reasons
        key = (table, sides.row_id, question.name)
        return (
            question.of_row(sides.opened, reasons.then.get(key, "")),
            question.of_row(sides.stored, reasons.now.get(key, "")),
        )

    def changed(self, question: Question, sides: Sides) -> bool:
        """Whether somebody has changed the answer since, or may have."""
        opened, stored = self.given(question, sides)
        return not question.same(opened, stored)

    def event(self, question: Question, sides: Sides) -> Change | None:
        """The newest change of an answer."""
        key = (question.answer.model._meta.model_name, sides.row_id, question.name)
        columns = {question.answer.column, *question.answer.companions}
        return self.both.reasons.changes.get(key) or sides.last_of(columns)

    def _merge_answers(self, prefix: str, form, sides: Sides) -> None:
        for question in questions(form):
            opened, stored = self.given(question, sides)
            typed = question.of_form(self.data, prefix)
            if self.choice(f"{prefix}-{question.name}") == THEIRS:
                question.put(self.data, prefix, stored)
            elif self.both.known and not question.same(opened, stored) and question.same(opened, typed):
                question.put(self.data, prefix, stored)
                self._take(
                    question.answer.label,
                    question.in_words(sides.stored, stored),
                    self.event(question, sides),
                )

    def _take(self, label: Label, stored: Label, event: Change | None) -> None:
        if event is not None:
            self.taken.append(Taken(label, stored, event.who, event.at))

    def cards(self) -> Iterator[Card]:
        """The rows of the form that were opened with a stored row."""
        rows = {one.row_id: one for one in self.both.rows()}
        for number in row_numbers(self.data):
            prefix = f"rows-{number}"
            row_id = row_key(self.data.get(f"{prefix}-id"))
            if row_id is not None:
                sides = rows.get(row_id) or Sides(row_id, None, None, known=self.both.known)
                yield Card(prefix, sides, self.data.get(f"{prefix}-removed") == "1")

    def _merge_rows(self) -> None:
        cards = list(self.cards())
        for card in cards:
            self._merge_card(card)
        shown = {one.sides.row_id for one in cards}
        for sides in self.both.rows():
            if sides.row_id not in shown and sides.stored is not None and sides.opened is None:
                self._add_card(sides)

    def _merge_card(self, card: Card) -> None:
        sides, theirs = card.sides, self.choice(card.prefix) == THEIRS
        if sides.stored is None:
            if theirs or card.removed or self._left_alone(card):
                if not theirs and not card.removed:
                    self._take(line(sides.opened), REMOVED, sides.last)
                self._drop_card(card.prefix)
        elif card.removed:
            if theirs:
                self.data[f"{card.prefix}-removed"] = ""
                self._fill(card.prefix, sides)
        else:
            self._merge_answers(card.prefix, self.section.rows, sides)

    def _left_alone(self, card: Card) -> bool:
        """The user has not touched a row that was there when the form was opened."""
        return card.sides.opened is not None and all(
            question.same(self.given(question, card.sides)[0], question.of_form(self.data, card.prefix))
            for question in questions(self.section.rows)
        )

    def _drop_card(self, prefix: str) -> None:
        for name in [one for one in self.data if one.startswith(f"{prefix}-")]:
            del self.data[name]

    def _add_card(self, sides: Sides) -> None:
        """A row that was added meanwhile, behind those of the form; a new card that says the same is it."""
        twin = self._new_card_like(sides)
        if twin:
            self.data[f"{twin}-id"] = str(sides.row_id)
            return
        prefix = f"rows-{max(row_numbers(self.data), default=-1) + 1}"
        self.data[f"{prefix}-present"], self.data[f"{prefix}-id"] = "1", str(sides.row_id)
        self._fill(prefix, sides)
        self._take(line(sides.stored), ADDED, sides.last)

    def _new_card_like(self, sides: Sides) -> str | None:
        for number in row_numbers(self.data):
            prefix = f"rows-{number}"
            is_new = not self.data.get(f"{prefix}-id") and self.data.get(f"{prefix}-removed") != "1"
            if is_new and all(
                question.same(self.given(question, sides)[1], question.of_form(self.data, prefix))
                for question in questions(self.section.rows)
            ):
                return prefix
        return None

    def _fill(self, prefix: str, sides: Sides) -> None:
        for question in questions(self.section.rows):
            question.put(self.data, prefix, self.given(question, sides)[1])


def line(row) -> Label:
    """A row in one line."""
    summary = summary_of(row) if row is not None else NOTHING
    return summary if summary.en else NOTHING
