"""Repeated rows that two people add, change and remove at the same time."""

from __future__ import annotations

from registry.models import Complication
from tests import factories
from tests.pages import answered, with_row
from tests.registry.two_people import TwoPeople, compared


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
