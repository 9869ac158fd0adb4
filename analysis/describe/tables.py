"""Tests of a table of counts: chi-square, Yates, Fisher, Fisher-Freeman-Halton.

A table has groups as rows and categories as columns, none of them empty.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, gammaln

from analysis.describe.effect_sizes import chi_square_limits
from analysis.estimate import Estimate, Test

# Tables as likely as the observed one but for rounding count as equally likely (R draws the same line).
SAME_PROBABILITY = 1 + 1e-7


def as_table(counts: ArrayLike) -> np.ndarray:
    """`counts` as whole numbers in rows and columns. Raises ValueError for anything else."""
    table = np.asarray(counts, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"a table of counts has rows and columns, not {table.ndim} dimension(s)")
    if not (np.isfinite(table).all() and (table >= 0).all() and (table == np.floor(table)).all()):
        raise ValueError("a count is a whole number of 0 or more")
    return table.astype(np.int64)


def cannot_test(table: np.ndarray) -> str | None:
    """Why there is nothing to test in a table without empty rows and columns; None when there is."""
    rows, columns = table.shape
    if not table.size:
        return "no_cases"
    return "one_group" if rows < 2 else "no_variation" if columns < 2 else None


def expected_counts(table: np.ndarray) -> np.ndarray:
    """What each cell would hold were rows and columns independent."""
    return np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()


def pearson(table: np.ndarray, *, missing: int = 0) -> Test:
    """Pearson's chi-square without correction."""
    return _chi_square("pearson", "uncorrected", table, 0.0, missing)


def yates(table: np.ndarray, *, missing: int = 0) -> Test:
    """Chi-square of a 2×2 table with Yates' correction: every difference from expectation ½ smaller.

    A difference below ½ becomes 0 and not negative, as in R and SPSS. Raises ValueError for another table.
    """
    _need_2x2(table)
    correction = min(0.5, float(np.abs(table - expected_counts(table)).min()))
    return _chi_square("yates", "continuity-corrected", table, correction, missing)


def fisher(table: np.ndarray, *, missing: int = 0) -> Test:
    """Fisher's exact test of a 2×2 table: the tables no more likely than the observed, both sides.

    Raises ValueError for another table.
    """
    _need_2x2(table)
    support, log_weight = hypergeometric(table)
    weight = np.exp(log_weight)
    observed = weight[table[0, 0] - support[0]]
    p = float(weight[weight <= observed * SAME_PROBABILITY].sum() / weight.sum())
    return Test(name="fisher", method="exact", p=min(1.0, p), n=int(table.sum()), missing=missing)


def fisher_freeman_halton(table: np.ndarray, *, missing: int = 0) -> Test:
    """Fisher's test for a table of any size (Freeman & Halton 1951), as R's fisher.test.

    Exact by counting; where there is too much to count, from 100 000 random tables with a fixed
    seed, which `method` then says ("monte-carlo").
    """
    from analysis.describe.exact_tables import exact_p, simulated_p

    p, method = exact_p(table), "exact"
    if p is None:
        p, method = simulated_p(table), "monte-carlo"
    return Test(name="fisher-freeman-halton", method=method, p=p, n=int(table.sum()), missing=missing)


def cramers_v(table: np.ndarray, level: float, *, missing: int = 0) -> Estimate:
    """√(χ² / (n · (smaller dimension − 1))), from 0 to 1; interval by the noncentral chi-square.

    Pearson's χ² without correction. Source of the interval: Smithson 2003.
    """
    test = pearson(table)
    scale = test.n * (min(table.shape) - 1)
    value = float(np.sqrt(min(1.0, test.statistic / scale)))
    lower, upper = (
        float(np.sqrt(limit / scale)) for limit in chi_square_limits(test.statistic, test.df, level)
    )
    return Estimate(
        value=value,
        lower=min(lower, value),
        upper=max(min(1.0, upper), value),
        level=level,
        method="noncentral-chi-square",
        n=test.n,
        missing=missing,
    )


def hypergeometric(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first cell of every 2×2 table with the same margins, and the log of its weight, at most 0."""
    (a, b), (c, d) = table.tolist()
    row, column, total = a + b, a + c, a + b + c + d
    first = np.arange(max(0, row + column - total), min(row, column) + 1)
    cells = (first, row - first, column - first, total - row - column + first)
    log_weight = -sum(gammaln(cell + 1) for cell in cells)
    return first, log_weight - log_weight.max()


def _chi_square(name: str, method: str, table: np.ndarray, correction: float, missing: int) -> Test:
    expected = expected_counts(table)
    statistic = float(((np.abs(table - expected) - correction) ** 2 / expected).sum())
    df = (table.shape[0] - 1) * (table.shape[1] - 1)
    p = float(chdtrc(df, statistic))
    return Test(
        name=name, method=method, statistic=statistic, df=df, p=p, n=int(table.sum()), missing=missing
    )


def _need_2x2(table: np.ndarray) -> None:
    if table.shape != (2, 2):
        raise ValueError(f"this test needs 2 × 2 counts, not {table.shape[0]} × {table.shape[1]}")
