"""The cases of a survival question: which rows enter, with what time, outcome, group and stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.answers.columns import Columns, ordered_levels, plain
from analysis.answers.question import Survival
from analysis.table_file import listed, quoted, refuse
from registry.labels import Label

CENSORED, EVENT, COMPETING = 0, 1, 2

# Codings of an outcome that need no explanation: not happened, happened.
_PLAIN_CODES = (("0", "1"), ("false", "true"), ("no", "yes"), ("否", "是"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cases:
    """The rows that enter, in the order of the file. `cause` is CENSORED, EVENT or COMPETING.

    `used` marks them among all rows of the table; the others lack one of the needed values.
    `levels` are the groups in order, `group` the index of each case's group; both are empty and None
    without groups. `coding` tells what each value of the event column was taken for.
    """

    time: np.ndarray
    cause: np.ndarray
    entry: np.ndarray | None
    levels: tuple[str, ...]
    group: np.ndarray | None
    strata: np.ndarray | None
    used: np.ndarray
    coding: dict[str, object]

    def __len__(self) -> int:
        return self.time.size

    @property
    def event(self) -> np.ndarray:
        """1 for the event, 0 for everything else."""
        return (self.cause == EVENT).astype(float)

    @property
    def group_labels(self) -> np.ndarray:
        """The level of every case as text."""
        return ordered_levels(self.levels, self.group)

    @property
    def missing(self) -> int:
        """How many rows of the table do not enter."""
        return int(self.used.size - self.used.sum())


def cases(columns: Columns, question: Survival) -> Cases:
    """The cases that `question` asks about.

    Raises InputError, naming the line, for a time that is no number or negative, an entry that is not
    before its time, an outcome that is not what was announced, and fewer than two groups.
    """
    time = columns.numbers(question.time)
    _refuse_rows(columns, question.time, time < 0, _NEGATIVE)
    entry = columns.numbers(question.entry) if question.entry else None
    if entry is not None:
        _refuse_rows(columns, question.entry, entry < 0, _NEGATIVE)
        _refuse_rows(columns, question.entry, entry >= time, _LATE_ENTRY)
    cause, coding = _causes(columns, question)
    used = ~(np.isnan(time) | columns.missing(question.event))
    if entry is not None:
        used &= ~np.isnan(entry)
    levels, group = columns.levels(question.group) if question.group else ((), None)
    if group is not None:
        used &= group >= 0
    strata = _strata(columns, question.strata) if question.strata else None
    if strata is not None:
        used &= strata >= 0
    if group is not None:
        levels, group = _occurring(columns, question.group, levels, group[used])
    return Cases(
        time=time[used],
        cause=cause[used],
        entry=None if entry is None else entry[used],
        levels=levels,
        group=group,
        strata=None if strata is None else strata[used],
        used=used,
        coding=coding,
    )


_NEGATIVE = Label("{where}: a time cannot be negative ({value}).", "{where}：时间不能为负（{value}）。")
_LATE_ENTRY = Label(
    "{where}: the entry ({value}) must lie before the time of the event or censoring.",
    "{where}：进入时间（{value}）必须早于事件或删失时间。",
)


def _refuse_rows(columns: Columns, name: str, wrong: np.ndarray, sentence: Label) -> None:
    rows = np.flatnonzero(wrong)
    if rows.size:
        row = int(rows[0])
        value = quoted(columns.table.columns[name][row])
        raise refuse(sentence.en, sentence.zh, where=columns.place(name, row), value=value)


def _strata(columns: Columns, name: str) -> np.ndarray:
    """The stratum of every row as a number, -1 where missing. Strata may be many: matched pairs are."""
    place = {text: index for index, text in enumerate(columns.present(name))}
    rows = columns.table.columns[name]
    return np.fromiter((place.get(text, -1) for text in rows), np.int64, len(rows))


def _occurring(
    columns: Columns, name: str, levels: tuple[str, ...], group: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray]:
    """The levels that cases have, and the group of each case by its place among these."""
    present = np.unique(group)
    if present.size < 2:
        raise refuse(
            "the column {column} of {file} holds one group only ({levels}) among the rows with all values; "
            "a comparison needs two.",
            "{file}的列{column}在数据完整的行中只有一组（{levels}）；比较至少需要两组。",
            column=quoted(name),
            file=quoted(columns.table.name),
            levels=listed([levels[index] for index in present]) or "—",
        )
    return tuple(levels[index] for index in present), np.searchsorted(present, group)


def _causes(columns: Columns, question: Survival) -> tuple[np.ndarray, dict[str, object]]:
    """The cause of every row, and the coding: which values mean what."""
    name = question.event
    named = question.event_value
    event = _plain_events(columns, name) if named is None else columns.same(name, named)
    cause = np.where(event, EVENT, CENSORED)
    if question.competing_value is not None:
        cause = np.where(columns.same(name, question.competing_value), COMPETING, cause)
    values: dict[int, list[str]] = {CENSORED: [], EVENT: [], COMPETING: []}
    rows = columns.table.columns[name]
    first = {text: row for row, text in reversed(list(enumerate(rows)))}
    for text in columns.present(name):
        values[int(cause[first[text]])].append(text)
    if question.event_value is not None and not values[EVENT] and not _nobody(values[CENSORED]):
        raise _never_occurs(columns, name, "--event-value", question.event_value)
    if question.competing_value is not None and not values[COMPETING] and len(values[CENSORED]) > 1:
        raise _never_occurs(columns, name, "--competing-value", question.competing_value)
    return cause, {"event": values[EVENT], "competing": values[COMPETING], "censored": values[CENSORED]}


def _nobody(censored: list[str]) -> bool:
    """Whether an event value that never occurs is an event that nobody had: everyone has a plain "no".

    Otherwise the value is more likely mistyped.
    """
    return any({_code(text) for text in censored} <= {no} for no, _ in _PLAIN_CODES)


def _plain_events(columns: Columns, name: str) -> np.ndarray:
    """Which rows have the event in a column that is coded plainly."""
    texts = columns.present(name)
    for _, happened in (codes for codes in _PLAIN_CODES if {_code(text) for text in texts} <= set(codes)):
        events = {text for text in texts if _code(text) == happened}
        return np.array([text in events for text in columns.table.columns[name]], dtype=bool)
    raise refuse(
        "the column {column} of {file} has {count} different values ({values}); say with --event-value which "
        "of them is the event. Without it only 0 and 1, no and yes, or false and true are understood.",
        "{file}的列{column}有{count}个不同取值（{values}）；请用--event-value指明哪个取值表示事件。"
        "未指明时仅接受0与1、否与是、no与yes、false与true。",
        column=quoted(name),
        file=quoted(columns.table.name),
        count=len(texts),
        values=listed(texts),
    )


def _never_occurs(columns: Columns, name: str, option: str, asked: str) -> Exception:
    return refuse(
        "{option} {value} never occurs in the column {column} of {file}; it holds: {values}.",
        "{option}的取值{value}在{file}的列{column}中从未出现；该列取值为：{values}。",
        option=option,
        value=quoted(asked),
        column=quoted(name),
        file=quoted(columns.table.name),
        values=listed(columns.present(name)) or "—",
    )


def _code(text: str) -> str:
    """A code without case, width and a decimal zero: "1.0" and full-width 1 are "1"."""
    return plain(text).removesuffix(".0")
