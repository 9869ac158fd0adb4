"""The addresses for machines that watch: alive, ready, metrics.

Anybody may ask whether the registry is alive or ready and is told yes or no. What is wrong, and
the metrics, are for the addresses of NETLM_METRICS_FROM and for whoever has NETLM_METRICS_TOKEN.
"""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from registry.accounts.attempts import client_address
from registry.operations import health
from registry.operations import metrics as counted

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


def _is_trusted(request: HttpRequest) -> bool:
    """Whether the caller may know more than yes or no."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    token = settings.METRICS_TOKEN.encode()
    return (
        bool(token and hmac.compare_digest(given, token)) or client_address(request) in settings.METRICS_FROM
    )


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; the database is not asked."""
    return JsonResponse({"status": "alive"})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether everything holds that the registry needs (health.CHECKS): 200, else 503."""
    failed = health.failed()
    answer = {"status": "not ready" if failed else "ready"}
    if failed and _is_trusted(request):
        answer["failed"] = failed
    return JsonResponse(answer, status=503 if failed else 200)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters and gauges for Prometheus; for others the address does not exist."""
    if not _is_trusted(request):
        raise Http404
    return HttpResponse(counted.exposition(gauges()), content_type=TEXT_FORMAT)


def gauges() -> dict[str, float | None]:
    """What is asked at the moment of reading; None for what is unknown."""
    asked = {
        "netlm_database_connections": health.connections_in_use,
        "netlm_newest_event": health.newest_event,
        "netlm_seal_age_seconds": health.seal_age,
        "netlm_backup_age_seconds": health.backup_age,
    }
    found: dict[str, float | None] = {}
    for name, ask in asked.items():
        try:
            value = ask()
        except (Error, OSError, ValueError):
            value = None
        found[name] = value.total_seconds() if hasattr(value, "total_seconds") else value
    return found
