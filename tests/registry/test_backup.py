"""A backup is whole, private and encrypted; what comes back is what was saved, with its guard."""

from __future__ import annotations

import io
import json
import re
import stat
import subprocess
import tempfile
from pathlib import Path
from unittest.mock import patch

from django.core.management import CommandError, call_command
from django.db import Error, connections, transaction
from django.test import SimpleTestCase, override_settings

from registry import guard
from registry.models import Change, Patient
from registry.operations import backups, encryption, restoring
from registry.operations.restoring import Pieces, data
from registry.operations.row_hashes import differing, row_hashes
from registry.postgres import programs
from tests import factories
from tests.promises import measured, proves
from tests.registry.elsewhere import empty_database
from tests.transactions import RealTransactions

KEY = "k" * 32 + "-of-the-backups"
CANARY = "ZQX777K"


class Backups(RealTransactions):
    databases = {"default", "owner", "seal"}

    def setUp(self):
        self.top = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder = self.top / "backup"
        factories.full_case(f"{CANARY}-王小明", factories.centre())
        Patient.objects.update(smoking_status="current")

    def backup(self, *options: str) -> str:
        said = io.StringIO()
        call_command("backup", str(self.folder), *options, stdout=said)
        return said.getvalue()

    def restore(self, *options: str) -> str:
        said = io.StringIO()
        call_command("restore", str(self.folder), *options, stdout=said)
        return said.getvalue()

    def assert_refused(self, words: str, call=None) -> None:
        with self.assertRaises(CommandError) as refused:
            (call or self.restore)()
        self.assertIn(words, str(refused.exception))


class Logical(Backups):
    @proves("P12", "T36")
    def test_what_comes_back_is_what_was_saved(self):
        self.backup()
        saved, events = row_hashes("owner"), Change.objects.count()
        with empty_database():
            self.assertIn(f"all {len(saved)} tables equal", self.restore())
            self.assertEqual(differing(saved, row_hashes("owner")), [])
            self.assertEqual(Change.objects.count(), events)
        measured("P12", f"logical restore: {len(saved)} of {len(saved)} tables with equal hashes")

    def test_the_guard_is_there_afterwards(self):
        self.backup()
        with empty_database():
            self.restore()
            self.assertEqual(guard.differences("owner"), [])
            for forbidden in (
                "UPDATE registry_change SET actor = 'nobody'",
                "DELETE FROM registry_change",
                "TRUNCATE registry_patient",
                "ALTER TABLE registry_patient DISABLE TRIGGER ALL",
            ):
                with (
                    self.assertRaises(Error),
                    transaction.atomic(),
                    connections["default"].cursor() as cursor,
                ):
                    cursor.execute(forbidden)
            before = Change.objects.count()
            Patient.objects.update(smoking_status="former")
            self.assertEqual(Change.objects.count(), before + 1)

    def test_the_manifest_says_what_is_inside_and_nothing_of_a_patient(self):
        self.backup()
        plain = json.loads((self.folder / "manifest.json").read_text())
        self.assertEqual(plain["tables"]["registry_patient"]["count"], 1)
        newest = Change.objects.order_by("-id").first()
        self.assertEqual((plain["newest_event"], plain["newest_hash"]), (newest.pk, bytes(newest.hash).hex()))
        self.assertNotIn(CANARY, json.dumps(plain))

    def test_only_its_owner_can_read_it(self):
        self.backup()
        for path in (self.folder, *self.folder.iterdir()):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)

    def test_an_existing_folder_is_not_overwritten(self):
        self.backup()
        before = (self.folder / "data").read_bytes()
        self.assert_refused("is not overwritten", self.backup)
        self.assertEqual((self.folder / "data").read_bytes(), before)

    def test_without_a_folder_the_time_names_one_in_the_folder_of_backups(self):
        with override_settings(BACKUP_FOLDER=str(self.top / "all")):
            call_command("backup", stdout=io.StringIO())
            (made,) = (self.top / "all").iterdir()
            self.assertRegex(made.name, r"^\d{4}-\d\d-\d\dT\d{6}Z$")
            self.assertIsNotNone(backups.newest_backup(self.top / "all"))
        with override_settings(BACKUP_FOLDER=""):
            self.assert_refused("Name a folder", lambda: call_command("backup"))

    def test_one_that_was_interrupted_is_no_backup(self):
        self.backup()
        (self.folder / "manifest.json").unlink()
        self.assertIsNone(backups.newest_backup(self.top))
        self.assert_refused("is not a backup")

    def test_a_damaged_file_is_refused_before_anything_is_done(self):
        self.backup()
        content = bytearray((self.folder / "data").read_bytes())
        content[len(content) // 2] ^= 1
        (self.folder / "data").write_bytes(content)
        with empty_database():
            self.assert_refused("is damaged")
            self.assertEqual(connections["owner"].introspection.table_names(), [])

    def test_rows_that_are_not_those_that_were_saved_are_named(self):
        self.backup()
        manifest = self.folder / "manifest.json"
        plain = json.loads(manifest.read_text())
        plain["tables"]["registry_operation"]["hash"] = "0-0"
        manifest.write_text(json.dumps(plain))
        with empty_database():
            self.assert_refused("the rows of registry_operation are not those that were saved")

    def test_a_database_with_tables_is_never_written_over(self):
        self.backup()
        self.assert_refused("not empty")
        self.assertEqual(Patient.objects.count(), 1)

    def test_what_the_database_refuses_on_the_way_is_told_and_nothing_stays(self):
        self.backup()
        spoiled = (*restoring.IN_ONE_TRANSACTION[:-1], "--command=SELECT FROM nowhere", "--file=-")
        with empty_database():
            with patch.object(restoring, "IN_ONE_TRANSACTION", spoiled):
                self.assert_refused('psql failed: ERROR:  relation "nowhere" does not exist')
            self.assertEqual(connections["owner"].introspection.table_names(), [])

    def test_what_another_release_does_not_know_is_left_out_and_rows_are_not(self):
        known, unknown = b"SET lock_timeout = 0;\n", b"SET transaction_timeout = 0;\n"
        unknown += b"ALTER TABLE ONLY public.t ALTER COLUMN note SET (pg_attver=40);\n"
        rows = b"COPY public.t (note) FROM stdin;\n" + unknown + b"\\.\n"
        passed = io.BytesIO()
        restoring.pass_on(io.BytesIO(known + unknown + rows), passed)
        self.assertEqual(passed.getvalue(), known + rows)

    def test_a_logical_backup_is_of_one_moment_only(self):
        self.backup()
        with empty_database():
            self.assert_refused("of one moment", lambda: self.restore("--until", "2026-11-21T13:00:00+08:00"))

    def test_a_time_without_its_zone_is_refused(self):
        self.assert_refused("time with its zone", lambda: self.restore("--until", "2026-11-21 13:00"))


@override_settings(BACKUP_KEY=KEY)
class Encrypted(Backups):
    @proves("T35")
    def test_a_stolen_backup_cannot_be_read(self):
        self.backup()
        stored = b"".join(path.read_bytes() for path in self.folder.iterdir())
        found = [one for one in (CANARY, "王小明") if one.encode() in stored]
        self.assertEqual(found, [])
        listed = subprocess.run(
            [programs.folder() / "pg_restore", "--list", self.folder / "data"], capture_output=True
        )
        self.assertNotEqual(listed.returncode, 0)
        self.assertIn(CANARY, self.decrypted_as_sql())  # it was there to be found
        measured("P12", f"encrypted backup: {len(found)} canaries in {len(stored)} stored bytes")

    def decrypted_as_sql(self) -> str:
        plain = Pieces(data(self.folder, backups.read_manifest(self.folder))).readall()
        shown = subprocess.run(
            [programs.folder() / "pg_restore", "--file=-"], input=plain, capture_output=True, check=True
        )
        return shown.stdout.decode()

    def test_with_its_key_it_comes_back(self):
        self.assertNotIn("not encrypted", self.backup())
        with empty_database():
            self.assertIn("tables equal", self.restore())
            self.assertTrue(Patient.objects.filter(local_study_id__startswith=CANARY).exists())

    def test_without_its_key_or_with_another_it_does_not(self):
        self.backup()
        for key, words in (("", "set NETLM_BACKUP_KEY"), ("x" * 40, "is not the key")):
            with self.subTest(words=words), override_settings(BACKUP_KEY=key), empty_database():
                self.assert_refused(words)
                self.assertEqual(connections["owner"].introspection.table_names(), [])


class Encryption(SimpleTestCase):
    def encrypted(self, plain: bytes) -> bytes:
        target = io.BytesIO()
        encryption.encrypt(io.BytesIO(plain), target, KEY)
        return target.getvalue()

    def decrypted(self, stored: bytes) -> bytes:
        return b"".join(encryption.decrypted(io.BytesIO(stored), KEY))

    def test_every_length_comes_back(self):
        piece = encryption.PIECE
        for length in (0, 1, piece - 1, piece, piece + 1, 2 * piece, 2 * piece + 7):
            plain = b"x" * length
            self.assertEqual(self.decrypted(self.encrypted(plain)), plain, length)

    def test_equal_contents_are_not_equal_when_encrypted(self):
        self.assertNotEqual(self.encrypted(b"the same"), self.encrypted(b"the same"))

    def test_what_was_cut_changed_or_exchanged_is_refused(self):
        stored = self.encrypted(b"x" * (3 * encryption.PIECE))
        head, sealed = len(encryption.MARK) + encryption.SALT, encryption.PIECE + encryption.TAG
        pieces = [stored[head + n * sealed : head + (n + 1) * sealed] for n in range(3)]
        spoiled = {
            "cut off": stored[: head + 2 * sealed],
            "changed": stored[:-1] + bytes([stored[-1] ^ 1]),
            "exchanged": stored[:head] + pieces[1] + pieces[0] + pieces[2],
            "left out": stored[:head] + pieces[0] + pieces[2],
            "not ours": b"PGDMP" + stored,
            "prolonged": stored + b"x",
        }
        for how, content in spoiled.items():
            with self.subTest(how=how), self.assertRaises(encryption.Unreadable):
                self.decrypted(content)


class OutOfReach(RealTransactions):
    databases = {"default", "owner", "seal"}

    @proves("T36")
    def test_nobody_who_has_the_address_of_the_database_reaches_files_of_its_machine(self):
        file = Path(self.enterContext(tempfile.NamedTemporaryFile()).name)
        file.write_text("a backup")
        attempts = (
            f"COPY (SELECT 1) TO '{file}'",
            f"COPY registry_seal FROM '{file}'",
            f"COPY (SELECT 1) TO PROGRAM 'rm {file}'",
            f"SELECT pg_read_file('{file}')",
            f"SELECT lo_export(lo_from_bytea(0, 'x'), '{file}')",
            "SELECT pg_ls_dir('/')",
            "ALTER SYSTEM SET archive_command = 'rm -rf'",
            "SELECT pg_switch_wal()",
        )
        for alias in ("default", "owner", "seal"):
            for statement in attempts:
                with (
                    self.subTest(alias=alias, statement=statement),
                    connections[alias].cursor() as cursor,
                    self.assertRaises(Error) as refused,
                ):
                    cursor.execute(statement)
                self.assertRegex(str(refused.exception), re.compile("permission denied|must be superuser"))
        self.assertEqual(file.read_text(), "a backup")


class RowHashes(RealTransactions):
    databases = {"default", "owner"}

    def test_they_do_not_depend_on_the_order_of_rows(self):
        for number in range(3):
            factories.patient(f"S-{number}")
        before = row_hashes("owner")["registry_patient"]
        with connections["owner"].cursor() as cursor:
            cursor.execute("CLUSTER registry_patient USING registry_patient_pkey")
        self.assertEqual(row_hashes("owner")["registry_patient"], before)

    def test_one_changed_value_changes_them(self):
        one = factories.patient("S-1")
        before = row_hashes("owner")
        Patient.objects.filter(pk=one.pk).update(smoking_status="never")
        self.assertEqual(differing(before, row_hashes("owner")), ["registry_change", "registry_patient"])

    def test_a_row_that_is_there_twice_does_not_cancel_itself(self):
        with connections["owner"].cursor() as cursor:
            cursor.execute("CREATE TABLE twice (value int)")
            try:
                empty = row_hashes("owner")["twice"]
                cursor.execute("INSERT INTO twice VALUES (1), (1)")
                self.assertNotEqual(row_hashes("owner")["twice"], empty)
            finally:
                cursor.execute("DROP TABLE twice")
