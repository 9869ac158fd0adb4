"""What a released file is made of: tables of plain values, each column with its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.labels import Label, both

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class ReleasedColumn:
    """One column of a released table.

    `kind` is number, code, codes (several, separated by ;), flag (1 or 0), date or text; `made`
    says in words what was done to the recorded value. `levels` are the codes and their wording.
    """

    name: str
    label: Label
    kind: str
    made: Label
    unit: Label = both("")
    levels: tuple[tuple[str, Label], ...] = ()


@dataclass(frozen=True, slots=True)
class ReleasedTable:
    """A table of a released file; the first column is the number of the case."""

    name: str
    title: Label
    columns: tuple[ReleasedColumn, ...]
    rows: Sequence[Sequence[Value]]

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]
