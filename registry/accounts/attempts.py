"""Wrong passwords and codes are counted: ten in a quarter of an hour, then nobody is let in.

An account is counted apart for each browser in which its owner has logged in before (a signed
cookie says so), so that strangers who try names cannot lock a person out of their own desk.
"""

from __future__ import annotations

import secrets
import unicodedata

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from registry.accounts import limits

WRONG, WITHIN = 10, 15 * 60  # tries, seconds
WRONG_FROM_ONE_ADDRESS = 100
SALT = "registry.known-device"
A_YEAR = 365 * 24 * 3600
MOST_PEOPLE = 30  # of whom one browser remembers that they logged in


class TooMany(ValidationError):
    """Too often tried; says how long to wait."""

    def __init__(self, seconds: int):
        minutes = max(1, -(-seconds // 60))
        super().__init__(
            ngettext(
                "Too many wrong attempts. Please try again in %(minutes)s minute.",
                "Too many wrong attempts. Please try again in %(minutes)s minutes.",
                minutes,
            )
            % {"minutes": minutes},
            code="too_many",
        )


def try_password(request: HttpRequest, username: str) -> list[str]:
    """Count one try to log in as this user, before the password is looked at; raises TooMany.

    Returns the keys under which it was counted, for `limits.give_back` if the password is right.
    """
    account, known = _person(username), _known(request)
    device = f":{known['device']}" if _mark(account) in known["people"] else ""
    keys = {f"password:{account}{device}": WRONG}
    if address := client_address(request):
        keys[f"passwords-from:{address}"] = WRONG_FROM_ONE_ADDRESS
    for key, times in keys.items():
        _take(key, times)
    return list(keys)


def try_code(user) -> str:
    """Count one try of a code or of the password by somebody who is past the login page; the key."""
    key = f"code:{user.pk}"
    _take(key, WRONG)
    return key


def use_once(user, code: str) -> bool:
    """Whether this code has not been used before, by any worker; it is used now."""
    return limits.allow(f"used:{user.pk}:{code}", 1, 10 * 60)


def _take(key: str, times: int) -> None:
    if not limits.allow(key, times, WITHIN):
        raise TooMany(limits.wait(key, times, WITHIN))


def client_address(request: HttpRequest) -> str:
    """The address of the browser: what the outermost of our own web servers saw; "" if none said so."""
    if not settings.PROXIES:
        return request.META.get("REMOTE_ADDR", "")
    passed_on = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    return passed_on[-settings.PROXIES] if len(passed_on) >= settings.PROXIES else ""


def remember_device(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """From now on this browser is one in which this person has logged in."""
    known = _known(request)
    mark = _mark(_person(username))
    people = [mark, *(one for one in known["people"] if one != mark)][:MOST_PEOPLE]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"device": known["device"], "people": people}, salt=SALT),
        max_age=A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> dict:
    """This browser's number, and marks of the people who have logged in here."""
    try:
        return signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=A_YEAR)
    except signing.BadSignature:
        return {"device": secrets.token_hex(8), "people": []}


def _person(username: str) -> str:
    return unicodedata.normalize("NFKC", username).casefold()


def _mark(account: str) -> str:
    return salted_hmac(SALT, account).hexdigest()[:20]
