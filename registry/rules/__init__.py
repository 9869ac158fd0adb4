"""Contradictions between the answers of a case: one list of rules, asked in one way.

Forms, imports and the page of a case all call `findings`. Importing a module of rules adds its
rules to RULES.
"""

from registry.rules import (  # noqa: F401
    complications,
    dates,
    dates_after,
    dates_before,
    followup,
    operation,
    outcome,
    pathology,
    residual,
    treatment,
    tumour,
)
from registry.rules.base import QUERY, REJECT, RULES, WARN, Breach, Finding, Place, Rule, findings
from registry.rules.duplicates import possible_duplicates

__all__ = [
    "QUERY",
    "REJECT",
    "RULES",
    "WARN",
    "Breach",
    "Finding",
    "Place",
    "Rule",
    "findings",
    "possible_duplicates",
]
