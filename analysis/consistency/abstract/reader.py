"""The state of reading one abstract."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analysis.consistency.abstract.facts import Fact
from analysis.consistency.abstract.text import Numeral, Text


@dataclass
class Reader:
    """The text, the facts found so far, the numerals they claim, and the brackets that interrupt lists."""

    text: Text
    facts: list[Fact] = field(default_factory=list)
    read: set[int] = field(default_factory=set)
    brackets: list[tuple[int, int]] = field(default_factory=list)

    @property
    def masked(self) -> str:
        return self.text.masked

    def add(self, fact: Fact, *numerals: Numeral | None) -> None:
        """Keep a fact; the numerals are read."""
        self.facts.append(fact)
        self.claim(*numerals)

    def claim(self, *numerals: Numeral | None) -> None:
        self.read.update(one.index for one in numerals if one is not None)

    def are_free(self, *numerals: Numeral | None) -> bool:
        """Whether none of the numerals has been read yet."""
        return all(one is None or one.index not in self.read for one in numerals)

    def span(self, match: re.Match) -> tuple[int, int]:
        """The pasted span of a match, with the bracket that closes it."""
        start, end = match.span()
        opened = self.masked.count("(", start, end) > self.masked.count(")", start, end)
        return self.text.span(start, end + (opened and self.masked.startswith(")", end)))

    def without_brackets(self) -> Text:
        """The text without the brackets noted so far, so that lists of numbers stand uninterrupted."""
        return self.text.without(self.brackets)


def span_of(*numerals: Numeral) -> tuple[int, int]:
    """The pasted span from the first of the numerals to the last, in whatever order they are given."""
    return min(one.start for one in numerals), max(one.end for one in numerals)


def is_whole(*numerals: Numeral | None) -> bool:
    """Whether the numerals that are there are counts."""
    return all(one is None or (one.value.denominator == 1 and one.value >= 0) for one in numerals)
