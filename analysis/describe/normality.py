"""Does a sample look normal: skewness, Shapiro-Wilk, Lilliefors."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from analysis.describe.groups import numeric
from analysis.estimate import Test

SHAPIRO_SMALLEST, SHAPIRO_LARGEST = 3, 5000
LILLIEFORS_SMALLEST = 5

# p above 0.1 by the modified statistic D (√n − 0.01 + 0.85/√n): upper end of each piece, and the
# coefficients of its polynomial, constant first.
_UPPER_PART = (
    (0.302, (1.0,)),
    (0.5, (2.76773, -19.828315, 80.709644, -138.55152, 81.218052)),
    (0.9, (-4.901232, 40.662806, -97.490286, 94.029866, -32.355711)),
    (1.31, (6.198765, -19.558097, 23.186922, -12.234627, 2.423045)),
)


def skewness(values: ArrayLike) -> float | None:
    """The adjusted Fisher-Pearson coefficient G1, as SPSS, SAS and Excel print it.

    G1 = √(n(n−1))/(n−2) · m3/m2^1.5 with central moments m. None below three values and where
    all are equal. Source: Joanes & Gill 1998, The Statistician 47:183.
    """
    present, _ = _present(values)
    n = present.size
    deviation = _standardised(present, ddof=0) if n >= 3 else None
    if deviation is None:
        return None
    return float(math.sqrt(n * (n - 1)) / (n - 2) * np.mean(deviation**3))


def shapiro_wilk(values: ArrayLike) -> Test:
    """Shapiro & Wilk's W and its p for 3 to 5000 values (Royston 1995, algorithm AS R94), as in R and SPSS.

    `statistic` is W. No p below three values, above 5000, and where all values are equal.
    """
    present, missing = _present(values)
    n = present.size
    facts = {"name": "shapiro-wilk", "method": "royston", "n": n, "missing": missing}
    if n < SHAPIRO_SMALLEST:
        return Test(reason="too_few" if n else "no_values", **facts)
    if n > SHAPIRO_LARGEST:
        return Test(reason="too_many_values", **facts)
    standardised = _standardised(present, ddof=1)
    if standardised is None:
        return Test(reason="no_variation", **facts)
    from scipy.stats import shapiro

    w, p = shapiro(standardised)
    return Test(statistic=float(w), p=float(p), **facts)


def lilliefors(values: ArrayLike) -> Test:
    """Kolmogorov-Smirnov's distance to the normal of the sample's own mean and SD, with Lilliefors' p.

    `statistic` is D. p follows Dallal & Wilkinson 1986 (The American Statistician 40:294); that formula
    holds below 0.1, above it p comes from Stephens' modified statistic (1974), as in R's
    nortest. SPSS prints .200 for anything above. No p below five values and where all are equal.
    """
    present, missing = _present(values)
    n = present.size
    facts = {"name": "lilliefors", "method": "dallal-wilkinson", "n": n, "missing": missing}
    if n < LILLIEFORS_SMALLEST:
        return Test(reason="too_few" if n else "no_values", **facts)
    standardised = _standardised(present, ddof=1)
    if standardised is None:
        return Test(reason="no_variation", **facts)
    expected = ndtr(standardised)
    step = np.arange(n + 1) / n
    distance = float(max(np.max(step[1:] - expected), np.max(expected - step[:-1])))
    return Test(statistic=distance, p=_lilliefors_p(distance, n), **facts)


def _lilliefors_p(distance: float, n: int) -> float:
    scaled, size = (distance, n) if n <= 100 else (distance * (n / 100) ** 0.49, 100)
    root = math.sqrt(size + 2.78019)
    exponent = -7.01256 * (scaled * root) ** 2 + 2.99587 * scaled * root
    p = math.exp(exponent - 0.122119 + 0.974598 / math.sqrt(size) + 1.67997 / size)
    if p <= 0.1:
        return p
    modified = distance * (math.sqrt(n) - 0.01 + 0.85 / math.sqrt(n))
    for upper, coefficients in _UPPER_PART:
        if modified <= upper:
            return min(1.0, max(0.0, sum(c * modified**k for k, c in enumerate(coefficients))))
    return 0.0


def _present(values: ArrayLike) -> tuple[np.ndarray, int]:
    """The values that are there, sorted, and how many are not."""
    column = numeric(values)
    present = np.sort(column[~np.isnan(column)])
    return present, column.size - present.size


def _standardised(ordered: np.ndarray, *, ddof: int) -> np.ndarray | None:
    """(x − mean)/SD of sorted values; None where there is no spread beyond the error of the arithmetic."""
    low, high = ordered[0], ordered[-1]
    span = high - low
    if not span > 10 * np.finfo(float).eps * max(abs(low), abs(high)):
        return None
    unit = (ordered - low) / span  # so that neither tiny nor huge values lose digits when squared
    return (unit - unit.mean()) / unit.std(ddof=ddof)
