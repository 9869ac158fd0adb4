"""Rows split by the group they belong to, and labels in an order that does not depend on the rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

# A square of this size, summed over any cohort, is still a number a computer can hold.
LARGEST = 1e100


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The values of each group, groups in the order of `ordered`; `missing` rows lacked value or group.

    `samples` are float arrays without NaN, none of them empty.
    """

    levels: tuple[Hashable, ...]
    samples: tuple[np.ndarray, ...] = field(repr=False)
    missing: int

    @property
    def n(self) -> int:
        """The rows that entered."""
        return sum(sample.size for sample in self.samples)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The rows of each group."""
        return tuple(sample.size for sample in self.samples)


def split(values: ArrayLike, group: Iterable[object]) -> Groups:
    """`values` by `group`; rows that lack either are left out and counted.

    Raises ValueError for unequal lengths and for a value that is infinite or beyond 1e100, naming its row.
    """
    column, labels = numeric(values), as_labels(group)
    if column.size != len(labels):
        raise ValueError(f"{column.size} values but {len(labels)} group labels")
    levels, codes = encode(labels)
    used = ~np.isnan(column) & (codes >= 0)
    samples = [(level, column[used & (codes == code)]) for code, level in enumerate(levels)]
    present = [(level, sample) for level, sample in samples if sample.size]
    return Groups(
        levels=tuple(level for level, _ in present),
        samples=tuple(sample for _, sample in present),
        missing=int(column.size - used.sum()),
    )


def cross_tabulate(
    values: Iterable[object], group: Iterable[object]
) -> tuple[np.ndarray, tuple[Hashable, ...], tuple[Hashable, ...], int]:
    """Counts of each value (columns) in each group (rows), with groups, values and the rows left out.

    Only rows that have both enter, so no row and no column is empty. Raises ValueError for unequal lengths.
    """
    columns, rows = as_labels(values), as_labels(group)
    if len(columns) != len(rows):
        raise ValueError(f"{len(columns)} values but {len(rows)} group labels")
    both = [
        (row, column)
        for row, column in zip(rows, columns, strict=True)
        if not (is_missing(row) or is_missing(column))
    ]
    groups, row_codes = encode([row for row, _ in both])
    categories, column_codes = encode([column for _, column in both])
    cells = np.bincount(
        row_codes * max(len(categories), 1) + column_codes, minlength=len(groups) * len(categories)
    )
    return cells.reshape(len(groups), len(categories)), groups, categories, len(rows) - len(both)


def counts(values: Iterable[object]) -> dict[Hashable, int]:
    """How often each value occurs, missing ones left out, in the order of `ordered`."""
    found = Counter(label for label in as_labels(values) if not is_missing(label))
    return {level: found[level] for level in ordered(found)}


def ordered(levels: Iterable[Hashable]) -> tuple[Hashable, ...]:
    """Labels in a stable order: ascending where all read as numbers, else by their text."""
    distinct = list(levels)
    numbers = [_as_number(level) for level in distinct]
    if None not in numbers:
        return tuple(level for _, _, level in sorted(zip(numbers, map(str, distinct), distinct, strict=True)))
    return tuple(sorted(distinct, key=lambda level: (str(level), type(level).__name__)))


def numeric(values: ArrayLike) -> np.ndarray:
    """`values` as floats, None as NaN. Raises ValueError for one beyond ±1e100, naming its row."""
    column = np.asarray(values, dtype=float).reshape(-1)
    beyond = np.flatnonzero(np.abs(column) > LARGEST)
    if beyond.size:
        raise ValueError(f"row {beyond[0]} holds {column[beyond[0]]}, too large for a measurement")
    return column


def encode(labels: Sequence[Hashable]) -> tuple[tuple[Hashable, ...], np.ndarray]:
    """The distinct labels in order and the position of each row's label among them; -1 where missing."""
    levels = ordered({label for label in labels if not is_missing(label)})
    position = {level: index for index, level in enumerate(levels)}
    codes = (-1 if is_missing(label) else position[label] for label in labels)
    return levels, np.fromiter(codes, dtype=np.int64, count=len(labels))


def as_labels(column: Iterable[object]) -> list[Hashable]:
    """A column of labels as plain Python values: what was a numpy number is one of Python's."""
    return column.reshape(-1).tolist() if isinstance(column, np.ndarray) else list(column)


def is_missing(label: object) -> bool:
    """None and NaN are missing; NaN is the only label that differs from itself."""
    return label is None or label != label


def _as_number(level: Hashable) -> float | None:
    try:
        number = float(level)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
