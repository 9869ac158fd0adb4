"""The hospital's own login by OpenID Connect; off unless NETLM_OIDC_ISSUER is set (docs/login.md).

Whoever comes from there is a person without a membership and so sees nothing until an
administrator gives one. A second factor given there counts only if the provider says so.
"""

from __future__ import annotations

from allauth.account.signals import user_logged_in
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registry.accounts.complete import PROVIDER_FACTOR
from registry.accounts.hospital import NAME
from registry.accounts.security import tell
from registry.context import FORM, acting


class HospitalAdapter(DefaultSocialAccountAdapter):
    """Who may come in from there, and as whom."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin) -> None:
        """An account that was made beforehand for the hospital's login (without a password of its own)
        becomes the one of the person with the same user name there; no other account ever does."""
        if sociallogin.is_existing or not sociallogin.user.username:
            return
        waiting = get_user_model().objects.filter(
            username=sociallogin.user.username, is_active=True, socialaccount__isnull=True
        )
        for user in waiting:
            if not user.has_usable_password():
                sociallogin.connect(request, user)


@receiver(user_logged_in, dispatch_uid="provider's factor")
def count_the_providers_factor(request: HttpRequest, sociallogin=None, **_signal) -> None:
    """Whether the provider says that it has asked for a second factor, in a way that the setting names."""
    if sociallogin is None:
        return
    told = sociallogin.account.extra_data.get("id_token") or {}
    ways = told.get("amr") if isinstance(told.get("amr"), list) else []
    said = {one for one in (*ways, told.get("acr")) if isinstance(one, str)}
    request.session[PROVIDER_FACTOR] = bool(said & {*settings.OIDC["factors"]})


@require_GET
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Go to the hospital's login page."""
    _must_be_on(provider_id)
    if request.GET.get("process", "login") != "login":
        raise BadRequest
    from allauth.socialaccount.providers.openid_connect import views

    return _reached(request, lambda: views.login(request, provider_id))


@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back from there."""
    _must_be_on(provider_id)
    from allauth.socialaccount.providers.openid_connect import views

    with acting("hospital login", channel=FORM):
        return _reached(request, lambda: views.callback(request, provider_id))


def _must_be_on(provider_id: str) -> None:
    if settings.OIDC is None or provider_id != NAME:
        raise Http404


def _reached(request: HttpRequest, ask) -> HttpResponse:
    """The provider's answer, or a page that says that there is none."""
    from requests import RequestException

    try:
        return ask()
    except RequestException:
        tell("hospital_login_unreachable", request)
        return render(request, "socialaccount/authentication_error.html", {"unreachable": True}, status=503)


login, callback = login_not_required(login), login_not_required(callback)
