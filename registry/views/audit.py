"""The verification of the trail, for auditors: the last one, and one now where that takes a moment."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry.audit.findings import FINDINGS, Finding
from registry.audit.keys import NoKey, seal_key
from registry.audit.recorded import as_data, last
from registry.audit.verify import verify
from registry.context import acting
from registry.models import Change

MOST_EVENTS = 50_000  # some seconds; longer trails are verified by the command
SHOWN = 100


@require_GET
@never_cache
def verification(request: HttpRequest) -> HttpResponse:
    """What was verified last; with ?now, the trail as it is in this moment.

    Looking is all that happens, so it is a GET: its transaction reads one state of the database.
    """
    with acting(request.user.get_username()):
        small = Change.objects.all()[: MOST_EVENTS + 1].count() <= MOST_EVENTS
        report = _verified_now() if small and "now" in request.GET else last(settings.VERIFICATION_FILE)
    return render(request, "registry/audit.html", {"report": report and _shown(report), "small": small})


def _verified_now() -> dict:
    try:
        key = seal_key()
    except NoKey:
        key = None
    return as_data(verify("default", key))


def _shown(report: dict) -> dict:
    """The report as the page prints it; unknown kinds of a file of another release are left as they are."""
    fields = ("kind", "table", "row", "column", "event", "seal", "note")
    findings = [
        Finding(**{name: one[name] for name in fields if name in one})
        for one in report["findings"][:SHOWN]
        if one.get("kind") in FINDINGS
    ]
    begun = datetime.fromisoformat(report["begun"])
    return report | {"begun": begun, "shown": findings, "count": len(report["findings"])}
