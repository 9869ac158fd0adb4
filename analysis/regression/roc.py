"""The area under the receiver operating characteristic curve, in O(n log n).

Source: DeLong, DeLong & Clarke-Pearson 1988 (standard error).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from analysis.describe import normal_quantile
from analysis.estimate import Estimate

TIED = 1e-9  # predictors closer than this are equal but for rounding


def area_under_curve(outcome: ArrayLike, predictor: ArrayLike, level: float = 0.95) -> Estimate:
    """The area under the ROC curve: how often an event has the higher predictor; ties count half.

    `outcome` (n,) of 0 and 1, `predictor` (n,), higher for events. Standard error and normal interval,
    cut off at 0 and 1, of DeLong 1988. Perfect discrimination has no standard error ("no_variation"),
    nor have fewer than two cases of a kind ("too_few").
    """
    y, score = np.asarray(outcome, dtype=float).reshape(-1), np.asarray(predictor, dtype=float).reshape(-1)
    events, others = score[y == 1], score[y == 0]
    shared = {"level": level, "method": "delong", "n": int(y.size), "events": int(events.size)}
    if not events.size or not others.size:
        return Estimate(value=None, reason="one_group" if y.size else "no_cases", **shared)
    groups = _tie_groups(score)
    # the share of the other kind that each case outranks, and the reverse, from counts along the ties
    won = _share_below(groups[y == 1], groups[y == 0])
    lost = 1 - _share_below(groups[y == 0], groups[y == 1])
    area = float(won.mean())
    if min(events.size, others.size) < 2:
        return Estimate(value=area, reason="too_few", **shared)
    error = math.sqrt(won.var(ddof=1) / won.size + lost.var(ddof=1) / lost.size)
    if not error:
        return Estimate(value=area, se=0.0, reason="no_variation", **shared)
    half = normal_quantile(level) * error
    return Estimate(value=area, lower=max(0.0, area - half), upper=min(1.0, area + half), se=error, **shared)


def _tie_groups(score: np.ndarray) -> np.ndarray:
    """A whole number for each value, ascending, the same for values that differ by rounding only."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    new = np.diff(ordered, prepend=ordered[:1]) > TIED * np.maximum(1, np.abs(ordered))
    groups = np.empty(score.size, dtype=int)
    groups[order] = np.cumsum(new)
    return groups


def _share_below(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each of `values` the share of `others` below it, those equal to it counted half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, side="left") + np.searchsorted(ordered, values, side="right")
    return below / (2 * others.size)
