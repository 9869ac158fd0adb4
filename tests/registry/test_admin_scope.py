"""Whose cases the admin shows: those of the user's centres, in every list, choice, search and message."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from registry.models import CLINICAL, Centre, Change, Membership, Operation, Patient, Remark, Specimen
from tests import factories
from tests.pages import Page
from tests.registry.administration import (
    CANARY,
    Administration,
    add_page,
    address,
    list_of,
    newest,
    page_of,
    rows_of,
    since,
)

PAGES = ("change", "delete", "history")


def offered(client: Client, model: type[models.Model], field: str, term: str) -> HttpResponse:
    """What a field of the admin offers while one types."""
    where = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field}
    return client.post(reverse("admin:autocomplete"), where | {"term": term})


class OtherCentres(Administration):
    """A case of another centre does not exist, for a member of the staff as for an administrator."""

    def setUp(self):
        super().setUp()
        Remark.objects.create(
            patient=self.foreign.patient,
            table="operation",
            row_id=1,
            field=CANARY,
            kind="as_typed",
            content=CANARY,
        )
        self.betraying = (CANARY, self.foreign.patient.patient_uid)

    def everyone(self):
        """Each of the people who may not see the foreign case, logged in."""
        for person in (self.editor, self.reader):
            self.client.force_login(person)
            with self.subTest(person=person.username):
                yield person

    def assert_silent(self, where: str) -> None:
        response = self.client.get(where, follow=True)
        self.assertEqual(response.status_code, 200, where)
        for word in self.betraying:
            self.assertNotIn(word, response.content.decode(), where)

    def test_no_list_shows_anything_of_it(self):
        for _person in self.everyone():
            for model in (*CLINICAL, Remark, Change):
                self.assert_silent(list_of(model))
                self.assert_silent(list_of(model, _facets="True"))
            self.assert_silent(reverse("admin:index"))

    def test_no_search_finds_it(self):
        for _person in self.everyone():
            for model in (*CLINICAL, Remark, Change):
                for word in (CANARY, self.foreign.patient.patient_uid):
                    response = self.search(model, word)
                    self.assertEqual(response.context["cl"].result_count, 0, (model, word))

    def test_no_filter_and_no_address_reaches_it(self):
        patient, centre = self.foreign.patient.pk, self.elsewhere.pk
        for _person in self.everyone():
            for model, query in (
                (Patient, {"centre": centre}),
                (Patient, {"centre__exact": centre}),
                (Patient, {"id__exact": patient}),
                (Specimen, {"centre": centre}),
                (Specimen, {"patient": patient}),
                (Specimen, {"patient__exact": patient}),
                (Change, {"patient_id__exact": patient}),
                (Change, {"actor__exact": f"{CANARY}-person"}),
                (Change, {"who": f"{CANARY}-person"}),
            ):
                response = self.client.get(list_of(model, **{name: str(key) for name, key in query.items()}))
                if response.status_code == 200:
                    shown = {getattr(one, "patient_id", one.pk) for one in response.context["cl"].result_list}
                    self.assertNotIn(patient, shown, (model, query))
                else:
                    self.assertIn(response.status_code, (302, 400))

    def test_a_lookup_along_relations_is_refused(self):
        for _person in self.everyone():
            for model, lookup in (
                (Specimen, "patient__local_study_id__startswith"),
                (Specimen, "patient__centre__patients__local_study_id"),
                (Patient, "operation_rows__blood_loss_ml__gte"),
                (Centre, "patients__local_study_id__startswith"),
                (Centre, "patients"),
                (Centre, "memberships__user__password__startswith"),
                (Patient, "local_study_id__regex"),
            ):
                with self.subTest(model=model.__name__, lookup=lookup):
                    self.assertEqual(self.client.get(list_of(model, **{lookup: "Z"})).status_code, 400)

    def test_its_pages_lead_away_as_if_it_had_never_been(self):
        for _person in self.everyone():
            for row in rows_of(self.foreign):
                for what in PAGES:
                    response = self.client.get(page_of(row, what))
                    if what != "delete":  # nobody may delete rows here, whosever they are
                        self.assertEqual(response.status_code, 302, (row, what))
                    self.assertIn(response.status_code, (302, 403), (row, what))
                    self.assertNotIn(CANARY, Page(self.client.get("/admin/")).text)
            change = Change.objects.filter(patient_id=self.foreign.patient.pk).first()
            self.assertEqual(self.client.get(page_of(change)).status_code, 302)

    def test_its_rows_cannot_be_written(self):
        for _person in self.everyone():
            before = newest()
            for row in rows_of(self.foreign):
                response = self.client.post(page_of(row), {"base": "99999", "sex": "m", "op_no": "1"})
                self.assertIn(response.status_code, (302, 403))
                self.assertIn(
                    self.client.post(page_of(row, "delete"), {"post": "yes"}).status_code, (302, 403)
                )
            self.assertEqual(since(before), [])

    def test_it_cannot_be_chosen_as_the_patient_of_a_new_row(self):
        form = self.page(add_page(Specimen)).form("specimen_form") | {"specimen_source": "liver_biopsy"}
        before = newest()
        for given in (self.foreign.patient.pk, 2**70, "x", "\0"):
            response = self.client.post(add_page(Specimen), form | {"patient": str(given)})
            self.assertIn(response.status_code, (200, 400), given)
            self.assertNotIn(CANARY, response.content.decode())
        self.assertEqual(since(before), [])

    def test_no_choice_of_the_admin_offers_it(self):
        for _person in self.everyone():
            for term in ("", CANARY[:4], self.foreign.patient.patient_uid):
                found = offered(self.client, Specimen, "patient", term)
                self.assertNotIn(CANARY, found.content.decode())
        self.client.force_login(self.editor)
        found = offered(self.client, Specimen, "patient", "S-0").json()
        self.assertEqual([one["text"] for one in found["results"]], ["S-001"])
        self.assertNotIn("DE-OTHER", self.client.get(add_page(Patient)).content.decode())
        self.assertNotIn("DE-OTHER", offered(self.client, Patient, "centre", "").content.decode())

    def test_a_row_of_it_cannot_be_slipped_into_the_page_of_ones_own_case(self):
        foreign = self.foreign.complications[0]
        before = newest()
        form = self.open(self.patient) | {
            "complication_rows-0-id": str(foreign.pk),
            "complication_rows-0-cd_grade": "5",
        }
        self.assertEqual(self.client.post(page_of(self.patient), form).status_code, 200)
        form = self.open(self.patient) | {"patient": str(self.foreign.patient.pk), "sex": "m"}
        form["complication_rows-0-patient"] = str(self.foreign.patient.pk)
        self.client.post(page_of(self.patient), form)
        self.assertEqual({change.patient_id for change in since(before)} - {self.patient.pk}, set())

    def test_a_case_cannot_be_moved_to_another_centre_nor_a_row_to_another_patient(self):
        self.saved(self.post(self.patient, centre=str(self.elsewhere.pk), sex="m", synthetic="on"))
        self.patient.refresh_from_db()
        self.assertEqual((self.patient.centre, self.patient.synthetic), (self.centre, False))
        specimen = self.own.specimens[0]
        self.saved(self.post(specimen, patient=str(self.foreign.patient.pk), lesions_examined="2"))
        specimen.refresh_from_db()
        self.assertEqual(specimen.patient, self.patient)

    def test_a_patient_cannot_be_added_to_another_centre(self):
        form = self.page(add_page(Patient)).form("patient_form")
        form |= {"local_study_id": "S-002", "centre": str(self.elsewhere.pk)}
        self.assertEqual(self.client.post(add_page(Patient), form).status_code, 200)
        self.assertFalse(Patient.objects.filter(local_study_id="S-002").exists())


class Rights(Administration):
    """A membership opens the cases of a centre, for reading or for writing; nothing else does."""

    def test_an_administrator_sees_no_case(self):
        self.client.force_login(self.administrator)
        for model in (*CLINICAL, Remark):
            with self.subTest(model=model.__name__):
                self.assertEqual(self.client.get(list_of(model)).status_code, 403)
                self.assertEqual(self.client.get(add_page(model)).status_code, 403)
        for row in rows_of(self.foreign):
            for what in PAGES:
                response = self.client.get(page_of(row, what))
                self.assertIn(response.status_code, (302, 403))
                self.assertNotIn(CANARY, response.content.decode())

    def test_an_administrator_with_a_role_at_a_centre_sees_the_cases_of_that_centre(self):
        Membership.objects.create(user=self.administrator, centre=self.centre)
        self.client.force_login(self.administrator)
        shown = self.client.get(list_of(Patient)).context["cl"].result_list
        self.assertEqual([one.local_study_id for one in shown], ["S-001"])
        self.assertEqual(self.client.get(page_of(self.patient)).status_code, 200)

    def test_a_member_of_the_staff_sees_every_section_of_the_own_centre(self):
        for model in CLINICAL:
            with self.subTest(model=model.__name__):
                listed = self.client.get(list_of(model)).context["cl"].result_list
                self.assertGreater(len(listed), 0)

    def test_who_only_reads_sees_the_answers_in_words_and_changes_none(self):
        self.client.force_login(self.reader)
        page = self.page(page_of(self.patient))
        inputs = "//form[@id='patient_form']//*[self::select or self::input[not(@type='hidden')]]"
        self.assertEqual(page.root.xpath(inputs), [])
        for words in ("Jejunum or ileum", "≥12", "<3.0 %", "400 mL", "2024-08"):
            self.assertIn(words, page.text)
        self.assertNotIn("2024-08-01", page.text.split("Latest changes")[0])
        before = newest()
        for row in rows_of(self.own):
            self.assertEqual(self.client.get(page_of(row)).status_code, 200)
            self.assertEqual(self.client.post(page_of(row), {"sex": "m"}).status_code, 403)
        self.assertEqual(self.client.get(add_page(Patient)).status_code, 403)
        self.assertEqual(since(before), [])

    def test_rights_are_those_in_the_centre_of_the_case(self):
        Membership.objects.create(user=self.editor, centre=self.elsewhere, role="auditor")
        self.assertEqual(self.client.get(page_of(self.foreign.patient)).status_code, 200)
        self.assertEqual(self.client.post(page_of(self.foreign.patient), {"sex": "m"}).status_code, 403)
        self.assertEqual(self.client.post(page_of(self.foreign.specimens[0]), {}).status_code, 403)
        self.saved(self.post(self.patient, sex="m"))
        form = self.page(add_page(Patient)).form("patient_form")
        form |= {"local_study_id": "S-002", "centre": str(self.elsewhere.pk)}
        self.assertEqual(self.client.post(add_page(Patient), form).status_code, 200)

    def test_the_centre_is_named_in_the_lists_of_those_who_work_at_several(self):
        heads = self.page(list_of(Operation)).texts("//th")
        self.assertNotIn("Centre", heads)
        Membership.objects.create(user=self.editor, centre=self.elsewhere, role="auditor")
        page = self.page(list_of(Operation))
        self.assertIn("Centre", page.texts("//th"))
        self.assertEqual(
            set(page.texts("//td[contains(@class,'field-centre_code')]")), {"CN-OWN1", "DE-OTHER"}
        )
        narrowed = self.client.get(list_of(Operation, centre=str(self.elsewhere.pk)))
        self.assertEqual(narrowed.context["cl"].result_count, 1)

    def test_nobody_deletes_a_patient_or_a_row_on_its_own(self):
        Membership.objects.create(user=self.administrator, centre=self.centre)
        for person in (self.editor, self.administrator):
            self.client.force_login(person)
            for row in rows_of(self.own):
                self.assertEqual(self.client.get(page_of(row, "delete")).status_code, 403)
                self.assertEqual(self.client.post(page_of(row, "delete"), {"post": "yes"}).status_code, 403)
            bulk = {"action": "delete_selected", "_selected_action": str(self.patient.pk), "post": "yes"}
            self.client.post(list_of(Patient), bulk)
        self.assertTrue(Patient.objects.filter(pk=self.patient.pk).exists())

    def test_people_who_are_not_on_the_staff_stay_outside(self):
        self.client.force_login(factories.member("nurse", self.centre))
        for where in (reverse("admin:index"), list_of(Patient), page_of(self.patient)):
            self.assertIn("/admin/login/", self.client.get(where)["Location"])

    def test_who_is_no_longer_a_member_sees_nothing_more(self):
        Membership.objects.filter(user=self.editor).delete()
        self.assertEqual(self.client.get(page_of(self.patient)).status_code, 403)
        self.assertNotIn("S-001", Page(self.client.get(reverse("admin:index"))).text)

    def test_djangos_own_log_holds_no_case(self):
        self.saved(self.post(self.patient, sex="m"))
        self.saved(self.post(self.own.operation, low_cvp="no"))
        self.assertEqual(LogEntry.objects.count(), 0)


class Centres(Administration):
    """Centres belong to administrators; members may read about their centre."""

    def test_a_member_reads_about_the_own_centre_only(self):
        page = self.page(page_of(self.centre))
        self.assertIn("Hospital CN-OWN1", page.text)
        self.assertEqual(page.root.xpath("//input[@name='country']"), [])
        self.assertNotIn("reader", page.text)
        self.assertEqual(self.client.post(page_of(self.centre), {"country": "FR"}).status_code, 403)
        self.assertEqual(self.client.get(page_of(self.elsewhere)).status_code, 302)
        self.assertNotIn("DE-OTHER", self.page(list_of(Centre)).text)
        self.assertEqual(self.client.get(add_page(Centre)).status_code, 403)

    def test_an_administrator_makes_a_centre(self):
        self.client.force_login(self.administrator)
        form = self.page(add_page(Centre)).form("centre_form")
        form |= {"centre_id": "FR-PARIS", "country": "FR", "rbc_unit_basis_ml": "２５０ ml"}
        self.assertEqual(self.client.post(add_page(Centre), form).status_code, 302)
        self.assertEqual(Centre.objects.get(centre_id="FR-PARIS").rbc_unit_basis_ml, 250)

    def test_the_page_of_a_centre_lists_who_works_there(self):
        self.client.force_login(self.administrator)
        page = self.page(page_of(self.centre))
        for words in ("editor", "data entry", "reader", "auditor"):
            self.assertIn(words, page.text)

    def test_a_data_manager_reads_centres_and_changes_none(self):
        self.client.force_login(self.manager)
        self.assertIn("Hospital DE-OTHER", self.page(page_of(self.elsewhere)).text)
        self.assertEqual(self.client.post(page_of(self.elsewhere), {"country": "FR"}).status_code, 403)

    def test_a_centre_code_is_needed_well_formed_and_given_once(self):
        self.client.force_login(self.administrator)
        for code, reason in (("", "required"), ("paris", "not valid"), ("CN-OWN1", "already exists")):
            with self.subTest(code):
                form = self.page(add_page(Centre)).form("centre_form") | {"centre_id": code}
                self.assertIn(reason, self.refused(self.client.post(add_page(Centre), form)))

    def test_an_untouched_centre_leaves_no_trace(self):
        self.client.force_login(self.administrator)
        before = newest()
        self.assertEqual(self.post(self.centre).status_code, 302)
        self.assertEqual(since(before), [])

    def test_a_centre_with_cases_or_members_stays_and_its_cases_are_not_listed(self):
        self.client.force_login(self.administrator)
        for used in (self.elsewhere, self.centre):
            response = self.client.get(page_of(used, "delete"))
            self.assertEqual(response.status_code, 403)
            self.assertNotIn(CANARY, response.content.decode())
        empty = factories.centre("FR-EMPTY")
        self.assertEqual(self.client.post(page_of(empty, "delete"), {"post": "yes"}).status_code, 302)
        self.assertFalse(Centre.objects.filter(pk=empty.pk).exists())


class EveryAddress(Administration):
    """No page of the admin is forgotten."""

    def test_each_address_of_the_registry_is_closed_to_strangers(self):
        self.client.logout()
        for model in admin.site._registry:
            for what in ("changelist", "add"):
                self.assertIn("/login/", self.client.get(address(model, what))["Location"])
            for what in PAGES:
                self.assertIn("/login/", self.client.get(address(model, what, 1))["Location"])
