"""What somebody searches for stays on the server; an address carries only the key of the search.

People type names and hospital numbers into search boxes, and what stands in an address stays in the
history of the browser and in the logs of everything that passes it on. So the text is kept in the
session and goes with it, encrypted, so that the table of sessions and its copies show it to nobody.
"""

from __future__ import annotations

import os
import string
import unicodedata
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import get_random_string, salted_hmac

from registry.labels import Label
from registry.reading import Unreadable, clean_text

KEPT = "searches"  # where in the session
MOST = 20  # searches of a session, the newest
LONGEST = 60
KEY_LENGTH, NONCE = 8, 12
PAGES = ("page", "p")  # a list without its search begins on its first page
UNKNOWN = Label(
    "What was searched for is not kept in addresses, and this search is no longer known here: "
    "please search again.",
    "查找内容不保存在网址中，此次查找也已不再保留：请重新查找。",
)


def number_in(typed: str) -> str:
    """The number that is searched for, in half-width characters; "" for what cannot be one."""
    try:
        cleaned = clean_text(typed)
    except Unreadable:
        return ""
    return unicodedata.normalize("NFKC", cleaned)[:LONGEST]


def keep(request: HttpRequest, text: str) -> str:
    """Keep what is searched for; the key under which an address finds it. The same text keeps its key."""
    text, searches = text[:LONGEST], dict(request.session.get(KEPT, {}))
    known = (key for key, sealed in searches.items() if _opened(key, sealed) == text)
    key = next(known, None) or get_random_string(KEY_LENGTH, string.ascii_lowercase + string.digits)
    searches.pop(key, None)
    searches[key] = _sealed(key, text)
    request.session[KEPT] = dict(list(searches.items())[-MOST:])
    return key


def kept(request: HttpRequest, key: str) -> str:
    """What was searched for under this key; "" for a key that this session does not know."""
    sealed = request.session.get(KEPT, {}).get(key)
    return _opened(key, sealed) if sealed else ""


def unknown(request: HttpRequest, *names: str) -> HttpResponse:
    """The same list without these parts of its address, which say no search, and a word about it."""
    messages.warning(request, str(UNKNOWN))
    return redirect(without(request, *names))


def without(request: HttpRequest, *names: str, **more: str) -> str:
    """The address of the same list without these parts, on its first page, and with more."""
    rest = request.GET.copy()
    for name in (*names, *PAGES):
        rest.pop(name, None)
    rest.update(more)
    return f"{request.path}?{rest.urlencode()}" if rest else request.path


def _cipher(key: str) -> AESGCM:
    return AESGCM(salted_hmac("registry.searching", key, algorithm="sha256").digest())


def _sealed(key: str, text: str) -> str:
    nonce = os.urandom(NONCE)
    return b64encode(nonce + _cipher(key).encrypt(nonce, text.encode(), None)).decode()


def _opened(key: str, sealed: str) -> str:
    """The text; "" once the secret key of the site has changed."""
    raw = b64decode(sealed)
    try:
        return _cipher(key).decrypt(raw[:NONCE], raw[NONCE:], None).decode()
    except InvalidTag:
        return ""
