"""A registry of many synthetic patients, in a throw-away database, filled as fast as PostgreSQL reads.

The rows go in by COPY, by the owner of the tables, with the triggers of the history off: a benchmark
measures reading, and nobody asks who wrote a patient that exists for a minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import psycopg
from django.db import connection, connections, models

from registry import demo
from registry.context import acting
from registry.models import CLINICAL, Patient

AT_ONCE = 1000
TRUE, FALSE, NULL = "t", "f", r"\N"


class NotThrowAway(Exception):
    """The database holds something else than synthetic patients, or was not made for a benchmark."""


def populate(n: int, seed: int = 1, name_contains: str = "benchmark") -> None:
    """Fill the connected database with `n` synthetic patients and refresh its statistics.

    The name of the database must contain `name_contains`. Raises NotThrowAway otherwise, and
    where patients are stored already.
    """
    database = connection.settings_dict["NAME"]
    if name_contains not in database:
        raise NotThrowAway(f"“{database}” is not named as the database of a benchmark.")
    with acting("benchmark"):
        if Patient.objects.exists():
            raise NotThrowAway(f"“{database}” holds patients already.")
        centre = demo.stored_centre()
    cases = demo.more_cases(n, seed)
    with psycopg.connect(**connections["owner"].get_connection_params()) as owner:
        cursor = owner.cursor()
        with _history_off(cursor):
            first = 1
            while batch := list(islice(cases, AT_ONCE)):
                _store(cursor, batch, centre, first)
                first += len(batch)
            _advance_sequence(cursor, first - 1)
        owner.commit()
        owner.autocommit = True
        cursor.execute("ANALYZE")


def _store(cursor: psycopg.Cursor, batch: list[demo.SyntheticCase], centre, first: int) -> None:
    for number, case in enumerate(batch, start=first):
        case.patient.pk = number
    for model, rows in demo.by_model(batch, centre).items():
        _copy(cursor, model, rows)


def _copy(cursor: psycopg.Cursor, model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """The rows of one model; only patients bring their own primary key."""
    fields = [one for one in model._meta.concrete_fields if model is Patient or not one.primary_key]
    names = [one.attname for one in fields]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(one.column) for one in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with cursor.copy(statement) as copy:
        for row in rows:
            if model is not Patient:
                row.patient_id = row.patient.pk
            copy.write("\t".join([_text(getattr(row, name)) for name in names]) + "\n")


def _text(value: object) -> str:
    """A value as COPY reads it; the codes and numbers of synthetic patients need no escaping."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, list):
        return "{" + ",".join(value) + "}"
    return str(value)


@contextmanager
def _history_off(cursor: psycopg.Cursor) -> Iterator[None]:
    tables = [connection.ops.quote_name(model._meta.db_table) for model in CLINICAL]
    cursor.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal"
    )
    always = [pair for pair in cursor.fetchall() if connection.ops.quote_name(pair[0]) in tables]
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with deferred checks cannot be altered
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for table, trigger in always:
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def _advance_sequence(cursor: psycopg.Cursor, last: int) -> None:
    cursor.execute(
        "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [Patient._meta.db_table, max(last, 1)]
    )
