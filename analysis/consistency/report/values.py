"""Checks of one cell at a time: shares, intervals, location and spread."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from analysis.consistency import arithmetic
from analysis.consistency.report.walk import Place, percent, places, said
from analysis.conventions import INTERVALS
from analysis.document import Finding, Report
from registry.labels import LANGUAGES, Label, both, joined

TOLERANCE = 1e-6
ESTIMATES = ("percent", "median", "mean", "hazard_ratio", "odds_ratio", "difference", "value")
PRINTED_PERCENT = re.compile(r"(\d+(?:\.(\d+))?)%")
NAMES_SPREAD = re.compile(r"SD|SEM|standard (?:deviation|error)|标准差|标准误", re.IGNORECASE)
OF_TIME = re.compile(
    r"\d\)?\s?(?:d|days?|h|hours?|min|minutes?|months?|years?|天|日|小时|分钟|个月|月|年|岁)\b"
)
LEAST_OF_VALUES = 3  # an SD of two values says nothing about their range

PERCENT_WRONG = Label(
    "{name}: {n} of {total} is {right}, not {wrong}.", "{name}：{n}/{total}应为{right}，而非{wrong}。"
)
PRINTED_WRONG = Label(
    "{name}: {n} of {total} is {right} and cannot be printed as {wrong}.",
    "{name}：{n}/{total}为{right}，不能修约为{wrong}。",
)
MORE_THAN_TOTAL = Label(
    "{name}: {n} is more than the {total} it is counted among.", "{name}：计数{n}大于其总数{total}。"
)
OUTSIDE = Label(
    "{name}: the interval {lower} to {upper} does not contain the estimate {value}.",
    "{name}：置信区间{lower}～{upper}不包含点估计值{value}。",
)
SYMMETRIC = Label(
    "{name}: the interval {lower} to {upper} is exactly symmetric about {value}, a normal approximation with "
    "a standard error of {se}, as declared (SPSS-compatible); it is less dependable in small samples than an "
    "interval inverted from the band.",
    "{name}：区间{lower}～{upper}关于{value}完全对称，为已声明的正态近似（SPSS兼容法），标准误{se}；"
    "小样本时不如由置信带反推的区间可靠。",
)
SYMMETRIC_BY_CHANCE = Label(
    "{name}: the interval {lower} to {upper} is exactly symmetric about {value}. The method is {method}, "
    "whose limits are event times, so this is chance and not a normal approximation.",
    "{name}：区间{lower}～{upper}关于{value}完全对称；所用方法为{method}，其界限取自事件时间，故属巧合而非"
    "正态近似。",
)
BELOW_ZERO = Label(
    "{name}: the lower confidence limit is {lower}, below 0, where no time can be.",
    "{name}：置信下限为{lower}，小于0，而时间不可能小于0。",
)
NO_BOUND = Label(
    "None of {total}, printed without an upper limit: {names}. Not seen is not impossible: the upper 95% "
    "confidence limit is {exact} (exact; Wilson {wilson}).",
    "{total}例中0例且未给出置信上限：{names}。未观察到不等于不会发生：95%置信上限为{exact}（精确法；Wilson"
    "法{wilson}）。",
)
DISORDERED = Label(
    "{name}: {what} are not in order.",
    "{name}：{what}的大小顺序不成立。",
)
SPREAD_IMPOSSIBLE = Label(
    "{name}: a standard deviation of {sd} is impossible for {n} values from {low} to {high} (it must lie "
    "between {least} and {most}).",
    "{name}：{n}个数值介于{low}～{high}，标准差不可能为{sd}（应在{least}～{most}之间）。",
)
SPREAD_SMALL = Label(
    "{name}: the standard deviation {sd} is less than a tenth of the range {low} to {high}: an outlier, or a "
    "standard error in its place.",
    "{name}：标准差{sd}不足全距（{low}～{high}）的十分之一：可能有离群值，或误用了标准误。",
)
SPREAD_LARGE = Label(
    "{name}: the standard deviation {sd} exceeds the mean {mean} of a quantity that is never negative: it is "
    "skewed, and median and quartiles describe it better.",
    "{name}：该指标不取负值，而标准差{sd}大于均数{mean}，呈偏态分布，宜用中位数及四分位数描述。",
)
SPREAD_UNNAMED = Label(
    "{name}: “±” is printed without saying whether a standard deviation ({sd}) or a standard error ({sem}) "
    "follows.",
    "{name}：“±”之后未注明是标准差（{sd}）还是标准误（{sem}）。",
)
SEM_AS_SPREAD = Label(
    "{name}: the number after “±” is the standard error {sem}; the standard deviation of the patients is "
    "{sd}.",
    "{name}：“±”之后为标准误{sem}；患者间的标准差为{sd}。",
)
NEGATIVE_TIME = Label(
    "{name}: the smallest value is {low}; a duration cannot be negative.",
    "{name}：最小值为{low}；时长不可能为负。",
)
ZERO_TIME = Label(
    "{name}: the smallest value is 0; check whether the two dates are really the same day.",
    "{name}：最小值为0；请核对两个日期是否确为同一天。",
)
QUARTILES = Label("minimum, quartiles, median and maximum", "最小值、四分位数、中位数与最大值")
MEAN_IN_RANGE = Label("minimum, mean and maximum", "最小值、均数与最大值")


def checks(report: Report) -> Iterator[Finding]:
    """What each cell says about itself."""
    unbounded: dict[int, list[Place]] = defaultdict(list)
    for place in places(report):
        yield from _share(place)
        yield from _interval(place)
        yield from _summary(place)
        if _is_none_without_bound(place):
            unbounded[int(place.number("N") or 0)].append(place)
    for total, without in unbounded.items():
        exact, wilson = arithmetic.upper_limit_of_none(total)
        names = joined(list(dict.fromkeys(place.name for place in without)))
        sentence = NO_BOUND.fill(total=total, names=names, exact=percent(exact), wilson=percent(wilson))
        yield Finding("zero_without_bound", "note", sentence, tuple(place.address for place in without))


def _is_none_without_bound(place: Place) -> bool:
    """A result of its own that nobody had; a category without patients is none."""
    is_none = place.number("n") == 0 and bool(place.number("N"))
    return is_none and place.row.level == 0 and place.number("upper") is None


def _finding(key: str, severity: str, sentence: Label, place: Place) -> Finding:
    return Finding(key, severity, sentence, (place.address,))


def _share(place: Place) -> Iterator[Finding]:
    n, total, share = (place.number(name) for name in ("n", "N", "percent"))
    if n is None or total is None:
        return
    words = {"name": place.name, "n": said(n), "total": said(total)}
    if n > total or n < 0:
        yield _finding("more_than_total", "contradiction", MORE_THAN_TOTAL.fill(**words), place)
        return
    if not total:
        return
    exact = Fraction(100 * int(n), int(total))
    if share is not None and abs(share - exact) > TOLERANCE:
        sentence = PERCENT_WRONG.fill(right=percent(float(exact), 2), wrong=percent(share, 2), **words)
        yield _finding("percent_of_total", "contradiction", sentence, place)
    for printed in _first_percents(place):
        if not arithmetic.can_be_printed_as(exact, Fraction(printed[0]), len(printed[1] or "")):
            sentence = PRINTED_WRONG.fill(right=percent(float(exact), 2), wrong=f"{printed[0]}%", **words)
            yield _finding("percent_of_total", "contradiction", sentence, place)
            break


def _first_percents(place: Place) -> Iterator[tuple[str, str | None]]:
    """The share as it is printed in each language: the first percentage outside an interval."""
    for language in LANGUAGES:
        found = PRINTED_PERCENT.search(place.share_text(language))
        if found:
            yield found.group(1), found.group(2)


def _interval(place: Place) -> Iterator[Finding]:
    lower, upper = place.number("lower"), place.number("upper")
    value = next((place.number(name) for name in ESTIMATES if place.number(name) is not None), None)
    if value is None:
        return
    if (lower is not None and lower > value + TOLERANCE) or (upper is not None and upper < value - TOLERANCE):
        sentence = OUTSIDE.fill(name=place.name, **_limits(lower, upper), value=said(value, 2))
        yield _finding("interval_without_estimate", "contradiction", sentence, place)
        return
    if place.is_median_survival and lower is not None and lower < 0:
        sentence = BELOW_ZERO.fill(name=place.name, lower=said(lower))
        yield _finding("limit_below_zero", "warning", sentence, place)
    if place.is_median_survival and None not in (lower, upper) and upper > lower:
        yield from _symmetry(place, value, lower, upper)


def _limits(lower: float | None, upper: float | None) -> dict[str, Label]:
    unknown = both("–")
    return {
        "lower": unknown if lower is None else said(lower, 2),
        "upper": unknown if upper is None else said(upper, 2),
    }


def _symmetry(place: Place, value: float, lower: float, upper: float) -> Iterator[Finding]:
    if abs((value - lower) - (upper - value)) > TOLERANCE * (upper - lower):
        return
    words = {
        "name": place.name,
        "value": said(value),
        "se": said(arithmetic.implied_standard_error(lower, upper), 2),
        "lower": said(lower),
        "upper": said(upper),
    }
    method = place.numbers.get("method")
    if method == "spss":
        yield _finding("interval_symmetric", "note", SYMMETRIC.fill(**words), place)
    else:
        name = INTERVALS.get(str(method), both(str(method)))
        sentence = SYMMETRIC_BY_CHANCE.fill(**words | {"method": name})
        yield _finding("interval_symmetric", "note", sentence, place)


def _summary(place: Place) -> Iterator[Finding]:
    low, high = place.number("minimum"), place.number("maximum")
    quartiles = [place.number(name) for name in ("minimum", "q1", "median", "q3", "maximum")]
    known = [value for value in quartiles if value is not None]
    if "q1" in place.numbers and known != sorted(known):
        sentence = DISORDERED.fill(name=place.name, what=QUARTILES)
        yield _finding("quartiles_disordered", "contradiction", sentence, place)
        return
    mean = place.number("mean")
    if low is None or high is None or mean is None:
        return
    slack = TOLERANCE * max(1.0, abs(low), abs(high))
    if not low - slack <= mean <= high + slack:
        sentence = DISORDERED.fill(name=place.name, what=MEAN_IN_RANGE)
        yield _finding("mean_outside_range", "contradiction", sentence, place)
        return
    yield from _spread(place, low, high, mean)
    if OF_TIME.search(place.cell.text("en") + " "):
        if low < 0:
            yield _finding(
                "time_not_positive",
                "contradiction",
                NEGATIVE_TIME.fill(name=place.name, low=said(low)),
                place,
            )
        elif low == 0:
            yield _finding("time_not_positive", "note", ZERO_TIME.fill(name=place.name), place)


def _spread(place: Place, low: float, high: float, mean: float) -> Iterator[Finding]:
    sd, sem, n = place.number("sd"), place.number("sem"), int(place.number("n") or 0)
    if sd is None or n < LEAST_OF_VALUES:
        return
    least, most = arithmetic.spread_limits(low, high, n)
    slack = TOLERANCE * max(1.0, abs(low), abs(high))
    words = {"name": place.name, "sd": said(sd), "low": said(low), "high": said(high), "mean": said(mean)}
    if not least - slack <= sd <= most + slack:
        sentence = SPREAD_IMPOSSIBLE.fill(n=n, least=said(least), most=said(most), **words)
        yield _finding("spread_against_range", "contradiction", sentence, place)
        return
    if high > low and sd < (high - low) / 10:
        yield _finding("spread_against_range", "warning", SPREAD_SMALL.fill(**words), place)
    text = place.cell.text("en")
    if "±" not in text and not NAMES_SPREAD.search(text):
        return  # the mean is behind the cell, but is not printed
    if low >= 0 and sd > mean:
        yield _finding("spread_exceeds_mean", "warning", SPREAD_LARGE.fill(**words), place)
    if "±" in text and sem is not None:
        yield from _plus_minus(place, words | {"sem": said(sem)}, sd, sem)


def _plus_minus(place: Place, words: dict, sd: float, sem: float) -> Iterator[Finding]:
    texts = [place.cell.text(language) for language in LANGUAGES]
    if any(NAMES_SPREAD.search(text) for text in (*texts, place.row.label.en, place.row.label.zh)):
        return
    printed = re.search(r"±\s*(\d+(?:\.\d+)?)", texts[0])
    if printed and abs(float(printed.group(1)) - sem) < abs(float(printed.group(1)) - sd):
        yield _finding("spread_is_standard_error", "warning", SEM_AS_SPREAD.fill(**words), place)
    else:
        yield _finding("spread_unnamed", "warning", SPREAD_UNNAMED.fill(**words), place)
