"""The difference in location between two groups: Hodges & Lehmann's median of all pairwise differences."""

from __future__ import annotations

import math

import numpy as np

from analysis.describe.proportions import normal_quantile
from analysis.describe.ranks import exact_applies, shift_variance, u_counts
from analysis.estimate import Estimate

# This many differences are sorted at once; of more, only those near the wanted rank are.
MOST_AT_ONCE = 2_000_000


def median_difference(
    first: np.ndarray,
    second: np.ndarray,
    level: float,
    *,
    exact_below: int = 50,
    corrected: bool = False,
    missing: int = 0,
) -> Estimate:
    """The median of all differences first − second, with the interval that inverts Mann-Whitney's test.

    Both limits are differences themselves, counted in from either end: by the exact distribution
    of U where it applies (`exact_applies`), else by its normal approximation, `corrected` for continuity or
    not. Equal to R's wilcox.test(conf.int = TRUE), but that there is no interval where R warns: in groups so
    small that even all differences do not reach `level`, and where all values are equal.
    Samples without NaN, none empty. Source: Hodges & Lehmann 1963; Bauer 1972.
    """
    m, n = first.size, second.size
    reason = "no_variation" if np.ptp(np.concatenate([first, second])) == 0 else None
    if exact_applies(first, second, exact_below):
        position, method = _exact_position(m, n, level), "exact"
        reason = None if position else "too_few"
    else:
        slack = normal_quantile(level) * math.sqrt(shift_variance(first, second))
        position = max(1, math.ceil(m * n / 2 - slack - 0.5 * corrected))
        method = "asymptotic-corrected" if corrected else "asymptotic"
    middle = (m * n + 1) // 2
    ends = () if reason else (position, m * n + 1 - position)
    found = differences_at(first, second, sorted({middle, m * n + 1 - middle, *ends}))
    lower, upper = (found[rank] for rank in ends) if ends else (None, None)
    return Estimate(
        value=(found[middle] + found[m * n + 1 - middle]) / 2,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        n=m + n,
        missing=missing,
        reason=reason,
    )


def _exact_position(m: int, n: int, level: float) -> int:
    """How many differences to count in from each end; 0 where even the outermost do not reach `level`."""
    tail, total, below = (1 - level) / 2, math.comb(m + n, m), 0
    for u, ways in enumerate(u_counts(m, n)):
        below += ways
        if below / total >= tail - 1e-12:
            return u
    raise AssertionError("the distribution of U ends at 1")


def differences_at(first: np.ndarray, second: np.ndarray, ranks: list[int]) -> dict[int, float]:
    """The differences first − second that stand at the given ranks (from 1) when all mn are sorted.

    Never holds more than a few million: with many cases, values that occur several times are
    counted together and the search closes in on each rank by halves.
    """
    x, x_count = np.unique(first, return_counts=True)
    y, y_count = np.unique(second, return_counts=True)
    if x.size * y.size <= MOST_AT_ONCE:
        inside = np.zeros(x.size, dtype=np.int64), np.full(x.size, y.size)
        return dict(_pick(x, y, x_count, y_count, inside, 0, ranks))
    cumulated = np.concatenate([[0], np.cumsum(y_count)])

    def up_to(limit: float) -> tuple[np.ndarray, int]:
        """For each x the first y with x − y <= limit, and how many of all differences are so small."""
        start = np.searchsorted(y, x - limit, side="left")
        return start, int((x_count * (cumulated[-1] - cumulated[start])).sum())

    found = {}
    for rank in ranks:
        low, high = x[0] - y[-1], x[-1] - y[0]
        low -= max(1.0, abs(low)) * 1e-9
        high += max(1.0, abs(high)) * 1e-9
        (start_low, below), (start_high, _) = up_to(low), up_to(high)
        while (start_low - start_high).sum() > MOST_AT_ONCE:
            middle = low + (high - low) / 2
            if not low < middle < high:
                break
            start, reached = up_to(middle)
            if reached >= rank:
                high, start_high = middle, start
            else:
                low, start_low, below = middle, start, reached
        found |= dict(_pick(x, y, x_count, y_count, (start_high, start_low), below, [rank]))
    return found


def _pick(
    x: np.ndarray,
    y: np.ndarray,
    x_count: np.ndarray,
    y_count: np.ndarray,
    inside: tuple[np.ndarray, np.ndarray],
    below: int,
    ranks: list[int],
) -> list[tuple[int, float]]:
    """The differences at `ranks` among x[i] − y[j], inside[0][i] <= j < inside[1][i]; `below` are smaller."""
    start, width = inside[0], inside[1] - inside[0]
    i = np.repeat(np.arange(x.size), width)
    j = np.arange(i.size) - np.repeat(np.cumsum(width) - width, width) + np.repeat(start, width)
    difference = x[i] - y[j]
    order = np.argsort(difference, kind="stable")
    reached = below + np.cumsum((x_count[i] * y_count[j])[order])
    place = np.searchsorted(reached, ranks, side="left")
    return [(rank, float(difference[order[at]])) for rank, at in zip(ranks, place, strict=True)]
