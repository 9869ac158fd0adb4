"""A Kaplan-Meier figure: the curve with its band and censor marks, and the numbers under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis import survival, typeset
from analysis.conventions import INTERVALS, methods
from analysis.document import Curve, Figure, Note, StripRow
from analysis.estimate import REASONS
from analysis.reports import cells
from analysis.reports.source import Source
from registry.labels import Label

MONTHS_SINCE = Label("Months since the operation", "术后时间(个月)")
AT_RISK = Label("At risk", "风险人数")
EVENTS = Label("Events", "累计事件")
CENSORED = Label("Censored", "累计删失")
BAND = Label(
    "The shaded band is the pointwise {level} confidence interval ({name}); ticks mark censored cases.",
    "阴影为逐点{level}置信区间（{name}）；短竖线表示删失病例。",
)
SHOWS = Label(
    "Kaplan-Meier curve of {name} with {n} patients and {events} events; median {median}.{rates}",
    "{name}的Kaplan-Meier曲线，共{n}例，事件{events}例；中位{median}。{rates}",
)
RATE = Label(" At {months} months {rate}, {risk} at risk.", "{months}个月{rate}，风险人数{risk}。")

TICK_STEPS = (3, 6, 12, 24, 60, 120)
MOST_TICKS = 9


@dataclass(frozen=True)
class SurvivalFigure:
    """What to draw: an end point, and the months at which its rates are told."""

    id: str
    end_point: str
    title: Label
    y_label: Label
    landmarks: tuple[int, ...]


def figure(source: Source, spec: SurvivalFigure) -> Figure:
    """The figure as data; with its reason instead of a curve where nothing can be drawn."""
    curve = source.curve(spec.end_point)
    if not curve.n or not curve.last_time:
        reason = REASONS["no_cases" if not len(source) else "no_values"].sentence
        return Figure(
            spec.id, spec.title, MONTHS_SINCE, spec.y_label, (), (0.0,), empty=NO_TIME if curve.n else reason
        )
    return Figure(
        spec.id,
        spec.title,
        MONTHS_SINCE,
        spec.y_label,
        (_curve(source, spec),),
        ticks := _ticks(curve.last_time),
        strip=_strip(source, spec.end_point, ticks),
        alternative=_alternative(source, spec),
        reference=0.5,
        notes=_notes(source),
    )


NO_TIME = Label(
    "No case was followed up beyond the day of the operation, so there is no curve to draw.",
    "所有病例均无手术日之后的随访，无法绘制曲线。",
)


def _curve(source: Source, spec: SurvivalFigure) -> Curve:
    curve = source.curve(spec.end_point)
    band = survival.band(curve, source.conventions.rate_interval, source.conventions.level)
    label = source.data.columns[f"{spec.end_point}_months"].label
    return Curve(label, curve.steps(), band.lower_steps(), band.upper_steps(), curve.censor_marks())


def _ticks(last: float) -> tuple[float, ...]:
    step = next((step for step in TICK_STEPS if last / step < MOST_TICKS), TICK_STEPS[-1])
    return tuple(float(tick) for tick in range(0, int(last) + step, step))


def _strip(source: Source, end_point: str, ticks: tuple[float, ...]) -> tuple[StripRow, ...]:
    def row(label: Label, cases: Callable[[float], np.ndarray]) -> StripRow:
        return StripRow(label, tuple(cells.count_part(source, cases(tick)) for tick in ticks))

    return (
        row(AT_RISK, lambda tick: source.followed_for(end_point, tick)),
        row(EVENTS, lambda tick: source.ended_by(end_point, tick, event=True)),
        row(CENSORED, lambda tick: source.ended_by(end_point, tick, event=False)),
    )


def _alternative(source: Source, spec: SurvivalFigure) -> Label:
    curve, conventions = source.curve(spec.end_point), source.conventions
    rates = Label("", "")
    for months in spec.landmarks:
        estimate = survival.rate_at(curve, months, conventions.rate_interval, conventions.level)
        told = RATE.fill(months=months, rate=typeset.rate(estimate, conventions), risk=estimate.at_risk)
        rates = Label(rates.en + told.en, rates.zh + told.zh)
    median = survival.quantile(curve, 0.5, conventions.median_interval, conventions.level)
    return SHOWS.fill(
        name=spec.y_label,
        n=curve.n,
        events=curve.total_events,
        median=typeset.months_interval(median, conventions),
        rates=rates,
    )


def _notes(source: Source) -> tuple[Note, ...]:
    conventions = source.conventions
    band = BAND.fill(name=INTERVALS[conventions.rate_interval], level=f"{conventions.level:.0%}")
    return tuple(Note(text) for text in (band, *methods(conventions, "rates", "time")))
