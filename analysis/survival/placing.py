"""Places of values among their distinct values: of times on their scale, of labels among their levels."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from numbers import Real

import numpy as np

# Two times are one when they differ by no more than this share of the mean time, as in R. A time computed as
# 0.1 + 0.2 is then tied with one read as 0.3. Unlike R's, the rule does not depend on the unit of time.
SAME_TIME = math.sqrt(np.finfo(float).eps)
GRID_FROM = 5_000  # rows from which looking for a grid is faster than sorting
GRID_SAMPLE = 4_096
GRID_CELLS = 4  # per row, at most


def place_values(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values in ascending order, and for each value its place among them. No NaN."""
    if values.size >= GRID_FROM:
        found = _place_on_grid(values)
        if found:
            return found
    order = np.argsort(values)
    ordered = values[order]
    fresh = np.ones(values.size, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    place = np.empty(values.size, dtype=np.int64)
    place[order] = np.cumsum(fresh) - 1
    return ordered[fresh], place


def _place_on_grid(values: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The same in linear time for values on a grid, such as whole days in any unit; None for others.

    A sample suggests the width of a cell; that no cell holds two different values is checked on all.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # infinite labels and minute gaps: no grid
        gaps = np.diff(np.sort(values[:: values.size // GRID_SAMPLE]))
        gaps = gaps[gaps > 0]
        if not gaps.size:
            return None
        low, per_unit = values.min(), 2 / gaps.min()
        if not (values.max() - low) * per_unit <= GRID_CELLS * values.size:
            return None
        cell = ((values - low) * per_unit).astype(np.int64)
    held = np.full(int(cell.max()) + 1, np.nan)
    held[cell] = values
    if (held[cell] != values).any():
        return None
    filled = ~np.isnan(held)
    return held[filled].astype(values.dtype), (np.cumsum(filled) - 1)[cell]


def join_near(distinct: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give values that differ by rounding only the place of the smallest of them."""
    near = np.diff(distinct) <= SAME_TIME * (distinct.mean() if distinct.size else 0.0)
    if not near.any():
        return distinct, place
    first = np.append(True, ~near)
    return distinct[first], (np.cumsum(first) - 1)[place]


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Which level each row belongs to: `place` among `levels`, -1 where the label is missing.

    Levels are in ascending order when all are numbers, otherwise in the order of their text.
    """

    place: np.ndarray
    levels: tuple[Hashable, ...]


def read_labels(labels: Iterable[Hashable]) -> Labels:
    """The levels of a group or stratum variable; None and NaN are missing."""
    array = np.asarray(labels) if hasattr(labels, "__array__") else np.array(list(labels), dtype=object)
    array = array.reshape(-1)
    if array.dtype.kind in "biuf":
        return _numeric_labels(array)
    values = array.tolist()
    absent = {value for value in set(values) if value is None or value != value}
    levels = tuple(sorted(set(values) - absent, key=_order(set(values) - absent)))
    place_of = {level: index for index, level in enumerate(levels)} | dict.fromkeys(absent, -1)
    place = np.fromiter(map(place_of.__getitem__, values), dtype=np.int64, count=len(values))
    return Labels(place, levels)


def _numeric_labels(array: np.ndarray) -> Labels:
    known = ~np.isnan(array)
    place = np.full(array.size, -1, dtype=np.int64)
    distinct, place[known] = place_values(array[known].astype(float))
    return Labels(place, tuple(distinct.astype(array.dtype).tolist()))


def _order(levels: set[Hashable]) -> Callable[[Hashable], object]:
    numeric = all(isinstance(level, Real) for level in levels)
    return (lambda level: level) if numeric else str
