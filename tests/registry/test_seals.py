"""Seals vouch for every event, also for those that are committed out of order, and survive a restore."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.test import SimpleTestCase, override_settings

from registry.audit import anchor
from registry.audit.keys import NoKey, seal_key
from registry.audit.seals import make_seals, stored_seals
from registry.audit.verify import verify
from registry.models import Change, Patient
from tests import factories
from tests.promises import measured, proves, size
from tests.transactions import AtTheSameTime, RealTransactions

KEY = b"k" * 40
ALL = {"default", "owner", "seal"}


class Sealed(RealTransactions):
    """Everything is committed; the sealer has a connection and a role of its own."""

    databases = ALL

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.anchor = self.folder / "anchor"

    def seal(self) -> list:
        made = make_seals("seal", KEY)
        for path in anchor.anchor_files():
            anchor.note(path, stored_seals(connections["seal"]))
        return made

    def found(self, key: bytes | None = KEY) -> list[str]:
        return [one.kind for one in verify("seal", key).findings]


class Sealing(Sealed):
    def test_each_event_is_under_exactly_one_seal(self):
        for _round in range(3):
            factories.patient()
            self.seal()
        seals = stored_seals(connections["seal"])
        self.assertEqual(sum(one.events for one in seals), Change.objects.count())
        self.assertEqual(self.found(), [])
        self.assertEqual(verify("seal", KEY).seals.waiting, 0)

    def test_without_anything_new_there_is_no_seal(self):
        factories.patient()
        self.assertEqual(len(self.seal()), 1)
        self.assertEqual(self.seal(), [])

    def test_what_is_not_committed_yet_waits_for_the_next_seal(self):
        """Its numbers are lower than those of what is committed first."""
        ready, go = threading.Event(), threading.Event()

        def slow():
            with transaction.atomic():
                factories.patient("slow", centre)
                ready.set()
                go.wait(30)

        centre = factories.centre()
        late = AtTheSameTime(slow)
        ready.wait(30)
        factories.patient("fast", centre)
        self.seal()
        waiting = verify("seal", KEY)
        self.assertEqual((waiting.findings, waiting.seals.waiting), ([], 1))
        go.set()
        late.result()
        self.seal()
        done = verify("seal", KEY)
        self.assertEqual((done.findings, done.seals.waiting), ([], 0))
        self.assertLess(Change.objects.get(changes__local_study_id__1="slow").id,
                        Change.objects.get(changes__local_study_id__1="fast").id)  # fmt: skip

    def test_one_sealer_at_a_time(self):
        factories.patient()
        with transaction.atomic("seal"):
            make_seals("seal", KEY)
            self.assertEqual(AtTheSameTime(lambda: make_seals("seal", KEY)).result(), [])

    def test_another_key_is_noticed(self):
        factories.patient()
        self.seal()
        self.assertEqual(self.found(b"x" * 40), ["seal_forged"])
        self.assertEqual(self.found(None), [])
        self.assertFalse(verify("seal").seals.key_known)


@proves("P4", "T7")
class Stress(Sealed):
    WRITERS = 8

    def test_no_event_is_missed_with_eight_writers_that_commit_in_any_order(self):
        runs, sealed_in_all = size("P4", reduced=2, full=20), 0
        centre = factories.centre()
        for run in range(runs):
            stop = threading.Event()
            sealer = AtTheSameTime(lambda stop=stop: self._seal_until(stop))
            writers = [
                AtTheSameTime(lambda seed=100 * run + n: self._write(centre, random.Random(seed)))
                for n in range(self.WRITERS)
            ]
            for one in writers:
                one.result()
            stop.set()
            sealer.result()
            self.seal()  # quiet: nobody writes any more
            report = verify("seal", KEY)
            self.assertEqual(report.findings, [])
            self.assertEqual(report.seals.waiting, 0)
            sealed_in_all = sum(one.events for one in stored_seals(connections["seal"]))
            self.assertEqual(sealed_in_all, Change.objects.count())
        seals = len(stored_seals(connections["seal"]))
        measured(
            "P4",
            f"0 of {sealed_in_all} events unsealed, 0 missed; {self.WRITERS} writers, {runs} runs, "
            f"{seals} seals",
        )

    def _seal_until(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                make_seals("seal", KEY)
                time.sleep(0.01)
        finally:
            connections["seal"].close()

    def _write(self, centre, chance: random.Random) -> None:
        for number in range(8):
            with transaction.atomic():
                patient = factories.patient(of=centre)
                time.sleep(chance.random() / 50)
                Patient.objects.filter(pk=patient.pk).update(sex="f")
                if number % 4 == 3:
                    transaction.set_rollback(True)


class Keys(SimpleTestCase):
    def test_the_embedded_database_gets_a_key_of_its_own_once(self):
        with tempfile.TemporaryDirectory() as var, override_settings(SEAL_KEY="", VAR_DIR=Path(var)):
            with self.assertRaises(NoKey):
                seal_key()
            first = seal_key(make=True)
            self.assertGreaterEqual(len(first), 32)
            self.assertEqual((seal_key(make=True), seal_key()), (first, first))
            self.assertEqual((Path(var) / "seal-key").stat().st_mode & 0o777, 0o600)
            (Path(var) / "seal-key").write_text("short")
            with self.assertRaisesMessage(ImproperlyConfigured, "too short"):
                seal_key()

    def test_a_server_of_ones_own_needs_a_key_of_ones_own(self):
        named = {"default": {"ENGINE": "django.db.backends.postgresql"}}
        elsewhere = mock.patch("registry.audit.keys.settings.DATABASES", named)
        told = self.assertRaisesMessage(NoKey, "NETLM_SEAL_KEY")
        with override_settings(SEAL_KEY=""), elsewhere, told:
            seal_key(make=True)
        with override_settings(SEAL_KEY="s" * 32):
            self.assertEqual(seal_key(), b"s" * 32)


class Anchors(Sealed):
    @contextmanager
    def anchored(self):
        with override_settings(SEAL_ANCHORS=[str(self.anchor)]):
            yield

    def sealed_twice(self) -> None:
        for _round in range(2):
            factories.patient()
            self.seal()

    def test_each_seal_is_one_line(self):
        with self.anchored():
            self.sealed_twice()
            self.assertEqual(self.found(), [])
        seals = stored_seals(connections["seal"])
        lines = [line.split() for line in self.anchor.read_text().splitlines()]
        self.assertEqual([(int(n), mac) for n, _at, mac in lines], [(one.id, one.mac.hex()) for one in seals])
        self.assertEqual(self.anchor.stat().st_mode & 0o777, 0o600)

    def test_what_could_not_be_noted_is_noted_next_time(self):
        self.sealed_twice()
        with self.anchored():
            self.seal()
            self.assertEqual(len(self.anchor.read_text().splitlines()), 2)
            self.assertEqual(self.found(), [])

    def test_a_line_that_was_cut_short_is_written_again(self):
        with self.anchored():
            self.sealed_twice()
            self.anchor.write_bytes(self.anchor.read_bytes()[:-20])
            self.seal()
            self.assertEqual(self.found(), [])

    def test_a_file_that_is_no_anchor_is_told(self):
        with self.anchored():
            self.sealed_twice()
            self.anchor.write_text("something else\n")
            self.assertEqual(self.found(), ["anchor_unreadable"])
            self.anchor.unlink()
            self.assertEqual(self.found(), ["anchor_unreadable"])

    def test_an_older_state_restored_on_purpose_is_explained_by_who_restored_it(self):
        with self.anchored():
            self.sealed_twice()
            anchor.note_restore(self.anchor, stored_seals(connections["seal"])[0])
            lines = self.anchor.read_text().splitlines()
            self.assertTrue(lines[2].startswith("restored "))
            self.assertEqual(list(anchor.read(self.anchor)), [stored_seals(connections["seal"])[0].id])


class Commands(Sealed):
    def run_command(self, **options) -> str:
        out = StringIO()
        with override_settings(
            SEAL_KEY=KEY.decode(), SEAL_ANCHORS=[str(self.anchor), str(self.folder / "two")]
        ):
            call_command("seal_audit", stdout=out, **options)
        return out.getvalue()

    def test_it_seals_and_notes_in_every_anchor(self):
        factories.patient()
        count = Change.objects.count()
        self.assertRegex(self.run_command(), rf"^seal \d+: {count} events\n$")
        self.assertEqual(self.run_command(), "")
        self.assertEqual(self.anchor.read_text(), (self.folder / "two").read_text())
        self.run_command(after_restore=True)
        self.assertIn("restored", self.anchor.read_text())

    def test_an_anchor_that_cannot_be_written_is_said(self):
        self.anchor.mkdir()
        factories.patient()
        with self.assertRaisesMessage(CommandError, "cannot be written"):
            self.run_command()

    def test_the_interval_has_bounds(self):
        with self.assertRaisesMessage(CommandError, "1 to 3600"):
            self.run_command(every=0)
