"""Fine and Gray's proportional subdistribution hazards: what a covariate does to the cumulative incidence.

Equal to R's cmprsk::crr: Breslow ties, weights by the Kaplan-Meier estimate of censoring before each time,
robust variance that allows for the estimated weights. Newton's method with step halving runs on standardised
covariates until rounding stops it, so its coefficients agree with a crr that is told to converge.

A subdistribution hazard ratio belongs to prediction; for causes see `cause_specific_cox`.

Sources: Fine & Gray 1999; Geskus 2011; Austin, Lee & Fine 2016 (which model answers which question).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.competing_risks.rows import CauseRows, cause_rows, check_cause
from analysis.competing_risks.separation import is_separated
from analysis.competing_risks.subdistribution import Moments, Subdistribution
from analysis.estimate import Test
from analysis.regression.covariates import covariate_matrix, estimable
from analysis.regression.inference import absent_term, chi_square_test, quadratic_test, wald_term
from analysis.regression.model import Model

METHOD = "fine-gray"
RATIO = "subdistribution_hazard_ratio"
ITERATIONS = 100
# The squared length of a Newton step in standard errors: where it is surely rounding, and where it is
# rounding if the step before was hardly longer, as convergence squares it from step to step.
CONVERGED, STALLED = 1e-20, 1e-10
EXTREME = 1e-6  # information that has shrunk to this share of its size at 0 raises the question of separation
COLLINEAR = 1e-6  # a column with a smaller share of its length outside the others' span adds nothing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineGrayModel(Model):
    """A fitted Fine-Gray model; `events` are those of the cause of interest, the covariance is robust.

    `coef` and `covariance` belong to `terms`, NaN where a term has no estimate. `centre` (k,) are the
    means of the covariates and `baseline` the cumulative subdistribution hazard there, at `time`.
    """

    time: np.ndarray | None = field(default=None, repr=False)
    baseline: np.ndarray | None = field(default=None, repr=False)
    centre: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Maximum:
    """Where the likelihood is largest, on the scale of the standardised covariates."""

    coef: np.ndarray
    covariance: np.ndarray
    log_likelihood: tuple[float, float]
    moments: Moments


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    cause_of_interest: int = 1,
    level: float = 0.95,
) -> FineGrayModel:
    """Log subdistribution hazard ratios of `cause_of_interest` for each column of `covariates` (n, k).

    `cause` is 0 for censored. Rows that lack a value are left out and counted. Wald intervals, p values and
    the Wald test are robust; the likelihood ratio is of the pseudo-likelihood, as crr gives it. A
    constant column has the reason "no_variation", one that is a combination of earlier ones "collinear";
    the others are estimated without it. Without an event there is no estimate ("no_events"), nor
    where the likelihood has no maximum ("separation").

    Raises ValueError for impossible rows (see rows.cause_rows), for covariates that are infinite or of
    another shape than rows by names, and for a cause that is not a whole number of 1 or more.
    """
    check_cause(cause_of_interest)
    x = covariate_matrix(covariates, names, np.size(time))
    rows = cause_rows(time, cause, None, ~np.isnan(x).any(axis=1))
    x = x[rows.used]
    kind = np.where(rows.cause == cause_of_interest, 1, 2 * (rows.cause > 0))
    if not (kind == 1).any():
        return _no_model(rows, names, level, "no_events" if rows.n else "no_cases")
    at_risk = Subdistribution(rows.time, kind, x[:, :0]).ever_at_risk
    centre = x[at_risk].mean(axis=0)
    kept, absent = estimable(x[at_risk], x[at_risk] - centre, COLLINEAR)
    kept = list(kept)
    scale = np.where(np.isin(np.arange(x.shape[1]), kept), x[at_risk].std(axis=0), 1.0)
    likelihood = Subdistribution(rows.time, kind, ((x - centre) / scale)[:, kept])
    found = _maximise(likelihood)
    if isinstance(found, str):
        return _no_model(rows, names, level, found, likelihood.event.size)
    return _model(rows, names, level, likelihood, found, (kept, absent, centre, scale))


def predicted_incidence(model: FineGrayModel, covariates: ArrayLike, times: ArrayLike) -> np.ndarray | None:
    """The cumulative incidence at each of `times` for one case with these `covariates` (k,).

    1 - exp(-baseline(t) exp((x - centre)'b)). None where the model has no estimate.
    Raises ValueError for another number of covariates, or for any that is not finite.
    """
    x = np.asarray(covariates, dtype=float).reshape(-1)
    if x.size != len(model.terms) or not np.isfinite(x).all():
        raise ValueError(f"{len(model.terms)} finite covariates are needed, not {x.tolist()}")
    if model.baseline is None:
        return None
    linear = float((x - model.centre) @ np.nan_to_num(model.coef))
    passed = np.searchsorted(model.time, np.asarray(times, dtype=float), side="right")
    with np.errstate(divide="ignore", over="ignore"):  # from nothing to beyond all numbers: 0 to 1
        hazard = np.exp(np.log(np.append(0.0, model.baseline)[passed]) + linear)
    return -np.expm1(-hazard)


def _maximise(likelihood: Subdistribution) -> _Maximum | str:
    """The maximum of the pseudo-likelihood; or why there is none."""
    coef = np.zeros(likelihood.x.shape[1])
    moments = likelihood.moments(coef)
    null = value = likelihood.log_likelihood(moments)
    score, information = start = likelihood.derivatives(moments)
    converged, length = not coef.size, math.inf
    for _ in range(ITERATIONS):
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            break
        if converged or not np.isfinite(step).all():
            break
        length, previous = float(score @ step), length
        converged = length < CONVERGED or (length < STALLED and length > previous / 10)
        coef, moments, value = _ascend(likelihood, coef, step, moments, value)
        score, information = likelihood.derivatives(moments)
    if not converged or _has_collapsed(information, start[1]):
        if is_separated(likelihood):
            return "separation"
        if not converged:
            return "no_convergence"
    inverse = np.linalg.inv(information)
    influence = likelihood.influence(moments)
    covariance = inverse @ (influence.T @ influence) @ inverse
    return _Maximum(coef, covariance, (null, value), moments)


def _ascend(
    likelihood: Subdistribution, coef: np.ndarray, step: np.ndarray, moments: Moments, value: float
) -> tuple[np.ndarray, Moments, float]:
    """Go the whole `step`, or half of it until the likelihood does not fall (but for rounding)."""
    allowed = value - 1e-12 * (1 + abs(value))
    for _ in range(40):
        there = likelihood.moments(coef + step)
        reached = likelihood.log_likelihood(there)
        if reached >= allowed:
            return coef + step, there, reached
        step = step / 2
    return coef, moments, value


def _has_collapsed(information: np.ndarray, start: np.ndarray) -> bool:
    """Whether in some direction little is left of the information that there was at 0."""
    if not information.size:
        return False
    inverse_root = np.linalg.inv(np.linalg.cholesky(start))
    return bool(np.linalg.eigvalsh(inverse_root @ information @ inverse_root.T)[0] < EXTREME)


def _model(
    rows: CauseRows,
    names: Sequence[str],
    level: float,
    likelihood: Subdistribution,
    found: _Maximum,
    columns: tuple[list[int], dict[int, str], np.ndarray, np.ndarray],
) -> FineGrayModel:
    kept, absent, centre, scale = columns
    whole = np.full(len(names), np.nan)
    square = np.full((whole.size, whole.size), np.nan)
    whole[kept] = found.coef / scale[kept]
    square[np.ix_(kept, kept)] = found.covariance / np.outer(scale[kept], scale[kept])
    # the risks were shifted by their largest linear predictor; at the centre it is 0
    shift = float((likelihood.x @ found.coef).max())
    return FineGrayModel(
        method=METHOD,
        ratio=RATIO,
        n=rows.n,
        events=likelihood.event.size,
        missing=rows.missing,
        level=level,
        interval="robust",
        terms=tuple(
            absent_term(name, absent[k])
            if k in absent
            else wald_term(name, float(whole[k]), math.sqrt(square[k, k]), level)
            for k, name in enumerate(names)
        ),
        log_likelihood=found.log_likelihood,
        used=rows.used,
        coef=whole,
        covariance=square,
        time=likelihood.times,
        baseline=np.cumsum(found.moments.hazard) * math.exp(-shift),
        centre=centre,
        **_tests(found, rows),
    )


def _tests(found: _Maximum, rows: CauseRows) -> dict[str, Test]:
    """The pseudo-likelihood ratio and the robust Wald test that no covariate matters."""
    facts = {"n": rows.n, "missing": rows.missing}
    if not found.coef.size:
        names = ("likelihood_ratio", "wald")
        return {name: Test(name=name, df=0, reason="no_variation", **facts) for name in names}
    null, value = found.log_likelihood
    return {
        "likelihood_ratio": chi_square_test("likelihood_ratio", 2 * (value - null), found.coef.size, **facts),
        "wald": quadratic_test("wald", found.coef, found.covariance, **facts),
    }


def _no_model(
    rows: CauseRows, names: Sequence[str], level: float, reason: str, events: int = 0
) -> FineGrayModel:
    """A model without any estimate."""
    facts = {"n": rows.n, "missing": rows.missing, "reason": reason}
    return FineGrayModel(
        method=METHOD,
        ratio=RATIO,
        n=rows.n,
        events=events,
        missing=rows.missing,
        level=level,
        interval="robust",
        terms=tuple(absent_term(name, reason) for name in names),
        likelihood_ratio=Test(name="likelihood_ratio", **facts),
        wald=Test(name="wald", **facts),
        reason=reason,
        used=rows.used,
    )
