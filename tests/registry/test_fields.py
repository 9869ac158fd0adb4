"""What people really type into a form: what is understood, what is refused, what is asked back.

The numbers in the names of the tests are the rows of section 11 of the clinical dictionary.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from unittest import TestCase

from django.core.exceptions import ValidationError

from registry.case import load
from registry.fields import Coded, Measured, Words, answers, shown
from registry.forms import SECTIONS
from registry.models import CLINICAL, Assessment, Operation, PostopCourse, Remark, Specimen
from tests import factories
from tests.pages import Page, answered, with_row
from tests.registry.entry import Entry, newest_change

IDENTITY_NUMBER = "11010519491231002X"
MOBILE = "13812345678"


class Understood(Entry):
    def reads(self, slug: str, field: str, typed: str, stored: object) -> None:
        self.saved(self.type(slug, **{field: typed}))
        names = {"operation": "operation", "assessment": "assessment", "diagnosis": "diagnosis"}
        self.assertEqual(getattr(getattr(load(self.patient), names[slug]), field), stored, typed)

    def test_1_full_width_digits(self):
        self.reads("operation", "op_time_min", "１２０", 120)

    def test_2_dates_in_the_spellings_of_the_ward(self):
        for typed in ("2023年4月12日", "2023．04．12", "2023/4/12", "20230412", "2023-04-12", " 2023-4-12 "):
            self.reads("operation", "surgery_date", typed, date(2023, 4, 12))

    def test_17_a_number_with_its_own_unit(self):
        for typed in ("800ml", "800 mL", "800 毫升", "800", "８００ｍｌ"):
            self.reads("operation", "blood_loss_ml", typed, 800)

    def test_17_about_800(self):
        self.reads("operation", "blood_loss_ml", "约800", 800)
        self.assertEqual(load(self.patient).operation.blood_loss_ml_cmp, "approx")
        self.assertEqual(self.open("operation")["head-blood_loss_ml"], "≈800")

    def test_30_a_number_that_could_not_be_counted(self):
        self.reads("assessment", "liver_mets_count", "≥20", 20)
        self.assertEqual(load(self.patient).assessment.liver_mets_count_cmp, "ge")
        self.assertEqual(self.open("assessment")["head-liver_mets_count"], "≥20")

    def test_40_thousands_marks_and_zero_width_signs(self):
        for typed in ("1，000", "1 000", "1,000", "1\u200b000"):
            self.reads("operation", "blood_loss_ml", typed, 1000)

    def test_decimals_are_stored_exactly(self):
        self.reads("assessment", "largest_met_cm", "8.5", Decimal("8.5"))
        self.assertEqual(self.open("assessment")["head-largest_met_cm"], "8.5")

    def test_partial_dates_read_back_as_far_as_they_are_known(self):
        for typed, day, precision in (
            ("2021", date(2021, 1, 1), "y"),
            ("2021年3月", date(2021, 3, 1), "m"),
            ("2021-03-01", date(2021, 3, 1), "d"),
        ):
            self.reads("diagnosis", "netlm_diagnosis_date", typed, day)
            self.assertEqual(load(self.patient).diagnosis.netlm_diagnosis_date_prec, precision)
        self.reads("diagnosis", "netlm_diagnosis_date", "2021-03", date(2021, 3, 1))
        self.assertEqual(self.open("diagnosis")["head-netlm_diagnosis_date"], "2021-03")

    def test_what_was_typed_is_kept_beside_what_was_understood(self):
        self.saved(self.type("operation", blood_loss_ml="800 ml"))
        self.assertEqual(self.as_typed(), ["800 ml"])

    def test_what_was_typed_stays_kept_when_the_section_is_saved_again_untouched(self):
        self.saved(self.type("operation", blood_loss_ml="800 ml"))
        before = newest_change()
        self.saved(self.type("operation"))
        self.assertEqual((self.as_typed(), newest_change()), (["800 ml"], before))

    def test_what_was_typed_goes_when_its_question_is_no_longer_asked(self):
        self.saved(self.type("operation", pringle_used="yes", pringle_total_min="30 分钟"))
        self.assertEqual(self.as_typed(), ["30 分钟"])
        self.saved(self.type("operation", pringle_used="no"))
        self.assertEqual(self.as_typed(), [])

    def test_what_was_typed_goes_when_another_value_comes(self):
        self.saved(self.type("operation", blood_loss_ml="800 ml"))
        self.saved(self.type("operation", blood_loss_ml="900"))
        self.assertEqual(self.as_typed(), [])

    def as_typed(self) -> list[str]:
        return list(Remark.objects.filter(kind=Remark.AS_TYPED).values_list("content", flat=True))


class Refused(Entry):
    def refuses(self, slug: str, field: str, typed: str, *words: str) -> str:
        before = newest_change()
        page = self.refused(self.type(slug, **{field: typed}))
        self.assertEqual(page.form()[f"head-{field}"], typed)
        self.assertEqual(newest_change(), before)
        (sentence,) = page.errors()
        for word in words:
            self.assertIn(word, sentence)
        return sentence

    def test_5_6_dates_that_could_be_read_in_two_ways(self):
        self.refuses("operation", "surgery_date", "04/05/2023", "2023-04-05", "2023-05-04")
        self.refuses("operation", "surgery_date", "23-4-12", "four digits")

    def test_7_days_that_do_not_exist(self):
        self.refuses("operation", "surgery_date", "2023-02-30", "February 2023 has 28 days")
        self.refuses("operation", "surgery_date", "2023-04-31", "April 2023 has 30 days")
        self.refuses("operation", "surgery_date", "2023-00-10", "there is no month 0")

    def test_8_an_operation_before_the_diagnosis_names_both_dates(self):
        self.saved(self.type("diagnosis", primary_diagnosis_date="2024-01-03"))
        self.refuses("operation", "surgery_date", "2023-04-12", "2024-01-03", "2023-04-12")

    def test_9_a_discharge_before_the_operation_names_both_dates(self):
        factories.operated(self.patient, on=date(2023, 4, 12))
        self.saved(self.type("postoperative", died_in_hospital="no"))
        self.refuses("postoperative", "discharge_date", "2023-04-02", "2023-04-02", "2023-04-12")

    def test_11_an_operation_in_the_future(self):
        self.refuses("operation", "surgery_date", "2199-01-01", "2199-01-01")

    def test_12_a_height_in_metres(self):
        self.refuses("assessment", "height_cm", "1.72", "100 to 230 cm", "172 cm")

    def test_16_a_blood_loss_in_litres(self):
        self.refuses("operation", "blood_loss_ml", "0.8", "800 mL")

    def test_17_a_range_and_a_spread(self):
        self.refuses("operation", "blood_loss_ml", "800-1000", "“800-1000” is a range")
        self.refuses("operation", "blood_loss_ml", "800±200", "mean ± SD")

    def test_18_a_duration_in_hours_without_a_unit(self):
        self.refuses("operation", "op_time_min", "3.5", "10 to 1800 min", "210 min")

    def test_19_a_diameter_in_millimetres(self):
        self.refuses("assessment", "largest_met_cm", "85", "8.5 cm")

    def test_31_burdens_that_are_no_single_percentage(self):
        for typed in ("40±3", "40%-50%", "110"):
            self.refuses("assessment", "liver_burden_pct", typed)

    def test_32_debulking_above_everything(self):
        self.saved(self.type("operation", procedure_completed="completed"))
        self.refuses("operation", "debulking_pct", "105", "0 to 100")

    def test_38_words_for_a_missing_value(self):
        for typed in ("/", "-", "不详", "NA"):
            self.refuses("operation", "op_time_min", typed, "Leave the field empty")

    def test_39_formulas(self):
        for typed in ("=HYPERLINK(1)", "+cmd", "@SUM(A1)", "\t800"):
            self.refuses("operation", "op_time_min", typed)

    def test_40_letters_that_look_like_digits(self):
        self.refuses("operation", "op_time_min", "1O0", "“O”", "not a digit")
        self.refuses("operation", "op_time_min", "l20", "“l”")
        self.refuses("assessment", "largest_met_cm", "1,5", "point")

    def test_a_number_outside_what_is_possible_names_range_and_unit(self):
        self.refuses("operation", "op_time_min", "5000", "Operating time", "10 to 1800 min")

    def test_a_code_that_is_not_in_the_list(self):
        for slug, field, typed in (
            ("patient", "sex", "mal"),
            ("diagnosis", "primary_site", "liver"),
            ("operation", "surgical_indication", ["symptom", "money"]),
        ):
            with self.subTest(field):
                before = newest_change()
                page = self.refused(self.type(slug, **{field: typed}))
                self.assertIn("is not one of the permitted answers", page.errors()[0])
                self.assertEqual(newest_change(), before)

    def test_none_stands_alone(self):
        page = self.refused(self.type("operation", concomitant_procedures=["none", "cholecystectomy"]))
        self.assertEqual(
            page.errors(), ["Other procedures: “None” cannot stand together with other answers."]
        )

    def test_a_text_of_the_wrong_shape_says_which_shape_is_right(self):
        page = self.refused(self.type("diagnosis", icdo_topography="25.4"))
        self.assertIn("for example C25.4", page.errors()[0])

    def test_a_text_that_is_too_long_says_how_long_it_may_be(self):
        self.refuses_row("consent", "consent_version", "x" * 21, "21 characters", "at most 20")

    def refuses_row(self, slug: str, field: str, typed: str, *words: str) -> Page:
        given = {"consent_status": "written", field: typed}
        page = self.refused(self.client.post(self.url(slug), with_row(self.open(slug), 0, **given)))
        for word in words:
            self.assertIn(word, page.errors()[0])
        return page

    def test_the_day_of_birth_is_not_collected(self):
        sentence = self.refuses("patient", "birth_ym", "1968-05-17", "not the day")
        self.assertNotIn("1968-05-17", sentence)

    def test_every_sentence_speaks_chinese_to_a_chinese_reader(self):
        self.client.cookies["django_language"] = "zh-hans"
        (sentence,) = self.refused(self.type("operation", blood_loss_ml="800-1000")).errors()
        self.assertIn("术中出血量：“800-1000”是一个区间", sentence)


class Identifiers(Entry):
    def no_trace(self, slug: str, typed: dict) -> None:
        before = newest_change()
        page = self.refused(self.client.post(self.url(slug), typed))
        self.assertNotIn(IDENTITY_NUMBER, page.text)
        self.assertNotIn(MOBILE, page.text)
        self.assertEqual(len(page.errors()), 1)
        self.assertEqual(newest_change(), before)

    def test_34_no_text_takes_them(self):
        for text in (f"see {IDENTITY_NUMBER}", f"call {MOBILE}", "li@hospital.cn"):
            row = with_row(self.open("prior-treatment"), 0, tx_category="other", tx_other_text=text)
            self.no_trace("prior-treatment", row)

    def test_34_no_number_and_no_date_repeats_them(self):
        for field in ("op_time_min", "surgery_date"):
            self.no_trace("operation", answered(self.open("operation"), **{field: IDENTITY_NUMBER}))

    def test_34_no_study_number_is_one(self):
        for typed in (IDENTITY_NUMBER, MOBILE):
            self.no_trace("patient", answered(self.open("patient"), local_study_id=typed))

    def test_34_no_code_repeats_them(self):
        self.no_trace("patient", answered(self.open("patient"), sex=IDENTITY_NUMBER))
        self.no_trace("operation", answered(self.open("operation"), surgical_indication=[MOBILE]))

    def test_35_a_study_number_is_text(self):
        self.saved(self.type("patient", local_study_id="007"))
        self.assertEqual(self.open("patient")["head-local_study_id"], "007")
        self.assertEqual(len(self.refused(self.type("patient", local_study_id="3.10101E+17")).errors()), 1)

    def test_markup_in_a_text_stays_text(self):
        text = "<script>alert('1')</script> & <b>tea</b>"
        row = with_row(self.open("prior-treatment"), 0, tx_category="other", tx_other_text=text)
        self.saved(self.client.post(self.url("prior-treatment"), row))
        self.assertEqual(self.open("prior-treatment")["rows-0-tx_other_text"], text)
        for page in (self.case_page(), self.page("prior-treatment")):
            self.assertNotIn("<script>alert", page.response.content.decode())
        self.assertIn(text, self.case_page().text)


class Doubted(Entry):
    def test_18_hours_are_understood_after_a_confirmation(self):
        response = self.type("operation", op_time_min="3小时20分")
        page = self.refused(response)
        self.assertEqual(page.errors(), [])
        self.assertIn("“3小时20分” was read as 200 min (3 h 20 min). Is that right?", page.doubts()[0])
        self.assertEqual(page.form()["head-op_time_min"], "3小时20分")
        self.saved(self.client.post(self.url("operation"), page.form() | {"confirm": page.confirmations()}))
        self.assertEqual(load(self.patient).operation.op_time_min, 200)
        kept = Remark.objects.filter(field="op_time_min").values_list("kind", "content")
        self.assertEqual(dict(kept)[Remark.AS_TYPED], "3小时20分")

    def test_18_a_confirmed_reading_stays_confirmed(self):
        page = self.refused(self.type("operation", op_time_min="3:20"))
        self.saved(self.client.post(self.url("operation"), page.form() | {"confirm": page.confirmations()}))
        before = newest_change()
        self.saved(self.type("operation"))
        self.assertEqual(newest_change(), before)

    def test_16_a_tiny_blood_loss_in_a_long_operation_is_asked_about(self):
        page = self.refused(self.type("operation", blood_loss_ml="8", op_time_min="300"))
        self.assertEqual(len(page.doubts()), 2)
        self.assertIn("Intraoperative blood loss 8 mL is unusual (usual: 10 to 5000 mL)", page.doubts()[0])

    def confirmed(self, slug: str, **typed: str) -> None:
        page = self.refused(self.type(slug, **typed))
        self.saved(self.client.post(self.url(slug), page.form() | {"confirm": page.confirmations()}))

    def test_an_unlikely_value_is_asked_about_once(self):
        self.confirmed("operation", op_time_min="900")
        self.saved(self.type("operation", approach_final="open"))
        page = self.page("operation")
        self.assertEqual(page.doubts(), [])

    def test_another_unlikely_value_is_asked_about_again(self):
        self.confirmed("operation", op_time_min="900")
        page = self.refused(self.type("operation", op_time_min="901"))
        self.assertEqual(len(page.doubts()), 1)
        self.assertEqual(load(self.patient).operation.op_time_min, 900)

    def test_a_confirmation_goes_with_its_value(self):
        self.confirmed("operation", op_time_min="900")
        self.saved(self.type("operation", op_time_min="200"))
        self.assertFalse(Remark.objects.filter(kind=Remark.CONFIRMED).exists())
        self.refused(self.type("operation", op_time_min="900"))

    def test_a_value_that_is_corrected_needs_no_confirmation(self):
        page = self.refused(self.type("operation", op_time_min="900"))
        self.saved(self.client.post(self.url("operation"), answered(page.form(), op_time_min="90")))
        self.assertFalse(Remark.objects.exists())

    def test_a_tick_for_one_value_does_not_cover_another(self):
        page = self.refused(self.type("operation", op_time_min="900"))
        form = answered(page.form(), op_time_min="950") | {"confirm": page.confirmations()}
        self.refused(self.client.post(self.url("operation"), form))

    def test_an_unusual_code_is_asked_about(self):
        page = self.refused(self.type("assessment", ecog="4"))
        self.assertIn("ECOG performance status: “4 completely disabled” is unusual", page.doubts()[0])

    def test_not_knowing_is_never_unusual(self):
        self.saved(self.type("assessment", cirrhosis="unknown", asa="unknown"))

    def test_the_question_shows_the_comparator(self):
        page = self.refused(self.type("assessment", liver_mets_count="≥150"))
        self.assertIn("≥150 is unusual", page.doubts()[0])

    def test_each_row_is_asked_about_for_itself(self):
        form = with_row(self.open("prior-treatment"), 0, tx_category="hae", tx_sessions="70")
        form = with_row(form, 1, tx_category="rfa", tx_sessions="70")
        page = self.refused(self.client.post(self.url("prior-treatment"), form))
        self.assertEqual(len(page.doubts()), 2)
        half = page.form() | {"confirm": page.confirmations()[:1]}
        page = self.refused(self.client.post(self.url("prior-treatment"), half))
        self.assertEqual(len(page.confirmations()), 2)
        self.saved(
            self.client.post(self.url("prior-treatment"), page.form() | {"confirm": page.confirmations()})
        )

    def test_a_contradiction_that_was_confirmed_in_one_section_is_not_asked_in_the_other(self):
        factories.operated(self.patient, on=date(2023, 1, 10))
        self.confirmed("postoperative", died_in_hospital="no", discharge_date="2023-05-10")
        before = newest_change()
        self.saved(self.type("operation"))
        self.assertEqual(newest_change(), before)
        self.assertNotIn("usual", self.case_page().texts("//ul[@class='findings']"))

    def test_errors_come_before_doubts_and_ticks_survive_them(self):
        page = self.refused(self.type("operation", op_time_min="900", surgery_date="2022-02-30"))
        self.assertEqual((len(page.errors()), len(page.doubts())), (1, 1))
        form = answered(page.form(), surgery_date="2022-02-30") | {"confirm": page.confirmations()}
        again = self.refused(self.client.post(self.url("operation"), form))
        self.assertEqual(again.form()["confirm"], page.confirmations()[0])


class Declarations(TestCase):
    """What the declarations of the answers promise to forms, reports and reviewers."""

    def every_answer(self):
        for model in CLINICAL:
            for answer in answers(model):
                yield model, answer

    def test_every_answer_has_a_label_in_both_languages(self):
        for model, answer in self.every_answer():
            with self.subTest(f"{model.__name__}.{answer.name}"):
                self.assertTrue(answer.label.en and answer.label.zh)
                self.assertRegex(answer.label.zh, r"[\u4e00-\u9fff]|^(ECOG|ALT|INR|TNM)")

    def test_every_answer_is_asked_in_exactly_one_section(self):
        asked = [
            (form._meta.model, name)
            for section in SECTIONS
            for form, _name in section.parts
            for name in form._meta.fields
        ]
        self.assertEqual(len(asked), len(set(asked)))
        self.assertEqual(set(asked), {(model, answer.name) for model, answer in self.every_answer()})

    def test_what_is_usual_is_possible(self):
        for model, answer in self.every_answer():
            with self.subTest(f"{model.__name__}.{answer.name}"):
                if isinstance(answer, Measured) and answer.soft:
                    self.assertLessEqual(answer.hard[0], answer.soft[0])
                    self.assertLessEqual(answer.soft[1], answer.hard[1])
                self.assertTrue(all(code in answer.codes for code in answer.usual))

    def test_a_number_outside_what_is_possible_is_refused_by_the_model_itself(self):
        row = Operation(op_time_min=5000)
        with self.assertRaises(ValidationError) as refused:
            row.clean_fields(exclude=["patient"])
        self.assertIn("10 to 1800 min", refused.exception.messages[0])

    def test_a_code_that_left_its_list_is_shown_as_itself(self):
        self.assertEqual(
            shown(Operation._meta.get_field("approach_final"), Operation(approach_final="old")).en, "old"
        )

    def test_an_answer_reads_with_its_comparator_its_unit_and_its_precision(self):
        specimen = Specimen(ki67_pct=Decimal("3.0"), ki67_pct_cmp="lt", specimen_date=date(2021, 2, 1))
        self.assertEqual(shown(Specimen._meta.get_field("ki67_pct"), specimen).en, "<3.0 %")
        specimen.specimen_date_prec = "m"
        self.assertEqual(shown(Specimen._meta.get_field("specimen_date"), specimen).zh, "2021-02")
        several = Assessment(segments_involved=["s2", "s5"])
        self.assertEqual(
            shown(Assessment._meta.get_field("segments_involved"), several).en, "Segment 2; Segment 5"
        )

    def test_no_answer_is_shown_as_nothing(self):
        for model, answer in self.every_answer():
            self.assertEqual(shown(answer, model()).en, "", answer.name)

    def test_labels_and_limits_are_no_part_of_the_schema(self):
        for _model, answer in self.every_answer():
            _name, _path, _args, kwargs = answer.deconstruct()
            self.assertTrue(
                {"verbose_name", "choices", "validators", "help_text"}.isdisjoint(kwargs), answer.name
            )

    def test_a_companion_column_has_no_input_of_its_own(self):
        companion = PostopCourse._meta.get_field("icu_admission")
        self.assertIsNotNone(companion.formfield())
        self.assertIsNone(Specimen._meta.get_field("ki67_pct_cmp").formfield())

    def test_every_code_and_every_shape_fits_its_column(self):
        for model, answer in self.every_answer():
            if isinstance(answer, Coded):
                self.assertTrue(all(len(one.code) <= answer.max_length for one in answer.codes), answer.name)
            if isinstance(answer, Words) and answer.pattern:
                self.assertTrue(answer.pattern_hint.en and answer.pattern_hint.zh, f"{model} {answer.name}")
