"""Comparisons of means: t, Welch, Levene, analysis of variance.

All take samples: float arrays without NaN, none empty (see `groups.split`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

from analysis.estimate import Estimate, Test

Samples = Sequence[np.ndarray]
SMALLEST = 1e-100  # the square of a smaller spread is 0 for a computer


@dataclass(frozen=True, slots=True)
class Moments:
    """Size, mean and variance (divisor n − 1; 0 for a single value) of one sample."""

    n: int
    mean: float
    variance: float


def moments(sample: np.ndarray) -> Moments:
    """The moments of a sample; one value throughout gives exactly that mean and no variance."""
    low, high = float(sample.min()), float(sample.max())
    if low == high:
        return Moments(sample.size, low, 0.0)
    return Moments(sample.size, float(sample.mean()), float(sample.var(ddof=1)))


def pooled_variance(samples: Samples, scale: float | None = None) -> float | None:
    """The common variance of several samples; None without degrees of freedom or without spread in any.

    `scale` is the size of the numbers the samples were computed from, their means unless given.
    """
    found = [moments(sample) for sample in samples]
    df = sum(one.n - 1 for one in found)
    if df == 0:
        return None
    variance = sum((one.n - 1) * one.variance for one in found) / df
    noise = _noise([one.mean for one in found] if scale is None else [scale])
    return variance if variance > noise**2 else None


def t_test(first: np.ndarray, second: np.ndarray, *, missing: int = 0) -> Test:
    """Student's t for the difference first − second with the pooled variance."""
    return _t(_pooled_error(first, second), first, second, "t", missing)


def welch_test(first: np.ndarray, second: np.ndarray, *, missing: int = 0) -> Test:
    """Welch's t for the difference first − second; df by Welch-Satterthwaite (Welch 1947)."""
    return _t(_welch_error(first, second), first, second, "welch", missing)


def mean_difference(
    first: np.ndarray, second: np.ndarray, level: float, *, pooled: bool, missing: int = 0
) -> Estimate:
    """mean(first) − mean(second) with the interval that belongs to the pooled or to Welch's t."""
    value = moments(first).mean - moments(second).mean
    error = _pooled_error(first, second) if pooled else _welch_error(first, second)
    facts = {
        "value": value,
        "level": level,
        "method": "pooled" if pooled else "welch",
        "n": first.size + second.size,
        "missing": missing,
    }
    if isinstance(error, str):
        return Estimate(reason=error, **facts)
    se, df = error
    half = float(stdtrit(df, (1 + level) / 2)) * se
    return Estimate(lower=value - half, upper=value + half, se=se, **facts)


def levene(samples: Samples, *, missing: int = 0) -> Test:
    """Levene's test of equal variances, on distances from the group's mean as in SPSS (Levene 1960)."""
    distances = [np.abs(sample - moments(sample).mean) for sample in samples]
    # Two values lie equally far from their mean, but for the rounding of the values themselves.
    scale = max((float(np.abs(sample).max()) for sample in samples), default=0.0)
    return _f("levene", "mean-centred", distances, missing, scale)


def anova(samples: Samples, *, missing: int = 0) -> Test:
    """One-way analysis of variance: F with k − 1 and n − k degrees of freedom."""
    return _f("anova", "one-way", samples, missing)


def welch_anova(samples: Samples, *, missing: int = 0) -> Test:
    """One-way analysis without equal variances (Welch 1951), as R's oneway.test.

    Needs two values and some spread in every group.
    """
    n, k = sum(sample.size for sample in samples), len(samples)
    facts = {"name": "welch-anova", "method": "welch", "n": n, "missing": missing}
    found = [moments(sample) for sample in samples]
    reason = _welch_reason(found)
    if k < 2 or reason:
        return Test(reason="one_group" if k < 2 else reason, **facts)
    weights = np.array([one.n / one.variance for one in found])
    means = np.array([one.mean for one in found])
    total = weights.sum()
    centre = (weights * means).sum() / total
    sizes = np.array([one.n for one in found])
    lack = ((1 - weights / total) ** 2 / (sizes - 1)).sum() / (k * k - 1)
    statistic = (weights * (means - centre) ** 2).sum() / ((k - 1) * (1 + 2 * (k - 2) * lack))
    df2 = 1 / (3 * lack)
    p = float(fdtrc(k - 1, df2, statistic))
    return Test(statistic=float(statistic), df=k - 1, df2=float(df2), p=p, **facts)


@dataclass(frozen=True, slots=True)
class SumsOfSquares:
    """The variation between groups and within them, with their degrees of freedom."""

    between: float
    within: float
    df_between: int
    df_within: int


def sums_of_squares(samples: Samples) -> SumsOfSquares:
    """How the variation of all values divides into that between and that within the groups."""
    found = [moments(sample) for sample in samples]
    n = sum(one.n for one in found)
    centre = sum(one.n * one.mean for one in found) / n
    return SumsOfSquares(
        between=sum(one.n * (one.mean - centre) ** 2 for one in found),
        within=sum((one.n - 1) * one.variance for one in found),
        df_between=len(found) - 1,
        df_within=n - len(found),
    )


def _f(name: str, method: str, samples: Samples, missing: int, scale: float | None = None) -> Test:
    n = sum(sample.size for sample in samples)
    facts = {"name": name, "method": method, "n": n, "missing": missing}
    reason = "one_group" if len(samples) < 2 else "too_few" if n <= len(samples) else None
    if reason is None and pooled_variance(samples, scale) is None:
        reason = "no_variation"
    if reason:
        return Test(reason=reason, **facts)
    parts = sums_of_squares(samples)
    statistic = parts.between / parts.df_between / (parts.within / parts.df_within)
    p = float(fdtrc(parts.df_between, parts.df_within, statistic))
    return Test(statistic=statistic, df=parts.df_between, df2=parts.df_within, p=p, **facts)


def _t(
    error: tuple[float, float] | str, first: np.ndarray, second: np.ndarray, name: str, missing: int
) -> Test:
    facts = {
        "name": name,
        "method": "pooled" if name == "t" else "welch",
        "n": first.size + second.size,
        "missing": missing,
    }
    if isinstance(error, str):
        return Test(reason=error, **facts)
    se, df = error
    statistic = (moments(first).mean - moments(second).mean) / se
    return Test(statistic=statistic, df=df, p=float(2 * stdtr(df, -abs(statistic))), **facts)


def _pooled_error(first: np.ndarray, second: np.ndarray) -> tuple[float, float] | str:
    """The standard error of the difference and its degrees of freedom, or why there is none."""
    df = first.size + second.size - 2
    if df == 0:
        return "too_few"
    variance = pooled_variance((first, second))
    if variance is None:
        return "no_variation"
    return math.sqrt(variance * (1 / first.size + 1 / second.size)), df


def _welch_error(first: np.ndarray, second: np.ndarray) -> tuple[float, float] | str:
    found = [moments(first), moments(second)]
    if min(one.n for one in found) < 2:
        return "too_few"
    parts = [one.variance / one.n for one in found]
    if not math.sqrt(sum(parts)) > _noise([one.mean for one in found]):
        return "no_variation"
    shares = [part / sum(parts) for part in parts]
    df = 1 / sum(share**2 / (one.n - 1) for share, one in zip(shares, found, strict=True))
    return math.sqrt(sum(parts)), df


def _welch_reason(found: Sequence[Moments]) -> str | None:
    if any(one.n < 2 for one in found):
        return "too_few"
    noise = _noise([one.mean for one in found])
    return "no_variation" if any(not one.variance > noise**2 for one in found) else None


def _noise(means: Sequence[float]) -> float:
    """A spread no larger than this is the error of the arithmetic (R's t.test draws the same line)."""
    return max(SMALLEST, 10 * np.finfo(float).eps * max(abs(mean) for mean in means))
