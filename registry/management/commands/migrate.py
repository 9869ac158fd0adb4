"""manage.py migrate: as the owner of the tables, which the application itself is not."""

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import connections


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
        return super().handle(*args, **options)
