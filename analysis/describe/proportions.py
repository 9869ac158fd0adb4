"""Proportions with their intervals, and the factor of a normal interval."""

from __future__ import annotations

import math

from scipy.special import betaincinv, ndtri

from analysis.conventions import Conventions
from analysis.estimate import Proportion


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
