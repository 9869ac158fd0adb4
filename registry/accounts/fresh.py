"""Whether the person in front of the screen has just proven again who they are.

Before signing, exporting, unlocking and changing one's own factors: the second factor within the
last five minutes. Somebody without a second factor, where the site runs without, gives the
password instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from registry.accounts.adapter import FACTORS

FRESH_SECONDS = 5 * 60
ENOUGH_ALONE = {"password", "socialaccount"}  # for somebody without a second factor here

View = Callable[..., HttpResponse]


def has_factor(user) -> bool:
    """Whether the person has set up a second factor."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def is_fresh(request: HttpRequest) -> bool:
    """Whether the strongest factor of this person was given in this session within five minutes."""
    if not request.user.is_authenticated:
        return False
    recent = [
        one["method"]
        for one in get_authentication_records(request, request.user)
        if time.time() - one["at"] < FRESH_SECONDS
    ]
    return "mfa" in recent or (bool(ENOUGH_ALONE & {*recent}) and not has_factor(request.user))


def require_fresh(view: View) -> View:
    """A view that first asks for the factor again, and then is opened anew (by GET) if need be."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        return redirect(confirmation_address(request.get_full_path()))

    return guarded


def confirmation_address(back_to: str) -> str:
    """The page that asks for the factor, and the page to which it leads back."""
    return f"{reverse('confirm')}?{urlencode({'next': back_to})}"
