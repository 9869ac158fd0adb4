"""A second PostgreSQL of its own with a copy of the test database, to be spoiled or restored into."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from registry.postgres import programs
from registry.postgres.server import EmbeddedServer

ALIAS = "second"


def dump(file: Path, *options: str) -> None:
    """Write the test database to a file, with PostgreSQL's own program."""
    owner = connections["owner"]
    owner.ensure_connection()
    _run("pg_dump", owner.connection.info, "--format=custom", f"--file={file}", *options)


class WithSecond:
    """For test cases that use the alias; it leads nowhere until a second server is there."""

    @classmethod
    def setUpClass(cls):
        connections.settings[ALIAS] = dict(connections["owner"].settings_dict)
        cls.databases = {*cls.databases, ALIAS}
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


@contextmanager
def second_server(folder: Path) -> Iterator[EmbeddedServer]:
    """A server with an empty database, which is the alias "second" as long as this lasts."""
    server = EmbeddedServer(folder, durable=False)
    try:
        reconnect(server)
        yield server
    finally:
        connections[ALIAS].close()
        server.leave()


def reconnect(server: EmbeddedServer) -> None:
    """Start the server if it rests, and let the alias lead to it, as the owner of the tables."""
    connections[ALIAS].close()
    del connections[ALIAS]
    given = {"ENGINE": "django.db.backends.postgresql", "NAME": "registry"}
    connections.settings[ALIAS] = connections["owner"].settings_dict | given | server.connection_settings()


def load(file: Path) -> None:
    """Load such a file into the second server."""
    second = connections[ALIAS]
    second.ensure_connection()
    info = second.connection.info
    _run("pg_restore", info, "--no-owner", "--exit-on-error", "--single-transaction", str(file))


def _run(program: str, info, *arguments: str) -> None:
    subprocess.run(
        [programs.folder() / program, f"--dbname={info.dsn}", *arguments],
        env=os.environ | {"PGPASSWORD": info.password},
        check=True,
        capture_output=True,
    )
