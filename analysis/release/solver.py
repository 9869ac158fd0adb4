"""What an attacker can compute about a count that is not printed: the range left by those that are.

Every printed number counts a set of cases. Cases that are in exactly the same sets are one kind; how
many there are of each kind is unknown, everything else is taken as known. That is more than any
reader knows, so a range that is wide here is at least as wide for a reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

MOST_KINDS = 2_500  # further kinds are taken as known as well, which only narrows the ranges
SURE = 1e-6


@dataclass(frozen=True, slots=True)
class Kinds:
    """`sets` (one row each) over kinds of cases, and how many cases are of each kind."""

    sets: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, membership: np.ndarray) -> Kinds:
        """From sets over cases (boolean, one row for each set)."""
        if not membership.size:
            return cls(membership.astype(float), np.ones(membership.shape[1]))
        packed = np.ascontiguousarray(np.packbits(membership, axis=0).T)
        _, first, counts = np.unique(packed, axis=0, return_index=True, return_counts=True)
        return cls(membership[:, first].astype(float), counts.astype(float))


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range, a solution that reaches it, and which published sets it hangs on."""

    value: float
    solution: np.ndarray
    hangs_on: np.ndarray


@dataclass(slots=True)
class Attack:
    """The ranges of hidden counts while the sets `published` are known."""

    kinds: Kinds
    published: list[int]
    _free: np.ndarray | None = None
    _witnesses: list[np.ndarray] = field(default_factory=list)

    def publish_only(self, published: list[int]) -> None:
        """Go on with fewer published sets; what was possible before still is."""
        self.published = published

    def is_wide(self, target: np.ndarray, wider_than: float) -> bool:
        """Whether the count of `target` (a weight for each kind) can differ by more than that."""
        if self._witnesses:
            seen = np.array(self._witnesses) @ target
            if seen.max() - seen.min() > wider_than:
                return True
        return self.upper(target).value - self.lower(target).value > wider_than

    def upper(self, target: np.ndarray) -> Bound:
        bound = self.lower(-target)
        return Bound(-bound.value, bound.solution, bound.hangs_on)

    def lower(self, target: np.ndarray) -> Bound:
        """The least that the count of `target` can be."""
        free = self._chosen(target)
        known = self.kinds.sets[self.published]
        matrix, counts = known[:, free], self.kinds.counts
        wanted = matrix @ counts[free]
        found = linprog(
            target[free],
            A_eq=csr_array(matrix) if len(self.published) else None,
            b_eq=wanted if len(self.published) else None,
            bounds=(0, None),
            method="highs",
        )
        if found.status == 3:  # without a published total there is no limit
            return Bound(-np.inf, counts, np.zeros(0, dtype=int))
        if found.status != 0:
            return Bound(float(target @ counts), counts, np.arange(len(self.published)))
        solution = counts.copy()
        solution[free] = found.x
        self._witnesses.append(solution)
        hangs = np.flatnonzero(np.abs(found.eqlin.marginals) > SURE) if len(self.published) else np.zeros(0)
        return Bound(float(target @ solution), solution, hangs.astype(int))

    def _chosen(self, target: np.ndarray) -> np.ndarray:
        """The kinds whose counts are unknown: all, or those of the target and a fixed sample of others."""
        if len(self.kinds.counts) <= MOST_KINDS:
            return np.arange(len(self.kinds.counts))
        if self._free is None:
            order = np.random.default_rng(0).permutation(len(self.kinds.counts))
            self._free = order[:MOST_KINDS]
        return np.union1d(self._free, np.flatnonzero(target))
