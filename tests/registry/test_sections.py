"""Every section of a case as a form: what is typed is stored, and reads back as it was typed."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.case import load
from registry.completeness import COMPLETE, case_state
from registry.forms import SECTIONS
from registry.models import Complication, Consent, Death, FollowupVisit, Patient, PriorTreatment, Specimen
from registry.rules import findings
from tests import factories
from tests.pages import CONTEXT, answered, with_row
from tests.registry.entry import Entry, answers_of, cards, newest_change


class EverySection(Entry):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.model = factories.full_case("MODEL", cls.centre)

    def test_the_case_that_is_typed_here_is_complete_and_without_contradiction(self):
        states = case_state(self.model).sections
        self.assertEqual([str(label) for one in states for label in one.missing], [])
        self.assertEqual({one.state for one in states}, {COMPLETE})
        self.assertEqual([str(one.message) for one in findings(self.model)], [])

    def test_a_case_typed_section_by_section_reads_back_as_it_was_typed(self):
        for section in SECTIONS:
            with self.subTest(section.slug):
                typed = self.open(section.slug, self.model.patient)
                typed = {name: "" if name.endswith("-id") else value for name, value in typed.items()}
                if section.slug == "patient":
                    typed["head-local_study_id"] = "S-001"
                typed["base"] = self.open(section.slug)["base"]
                said = self.saved(self.client.post(self.url(section.slug), typed))
                self.assertEqual(said, f"{section.title.en}: saved, complete.")
                self.assertEqual(answers_of(self.open(section.slug)), answers_of(typed))
        self.assertTrue(case_state(load(Patient.objects.get(pk=self.patient.pk))).is_complete)

    def test_saving_an_unchanged_section_leaves_no_trace_in_the_history(self):
        for section in SECTIONS:
            with self.subTest(section.slug):
                before = newest_change()
                form = self.open(section.slug, self.model.patient)
                response = self.client.post(self.url(section.slug, self.model.patient), form)
                self.assertEqual(response.status_code, 302)
                self.assertEqual(newest_change(), before)

    def test_an_untouched_empty_section_stores_no_row(self):
        for section in SECTIONS[1:]:
            with self.subTest(section.slug):
                before = newest_change()
                self.saved(self.client.post(self.url(section.slug), self.open(section.slug)))
                self.assertEqual(newest_change(), before)

    def test_save_and_next_leads_through_all_sections_and_then_to_the_case(self):
        for section, following in zip(SECTIONS, SECTIONS[1:], strict=False):
            response = self.client.post(self.url(section.slug), self.open(section.slug) | {"then": "next"})
            self.assertRedirects(response, self.url(following.slug))
        response = self.client.post(self.url("death"), self.open("death") | {"then": "next"})
        self.assertRedirects(
            response, f"/cases/{self.patient.patient_uid}/#death", fetch_redirect_response=False
        )

    def test_staying_comes_back_to_the_section(self):
        response = self.client.post(self.url("diagnosis"), self.open("diagnosis") | {"then": "stay"})
        self.assertRedirects(response, self.url("diagnosis"))

    def test_a_section_that_does_not_exist_is_not_found(self):
        self.assertEqual(self.client.get(self.url("nothing")).status_code, 404)

    def test_the_page_of_a_section_can_only_be_read_or_posted_to(self):
        self.assertEqual(self.client.put(self.url("death")).status_code, 405)
        self.assertEqual(self.client.delete(self.url("death")).status_code, 405)


class Drafts(Entry):
    def test_a_draft_is_stored_and_says_what_is_missing(self):
        said = self.saved(self.type("diagnosis", primary_site="pancreas"))
        self.assertIn("Diagnosis: saved as a draft. Still missing: Date of NEN diagnosis; ", said)
        self.assertEqual(load(self.patient).diagnosis.primary_site, "pancreas")
        self.assertIn("Still missing: Date of NEN diagnosis", self.case_page().text)

    def test_a_long_list_of_missing_answers_is_cut_and_counted(self):
        said = self.saved(self.type("operation", surgery_date="2022-03-01"))
        self.assertRegex(said, r"Main indication; Intent; .* and \d+ more\.")

    def test_the_last_answer_makes_the_patient_section_complete_at_once(self):
        given = {"sex": "m", "birth_ym": "1960-01", "enrolment_type": "prospective"}
        self.assertIn("Eligibility confirmed", self.saved(self.type("patient", **given)))
        self.assertEqual(
            self.saved(self.type("patient", eligibility_confirmed="yes")), "Patient: saved, complete."
        )

    def test_an_answer_can_be_taken_back(self):
        self.saved(self.type("diagnosis", primary_site="pancreas", t_category=None))
        self.saved(self.type("diagnosis", primary_site=""))
        self.assertIsNone(load(self.patient).diagnosis.primary_site)

    def test_a_study_number_cannot_be_taken_back(self):
        page = self.refused(self.type("patient", local_study_id=""))
        self.assertEqual(page.errors(), ["Local study number: a new case needs one."])
        self.patient.refresh_from_db()
        self.assertEqual(self.patient.local_study_id, "S-001")

    def test_a_study_number_of_another_case_of_the_centre_is_refused_beside_the_question(self):
        factories.patient("S-002", self.centre)
        page = self.refused(self.type("patient", local_study_id="S-002"))
        self.assertEqual(
            page.errors(),
            ["Local study number: “S-002” is already used in this centre; every case needs its own."],
        )

    def test_two_centres_may_use_the_same_study_number(self):
        factories.patient("S-002", factories.centre("CN-OTHER"))
        self.saved(self.type("patient", local_study_id="S-002"))

    def test_a_death_that_was_entered_by_mistake_disappears_when_its_answers_are_taken_back(self):
        self.saved(self.type("death", death_date="2023-05"))
        self.assertTrue(load(self.patient).died)
        self.saved(self.type("death", death_date=""))
        self.assertFalse(Death.objects.exists())

    def test_a_page_of_errors_keeps_what_was_typed_and_stores_nothing(self):
        before = newest_change()
        page = self.refused(self.type("operation", surgery_date="2022-13-01", op_time_min="200"))
        self.assertEqual(page.form()["head-surgery_date"], "2022-13-01")
        self.assertEqual(page.form()["head-op_time_min"], "200")
        self.assertIn("1 answer cannot be stored", page.text)
        self.assertIn("#q-id_head-surgery_date", page.links())
        self.assertEqual(newest_change(), before)


class RepeatingRows(Entry):
    slug = "prior-treatment"

    def categories(self) -> list[str]:
        return list(PriorTreatment.objects.order_by("id").values_list("tx_category", flat=True))

    def post(self, form) -> object:
        return self.client.post(self.url(self.slug), form)

    def test_two_rows_are_added_at_once_and_one_is_removed_later(self):
        form = with_row(self.open(self.slug), 0, tx_category="hae")
        self.saved(self.post(with_row(form, 1, tx_category="rfa")))
        self.assertEqual(self.categories(), ["hae", "rfa"])
        self.saved(self.post(self.open(self.slug) | {"rows-0-removed": "1"}))
        self.assertEqual(self.categories(), ["rfa"])

    def test_a_blank_row_is_ignored(self):
        form = with_row(self.open(self.slug), 0, tx_category="hae")
        self.saved(self.post(with_row(form, 1, tx_category="", tx_sessions=" ")))
        self.assertEqual(self.categories(), ["hae"])

    def test_a_row_that_was_added_and_removed_again_is_not_stored_and_not_checked(self):
        form = with_row(self.open(self.slug), 0, tx_category="hae", tx_sessions="many")
        self.saved(self.post(form | {"rows-0-removed": "1"}))
        self.assertEqual(self.categories(), [])

    def test_gaps_in_the_numbering_do_not_matter(self):
        form = with_row(self.open(self.slug), 7, tx_category="hae")
        self.saved(self.post(with_row(form, 3, tx_category="rfa")))
        self.assertEqual(self.categories(), ["rfa", "hae"])

    def test_a_row_of_another_patient_stays_untouched_whatever_number_is_sent(self):
        stranger = factories.row(PriorTreatment, factories.patient(), tx_category="tace")
        form = with_row(self.open(self.slug), 0, id=str(stranger.pk), tx_category="hae")
        self.saved(self.post(form))
        stranger.refresh_from_db()
        self.assertEqual((stranger.tx_category, stranger.patient_id == self.patient.pk), ("tace", False))
        removed = with_row(self.open(self.slug), 5, id=str(stranger.pk)) | {"rows-5-removed": "1"}
        self.saved(self.post(removed))
        self.assertTrue(PriorTreatment.objects.filter(pk=stranger.pk).exists())

    def test_row_numbers_that_are_no_numbers_harm_nothing(self):
        for id in ("x", "-1", "9" * 40, "１", "1 OR 1=1"):
            with self.subTest(id):
                form = with_row(self.open(self.slug), 90, id=id, tx_category="")
                self.saved(self.post(form))
        self.assertEqual(self.categories(), [])

    def test_one_wrong_row_keeps_all_rows_from_being_stored(self):
        form = with_row(self.open(self.slug), 0, tx_category="hae")
        page = self.refused(self.post(with_row(form, 1, tx_category="rfa", tx_sessions="0")))
        self.assertEqual(len(page.errors()), 1)
        self.assertEqual(cards(page.form()), 2)
        self.assertEqual(self.categories(), [])

    def test_removed_rows_come_back_marked_as_removed_when_another_row_is_wrong(self):
        self.saved(self.add(self.slug, tx_category="hae"))
        form = with_row(self.open(self.slug) | {"rows-0-removed": "1"}, 1, tx_sessions="0")
        self.assertEqual(self.refused(self.post(form)).form()["rows-0-removed"], "1")

    def test_the_summary_line_of_a_row_says_what_it_is(self):
        self.saved(self.add(self.slug, tx_category="hae", tx_start_date="2021-06"))
        self.assertEqual(
            self.page(self.slug).texts("//details[not(ancestor::template)]/summary"),
            ["Hepatic artery embolisation (bland) · 2021-06"],
        )

    def test_none_and_rows_contradict_each_other(self):
        form = answered(with_row(self.open(self.slug), 0, tx_category="hae"), prior_tx_none="yes")
        page = self.refused(self.post(form))
        self.assertIn("treatments are listed (1)", " ".join(page.errors()))

    def test_rows_of_one_case_do_not_touch_those_of_another(self):
        other = factories.full_case("OTHER", self.centre)
        self.saved(self.add("follow-up", visit_date="2023-01-01"))
        self.assertEqual(FollowupVisit.objects.filter(patient=other.patient).count(), 2)

    def test_rows_are_shown_in_the_order_of_their_dates(self):
        for day in ("2023-02-01", "2022-08-01", "2022-11-01"):
            self.saved(self.add("follow-up", visit_date=day))
        form = self.open("follow-up")
        self.assertEqual(
            [form[f"rows-{n}-visit_date"] for n in range(3)], ["2022-08-01", "2022-11-01", "2023-02-01"]
        )


class ManyRows(Entry):
    def test_ten_years_of_visits_every_three_months_can_be_saved(self):
        for number in range(40):
            factories.visit(self.patient, date.fromordinal(date(2015, 1, 1).toordinal() + 91 * number))
        form = self.open("follow-up")
        form = with_row(form | {"rows-39-target_sum_mm": "55"}, 40, visit_date="2025-02-01")
        self.saved(self.client.post(self.url("follow-up"), form))
        sums = list(FollowupVisit.objects.order_by("visit_date").values_list("target_sum_mm", flat=True))
        self.assertEqual((len(sums), sums[38:]), (41, [40, 55, None]))

    def test_no_row_is_left_behind_however_many_there_are(self):
        Consent.objects.bulk_create(
            Consent(patient=self.patient, consent_status="pending") for _ in range(320)
        )
        form = self.open("consent")
        form |= {"rows-319-consent_status": "refused", "rows-0-removed": "1"}
        self.saved(self.client.post(self.url("consent"), with_row(form, 320, consent_status="waiver")))
        status = list(Consent.objects.order_by("id").values_list("consent_status", flat=True))
        self.assertEqual((len(status), status[-3:]), (320, ["pending", "refused", "waiver"]))

    def test_a_form_of_many_rows_needs_no_more_queries_than_one_of_one_row(self):
        factories.visit(self.patient, date(2022, 5, 1))
        url = self.url("follow-up")
        with CaptureQueriesContext(connection) as captured:
            self.client.get(url)
        for number in range(12):
            factories.visit(self.patient, date(2023, 1 + number, 1))
        self.assertLessEqual(len(captured), 15 + CONTEXT)
        with self.assertNumQueries(len(captured)):
            self.client.get(url)


class HiddenQuestions(Entry):
    def test_an_answer_to_a_question_that_is_not_asked_is_dropped(self):
        self.saved(self.type("diagnosis", functional_status="nonfunctioning", hormone_syndrome=["carcinoid"]))
        self.assertIsNone(load(self.patient).diagnosis.hormone_syndrome)

    def test_an_error_in_a_question_that_is_not_asked_does_not_block(self):
        self.saved(self.type("operation", pringle_used="no", pringle_total_min="for ever"))
        self.assertIsNone(load(self.patient).operation.pringle_total_min)

    def test_an_answer_disappears_with_the_chain_of_questions_that_led_to_it(self):
        given = {"approach_planned": "laparoscopic", "conversion": "yes", "conversion_reason": "adhesions"}
        self.saved(self.type("operation", **given, approach_final="converted"))
        self.assertEqual(load(self.patient).operation.conversion_reason, "adhesions")
        self.saved(self.type("operation", approach_planned="open", approach_final="open"))
        stored = load(self.patient).operation
        self.assertEqual((stored.conversion, stored.conversion_reason), (None, None))

    def test_a_question_is_asked_for_the_answers_of_another_section(self):
        self.assertIn("symptom_relief", self.page("follow-up").hidden() | {"symptom_relief"})
        self.saved(self.add("follow-up", visit_date="2023-01-01", symptom_relief="partial"))
        self.assertIsNone(load(self.patient).visits[0].symptom_relief)
        self.saved(self.type("diagnosis", functional_status="functioning", hormone_syndrome=["carcinoid"]))
        form = self.open("follow-up") | {
            "rows-0-symptom_relief": "partial",
            "rows-0-visit_flushing_per_day": "2",
        }
        self.saved(self.client.post(self.url("follow-up"), form))
        visit = load(self.patient).visits[0]
        self.assertEqual((visit.symptom_relief, visit.visit_flushing_per_day), ("partial", 2))

    def test_a_question_that_does_not_apply_is_in_the_page_but_hidden(self):
        self.assertIn("pringle_total_min", self.page("operation").hidden())
        self.saved(self.type("operation", pringle_used="yes"))
        self.assertNotIn("pringle_total_min", self.page("operation").hidden())

    def test_each_row_decides_for_itself(self):
        form = with_row(self.open("complications"), 0, comp_type="phh", isgls_grade="a", hb_drop_g_l="35")
        form = with_row(form, 1, comp_type="ssi", isgls_grade="b", hb_drop_g_l="35")
        self.saved(self.client.post(self.url("complications"), form))
        rows = {one.comp_type: (one.isgls_grade, one.hb_drop_g_l) for one in Complication.objects.all()}
        self.assertEqual(rows, {"phh": ("a", 35), "ssi": (None, None)})

    def test_the_relation_of_a_death_to_the_operation_is_asked_within_90_days(self):
        factories.operated(self.patient, on=date(2022, 3, 1))
        for day, kept in (("2022-05-30", "definite"), ("2022-05-31", None)):
            self.saved(self.type("death", death_date=day, death_related_to_surgery="definite"))
            self.assertEqual(load(self.patient).death.death_related_to_surgery, kept, day)


class Specimens(Entry):
    def test_a_specimen_keeps_its_comparator_and_a_date_its_precision(self):
        self.saved(self.add("pathology", ki67_pct="<3", specimen_date="2021-02"))
        stored = Specimen.objects.get()
        self.assertEqual((stored.ki67_pct, stored.ki67_pct_cmp), (3, "lt"))
        self.assertEqual((stored.specimen_date, stored.specimen_date_prec), (date(2021, 2, 1), "m"))
        form = self.open("pathology")
        self.assertEqual((form["rows-0-ki67_pct"], form["rows-0-specimen_date"]), ("<3", "2021-02"))

    def test_a_value_that_is_taken_back_takes_its_comparator_along(self):
        self.saved(self.add("pathology", ki67_pct="<3", grade_reported="g1"))
        self.saved(self.client.post(self.url("pathology"), self.open("pathology") | {"rows-0-ki67_pct": ""}))
        stored = Specimen.objects.get()
        self.assertEqual((stored.ki67_pct, stored.ki67_pct_cmp), (None, None))
