"""One-time passwords: an administrator gives one, its owner must replace it at the next login."""

from __future__ import annotations

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone

from registry.accounts.complete import OWN_PASSWORD
from registry.accounts.security import tell
from registry.accounts.sessions import end_sessions
from registry.models.accounts import OneTimePassword

VALID = timedelta(hours=72)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another on paper


def give(user, given_by: str, *, and_forget_factors: bool = False) -> str:
    """Give the person a new password that opens only the page to choose an own one; returns it.

    All sessions end. `and_forget_factors` for somebody who has lost the telephone: a second factor
    must then be set up anew at the next login.
    """
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    user.set_password(password)
    user.save(update_fields=["password"])
    must_be_replaced(user, given_by)
    if and_forget_factors:
        Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    tell("one_time_password_given", user=user)
    return password


def must_be_replaced(user, given_by: str) -> None:
    """The person's present password was given by somebody else."""
    OneTimePassword.objects.update_or_create(
        user=user, defaults={"given_by": given_by, "valid_until": timezone.now() + VALID}
    )


def was_replaced(request: HttpRequest) -> None:
    """The person has chosen an own password: the login is complete."""
    OneTimePassword.objects.filter(user=request.user).delete()
    request.session.pop(OWN_PASSWORD, None)


def person(username: str):
    """The active user with this name, or None."""
    return get_user_model().objects.filter(username=username, is_active=True).first()
