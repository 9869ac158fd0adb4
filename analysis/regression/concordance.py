"""Harrell's C: how often of two cases the one with the higher risk has the event first.

A pair is compared when one has the event while the other, in the same stratum, is at risk and goes
on: a later time, or the same time without event. Pairs with equal risk count one half. Counting is by
a wavelet tree over ranks, n log n in all, without a loop over cases.

Sources: Harrell, Lee & Mark 1996; Therneau & Watson 2015 (standard error by the infinitesimal
jackknife, as in concordance() of R's survival package); Grossi, Gupta & Vitter 2003 (wavelet tree).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import ArrayLike

from analysis.describe import normal_quantile
from analysis.estimate import Estimate
from analysis.regression.risk_sets import CoxRows, cox_rows


def concordance(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: Iterable[Hashable] | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """The probability that a higher `risk` (n,) goes with an earlier event, 0.5 when it tells nothing.

    The interval is normal with the standard error of the infinitesimal jackknife, cut off at 0 and 1.
    Rows are read as by `cox`; "no_events" or "no_pairs" is the reason when no two cases can be compared.
    Raises ValueError as `cox` does.
    """
    rows = cox_rows(time, event, risk, ("risk",), entry=entry, strata=strata, weights=weights)
    return concordance_of_rows(rows, rows.covariates[:, 0], level)


def concordance_of_rows(rows: CoxRows, risk: np.ndarray, level: float) -> Estimate:
    """The concordance of complete rows with their `risk`; clusters, if any, enter the standard error."""
    facts = {"level": level, "method": "harrell", "n": rows.n, "events": rows.events, "missing": rows.missing}
    less, equal, greater = _pairs(rows, risk)
    compared = less + equal + greater
    total = float(rows.weight @ compared) / 2
    if not total > 1e-12 * rows.weight.max(initial=0) ** 2:  # what is less is rounding
        reason = "no_pairs" if rows.events else "no_events" if rows.n else "no_cases"
        return Estimate(value=None, reason=reason, **facts)
    balance = greater - less  # concordant less discordant pairs of each row
    somers = float(rows.weight @ balance) / 2 / total
    influence = rows.weight * (balance - somers * compared) / (2 * total)
    if rows.cluster is not None:
        influence = np.bincount(rows.cluster, influence)
    value, se = (somers + 1) / 2, float(np.sqrt(influence @ influence))
    reach = normal_quantile(level) * se
    return Estimate(value=value, lower=max(value - reach, 0.0), upper=min(value + reach, 1.0), se=se, **facts)


def _pairs(rows: CoxRows, risk: np.ndarray) -> np.ndarray:
    """The weight of discordant, tied and concordant pairs that each row is part of: (3, n)."""
    rank = np.unique(risk, return_inverse=True)[1].reshape(-1)
    clock, opening, closing = _clock(rows)
    # among equal times events come first, so that whoever goes on is later in the order
    later = 2 * clock + ~rows.event
    order = np.argsort(later, kind="stable")
    deaths = order[rows.event[order]]
    pairs = np.zeros((3, rank.size))
    # each row as the one that goes on: the events while it was at risk, before its own
    low = np.searchsorted(clock[deaths], opening, side="right")
    high = np.searchsorted(later[deaths], np.where(rows.event, later - 1, later), side="right")
    pairs += weigh(rank[deaths], rows.weight[deaths], low, np.maximum(low, high), rank)
    # each event: the rows that go on, here counted from the other side: a lower risk is concordant
    low = np.searchsorted(later[order], later[deaths], side="right")
    high = np.searchsorted(later[order], 2 * closing[deaths], side="right")
    pairs[::-1, deaths] += weigh(rank[order], rows.weight[order], low, high, rank[deaths])
    if rows.entry is not None:  # of these, not those that enter at the event or after it
        order = np.argsort(opening, kind="stable")
        low = np.searchsorted(opening[order], clock[deaths], side="left")
        high = np.searchsorted(opening[order], closing[deaths], side="left")
        pairs[::-1, deaths] -= weigh(rank[order], rows.weight[order], low, high, rank[deaths])
    return pairs


def _clock(rows: CoxRows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times as whole numbers that rise within a stratum and from one stratum to the next.

    Returns the number of each row's time, of its entry, and one above all of its stratum.
    """
    size = rows.times.size + 2
    base = rows.stratum * size
    opening = base if rows.entry is None else base + 1 + rows.entry
    return base + 1 + rows.place, opening, base + size - 1


def weigh(
    rank: np.ndarray, weight: np.ndarray, low: np.ndarray, high: np.ndarray, than: np.ndarray
) -> np.ndarray:
    """The weight of the places low … high - 1 whose rank is less, equal and greater `than`: (3, queries).

    `rank` (m,) of whole numbers and `weight` (m,) describe the places, the others (queries,) the questions.
    Works down the binary digits of the ranks: at each, places with the digit 0 are moved before those with 1,
    and what a question with the digit 1 finds at 0 in its interval is less.
    """
    unit = bool((weight == 1).all())
    less, total = np.zeros(low.size), _between(weight, low, high)
    digits = int(max(rank.max(initial=0), than.max(initial=0))).bit_length()
    for digit in range(digits - 1, -1, -1):
        is_one = (rank >> digit & 1).astype(bool)
        is_zero = ~is_one
        zeros = np.concatenate([[0], np.cumsum(is_zero)])
        asks_one = (than >> digit & 1).astype(bool)
        low_zero, high_zero = zeros[low], zeros[high]
        found = high_zero - low_zero if unit else _between(np.where(is_zero, weight, 0.0), low, high)
        less += np.where(asks_one, found, 0)
        low = np.where(asks_one, zeros[-1] + low - low_zero, low_zero)
        high = np.where(asks_one, zeros[-1] + high - high_zero, high_zero)
        rank = np.concatenate([rank[is_zero], rank[is_one]])
        weight = weight if unit else np.concatenate([weight[is_zero], weight[is_one]])
    equal = _between(weight, low, high)
    return np.stack([less, equal, total - less - equal])


def _between(weight: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The sum of `weight` over the places low … high - 1."""
    running = np.concatenate([[0.0], np.cumsum(weight)])
    return running[high] - running[low]
