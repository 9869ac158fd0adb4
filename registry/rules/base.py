"""What a rule between answers is, and how the rules are asked.

A rule names the answers that it reads, has one sentence for what is wrong, and a test that
says where it is broken. It never fires on an answer that is missing: a missing answer is
incomplete, not contradictory.

Some rules of the dictionary need two sentences; such a rule stands twice, with a letter
(X014a, X014b). Limits between fields that the dictionary names only beside a field
(section 4) are numbered X200 and up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from django.db import models

from registry.case import REPEATED, CaseFile
from registry.fields import shown
from registry.labels import Label
from registry.models import Remark

REJECT, WARN, QUERY = "E", "W", "Q"
NOT_ANSWERED = Label("not answered", "未填写")
LONGEST_KEY = 200

Verdict = bool | dict[str, object]
"""What a test says of a case: kept (False), broken (True), or broken with further values for
the sentence."""


@dataclass(frozen=True)
class Place:
    """An answer at which a message can stand.

    `section` is a name of CaseFile ("operation", "visits" …). `row` is the row where the
    section repeats; a repeated section without a row means its rows as a whole.
    """

    section: str
    field: str
    row: models.Model | None = None


@dataclass(frozen=True)
class Breach:
    """One contradiction. `places` are all the answers involved; the message stands at the first.

    `values` fill the sentence, `answers` are the raw answers that a confirmation refers to.
    """

    places: tuple[Place, ...]
    values: Mapping[str, object]
    answers: tuple[str, ...]

    @property
    def section(self) -> str:
        return self.places[0].section

    @property
    def field(self) -> str:
        return self.places[0].field

    @property
    def row(self) -> models.Model | None:
        return self.places[0].row

    def seen_from(self, section: str) -> Breach | None:
        """The same contradiction with the message at an answer of `section`, if it involves one."""
        here = next((place for place in self.places if place.section == section), None)
        if here is None:
            return None
        return replace(self, places=(here, *(place for place in self.places if place is not here)))


@dataclass(frozen=True)
class Rule:
    """`id` is the dictionary's (X010). `reads` are the answers it looks at, as section.field."""

    id: str
    severity: str
    reads: tuple[str, ...]
    message: Label
    breaches: Callable[[CaseFile], Iterator[Breach]]

    @cached_property
    def sections(self) -> frozenset[str]:
        return frozenset(name.split(".")[0] for name in self.reads)


@dataclass(frozen=True)
class Finding:
    """A broken rule in one case."""

    rule: Rule
    breach: Breach

    @property
    def severity(self) -> str:
        return self.rule.severity

    @property
    def message(self) -> Label:
        """The sentence with its values, in both languages."""
        return self.rule.message.fill(**self.breach.values)

    @property
    def key(self) -> str:
        """Names the rule and the answers involved: a confirmation holds for these answers only.

        The same from whichever section it is seen, in every language, and at most
        `LONGEST_KEY` characters long.
        """
        text = " ".join((self.rule.id, *sorted(self.breach.answers)))
        if len(text) <= LONGEST_KEY:
            return text
        return f"{self.rule.id} {hashlib.sha256(text.encode()).hexdigest()}"

    def is_confirmed(self, case: CaseFile) -> bool:
        """Somebody has confirmed these answers, at whichever of the places involved."""
        places = [_address(case, place) for place in self.breach.places]
        return any(
            one.kind == Remark.CONFIRMED
            and one.content == self.key
            and (one.table, one.row_id, one.field) in places
            for one in case.remarks
        )


RULES: list[Rule] = []


def rule(id: str, severity: str, *reads: str, message: Label, each: str | None = None):
    """Register the decorated test as a rule.

    The test gets the case and returns a Verdict; with `each`, the name of a repeated section,
    it is asked for every row and gets the case and the row. The message stands at the first
    of `reads`; `{field}` in it is that answer as it reads on a page.
    """

    def register(broken: Callable[..., Verdict]) -> Callable[..., Verdict]:
        def breaches(case: CaseFile) -> Iterator[Breach]:
            for row in getattr(case, each) if each else (None,):
                verdict = broken(case, row) if each else broken(case)
                if verdict:
                    values = verdict if isinstance(verdict, dict) else {}
                    yield breach(case, reads, {each: row} if each else {}, **values)

        RULES.append(Rule(id, severity, reads, message, breaches))
        return broken

    return register


def breach(
    case: CaseFile, reads: Iterable[str], rows: Mapping[str, models.Model], **values: object
) -> Breach:
    """The contradiction between the answers `reads`; `rows` says which row of a repeated section.

    The centre is read by rules but is no section of the case, so no message stands there.
    """
    places, sentence, answers = [], {}, []
    for name in reads:
        section, field = name.split(".")
        row = rows.get(section) if section in REPEATED else owner(case, section)
        if section != "centre":
            places.append(Place(section, field, row if section in REPEATED else None))
        if row is not None:
            text = shown(row._meta.get_field(field), row)
            sentence[field] = text if text.en else NOT_ANSWERED
            answers.append(_raw(row, field))
    answers += [f"{name}={value}" for name, value in values.items() if not isinstance(value, Label)]
    return Breach(tuple(places), sentence | values, tuple(answers))


def owner(case: CaseFile, section: str) -> models.Model:
    """The row that holds the answers of a section which does not repeat."""
    return case.patient.centre if section == "centre" else getattr(case, section)


def _raw(row: models.Model, field: str) -> str:
    value = getattr(row, field)
    text = ",".join(sorted(value)) if isinstance(value, list | tuple) else value
    marks = [getattr(row, f"{field}_{mark}", None) for mark in ("cmp", "prec")]
    return f"{field}={text}" + "".join(f":{mark}" for mark in marks if mark)


def _address(case: CaseFile, place: Place) -> tuple[str, int | None, str]:
    row = place.row
    if row is None and place.section not in REPEATED:
        row = owner(case, place.section)
    return (row._meta.model_name, row.pk, place.field) if row is not None else ("", None, place.field)


def findings(case: CaseFile, section: str | None = None) -> list[Finding]:
    """The broken rules of a case, each contradiction once.

    With `section`, those that involve an answer of this section, with the message placed there:
    a form asks for the sections that it edits, a page of the whole case for none.
    """
    found = []
    for one in RULES:
        if section is None:
            found += [Finding(one, broken) for broken in one.breaches(case)]
        elif section in one.sections:
            here = (broken.seen_from(section) for broken in one.breaches(case))
            found += [Finding(one, broken) for broken in here if broken is not None]
    return found
