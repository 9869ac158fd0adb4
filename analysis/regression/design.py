"""The covariates of a model as numbers: columns of a table become the columns of a design matrix."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from analysis.survival.placing import read_labels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A design matrix without intercept.

    `matrix` (n, k) has a column for each of `names` and NaN where the value is missing. `levels` gives, for
    each column that was text, its levels: the first is the reference. `missing` rows lack a value.
    """

    names: tuple[str, ...]
    matrix: np.ndarray = field(repr=False)
    levels: Mapping[str, tuple[Hashable, ...]]
    missing: int


def design(columns: Mapping[str, ArrayLike]) -> Design:
    """Numbers and truth values as they are, text as indicators "column=level" against its first level.

    Levels are in the order of their text. A column is text when any of its values is; None and NaN are
    missing. A text column with one level gives no indicator, one without any value a column of NaN.
    Raises ValueError for no columns and for columns of unequal length.
    """
    if not columns:
        raise ValueError("a design needs at least one column")
    names: list[str] = []
    parts: list[np.ndarray] = []
    levels: dict[str, tuple[Hashable, ...]] = {}
    size, absent = None, False
    for name, values in columns.items():
        array = np.asarray(values)
        array = array.reshape(-1) if array.dtype.kind in "biuf" else np.array(list(values), dtype=object)
        size = array.size if size is None else size
        if array.size != size:
            raise ValueError(f"column {name!r} has {array.size} values, not {size}")
        if _is_numeric(array):
            names.append(name)
            parts.append(array.astype(float))
            absent |= np.isnan(parts[-1])
            continue
        found = read_labels(array)
        levels[name] = found.levels
        absent |= found.place < 0
        for place, level in enumerate(found.levels[1:], start=1):
            names.append(f"{name}={level}")
            parts.append(np.where(found.place < 0, np.nan, found.place == place))
    matrix = np.column_stack(parts) if parts else np.zeros((size, 0))
    return Design(names=tuple(names), matrix=matrix, levels=levels, missing=int(np.sum(absent)))


def _is_numeric(array: np.ndarray) -> bool:
    return array.dtype.kind in "biuf" or all(value is None or isinstance(value, Real) for value in array)
