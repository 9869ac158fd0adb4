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
from tests.pages import Page, Typed, answered, in_chinese, one_line, section_url, with_row
from tests.promises import proves
from tests.registry.entry import Entry, answers_of
from tests.transactions import AtTheSameTime, RealTransactions, wait_until_somebody_waits


def compared(page: Page) -> list[list[str]]:
    """The conflicts of the page: question, as opened, stored now, typed, and who stored it when."""
    parts = (
        "legend",
        "p/*[@data-opened]",
        "div//*[@data-stored]",
        "div//*[@data-typed]",
        "div//*[@data-who]",
    )
    found = page.root.xpath("//fieldset[contains(@class, 'conflict-choice')]")
    return [[one_line(" ".join(one.xpath(part)[0].itertext())) for part in parts] for one in found]


def taken(page: Page) -> list[str]:
    """What the page says it has taken over from others, without the time."""
    return [one.rsplit(" \u00b7 ", 1)[0] for one in page.texts("//div[contains(@class, 'taken')]//li")]


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

    def disputed(self, response) -> Page:
        """The page that asks which version stays."""
        self.assertEqual(response.status_code, 409)
        return Page(response)

    def choose(self, page: Page, which: str) -> Typed:
        """What a browser sends after this choice in every conflict of the page."""
        form = page.form()
        names = form["conflict"] if isinstance(form["conflict"], list) else [form["conflict"]]
        return form | {f"keep-{name}": which for name in names}


class OneSection(TwoPeople):
    slug = "operation"

    def setUp(self):
        super().setUp()
        factories.operated(self.patient, op_time_min=200, blood_loss_ml=400)
        self.opened = self.open(self.slug)
        self.colleague_saves(self.slug, answered(self.opened, blood_loss_ml="900"))
        self.mine = answered(self.opened, blood_loss_ml="500", op_time_min="210")

    def stored(self) -> tuple[int, int]:
        return Operation.objects.values_list("blood_loss_ml", "op_time_min").get()

    def test_the_second_is_shown_all_versions_and_who_made_the_other(self):
        ((question, opened, stored, typed, who),) = compared(self.disputed(self.post(self.slug, self.mine)))
        self.assertEqual(
            (question, opened, stored, typed), ("Intraoperative blood loss", "400 mL", "900 mL", "500 mL")
        )
        self.assertRegex(who, r"^now stored \u00b7 colleague \u00b7 \d{4}-\d\d-\d\d \d\d:\d\d$")

    def test_nothing_is_overwritten_and_nothing_typed_is_lost(self):
        page = self.disputed(self.post(self.slug, self.mine))
        self.assertEqual(self.stored(), (900, 200))
        asked = {name for name in page.form() if name in ("conflict", "before")}
        self.assertEqual(asked, {"conflict", "before"})
        left = {name: value for name, value in answers_of(page.form()).items() if name not in asked}
        self.assertEqual(left, answers_of(self.mine))

    def test_without_a_choice_it_asks_again(self):
        page = self.disputed(self.post(self.slug, self.mine))
        again = self.disputed(self.post(self.slug, page.form()))
        self.assertEqual([row[1:4] for row in compared(again)], [["400 mL", "900 mL", "500 mL"]])
        self.assertEqual(self.stored(), (900, 200))

    def test_a_choice_that_nobody_offers_is_none(self):
        page = self.disputed(self.post(self.slug, self.mine))
        self.disputed(self.post(self.slug, self.choose(page, "both")))

    def test_mine_stays_if_that_is_chosen(self):
        page = self.disputed(self.post(self.slug, self.mine))
        self.saved(self.post(self.slug, self.choose(page, "mine")))
        self.assertEqual(self.stored(), (500, 210))

    def test_theirs_stays_if_that_is_chosen_and_my_other_answers_are_kept(self):
        page = self.disputed(self.post(self.slug, self.mine))
        self.saved(self.post(self.slug, self.choose(page, "theirs")))
        self.assertEqual(self.stored(), (900, 210))

    def test_choosing_before_it_was_asked_decides_nothing(self):
        mine = self.mine | {"keep-head-blood_loss_ml": "mine"}
        self.disputed(self.post(self.slug, mine))
        self.assertEqual(self.stored(), (900, 200))

    def test_a_third_change_in_between_is_asked_about_again(self):
        page = self.disputed(self.post(self.slug, self.mine))
        self.colleague_saves(self.slug, answered(self.open(self.slug), blood_loss_ml="950"))
        again = self.disputed(self.post(self.slug, self.choose(page, "mine")))
        self.assertEqual(compared(again)[0][1:4], ["400 mL", "950 mL", "500 mL"])

    def test_theirs_is_what_is_stored_when_it_is_saved(self):
        page = self.disputed(self.post(self.slug, self.mine))
        self.colleague_saves(self.slug, answered(self.open(self.slug), blood_loss_ml="950"))
        self.saved(self.post(self.slug, self.choose(page, "theirs")))
        self.assertEqual(self.stored(), (950, 210))

    def test_changes_of_both_to_different_answers_are_merged_and_told(self):
        told = self.saved(self.post(self.slug, answered(self.opened, op_time_min="210")))
        self.assertEqual(self.stored(), (900, 210))
        self.assertIn("Intraoperative blood loss: 900 mL (colleague)", told)

    def test_what_was_merged_stands_in_the_form_if_something_else_is_refused(self):
        typed = answered(self.opened, op_time_min="two hours")
        page = self.refused(self.post(self.slug, typed))
        self.assertEqual(taken(page), ["Intraoperative blood loss: 900 mL colleague"])
        self.assertEqual(page.form()["head-blood_loss_ml"], "900")
        self.assertEqual(page.form()["head-op_time_min"], "two hours")
        self.saved(
            self.post(self.slug, page.form() | {"head-op_time_min": "120", "head-blood_loss_ml": "910"})
        )
        self.assertEqual(self.stored(), (910, 120))

    def test_the_same_answer_from_both_is_no_conflict(self):
        self.saved(self.post(self.slug, answered(self.opened, blood_loss_ml="900", op_time_min="210")))
        self.assertEqual(self.stored(), (900, 210))

    def test_a_change_that_was_taken_back_is_no_conflict(self):
        self.colleague_saves(self.slug, answered(self.open(self.slug), blood_loss_ml="400"))
        self.saved(self.post(self.slug, self.mine))

    def test_several_changes_of_one_answer_are_asked_about_once(self):
        self.colleague_saves(self.slug, answered(self.open(self.slug), blood_loss_ml="950"))
        page = self.disputed(self.post(self.slug, self.mine))
        self.assertEqual([row[1:4] for row in compared(page)], [["400 mL", "950 mL", "500 mL"]])

    def test_an_answer_that_cannot_be_read_is_told_together_with_the_conflict(self):
        page = self.disputed(self.post(self.slug, answered(self.opened, blood_loss_ml="500-600")))
        self.assertEqual(compared(page)[0][2:4], ["900 mL", "(cannot be stored, see below)"])
        self.assertEqual(len(page.errors()), 1)
        self.saved(self.post(self.slug, self.choose(page, "theirs")))
        self.assertEqual(self.stored(), (900, 200))

    def test_a_change_that_my_answers_would_undo_is_a_conflict_even_if_i_did_not_touch_it(self):
        form = self.open(self.slug)
        self.colleague_saves(
            self.slug, answered(form, pringle_used="yes", pringle_total_min="30", pringle_cycles="2")
        )
        form = self.open(self.slug)
        self.colleague_saves(self.slug, answered(form, pringle_total_min="40"))
        page = self.disputed(self.post(self.slug, answered(form, pringle_used="no")))
        self.assertEqual([row[2:4] for row in compared(page)], [["40 min", "\u2013"]])

    def test_switching_the_language_keeps_the_question(self):
        page = self.disputed(self.post(self.slug, self.mine))
        other = Page(self.post(self.slug, page.form() | {"_language": "zh-hans"}))
        self.assertEqual(compared(other)[0][0], "术中出血量")
        self.saved(self.post(self.slug, self.choose(other, "mine")))
        self.assertEqual(self.stored(), (500, 210))

    def test_the_page_speaks_chinese(self):
        in_chinese(self.client)
        ((question, *_rest),) = compared(self.disputed(self.post(self.slug, self.mine)))
        self.assertEqual(question, "术中出血量")


class WithoutItsVersion(TwoPeople):
    slug = "operation"

    def setUp(self):
        super().setUp()
        factories.operated(self.patient, op_time_min=200, blood_loss_ml=400)
        self.opened = self.open(self.slug)

    def versions(self) -> list[str]:
        """What is no version: nothing, noise, one that was altered, one of another case."""
        genuine = self.opened["base"]
        other = self.open(self.slug, factories.patient("S-002", self.centre))["base"]
        return ["", "x", "-1", "9" * 30, genuine[:-1], "9" + genuine, other, "0/0//1:1:~" + genuine[-43:]]

    @proves("T8")
    def test_nothing_is_saved_and_everything_typed_stands_in_the_page(self):
        mine = answered(self.opened, op_time_min="210")
        for base in self.versions():
            with self.subTest(base):
                page = self.disputed(self.post(self.slug, mine | {"base": base}))
                self.assertEqual(page.form()["head-op_time_min"], "210")
                self.assertIn("Nothing was saved", page.text)
        del mine["base"]
        self.disputed(self.post(self.slug, mine))
        self.assertEqual(Operation.objects.get().op_time_min, 200)

    def test_what_differs_is_asked_about_and_can_then_be_saved(self):
        page = self.disputed(self.post(self.slug, answered(self.opened, op_time_min="210") | {"base": "x"}))
        self.assertEqual(
            [row[:4] for row in compared(page)], [["Operating time", "(not known)", "200 min", "210 min"]]
        )
        self.saved(self.post(self.slug, self.choose(page, "mine")))
        self.assertEqual(Operation.objects.get().op_time_min, 210)

    def test_a_row_that_the_form_does_not_know_stays(self):
        factories.row(Complication, self.patient, comp_type="ssi", cd_grade="1")
        form = self.open("complications")
        factories.row(Complication, self.patient, comp_type="dvt", cd_grade="2")
        page = self.disputed(self.post("complications", form | {"base": "", "rows-0-removed": "1"}))
        self.assertEqual([row[2:4] for row in compared(page)], [["Wound infection \u00b7 I", "(removed)"]])
        self.saved(self.post("complications", self.choose(page, "mine")))
        self.assertEqual(Complication.objects.get().comp_type, "dvt")


class HowItIsShown(TwoPeople):
    def test_comparators_and_precisions_are_part_of_both_versions(self):
        self.saved(self.add("pathology", ki67_pct="8", specimen_date="2021-02-10"))
        form = self.open("pathology")
        other = form | {"rows-0-ki67_pct": "<8", "rows-0-specimen_date": "2021-02"}
        self.colleague_saves("pathology", other)
        page = self.disputed(self.post("pathology", form | {"rows-0-ki67_pct": "≥8"}))
        self.assertEqual(taken(page), ["Date of sampling: 2021-02 colleague"])
        self.assertEqual(
            [row[:4] for row in compared(page)],
            [
                ["Ki-67 index", "8.0 %", "<8.0 %", "≥8.0 %"],
            ],
        )

    def test_what_may_identify_a_person_is_not_repeated(self):
        factories.row(PriorTreatment, self.patient, tx_category="other", tx_other_text="herbs")
        form = self.open("prior-treatment")
        self.colleague_saves("prior-treatment", form | {"rows-0-tx_other_text": "tea"})
        page = self.disputed(self.post("prior-treatment", form | {"rows-0-tx_other_text": "13812345678"}))
        self.assertNotIn("13812345678", page.text)


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


class Rows(TwoPeople):
    slug = "complications"

    def setUp(self):
        super().setUp()
        self.row = factories.row(Complication, self.patient, comp_type="ssi", cd_grade="1")
        self.opened = self.open(self.slug)

    def types(self) -> list[str]:
        return sorted(Complication.objects.values_list("comp_type", flat=True))

    def test_a_row_that_the_other_has_removed_and_i_have_changed_comes_back_if_i_keep_mine(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-removed": "1"})
        page = self.disputed(self.post(self.slug, self.opened | {"rows-0-cd_grade": "2"}))
        versions = ["Complications", "Wound infection · I", "(removed)", "Wound infection · II"]
        self.assertEqual(compared(page)[0][:4], versions)
        self.assertEqual(self.types(), [])
        again = self.disputed(self.post(self.slug, page.form()))
        self.assertEqual(compared(again)[0][:4], versions)
        self.saved(self.post(self.slug, self.choose(again, "mine")))
        self.assertEqual((self.types(), Complication.objects.get().cd_grade), (["ssi"], "2"))

    def test_it_stays_away_if_theirs_is_chosen(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-removed": "1"})
        page = self.disputed(self.post(self.slug, self.opened | {"rows-0-cd_grade": "2"}))
        self.saved(self.post(self.slug, self.choose(page, "theirs")))
        self.assertEqual(self.types(), [])

    def test_a_row_that_the_other_has_removed_and_i_have_not_touched_stays_away(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-removed": "1"})
        told = self.saved(
            self.post(self.slug, answered(self.opened, complication_ascertainment="not_checked"))
        )
        self.assertEqual(self.types(), [])
        self.assertIn("Wound infection · I: (removed) (colleague)", told)

    def test_a_row_that_the_other_has_changed_is_not_removed_unseen(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-cd_grade": "2"})
        page = self.disputed(self.post(self.slug, self.opened | {"rows-0-removed": "1"}))
        self.assertEqual(
            compared(page)[0][:4],
            ["Complications", "Wound infection · I", "Wound infection · II", "(removed)"],
        )
        self.saved(self.post(self.slug, self.choose(page, "mine")))
        self.assertEqual(self.types(), [])

    def test_it_stays_as_the_other_has_changed_it_if_theirs_is_chosen(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-cd_grade": "2"})
        page = self.disputed(self.post(self.slug, self.opened | {"rows-0-removed": "1"}))
        self.saved(self.post(self.slug, self.choose(page, "theirs")))
        self.assertEqual(Complication.objects.get().cd_grade, "2")

    def test_a_row_that_both_have_removed_is_no_conflict(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-removed": "1"})
        self.saved(self.post(self.slug, self.opened | {"rows-0-removed": "1"}))

    def test_a_row_that_the_other_has_added_joins_mine(self):
        self.colleague_saves(self.slug, with_row(self.opened, 1, comp_type="dvt", cd_grade="2"))
        told = self.saved(self.post(self.slug, with_row(self.opened, 1, comp_type="uti", cd_grade="1")))
        self.assertEqual(self.types(), ["dvt", "ssi", "uti"])
        self.assertIn("Deep-vein thrombosis · II: (added) (colleague)", told)

    def test_answers_of_one_row_are_merged_one_by_one(self):
        self.colleague_saves(self.slug, self.opened | {"rows-0-cd_grade": "2"})
        self.saved(self.post(self.slug, self.opened | {"rows-0-comp_type": "uti"}))
        self.assertEqual(Complication.objects.values_list("comp_type", "cd_grade").get(), ("uti", "2"))

    def test_a_row_of_another_operation_is_no_conflict(self):
        form = self.open("operation")
        factories.operated(self.patient, op_no=2, blood_loss_ml=700)
        self.saved(self.post("operation", answered(form, surgery_date="2022-03-01")))

    def test_equal_rows_that_two_people_add_are_one(self):
        self.colleague_saves(self.slug, with_row(self.opened, 1, comp_type="uti", cd_grade="1"))
        self.saved(self.post(self.slug, with_row(self.opened, 1, comp_type="uti", cd_grade="1")))
        self.assertEqual(self.types(), ["ssi", "uti"])

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
        self.assertEqual(page.response.status_code, 409)
        self.assertEqual(compared(page)[0][:4], ["Contact", "–", "Online", "Telephone"])
        self.assertEqual(FollowupVisit.objects.get().visit_type, "online")
