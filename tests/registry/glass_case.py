"""Two centres, everybody whom break-glass access concerns, and one that is opened on its page."""

from __future__ import annotations

from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from registry.context import acting
from registry.models import BreakGlass
from tests import factories
from tests.registry.signing_in import signed_in

TABLE = "registry_breakglass"
WHY = "a surgeon cannot reach the own centre"
PATIENTS = "SELECT local_study_id FROM registry_patient"


def run(statement: str, *values) -> list[tuple] | int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else cursor.rowcount


class Glass:
    """Two centres with a case each, and everybody whom an access concerns."""

    def setUp(self):
        super().setUp()
        self.centre, self.other = factories.centre("CN-OWN1"), factories.centre("DE-OTHER")
        with acting("who typed"):
            self.case = factories.full_case("SECRET-1", self.centre)
            self.there = factories.full_case("FOREIGN-2", self.other)
        self.uid = self.case.patient.patient_uid
        self.admin = factories.registry_wide("administrator", "adam", is_staff=True)
        self.manager = factories.registry_wide("manager", "mary", is_staff=True)
        self.auditor = factories.registry_wide("auditor", "aude")
        self.lead = factories.member("lena", self.centre, role="lead")
        self.neighbour = factories.member("nora", self.other, role="lead")

    def post(self, **typed):
        given = {"do": "open", "centre": str(self.centre.pk), "reason": WHY} | typed
        return self.client.post(reverse("break_glass"), given)

    def opened(self, by=None, **typed) -> BreakGlass:
        """An access that was opened on the page; the client is logged in as who opened it."""
        signed_in(self.client, by or self.admin)
        self.assertRedirects(self.post(**typed), reverse("cases"))
        return BreakGlass.objects.latest("id")

    def end(self):
        return self.client.post(reverse("break_glass_end"))

    def assertRefused(self, constraint: str, statement: str, *values) -> None:
        with self.assertRaises(DatabaseError) as caught, transaction.atomic():
            run(statement, *values)
        self.assertEqual(caught.exception.__cause__.diag.constraint_name, constraint)
