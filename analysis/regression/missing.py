"""What is missing: counts per variable and group, the patterns in which values are missing, complete cases.

None and NaN are missing, in columns of numbers and of words alike; an empty word is a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class MissingCount:
    """`count` of `total` rows lack the value."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        """The share 0 … 1; None without rows."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingColumn:
    """One variable: how many rows lack it, of all and in each group."""

    name: str
    overall: MissingCount
    groups: Mapping[Hashable, MissingCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The `count` rows that lack exactly the variables `missing`; none of them for complete rows."""

    missing: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Missing:
    """A table's missing values. `patterns` are ordered by frequency; `complete` marks complete rows.

    `complete_cases` are their number overall, `complete_by_group` in each group. Rows without a group
    count overall only; `without_group` says how many they are.
    """

    n: int
    columns: tuple[MissingColumn, ...]
    patterns: tuple[Pattern, ...]
    complete_by_group: Mapping[Hashable, MissingCount]
    without_group: int
    complete: np.ndarray = field(repr=False)

    @property
    def complete_cases(self) -> int:
        return int(self.complete.sum())

    @property
    def incomplete_share(self) -> float | None:
        """The share of rows that lack any value; None without rows."""
        return 1 - self.complete_cases / self.n if self.n else None


def missing_patterns(columns: Mapping[str, ArrayLike], group: ArrayLike | None = None) -> Missing:
    """Describe what the table `columns` (name to values, all of one length) lacks, by `group` if given.

    Raises ValueError when lengths differ.
    """
    names = tuple(columns)
    masks = [is_missing(columns[name]) for name in names]
    labels = None if group is None else np.asarray(group, dtype=object).reshape(-1)
    lengths = {mask.size for mask in masks} | (set() if labels is None else {labels.size})
    if len(lengths) > 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    n = lengths.pop() if lengths else 0
    matrix = np.column_stack(masks) if masks else np.zeros((n, 0), dtype=bool)
    incomplete = matrix.any(axis=1)
    rows = _rows_by_group(labels)
    return Missing(
        n=n,
        columns=tuple(
            MissingColumn(name=name, overall=MissingCount(int(mask.sum()), n), groups=_count(mask, rows))
            for name, mask in zip(names, masks, strict=True)
        ),
        patterns=_patterns(names, matrix),
        complete_by_group=_count(~incomplete, rows),
        without_group=0 if labels is None else int(is_missing(labels).sum()),
        complete=~incomplete,
    )


def is_missing(values: ArrayLike) -> np.ndarray:
    """Which entries (n,) are None or NaN."""
    entries = as_entries(values)
    if entries.dtype.kind == "f":
        return np.isnan(entries)
    # NaN is the one value that differs from itself
    return np.fromiter((one is None or one != one for one in entries), dtype=bool, count=entries.size)


def as_entries(values: ArrayLike) -> np.ndarray:
    """The column as an array (n,) of floats, or of its entries as they are.

    A list goes in as objects: as an array of words it would turn NaN into the word "nan".
    """
    known = hasattr(values, "dtype")
    entries = (np.asarray(values) if known else np.asarray(values, dtype=object)).reshape(-1)
    return entries.astype(float) if entries.dtype.kind in "biuf" else entries.astype(object)


def _rows_by_group(labels: np.ndarray | None) -> dict[Hashable, np.ndarray]:
    if labels is None:
        return {}
    known = labels[~is_missing(labels)]
    levels = sorted(set(known.tolist()), key=lambda level: (isinstance(level, str), level))
    return {level: np.flatnonzero(labels == level) for level in levels}


def _count(mask: np.ndarray, rows: Mapping[Hashable, np.ndarray]) -> dict[Hashable, MissingCount]:
    return {level: MissingCount(int(mask[own].sum()), int(own.size)) for level, own in rows.items()}


def _patterns(names: tuple[str, ...], matrix: np.ndarray) -> tuple[Pattern, ...]:
    """The patterns that occur, the most frequent first, then those that lack less, then in column order."""
    counts = Counter(tuple(np.flatnonzero(row).tolist()) for row in matrix)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], len(item[0]), item[0]))
    return tuple(Pattern(missing=tuple(names[k] for k in key), count=count) for key, count in ordered)
