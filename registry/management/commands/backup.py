"""manage.py backup: everything the registry holds, in a folder that can be restored."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registry.operations import backups


class Command(BaseCommand):
    help = "Write a backup to a folder that only you can read; “restore” brings it back."

    def add_arguments(self, parser):
        parser.add_argument(
            "folder",
            type=Path,
            nargs="?",
            help="a new folder; without, one in NETLM_BACKUP_FOLDER named by the time",
        )
        parser.add_argument(
            "--physical",
            action="store_true",
            help="the whole cluster: what an archived write-ahead log continues",
        )

    def handle(self, *, folder, physical, **options):
        if folder is None and not settings.BACKUP_FOLDER:
            raise CommandError("Name a folder, or set NETLM_BACKUP_FOLDER.")
        folder = folder or Path(settings.BACKUP_FOLDER, f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}")
        try:
            made = backups.make(folder.absolute(), backups.PHYSICAL if physical else backups.LOGICAL)
        except backups.BackupFailed as failure:
            raise CommandError(str(failure)) from None
        rows = sum(table.count for table in made.tables.values())
        held = f"{len(made.tables)} tables, {rows} rows" if made.tables else "the whole cluster"
        self.stdout.write(
            f"Written: {folder}: {held}, {made.bytes / 1e6:.1f} MB, newest event {made.newest_event}."
        )
        if not made.encrypted:
            self.stdout.write("It is not encrypted (NETLM_BACKUP_KEY): whoever has it can read all patients.")
