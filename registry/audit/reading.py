"""Reading the trail and the rows it tells of, one after the other: memory stays flat however long it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from registry.audit.chain import COLUMNS, Event
from registry.guard.tables import TRAIL

AT_ONCE = 2000  # rows fetched at a time
ONE_STATE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
AS_STORED = (
    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex'; "
    "SET LOCAL extra_float_digits = 1"
)


@contextmanager
def one_state(using: str) -> Iterator[BaseDatabaseWrapper]:
    """One state of the database for all that is read inside, and no writing; inside somebody
    else's transaction that one's state."""
    connection = connections[using]
    nested = connection.in_atomic_block
    with transaction.atomic(using), connection.cursor() as cursor:
        if not nested:
            cursor.execute(ONE_STATE)
        cursor.execute(AS_STORED)
        yield connection


def stream(connection, statement: str, *parameters: object) -> Iterator[tuple]:
    """The rows of a query over a cursor of the server's."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def events_of(connection, table: str) -> Iterator[Event]:
    """The events of a table, row by row, each row's in their order."""
    query = f"SELECT {COLUMNS} FROM {TRAIL} WHERE table_name = %s ORDER BY row_id, id"
    for row in stream(connection, query, table):
        yield Event(*row)


def rows_of(connection, table: str) -> Iterator[tuple[int, dict]]:
    """The rows that lie in a table, each with its number, in the order of the numbers."""
    for number, text in stream(connection, f'SELECT id, to_jsonb(t)::text FROM "{table}" t ORDER BY id'):
        yield number, json.loads(text, parse_float=Decimal)


def tables_in_trail(connection) -> list[str]:
    """Every table that the trail tells of."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE one AS ((SELECT table_name FROM {TRAIL} ORDER BY table_name LIMIT 1) UNION ALL "
            f"SELECT (SELECT t.table_name FROM {TRAIL} t WHERE t.table_name > one.table_name ORDER BY 1 "
            "LIMIT 1) "
            "FROM one WHERE one.table_name IS NOT NULL) SELECT table_name FROM one WHERE table_name IS "
            "NOT NULL"
        )
        return [name for (name,) in cursor.fetchall()]


def tables_there(connection) -> set[str]:
    """Every table of the database."""
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))
