"""How the traits of synthetic patients are distributed.

Every trait of a patient starts as a score, a standard normal number that may be correlated
with the patient's other scores. `Exact` turns the scores of a whole cohort into values whose
printed summary is exactly the one wanted: the values are made first, then dealt by the rank
of the scores. `Free` turns each score by itself into a value of the same distribution.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from random import Random
from statistics import NormalDist
from typing import TypeVar

from registry.demo.targets import Infeasible, Quartiles, printed

NORMAL = NormalDist()
TAIL = 2.0  # values thin out towards the ends of the plausible range
ATTEMPTS = 2_000

Code = TypeVar("Code", bound=Hashable)
Weights = Mapping[Code, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """A measured quantity: its plausible range, its quartiles, and the steps in which it is read off."""

    name: str
    low: float
    quartiles: Quartiles
    high: float
    step: float = 1

    def __post_init__(self) -> None:
        if not self.low <= self.quartiles.q1 or not self.quartiles.q3 <= self.high:
            raise Infeasible(
                f"{self.name}: quartiles {tuple(self.quartiles)} are outside the plausible range "
                f"from {self.low} to {self.high}."
            )

    def at(self, p: float) -> float:
        """The value below which a share `p` of patients lies, read off in steps."""
        q1, median, q3 = self.quartiles
        if p < 0.25:
            value = q1 - (q1 - self.low) * (1 - 4 * p) ** TAIL
        elif p < 0.5:
            value = q1 + (median - q1) * (4 * p - 1)
        elif p < 0.75:
            value = median + (q3 - median) * (4 * p - 2)
        else:
            value = q3 + (self.high - q3) * (4 * p - 3) ** TAIL
        return round(value / self.step) * self.step


def pinned(shape: Shape, n: int, rng: Random) -> list[float]:
    """`n` ascending values with exactly these quartiles; between them random, of this shape.

    A quartile at rank (n + 1)p between two values makes both of them the quartile.
    """
    pins: dict[int, float] = {}
    for p, value in zip((Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)), shape.quartiles, strict=True):
        rank = min(max((n + 1) * p, Fraction(1)), Fraction(n))
        for position in {math.floor(rank), math.ceil(rank)}:
            if pins.setdefault(position, value) != value:
                raise Infeasible(f"{shape.name}: {n} patients are too few for three different quartiles.")
    values: list[float] = []
    before, at_least = 0.0, -math.inf
    for position, value in [*sorted(pins.items()), (n + 1, math.inf)]:
        share = 1.0 if position > n else position / (n + 1)
        count = position - len(values) - 1
        drawn = sorted(shape.at(rng.uniform(before, share)) for _ in range(count))
        values += [min(max(one, at_least), value) for one in drawn]
        values += [value] if position <= n else []
        before, at_least = share, value
    return values


def with_mean_and_sem(
    name: str, mean: float, sem: float, n: int, limits: tuple[int, int], rng: Random
) -> list[int]:
    """`n` ascending whole numbers whose mean and standard error of the mean print as wanted.

    The standard deviation prints as the unrounded standard error makes it, too.
    """
    low, high = limits
    sd = sem * math.sqrt(n)
    for _ in range(ATTEMPTS if n > 1 else 0):
        scores = [rng.gauss(0, 1) for _ in range(n)]
        centre = sum(scores) / n
        spread = _sd(scores)
        values = [min(max(round(mean + sd * (one - centre) / spread), low), high) for one in scores]
        found = _sd(values)
        if (
            printed(sum(values) / n) == printed(mean)
            and printed(found / math.sqrt(n)) == printed(sem)
            and printed(found) == printed(sd)
        ):
            return sorted(values)
    raise Infeasible(
        f"{name}: no {n} values from {low} to {high} were found with a mean of {mean} and a standard error "
        f"of {sem} (standard deviation {sd:.1f})."
    )


def _sd(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((one - mean) ** 2 for one in values) / (len(values) - 1))


def quotas(weights: Weights, total: int) -> dict[Code, int]:
    """Whole numbers in proportion to the weights which add up to `total` (largest remainders)."""
    whole = sum(weights.values())
    shares = {code: total * weight / whole for code, weight in weights.items()}
    counts = {code: int(share + 1e-9) for code, share in shares.items()}
    by_remainder = sorted(shares, key=lambda code: counts[code] - shares[code])
    for code in by_remainder[: total - sum(counts.values())]:
        counts[code] += 1
    return counts


def by_rank(values: Sequence[Code], scores: Sequence[float]) -> list[Code]:
    """The values in the order of the patients: the lowest score gets the first value."""
    dealt: list[Code] = [values[0]] * len(scores) if values else []
    order = sorted(range(len(scores)), key=scores.__getitem__)
    for patient, value in zip(order, values, strict=True):
        dealt[patient] = value
    return dealt


class Exact:
    """A cohort whose summary must print exactly."""

    def __init__(self, rng: Random):
        self.rng = rng

    def measured(self, shape: Shape, scores: Sequence[float]) -> list[float]:
        """Values with the quartiles of `shape`, higher for higher scores."""
        return by_rank(pinned(shape, len(scores), self.rng), scores)

    def spread(
        self, name: str, mean: float, sem: float, of: int, limits: tuple[int, int], scores: Sequence[float]
    ) -> list[int]:
        """Whole numbers with this mean and standard error (of a cohort of `of` patients)."""
        return by_rank(with_mean_and_sem(name, mean, sem, of, limits, self.rng), scores)

    def coded(self, weights: Weights, scores: Sequence[float]) -> list[Code]:
        """Codes in proportion to the weights; the first code for the lowest scores."""
        counts = quotas(weights, len(scores))
        return by_rank([code for code, count in counts.items() for _ in range(count)], scores)

    def chosen(
        self, count: float, scores: Sequence[float], among: Sequence[bool], of: float, too_few: str = ""
    ) -> list[bool]:
        """The `count` patients with the highest scores `among` those who can be.

        Where these are fewer, Infeasible is raised with `too_few`, or all are taken if it is empty.
        """
        able = sum(among)
        if too_few and able < count:
            raise Infeasible(too_few)
        chosen = min(round(count), able)
        return coded_where(among, self, {False: able - chosen, True: chosen}, scores, otherwise=False)


class Free:
    """Patients drawn one by one from the same distributions."""

    def measured(self, shape: Shape, scores: Sequence[float]) -> list[float]:
        """Values of the distribution `shape`, higher for higher scores."""
        return [shape.at(NORMAL.cdf(one)) for one in scores]

    def spread(
        self, name: str, mean: float, sem: float, of: int, limits: tuple[int, int], scores: Sequence[float]
    ) -> list[int]:
        """Whole numbers of the distribution with this mean and standard error."""
        sd = sem * math.sqrt(of)
        return [min(max(round(mean + sd * one), limits[0]), limits[1]) for one in scores]

    def coded(self, weights: Weights, scores: Sequence[float]) -> list[Code]:
        """Codes with probabilities in proportion to the weights; the first for the lowest scores."""
        cuts = list(accumulate(weights.values()))
        codes = list(weights)
        return [codes[min(bisect_left(cuts, NORMAL.cdf(one) * cuts[-1]), len(codes) - 1)] for one in scores]

    def chosen(
        self, count: float, scores: Sequence[float], among: Sequence[bool], of: float, too_few: str = ""
    ) -> list[bool]:
        """Patients with high scores `among` those who can be: `count` of every `of` who can."""
        share = min(count / of, 1.0) if of else 0.0
        return coded_where(among, self, {False: 1 - share, True: share}, scores, otherwise=False)


Draw = Exact | Free


def coded_where(
    flags: Sequence[bool], draw: Draw, weights: Weights, scores: Sequence[float], otherwise: object = None
) -> list[object]:
    """A code for each flagged patient, `otherwise` for the others."""
    own = iter(draw.coded(weights, [one for one, flag in zip(scores, flags, strict=True) if flag]))
    return [next(own) if flag else otherwise for flag in flags]
