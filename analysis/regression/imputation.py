"""Multiple imputation by chained equations: what is missing is drawn again and again from what is known.

Each incomplete column is drawn from a regression on all other columns, on the event indicator and on
the cumulative hazard at the end of each follow-up:

- numbers by predictive mean matching: the regression coefficients are drawn from their posterior, and
  a case receives the value of one of the 5 cases whose predicted value is nearest. Only values that
  occur are imputed, so skewed measurements keep their shape, limits and whole numbers;
- two values or categories by a (multinomial) logistic model whose coefficients are drawn from
  the normal approximation of their posterior. A weak normal prior (standard deviation 2.5 per
  standard deviation of the covariate) keeps them finite under separation.

The outcome itself is never imputed. Every draw follows from the seed, and the first tables do not
change when more are asked for.

Sources: van Buuren & Groothuis-Oudshoorn 2011 (chained equations); Little 1988 and Morris, White &
Royston 2014 (predictive mean matching, donors); White & Royston 2009 (event indicator and
Nelson-Aalen estimate as predictors); White, Royston & Wood 2011 (number of imputations);
White, Daniel & Royston 2010 (perfect prediction).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.regression.imputation_draws import draw_categories, draw_matched
from analysis.regression.missing import as_entries, is_missing

LEAST_IMPUTATIONS = 20
CYCLES = 10  # rounds through the incomplete columns for each table
MOST_LEVELS = 15  # a column of words with more levels than this is no category

Table = dict[str, np.ndarray]

_LEAVE_OUT = "leave such rows out"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Imputations:
    """`m` completed tables, to be read like a sequence of them.

    `methods` says how each incomplete column was drawn ("pmm", "logistic", "multinomial"),
    `not_imputed` names columns that stay incomplete and why ("no_values", "no_variation").
    `incomplete` of `n` rows lacked a value that was imputed.
    """

    tables: tuple[Table, ...] = field(repr=False)
    seed: int
    cycles: int
    n: int
    incomplete: int
    methods: Mapping[str, str]
    not_imputed: Mapping[str, str]

    @property
    def m(self) -> int:
        return len(self.tables)

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)

    def __getitem__(self, index: int) -> Table:
        return self.tables[index]


def impute(
    columns: Mapping[str, ArrayLike],
    *,
    seed: int,
    m: int | None = None,
    event: ArrayLike | None = None,
    time: ArrayLike | None = None,
    outcome: Sequence[str] = (),
) -> Imputations:
    """`m` completed copies of the table `columns` (name to values (n,); numbers or words; None, NaN missing).

    `event` (0, 1) and `time` of the survival outcome serve as predictors. `outcome` names columns that are
    outcomes themselves: predictors, too, but never imputed. Without `m`, as many tables as percent of the
    rows are incomplete, and at least 20; fewer are refused. Numbers come back as floats.

    Raises ValueError for an incomplete outcome, lengths that differ, an infinite number, a column that mixes
    numbers and words or has more than 15 different words, an `m` that is too small, a negative seed.
    """
    kinds = [_column(name, values) for name, values in columns.items()]
    n = _common_length(kinds)
    extra = _outcome_predictors(event, time, n)
    _refuse_incomplete_outcome(kinds, outcome)
    incomplete = [one for one in kinds if one.method]
    incomplete.sort(key=lambda one: int(one.missing.sum()))
    rows = int(np.any([one.missing for one in incomplete], axis=0).sum()) if incomplete else 0
    cycles = CYCLES if len(incomplete) > 1 else 1
    children = np.random.SeedSequence(_whole(seed)).spawn(_number(m, rows, n))
    return Imputations(
        tables=tuple(
            _completed(kinds, incomplete, extra, cycles, np.random.default_rng(child)) for child in children
        ),
        seed=int(seed),
        cycles=cycles,
        n=n,
        incomplete=rows,
        methods={one.name: one.method for one in kinds if one.method},
        not_imputed={one.name: one.reason for one in kinds if one.reason},
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """A column as numbers: its values, or the positions of its values among `levels`."""

    name: str
    values: np.ndarray
    levels: np.ndarray | None
    missing: np.ndarray
    method: str | None
    reason: str | None

    def encoded(self, values: np.ndarray) -> np.ndarray:
        """The predictors (n, ·) made of this column: itself, or an indicator of each level but the first."""
        if self.reason or (self.levels is not None and self.levels.size < 2):
            return np.empty((values.size, 0))
        if self.levels is None:
            return values[:, None]
        return (values[:, None] == np.arange(1, self.levels.size)).astype(float)

    def decoded(self, values: np.ndarray) -> np.ndarray:
        """The values as they were given, with NaN or None where still missing."""
        if self.levels is None:
            return values.copy()
        gap = np.isnan(values)
        decoded = np.full(values.size, np.nan if self.levels.dtype.kind == "f" else None)
        decoded[~gap] = self.levels[values[~gap].astype(int)]
        return decoded


def _column(name: str, values: ArrayLike) -> _Column:
    missing = is_missing(values)
    entries = as_entries(values)
    present = entries[~missing]
    words = sum(isinstance(one, str) for one in present.tolist())
    if 0 < words < present.size:
        raise ValueError(f"column {name!r} mixes numbers and words")
    numbers = not words
    present = present.astype(float) if numbers else present.astype(object)
    if numbers and np.isinf(present).any():
        raise ValueError(f"column {name!r} holds an infinite value")
    levels, codes = np.unique(present, return_inverse=True)
    if not numbers and levels.size > MOST_LEVELS:
        raise ValueError(f"column {name!r} has {levels.size} different words, too many for a category")
    category = not numbers or levels.size <= 2
    filled = np.full(entries.size, np.nan)
    filled[~missing] = codes if category else present
    reason = ("no_values", "no_variation")[levels.size] if missing.any() and levels.size < 2 else None
    method = "pmm" if not category else "logistic" if levels.size == 2 else "multinomial"
    wanted = method if missing.any() and not reason else None
    return _Column(name, filled, levels if category else None, missing, wanted, reason)


def _common_length(kinds: Sequence[_Column]) -> int:
    lengths = {one.values.size for one in kinds}
    if len(lengths) > 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    return lengths.pop() if lengths else 0


def _refuse_incomplete_outcome(kinds: Sequence[_Column], outcome: Sequence[str]) -> None:
    by_name = {one.name: one for one in kinds}
    for name in outcome:
        if name not in by_name:
            raise ValueError(f"there is no column {name!r}")
        rows = np.flatnonzero(by_name[name].missing)
        if rows.size:
            raise ValueError(f"row {rows[0]} has no {name!r}: outcomes are never imputed, {_LEAVE_OUT}")


def _outcome_predictors(event: ArrayLike | None, time: ArrayLike | None, n: int) -> np.ndarray:
    """Event indicator and Nelson-Aalen estimate (n, 2), or nothing (n, 0)."""
    if (event is None) != (time is None):
        raise ValueError("event and time are given together or not at all")
    if event is None:
        return np.empty((n, 0))
    status, times = (np.asarray(column, dtype=float).reshape(-1) for column in (event, time))
    if status.size != n or times.size != n:
        raise ValueError(f"{status.size} events and {times.size} times but {n} rows")
    rows = np.flatnonzero(np.isnan(status) | np.isnan(times))
    if rows.size:
        raise ValueError(f"row {rows[0]} has no event or no time: outcomes are never imputed, {_LEAVE_OUT}")
    return np.column_stack([status, nelson_aalen(times, status)])


def nelson_aalen(time: ArrayLike, event: ArrayLike) -> np.ndarray:
    """The cumulative hazard H(T) at the end of each case's own follow-up (Nelson 1972, Aalen 1978).

    `time` and `event` (n,; 0 or 1), without missing values. Raises ValueError for negative or infinite
    times and for an event other than 0 and 1.
    """
    from analysis.survival import kaplan_meier

    curve = kaplan_meier(time, event)
    hazard = np.cumsum(curve.events / curve.at_risk)
    return hazard[np.searchsorted(curve.time, np.asarray(time, dtype=float).reshape(-1))]


def _number(m: int | None, incomplete: int, n: int) -> int:
    """How many tables: m, or as many as percent of the rows are incomplete, but at least 20."""
    least = max(LEAST_IMPUTATIONS, math.ceil(100 * incomplete / n)) if n else LEAST_IMPUTATIONS
    if m is not None and m < least:
        raise ValueError(f"m is {m}; with {incomplete} of {n} rows incomplete it must be at least {least}")
    return least if m is None else int(m)


def _whole(seed: int) -> int:
    if seed != int(seed) or seed < 0:
        raise ValueError(f"the seed must be a whole number from 0 on, not {seed}")
    return int(seed)


def _completed(
    kinds: Sequence[_Column],
    incomplete: Sequence[_Column],
    extra: np.ndarray,
    cycles: int,
    generator: np.random.Generator,
) -> Table:
    """One table: start from values drawn at random, then go round the incomplete columns."""
    current = {one.name: one.values.copy() for one in kinds}
    for one in incomplete:
        seen = one.values[~one.missing]
        current[one.name][one.missing] = generator.choice(seen, size=int(one.missing.sum()))
    for _ in range(cycles):
        for one in incomplete:
            others = [other.encoded(current[other.name]) for other in kinds if other is not one]
            design = _standardised(np.hstack([*others, extra]))
            known, wanted = design[~one.missing], design[one.missing]
            draw = draw_matched if one.levels is None else draw_categories
            current[one.name][one.missing] = draw(one.values[~one.missing], known, wanted, generator)
    return {one.name: one.decoded(current[one.name]) for one in kinds}


def _standardised(columns: np.ndarray) -> np.ndarray:
    """A column of ones and the columns that vary, with mean 0 and standard deviation 1."""
    centred = columns - columns.mean(axis=0)
    scale = np.sqrt((centred**2).mean(axis=0))
    varying = scale > 1e-12 * np.abs(columns).max(axis=0, initial=0.0)
    return np.column_stack([np.ones(len(columns)), centred[:, varying] / scale[varying]])
