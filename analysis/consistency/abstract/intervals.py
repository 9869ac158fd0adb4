"""Reading confidence intervals, means with their spread, medians with quartiles or range."""

from __future__ import annotations

import re

from analysis.consistency.abstract import words
from analysis.consistency.abstract.facts import FollowUp, Interval, MedianTime, Middle, PValue, Share, Spread
from analysis.consistency.abstract.reader import Reader, is_whole
from analysis.consistency.abstract.text import Numeral
from analysis.consistency.abstract.words import CI, TO, UNIT, N

_U = rf"(?:%| ?-?{UNIT})?"
_LIMITS = rf"(?P<lower>{N})(?P<u1>{_U}){TO}(?P<upper>{N})(?P<u2>{_U})"
_INTERVAL = re.compile(
    rf"(?:(?P<level>{N})% ?)?{CI}(?:为|\))?[ :=,(]{{0,3}}(?:为|from|of|was|is|between)? ?{_LIMITS}"
)
# "HR (95% CI) 0.52 (0.30-0.90)": the words come before the estimate
_HEADED = re.compile(
    rf"(?:(?P<level>{N})% ?)?{CI}\)?[^{N}。;(]{{0,25}}(?P<value>{N})(?P<unit>{_U}) ?\( ?{_LIMITS} ?\)"
)
_P_BETWEEN = rf"(?:{words.P}[ ,;]{{1,3}})?"
_ESTIMATE = re.compile(
    rf"(?P<value>{N})(?: ?± ?(?P<se>{N}) ?\)?)?(?P<unit>{_U})[ ,:;(]{{0,4}}(?:with an? )?{_P_BETWEEN}"
    rf"(?:(?P<count>{N}) ?/ ?(?P<total>{N})[ ,;:)(]{{1,3}})?$"
)
_FRACTION = re.compile(rf"(?P<count>{N}) ?/ ?(?P<total>{N})(?: ?例)?[ ,:;(]{{0,4}}$")
_P_AFTER = re.compile(rf"[ ,;:)%]{{0,4}}{words.P}")
_UNIT_AFTER = re.compile(rf"\)? ?(?P<unit>{UNIT})")
_BARE_RATIO = re.compile(
    rf"(?:{words.RATIO})[^{N}。;a-z]{{0,6}}(?P<value>{N}) ?\( ?(?P<lower>{N}){TO}(?P<upper>{N})"
)
_LOOK_BACK, _CLOSE = 90, 60

_SPREAD = re.compile(
    rf"(?P<open>\()?(?P<mean>{N})(?P<u1>{_U}) ?± ?(?P<spread>{N})(?P<u2>{_U})(?(open) ?\))(?P<u3>{_U})"
)
_NAMED_SPREAD = re.compile(
    rf"(?P<mean>{N})(?P<u1>{_U}) ?\( ?"
    r"(?P<kind>s\.?d\.?|standard deviation|标准差|s\.?e\.?m?\.?|standard error|标准误)"
    rf"[ :=,]{{0,3}}(?P<spread>{N})(?P<u2>{_U})(?P<u3>)"
)
_SAID_ONCE = re.compile(
    r"(?:means?|均数|均值|x̄|x) ?(?:\(|±|\+) ?(?P<kind>[a-z.]{1,4}(?![a-z])|standard [a-z]+|标准差|标准误)"
)

_MIDDLE = re.compile(
    rf"(?P<value>{N})(?P<u1>{_U})(?: ?old)? ?\((?P<words>[^{N}()]{{0,40}}?)(?P<low>{N})(?P<u2>{_U}){TO}"
    rf"(?P<high>{N})(?P<u3>{_U})[^{N}()]{{0,20}}\)(?P<u4>{_U})"
)


def intervals(reader: Reader) -> None:
    """Estimates with their confidence interval, a P value beside it included."""
    for match in _HEADED.finditer(reader.masked):
        _interval(
            reader, match, reader.text.numeral(match, "value"), match.start("value"), match.group("unit")
        )
    for match in _INTERVAL.finditer(reader.masked):
        if not reader.are_free(*(reader.text.numeral(match, name) for name in ("lower", "upper"))):
            continue
        start = max(0, match.start() - _LOOK_BACK)
        fraction = _FRACTION.search(reader.masked, start, match.start())
        if fraction:
            _of_fraction(reader, match, fraction)
            continue
        estimate = _ESTIMATE.search(reader.masked, start, match.start())
        value = reader.text.numeral(estimate, "value") if estimate else None
        place = estimate.start("value") if estimate else match.start()
        _interval(reader, match, value, place, estimate.group("unit") if estimate else "", estimate)
    for match in _BARE_RATIO.finditer(reader.masked):
        value, lower, upper = (reader.text.numeral(match, name) for name in ("value", "lower", "upper"))
        if reader.are_free(value, lower, upper):
            p = _p_after(reader, match)
            fact = Interval(reader.span(match), value, lower, upper, None, "ratio", p=p)
            reader.add(fact, value, lower, upper)


def _interval(
    reader: Reader,
    match: re.Match,
    value: Numeral | None,
    place: int,
    unit: str,
    estimate: re.Match | None = None,
) -> None:
    level, lower, upper = (reader.text.numeral(match, name) for name in ("level", "lower", "upper"))
    if not reader.are_free(lower, upper) or not reader.are_free(value):
        value = None if not reader.are_free(value) else value
    behind = _UNIT_AFTER.match(reader.masked, match.end())
    unit = next(
        (one.strip(" -") for one in (unit, match.group("u2"), behind and behind.group("unit")) if one), ""
    )
    measure = _measure(words.sentence_before(reader.masked, place, 120), unit)
    end_point = words.end_point_at(reader.masked, place, place)
    span = reader.text.span(min(place, match.start()), match.end())
    p = _p_after(reader, match) or (estimate and _p_within(reader, estimate))
    reader.add(
        Interval(span, value, lower, upper, level, measure, end_point, unit, p), value, level, lower, upper
    )
    if estimate:
        reader.claim(reader.text.numeral(estimate, "se"))  # "12.0±2.6 months (95% CI ...)", as SPSS prints it
    months = words.months_in(unit) if measure == "median survival" else None
    if months and value is not None:
        reader.add(MedianTime((value.start, value.end), end_point, value, months))
    if estimate and estimate.group("total"):
        _share_within(reader, estimate, value if unit == "%" else None)
    _note_bracket(reader, match, place)


def _of_fraction(reader: Reader, match: re.Match, fraction: re.Match) -> None:
    count, total = (reader.text.numeral(fraction, name) for name in ("count", "total"))
    level, lower, upper = (reader.text.numeral(match, name) for name in ("level", "lower", "upper"))
    span = reader.text.span(fraction.start(), match.end())
    share = Share(span, count, total) if is_whole(count, total) else None
    reader.add(
        Interval(span, None, lower, upper, level, "percent", unit="%", share=share), level, lower, upper
    )
    if share:
        reader.add(share, count, total)


def _share_within(reader: Reader, estimate: re.Match, percent: Numeral | None) -> None:
    count, total = (reader.text.numeral(estimate, name) for name in ("count", "total"))
    if is_whole(count, total) and reader.are_free(count, total):
        reader.add(Share(reader.span(estimate), count, total, percent), count, total)


def _p_after(reader: Reader, match: re.Match) -> PValue | None:
    found = _P_AFTER.match(reader.masked, match.end())
    return _p(reader, found) if found else None


def _p_within(reader: Reader, estimate: re.Match) -> PValue | None:
    return _p(reader, estimate) if estimate.group("p") else None


def _p(reader: Reader, match: re.Match) -> PValue:
    value = reader.text.numeral(match, "p")
    fact = PValue((value.start, value.end), match.group("relation"), value)
    reader.add(fact, value)
    return fact


def _measure(before: str, unit: str) -> str:
    """What an estimate is, by the words before it: the ratio or median named last, or a percentage."""
    ratio = max((match.end() for match in re.finditer(words.RATIO, before)), default=-1)
    median = max((match.end() for match in re.finditer(words.MEDIAN, before)), default=-1)
    if ratio > median and unit in ("", "例"):
        return "ratio"
    if unit == "%":
        return "percent"
    told = before[median:] if median >= 0 else ""
    named = re.search(words.SURVIVAL, before[max(0, median - 25) :] if median >= 0 else "")
    if named and not re.search(words.FOLLOW_UP, told) and (not unit or words.months_in(unit)):
        return "median survival"
    return "other"


def _note_bracket(reader: Reader, match: re.Match, place: int) -> None:
    opening = reader.masked.find("(", place, match.start("lower"))
    closing = reader.masked.find(")", match.end(), match.end() + _CLOSE)
    if 0 <= opening < closing:
        before = opening - (opening > 0 and reader.masked[opening - 1] == " ")
        reader.brackets.append((before, closing + 1))


def spreads(reader: Reader) -> None:
    """Means with a standard deviation, a standard error, or a ± that does not say which."""
    once = {_kind(match.group("kind")) for match in _SAID_ONCE.finditer(reader.masked)} - {""}
    for match in (*_SPREAD.finditer(reader.masked), *_NAMED_SPREAD.finditer(reader.masked)):
        mean, spread = (reader.text.numeral(match, name) for name in ("mean", "spread"))
        if not reader.are_free(mean, spread):
            continue
        unit = next((match.group(name).strip(" -") for name in ("u1", "u2", "u3") if match.group(name)), "")
        if unit == "%" and re.search(words.SURVIVAL, words.sentence_before(reader.masked, match.start(), 80)):
            reader.claim(mean, spread)  # a rate with its standard error
            continue
        around = reader.masked[max(0, match.start() - 40) : match.end() + 25]
        kind = _kind(match.groupdict().get("kind") or around) or (once.pop() if len(once) == 1 else "")
        if kind:
            once = once or {kind} if _SAID_ONCE.search(reader.masked) else once
        reader.add(Spread(reader.span(match), mean, spread, kind, unit), mean, spread)


def _kind(text: str) -> str:
    if words.STANDARD_ERROR.search(text):
        return "sem"
    return "sd" if words.STANDARD_DEVIATION.search(text) or text == "s" else ""


def middles(reader: Reader) -> None:
    """A number with two others in brackets behind it: median with quartiles or range."""
    for match in _MIDDLE.finditer(reader.masked):
        value, low, high = (reader.text.numeral(match, name) for name in ("value", "low", "high"))
        if not reader.are_free(low, high) or "=" in match.group("words"):
            continue
        before = words.sentence_before(reader.masked, match.start(), 90)
        if re.search(words.RATIO, before) and not match.group("u1") and value.value > 0:
            fact = Interval(reader.span(match), value, low, high, None, "ratio", p=_p_after(reader, match))
            reader.add(fact, value, low, high)
            continue
        unit = next(
            (match.group(name).strip(" -") for name in ("u1", "u2", "u3", "u4") if match.group(name)), ""
        )
        kind = _spread_kind(match, before, reader.masked)
        reader.add(Middle(reader.span(match), value, low, high, kind, unit), value, low, high)
        months = words.months_in(unit)
        told = before[before.rfind("median") :] if "median" in before else before[before.rfind("中位") :]
        is_new = not any(isinstance(one, MedianTime) and one.value is value for one in reader.facts)
        if months and re.search(words.MEDIAN, before) and re.search(words.SURVIVAL, told) and is_new:
            end_point = words.end_point_at(reader.masked, match.start(), match.start())
            reader.add(MedianTime((value.start, value.end), end_point, value, months))
        if re.search(words.FOLLOW_UP, before[-50:]) and months:
            longest = high if kind == "range" else None
            reader.add(FollowUp(reader.span(match), longest, months))


def _spread_kind(match: re.Match, before: str, masked: str) -> str:
    inside = match.group("words")
    if words.QUARTILE_WORDS.search(inside):
        return "quartiles"
    if words.RANGE_WORDS.search(inside):
        return "range"
    between = masked[match.end("low") : match.start("high")]
    in_journal_form = "," in between or words.QUARTILE_WORDS.search(before)
    return "quartiles" if in_journal_form else ""
