"""Two people editing one section: the second is told, and nothing is overwritten unnoticed."""

from __future__ import annotations

from registry.models import Complication, Operation, PriorTreatment
from tests import factories
from tests.pages import Page, answered, in_chinese
from tests.promises import proves
from tests.registry.entry import answers_of
from tests.registry.two_people import TwoPeople, compared, taken


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
