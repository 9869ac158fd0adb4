"""Reads a number with its unit, its comparator or, for a duration, its hours."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from registry.labels import Label, both
from registry.reading import sentences as say
from registry.reading.comparators import take_apart
from registry.reading.outcome import (
    COMPARATOR_SIGNS,
    Reading,
    Unreadable,
    about,
    canonical,
    quoted,
    refusal,
)
from registry.reading.text import impostor, plain, says_missing, single_entry, with_real_digits
from registry.reading.units import Suspicion, known_unit, spellings_of, with_unit

Hint = Callable[[Decimal], Label | None]
Limits = tuple[int | Decimal | None, int | Decimal | None]

LONGEST_NUMBER = 40
MOST_DIGITS = 12


_NUMBER = re.compile(
    r"(?P<digits>-?(?:[1-9][0-9]{0,2}(?P<mark>[, ])[0-9]{3}(?:(?P=mark)[0-9]{3})*|[0-9]+)(?:\.[0-9]+)?"
    r"|-?\.[0-9]+)(?![0-9])\s*(?P<unit>.*)"
)
_BETWEEN = re.compile(r"\s*(?:-+|[~∼〜至到]|to|\.{2,})\s*", re.IGNORECASE)
_SPREAD = re.compile(r"±|\+\s*/?\s*-")
_EXPONENT = re.compile(r"\^|[0-9]\s*(?:e\s*[-+]?[0-9]|[×x*]\s*10|[/⁄]\s*[0-9])", re.IGNORECASE)
_CLOCK = re.compile(r"(?P<h>[0-9]{1,2})\s?:\s?(?P<min>[0-5][0-9])(?::00)?")
_HOURS = re.compile(
    r"(?P<h>[0-9]{1,2}(?:\.[0-9]+)?)\s?(?:h|hrs?|hours?|个?小时|时|钟头)"
    r"(?:\s?(?P<min>[0-5]?[0-9])\s?(?:m|mins?|minutes?|分钟?)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Question:
    """What a field asks for, and the text that was typed as its answer."""

    field: Label
    places: int
    unit: str
    spellings: frozenset[str]
    hard: Limits
    admitted: Collection[str]
    hint: Hint | None
    text: str
    entry: str

    def refuse(self, pattern: Label, *more: Label, **values: object) -> Unreadable:
        """The refusal of the entry, ended by what to enter instead."""
        first = pattern.fill(text=quoted(self.entry), **values)
        return refusal(self.field, first, *more, say.ENTER.fill(wanted=self.wanted))

    def ask(self, meaning: object) -> Label:
        """The question to confirm before the entry counts."""
        return about(self.field, say.READ_AS.fill(text=quoted(self.entry), meaning=meaning))

    @property
    def wanted(self) -> Label:
        """What may be entered: "a whole number in mL"."""
        number = {0: say.WHOLE, 1: say.ONE_DECIMAL}.get(self.places, say.DECIMALS.fill(places=self.places))
        return say.IN_UNIT.fill(number=number, unit=self.unit) if self.unit else number

    @property
    def limits(self) -> Label:
        """The possible range with its unit."""
        low, high = self.hard
        if low is None or high is None:
            comparator, end = ("le", high) if low is None else ("ge", low)
            return both(with_unit(canonical(end, comparator), self.unit))
        return say.LIMITS.fill(low=canonical(low), high=with_unit(canonical(high), self.unit))

    def allows(self, number: Decimal) -> bool:
        low, high = self.hard
        return (low is None or number >= low) and (high is None or number <= high)

    def is_own_unit(self, unit: str) -> bool:
        return not unit or unit.replace(" ", "").casefold() in self.spellings

    def is_number(self, core: str) -> bool:
        """A number alone, or followed by any known unit."""
        found = _NUMBER.fullmatch(core)
        return found is not None and (
            self.is_own_unit(found["unit"]) or known_unit(found["unit"]) is not None
        )

    def suspicion(self, number: Decimal) -> list[Label]:
        """The question whether another unit was meant, where that would be possible."""
        if self.hint is None:
            return []
        if isinstance(self.hint, Suspicion) and not self.allows(self.hint.converted(number)):
            return []
        question = self.hint(number)
        return [] if question is None else [question]


def read_number(
    text: str,
    field: Label,
    *,
    places: int = 0,
    unit: str = "",
    unit_aliases: Collection[str] = (),
    hard: Limits | None = None,
    comparator: bool | Collection[str] = False,
    ranges: bool = False,
    duration: bool = False,
    hint: Hint | None = None,
) -> Reading:
    """One number: an int when `places` is 0, else a Decimal with exactly `places` decimals.

    It may be followed by `unit` (in a spelling of units.SPELLINGS or of `unit_aliases`) and
    have thousands marks. `hard` is what is possible, both ends included, either may be None.
    `comparator` admits "<3", "≥20", "约800" (True for all, or the codes that are admitted);
    `ranges` admits "3%-5%" (value and upper); `duration` admits hours and minutes where the
    unit is min, and asks for confirmation. `hint` words a question for a refused value
    ("0.8 L = 800 mL"). Raises Unreadable for everything else: dictionary, sections 2.1 and
    11 (rows 1, 12, 15 to 20, 30 to 32, 38 to 40).
    """
    entry = single_entry(text, field, LONGEST_NUMBER)
    if says_missing(entry):
        raise refusal(field, say.MISSING.fill(text=quoted(entry)))
    spellings = spellings_of(unit, unit_aliases)
    admitted = COMPARATOR_SIGNS if comparator is True else comparator or ()
    question = _Question(field, places, unit, spellings, hard or (None, None), admitted, hint, text, entry)
    typed = plain(entry)
    minutes = _minutes(typed) if duration else None
    if minutes is not None:
        return _reading_of_minutes(question, minutes)
    ends = _ends_of_range(question, typed) if ranges else None
    if ends is not None:
        return _reading_of_range(question, *ends)
    return _reading_of_number(question, typed)


def _minutes(typed: str) -> Decimal | None:
    """The minutes of "3:20", "3h20", "3小时20分"; None for what is no duration in hours."""
    found = _CLOCK.fullmatch(typed) or _HOURS.fullmatch(typed)
    if found is None or (found["min"] and "." in found["h"]):
        return None
    minutes = Decimal(found["h"]) * 60 + int(found["min"] or 0)
    return minutes if minutes == minutes.to_integral_value() else None


def _reading_of_minutes(question: _Question, minutes: Decimal) -> Reading:
    value = _checked(replace(question, hint=None), minutes)  # the unit was typed: nothing to suspect
    hours, rest = divmod(int(minutes), 60)
    ask = question.ask(say.MINUTES.fill(minutes=canonical(value), hours=hours, rest=rest))
    return Reading(value, as_typed=question.text, normalised=True, ask=ask)


def _ends_of_range(question: _Question, core: str) -> tuple[str, str] | None:
    """The two sides of "800-1000" or "3%~5%", or None for what is no range."""
    for between in _BETWEEN.finditer(core):
        ends = core[: between.start()], core[between.end() :]
        if all(question.is_number(end) and not end.startswith("-") for end in ends):
            return ends
    return None


def _reading_of_range(question: _Question, first: str, second: str) -> Reading:
    value, upper = (_checked(question, _exact(question, end)) for end in (first, second))
    if value >= upper:
        raise question.refuse(say.UPSIDE_DOWN)
    normalised = question.text.strip() != canonical(value, upper=upper)
    return Reading(value, as_typed=question.text, upper=upper, normalised=normalised)


def _reading_of_number(question: _Question, typed: str) -> Reading:
    compared = take_apart(typed)
    number = _exact(question, typed if compared.code is None else compared.core)
    if compared.code != "eq" and compared.code not in question.admitted:
        raise question.refuse(say.ONLY_PLAIN, sign=compared.sign)
    value, sign = _checked(question, number), compared.code
    low, high = question.hard
    if (sign == "gt" and value == high) or (sign == "lt" and value == low):
        raise refusal(
            question.field, say.NO_VALUE_LEFT.fill(text=quoted(question.entry), limits=question.limits)
        )
    shown = canonical(value, sign)
    in_full = f"{COMPARATOR_SIGNS[sign]}{Decimal(value):f}"
    return Reading(
        value,
        as_typed=question.text,
        comparator=sign,
        normalised=question.text.strip() not in (shown, in_full),
        ask=question.ask(with_unit(shown, question.unit)) if compared.loose else None,
    )


def _exact(question: _Question, core: str) -> Decimal:
    """The number in `core` exactly as typed."""
    found = _NUMBER.fullmatch(core)
    if found is None or not question.is_own_unit(found["unit"]):
        raise _explained(question, core)
    digits = re.sub("[, ]", "", found["digits"])
    count = sum(sign.isdigit() for sign in digits)
    if count > MOST_DIGITS:
        raise question.refuse(say.TOO_MANY_DIGITS, count=count)
    return Decimal(digits) + 0  # "-0" is 0


def _explained(question: _Question, core: str) -> Unreadable:
    """Why `core` is not one number with the unit of the field."""
    if _SPREAD.search(core):
        return question.refuse(say.SPREAD)
    if _ends_of_range(question, core):
        return question.refuse(say.RANGE)
    found = _NUMBER.fullmatch(core)
    typed_unit = known_unit(found["unit"]) if found else None
    if typed_unit:
        more = _conversion(question, found["digits"], typed_unit)
        return question.refuse(say.OTHER_UNIT, *more, typed=typed_unit)
    character = _impostor_digit(question, core)
    if character is not None:
        return question.refuse(say.NOT_A_DIGIT, character=character)
    if _EXPONENT.search(core):
        return question.refuse(say.NOT_PLAIN_DIGITS)
    if re.match(r"-?[0-9][0-9 ]*,", core):
        return question.refuse(say.DECIMAL_COMMA)
    if not re.search("[0-9]", core):
        more = [say.CERTAIN_COUNT] if "ge" in question.admitted else []
        return question.refuse(say.NO_NUMBER, *more)
    return question.refuse(say.MORE_THAN_A_NUMBER)


def _conversion(question: _Question, digits: str, typed_unit: str) -> list[Label]:
    """The converted value where the hint of the field knows the unit that was typed."""
    if not isinstance(question.hint, Suspicion) or question.hint.typed != typed_unit:
        return []
    equation = question.hint.equation(Decimal(re.sub("[, ]", "", digits)))
    return [say.CONVERTED.fill(equation=equation)]


def _impostor_digit(question: _Question, core: str) -> Label | None:
    """The letter that stands for a digit in "1O0 mL" (the unit itself is left alone)."""
    for end in range(len(core), 0, -1):
        head, unit = core[:end], core[end:]
        if not re.search("[0-9]", head):
            return None
        found = impostor(
            head, with_real_digits(head), lambda meant, unit=unit: question.is_number(meant + unit)
        )
        if found is not None:
            return found
    return None


def _checked(question: _Question, number: Decimal) -> int | Decimal:
    """The number as it is stored, if it is possible and has no more decimals than are kept."""
    more, places = question.suspicion(number), question.places
    if not question.allows(number):
        value = quoted(with_unit(canonical(number), question.unit))
        raise refusal(question.field, say.OUTSIDE.fill(value=value, limits=question.limits), *more)
    # where the point marks thousands, "1.000" is one thousand
    if number.as_tuple().exponent == -3 and abs(number) >= 1 and places < 3:
        large = canonical(number.scaleb(3))
        raise question.refuse(say.THOUSANDS_POINT, small=canonical(number), large=large)
    stored = number.quantize(Decimal(1).scaleb(-places))
    if stored != number:
        raise question.refuse(say.MORE_DECIMALS, *more)
    return int(stored) if places == 0 else stored
