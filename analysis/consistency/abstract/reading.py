"""From a pasted text to facts: each step is a few patterns, the more specific ones first.

A numeral that a step has claimed is not read again as something else by a later one.
"""

from __future__ import annotations

from analysis.consistency.abstract import intervals, numbers, survival_times, text
from analysis.consistency.abstract.facts import Abstract, Unread
from analysis.consistency.abstract.reader import Reader
from analysis.consistency.abstract.text import MOST_SIGNS
from registry.labels import Label

AROUND = 25  # signs shown on each side of what could not be read

TOO_LONG = Label(
    "The text has {n} characters; an abstract of at most {most} can be checked.",
    "文本共{n}个字符；最多可核对{most}个字符的摘要。",
)

# Dates and sexes come first, since a later step would take them for fractions.
_STEPS = (
    numbers.dates,
    numbers.sexes,
    intervals.intervals,
    intervals.spreads,
    numbers.shares,
    survival_times.medians,
    survival_times.rates,
    intervals.middles,
    survival_times.follow_up,
    numbers.p_values,
    numbers.none_seen,
    numbers.grades,
    numbers.counts,
    numbers.percentages,
    numbers.quantities,
)


class TooLong(ValueError):
    """The pasted text is longer than can be checked; `message` says so in both languages."""

    def __init__(self, signs: int):
        self.message = TOO_LONG.fill(n=signs, most=MOST_SIGNS)
        super().__init__(self.message.en)


def read_abstract(raw: str) -> Abstract:
    """What the abstract says in numbers, in English or Chinese, and which numerals could not be read.

    Raises TooLong for more than 20 000 signs. No other text is refused; the cost is linear in its length.
    """
    if len(raw) > MOST_SIGNS:
        raise TooLong(len(raw))
    reader = Reader(text.read(raw))
    for step in _STEPS:
        step(reader)
    unread = tuple(
        Unread(raw[one.start : one.end], one.start, one.end, _snippet(raw, one.start, one.end))
        for one in reader.text.numerals
        if one.index not in reader.read
    )
    facts = tuple(sorted(reader.facts, key=lambda fact: fact.span))
    return Abstract(reader.text, facts, frozenset(reader.read), unread)


def _snippet(raw: str, start: int, end: int) -> str:
    before, after = max(0, start - AROUND), min(len(raw), end + AROUND)
    cut = ("…" if before else "", "…" if after < len(raw) else "")
    return cut[0] + " ".join(raw[before:after].split()) + cut[1]
