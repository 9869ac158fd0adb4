"""Indirect identifiers made coarser until at least K cases share every combination of them.

An outsider who knows age, sex, year of the operation and site of the primary of one person finds
either nobody or at least K cases. The steps are taken for all cases alike, the least loss first;
what is still rare after a step is left empty in a few rows, but only in as many as FEW allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analysis.release.tables import ReleasedColumn, Value
from registry.labels import Label

K = 5
FEW = 0.05  # of the rows, at most, are emptied rather than making all others coarser
IDENTIFIERS = ("age_y", "sex", "surgery_year", "primary_site", "primary_group")
EMPTIED = Label("left empty where fewer than 5 cases share it", "不足5例相同者留空")
PERIOD_YEARS = 5

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One coarsening of one column; `value` gives the coarser value, None leaves the column out."""

    column: str
    made: Label
    value: Callable[[Value], Value] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done: how many cases were rare before, the steps taken, how many rows were emptied.

    `smallest` is the smallest number of cases that share a combination in the file (0: no case).
    """

    rare_before: int
    unique_before: int
    steps: tuple[Label, ...]
    emptied: int
    smallest: int


class TooFewCases(Exception):
    """Fewer than K cases in all: no coarsening protects them."""


def _age_band(width: int) -> Callable[[Value], Value]:
    def band(age: Value) -> Value:
        if age is None or (isinstance(age, str) and age.endswith("+")):
            return age
        low = int(str(age).partition("-")[0]) // width * width
        return f"{low}-{low + width - 1}"

    return band


def _from_sixty(age: Value) -> Value:
    if age is None:
        return None
    return "60+" if int(str(age).rstrip("+").partition("-")[0]) >= 60 else "0-59"


def _period(year: Value) -> Value:
    if year is None:
        return None
    first = int(year) // PERIOD_YEARS * PERIOD_YEARS
    return f"{first}-{first + PERIOD_YEARS - 1}"


STEPS: tuple[Step, ...] = (
    Step("age_y", Label("age in bands of 5 years", "年龄按5岁分组"), _age_band(5)),
    Step("age_y", Label("age in bands of 10 years", "年龄按10岁分组"), _age_band(10)),
    Step("primary_site", Label("site of the primary left out, its group stays", "原发灶部位改为分组"), None),
    Step("surgery_year", Label("year of operation in periods of 5", "手术年份按5年分组"), _period),
    Step("age_y", Label("age below 60 or from 60", "年龄分为60岁以下及60岁以上"), _from_sixty),
    Step("primary_group", Label("group of the primary left out", "不导出原发灶分组"), None),
    Step("surgery_year", Label("year of operation left out", "不导出手术年份"), None),
    Step("age_y", Label("age left out", "不导出年龄"), None),
)


def apply(
    columns: Sequence[ReleasedColumn], values: Sequence[Sequence[Value]]
) -> tuple[list[ReleasedColumn], list[list[Value]], Outcome]:
    """The columns with their values, coarse enough. Raises TooFewCases below K cases (none is fine)."""
    cases = len(values[0])
    if 0 < cases < K:
        raise TooFewCases
    kept = {
        column.name: (column, list(column_values))
        for column, column_values in zip(columns, values, strict=True)
    }
    sizes = Counter(_combinations(kept, cases)).values()
    rare, unique = sum(size for size in sizes if size < K), sum(size == 1 for size in sizes)
    taken = []
    for step in STEPS:
        if len(_rare(kept, cases)) <= FEW * cases:
            break
        if step.column in kept:
            _take(kept, step)
            taken.append(step.made)
    emptied = _rare(kept, cases)
    _empty(kept, emptied)
    smallest = min(Counter(_combinations(kept, cases)).values(), default=0)
    outcome = Outcome(rare, unique, tuple(taken), len(emptied), smallest)
    return [column for column, _ in kept.values()], [found for _, found in kept.values()], outcome


def _combinations(kept: dict, cases: int) -> list[Row]:
    used = [kept[name][1] for name in IDENTIFIERS if name in kept]
    return list(zip(*used, strict=True)) if used else [()] * cases


def _rare(kept: dict, cases: int) -> list[int]:
    """The rows to be emptied: those in groups below K, and others until the empty rows are K together."""
    groups: dict[Row, list[int]] = {}
    for number, combination in enumerate(_combinations(kept, cases)):
        groups.setdefault(combination, []).append(number)
    empty = sum(len(groups.pop(one)) for one in list(groups) if not any(value is not None for value in one))
    by_size = sorted(groups.values(), key=len)
    found = [row for rows in by_size if len(rows) < K for row in rows]
    large = [rows for rows in by_size if len(rows) >= K]
    if 0 < empty + len(found) < K:
        found += _spare(large, K - empty - len(found))
    return found


def _spare(groups: Sequence[list[int]], wanted: int) -> list[int]:
    """Rows of large groups to keep rare ones company; a whole group where none has rows to spare."""
    for rows in reversed(groups):
        if len(rows) - wanted >= K:
            return rows[:wanted]
    return list(groups[0]) if groups else []


def _take(kept: dict, step: Step) -> None:
    if step.value is None:
        del kept[step.column]
        return
    column, found = kept[step.column]
    kept[step.column] = (replace(column, kind="text", made=step.made), [step.value(one) for one in found])


def _empty(kept: dict, rows: Sequence[int]) -> None:
    for name in IDENTIFIERS if rows else ():
        if name in kept:
            column, found = kept[name]
            for row in rows:
                found[row] = None
            made = Label(f"{column.made.en}; {EMPTIED.en}", f"{column.made.zh}；{EMPTIED.zh}")
            kept[name] = (replace(column, made=made), found)
