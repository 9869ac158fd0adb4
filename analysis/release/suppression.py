"""Which numbers may leave the centre: no count from 1 to 10, and none that can be computed from others.

A unit is what is printed or left out as a whole: a cell, a clause, a tick of a curve. It tells the
sizes of one or several sets of cases. Units that tell a small set are hidden; then further ones,
until for each small set, and for each small difference between two sets, the numbers that are
left allow a range wider than 10. Nothing says which of the hidden units was small.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.release.solver import Attack, Kinds

SMALL = 10
WIDER_THAN = SMALL + 1  # a range of 11 numbers or more beyond the one that is there: 10 would be the rule
Unit = frozenset[int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which units are hidden, and whether what is always published is itself too small to leave."""

    hidden: frozenset[int]
    withheld: bool = False


def is_small(count: float) -> bool:
    return 1 <= count <= SMALL


def protect(
    membership: np.ndarray, units: Sequence[Unit], always: Iterable[int] = (), known: Iterable[int] = ()
) -> Outcome:
    """Which of `units` have to be hidden.

    `membership` has a row for each set and a column for each case; a unit names the sets whose
    sizes it tells. `always` are sets that are told in any case (the whole cohort), `known` those
    that have left before: neither can be hidden, and what the known ones alone give away cannot be mended.
    """
    sizes = membership.sum(axis=1)
    always, known = frozenset(always), frozenset(known)
    everything = frozenset(range(len(units)))
    if any(is_small(sizes[one]) for one in always):
        return Outcome(everything, withheld=True)
    work = _Work(membership, sizes, units, always, known)
    work.hide_units_with(np.flatnonzero([is_small(size) for size in sizes]))
    if work.hide_differences() and work.hide_until_wide():
        return Outcome(frozenset(work.hidden))
    return Outcome(everything, withheld=True)


class _Work:
    def __init__(
        self,
        membership: np.ndarray,
        sizes: np.ndarray,
        units: Sequence[Unit],
        always: frozenset[int],
        known: frozenset[int],
    ):
        self.membership, self.sizes, self.units = membership, sizes, units
        self.known, self.fixed = known, always | known
        self.hidden: set[int] = set()
        self.told_by: dict[int, list[int]] = {}
        for number, unit in enumerate(units):
            for one in unit:
                self.told_by.setdefault(one, []).append(number)
        self.differences = small_differences(membership)

    def shown_sets(self) -> list[int]:
        """The sets whose sizes a reader knows."""
        told = {one for number, unit in enumerate(self.units) if number not in self.hidden for one in unit}
        return sorted(told | self.fixed)

    def hide_units_with(self, sets: Iterable[int]) -> None:
        for one in sets:
            self.hidden.update(self.told_by.get(int(one), ()))

    def hide_differences(self) -> bool:
        """Of two sets that are printed and differ by a small one, hide that which less depends on.

        False where neither can be hidden.
        """
        for pair in self.differences:
            if not set(pair) <= set(self.shown_sets()) or set(pair) <= self.known:
                continue
            victim = self.dispensable(pair)
            if victim is None:
                return False
            self.hide_units_with([victim])
        return True

    def dispensable(self, sets: Iterable[int]) -> int | None:
        """Of these sets the one whose hiding costs least; None if none can be hidden."""
        can = [one for one in sets if one not in self.fixed]
        return min(can, key=self._cost, default=None)

    def _cost(self, one: int) -> tuple[int, int]:
        shown = [number for number in self.told_by.get(one, ()) if number not in self.hidden]
        return len(shown), int(self.sizes[one])

    def hide_until_wide(self) -> bool:
        """Hide more until the range of every target is wide; False where that is impossible."""
        kinds = Kinds.of(self.membership)
        attack = Attack(kinds, self.shown_sets())
        for target in self._targets(kinds):
            while not attack.is_wide(target, WIDER_THAN):
                ends = (attack.upper(target), attack.lower(target))
                blamed = {attack.published[one] for end in ends for one in end.hangs_on}
                victim = self.dispensable(blamed)
                if victim is None:
                    if self._is_given_away(kinds, target):
                        break
                    return False
                self.hide_units_with([victim])
                attack.publish_only(self.shown_sets())
        return True

    def _is_given_away(self, kinds: Kinds, target: np.ndarray) -> bool:
        """Whether what had left before tells the target already."""
        return bool(self.known) and not Attack(kinds, sorted(self.known)).is_wide(target, WIDER_THAN)

    def _targets(self, kinds: Kinds) -> list[np.ndarray]:
        small = [kinds.sets[one] for one in np.flatnonzero([is_small(size) for size in self.sizes])]
        between = [kinds.sets[large] - kinds.sets[less] for large, less in self.differences]
        distinct = {one.tobytes(): one for one in (*small, *between)}
        return list(distinct.values())


def small_differences(membership: np.ndarray) -> list[tuple[int, int]]:
    """The pairs (larger, smaller) of sets of which one contains the other and 1 to 10 cases more."""
    if not len(membership):
        return []
    sets = membership.astype(np.float32)
    common = sets @ sets.T
    sizes = np.diag(common)
    contained = common == sizes[None, :]  # column within row
    more = sizes[:, None] - sizes[None, :]
    pairs = np.argwhere(contained & (more >= 1) & (more <= SMALL) & (sizes[None, :] > 0))
    return [(int(large), int(less)) for large, less in pairs]
