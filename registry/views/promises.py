"""What is promised on reliability and security, beside what the tests have measured."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registry.promises import Standing, standings


@require_GET
def promises(request: HttpRequest) -> HttpResponse:
    """The table; with ?format=json the same for programs."""
    found = _standings()
    if request.GET.get("format") == "json":
        return JsonResponse([one.as_data() for one in found], safe=False)
    return render(request, "registry/promises.html", {"standings": found})


def _standings() -> list[Standing]:
    """A record that cannot be read says nothing: then nothing was measured."""
    try:
        return standings(settings.PROMISES_FILE, settings.PROMISES_RELEASED)
    except (ValueError, OSError, KeyError):
        return standings(settings.BASE_DIR / "no record")
