"""Sessions of tests as after a real login: with the second factor given, or just given again."""

from __future__ import annotations

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.http import HttpResponse
from django.test import Client

RECORDS = "account_authentication_methods"


def signed_in(client: Client, user) -> Client:
    """Log this person in, with password and second factor given just now."""
    client.force_login(user)
    return confirmed(client)


def confirmed(client: Client, ago: float = 0.0) -> Client:
    """The session of this client as if the factor had been given so many seconds ago."""
    session = client.session
    given = time.time() - ago
    session[RECORDS] = [{"method": "password", "at": given}, {"method": "mfa", "at": given, "type": "totp"}]
    session[f"{RECORDS}_user"] = session["_auth_user_id"]
    session.save()
    return client


def only_password(client: Client, user) -> Client:
    """Log this person in as far as the password goes."""
    client.force_login(user)
    session = client.session
    session[RECORDS] = [{"method": "password", "at": time.time()}]
    session[f"{RECORDS}_user"] = session["_auth_user_id"]
    session.save()
    return client


class Telephone:
    """An authenticator app with one key; `code` is what it shows, a new one whenever asked."""

    def __init__(self, user=None, secret: str = ""):
        self.secret = secret or generate_totp_secret()
        self.step = -1
        if user is not None:
            TOTP.activate(user, self.secret)

    def code(self) -> str:
        """The code of one of the three moments that are accepted, the earliest not yet shown."""
        shown = format_hotp_value(hotp_value(self.secret, int(time.time()) // 30 + self.step))
        self.step += 1
        return shown


def key_on(page: HttpResponse) -> str:
    """The key that the page for setting up codes shows."""
    return re.search(r"<code>([A-Z2-7]{32})</code>", page.content.decode())[1]


def factors_of(user) -> set[str]:
    """The kinds of factors of this person."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def log_in(client: Client, username: str, password: str, next: str = "") -> HttpResponse:
    """Type user name and password."""
    return client.post("/login/", {"username": username, "password": password, "next": next})
