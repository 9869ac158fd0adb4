"""A second PostgreSQL of its own with a copy of the test database, to be spoiled or restored into."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

import psycopg
from django.db import connections

from registry.guard.roles import role_names
from registry.operations.restoring import pass_on
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
    """Load such a file into the second server, in which the roles of the first are made if need be."""
    second = connections[ALIAS]
    second.ensure_connection()
    with psycopg.connect(**second.get_connection_params() | {"user": "postgres"}) as superuser:
        there = {name for (name,) in superuser.execute("SELECT rolname FROM pg_roles")}
        for name in {*astuple(role_names())} - there:
            superuser.execute(f"CREATE ROLE {name}")
    written, passed = file.with_suffix(".all"), file.with_suffix(".sql")
    _call("pg_restore", "--no-owner", f"--file={written}", str(file))
    with written.open("rb") as statements, passed.open("wb") as to:
        pass_on(statements, to)
    once = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction")
    _run("psql", second.connection.info, *once, f"--file={passed}")


def _run(program: str, info, *arguments: str) -> None:
    _call(program, f"--dbname={info.dsn}", *arguments, PGPASSWORD=info.password)


def _call(program: str, *arguments: str, **environment: str) -> None:
    done = subprocess.run(
        [programs.folder() / program, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AssertionError(f"{program}: {done.stderr}")
