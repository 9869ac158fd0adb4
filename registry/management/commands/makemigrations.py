"""makemigrations as Django has it, without starting a database only to be told that it is empty."""

from django.core.management.commands import makemigrations
from django.db import DEFAULT_DB_ALIAS, connections


class Command(makemigrations.Command):
    def handle(self, *app_labels, **options):
        settings = connections[DEFAULT_DB_ALIAS].settings_dict
        engine = settings["ENGINE"]
        if engine == "registry.postgres":
            # Django compares the files with the history of the database, if there is a database,
            # and this engine is its word for "there is none".
            settings["ENGINE"] = "django.db.backends.dummy"
        try:
            return super().handle(*app_labels, **options)
        finally:
            settings["ENGINE"] = engine
