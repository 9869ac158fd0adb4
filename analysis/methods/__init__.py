"""How our numbers are made, as data: definition, formula and source of every method.

The page "How these numbers are made" prints these entries beside the comparison with R.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from registry.labels import Label

# The chapters in the order of the page; each is the CHAPTER of the module of that name in this folder.
ORDER = (
    "describe",
    "survival",
    "cox",
    "logistic",
    "weighting",
    "imputation",
    "competing",
    "quality",
    "consistency",
)


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


@cache
def chapters() -> tuple[Chapter, ...]:
    """Every chapter in the order of the page. Raises ValueError for a module without a place in ORDER."""
    names = {path.stem for path in Path(__file__).parent.glob("*.py")} - {"__init__", "conventions"}
    return tuple(
        importlib.import_module(f"{__name__}.{name}").CHAPTER for name in sorted(names, key=ORDER.index)
    )
