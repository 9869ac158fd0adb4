"""The clock of a session: it ends after a time in which nobody did anything, and after twelve hours.

Only what a person does counts. Requests that a page sends by itself carry `X-Background: 1` and
lead to one of BACKGROUND; they are answered as long as the session lives and never prolong it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from registry.accounts.attempts import remember_device

# Names of the addresses to which pages send requests by themselves.
BACKGROUND = frozenset({"draft", "session_left", "report_count", "method_summary", "live", "ready"})
NOTED_EVERY = timedelta(seconds=10)  # the moment of the last activity is kept this precisely
WARNED_BEFORE = 120  # seconds


def idle_time() -> timedelta:
    """How long a session lives without anybody doing anything."""
    return timedelta(minutes=settings.IDLE_MINUTES)


def longest() -> timedelta:
    """How long a session lives at most."""
    return timedelta(hours=settings.SESSION_HOURS)


def ends_at(session) -> datetime:
    """When this session ends if nothing more is done in it."""
    return min(session.last_seen + idle_time(), session.started_at + longest())


def seconds_left(session) -> int:
    """Whole seconds until the session ends by itself."""
    return max(0, int((ends_at(session) - timezone.now()).total_seconds()))


def frame(request: HttpRequest) -> dict[str, object]:
    """What every page needs to warn in time: seconds left, and how long before the end it warns."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"session_clock": {"left": seconds_left(request.session), "warned": WARNED_BEFORE}}


def is_background(request: HttpRequest) -> bool:
    """Whether a page, not a person, sent this."""
    if request.headers.get("X-Background") != "1":
        return False
    try:
        return resolve(request.path_info).url_name in BACKGROUND
    except Resolver404:
        return False


class SessionClock:
    """Ends sessions whose time is over, notes activity, and tells a page's own requests that they end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if request.user.is_authenticated:
            if ends_at(session) <= timezone.now():
                logout(request)
            elif not is_background(request) and timezone.now() - session.last_seen >= NOTED_EVERY:
                session.seen()
        if not request.user.is_authenticated and request.headers.get("X-Background") == "1":
            return JsonResponse({"ended": True}, status=401)
        response = self.get_response(request)
        if name := getattr(request, "logged_in_as", ""):
            remember_device(request, response, name)
        return response
