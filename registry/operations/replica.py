"""Reports read from a second server that follows the first (DATABASE_REPLICA_URL), where there is one.

The same person meets the same rows there: row-level security and its context are those of the
first server. A report is never older than the page before it: the replica is waited for until
it has what was committed before, and where it does not get there in time, or does not answer, the
first server is asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction

from registry import context
from registry.guard.isolation import WHOLE
from registry.guard.roles import role_names

REPLICA = "replica"
LONGEST_WAIT_S, PAUSE_S = 1.0, 0.02
log = logging.getLogger("registry.replica")
_reading_from: ContextVar[str] = ContextVar("database that reports read", default=DEFAULT_DB_ALIAS)


def reading_from() -> str:
    """The alias of the database that is read now."""
    return _reading_from.get()


class Router:
    """Sends reading to the replica inside of `reports`; nothing is ever written there."""

    def db_for_read(self, model, **hints) -> str | None:
        return REPLICA if reading_from() == REPLICA else None

    def allow_migrate(self, db: str, app_label: str, **hints) -> bool | None:
        return False if db == REPLICA else None


@contextmanager
def reports() -> Iterator[None]:
    """Inside, the record is read from the replica if there is one and it is as new as the first server.

    The caller is inside a context of registry/context.py; it holds for the replica too. All
    queries inside see the same moment.
    """
    if REPLICA not in connections or reading_from() == REPLICA or not _caught_up():
        yield
        return
    with transaction.atomic(REPLICA):
        _enter()
        token = _reading_from.set(REPLICA)
        try:
            yield
        finally:
            _reading_from.reset(token)


def _caught_up() -> bool:
    """Whether the replica has everything that was committed on the first server until now."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_flush_lsn()::text")
            (wanted,) = cursor.fetchone()
        if connections[REPLICA].connection is not None and not connections[REPLICA].is_usable():
            connections[REPLICA].close()
        with connections[REPLICA].cursor() as cursor:
            begun = time.monotonic()
            while time.monotonic() - begun < LONGEST_WAIT_S:
                cursor.execute("SELECT coalesce(pg_last_wal_replay_lsn() >= %s::pg_lsn, true)", [wanted])
                if cursor.fetchone()[0]:
                    return True
                time.sleep(PAUSE_S)
        log.warning("replica is behind")
    except Error as error:
        log.warning("replica does not answer", exc_info=error)
    return False


def _enter() -> None:
    """The context of the first server's transaction, on the replica."""
    scope = context.scope()
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if scope.everything:
            values = [role_names().wide, *WHOLE]
            cursor.execute("SELECT set_config('role', %s, true), set_config(%s, %s, true)", values)
        else:
            cursor.execute("SELECT registry_enter(%s, '', '', '')", [scope.user_id or 0])
