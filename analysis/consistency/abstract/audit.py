"""The check of a pasted abstract against itself."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.consistency.abstract import intervals_checked, shares, spreads, survival_checked
from analysis.consistency.abstract.facts import Abstract, Unread
from analysis.consistency.abstract.finding import PassageFinding
from analysis.consistency.abstract.reading import read_abstract


@dataclass(frozen=True, slots=True)
class AbstractAudit:
    """What the numbers of an abstract say about each other.

    `agreements` were recomputed and fit; `contradictions` cannot all be true as printed; `remarks` deserve
    a look or an explanation; `unread` are the numerals that no pattern understood.
    """

    abstract: Abstract
    agreements: tuple[PassageFinding, ...]
    contradictions: tuple[PassageFinding, ...]
    remarks: tuple[PassageFinding, ...]
    unread: tuple[Unread, ...]


def audit_abstract(text: str) -> AbstractAudit:
    """Read an abstract, English or Chinese, and check it against itself, within the rounding of its digits.

    Raises TooLong for more than 20 000 characters; no other text is refused.
    Source: Lang & Altman 2013 (SAMPL guidelines), and what analysis.consistency.arithmetic names.
    """
    abstract = read_abstract(text)
    found = [
        one
        for part in (survival_checked, intervals_checked, shares, spreads)
        for one in part.checks(abstract)
    ]
    found.sort(key=lambda one: one.passages or ((len(text), len(text)),))
    return AbstractAudit(
        abstract,
        tuple(one for one in found if one.severity == "agreement"),
        tuple(one for one in found if one.severity == "contradiction"),
        tuple(one for one in found if one.severity in ("warning", "note")),
        abstract.unread,
    )
