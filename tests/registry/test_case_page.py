"""The page of one case: head, time line, sections, end points, what is to be checked, recent changes."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.case import load
from registry.endpoints import EndPoints, survival
from registry.fields import shown
from registry.forms import SECTIONS
from registry.models import (
    Complication,
    Death,
    Diagnosis,
    FollowupVisit,
    Operation,
    Patient,
    PriorTreatment,
    Remark,
    Specimen,
    SubsequentTherapy,
)
from registry.timeline import timeline
from tests import factories
from tests.registry.entry import Entry


class Head(Entry):
    def head(self) -> str:
        return self.case_page().texts("//p[@class='case-facts']")[0]

    def test_a_case_without_answers_says_so(self):
        self.assertEqual(self.head(), "no follow-up yet")

    def test_a_full_case_is_told_in_one_line(self):
        case = factories.full_case("FULL", self.centre)
        self.assertEqual(
            self.case_page(case.patient).texts("//p[@class='case-facts']/span"),
            [
                "Female",
                "54 years at surgery",
                "Jejunum or ileum",
                "NET G1 → NET G2",
                "2022-03-01, Laparoscopic",
                "died 2024-08",
            ],
        )

    def test_the_date_of_death_is_as_exact_as_it_is_known(self):
        death = factories.row(Death, self.patient, death_date=date(2024, 1, 1), death_date_prec="y")
        self.assertEqual(self.head(), "died 2024")
        Death.objects.filter(pk=death.pk).update(death_date_prec="d")
        self.assertEqual(self.head(), "died 2024-01-01")

    def test_a_reported_death_without_a_record_is_not_called_alive(self):
        factories.operated(self.patient)
        factories.visit(self.patient, date(2022, 6, 1))
        factories.row(FollowupVisit, self.patient, visit_date=date(2022, 9, 1), vital_status="dead")
        self.assertIn("died", self.head())
        self.assertNotIn("alive", self.head())

    def test_alive_without_progression_needs_an_assessment_of_the_tumour(self):
        factories.operated(self.patient)
        phoned = factories.row(
            FollowupVisit,
            self.patient,
            visit_date=date(2022, 6, 1),
            visit_type="phone",
            vital_status="alive_nos",
            imaging_done="no",
        )
        self.assertIn("Alive, disease state unknown", self.head())
        phoned.delete()
        factories.visit(self.patient, date(2022, 6, 1))
        self.assertIn("alive without progression", self.head())

    def test_progression_is_told_with_its_date(self):
        case = factories.full_case("FULL", self.centre, died=False)
        self.assertIn(
            "alive, progressed 2023-02-18", self.case_page(case.patient).texts("//p[@class='case-facts']")[0]
        )

    def test_a_synthetic_patient_is_marked(self):
        Patient.objects.update(synthetic=True)
        page = self.case_page()
        self.assertIn("synthetic patient", page.texts("//p[@class='case-meta']")[0])
        self.assertEqual(len(page.root.xpath("//p[@class='synthetic']")), 1)


class Sections(Entry):
    def test_all_sections_stand_in_the_order_of_the_chart_with_state_and_one_button(self):
        page = self.case_page()
        self.assertEqual(page.texts("//div[@class='section-head']/h2"), [one.title.en for one in SECTIONS])
        buttons = page.root.xpath("//div[@class='section-head']/a/@href")
        self.assertEqual(buttons, [self.url(one.slug) for one in SECTIONS])
        self.assertEqual(
            set(page.texts("//div[@class='section-head']/span")),
            {"draft", "not started", "nothing to record"},
        )

    def test_every_answer_of_a_full_case_can_be_read(self):
        case = factories.full_case("FULL", self.centre)
        text = self.case_page(case.patient).text
        for section in SECTIONS:
            for form, name in section.parts:
                for row in case.rows(name):
                    for field in form._meta.fields:
                        value = shown(row._meta.get_field(field), row).en
                        self.assertIn(value, text, f"{section.slug}.{field}")

    def test_each_row_has_a_line_that_says_what_it_is(self):
        case = factories.full_case("FULL", self.centre)
        page = self.case_page(case.patient)
        self.assertEqual(
            page.texts("//section[@id='complications']//summary"),
            ["Other · I · 2022-03-03", "Bile leak · IIIa · 2022-03-05"],
        )
        self.assertEqual(
            page.texts("//section[@id='pathology']//summary"),
            [
                "Liver biopsy · 2021-02-10 · NET G1 · <3.0 %",
                "Liver resection specimen · 2022-03-01 · NET G2 · 8.0 %",
            ],
        )

    def test_what_is_missing_is_named_once_the_section_is_begun(self):
        factories.row(Diagnosis, self.patient, primary_site="pancreas")
        page = self.case_page()
        self.assertEqual(page.texts("//section[@id='assessment']//p[@class='missing']"), [])
        self.assertIn(
            "Still missing: Date of NEN diagnosis; Date liver metastases found;",
            page.texts("//section[@id='diagnosis']//p[@class='missing']")[0],
        )

    def test_the_page_of_an_empty_case_opens_in_both_languages(self):
        for language in ("en", "zh-hans"):
            self.client.cookies["django_language"] = language
            self.assertEqual(self.case_page().response.status_code, 200)


class EndPointsOnThePage(Entry):
    def ends(self, patient: Patient | None = None) -> dict[str, list[str]]:
        page = self.case_page(patient)
        rows = page.root.xpath("//dl[@class='ends']/div")
        return {
            row.xpath("string(dt)"): [row.xpath("string(dd/strong)"), row.xpath("string(dd/span)")]
            for row in rows
        }

    def test_a_full_case_has_every_end_point_with_its_reason(self):
        ends = self.ends(factories.full_case("FULL", self.centre).patient)
        values = {name: value for name, (value, _reason) in ends.items()}
        self.assertEqual(
            values,
            {
                "Age at surgery": "54 years",
                "Postoperative stay": "8 d",
                "Grade change": "Higher",
                "Any complication, 90 d": "Yes",
                "Major complication, 90 d": "Yes",
                "Comprehensive Complication Index": "27.6",
                "Died within 30 d": "No",
                "Died within 90 d": "No",
                "Progression-free survival": "11.6 months (event)",
                "Overall survival": "29.5 months (event)",
            },
        )
        self.assertTrue(all(reason for _value, reason in ends.values()))

    def test_what_cannot_be_told_says_why(self):
        for name, (_value, reason) in self.ends().items():
            self.assertTrue(reason, name)
        self.assertEqual(self.ends()["Overall survival"], ["not known", "No date of operation"])

    def test_months_have_one_decimal(self):
        for days, months in ((0, "0.0"), (15, "0.5"), (365, "12.0"), (366, "12.0"), (3653, "120.0")):
            time = EndPoints(load(self.patient)).os
            time = type(time)(days, False, None, time.reason)
            self.assertEqual(survival(time).en, f"{months} months (censored)")


class TimeLine(Entry):
    def marks(self, case) -> dict[str, list[str]]:
        return {
            lane.en: [f"{mark.label.en} {mark.when}" for mark in marks]
            for lane, marks in timeline(case).lanes
        }

    def test_a_case_without_dates_has_none(self):
        self.assertIsNone(timeline(load(self.patient)))
        self.assertEqual(self.case_page().root.xpath("//section[@class='timeline']"), [])

    def test_a_full_case_shows_what_happened_when(self):
        marks = self.marks(factories.full_case("FULL", self.centre))
        self.assertEqual(
            marks,
            {
                "Tumour": [
                    "Diagnosis 2020-05-15",
                    "Liver metastases 2021-02-03",
                    "Primary removed 2020-05-20",
                ],
                "Treatment": [
                    "Resection of primary 2020-05-20",
                    "Somatostatin analogue 2020-08-15 – 2022-03-01",
                    "Somatostatin analogue 2022-04-15",
                ],
                "Operation": [
                    "Operation 2022-03-01",
                    "Discharge 2022-03-09",
                    "Other I 2022-03-03",
                    "Bile leak IIIa 2022-03-05",
                ],
                "Imaging": [
                    "Imaging 2022-02-10",
                    "Imaging 2022-05-18",
                    "Imaging 2023-02-18",
                    "Progression 2023-02-18",
                ],
                "Contact": ["Last contact 2023-02-20", "Death 2024-08-15"],
            },
        )

    def test_it_is_drawn_to_scale(self):
        case = factories.full_case("FULL", self.centre)
        placed = [mark for _lane, marks in timeline(case).lanes for mark in marks]
        by_day = sorted(placed, key=lambda mark: mark.day)
        self.assertTrue(all(0 <= one.left <= 100 and one.left + one.width <= 100.01 for one in placed))
        first, last = by_day[0], by_day[-1]
        share = (last.left - first.left) / (last.day - first.day).days
        for mark in placed:
            self.assertAlmostEqual(mark.left, first.left + share * (mark.day - first.day).days, delta=0.05)

    def test_years_stand_along_the_scale_and_never_too_many(self):
        factories.row(
            Diagnosis,
            self.patient,
            primary_diagnosis_date=date(1951, 2, 1),
            netlm_diagnosis_date=date(2024, 1, 1),
        )
        years = timeline(load(self.patient)).years
        self.assertLessEqual(len(years), 10)
        self.assertEqual(years[0][0], 1952)
        self.assertTrue(all(0 <= left <= 100 for _year, left in years))

    def test_a_single_day_is_enough(self):
        factories.operated(self.patient)
        self.assertEqual(self.marks(load(self.patient)), {"Operation": ["Operation 2022-03-01"]})

    def test_half_entered_rows_do_no_harm(self):
        factories.row(
            PriorTreatment, self.patient, tx_start_date=date(2021, 1, 1), tx_end_date=date(2020, 1, 1)
        )
        factories.row(
            PriorTreatment, self.patient, tx_category="ssa", tx_ongoing="yes", tx_start_date=date(2021, 1, 1)
        )
        factories.row(SubsequentTherapy, self.patient, subs_end_date=date(2023, 1, 1))
        factories.row(Complication, self.patient, onset_date=date(2022, 3, 3))
        factories.row(FollowupVisit, self.patient, progression_date=date(2022, 8, 1))
        marks = self.marks(load(self.patient))
        self.assertEqual(marks["Treatment"], ["? 2021-01-01", "Somatostatin analogue 2021-01-01"])
        self.assertEqual(marks["Operation"], ["Complication 2022-03-03"])
        self.assertEqual(self.case_page().response.status_code, 200)


class ToCheck(Entry):
    def to_check(self) -> list[str]:
        return self.case_page().texts("//ul[@class='findings']/li")

    def test_a_case_without_contradiction_says_so(self):
        self.assertEqual(self.to_check(), [])
        self.assertIn("No contradiction found", self.case_page().text)

    def test_contradictions_from_outside_are_listed(self):
        factories.operated(self.patient, on=date(2022, 3, 1))
        factories.row(Diagnosis, self.patient, primary_diagnosis_date=date(2023, 1, 3))
        self.assertEqual(len(self.to_check()), 1)
        self.assertIn("2023-01-03", self.to_check()[0])

    def test_what_somebody_has_confirmed_is_not_listed_again(self):
        factories.operated(
            self.patient, on=date(2022, 3, 1), pringle_used="yes", pringle_total_min=100, pringle_cycles=2
        )
        self.assertEqual(len(self.to_check()), 1)
        page = self.refused(self.type("operation"))
        self.saved(self.client.post(self.url("operation"), page.form() | {"confirm": page.confirmations()}))
        self.assertEqual(self.to_check(), [])
        Operation.objects.update(pringle_total_min=110)
        self.assertEqual(len(self.to_check()), 1)

    def test_the_number_of_missing_answers_is_told(self):
        self.assertRegex(self.case_page().text, r"\d+ answers are missing\.")


class Odd(Entry):
    def test_addresses_that_no_case_can_have_are_not_found(self):
        for uid in (
            "x",
            "%00",
            "%ED%A0%80",
            "a%0Ab",
            "A" * 5000,
            "..",
            "%2e%2e",
            "';--",
            "%F0%9F%98%80",
            " ",
        ):
            for path in (f"/cases/{uid}/", f"/cases/{uid}/history/", f"/cases/{uid}/operation/"):
                with self.subTest(path[:40]):
                    # what no text can hold is refused before anybody looks for a case
                    self.assertIn(self.client.get(path).status_code, (400, 404))

    def test_the_page_can_only_be_read(self):
        for name in ("case", "case_history"):
            self.assertEqual(
                self.client.post(reverse(name, args=[self.patient.patient_uid])).status_code, 405
            )

    def test_remarks_of_rows_that_are_gone_do_no_harm(self):
        Remark.objects.create(
            patient=self.patient,
            table="specimen",
            row_id=10**12,
            field="ki67_pct",
            kind="missing",
            content="unk",
        )
        self.assertEqual(self.case_page().response.status_code, 200)


class Cost(Entry):
    def queries(self, patient: Patient) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.case_page(patient)
        return len(captured)

    def test_a_page_costs_few_queries_however_much_is_recorded(self):
        case = factories.full_case("FULL", self.centre)
        few = self.queries(case.patient)
        for number in range(20):
            factories.visit(case.patient, date(2023, 3, 1 + number))
            factories.row(Specimen, case.patient, specimen_source="node")
            factories.row(Complication, case.patient, comp_type="uti")
        self.assertEqual(self.queries(case.patient), few)
        self.assertLessEqual(few, 25)
