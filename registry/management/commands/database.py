"""manage.py database: look after the database, whichever of the two it is."""

import atexit
import os
import subprocess
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from registry.postgres import programs


class Command(BaseCommand):
    help = "Shows, stops, copies or restores the database."
    requires_system_checks = []

    def add_arguments(self, parser):
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", help="which database it is and whether it runs")
        actions.add_parser("stop", help="stop the embedded server, unless a process uses it")
        actions.add_parser("url", help="the address of the running embedded server, with its password")
        dump = actions.add_parser("dump", help="write everything to a file that only you can read")
        dump.add_argument("file", type=Path)
        restore = actions.add_parser("restore", help="load such a file into an empty database")
        restore.add_argument("file", type=Path)

    def handle(self, *, action, file=None, **options):
        if action in ("dump", "restore"):
            getattr(self, action)(file.absolute())
        elif hasattr(connection, "server"):
            getattr(self, f"{action}_embedded")(connection.server)
        elif action == "status":
            self.status_of_named_server()
        else:
            raise CommandError("DATABASE_URL names a server that is not this project's to stop or to show.")

    def status_embedded(self, server):
        atexit.unregister(server.end)  # looking at a server that nobody uses is no reason to stop it
        running = server.postmaster()
        if running is None:
            self.stdout.write(f"Embedded PostgreSQL {programs.MAJOR} in {server.folder}: not running.")
            return
        use = "in use" if server.in_use() else "used by no process; the next orderly exit stops it"
        self.stdout.write(
            f"Embedded PostgreSQL {programs.MAJOR} in {server.folder}: {running.status}, "
            f"process {running.pid}, {use}."
        )

    def status_of_named_server(self):
        given = connection.settings_dict
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version')")
            (version,) = cursor.fetchone()
        where = f"{given['HOST'] or 'this machine'}{':' if given['PORT'] else ''}{given['PORT']}"
        self.stdout.write(f"Server at {where}, database {given['NAME']}: answers, PostgreSQL {version}.")

    def stop_embedded(self, server):
        if not server.stop():
            raise CommandError("A process still uses the database. End it; the server then stops by itself.")
        self.stdout.write("The embedded server is stopped.")

    def url_embedded(self, server):
        if server.postmaster() is None:
            raise CommandError(
                "The embedded server does not run. It runs as long as a process of the application uses it: "
                "start one first, or use “manage.py dbshell”."
            )
        self.stdout.write(server.url())

    def dump(self, file):
        if file.exists():
            raise CommandError(f"{file} is there already and is not overwritten.")
        unfinished = file.with_name(f"{file.name}.unfinished")
        try:
            unfinished.touch(mode=0o600)
            self._run("pg_dump", "--format=custom", f"--file={unfinished}")
            unfinished.rename(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        finally:
            unfinished.unlink(missing_ok=True)
        self.stdout.write(f"Written: {file}. Whoever has it can read all patients.")

    def restore(self, file):
        if not file.exists():
            raise CommandError(f"There is no file {file}.")
        if connection.introspection.table_names():
            raise CommandError("The database is not empty. A copy is only restored into an empty one.")
        self._run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(file))
        self.stdout.write("Restored. “manage.py migrate” brings it up to this release.")

    def _run(self, program, *arguments):
        """Run a program of PostgreSQL on the database, with the password where `ps` does not show it."""
        if "owner" not in connections:
            raise CommandError("Copies are made by the owner of the tables: set DATABASE_OWNER_URL.")
        owner = connections["owner"]
        owner.ensure_connection()
        info = owner.connection.info
        outcome = subprocess.run(
            [programs.folder() / program, f"--dbname={info.dsn}", *arguments],
            env=os.environ | {"PGPASSWORD": info.password},
            stderr=subprocess.PIPE,
            text=True,
        )
        if outcome.returncode:
            raise CommandError(f"{program} failed: {outcome.stderr.strip()}")
