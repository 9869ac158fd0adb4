"""Sizes of an effect in standard units, with intervals by noncentral distributions.

All take samples: float arrays without NaN, none empty (see `groups.split`). Source of the intervals:
Smithson 2003, Confidence Intervals; Steiger & Fouladi 1997. A limit is the noncentrality under which
the observed statistic lies (1 - level)/2 into one tail.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from scipy.special import chndtr, gammaincc, gammaln, ncfdtr, nctdtr, ndtr

from analysis.describe.means import anova, pooled_variance, sums_of_squares, t_test
from analysis.describe.ranks import kruskal_wallis
from analysis.estimate import Estimate

SLOW_FROM = 1000.0  # scipy's series for the noncentral t grows with t


def cohen_d(first: np.ndarray, second: np.ndarray, level: float, *, missing: int = 0) -> Estimate:
    """(mean(first) − mean(second)) / pooled SD, interval by the noncentral t."""
    return _standardised("cohen", first, second, level, 1.0, missing)


def hedges_g(first: np.ndarray, second: np.ndarray, level: float, *, missing: int = 0) -> Estimate:
    """Cohen's d times J = Γ(df/2) / (√(df/2) Γ((df−1)/2)), which takes its bias away (Hedges 1981).

    The limits are those of d times J. Needs three cases in all.
    """
    df = first.size + second.size - 2
    if df < 2:
        return Estimate(value=None, reason="too_few", **_facts("hedges", (first, second), level, missing))
    return _standardised("hedges", first, second, level, small_sample_factor(df), missing)


def small_sample_factor(df: int) -> float:
    """Hedges' J for `df` degrees of freedom, at least 2."""
    return math.exp(gammaln(df / 2) - gammaln((df - 1) / 2) - math.log(df / 2) / 2)


def eta_squared(samples: Sequence[np.ndarray], level: float, *, missing: int = 0) -> Estimate:
    """The share of variation that lies between the groups; interval by the noncentral F.

    A limit λ of the noncentrality stands for the share λ / (λ + n).
    """
    facts = _facts("noncentral-f", samples, level, missing)
    test = anova(samples)
    if test.reason:
        return Estimate(value=None, reason=test.reason, **facts)
    parts = sums_of_squares(samples)
    value = parts.between / (parts.between + parts.within)
    lower, upper = _above_zero(
        lambda nc: noncentral_f(test.df, test.df2, nc, test.statistic), test.statistic * test.df, level
    )
    n = facts["n"]
    return Estimate(value=value, **_holding(value, lower / (lower + n), upper / (upper + n)), **facts)


def epsilon_squared(samples: Sequence[np.ndarray], level: float, *, missing: int = 0) -> Estimate:
    """Kruskal-Wallis' H / (n − 1), from 0 to 1 (Kelley; Tomczak & Tomczak 2014).

    The interval treats H as noncentral chi-square, which it is in large samples.
    """
    facts = _facts("noncentral-chi-square", samples, level, missing)
    test = kruskal_wallis(samples)
    if test.reason:
        return Estimate(value=None, reason=test.reason, **facts)
    scale = facts["n"] - 1
    value = test.statistic / scale
    lower, upper = chi_square_limits(test.statistic, test.df, level)
    return Estimate(value=value, **_holding(value, lower / scale, min(1.0, upper / scale)), **facts)


def chi_square_limits(statistic: float, df: float, level: float) -> tuple[float, float]:
    """The limits of the noncentrality of a chi-square statistic."""
    return _above_zero(lambda nc: chndtr(statistic, df, nc), statistic, level)


def noncentral_t(df: float, nc: float, t: float) -> float:
    """P(T <= t) for noncentral t, also where scipy's series gives NaN or takes long (t far from 0).

    There T = (Z + nc)/s with s² chi-square over df, and P = ∫ Φ(z) dP(s <= (z + nc)/t): Φ changes only
    for |z| < 9, over which the density of s is smooth when t is large.
    """
    p = float(nctdtr(df, nc, t)) if abs(t) <= SLOW_FROM else math.nan
    if math.isfinite(p):
        return p
    if t < 0:
        return 1 - noncentral_t(df, -nc, -t)
    if nc <= -9:
        return 1.0
    low, high = max(-9.0, -nc), 9.0
    node, weight = _gauss_legendre(200)
    z = (high + low) / 2 + (high - low) / 2 * node
    scale = (z + nc) / t
    log_density = (df - 1) * np.log(scale) - df * scale**2 / 2
    log_density += math.log(2) + df / 2 * math.log(df / 2) - gammaln(df / 2)
    inside = (weight * ndtr(z) * np.exp(log_density)).sum() * (high - low) / 2 / t
    return float(inside + gammaincc(df / 2, df * ((high + nc) / t) ** 2 / 2))


def noncentral_f(df: float, df2: float, nc: float, f: float) -> float:
    """P(F <= f) for noncentral F, also where scipy's series gives NaN (nc of 1e10 and more).

    There the numerator's chi-square hardly leaves its mean nc + df (by the share 2/√nc), and F <= f is
    left to the denominator's.
    """
    p = float(ncfdtr(df, df2, nc, f))
    return p if math.isfinite(p) else float(gammaincc(df2 / 2, df2 * (nc + df) / (2 * df * f)))


@cache
def _gauss_legendre(points: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(points)


def _standardised(
    method: str, first: np.ndarray, second: np.ndarray, level: float, factor: float, missing: int
) -> Estimate:
    facts = _facts(method, (first, second), level, missing)
    test = t_test(first, second)
    if test.reason:
        return Estimate(value=None, reason=test.reason, **facts)
    unit = math.sqrt(1 / first.size + 1 / second.size)
    value = (first.mean() - second.mean()) / math.sqrt(pooled_variance((first, second)))
    lower, upper = _limits(lambda nc: noncentral_t(test.df, nc, test.statistic), test.statistic, level)
    return Estimate(
        value=float(value) * factor, lower=lower * unit * factor, upper=upper * unit * factor, **facts
    )


def _facts(method: str, samples: Sequence[np.ndarray], level: float, missing: int) -> dict[str, object]:
    n = sum(sample.size for sample in samples)
    return {"method": method, "n": n, "level": level, "missing": missing}


def _holding(value: float, lower: float, upper: float) -> dict[str, float]:
    """The limits, moved to the estimate where groups differ less than chance alone makes them differ."""
    return {"lower": min(lower, value), "upper": max(upper, value)}


def _above_zero(cdf: Callable[[float], float], start: float, level: float) -> tuple[float, float]:
    """The limits of a noncentrality that cannot be negative."""
    tail = (1 - level) / 2
    central = cdf(0.0)
    lower = _solve(cdf, 1 - tail, 0.0, start) if central > 1 - tail else 0.0
    upper = _solve(cdf, tail, 0.0, start) if central > tail else 0.0
    return lower, upper


def _limits(cdf: Callable[[float], float], start: float, level: float) -> tuple[float, float]:
    """The limits of a noncentrality of either sign."""
    tail = (1 - level) / 2
    return tuple(_solve(cdf, share, None, start) for share in (1 - tail, tail))


def _solve(cdf: Callable[[float], float], share: float, least: float | None, start: float) -> float:
    """The noncentrality at which `cdf`, which falls with it, is `share`."""
    from scipy.optimize import brentq

    step = 2 * (1 + math.sqrt(abs(start)))
    low, high = (start - step if least is None else least), start + step
    while cdf(high) > share:
        high += step
        step *= 2
    while least is None and cdf(low) < share:
        low -= step
        step *= 2
    return float(brentq(lambda nc: cdf(nc) - share, low, high, xtol=1e-12, rtol=1e-13))
