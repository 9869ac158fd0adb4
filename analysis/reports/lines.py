"""The lines that a report is listed in: what is summarised, how, under which name.

A report file is a list of these. Each line gives one row or several rows of a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from analysis import typeset
from analysis.conventions import methods
from analysis.document import Cell, Note, Part, Row, Table
from analysis.estimate import REASONS
from analysis.reports import cells
from analysis.reports.source import Source, Which
from registry.labels import Label

CHARACTERISTIC = Label("Characteristic", "项目")
ALL_PATIENTS = Label("All patients", "全部患者")
NOT_KNOWN = Label("Not known", "不详")

BOUNDED = Label(
    "Values that were recorded as a limit (such as ≥20) enter at the limit.",
    "以界限值（如≥20）记录的数值按界限值计入。",
)
KNOWN = Label(
    "Percentages are of the patients with a recorded answer.",
    "百分比的分母为有该项记录的患者。",
)


class Line:
    """One entry of a report's list."""

    topics: tuple[str, ...] = ()

    def rows(self, source: Source) -> Iterator[Row]:
        """The rows of a table that this line gives."""
        raise NotImplementedError

    def notes(self, source: Source) -> Iterable[Label | Note]:
        """Foot notes of its own, besides the methods of `topics` and the reasons for absent numbers."""
        return ()


class SingleLine(Line):
    """A line of exactly one row, named `name`."""

    name: str

    def label(self, source: Source) -> Label:
        raise NotImplementedError

    def cell(self, source: Source) -> Cell:
        raise NotImplementedError

    def rows(self, source: Source) -> Iterator[Row]:
        yield Row(self.name, self.label(source), (self.cell(source),))


@dataclass(frozen=True)
class Heading(Line):
    """Words over the rows that follow."""

    name: str
    text: Label

    def rows(self, source: Source) -> Iterator[Row]:
        yield Row(self.name, self.text, ())


@dataclass(frozen=True)
class Patients(SingleLine):
    """How many there are."""

    name: str = "patients"

    def label(self, source: Source) -> Label:
        return Label("Patients", "病例数")

    def cell(self, source: Source) -> Cell:
        return cells.everyone(source)


@dataclass(frozen=True)
class Median(SingleLine):
    """Median and quartiles of a number, of the cases for which it arises (`among`)."""

    name: str
    unit: Label | None = None
    among: Which | None = None
    topics = ("quartiles",)

    def label(self, source: Source) -> Label:
        return source.data.columns[self.name].label

    def cell(self, source: Source) -> Cell:
        return cells.median(source, Which(self.name, among=self.among), self.unit)

    def notes(self, source: Source) -> Iterable[Label]:
        return (BOUNDED,) if cells.limit_parts(source, self.name) else ()


@dataclass(frozen=True)
class MeanSem(SingleLine):
    """Mean and standard error of a number; a note gives the standard deviation."""

    name: str

    def label(self, source: Source) -> Label:
        return source.data.columns[self.name].label

    def cell(self, source: Source) -> Cell:
        return cells.mean_sem(source, self.name)

    def notes(self, source: Source) -> Iterable[Note]:
        column, summary = source.data.columns[self.name], source.summary(self.name)
        if summary.sd is None:
            return
        sd = typeset.quantity(
            summary.sd, typeset.spread_decimals(summary.sd), column.unit, source.conventions
        )
        yield Note(SEM.fill(name=column.label, sd=sd), (source.data.cases(source.known(self.name)),))


SEM = Label(
    "SEM, standard error of the mean: how precisely the mean is known, not how far patients differ. "
    "{name}: standard deviation {sd}.",
    "标准误（SEM）表示均数的精确程度，不表示患者之间的差异。{name}的标准差为{sd}。",
)


@dataclass(frozen=True)
class Share(SingleLine):
    """Cases with a yes or with one of some levels, as count and percentage of the known.

    `form` is one of the functions of `cells` that take a source and a Which.
    """

    which: Which
    text: Label | None = None
    form: object = cells.share
    topics = ("rounding",)

    @property
    def name(self) -> str:
        return "-".join((self.which.column, *self.which.levels))

    def label(self, source: Source) -> Label:
        return self.text or self.which.label(source)

    def cell(self, source: Source) -> Cell:
        return self.form(source, self.which)


@dataclass(frozen=True)
class Interval(Share):
    """The same with its confidence interval."""

    form: object = cells.interval
    topics = ("rounding", "proportions")


@dataclass(frozen=True)
class Levels(Line):
    """A category: its name, then a row for each level, then the cases of which it is not known.

    `used_only` leaves out levels without any case, for long lists; `rare` are the levels that are
    left out then in any list. `among` are the cases for which the question arises.
    """

    name: str
    used_only: bool = False
    among: Which | None = None
    rare: tuple[str, ...] = ()
    topics = ("rounding",)

    def rows(self, source: Source) -> Iterator[Row]:
        column = source.data.columns[self.name]
        whole = Which(self.name, among=self.among)
        yield Row(self.name, column.label, ())
        if not whole.known(source).any():
            yield Row(f"{self.name}-missing", NOT_KNOWN, (cells.absent(source, whole),), level=1)
            return
        for code, label in column.levels:
            which = Which(self.name, (code,), self.among)
            if which.counted(source).any() or not (self.used_only or code in self.rare):
                yield Row(f"{self.name}-{code}", label, (_plain_share(source, which),), level=1)
        yield from _not_known(source, self.name, whole.missing(source))


@dataclass(frozen=True)
class Kinds(Line):
    """Flags of a family that may stand together, such as treatments: a row for each kind that occurs."""

    prefix: str
    text: Label
    topics = ("rounding",)

    def rows(self, source: Source) -> Iterator[Row]:
        yield Row(self.prefix, self.text, ())
        known = np.zeros(len(source), dtype=bool)
        for name, column in source.data.columns.items():
            if not name.startswith(f"{self.prefix}_") or column.kind != "flag":
                continue
            which = Which(name)
            known |= which.known(source)
            if which.counted(source).any():
                yield Row(name, column.label, (cells.share(source, which),), level=1)
        yield from _not_known(source, self.prefix, ~known)


def _plain_share(source: Source, which: Which) -> Cell:
    counted, known = which.counted(source), which.known(source)
    parts = cells.share_parts(source, counted, known, typeset.count_share_pieces)
    return Cell(parts, cells.share_numbers(source, which))


def _not_known(source: Source, name: str, missing: np.ndarray) -> Iterator[Row]:
    if missing.any():
        parts = (cells.count_part(source, missing), Part(typeset.CASES))
        yield Row(f"{name}-missing", NOT_KNOWN, (Cell(parts, {"n": int(missing.sum())}),), level=1)


@dataclass(frozen=True)
class MedianSurvival(SingleLine):
    """Median survival of an end point."""

    end_point: str
    text: Label
    topics = ("median", "time")

    @property
    def name(self) -> str:
        return f"{self.end_point}-median"

    def label(self, source: Source) -> Label:
        return self.text

    def cell(self, source: Source) -> Cell:
        return cells.median_survival(source, self.end_point)


@dataclass(frozen=True)
class SurvivalRate(SingleLine):
    """Survival of an end point at a number of months."""

    end_point: str
    months: int
    text: Label
    with_interval: bool = True
    topics = ("rates", "time")

    @property
    def name(self) -> str:
        return f"{self.end_point}-{self.months}"

    def label(self, source: Source) -> Label:
        return self.text

    def cell(self, source: Source) -> Cell:
        return cells.survival_rate(source, self.end_point, self.months, with_interval=self.with_interval)


@dataclass(frozen=True)
class FollowUp(SingleLine):
    """Median follow-up by reverse Kaplan-Meier."""

    end_point: str
    text: Label
    topics = ("time",)

    @property
    def name(self) -> str:
        return f"{self.end_point}-follow-up"

    def label(self, source: Source) -> Label:
        return self.text

    def cell(self, source: Source) -> Cell:
        return cells.follow_up(source, self.end_point)


def table(id: str, title: Label, source: Source, lines: Iterable[Line]) -> Table:
    """The lines as a table with the foot notes that they call for, each note once."""
    lines = tuple(lines)
    rows = tuple(row for line in lines for row in line.rows(source))
    return Table(id, title, (ALL_PATIENTS,), rows, CHARACTERISTIC, notes(source, lines, rows))


def notes(source: Source, lines: Iterable[Line], rows: Iterable[Row]) -> tuple[Note, ...]:
    """Methods of the lines, notes of their own, and why a number is absent; each once, in this order."""
    lines = tuple(lines)
    topics = dict.fromkeys(topic for line in lines for topic in line.topics)
    texts: list[Label | Note] = []
    if "rounding" in topics:
        texts.append(KNOWN)
    if topics:
        texts += methods(source.conventions, *topics)
    texts += [text for line in lines for text in line.notes(source)]
    for row in rows:
        for cell in row.cells:
            texts += _reasons(cell)
    each = [one if isinstance(one, Note) else Note(one) for one in texts]
    return tuple({note.text: note for note in each}.values())


def _reasons(cell: Cell) -> Iterator[Label]:
    reason, lower = cell.numbers.get("reason"), cell.numbers.get("lower")
    if reason:
        yield REASONS[reason].sentence
    if lower is not None and lower < 0:
        yield typeset.NEGATIVE_LIMIT
