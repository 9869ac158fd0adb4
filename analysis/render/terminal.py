"""A whole report for a terminal: every section with its paragraphs, tables and foot notes, in columns.

Figures are left out; what they show stands in the tables. `text` prints only the results of a report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.document import Figure, Paragraph, Report, Section, Table
from analysis.render.text import WIDTH, columns, padded, wrapped
from analysis.render.wording import PROVENANCE, SYNTHETIC
from registry.labels import Label

_GAP = "  "
_FACT = Label("{name}: {value}", "{name}：{value}")


def document(report: Report, language: str) -> bytes:
    """The report in `language` as UTF-8 text that ends with a newline."""
    return ("\n".join(_lines(report, language)) + "\n").encode()


def _lines(report: Report, language: str) -> Iterator[str]:
    yield from wrapped(report.title.text(language), WIDTH)
    if report.provenance.synthetic:
        yield from wrapped(SYNTHETIC.text(language), WIDTH)
    for section in report.sections:
        yield from _section(section, language)
    yield ""
    yield PROVENANCE.text(language)
    for _, name, value in report.provenance.facts:
        yield from wrapped(_FACT.fill(name=name, value=value).text(language), WIDTH)


def _section(section: Section, language: str) -> Iterator[str]:
    for block in section.blocks:
        if isinstance(block, Figure):
            continue
        yield ""
        if isinstance(block, Paragraph):
            yield from wrapped(block.text(language), WIDTH)
        else:
            yield from _table(block, language)


def _table(table: Table, language: str) -> Iterator[str]:
    heading = [table.stub.text(language), *(column.text(language) for column in table.columns)]
    rows = [
        ["  " * row.level + row.label.text(language), *(cell.text(language) for cell in row.cells)]
        for row in table.rows
    ]
    widths = [
        max((columns(row[place]) for row in (heading, *rows) if place < len(row)), default=0)
        for place in range(len(heading))
    ]
    rule = "─" * (sum(widths) + len(_GAP) * (len(widths) - 1))
    yield table.title.text(language)
    yield rule
    yield _aligned(heading, widths)
    yield rule
    for row in rows:
        yield _aligned(row, widths)
    yield rule
    for note in table.notes:
        yield from wrapped(note.text.text(language), WIDTH)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(padded(cell, width) for cell, width in zip(cells, widths, strict=False)).rstrip()
