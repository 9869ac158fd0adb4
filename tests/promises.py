"""Which test proves which promise, and the figure it measured (manage.py promises).

`@proves("P9", "T25")` marks a test or a whole class; inside, `measured("P9", "…")` records what
was found. The runner writes both down together with the outcome of the test. The long proofs
take their size from `size`: reduced in `make test`, in full in `make prove` (NETLM_FULL=1).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

Tested = TypeVar("Tested", bound=Callable | type)
FIGURES: dict[str, list[str]] = {}
REDUCED: set[str] = set()  # promises of which something was repeated less often than in full


def proves(*ids: str) -> Callable[[Tested], Tested]:
    """Mark a test, or every test of a class, as the proof of these promises and threats."""

    def mark(tested: Tested) -> Tested:
        tested.proves = (*getattr(tested, "proves", ()), *ids)
        return tested

    return mark


def proven_by(test: object) -> tuple[str, ...]:
    """The promises that a test case proves, by its method and by its class."""
    method = getattr(test, getattr(test, "_testMethodName", ""), None)
    return tuple(dict.fromkeys((*getattr(type(test), "proves", ()), *getattr(method, "proves", ()))))


def measured(promise: str, figure: str) -> None:
    """Record the figure that a test has measured for a promise; never a figure typed in."""
    FIGURES.setdefault(promise, []).append(figure)


def in_full() -> bool:
    """Whether the long proofs run in full."""
    return os.environ.get("NETLM_FULL") == "1"


def size(promise: str, *, reduced: int, full: int) -> int:
    """How often a proof is repeated in this run."""
    if not in_full() and reduced < full:
        REDUCED.add(promise)
    return full if in_full() else reduced
