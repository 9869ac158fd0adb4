"""Migrations: what they do past the triggers is written down, and what they remove stays in the trail."""

from __future__ import annotations

from io import StringIO

from django.apps import apps
from django.core.management import call_command
from django.db import connections, migrations, models, transaction
from django.db.migrations.state import ProjectState

from registry import guard
from registry.audit.verify import verify
from registry.guard import earlier, schema
from registry.models import Change, Diagnosis
from tests import factories
from tests.promises import measured, proves
from tests.transactions import RealTransactions


class Undone(Exception):
    """Takes the migration back."""


@proves("P22", "T6")
class AfterMigrations(RealTransactions):
    databases = {"default", "owner"}

    def setUp(self):
        patient = factories.patient()
        self.row = factories.row(Diagnosis, patient, primary_site="pancreas")
        Diagnosis.objects.filter(pk=self.row.pk).update(primary_site="rectum")

    def migrated(self, *operations, then) -> None:
        """Run operations as a migration does, then look at what became of it, and take it back."""
        connection = connections["owner"]
        try:
            with transaction.atomic("owner"):
                with connection.cursor() as cursor:
                    before = schema.shape(cursor)
                    state = ProjectState.from_apps(apps)
                    with connection.schema_editor(atomic=False) as editor:
                        for operation in operations:
                            following = state.clone()
                            operation.state_forwards("registry", following)
                            operation.database_forwards("registry", editor, state, following)
                            state = following
                    guard.install("owner")
                    stated = schema.state_anew(cursor, before)
                then(stated)
                raise Undone
        except Undone:
            pass

    def kinds(self) -> list[str]:
        return [f"{one.kind} {one.place}" for one in verify("owner").findings]

    def history(self, column: str) -> list:
        events = Change.objects.using("owner").filter(
            table_name="registry_diagnosis", changes__has_key=column
        )
        return [one.changes[column] for one in events.order_by("id")]

    def test_a_removed_column_keeps_every_value_in_the_trail(self):
        before = self.history("primary_site")
        self.assertEqual(before, [[None, "pancreas"], ["pancreas", "rectum"]])

        def then(_stated):
            kept = self.history("primary_site")
            self.assertEqual(kept, before)
            self.assertEqual(self.kinds(), [])
            lost = len(before) - len(kept)
            measured(
                "P22", f"{lost} of {len(before)} trail values lost with their column; triggers unchanged"
            )

        self.migrated(migrations.RemoveField("diagnosis", "primary_site"), then=then)

    def test_a_new_column_with_a_value_is_stated_for_every_row(self):
        def then(stated):
            self.assertEqual(stated, 1)
            self.assertEqual(self.history("weather"), [[None, "fair"]])
            self.assertEqual(self.kinds(), [])

        field = models.CharField(max_length=20, default="fair")
        self.migrated(migrations.AddField("diagnosis", "weather", field), then=then)

    def test_a_new_column_without_a_value_needs_no_event(self):
        field = models.CharField(max_length=20, null=True)
        self.migrated(
            migrations.AddField("diagnosis", "weather", field),
            then=lambda stated: self.assertEqual(stated, 0),
        )

    def test_a_column_of_another_type_is_stated_with_its_new_values(self):
        def then(_stated):
            self.assertEqual(self.kinds(), [])

        number = models.BigIntegerField(default=7)
        text = models.CharField(max_length=20, default="7")
        self.migrated(
            migrations.AddField("diagnosis", "weather", number),
            migrations.AlterField("diagnosis", "weather", text),
            then=then,
        )

    def test_an_altered_column_of_stored_rows_is_no_finding(self):
        stored = migrations.AlterField("operation", "op_time_min", models.TextField(null=True))
        factories.operated(op_time_min=100)

        def then(stated):
            self.assertEqual(stated, 1)
            self.assertEqual(self.kinds(), [])

        self.migrated(stored, then=then)

    def test_without_stating_it_a_rewritten_column_would_be_found(self):
        try:
            with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
                cursor.execute("ALTER TABLE registry_diagnosis ADD COLUMN weather text DEFAULT 'fair'")
                found = f"row_differs registry_diagnosis #{self.row.pk} weather"
                self.assertEqual(self.kinds(), [found])
                raise Undone
        except Undone:
            pass

    def test_migrating_again_changes_and_says_nothing(self):
        before, said = Change.objects.count(), StringIO()
        call_command("migrate", verbosity=0, stdout=said)
        self.assertEqual((Change.objects.count(), said.getvalue()), (before, ""))
        self.assertEqual(guard.differences(), [])


class EarlierReleases(RealTransactions):
    """A trail without hashes, as earlier releases wrote it."""

    databases = {"default", "owner"}

    def test_their_events_are_linked_once(self):
        factories.full_case()
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE registry_change DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE registry_change DROP CONSTRAINT a_chain_never_forks")
            cursor.execute(
                "UPDATE registry_change SET salt = NULL, digest = '', hash = '', previous_hash = NULL, "
                "centre_id = NULL"
            )
            cursor.execute(earlier.CHAIN)
            cursor.execute(
                "ALTER TABLE registry_change ADD CONSTRAINT a_chain_never_forks "
                "UNIQUE NULLS NOT DISTINCT (table_name, row_id, previous_hash)"
            )
        guard.install("owner")
        self.assertEqual([one.place for one in verify("owner").findings], [])
        self.assertFalse(Change.objects.filter(patient_id__isnull=False, centre_id=None).exists())
