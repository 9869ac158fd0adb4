"""When a question is asked.

A condition is data: the server evaluates it, and the browser evaluates the same data
(`as_data`), so the two can never disagree. A name without a dot is a question of the
same form or row; `section.name` is an answer of another section of the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Lookup = Callable[[str], object]


class Condition:
    """Something that is true or false of the answers given so far."""

    def holds(self, answer: Lookup) -> bool:
        raise NotImplementedError

    def names(self) -> Iterator[str]:
        raise NotImplementedError

    def as_data(self, answer: Lookup) -> object:
        """The condition for the browser; answers of other sections are settled here."""
        raise NotImplementedError

    def __and__(self, other: Condition) -> Condition:
        return All((self, other))

    def __or__(self, other: Condition) -> Condition:
        return Any((self, other))


def _given(value: object) -> bool:
    return value is not None and value != "" and value != []


@dataclass(frozen=True)
class Is(Condition):
    """The answer is one of `codes` (or, for a set of answers, contains one of them)."""

    name: str
    codes: tuple[str, ...]

    def __init__(self, name: str, *codes: str):
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "codes", codes)

    def holds(self, answer: Lookup) -> bool:
        value = answer(self.name)
        if isinstance(value, list | tuple):
            return any(one in self.codes for one in value)
        return value is not None and str(value) in self.codes

    def names(self) -> Iterator[str]:
        yield self.name

    def as_data(self, answer: Lookup) -> object:
        if "." in self.name:
            return self.holds(answer)
        return {"is": [self.name, list(self.codes)]}


@dataclass(frozen=True)
class Given(Condition):
    """Anything at all was answered."""

    name: str

    def holds(self, answer: Lookup) -> bool:
        return _given(answer(self.name))

    def names(self) -> Iterator[str]:
        yield self.name

    def as_data(self, answer: Lookup) -> object:
        return self.holds(answer) if "." in self.name else {"given": self.name}


@dataclass(frozen=True)
class GivenExcept(Condition):
    """Answered, and with none of `codes`."""

    name: str
    codes: tuple[str, ...]

    def __init__(self, name: str, *codes: str):
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "codes", codes)

    def holds(self, answer: Lookup) -> bool:
        return _given(answer(self.name)) and not Is(self.name, *self.codes).holds(answer)

    def names(self) -> Iterator[str]:
        yield self.name

    def as_data(self, answer: Lookup) -> object:
        if "." in self.name:
            return self.holds(answer)
        return {"except": [self.name, list(self.codes)]}


@dataclass(frozen=True)
class Within(Condition):
    """The date `name` lies no more than `days` after the date `since`."""

    name: str
    since: str
    days: int

    def holds(self, answer: Lookup) -> bool:
        later, earlier = answer(self.name), answer(self.since)
        return bool(later and earlier) and (later - earlier).days <= self.days

    def names(self) -> Iterator[str]:
        yield from (self.name, self.since)

    def as_data(self, answer: Lookup) -> object:
        since = answer(self.since)
        return {"within": [self.name, str(since), self.days]} if since else False


@dataclass(frozen=True)
class All(Condition):
    """Every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, answer: Lookup) -> bool:
        return all(part.holds(answer) for part in self.parts)

    def names(self) -> Iterator[str]:
        return (name for part in self.parts for name in part.names())

    def as_data(self, answer: Lookup) -> object:
        return {"all": [part.as_data(answer) for part in self.parts]}


@dataclass(frozen=True)
class Any(Condition):
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, answer: Lookup) -> bool:
        return any(part.holds(answer) for part in self.parts)

    def names(self) -> Iterator[str]:
        return (name for part in self.parts for name in part.names())

    def as_data(self, answer: Lookup) -> object:
        return {"any": [part.as_data(answer) for part in self.parts]}
