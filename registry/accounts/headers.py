"""What every response tells the browser: keep nothing, run our own files only, be framed by nobody."""

from __future__ import annotations

import logging
from collections.abc import Callable

from csp.constants import NONCE, NONE, SELF
from django.http import HttpRequest, HttpResponse

log = logging.getLogger("registry.security")

# Pictures of our own pages may stand in `data:` addresses: Bootstrap's icons, the code for the telephone.
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF, NONCE],  # a page's own block: where things stand on a time line
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "object-src": [NONE],
    "report-uri": "/csp-report/",
}
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"
PERMISSIONS += ", publickey-credentials-get=(self), publickey-credentials-create=(self)"
DIRECTIVES = frozenset(POLICY) | {"script-src-elem", "script-src-attr", "style-src-elem", "style-src-attr"}


class Headers:
    """Adds the headers that Django and the policy do not; no cache keeps a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if "no-store" not in response.headers.get("Cache-Control", "") and not _is_file(response):
            response.headers["Cache-Control"] = "no-store, private"
        return response


def _is_file(response: HttpResponse) -> bool:
    """Whether this is one of our scripts, styles and pictures, which hold no data."""
    return response.headers.get("Cache-Control", "").startswith(("max-age", "public"))


def note_violation(report: object) -> None:
    """Log which directive a browser has enforced; the rest of its report may hold addresses and text."""
    told = report.get("csp-report") if isinstance(report, dict) else None
    named = (
        (told.get("effective-directive") or told.get("violated-directive"))
        if isinstance(told, dict)
        else None
    )
    directive = named.split(" ")[0] if isinstance(named, str) else ""
    if directive in DIRECTIVES:
        log.warning("csp_violation", extra={"directive": directive})
