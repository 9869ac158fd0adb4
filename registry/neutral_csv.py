"""CSV files that no spreadsheet takes for a program, and that come back exactly as they were.

A spreadsheet executes a cell that starts with =, +, -, @ and their full-width forms, also behind spaces
and control characters. Such a text gets one apostrophe in front, which `read_rows` takes away again.
Numbers and dates are written as they are: -5 stays a number. A spreadsheet of another country splits at
semicolons or tabs and knows nothing of our quotes; so the same holds inside a text, behind each character
at which somebody may split.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from numbers import Number
from typing import TextIO

# what a spreadsheet skips before it decides: spaces of every width, invisible signs
SKIPPED = (
    r"[^\S\t\r\n\x0b\x0c\x1c-\x1f\x85\u2028\u2029]|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
# what makes it a formula, a command or a cell of its own: signs, full-width signs, control characters
STARTS = r"[=+\-@|%\u2212\uff1d\uff0b\uff0d\uff20\uff5c\ufe62-\ufe66\ufe6b\x00-\x1f\x7f-\x9f\u2028\u2029]"
SPLITS = r"(?:\A|(?<=[;\t\r\n\x0b\x0c\x85\u2028\u2029]))"
NEEDS_APOSTROPHE = re.compile(f"{SPLITS}(?='*(?:{SKIPPED})*{STARTS})")
HAS_APOSTROPHE = re.compile(f"{SPLITS}'(?='*(?:{SKIPPED})*{STARTS})")
BYTE_ORDER_MARK = "\ufeff"
INFINITE = float("inf")


def write_rows(stream: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table to a text stream that was opened with newline="" (an HttpResponse will do).

    Numbers and dates are written plainly, True and False as 1 and 0, None and NaN as nothing;
    everything else is text.
    """
    writer = csv.writer(stream)
    writer.writerow([neutral(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)


def read_rows(stream: Iterable[str]) -> Iterator[list[str]]:
    """The header and the rows of a table that `write_rows` wrote, every cell as text.

    Also reads a table that a spreadsheet saved with a byte order mark. Raises csv.Error.
    """
    for number, row in enumerate(csv.reader(stream)):
        if number == 0 and row:
            row[0] = row[0].removeprefix(BYTE_ORDER_MARK)
        yield [original(cell) for cell in row]


def neutral(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet could see the start of a formula."""
    return NEEDS_APOSTROPHE.sub("'", text)


def original(text: str) -> str:
    """What `neutral` was given: exactly one apostrophe less at each of these places."""
    return HAS_APOSTROPHE.sub("", text)


def _cell(value: object) -> str:
    if value is None or value != value:  # nothing, or not a number
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, date) or (isinstance(value, Number) and abs(value) < INFINITE):
        return str(value)
    return neutral(str(value))
