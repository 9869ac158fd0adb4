"""Funnel plots of proportions: units against exact limits around a target, allowing for overdispersion.

A limit at probability q for n cases is (r - a) / n, r being the smallest count with F(r) >= q and
a = (F(r) - q) / (F(r) - F(r - 1)), F the binomial distribution function at the target: Spiegelhalter's
interpolation, which makes smooth funnels of exact tails.

Sources: Spiegelhalter 2005a, Statistics in Medicine 24:1185-1202 (limits); Spiegelhalter 2005b, Quality
and Safety in Health Care 14:347-351 (overdispersion).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, bdtrik

LEVELS = (0.95, 0.998)
OVERDISPERSION_FROM = 11  # units: with 10 or fewer the spread between them cannot be told from chance
WINSORISED = 0.1  # share of units at either end whose z is drawn in


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelUnit:
    """One unit: `count` of `total`, its distance `z` from the target, and its limits by level.

    `z` is in standard errors at the target, inflated by overdispersion where that applies. `outside`
    says for each level whether the share lies "above" or "below" the limits, None within. A unit
    with too few cases to be shown has only its `total` and the reason "too_few_cases"; one
    without cases the reason "no_cases".
    """

    unit: Hashable
    total: int
    count: int | None = None
    value: float | None = None
    z: float | None = None
    limits: Mapping[float, tuple[float, float]] | None = None
    outside: Mapping[float, str | None] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """A funnel plot: the `target` share and the units in the order given.

    `given` says whether the target came from outside or is the share of all units together. `phi` is the
    winsorised overdispersion, None with 10 or fewer units; `inflated` whether limits are widened by its root.
    """

    target: float | None
    given: bool
    units: tuple[FunnelUnit, ...]
    phi: float | None = None
    inflated: bool = False
    reason: str | None = None


def funnel_limits(p0: float, n: ArrayLike, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Exact limits, lower and upper, of the share in `n` cases (one number or many) at the target `p0`.

    Each tail holds (1 - level) / 2. Limits are cut off at 0 and 1. At a target of 0 or 1 both are the
    target. Raises ValueError unless 0 <= p0 <= 1, 0 < level < 1 and every n is a whole number from 1.
    """
    sizes = np.asarray(n, dtype=float)
    if not 0 <= p0 <= 1:
        raise ValueError(f"a target is a share between 0 and 1, not {p0}")
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not at {level}")
    if not (np.isfinite(sizes) & (sizes >= 1) & (sizes == np.floor(sizes))).all():
        raise ValueError("every unit needs a whole number of cases, at least 1")
    if p0 in (0, 1):
        return np.full(sizes.shape, float(p0)), np.full(sizes.shape, float(p0))
    lower, upper = (_limit(p0, sizes, q) for q in ((1 - level) / 2, (1 + level) / 2))
    return lower, upper


def _limit(p0: float, n: np.ndarray, q: float) -> np.ndarray:
    # the inverse of the continuous extension of F is within one of the count that is looked for
    r = np.clip(np.ceil(bdtrik(q, n, p0)), 0, n)
    r = np.where((r > 0) & (_cdf(r - 1, n, p0) >= q), r - 1, r)
    r = np.where((r < n) & (_cdf(r, n, p0) < q), r + 1, r)
    at, below = _cdf(r, n, p0), _cdf(r - 1, n, p0)
    return np.clip((r - (at - q) / (at - below)) / n, 0, 1)


def _cdf(k: np.ndarray, n: np.ndarray, p0: float) -> np.ndarray:
    """The binomial distribution function, 0 below a count of 0."""
    return np.where(k < 0, 0.0, bdtr(np.maximum(k, 0), n.astype(np.int64), p0))


def funnel(
    counts: Sequence[int],
    totals: Sequence[int],
    p0: float | None = None,
    *,
    units: Sequence[Hashable] | None = None,
    levels: Sequence[float] = LEVELS,
    at_least: int = 1,
) -> Funnel:
    """Units (`counts` of `totals`) against the target `p0`, or against their common share without one.

    With more than 10 units phi is the mean of the squared z, the outer tenth at either end drawn in
    to the tenth and ninetieth percentile (type 7). Where it exceeds 1, z is divided by its
    root, and the limits lie that much farther from the target. Units with fewer than `at_least`
    cases count towards the common share and phi but are not shown.

    Raises ValueError for lengths that differ and unless every 0 <= count <= total.
    """
    found = np.asarray(counts, dtype=float).reshape(-1)
    sizes = np.asarray(totals, dtype=float).reshape(-1)
    names = tuple(range(1, found.size + 1)) if units is None else tuple(units)
    _check(found, sizes, names, p0)
    target = p0 if p0 is not None else float(found.sum() / sizes.sum()) if sizes.sum() else None
    if target is None:
        shown = tuple(FunnelUnit(unit=name, total=0, reason="no_cases") for name in names)
        return Funnel(target=None, given=False, units=shown, reason="no_cases")
    z = _standardised(found, sizes, target)
    phi = overdispersion(z[~np.isnan(z)])
    inflation = math.sqrt(phi) if phi is not None and phi > 1 else 1.0
    limits = {level: _inflated(target, sizes, level, inflation) for level in levels}
    shown = tuple(
        _unit(name, int(found[k]), int(sizes[k]), float(z[k]) / inflation, limits, k, at_least)
        for k, name in enumerate(names)
    )
    return Funnel(target=target, given=p0 is not None, units=shown, phi=phi, inflated=inflation > 1)


def _check(counts: np.ndarray, totals: np.ndarray, names: tuple, p0: float | None) -> None:
    if not counts.size == totals.size == len(names):
        raise ValueError(f"{counts.size} counts, {totals.size} totals and {len(names)} units")
    wrong = np.flatnonzero(~((counts >= 0) & (counts <= totals) & (totals < np.inf)))
    whole = np.flatnonzero((counts != np.floor(counts)) | (totals != np.floor(totals)))
    for row in (*wrong, *whole):
        raise ValueError(f"unit {names[row]} has {counts[row]:g} of {totals[row]:g}")
    if p0 is not None and not 0 <= p0 <= 1:
        raise ValueError(f"a target is a share between 0 and 1, not {p0}")


def _standardised(counts: np.ndarray, totals: np.ndarray, target: float) -> np.ndarray:
    """The distance of each unit from the target in standard errors at the target; NaN where there is none."""
    variance = target * (1 - target)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (counts / totals - target) / np.sqrt(variance / totals) if variance else totals * np.nan


def overdispersion(z: ArrayLike) -> float | None:
    """The winsorised mean of the squared z of units; None with 10 or fewer of them."""
    values = np.asarray(z, dtype=float)
    if values.size < OVERDISPERSION_FROM:
        return None
    low, high = np.quantile(values, (WINSORISED, 1 - WINSORISED), method="linear")
    return float((np.clip(values, low, high) ** 2).mean())


def _inflated(
    target: float, totals: np.ndarray, level: float, inflation: float
) -> tuple[np.ndarray, np.ndarray]:
    lower, upper = funnel_limits(target, np.maximum(totals, 1), level)
    return (
        np.clip(target + inflation * (lower - target), 0, 1),
        np.clip(target + inflation * (upper - target), 0, 1),
    )


def _unit(
    name: Hashable,
    count: int,
    total: int,
    z: float,
    limits: Mapping[float, tuple[np.ndarray, np.ndarray]],
    place: int,
    at_least: int,
) -> FunnelUnit:
    if total < max(at_least, 1):
        return FunnelUnit(unit=name, total=total, reason="too_few_cases" if total else "no_cases")
    own = {level: (float(lower[place]), float(upper[place])) for level, (lower, upper) in limits.items()}
    value = count / total
    return FunnelUnit(
        unit=name,
        total=total,
        count=count,
        value=value,
        z=None if math.isnan(z) else z,
        limits=own,
        outside={level: _side(value, *pair) for level, pair in own.items()},
    )


def _side(value: float, lower: float, upper: float) -> str | None:
    return "below" if value < lower else "above" if value > upper else None
