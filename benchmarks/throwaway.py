"""Databases of the embedded server that exist for one benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from benchmarks.population import populate


@contextmanager
def registry_of(size: int, seed: int = 1) -> Iterator[str]:
    """The default connection leads to a new registry of `size` synthetic patients, dropped afterwards.

    Yields the name of its database.
    """
    own, name = connection.settings_dict["NAME"], f"netlm_benchmark_{size}"
    _administer("DROP DATABASE IF EXISTS {}", name)
    _administer("CREATE DATABASE {}", name)
    _connect(name)
    try:
        call_command("migrate", verbosity=0)
        populate(size, seed)
        yield name
    finally:
        _connect(own)  # and not by force: the server's own vacuum cannot be ended by us, but gives way
        _administer("DROP DATABASE IF EXISTS {}", name)


def _connect(name: str) -> None:
    for one in (connection, connections["owner"]):
        one.close()
        one.settings_dict["NAME"] = name


def _administer(command: str, name: str) -> None:
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(command).format(sql.Identifier(name)))
