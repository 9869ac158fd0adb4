"""What break-glass access shows in each ring while it is open and after; nothing is written by it."""

from __future__ import annotations

import io
import zipfile

from django.db import DatabaseError, transaction
from django.test import TestCase
from django.urls import reverse

from analysis.cohort import Definition
from analysis.release import giving
from registry import access
from registry.context import on_behalf_of
from registry.models import Change, Membership, Operation, Patient
from registry.policy import ACTIONS
from registry.rights import Rights
from tests import factories
from tests.pages import Page
from tests.promises import measured, proves
from tests.registry.glass_case import PATIENTS, Glass, run
from tests.registry.signing_in import signed_in


@proves("T16", "T11")
class ReadingTest(Glass, TestCase):
    """What is shown in each ring while it is open, and after."""

    def test_an_administrator_reads_that_centre_by_name_and_no_other(self):
        signed_in(self.client, self.admin)
        self.assertEqual(self.client.get(reverse("case", args=[self.uid])).status_code, 404)
        self.opened()
        page = Page(self.client.get(reverse("case", args=[self.uid])))
        self.assertIn("SECRET-1", page.text)
        self.assertIn("Hiccups", page.text)
        self.assertEqual(self.client.get(reverse("case_history", args=[self.uid])).status_code, 200)
        foreign = reverse("case", args=[self.there.patient.patient_uid])
        self.assertEqual(self.client.get(foreign).status_code, 404)
        listed = Page(self.client.get(reverse("cases"))).text
        self.assertIn("SECRET-1", listed)
        self.assertNotIn("FOREIGN-2", listed)

    def test_for_a_data_manager_only_that_centre_is_no_longer_pseudonymised(self):
        self.opened(by=self.manager)
        listed = Page(self.client.get(reverse("cases"))).text
        self.assertIn("SECRET-1", listed)
        self.assertNotIn("FOREIGN-2", listed)
        self.assertIn(self.there.patient.patient_uid, listed)
        page = Page(self.client.get(reverse("case", args=[self.there.patient.patient_uid])))
        self.assertNotIn("Hiccups", page.text)
        history = Page(self.client.get(reverse("case_history", args=[self.uid]))).text
        self.assertIn("Hiccups", history)

    def test_it_ends_at_once_in_every_ring(self):
        self.opened()
        with on_behalf_of(self.admin):
            self.assertEqual(run(PATIENTS), [("SECRET-1",)])
            self.assertEqual(Patient.objects.count(), 1)
        self.assertRedirects(self.end(), reverse("break_glass"))
        for name in ("case", "case_history"):
            self.assertEqual(self.client.get(reverse(name, args=[self.uid])).status_code, 404)
        with on_behalf_of(self.admin):
            self.assertEqual(run(PATIENTS), [])
            self.assertFalse(access.may(self.admin, "see_clinical"))

    def test_a_data_manager_is_pseudonymised_again_afterwards(self):
        self.opened(by=self.manager)
        self.end()
        self.assertNotIn("SECRET-1", Page(self.client.get(reverse("case", args=[self.uid]))).text)

    def test_row_security_alone_shows_that_centre_and_nothing_of_the_rest(self):
        self.opened()
        with on_behalf_of(self.admin):
            for table in ("registry_operation", "registry_complication", "registry_specimen"):
                found = run(f'SELECT DISTINCT patient_id FROM "{table}"')
                self.assertEqual(found, [(self.case.patient.pk,)], table)
            self.assertEqual(
                run("SELECT DISTINCT centre_id FROM registry_change WHERE patient_id > 0"),
                [(self.centre.pk,)],
            )
            self.assertEqual(run("SELECT registry_writable(), registry_led()"), [(None, None)])

    def test_it_lapses_with_the_role_that_allowed_it(self):
        one = self.opened()
        Membership.objects.filter(user=self.admin).update(valid_until="2020-01-01")
        with on_behalf_of(self.admin):
            self.assertEqual((run(PATIENTS), access.rights_of(self.admin)), ([], Rights()))
        self.assertIsNone(one.ended_at)

    def test_no_export_no_report_and_no_release_comes_with_it(self):
        before = {name for name in ACTIONS if access.may(self.admin, name)}
        self.opened()
        after = {name for name in ACTIONS if access.may(self.admin, name, self.centre)}
        self.assertEqual(after - before, {"see_identifiers", "see_clinical", "free_text", "history"})
        for name in ("reports", "release", "history", "new_case"):
            with self.subTest(name):
                self.assertEqual(self.client.get(reverse(name)).status_code, 404)

    def test_a_file_that_a_data_manager_takes_out_meanwhile_stays_pseudonymised(self):
        self.opened(by=self.manager)
        wish = giving.Wish("pseudonymised", Definition(), (self.centre,), "to see what leaves")
        with on_behalf_of(self.manager):
            made = giving.preview(self.manager, wish)
        self.assertNotIn(b"SECRET-1", b"".join(_unpacked(made.content)))
        self.assertFalse(access.may(self.manager, "export_identified"))


def _unpacked(content: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [package.read(name) for name in package.namelist()]


@proves("T16")
class WritingTest(Glass, TestCase):
    """Nothing is written by it."""

    def test_no_form_and_no_page_of_the_admin_writes(self):
        self.opened()
        newest = Change.objects.latest("id").pk
        operation = Operation.objects.get(patient=self.case.patient).pk
        addresses = [
            reverse("section", args=[self.uid, "operation"]),
            reverse("new_case"),
            reverse("case_signing", args=[self.uid]),
            f"/admin/registry/patient/{self.case.patient.pk}/change/",
            f"/admin/registry/operation/{operation}/change/",
            "/admin/registry/patient/add/",
        ]
        typed = {"do": "lock", "reason": "x", "head-op_time_min": "1", "sex": "m", "centre": self.centre.pk}
        for address in addresses:
            with self.subTest(address):
                self.assertIn(self.client.post(address, typed).status_code, (403, 404))
        self.assertEqual(Change.objects.latest("id").pk, newest)

    def test_the_admin_shows_the_case_and_offers_no_button_to_save(self):
        self.opened()
        response = self.client.get(f"/admin/registry/patient/{self.case.patient.pk}/change/")
        self.assertContains(response, "SECRET-1")
        self.assertNotContains(response, 'name="_save"')

    def test_no_statement_of_the_application_writes(self):
        statements = (
            "UPDATE registry_operation SET op_time_min = 1",
            "UPDATE registry_patient SET sex = 'm'",
            "DELETE FROM registry_complication",
            "UPDATE registry_membership SET role = 'lead' WHERE user_id = registry_person()",
        )
        for person in (self.admin, self.manager):
            self.opened(by=person)
            with on_behalf_of(person):
                for statement in statements:
                    with self.subTest(statement, by=person.username):
                        self.assertEqual(_touched(statement), 0)
                with self.assertRaises(DatabaseError), transaction.atomic():
                    factories.row(type(self.case.complications[0]), self.case.patient)
            self.end()
        measured("T16", f"{len(statements)} statements of 2 roles under break-glass access: 0 rows written")


def _touched(statement: str) -> int:
    """Rows written; a refusal is none."""
    try:
        with transaction.atomic():
            return run(statement)
    except DatabaseError:
        return 0
