"""Checks of survival estimates: rates against their median, against each other, and against follow-up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from analysis.consistency.report.walk import Place, convention, one_decimal, percent, places, said
from analysis.document import Finding, Report
from registry.labels import Label

TOLERANCE = 1e-6  # percentage points, and months
HALF = 50.0

ABOVE_AFTER_MEDIAN = Label(
    "{name}: {rate} at {time} months, but the median is {median} months: from the median on a "
    "right-continuous survival curve is at 50% or below.",
    "{name}：{time}个月时为{rate}，而中位数为{median}个月；生存曲线右连续，自中位数起不应高于50%。",
)
BELOW_BEFORE_MEDIAN = Label(
    "{name}: {rate} at {time} months, but the median is only reached at {median} months: before it the "
    "curve is at 50% or above.",
    "{name}：{time}个月时为{rate}，而中位数为{median}个月；达到中位数之前曲线不应低于50%。",
)
BELOW_WITHOUT_MEDIAN = Label(
    "{name}: {rate} at {time} months, but the median is said not to be reached.",
    "{name}：{time}个月时为{rate}，而报告称中位数未达到。",
)
PRINTED_CLASH = Label(
    "{name}: {rate} at {time} months beside a median that prints as {printed} months looks like a "
    "contradiction and is none: unrounded the median is {median} months, just after {time}.",
    "{name}：{time}个月时为{rate}，中位数印作{printed}个月，看似矛盾，实则不矛盾：中位数未修约值为{median}"
    "个月，恰在{time}个月之后。",
)
EVENT_ON_LANDMARK = Label(
    "{name}: an event falls exactly on {time} months. The rate includes it ({rate}); just before it the "
    "curve stood at {before}.",
    "{name}：恰在{time}个月时有事件发生；生存率已计入该事件（{rate}），此前一刻为{before}。",
)
LEFT_BELOW = Label(
    "{name}: {rate} at {time} months is above the {before} just before; survival cannot rise.",
    "{name}：{time}个月时为{rate}，高于此前一刻的{before}；生存率不可能上升。",
)
RISES = Label(
    "{first} is {low} and {second} is {high}: survival cannot rise with time.",
    "{first}为{low}，{second}为{high}；生存率不可能随时间上升。",
)
RISK_RISES = Label(
    "{first}: {few} at risk; {second}: {many}. The number at risk cannot rise with time.",
    "{first}：风险人数{few}例；{second}：{many}例。风险人数不可能随时间增加。",
)
EVENTS_FALL = Label(
    "{first}: {many} events so far; {second}: {few}. Cumulative events cannot become fewer.",
    "{first}：累计事件{many}例；{second}：{few}例。累计事件数不可能减少。",
)
MORE_EVENTS = Label(
    "{name}: {events} events and {risk} at risk are more than the {n} patients of the curve.",
    "{name}：事件{events}例，风险人数{risk}例，超过该曲线的{n}例患者。",
)
NOBODY_LEFT = Label(
    "{name}: {rate} is printed for {time} months, when no patient is followed up any more.",
    "{name}：{time}个月时已无随访中的患者，却列出生存率{rate}。",
)
BEYOND = Label(
    "{name}: {time} months lies beyond the last follow-up, so no rate is given; the curve is not carried "
    "forward.",
    "{name}：{time}个月超出最后一次随访，不列生存率，曲线不向后外推。",
)
FEW_AT_RISK = Label(
    "{name}: only {risk} at risk at {time} months (fewer than {few}); the rate rests on few patients.",
    "{name}：{time}个月时风险人数仅{risk}例（少于{few}例），该生存率所依据的病例很少。",
)
NOT_REACHED = Label(
    "{name} is not reached during follow-up; {events} of {n} had the event.",
    "{name}在随访期内未达到；{n}例中{events}例发生事件。",
)
TIME_NOT_POSITIVE = Label(
    "{name}: a time of {time} months; a survival time must be greater than 0.",
    "{name}：时间为{time}个月；生存时间应大于0。",
)
OVERALL_BELOW = Label(
    "At {time} months overall survival is {overall} and progression-free survival {free}. Death ends both, "
    "so only uneven censoring could put overall survival lower: check how the events are coded.",
    "{time}个月时总体生存率为{overall}，无进展生存率为{free}。死亡同时是两者的终点，仅删失不均衡才可能使总"
    "体生存率更低；请核对事件编码。",
)
MEDIANS_REVERSED = Label(
    "Median overall survival ({overall} months) is shorter than median progression-free survival ({free} "
    "months). Death ends both, so only uneven censoring could do this: check how the events are coded.",
    "中位总体生存期（{overall}个月）短于中位无进展生存期（{free}个月）。死亡同时是两者的终点，仅删失不均衡"
    "才可能如此；请核对事件编码。",
)
MORE_DEATHS = Label(
    "{overall} deaths but only {free} progressions or deaths: every death is an event of progression-free "
    "survival, so one of the two is coded the wrong way round.",
    "死亡{overall}例，而进展或死亡仅{free}例；每例死亡均应计为无进展生存的事件，可能有一方事件编码颠倒。",
)


@dataclass
class Group:
    """The estimates that belong to one survival curve: its median and its rates, as the table lists them."""

    median: Place | None = None
    rates: list[Place] = field(default_factory=list)


def checks(report: Report) -> Iterator[Finding]:
    """Everything that the printed survival estimates of a report say about each other."""
    few = int(convention(report, "few_at_risk"))
    found = list(groups(report))
    for group in found:
        if group.median is not None:
            yield from _median(group.median)
        for rate in group.rates:
            yield from _rate(rate, few)
            if group.median is not None:
                yield from _against_median(rate, group.median)
        yield from _in_order(group.rates)
    yield from _end_points(found)


def groups(report: Report) -> Iterator[Group]:
    """A rate belongs to the median above it in the same table, if as many cases entered both."""
    group, table = Group(), None
    for place in places(report):
        if place.row.id.endswith("-follow-up") or not place.is_survival:
            continue
        starts = place.is_median_survival or place.table is not table
        if not starts and group.median is not None:
            starts = place.numbers.get("n") != group.median.numbers.get("n")
        if starts:
            if group.median or group.rates:
                yield group
            group, table = Group(), place.table
        if place.is_median_survival:
            group.median = place
        elif place.is_rate:
            group.rates.append(place)
    if group.median or group.rates:
        yield group


def _finding(key: str, severity: str, sentence: Label, *about: Place) -> Finding:
    return Finding(key, severity, sentence, tuple(place.address for place in about))


def _median(median: Place) -> Iterator[Finding]:
    value, events = median.number("median"), median.number("events")
    if value is not None and value <= 0:
        sentence = TIME_NOT_POSITIVE.fill(name=median.name, time=said(value))
        yield _finding("time_not_positive", "contradiction" if value < 0 else "warning", sentence, median)
    n = median.number("n")
    if value is None and n and events is not None:
        sentence = NOT_REACHED.fill(name=median.name, events=said(events), n=said(n))
        yield _finding("median_not_reached", "note", sentence, median)


def _rate(place: Place, few: int) -> Iterator[Finding]:
    time, rate, before = place.number("time"), place.number("percent"), place.number("left_limit")
    risk, events, n = (place.number(name) or 0 for name in ("at_risk", "events", "n"))
    words = {"name": place.name, "time": said(time), "risk": said(risk), "few": few}
    if time < 0:
        yield _finding("time_not_positive", "contradiction", TIME_NOT_POSITIVE.fill(**words), place)
    if events > n or risk > n:
        sentence = MORE_EVENTS.fill(events=said(events), n=said(n), **words)
        yield _finding("more_than_cases", "contradiction", sentence, place)
    if rate is None:
        if place.numbers.get("reason") == "beyond_followup":
            yield _finding("beyond_follow_up", "note", BEYOND.fill(**words), place)
        return
    words |= {"rate": percent(rate), "before": percent(before if before is not None else rate)}
    if risk == 0 and rate > 0:
        yield _finding("beyond_follow_up", "contradiction", NOBODY_LEFT.fill(**words), place)
    elif risk < few and rate > 0:
        yield _finding("few_at_risk", "warning", FEW_AT_RISK.fill(**words), place)
    if before is not None and before < rate - TOLERANCE:
        yield _finding("rate_rises", "contradiction", LEFT_BELOW.fill(**words), place)
    elif before is not None and before > rate + TOLERANCE:
        yield _finding("event_on_landmark", "note", EVENT_ON_LANDMARK.fill(**words), place)


def _against_median(place: Place, median: Place) -> Iterator[Finding]:
    rate, time, middle = place.number("percent"), place.number("time"), median.number("median")
    if rate is None:
        return
    words = {"name": place.name, "rate": percent(rate), "time": said(time)}
    if middle is None:
        if median.numbers.get("reason") in ("not_reached", "no_events") and rate < HALF - TOLERANCE:
            sentence = BELOW_WITHOUT_MEDIAN.fill(**words)
            yield _finding("rate_against_median", "contradiction", sentence, place, median)
        return
    words |= {"median": said(middle, 2)}
    if time >= middle and rate > HALF + TOLERANCE:
        sentence = ABOVE_AFTER_MEDIAN.fill(**words)
        yield _finding("rate_against_median", "contradiction", sentence, place, median)
    elif time < middle - TOLERANCE and rate < HALF - TOLERANCE:
        sentence = BELOW_BEFORE_MEDIAN.fill(**words)
        yield _finding("rate_against_median", "contradiction", sentence, place, median)
    elif time < middle and one_decimal(middle) == one_decimal(time) and rate > HALF:
        sentence = PRINTED_CLASH.fill(printed=one_decimal(middle), **words)
        yield _finding("median_rounds_to_landmark", "note", sentence, place, median)


def _in_order(rates: list[Place]) -> Iterator[Finding]:
    ordered = sorted((one for one in rates if one.number("percent") is not None), key=_time)
    for first, second in pairwise(ordered):
        names = {"first": first.name, "second": second.name}
        low, high = first.number("percent"), second.number("percent")
        if high > low + TOLERANCE:
            sentence = RISES.fill(low=percent(low), high=percent(high), **names)
            yield _finding("rate_rises", "contradiction", sentence, first, second)
        before, after = first.number("at_risk"), second.number("at_risk")
        if after > before:
            sentence = RISK_RISES.fill(few=said(before), many=said(after), **names)
            yield _finding("at_risk_rises", "contradiction", sentence, first, second)
        before, after = first.number("events") or 0, second.number("events") or 0
        if after < before:
            sentence = EVENTS_FALL.fill(many=said(before), few=said(after), **names)
            yield _finding("events_fall", "contradiction", sentence, first, second)


def _time(place: Place) -> float:
    return place.number("time") or 0.0


def _end_points(found: list[Group]) -> Iterator[Finding]:
    """Overall against progression-free survival; the names of the rows tell which is which."""
    for overall in found:
        for free in found:
            if _prefix(overall) == "os" and _prefix(free) == "pfs":
                yield from _overall_against_free(overall, free)


def _prefix(group: Group) -> str:
    first = group.median or group.rates[0]
    return first.row.id.partition("-")[0]


def _overall_against_free(overall: Group, free: Group) -> Iterator[Finding]:
    medians = overall.median, free.median
    if None not in medians:
        values = [place.number("median") for place in medians]
        counts = [place.number("events") or 0 for place in medians]
        if _same_cases(*medians) and None not in values and values[0] < values[1] - TOLERANCE:
            sentence = MEDIANS_REVERSED.fill(overall=said(values[0]), free=said(values[1]))
            yield _finding("end_points_reversed", "warning", sentence, *medians)
        if counts[0] > counts[1] + (medians[1].number("missing") or 0):
            sentence = MORE_DEATHS.fill(overall=said(counts[0]), free=said(counts[1]))
            yield _finding("end_points_reversed", "contradiction", sentence, *medians)
    for high in overall.rates:
        for low in free.rates:
            if _time(high) != _time(low) or not _same_cases(high, low):
                continue
            values = [place.number("percent") for place in (high, low)]
            if None not in values and values[0] < values[1] - TOLERANCE:
                sentence = OVERALL_BELOW.fill(
                    time=said(_time(high)), overall=percent(values[0]), free=percent(values[1])
                )
                yield _finding("end_points_reversed", "warning", sentence, high, low)


def _same_cases(one: Place, other: Place) -> bool:
    return one.numbers.get("n") == other.numbers.get("n") and not one.number("missing")
