"""manage.py erase_subject: carry out the erasure of one subject that two persons have decided."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from registry.audit.erasure import NotErased, erase


class Command(BaseCommand):
    help = "Erases one subject: its link key, free text, study number, and all its values in the trail."

    def add_arguments(self, parser):
        parser.add_argument("registry_number")
        parser.add_argument("--reason", required=True, help="why, as it will stand in the trail")
        parser.add_argument("--by", required=True, help="who carries it out")

    def handle(self, *, registry_number, reason, by, **options):
        if "owner" not in connections:
            raise CommandError("The owner of the tables does this: set DATABASE_OWNER_URL.")
        if not reason.strip() or not by.strip():
            raise CommandError("--reason and --by must not be empty.")
        try:
            done = erase(registry_number.upper(), by.strip(), reason.strip())
        except NotErased as error:
            raise CommandError(str(error)) from None
        key = "its link key is destroyed" if done.key else "it had no link key"
        self.stdout.write(f"Erased: {done.fields} fields emptied, {done.events} events redacted, {key}.")
        self.stdout.write(
            "Copies made before still hold its free text until they are deleted (docs/trail.md)."
        )
