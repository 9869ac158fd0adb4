"""Standardised differences between two groups: by how many common SDs they lie apart.

They describe balance and do not depend on the number of cases. Sources: Austin 2009, Statistics in
Medicine 28:3083; Yang & Dalton 2012, SAS Global Forum 335 (more than two categories, and the interval).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.describe.means import moments
from analysis.describe.proportions import normal_quantile
from analysis.estimate import Estimate


def standardised_difference(
    first: np.ndarray, second: np.ndarray, level: float, *, missing: int = 0
) -> Estimate:
    """(mean(first) − mean(second)) / √((variance(first) + variance(second)) / 2).

    Samples without NaN, none empty. No estimate with a single case in a group or without spread in both.
    """
    a, b = moments(first), moments(second)
    spread = math.sqrt((a.variance + b.variance) / 2)
    value, reason = None, None
    if min(a.n, b.n) < 2:
        reason = "too_few"
    elif not spread > 10 * np.finfo(float).eps * max(abs(a.mean), abs(b.mean)):
        reason = "no_variation"
    else:
        value = (a.mean - b.mean) / spread
    return _estimate(value, reason, a.n, b.n, level, "numeric", missing)


def standardised_difference_of_counts(
    first: Sequence[int], second: Sequence[int], level: float, *, missing: int = 0
) -> Estimate:
    """The standardised difference of two groups' counts in the same categories.

    Two categories: (p1 − p2) / √((p1 q1 + p2 q2) / 2) for the first of them, with its sign. More: the
    distance √(d' S⁻ d) of Yang & Dalton, d the differences of all shares and S the mean of the two
    multinomial covariance matrices. Infinite, hence absent, where the groups share no category.
    """
    counts = np.array([first, second], dtype=float)
    n1, n2 = (int(total) for total in counts.sum(axis=1))
    if min(n1, n2) == 0:
        return _estimate(None, "one_group", n1, n2, level, "categorical", missing)
    shares = counts[:, counts.sum(axis=0) > 0] / [[n1], [n2]]
    signed = counts.shape[1] == 2
    value = _distance(*shares)
    if value is None:
        return _estimate(None, "zero_cell", n1, n2, level, "categorical", missing)
    if signed and shares.shape[1] == 2:
        value = math.copysign(value, shares[0, 0] - shares[1, 0])
    return _estimate(value, None, n1, n2, level, "binary" if signed else "categorical", missing)


def _distance(first: np.ndarray, second: np.ndarray) -> float | None:
    """Mahalanobis' distance of two vectors of shares; None where it is infinite."""
    difference = first - second
    covariance = sum(np.diag(share) - np.outer(share, share) for share in (first, second)) / 2
    size, axes = np.linalg.eigh(covariance)
    along = axes.T @ difference
    # All shares add up to 1, so one axis has no spread and no difference; a difference along
    # another one without spread means that the groups can be told apart with certainty.
    flat = size < 1e-12
    if np.abs(along[flat]).max(initial=0.0) > 1e-9:
        return None
    return float(math.sqrt((along[~flat] ** 2 / size[~flat]).sum()))


def _estimate(
    value: float | None, reason: str | None, n1: int, n2: int, level: float, method: str, missing: int
) -> Estimate:
    facts = {"level": level, "method": method, "n": n1 + n2, "missing": missing}
    if value is None:
        return Estimate(value=None, reason=reason, **facts)
    se = math.sqrt((n1 + n2) / (n1 * n2) + value**2 / (2 * (n1 + n2)))
    half = normal_quantile(level) * se
    lower = max(0.0, value - half) if method == "categorical" else value - half
    return Estimate(value=value, lower=lower, upper=value + half, se=se, **facts)
