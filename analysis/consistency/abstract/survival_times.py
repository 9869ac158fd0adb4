"""Reading medians of survival, survival rates at stated times, and follow-up."""

from __future__ import annotations

import re

from analysis.consistency.abstract import words
from analysis.consistency.abstract.facts import FollowUp, MedianTime, Mismatch, Rate
from analysis.consistency.abstract.reader import Reader, span_of
from analysis.consistency.abstract.text import Numeral, Text
from analysis.consistency.abstract.words import CALENDAR, MEDIAN, SEPARATOR, TO, UNIT, N

# "6, 12 and 18 months" or "6 months, 12 months and 18 months": one unit for all, or one for each
_UNIT = rf" ?-? ?{CALENDAR}-?"
_TIMES = rf"(?:{N}{_UNIT}(?:{SEPARATOR}{N}{_UNIT}){{0,9}}|{N}-?(?:{SEPARATOR}{N}-?){{0,9}}{_UNIT})"
_PERCENTS = rf"{N} ?%?(?:(?!;){SEPARATOR}{N} ?%?){{0,9}}"
_TIMES_FIRST = re.compile(rf"(?P<times>{_TIMES})(?P<middle>[^{N}。;.]{{0,80}}?)(?P<rates>{_PERCENTS})(?<=%)")
_RATES_FIRST = re.compile(
    rf"(?P<rates>{_PERCENTS})(?<=%)(?P<middle>[^{N}。;,.]{{0,40}}?(?:at|after|for|by|于|在|\()) ?"
    rf"(?P<times>{_TIMES})"
)
_COMPARED = re.compile(r" ?(?:vs|versus|对比|与对照|compared (?:with|to)) ?\.? ?#|%? ?[-~] ?#")
_ONLY_JOINS = re.compile(r"^(?: ?(?:,|;|、|and|和|及|with|with a|or) ?)+$")
_COMPARISONS = ("<", ">", "≤", "≥", "±")
_LEVEL_AFTER = re.compile(rf" ?{words.CI}")
_UNIT_IN = re.compile(CALENDAR)

_MEDIAN = re.compile(rf"{MEDIAN}(?P<words>[^{N}。;.]{{0,80}}?)(?P<values>{_TIMES})")
_OF_GROUPS = re.compile(r"两组|各组|分别|both groups|groups were|respectively")
# "12.0 months, 6 months": a median and the beginning of something else; "12.0 and 8.0 months": two groups
_ONE_THEN_MORE = re.compile(rf"{N} ?-? ?{CALENDAR} ?[,、;](?! ?and)")
_NOT_REACHED = re.compile(
    rf"{MEDIAN}[^{N}。;.]{{0,60}}?(?:not (?:yet )?(?:been )?reached|未达到|(?<![a-z])nr(?![a-z]))"
)
_FOLLOWED = re.compile(
    rf"{words.FOLLOW_UP}[^{N}。;.]{{0,60}}?(?P<value>{N})(?: ?-?{UNIT})?"
    rf"(?:{TO}(?P<high>{N}))? ?-?(?P<unit>{CALENDAR})"
)
_RANGE_OF_FOLLOW_UP = re.compile(
    rf"(?:range|范围)[^{N}。;.()]{{0,12}}(?P<value>{N})(?: ?-?{UNIT})?"
    rf"{TO}(?P<high>{N}) ?-?(?P<unit>{CALENDAR})"
)


def medians(reader: Reader) -> None:
    """Medians of survival that have no interval, one or several end points at once, and those not reached."""
    plain = reader.without_brackets()
    for match in _MEDIAN.finditer(plain.masked):
        before = plain.masked[max(0, match.start() - 30) : match.start()]
        told = match.group("words")
        if not re.search(words.SURVIVAL, before + told) or re.search(words.FOLLOW_UP, told):
            continue
        months = _months(match.group("values"))
        if months:
            _medians(reader, plain, match, months)
    for match in _NOT_REACHED.finditer(plain.masked):
        if _COMPARED.match(plain.masked, match.end()):
            continue
        end_point = words.end_point_at(plain.masked, match.start(), match.end())
        reader.add(MedianTime(plain.span(*match.span()), end_point, None))


def _medians(reader: Reader, plain: Text, match: re.Match, months: float) -> None:
    values = plain.numerals_in(*match.span("values"))
    named = [
        (found.start(), name)
        for name, pattern in words.END_POINTS.items()
        for found in pattern.finditer(match.group("words"))
    ]
    end_points = list(dict.fromkeys(name for _, name in sorted(named)))
    if not end_points:
        end_points = [words.end_point_at(plain.masked, match.start(), match.end("words"))]
    free = [value for value in values if reader.are_free(value)]
    if not free or _COMPARED.match(plain.masked, match.end()):
        return
    if len(end_points) == len(values):
        for end_point, value in zip(end_points, values, strict=True):
            if value in free:
                reader.add(MedianTime((value.start, value.end), end_point, value, months), value)
    elif len(end_points) == 1 and _OF_GROUPS.search(match.group("words")):
        reader.claim(*values)
    elif len(end_points) == 1 and _ONE_THEN_MORE.match(match.group("values")) and values[0] in free:
        value = values[0]
        reader.add(MedianTime((value.start, value.end), end_points[0], value, months), value)


def _months(text: str) -> float | None:
    """How many months the unit in a list of times has: the last one named."""
    units = _UNIT_IN.findall(text)
    return words.months_in(units[-1]) if units else None


def _months_of_each(times: str) -> list[float]:
    """How many months the unit of each time of a list has: its own, or the last for all."""
    units = [words.months_in(unit) or 1.0 for unit in _UNIT_IN.findall(times)]
    count = times.count(N)
    return units if len(units) == count else units[-1:] * count


def rates(reader: Reader) -> None:
    """Survival rates: a list of times with the list of its rates, in either order."""
    plain = reader.without_brackets()
    for match in _TIMES_FIRST.finditer(plain.masked):
        middle = match.group("middle")
        if _ONLY_JOINS.match(middle) or middle.rstrip().endswith(_COMPARISONS):
            continue
        if re.search(words.NOT_SURVIVAL, middle) or _LEVEL_AFTER.match(plain.masked, match.end()):
            continue
        before = words.sentence_before(plain.masked, match.start(), 120)
        if re.search(words.SURVIVAL, middle) or _is_about_survival(before):
            _rates(reader, plain, match)
    for match in _RATES_FIRST.finditer(plain.masked):
        before = words.sentence_before(plain.masked, match.start(), 160)
        if _is_about_survival(before + match.group("middle")):
            _rates(reader, plain, match)


def _is_about_survival(before: str) -> bool:
    """Whether what was named last in the sentence is survival."""
    about = max((match.end() for match in re.finditer(words.SURVIVAL, before)), default=-1)
    other = max((match.end() for match in re.finditer(words.NOT_SURVIVAL, before)), default=-1)
    return about > other


def _rates(reader: Reader, plain: Text, match: re.Match) -> None:
    times = _unclaimed_tail(reader, plain.numerals_in(*match.span("times")))
    percents = plain.numerals_in(*match.span("rates"))
    months = _months_of_each(match.group("times"))[-len(times) :] if times else []
    if not times or len(months) != len(times):
        return
    start, end = span_of(*times, *percents[: len(times)])
    span = (start, max(end, plain.span(*match.span())[1]))
    if _COMPARED.match(plain.masked, match.end()):
        return
    if len(times) > len(percents) or (1 < len(times) < len(percents)):
        reader.add(Mismatch(span, len(times), len(percents)), *times, *percents)
        return
    end_point = words.end_point_at(plain.masked, match.start(), match.end("middle"))
    for time, unit, percent in zip(times, months, percents, strict=False):
        reader.add(Rate(span, end_point, time, unit * float(time), percent), time, percent)


def _unclaimed_tail(reader: Reader, numerals: list[Numeral]) -> list[Numeral]:
    """A list of times may follow a median that was read already: "12.0 months, 6, 12 and 18 months"."""
    tail: list[Numeral] = []
    for numeral in reversed(numerals):
        if not reader.are_free(numeral):
            break
        tail.insert(0, numeral)
    return tail


def follow_up(reader: Reader) -> None:
    """Follow-up: a median, or the shortest and longest."""
    for match in _FOLLOWED.finditer(reader.masked):
        value, high = (reader.text.numeral(match, name) for name in ("value", "high"))
        if reader.are_free(value, high):
            months = words.months_in(match.group("unit")) or 1.0
            reader.add(FollowUp(reader.span(match), high, months), value, high)
            _range_behind(reader, match)


def _range_behind(reader: Reader, match: re.Match) -> None:
    found = _RANGE_OF_FOLLOW_UP.search(reader.masked, match.end(), match.end() + 60)
    if found is None:
        return
    value, high = (reader.text.numeral(found, name) for name in ("value", "high"))
    if reader.are_free(value, high):
        months = words.months_in(found.group("unit")) or 1.0
        reader.add(FollowUp(reader.span(found), high, months), value, high)
