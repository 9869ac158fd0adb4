"""Terms and tests of a fitted model from its coefficients and their covariance."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import chdtrc, ndtr

from analysis.describe import normal_quantile
from analysis.estimate import Test
from analysis.regression.model import Term

LARGEST = math.log(np.finfo(float).max)
COLLINEAR = 1e-11  # a covariate with a smaller share of its information free of the others adds nothing


def absent_term(name: str, reason: str) -> Term:
    """A term without any number, and why."""
    return Term(term=name, coef=None, se=None, ratio=None, lower=None, upper=None, p=None, reason=reason)


def wald_term(name: str, coef: float, se: float, level: float) -> Term:
    """A term with its normal interval, and the p of z = coef / se."""
    reach = normal_quantile(level) * se
    p = float(2 * ndtr(-abs(coef / se))) if se > 0 else None
    return interval_term(name, coef, se, coef - reach, coef + reach, p)


def interval_term(
    name: str, coef: float, se: float, lower: float | None, upper: float | None, p: float | None,
    reason: str | None = None,
) -> Term:  # fmt: skip
    """A term from its limits on the scale of the coefficient; `reason` for a limit or p that is absent.

    A ratio beyond the largest number that a computer holds is absent as "too_large".
    """
    ratios = [ratio(value) for value in (coef, lower, upper)]
    if reason is None and None in (*ratios, p):
        reason = "no_variation" if p is None else "too_large"
    return Term(
        term=name, coef=float(coef), se=float(se), ratio=ratios[0], lower=ratios[1], upper=ratios[2], p=p,
        reason=reason,
    )  # fmt: skip


def ratio(coef: float | None) -> float | None:
    """exp(coef); None where that is larger than any number."""
    return None if coef is None or coef > LARGEST else math.exp(coef)


def chi_square_test(name: str, statistic: float, df: int, **facts: object) -> Test:
    """A statistic with its p by the chi-square distribution; rounding below 0 is 0."""
    statistic = max(float(statistic), 0.0)
    return Test(name=name, statistic=statistic, df=df, p=float(chdtrc(df, statistic)), **facts)


def quadratic_test(name: str, vector: np.ndarray, matrix: np.ndarray, **facts: object) -> Test:
    """The chi-square test of v' M⁻¹ v for a symmetric M of any scale; "no_variation" where M is singular."""
    scale = np.sqrt(np.maximum(np.diag(matrix), 0))
    unit = matrix / np.outer(scale, scale) if (scale > 0).all() else np.zeros_like(matrix)
    if not independent(unit)[0].all():
        return Test(name=name, reason="no_variation", **facts)
    scaled = vector / scale
    statistic = scaled @ np.linalg.solve(unit, scaled)
    return chi_square_test(name, statistic, vector.size, **facts)


def inverse(matrix: np.ndarray) -> np.ndarray:
    """The inverse of a symmetric positive matrix of any scale."""
    scale = np.sqrt(np.diag(matrix))
    return np.linalg.inv(matrix / np.outer(scale, scale)) / np.outer(scale, scale)


def independent(information: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which coefficients can be estimated, and which of the others have no information at all.

    Columns are taken in order, as R does: of collinear covariates the last one is left out.
    Returns (kept, empty), both (p,) of bool.
    """
    size = len(information)
    scale = np.sqrt(np.maximum(np.diag(information), 0))
    empty = scale <= np.sqrt(COLLINEAR) * max(scale.max(initial=0), 1e-150)
    kept = np.zeros(size, dtype=bool)
    matrix = information / np.outer(np.where(empty, 1, scale), np.where(empty, 1, scale))
    for j in np.flatnonzero(~empty):
        before = np.flatnonzero(kept)
        shared = matrix[before, j]
        explained = shared @ np.linalg.solve(matrix[np.ix_(before, before)], shared) if before.size else 0.0
        kept[j] = 1 - explained > COLLINEAR
    return kept, empty
