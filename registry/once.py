"""Each form is stored once, however often it is sent: by a double click, a retry, the back button.

A page gives its form a random key ({% once %}). What is stored keeps the key in the same
transaction; the same person's same key sent again leads to where it led, also from another
process at the same moment, which waits at the unique key until the first one has ended. A form
that was refused has kept nothing, and its key is still good.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps

from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from registry.models import SentForm

FIELD = "once"
KEY = re.compile(r"[A-Za-z0-9_-]{22}")
NOT_TYPED = (FIELD, "csrfmiddlewaretoken", "then")
KEPT = timedelta(days=7)
STORED = (301, 302, 303)

INSERT = (
    f'INSERT INTO "{SentForm._meta.db_table}" (user_id, key, digest, led_to, at) '
    "VALUES (%s, %s, %s, '', %s) ON CONFLICT (user_id, key) DO NOTHING RETURNING id"
)


def new_key() -> str:
    """A key that no other form has."""
    return secrets.token_urlsafe(16)


def sent_key(request: HttpRequest) -> str:
    """The key with which a form was sent; "" for none, or for one that no page has given."""
    key = request.POST.get(FIELD, "")
    return key if KEY.fullmatch(key) else ""


def key_for(request: HttpRequest) -> str:
    """The key of a form that is shown again: the one it was sent with as long as that is good, else a new
    one; the same one whenever it is asked for in a request."""
    if not hasattr(request, "form_key"):
        good = getattr(request, "sent", None) is None or request.sent.first
        request.form_key = (sent_key(request) if good else "") or new_key()
    return request.form_key


@dataclass
class Sent:
    """A form that has arrived: whether for the `first` time; else where it led, when, and whether it says
    the `same` as then."""

    first: bool
    row: int | None = None
    led_to: str = ""
    at: object = None
    same: bool = True

    def leads_to(self, address: str) -> None:
        """What was sent is stored and led there."""
        if self.row is not None:
            SentForm.objects.filter(pk=self.row).update(led_to=address)
            self.led_to = address

    def forget(self) -> None:
        """Nothing was stored: the key may be used again."""
        if self.first and self.row is not None and not self.led_to:
            SentForm.objects.filter(pk=self.row).delete()


@contextmanager
def once(request: HttpRequest) -> Iterator[Sent]:
    """The arrival of a form, in the transaction of its request."""
    key = sent_key(request)
    sent = request.sent = _arrived(request, key) if key else Sent(first=True)
    try:
        yield sent
    except Exception:
        with suppress(DatabaseError):  # a transaction that is broken keeps no key anyway
            sent.forget()
        raise
    sent.forget()


def _arrived(request: HttpRequest, key: str) -> Sent:
    digest = _digest(request)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [request.user.pk, key, digest, timezone.now()])
        new = cursor.fetchone()
    if new:
        return Sent(first=True, row=new[0])
    before = SentForm.objects.get(user=request.user, key=key)
    return Sent(False, before.pk, before.led_to, before.at, before.digest == digest)


def _digest(request: HttpRequest) -> str:
    """A keyed hash of where and what was typed, whichever button was pressed."""
    typed = [(name, request.POST.getlist(name)) for name in sorted(request.POST) if name not in NOT_TYPED]
    return salted_hmac("form sent", repr((request.path, typed)), algorithm="sha256").hexdigest()


def stored_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose redirect means that what was posted is stored; posted again, it only redirects. The
    same form with something else typed into it is left to the view, which finds `request.sent`."""

    @wraps(view)
    def page(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with once(request) as sent:
            if not sent.first and (sent.same or not getattr(view, "tells_typed_anew", False)):
                messages.info(request, _("This form had been sent already; it was stored once."))
                return HttpResponseRedirect(sent.led_to)
            response = view(request, *args, **kwargs)
            if sent.first and response.status_code in STORED:
                sent.leads_to(response["Location"])
            return response

    return page


def tells_typed_anew(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that itself deals with a stored form into which something else was typed afterwards."""
    view.tells_typed_anew = True
    return view


def tidy_sent() -> int:
    """Forget the keys of forms that nobody can still have open; how many there were."""
    return SentForm.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
