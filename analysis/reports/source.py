"""What every line of a report is made from: the cases, and how this report computes and prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """The cases of one report and its conventions; arrays and curves are made once."""

    data: Dataset
    conventions: Conventions
    _arrays: dict[tuple[str, str], np.ndarray] = field(default_factory=dict, repr=False, compare=False)
    _curves: dict[str, KaplanMeier] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.data)

    def _array(self, what: str, name: str, make: Callable[[str], np.ndarray]) -> np.ndarray:
        key = (what, name)
        if key not in self._arrays:
            self._arrays[key] = make(name)
        return self._arrays[key]

    @property
    def everyone(self) -> np.ndarray:
        return self._array("everyone", "", lambda _: np.ones(len(self.data), dtype=bool))

    def numbers(self, name: str) -> np.ndarray:
        """The values of a numeric or flag column as floats, NaN where missing."""
        return self._array("numbers", name, self.data.numbers)

    def known(self, name: str) -> np.ndarray:
        """Which cases have a value in the column."""
        return self._array("known", name, self.data.known)

    def is_one_of(self, name: str, levels: tuple[str, ...]) -> np.ndarray:
        """Which cases have one of `levels` in a category column."""
        places = self._array("places", name, lambda _: self.data[name].cat.codes.to_numpy())
        wanted = [place for place, (code, _) in enumerate(self.data.columns[name].levels) if code in levels]
        return places == wanted[0] if len(wanted) == 1 else np.isin(places, wanted)

    def part(self, text: Label, cases: np.ndarray, *disclosed: np.ndarray) -> Part:
        """A printed number with the cases behind it; `disclosed` are further sets whose size it tells."""
        return Part(text, self.data.cases(cases), tuple(map(self.data.cases, disclosed)))

    def summary(self, name: str, among: np.ndarray | None = None) -> Summary:
        """Location and spread of a column, of all cases or of those in `among`."""
        values = self.numbers(name)
        return describe.summarise(
            values if among is None else np.where(among, values, np.nan), self.conventions
        )

    def curve(self, end_point: str) -> KaplanMeier:
        """The survival curve of an end point, in months."""
        if end_point not in self._curves:
            self._curves[end_point] = survival.kaplan_meier(
                self.numbers(f"{end_point}_months"), self.numbers(f"{end_point}_event")
            )
        return self._curves[end_point]

    def followed_for(self, end_point: str, months: float) -> np.ndarray:
        """Those at risk at a time: followed up at least as long."""
        with np.errstate(invalid="ignore"):
            return self.curve(end_point).used & (self.numbers(f"{end_point}_months") >= months)

    def ended_by(self, end_point: str, months: float, *, event: bool) -> np.ndarray:
        """Those with the event (or censored) up to and including a time."""
        with np.errstate(invalid="ignore"):
            ended = self.numbers(f"{end_point}_months") <= months
        return self.curve(end_point).used & ended & (self.numbers(f"{end_point}_event") == event)


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
            return source.is_one_of(self.column, self.levels) & self.asked(source)
        return (source.numbers(self.column) == 1) & self.asked(source)

    def asked(self, source: Source) -> np.ndarray:
        """The cases for which the question arises."""
        return self.among.counted(source) if self.among else source.everyone

    def known(self, source: Source) -> np.ndarray:
        """The cases of which it is known whether they count."""
        return source.known(self.column) & self.asked(source)

    def missing(self, source: Source) -> np.ndarray:
        """The cases for which the question arises and of which it is not known."""
        return self.asked(source) & ~source.known(self.column)

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
            source.numbers(name) == 1
            for name, column in source.data.columns.items()
            if name.startswith(f"{self.prefix}_") and column.kind == "flag"
        ]
        return np.logical_or.reduce(flags) if flags else ~source.everyone


Numbers = Mapping[str, float | int | str | bool | None]
