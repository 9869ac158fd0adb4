"""Made series of cases for testing reports without a database: every column of the door is filled.

`series(n)` is unremarkable and depends on nothing but n; a test spoils the columns it is about.
"""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

from analysis.cohort.columns import COLUMNS, FAMILIES, Entry
from analysis.cohort.loading import CASE_NAME, CENTRE_KEY, encoded, tabulate
from analysis.dataset import Column, Dataset
from registry.labels import Label

FIRST_DAY = date(2021, 9, 1)
CENTRE = SimpleNamespace(centre_id="CN-TEST1", name=Label("Test hospital", "测试医院"))
DAYS_PER_MONTH = 30.4375


def series(size: int, **spoiled: object) -> Dataset:
    """`size` cases. A keyword names a column (or one flag of a family) and gives one value for all
    cases, or a list with one for each.
    """
    answers: dict[str, list] = {
        CASE_NAME: [f"CASE{number:05}" for number in range(1, size + 1)],
        CENTRE_KEY: [1] * size,
    }
    for entry in COLUMNS:
        answers[entry.path] = _spread(spoiled.pop(entry.column.name, None), size, entry)
    for family in FAMILIES:
        given = [spoiled.pop(column.name, 0.0) for column in family.columns()]
        flags = [one if isinstance(one, list) else [one] * size for one in given]
        answers[family.path] = [tuple(flag[row] for flag in flags) for row in range(size)]
    if spoiled:
        raise ValueError(f"no such columns: {sorted(spoiled)}")
    return tabulate([encoded(answers, {1: CENTRE})], {1: CENTRE})


MISSING = object()


def _spread(given: object, size: int, entry: Entry) -> list:
    """What each case answers, in the words of the record."""
    if given is MISSING:
        return [None] * size
    values = [_ordinary(entry.column, number) for number in range(size)] if given is None else given
    values = values if isinstance(values, list) else [values] * size
    return [_as_recorded(value, entry) for value in values]


def _as_recorded(value: object, entry: Entry) -> object:
    if value is None or entry.scale is None:
        return "ge" if entry.column.name.endswith("_bounded") and value else value
    return value * DAYS_PER_MONTH


def _ordinary(column: Column, number: int) -> object:
    """A value of the column's kind that varies from case to case."""
    if column.name == "pfs_months":
        return 1.0 + (number * 7) % 29
    if column.name == "os_months":
        return 31.0 + (number * 5) % 17
    if column.name in ("synthetic", "os_event", "mortality_30", "mortality_90", "in_hospital_mortality"):
        return "no"
    if column.name.endswith("_bounded"):
        return None
    if column.kind == "number":
        return 20 + (number * 13) % 61
    if column.kind == "flag":
        return "yes" if number % 3 else "no"
    if column.kind == "date":
        return FIRST_DAY + timedelta(days=17 * number)
    return column.levels[number % len(column.levels)][0]
