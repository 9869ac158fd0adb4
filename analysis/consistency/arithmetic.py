"""The arithmetic behind the checks: what printed digits allow, and what they imply.

A printed number stands for every value that rounds to it, so each check asks whether the digits *can*
be right, never whether they equal a recomputed number.

Sources: Lang & Altman 2013 (SAMPL); Altman & Bland, BMJ 2011;343:d2304 (P from an interval);
Clopper & Pearson 1934; Wilson 1927; Popoviciu 1935 (the largest variance within a range).
"""

from __future__ import annotations

import math
from fractions import Fraction

from analysis.describe import clopper_pearson, normal_quantile, wilson

TOLERANCE = 1e-9
LEVEL = 0.95


def half_unit(decimals: int) -> Fraction:
    """Half of the last printed place: how far the exact number may lie from the printed one."""
    return Fraction(1, 2 * 10**decimals)


def can_be_printed_as(exact: Fraction, printed: Fraction, decimals: int) -> bool:
    """Whether `exact` rounds to `printed`; an exact half may have gone either way."""
    return abs(exact - printed) <= half_unit(decimals)


def denominators(count: int, printed: Fraction, decimals: int, most: int) -> range:
    """The totals up to `most` of which `count` can be printed as that percentage; may be empty."""
    low, high = printed - half_unit(decimals), printed + half_unit(decimals)
    if count == 0:
        return range(1, most + 1) if low <= 0 else range(0)
    if high <= 0:
        return range(0)
    first = max(count, math.ceil(100 * count / high))
    last = most if low <= 0 else min(most, math.floor(100 * count / low))
    return range(first, last + 1)


def standard_deviation_of(standard_error: float, n: int) -> float:
    """The SD of `n` values whose mean has this standard error."""
    return standard_error * math.sqrt(n)


def implied_standard_error(lower: float, upper: float, level: float = LEVEL) -> float:
    """The standard error behind an interval estimate ± z SE."""
    return (upper - lower) / (2 * normal_quantile(level))


def upper_limit_of_none(total: int) -> tuple[float, float]:
    """Upper limits, in percent, of 0 events among `total`: exact (97.5% one-sided) and Wilson's."""
    return 100 * clopper_pearson(0, total, LEVEL)[1], 100 * wilson(0, total, LEVEL)[1]


def proportion_limits(count: int, total: int, level: float) -> dict[str, tuple[float, float]]:
    """The intervals of a proportion in percent by the methods in common use, by their name."""
    share = count / total
    half = normal_quantile(level) * math.sqrt(share * (1 - share) / total)
    found = {
        "Wilson": wilson(count, total, level),
        "Clopper-Pearson": clopper_pearson(count, total, level),
        "Wald": (max(0.0, share - half), min(1.0, share + half)),
    }
    return {name: (100 * lower, 100 * upper) for name, (lower, upper) in found.items()}


def p_of_ratio(ratio: float, lower: float, upper: float, level: float = LEVEL) -> float | None:
    """The two-sided Wald P of a ratio from its interval on the log scale; None where there is none."""
    if min(ratio, lower, upper) <= 0 or upper <= lower:
        return None
    se = (math.log(upper) - math.log(lower)) / (2 * normal_quantile(level))
    return math.erfc(abs(math.log(ratio)) / se / math.sqrt(2))


def spread_limits(low: float, high: float, n: int) -> tuple[float, float]:
    """The smallest and the largest SD (divisor n - 1) that `n` values between and at both ends can have."""
    width = high - low
    smallest = width / math.sqrt(2 * (n - 1))
    below = n // 2
    largest = width * math.sqrt(below * (n - below) / (n * (n - 1)))
    return smallest, largest
