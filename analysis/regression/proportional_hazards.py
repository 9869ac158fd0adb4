"""The test of proportional hazards by Grambsch and Therneau, as a score test, and its residuals.

Each covariate x is joined by x g(t), g a transform of time; the score test asks whether the coefficients
of the added ones are 0, at the fitted model. This is the test of R's cox.zph from survival 3.0
on. The older approximation from scaled residuals, which other programs still have, differs materially.

Sources: Grambsch & Therneau 1994; Therneau & Grambsch 2000, chapter 6; Schoenfeld 1982.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.conventions import Ties, TimeTransform
from analysis.estimate import Test
from analysis.regression.cox import Prepared, prepare
from analysis.regression.inference import inverse, quadratic_test
from analysis.regression.newton import Maximum, maximise
from analysis.regression.partial_likelihood import PartialLikelihood
from analysis.regression.risk_sets import CoxRows, cox_rows

GLOBAL = "GLOBAL"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hazards:
    """The tests of proportional hazards: one for each term, in order, then "GLOBAL".

    One row for each of E events, by stratum and time: `times` (E,), `transformed` (E,) the g(t) that the test
    used, `residuals` (E, k) scaled Schoenfeld residuals plus the coefficient, so that their trend is the
    coefficient's course over time. Columns of terms that were not estimated are NaN.
    """

    tests: tuple[Test, ...]
    transform: str
    times: np.ndarray = field(repr=False)
    transformed: np.ndarray = field(repr=False)
    residuals: np.ndarray = field(repr=False)


def proportional_hazards(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    ties: Ties = "efron",
    transform: TimeTransform = "km",
    entry: ArrayLike | None = None,
    strata: Iterable[Hashable] | None = None,
    weights: ArrayLike | None = None,
) -> Hazards:
    """Test each term, and all together, for a hazard ratio that changes with time.

    Arguments as of `cox`. `transform` is g: "identity"; "log"; "rank", the mean rank among all times; or
    "km", 1 - S just before t, S by Kaplan-Meier from all rows. A term that was not estimated has the
    reason of the model; "no_variation" says that all events fall on one g(t).

    Raises ValueError as `cox`, and for an unknown transform.
    """
    if transform not in TRANSFORMS:
        raise ValueError(f"transform is {transform!r}, not one of {tuple(TRANSFORMS)}")
    rows = cox_rows(time, event, covariates, names, entry=entry, strata=strata, weights=weights)
    prepared = prepare(rows, ties)
    if prepared.likelihood is None:
        return _untested(prepared, dict(prepared.absent), transform)
    found = maximise(prepared.likelihood)
    if found.diverging.any() or not found.converged:
        reason = "separation" if found.diverging.any() else "no_convergence"
        return _untested(prepared, prepared.absent | dict.fromkeys(prepared.kept.tolist(), reason), transform)
    return _tested(prepared, found, transform)


def _untested(prepared: Prepared, absent: dict[int, str], transform: str) -> Hazards:
    facts = {"method": transform, "n": prepared.rows.n, "missing": prepared.rows.missing}
    reasons = [absent[i] for i in range(len(prepared.rows.names))]
    tests = [
        Test(name=name, reason=why, **facts) for name, why in zip(prepared.rows.names, reasons, strict=True)
    ]
    tests.append(Test(name=GLOBAL, reason=reasons[0], **facts))
    nothing = np.zeros(0)
    return Hazards(
        tests=tuple(tests),
        transform=transform,
        times=nothing,
        transformed=nothing,
        residuals=np.zeros((0, len(reasons))),
    )


def _tested(prepared: Prepared, found: Maximum, transform: str) -> Hazards:
    rows, sets, likelihood = prepared.rows, prepared.sets, prepared.likelihood
    with np.errstate(divide="ignore"):  # the log of a time 0
        g = TRANSFORMS[transform](rows)[sets.order][sets.deaths]
    schoenfeld = likelihood.schoenfeld(found.moments)
    facts = {"method": transform, "n": rows.n, "missing": rows.missing}
    if not np.isfinite(g).all() or np.ptp(g) <= 1e-12 * np.abs(g).max():
        why = prepared.absent | dict.fromkeys(prepared.kept.tolist(), "no_variation")
        return _untested(prepared, why, transform)
    centred = (g - g.mean()) / g.std()  # neither changes the test
    score = schoenfeld @ (likelihood.event_weight * centred)
    variance = _variance(likelihood, found, centred)
    terms = dict(zip(prepared.kept.tolist(), range(prepared.kept.size), strict=True))
    tests = [
        quadratic_test(name, score[[terms[i]]], variance[np.ix_([terms[i]], [terms[i]])], **facts)
        if i in terms
        else Test(name=name, reason=prepared.absent[i], **facts)
        for i, name in enumerate(rows.names)
    ]
    residuals = np.full((g.size, len(rows.names)), np.nan)
    scaled = inverse(found.information) @ schoenfeld * rows.events + found.coef[:, None]
    residuals[:, prepared.kept] = (scaled / prepared.scale[:, None]).T
    return Hazards(
        tests=(*tests, quadratic_test(GLOBAL, score, variance, **facts)),
        transform=transform,
        times=sets.times[sets.at],
        transformed=g,
        residuals=residuals,
    )


def _variance(likelihood: PartialLikelihood, found: Maximum, g: np.ndarray) -> np.ndarray:
    """The variance of the score of the covariates times `g` (events,), those of the model being estimated."""
    by_time = np.zeros(likelihood.sets.times.size)
    by_time[likelihood.sets.at] = g
    factor = by_time[likelihood.at]
    once = likelihood.information(found.moments, factor)
    return likelihood.information(found.moments, factor**2) - once @ inverse(found.information) @ once


def _before(rows: CoxRows) -> np.ndarray:
    """1 - S just before each row's time, S by Kaplan-Meier from all rows whatever their stratum."""
    size = rows.times.size
    leaving = np.bincount(rows.place, minlength=size)
    events = np.bincount(rows.place[rows.event], minlength=size)
    at_risk = leaving[::-1].cumsum()[::-1]
    if rows.entry is not None:
        entering = np.bincount(rows.entry, minlength=size)
        at_risk -= entering[::-1].cumsum()[::-1]
    survival = np.cumprod(1 - events / np.maximum(at_risk, 1))
    return 1 - np.append(1.0, survival)[rows.place]


def _mean_rank(rows: CoxRows) -> np.ndarray:
    """The rank of each row's time among all, equal times having their mean rank."""
    counts = np.bincount(rows.place, minlength=rows.times.size)
    return (np.cumsum(counts) - (counts - 1) / 2)[rows.place]


TRANSFORMS: dict[str, Callable[[CoxRows], np.ndarray]] = {
    "km": _before,
    "rank": _mean_rank,
    "identity": lambda rows: rows.times[rows.place],
    "log": lambda rows: np.log(rows.times[rows.place]),
}
