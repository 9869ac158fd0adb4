"""Two people editing one section: the second is told, and nothing is overwritten unnoticed."""

from __future__ import annotations

from datetime import date
from unittest import mock

from django.db import connection
from django.test import Client

from registry import actions
from registry.case import load
from registry.context import acting
from registry.models import (
    Complication,
    Diagnosis,
    FollowupVisit,
    Operation,
    PostopCourse,
    PriorTreatment,
    Remark,
)
from tests import factories
from tests.pages import Page, answered, section_url, with_row
from tests.registry.entry import Entry, answers_of
from tests.transactions import AtTheSameTime, RealTransactions, wait_until_somebody_waits


def compared(page: Page) -> list[list[str]]:
    """The table of both versions, row by row, without the time."""
    rows = page.root.xpath("//div[contains(@class, 'conflict')]//tbody/tr")
    return [[" ".join(" ".join(cell.itertext()).split()) for cell in row] for row in rows]


class TwoPeople(Entry):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.colleague = factories.member("colleague", cls.centre)

    def setUp(self):
        super().setUp()
        self.other = Client()
        self.other.force_login(self.colleague)

    def colleague_saves(self, slug: str, form: dict) -> None:
        self.assertEqual(self.other.post(self.url(slug), form).status_code, 302)

    def post(self, slug: str, form: dict):
        return self.client.post(self.url(slug), form)


class OneSection(TwoPeople):
    slug = "operation"

    def setUp(self):
        super().setUp()
        factories.operated(self.patient, op_time_min=200, blood_loss_ml=400)
        self.opened = self.open(self.slug)
        self.colleague_saves(self.slug, answered(self.opened, blood_loss_ml="900"))
        self.mine = answered(self.opened, blood_loss_ml="500", op_time_min="210")

    def test_the_second_is_shown_both_versions_and_who_made_the_other(self):
        page = self.refused(self.post(self.slug, self.mine))
        ((question, opened, stored, typed, who),) = compared(page)
        self.assertEqual(
            (question, opened, stored, typed), ("Intraoperative blood loss", "400 mL", "900 mL", "500 mL")
        )
        self.assertTrue(who.startswith("colleague "), who)

    def test_nothing_is_overwritten_and_nothing_typed_is_lost(self):
        page = self.refused(self.post(self.slug, self.mine))
        stored = Operation.objects.get()
        self.assertEqual((stored.blood_loss_ml, stored.op_time_min), (900, 200))
        self.assertEqual(answers_of(page.form()), answers_of(self.mine))

    def test_saving_again_keeps_the_version_that_was_typed(self):
        page = self.refused(self.post(self.slug, self.mine))
        self.saved(self.post(self.slug, page.form()))
        stored = Operation.objects.get()
        self.assertEqual((stored.blood_loss_ml, stored.op_time_min), (500, 210))

    def test_a_third_change_in_between_is_told_again(self):
        page = self.refused(self.post(self.slug, self.mine))
        self.colleague_saves(self.slug, answered(self.open(self.slug), blood_loss_ml="950"))
        ((_question, opened, stored, _typed, _who),) = compared(
            self.refused(self.post(self.slug, page.form()))
        )
        self.assertEqual((opened, stored), ("900 mL", "950 mL"))

    def test_an_answer_that_only_the_other_has_changed_is_told_too(self):
        page = self.refused(self.post(self.slug, answered(self.opened, op_time_min="210")))
        self.assertEqual(compared(page)[0][1:4], ["400 mL", "900 mL", "400 mL"])

    def test_the_same_answer_from_both_is_no_conflict(self):
        self.saved(self.post(self.slug, answered(self.opened, blood_loss_ml="900", op_time_min="210")))
        self.assertEqual(Operation.objects.get().op_time_min, 210)

    def test_a_change_that_was_taken_back_is_no_conflict(self):
        self.colleague_saves(self.slug, answered(self.open(self.slug), blood_loss_ml="400"))
        self.saved(self.post(self.slug, self.mine))

    def test_several_changes_of_one_answer_are_told_once(self):
        self.colleague_saves(self.slug, answered(self.open(self.slug), blood_loss_ml="950"))
        page = self.refused(self.post(self.slug, self.mine))
        self.assertEqual([row[1:4] for row in compared(page)], [["400 mL", "950 mL", "500 mL"]])

    def test_an_answer_that_cannot_be_read_is_told_together_with_the_conflict(self):
        page = self.refused(self.post(self.slug, answered(self.opened, blood_loss_ml="500-600")))
        self.assertEqual(compared(page)[0][2:4], ["900 mL", "(cannot be stored, see below)"])
        self.assertEqual(len(page.errors()), 1)

    def test_a_form_that_does_not_say_when_it_was_opened_overwrites_nothing(self):
        for base in ("", "x", "-1", "1e9", "9" * 30):
            with self.subTest(base):
                self.refused(self.post(self.slug, self.mine | {"base": base}))
        self.assertEqual(Operation.objects.get().blood_loss_ml, 900)

    def test_the_table_of_both_versions_speaks_chinese(self):
        self.client.cookies["django_language"] = "zh-hans"
        ((question, *_rest),) = compared(self.refused(self.post(self.slug, self.mine)))
        self.assertEqual(question, "术中出血量")


class HowItIsShown(TwoPeople):
    def test_comparators_and_precisions_are_part_of_both_versions(self):
        self.saved(self.add("pathology", ki67_pct="8", specimen_date="2021-02-10"))
        form = self.open("pathology")
        other = form | {"rows-0-ki67_pct": "<8", "rows-0-specimen_date": "2021-02"}
        self.colleague_saves("pathology", other)
        page = self.refused(self.post("pathology", form | {"rows-0-ki67_pct": "≥8"}))
        self.assertEqual(
            [row[:4] for row in compared(page)],
            [
                ["Date of sampling", "2021-02-10", "2021-02", "2021-02-10"],
                ["Ki-67 index", "8.0 %", "<8.0 %", "≥8.0 %"],
            ],
        )

    def test_what_may_identify_a_person_is_not_repeated(self):
        factories.row(PriorTreatment, self.patient, tx_category="other", tx_other_text="herbs")
        form = self.open("prior-treatment")
        self.colleague_saves("prior-treatment", form | {"rows-0-tx_other_text": "tea"})
        page = self.refused(self.post("prior-treatment", form | {"rows-0-tx_other_text": "13812345678"}))
        self.assertNotIn("13812345678", page.text)


class WhoeverElseWrites(TwoPeople):
    def setUp(self):
        super().setUp()
        self.diagnosis = factories.row(Diagnosis, self.patient, primary_site="pancreas")
        self.opened = self.open("diagnosis")

    def told(self) -> list[str]:
        page = self.refused(self.post("diagnosis", answered(self.opened, tnm_edition="ajcc8")))
        return compared(page)[0]

    def test_plain_sql_is_noticed(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('registry.actor', '', true)")
            cursor.execute("UPDATE registry_diagnosis SET primary_site = 'rectum'")
            cursor.execute("SELECT session_user")
            role = cursor.fetchone()[0]
        told = self.told()
        self.assertEqual(told[1:4], ["Pancreas", "Rectum", "Pancreas"])
        self.assertTrue(told[4].startswith(f"db:{role} "), told[4])

    def test_a_shell_is_noticed(self):
        with acting("night import"):
            Diagnosis.objects.update(primary_site="rectum")
        self.assertTrue(self.told()[4].startswith("night import "))

    def test_a_change_between_reading_the_case_and_showing_the_form_is_noticed(self):
        def load_then_change(patient):
            case = load(patient)
            Diagnosis.objects.update(primary_site="rectum")
            return case

        Diagnosis.objects.update(primary_site="pancreas")
        with mock.patch("registry.forms.editing.load", load_then_change):
            self.opened = self.open("diagnosis")
        self.assertEqual(self.opened["head-primary_site"], "pancreas")
        self.assertEqual(self.told()[1:4], ["Pancreas", "Rectum", "Pancreas"])

    def test_a_reason_for_a_missing_answer_is_not_overwritten_either(self):
        form = self.open("diagnosis")
        self.colleague_saves("diagnosis", form | {"head-netlm_diagnosis_date__missing": "unk"})
        page = self.refused(self.post("diagnosis", form | {"head-netlm_diagnosis_date__missing": "nrec"}))
        self.assertEqual(
            compared(page)[0][:4],
            [
                "Date liver metastases found: why it is missing",
                "–",
                "Asked or searched, not known",
                "Not recorded in the source",
            ],
        )
        self.assertEqual(Remark.objects.get(kind=Remark.MISSING).content, "unk")
        self.saved(self.post("diagnosis", page.form()))
        self.assertEqual(Remark.objects.get(kind=Remark.MISSING).content, "nrec")


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
        page = self.refused(self.post("diagnosis", answered(form, primary_site="pancreas")))
        self.assertEqual(compared(page)[0][:4], ["Site of primary tumour", "–", "Rectum", "Pancreas"])
        self.saved(self.post("diagnosis", page.form()))
        self.assertEqual(Diagnosis.objects.get().primary_site, "pancreas")


class Rows(TwoPeople):
    slug = "complications"

    def setUp(self):
        super().setUp()
        self.row = factories.row(Complication, self.patient, comp_type="ssi", cd_grade="1")
        self.opened = self.open(self.slug)

    def types(self) -> list[str]:
        return sorted(Complication.objects.values_list("comp_type", flat=True))

    def test_a_row_that_the_other_has_removed_is_told_and_comes_back_if_it_is_kept(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-removed": "1"})
        page = self.refused(self.post(self.slug, self.opened | {"rows-0-cd_grade": "2"}))
        self.assertEqual(
            compared(page)[0][:4],
            ["Complications", "Wound infection · I", "(removed)", "Wound infection · II"],
        )
        self.assertEqual(self.types(), [])
        self.saved(self.post(self.slug, page.form()))
        self.assertEqual((self.types(), Complication.objects.get().cd_grade), (["ssi"], "2"))

    def test_a_row_that_the_other_has_changed_is_not_removed_unseen(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-cd_grade": "2"})
        page = self.refused(self.post(self.slug, self.opened | {"rows-0-removed": "1"}))
        self.assertEqual(
            compared(page)[0][:4],
            ["Complications", "Wound infection · I", "Wound infection · II", "(removed)"],
        )
        self.saved(self.post(self.slug, page.form()))
        self.assertEqual(self.types(), [])

    def test_a_row_that_both_have_removed_is_no_conflict(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-removed": "1"})
        self.saved(self.post(self.slug, self.opened | {"rows-0-removed": "1"}))

    def test_a_row_that_the_other_has_added_is_told_and_stays(self):
        self.colleague_saves(self.slug, with_row(self.opened, 1, comp_type="dvt", cd_grade="2"))
        page = self.refused(self.post(self.slug, with_row(self.opened, 1, comp_type="uti", cd_grade="1")))
        self.assertEqual(compared(page)[0][:4], ["Complications", "–", "Deep-vein thrombosis · II", "–"])
        self.saved(self.post(self.slug, page.form()))
        self.assertEqual(self.types(), ["dvt", "ssi", "uti"])

    def test_a_form_that_is_sent_twice_stores_its_new_rows_once(self):
        form = with_row(self.opened, 1, comp_type="dvt", cd_grade="2", onset_date="2022年3月5日")
        form = with_row(form, 2, comp_type="uti", cd_grade="1")
        for _time in range(2):
            self.saved(self.post(self.slug, form))
        self.assertEqual(self.types(), ["dvt", "ssi", "uti"])

    def test_a_form_with_two_equal_new_rows_that_is_sent_twice_stores_two(self):
        form = with_row(self.opened, 1, comp_type="uti", cd_grade="1")
        form = with_row(form, 2, comp_type="uti", cd_grade="1")
        for _time in range(2):
            self.saved(self.post(self.slug, form))
        self.assertEqual(self.types(), ["ssi", "uti", "uti"])

    def test_an_equal_row_that_was_there_before_is_not_mistaken_for_a_new_one(self):
        self.saved(self.post(self.slug, with_row(self.opened, 1, comp_type="ssi", cd_grade="1")))
        self.assertEqual(self.types(), ["ssi", "ssi"])


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
        self.assertEqual(page.response.status_code, 422)
        self.assertEqual(compared(page)[0][:4], ["Contact", "–", "Online", "Telephone"])
        self.assertEqual(FollowupVisit.objects.get().visit_type, "online")

    def test_a_form_that_is_sent_twice_at_once_stores_its_new_row_once(self):
        url = section_url(self.patient, "follow-up")
        form = with_row(Page(self.client.get(url)).form(), 1, visit_date="2022-08-01")
        both = [AtTheSameTime(lambda: self.client.post(url, form)) for _time in range(2)]
        self.assertEqual([one.result().status_code for one in both], [302, 302])
        self.assertEqual(FollowupVisit.objects.count(), 2)
