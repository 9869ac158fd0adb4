"""Location and spread of one numeric variable, and its quantiles by the type that is asked for."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable
from fractions import Fraction
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from analysis.conventions import Conventions, QuantileType
from analysis.describe.groups import as_labels, is_missing
from analysis.estimate import STATISTICS, Summary

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


def quartiles_by_type(values: ArrayLike) -> dict[int, tuple[float, float, float] | None]:
    """First quartile, median and third quartile by each type 2, 6 and 7; None when no value is present."""
    column = np.asarray(values, dtype=float).reshape(-1)
    present = np.sort(column[~np.isnan(column)])
    return {
        kind: tuple(ordered_quantile(present, p, kind) for p in (0.25, 0.5, 0.75)) if present.size else None
        for kind in get_args(QuantileType)
    }


def missing_by_reason(values: ArrayLike, reasons: Iterable[Hashable]) -> dict[Hashable, int]:
    """How many missing values have each reason, most frequent first; rows with a value do not count.

    `reasons` has one entry for each row, None where the reason is not known either (its key is None).
    Raises ValueError for unequal lengths.
    """
    column, given = np.asarray(values, dtype=float).reshape(-1), as_labels(reasons)
    if column.size != len(given):
        raise ValueError(f"{column.size} values but {len(given)} reasons")
    absent = np.flatnonzero(np.isnan(column))
    found = Counter(None if is_missing(given[row]) else given[row] for row in absent)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0] is None, str(item[0]))))


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
