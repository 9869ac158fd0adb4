"""A login is complete when the second factor was given and the password is the person's own.

Until then a session opens only the pages on which the rest is done. What is missing stands in
the session, so that a complete one costs no query.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

OWN_PASSWORD = "registry.must_choose_a_password"
PROVIDER_FACTOR = "registry.provider_has_asked_for_a_factor"

ALWAYS = {"logout", "set_language", "confirm", "session_left", "session_stay", "csp_report"}
TO_CHOOSE_A_PASSWORD = ALWAYS | {"password"}
TO_SET_UP_A_FACTOR = ALWAYS | {"factors", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn"}


def is_verified(request: HttpRequest) -> bool:
    """Whether a second factor was given in this session, here or at the hospital's own login."""
    if request.session.get(PROVIDER_FACTOR):
        return True
    return any(one["method"] == "mfa" for one in get_authentication_records(request, request.user))


class CompleteLogin:
    """Sends incomplete sessions to the page that completes them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if request.session.get(OWN_PASSWORD):
                return self._only(request, TO_CHOOSE_A_PASSWORD, "password")
            if settings.SECOND_FACTOR and not is_verified(request):
                return self._only(request, TO_SET_UP_A_FACTOR, "factors")
        return self.get_response(request)

    def _only(self, request: HttpRequest, names: set[str], page: str) -> HttpResponse:
        if _name(request) in names:
            return self.get_response(request)
        if request.headers.get("X-Background") == "1":
            return JsonResponse({"ended": True}, status=401)
        return redirect(page)


def _name(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).url_name
    except Resolver404:
        return None
