"""What a definition returns, and the register of the Methods sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from registry import codes
from registry.labels import Label

YES, NO, UNKNOWN = "yes", "no", "unknown"

# How a comparator reads before its number; none means "equal", which is not printed.
SIGNS: dict[str | None, str] = {None: "", **codes.CMP.fact("sign")}

METHODS: dict[str, Label] = {}

Definition = TypeVar("Definition", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a derived value is what it is: a sentence pattern and what fills its braces.

    The sentence is put together only when it is read: a report derives hundreds of
    thousands of values and shows few reasons. Dates print as ISO 8601.
    """

    pattern: Label
    values: Mapping[str, object]

    @property
    def label(self) -> Label:
        return self.pattern.fill(**self.values)


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived value and its reason.

    Questions are answered "yes", "no" or "unknown" like the yes/no fields of the
    record, categories by a code, quantities by a number; a quantity or grade that
    cannot be known is None.
    """

    value: Any
    reason: Reason


def derived(value: Any, pattern: Label, **values: object) -> Derived:
    return Derived(value, Reason(pattern, values))


def in_methods(zh: str) -> Callable[[Definition], Definition]:
    """Register the first paragraph of a docstring, and `zh`, as the Methods sentence."""

    def register(definition: Definition) -> Definition:
        sentence = (definition.__doc__ or "").strip().split("\n\n")[0]
        METHODS[definition.__name__] = Label(" ".join(sentence.split()), zh)
        return definition

    return register
