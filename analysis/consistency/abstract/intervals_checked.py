"""Checks of confidence intervals in an abstract: they hold their estimate, fit its P, tell their method."""

from __future__ import annotations

import math
from collections.abc import Iterator

from analysis.consistency import arithmetic
from analysis.consistency.abstract.facts import Abstract, Interval, Share
from analysis.consistency.abstract.finding import PassageFinding, passage, said
from analysis.consistency.abstract.text import Numeral
from registry.labels import Label, both, joined

HOLDS = Label(
    "The interval {lower} to {upper} holds its estimate {value}.", "区间{lower}～{upper}包含其点估计{value}。"
)
DOES_NOT_HOLD = Label(
    "The interval {lower} to {upper} does not hold its estimate {value}.",
    "区间{lower}～{upper}不包含其点估计{value}。",
)
REVERSED = Label(
    "The interval {lower} to {upper} begins with its upper limit.", "区间{lower}～{upper}的下限大于上限。"
)
SYMMETRIC = Label(
    "The interval {lower} to {upper} is exactly symmetric about the median {value} ({value} ± {half}). "
    "That is a normal approximation with a standard error of {se}, as SPSS prints it; an interval inverted "
    "from the survival curve is almost never symmetric. Name the method.",
    "区间{lower}～{upper}关于中位数{value}完全对称（{value}±{half}），属正态近似，标准误为{se}，与SPSS的输"
    "出一致；由生存曲线反推的区间几乎不会对称。应注明所用方法。",
)
NOT_ON_LOG_SCALE = Label(
    "{value} is not near the middle of {lower} to {upper} on the log scale ({middle}), where the interval of "
    "a ratio is symmetric as a rule.",
    "{value}与区间{lower}～{upper}在对数尺度上的中点（{middle}）相差较大，而比值的区间在对数尺度上通常对称。",
)
NEGATIVE = Label(
    "The interval {lower} to {upper} reaches below 0, where neither a time, a percentage nor a ratio can be.",
    "区间{lower}～{upper}低于0，而时间、百分比及比值均不可能小于0。",
)
ABOVE_HUNDRED = Label("The interval {lower} to {upper} reaches above 100%.", "区间{lower}～{upper}超过100%。")
P_FITS = Label(
    "P {relation} {p} fits the interval {lower} to {upper} of the ratio {value} (recomputed from it: "
    "{range}).",
    "P{relation}{p}与比值{value}的区间{lower}～{upper}相符（据此反算：{range}）。",
)
P_CONTRADICTS = Label(
    "P {relation} {p} and the interval {lower} to {upper} of the ratio {value} cannot both be right: "
    "recomputed from the interval P is {range}, on the other side of 0.05.",
    "P{relation}{p}与比值{value}的区间{lower}～{upper}不能同时成立：由区间反算P为{range}，位于0.05的另一侧。",
)
P_DIFFERS = Label(
    "P {relation} {p} differs from that recomputed from the interval {lower} to {upper} of the ratio {value} "
    "({range}): another test, or an error.",
    "P{relation}{p}与由比值{value}的区间{lower}～{upper}反算的结果（{range}）不同：或为另一检验，或有误。",
)
P_IMPOSSIBLE = Label("P {relation} {p}: a P value lies between 0 and 1.", "P{relation}{p}：P值应在0～1之间。")
P_ZERO = Label("P = {p}: a P value is never 0; print P < 0.001.", "P={p}：P值不会为0，应写作P<0.001。")
LIMITS_FIT = Label(
    "The interval {lower}% to {upper}% of {n} of {total} is recomputed by the method of {methods}.",
    "{n}/{total}的区间{lower}%～{upper}%经核算与{methods}法一致。",
)
LIMITS_DIFFER = Label(
    "The interval {lower}% to {upper}% of {n} of {total} is none of the usual ones: {expected}.",
    "{n}/{total}的区间{lower}%～{upper}%与常用方法均不一致：{expected}。",
)

ALPHA = 0.05
FAR = 3.0  # times: P by another test (log-rank, likelihood ratio) lies within this as a rule


def checks(abstract: Abstract) -> Iterator[PassageFinding]:
    """Every interval with its estimate."""
    shares = {share.percent.index: share for share in abstract.of(Share) if share.percent is not None}
    for fact in abstract.of(Interval):
        found = list(_limits(fact))
        yield from found
        if any(one.severity == "contradiction" for one in found):
            continue
        if fact.measure == "median survival":
            yield from _symmetry(fact)
        if fact.measure == "ratio":
            yield from _ratio(fact)
        share = fact.share or (shares.get(fact.value.index) if fact.value is not None else None)
        if share is not None and share.count is not None and share.total is not None:
            yield from _proportion(fact, share)


def _words(fact: Interval) -> dict[str, str]:
    value = fact.value.text if fact.value is not None else ""
    return {"value": value, "lower": fact.lower.text, "upper": fact.upper.text}


def _level(fact: Interval) -> float:
    level = float(fact.level) / 100 if fact.level is not None else arithmetic.LEVEL
    return level if 0.5 <= level < 1 else arithmetic.LEVEL


def _limits(fact: Interval) -> Iterator[PassageFinding]:
    lower, upper, words = fact.lower.value, fact.upper.value, _words(fact)
    if lower > upper:
        yield passage("interval_reversed", "contradiction", REVERSED.fill(**words), fact.span)
        return
    if fact.value is not None:
        holds = lower <= fact.value.value <= upper
        sentence = (HOLDS if holds else DOES_NOT_HOLD).fill(**words)
        yield passage(
            "interval_holds_estimate", "agreement" if holds else "contradiction", sentence, fact.span
        )
    if lower < 0 and fact.measure != "other":
        yield passage("limit_below_zero", "warning", NEGATIVE.fill(**words), fact.span)
    if upper > 100 and fact.measure == "percent":
        yield passage("limit_above_hundred", "contradiction", ABOVE_HUNDRED.fill(**words), fact.span)


def _symmetry(fact: Interval) -> Iterator[PassageFinding]:
    if fact.value is None or fact.lower.value == fact.upper.value:
        return
    below, above = fact.value.value - fact.lower.value, fact.upper.value - fact.value.value
    if below != above:
        return
    se = arithmetic.implied_standard_error(float(fact.lower), float(fact.upper), _level(fact))
    half = said(float(below), max(fact.value.decimals, fact.lower.decimals))
    sentence = SYMMETRIC.fill(half=half, se=said(se, fact.value.decimals + 1), **_words(fact))
    yield passage("interval_symmetric", "warning", sentence, fact.span)


def _ratio(fact: Interval) -> Iterator[PassageFinding]:
    if fact.value is None or min(fact.value.value, fact.lower.value) <= 0:
        return
    middles = [math.sqrt(low * high) for low, high in zip(_ends(fact.lower), _ends(fact.upper), strict=True)]
    values = _ends(fact.value)
    if values[0] > max(middles) * 1.1 or values[1] < min(middles) / 1.1:
        middle = said(math.sqrt(float(fact.lower) * float(fact.upper)), 2)
        sentence = NOT_ON_LOG_SCALE.fill(middle=middle, **_words(fact))
        yield passage("ratio_off_centre", "warning", sentence, fact.span)
        return
    if fact.p is not None:
        yield from _p(fact)


def _ends(numeral: Numeral) -> tuple[float, float]:
    """The smallest and the largest number that is printed so; a ratio stays above 0."""
    half = arithmetic.half_unit(numeral.decimals)
    return float(max(numeral.value - half, numeral.value / 10)), float(numeral.value + half)


def _p(fact: Interval) -> Iterator[PassageFinding]:
    """The printed P against those that the printed ratio and limits allow."""
    p, relation = fact.p, fact.p.relation.replace("为", "=").replace("of", "=")
    low, high = _recomputed(fact)
    if low is None:
        return
    value = float(p.value)
    words = _words(fact) | {"p": p.value.text, "relation": relation, "range": _p_range(low, high)}
    spans = (fact.span, p.span)
    least, most = _p_ends(p.value, relation)
    if least <= high and low <= most:
        yield passage("p_against_interval", "agreement", P_FITS.fill(**words), *spans)
    elif (most < ALPHA and low > ALPHA * FAR / 2) or (least > ALPHA and high < ALPHA * 2 / FAR):
        yield passage("p_against_interval", "contradiction", P_CONTRADICTS.fill(**words), *spans)
    elif relation == "=" and value > 0 and (high < value / FAR or low > value * FAR):
        yield passage("p_against_interval", "warning", P_DIFFERS.fill(**words), *spans)


def _recomputed(fact: Interval) -> tuple[float, float] | tuple[None, None]:
    found = [
        arithmetic.p_of_ratio(value, lower, upper, _level(fact))
        for value in _ends(fact.value)
        for lower in _ends(fact.lower)
        for upper in _ends(fact.upper)
    ]
    known = [p for p in found if p is not None]
    if not known:
        return None, None
    holds_one = _ends(fact.value)[0] <= 1 <= _ends(fact.value)[1]
    return min(known), 1.0 if holds_one else max(known)


def _p_ends(p: Numeral, relation: str) -> tuple[float, float]:
    half = float(arithmetic.half_unit(p.decimals))
    if relation in "<≤":
        return 0.0, float(p)
    if relation in ">≥":
        return float(p), 1.0
    return max(0.0, float(p) - half), float(p) + half


def _p_range(low: float, high: float) -> str:
    shown = [f"{said(value, 3)}" if value >= 0.001 else "<0.001" for value in (low, high)]
    return shown[0] if shown[0] == shown[1] else "–".join(shown)


def _proportion(fact: Interval, share: Share) -> Iterator[PassageFinding]:
    n, total = int(share.count.value), int(share.total.value)
    if not 0 <= n <= total or not total:
        return
    expected = arithmetic.proportion_limits(n, total, _level(fact))
    fitting = [
        name
        for name, (lower, upper) in expected.items()
        if _prints(lower, fact.lower) and _prints(upper, fact.upper)
    ]
    words = _words(fact) | {"n": n, "total": total}
    if fitting:
        sentence = LIMITS_FIT.fill(methods=joined([both(name) for name in fitting]), **words)
        yield passage("interval_of_share", "agreement", sentence, fact.span, share.span)
        return
    decimals = max(fact.lower.decimals, fact.upper.decimals, 1)
    usual = [
        both(f"{name} {said(lower, decimals)}–{said(upper, decimals)}%")
        for name, (lower, upper) in expected.items()
    ]
    sentence = LIMITS_DIFFER.fill(expected=joined(usual), **words)
    yield passage("interval_of_share", "warning", sentence, fact.span, share.span)


def _prints(exact: float, printed: Numeral) -> bool:
    slack = float(arithmetic.half_unit(printed.decimals)) + arithmetic.TOLERANCE
    return abs(exact - float(printed)) <= slack
