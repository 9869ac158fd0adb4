"""The same chart for every surgeon or centre, where there are enough cases to show it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike

Result = TypeVar("Result")
AT_LEAST = 10  # cases: fewer say little and may point to a person


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitResult(Generic[Result]):
    """What was computed for one unit of `n` cases; withheld, as "too_few_cases", when these are too few."""

    unit: Hashable
    n: int
    result: Result | None
    reason: str | None = None


def per_unit(
    unit: Iterable[Hashable], compute: Callable[..., Result], *columns: ArrayLike, at_least: int = AT_LEAST
) -> tuple[UnitResult[Result], ...]:
    """`compute(*columns)` on the cases of each unit, in the order in which the units first occur.

    A unit with fewer than `at_least` cases is named with their number and nothing else. Cases without unit
    (None, NaN) are left out. Raises ValueError for columns of another length than `unit`.
    """
    units = unit.tolist() if isinstance(unit, np.ndarray) else list(unit)
    arrays = [np.asarray(column) for column in columns]
    for array in arrays:
        if len(array) != len(units):
            raise ValueError(f"{len(units)} units but {len(array)} rows of a column")
    cases: dict[Hashable, list[int]] = {}
    for row, one in enumerate(units):
        if one is not None and one == one:  # NaN differs from itself
            cases.setdefault(one, []).append(row)
    return tuple(
        UnitResult(unit=one, n=len(rows), result=None, reason="too_few_cases")
        if len(rows) < at_least
        else UnitResult(unit=one, n=len(rows), result=compute(*(array[rows] for array in arrays)))
        for one, rows in cases.items()
    )
