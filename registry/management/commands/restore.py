"""manage.py restore: a backup into an empty database, verified."""

from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from registry.operations.backups import BackupFailed
from registry.operations.recovery import Target
from registry.operations.restoring import restore


def moment(text: str) -> datetime:
    """A time with its zone; raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found


moment.__name__ = "time with its zone, such as 2026-11-21T13:05:00+08:00"


class Command(BaseCommand):
    help = "Load a backup into an empty database and verify it: hashes of all tables, guard, trail."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="the folder that “backup” has written")
        parser.add_argument("--wal", type=Path, help="physical: go on with the write-ahead log archived here")
        parser.add_argument(
            "--until", type=moment, help="with --wal: stop at this time, 2026-11-21T13:05:00+08:00"
        )

    def handle(self, *, folder, wal, until, **options):
        target = Target(wal, until) if wal or until else None
        try:
            manifest = restore(folder.absolute(), target)
        except BackupFailed as failure:
            raise CommandError(str(failure)) from None
        told = (
            f"all {len(manifest.tables)} tables equal" if manifest.tables else "the trail reaches the backup"
        )
        self.stdout.write(
            f"Restored the backup of {manifest.made:%Y-%m-%d %H:%M} UTC: {told}, guard complete."
        )
