"""Cox's proportional hazards model.

Sources: Cox 1972, 1975; Efron 1977; Breslow 1974; Lin & Wei 1989 (robust variance); Therneau & Grambsch 2000.
Equal to coxph of R's survival package, whose rules for collinear covariates and tied events it follows.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from analysis.conventions import Ties
from analysis.estimate import Estimate, Test
from analysis.regression.concordance import concordance_of_rows
from analysis.regression.inference import (
    absent_term,
    chi_square_test,
    independent,
    inverse,
    quadratic_test,
    wald_term,
)
from analysis.regression.model import Model
from analysis.regression.newton import Maximum, maximise
from analysis.regression.partial_likelihood import PartialLikelihood
from analysis.regression.risk_sets import CoxRows, RiskSets, cox_rows, risk_sets

ROUNDING = 1e-14  # values that differ by no more than this share of the largest are equal


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    ties: Ties = "efron",
    entry: ArrayLike | None = None,
    strata: Iterable[Hashable] | None = None,
    weights: ArrayLike | None = None,
    robust: bool = False,
    cluster: Iterable[Hashable] | None = None,
    level: float = 0.95,
) -> Model:
    """Hazard ratios by the partial likelihood, with Wald intervals and the three tests of the whole model.

    `time` (n,) follow-up, `event` 1 or 0, `covariates` (n, k), `names` (k,). A row is at risk on
    (entry, time] within its stratum, so that a patient with changing covariates has one row for each
    interval. A row without one of these values, or of weight 0, is left out and counted as missing.
    `robust` takes the sandwich variance, over the rows or over the `cluster`s; cluster implies it.

    A term without estimate says why: "no_variation" (equal in every risk set), "collinear" (a
    combination of the terms before it), "separation" (the estimate is infinite; the others are those
    of the limit, as in R), "no_events". `coef` and `covariance` of the model have NaN for such terms.
    The concordance is Harrell's C of the linear predictor.

    Raises ValueError for unequal lengths, negative or infinite numbers and unknown `ties`.
    """
    rows = cox_rows(
        time, event, covariates, names, entry=entry, strata=strata, weights=weights, cluster=cluster
    )
    prepared = prepare(rows, ties)
    interval = "robust" if robust or cluster is not None else "wald"
    shared = shared_facts(rows, f"cox-{ties}", interval, level)
    if prepared.likelihood is None:
        return without_estimate(prepared, shared)
    return _fitted(prepared, maximise(prepared.likelihood), shared)


def shared_facts(rows: CoxRows, method: str, interval: str, level: float) -> dict[str, object]:
    """What a model says of itself whether or not anything could be estimated."""
    return {
        "method": method,
        "ratio": "hazard_ratio",
        "n": rows.n,
        "events": rows.events,
        "missing": rows.missing,
        "level": level,
        "interval": interval,
        "used": rows.used,
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """Rows made ready to be fitted: covariates centred and scaled, those without information left out.

    `kept` are the positions of the covariates in `likelihood`, `absent` the reason of each other one, `scale`
    the standard deviation by which each kept one is divided. `likelihood` is None when none is left.
    `score` and `information` are those of the null model.
    """

    rows: CoxRows
    sets: RiskSets | None = None
    likelihood: PartialLikelihood | None = None
    kept: np.ndarray
    absent: dict[int, str]
    scale: np.ndarray
    score: np.ndarray | None = None
    information: np.ndarray | None = None

    def without(self, failed: dict[int, str]) -> Prepared:
        """The same with nothing left to estimate, `failed` giving the reasons of those kept so far."""
        return replace(self, likelihood=None, kept=self.kept[:0], absent=self.absent | failed)

    def unscale(self, coef: np.ndarray, covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients of all k covariates and their covariance in the units given; NaN where absent."""
        size = len(self.rows.names)
        all_coef, all_covariance = np.full(size, np.nan), np.full((size, size), np.nan)
        all_coef[self.kept] = coef / self.scale
        all_covariance[np.ix_(self.kept, self.kept)] = covariance / np.outer(self.scale, self.scale)
        return all_coef, all_covariance


def prepare(rows: CoxRows, ties: Ties) -> Prepared:
    """Risk sets and likelihood of `rows`, with the covariates that can be estimated.

    Raises ValueError for an unknown treatment of ties.
    """
    if ties not in get_args(Ties):
        raise ValueError(f"ties are treated by one of {get_args(Ties)}, not {ties!r}")
    size = len(rows.names)
    if not rows.events:
        reason = "no_events" if rows.n else "no_cases"
        return Prepared(
            rows=rows, kept=np.zeros(0, int), absent=dict.fromkeys(range(size), reason), scale=np.zeros(0)
        )
    sets = risk_sets(rows)
    x = np.ascontiguousarray(rows.covariates[sets.order].T)
    varied = np.flatnonzero(np.ptp(x, axis=1) > ROUNDING * np.abs(x).max(axis=1))
    x = x[varied]
    x -= x.mean(axis=1, keepdims=True)
    spread = np.abs(x).max(axis=1, keepdims=True)
    scale = spread * np.sqrt(np.mean((x / spread) ** 2, axis=1, keepdims=True))
    x /= scale
    full = PartialLikelihood(sets, x, rows.weight[sets.order], ties)
    start = full.moments(np.zeros(varied.size))
    score, information = full.derivatives(start)
    information[np.diag(information) <= full.rounding(start)] = 0
    free, empty = independent(information)
    absent = dict.fromkeys(range(size), "no_variation")
    absent |= dict.fromkeys(varied[~free & ~empty].tolist(), "collinear")
    kept = varied[free]
    for position in kept.tolist():
        del absent[position]
    likelihood = full if free.all() else PartialLikelihood(sets, x[free], full.weight, ties)
    return Prepared(
        rows=rows,
        sets=sets,
        likelihood=likelihood if kept.size else None,
        kept=kept,
        absent=absent,
        scale=scale[free, 0],
        score=score[free],
        information=information[np.ix_(free, free)],
    )


def without_estimate(prepared: Prepared, shared: dict[str, object]) -> Model:
    """A model in which nothing could be estimated: every term with its reason, the model with the first."""
    rows, reason = prepared.rows, prepared.absent[0]
    return Model(
        terms=tuple(absent_term(name, prepared.absent[i]) for i, name in enumerate(rows.names)),
        likelihood_ratio=Test(name="likelihood-ratio", n=rows.n, missing=rows.missing, reason=reason),
        reason=reason,
        **shared,
    )


def _fitted(prepared: Prepared, found: Maximum, shared: dict[str, object]) -> Model:
    """The model at the end of the iteration `found`."""
    rows, likelihood = prepared.rows, prepared.likelihood
    coef, covariance, failing = _estimates(prepared, found, shared["interval"] == "robust")
    null = likelihood.log_likelihood(likelihood.moments(np.zeros(found.coef.size)))
    reasons = prepared.absent | failing
    terms = tuple(
        absent_term(name, reasons[i])
        if i in reasons
        else wald_term(name, coef[i], math.sqrt(covariance[i, i]), shared["level"])
        for i, name in enumerate(rows.names)
    )
    return Model(
        terms=terms,
        log_likelihood=(null, found.log_likelihood),
        concordance=fitted_concordance(prepared, found.moments.linear, shared["level"]),
        reason=next(iter(reasons.values())) if len(reasons) == len(terms) else None,
        coef=coef,
        covariance=covariance,
        **_tests(prepared, found, null, coef, covariance, failing),
        **shared,
    )


def _estimates(
    prepared: Prepared, found: Maximum, robust: bool
) -> tuple[np.ndarray, np.ndarray, dict[int, str]]:
    """Coefficients and covariance in the units given, and the reasons of the terms that failed."""
    reason = "separation" if found.diverging.any() else None if found.converged else "no_convergence"
    failed = found.diverging if found.diverging.any() else np.full(found.coef.size, not found.converged)
    fine = ~failed
    covariance = np.full_like(found.information, np.nan)
    coef = np.where(fine, found.coef, np.nan)
    if fine.any():
        # in the limit the terms that separate take no information from the others
        bread = inverse(found.information[np.ix_(fine, fine)])
        covariance[np.ix_(fine, fine)] = _sandwich(prepared, found, bread, fine) if robust else bread
    failing = dict.fromkeys(prepared.kept[failed].tolist(), reason)
    return *prepared.unscale(coef, covariance), failing


def _sandwich(prepared: Prepared, found: Maximum, bread: np.ndarray, fine: np.ndarray) -> np.ndarray:
    """The variance from each row's, or each cluster's, influence on the coefficients (Lin & Wei 1989)."""
    residuals = prepared.likelihood.score_residuals(found.moments)[fine]
    if prepared.rows.cluster is not None:
        cluster = prepared.rows.cluster[prepared.sets.order]
        residuals = np.stack([np.bincount(cluster, row) for row in residuals])
    influence = bread @ residuals
    return influence @ influence.T


def _tests(
    prepared: Prepared,
    found: Maximum,
    null: float,
    coef: np.ndarray,
    covariance: np.ndarray,
    failing: dict[int, str],
) -> dict[str, Test]:
    """The likelihood ratio, Wald and score test of all terms; of a monotone likelihood no Wald test."""
    kept, df = prepared.kept, prepared.kept.size
    facts = {"n": prepared.rows.n, "missing": prepared.rows.missing}
    reason = next(iter(failing.values()), None)
    gain = 2 * (found.log_likelihood - null)
    return {
        "likelihood_ratio": Test(name="likelihood-ratio", reason=reason, **facts)
        if reason == "no_convergence"
        else chi_square_test("likelihood-ratio", gain, df, **facts),
        "wald": Test(name="wald", reason=reason, **facts)
        if reason
        else quadratic_test("wald", coef[kept], covariance[np.ix_(kept, kept)], **facts),
        "score": quadratic_test("score", prepared.score, prepared.information, **facts),
    }


def fitted_concordance(prepared: Prepared, linear: np.ndarray, level: float) -> Estimate:
    """Harrell's C of a linear predictor given in the order of the risk sets."""
    rows = prepared.rows
    risk = np.empty(rows.n)
    risk[prepared.sets.order] = linear
    return concordance_of_rows(rows, risk, level)
