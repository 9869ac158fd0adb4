"""A conflict whoever the other is and however they write; and what is none."""

from __future__ import annotations

from datetime import date
from unittest import mock

from django.db import connection

from registry import actions
from registry.case import load
from registry.context import acting
from registry.models import Diagnosis, FollowupVisit, PostopCourse, Remark
from tests import factories
from tests.pages import Page, answered, section_url
from tests.registry.two_people import TwoPeople, compared
from tests.transactions import AtTheSameTime, RealTransactions, wait_until_somebody_waits


class WhoeverElseWrites(TwoPeople):
    def setUp(self):
        super().setUp()
        self.diagnosis = factories.row(Diagnosis, self.patient, primary_site="pancreas")
        self.opened = self.open("diagnosis")

    def told(self) -> list[str]:
        page = self.disputed(self.post("diagnosis", answered(self.opened, primary_site="stomach")))
        return compared(page)[0]

    def test_plain_sql_is_noticed(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('registry.actor', '', true)")
            cursor.execute("UPDATE registry_diagnosis SET primary_site = 'rectum'")
            cursor.execute("SELECT session_user")
            role = cursor.fetchone()[0]
        told = self.told()
        self.assertEqual(told[1:4], ["Pancreas", "Rectum", "Stomach"])
        self.assertIn(f" db:{role} ", told[4])

    def test_a_shell_is_noticed(self):
        with acting("night import"):
            Diagnosis.objects.update(primary_site="rectum")
        self.assertIn(" night import ", self.told()[4])

    def test_a_change_between_reading_the_case_and_showing_the_form_is_noticed(self):
        def load_then_change(patient):
            case = load(patient)
            Diagnosis.objects.update(primary_site="rectum")
            return case

        Diagnosis.objects.update(primary_site="pancreas")
        with mock.patch("registry.forms.editing.load", load_then_change):
            self.opened = self.open("diagnosis")
        self.assertEqual(self.opened["head-primary_site"], "pancreas")
        self.assertEqual(self.told()[1:4], ["Pancreas", "Rectum", "Stomach"])

    def test_a_reason_for_a_missing_answer_is_not_overwritten_either(self):
        form = self.open("diagnosis")
        self.colleague_saves("diagnosis", form | {"head-netlm_diagnosis_date__missing": "unk"})
        page = self.disputed(self.post("diagnosis", form | {"head-netlm_diagnosis_date__missing": "nrec"}))
        told = ["Date liver metastases found", "–", "Asked or searched, not known"]
        self.assertEqual(compared(page)[0][:4], [*told, "Not recorded in the source"])
        self.assertEqual(Remark.objects.get(kind=Remark.MISSING).content, "unk")
        self.saved(self.post("diagnosis", self.choose(page, "mine")))
        self.assertEqual(Remark.objects.get(kind=Remark.MISSING).content, "nrec")

    def test_a_reason_that_the_other_gave_stays_beside_my_other_answers(self):
        form = self.open("diagnosis")
        self.colleague_saves("diagnosis", form | {"head-netlm_diagnosis_date__missing": "unk"})
        self.saved(self.post("diagnosis", answered(form, tnm_edition="ajcc8")))
        self.assertEqual(Remark.objects.get(kind=Remark.MISSING).content, "unk")

    def test_an_answer_does_not_silently_replace_the_reason_that_the_other_gave(self):
        form = self.open("diagnosis")
        self.colleague_saves("diagnosis", form | {"head-netlm_diagnosis_date__missing": "unk"})
        page = self.disputed(self.post("diagnosis", answered(form, netlm_diagnosis_date="2021-02-03")))
        self.assertEqual(compared(page)[0][2:4], ["Asked or searched, not known", "2021-02-03"])
        self.saved(self.post("diagnosis", self.choose(page, "theirs")))
        self.assertIsNone(Diagnosis.objects.get().netlm_diagnosis_date)
        self.assertEqual(Remark.objects.get(kind=Remark.MISSING).content, "unk")


class OtherSections(TwoPeople):
    def test_a_change_in_another_section_is_no_conflict(self):
        form = self.open("operation")
        self.colleague_saves("diagnosis", answered(self.open("diagnosis"), primary_site="rectum"))
        self.saved(self.post("operation", answered(form, surgery_date="2022-03-01")))

    def test_the_postoperative_course_and_the_complications_share_a_row_but_no_conflict(self):
        course, complications = self.open("postoperative"), self.open("complications")
        self.colleague_saves(
            "postoperative", answered(course, died_in_hospital="no", discharge_date="2022-03-09")
        )
        self.saved(
            self.post("complications", answered(complications, complication_ascertainment="not_checked"))
        )
        stored = PostopCourse.objects.get()
        self.assertEqual((stored.died_in_hospital, stored.complication_ascertainment), ("no", "not_checked"))

    def test_treatment_before_and_after_share_a_row_but_no_conflict(self):
        before, after = self.open("prior-treatment"), self.open("subsequent-therapy")
        self.colleague_saves("prior-treatment", answered(before, prior_tx_none="yes"))
        self.saved(self.post("subsequent-therapy", answered(after, subs_none="yes")))
        summary = load(self.patient).treatment_summary
        self.assertEqual((summary.prior_tx_none, summary.subs_none), ("yes", "yes"))

    def test_another_case_is_no_conflict(self):
        form = self.open("diagnosis")
        factories.full_case("ELSE", self.centre)
        self.saved(self.post("diagnosis", answered(form, primary_site="rectum")))

    def test_two_people_who_begin_the_same_empty_section_are_in_conflict(self):
        form = self.open("diagnosis")
        self.colleague_saves("diagnosis", answered(form, primary_site="rectum"))
        page = self.disputed(self.post("diagnosis", answered(form, primary_site="pancreas")))
        self.assertEqual(compared(page)[0][:4], ["Site of primary tumour", "–", "Rectum", "Pancreas"])
        self.saved(self.post("diagnosis", self.choose(page, "mine")))
        self.assertEqual(Diagnosis.objects.get().primary_site, "pancreas")


class AtTheSameMoment(RealTransactions):
    def setUp(self):
        self.centre = factories.centre()
        self.client.force_login(factories.member("editor", self.centre))
        self.patient = factories.patient("S-001", self.centre)
        factories.row(FollowupVisit, self.patient, visit_date=date(2022, 5, 1))

    def test_whoever_comes_second_waits_and_is_then_told(self):
        url = section_url(self.patient, "follow-up")
        form = Page(self.client.get(url)).form()
        mine = form | {"rows-0-visit_type": "phone"}
        with acting("colleague"):
            actions.lock_case(self.patient)
            second = AtTheSameTime(lambda: self.client.post(url, mine))
            wait_until_somebody_waits()
            FollowupVisit.objects.update(visit_type="online")
        page = Page(second.result())
        self.assertEqual(page.response.status_code, 409)
        self.assertEqual(compared(page)[0][:4], ["Contact", "–", "Online", "Telephone"])
        self.assertEqual(FollowupVisit.objects.get().visit_type, "online")
