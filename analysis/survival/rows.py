"""The rows of a survival analysis: checked, complete, and placed on their common scale of distinct times.

Sources: Therneau, survival package (times equal up to rounding; at risk on (entry, time]).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.survival.placing import join_near, place_values

LONGEST = 1e100  # the squares and sums of longer times would not be finite


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The complete rows, in the order given.

    `times` are the distinct times and entries, ascending. A row leaves at `times[place]`, with the
    `event` or censored, and is at risk from after `times[entry]`; `entry` is None where everyone is at
    risk from the start. `used` marks these rows among all rows given, `missing` counts the others.
    """

    times: np.ndarray
    place: np.ndarray
    event: np.ndarray
    entry: np.ndarray | None
    used: np.ndarray = field(repr=False)

    @property
    def missing(self) -> int:
        return int(self.used.size - np.count_nonzero(self.used))


def complete_rows(
    time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None, known: np.ndarray | None = None
) -> Rows:
    """Check the rows and keep those with a time, an indicator (1 event, 0 censored) and an entry, if any.

    `known`, if given, marks the rows that are complete in everything else. Raises ValueError, naming the
    row counted from 0, for a negative or infinite time or entry, an indicator that is neither 0 nor 1,
    an entry that is not before the time; and for arrays of unequal length.
    """
    times, status = numbers(time), numbers(event)
    if times.size != status.size:
        raise ValueError(f"{times.size} times but {status.size} event indicators")
    if known is not None and known.size != times.size:
        raise ValueError(f"{times.size} times but {known.size} labels")
    refuse_times(times, "time")
    _refuse(~(np.isnan(status) | (status == 0) | (status == 1)), status, "an event that is neither 0 nor 1")
    used = ~(np.isnan(times) | np.isnan(status))
    if known is not None:
        used &= known
    if entry is None:
        distinct, place = join_near(*place_values(times[used]))
        return Rows(times=distinct, place=place, event=status[used] == 1, entry=None, used=used)
    entries = numbers(entry)
    if entries.size != times.size:
        raise ValueError(f"{times.size} times but {entries.size} entries")
    refuse_times(entries, "entry")
    used &= ~np.isnan(entries)
    distinct, place = join_near(*place_values(np.concatenate([times[used], entries[used]])))
    place, start = np.split(place, 2)
    _refuse_late(start >= place, np.flatnonzero(used), entries, times)
    return Rows(times=distinct, place=place, event=status[used] == 1, entry=start, used=used)


def numbers(values: ArrayLike) -> np.ndarray:
    """One row of floating-point numbers, NaN where a value is missing."""
    return np.asarray(values, dtype=float).reshape(-1)


def refuse_times(values: np.ndarray, what: str) -> None:
    """Raise ValueError, naming the row, for a negative or infinite time, or one too large to reckon with."""
    _refuse(np.isinf(values), values, f"an infinite {what}")
    _refuse(values > LONGEST, values, f"too long a {what}")
    _refuse(values < 0, values, f"a negative {what}")


def _refuse(wrong: np.ndarray, values: np.ndarray, what: str) -> None:
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"row {row} has {what}: {values[row]:g}")


def _refuse_late(late: np.ndarray, rows: np.ndarray, entries: np.ndarray, times: np.ndarray) -> None:
    if late.any():
        row = rows[late.argmax()]
        raise ValueError(f"row {row} enters at {entries[row]:g}, not before its time {times[row]:g}")
