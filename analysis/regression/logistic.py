"""Logistic regression by maximum likelihood, with Wald intervals, as R's glm(family = binomial).

Newton's method with step halving on standardised covariates, run until rounding stops it. Where
the covariates separate the outcomes there is no maximum likelihood estimate; that is found by a
linear program and told as the reason "separation" instead of numbers that mean nothing.

Sources: McCullagh & Nelder 1989, ch. 4; Albert & Anderson 1984 (separation).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from analysis.estimate import Test
from analysis.regression.inference import absent_term, chi_square_test, wald_term
from analysis.regression.logistic_data import LogisticData, is_separated, logistic_data
from analysis.regression.model import Model, Term
from analysis.regression.roc import area_under_curve

ITERATIONS = 100
CONVERGED = 1e-20  # on the squared length of a Newton step, measured in standard errors
EXTREME = 1e-8  # a fitted variance p (1 - p) below this raises the question of separation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogisticModel(Model):
    """A fitted logistic model. `coef` and `covariance` belong to `terms`, NaN where a term has no estimate.

    `intercept` is the log odds (its `ratio` the odds) where every covariate is 0. `probability` are
    the fitted probabilities of the rows marked in `used`; None without an estimate.
    """

    intercept: Term
    probability: np.ndarray | None = field(default=None, repr=False)

    def numbers(self) -> dict[str, object]:
        """The unrounded numbers under their machine names, ready for JSON."""
        names = ("term", "coef", "se", "lower", "upper", "p", "reason")
        return Model.numbers(self) | {"intercept": {name: getattr(self.intercept, name) for name in names}}


@dataclass(frozen=True, slots=True, eq=False)
class _Maximum:
    """Where the likelihood is largest, on the scale of the standardised design."""

    coef: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    probability: np.ndarray


def logistic(
    outcome: ArrayLike, covariates: ArrayLike, names: Sequence[str], *, level: float = 0.95
) -> LogisticModel:
    """Log odds ratios of `outcome` (n,; 0 or 1) for each column of `covariates` (n, k), with an intercept.

    Rows that lack a value are left out and counted. Wald intervals and p values, likelihood ratio, Wald
    and score test against the model without covariates, and the area under the ROC curve as
    `concordance`. A constant column has the reason "no_variation", one that is a combination of earlier
    ones "collinear"; the others are estimated without it. An outcome of one kind only, or covariates that
    separate the outcomes, leave no estimate at all ("no_variation", "separation").

    Raises ValueError for lengths that differ, an outcome other than 0 and 1, or an infinite covariate.
    """
    data = logistic_data(outcome, covariates, names)
    found, reason = (None, data.reason) if data.reason else _maximise(data.design, data.outcome)
    if found is None:
        return no_model(data, "logistic", level, reason)
    coef, covariance = data.unscale(found.coef, found.covariance)
    errors = np.sqrt(np.diag(covariance))
    estimated = [
        wald_term(name, float(b), float(se), level)
        for name, b, se in zip(("(intercept)", *_kept_names(data)), coef, errors, strict=True)
    ]
    null = null_log_likelihood(data)
    return LogisticModel(
        method="logistic",
        ratio="odds_ratio",
        n=data.n,
        events=data.events,
        missing=data.missing,
        level=level,
        terms=all_terms(data, estimated[1:]),
        intercept=estimated[0],
        likelihood_ratio=chi_squared_test(
            "likelihood-ratio", 2 * (found.log_likelihood - null), len(data.kept), data.n, data.missing
        ),
        wald=chi_squared_test("wald", _wald_statistic(found), len(data.kept), data.n, data.missing),
        score=chi_squared_test("score", _score_statistic(data), len(data.kept), data.n, data.missing),
        concordance=area_under_curve(data.outcome, data.design @ found.coef, level),
        log_likelihood=(null, found.log_likelihood),
        used=data.used,
        probability=found.probability,
        **spread(data, coef, covariance),
    )


def _maximise(design: np.ndarray, outcome: np.ndarray) -> tuple[_Maximum | None, str | None]:
    """The maximum of the likelihood; or None and why there is none."""
    coef = np.zeros(design.shape[1])
    coef[0] = math.log(outcome.sum() / (outcome.size - outcome.sum()))
    value, converged = log_likelihood(design @ coef, outcome), False
    for _ in range(ITERATIONS):
        probability = expit(design @ coef)
        score = design.T @ (outcome - probability)
        try:
            step = np.linalg.solve(information(design, probability), score)
        except np.linalg.LinAlgError:
            break
        coef, value = _ascend(design, outcome, coef, step, value)
        if score @ step < CONVERGED:
            converged = True
            break
    probability = expit(design @ coef)
    suspicious = not converged or (probability * (1 - probability)).min() < EXTREME
    if suspicious and is_separated(design, outcome):
        return None, "separation"
    if not converged:
        return None, "no_convergence"
    covariance = np.linalg.inv(information(design, probability))
    return _Maximum(coef, covariance, value, probability), None


def _ascend(
    design: np.ndarray, outcome: np.ndarray, coef: np.ndarray, step: np.ndarray, value: float
) -> tuple[np.ndarray, float]:
    """Go the whole `step`, or half of it until the likelihood does not fall (but for rounding)."""
    allowed = value - 1e-12 * (1 + abs(value))
    for _ in range(40):
        reached = log_likelihood(design @ (coef + step), outcome)
        if reached >= allowed:
            return coef + step, reached
        step = step / 2
    return coef, value


def log_likelihood(predictor: np.ndarray, outcome: np.ndarray) -> float:
    """The Bernoulli log likelihood at these linear predictors."""
    return -float(np.logaddexp(0.0, np.where(outcome == 1, -predictor, predictor)).sum())


def information(design: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Fisher's information of the coefficients."""
    return (design * (probability * (1 - probability))[:, None]).T @ design


def null_log_likelihood(data: LogisticData) -> float:
    """The log likelihood with an intercept alone; both kinds of outcome occur."""
    share = data.events / data.n
    return data.events * math.log(share) + (data.n - data.events) * math.log1p(-share)


def _wald_statistic(found: _Maximum) -> float:
    slopes, covariance = found.coef[1:], found.covariance[1:, 1:]
    return float(slopes @ np.linalg.solve(covariance, slopes)) if slopes.size else 0.0


def _score_statistic(data: LogisticData) -> float:
    """Rao's statistic at the model with an intercept alone, which centred columns are free of."""
    columns, share = data.design[:, 1:], data.events / data.n
    score = columns.T @ (data.outcome - share)
    return float(score @ np.linalg.solve(columns.T @ columns, score)) / (share * (1 - share))


def chi_squared_test(name: str, statistic: float, df: int, n: int, missing: int) -> Test:
    """A test of `df` slopes; of none there is no test."""
    if not df:
        return Test(name=name, df=0, n=n, missing=missing, reason="no_variation")
    return chi_square_test(name, statistic, df, n=n, missing=missing)


def all_terms(data: LogisticData, estimated: Sequence[Term]) -> tuple[Term, ...]:
    """The estimated terms in the order of the caller, and between them those that have only a reason."""
    terms = {k: absent_term(data.names[k], reason) for k, reason in data.absent.items()}
    terms |= dict(zip(data.kept, estimated, strict=True))
    return tuple(terms[k] for k in range(len(data.names)))


def _kept_names(data: LogisticData) -> tuple[str, ...]:
    return tuple(data.names[k] for k in data.kept)


def spread(data: LogisticData, coef: np.ndarray, covariance: np.ndarray) -> dict[str, np.ndarray]:
    """Coefficients and covariance of all terms without the intercept, NaN where there is no estimate."""
    kept = list(data.kept)
    whole = np.full(len(data.names), np.nan)
    square = np.full((whole.size, whole.size), np.nan)
    whole[kept] = coef[1:]
    square[np.ix_(kept, kept)] = covariance[1:, 1:]
    return {"coef": whole, "covariance": square}


def no_model(
    data: LogisticData, method: str, level: float, reason: str, interval: str = "wald"
) -> LogisticModel:
    """A model without any estimate."""
    likelihood_ratio, wald, score = (
        Test(name=name, n=data.n, missing=data.missing, reason=reason)
        for name in ("likelihood-ratio", "wald", "score")
    )
    return LogisticModel(
        method=method,
        ratio="odds_ratio",
        n=data.n,
        events=data.events,
        missing=data.missing,
        level=level,
        interval=interval,
        terms=tuple(absent_term(name, reason) for name in data.names),
        intercept=absent_term("(intercept)", reason),
        likelihood_ratio=likelihood_ratio,
        wald=wald,
        score=score,
        reason=reason,
        used=data.used,
    )
