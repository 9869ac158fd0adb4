"""Pages of centres, memberships and accounts: nobody saves over what somebody else has changed."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User

from registry import actions
from registry.context import acting
from registry.models import Centre, Membership
from tests import factories
from tests.pages import Page, Typed
from tests.promises import proves
from tests.registry.administration import page_of
from tests.transactions import AtTheSameTime, RealTransactions, as_owner, wait_until_somebody_waits


def form_of(client, row) -> Typed:
    return Page(client.get(page_of(row))).form(f"{row._meta.model_name}_form")


@proves("T8")
class SingleRows(RealTransactions):
    def setUp(self):
        self.centre = factories.centre()
        self.boss = factories.registry_wide("administrator", "boss", is_staff=True)
        self.client.force_login(self.boss)

    def refused(self, row, form: Typed) -> str:
        response = self.client.post(page_of(row), form)
        self.assertEqual(response.status_code, 200)
        return Page(response).text

    def test_a_centre_that_somebody_changed_is_not_saved_over(self):
        form = form_of(self.client, self.centre)
        Centre.objects.update(rbc_unit_basis_ml=250)
        told = self.refused(self.centre, form | {"rbc_unit_basis_ml": "300"})
        self.assertIn("changed by somebody else", told)
        self.assertIn("now stored is “250”", told)
        self.assertEqual(Centre.objects.get().rbc_unit_basis_ml, 250)

    def test_having_been_told_one_can_save(self):
        form = form_of(self.client, self.centre)
        Centre.objects.update(rbc_unit_basis_ml=250)
        shown = self.client.post(page_of(self.centre), form | {"rbc_unit_basis_ml": "300"})
        again = self.client.post(page_of(self.centre), Page(shown).form("centre_form"))
        self.assertEqual((again.status_code, Centre.objects.get().rbc_unit_basis_ml), (302, 300))

    def test_a_page_that_does_not_say_what_it_has_seen_saves_nothing(self):
        for base in (None, "", "x", "0" * 40):
            with self.subTest(base):
                form = form_of(self.client, self.centre)
                form.pop("base")
                self.refused(
                    self.centre, form | {"rbc_unit_basis_ml": "300"} | ({"base": base} if base else {})
                )
        self.assertEqual(Centre.objects.get().rbc_unit_basis_ml, 200)

    def test_an_account_that_somebody_made_inactive_does_not_come_back(self):
        person = factories.member("person", self.centre)
        form = form_of(self.client, person)
        User.objects.filter(pk=person.pk).update(is_active=False)
        told = self.refused(person, form | {"first_name": "A"})
        self.assertIn("changed by somebody else", told)
        self.assertFalse(User.objects.get(pk=person.pk).is_active)

    def test_logging_in_meanwhile_is_no_change_of_the_account(self):
        person = factories.member("person", self.centre)
        form = form_of(self.client, person)
        User.objects.filter(pk=person.pk).update(last_login="2026-01-01T00:00:00Z")
        answer = self.client.post(page_of(person), form | {"first_name": "A"})
        self.assertEqual(answer.status_code, 302)
        self.assertEqual(User.objects.get(pk=person.pk).last_login.year, 2026)

    def test_the_end_of_a_role_that_somebody_set_is_not_undone(self):
        self.client.force_login(factories.member("lead", self.centre, role="lead", is_staff=True))
        held = Membership.objects.get(user=factories.member("person", self.centre))
        form = form_of(self.client, held)
        Membership.objects.filter(pk=held.pk).update(valid_until=date(2030, 1, 1))
        self.assertIn("changed by somebody else", self.refused(held, form | {"valid_until": "2035-01-01"}))

    def test_a_change_between_reading_a_row_and_saving_it_has_to_wait(self):
        person = factories.member("person", self.centre)
        form = form_of(self.client, person)
        with as_owner() as cursor:
            cursor.execute("UPDATE auth_user SET password = 'new' WHERE id = %s", [person.pk])
            sent = AtTheSameTime(lambda: self.client.post(page_of(person), form | {"first_name": "A"}))
            wait_until_somebody_waits(cursor)
        self.assertEqual(sent.result().status_code, 302)
        found = User.objects.get(pk=person.pk)
        self.assertEqual((found.password, found.first_name), ("new", "A"))


@proves("T8")
class Cases(RealTransactions):
    def test_a_page_of_a_case_waits_for_whoever_saves_it(self):
        centre = factories.centre()
        self.client.force_login(factories.member("editor", centre, is_staff=True))
        patient = factories.patient("S-001", centre)
        form = form_of(self.client, patient)
        with acting("colleague"):
            actions.lock_case(patient)
            sent = AtTheSameTime(
                lambda: self.client.post(page_of(patient), form | {"smoking_status": "never"})
            )
            wait_until_somebody_waits()
            type(patient).objects.filter(pk=patient.pk).update(sex="m")
        self.assertIn("changed while you were typing", Page(sent.result()).text)
        patient.refresh_from_db()
        self.assertEqual((patient.sex, patient.smoking_status), ("m", None))
