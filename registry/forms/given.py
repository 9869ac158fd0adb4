"""What stands behind a question in one version of a row: an answer as it is typed, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.db import models
from django.http import QueryDict

from registry import codes
from registry.fields import Answer, answers, shown
from registry.forms.record import RecordForm
from registry.labels import Label, both

NOTHING = both("–")
NOT_STORABLE = Label("(cannot be stored, see below)", "(无法保存，见下)")
BLANK = (None, "", [])


@dataclass(frozen=True)
class Given:
    """An answer as an input holds it, or the code of the reason why it is missing."""

    text: str | list[str] | None = None
    reason: str = ""

    @property
    def is_blank(self) -> bool:
        """Neither an answer nor a reason."""
        return self.text in BLANK and not self.reason


@dataclass(frozen=True)
class Question:
    """A question of a form, and how its answer is read, written and put into words."""

    answer: Answer
    field: forms.Field

    @property
    def name(self) -> str:
        return self.answer.name

    def of_row(self, row: models.Model | None, reason: str = "") -> Given:
        """What a row answers; `reason` is the one that is remarked in its place."""
        text = self.answer.typed(row) if row is not None else None
        return Given(text, reason if text in BLANK else "")

    def of_form(self, data: QueryDict, prefix: str) -> Given:
        """What was typed into a form."""
        key = f"{prefix}-{self.name}"
        text = self.field.widget.value_from_datadict(data, {}, key)
        if isinstance(text, str) and not text.strip():
            text = None
        reason = data.get(f"{key}__missing", "") if text in BLANK else ""
        return Given(text, reason if reason in codes.MISSING else "")

    def put(self, data: QueryDict, prefix: str, given: Given) -> None:
        """Let a form say this, as if it had been typed."""
        key = f"{prefix}-{self.name}"
        if given.text in BLANK:
            data.pop(key, None)
        elif isinstance(given.text, list):
            data.setlist(key, given.text)
        else:
            data[key] = str(given.text)
        if given.reason or f"{key}__missing" in data:
            data[f"{key}__missing"] = given.reason

    def same(self, one: Given, other: Given) -> bool:
        """The two say the same, however they are spelt."""
        alike = one.text == other.text or not self.field.has_changed(one.text, other.text)
        return alike and one.reason == other.reason

    def in_words(self, row: models.Model | None, given: Given) -> Label:
        """A stored version as a page shows it."""
        if given.reason:
            return codes.MISSING.label_of(given.reason)
        found = shown(self.answer, row) if row is not None else NOTHING
        return found if found.en else NOTHING

    def typed_in_words(self, form: RecordForm) -> Label:
        """The version of a form that has been read. A text that cannot be stored is not repeated: it may
        name a person."""
        if self.name in form.errors:
            return NOT_STORABLE
        return self.in_words(form.instance, self.settled(form))

    def settled(self, form: RecordForm) -> Given:
        """What a form that has been read would store: nothing for a question that is not asked."""
        if not form.fields[self.name].asked:
            return Given()
        given = self.of_form(form.data, form.prefix)
        takes = form.fields[self.name].takes_reason
        return Given(given.text, given.reason if takes else "")


def questions(form: type[RecordForm]) -> Iterator[Question]:
    """The questions that a form asks."""
    for answer in answers(form._meta.model):
        if answer.name in form.base_fields:
            yield Question(answer, form.base_fields[answer.name])
