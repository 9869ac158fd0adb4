"""The columns of a table as numbers or levels; what is missing, and how the file spells it.

A value is a number when it is written as one, in half- or full-width digits, with a decimal
point; in files divided by semicolons or tabs also with a decimal comma. Anything else among numbers
is refused with its line: nothing becomes missing that the file does not call so.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from analysis.table_file import InputError, Table, listed, quoted, refuse
from registry.labels import Label

# Compared without regard to case and width. An empty cell is reported as "empty".
MISSING = ("", "na", "n/a", "#n/a", "nan", "null", ".", "unknown", "missing")
MISSING += ("缺失", "未知", "不详", "未做", "未测", "未查", "无记录")
EMPTY = "empty"

MOST_LEVELS = 100
LARGEST, SMALLEST = 1e100, 1e-100

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?")
_DECIMAL_ZERO = re.compile(r"\.0*$")
_COMMA_NUMBER = re.compile(r"[+-]?[0-9]+,[0-9]+(e[+-]?[0-9]+)?")
_CODES = ({0.0, 1.0}, {1.0, 2.0})
_MOSTLY, _VARIED = 0.9, 10

Kind = Literal["number", "category"]


class Columns:
    """The columns of `table`, read as asked. `also_missing` are further spellings of a missing value."""

    def __init__(self, table: Table, also_missing: Iterable[str] = ()) -> None:
        self.table = table
        self.missing_spellings = frozenset((*MISSING, *map(plain, also_missing)))
        self._decimal_comma = table.delimiter != ","

    def __len__(self) -> int:
        return len(self.table)

    def missing(self, name: str) -> np.ndarray:
        """Which rows have no value in the column."""
        texts = self.table.columns[name]
        absent = {text: self._is_missing(text) for text in dict.fromkeys(texts)}
        return np.fromiter((absent[text] for text in texts), bool, len(texts))

    def missing_counts(self, name: str) -> dict[str, int]:
        """How many rows have no value in the column, by how the file spells that."""
        counts = Counter(self.table.columns[name])
        return {text or EMPTY: counts[text] for text in counts if self._is_missing(text)}

    def present(self, name: str) -> tuple[str, ...]:
        """The different texts of the column that are not missing, in the order of the file."""
        return tuple(text for text in dict.fromkeys(self.table.columns[name]) if not self._is_missing(text))

    def kind(self, name: str) -> Kind:
        """Whether the column holds numbers or categories.

        Numbers where every value is one, except the codes 0/1 and 1/2. Raises InputError for a column
        that is nearly all numbers, many different ones, with something else among them: that is a
        slip of the pen, not a category.
        """
        texts = self.present(name)
        values = {text: self.number(text) for text in texts}
        numeric = [value for value in values.values() if value is not None]
        if not texts:
            return "number"
        if len(numeric) == len(texts):
            return "category" if any(set(numeric) <= codes for codes in _CODES) else "number"
        counts = Counter(self.table.columns[name])
        total = sum(counts[text] for text in texts)
        share = sum(counts[text] for text, value in values.items() if value is not None) / total
        if share >= _MOSTLY and len(set(numeric)) > _VARIED:
            wrong = next(text for text, value in values.items() if value is None)
            raise refuse(
                "{where} is {value} in a column of numbers; correct it, or name the column in --categories.",
                "{where}的取值为{value}，而该列为数值；请更正，或用--categories将该列指定为分类变量。",
                where=self.where(name, wrong),
                value=quoted(wrong),
            )
        return "category"

    def is_numeric(self, name: str) -> bool:
        """Whether every value of the column is a number."""
        return all(self.number(text) is not None for text in self.present(name))

    def numbers(self, name: str) -> np.ndarray:
        """The column as floats, NaN where a value is missing.

        Raises InputError, naming the line, for a value that is no number or one too large or too
        small to compute with.
        """
        texts = self.table.columns[name]
        parsed = {text: self._number(name, text) for text in dict.fromkeys(texts)}
        return np.fromiter((parsed[text] for text in texts), float, len(texts))

    def levels(self, name: str) -> tuple[tuple[str, ...], np.ndarray]:
        """The levels of the column in order, and for every row the index of its level, -1 where missing.

        Numbers ascend, texts follow the order of their signs. Equal numbers are one level, however
        spelled ("1", "1.0"), under the shortest spelling and without a decimal zero. Raises InputError
        for more than MOST_LEVELS.
        """
        texts = self.present(name)
        numeric = self.is_numeric(name)
        spelled: dict[object, str] = {}
        for text in sorted(texts, key=lambda text: (len(text), text)):
            spelled.setdefault(self.number(text) if numeric else text, text)
        if len(spelled) > MOST_LEVELS:
            raise refuse(
                "column {column} of {file} has {count} different values; as groups or categories at most "
                "{most} are possible.",
                "{file}的列{column}有{count}个不同取值；作为分组或分类变量最多可有{most}个。",
                column=quoted(name),
                file=quoted(self.table.name),
                count=len(spelled),
                most=MOST_LEVELS,
            )
        ordered = sorted(spelled)
        place = {level: index for index, level in enumerate(ordered)}
        index = {text: place[self.number(text) if numeric else text] for text in texts}
        rows = self.table.columns[name]
        codes = np.fromiter((index.get(text, -1) for text in rows), np.int64, len(rows))
        return tuple(
            _DECIMAL_ZERO.sub("", spelled[level]) if numeric else spelled[level] for level in ordered
        ), codes

    def same(self, name: str, value: str) -> np.ndarray:
        """Which rows hold `value`: the same text, or the same number."""
        meant = self.number(value)
        equal = {
            text: text == value.strip() or (meant is not None and self.number(text) == meant)
            for text in self.present(name)
        }
        rows = self.table.columns[name]
        return np.fromiter((equal.get(text, False) for text in rows), bool, len(rows))

    def number(self, text: str) -> float | None:
        """The number that `text` is, None if it is none."""
        if _NUMBER.fullmatch(text):
            return float(text)
        text = plain(text)
        if self._decimal_comma and _COMMA_NUMBER.fullmatch(text):
            text = text.replace(",", ".")
        return float(text) if _NUMBER.fullmatch(text) else None

    def where(self, name: str, text: str) -> Label:
        """The first place of `text` in the column, as the beginning of a message."""
        return self.place(name, self.table.columns[name].index(text))

    def place(self, name: str, row: int) -> Label:
        """A cell as the beginning of a message; `row` counts from 0."""
        file, line, column = quoted(self.table.name), self.table.lines[row], quoted(name)
        return Label(f"{file}, line {line}, {column}", f"{file}第{line}行，列{column}")

    def _is_missing(self, text: str) -> bool:
        return text in self.missing_spellings or plain(text) in self.missing_spellings

    def _number(self, name: str, text: str) -> float:
        value = self.number(text)
        if text in self.missing_spellings or (value is None and self._is_missing(text)):
            return np.nan
        if value is None:
            raise self._not_a_number(name, text)
        if value and not SMALLEST <= abs(value) <= LARGEST:
            raise refuse(
                "{where}: {value} is outside the range that can be computed with, {least} to {most}.",
                "{where}：{value}超出可计算的数值范围（{least}至{most}）。",
                where=self.where(name, text),
                value=quoted(text),
                least=f"{SMALLEST:g}",
                most=f"{LARGEST:g}",
            )
        return value

    def _not_a_number(self, name: str, text: str) -> InputError:
        if _COMMA_NUMBER.fullmatch(plain(text)):
            return refuse(
                "{where}: {value} has a comma; write decimals with a point and thousands without a mark.",
                "{where}：{value}含有逗号；小数请用小数点，千位不加分隔符。",
                where=self.where(name, text),
                value=quoted(text),
            )
        return refuse(
            "{where}: {value} is not a number; a missing value is an empty cell or one of {missing}.",
            "{where}：{value}不是数值；缺失值应为空单元格或以下写法之一：{missing}。",
            where=self.where(name, text),
            value=quoted(text),
            missing=listed(("NA", "N/A", "NaN", "null", ".", "缺失", "未知", "不详", "未做")),
        )


def plain(text: str) -> str:
    """A text without case, width and surrounding spaces; the minus sign as a hyphen."""
    return unicodedata.normalize("NFKC", text).strip().casefold().replace("\u2212", "-")


def ordered_levels(labels: Sequence[str], codes: np.ndarray) -> np.ndarray:
    """The level of every row as text, None where it is missing."""
    return np.array([*labels, None], dtype=object)[codes]
