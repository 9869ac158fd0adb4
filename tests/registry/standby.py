"""A second PostgreSQL that follows the server of the tests, as a hospital's server for reports does."""

from __future__ import annotations

from pathlib import Path

from django.db import connections

from registry.postgres import programs

PORT = 5499  # of a socket in a folder of its own
KEYS = {"NAME": "dbname", "USER": "user", "PASSWORD": "password"}


class Standby:
    """Made by a base backup and a stream of the log; the alias "replica" leads to it."""

    def __init__(self, top: Path):
        self.folder = top / "standby"

    def start(self) -> None:
        self.folder.mkdir(mode=0o700)
        first = connections["owner"].get_connection_params() | {"user": "postgres", "dbname": "postgres"}
        address = " ".join(f"{name}={first[name]}" for name in ("host", "port", "user", "password", "dbname"))
        programs.run(
            "pg_basebackup",
            *("--pgdata=standby", f"--dbname={address}", "--checkpoint=fast", "--write-recovery-conf"),
            cluster=self.folder,
        )
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(f"\nunix_socket_directories = '{self.folder}'\nport = {PORT}\nlisten_addresses = ''\n")
        self.resume()

    def resume(self) -> None:
        self._control("start", "--log=standby.log")

    def stop(self) -> None:
        self._control("stop", "--mode=immediate")

    def as_alias(self) -> dict:
        """The settings of a database connection of the application to it."""
        own = connections["default"]
        given = {name: own.get_connection_params()[key] for name, key in KEYS.items()}
        given |= {"ENGINE": "django.db.backends.postgresql", "HOST": str(self.folder), "PORT": str(PORT)}
        return own.settings_dict | given

    def _control(self, what: str, *more: str) -> None:
        programs.run("pg_ctl", what, "--pgdata=standby", "--wait", *more, cluster=self.folder)
