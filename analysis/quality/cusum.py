"""Risk-adjusted CUSUM charts and VLAD of a binary outcome, in the order in which the cases were operated on.

With outcome y (1 adverse) and its expected risk p, the log-likelihood ratio of odds multiplied by OR against
odds as expected is

    W = y ln OR - ln(1 - p + OR p),    S_t = max(0, S_{t-1} + W_t)

OR 2 watches for a doubling of the odds, OR 1/2 for a halving; both charts rise towards their limit h. A
signal is S > h; the chart then starts again from 0. VLAD is the running sum of p - y: adverse
outcomes fewer than expected.

Sources: Steiner, Cook, Farewell & Treasure 2000, Biostatistics 1:441-452; Lovegrove et al. 1997 (VLAD).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.describe import normal_quantile

ROUNDING = 1e-9  # sums of the same weights in another order are the same height of a chart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cusum:
    """A risk-adjusted CUSUM over the complete cases, which `used` marks in the order given.

    `weight` and `score` are W and S of each case, `signals` the cases (counted from 0 among the complete)
    at which S exceeded `limit`. `expected` is the sum of risks, `events` the adverse outcomes.
    """

    odds_ratio: float
    limit: float | None
    weight: np.ndarray
    score: np.ndarray
    signals: tuple[int, ...]
    n: int
    events: int
    expected: float
    missing: int
    reason: str | None = None
    used: np.ndarray = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vlad:
    """Adverse outcomes fewer than expected, case by case, with prediction limits around 0.

    `value` is the running sum of risk - outcome; if the risks hold, it lies pointwise between `lower` and
    `upper` with probability `level` (normal approximation with variance sum p (1 - p)).
    """

    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float
    n: int
    events: int
    expected: float
    missing: int
    reason: str | None = None
    used: np.ndarray = field(repr=False)


def cusum(
    outcome: ArrayLike, risk: ArrayLike, odds_ratio: float, *, limit: float | None = None, reset: bool = True
) -> Cusum:
    """The risk-adjusted CUSUM of `outcome` (1 adverse, 0 not) given each case's expected `risk`.

    `limit` is h; without it there are no signals. `reset` starts the chart again after a signal.
    Cases that lack a value are left out and counted.
    Raises ValueError for lengths that differ, an outcome other than 0 and 1, a risk outside (0, 1), a
    negative limit, and an odds ratio that is not positive or is 1, where there is nothing to detect.
    """
    y, p, used = complete_cases(outcome, risk)
    if limit is not None and not 0 <= limit < math.inf:
        raise ValueError(f"a control limit is a number of 0 or more, not {limit}")
    weight = weights(y, p, odds_ratio)
    score, signals = _accumulate(weight, math.inf if limit is None else limit, reset)
    return Cusum(
        odds_ratio=odds_ratio,
        limit=limit,
        weight=weight,
        score=score,
        signals=signals,
        **_facts(y, p, used),
    )


def weights(outcome: np.ndarray, risk: np.ndarray, odds_ratio: float) -> np.ndarray:
    """W of each case. Raises ValueError for an odds ratio that is not positive, or is 1."""
    if not 0 < odds_ratio < math.inf or odds_ratio == 1:
        raise ValueError(f"the odds ratio to detect is positive and not 1, not {odds_ratio}")
    return outcome * math.log(odds_ratio) - np.log1p((odds_ratio - 1) * risk)


def _accumulate(weight: np.ndarray, limit: float, reset: bool) -> tuple[np.ndarray, tuple[int, ...]]:
    score, signals, s = np.empty(weight.size), [], 0.0
    for case, w in enumerate(weight.tolist()):
        s = max(0.0, s + w)
        score[case] = s
        if s > limit + ROUNDING:
            signals.append(case)
            s = 0.0 if reset else s
    return score, tuple(signals)


def vlad(outcome: ArrayLike, risk: ArrayLike, *, level: float = 0.95) -> Vlad:
    """The variable life-adjusted display of `outcome` (1 adverse, 0 not) given each case's expected `risk`.

    Cases that lack a value are left out and counted. Raises ValueError as `cusum`.
    """
    y, p, used = complete_cases(outcome, risk)
    half = normal_quantile(level) * np.sqrt(np.cumsum(p * (1 - p)))
    return Vlad(value=np.cumsum(p - y), lower=-half, upper=half, level=level, **_facts(y, p, used))


def _facts(y: np.ndarray, p: np.ndarray, used: np.ndarray) -> dict[str, object]:
    return {
        "n": y.size,
        "events": int(y.sum()),
        "expected": float(p.sum()),
        "missing": used.size - y.size,
        "reason": None if y.size else "no_cases",
        "used": used,
    }


def complete_cases(outcome: ArrayLike, risk: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes and risks of the cases that have both, and which these are. Raises ValueError as `cusum`."""
    y, p = (np.asarray(column, dtype=float).reshape(-1) for column in (outcome, risk))
    if y.size != p.size:
        raise ValueError(f"{y.size} outcomes but {p.size} risks")
    _refuse(~(np.isnan(y) | (y == 0) | (y == 1)), y, "an outcome that is neither 0 nor 1")
    _refuse(~(np.isnan(p) | ((p > 0) & (p < 1))), p, "a risk that is not between 0 and 1")
    used = ~(np.isnan(y) | np.isnan(p))
    return y[used], p[used], used


def _refuse(wrong: np.ndarray, values: np.ndarray, what: str) -> None:
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"row {row} has {what}: {values[row]:g}")
