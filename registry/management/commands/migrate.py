"""manage.py migrate: as the owner of the tables, which the application itself is not.

What the migrations did to stored rows past the triggers is written into the trail afterwards.
"""

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from registry.guard import schema
from registry.operations.migrating import StillLocked, patiently


class Command(DjangoCommand):
    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args, **options):
        if options["database"] not in connections:
            raise CommandError(
                "Migrations run as the owner of the tables: set DATABASE_OWNER_URL to the owner’s address. "
                "The address in DATABASE_URL is that of the application, which owns nothing."
            )
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            before, applied = schema.shape(cursor), _applied(connection)
        self._migrate_patiently(super().handle, *args, **options)
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            if schema.ready(cursor):
                self._state_anew(cursor, before, sorted(_applied(connection) - applied))

    def _migrate_patiently(self, migrate, *args, **options):
        try:
            patiently(options["database"], lambda: migrate(*args, **options), self.stderr.write)
        except StillLocked:
            raise CommandError(
                "A table was in use all the time. What was migrated until now stays; end the long reports "
                "or the site, and run it again."
            ) from None

    def _state_anew(self, cursor, before, new):
        """The reason names the last of the new migrations; events stay readable with thirty of them."""
        reason = f"tables changed by migration {new[-1]}" if new else "tables newly watched"
        cursor.execute(
            "SELECT set_config('registry.actor', 'migrate', true), set_config('registry.reason', %s, true), "
            "set_config('registry.channel', 'command', true)",
            [reason],
        )
        stated = schema.state_anew(cursor, before)
        if stated:
            self.stdout.write(f"Into the trail: {stated} rows as the migrations left them.")


def _applied(connection) -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
