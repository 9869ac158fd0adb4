"""manage.py database: look after the database, whichever of the two it is."""

import atexit

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from registry.operations.preparing import sql_for_administrator
from registry.postgres import programs


class Command(BaseCommand):
    help = "Shows or stops the database, or says how to prepare one; “backup” and “restore” copy it."
    requires_system_checks = []

    def add_arguments(self, parser):
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", help="which database it is and whether it runs")
        actions.add_parser("stop", help="stop the embedded server, unless a process uses it")
        actions.add_parser("url", help="the address of the running embedded server, with its password")
        actions.add_parser(
            "roles", help="the SQL with which a server's administrator makes roles and database"
        )

    def handle(self, *, action, **options):
        if action == "roles":
            self.roles()
        elif hasattr(connection, "server"):
            getattr(self, f"{action}_embedded")(connection.server)
        elif action == "status":
            self.status_of_named_server()
        else:
            raise CommandError("DATABASE_URL names a server that is not this project's to stop or to show.")

    def roles(self):
        self.stdout.write(sql_for_administrator())

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
