"""The rows of a proportional-hazards model and who is at risk at each event time.

A row is at risk from the first event time after its entry up to its own time, within its stratum: a
run of consecutive event times, with delayed entry, strata and time-dependent covariates alike.

Sources: Andersen & Gill 1982 (counting process form); Therneau & Grambsch 2000, chapter 3.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.regression.covariates import covariate_matrix
from analysis.regression.interval_sums import IntervalSums
from analysis.survival.placing import read_labels
from analysis.survival.rows import complete_rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxRows:
    """The complete rows, in the order given.

    A row leaves at `times[place]`, with the `event` or censored, and is at risk from after `times[entry]`
    (`entry` None: from the start). `covariates` is (n, k), `stratum` and `cluster` are codes from 0
    (`cluster` None: every row its own), `weight` counts a row. `used` marks these rows among all given.
    """

    names: tuple[str, ...]
    times: np.ndarray
    place: np.ndarray
    event: np.ndarray
    entry: np.ndarray | None
    covariates: np.ndarray
    stratum: np.ndarray
    weight: np.ndarray
    cluster: np.ndarray | None
    used: np.ndarray = field(repr=False)

    @property
    def n(self) -> int:
        return int(self.place.size)

    @property
    def events(self) -> int:
        return int(np.count_nonzero(self.event))

    @property
    def missing(self) -> int:
        return int(self.used.size - self.n)


def cox_rows(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    entry: ArrayLike | None = None,
    strata: Iterable[Hashable] | None = None,
    weights: ArrayLike | None = None,
    cluster: Iterable[Hashable] | None = None,
) -> CoxRows:
    """Check the rows and keep those that lack nothing and have a weight above 0.

    Raises ValueError for columns of unequal length, no covariate, names that are not one for each, infinite
    covariates, negative or infinite weights, and for impossible times as `survival.rows.complete_rows`.
    """
    size = np.size(time)
    if not len(names):
        raise ValueError("a regression needs a covariate")
    x = covariate_matrix(covariates, names, size)
    weight = _weights(weights, size)
    known = ~np.isnan(x).any(axis=1) & (weight > 0)
    codes = [_codes(labels, size) for labels in (strata, cluster)]
    for code in codes:
        if code is not None:
            known &= code >= 0
    rows = complete_rows(time, event, entry, known)
    stratum, cluster_code = (None if code is None else _dense(code[rows.used]) for code in codes)
    return CoxRows(
        names=tuple(names),
        times=rows.times,
        place=rows.place,
        event=rows.event,
        entry=rows.entry,
        covariates=x[rows.used],
        stratum=np.zeros(rows.place.size, dtype=np.int64) if stratum is None else stratum,
        weight=weight[rows.used],
        cluster=cluster_code,
        used=rows.used,
    )


def _weights(weights: ArrayLike | None, size: int) -> np.ndarray:
    if weights is None:
        return np.ones(size)
    weight = np.asarray(weights, dtype=float).reshape(-1)
    if weight.size != size:
        raise ValueError(f"{size} times but {weight.size} weights")
    wrong = np.flatnonzero((weight < 0) | np.isinf(weight))
    if wrong.size:
        raise ValueError(f"row {wrong[0]} has a negative or infinite weight: {weight[wrong[0]]:g}")
    return weight


def _codes(labels: Iterable[Hashable] | None, size: int) -> np.ndarray | None:
    if labels is None:
        return None
    code = read_labels(labels).place
    if code.size != size:
        raise ValueError(f"{size} times but {code.size} labels")
    return code


def _dense(code: np.ndarray) -> np.ndarray:
    return np.unique(code, return_inverse=True)[1].reshape(-1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSets:
    """Rows sorted by stratum and time, and the K distinct event times of each stratum in that order.

    `order` sorts the rows given; all else is in sorted order. A row is at risk at the event times
    `first` … `stop` - 1. `deaths` are the places of the rows with an event, `at` the event time of each,
    `times` (K,) their times, `tied` (K,) how many events they have. Strata begin at the places `starts`.
    `at_risk` sums over risk sets.
    """

    order: np.ndarray
    first: np.ndarray
    stop: np.ndarray
    deaths: np.ndarray
    at: np.ndarray
    times: np.ndarray
    tied: np.ndarray
    starts: np.ndarray
    at_risk: IntervalSums


def risk_sets(rows: CoxRows) -> RiskSets:
    """The risk sets of complete rows; rows censored at an event time are still at risk there."""
    # one number for stratum and time, in which the events of a time come before the censored
    size = rows.times.size + 1
    clock = rows.stratum * size + rows.place
    order = np.argsort(2 * clock + ~rows.event, kind="stable")
    sorted_clock, event, stratum = clock[order], rows.event[order], rows.stratum[order]
    new_time = event & (np.diff(sorted_clock, prepend=-1) > 0)
    starts = np.flatnonzero(np.diff(stratum, prepend=-1))
    event_clock, stop = sorted_clock[new_time], np.cumsum(new_time)
    if rows.entry is None:
        first = np.searchsorted(event_clock, sorted_clock[starts] // size * size)
        first = np.repeat(first, np.diff(starts, append=order.size))
    else:
        first = np.searchsorted(event_clock, stratum * size + rows.entry[order], side="right")
    deaths = np.flatnonzero(event)
    at = stop[deaths] - 1
    ever = first < stop
    first, stop = np.where(ever, first, 0), np.where(ever, stop, 0)
    return RiskSets(
        order=order,
        first=first,
        stop=stop,
        deaths=deaths,
        at=at,
        times=rows.times[event_clock % size],
        tied=np.bincount(at, minlength=event_clock.size),
        starts=starts,
        at_risk=IntervalSums(first, stop, event_clock.size),
    )
