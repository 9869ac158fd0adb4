"""Firth logistic regression: finite odds ratios in small samples and under separation.

Maximises the penalised likelihood l(b) + 1/2 log det I(b), that is, the posterior under Jeffreys'
prior, which removes the first-order bias of the estimates. Intervals are those of the profile
penalised likelihood and p values its likelihood ratio, as in logistf; Wald's would mislead where
the likelihood is lopsided, which is just where this method is used.

Sources: Firth 1993; Heinze & Schemper 2002; Kosmidis & Firth 2021 (the estimates are always finite).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, chdtri, expit

from analysis.estimate import Test
from analysis.regression.inference import interval_term
from analysis.regression.logistic import (
    LogisticModel,
    all_terms,
    chi_squared_test,
    information,
    no_model,
    spread,
)
from analysis.regression.logistic_data import LogisticData, logistic_data
from analysis.regression.logistic_penalty import Penalised, maximise
from analysis.regression.model import Term
from analysis.regression.roc import area_under_curve

FLAT = 1e-11  # a profile that is this near to its height is there
OUT_OF_SIGHT = 1e4  # standard deviations from 0 to the mean of a covariate; no case tells of the intercept
SEARCHES = 60  # points looked at before the search for a limit is given up


def firth_logistic(
    outcome: ArrayLike, covariates: ArrayLike, names: Sequence[str], *, level: float = 0.95
) -> LogisticModel:
    """Log odds ratios by Firth's penalised likelihood; arguments, left-out rows and columns as in `logistic`.

    Every term has a profile penalised-likelihood interval and the p of its penalised likelihood ratio; `se`
    comes from Fisher's information at the estimate. `log_likelihood` and `likelihood_ratio` are penalised
    ones, the model without covariates being this model with every slope held at 0.

    Raises ValueError as `logistic` does.
    """
    data = logistic_data(outcome, covariates, names)
    if data.reason:
        return no_model(data, "logistic-firth", level, data.reason, "profile")
    size = data.design.shape[1]
    best = maximise(data.design, data.outcome, np.zeros(size), np.arange(size))
    null = maximise(data.design, data.outcome, np.zeros(size), np.arange(1))
    if not (best.converged and null.converged):
        return no_model(data, "logistic-firth", level, "no_convergence", "profile")
    probability = expit(data.design @ best.coef)
    coef, covariance = data.unscale(best.coef, np.linalg.inv(information(data.design, probability)))
    errors = np.sqrt(np.diag(covariance))
    estimated = [
        _term(data, best, k, coef[k], errors[k], level) for k in range(1, size)
    ]  # the intercept is no coordinate of the centred design
    unit = float(np.log(data.scale).sum())  # brings the determinant to the units of the caller
    return LogisticModel(
        method="logistic-firth",
        ratio="odds_ratio",
        n=data.n,
        events=data.events,
        missing=data.missing,
        level=level,
        interval="profile",
        terms=all_terms(data, estimated),
        intercept=_intercept(data, coef, errors[0], level),
        likelihood_ratio=_likelihood_ratio(best, null, data),
        concordance=area_under_curve(data.outcome, data.design @ best.coef, level),
        log_likelihood=(float(null.value) + unit, float(best.value) + unit),
        used=data.used,
        probability=probability,
        **spread(data, coef, covariance),
    )


def _likelihood_ratio(best: Penalised, null: Penalised, data: LogisticData) -> Test:
    return chi_squared_test(
        "likelihood-ratio", 2 * (best.value - null.value), len(data.kept), data.n, data.missing
    )


def _term(data: LogisticData, best: Penalised, k: int, coef: float, se: float, level: float) -> Term:
    """The term of column `k` of the design, a slope."""
    unit = data.scale[k - 1]
    profile = _Profile(data.design, data.outcome, best, k)
    lower, upper = (profile.limit(side, float(se * unit), level) for side in (-1, 1))
    limits = [None if limit is None else limit / unit for limit in (lower, upper)]
    return _told(data.names[data.kept[k - 1]], float(coef), float(se), limits, profile.p_of_zero())


def _intercept(data: LogisticData, coef: np.ndarray, se: float, level: float) -> Term:
    """The term of the intercept, profiled on columns that are scaled but not centred."""
    away = data.centre / data.scale
    if np.abs(away).max(initial=0.0) > OUT_OF_SIGHT:
        return _told("(intercept)", float(coef[0]), float(se), [None, None], None)
    columns = data.design.copy()
    columns[:, 1:] += away
    start = np.append(coef[0], coef[1:] * data.scale)
    best = maximise(columns, data.outcome, start, np.arange(start.size))
    profile = _Profile(columns, data.outcome, best, 0)
    limits = [profile.limit(side, float(se), level) for side in (-1, 1)]
    return _told("(intercept)", float(coef[0]), float(se), limits, profile.p_of_zero())


def _told(name: str, coef: float, se: float, limits: list[float | None], p: float | None) -> Term:
    reason = "no_convergence" if p is None or None in limits else None
    return interval_term(name, coef, se, limits[0], limits[1], p, reason)


class _Profile:
    """The penalised likelihood of one coefficient, the others at their best for each of its values."""

    def __init__(self, design: np.ndarray, outcome: np.ndarray, best: Penalised, held: int) -> None:
        self.design, self.outcome, self.best, self.held = design, outcome, best, held
        self.free = np.delete(np.arange(design.shape[1]), held)
        self.nearby = best.coef  # the last solution, where the next search starts

    def at(self, value: float) -> float | None:
        """The profile at `value`; None where the search for the other coefficients failed.

        The penalised likelihood need not be concave, so the search starts twice and the better end counts.
        """
        ends = []
        for start in (self.nearby, self.best.coef, np.zeros_like(self.nearby)):
            held = start.copy()
            held[self.held] = value
            if len(ends) < 2 or not any(end.converged for end in ends):
                ends.append(maximise(self.design, self.outcome, held, self.free))
        found = max((end for end in ends if end.converged), key=lambda end: end.value, default=None)
        if found is None:
            return None
        self.nearby = found.coef
        return found.value

    def p_of_zero(self) -> float | None:
        """The p of the penalised likelihood ratio of a coefficient of 0."""
        self.nearby = self.best.coef
        value = self.at(0.0)
        return None if value is None else float(chdtrc(1, max(0.0, 2 * (self.best.value - value))))

    def limit(self, side: int, se: float, level: float) -> float | None:
        """Where the profile has come down by half the chi-squared quantile; `side` is -1 or 1.

        None where it is not found in SEARCHES steps or where a search on the way failed.
        """
        centre, depth = float(self.best.coef[self.held]), float(chdtri(1, 1 - level)) / 2
        self.nearby = self.best.coef

        def above(distance: float) -> float | None:
            value = self.at(centre + side * distance)
            return None if value is None else value - (self.best.value - depth)

        near, height_near, far = 0.0, depth, 1.5 * se
        for _ in range(SEARCHES):
            height_far = above(far)
            if height_far is None:  # too far at once for the other coefficients to follow
                far = near + (far - near) / 4
            elif height_far <= 0:
                break
            else:
                near, height_near, far = far, height_far, 1.6 * far
        else:
            return None
        distance = _root(above, near, height_near, far, height_far, 1e-11 * (se + abs(centre)))
        return None if distance is None else centre + side * distance


def _root(
    function: Callable[[float], float | None],
    low: float,
    at_low: float,
    high: float,
    at_high: float,
    tolerance: float,
) -> float | None:
    """Where a falling function is 0, between `low` and `high`; None where it has no value on the way.

    Regula falsi in the Illinois form. It keeps the values it knows, for a profile that is computed anew
    may end on another ridge of the likelihood.
    """
    last = 0.0
    for step in range(100):
        share = at_low / (at_low - at_high) if step % 8 < 7 else 0.5
        middle = low + share * (high - low)
        value = function(middle)
        if value is None:
            return None
        if abs(value) < FLAT or high - low < tolerance:
            return middle
        if value > 0:
            low, at_low, at_high = middle, value, at_high / (2 if last > 0 else 1)
        else:
            high, at_high, at_low = middle, value, at_low / (2 if last < 0 else 1)
        last = value
    return None
