"""How long whoever tampers has: a real sealer, started as a hospital starts it, and a clock."""

from __future__ import annotations

import subprocess
import sys
import time
import unittest
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from registry.audit.seals import newest_seal
from registry.audit.verify import verify
from registry.models import Change, Diagnosis
from tests.load.site import address_of, on_the_test_database
from tests.promises import in_full, measured, proves
from tests.registry.test_seals import KEY
from tests.registry.test_trail_attacks import EMBEDDED, Prepared

ROOT = Path(__file__).resolve().parents[2]
LONGEST_WINDOW_S = 60


@unittest.skipUnless(EMBEDDED, "only the embedded server lets the tests be its superuser")
class Window(Prepared):
    @contextmanager
    def sealer(self, every: int):
        """`manage.py seal_audit --every` on the test database, until it is left."""
        environment = on_the_test_database() | {
            "DATABASE_SEAL_URL": address_of("seal"),
            "NETLM_SEAL_KEY": KEY.decode(),
            "NETLM_SEAL_ANCHOR": str(self.anchor),
        }
        command = [sys.executable, "manage.py", "seal_audit", f"--every={every}"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)

    def seconds_until_sealed(self) -> float:
        """From the commit of the newest event until a seal vouches for it."""
        newest, begun = Change.objects.order_by("-id").first(), time.monotonic()
        while time.monotonic() - begun < 2 * LONGEST_WINDOW_S:
            if newest_seal(connections["seal"]).to_transaction > newest.transaction_id:
                return time.monotonic() - begun
            time.sleep(0.05)
        raise AssertionError("no seal came")

    @proves("P3", "T4")
    def test_what_is_deleted_after_the_next_seal_is_found(self):
        every, rounds, longest = (30, 3, 0.0) if in_full() else (1, 2, 0.0)
        with self.sealer(every):
            for site in ("colon", "stomach", "pancreas")[:rounds]:
                Diagnosis.objects.filter(pk=self.row.pk).update(primary_site=site)
                longest = max(longest, self.seconds_until_sealed())
                time.sleep(every / 3)  # the next change falls into another part of the round
        self.assertLess(longest, LONGEST_WINDOW_S)
        newest = Change.objects.order_by("-id").first()
        with self.without_triggers() as cursor:
            cursor.execute("DELETE FROM registry_change WHERE id = %s", [newest.pk])
            before = newest.changes["primary_site"][0]
            cursor.execute("UPDATE registry_diagnosis SET primary_site = %s", [before])
        self.assertEqual([one.kind for one in verify("seal", KEY).findings], ["seal_broken"])
        measured(
            "P3", f"sealed by a sealer of every {every} s after at most {longest:.1f} s ({rounds} changes)"
        )
