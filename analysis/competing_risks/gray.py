"""Gray's test: do the cumulative incidences of one cause differ between groups?

The log-rank comparison with another risk set. In group k, with Y_k at risk, S_k free of any event and F_k
the incidence of the cause, all just before t, let h_k = Y_k / S_k and R_k = h_k (1 - F_k): those who had
another event before stay in the comparison. The score of group k is

    sum over t of L (d_k - d R_k / sum R),    L = (1 - F_0(t-))^rho,   dF_0 = d / sum h

and its covariance sums u_ik u_jk over groups k and times, weighted by the variance of the increment of
the incidence in k (first kind: the cause; second: another cause, with 1 - (1 - F_0)/S_k, -(1 - F_0)/S_k):

    u_ik(t) = a_ik(t) [first kind] + factor (c_ik(end) - c_ik(t)),   a_ik = L h_i (1{i = k} - h_k / sum h),
    dc_ik = a_ik d / (sum h (1 - F_0(t-)))

Tied events shrink the variances as in R's cmprsk, by 1 - (d - 1) / (m - 1) with m those at risk; for the
first kind these are S_k sum h. Where a group has dwindled that factor can be negative, and so can 1 - F_0
where few are censored; the sum can then be no covariance (cmprsk can give a negative chi-square). Only where
it is none are both kept from falling below 0.

Source: Gray 1988, Annals of Statistics 16:1141-1154; cmprsk (correction for ties).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from analysis.competing_risks.rows import CauseRows, cause_rows, check_cause, codes, count_at_risk, count_on
from analysis.estimate import Test

ROUNDING = 1e-12  # a variance that is a smaller share of the events is none
SINGULAR = 1e-9  # a smaller eigenvalue of a correlation matrix is 0


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: Iterable[Hashable],
    *,
    cause_of_interest: int = 1,
    strata: Iterable[Hashable] | None = None,
    rho: float = 0,
) -> Test:
    """The chi-square test that all groups share one cumulative incidence of `cause_of_interest`.

    `cause` is 0 for censored. `rho` is the power of the weight (1 - F)^rho; 0 weighs all times alike. With
    `strata` groups are compared within strata only. Degrees of freedom are the groups that can be
    compared, less one. Rows with a missing value are left out and counted.
    Raises ValueError for impossible rows (see rows.cause_rows), a negative or infinite rho, and a cause
    that is not a whole number of 1 or more.
    """
    check_cause(cause_of_interest)
    if not 0 <= rho < np.inf:
        raise ValueError(f"rho is 0 or more, not {rho}")
    rows, code, layer = _compared(time, cause, group, strata)
    size = int(code.max(initial=-1)) + 1
    kind = np.where(rows.cause == cause_of_interest, 1, 2 * (rows.cause > 0))
    method = "" if strata is None else "stratified"
    facts = {"name": "gray", "method": method, "n": rows.n, "missing": rows.missing}
    if not rows.n or size < 2 or not (kind == 1).any():
        reason = "no_cases" if not rows.n else "one_group" if size < 2 else "no_events"
        return Test(reason=reason, **facts)
    parts = [
        _Stratum(size, rho, code[layer == one], rows.time[layer == one], kind[layer == one])
        for one in np.unique(layer)
    ]
    scale = float(sum((part.weight**2 * part.d).sum() for part in parts))
    covariance = _covariance(parts, bounded=False)
    if np.linalg.eigvalsh(covariance)[0] < -SINGULAR * scale:
        covariance = _covariance(parts, bounded=True)
    statistic, df = _chi_square(sum(part.score() for part in parts), covariance, scale)
    if not df:
        return Test(reason="never_compared", **facts)
    return Test(statistic=statistic, df=df, p=float(chdtrc(df, statistic)), **facts)


def _compared(
    time: ArrayLike, cause: ArrayLike, group: Iterable[Hashable], strata: Iterable[Hashable] | None
) -> tuple[CauseRows, np.ndarray, np.ndarray]:
    """The complete rows, the group of each (0, 1, … without gaps) and its stratum."""
    groups = codes(group)
    layers = np.zeros_like(groups) if strata is None else codes(strata)
    if layers.size != groups.size:
        raise ValueError(f"{groups.size} group labels but {layers.size} strata")
    rows = cause_rows(time, cause, None, (groups >= 0) & (layers >= 0))
    code = np.unique(groups[rows.used], return_inverse=True)[1]
    return rows, code, layers[rows.used]


def _covariance(parts: list[_Stratum], *, bounded: bool) -> np.ndarray:
    """The covariance of the scores over all strata.

    `bounded` keeps the factor for ties and the share free of the cause at 0 or more.
    """
    return sum(part.covariance_from(k, bounded) for part in parts for k in range(len(part.h)))


def _chi_square(score: np.ndarray, covariance: np.ndarray, scale: float) -> tuple[float, int]:
    """The quadratic form of the scores in the generalised inverse of their covariance, and its rank.

    The scores sum to 0, so one group is redundant; one that was never at risk together with another when
    the cause happened has no variance and does not count. `scale` is the weighted number of events, the
    size a variance could have: what is nothing beside it is 0.
    """
    compared = np.flatnonzero(np.diag(covariance) > ROUNDING * scale)
    sd = np.sqrt(np.diag(covariance)[compared])
    size, directions = np.linalg.eigh(covariance[np.ix_(compared, compared)] / np.outer(sd, sd))
    informative = size > SINGULAR
    along = directions[:, informative].T @ (score[compared] / sd)
    return float((along**2 / size[informative]).sum()), int(informative.sum())


class _Stratum:
    """The quantities of one stratum, arrays of groups by distinct event times."""

    def __init__(self, groups: int, rho: float, code: np.ndarray, time: np.ndarray, kind: np.ndarray):
        """`code` is the group (0 … groups - 1), `kind` 0 censored, 1 the cause, 2 another cause."""
        times = np.unique(time[kind > 0])
        order = np.argsort(time, kind="stable")
        members = [order[code[order] == k] for k in range(groups)]
        self.at_risk = np.array([count_at_risk(time[rows], None, times) for rows in members]).astype(float)
        self.first, self.second = (
            np.array([count_on(time[rows[kind[rows] == one]], times) for rows in members]) for one in (1, 2)
        )
        self.d = self.first.sum(axis=0)
        n = np.maximum(self.at_risk, 1)
        self.survival = np.cumprod(1 - (self.first + self.second) / n, axis=1)
        self.before = _lagged(self.survival, 1.0)
        self.incidence_before = _lagged(np.cumsum(self.before * self.first / n, axis=1), 0.0)
        present = self.at_risk > 0
        self.h = np.divide(self.at_risk, self.before, out=np.zeros_like(n), where=present)
        self.h_sum = self.h.sum(axis=0)
        pooled = np.cumsum(self.d / self.h_sum)
        self.free = 1 - pooled
        self.weight = np.maximum(_lagged(self.free[None], 1.0)[0], 0) ** rho

    def score(self) -> np.ndarray:
        """Weighted events of the cause less their expectation, by group."""
        risk_set = self.h * (1 - self.incidence_before)
        total = risk_set.sum(axis=0)
        # total is 0 only where nobody at risk is free of the cause, by rounding
        share = np.divide(risk_set, total, out=np.zeros_like(risk_set), where=total > 0)
        return (self.weight * (self.first - self.d * share)).sum(axis=1)

    def covariance_from(self, k: int, bounded: bool) -> np.ndarray:
        """What group k adds to the covariance of the scores."""
        apart = -self.h * self.h[k] / self.h_sum
        apart[k] += self.h[k]
        a = self.weight * apart
        free = np.maximum(self.free, 0) if bounded else self.free
        free_before = _lagged(free[None], 1.0)[0]
        some = np.abs(free_before) > ROUNDING
        pooled = self.h_sum * free_before
        c = np.cumsum(a * np.divide(self.d, pooled, out=np.zeros_like(pooled), where=some), axis=1)
        to_come = c[:, -1:] - c
        survival = self.survival[k]
        factor = np.divide(free, survival, out=np.zeros_like(survival), where=survival > 0)
        of_cause = (a + (1 - factor) * to_come, self._first_variance(k, bounded))
        of_others = (factor * to_come, self._second_variance(k))
        return sum((u * variance) @ u.T for u, variance in (of_cause, of_others))

    def _first_variance(self, k: int, bounded: bool) -> np.ndarray:
        """The variance of the increments of the incidence of the cause in group k, if all groups share it."""
        here = (self.at_risk[k] > 0) & (self.d > 0)
        # all groups together are worth this many at risk in group k
        worth = self.h_sum * self.before[k]
        ties = 1 - np.divide(self.d - 1, worth - 1, out=np.zeros_like(worth), where=here & (self.d > 1))
        ties = np.maximum(ties, 0) if bounded else ties
        return np.divide(ties * self.d, self.h_sum * self.h[k], out=np.zeros_like(worth), where=here)

    def _second_variance(self, k: int) -> np.ndarray:
        """The variance of the increments of the incidence of other causes in group k."""
        d, n = self.second[k], self.at_risk[k]
        here = (d > 0) & (self.survival[k] > 0)
        ties = 1 - np.divide(d - 1, n - 1, out=np.zeros_like(n), where=d > 1)
        return np.divide(ties * self.before[k] ** 2 * d, n**2, out=np.zeros_like(n), where=here)


def _lagged(values: np.ndarray, first: float) -> np.ndarray:
    """Along time, each value one place later."""
    return np.concatenate((np.full((values.shape[0], 1), first), values[:, :-1]), axis=1)
