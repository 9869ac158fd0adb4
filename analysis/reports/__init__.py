"""The reports that can be asked for: a table from slug to what makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analysis.conventions import Conventions
from analysis.dataset import Dataset
from analysis.document import Provenance, Report
from analysis.reports import paper
from registry.labels import Label


@dataclass(frozen=True, slots=True)
class Kind:
    """A report that can be made: its name, what it is for, the conventions it takes by default."""

    title: Label
    summary: Label
    conventions: Conventions
    build: Callable[[Dataset, Conventions, Provenance], Report]


REPORTS: dict[str, Kind] = {"paper": Kind(paper.TITLE, paper.SUMMARY, paper.PRESET, paper.build)}
