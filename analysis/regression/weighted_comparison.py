"""Comparisons of weighted groups: difference of means or risks, and hazard ratio; robust standard errors.

Sources: Lunceford & Davidian 2004 (ratio estimators and the variance that knows the propensity was
estimated); Lin & Wei 1989 (robust variance of a Cox model).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from analysis.conventions import Ties
from analysis.describe import normal_quantile
from analysis.estimate import Estimate, Test
from analysis.regression.inference import absent_term
from analysis.regression.model import Model
from analysis.regression.weighting import (
    Estimand,
    Weighting,
    balancing_weights,
    events_by_group,
    gate,
    zero_or_one,
)

Propensity = Literal["estimated", "known"]


def weighted_difference(
    outcome: ArrayLike,
    weighting: Weighting,
    *,
    propensity: Propensity = "estimated",
    level: float = 0.95,
) -> Estimate:
    """The weighted mean of `outcome` (n,) in the treated minus that in the controls; of 0 and 1, risks.

    Each mean is Σwy / Σw of its group (Hájek). The standard error is a sandwich: with "estimated" it takes
    into account that the propensity was estimated (Lunceford & Davidian 2004), with "known" it takes the
    weights as given, as a weighted regression with robust errors does, which is too wide for "ate" as a
    rule. The interval is normal. The gate counts events where the outcome is 0 and 1, else cases.

    `outcome` is given for all rows, as the treatment was; a case without one is left out and counted.
    Raises ValueError for another length, an infinite outcome or an unknown kind of standard error.
    """
    if propensity not in get_args(Propensity):
        raise ValueError(f"propensity is {propensity!r}, not one of {get_args(Propensity)}")
    y = np.asarray(outcome, dtype=float).reshape(-1)
    if y.size != weighting.used.size:
        raise ValueError(f"{y.size} outcomes but {weighting.used.size} cases")
    if np.isinf(y).any():
        raise ValueError(f"row {np.flatnonzero(np.isinf(y))[0]} has an infinite outcome")
    y = y[weighting.used]
    known = ~np.isnan(y)
    binary = bool(np.isin(y[known], (0, 1)).all())
    counted = (y[known] == 1) if binary else np.ones(int(known.sum()))
    shared = {
        "level": level,
        "method": f"hajek-{propensity}",
        "n": int(known.sum()),
        "missing": int(weighting.used.size - known.sum()),
        "events": int(counted.sum()) if binary else None,
    }
    reason = weighting.reason or gate(weighting.overlap, events_by_group(weighting.treated[known], counted))
    if reason:
        return Estimate(value=None, reason=reason, **shared)
    value, se = _hajek(np.where(known, y, 0.0), known, weighting, propensity)
    half = normal_quantile(level) * se
    return Estimate(value=value, lower=value - half, upper=value + half, se=se, **shared)


def _hajek(
    y: np.ndarray, known: np.ndarray, weighting: Weighting, propensity: Propensity
) -> tuple[float, float]:
    """The difference of the weighted means and its standard error, from the influence of every case."""
    e, design = weighting.propensity, weighting.design
    # a constant factor of each group leaves its mean alone, so stabilised weights need no case of their own
    weights = balancing_weights(weighting.treated, e, weighting.estimand, stabilised=False)
    slope = _weight_slope(weighting.treated, e, weighting.estimand)
    variance = e * (1 - e)
    by_case = (weighting.treated - e)[:, None] * design  # score of the propensity model
    information = (design * variance[:, None]).T @ design
    means, influences = [], []
    for side in (1, 0):
        own = known & (weighting.treated == side)
        total = weights[own].sum()
        means.append(float((weights * y)[own].sum() / total))
        residual = np.where(own, y - means[-1], 0.0)
        influence = weights * residual
        if propensity == "estimated":
            pull = design.T @ (residual * slope * variance)
            influence = influence + by_case @ np.linalg.solve(information, pull)
        influences.append(influence / total)
    return means[0] - means[1], float(np.sqrt(((influences[0] - influences[1]) ** 2).sum()))


def _weight_slope(group: np.ndarray, e: np.ndarray, estimand: Estimand) -> np.ndarray:
    """How fast each weight changes with its propensity."""
    if estimand == "overlap":
        return np.where(group == 1, -1.0, 1.0)
    if estimand == "att":
        return np.where(group == 1, 0.0, 1 / (1 - e) ** 2)
    return np.where(group == 1, -1 / e**2, 1 / (1 - e) ** 2)


def weighted_hazard_ratio(
    time: ArrayLike, event: ArrayLike, weighting: Weighting, *, ties: Ties = "efron", level: float = 0.95
) -> Model:
    """The hazard ratio of treated against controls from a weighted Cox model with robust standard error.

    `time` and `event` are given for all rows, as the treatment was. The standard error takes the weights
    as given (Lin & Wei 1989), as R's coxph(weights =, robust = TRUE). One term, "treated".
    Raises ValueError as `cox` does.
    """
    from analysis.regression.cox import cox

    times, status = (np.asarray(column, dtype=float).reshape(-1) for column in (time, event))
    status = zero_or_one(status, weighting.used.size)
    if times.size != status.size:
        raise ValueError(f"{times.size} times but {status.size} events")
    complete = ~(np.isnan(times) | np.isnan(status))
    known = weighting.used & complete
    group = weighting.treated[complete[weighting.used]]
    missing = int(known.size - known.sum())
    reason = weighting.reason or gate(weighting.overlap, events_by_group(group, status[known]))
    if reason:
        return _no_hazard_ratio(ties, level, int(known.sum()), int(status[known].sum()), missing, reason)
    weights = weighting.weights[complete[weighting.used]]
    model = cox(
        times[known],
        status[known],
        group[:, None],
        ["treated"],
        ties=ties,
        weights=weights,
        robust=True,
        level=level,
    )
    return replace(model, missing=missing, used=known)


def _no_hazard_ratio(ties: str, level: float, n: int, events: int, missing: int, reason: str) -> Model:
    return Model(
        method=f"cox-{ties}",
        ratio="hazard_ratio",
        n=n,
        events=events,
        missing=missing,
        level=level,
        interval="robust",
        terms=(absent_term("treated", reason),),
        likelihood_ratio=Test(name="likelihood-ratio", n=n, missing=missing, reason=reason),
        reason=reason,
    )
