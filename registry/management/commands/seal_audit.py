"""manage.py seal_audit: vouch for the events of the trail, once or every so many seconds."""

import time

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from registry.audit import anchor
from registry.audit.keys import NoKey, seal_key
from registry.audit.seals import Busy, make_seals, newest_seal, stored_seals


class Command(BaseCommand):
    help = "Seals the events of the trail with a key that the database does not hold."

    def add_arguments(self, parser):
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="seal again and again, 30 is advised"
        )
        parser.add_argument(
            "--after-restore",
            action="store_true",
            help="note in the anchors that an older state of the database was restored on purpose",
        )

    def handle(self, *, every, after_restore, **options):
        if "seal" not in connections:
            raise CommandError("Seals are made by a role of their own: set DATABASE_SEAL_URL.")
        if every is not None and not 1 <= every <= 3600:
            raise CommandError(f"--every is {every}; allowed are 1 to 3600 seconds.")
        try:
            key = seal_key(make=True)
        except (NoKey, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None
        if after_restore:
            newest = newest_seal(connections["seal"])
            self._note(lambda path: anchor.note_restore(path, newest))
        self._seal(key)
        while every:
            time.sleep(every)
            self._seal_patiently(key)

    def _seal(self, key):
        """One round: seals first, then the anchors; what an earlier round could not note is noted now."""
        connection = connections["seal"]
        try:
            for seal in make_seals("seal", key):
                self.stdout.write(f"seal {seal.id}: {seal.events} events")
        except Busy:
            self.stderr.write("A transaction of before the restore still runs; nothing was sealed.")
        if anchor.anchor_files():
            seals = stored_seals(connection)
            self._note(lambda path: anchor.note(path, seals))

    def _note(self, do):
        """Write into every anchor; raises CommandError for the first that cannot be written."""
        for path in anchor.anchor_files():
            try:
                do(path)
            except (OSError, ValueError) as error:
                raise CommandError(f"The anchor {path} cannot be written: {error}.") from None

    def _seal_patiently(self, key):
        """Like `_seal`, for the loop: a server that restarts is no reason to end."""
        try:
            self._seal(key)
        except (OperationalError, CommandError) as error:
            self.stderr.write(f"Not sealed this time: {type(error).__name__}.")
            connections["seal"].close()
