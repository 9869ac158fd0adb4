"""What the check of an abstract finds, with the passages it speaks of."""

from __future__ import annotations

from dataclasses import dataclass

from analysis import typeset
from analysis.consistency.abstract.facts import Span
from analysis.conventions import REGISTRY
from analysis.document import Finding, Severity
from registry.labels import Label


@dataclass(frozen=True, slots=True)
class PassageFinding(Finding):
    """A finding about a text: `passages` are (start, end) in it, in order, not overlapping."""

    passages: tuple[Span, ...] = ()


def passage(key: str, severity: Severity, sentence: Label, *spans: Span) -> PassageFinding:
    """A finding with its passages in order, overlapping ones as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return PassageFinding(key, severity, sentence, passages=tuple(joined))


def said(value: float, decimals: int = 1) -> str:
    """A computed number as a sentence prints it."""
    return typeset.number(value, decimals, REGISTRY).en


def plain(value: float) -> str:
    """A number of months or a count, without decimals where it has none."""
    return said(value, 0 if float(value).is_integer() else 1)
