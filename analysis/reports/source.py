"""What every line of a report is made from: the cases, and how this report computes and prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analysis import describe, survival
from analysis.conventions import Conventions
from analysis.dataset import Dataset
from analysis.document import Part
from analysis.estimate import Summary
from analysis.survival import KaplanMeier
from registry.labels import Label


@dataclass(frozen=True, slots=True)
class Source:
    """The cases of one report and its conventions; curves are computed once."""

    data: Dataset
    conventions: Conventions
    _curves: dict[str, KaplanMeier] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def everyone(self) -> np.ndarray:
        return np.ones(len(self.data), dtype=bool)

    def part(self, text: Label, cases: np.ndarray) -> Part:
        """A printed number with the cases behind it."""
        return Part(text, self.data.cases(cases))

    def summary(self, name: str) -> Summary:
        return describe.summarise(self.data.numbers(name), self.conventions)

    def curve(self, end_point: str) -> KaplanMeier:
        """The survival curve of an end point, in months."""
        if end_point not in self._curves:
            self._curves[end_point] = survival.kaplan_meier(
                self.data.numbers(f"{end_point}_months"), self.data.numbers(f"{end_point}_event")
            )
        return self._curves[end_point]

    def followed_for(self, end_point: str, months: float) -> np.ndarray:
        """Those at risk at a time: followed up at least as long."""
        with np.errstate(invalid="ignore"):
            return self.curve(end_point).used & (self.data.numbers(f"{end_point}_months") >= months)

    def ended_by(self, end_point: str, months: float, *, event: bool) -> np.ndarray:
        """Those with the event (or censored) up to and including a time."""
        with np.errstate(invalid="ignore"):
            ended = self.data.numbers(f"{end_point}_months") <= months
        return self.curve(end_point).used & ended & (self.data.numbers(f"{end_point}_event") == event)


@dataclass(frozen=True, slots=True)
class Which:
    """The cases with a yes in a flag column, or with one of `levels` in a category column.

    `among` says for whom the question arises at all (conversion only where a minimally invasive
    operation was planned); for the others it is neither known nor missing.
    """

    column: str
    levels: tuple[str, ...] = ()
    among: Which | AnyKind | None = None

    def counted(self, source: Source) -> np.ndarray:
        if self.levels:
            return source.data.mask(self.column, *self.levels) & self.asked(source)
        return (source.data.numbers(self.column) == 1) & self.asked(source)

    def asked(self, source: Source) -> np.ndarray:
        """The cases for which the question arises."""
        return self.among.counted(source) if self.among else source.everyone

    def known(self, source: Source) -> np.ndarray:
        """The cases of which it is known whether they count."""
        return source.data.known(self.column) & self.asked(source)

    def missing(self, source: Source) -> np.ndarray:
        """The cases for which the question arises and of which it is not known."""
        return self.asked(source) & ~source.data.known(self.column)

    def label(self, source: Source) -> Label:
        """The wording of the flag, or of the one level."""
        column = source.data.columns[self.column]
        return column.level_label(self.levels[0]) if len(self.levels) == 1 else column.label


@dataclass(frozen=True, slots=True)
class AnyKind:
    """The cases with at least one flag of a family, such as any treatment after surgery."""

    prefix: str

    def counted(self, source: Source) -> np.ndarray:
        flags = [
            source.data.numbers(name) == 1
            for name, column in source.data.columns.items()
            if name.startswith(f"{self.prefix}_") and column.kind == "flag"
        ]
        return np.logical_or.reduce(flags) if flags else ~source.everyone


Numbers = Mapping[str, float | int | str | bool | None]
