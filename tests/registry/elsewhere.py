"""A second database of the same server, and a second embedded server, beside the test database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from psycopg import sql

OTHER = "netlm_test_restored"


@contextmanager
def empty_database(name: str = OTHER) -> Iterator[str]:
    """Inside, all roles are connected to a new and empty database; afterwards it is gone."""
    before = connections["owner"].settings_dict["NAME"]
    _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    _administer("CREATE DATABASE {} TEMPLATE template0", name)
    connect_to(name)
    try:
        yield name
    finally:
        connect_to(before)
        _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def connect_to(name: str) -> None:
    for alias in ("default", "owner", "seal"):
        if alias in connections:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name


def _administer(command: str, name: str) -> None:
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(command).format(sql.Identifier(name)))
