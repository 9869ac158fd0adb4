"""The one form that most rules on dates have: how many days may lie between two dates."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models

from registry.case import REPEATED, CaseFile
from registry.labels import Label
from registry.rules.base import Verdict, owner, rule
from registry.rules.operands import Span, days_between, span

SURGERY, VISIT = "operation.surgery_date", "visits.visit_date"


def interval(
    id: str,
    severity: str,
    start: str,
    end: str,
    *,
    message: Label,
    at_least: int | None = None,
    at_most: int | None = None,
    until: int | None = None,
    unless: Callable[[CaseFile], bool] | None = None,
) -> None:
    """Register the rule that `end` follows `start` after `at_least` to `at_most` days.

    Both are section.field; where a section repeats, every row is asked. Beyond `until` days
    another rule speaks; `unless` names the cases it does not hold for. The sentence may use
    `{days}`. It stands at the later date, but rather at any other than the operation or the visit.
    """

    def broken(case: CaseFile, row: models.Model | None = None) -> Verdict:
        apart = days_between(_span(case, row, start), _span(case, row, end))
        if apart is None or (unless and unless(case)):
            return False
        least, most = apart
        if at_least is not None and most < at_least:
            return {"days": most}
        too_long = at_most is not None and least > at_most and (until is None or least <= until)
        return {"days": least} if too_long else False

    reference = next((one for one in (SURGERY, VISIT) if one in (start, end)), start)
    reads = (end if reference == start else start, reference)
    each = next((name for name in map(_section, reads) if name in REPEATED), None)
    rule(id, severity, *reads, message=message, each=each)(broken)


def _section(name: str) -> str:
    return name.split(".")[0]


def _span(case: CaseFile, row: models.Model | None, name: str) -> Span | None:
    section, field = name.split(".")
    return span(row if section in REPEATED else owner(case, section), field)
