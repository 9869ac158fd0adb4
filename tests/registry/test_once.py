"""A form is stored once, however often it is sent."""

from __future__ import annotations

import io
from datetime import timedelta

from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from registry.context import on_behalf_of
from registry.models import Change, Complication, Membership, Patient, SentForm
from registry.once import KEPT, new_key
from tests import factories
from tests.pages import Page, answered, opened, section_url, with_row
from tests.promises import proves
from tests.registry.entry import Entry
from tests.transactions import AtTheSameTime, RealTransactions

NEW = "/cases/new/"


@proves("P25", "T9")
class SentAgain(Entry):
    slug = "complications"

    def setUp(self):
        super().setUp()
        self.form = with_row(self.open(self.slug), 0, comp_type="uti", cd_grade="1")

    def send(self, **changed):
        return self.client.post(self.url(self.slug), self.form | changed)

    def test_the_same_form_leads_to_the_same_page_and_is_stored_once(self):
        addresses = {self.send()["Location"] for _time in range(3)}
        self.assertEqual(len(addresses), 1)
        self.assertEqual(Complication.objects.count(), 1)

    def test_it_is_told_that_it_had_been_sent_already(self):
        self.send()
        self.assertIn("stored once", self.saved(self.send()))

    def test_whichever_button_was_pressed(self):
        self.assertEqual(self.send(then="case")["Location"], self.send(then="next")["Location"])
        self.assertEqual(Complication.objects.count(), 1)

    def test_two_equal_rows_of_one_form_are_two(self):
        self.form = with_row(self.form, 1, comp_type="uti", cd_grade="1")
        for _time in range(2):
            self.send()
        self.assertEqual(Complication.objects.count(), 2)

    def test_a_form_that_was_refused_can_be_corrected_with_the_same_key(self):
        page = self.refused(self.send(**{"rows-0-onset_date": "soon"}))
        self.assertEqual(page.form()["once"], self.form["once"])
        self.saved(self.client.post(self.url(self.slug), page.form() | {"rows-0-onset_date": "2022-03-05"}))
        self.assertEqual(Complication.objects.count(), 1)

    def test_what_was_typed_into_it_after_going_back_is_neither_lost_nor_stored_unseen(self):
        self.saved(self.send())
        response = self.send(**{"rows-0-cd_grade": "2"})
        self.assertEqual(response.status_code, 409)
        page = Page(response)
        self.assertIn("This form had been saved already", page.text)
        self.assertEqual(Complication.objects.get().cd_grade, "1")
        self.assertEqual({page.form()[f"rows-{n}-cd_grade"] for n in (0, 1)}, {"1", "2"})
        self.assertNotEqual(page.form()["once"], self.form["once"])
        self.saved(self.client.post(self.url(self.slug), page.form() | {"rows-1-removed": "1"}))
        self.assertEqual(Complication.objects.count(), 1)

    def test_a_head_corrected_after_going_back_is_compared_with_what_was_saved(self):
        form = answered(self.open("operation"), blood_loss_ml="400")
        self.saved(self.client.post(self.url("operation"), form))
        response = self.client.post(self.url("operation"), answered(form, blood_loss_ml="450"))
        self.assertEqual(response.status_code, 409)
        page = Page(response)
        chosen = page.form() | {"keep-head-blood_loss_ml": "mine"}
        self.saved(self.client.post(self.url("operation"), chosen))

    def test_every_page_has_a_key_of_its_own(self):
        self.assertNotEqual(self.open(self.slug)["once"], self.open(self.slug)["once"])

    def test_a_key_that_no_page_has_given_keeps_nothing(self):
        for key in ("", "x", "é" * 22, "a" * 4000):
            with self.subTest(key[:5]):
                self.assertEqual(self.send(once=key, **{"rows-0-cd_grade": "soon"}).status_code, 422)
        self.assertEqual(SentForm.objects.count(), 0)

    def test_a_form_of_a_case_that_is_not_there_keeps_no_key(self):
        address = self.url(self.slug).replace(self.patient.patient_uid, "AAAAAAAAAA")
        self.assertEqual(self.client.post(address, self.form).status_code, 404)
        self.assertEqual(SentForm.objects.count(), 0)

    @proves("T34")
    def test_a_time_that_the_browser_sends_is_ignored(self):
        past = {"at": "2001-01-01", "head-at": "2001-01-01", "saved_at": "2001-01-01"}
        self.saved(self.send(**past))
        for moment in (Change.objects.latest("id").at, SentForm.objects.get().at):
            self.assertLess(timezone.now() - moment, timedelta(minutes=5))

    def test_the_same_key_of_somebody_else_is_another_key(self):
        other = Client()
        other.force_login(factories.member("colleague", self.centre))
        for client in (self.client, other):
            form = with_row(opened(client, self.url(self.slug)), 5, comp_type="dvt", cd_grade="1")
            client.post(self.url(self.slug), form | {"once": self.form["once"]})
        self.assertEqual(SentForm.objects.count(), 2)


@proves("P25", "T9")
class ANewCase(Entry):
    def test_sent_twice_opens_one_case(self):
        form = answered(opened(self.client, NEW), local_study_id="S-100")
        addresses = {self.client.post(NEW, form)["Location"] for _time in range(2)}
        self.assertEqual((len(addresses), Patient.objects.filter(local_study_id="S-100").count()), (1, 1))

    def test_another_number_after_going_back_opens_no_second_case_unseen(self):
        form = answered(opened(self.client, NEW), local_study_id="S-100")
        first = self.client.post(NEW, form)["Location"]
        response = self.client.post(NEW, answered(form, local_study_id="S-101"))
        self.assertEqual(response.status_code, 409)
        page = Page(response)
        self.assertIn(first, page.links())
        self.assertEqual(page.form()["head-local_study_id"], "S-101")
        self.assertEqual(self.client.post(NEW, page.form()).status_code, 302)


class Deeds(Entry):
    def test_each_form_of_a_page_has_its_own_key(self):
        self.client.force_login(factories.member("lead", self.centre, role="lead"))
        page = Page(self.client.get(f"/cases/{self.patient.patient_uid}/signing/"))
        keys = page.root.xpath("//main//input[@name='once']/@value")
        self.assertGreater(len(keys), 1)
        self.assertEqual(len(set(keys)), len(keys))

    def test_a_review_that_is_sent_twice_is_noted_once(self):
        self.client.force_login(factories.registry_wide("manager", "boss"))
        held = Membership.objects.filter(user=self.editor).get()
        sent = {"once": new_key(), "reviewed": held.pk}
        first, again = (self.client.post("/memberships/", sent) for _time in range(2))
        self.assertEqual(first["Location"], again["Location"])
        self.assertEqual(SentForm.objects.count(), 1)


class Keys(Entry):
    def test_the_database_itself_holds_a_key_once(self):
        given = {"user": self.editor, "key": new_key(), "at": timezone.now()}
        SentForm.objects.create(**given)
        with self.assertRaises(IntegrityError), transaction.atomic():
            SentForm.objects.create(**given)

    def test_nobody_sees_the_keys_of_others(self):
        SentForm.objects.create(user=self.editor, key=new_key(), at=timezone.now())
        for role in ("manager", "auditor", "administrator"):
            with on_behalf_of(factories.registry_wide(role)):
                self.assertEqual(SentForm.objects.count(), 0)
                self.assertEqual(SentForm._base_manager.count(), 0)

    def test_tidying_forgets_the_keys_of_forms_long_sent(self):
        for days in (0, KEPT.days + 1):
            SentForm.objects.create(user=self.editor, key=new_key(), at=timezone.now() - timedelta(days=days))
        call_command("tidy", stdout=io.StringIO())
        self.assertEqual(SentForm.objects.count(), 1)


@proves("P25", "T9")
class AtTheSameMoment(RealTransactions):
    def setUp(self):
        self.centre = factories.centre()
        self.client.force_login(factories.member("editor", self.centre))
        self.patient = factories.patient("S-001", self.centre)

    def test_a_double_click_stores_a_new_row_once(self):
        url = section_url(self.patient, "complications")
        form = with_row(opened(self.client, url), 0, comp_type="uti", cd_grade="1")
        sent = [AtTheSameTime(lambda: self.client.post(url, form)) for _time in range(3)]
        answers = [one.result() for one in sent]
        self.assertEqual([one.status_code for one in answers], [302] * 3)
        self.assertEqual(len({one["Location"] for one in answers}), 1)
        self.assertEqual(Complication.objects.count(), 1)

    def test_a_double_click_opens_one_case(self):
        form = answered(opened(self.client, NEW), local_study_id="S-100")
        sent = [AtTheSameTime(lambda: self.client.post(NEW, form)) for _time in range(3)]
        self.assertEqual(len({one.result()["Location"] for one in sent}), 1)
        self.assertEqual(Patient.objects.filter(local_study_id="S-100").count(), 1)
