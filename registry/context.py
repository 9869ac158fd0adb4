"""Who acts, by which way, for what reason, and whose rows the database shows meanwhile.

Everything that touches the record happens inside one of two contexts, each one transaction:
`on_behalf_of` a person, who meets the rows of their centres only, or `acting` as the registry
itself (a command, a job, an import, the demonstration), which sees all centres. Outside of both
the database shows no row. Settings are local to the transaction, so that nothing of a person
survives in a pooled connection.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from registry.guard.isolation import WHOLE
from registry.guard.roles import role_names

FORM, ADMIN, IMPORT, COMMAND = "form", "admin", "import", "command"
SETTINGS = ("role",) + tuple(
    f"registry.{name}"
    for name in ("user_id", "actor", "reason", "channel", "request_id")
    + ("centres", "writable", "led", "oversees", "grants")
)
NOT_LOGGED_IN = "(not logged in)"
ONE_STATE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; "


@dataclass(frozen=True)
class Held:
    """One valid membership: a role, in one centre or (None) in the whole registry."""

    centre_id: int | None
    role: str


@dataclass(frozen=True)
class Scope:
    """On whose behalf rows are read: the memberships of a person; `everything` for the registry itself.

    `memory` holds what was worked out from them while the context lasts.
    """

    user_id: int | None = None
    held: tuple[Held, ...] = ()
    everything: bool = False
    memory: dict = field(default_factory=dict, compare=False, repr=False)


NOBODY, EVERYTHING = Scope(), Scope(everything=True)
_scope: ContextVar[Scope] = ContextVar("registry scope")
outside = NOBODY  # what applies outside of any context; the tests' runner lets it be everything


def scope() -> Scope:
    """The scope of the code that runs now."""
    return _scope.get(outside)


@contextmanager
def acting(who: str, *, reason: str = "", channel: str = COMMAND, one_state: bool = False) -> Iterator[None]:
    """All reading and writing inside sees every centre, is one transaction, and stands in the trail
    under this name. With `one_state` all queries see the same moment."""
    given = dict.fromkeys(SETTINGS, "") | {
        "role": role_names().wide,
        "registry.actor": who,
        "registry.reason": reason,
        "registry.channel": channel,
        WHOLE[0]: WHOLE[1],
    }
    sets = ", ".join("set_config(%s, %s, true)" for _ in given)
    values = [part for pair in given.items() for part in pair]
    with _transaction(EVERYTHING, sets, values, one_state):
        yield


@contextmanager
def on_behalf_of(
    user, *, request_id: str = "", channel: str = FORM, one_state: bool = False
) -> Iterator[Scope]:
    """All reading and writing inside is the person's: one transaction, rows of their centres only.

    The database looks up the memberships itself (registry/guard/isolation.py); yields them.
    """
    enters = "set_config('role', 'none', true), registry_enter(%s, %s, %s, %s)"
    values = [user.pk or 0, user.get_username() or NOT_LOGGED_IN, request_id, channel]
    with _transaction(NOBODY, enters, values, one_state) as held:
        entered = Scope(user.pk, tuple(Held(*one) for one in json.loads(held)))
        token = _scope.set(entered)
        try:
            yield entered
        finally:
            _scope.reset(token)


@contextmanager
def _transaction(inside: Scope, entering: str, values: list, one_state: bool) -> Iterator[object]:
    """One transaction that begins with the query `entering`; gives the query's last value. As a part of
    somebody else's transaction it lets their settings return afterwards."""
    nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if nested:
            kept = ", ".join("current_setting(%s, true)" for _ in SETTINGS)
            cursor.execute(f"SELECT {kept}, {entering}", [*SETTINGS, *values])
        else:
            cursor.execute(f"{ONE_STATE if one_state else ''}SELECT {entering}", values)
            if one_state:
                cursor.nextset()
        found = cursor.fetchone()
        token = _scope.set(inside)
        try:
            yield found[-1]
        finally:
            _scope.reset(token)
        if nested and not connection.needs_rollback:  # a rollback brings the settings back, too
            _restore(cursor, found[: len(SETTINGS)])


def _restore(cursor, values: tuple[str | None, ...]) -> None:
    given = [part for name, value in zip(SETTINGS, values, strict=True) for part in (name, value or "")]
    cursor.execute("SELECT " + ", ".join("set_config(%s, %s, true)" for _ in SETTINGS), given)


def give_reason(text: str) -> None:
    """Why everything that follows in this transaction is changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('registry.reason', %s, true)", [text])


class ContextMiddleware:
    """Each request is one transaction on behalf of its user; it leaves nothing behind after an error.

    A page that is only looked at sees one state of the registry from its first query to its last.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(8)
        looks = request.method in ("GET", "HEAD", "OPTIONS")
        if looks and not request.user.is_authenticated:
            return self.get_response(request)
        channel = ADMIN if request.path.startswith("/admin/") else FORM
        with on_behalf_of(
            request.user, request_id=request.request_id, channel=channel, one_state=looks
        ) as entered:
            request.scope = entered
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response
