"""Cumulative incidence with competing events, by Aalen and Johansen.

F_k(t) is the sum over event times t_j <= t of S(t_j-) d_kj / n_j, S being the survival free of any event.
The conventions are those of the survival curves: events precede censorings at the same time,
F is right-continuous, at risk at t means follow-up >= t. Tied times of different causes stay
tied; nothing is shifted at random.

The variance is the delta-method one of Greenwood's type. With u_j = F_k(t) - F_k(t_j) and d_j events of
any cause,

    var F_k(t) = sum u_j^2 d_j / (n_j (n_j - d_j)) - 2 sum u_j S(t_j-) d_kj / n_j^2
                 + sum S(t_j-)^2 d_kj (n_j - d_kj) / n_j^3

which without delayed entry is the infinitesimal jackknife that R's survfit reports, exactly.

Sources: Aalen & Johansen 1978; Dinse & Larson 1986; Marubini & Valsecchi 1995 (variance).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.competing_risks.rows import CauseRows, cause_rows, check_cause, count_at_risk, count_on


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CumulativeIncidence:
    """Cumulative incidences of all causes: one entry per distinct time, ascending.

    `at_risk` and `censored` are counts at that time, `survival` the share still free of any event just
    after it. `events`, `incidence` (just after the time) and `variance` hold one such array
    for each of `causes`. `n` cases entered, marked in `used` in the order given; `missing` lacked a value.
    """

    time: np.ndarray
    at_risk: np.ndarray
    censored: np.ndarray
    survival: np.ndarray
    causes: tuple[int, ...]
    events: Mapping[int, np.ndarray]
    incidence: Mapping[int, np.ndarray]
    variance: Mapping[int, np.ndarray]
    n: int
    missing: int
    used: np.ndarray = field(repr=False)

    @property
    def last_time(self) -> float | None:
        """The longest follow-up; None without cases."""
        return float(self.time[-1]) if self.time.size else None

    def se(self, cause: int) -> np.ndarray:
        """The standard error of the incidence of `cause` at each time."""
        return np.sqrt(self.of(cause)[2])

    def of(self, cause: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Events, incidence and variance of `cause` at each time; noughts for a cause nobody had.

        Raises ValueError unless `cause` is a whole number of 1 or more.
        """
        if check_cause(cause) not in self.causes:
            nought = np.zeros(self.time.size)
            return nought.astype(int), nought, nought
        return self.events[cause], self.incidence[cause], self.variance[cause]

    def steps(self, cause: int) -> tuple[tuple[float, float], ...]:
        """The corners to draw: (0, 0), every event time with F after it, and the end of follow-up."""
        events, incidence, _ = self.of(cause)
        keep = events > 0
        if keep.size:
            keep[-1] = True
        corners = zip(self.time[keep].tolist(), incidence[keep].tolist(), strict=True)
        return ((0.0, 0.0), *corners) if self.n else ()


def aalen_johansen(time: ArrayLike, cause: ArrayLike, entry: ArrayLike | None = None) -> CumulativeIncidence:
    """The cumulative incidence of every cause from follow-up times and causes (0 censored, 1, 2, …).

    With `entry` a case is at risk on (entry, time] only (delayed entry, left truncation).
    A case that lacks a value is left out and counted as missing.
    Raises ValueError for impossible rows, naming the first (see rows.cause_rows).
    """
    rows = cause_rows(time, cause, entry)
    ordered = np.sort(rows.time)
    distinct = ordered[np.flatnonzero(np.diff(ordered, prepend=-1.0))]
    entries = None if rows.entry is None else np.sort(rows.entry)
    at_risk = count_at_risk(ordered, entries, distinct)
    causes = tuple(np.unique(rows.cause[rows.cause > 0]).tolist())
    events = {one: count_on(np.sort(rows.time[rows.cause == one]), distinct) for one in causes}
    return _estimate(rows, distinct, at_risk, causes, events)


def _estimate(
    rows: CauseRows,
    time: np.ndarray,
    at_risk: np.ndarray,
    causes: tuple[int, ...],
    events: dict[int, np.ndarray],
) -> CumulativeIncidence:
    any_event = sum(events.values(), np.zeros(time.size, dtype=np.int64))
    survival = np.cumprod((at_risk - any_event) / at_risk)
    before = np.concatenate(([1.0], survival[:-1]))[: time.size]
    increments = {one: before * events[one] / at_risk for one in causes}
    return CumulativeIncidence(
        time=time,
        at_risk=at_risk,
        censored=count_on(np.sort(rows.time[rows.cause == 0]), time),
        survival=survival,
        causes=causes,
        events=events,
        incidence={one: np.cumsum(increments[one]) for one in causes},
        variance={one: _variance(increments[one], before, at_risk, any_event, events[one]) for one in causes},
        n=rows.n,
        missing=rows.missing,
        used=rows.used,
    )


def _variance(
    increment: np.ndarray, before: np.ndarray, at_risk: np.ndarray, any_event: np.ndarray, events: np.ndarray
) -> np.ndarray:
    """The variance at every time, from running sums only.

    Each sum over u_j = F(t) - F(t_j) grows by a known multiple of `increment` when F grows by it, so that no
    large terms cancel: sum c_j u_j by sum c_j, and sum g_j u_j^2 by 2 sum g_j u_j + increment sum g_j.
    """
    n = at_risk.astype(float)
    left = n - any_event
    # Where everybody at risk has an event, F stays as it is from then on and u_j is 0.
    g = np.divide(any_event, n * left, out=np.zeros(n.size), where=left > 0)
    c = before * events / n**2
    sum_g, sum_c = _so_far(g), _so_far(c)
    sum_gu = np.cumsum(increment * sum_g)
    squares = np.cumsum(increment * (2 * _shifted(sum_gu) + increment * sum_g))
    products = np.cumsum(increment * sum_c)
    own = np.cumsum(before**2 * events * (n - events) / n**3)
    return np.maximum(squares - 2 * products + own, 0)


def _so_far(values: np.ndarray) -> np.ndarray:
    """At each place the sum of the values before it."""
    return _shifted(np.cumsum(values))


def _shifted(values: np.ndarray) -> np.ndarray:
    """At each place the value of the place before, 0 at the first."""
    return np.concatenate(([0.0], values[:-1]))[: values.size]
