"""Cox's model with Firth's penalty, for few events and for monotone likelihoods.

Maximises l(b) + ½ log det I(b), which has a finite maximum wherever Cox's model can be written down.
Intervals and p values are those of the profile of the penalised likelihood, not Wald's, as the
estimates of small samples are far from normal.

Sources: Firth 1993; Heinze & Schemper 2001, Biometrics 57:114-119.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from analysis.conventions import Ties
from analysis.describe import normal_quantile
from analysis.regression.cox import Prepared, fitted_concordance, prepare, shared_facts, without_estimate
from analysis.regression.cox_penalty import PROFILE_CLOSE, Penalised, Point, evaluate, maximise
from analysis.regression.inference import absent_term, chi_square_test, interval_term, inverse, quadratic_test
from analysis.regression.model import Model, Term
from analysis.regression.risk_sets import cox_rows

SEARCH = 60  # evaluations of a profile in the search for a limit
CLIMBS = 6  # maxima, each higher than the one before, that are tried
HIGHER = 1e-7  # a log likelihood that exceeds another by less may be the same
AT_LIMIT = 1e-8  # how close the signed root of the profile comes to the quantile


def firth_cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    ties: Ties = "breslow",
    entry: ArrayLike | None = None,
    strata: Iterable[Hashable] | None = None,
    level: float = 0.95,
) -> Model:
    """Penalised hazard ratios with profile intervals; finite where the ordinary estimate is infinite.

    Arguments as of `cox`. `se` is from the information at the estimate; p and the interval of a term are from
    the likelihood ratio of the penalised likelihood with that coefficient fixed and the others free. The
    determinant is that of all covariates throughout, as is `log_likelihood`. A limit whose search
    fails, or takes more evaluations of the likelihood than are allowed, is None with the reason
    "no_convergence".

    Raises ValueError as `cox`.
    """
    rows = cox_rows(time, event, covariates, names, entry=entry, strata=strata)
    prepared = prepare(rows, ties)
    shared = shared_facts(rows, "cox-firth", "profile", level)
    if prepared.likelihood is None:
        return without_estimate(prepared, shared)
    everything = np.ones(prepared.kept.size, dtype=bool)
    best = maximise(Penalised(prepared.likelihood), np.zeros(prepared.kept.size), everything)
    if best is None:
        failed = dict.fromkeys(prepared.kept.tolist(), "no_convergence")
        return without_estimate(prepared.without(failed), shared)
    return _fitted(prepared, *_highest(prepared, best, shared["level"]), shared)


def _highest(prepared: Prepared, best: Point, level: float) -> tuple[Point, list[Term]]:
    """The highest point known and the terms of its profiles.

    A penalised likelihood may have several maxima. Where a profile of one leads higher, on to that one.
    """
    everything = np.ones(best.coef.size, dtype=bool)
    for climb in range(CLIMBS):
        profiles = [_Profile(Penalised(prepared.likelihood), best, j) for j in range(best.coef.size)]
        estimated = [_term(prepared, profile, level) for profile in profiles]
        higher = [profile.higher for profile in profiles if profile.higher]
        if not higher or climb == CLIMBS - 1:
            break
        start = max(higher, key=lambda point: point.value)
        climbed = maximise(Penalised(prepared.likelihood), start.coef, everything)
        if climbed is None:
            break
        best = climbed
    return best, estimated


def _fitted(prepared: Prepared, best: Point, estimated: list[Term], shared: dict[str, object]) -> Model:
    rows = prepared.rows
    coef, covariance = prepared.unscale(best.coef, inverse(best.information))
    place = {position: index for index, position in enumerate(prepared.kept.tolist())}
    terms = tuple(
        estimated[place[i]] if i in place else absent_term(name, prepared.absent[i])
        for i, name in enumerate(rows.names)
    )
    null = evaluate(prepared.likelihood, np.zeros(best.coef.size))
    facts = {"n": rows.n, "missing": rows.missing}
    gain = 2 * (best.value - null.value)
    units = float(np.log(prepared.scale).sum())  # of the determinant, in the covariates' own units
    return Model(
        terms=terms,
        likelihood_ratio=chi_square_test("likelihood-ratio", gain, best.coef.size, **facts),
        wald=quadratic_test("wald", best.coef, inverse(best.information), **facts),
        log_likelihood=(null.value + units, best.value + units),
        concordance=fitted_concordance(prepared, best.linear, shared["level"]),
        coef=coef,
        covariance=covariance,
        **shared,
    )


def _term(prepared: Prepared, profile: _Profile, level: float) -> Term:
    """One term with its profile interval and the p of its likelihood ratio."""
    best, j = profile.best, profile.j
    scale = prepared.scale[j]
    z = normal_quantile(level)
    limits = [profile.limit(direction * z) for direction in (-1, 1)]
    root = profile.root(0.0)
    p = None if root is None else chi_square_test("profile", root**2, 1, n=prepared.rows.n).p
    return interval_term(
        prepared.rows.names[prepared.kept[j]],
        best.coef[j] / scale,
        profile.se / scale,
        *(None if limit is None else limit / scale for limit in limits),
        p,
        reason="no_convergence" if None in (*limits, p) else None,
    )


class _Profile:
    """The penalised likelihood as a function of coefficient `j`, the others at their best."""

    def __init__(self, penalised: Penalised, best: Point, j: int) -> None:
        self.penalised, self.best, self.j = penalised, best, j
        self.free = np.arange(best.coef.size) != j
        covariance = inverse(best.information)
        self.se = math.sqrt(covariance[j, j])
        self.course = covariance[j] / covariance[j, j]  # how the others go along, to first order
        self.near = best
        self.higher: Point | None = None  # a better point than the best, met on the way

    def at(self, value: float) -> Point | None:
        """The best point with coefficient `j` at `value`, sought from the nearer of two known points."""
        start = self.near.coef + (value - self.near.coef[self.j]) * self.course
        start[self.j] = value
        found = maximise(self.penalised, start, self.free, PROFILE_CLOSE)
        if found is None:
            start = self.best.coef.copy()
            start[self.j] = value
            found = maximise(self.penalised, start, self.free, PROFILE_CLOSE)
        self.near = found or self.best
        if found is not None and found.value > self.best.value + HIGHER:
            self.higher = found
        return found

    def root(self, value: float) -> float | None:
        """The signed root of twice the likelihood lost at `value`: about normal, nearly linear."""
        self.near = self.best
        self.penalised.replenish()
        found = self.at(value)
        return None if found is None or self.higher else self._root_of(found)

    def _root_of(self, point: Point) -> float:
        lost = math.sqrt(max(2 * (self.best.value - point.value), 0.0))
        return math.copysign(lost, point.coef[self.j] - self.best.coef[self.j])

    def limit(self, target: float) -> float | None:
        """Where the signed root is `target`: Newton's method kept within the bracket known so far."""
        centre = inside = float(self.best.coef[self.j])
        outside, value, self.near = None, centre + target * self.se, self.best
        self.penalised.replenish()
        for _ in range(SEARCH):
            point = self.at(value)
            if self.higher or self.penalised.left <= 0:
                return None
            if point is None:
                outside = value
                value = (inside + outside) / 2
                continue
            root = self._root_of(point)
            if abs(root - target) < AT_LIMIT:
                return value
            inside, outside = (value, outside) if abs(root) < abs(target) else (inside, value)
            slope = -point.score[self.j] / root if root else 0.0
            value = self._next(value - (root - target) / slope if slope > 0 else math.inf, inside, outside)
        return None

    def _next(self, newton: float, inside: float, outside: float | None) -> float:
        """Newton's proposal where it lies in the bracket; otherwise the middle, or twice as far."""
        centre = float(self.best.coef[self.j])
        if outside is None:
            reach = inside - centre
            return newton if 1 < (newton - centre) / reach < 4 else centre + 2 * reach
        low, high = sorted((inside, outside))
        return newton if low < newton < high else (inside + outside) / 2
