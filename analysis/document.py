"""What a finished report is: plain frozen structures, no statistics, no typography rules.

A report speaks both languages: every text is a Label and the renderer picks one, so
the digits are equal by construction. Every printed number is a Part of a Cell or of a
Paragraph and knows how to list the cases behind it (computed only when asked).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from registry.labels import Label, both

Cases = Callable[[], list[str]]
Number = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text; one that prints a number knows the cases it was made from.

    For a count, the cases are exactly those counted, so len(cases()) == the number.
    For a summary (median, rate), they are the cases that entered the calculation.
    `discloses` are further sets whose size the text gives away (a percentage its denominator, a
    rate its events), for the rule of small numbers (analysis/release/small_numbers.py).
    """

    text: Label
    cases: Cases | None = None
    discloses: tuple[Cases, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its parts in order, and the unrounded numbers behind them.

    `numbers` has machine names (n, N, percent, median, q1 …) and finite values or None.
    """

    parts: tuple[Part, ...]
    numbers: Mapping[str, Number] = field(default_factory=dict)

    def text(self, language: str) -> str:
        return "".join(part.text.text(language) for part in self.parts)

    def cases(self) -> list[str]:
        """The cases of all parts together, each once, in order of first mention."""
        return list(dict.fromkeys(case for part in self.parts if part.cases for case in part.cases()))


def words(text: Label | str) -> Cell:
    """A cell that holds words only."""
    return Cell((Part(text if isinstance(text, Label) else both(text)),))


@dataclass(frozen=True, slots=True)
class Row:
    """`id` is stable between runs and languages. `level` indents a row under its heading."""

    id: str
    label: Label
    cells: tuple[Cell, ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A foot note: a method, an abbreviation, a caution. `discloses` as in a Part."""

    text: Label
    discloses: tuple[Cases, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are the headings of the cells; `stub` is the heading over the row labels."""

    id: str
    title: Label
    columns: tuple[Label, ...]
    rows: tuple[Row, ...]
    stub: Label = both("")
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """A step function with its band, as coordinates in data units.

    `steps`, `lower` and `upper` are (time, value) corners of right-continuous steps:
    the value holds from its time up to the next one. `lower`/`upper` may hold None where
    the band is undefined. `censored` are (time, value) of the censor marks.
    """

    label: Label
    steps: tuple[tuple[float, float], ...]
    lower: tuple[tuple[float, float | None], ...] = ()
    upper: tuple[tuple[float, float | None], ...] = ()
    censored: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class StripRow:
    """One line of numbers under a curve (at risk, events): one Part for each tick."""

    label: Label
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as data. `alternative` says in words what it shows, for those who cannot see it.

    `reference` draws a horizontal help line (0.5 for the median). `empty` explains in words
    why there is nothing to draw; then `curves` is empty.
    """

    id: str
    title: Label
    x_label: Label
    y_label: Label
    curves: tuple[Curve, ...]
    ticks: tuple[float, ...]
    strip: tuple[StripRow, ...] = ()
    alternative: Label = both("")
    reference: float | None = None
    notes: tuple[Note, ...] = ()
    empty: Label | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. Its numbers are parts like those of a cell."""

    id: str
    parts: tuple[Part, ...]

    def text(self, language: str) -> str:
        return "".join(part.text.text(language) for part in self.parts)


Block = Paragraph | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, in printing order."""

    id: str
    title: Label
    blocks: tuple[Block, ...]

    def _of(self, kind: type) -> Iterator:
        return (block for block in self.blocks if isinstance(block, kind))

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(self._of(Paragraph))

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(self._of(Table))

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(self._of(Figure))


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a report comes from: enough to make it again and to distrust it.

    `facts` are printed in order as name and value, and stand in JSON under their key.
    `synthetic` is true when any case of the cohort is synthetic; every format says so.
    """

    synthetic: bool
    facts: tuple[tuple[str, Label, Label], ...]  # key, name, value
    values: Mapping[str, object] = field(default_factory=dict)


Severity = Literal["contradiction", "warning", "note", "agreement"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of printed numbers against one another found (see analysis.consistency).

    A contradiction cannot be true, a warning deserves a look, a note explains; an agreement was
    recomputed and fits. `key` names the check, `sentence` the numbers; `cells` are the
    addresses (of cells, or of whole blocks) that it speaks of.
    """

    key: str
    severity: Severity
    sentence: Label
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A finished report: renderers turn it to html, docx, json.

    `findings` are those of the check of its numbers against each other; None if there was no such check.
    """

    slug: str
    title: Label
    sections: tuple[Section, ...]
    provenance: Provenance
    findings: tuple[Finding, ...] | None = None

    def section(self, id: str) -> Section:
        return next(section for section in self.sections if section.id == id)

    def table(self, id: str) -> Table:
        return next(table for section in self.sections for table in section.tables if table.id == id)

    def numbers(self) -> Iterator[tuple[str, Part]]:
        """Every part that has cases, with its address (see `part_at`)."""
        for section in self.sections:
            for block in section.blocks:
                for where, parts in _addressed(block):
                    for position, part in enumerate(parts):
                        if part.cases is not None:
                            yield f"{where}.{position}", part

    def part_at(self, address: str) -> Part | None:
        """The part at `address`, as `numbers` gives it; None if the report has no such part."""
        return next((part for where, part in self.numbers() if where == address), None)


def _addressed(block: Block) -> Iterator[tuple[str, tuple[Part, ...]]]:
    if isinstance(block, Paragraph):
        yield block.id, block.parts
    elif isinstance(block, Table):
        for row in block.rows:
            for position, cell in enumerate(row.cells):
                yield cell_address(block, row, position), cell.parts
    else:
        for row_number, row in enumerate(block.strip):
            yield f"{block.id}.strip-{row_number}", row.parts


def cell_address(table: Table, row: Row, position: int) -> str:
    """The address of one cell; adding ".k" gives its k-th part."""
    return f"{table.id}.{row.id}.{position}"
