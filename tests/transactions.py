"""Tests that need more than one connection at a time, and so cannot run inside one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, connections
from django.test import TransactionTestCase

ALWAYS = "SELECT relname, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE tgenabled = 'A'"
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@contextmanager
def as_owner() -> Iterator[psycopg.Cursor]:
    """A transaction of the owner of the tables, over a connection of its own; the application never is
    the owner, and neither are the tests."""
    with psycopg.connect(**connections["owner"].get_connection_params()) as owner:
        yield owner.cursor()


def empty_database() -> None:
    """Take every row out of the test database, past the triggers that refuse it elsewhere.

    They refuse TRUNCATE so that no record is ever lost; only the owner of the tables can lift
    them, and does so here for one transaction. What migrations wrote stays.
    """
    with as_owner() as cursor:
        tables = [name for name in _tables(cursor) if name not in KEPT | {"registry_change"}]
        quoted = [connection.ops.quote_name(name) for name in tables]
        with triggers_off(cursor, [*tables, "registry_change"]):
            cursor.execute(f"TRUNCATE {', '.join(quoted)} RESTART IDENTITY CASCADE")
            cursor.execute("DELETE FROM registry_change WHERE table_name <> ALL (%s)", [list(KEPT)])


@contextmanager
def triggers_off(cursor: psycopg.Cursor, tables: list[str]) -> Iterator[None]:
    """Meanwhile the triggers of these tables do nothing; afterwards they fire as before, also for a
    session that plays a replica."""
    cursor.execute(ALWAYS)
    always = [pair for pair in cursor.fetchall() if pair[0] in tables]
    for table in tables:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    yield
    for table in tables:
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
    for table, trigger in always:
        cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {trigger}')


def _tables(cursor: psycopg.Cursor) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [name for (name,) in cursor.fetchall()]


class FlushedPastTriggers:
    """For test cases whose every statement is committed: afterwards the database is empty again."""

    def _fixture_teardown(self) -> None:
        empty_database()


class RealTransactions(FlushedPastTriggers, TransactionTestCase):
    """Tests that commit."""


class AtTheSameTime:
    """Something that is done over a connection of its own while the test goes on."""

    def __init__(self, call: Callable[[], object]):
        self._call = call
        self._result: object = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:
            self._error = error
        finally:
            connection.close()

    def result(self) -> object:
        """What it has returned, once it has ended; what it has raised is raised here."""
        self._thread.join(timeout=60)
        if self._thread.is_alive():
            raise AssertionError("it has not ended")
        if self._error:
            raise self._error
        return self._result


def wait_until_somebody_waits(cursor: psycopg.Cursor | None = None) -> None:
    """Return as soon as another connection waits for a lock that this one, or the cursor's, holds."""
    if cursor is None:
        with connection.cursor() as own:
            return wait_until_somebody_waits(own)
    for _attempt in range(1000):
        cursor.execute(
            "SELECT count(*) FROM pg_locks "
            "WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        if cursor.fetchone()[0]:
            return None
        cursor.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("nobody waits for a lock")
