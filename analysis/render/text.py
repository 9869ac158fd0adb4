"""The results of a report for a terminal: its paragraphs, and its first table as aligned lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from analysis.document import Report, Table
from analysis.render.wording import SYNTHETIC

WIDTH = 92
_NEVER_FIRST = frozenset("，。；：、）」》%,.;:)")
_NEVER_LAST = frozenset("（「《(")


def document(report: Report, language: str) -> bytes:
    """Title, results section and table of results as UTF-8 text."""
    return ("\n".join(_lines(report, language)) + "\n").encode()


def _lines(report: Report, language: str) -> Iterator[str]:
    yield from wrapped(report.title.text(language), WIDTH)
    if report.provenance.synthetic:
        yield from wrapped(SYNTHETIC.text(language), WIDTH)
    section = report.sections[0]
    for paragraph in section.paragraphs:
        yield ""
        yield from wrapped(paragraph.text(language), WIDTH)
    for table in section.tables:
        yield ""
        yield from _table(table, language)


def _table(table: Table, language: str) -> Iterator[str]:
    rows = [
        ("  " * row.level + row.label.text(language), *(cell.text(language) for cell in row.cells))
        for row in table.rows
    ]
    broad = max((columns(row[0]) for row in rows), default=0)
    yield table.title.text(language)
    yield "─" * WIDTH
    for label, *cells in rows:
        yield (padded(label, broad) + "  " + "  ".join(cells)).rstrip()
    yield "─" * WIDTH


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: a Chinese sign takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int) -> Iterator[str]:
    """The text in lines of at most `width` columns: broken at spaces, or between Chinese signs."""
    line = ""
    for piece in _pieces(text):
        if line and columns(line) + columns(piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
    if line:
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """What must stay together: a word with the space after it, a Chinese sign with its punctuation."""
    piece = ""
    for position, sign in enumerate(text):
        after = text[position + 1 : position + 2]
        piece += sign
        breakable = sign == " " or _is_wide(sign) or _is_wide(after)
        if breakable and sign not in _NEVER_LAST and after not in _NEVER_FIRST and after != " ":
            yield piece
            piece = ""
    if piece:
        yield piece


def _is_wide(sign: str) -> bool:
    return bool(sign) and unicodedata.east_asian_width(sign) in "WF"
