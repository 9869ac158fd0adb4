"""A table from a file as it comes: delimited text, its encoding and delimiter recognised, every cell a text.

Nothing is guessed silently: what was recognised stands in the result, and what cannot be read
is refused in one sentence that names the file, the line and the value. Lines are counted as
an editor shows them; the heading is line 1.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from operator import itemgetter

from analysis.encodings import decoded
from registry.labels import Label

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_OTHER_FILES = (
    (b"PK\x03\x04", Label("an Excel workbook (.xlsx) or a ZIP archive", "Excel工作簿（.xlsx）或ZIP压缩包")),
    (b"\xd0\xcf\x11\xe0", Label("an Excel workbook (.xls)", "Excel工作簿（.xls）")),
    (b"%PDF", Label("a PDF", "PDF文件")),
    (b"\x1f\x8b", Label("a compressed file (.gz)", "压缩文件（.gz）")),
)
_LONGEST_CELL = 10_000_000
_SNIFFED_LINES = 100
_SHOWN_NAMES = 20
_SHOWN_SIGNS = 40


class InputError(ValueError):
    """What is wrong with a table or a question about it, as one sentence in both languages."""

    def __init__(self, label: Label) -> None:
        super().__init__(label.en)
        self.label = label


@dataclass(frozen=True, slots=True)
class Table:
    """The columns that were asked for, as texts without the spaces around them.

    `headings` are all columns of the file. `lines` holds the line of the file on which each row begins.
    """

    name: str
    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    columns: dict[str, list[str]] = field(repr=False)
    lines: Sequence[int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.lines)


def refuse(en: str, zh: str, **values: object) -> InputError:
    """The error to raise: a sentence pattern in both languages with its braces filled."""
    return InputError(Label(en, zh).fill(**values))


def quoted(value: object) -> str:
    """A value of the file as a message shows it: one line, cut where it is long."""
    text = " ".join(str(value).encode("utf-8", "replace").decode().split())
    return f"“{text if len(text) <= _SHOWN_SIGNS else text[:_SHOWN_SIGNS] + '…'}”"


def listed(values: Sequence[object]) -> str:
    """Several values as a message shows them, the first twenty of them."""
    shown = ", ".join(quoted(value) for value in values[:_SHOWN_NAMES])
    return shown + (", …" if len(values) > _SHOWN_NAMES else "")


def read(
    content: bytes,
    name: str,
    wanted: Sequence[str],
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Table:
    """The columns `wanted` of a delimited text; quoted fields may hold delimiters and line breaks.

    `name` is how messages call the file. `delimiter` is one character and `encoding` a name that
    Python knows; without them both are recognised: UTF-8, UTF-16 and UTF-32 by their byte-order mark,
    UTF-8 by its form, else GB18030; comma, semicolon or tab by what divides the heading.
    Empty lines are skipped; in a table of one column only those at the end.

    Raises InputError for a file that is no such text, an empty one, one without rows, a column that is
    not there or there twice, and a line with more or fewer fields than the heading.
    """
    text, recognised = _decoded(content, name, encoding)
    mark = delimiter or _delimiter(text)
    records = _records(text, mark, name)
    first = next(records, None)
    if first is None:
        raise refuse("{file} is empty.", "{file}是空文件。", file=quoted(name))
    headings = tuple(heading.strip() for heading in first[1])
    places = {column: _place(headings, column, name) for column in dict.fromkeys(wanted)}
    columns, lines = _columns(records, headings, places, name)
    if not lines:
        raise refuse("{file} has a heading but no rows.", "{file}只有标题行，没有数据行。", file=quoted(name))
    return Table(name, recognised, mark, headings, columns, lines)


def _decoded(content: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    for start, what in _OTHER_FILES:
        if content.startswith(start):
            raise refuse(
                "{file} is {what}, not a text file; save the table as CSV (UTF-8).",
                "{file}是{what}，不是文本文件；请将表格另存为CSV（UTF-8）格式。",
                file=quoted(name),
                what=what,
            )
    found = decoded(content, encoding)
    if found:
        return found
    if encoding:
        raise refuse(
            "{file} cannot be read as {encoding}.",
            "{file}无法按{encoding}编码读取。",
            file=quoted(name),
            encoding=quoted(encoding),
        )
    raise refuse(
        "{file} is not a text file: it is neither UTF-8 nor UTF-16 with a byte-order mark nor GB18030.",
        "{file}不是文本文件：既非UTF-8，也非带字节序标记的UTF-16，亦非GB18030编码。",
        file=quoted(name),
    )


def _delimiter(text: str) -> str:
    """What divides the heading, and the lines after it alike; a comma where nothing does."""
    sample = "".join(islice(io.StringIO(text, newline=""), _SNIFFED_LINES))
    best, most = ",", (False, 1)
    for mark in DELIMITERS.values():
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark) if row]
        except csv.Error:
            continue
        if not widths or widths[0] == 1:
            continue
        alike = len(set(widths[:-1] or widths)) == 1  # the sample may end within a quoted field
        best, most = max((best, most), (mark, (alike, widths[0])), key=itemgetter(1))
    return best


def _records(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not an empty line, with the line on which it begins.

    An empty line in a table of one column is a missing value, unless nothing follows it.
    """
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, width, empty = 1, None, []
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise refuse(
                "{file}, line {line}: the quotation marks do not match ({error}).",
                "{file}第{line}行：引号不配对（{error}）。",
                file=quoted(name),
                line=line,
                error=error,
            ) from None
        if record:
            width = width or len(record)
            yield from ((blank, [""]) for blank in empty)
            empty.clear()
            yield line, record
        elif width == 1:
            empty.append(line)
        line = reader.line_num + 1


def _place(headings: tuple[str, ...], column: str, name: str) -> int:
    places = [place for place, heading in enumerate(headings) if heading == column]
    if len(places) == 1:
        return places[0]
    if places:
        raise refuse(
            "{file} has the column {column} {times} times; give each column its own name.",
            "{file}中列{column}出现{times}次；请为各列取不同的名称。",
            file=quoted(name),
            column=quoted(column),
            times=len(places),
        )
    known = [heading for heading in headings if heading]
    near = get_close_matches(column.casefold(), [one.casefold() for one in known], n=3, cutoff=0.6)
    meant = [one for one in known if one.casefold() in near]
    raise refuse(
        "{file} has no column {column}{near}; it has: {known}.",
        "{file}中没有列{column}{near}；现有各列：{known}。",
        file=quoted(name),
        column=quoted(column),
        near=Label(f" (did you mean {listed(meant)}?)", f"（是否为{listed(meant)}？）") if meant else "",
        known=listed(known) or "—",
    )


def _columns(
    records: Iterator[tuple[int, list[str]]], headings: tuple[str, ...], places: dict[str, int], name: str
) -> tuple[dict[str, list[str]], array]:
    lines = array("q")
    columns: dict[str, list[str]] = {column: [] for column in places}
    takers = [(columns[column].append, place) for column, place in places.items()]
    width = len(headings)
    for line, record in records:
        if len(record) != width:
            raise refuse(
                "{file}, line {line} has {fields} fields where the heading has {width}.",
                "{file}第{line}行有{fields}个字段，而标题行有{width}个。",
                file=quoted(name),
                line=line,
                fields=len(record),
                width=width,
            )
        lines.append(line)
        for take, place in takers:
            take(record[place].strip())
    return columns, lines
