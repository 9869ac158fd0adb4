"""What a section still lacks, and the reasons that may stand instead of an answer."""

from __future__ import annotations

from registry import codes
from registry.case import load
from registry.completeness import COMPLETE, DRAFT, EMPTY, NOTHING, case_state, section_state
from registry.fields import answers
from registry.forms import BY_SLUG, SECTIONS
from registry.models import (
    CLINICAL,
    Complication,
    Diagnosis,
    PostopCourse,
    PriorTreatment,
    Remark,
    TreatmentSummary,
)
from tests import factories
from tests.pages import Page, answered, with_row
from tests.registry.entry import Entry, newest_change


class States(Entry):
    def state(self, slug: str):
        self.patient.refresh_from_db()
        return section_state(load(self.patient), BY_SLUG[slug])

    def missing(self, slug: str) -> list[str]:
        return [str(one) for one in self.state(slug).missing]

    def test_a_new_case_has_a_draft_of_its_patient_nothing_on_death_and_empty_sections(self):
        states = {one.section.slug: one.state for one in case_state(load(self.patient)).sections}
        expected = dict.fromkeys(states, EMPTY) | {"patient": DRAFT, "death": NOTHING}
        self.assertEqual(states, expected)

    def test_a_full_case_is_complete_at_100_percent(self):
        state = case_state(factories.full_case("FULL", self.centre))
        self.assertTrue(state.is_complete)
        self.assertEqual((state.percent, state.missing), (100, 0))

    def test_a_living_patient_needs_no_record_of_a_death(self):
        state = case_state(factories.full_case("FULL", self.centre, died=False))
        self.assertTrue(state.is_complete)
        self.assertEqual(state.percent, 100)

    def test_a_visit_that_reports_the_death_asks_for_the_record_of_it(self):
        self.saved(self.add("follow-up", visit_date="2023-01-01", vital_status="dead"))
        self.assertEqual((self.state("death").state, self.missing("death")), (DRAFT, ["record of the death"]))

    def test_the_percentage_grows_with_every_answer_and_never_reaches_100_early(self):
        before = case_state(load(self.patient)).percent
        self.saved(self.type("diagnosis", primary_site="pancreas", functional_status="nonfunctioning"))
        after = case_state(load(self.patient)).percent
        self.assertTrue(0 <= before < after < 100, (before, after))

    def test_only_the_minimum_set_is_needed(self):
        for model in CLINICAL:
            for answer in answers(model):
                self.assertEqual(answer.is_needed, answer.need[:2] in ("1R", "1C"), answer.name)
                self.assertEqual(answer.tier, int(answer.need[0]), answer.name)

    def test_a_question_that_is_not_asked_is_not_missing(self):
        self.saved(self.type("operation", pringle_used="no"))
        self.assertNotIn("Total occlusion time", self.missing("operation"))
        self.saved(self.type("operation", pringle_used="yes"))
        self.assertIn("Total occlusion time", self.missing("operation"))

    def test_missing_answers_of_a_row_say_which_row(self):
        form = with_row(self.open("complications"), 0, comp_type="ssi", cd_grade="1", onset_date="2022-03-05")
        form = with_row(form, 1, comp_type="uti", onset_date="2022-03-06", management=["drugs"])
        self.saved(self.client.post(self.url("complications"), form))
        missing = self.missing("complications")
        self.assertIn("Management (entry 1)", missing)
        self.assertIn("Clavien–Dindo grade (entry 2)", missing)

    def test_no_rows_at_all_are_missing_until_somebody_asserts_that_there_are_none(self):
        factories.row(TreatmentSummary, self.patient, prior_tx_none="no")
        self.assertEqual(self.state("prior-treatment").state, DRAFT)
        self.assertIn("at least one entry", self.missing("prior-treatment"))
        self.saved(self.type("prior-treatment", prior_tx_none="yes"))
        self.assertEqual(
            (self.state("prior-treatment").state, self.missing("prior-treatment")), (COMPLETE, [])
        )

    def test_complications_confirmed_as_none_need_no_entry(self):
        typed = {"complication_ascertainment": "confirmed_none", "complications_checked_to": "2022-06-30"}
        self.saved(self.type("complications", **typed))
        self.assertEqual(self.state("complications").state, COMPLETE)

    def test_the_two_sections_of_the_postoperative_row_are_judged_apart(self):
        self.saved(self.type("complications", complication_ascertainment="not_checked"))
        self.assertEqual(self.state("postoperative").state, EMPTY)
        factories.row(TreatmentSummary, self.patient, subs_none="yes")
        self.assertEqual(self.state("prior-treatment").state, EMPTY)
        self.assertEqual(self.state("subsequent-therapy").state, COMPLETE)

    def test_a_false_zero_is_an_answer(self):
        self.saved(self.type("operation", n_mets_ablated="0"))
        self.assertNotIn("Metastases ablated", self.missing("operation"))

    def test_states_and_missing_answers_have_words_in_both_languages(self):
        for section in SECTIONS:
            state = self.state(section.slug)
            for label in (state.label, *state.missing):
                self.assertTrue(label.en and label.zh)


class Reasons(Entry):
    """`missing` is the small menu “Why blank?” beside a needed question."""

    QUESTION = "Date liver metastases found"

    def give(self, reason: str, **typed: str) -> None:
        form = answered(self.open("diagnosis"), **typed)
        self.saved(
            self.client.post(self.url("diagnosis"), form | {"head-netlm_diagnosis_date__missing": reason})
        )

    def stored(self) -> list[str]:
        return list(Remark.objects.filter(kind=Remark.MISSING).values_list("content", flat=True))

    def missing(self) -> list[str]:
        return [str(one) for one in section_state(load(self.patient), BY_SLUG["diagnosis"]).missing]

    def test_a_reason_is_stored_and_shown_in_the_form_and_on_the_case_page(self):
        self.give("nrec", primary_site="pancreas")
        self.assertEqual(self.stored(), ["nrec"])
        self.assertEqual(self.open("diagnosis")["head-netlm_diagnosis_date__missing"], "nrec")
        lines = self.case_page().texts("//section[@id='diagnosis']//dl[@class='answers']/div")
        self.assertIn(f"{self.QUESTION} Not recorded in the source", lines)

    def test_a_reason_counts_as_the_source_of_the_list_says(self):
        for reason in codes.MISSING:
            with self.subTest(reason.code):
                self.give(reason.code, primary_site="pancreas")
                self.assertEqual(self.QUESTION not in self.missing(), reason.facts["counts_complete"])

    def test_a_result_that_is_pending_leaves_the_section_a_draft(self):
        self.give("pend", primary_site="pancreas")
        self.assertIn(self.QUESTION, self.missing())

    def test_another_reason_replaces_the_first(self):
        self.give("pend")
        self.give("unk")
        self.assertEqual(self.stored(), ["unk"])

    def test_a_reason_goes_when_the_answer_comes(self):
        self.give("unk", primary_site="pancreas")
        self.give("unk", netlm_diagnosis_date="2021-02")
        self.assertEqual(self.stored(), [])

    def test_a_reason_can_be_taken_back(self):
        self.give("unk", primary_site="pancreas")
        self.give("")
        self.assertEqual(self.stored(), [])

    def test_a_section_with_nothing_but_a_reason_is_begun(self):
        self.give("unk")
        self.assertEqual(self.stored(), ["unk"])
        self.assertEqual(section_state(load(self.patient), BY_SLUG["diagnosis"]).state, DRAFT)

    def test_a_row_with_nothing_but_a_reason_is_stored(self):
        form = with_row(self.open("prior-treatment"), 0, tx_category__missing="unk")
        self.saved(self.client.post(self.url("prior-treatment"), form))
        self.assertEqual(PriorTreatment.objects.count(), 1)
        self.assertEqual(self.open("prior-treatment")["rows-0-tx_category__missing"], "unk")

    def test_a_reason_that_is_no_code_is_not_stored(self):
        for reason in ("because", "unk ", "UNK", "<b>", "13812345678"):
            self.give(reason, primary_site="pancreas")
        self.assertEqual(self.stored(), [])

    def test_a_question_that_must_be_answered_takes_no_reason(self):
        form = with_row(self.open("complications"), 0, comp_type__missing="unk", cd_grade="1")
        self.saved(self.client.post(self.url("complications"), form))
        self.assertEqual((Complication.objects.count(), self.stored()), (1, []))
        self.assertNotIn("rows-0-comp_type__missing", self.open("complications"))

    def test_a_question_that_nobody_needs_takes_no_reason(self):
        form = answered(self.open("diagnosis"), primary_site="pancreas")
        self.saved(self.client.post(self.url("diagnosis"), form | {"head-tnm_edition__missing": "unk"}))
        self.assertEqual(self.stored(), [])

    def test_a_question_that_is_not_asked_loses_its_reason(self):
        form = self.open("operation") | {"head-pringle_total_min__missing": "unk"}
        self.saved(self.client.post(self.url("operation"), answered(form, pringle_used="yes")))
        self.assertEqual(self.stored(), ["unk"])
        form = self.open("operation")
        self.saved(self.client.post(self.url("operation"), answered(form, pringle_used="no")))
        self.assertEqual(self.stored(), [])

    def test_a_reason_saved_again_leaves_no_trace(self):
        self.give("unk", primary_site="pancreas")
        before = newest_change()
        self.give("unk", primary_site="pancreas")
        self.assertEqual(newest_change(), before)

    def test_the_reasons_of_the_neighbour_section_are_left_alone(self):
        form = answered(self.open("complications"), complication_ascertainment="not_checked")
        self.saved(
            self.client.post(
                self.url("complications"), form | {"head-complications_checked_to__missing": "pend"}
            )
        )
        self.saved(self.type("postoperative", died_in_hospital="no"))
        self.assertEqual((self.stored(), PostopCourse.objects.count()), (["pend"], 1))

    def test_the_reasons_of_a_removed_row_go_with_it(self):
        form = with_row(self.open("prior-treatment"), 0, tx_category="hae", tx_start_date__missing="unk")
        self.saved(self.client.post(self.url("prior-treatment"), form))
        self.assertEqual(self.stored(), ["unk"])
        self.saved(
            self.client.post(
                self.url("prior-treatment"), self.open("prior-treatment") | {"rows-0-removed": "1"}
            )
        )
        self.assertEqual((self.stored(), PriorTreatment.objects.count()), ([], 0))

    def test_every_needed_question_offers_the_reasons_in_the_readers_language(self):
        self.client.cookies["django_language"] = "zh-hans"
        page = Page(self.client.get(self.url("diagnosis")))
        name = "head-netlm_diagnosis_date__missing"
        self.assertEqual(
            page.root.xpath(f"//select[@name='{name}']/option/text()"),
            [one.label.zh for one in codes.MISSING],
        )
        needed = [one.name for one in answers(Diagnosis) if one.is_needed and one.may_have_reason]
        offered = [
            one.removeprefix("head-").removesuffix("__missing") for one in page.form() if "__missing" in one
        ]
        self.assertEqual(sorted(offered), sorted(needed))
