"""How complete the follow-up is, and analyses that start at a landmark.

Sources: Clark, Altman & De Stavola 2002 (completeness); Cochran, Sampling Techniques, section 6.4
(standard error of a ratio); Anderson, Cain & Gelber 1983 (landmark analysis).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from analysis.describe import normal_quantile
from analysis.estimate import Estimate
from analysis.survival.placing import SAME_TIME
from analysis.survival.rows import complete_rows, numbers, refuse_times

ROUNDING = 1e-12  # a standard error of a share below this is rounding


def followup_completeness(
    observed: ArrayLike, potential: ArrayLike, event: ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Clark's C: the person-time observed as a share of the person-time that was possible, 0 to 1.

    `potential` is the time to the closing date of the study; a case with the event (`event` 1) could not be
    followed beyond it, so its observed time is its potential time. Rows with a missing value are left
    out and counted. The interval is that of a ratio of means, cut off at 0 and 1; there is none where
    the ratio is the same in every case, as under complete follow-up.
    Raises ValueError, naming the row counted from 0, for a negative or infinite time, for an indicator that
    is neither 0 nor 1, for an observed time beyond the potential one by more than rounding; and for arrays
    of unequal length.
    """
    seen = complete_rows(observed, np.zeros(np.size(observed)) if event is None else event)
    a, b = numbers(observed), numbers(potential)
    if a.size != b.size:
        raise ValueError(f"{a.size} observed times but {b.size} potential ones")
    refuse_times(b, "potential time")
    used = seen.used & ~np.isnan(b)
    a, b = a[used], np.where(seen.event[used[seen.used]], a[used], b[used])
    beyond = np.flatnonzero(a > b * (1 + SAME_TIME))
    if beyond.size:
        row = np.flatnonzero(used)[beyond[0]]
        raise ValueError(
            f"row {row} was followed for {a[beyond[0]]:g}, longer than the {b[beyond[0]]:g} possible"
        )
    return _ratio(np.minimum(a, b), b, int(used.size - used.sum()), level)


def _ratio(a: np.ndarray, b: np.ndarray, missing: int, level: float) -> Estimate:
    """The ratio of two totals over the same cases, each a share of the other between 0 and 1."""
    facts = {"level": level, "method": "ratio", "n": a.size, "missing": missing}
    if not a.size or not b.sum() > 0:
        return Estimate(value=None, reason="no_variation" if a.size else "no_cases", **facts)
    share = float(a.sum() / b.sum())
    if a.size < 2:
        return Estimate(value=share, reason="too_few", **facts)
    se = math.sqrt(a.size * np.var(a - share * b, ddof=1)) / float(b.sum())
    if se <= ROUNDING:
        return Estimate(value=share, se=0.0, reason="no_variation", **facts)
    half = normal_quantile(level) * se
    return Estimate(value=share, se=se, lower=max(0.0, share - half), upper=min(1.0, share + half), **facts)


def landmark_restart(
    time: ArrayLike, event: ArrayLike, landmark: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times and events counted from `landmark` among the cases free of the event there, and which these are.

    For groups that are known at the landmark only, such as responders: whoever had the event up to and
    including the landmark, or was lost before it, is left out, so that no group is immortal until then.
    A case censored at the landmark itself stays, with time 0. The third array marks the cases used among
    the rows given. Raises ValueError for a negative landmark and as `kaplan_meier`.
    """
    if not 0 <= landmark < math.inf:
        raise ValueError(f"a landmark is a time of 0 or more, not {landmark}")
    rows = complete_rows(time, event)
    times = rows.times[rows.place]
    there = (times > landmark) | ((times == landmark) & ~rows.event)
    used = rows.used.copy()
    used[used] = there
    return times[there] - landmark, rows.event[there].astype(float), used
