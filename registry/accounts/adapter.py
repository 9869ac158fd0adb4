"""What allauth is told about this site: who may enter, and that it asks nothing by itself."""

from __future__ import annotations

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

SALT = "registry.second-factor"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; `fresh` asks for the factor again, not allauth; messages are the pages' own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        return False

    def add_message(self, request, level, message_template=None, *args, **kwargs) -> None:
        """Nothing: what has happened is seen on the page that follows."""


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of factors are encrypted at rest, so that a stolen backup opens nothing."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "This is your last second factor, and everybody needs one here. Set up another one first."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays where one is required, else a password alone would set up a new one."""
        others = Authenticator.objects.filter(user=authenticator.user_id, type__in=FACTORS)
        return not settings.SECOND_FACTOR or others.exclude(pk=authenticator.pk).exists()

    def get_totp_issuer(self) -> str:
        return settings.SITE_NAME

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    """A cipher whose key follows from the secret key; earlier secret keys still decrypt."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [salted_hmac(SALT, "factor", secret=one, algorithm="sha256").digest() for one in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in keys])
