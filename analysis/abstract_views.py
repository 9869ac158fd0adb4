"""The page on which the abstract of a paper is checked against itself. Nothing that is pasted is kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from analysis.consistency import MOST_SIGNS, AbstractAudit, TooLong, audit_abstract
from analysis.consistency.abstract.marking import Run, excerpt, marked
from registry.gate import reads_what_is_typed
from registry.labels import Label

FIELD = "text"
MOST_SHOWN = 200  # findings of one kind; an abstract has far fewer


@dataclass(frozen=True)
class Listed:
    """One finding, or one numeral that was not read, with the passage it speaks of."""

    sentence: Label | str
    severity: str
    passage: tuple[Run, ...]


@dataclass(frozen=True)
class Part:
    """One list of the result under its heading."""

    id: str
    heading: str
    empty: str
    count: int
    items: tuple[Listed, ...]


@never_cache
@reads_what_is_typed
@sensitive_post_parameters(FIELD)
@sensitive_variables("text", "audit", "context")
@require_http_methods(["GET", "HEAD", "POST"])
def abstract(request: HttpRequest) -> HttpResponse:
    """The form, and below it what the check of the pasted text found."""
    text = request.POST.get(FIELD, "")
    context = {"text": text, "most": MOST_SIGNS}
    if request.method == "POST":
        context |= _result(text)
    return render(request, "analysis/abstract.html", context)


@sensitive_variables("text", "audit")
def _result(text: str) -> dict[str, object]:
    if not text.strip():
        return {"error": _("Paste a text first.")}
    try:
        audit = audit_abstract(text)
    except TooLong as error:
        return {"error": str(error.message)}
    return {
        "parts": _parts(text, audit),
        "marked": marked(text, audit),
        "numerals": audit.abstract.numerals,
        "read": audit.abstract.numerals - len(audit.unread),
    }


@sensitive_variables("text", "audit", "lists", "found", "unread")
def _parts(text: str, audit: AbstractAudit) -> tuple[Part, ...]:
    lists = (
        ("contradictions", _("Contradicts"), _("No contradiction was found."), audit.contradictions),
        ("remarks", _("Remarks"), _("There is nothing to remark upon."), audit.remarks),
        ("agreements", _("Agrees"), _("Nothing could be recomputed."), audit.agreements),
    )
    found = [
        Part(
            id,
            heading,
            empty,
            len(findings),
            tuple(
                Listed(one.sentence, one.severity, excerpt(text, one.passages, one.severity))
                for one in findings[:MOST_SHOWN]
            ),
        )
        for id, heading, empty, findings in lists
    ]
    unread = tuple(
        Listed(one.text, "unread", excerpt(text, [(one.start, one.end)], "unread"))
        for one in audit.unread[:MOST_SHOWN]
    )
    heading, empty = _("Could not be read"), _("Every number of the text was read.")
    return (*found, Part("unread", heading, empty, len(audit.unread), unread))
