"""Propensity score weights, the balance they reach, and whether the groups may be compared at all.

The propensity e(x) is the fitted probability of treatment of a logistic regression. With z = 1 for
the treated and 0 for the controls the weights are

    "ate"      z / e + (1 - z) / (1 - e), times the share of the own group when stabilised
    "att"      z + (1 - z) e / (1 - e)
    "overlap"  z (1 - e) + (1 - z) e, which balance the mean of every covariate exactly

A comparison is made only where it can mean something: at least 20 events in each group and
propensity scores that overlap. Balance is shown in any case.

Sources: Rosenbaum & Rubin 1983; Li, Morgan & Zaslavsky 2018 (overlap weights); Austin & Stuart 2015
(balance); Kish 1965 (effective sample size).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from analysis.regression.covariates import covariate_matrix
from analysis.regression.logistic import LogisticModel, logistic

Estimand = Literal["ate", "att", "overlap"]

LEAST_EVENTS = 20  # events in each group below which weighted groups are not compared
LEAST_OVERLAP = 0.3  # common area of the two propensity distributions; 0.3 is a c statistic near 0.93


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How alike the groups are in one covariate, before and after weighting.

    The standardised mean difference divides treated minus control by √((s1² + s0²) / 2) of the
    unweighted groups, before and after alike; s² is p (1 - p) for a covariate of 0 and 1. It is None where
    neither group varies but the means differ, and after weighting where there are no weights.
    """

    name: str
    mean_treated: float | None
    mean_control: float | None
    smd_before: float | None
    weighted_mean_treated: float | None
    weighted_mean_control: float | None
    smd_after: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighting:
    """The weights of the cases marked in `used`, in their order; `missing` cases lacked a value.

    `treated` (0, 1), `propensity` and `weights` have one entry per used case; the latter two are None
    without a propensity model. `ess` is the effective sample size (Σw)² / Σw², of all and of each
    group. `overlap` is the area common to the two propensity distributions, 0 … 1. `events` are
    counted per group (control, treated) when an event was given. `reason`, a key of REASONS, says why
    the groups should not be compared; then every comparison carries it.
    """

    estimand: Estimand
    stabilised: bool
    n: int
    missing: int
    treated: np.ndarray = field(repr=False)
    used: np.ndarray = field(repr=False)
    weights: np.ndarray | None = field(repr=False)
    propensity: np.ndarray | None = field(repr=False)
    ess: float | None
    ess_treated: float | None
    ess_control: float | None
    max_weight: float | None
    overlap: float | None
    balance: tuple[Balance, ...]
    events: tuple[int, int] | None
    model: LogisticModel = field(repr=False)
    design: np.ndarray = field(repr=False)
    reason: str | None

    @property
    def allowed(self) -> bool:
        """Whether the groups may be compared: enough events, where known, and overlap."""
        return self.reason is None


def propensity_weights(
    treated: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    estimand: Estimand = "ate",
    stabilised: bool = False,
    event: ArrayLike | None = None,
) -> Weighting:
    """Weights that make the treated (1) and the controls (0) alike in `covariates` (n, k).

    `event` (n,; 0 or 1) is the event of the comparison to come, for the gate of 20 events per group.
    Cases without treatment or covariate are left out. Separated groups have no propensity: "no_overlap".

    Raises ValueError for lengths that differ, an unknown estimand, stabilising another one than "ate", and
    values other than 0 and 1.
    """
    if estimand not in get_args(Estimand):
        raise ValueError(f"estimand is {estimand!r}, not one of {get_args(Estimand)}")
    if stabilised and estimand != "ate":
        raise ValueError(f"weights of the estimand {estimand!r} are not stabilised")
    model = logistic(treated, covariates, names)
    used, group = model.used, np.asarray(treated, dtype=float).reshape(-1)[model.used]
    x = covariate_matrix(covariates, names, used.size)[used]
    propensity = model.probability
    weights = None if propensity is None else balancing_weights(group, propensity, estimand, stabilised)
    overlap = None if propensity is None else _overlap(group, propensity)
    events = None if event is None else events_by_group(group, zero_or_one(event, used.size)[used])
    return Weighting(
        estimand=estimand,
        stabilised=stabilised,
        n=model.n,
        missing=model.missing,
        treated=group,
        used=used,
        weights=weights,
        propensity=propensity,
        ess=_effective_size(weights),
        ess_treated=_effective_size(weights, group == 1),
        ess_control=_effective_size(weights, group == 0),
        max_weight=None if weights is None else float(weights.max()),
        overlap=overlap,
        balance=tuple(_balance(name, x[:, k], group, weights) for k, name in enumerate(names)),
        events=events,
        model=model,
        design=np.column_stack([np.ones(model.n), x[:, [not t.reason for t in model.terms]]]),
        reason=_no_propensity(model) or gate(overlap, events),
    )


def balancing_weights(group: np.ndarray, e: np.ndarray, estimand: Estimand, stabilised: bool) -> np.ndarray:
    """The weights of the module's table for `group` (0, 1) at the propensities `e`."""
    if estimand == "overlap":
        return np.where(group == 1, 1 - e, e)
    if estimand == "att":
        return np.where(group == 1, 1.0, e / (1 - e))
    share = group.mean()
    treated, control = (share, 1 - share) if stabilised else (1.0, 1.0)
    return np.where(group == 1, treated / e, control / (1 - e))


def _no_propensity(model: LogisticModel) -> str | None:
    return {"separation": "no_overlap", "no_variation": "one_group"}.get(model.reason, model.reason)


def gate(overlap: float, events: tuple[int, int] | None) -> str | None:
    """Why groups with this overlap and these events should not be compared; None when they may be."""
    if overlap < LEAST_OVERLAP:
        return "no_overlap"
    return "too_few_events" if events is not None and min(events) < LEAST_EVENTS else None


def _overlap(group: np.ndarray, propensity: np.ndarray) -> float:
    """The area common to the two distributions of the propensity: 1 - the largest distance of their steps.

    The ratio of the two densities rises with the propensity itself, so they cross once and the largest
    distance of the distribution functions is all that they do not share.
    """
    treated, control = np.sort(propensity[group == 1]), np.sort(propensity[group == 0])
    cut = np.concatenate([treated, control])
    below = [np.searchsorted(side, cut, side="right") / side.size for side in (treated, control)]
    return float(1 - np.abs(below[0] - below[1]).max())


def zero_or_one(values: ArrayLike, n: int) -> np.ndarray:
    """Events (n,) as floats, NaN where missing. Raises ValueError for another length or another value."""
    column = np.asarray(values, dtype=float).reshape(-1)
    if column.size != n:
        raise ValueError(f"{column.size} events but {n} cases")
    wrong = np.flatnonzero(~(np.isnan(column) | (column == 0) | (column == 1)))
    if wrong.size:
        raise ValueError(f"row {wrong[0]} has an event that is neither 0 nor 1: {column[wrong[0]]:g}")
    return column


def events_by_group(group: np.ndarray, event: np.ndarray) -> tuple[int, int]:
    """How many controls and how many treated have the event."""
    return int((event[group == 0] == 1).sum()), int((event[group == 1] == 1).sum())


def _effective_size(weights: np.ndarray | None, part: np.ndarray | slice = slice(None)) -> float | None:
    if weights is None:
        return None
    chosen = weights[part]
    return float(chosen.sum() ** 2 / (chosen**2).sum())


def _balance(name: str, values: np.ndarray, group: np.ndarray, weights: np.ndarray | None) -> Balance:
    sides = [group == 1, group == 0]
    before = [_mean(values[side]) for side in sides]
    after = [None if weights is None else _mean(values[side], weights[side]) for side in sides]
    binary = bool(np.isin(values, (0, 1)).all())
    pooled = float(np.sqrt(sum(_variance(values[side], binary) for side in sides) / 2))
    return Balance(
        name=name,
        mean_treated=before[0],
        mean_control=before[1],
        smd_before=_standardised(*before, pooled),
        weighted_mean_treated=after[0],
        weighted_mean_control=after[1],
        smd_after=_standardised(*after, pooled),
    )


def _mean(values: np.ndarray, weights: np.ndarray | None = None) -> float | None:
    """The (weighted) mean; of values that are all equal just that value, which sums miss by rounding."""
    if not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    return low if low == high else float(np.average(values, weights=weights))


def _variance(values: np.ndarray, binary: bool) -> float:
    if not values.size or values.min() == values.max():
        return 0.0
    return float(values.mean() * (1 - values.mean())) if binary else float(values.var(ddof=1))


def _standardised(first: float | None, second: float | None, pooled: float) -> float | None:
    if first is None or second is None:
        return None
    if pooled:
        return (first - second) / pooled
    return 0.0 if first == second else None
