"""Around every request: one line in the log, one count in the metrics, and an answer in words if the
database has ended a statement that took too long."""

from __future__ import annotations

import logging
import time

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from registry.operations import logs, metrics, turns

log = logging.getLogger("registry.access")
STATEMENT_ENDED, LOCK_TIMEOUT = "57014", "55P03"
PROBES = ("live", "ready", "metrics")  # asked every few seconds; counted, not written down


class RequestMiddleware:
    """The outermost middleware: it sees every answer, whoever gave it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - begun
        asked = logs.identified(request)
        metrics.count_request(
            str(asked["route"]), str(asked.get("method", "other")), response.status_code, seconds
        )
        if asked["route"] not in PROBES or response.status_code >= 500:
            _write(request, asked, response.status_code, seconds)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What took too long, or has to wait for its turn, is answered with what the user can do."""
        if isinstance(exception, turns.Busy):
            return _waits(request)
        state = getattr(exception.__cause__, "sqlstate", "") if isinstance(exception, Error) else ""
        if state not in (STATEMENT_ENDED, LOCK_TIMEOUT):
            return None
        log.warning("statement took too long", extra=logs.identified(request))
        return HttpResponse(render_to_string("registry/error.html", {"status": 503}), status=503)


def _waits(request: HttpRequest) -> HttpResponse:
    """A page that asks for the same address again; one that was sent a form does not send it twice."""
    given = {"status": 503, "title": turns.TITLE, "told": turns.WAITS}
    response = HttpResponse(render_to_string("registry/error.html", given), status=503)
    response["Retry-After"] = turns.RETRY_S
    if request.method == "GET":
        response["Refresh"] = turns.RETRY_S
    return response


def _write(request: HttpRequest, asked: dict[str, object], status: int, seconds: float) -> None:
    user = getattr(request, "_cached_user", None)  # only if somebody has looked already: no query for the log
    given = {"status": status, "duration_ms": round(seconds * 1000, 1)}
    if getattr(user, "pk", None):
        given["user"] = user.pk
    log.info("request", extra={**asked, **given})
