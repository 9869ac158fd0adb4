"""The two outcomes of reading, a value or a refusal, and how a stored value is spelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from registry.labels import Label, joined
from registry.reading import sentences as say

# "≈" and not "约" or "about": an input field must read the same in either language
COMPARATOR_SIGNS = {"eq": "", "lt": "<", "le": "≤", "gt": ">", "ge": "≥", "approx": "≈"}

LONGEST_QUOTE = 40
# a telephone number has 11 digits; no answer of the record has as many
DIGITS_OF_AN_IDENTIFIER = 11


class Unreadable(ValueError):
    """The text is refused; `message` names the field, the text and what is allowed."""

    def __init__(self, message: Label):
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text means.

    `comparator` is a code of CL_CMP; `precision` is "d", "m" or "y" for dates; `upper` is the
    other end where the field takes a range. `normalised` says that the exact entry
    (`as_typed`) is worth keeping, because it differs from the plain spelling of the value.
    With `ask`, the value counts only after the person has confirmed this question. Readings
    are equal when they mean the same, however it was typed.
    """

    value: int | Decimal | date | str
    as_typed: str = field(compare=False)
    comparator: str = "eq"
    precision: str = "d"
    upper: int | Decimal | None = None
    normalised: bool = field(default=False, compare=False)
    ask: Label | None = field(default=None, compare=False)


def canonical(
    value: int | Decimal | date | str | None,
    comparator: str = "eq",
    precision: str = "d",
    upper: int | Decimal | None = None,
) -> str:
    """What an input field shows for a stored value; the readers read it back unchanged.

    Numbers have no thousands marks and no idle zeros ("8.5", "<3", "≥20", "≈800", "3-5");
    dates are as long as their precision ("2023-04-12", "2023-04", "2023"); nothing is "".
    """
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()[: {"y": 4, "m": 7}.get(precision, 10)]
    shown = COMPARATOR_SIGNS[comparator or "eq"] + _without_idle_zeros(value)
    return shown if upper is None else f"{shown}-{_without_idle_zeros(upper)}"


def _without_idle_zeros(value: int | Decimal | str) -> str:
    if not isinstance(value, Decimal):
        return str(value)
    digits = f"{value:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def refusal(field: Label, *sentences: Label) -> Unreadable:
    """The exception that says `sentences` about `field`, to be raised by the caller."""
    return Unreadable(about(field, joined(list(sentences), en=" ", zh="")))


def about(field: Label, sentence: Label) -> Label:
    """`sentence` headed by the label of the field."""
    return say.FIELD_AND_REASON.fill(field=field, reason=sentence)


def quoted(text: str) -> str:
    """`text` as a message may repeat it: one short line, and never as many digits as an
    identifier has."""
    if sum(sign.isdigit() for sign in text) >= DIGITS_OF_AN_IDENTIFIER:
        return "…"
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
