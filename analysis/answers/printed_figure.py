"""The survival curves of an answer as a figure."""

from __future__ import annotations

import math
from bisect import bisect_left

from analysis import typeset
from analysis.answers.printed import Data, level_label
from analysis.answers.question import Survival
from analysis.conventions import Conventions
from analysis.document import Curve, Figure, Note, Part, StripRow
from analysis.estimate import REASONS
from registry.labels import Label, both

_MOST_TICKS = 8
_NICE = (1, 2, 2.5, 5, 10)

_AT_RISK = Label("Below the curve: numbers at risk.", "曲线下方为风险人数。")
_SHOWS = Label("Kaplan-Meier curves of survival: {groups}.", "Kaplan-Meier生存曲线：{groups}。")
_MEMBER = Label("{level}, {n} cases with {events} events", "{level}，{n}例，事件{events}例")


def figure(answer: Data, question: Survival) -> Figure:
    """The curves of the groups, or of all cases, over the numbers at risk.

    Under delayed entry the numbers at risk are left out: they rise and fall between the times listed.
    """
    groups = [group for group in answer["groups"] or [answer["overall"]] if group["n"]]
    last = answer["overall"]["last_time"]
    drawn = groups if last else []
    ticks = _ticks(last) if last else (0.0,)
    at_risk = bool(drawn) and question.entry is None
    return Figure(
        id="figure",
        title=Label("Survival (Kaplan-Meier)", "生存曲线（Kaplan-Meier法）"),
        x_label=both(question.time),
        y_label=Label("Survival", "生存率"),
        curves=tuple(_curve(group) for group in drawn),
        ticks=ticks,
        strip=tuple(_strip(group, ticks, question.conventions) for group in drawn) if at_risk else (),
        alternative=_alternative(drawn),
        reference=0.5,
        notes=(Note(_AT_RISK),) if at_risk else (),
        empty=None if drawn else REASONS["no_cases"].sentence,
    )


def _curve(group: Data) -> Curve:
    points = group["curve"]
    steps = [(point["time"], point["survival"]) for point in points if point["events"]]
    end = (points[-1]["time"], points[-1]["survival"])
    censored = tuple((point["time"], point["survival"]) for point in points if point["censored"])
    return Curve(level_label(group), ((0.0, 1.0), *steps, end), censored=censored)


def _ticks(last: float) -> tuple[float, ...]:
    """Round times from 0 to at least `last`, at most about eight."""
    power = 10.0 ** math.floor(math.log10(last / _MOST_TICKS))
    step = next(factor * power for factor in _NICE if factor * power * _MOST_TICKS >= last)
    return tuple(step * place for place in range(math.ceil(last / step) + 1))


def _strip(group: Data, ticks: tuple[float, ...], conventions: Conventions) -> StripRow:
    times = [point["time"] for point in group["curve"]]
    counts = [point["at_risk"] for point in group["curve"]] + [0]
    parts = (typeset.number(counts[bisect_left(times, tick)], 0, conventions) for tick in ticks)
    return StripRow(level_label(group), tuple(map(Part, parts)))


def _alternative(groups: list[Data]) -> Label:
    members = [
        _MEMBER.fill(level=level_label(group), n=group["n"], events=group["events"]) for group in groups
    ]
    return _SHOWS.fill(
        groups=Label("; ".join(one.en for one in members), "\uff1b".join(one.zh for one in members))
    )
