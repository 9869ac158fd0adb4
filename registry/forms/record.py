"""What the forms of all sections have in common.

A form asks the questions of one row in groups. A question that does not apply is not asked:
its answer is dropped by the same condition that hides it in the browser. Invalid answers are
errors beside the question; unlikely ones are doubts, which the user confirms or corrects;
missing ones make the section a draft and are never an error.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.utils.functional import lazystr

from registry import codes
from registry.case import CaseFile
from registry.codes.base import UNKNOWN
from registry.fields import Answer, Measured, answers
from registry.labels import Label
from registry.models import Remark
from registry.reading import Reading
from registry.summaries import summary_of

UNLIKELY = Label(
    "{label} {value} is unusual (usual: {low} to {high}{unit}). Is it correct?",
    "{label} {value} 不常见（常见范围 {low}~{high}{unit}），是否无误？",
)
UNUSUAL_CODE = Label("{label}: “{value}” is unusual. Is it correct?", "{label}：“{value}”较少见，是否无误？")
READ_AS = ":read:"  # in the key of a doubt: not the value is doubted but how its text was read


@dataclass(frozen=True)
class Group:
    """A few questions under one heading."""

    heading: Label
    names: tuple[str, ...]

    def __init__(self, heading: Label, *names: str):
        object.__setattr__(self, "heading", heading)
        object.__setattr__(self, "names", names)


def names(groups: tuple[Group, ...]) -> list[str]:
    """The questions of all groups, in order (for a form's Meta.fields)."""
    return [name for group in groups for name in group.names]


@dataclass
class Doubt:
    """An unlikely answer: which question, what is asked, what a confirmation refers to, and
    whether the user has given it, now or at an earlier saving."""

    field: str
    question: Label
    key: str
    is_confirmed: bool = False


def _in_words(answer: Answer, given: object) -> Label:
    if isinstance(given, Reading):
        return answer.show(given.value, given.comparator, given.precision)
    return answer.show(given)


class RecordForm(forms.ModelForm):
    """One row of the record. `case` is the case as stored."""

    groups: tuple[Group, ...] = ()

    def __init__(self, *args, case: CaseFile | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case
        self.doubts: list[Doubt] = []
        self.answers: dict[str, Answer] = {
            one.name: one for one in answers(self._meta.model) if one.name in self.fields
        }
        for name, answer in self.answers.items():
            self.initial[name] = answer.typed(self.instance)
            self._dress(self.fields[name], answer)
        self.helper = self._helper()

    def _dress(self, field: forms.Field, answer: Answer) -> None:
        """Give the input what the question's template shows: unit, range, hint, condition."""
        field.help_text = lazystr(answer.hint) if answer.hint else ""
        field.asked, field.shown_when = True, ""
        if answer.shown_when:
            field.asked = answer.shown_when.holds(self._stored_lookup)
            field.shown_when = json.dumps(answer.shown_when.as_data(self._stored))
        field.takes_reason = answer.is_needed and answer.may_have_reason
        if field.takes_reason:
            field.missing_name = f"{self.add_prefix(answer.name)}__missing"
            field.reasons = codes.MISSING
            field.missing_reason = self._missing_reason(answer.name)

    def _helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(
            *(
                Fieldset(
                    lazystr(group.heading),
                    *(Field(name, template="registry/_question.html") for name in group.names),
                    css_class="question-group",
                )
                for group in self.groups
            )
        )
        return helper

    def _stored(self, dotted: str) -> object:
        return self.case.answer(dotted) if self.case else None

    def _stored_lookup(self, name: str) -> object:
        return self._stored(name) if "." in name else getattr(self.instance, name, None)

    def _lookup(self, name: str) -> object:
        if "." in name:
            return self._stored(name)
        if name in self.fields:
            value = self.cleaned_data.get(name)
            return value.value if isinstance(value, Reading) else value
        return getattr(self.instance, name, None)

    def _missing_reason(self, name: str) -> str:
        """The reason typed or stored why this answer is missing; "" if there is none."""
        if self.is_bound:
            given = self.data.get(f"{self.add_prefix(name)}__missing", "")
            return given if given in codes.MISSING else ""
        if self.case and self.instance.pk:
            remark = self.case.remark(self.instance, name, Remark.MISSING)
            return remark.content if remark else ""
        return ""

    def clean(self):
        cleaned = super().clean()
        for name, answer in self.answers.items():
            self.fields[name].asked = not answer.shown_when or answer.shown_when.holds(self._lookup)
            if not self.fields[name].asked:
                cleaned[name] = None
                self._errors.pop(name, None)
            elif name in cleaned:
                self._doubt(name, answer, cleaned[name])
        return cleaned

    def _doubt(self, name: str, answer: Answer, given: object) -> None:
        if isinstance(given, Reading) and given.ask:
            self.doubts.append(Doubt(name, given.ask, f"{name}{READ_AS}{given.as_typed.strip()}"))
        value = given.value if isinstance(given, Reading) else given
        if value is None:
            return
        if isinstance(answer, Measured) and answer.soft:
            low, high = answer.soft
            if not low <= value <= high:
                unit = f" {answer.unit.en}" if answer.unit else ""
                question = UNLIKELY.fill(
                    label=answer.label, value=_in_words(answer, given), low=low, high=high, unit=unit
                )
                self.doubts.append(Doubt(name, question, f"{name}:{value}"))
        elif answer.usual and value not in (*answer.usual, UNKNOWN.code):
            question = UNUSUAL_CODE.fill(label=answer.label, value=answer.show(value))
            self.doubts.append(Doubt(name, question, f"{name}:{value}"))

    @property
    def is_blank(self) -> bool:
        """Nothing at all was answered, and no reason given why."""
        values = [
            value.value if isinstance(value, Reading) else value for value in self.cleaned_data.values()
        ]
        return all(value in (None, "", []) for value in values) and not any(
            map(self.reason_kept, self.answers)
        )

    def reason_kept(self, name: str) -> str:
        """The reason that stands instead of an answer: only where one is asked for and not given."""
        field = self.fields[name]
        if not (field.asked and field.takes_reason) or self.cleaned_data.get(name) is not None:
            return ""
        return self._missing_reason(name)

    def _is_untouched(self, name: str) -> bool:
        """The answer still stands exactly as it was stored."""
        kept = self.instance.pk is not None and self.cleaned_data.get(name) is not None
        return kept and self.data.get(self.add_prefix(name)) == self.initial[name]

    def _remarks(self, kind: str) -> list[Remark]:
        """What was remarked about this stored row."""
        own = (self.instance._meta.model_name, self.instance.pk, kind)
        stored = self.case.remarks if self.case and self.instance.pk else ()
        return [one for one in stored if (one.table, one.row_id, one.kind) == own]

    def confirmed_before(self) -> set[str]:
        """The doubts about this stored row that somebody confirmed at an earlier saving."""
        return {one.content for one in self._remarks(Remark.CONFIRMED)}

    def settle_doubts(self, ticked: set[str]) -> None:
        """Mark the doubts that the user has ticked, or had confirmed before with the same values."""
        known = self.confirmed_before()
        for doubt in self.doubts:
            doubt.is_confirmed = f"{self.prefix}|{doubt.key}" in ticked or doubt.key[:200] in known

    def remarks_to_keep(self) -> list[tuple[str, str, str]]:
        """(field, kind, content) of every remark that the row should have after saving."""
        kept = []
        for name in self.answers:
            given = self.cleaned_data.get(name)
            if reason := self.reason_kept(name):
                kept.append((name, Remark.MISSING, reason))
            if isinstance(given, Reading) and given.normalised:
                kept.append((name, Remark.AS_TYPED, given.as_typed[:200]))
        for doubt in self.doubts:
            if doubt.is_confirmed:
                kept.append((doubt.field, Remark.CONFIRMED, doubt.key[:200]))
        return kept + [(one.field, one.kind, one.content) for one in self._remarks_on_reading()]

    def _remarks_on_reading(self) -> list[Remark]:
        """How an answer was typed that has not been touched since."""
        confirmed = [one for one in self._remarks(Remark.CONFIRMED) if READ_AS in one.content]
        remarks = self._remarks(Remark.AS_TYPED) + confirmed
        return [one for one in remarks if one.field in self.answers and self._is_untouched(one.field)]

    @property
    def summary(self) -> str:
        """One line that says what this row is, for the closed card of a repeated section."""
        return str(summary_of(self.instance)) if self.instance.pk else ""
