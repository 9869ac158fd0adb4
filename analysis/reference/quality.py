"""The numbers of quality.R computed with our own code."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis import quality
from analysis.reference.data import table

# Run lengths are simulated here and computed from a Markov chain in R; the rest is the same arithmetic.
TOLERANCES = {"run-length/*": 0.06, "*": 1e-9}

Answer = tuple[str, float | None]
RISKS = (0.03, 0.08, 0.2, 0.45)


def answers() -> dict[str, float | None]:
    """Every number of quality.csv by its name."""
    parts = (_limits(), _funnels(), _charts(), _run_lengths(), _learning_curve())
    return {name: None if value is None else float(value) for part in parts for name, value in part}


def _limits() -> Iterator[Answer]:
    for p0 in (0.02, 0.2, 0.5, 0.9):
        for n in (1, 5, 31, 100, 1000):
            for level in quality.LEVELS:
                yield from _pair(f"limits/{p0}/{n}/{level}", quality.funnel_limits(p0, n, level))


def _pair(here: str, limits: tuple[float, float]) -> Iterator[Answer]:
    yield f"{here}/lower", limits[0]
    yield f"{here}/upper", limits[1]


def _funnels() -> Iterator[Answer]:
    lung, rows = table("lung"), table("formula1000")
    for name, outcome, unit in (
        ("lung", lung["status"], lung["inst"]),
        ("formula1000", rows["event"], np.floor(20 * rows["x1"])),
        ("four", rows["event"], np.floor(4 * rows["x1"])),
    ):
        yield from _funnel(f"funnel/{name}", outcome.groupby(unit))


def _funnel(here: str, by_unit: pd.api.typing.SeriesGroupBy) -> Iterator[Answer]:
    found = quality.funnel(by_unit.sum(), by_unit.size())
    yield f"{here}/target", found.target
    yield f"{here}/phi", found.phi
    for unit in found.units:
        yield f"{here}/{unit.unit}/z", unit.z
        for level, limits in unit.limits.items():
            yield from _pair(f"{here}/{unit.unit}/{level}", limits)


def _charts() -> Iterator[Answer]:
    frame = table("formula400")
    outcome = frame["cause"] == 2
    risk = 1 / (1 + np.exp(2.2 - frame["x1"] + 0.5 * frame["x2"]))
    for odds_ratio in (2, 0.5):
        for limit in (1, 2.5):
            chart = quality.cusum(outcome, risk, odds_ratio, limit=limit)
            here = f"cusum/{odds_ratio}/{limit}"
            for case in range(10, 401, 30):
                yield f"{here}/score/{case}", chart.score[case - 1]
            yield f"{here}/sum", chart.score.sum()
            yield f"{here}/signals", len(chart.signals)
            yield f"{here}/first-signal", chart.signals[0] + 1 if chart.signals else None
    display = quality.vlad(outcome, risk)
    for case in range(20, 401, 20):
        yield f"vlad/value/{case}", display.value[case - 1]
        yield f"vlad/upper/{case}", display.upper[case - 1]


def _run_lengths() -> Iterator[Answer]:
    for odds_ratio in (2, 0.5):
        for h in (1.5, 2.5, 3.5):
            yield f"run-length/{odds_ratio}/{h}", quality.run_length(RISKS, odds_ratio, h, seed=1).run_length


def _learning_curve() -> Iterator[Answer]:
    times = table("lung")["time"]
    curve, gentle = quality.learning_curve(times), quality.learning_curve(times, slack=0.25)
    for case in range(10, 221, 30):
        yield f"learning/deviation/{case}", curve.deviation[case - 1]
        yield f"learning/high/{case}", curve.high[case - 1]
        yield f"learning/low/{case}", gentle.low[case - 1]
    yield "learning/peak", curve.peak + 1
    yield "learning/sd", curve.sd
