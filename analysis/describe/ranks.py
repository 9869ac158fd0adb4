"""Comparisons by rank: Mann-Whitney with and without correction and exact, Kruskal-Wallis.

All take samples: float arrays without NaN, none empty (see `groups.split`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import chdtrc, ndtr

from analysis.describe.proportions import normal_quantile
from analysis.estimate import Estimate, Test, refuse_not_finite


@dataclass(frozen=True, slots=True, kw_only=True)
class RankTest(Test):
    """Mann-Whitney: `statistic` is U of the first group (R's W), `z` its normal deviate (None where exact).

    U counts the pairs in which the first group's value is the larger, ties half; z < 0: the first is smaller.
    SPSS prints the smaller of the two groups' U and its z, which is −|z|.
    """

    z: float | None = None

    def __post_init__(self) -> None:
        Test.__post_init__(self)
        refuse_not_finite("z", self.z)

    def numbers(self) -> dict[str, float | int | str | None]:
        return Test.numbers(self) | {"z": self.z}


def mann_whitney(
    first: np.ndarray, second: np.ndarray, *, corrected: bool = False, missing: int = 0
) -> RankTest:
    """Mann & Whitney's test by its normal approximation, the variance reduced for ties.

    Without the continuity correction of ½ as SPSS, with it (`corrected`) as R's default.
    """
    facts = {
        "name": "mann-whitney-corrected" if corrected else "mann-whitney",
        "method": "continuity-corrected" if corrected else "asymptotic",
        "n": first.size + second.size,
        "missing": missing,
    }
    variance = _variance(first, second, np.concatenate([first, second]))
    if not variance > 0:
        return RankTest(reason="no_variation", **facts)
    u = u_statistic(first, second)
    excess = u - first.size * second.size / 2
    if corrected:
        excess = math.copysign(max(abs(excess) - 0.5, 0.0), excess) if excess else 0.0
    z = excess / math.sqrt(variance)
    return RankTest(statistic=u, z=z, p=float(2 * ndtr(-abs(z))), **facts)


def exact_applies(first: np.ndarray, second: np.ndarray, below: int) -> bool:
    """Whether the exact distribution serves: both groups smaller than `below`, no value twice."""
    small = max(first.size, second.size) < below
    return small and np.unique(np.concatenate([first, second])).size == first.size + second.size


def mann_whitney_exact(first: np.ndarray, second: np.ndarray, *, missing: int = 0) -> RankTest:
    """Mann & Whitney's test by the exact distribution of U, which needs distinct values.

    p is twice the smaller tail, at most 1, as R's wilcox.test. Raises ValueError where values are tied.
    """
    m, n = first.size, second.size
    if not exact_applies(first, second, max(m, n) + 1):
        raise ValueError("the exact distribution of U needs values without ties")
    u = round(u_statistic(first, second))
    ways = u_counts(m, n)
    tail = min(sum(ways[: u + 1]), sum(ways[u:]))
    p = min(1.0, 2 * tail / math.comb(m + n, m))
    return RankTest(
        name="mann-whitney-exact", method="exact", statistic=float(u), p=p, n=m + n, missing=missing
    )


@lru_cache(maxsize=64)
def u_counts(m: int, n: int) -> tuple[int, ...]:
    """In how many of the C(m+n, m) orders U takes each of its values 0 … mn.

    These are the coefficients of the Gaussian binomial, the product over i = 1 … m of
    (1 − q^(n+i)) / (1 − q^i); whole numbers, so the distribution is exact.
    """
    m, n = min(m, n), max(m, n)
    ways = [1] + [0] * (m * n)
    for i in range(1, m + 1):
        for power in range(m * n, n + i - 1, -1):
            ways[power] -= ways[power - n - i]
        for power in range(i, m * n + 1):
            ways[power] += ways[power - i]
    return tuple(ways)


def kruskal_wallis(samples: Sequence[np.ndarray], *, missing: int = 0) -> Test:
    """Kruskal & Wallis' H, corrected for ties, against chi-square with k − 1 degrees of freedom."""
    n = sum(sample.size for sample in samples)
    facts = {"name": "kruskal-wallis", "method": "tie-corrected", "n": n, "missing": missing}
    if len(samples) < 2:
        return Test(reason="one_group", **facts)
    pooled = np.concatenate(samples)
    if pooled.min() == pooled.max():
        return Test(reason="no_variation", **facts)
    rank, ties = midranks(pooled)
    ends = np.cumsum([sample.size for sample in samples])
    sums = [part.sum() - part.size * (n + 1) / 2 for part in np.split(rank, ends[:-1])]
    spread = sum(total**2 / sample.size for total, sample in zip(sums, samples, strict=True))
    statistic = 12 * spread / (n * (n + 1) - ties / (n - 1))
    df = len(samples) - 1
    return Test(statistic=float(statistic), df=df, p=float(chdtrc(df, statistic)), **facts)


def rank_biserial(first: np.ndarray, second: np.ndarray, level: float, *, missing: int = 0) -> Estimate:
    """P(first larger) − P(second larger) for one case of each group: 2U/mn − 1, from −1 to 1.

    The interval is twice that of U/mn less 1; that of U/mn is Newcombe's (2006, Statistics in Medicine
    25:559, method 5): the values θ whose distance from U/mn is at most z standard errors under θ.
    It is defined at the ends too, where a symmetric interval has no width.
    """
    m, n = first.size, second.size
    share = u_statistic(first, second) / (m * n)
    z = normal_quantile(level)
    return Estimate(
        value=2 * share - 1,
        # V is the same for θ and 1 − θ, so the lower limit is the upper one of the groups exchanged.
        lower=1 - 2 * _newcombe_upper(1 - share, m, n, z),
        upper=2 * _newcombe_upper(share, m, n, z) - 1,
        level=level,
        method="newcombe",
        n=m + n,
        missing=missing,
    )


def u_statistic(first: np.ndarray, second: np.ndarray) -> float:
    """The pairs in which the value of `first` is the larger one, ties counted half."""
    ordered = np.sort(second)
    below = np.searchsorted(ordered, first, side="left")
    up_to = np.searchsorted(ordered, first, side="right")
    return float((below + up_to).sum()) / 2


def midranks(values: np.ndarray) -> tuple[np.ndarray, float]:
    """The rank of each value, tied ones sharing their mean rank, and Σ(t³ − t) over the ties."""
    _, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count).astype(float)
    return (last - (count - 1) / 2)[inverse], float((count.astype(float) ** 3 - count).sum())


def shift_variance(first: np.ndarray, second: np.ndarray) -> float:
    """The variance of U when one group is shifted: only ties within a group remain."""
    return _variance(first, second, first, second)


def _variance(first: np.ndarray, second: np.ndarray, *tied_within: np.ndarray) -> float:
    m, n = first.size, second.size
    total = m + n
    ties = sum(midranks(values)[1] for values in tied_within)
    return m * n / 12 * (total + 1 - ties / (total * (total - 1)))


def _newcombe_upper(share: float, m: int, n: int, z: float) -> float:
    """The larger θ with |share − θ| = z √V(θ), V taking the mean of the group sizes for each of them."""
    from scipy.optimize import brentq

    if share == 1:
        return 1.0
    extra = (m + n) / 2 - 1

    def excess(theta: float) -> float:
        """Squared distance less z² V(θ), both divided by θ: at a share of 0, θ = 0 would solve it too."""
        spread = 1 + extra * (1 - theta) / (2 - theta) + extra * theta / (1 + theta)
        distance = (theta - share) ** 2 / theta if share else theta
        return distance - z * z * (1 - theta) * spread / (m * n)

    return float(brentq(excess, share, 1.0, xtol=1e-14))
