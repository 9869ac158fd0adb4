"""How our numbers are made, as data: definition, formula and source of every method.

The page "How these numbers are made" prints these entries beside the comparison with R.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.labels import Label


@dataclass(frozen=True, slots=True)
class Method:
    """One method. `formula` is plain mathematical text, the same in both languages; `source` a citation.

    `compared` are patterns, as in file names, of the numbers in analysis/reference that test it:
    "survival:*/median/*". `not_compared` says why there are none.
    """

    slug: str
    name: Label
    definition: Label
    formula: str
    source: str
    compared: tuple[str, ...] = ()
    not_compared: Label | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """Methods that belong together."""

    slug: str
    title: Label
    methods: tuple[Method, ...]
