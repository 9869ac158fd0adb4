"""Descriptive statistics: location, spread, quantiles, proportions.

Numbers in, numbers out (see estimate.py); printing is typeset's.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

from analysis.conventions import Conventions, QuantileType
from analysis.estimate import STATISTICS, Proportion, Summary

# A share is meant as the simple fraction next to the float: 0.07 is 7/100, 0.3333333333333333 is 1/3.
_DENOMINATOR = 10**9


def summarise(values: ArrayLike, conventions: Conventions) -> Summary:
    """Mean, SD, SEM, median, quartiles and range of the values that are present.

    NaN (or None) is missing. Quartiles follow the quantile type of `conventions`.
    Raises ValueError for an infinite value, naming its row (counted from 0).
    """
    column = np.asarray(values, dtype=float).reshape(-1)
    infinite = np.flatnonzero(np.isinf(column))
    if infinite.size:
        raise ValueError(f"row {infinite[0]} holds an infinite value")
    used = ~np.isnan(column)
    present = np.sort(column[used])
    n = present.size
    results = _statistics(present, conventions.quantile_type)
    absent = "too_few" if n else "no_values" if column.size else "no_cases"
    return Summary(
        n=n,
        missing=column.size - n,
        quantile_type=conventions.quantile_type,
        used=used,
        reasons={name: absent for name in STATISTICS if results[name] is None},
        **results,
    )


def _statistics(ordered: np.ndarray, quantile_type: QuantileType) -> dict[str, float | None]:
    if not ordered.size:
        return dict.fromkeys(STATISTICS)
    low, high = float(ordered[0]), float(ordered[-1])
    # A column that holds one value throughout has exactly that mean and no spread; sums would say 1e-17.
    mean = low if low == high else float(ordered.mean())
    sd = (0.0 if low == high else float(ordered.std(ddof=1))) if ordered.size > 1 else None
    q1, median, q3 = (ordered_quantile(ordered, p, quantile_type) for p in (0.25, 0.5, 0.75))
    return {
        "mean": mean,
        "sd": sd,
        "sem": None if sd is None else sd / math.sqrt(ordered.size),
        "median": median,
        "q1": q1,
        "q3": q3,
        "minimum": low,
        "maximum": high,
    }


def quantile(values: ArrayLike, p: float, quantile_type: QuantileType) -> float | None:
    """The p-quantile of the values that are present, by type 2, 6 or 7 of Hyndman & Fan 1996.

    None when no value is present. Raises ValueError when p lies outside 0 … 1 or the type is unknown.
    """
    column = np.asarray(values, dtype=float).reshape(-1)
    present = np.sort(column[~np.isnan(column)])
    return ordered_quantile(present, p, quantile_type) if present.size else None


def ordered_quantile(ordered: np.ndarray, p: float, quantile_type: QuantileType) -> float:
    """The p-quantile of values that are sorted already, at least one, without NaN."""
    if not 0 <= p <= 1:
        raise ValueError(f"a quantile lies between 0 and 1, not at {p}")
    rank = _rank(ordered.size, Fraction(p).limit_denominator(_DENOMINATOR), quantile_type)
    rank = min(max(rank, Fraction(1)), Fraction(ordered.size))
    below = math.floor(rank)
    weight = float(rank - below)
    lower = float(ordered[below - 1])
    return lower + weight * (float(ordered[below]) - lower) if weight else lower


def _rank(n: int, p: Fraction, quantile_type: QuantileType) -> Fraction:
    """The position (from 1) among n sorted values; exact, since a rank of 7.0000001 is another value."""
    if quantile_type == 6:
        return (n + 1) * p
    if quantile_type == 7:
        return 1 + (n - 1) * p
    if quantile_type == 2:
        position = n * p
        return position + Fraction(1, 2) if position.denominator == 1 else Fraction(math.ceil(position))
    raise ValueError(f"quantile type {quantile_type!r} is not one of 2, 6, 7")


def proportion(count: int, total: int, conventions: Conventions, missing: int = 0) -> Proportion:
    """`count` of `total` with its interval: Wilson's, or Clopper-Pearson's where count is 0 or total.

    `missing` cases are those whose answer is unknown; they are not in `total`.
    Raises ValueError unless 0 <= count <= total.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is not a proportion")
    count, total = int(count), int(total)
    exact = conventions.proportion_interval == "clopper-pearson" or count in (0, total)
    interval = clopper_pearson if exact else wilson
    lower, upper = interval(count, total, conventions.level) if total else (None, None)
    share = count / total if total else None
    return Proportion(
        value=share,
        lower=lower,
        upper=upper,
        level=conventions.level,
        method="clopper-pearson" if exact else "wilson",
        se=None if share is None else math.sqrt(share * (1 - share) / total),
        n=total,
        missing=int(missing),
        reason=None if total else "no_cases",
        count=count,
        total=total,
    )


def wilson(count: int, total: int, level: float) -> tuple[float, float]:
    """Wilson's score interval of a proportion (Wilson 1927); `total` at least 1."""
    z = normal_quantile(level)
    share = count / total
    centre = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    denominator = 1 + z * z / total
    return max(0.0, (centre - half) / denominator), min(1.0, (centre + half) / denominator)


def clopper_pearson(count: int, total: int, level: float) -> tuple[float, float]:
    """The exact interval of a proportion (Clopper & Pearson 1934); `total` at least 1.

    Each tail holds (1 - level) / 2, also where one of the limits is 0 or 1 by itself.
    """
    tail = (1 - level) / 2
    lower = float(betaincinv(count, total - count + 1, tail)) if count else 0.0
    upper = float(betaincinv(count + 1, total - count, 1 - tail)) if count < total else 1.0
    return lower, upper


def normal_quantile(level: float) -> float:
    """The factor of a two-sided normal interval: 1.959964 for 0.95."""
    return float(ndtri((1 + level) / 2))
