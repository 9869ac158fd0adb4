"""The cells of a finished report with what is needed to speak of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis import typeset
from analysis.conventions import REGISTRY
from analysis.document import Cell, Figure, Number, Report, Row, Table, cell_address
from registry.labels import Label, both

INTERVAL_BEGINS = re.compile(r"\d+(?:\.\d+)?% CI")
_UNDER = Label("{heading}, {row}", "{heading}，{row}")


@dataclass(frozen=True, slots=True)
class Place:
    """One cell, its row and table; `name` is the row's label under that of its heading."""

    table: Table
    row: Row
    cell: Cell
    address: str
    name: Label

    @property
    def numbers(self) -> Mapping[str, Number]:
        return self.cell.numbers

    def number(self, name: str) -> float | None:
        """The number of that name where there is one."""
        value = self.cell.numbers.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def share_text(self, language: str) -> str:
        """The printed text up to the interval, whose percentages are not the share itself."""
        return INTERVAL_BEGINS.split(self.cell.text(language), maxsplit=1)[0]

    @property
    def is_survival(self) -> bool:
        """Whether the cell is an estimate from a survival curve: it then tells its events."""
        return "events" in self.cell.numbers and "method" in self.cell.numbers

    @property
    def is_rate(self) -> bool:
        return self.is_survival and "at_risk" in self.cell.numbers and self.number("time") is not None

    @property
    def is_median_survival(self) -> bool:
        return self.is_survival and "at_risk" not in self.cell.numbers and "median" in self.cell.numbers


def places(report: Report) -> Iterator[Place]:
    """Every cell of every table in printing order."""
    for table in tables(report):
        heading: Row | None = None
        for row in table.rows:
            if row.level == 0:
                heading = row
            name = row.label
            if row.level and heading is not None:
                name = _UNDER.fill(heading=heading.label, row=row.label)
            for position, cell in enumerate(row.cells):
                yield Place(table, row, cell, cell_address(table, row, position), name)


def tables(report: Report) -> Iterator[Table]:
    for section in report.sections:
        yield from section.tables


def figures(report: Report) -> Iterator[Figure]:
    for section in report.sections:
        yield from section.figures


def total_cases(report: Report) -> int | None:
    """How many cases the report is about: as its provenance says, else its first bare count."""
    told = report.provenance.values.get("cases")
    if isinstance(told, int):
        return told
    first = next(places(report), None)
    if first is not None and set(first.numbers) == {"n"}:
        return int(first.number("n") or 0)
    return None


def convention(report: Report, name: str) -> Any:
    """A convention that the report says it follows, else the registry's own."""
    told = report.provenance.values.get("conventions")
    return told.get(name, getattr(REGISTRY, name)) if isinstance(told, Mapping) else getattr(REGISTRY, name)


def said(value: float, decimals: int = 1) -> Label:
    """A number as a sentence prints it; whole numbers without decimals."""
    return typeset.number(value, 0 if float(value).is_integer() else decimals, REGISTRY)


def one_decimal(value: float) -> Label:
    """A time as the tables print it."""
    return typeset.number(value, 1, REGISTRY)


def percent(value: float, decimals: int = 1) -> Label:
    return both(said(value, decimals).en + "%")
