"""An attacker who reads released reports: what the printed text alone allows the hidden counts to be.

Written apart from the code that hides: it knows nothing of sets of cases, only the variables of a table and
all their possible combinations, and it reads the numbers out of the printed text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from analysis.conventions import REGISTRY
from analysis.dataset import Column, Dataset
from analysis.document import Provenance, Report, Section
from analysis.reports import lines
from analysis.reports.source import Source, Which
from registry.labels import both

SMALL = 10
SHARE = re.compile(r"^(?P<n>[\d ]+) \((?P<percent>[\d.]+)%\)(, (?P<missing>\d+) not known)?$")
FRACTION = re.compile(r"^(?P<n>[\d ]+)/(?P<total>[\d ]+)( \(.*\))?(, (?P<missing>\d+) not known)?$")
COUNT = re.compile(r"^(?P<n>[\d ]+)( patients?)?$")


@dataclass(frozen=True)
class World:
    """Cases with three variables and a filter; `levels` of each variable, None for a missing answer."""

    frame: pd.DataFrame
    levels: dict[str, tuple]

    def dataset(self, kept: np.ndarray) -> Dataset:
        frame = self.frame[kept].reset_index(drop=True)
        columns, typed = {}, {}
        for name, levels in self.levels.items():
            codes = [one for one in levels if one is not None]
            if name == "flag":
                columns[name] = Column(name, both(name), "flag")
                typed[name] = frame[name].map({"1": 1, "0": 0}).astype("Int8")
            else:
                columns[name] = Column(
                    name, both(name), "category", levels=tuple((c, both(c)) for c in codes)
                )
                typed[name] = pd.Categorical(frame[name], categories=codes)
        ids = np.array([f"C{one}" for one in np.flatnonzero(kept)], dtype=object)
        return Dataset(pd.DataFrame(typed), columns, ids)

    def report(self, kept: np.ndarray) -> Report:
        source = Source(self.dataset(kept), REGISTRY)
        listed = (
            lines.Patients(),
            lines.Levels("grade"),
            lines.Levels("site", used_only=True),
            lines.Share(Which("flag")),
            lines.Interval(Which("flag")),
            lines.Share(Which("grade", ("a", "b")), both("a or b")),
        )
        table = lines.table("table", both("table"), source, listed)
        provenance = Provenance(False, (("cases", both("Cases"), both(str(len(source)))),), {})
        return Report("paper", both("Report"), (Section("all", both("All"), (table,)),), provenance)


def world(seed: int) -> World:
    """Cases whose levels are of very different frequency, with some answers missing."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(60, 500))
    levels = {"grade": ("a", "b", "c", None), "site": ("p", "q", "r", "s", None), "flag": ("1", "0", None)}
    frame = pd.DataFrame({name: _drawn(rng, n, found) for name, found in levels.items()})
    return World(frame, levels)


def _drawn(rng: np.random.Generator, n: int, levels: Sequence) -> list:
    shares = rng.dirichlet([0.7] * len(levels))
    shares[-1] *= rng.choice([0, 0.2, 1])
    return [levels[one] for one in rng.choice(len(levels), n, p=shares / shares.sum())]


def one_filter_apart(found: World, seed: int) -> list[np.ndarray]:
    """All cases, and those of a filter that takes few, some or most of them away."""
    rng = np.random.default_rng(seed + 10**6)
    n = len(found.frame)
    return [np.ones(n, dtype=bool), rng.random(n) >= rng.choice([0.02, 0.1, 0.5, 0.9])]


class Attacker:
    """What two released reports allow, over every combination of levels inside and outside the filter."""

    def __init__(self, found: World, kept: Sequence[np.ndarray], released: Sequence[Report]):
        self.found, self.kept = found, kept
        self.names = list(found.levels)
        self.cells = list(product(*found.levels.values(), (False, True)))
        self.equal: list[tuple[np.ndarray, float]] = []
        self.at_most: list[tuple[np.ndarray, float]] = []
        for number, report in enumerate(released):
            self.read(report, number)

    def of(self, number: int, **levels: tuple) -> np.ndarray:
        """A weight for each combination: 1 for the cases of a report with one of these levels."""
        weights = np.zeros(len(self.cells))
        for place, cell in enumerate(self.cells):
            inside = number == 0 or cell[-1]
            fits = all(cell[self.names.index(name)] in wanted for name, wanted in levels.items())
            weights[place] = inside and fits
        return weights

    def truth(self, weights: np.ndarray) -> int:
        """The count as it really is."""
        keys = zip(*(self.found.frame[name] for name in self.names), self.kept[1], strict=True)
        place = {cell: number for number, cell in enumerate(self.cells)}
        return int(sum(weights[place[tuple(_plain(one) for one in key)]] for key in keys))

    def read(self, report: Report, number: int) -> None:
        tables = [table for section in report.sections for table in section.tables]  # none: withheld
        for row in tables[0].rows if tables else ():
            for cell in row.cells:
                self.learn(cell.text("en"), number, row.id)

    def learn(self, text: str, number: int, row: str) -> None:
        counted, known, missing = self.meaning(number, row)
        if row.endswith("-missing") or row == "patients":
            found = COUNT.match(text)
            if found:
                self.equal.append((counted, _int(found["n"])))
            return
        for pattern in (SHARE, FRACTION):
            if found := pattern.match(text):
                n = _int(found["n"])
                self.equal.append((counted, n))
                if "total" in found.groupdict():
                    self.equal.append((known, _int(found["total"])))
                else:
                    self.percentage(known, n, found["percent"])
                if found["missing"]:
                    self.equal.append((missing, _int(found["missing"])))
                return

    def percentage(self, known: np.ndarray, n: int, percent: str) -> None:
        half = 0.05 if "." in percent else 0.5
        low, high = float(percent) - half, float(percent) + half
        self.at_most.append((-high * known, -100.0 * n))
        self.at_most.append((low * known, 100.0 * n))

    def meaning(self, number: int, row: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The cases that a row counts, those of known answer, those of missing answer."""
        name, _, rest = row.partition("-")
        if name == "patients":
            return (self.of(number),) * 3
        answers = tuple(one for one in self.found.levels[name] if one is not None)
        known, missing = self.of(number, **{name: answers}), self.of(number, **{name: (None,)})
        if rest == "missing":
            return missing, known, missing
        levels = ("1",) if name == "flag" else tuple(rest.split("-"))
        return self.of(number, **{name: levels}), known, missing

    def sensitive(self) -> Iterator[np.ndarray]:
        """Everything small that a table, or two tables one filter apart, must not tell."""
        each = []
        for name, levels in self.found.levels.items():
            wanted = [(one,) for one in levels] + [("a", "b")] * (name == "grade")
            wanted.append(tuple(one for one in levels if one is not None))
            each += [{name: one} for one in wanted]
        for chosen in [{}, *each]:
            whole, part = self.of(0, **chosen), self.of(1, **chosen)
            yield from (one for one in (whole, part, whole - part) if 1 <= self.truth(one) <= SMALL)

    def range_of(self, weights: np.ndarray) -> float:
        """How far apart the least and the most are that the printed numbers allow."""
        ends = [self._least(sign * weights) for sign in (1, -1)]
        return -ends[1] - ends[0]

    def _least(self, weights: np.ndarray) -> float:
        solved = linprog(weights, *self._limits(self.at_most), *self._limits(self.equal), method="highs")
        if solved.status == 3:
            return -np.inf
        assert solved.status == 0, solved.message
        return solved.fun

    @staticmethod
    def _limits(found: list[tuple[np.ndarray, float]]) -> tuple:
        if not found:
            return None, None
        return np.array([one for one, _ in found]), np.array([value for _, value in found], dtype=float)


def _plain(value):
    return None if value is None or value != value else value


def _int(text: str) -> int:
    return int(text.replace(" ", ""))
