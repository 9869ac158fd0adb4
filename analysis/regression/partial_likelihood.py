"""The partial likelihood of Cox's model, its derivatives and its residuals, for Efron's and Breslow's ties.

Each event (Efron) or event time (Breslow) is one denominator. With r = w exp(x'b), S the sum of r
over those at risk and D over the d tied events, Efron's j-th event of a time has the denominator
S - (j/d) D, j = 0 … d - 1, and the mean weight of the d events; Breslow's has S, once, with their total
weight.
Nothing here loops over times: second moments over risk sets are not needed, only the number of
denominators that a row was part of.

Sources: Cox 1975; Efron 1977; Breslow 1974; Therneau & Grambsch 2000, sections 3.3 and 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.conventions import Ties
from analysis.regression.risk_sets import RiskSets

SMALLEST = 1e-250  # a smaller denominator has lost digits
ROUNDING = 1e-13  # what is left of a second moment by a variance that is 0, at the most


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What the likelihood needs at one point b.

    `linear` x'b and `risk` = weight exp(x'b) are of rows, shifted within strata (which changes nothing);
    `denominator` and `mean` (p, E), the mean covariates of a risk set, of denominators.
    """

    linear: np.ndarray
    risk: np.ndarray
    denominator: np.ndarray
    mean: np.ndarray


class PartialLikelihood:
    """The log partial likelihood as a function of the p coefficients of `x` (p, n), rows as in `sets`.

    `weight` (n,) counts the rows. After construction: `at` (E,) is the event time of each
    denominator, `share` the fraction of the tied events' risk that it leaves out, `mass` its weight.
    """

    def __init__(self, sets: RiskSets, x: np.ndarray, weight: np.ndarray, ties: Ties) -> None:
        self.sets, self.x, self.weight = sets, x, weight
        self.event_weight = weight[sets.deaths]
        total = np.bincount(sets.at, self.event_weight, sets.times.size)
        self.tied_events = bool((sets.tied > 1).any()) and ties == "efron"
        if ties == "efron":
            self.at = np.sort(sets.at)
            opening = np.cumsum(sets.tied) - sets.tied
            self.share = (np.arange(self.at.size) - opening[self.at]) / sets.tied[self.at]
            self.mass = (total / np.maximum(sets.tied, 1))[self.at]
        else:
            self.at = np.arange(sets.times.size)
            self.share, self.mass = np.zeros(self.at.size), total

    def moments(self, b: np.ndarray) -> Moments:
        """The quantities at `b`; denominators may be 0 or not finite where b is absurdly large."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            # a sum of columns, not a matrix product: rows with equal covariates get equal values
            linear = np.zeros(self.weight.size)
            for value, column in zip(b, self.x, strict=True):
                linear += value * column
            if self.sets.starts.size > 1:
                sizes = np.diff(self.sets.starts, append=linear.size)
                linear -= np.repeat(np.maximum.reduceat(linear, self.sets.starts), sizes)
            else:
                linear -= linear.max()
            risk = self.weight * np.exp(linear)
            denominator = self.left(risk)
            mean = np.empty((len(self.x), denominator.size))
            for row, column in zip(mean, self.x, strict=True):
                np.divide(self.left(risk * column), denominator, out=row)
        return Moments(linear, risk, denominator, mean)

    def left(self, values: np.ndarray) -> np.ndarray:
        """The sum of `values` (n,) over the risk set of each denominator: (E,)."""
        sums = self.sets.at_risk.covering(values)[self.at]
        if self.tied_events:
            sums -= self.share * self.tied_sums(values)[self.at]
        return sums

    def tied_sums(self, values: np.ndarray) -> np.ndarray:
        """The sum of `values` (n,) over the events of each event time: (K,)."""
        return np.bincount(self.sets.at, values[self.sets.deaths], self.sets.times.size)

    def log_likelihood(self, moments: Moments) -> float:
        """The log partial likelihood; minus infinity where it cannot be computed."""
        if not (np.isfinite(moments.denominator) & (moments.denominator > SMALLEST)).all():
            return -np.inf
        # sums rather than dot products: their rounding does not grow with the number of events
        own = np.sum(self.event_weight * moments.linear[self.sets.deaths])
        return float(own - np.sum(self.mass * np.log(moments.denominator)))

    def derivatives(self, moments: Moments) -> tuple[np.ndarray, np.ndarray]:
        """The score (p,) and the information (p, p)."""
        expected = moments.risk * self.exposure(self.mass / moments.denominator)
        score = self.x[:, self.sets.deaths] @ self.event_weight - self.x @ expected
        return score, self._covariance(moments, expected, self.mass)

    def information(self, moments: Moments, factor: np.ndarray) -> np.ndarray:
        """The information (p, p) with each denominator's part multiplied by `factor` (E,)."""
        mass = self.mass * factor
        return self._covariance(moments, moments.risk * self.exposure(mass / moments.denominator), mass)

    def rounding(self, moments: Moments) -> np.ndarray:
        """What rounding may leave of the information, 0 in truth, of a covariate equal in every risk set."""
        expected = moments.risk * self.exposure(self.mass / moments.denominator)
        return ROUNDING * (self.x**2 @ expected)

    def _covariance(self, moments: Moments, expected: np.ndarray, mass: np.ndarray) -> np.ndarray:
        """The covariance of the covariates within risk sets, summed with `mass`; `expected` is of rows."""
        return (self.x * expected) @ self.x.T - (moments.mean * mass) @ moments.mean.T

    def exposure(self, hazard: np.ndarray) -> np.ndarray:
        """The sum of `hazard` (…, E) over the denominators that each row is part of: (…, n).

        Of denominators that leave out a share of the tied events, those events have only the rest.
        """
        if hazard.ndim > 1:
            return np.stack([self.exposure(row) for row in hazard])
        total = self.sets.at_risk.contained(self.by_time(hazard))
        if self.tied_events:
            total[self.sets.deaths] -= self.by_time(hazard * self.share)[self.sets.at]
        return total

    def by_time(self, values: np.ndarray) -> np.ndarray:
        """The sum of `values` (…, E) over the denominators of each event time: (…, K)."""
        size = self.sets.times.size
        if values.ndim == 1:
            return np.bincount(self.at, values, size)
        return np.stack([np.bincount(self.at, row, size) for row in values])

    def mean_at_events(self, moments: Moments) -> np.ndarray:
        """The mean covariates of the risk set of each event, (p, events): over its tied denominators."""
        counts = np.bincount(self.at, minlength=self.sets.times.size)
        return (self.by_time(moments.mean) / counts)[:, self.sets.at]

    def schoenfeld(self, moments: Moments) -> np.ndarray:
        """Each event's covariates less their mean in its risk set: (p, events), in order of `sets.deaths`."""
        return self.x[:, self.sets.deaths] - self.mean_at_events(moments)

    def score_residuals(self, moments: Moments) -> np.ndarray:
        """Each row's part of the score, (p, n), weighted: their sum is the score."""
        hazard = self.mass / moments.denominator
        expected = self.x * self.exposure(hazard) - self.exposure(hazard * moments.mean)
        residuals = -moments.risk * expected
        residuals[:, self.sets.deaths] += self.event_weight * self.schoenfeld(moments)
        return residuals
