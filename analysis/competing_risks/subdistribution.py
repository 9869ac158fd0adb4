"""The weighted partial likelihood of the Fine-Gray model, its derivatives, and its empirical influence.

At an event time t of the cause of interest everybody with follow-up >= t is at risk with weight 1 and,
for ever after, who had another event before with weight G(t-) / G(T-), T being the time of that event
and G the Kaplan-Meier estimate of not being censored. Tied events share one risk set (Breslow).

Nothing here loops over times: a sum over risk sets is two running sums, of rows still
followed up and of rows with another event, and so is the sum over the risk sets that hold a row.

Source: Fine & Gray 1999, JASA 94:496-509.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.competing_risks.rows import count_at_risk, count_on
from analysis.regression.partial_likelihood import SMALLEST


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What the likelihood needs at one point b.

    `linear` x'b and `risk` = exp(x'b), shifted, which changes nothing, are of rows; `hazard`, the events over
    the sum of risk, and `mean` (E, p), the mean covariates of a risk set, of event times.
    """

    linear: np.ndarray
    risk: np.ndarray
    total: np.ndarray
    hazard: np.ndarray
    mean: np.ndarray


class Subdistribution:
    """The log pseudo-likelihood as a function of the p coefficients of `x` (n, p).

    `kind` (n,) is 0 for censored, 1 for the cause of interest (at least one row), 2 for another cause.
    """

    def __init__(self, time: np.ndarray, kind: np.ndarray, x: np.ndarray) -> None:
        self.time, self.kind, self.x = time, kind, x
        self.event, self.other = np.flatnonzero(kind == 1), np.flatnonzero(kind == 2)
        self.times = np.unique(time[self.event])
        self.deaths = count_on(np.sort(time[self.event]), self.times)
        self.censoring_times, self.censored = np.unique(time[kind == 0], return_counts=True)
        self.at_risk = count_at_risk(np.sort(time), None, self.censoring_times)
        self._uncensored = np.append(1.0, np.cumprod(1 - self.censored / self.at_risk))
        self.weight = self.uncensored_before(self.times)
        self.other_weight = 1 / self.uncensored_before(time[self.other])
        # rows up to and including whose time this many event times have passed
        self.passed = np.searchsorted(self.times, time, side="right")

    def uncensored_before(self, times: np.ndarray) -> np.ndarray:
        """G(t-), the probability of not being censored before each of `times`."""
        return self._uncensored[np.searchsorted(self.censoring_times, times, side="left")]

    @property
    def ever_at_risk(self) -> np.ndarray:
        """The rows that are in any risk set; all of them are in the first."""
        return (self.passed > 0) | (self.kind == 2)

    def moments(self, b: np.ndarray) -> Moments:
        """The quantities at `b`; they may be 0 or not finite where b is absurdly large."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            linear = self.x @ b
            linear = linear - linear.max()
            risk = np.exp(linear)
            total = self.over_risk_sets(risk)
            mean = self.over_risk_sets(self.x * risk[:, None]) / total[:, None]
            return Moments(linear, risk, total, self.deaths / total, mean)

    def over_risk_sets(self, values: np.ndarray) -> np.ndarray:
        """The weighted sum of `values` (n, …) over the risk set of each event time: (E, …)."""
        flat = values.reshape(len(values), -1)
        own = np.empty((self.times.size, flat.shape[1]))
        for column, result in zip(flat.T, own.T, strict=True):
            result[:] = self._risk_set_sums(column)
        return own.reshape(self.times.size, *values.shape[1:])

    def _risk_set_sums(self, column: np.ndarray) -> np.ndarray:
        size = self.times.size
        followed = np.bincount(self.passed, column, size + 1)[1:][::-1].cumsum()[::-1]
        other = np.bincount(self.passed[self.other], column[self.other] * self.other_weight, size + 1)
        return followed + self.weight * other[:size].cumsum()

    def over_exposure(self, hazard: np.ndarray) -> np.ndarray:
        """The weighted sum of `hazard` (E, …) over the risk sets that hold each row: (n, …)."""
        nought = np.zeros((1, *hazard.shape[1:]))
        total = np.concatenate((nought, hazard.cumsum(axis=0)))[self.passed]
        weights = self.weight.reshape(-1, *(1,) * (hazard.ndim - 1))
        later = np.concatenate(((hazard * weights)[::-1].cumsum(axis=0)[::-1], nought))
        own = self.other_weight.reshape(-1, *(1,) * (hazard.ndim - 1))
        total[self.other] += own * later[self.passed[self.other]]
        return total

    def log_likelihood(self, moments: Moments) -> float:
        """The log pseudo-likelihood; minus infinity where it, or a derivative, cannot be computed."""
        if not (np.isfinite(moments.total) & (moments.total > SMALLEST)).all():
            return -np.inf
        return float(moments.linear[self.event].sum() - self.deaths @ np.log(moments.total))

    def derivatives(self, moments: Moments) -> tuple[np.ndarray, np.ndarray]:
        """The score (p,) and the information (p, p)."""
        expected = (moments.risk * self.over_exposure(moments.hazard))[:, None] * self.x
        score = self.x[self.event].sum(axis=0) - expected.sum(axis=0)
        return score, self.x.T @ expected - (moments.mean * self.deaths[:, None]).T @ moments.mean

    def influence(self, moments: Moments) -> np.ndarray:
        """Each row's part of the score (n, p), its influence on the censoring weights included.

        η + ψ of Fine & Gray, section 3: the variance of the score is the sum of their squares.
        """
        exposure = self.over_exposure(moments.hazard)[:, None]
        means = self.over_exposure(moments.hazard[:, None] * moments.mean)
        eta = -moments.risk[:, None] * (self.x * exposure - means)
        at = np.searchsorted(self.times, self.time[self.event])
        eta[self.event] += self.x[self.event] - moments.mean[at]
        return eta + self._through_weights(moments)

    def _through_weights(self, moments: Moments) -> np.ndarray:
        """ψ: what each row changes by being censored, or not, at the censoring times it lived to see."""
        order = np.argsort(self.time[self.other], kind="stable")
        carried = (moments.risk[self.other] * self.other_weight)[order]
        carried_x = carried[:, None] * self.x[self.other][order]
        gone = np.searchsorted(self.time[self.other][order], self.censoring_times, side="left")
        first = np.searchsorted(self.times, self.censoring_times, side="left")
        hazard = self.weight * moments.hazard
        a0, a1 = _sum_before(carried, gone), _sum_before(carried_x, gone)
        b0, b1 = _sum_from(hazard, first), _sum_from(hazard[:, None] * moments.mean, first)
        q = a1 * b0[:, None] - a0[:, None] * b1
        compensator = np.cumsum(q * (self.censored / self.at_risk**2)[:, None], axis=0)
        seen = np.searchsorted(self.censoring_times, self.time, side="right")
        psi = -np.concatenate((np.zeros((1, q.shape[1])), compensator))[seen]
        own = np.flatnonzero(self.kind == 0)
        psi[own] += q[seen[own] - 1] / self.at_risk[seen[own] - 1][:, None]
        return psi


def _sum_before(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The sums of the first `places` values (along the first axis)."""
    return np.concatenate((np.zeros((1, *values.shape[1:])), values.cumsum(axis=0)))[places]


def _sum_from(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The sums of the values from each of `places` on (along the first axis)."""
    tail = values[::-1].cumsum(axis=0)[::-1]
    return np.concatenate((tail, np.zeros((1, *values.shape[1:]))))[places]
