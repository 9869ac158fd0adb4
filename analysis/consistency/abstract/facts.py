"""What was read in an abstract: each fact with its numerals as printed and its place in the pasted text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from analysis.consistency.abstract import words
from analysis.consistency.abstract.text import Numeral, Text

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Share:
    """A count, its total and its percentage, as far as they are printed together."""

    span: Span
    count: Numeral | None = None
    total: Numeral | None = None
    percent: Numeral | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence interval. `measure` says of what; `unit` is "%" or one of time."""

    span: Span
    value: Numeral | None
    lower: Numeral
    upper: Numeral
    level: Numeral | None
    measure: Literal["median survival", "ratio", "percent", "other"]
    end_point: str = ""
    unit: str = ""
    p: PValue | None = None
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class PValue:
    span: Span
    relation: str
    value: Numeral


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean with what follows its ±: "sd", "sem", or "" where the text does not say."""

    span: Span
    mean: Numeral
    spread: Numeral
    kind: Literal["sd", "sem", ""]
    unit: str


@dataclass(frozen=True, slots=True)
class Middle:
    """A median with quartiles or range, or a bracket that does not say which."""

    span: Span
    value: Numeral
    low: Numeral
    high: Numeral
    kind: Literal["quartiles", "range", ""]
    unit: str


@dataclass(frozen=True, slots=True)
class MedianTime:
    """A median survival in months; `value` is None where it was not reached."""

    span: Span
    end_point: str
    value: Numeral | None
    months: float = 1.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Survival in percent at `months` after the start; `time` is printed in its own unit."""

    span: Span
    end_point: str
    time: Numeral
    months: float
    percent: Numeral


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A list of times and a list of rates that do not have the same length."""

    span: Span
    times: int
    rates: int


@dataclass(frozen=True, slots=True)
class Count:
    """Something counted; `what` is "patients", "male", "female", "g1" … or "other".

    `is_total` if all patients are meant, `is_stated` if the words around it say so.
    """

    span: Span
    number: Numeral
    what: str
    is_total: bool = False
    is_stated: bool = False


@dataclass(frozen=True, slots=True)
class NoneSeen:
    """Words or a 0 that say that none had the event; `bounded` if an upper limit stands beside it."""

    span: Span
    total: Numeral | None = None
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Follow-up as printed; `longest` in months where a range is given."""

    span: Span
    longest: Numeral | None = None
    months: float = 1.0


Fact = (
    Share | Interval | PValue | Spread | Middle | MedianTime | Rate | Mismatch | Count | NoneSeen | FollowUp
)


@dataclass(frozen=True, slots=True)
class Unread:
    """A numeral of the text that no pattern understood, with the words around it."""

    text: str
    start: int
    end: int
    snippet: str


@dataclass(frozen=True, slots=True)
class Abstract:
    """A pasted abstract as far as it could be read.

    `facts` are in the order of the text; every numeral is either in `read` (indices of `text.numerals`),
    part of a name (`text.names`), or in `unread`.
    """

    text: Text
    facts: tuple[Fact, ...]
    read: frozenset[int]
    unread: tuple[Unread, ...] = field(default=())

    def of(self, kind: type) -> list:
        """The facts of one kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    @property
    def numerals(self) -> int:
        """How many numerals the text has, those in names included."""
        return len(self.text.numerals) + len(self.text.names)

    @property
    def patients(self) -> int | None:
        """How many patients it is about: the largest total stated, else the commonest denominator."""
        totals = [int(fact.number.value) for fact in self.of(Count) if fact.is_total]
        if totals:
            return max(totals)
        denominators = [int(fact.total.value) for fact in self.of(Share) if fact.total is not None]
        return max(set(denominators), key=lambda total: (denominators.count(total), total), default=None)

    @property
    def has_groups(self) -> bool:
        """Whether the text compares groups, so that two numbers may be about different patients."""
        return bool(words.GROUPS.search(self.text.masked))

    @property
    def is_sure_of_patients(self) -> bool:
        """Whether something besides its place says that `patients` is the number of all patients."""
        total = self.patients
        stated = any(fact.is_stated and fact.number.value == total for fact in self.of(Count))
        divided_by = any(fact.total is not None and fact.total.value == total for fact in self.of(Share))
        both_sexes = sum(fact.number.value for fact in self.of(Count) if fact.what in ("male", "female"))
        return not self.has_groups and (stated or divided_by or both_sexes == total)
