"""Made series of cases for testing reports without a database: every column of the door is filled.

`series(n)` is unremarkable and depends on nothing but n; a test spoils the columns it is about.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import nan
from types import SimpleNamespace

from analysis.cohort.columns import COLUMNS, FAMILIES
from analysis.cohort.loading import tabulate
from analysis.dataset import Column, Dataset
from registry.labels import Label

FIRST_DAY = date(2021, 9, 1)
CENTRE = SimpleNamespace(centre_id="CN-TEST1", name=Label("Test hospital", "测试医院"))
OPPOSITE = {1: "yes", 0: "no"}


def series(size: int, **spoiled: object) -> Dataset:
    """`size` cases. A keyword names a column (or one flag of a family) and gives one value for all
    cases, or a list with one for each.
    """
    values = [_spread(spoiled.pop(e.column.name, None), size, e.column) for e in COLUMNS]
    families = []
    for family in FAMILIES:
        names = [column.name for column in family.columns()]
        given = [spoiled.pop(name, 0.0) for name in names]
        columns = [one if isinstance(one, list) else [one] * size for one in given]
        families.append([tuple(column[row] for column in columns) for row in range(size)])
    if spoiled:
        raise ValueError(f"no such columns: {sorted(spoiled)}")
    ids = [f"CASE{number:05}" for number in range(1, size + 1)]
    return tabulate({1: CENTRE}, ids, [1] * size, values, families)


MISSING = object()


def _spread(given: object, size: int, column: Column) -> list:
    if given is MISSING:
        return [None] * size
    if given is None:
        return [_ordinary(column, number) for number in range(size)]
    return given if isinstance(given, list) else [given] * size


def _ordinary(column: Column, number: int) -> object:
    """A value of the column's kind that varies from case to case."""
    if column.name == "pfs_months":
        return 1.0 + (number * 7) % 29
    if column.name == "os_months":
        return 31.0 + (number * 5) % 17
    if column.name in ("synthetic", "os_event", "mortality_30", "mortality_90", "in_hospital_mortality"):
        return 0
    if column.name.endswith("_bounded"):
        return 0
    if column.kind == "number":
        return 20 + (number * 13) % 61
    if column.kind == "flag":
        return OPPOSITE[int(number % 3 != 0)]
    if column.kind == "date":
        return FIRST_DAY + timedelta(days=17 * number)
    return column.levels[number % len(column.levels)][0]


NOT_KNOWN = nan
