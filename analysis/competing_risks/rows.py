"""The rows of a competing-risks analysis: checked, complete, times that differ by rounding made one."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.survival.rows import complete_rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CauseRows:
    """The complete rows, in the order given: follow-up `time`, its `cause` (0 censored) and `entry`.

    `entry` is None where everyone is under observation from the start. `used` marks these rows among
    all rows given, `missing` counts the others.
    """

    time: np.ndarray
    cause: np.ndarray
    entry: np.ndarray | None
    missing: int
    used: np.ndarray = field(repr=False)

    @property
    def n(self) -> int:
        return self.time.size


def cause_rows(
    time: ArrayLike, cause: ArrayLike, entry: ArrayLike | None = None, known: np.ndarray | None = None
) -> CauseRows:
    """Check the rows and keep those with a time, a cause and an entry, if any.

    `known`, if given, marks the rows that are complete in everything else. Raises ValueError, naming the
    row counted from 0, for a cause that is not a whole number of 0 or more, and as
    `survival.rows.complete_rows` for impossible times and entries and for columns of unequal length.
    """
    causes = np.asarray(cause, dtype=float).reshape(-1)
    with np.errstate(invalid="ignore"):
        possible = np.isnan(causes) | ((causes >= 0) & (causes == np.floor(causes)) & np.isfinite(causes))
    if not possible.all():
        row = int(possible.argmin())
        raise ValueError(f"row {row} has a cause that is not a whole number of 0 or more: {causes[row]:g}")
    any_event = np.where(np.isnan(causes), np.nan, causes > 0)
    rows = complete_rows(time, any_event, entry, known)
    return CauseRows(
        time=rows.times[rows.place],
        cause=causes[rows.used].astype(np.int64),
        entry=None if rows.entry is None else rows.times[rows.entry],
        missing=rows.missing,
        used=rows.used,
    )


def check_cause(cause: int) -> int:
    """`cause` itself. Raises ValueError unless it is a whole number of 1 or more."""
    if not 1 <= cause < math.inf or cause != int(cause):
        raise ValueError(f"a cause of interest is a whole number of 1 or more, not {cause!r}")
    return int(cause)


def codes(labels: Iterable[Hashable]) -> np.ndarray:
    """Labels of any kind as 0, 1, … in the order in which they first occur; None and NaN are -1."""
    values = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    found: dict[Hashable, int] = {}
    # NaN is the only label that differs from itself
    places = (-1 if one is None or one != one else found.setdefault(one, len(found)) for one in values)
    return np.fromiter(places, dtype=np.int64, count=len(values))


def count_on(ordered: np.ndarray, distinct: np.ndarray) -> np.ndarray:
    """How many of the `ordered` times fall on each of the `distinct` times, both ascending."""
    return np.diff(np.searchsorted(ordered, distinct, side="right"), prepend=0)


def count_at_risk(ordered: np.ndarray, entries: np.ndarray | None, at: np.ndarray) -> np.ndarray:
    """How many rows are at risk at each of `at`, entry < at <= time; all three ascending."""
    gone = np.searchsorted(ordered, at, side="left")
    entered = ordered.size if entries is None else np.searchsorted(entries, at, side="left")
    return entered - gone
