"""The inputs of the record: what a person types becomes an answer, or a reason why not.

One input for each kind of answer (registry/fields.py); the reading itself is in
registry/reading. An input yields a Reading (value with comparator or precision), a code,
a list of codes, or None; it never yields text that looks like a number.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr

from registry import fields, reading
from registry.labels import Label, both
from registry.reading.outcome import quoted

COUNTING_WORDS = ("个", "枚", "次", "例")  # may follow a bare number, as in 12个
FEW_CODES = 7  # up to here the answers stand side by side; longer lists open


class TypedInput(forms.CharField):
    """A text input whose text is read as the answer it belongs to."""

    kind = "text"

    def __init__(self, answer: fields.Answer, **attributes: str):
        self.answer = answer
        super().__init__(
            required=False,
            label=lazystr(answer.label),
            strip=False,
            empty_value=None,
            widget=forms.TextInput(attrs={"autocomplete": "off", **attributes}),
        )
        self.validators = []  # reading refuses what may not be stored, in words

    def to_python(self, value: Any) -> Any:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            return self.read(str(value))
        except reading.Unreadable as refusal:
            raise ValidationError(str(refusal.message), code="unreadable") from refusal

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the answer differs, not merely its spelling."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class NumberInput(TypedInput):
    """A whole or decimal number with its unit; a comparator only where the answer keeps one."""

    def __init__(self, answer: fields.Measured):
        super().__init__(answer, inputmode="numeric" if answer.places == 0 else "decimal")

    def read(self, text: str) -> reading.Reading:
        unit = self.answer.unit.en if self.answer.unit else ""
        return reading.read_number(
            text,
            self.answer.label,
            places=self.answer.places,
            unit=unit,
            unit_aliases=() if unit else COUNTING_WORDS,
            hard=self.answer.hard,
            comparator=self.answer.comparator,
            duration=unit == "min",
            hint=self.answer.slip,
        )


class DayInput(TypedInput):
    """A calendar day that is not in the future."""

    reader = staticmethod(reading.read_date)
    example = "2023-04-12"

    def __init__(self, answer: fields.Day):
        super().__init__(answer, placeholder=self.example, inputmode="text")

    def read(self, text: str) -> reading.Reading:
        return self.reader(text, self.answer.label, latest=latest_day_on_earth())


def latest_day_on_earth() -> date:
    """The newest calendar day anywhere; rule X017 asks for the day at the centre itself."""
    return datetime.now(timezone(timedelta(hours=14))).date()


class PartialDayInput(DayInput):
    """A day, a month or a year."""

    reader = staticmethod(reading.read_partial_date)
    example = "2023-04-12 / 2023-04 / 2023"


class YearMonthInput(DayInput):
    """A year and month; a full date is refused, because the day is not collected."""

    reader = staticmethod(reading.read_year_month)
    example = "1968-05"


class WordsInput(TypedInput):
    """A short text without anything that identifies a person."""

    def __init__(self, answer: fields.Words):
        super().__init__(answer, maxlength=str(answer.max_length))

    def read(self, text: str) -> str | None:
        if self.answer.name == "local_study_id":
            return reading.read_study_id(text, self.answer.label).value
        cleaned = reading.clean_text(text, self.answer.label)
        reading.scan_for_identifiers(cleaned, self.answer.label)
        if len(cleaned) > self.answer.max_length:
            raise reading.Unreadable(
                TOO_LONG.fill(label=self.answer.label, n=len(cleaned), most=self.answer.max_length)
            )
        return cleaned or None


TOO_LONG = Label(
    "{label}: {n} characters; at most {most} are allowed.", "{label}：共{n}个字符，最多允许{most}个。"
)


class CodeInput(forms.ChoiceField):
    """One answer from a code list: chips when there are few, a list that opens when many."""

    def __init__(self, answer: fields.Coded):
        self.answer = answer
        listed = [(one.code, lazystr(one.label)) for one in answer.codes]
        few = len(listed) <= FEW_CODES
        self.kind = "chips" if few else "select"
        if not few:
            listed = [("", "–"), *listed]
        super().__init__(
            required=False,
            label=lazystr(answer.label),
            choices=listed,
            widget=forms.RadioSelect() if few else forms.Select(),
        )

    def clean(self, value: Any) -> str | None:
        if value in (None, ""):
            return None
        if value not in self.answer.codes:
            raise ValidationError(_not_listed(self.answer, value), code="not_listed")
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or None) != (data or None)


class CodeSetInput(forms.MultipleChoiceField):
    """Several answers from a code list; none ticked is no answer."""

    kind = "chips"

    def __init__(self, answer: fields.CodedSet):
        self.answer = answer
        super().__init__(
            required=False,
            label=lazystr(answer.label),
            choices=[(one.code, lazystr(one.label)) for one in answer.codes],
            widget=forms.CheckboxSelectMultiple(),
        )

    def clean(self, value: Any) -> list[str] | None:
        ticked = [str(one) for one in value or ()]
        for one in ticked:
            if one not in self.answer.codes:
                raise ValidationError(_not_listed(self.answer, one), code="not_listed")
        return [one.code for one in self.answer.codes if one.code in ticked] or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(initial or ()) != set(data or ())


def _not_listed(answer: fields.Answer, value: object) -> str:
    allowed = "; ".join(str(one.label) for one in list(answer.codes)[:12])
    return f"{fields.NOT_LISTED.fill(label=answer.label, value=both(quoted(str(value))))} {allowed}"


def input_for(answer: fields.Answer) -> forms.Field:
    """The input for one answer, by its kind."""
    if isinstance(answer, fields.Measured):
        return NumberInput(answer)
    if isinstance(answer, fields.YearMonth):
        return YearMonthInput(answer)
    if isinstance(answer, fields.PartialDay):
        return PartialDayInput(answer)
    if isinstance(answer, fields.Day):
        return DayInput(answer)
    if isinstance(answer, fields.CodedSet):
        return CodeSetInput(answer)
    if isinstance(answer, fields.Words):
        return WordsInput(answer)
    return CodeInput(answer)
