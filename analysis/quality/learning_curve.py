"""Learning curves of a measure such as operating time or blood loss, case after case.

The CUSUM of a learning curve is the running sum of value - target: it rises while cases take more than
the target and falls once they take less, so its peak is where learning turned the corner. With the
mean as target it ends at 0. The tabular CUSUM of z = (value - target) / sd,

    U_t = max(0, U_{t-1} + z_t - k),    L_t = max(0, L_{t-1} - z_t - k),

shows a lasting shift upwards or downwards by about 2k once it exceeds h.

Sources: Page 1954; Montgomery, Introduction to Statistical Quality Control, ch. 9 (k = 0.5, h = 5);
Biau et al. 2007 and Bokhari et al. 2011 (surgical learning curves).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

SLACK = 0.5
LIMIT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LearningCurve:
    """The charts of one measure over the cases that have a value, which `used` marks in the order given.

    `deviation` is the running sum of value - target, `peak` the case (counted from 0 among these) at which
    it is highest. `high` and `low` are the tabular CUSUM in units of `sd`, `shifts_up` and `shifts_down` the
    cases at which they first exceed `limit`, once for each excursion. Without an sd they are None and
    `reason` says why.
    """

    target: float | None
    sd: float | None
    slack: float
    limit: float
    deviation: np.ndarray
    high: np.ndarray | None
    low: np.ndarray | None
    peak: int | None
    shifts_up: tuple[int, ...]
    shifts_down: tuple[int, ...]
    n: int
    missing: int
    reason: str | None = None
    used: np.ndarray = field(repr=False)


def learning_curve(
    values: ArrayLike,
    target: float | None = None,
    *,
    sd: float | None = None,
    slack: float = SLACK,
    limit: float = LIMIT,
) -> LearningCurve:
    """The learning curve of `values` in the order of operation; NaN is missing and counted.

    `target` and `sd` are in the unit of the values; without them the mean and the standard deviation
    (n - 1) of these cases serve. `slack` k and `limit` h are in units of sd.
    Raises ValueError for infinite values, for a target that is not finite, for an sd or limit that is not
    positive, and for a negative slack.
    """
    column = np.asarray(values, dtype=float).reshape(-1)
    _check(column, target, sd, slack, limit)
    used = ~np.isnan(column)
    x = column[used]
    target = target if target is not None else _mean(x)
    sd, reason = (sd, None) if sd is not None else _sd(x)
    deviation = np.cumsum(x - target) if x.size else x
    z = (x - target) / sd if sd is not None and x.size else None
    high, low = (None, None) if z is None else (_tabular(z, slack), _tabular(-z, slack))
    return LearningCurve(
        target=target,
        sd=sd,
        slack=slack,
        limit=limit,
        deviation=deviation,
        high=high,
        low=low,
        peak=int(deviation.argmax()) if x.size else None,
        shifts_up=_crossings(high, limit),
        shifts_down=_crossings(low, limit),
        n=x.size,
        missing=column.size - x.size,
        reason=reason if x.size else "no_values" if column.size else "no_cases",
        used=used,
    )


def _check(values: np.ndarray, target: float | None, sd: float | None, slack: float, limit: float) -> None:
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        raise ValueError(f"row {infinite[0]} holds an infinite value")
    if target is not None and not math.isfinite(target):
        raise ValueError(f"a target is a finite number, not {target}")
    if sd is not None and not 0 < sd < math.inf:
        raise ValueError(f"a standard deviation is a positive number, not {sd}")
    if not 0 <= slack < math.inf or not 0 < limit < math.inf:
        raise ValueError(f"slack is 0 or more and the limit positive, not {slack} and {limit}")


def _mean(x: np.ndarray) -> float | None:
    if not x.size:
        return None
    # values that are all equal have exactly that mean; a sum would be off by rounding
    return float(x[0]) if x.min() == x.max() else float(x.mean())


def _sd(x: np.ndarray) -> tuple[float | None, str | None]:
    if x.size < 2:
        return None, "too_few"
    return (None, "no_variation") if x.min() == x.max() else (float(x.std(ddof=1)), None)


def _tabular(z: np.ndarray, slack: float) -> np.ndarray:
    walk = np.cumsum(z - slack)
    return walk - np.minimum(np.minimum.accumulate(walk), 0)


def _crossings(chart: np.ndarray | None, limit: float) -> tuple[int, ...]:
    if chart is None:
        return ()
    beyond = chart > limit
    return tuple(np.flatnonzero(beyond & ~np.append(False, beyond[:-1])).tolist())
