"""Which numbers compared with R test which method, and how closely they agree.

What R says is stored; our side of an area is computed when it is first asked for, which takes up to some
seconds, and then kept as long as the process lives.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Context, Decimal
from fnmatch import fnmatchcase
from functools import cache
from threading import Lock

from analysis.methods import Method, chapters
from analysis.reference import AREAS, Compared, compare, expected, r_versions, tolerance
from registry.labels import Label, both

_ROUND_UP = Context(prec=2, rounding=ROUND_UP)
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ONE_AT_A_TIME = Lock()
_computed: dict[str, Mapping[str, Compared]] = {}


@dataclass(frozen=True, slots=True)
class Agreement:
    """The numbers of one area, or of one method in it, beside R's."""

    area: str
    names: tuple[str, ...]

    @property
    def r(self) -> str:
        """Which R and which packages answered."""
        return r_versions(self.area)

    @property
    def count(self) -> int:
        return len(self.names)

    @property
    def tolerances(self) -> str:
        """The relative tolerances that apply, the strictest first, as text."""
        given = _tolerances(self.area)
        found = {tolerance(given, name) for name in self.names}
        return ", ".join(scientific(one) for one in sorted(found))

    @property
    def computed(self) -> bool:
        """Whether our side is there already."""
        return self.area in _computed

    @property
    def figures(self) -> tuple[Compared, ...]:
        """The numbers in R's order; computes our side if it is not there."""
        with _ONE_AT_A_TIME:
            if self.area not in _computed:
                _computed[self.area] = {one.name: one for one in compare(self.area)}
        return tuple(_computed[self.area][name] for name in self.names)

    @property
    def disagreeing(self) -> int:
        """How many differ by more than their tolerance."""
        return sum(not figure.agrees for figure in self.figures)

    @property
    def largest(self) -> str:
        """The largest relative difference as text; empty where none of the numbers can be estimated."""
        found = [figure.difference for figure in self.figures if figure.difference is not None]
        return scientific(max(found)) if found else ""


@cache
def whole(area: str) -> Agreement:
    """Every number of `area`. Raises KeyError for an area that is not compared."""
    if area not in AREAS:
        raise KeyError(area)
    return Agreement(area, tuple(expected(area)))


@cache
def agreements(method: Method) -> tuple[Agreement, ...]:
    """The numbers that test `method`, by area; empty for a method that R does not test."""
    globs: dict[str, list[str]] = {}
    for pattern in method.compared:
        area, _, glob = pattern.partition(":")
        globs.setdefault(area, []).append(glob)
    return tuple(Agreement(area, _matching(whole(area).names, wanted)) for area, wanted in globs.items())


def method_at(address: str) -> Method:
    """The method at "chapter.method". Raises KeyError when there is none."""
    for chapter in chapters():
        for method in chapter.methods:
            if f"{chapter.slug}.{method.slug}" == address:
                return method
    raise KeyError(address)


def titles() -> dict[str, Label]:
    """A title for every area, in the order of the page: that of the first chapter that it tests."""
    found: dict[str, Label] = {}
    for chapter in chapters():
        for method in chapter.methods:
            for one in agreements(method):
                found.setdefault(one.area, chapter.title)
    return found | {area: both(area) for area in AREAS if area not in found}


def scientific(value: float) -> str:
    """A difference or tolerance with two digits, rounded up so that it never looks smaller: 3.2 × 10⁻¹⁴."""
    if not value:
        return "0"
    digits, exponent = f"{_ROUND_UP.plus(Decimal(repr(value))):.1e}".split("e")
    power = str(int(exponent)).translate(_SUPERSCRIPTS)
    return f"10{power}" if digits == "1.0" else f"{digits} × 10{power}"


def _matching(names: tuple[str, ...], globs: list[str]) -> tuple[str, ...]:
    return tuple(name for name in names if any(fnmatchcase(name, glob) for glob in globs))


def _tolerances(area: str) -> Mapping[str, float]:
    return importlib.import_module(f"analysis.reference.{area}").TOLERANCES
