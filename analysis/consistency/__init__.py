"""The consistency auditor: a finished report, or the pasted abstract of a paper, checked against itself."""

from analysis.consistency.abstract.audit import AbstractAudit, audit_abstract
from analysis.consistency.abstract.facts import Abstract, Unread
from analysis.consistency.abstract.finding import PassageFinding
from analysis.consistency.abstract.reading import TooLong, read_abstract
from analysis.consistency.abstract.text import MOST_SIGNS
from analysis.consistency.report import audit
from analysis.document import Finding

__all__ = [
    "MOST_SIGNS",
    "Abstract",
    "AbstractAudit",
    "Finding",
    "PassageFinding",
    "TooLong",
    "Unread",
    "audit",
    "audit_abstract",
    "read_abstract",
]
