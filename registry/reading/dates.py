"""Reads days, partial dates and months."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from registry.labels import Label
from registry.reading import sentences as say
from registry.reading.outcome import Reading, Unreadable, canonical, quoted, refusal
from registry.reading.text import impostor, plain, says_missing, single_entry, with_real_digits

LONGEST_DATE = 40
EARLIEST_EVENT = date(1950, 1, 1)
EARLIEST_BIRTH = date(1900, 1, 1)
# where the caller names no end: later days break time zone arithmetic on every page that shows them
LATEST = date(2199, 12, 31)
SPREADSHEET_DAY_ZERO = date(1899, 12, 30)

_YEAR = "(?P<year>[0-9]{4})"
_DAY_SHAPES = (
    rf"{_YEAR}\s?(?P<mark>[-/.])\s?(?P<month>[0-9]{{1,2}})\s?(?P=mark)\s?(?P<day>[0-9]{{1,2}})",
    rf"{_YEAR}\s?年\s?(?P<month>[0-9]{{1,2}})\s?月\s?(?P<day>[0-9]{{1,2}})\s?[日号]?",
    "(?P<year>(?:1[89]|2[01])[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
)
# with a point and one digit, 2023.1 may be what a spreadsheet left of 2023.10
_MONTH_SHAPES = (
    rf"{_YEAR}\s?[-/]\s?(?P<month>[0-9]{{1,2}})",
    rf"{_YEAR}\.(?P<month>[0-9]{{2}})",
    rf"{_YEAR}\s?年\s?(?P<month>[0-9]{{1,2}})\s?月(?:份)?",
)
_YEAR_SHAPES = (rf"{_YEAR}\s?年?",)
_ALL_SHAPES = _DAY_SHAPES + _MONTH_SHAPES + _YEAR_SHAPES
# only where a month is asked for: elsewhere 200412 could be a day with a two-digit year
_COMPACT_MONTH = "(?P<year>(?:1[89]|2[01])[0-9]{2})(?P<month>[0-9]{2})"
_MIDNIGHT = re.compile(r"[ T]00?:00(?::00(?:\.0+)?)?$")
_TIME_OF_DAY = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}")
_YEAR_LAST = re.compile(r"([0-9]{1,2})\s?[-/. ]\s?([0-9]{1,2})\s?[-/. ]\s?([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}\s?[-/.年]\s?[0-9]{1,2}\s?[-/.月]\s?[0-9]{1,2}\s?[日号]?|[0-9]{6}")
_SPREADSHEET = re.compile(r"([1-9][0-9]{4})(?:\.[0-9]+)?")


class _Typed(NamedTuple):
    """A date as typed, before it is known to exist."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def precision(self) -> str:
        return "y" if self.month is None else "m" if self.day is None else "d"


@dataclass(frozen=True)
class _Question:
    """What a field asks for, and the text that was typed as its answer."""

    field: Label
    text: str
    entry: str
    enter: Label
    earliest: date
    latest: date

    def refuse(self, pattern: Label, *more: Label, **values: object) -> Unreadable:
        """The refusal of the entry, with `more` sentences, such as what to `enter` instead."""
        return refusal(self.field, pattern.fill(text=quoted(self.entry), **values), *more)


def read_date(
    text: str, field: Label, *, earliest: date = EARLIEST_EVENT, latest: date | None = None
) -> Reading:
    """One day of the calendar: 2023-04-12, 2023/4/12, 2023.4.12, 20230412, 2023年4月12日.

    Raises Unreadable for days that do not exist, before `earliest` or after `latest`, for
    two-digit years, for day or month first (04/05/2023), for the bare numbers of spreadsheets
    and for words: dictionary, section 11 rows 2 to 7 and 11.
    """
    question = _asked(text, field, say.ENTER_DAY, earliest, latest)
    typed = _typed(question.entry, _ALL_SHAPES)
    if typed is None:
        raise _explained(question)
    if typed.day is None:
        raise question.refuse(
            say.DAY_MISSING if typed.month is not None else say.MONTH_MISSING, question.enter
        )
    return _reading(question, typed)


def read_partial_date(
    text: str, field: Label, *, earliest: date = EARLIEST_EVENT, latest: date | None = None
) -> Reading:
    """A day, a month (2023-04, 2023年4月) or a year (2023, 2023年); see `read_date`.

    The value is the first day of the period, its precision "d", "m" or "y". A period is
    refused only if it lies wholly before `earliest` or after `latest`.
    """
    question = _asked(text, field, say.ENTER_PARTIAL, earliest, latest)
    typed = _typed(question.entry, _ALL_SHAPES)
    if typed is None:
        raise _explained(question)
    return _reading(question, typed)


def read_year_month(
    text: str, field: Label, *, earliest: date = EARLIEST_BIRTH, latest: date | None = None
) -> Reading:
    """A month: 2023-04, 2023/4, 202304, 2023年4月; the value is its first day.

    A full date is refused and not repeated, for only year and month of birth are collected.
    `earliest` and `latest` as in `read_partial_date`.
    """
    question = _asked(text, field, say.ENTER_MONTH, earliest, latest)
    typed = _typed(question.entry, (*_MONTH_SHAPES, _COMPACT_MONTH))
    if typed is None:
        raise _no_month(question)
    return _reading(question, typed)


def _asked(text: str, field: Label, enter: Label, earliest: date, latest: date | None) -> _Question:
    """The entry in plain characters, without the midnight that spreadsheets add to a day."""
    entry = single_entry(text, field, LONGEST_DATE)
    if says_missing(entry):
        raise refusal(field, say.MISSING.fill(text=quoted(entry)))
    return _Question(field, text, _MIDNIGHT.sub("", plain(entry)), enter, earliest, latest or LATEST)


def _typed(entry: str, shapes: Collection[str]) -> _Typed | None:
    for shape in shapes:
        found = re.fullmatch(shape, entry)
        if found:
            return _Typed(
                **{part: int(digits) for part, digits in found.groupdict().items() if part != "mark"}
            )
    return None


def _reading(question: _Question, typed: _Typed) -> Reading:
    if typed.year < question.earliest.year:
        raise question.refuse(say.TOO_EARLY, earliest=question.earliest)
    first, last = _period(question, typed)
    if last < question.earliest:
        raise question.refuse(say.TOO_EARLY, earliest=question.earliest)
    if first > question.latest:
        raise question.refuse(say.FUTURE, latest=question.latest)
    normalised = question.text.strip() != canonical(first, precision=typed.precision)
    return Reading(first, as_typed=question.text, precision=typed.precision, normalised=normalised)


def _period(question: _Question, typed: _Typed) -> tuple[date, date]:
    """The first and the last day that the entry can mean, if they exist."""
    year, month, day = typed
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if not 1 <= month <= 12:
        raise question.refuse(say.NO_SUCH_MONTH, question.enter, month=month)
    days = calendar.monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, days)
    if day == 0:
        raise question.refuse(say.NO_DAY_ZERO, question.enter)
    if day > days:
        name = say.MONTHS[month - 1]
        raise question.refuse(say.NO_SUCH_DAY, month=name, number=month, year=year, days=days)
    return date(year, month, day), date(year, month, day)


def _explained(question: _Question) -> Unreadable:
    """Why the entry is not a date."""
    entry = question.entry
    year_last = _YEAR_LAST.fullmatch(entry)
    if year_last:
        return _year_last(question, *(int(part) for part in year_last.groups()))
    if _TIME_OF_DAY.search(entry):
        return refusal(question.field, say.TIME_OF_DAY, question.enter)
    if _typed(entry, (_COMPACT_MONTH,)):
        return question.refuse(say.MONTH_OR_SHORT_YEAR, question.enter)
    if _SHORT_YEAR.fullmatch(entry):
        return question.refuse(say.SHORT_YEAR, question.enter)
    stored = _spreadsheet_day(entry)
    if stored:
        return question.refuse(say.SPREADSHEET_NUMBER, proposed=stored)
    return _misspelled(question, _ALL_SHAPES) or question.refuse(say.NO_DATE, question.enter)


def _year_last(question: _Question, one: int, other: int, year: int) -> Unreadable:
    """04/05/2023: both readings where both exist; never a choice between them."""
    candidates = sorted(
        {f"{year:04}-{m:02}-{d:02}" for d, m in ((one, other), (other, one)) if _exists(year, m, d)}
    )
    if len(candidates) == 2:
        return question.refuse(say.AMBIGUOUS, one=candidates[0], other=candidates[1])
    if candidates:
        return question.refuse(say.YEAR_FIRST, candidate=candidates[0])
    return question.refuse(say.NO_DATE, question.enter)


def _exists(year: int, month: int, day: int) -> bool:
    return year > 0 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _spreadsheet_day(entry: str) -> date | None:
    """The day that a bare number means in the 1900 system of spreadsheets, from 1950 on."""
    found = _SPREADSHEET.fullmatch(entry)
    day = SPREADSHEET_DAY_ZERO + timedelta(days=int(found[1])) if found else None
    return day if day and day >= EARLIEST_EVENT else None


def _misspelled(question: _Question, shapes: Collection[str]) -> Unreadable | None:
    """The refusal of an entry that one letter or one lost zero keeps from being a date."""
    entry = question.entry
    if re.fullmatch(rf"{_YEAR}\.1", entry):
        return question.refuse(say.ONE_DIGIT_MONTH, question.enter)
    character = impostor(entry, with_real_digits(entry), lambda meant: _typed(meant, shapes) is not None)
    return character and question.refuse(say.NOT_A_DIGIT, question.enter, character=character)


def _no_month(question: _Question) -> Unreadable:
    """Why the entry is not a month; what may hold a day of birth is not repeated."""
    entry = question.entry
    is_day = _typed(entry, _DAY_SHAPES) or _YEAR_LAST.fullmatch(entry) or _SHORT_YEAR.fullmatch(entry)
    if is_day or _spreadsheet_day(entry):
        return refusal(question.field, say.DAY_NOT_COLLECTED, question.enter)
    if _typed(entry, _YEAR_SHAPES):
        return question.refuse(say.MONTH_MISSING, question.enter)
    return _misspelled(question, _MONTH_SHAPES) or refusal(question.field, say.NO_MONTH, question.enter)
