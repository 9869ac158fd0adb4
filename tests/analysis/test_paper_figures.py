"""The live registry with the synthetic cohort prints every figure of the paper, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.test import TestCase

from analysis import cohort, provenance
from analysis.reports import REPORTS
from registry import demo
from registry.models import Complication, FollowupVisit, Operation, Patient, PostopCourse

# paper.md, section 1; row 4 by the report's one rounding rule, row 10 with the dispersion named
FIGURES = {
    "paper-01": ("31 patients", "31例"),
    "paper-02": ("14 male, 17 female", "男14例,女17例"),
    "paper-03": ("55 (46, 60) years", "55(46,60)岁"),
    "paper-04": ("25 (81%)", "25例,81%"),
    "paper-05": ("81% (25/31)", "81%(25/31)"),
    "paper-06": ("94% (29/31)", "94%(29/31)"),
    "paper-07": ("27", "27例"),
    "paper-08": ("21", "21例"),
    "paper-09": ("16", "16例"),
    "paper-10": ("(40±3)% (SEM)", "(40±3)%(标准误)"),
    "paper-11": ("10.0 (8.5, 13.5) cm", "10.0(8.5,13.5) cm"),
    "paper-12": ("168 (135, 235) min", "168(135,235) min"),
    "paper-13": ("800 (300, 1 000) ml", "800(300,1 000) ml"),
    "paper-14": ("17", "17例"),
    "paper-15": ("6 (5, 7) d", "6(5,7) d"),
    "paper-16": ("48% (15/31)", "48%(15/31)"),
    "paper-17": ("none", "无"),
    "paper-18": ("6", "6例"),
    "paper-19": ("12.0 (95% CI 6.9–17.1) months", "12.0(95% CI:6.9~17.1)个月"),
    "paper-20": ("85%", "85%"),
    "paper-21": ("56%", "56%"),
    "paper-22": ("37%", "37%"),
}


class PaperFiguresTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.centre = demo.stored_centre()
        demo.load(demo.cohort(), cls.centre)

    def report(self):
        kind, everything = REPORTS["paper"], cohort.Definition()
        data = cohort.load(everything, [self.centre])
        change, made = cohort.latest_change([self.centre]), datetime(2026, 3, 1, tzinfo=UTC)
        origin = provenance.of(data, everything, kind.conventions, change, made)
        return kind.build(data, kind.conventions, origin)

    def printed(self) -> dict[str, tuple[str, str]]:
        rows = self.report().table("paper").rows
        return {row.id: (row.cells[0].text("en"), row.cells[0].text("zh")) for row in rows}

    def moved(self) -> set[str]:
        """The rows that no longer print what the paper prints."""
        printed = self.printed()
        return {row for row, figure in FIGURES.items() if printed[row] != figure}

    def test_all_22_rows_are_the_paper_in_both_languages(self):
        for row, figure in self.printed().items():
            with self.subTest(row=row):
                self.assertEqual(figure, FIGURES[row])

    def test_the_report_says_that_its_patients_are_synthetic(self):
        self.assertTrue(self.report().provenance.synthetic)
        self.assertEqual(self.report().provenance.values["synthetic_cases"], 31)

    def test_no_number_of_the_paper_hides_a_missing_value(self):
        for row in self.report().table("paper").rows:
            self.assertFalse(row.cells[0].numbers.get("missing"), row.id)

    def test_one_patient_who_was_not_transfused_moves_that_row_alone(self):
        one = Operation.objects.filter(transfused_intraop="yes").first()
        Operation.objects.filter(pk=one.pk).update(transfused_intraop="no")
        self.assertEqual(self.moved(), {"paper-14"})
        self.assertEqual(self.printed()["paper-14"], ("16", "16例"))

    def test_one_patient_who_is_forgotten_leaves_the_report(self):
        one = Patient.objects.filter(sex="f").first()
        Operation.objects.filter(patient=one).update(surgery_date=None)
        self.assertEqual(self.printed()["paper-01"], ("30 patients", "30例"))
        self.assertEqual(self.printed()["paper-02"], ("14 male, 16 female", "男14例,女16例"))

    def test_a_new_complication_is_counted_once_it_is_confirmed(self):
        course = PostopCourse.objects.filter(complication_ascertainment="confirmed_none").first()
        day_0 = Operation.objects.get(patient=course.patient).surgery_date
        Complication.objects.create(
            patient=course.patient, comp_type="ssi", onset_date=day_0 + timedelta(days=4), cd_grade="1"
        )
        self.assertIn("1 not known", self.printed()["paper-16"][0])
        PostopCourse.objects.filter(pk=course.pk).update(complication_ascertainment="confirmed_listed")
        self.assertEqual(self.printed()["paper-16"], ("52% (16/31)", "52%(16/31)"))

    def test_a_progression_that_was_none_moves_the_survival_rows_alone(self):
        visit = FollowupVisit.objects.filter(hepatic_progression="yes").order_by("visit_date").first()
        FollowupVisit.objects.filter(patient=visit.patient).update(
            hepatic_progression="no",
            extrahepatic_progression="no",
            recist_overall="sd",
            disease_status="residual_stable",
            progression_date=None,
            progression_basis=None,
        )
        moved = self.moved()
        self.assertTrue(moved)
        self.assertLessEqual(moved, {"paper-19", "paper-20", "paper-21", "paper-22"})

    def test_the_cohort_of_one_year_prints_its_own_figures(self):
        year = cohort.Definition(date(2022, 1, 1), date(2022, 12, 31))
        inside = Operation.objects.filter(surgery_date__year=2022).count()
        self.assertEqual(len(cohort.load(year, [self.centre])), inside)
        self.assertTrue(0 < inside < 31)
