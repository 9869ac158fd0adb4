"""Checks of survival in an abstract: rates against the median and each other, follow-up, what is missing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from analysis.consistency import arithmetic
from analysis.consistency.abstract import words
from analysis.consistency.abstract.facts import (
    Abstract,
    FollowUp,
    Interval,
    MedianTime,
    Mismatch,
    PValue,
    Rate,
)
from analysis.consistency.abstract.finding import PassageFinding, passage, plain
from analysis.consistency.abstract.intervals_checked import P_IMPOSSIBLE, P_ZERO
from registry.labels import Label, joined

FITS = Label(
    "The {name} rates fit the median: {rates}, and {median} months at 50%.",
    "{name}率与中位数相符：{rates}；中位数{median}个月（50%）。",
)
CLASH = Label(
    "A median {name} of {median} months and a rate of {rate}% at {time} months contradict each other as "
    "printed: at its median a right-continuous survival curve is at 50% or below. Both hold only if the "
    "curve falls just after {time} months and the median was rounded to {median}, or if the rate was read "
    "just before a fall at {time} months (left limit, life table).",
    "中位{name}期为{median}个月而{time}个月{name}率为{rate}%，按所印数值相互矛盾：生存曲线右连续，在中位数处"
    "应不高于50%。仅当曲线恰在{time}个月之后下降而中位数修约为{median}，或该率取自{time}个月下降之前（左极"
    "限、寿命表法）时，两者才能同时成立。",
)
ABOVE = Label(
    "{rate}% {name} at {time} months contradicts a median of {median} months: after its median a survival "
    "curve is at 50% or below.",
    "{time}个月{name}率{rate}%与中位数{median}个月矛盾：中位数之后生存率应不高于50%。",
)
BELOW = Label(
    "{rate}% {name} at {time} months contradicts a median of {median} months: before its median a survival "
    "curve is above 50%.",
    "{time}个月{name}率{rate}%与中位数{median}个月矛盾：中位数之前生存率应高于50%。",
)
BELOW_NOT_REACHED = Label(
    "{rate}% {name} at {time} months contradicts a median that is not reached.",
    "{time}个月{name}率{rate}%与“中位数未达到”矛盾。",
)
FALLING = Label("The {name} rates fall with time: {rates}.", "{name}率随时间下降：{rates}。")
RISING = Label(
    "{name} rises from {first}% at {earlier} months to {second}% at {later} months; survival cannot rise.",
    "{name}率由{earlier}个月的{first}%升至{later}个月的{second}%；生存率不可能上升。",
)
LENGTHS = Label(
    "The list of times has {times} entries, that of the rates {rates}.",
    "时间点列出{times}个，而率列出{rates}个。",
)
BEYOND = Label(
    "A {name} rate at {time} months, but the longest follow-up printed is {longest} months.",
    "列出{time}个月{name}率，但所述最长随访仅{longest}个月。",
)
OVERALL_BELOW = Label(
    "Overall survival ({overall}) is lower than {name} ({free}){time}. Death ends both, so only uneven "
    "censoring could do this: check how the events are coded.",
    "总体生存（{overall}）低于{name}（{free}）{time}。死亡同时是两者的终点，仅删失不均衡才可能如此；请核对"
    "事件编码。",
)
PERHAPS = Label(
    " The text compares groups; the two may be about different patients.",
    "文中有组间比较，两者可能来自不同患者。",
)
_AT = Label(" at {time} months", "（{time}个月）")
MISSING = Label(
    "Not found in the text, though survival is reported (SAMPL): {items}.",
    "文中报告了生存结果，但未见以下项目（SAMPL）：{items}。",
)
_NOWHERE = Label("", "")

NAMES = {
    "pfs": Label("progression-free survival", "无进展生存"),
    "os": Label("overall survival", "总体生存"),
    "dfs": Label("disease-free survival", "无病生存"),
    "rfs": Label("recurrence-free survival", "无复发生存"),
    "efs": Label("event-free survival", "无事件生存"),
    "css": Label("disease-specific survival", "疾病特异性生存"),
    "ttp": Label("time to progression", "至进展时间"),
    "survival": Label("survival", "生存"),
}
_AT_RISK = re.compile(r"at risk|风险人数|风险例数|处于风险")
_EVENTS = re.compile(
    r"# ?(?:patients? )?(?:\(#%\) )?(?:events?|deaths|died|had died|progress|relaps|recurr)"
    r"|(?:events?|deaths|progressions?)(?: occurred)?(?: in)? ?[:=(]? ?#"
    r"|(?:进展|死亡|复发|事件)[^。;#]{0,6}#[^%。;]{0,2}例|# ?例[^。;#]{0,8}(?:进展|死亡|复发|事件)"
)
_LOST = re.compile(r"censor|删失|lost to follow|失访")


def checks(abstract: Abstract) -> Iterator[PassageFinding]:
    """Every check of survival. Where groups are compared, what contradicts may be about two of them."""
    for finding in _survival(abstract):
        if finding.severity == "contradiction" and len(finding.passages) > 1 and abstract.has_groups:
            sentence = Label(finding.sentence.en + PERHAPS.en, finding.sentence.zh + PERHAPS.zh)
            yield passage(finding.key, "warning", sentence, *finding.passages)
        else:
            yield finding
    for fact in abstract.of(PValue):
        yield from _p(fact)


def _survival(abstract: Abstract) -> Iterator[PassageFinding]:
    medians, rates = _by_end_point(abstract.of(MedianTime)), _by_end_point(abstract.of(Rate))
    for end_point, found in rates.items():
        if not _is_one_group(found):
            continue  # rates of several groups; which median is whose cannot be told
        yield from _in_order(NAMES[end_point], found)
        own = medians.get(end_point, [])
        if len({(median.value and median.value.value) for median in own}) == 1:
            yield from _against_median(NAMES[end_point], found, own[0])
    yield from _overall(medians, rates)
    yield from _beyond_follow_up(abstract)
    for fact in abstract.of(Mismatch):
        sentence = LENGTHS.fill(times=fact.times, rates=fact.rates)
        yield passage("lists_differ_in_length", "warning", sentence, fact.span)
    if medians or rates:
        yield from _missing(abstract)


def _by_end_point(facts: list) -> dict[str, list]:
    found: dict[str, list] = defaultdict(list)
    for fact in facts:
        found[fact.end_point].append(fact)
    return found


def _is_one_group(rates: list[Rate]) -> bool:
    """Whether no time has two different rates, as it would with two groups of patients."""
    seen: dict[float, set] = defaultdict(set)
    for rate in rates:
        seen[round(rate.months, 6)].add(rate.percent.value)
    return all(len(values) == 1 for values in seen.values())


def _in_order(name: Label, rates: list[Rate]) -> Iterator[PassageFinding]:
    ordered = sorted(rates, key=lambda rate: rate.months)
    rising = [(one, two) for one, two in pairwise(ordered) if two.percent.value > one.percent.value]
    for one, two in rising:
        sentence = RISING.fill(
            name=name,
            first=one.percent.text,
            second=two.percent.text,
            earlier=plain(one.months),
            later=plain(two.months),
        )
        yield passage("rate_rises", "contradiction", sentence, one.span, two.span)
    if not rising and len(ordered) > 1:
        sentence = FALLING.fill(name=name, rates=_listed(ordered))
        yield passage("rates_fall", "agreement", sentence, *(rate.span for rate in ordered))


def _listed(rates: list[Rate]) -> Label:
    at = Label("{rate}% at {time} months", "{time}个月{rate}%")
    return joined([at.fill(rate=rate.percent.text, time=plain(rate.months)) for rate in rates])


def _against_median(name: Label, rates: list[Rate], median: MedianTime) -> Iterator[PassageFinding]:
    wrong = [
        passage("rate_against_median", "contradiction", sentence, rate.span, median.span)
        for rate in rates
        if (sentence := _contradiction(name, rate, median)) is not None
    ]
    yield from wrong
    if not wrong and median.value is not None:
        ordered = sorted(rates, key=lambda rate: rate.months)
        sentence = FITS.fill(name=name, rates=_listed(ordered), median=plain(_months(median)))
        yield passage(
            "rate_against_median", "agreement", sentence, median.span, *(rate.span for rate in ordered)
        )


def _contradiction(name: Label, rate: Rate, median: MedianTime) -> Label | None:
    """How a rate contradicts the median, with all that rounding allows; None if it does not."""
    half = arithmetic.half_unit(rate.percent.decimals)
    lowest, highest = rate.percent.value - half, rate.percent.value + half
    filled = {"name": name, "rate": rate.percent.text, "time": plain(rate.months)}
    if median.value is None:
        return BELOW_NOT_REACHED.fill(**filled) if highest < 50 else None
    slack = float(arithmetic.half_unit(median.value.decimals)) * median.months
    filled["median"] = median.value.text if median.months == 1 else plain(_months(median))
    if lowest > 50 and abs(rate.months - _months(median)) <= slack:
        return CLASH.fill(**filled)
    if lowest > 50 and rate.months > _months(median) + slack:
        return ABOVE.fill(**filled)
    if highest < 50 and rate.months < _months(median) - slack:
        return BELOW.fill(**filled)
    return None


def _months(median: MedianTime) -> float:
    return float(median.value) * median.months


def _overall(medians: dict[str, list], rates: dict[str, list]) -> Iterator[PassageFinding]:
    """Overall survival against the end points that death also ends."""
    for end_point in ("pfs", "dfs", "rfs", "efs"):
        name = NAMES[end_point]
        pair = medians.get("os", []), medians.get(end_point, [])
        if len(pair[0]) == len(pair[1]) == 1 and None not in (pair[0][0].value, pair[1][0].value):
            overall, free = pair[0][0], pair[1][0]
            if _months(overall) < _months(free):
                at = Label("{n} months", "{n}个月")
                sentence = OVERALL_BELOW.fill(
                    name=name,
                    overall=at.fill(n=plain(_months(overall))),
                    free=at.fill(n=plain(_months(free))),
                    time=_NOWHERE,
                )
                yield passage("end_points_reversed", "warning", sentence, overall.span, free.span)
        if not (_is_one_group(rates.get("os", [])) and _is_one_group(rates.get(end_point, []))):
            continue
        overall_at = {rate.months: rate for rate in rates.get("os", [])}
        for months, free in {rate.months: rate for rate in rates.get(end_point, [])}.items():
            overall = overall_at.get(months)
            if overall is not None and overall.percent.value < free.percent.value:
                sentence = OVERALL_BELOW.fill(
                    name=name,
                    overall=f"{overall.percent.text}%",
                    free=f"{free.percent.text}%",
                    time=_AT.fill(time=plain(months)),
                )
                yield passage("end_points_reversed", "warning", sentence, overall.span, free.span)


def _beyond_follow_up(abstract: Abstract) -> Iterator[PassageFinding]:
    ranges = [fact for fact in abstract.of(FollowUp) if fact.longest is not None]
    if len(ranges) != 1:
        return
    half = float(arithmetic.half_unit(ranges[0].longest.decimals))
    longest = (float(ranges[0].longest) + half) * ranges[0].months
    for rate in abstract.of(Rate):
        if rate.months > longest and rate.percent.value > 0:
            sentence = BEYOND.fill(
                name=NAMES[rate.end_point],
                time=plain(rate.months),
                longest=plain(float(ranges[0].longest) * ranges[0].months),
            )
            yield passage("beyond_follow_up", "contradiction", sentence, rate.span, ranges[0].span)


def _p(fact: PValue) -> Iterator[PassageFinding]:
    filled = {"relation": fact.relation, "p": fact.value.text}
    if fact.value.value > 1 or fact.value.value < 0:
        yield passage("p_impossible", "contradiction", P_IMPOSSIBLE.fill(**filled), fact.span)
    elif fact.value.value == 0:
        yield passage("p_zero", "warning", P_ZERO.fill(**filled), fact.span)


def _missing(abstract: Abstract) -> Iterator[PassageFinding]:
    """What SAMPL asks for beside survival and the text does not have."""
    masked = abstract.text.masked
    with_interval = {fact.value.index for fact in abstract.of(Interval) if fact.value is not None}
    medians = [fact.value for fact in abstract.of(MedianTime) if fact.value is not None]
    rates = [rate.percent for rate in abstract.of(Rate)]
    followed = abstract.of(FollowUp) or re.search(rf"{words.FOLLOW_UP}[^。;.]{{0,60}}#", masked)
    items = [
        (not followed, Label("length of follow-up", "随访时间")),
        (not _EVENTS.search(masked), Label("number of events", "事件数")),
        (not _AT_RISK.search(masked), Label("numbers at risk", "风险人数")),
        (not _LOST.search(masked), Label("number censored or lost to follow-up", "删失或失访例数")),
        (
            any(median.index not in with_interval for median in medians),
            Label("confidence interval of the median", "中位数的置信区间"),
        ),
        (
            any(rate.index not in with_interval for rate in rates),
            Label("confidence intervals of the rates", "生存率的置信区间"),
        ),
    ]
    absent = [label for is_absent, label in items if is_absent]
    if absent:
        yield passage("items_missing", "note", MISSING.fill(items=joined(absent)))
