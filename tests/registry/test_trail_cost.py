"""The trail stays cheap however long it is and whatever was done before in the same session."""

from __future__ import annotations

import time

from django.db import connection
from django.test import TestCase

from registry.models import Change, Specimen
from tests import factories
from tests.promises import proves

ROWS = 2000
LOOK_UP = (
    "SELECT hash FROM registry_change WHERE table_name = 'registry_specimen' AND row_id = %s "
    "ORDER BY table_name DESC, row_id DESC, id DESC LIMIT 1"
)


@proves("P1")
class Cost(TestCase):
    @classmethod
    def setUpTestData(cls):
        patient = factories.patient()
        Specimen.objects.bulk_create([Specimen(patient=patient) for _each in range(ROWS)])
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def seconds(self, site: str) -> float:
        begun = time.perf_counter()
        Specimen.objects.update(grade_reported=site)
        return time.perf_counter() - begun

    def test_a_bulk_update_is_no_slower_after_many_single_ones(self):
        """A cached plan made for one row must not be used for thousands (trust.md 2.2, trap 1)."""
        fresh = self.seconds("pancreas")
        for row in Specimen.objects.all()[:20]:
            Specimen.objects.filter(pk=row.pk).update(grade_reported="rectum")
        again = [self.seconds(site) for site in ("stomach", "colon")]
        self.assertLess(min(again), 5 * fresh + 0.5)

    def test_the_newest_event_of_a_row_is_found_by_its_index_alone(self):
        """Neither the whole trail nor the primary key backwards is walked (traps 2 and 3)."""
        self.seconds("pancreas")
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'registry_change'")
            before = cursor.fetchone()[0]
            self.seconds("rectum")
            cursor.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'registry_change'")
            self.assertEqual(cursor.fetchone()[0], before)
            cursor.execute("SET LOCAL ROLE none")
            cursor.execute("EXPLAIN " + LOOK_UP, [1])
            plan = "\n".join(line for (line,) in cursor.fetchall())
        self.assertIn("change_by_row", plan)
        self.assertNotIn("registry_change_pkey", plan)

    def test_each_updated_row_has_one_event(self):
        before = Change.objects.count()
        self.seconds("pancreas")
        self.assertEqual(Change.objects.count() - before, ROWS)
