"""Typing in the admin: the same inputs, limits, conditions and rules as on the site; nothing is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from unittest import mock

from django.db import models

from registry.admin.forms import AnswersForm
from registry.fields import answers
from registry.models import (
    CLINICAL,
    Complication,
    Diagnosis,
    FollowupVisit,
    Operation,
    Patient,
    PostopCourse,
    PriorTreatment,
    Remark,
    Specimen,
)
from tests import factories
from tests.pages import Page, in_chinese
from tests.registry.administration import (
    Administration,
    add_page,
    new_row,
    newest,
    page_of,
    rows_of,
    since,
)


class RoundTrip(Administration):
    """What was not touched stays as it is, to the comparator and the precision of a date."""

    def test_saving_an_untouched_case_leaves_no_trace_in_the_history(self):
        for language in ("en", "zh"):
            with self.subTest(language):
                if language == "zh":
                    in_chinese(self.client)
                before = newest()
                self.assertEqual(self.saved(self.post(self.patient)), [])
                self.assertEqual(since(before), [])

    def test_saving_an_untouched_row_on_its_own_page_leaves_no_trace(self):
        for row in rows_of(self.own)[1:]:
            with self.subTest(row=row._meta.model_name, pk=row.pk):
                before = newest()
                self.assertEqual(self.saved(self.post(row)), [])
                self.assertEqual(since(before), [])

    def test_the_page_shows_each_answer_as_it_would_be_typed(self):
        Specimen.objects.filter(patient=self.patient, specimen_source="liver_biopsy").update(
            specimen_date=date(2021, 2, 1), specimen_date_prec="m", mitoses_per_2mm2_cmp="ge"
        )
        form = self.open(self.patient)
        shown = [
            form[f"specimen_rows-0-{name}"] for name in ("ki67_pct", "specimen_date", "mitoses_per_2mm2")
        ]
        self.assertEqual(shown, ["<3", "2021-02", "≥1"])
        self.assertEqual(form["birth_ym"], "1967-03")
        self.assertEqual(form["assessment_rows-0-liver_mets_count"], "≥12")
        self.assertEqual(form["death_rows-0-death_date"], "2024-08")

    def test_changing_one_answer_of_a_row_changes_no_other(self):
        for prefix, name, other in (
            ("specimen_rows-0", "lesions_examined", "2"),
            ("assessment_rows-0", "weight_kg", "59"),
            ("death_rows-0", "death_source", "family"),
            ("diagnosis_rows-0", "t_category", "T2"),
            ("operation_rows-0", "blood_loss_ml", "≈400"),
            ("priortreatment_rows-1", "tx_sessions", "17"),
        ):
            with self.subTest(prefix):
                before = newest()
                self.saved(self.post(self.patient, **{f"{prefix}-{name}": other}))
                (change,) = since(before)
                self.assertEqual(
                    {column.removesuffix("_cmp") for column in change.changes}, {name}, change.changes
                )

    def test_an_answer_that_was_not_touched_is_not_written_anew(self):
        indications = ["oncological", "symptom"]  # not the order of the list
        Operation.objects.filter(patient=self.patient).update(
            surgical_indication=indications, blood_loss_ml_cmp=None
        )
        before = newest()
        self.saved(self.post(self.own.operation, low_cvp="no"))
        self.assertEqual([change.changes for change in since(before)], [{"low_cvp": ["yes", "no"]}])

    def test_reading_every_answer_again_from_its_text_changes_none(self):
        Specimen.objects.filter(patient=self.patient, specimen_source="liver_biopsy").update(
            specimen_date=date(2021, 2, 1),
            specimen_date_prec="m",
            ki67_pct_cmp="approx",
            mitoses_per_2mm2_cmp="ge",
        )
        for language in ("en", "zh"):
            everything = property(lambda form: list(form.answers))
            with self.subTest(language), mock.patch.object(AnswersForm, "changed_data", everything):
                if language == "zh":
                    in_chinese(self.client)
                before = newest()
                self.saved(self.post(self.patient))
                self.assertEqual([change.changes for change in since(before)], [])

    def test_an_answer_that_could_not_be_typed_today_stays_until_it_is_touched(self):
        Operation.objects.filter(patient=self.patient).update(blood_loss_ml=99999, approach_final="given_up")
        before = newest()
        self.saved(self.post(self.patient, sex="m"))
        self.assertEqual([change.table_name for change in since(before)], ["registry_patient"])
        why = self.refused(self.post(self.patient, **{"operation_rows-0-op_time_min": "240"}))
        self.assertIn("99999 mL is not possible", why)
        self.assertIn("given_up", why)


class Input(Administration):
    """What is typed is read, or refused with the reason beside the question."""

    def operation(self) -> Operation:
        return Operation.objects.get(patient=self.patient, op_no=1)

    def test_full_width_digits_signs_and_units_are_understood(self):
        self.saved(self.post(self.patient, **{"operation_rows-0-blood_loss_ml": "≈ ８００ ml"}))
        self.assertEqual(
            (self.operation().blood_loss_ml, self.operation().blood_loss_ml_cmp), (800, "approx")
        )
        specimen = Specimen.objects.filter(patient=self.patient).first()
        self.saved(self.post(specimen, ki67_pct="＜５", specimen_date="2021年3月"))
        specimen.refresh_from_db()
        self.assertEqual((specimen.ki67_pct, specimen.ki67_pct_cmp), (Decimal("5.0"), "lt"))
        self.assertEqual((specimen.specimen_date, specimen.specimen_date_prec), (date(2021, 3, 1), "m"))

    def test_what_is_refused_is_listed_above_the_page_with_the_way_to_it(self):
        response = self.post(self.patient, **{"postopcourse_rows-0-discharge_date": "2023-02-30"})
        page = Page(response)
        (line,) = page.texts("//ul[@class='where']/li")
        self.assertTrue(line.startswith("postoperative course : Date of discharge: "), line)
        (link,) = page.root.xpath("//ul[@class='where']//a/@href")
        self.assertEqual(link, "#id_postopcourse_rows-0-discharge_date")

    def test_a_range_is_refused_with_the_reason_and_what_was_typed_stands_there_still(self):
        before = newest()
        response = self.post(
            self.patient,
            **{"operation_rows-0-blood_loss_ml": "800-1000", "operation_rows-0-op_time_min": "240"},
        )
        self.assertIn("Intraoperative blood loss", self.refused(response))
        again = Page(response).form("patient_form")
        self.assertEqual(again["operation_rows-0-blood_loss_ml"], "800-1000")
        self.assertEqual(again["operation_rows-0-op_time_min"], "240")
        self.assertEqual(since(before), [])

    def test_an_impossible_value_is_refused_with_range_and_unit(self):
        why = self.refused(self.post(self.operation(), blood_loss_ml="50000"))
        self.assertIn("Intraoperative blood loss", why)
        self.assertRegex(why, r"0 .*40,?\s?000.* mL")

    def test_a_code_outside_the_list_is_refused(self):
        why = self.refused(self.post(self.operation(), approach_final="by-magic"))
        self.assertIn("Final approach", why)
        why = self.refused(self.post(self.operation(), surgical_indication=["symptom", "by-magic"]))
        self.assertIn("by-magic", why)

    def test_none_cannot_stand_beside_another_answer(self):
        why = self.refused(self.post(self.operation(), concomitant_procedures=["none", "cholecystectomy"]))
        self.assertIn("cannot stand together", why)

    def test_reasons_are_given_in_the_language_of_the_reader(self):
        in_chinese(self.client)
        self.assertIn("术中出血量", self.refused(self.post(self.operation(), blood_loss_ml="800-1000")))

    def test_an_answer_can_be_taken_away(self):
        self.saved(self.post(self.operation(), urgency="", blood_loss_ml="", surgical_indication=None))
        operation = self.operation()
        self.assertEqual(
            (operation.urgency, operation.blood_loss_ml, operation.blood_loss_ml_cmp), (None, None, None)
        )
        self.assertIsNone(operation.surgical_indication)

    def test_a_study_number_cannot_be_left_out(self):
        self.assertIn("required", self.refused(self.post(self.patient, local_study_id=" ")))

    def test_an_unlikely_value_is_kept_and_said(self):
        warnings = self.saved(self.post(self.operation(), op_time_min="50"))
        self.assertEqual(self.operation().op_time_min, 50)
        self.assertTrue(any("Operating time" in one and "unusual" in one for one in warnings), warnings)
        again = self.saved(self.post(self.operation(), low_cvp="no"))
        self.assertFalse(any("Operating time" in one and "unusual" in one for one in again), again)

    def test_every_question_of_the_record_is_asked_on_the_page_of_the_patient_and_on_its_own(self):
        on_case = self.open(self.patient)
        for model in CLINICAL:
            own = self.page(page_of(model.objects.filter(**belongs(model, self.patient)).first()))
            names = set(own.root.xpath("//@name"))
            prefix = "" if model is Patient else f"{model._meta.model_name}_rows-__prefix__-"
            for answer in answers(model):
                with self.subTest(model=model.__name__, field=answer.name):
                    self.assertIn(answer.name, names)
                    if f"{prefix}{answer.name}" not in on_case:  # check boxes that nobody ticked
                        self.assertIsNotNone(answer.codes)

    def test_units_stand_beside_the_questions(self):
        page = self.page(page_of(self.operation()))
        self.assertIn("Intraoperative blood loss (mL):", page.texts("//label"))
        in_chinese(self.client)
        self.assertIn("术中出血量(mL):", self.page(page_of(self.operation())).texts("//label"))


def belongs(model: type[models.Model], patient: Patient) -> dict[str, object]:
    return {"pk": patient.pk} if model is Patient else {"patient": patient}


class NotAsked(Administration):
    """A question that does not apply gets no answer, whatever the page has sent."""

    def test_an_answer_to_a_question_that_is_not_asked_is_dropped_and_said(self):
        operation = Operation.objects.get(patient=self.patient)
        warnings = self.saved(self.post(operation, pringle_used="no"))
        operation.refresh_from_db()
        self.assertEqual((operation.pringle_total_min, operation.pringle_cycles), (None, None))
        self.assertTrue(any("Total occlusion time, Number of cycles" in one for one in warnings), warnings)

    def test_nonsense_under_a_question_that_is_not_asked_refuses_nothing(self):
        operation = Operation.objects.get(patient=self.patient)
        warnings = self.saved(self.post(operation, pringle_used="no", pringle_total_min="long"))
        self.assertTrue(any("Total occlusion time" in one for one in warnings), warnings)

    def test_the_condition_looks_at_what_is_typed_in_another_section_of_the_same_page(self):
        typed = {f"followupvisit_rows-{number}-lost_to_followup": "unknown" for number in (0, 1)}
        self.saved(
            self.post(self.patient, **typed, **{"diagnosis_rows-0-functional_status": "nonfunctioning"})
        )
        visits = FollowupVisit.objects.filter(patient=self.patient)
        self.assertEqual([one.symptom_relief for one in visits], [None, None])
        kept = PriorTreatment.objects.filter(patient=self.patient).first()
        self.assertEqual(kept.tx_symptom_response, "partial", "a row that nobody touched stays as it is")

    def test_a_row_of_a_second_operation_looks_at_that_operation(self):
        factories.operated(self.patient, on=date(2022, 9, 1), op_no=2, drain_placed="no")
        second = factories.row(PostopCourse, self.patient, op_no=2)
        self.saved(self.post(second, drain_fluid_bili_ratio="2", icu_admission="none"))
        second.refresh_from_db()
        self.assertEqual((second.icu_admission, second.drain_fluid_bili_ratio), ("none", None))
        self.saved(
            self.post(
                self.patient,
                **{"operation_rows-1-drain_placed": "yes", "postopcourse_rows-1-drain_fluid_bili_ratio": "2"},
            )
        )
        second.refresh_from_db()
        self.assertEqual(second.drain_fluid_bili_ratio, Decimal("2.0"))


class Rules(Administration):
    """What would newly contradict is refused beside the question; what is unlikely is said."""

    TOO_EARLY = {"discharge_date": "2022-02-20"}

    def test_a_discharge_before_the_operation_is_refused_on_both_pages(self):
        course = PostopCourse.objects.get(patient=self.patient)
        for row, prefix in ((course, ""), (self.patient, "postopcourse_rows-0-")):
            with self.subTest(row=row._meta.model_name):
                before = newest()
                response = self.post(row, **{f"{prefix}discharge_date": "2022-02-20"})
                (reason,) = Page(response).texts(
                    f"//div[contains(@class,'field-discharge_date')][.//*[@id='id_{prefix}discharge_date']]"
                    "//ul[contains(@class,'errorlist')]/li"
                )
                self.assertIn("2022-02-20", reason)
                self.assertEqual(since(before), [])

    def test_two_sections_typed_together_are_judged_together(self):
        moved = {
            "operation_rows-0-surgery_date": "2022-03-11",
            "specimen_rows-1-specimen_date": "2022-03-11",
            "postopcourse_rows-0-discharge_date": "2022-03-19",
        }
        self.refused(self.post(self.patient, **{"operation_rows-0-surgery_date": "2022-03-11"}))
        moved |= {
            "postopcourse_rows-0-drain_removed_date": "2022-03-18",
            "complication_rows-0-onset_date": "2022-03-15",
            "complication_rows-1-onset_date": "2022-03-13",
        }
        self.saved(self.post(self.patient, **moved))
        self.assertEqual(Operation.objects.get(patient=self.patient).surgery_date, date(2022, 3, 11))

    def test_taking_rows_away_is_judged_too(self):
        away = {f"complication_rows-{number}-DELETE": "on" for number in (0, 1)}
        why = self.refused(self.post(self.patient, **away))
        self.assertIn("omplication", why)
        self.assertEqual(Complication.objects.filter(patient=self.patient).count(), 2)

    def test_a_new_row_is_judged_with_the_case(self):
        answered = {"comp_type": "ssi", "cd_grade": "1", "onset_date": "2022-02-04"}
        form = new_row(self.open(self.patient), "complication_rows", **answered)
        self.assertIn("2022-02-04", self.refused(self.client.post(page_of(self.patient), form)))

    def test_a_contradiction_that_was_there_before_does_not_stand_in_the_way_but_is_said(self):
        PostopCourse.objects.filter(patient=self.patient).update(discharge_date=date(2022, 2, 20))
        warnings = self.saved(self.post(self.patient, smoking_status="former"))
        self.assertTrue(any("Was so before" in one and "2022-02-20" in one for one in warnings), warnings)

    def test_an_untouched_page_says_nothing_of_it(self):
        PostopCourse.objects.filter(patient=self.patient).update(discharge_date=date(2022, 2, 20))
        self.assertEqual(self.saved(self.post(self.patient)), [])

    def test_an_unlikely_combination_is_kept_and_said_once(self):
        warnings = self.saved(self.post(self.patient, **{"operation_rows-0-mdt_date": "2021-09-01"}))
        self.assertTrue(any("MDT" in one for one in warnings), warnings)
        self.assertEqual(Operation.objects.get(patient=self.patient).mdt_date, date(2021, 9, 1))
        later = self.saved(self.post(self.patient, smoking_status="former"))
        self.assertFalse(any("MDT" in one for one in later), later)

    def test_a_contradiction_between_rows_that_are_not_on_the_page_is_not_this_page_s_business(self):
        PostopCourse.objects.filter(patient=self.patient).update(discharge_date=date(2022, 2, 20))
        specimen = Specimen.objects.filter(patient=self.patient).first()
        self.saved(self.post(specimen, lesions_examined="2"))

    def test_a_rule_that_an_answer_here_breaks_elsewhere_is_refused_here(self):
        operation = Operation.objects.get(patient=self.patient)
        why = self.refused(self.post(operation, surgery_date="2022-03-20"))
        self.assertIn("2022-03-20", why)


class Rows(Administration):
    """Rows come and go, each once, each with its operation."""

    def test_a_row_can_be_added_and_taken_away_on_the_page_of_the_patient(self):
        form = new_row(
            self.open(self.patient),
            "complication_rows",
            comp_type="ssi",
            cd_grade="2",
            onset_date="2022-03-04",
            management=["drugs"],
        )
        before = newest()
        self.saved(self.client.post(page_of(self.patient), form))
        (added,) = since(before)
        self.assertEqual((added.operation, added.table_name), ("insert", "registry_complication"))
        number = [*Complication.objects.filter(patient=self.patient)].index(
            Complication.objects.get(pk=added.row_id)
        )
        before = newest()
        self.saved(self.post(self.patient, **{f"complication_rows-{number}-DELETE": "on"}))
        (gone,) = since(before)
        self.assertEqual((gone.operation, gone.row_id, gone.actor), ("delete", added.row_id, "editor"))

    def test_an_empty_new_row_is_no_row(self):
        before = newest()
        self.saved(
            self.client.post(page_of(self.patient), new_row(self.open(self.patient), "complication_rows"))
        )
        self.assertEqual(since(before), [])

    def test_a_row_added_on_its_own_belongs_to_the_patient_chosen(self):
        form = self.page(add_page(Specimen)).form("specimen_form")
        form |= {"patient": str(self.patient.pk), "specimen_source": "liver_biopsy", "specimen_date": "2021"}
        before = newest()
        self.saved(self.client.post(add_page(Specimen), form))
        (added,) = since(before)
        self.assertEqual((added.patient_id, added.actor), (self.patient.pk, "editor"))

    def test_a_second_row_of_a_single_section_is_refused(self):
        form = self.page(add_page(Diagnosis)).form("diagnosis_form")
        why = self.refused(
            self.client.post(
                add_page(Diagnosis), form | {"patient": str(self.patient.pk), "primary_site": "colon"}
            )
        )
        self.assertIn("already exists", why)

    def test_one_operation_number_is_given_once(self):
        second = factories.operated(self.patient, on=date(2022, 9, 1), op_no=2)
        self.assertIn("already exists", self.refused(self.post(second, op_no="1")))
        why = self.refused(self.post(self.patient, **{"operation_rows-1-op_no": "1"}))
        self.assertIn("Operation number: only one operation with each.", why)
        for wrong in ("0", "99999999999", "one", ""):
            with self.subTest(wrong):
                self.refused(self.post(second, op_no=wrong))

    def test_the_number_of_the_operation_stands_in_the_history(self):
        course = PostopCourse.objects.get(patient=self.patient)
        before = newest()
        self.saved(self.post(course, op_no="3"))
        (change,) = since(before)
        self.assertEqual(change.changes["op_no"], [1, 3])

    def test_a_second_row_of_a_single_section_is_refused_on_the_page_of_the_patient(self):
        form = new_row(self.open(self.patient), "diagnosis_rows", primary_site="colon")
        why = self.refused(self.client.post(page_of(self.patient), form))
        self.assertIn("There can be only one diagnosis.", why)

    def test_a_single_section_offers_no_second_row(self):
        page = self.page(page_of(self.patient))
        limits = {
            prefix: page.root.xpath(f"//input[@name='{prefix}_rows-MAX_NUM_FORMS']/@value")
            for prefix in ("diagnosis", "death", "treatmentsummary", "specimen")
        }
        self.assertEqual(
            limits, {"diagnosis": ["1"], "death": ["1"], "treatmentsummary": ["1"], "specimen": ["300"]}
        )


class NewPatient(Administration):
    """A patient is stored first; then the page offers the sections."""

    def typed(self, **more: str) -> dict[str, str | list[str]]:
        form = self.page(add_page(Patient)).form("patient_form")
        return form | {"centre": str(self.centre.pk), "local_study_id": "S-002"} | more

    def test_a_new_patient_is_stored_and_the_page_then_offers_the_sections(self):
        response = self.client.post(add_page(Patient), self.typed(birth_ym="1970年5月", _continue="1"))
        patient = Patient.objects.get(local_study_id="S-002")
        self.assertEqual(response["Location"], page_of(patient))
        self.assertEqual((patient.birth_ym, patient.synthetic), (date(1970, 5, 1), False))
        self.assertIn("operation_rows-TOTAL_FORMS", self.open(patient))

    def test_a_study_number_is_given_once_in_a_centre(self):
        why = self.refused(self.client.post(add_page(Patient), self.typed(local_study_id="S-001")))
        self.assertIn("already used in this centre", why)
        other = factories.patient("S-009", self.centre)
        self.assertIn("already used in this centre", self.refused(self.post(other, local_study_id="S-001")))

    def test_a_study_number_may_be_used_in_another_centre(self):
        factories.patient("S-002", self.elsewhere)
        self.saved(self.client.post(add_page(Patient), self.typed()))
        self.assertEqual(Patient.objects.filter(local_study_id="S-002").count(), 2)

    def test_what_identifies_a_person_is_refused_as_a_study_number(self):
        before = newest()
        self.refused(self.client.post(add_page(Patient), self.typed(local_study_id="13812345678")))
        self.assertEqual(since(before), [])


class Meanwhile(Administration):
    """Nobody writes over what another has changed since the page was opened."""

    def test_who_saves_second_is_told_and_sees_both_versions(self):
        form = self.open(self.patient)
        Operation.objects.filter(patient=self.patient).update(blood_loss_ml=700)
        before = newest()
        response = self.client.post(page_of(self.patient), form | {"operation_rows-0-op_time_min": "300"})
        why = self.refused(response)
        self.assertIn("changed while you were typing", why)
        self.assertIn("Intraoperative blood loss: 400 mL → 700 mL", why)
        self.assertEqual(since(before), [])
        self.assertEqual(Page(response).form("patient_form")["operation_rows-0-op_time_min"], "300")

    def test_after_reading_it_the_second_can_save(self):
        form = self.open(self.patient)
        Operation.objects.filter(patient=self.patient).update(blood_loss_ml=700)
        response = self.client.post(page_of(self.patient), form | {"operation_rows-0-op_time_min": "300"})
        self.saved(self.client.post(page_of(self.patient), Page(response).form("patient_form")))
        operation = Operation.objects.get(patient=self.patient)
        self.assertEqual((operation.op_time_min, operation.blood_loss_ml), (300, 400))

    def test_a_page_that_does_not_say_what_it_has_seen_saves_nothing(self):
        for base in (None, "", "x", "-1", "9" * 30):
            with self.subTest(base):
                form = self.open(self.patient)
                form.pop("base")
                form |= {} if base is None else {"base": base}
                why = self.refused(
                    self.client.post(page_of(self.patient), form | {"smoking_status": "former"})
                )
                self.assertIn("does not say which version", why)

    def test_on_the_page_of_one_row_only_that_row_counts(self):
        operation, course = (model.objects.get(patient=self.patient) for model in (Operation, PostopCourse))
        form = self.open(operation)
        type(course).objects.filter(pk=course.pk).update(icu_days=2)
        self.saved(self.client.post(page_of(operation), form | {"op_time_min": "300"}))
        form = self.open(operation)
        Operation.objects.filter(pk=operation.pk).update(blood_loss_ml=700)
        why = self.refused(self.client.post(page_of(operation), form | {"op_time_min": "310"}))
        self.assertIn("400 mL → 700 mL", why)

    def test_a_row_that_another_has_taken_away_is_not_stored_again(self):
        form = self.open(self.patient)
        Complication.objects.filter(patient=self.patient).first().delete()
        self.refused(self.client.post(page_of(self.patient), form | {"complication_rows-0-cd_grade": "3b"}))
        self.assertEqual(Complication.objects.filter(patient=self.patient).count(), 1)


class Remarks(Administration):
    """A remark goes with the answer it is about, and only with that."""

    def setUp(self):
        super().setUp()
        self.operation = Operation.objects.get(patient=self.patient)

    def remark(self, field: str, kind: str, content: str = "x", row: models.Model | None = None) -> Remark:
        row = row or self.operation
        return Remark.objects.create(
            patient=self.patient,
            table=row._meta.model_name,
            row_id=row.pk,
            field=field,
            kind=kind,
            content=content,
        )

    def left(self) -> set[str]:
        return set(Remark.objects.filter(patient=self.patient).values_list("field", flat=True))

    def test_what_was_typed_and_confirmed_about_a_changed_answer_is_taken_away(self):
        self.remark("blood_loss_ml", Remark.AS_TYPED)
        self.remark("blood_loss_ml", Remark.CONFIRMED)
        self.remark("op_time_min", Remark.CONFIRMED)
        self.saved(self.post(self.patient, **{"operation_rows-0-blood_loss_ml": "450"}))
        self.assertEqual(self.left(), {"op_time_min"})

    def test_a_reason_for_a_missing_answer_goes_when_the_answer_comes(self):
        Operation.objects.filter(pk=self.operation.pk).update(blood_loss_ml=None, cell_salvage_ml=None)
        self.remark("blood_loss_ml", Remark.MISSING, "unk")
        self.remark("cell_salvage_ml", Remark.MISSING, "unk")
        self.saved(self.post(self.operation, blood_loss_ml="450"))
        self.assertEqual(self.left(), {"cell_salvage_ml"})

    def test_a_dropped_answer_loses_its_remarks(self):
        self.remark("pringle_total_min", Remark.CONFIRMED)
        self.saved(self.post(self.operation, pringle_used="no"))
        self.assertEqual(self.left(), set())

    def test_a_row_that_is_taken_away_takes_its_remarks_along(self):
        _first, second = Complication.objects.filter(patient=self.patient)
        for row in (_first, second):
            self.remark("cd_grade", Remark.CONFIRMED, row=row)
        self.saved(self.post(self.patient, **{"complication_rows-0-DELETE": "on"}))
        self.assertEqual([one.row_id for one in Remark.objects.all()], [second.pk])

    def test_remarks_of_an_untouched_case_stay(self):
        for kind in Remark.KINDS:
            self.remark("blood_loss_ml", kind, "unk")
        self.saved(self.post(self.patient))
        self.saved(self.post(self.operation))
        self.assertEqual(Remark.objects.count(), 3)
