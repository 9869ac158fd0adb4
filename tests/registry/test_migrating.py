"""Migrations beside people at work: nobody waits for long, and what would make them wait is refused."""

from __future__ import annotations

import time
from unittest.mock import patch

import psycopg
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import OperationalError, connections, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.test import SimpleTestCase

from registry import guard
from registry.operations import migrating
from tests import factories
from tests.promises import measured, proves
from tests.registry.migration_rules import objections
from tests.transactions import AtTheSameTime, RealTransactions

WRITTEN_BEFORE_THE_RULES = {"0001_initial", "0002_sessions_and_relief_of_later_therapy", "0003_trust"}


class Rules(SimpleTestCase):
    def objections(self, *operations) -> list[str]:
        made = migrations.Migration("next", "registry")
        made.operations = operations
        return objections(made)

    def assert_refused(self, words: str, *operations) -> None:
        self.assertIn(words, " ".join(self.objections(*operations)))

    def test_every_migration_since_keeps_them(self):
        loader = MigrationLoader(None, ignore_no_migrations=True)
        ours = [one for (app, name), one in loader.disk_migrations.items() if app == "registry"]
        new = [one for one in ours if one.name not in WRITTEN_BEFORE_THE_RULES]
        self.assertTrue(ours)
        self.assertEqual({one.name: objections(one) for one in new if objections(one)}, {})

    def test_a_column_that_the_release_before_does_not_fill_is_refused(self):
        self.assert_refused(
            "db_default", migrations.AddField("Operation", "x", models.IntegerField(default=0))
        )
        self.assertEqual(
            self.objections(migrations.AddField("Operation", "x", models.IntegerField(null=True))), []
        )
        column = models.IntegerField(db_default=0)
        self.assertEqual(self.objections(migrations.AddField("Operation", "x", column)), [])

    def test_what_the_release_before_still_uses_is_not_taken_away(self):
        for operation in (
            migrations.RemoveField("Operation", "asa"),
            migrations.RenameField("Operation", "asa", "asa_class"),
            migrations.RenameModel("Operation", "Surgery"),
            migrations.DeleteModel("Operation"),
        ):
            with self.subTest(operation=operation.describe()):
                self.assert_refused("a release later", operation)

    def test_indexes_and_constraints_do_not_lock_a_table_for_long(self):
        index = models.Index(fields=["surgery_date"], name="by_date")
        self.assert_refused("Concurrently", migrations.AddIndex("Operation", index))
        self.assertEqual(self.objections(AddIndexConcurrently("Operation", index)), [])
        check = models.CheckConstraint(condition=models.Q(op_no__gt=0), name="op_no_counts")
        self.assert_refused("without validating", migrations.AddConstraint("Operation", check))

    def test_moving_rows_and_changing_tables_are_two_migrations(self):
        column = migrations.AddField("Operation", "x", models.IntegerField(null=True))
        self.assert_refused("mixes", column, migrations.RunPython(migrations.RunPython.noop))

    def test_a_new_table_may_be_made_whole(self):
        table = migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))])
        column = migrations.AddField("Note", "text", models.TextField())
        self.assertEqual(self.objections(table, column), [])


@proves("P22")
class Patience(RealTransactions):
    databases = {"default", "owner"}

    def setUp(self):
        factories.patient("S-1")
        self.told: list[str] = []
        self.changed = 0

    def change_the_table(self) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE registry_patient ADD COLUMN added_later int")
            cursor.execute("ALTER TABLE registry_patient DROP COLUMN added_later")
        self.changed += 1

    def reading_for(self, seconds: float) -> AtTheSameTime:
        """A long report that holds the table."""

        def read() -> None:
            with psycopg.connect(**connections["owner"].get_connection_params()) as report:
                report.execute("SELECT count(*) FROM registry_patient")
                report.execute("SELECT pg_sleep(%s)", [seconds])

        return AtTheSameTime(read)

    def test_behind_a_long_report_nobody_waits_longer_than_two_seconds(self):
        report = self.reading_for(4)
        time.sleep(0.3)
        change = AtTheSameTime(lambda: migrating.patiently("owner", self.change_the_table, self.told.append))
        slowest = 0.0
        begun = time.monotonic()
        while time.monotonic() - begun < 4:
            asked = time.monotonic()
            with psycopg.connect(**connections["owner"].get_connection_params()) as page:
                page.execute("SELECT count(*) FROM registry_patient")
            slowest = max(slowest, time.monotonic() - asked)
            time.sleep(0.05)
        report.result()
        change.result()
        self.assertEqual(self.changed, 1)
        self.assertGreaterEqual(len(self.told), 1)
        self.assertLess(slowest, 2.5)
        measured(
            "P22", f"behind a report of 4 s a page waited at most {slowest:.1f} s for a change of its table"
        )

    def test_after_all_tries_it_says_that_somebody_holds_the_table(self):
        report = self.reading_for(1.5)
        time.sleep(0.3)
        with (
            patch.multiple(migrating, TRIES=2, PAUSE_S=0.01, LOCK_TIMEOUT="100ms"),
            self.assertRaises(migrating.StillLocked),
        ):
            migrating.patiently("owner", self.change_the_table, self.told.append)
        self.assertEqual((len(self.told), self.changed), (2, 0))
        report.result()

    def test_other_errors_are_not_tried_again(self):
        def fails() -> None:
            self.changed += 1
            raise OperationalError("the server has gone away")

        with self.assertRaises(OperationalError):
            migrating.patiently("owner", fails, self.told.append)
        self.assertEqual((self.changed, self.told), (1, []))

    def test_the_limit_is_gone_afterwards(self):
        migrating.patiently("owner", self.change_the_table, self.told.append)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            self.assertEqual(cursor.fetchone(), ("0",))

    def test_the_guard_is_the_same_afterwards(self):
        before = guard.differences("owner")
        migrating.patiently("owner", self.change_the_table, self.told.append)
        self.assertEqual(guard.differences("owner"), before)
