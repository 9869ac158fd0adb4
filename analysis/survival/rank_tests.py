"""Do survival curves differ? The log-rank family: weighted, stratified, for trend, and by pairs.

Sources: Mantel 1966; Peto & Peto 1972; Gehan 1965; Breslow 1970; Tarone & Ware 1977;
Harrington & Fleming 1982; Tarone 1975 (trend).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from analysis.conventions import Multiplicity
from analysis.describe.multiplicity import adjust as adjust_p
from analysis.estimate import Test
from analysis.survival.placing import read_labels
from analysis.survival.rank_sums import Weight, rank_sums
from analysis.survival.rows import numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The test between two groups; `p_adjusted` allows for the number of pairs, None where p is."""

    first: Hashable
    second: Hashable
    test: Test
    p_adjusted: float | None


def rank_test(
    time: ArrayLike,
    event: ArrayLike,
    group: Iterable[Hashable],
    *,
    weight: Weight = "log-rank",
    strata: Iterable[Hashable] | None = None,
    entry: ArrayLike | None = None,
) -> Test:
    """The chi-square test that all groups share one survival curve.

    "log-rank" weighs every event time alike, "gehan-breslow" by the number at risk, "tarone-ware" by its
    square root, "peto" by the survival of all groups together just before that time (R's rho = 1). With
    `strata` groups are compared within strata only, with `entry` cases are at risk on (entry, time].
    Rows with a missing value are left out and counted. Raises ValueError as `kaplan_meier`, for an
    unknown weight and for more than a thousand groups.
    """
    sums = rank_sums(time, event, group, weight=weight, strata=strata, entry=entry)
    method = "" if strata is None else "stratified"
    if sums.reason:
        return Test(name=weight, method=method, n=sums.n, missing=sums.missing, reason=sums.reason)
    statistic, df = _chi_square(sums.observed - sums.expected, sums.covariance)
    p = float(chdtrc(df, statistic))
    return Test(name=weight, statistic=statistic, df=df, p=p, method=method, n=sums.n, missing=sums.missing)


def trend_test(
    time: ArrayLike,
    event: ArrayLike,
    group: Iterable[Hashable],
    *,
    scores: Mapping[Hashable, float] | Sequence[float] | None = None,
    weight: Weight = "log-rank",
    strata: Iterable[Hashable] | None = None,
    entry: ArrayLike | None = None,
) -> Test:
    """The test against a trend over ordered groups, chi-square with one degree of freedom (Tarone 1975).

    `scores` give the place of each group, by level or in the order of levels (ascending numbers, or the
    order of text); without them groups are equally spaced. The name is "trend", the method the weight.
    Raises ValueError as `rank_test` and for scores that are not one finite number per group.
    """
    sums = rank_sums(time, event, group, weight=weight, strata=strata, entry=entry)
    place = _scores(scores, sums.levels)
    facts = {"name": "trend", "method": weight, "n": sums.n, "missing": sums.missing}
    apart = place[:, None] - place
    # s' V s written over pairs, as the rows of V sum to nought: no cancellation
    variance = -float((sums.covariance * apart**2).sum()) / 2
    if sums.reason or not variance > 0:
        return Test(reason=sums.reason or "no_variation", **facts)
    statistic = float(place @ (sums.observed - sums.expected)) ** 2 / variance
    return Test(statistic=statistic, df=1, p=float(chdtrc(1, statistic)), **facts)


def pairwise(
    time: ArrayLike,
    event: ArrayLike,
    group: Iterable[Hashable],
    *,
    weight: Weight = "log-rank",
    strata: Iterable[Hashable] | None = None,
    entry: ArrayLike | None = None,
    adjust: Multiplicity = "holm",
) -> tuple[Pair, ...]:
    """The test between each two groups, on the cases of these two alone, with p adjusted for their number.

    Raises ValueError as `rank_test` and for an unknown adjustment.
    """
    times, status = numbers(time), numbers(event)
    entries = None if entry is None else numbers(entry)
    groups = read_labels(group)
    layers = None if strata is None else np.asarray(list(strata), dtype=object)
    sizes = {len(times), len(status), len(groups.place), len(times if entries is None else entries)}
    if len(sizes | {len(times if layers is None else layers)}) > 1:
        raise ValueError("times, events, groups, entries and strata have different lengths")
    found = []
    for first, second in combinations(range(len(groups.levels)), 2):
        two = (groups.place == first) | (groups.place == second)
        test = rank_test(
            times[two],
            status[two],
            groups.place[two],
            weight=weight,
            strata=None if layers is None else layers[two],
            entry=None if entries is None else entries[two],
        )
        found.append((groups.levels[first], groups.levels[second], test))
    adjusted = adjust_p([test.p for _, _, test in found], adjust)
    return tuple(
        Pair(first=first, second=second, test=test, p_adjusted=p)
        for (first, second, test), p in zip(found, adjusted, strict=True)
    )


def _scores(scores: Mapping[Hashable, float] | Sequence[float] | None, levels: tuple) -> np.ndarray:
    if scores is None:
        return np.arange(len(levels), dtype=float)
    if isinstance(scores, Mapping):
        absent = [level for level in levels if level not in scores]
        if absent:
            raise ValueError(f"no score for the group {absent[0]!r}")
        scores = [scores[level] for level in levels]
    place = np.asarray(scores, dtype=float).reshape(-1)
    if place.size != len(levels) or not np.isfinite(place).all():
        raise ValueError(f"{len(levels)} groups need as many finite scores, not {list(scores)}")
    return place


def _chi_square(deviation: np.ndarray, covariance: np.ndarray) -> tuple[float, int]:
    """The quadratic form of the deviations in the generalised inverse of their covariance, and its rank."""
    statistic, df = 0.0, 0
    for part in _joined(covariance):
        rest = part[1:]
        solved = np.linalg.solve(covariance[np.ix_(rest, rest)], deviation[rest])
        statistic += float(deviation[rest] @ solved)
        df += rest.size
    return statistic, df


def _joined(covariance: np.ndarray) -> list[np.ndarray]:
    """The groups that were compared with one another, directly or through others."""
    parts, open_groups = [], set(range(len(covariance)))
    while open_groups:
        reached, fresh = set(), {min(open_groups)}
        while fresh:
            reached |= fresh
            fresh = set(np.flatnonzero(covariance[list(fresh)].any(axis=0)).tolist()) - reached
        open_groups -= reached
        parts.append(np.array(sorted(reached)))
    return parts
