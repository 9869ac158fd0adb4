"""Django's PostgreSQL backend, with a server that is there as soon as somebody connects.

Commands that never connect never start it.
"""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.postgresql import base, client

from registry.postgres import programs
from registry.postgres.server import embedded_server


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`, with the psql that belongs to the server."""

    def runshell(self, parameters):
        type(self).executable_name = str(programs.folder() / "psql")
        self.connection.get_connection_params()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """The connection of a process to the embedded server."""

    client_class = DatabaseClient

    def __init__(self, settings_dict, alias=DEFAULT_DB_ALIAS):
        super().__init__(settings_dict, alias)
        self.server = embedded_server(**settings_dict["EMBEDDED"])

    def get_connection_params(self):
        self.settings_dict.update(self.server.connection_settings(self.settings_dict["USER"]))
        return super().get_connection_params()
