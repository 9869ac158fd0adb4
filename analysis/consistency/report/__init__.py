"""The audit of a finished report: every check of its printed and stored numbers against one another."""

from __future__ import annotations

from analysis.consistency.report import survival, totals, values
from analysis.document import Finding, Report

_RANK = {"contradiction": 0, "warning": 1, "note": 2, "agreement": 3}


def audit(report: Report) -> tuple[Finding, ...]:
    """What the numbers of the report say about each other, contradictions first.

    The same finding about a number that stands in two tables is one finding with both addresses. Rows under a
    heading count as categories that exclude each other when their ids begin with the heading's
    id and a hyphen; a rate belongs to the median above it in its table.
    Source: Lang & Altman 2013 (SAMPL guidelines), and what analysis.consistency.arithmetic names.
    """
    merged: dict[tuple, Finding] = {}
    for check in (values, totals, survival):
        for one in check.checks(report):
            key = (one.key, one.severity, one.sentence)
            cells = merged[key].cells if key in merged else ()
            together = tuple(dict.fromkeys((*cells, *one.cells)))
            merged[key] = Finding(one.key, one.severity, one.sentence, together)
    return tuple(sorted(merged.values(), key=lambda one: _RANK[one.severity]))
