"""A pasted text cut into runs by what was found there, for showing it with marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from analysis.consistency.abstract.audit import AbstractAudit
from analysis.consistency.abstract.facts import Span

AROUND = 30  # signs of context on each side of a passage
_RANK = ("", "read", "unread", "agreement", "note", "warning", "contradiction")


class Run(NamedTuple):
    """A run of the text; `mark` is "" or what was found there."""

    text: str
    mark: str


def marked(text: str, audit: AbstractAudit) -> tuple[Run, ...]:
    """The whole text: each sign has the gravest mark of those that cover it."""
    ranks = bytearray(len(text))
    abstract = audit.abstract
    for numeral in abstract.text.numerals:
        _paint(ranks, (numeral.start, numeral.end), "read" if numeral.index in abstract.read else "unread")
    for finding in (*audit.agreements, *audit.remarks, *audit.contradictions):
        for span in finding.passages:
            _paint(ranks, span, finding.severity)
    return tuple(_runs(text, ranks, 0, len(text)))


def excerpt(text: str, passages: Iterable[Span], mark: str) -> tuple[Run, ...]:
    """The passages with a little of what stands around them, marked; "…" where something is left out."""
    ranks = bytearray(len(text))
    windows: list[Span] = []
    for start, end in passages:
        _paint(ranks, (start, end), mark)
        begin, stop = max(0, start - AROUND), min(len(text), end + AROUND)
        if windows and begin <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(stop, windows[-1][1]))
        else:
            windows.append((begin, stop))
    runs: list[Run] = []
    for begin, stop in windows:
        runs += [Run("…", "")] if begin else []
        runs += _runs(text, ranks, begin, stop)
    if windows and windows[-1][1] < len(text):
        runs.append(Run("…", ""))
    return tuple(runs)


def _paint(ranks: bytearray, span: Span, mark: str) -> None:
    rank = _RANK.index(mark)
    for place in range(*span):
        ranks[place] = max(ranks[place], rank)


def _runs(text: str, ranks: bytearray, start: int, end: int) -> Iterator[Run]:
    for rank, places in groupby(range(start, end), key=ranks.__getitem__):
        yield Run("".join(text[place] for place in places), _RANK[rank])
