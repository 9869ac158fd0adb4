"""What follows from a login and from a changed factor, whoever brought it about."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from registry.accounts import limits
from registry.accounts.complete import OWN_PASSWORD
from registry.accounts.security import tell
from registry.accounts.sessions import end_sessions, forget_ended
from registry.models.accounts import OneTimePassword


@receiver(user_logged_in, dispatch_uid="a session begins")
def session_begins(request: HttpRequest, user, **_signal) -> None:
    """The clock starts, and a password that an administrator gave must be replaced first."""
    request.session.begin(request.META.get("HTTP_USER_AGENT", ""))
    if OneTimePassword.objects.filter(user=user).exists():
        request.session[OWN_PASSWORD] = True
    request.logged_in_as = user.get_username()
    limits.forget(timezone.now())
    forget_ended()
    tell("logged_in", request, user)


@receiver(post_save, sender=Authenticator, dispatch_uid="factor added")
def factor_added(instance: Authenticator, created: bool, **_signal) -> None:
    if created:
        _other_sessions_end(instance)


@receiver(post_delete, sender=Authenticator, dispatch_uid="factor removed")
def factor_removed(instance: Authenticator, **_signal) -> None:
    _other_sessions_end(instance)


def _other_sessions_end(factor: Authenticator) -> None:
    """Whoever sits in another session was let in under other rules."""
    request = getattr(context, "request", None)
    own = request is not None and getattr(request.user, "pk", None) == factor.user_id
    end_sessions(factor.user_id, but=request.session.session_key if own else None)
    tell("factor_changed", user=factor.user_id)
