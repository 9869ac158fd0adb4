"""Synthetic patients: complete, plausible, and together exactly what was declared."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from statistics import median

from django.test import SimpleTestCase
from scipy.stats import spearmanr

from registry.demo import PAPER, Infeasible, ProgressionFree, Quartiles, cohort, more_cases
from registry.fields import answers
from registry.models import Patient
from tests.registry.synthetic import (
    complicated,
    dead_at_90_days,
    faults,
    figures,
    grade_change,
    overall,
    progression_free,
    stay,
)

MODALITIES = {"hae", "tace", "deb_tace", "tare", "rfa", "mwa", "cryo", "chemical_abl"}
MODALITIES |= {"ssa", "interferon", "prrt", "chemo", "targeted"}
COUNTS = ("men", "gastroenteropancreatic", "liver_g2", "nonfunctioning", "drugs", "embolised")
COUNTS += ("primary_resected", "transfused", "complications", "grade_up")


def content(cases) -> list[dict]:
    """Every answer of every case, with the random registry numbers."""
    return [
        {field.name: getattr(row, field.attname) for field in answers(type(row))}
        | ({"uid": row.patient_uid} if isinstance(row, Patient) else {})
        for case in cases
        for row in case.rows()
    ]


def scaled(n: int, **given):
    """The paper's proportions in a cohort of another size."""
    counts = {name: round(getattr(PAPER, name) * n / PAPER.n) for name in COUNTS}
    return replace(PAPER, n=n, **(counts | given))


class CohortTest(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cohort()
        cls.printed = figures(cls.cases)

    def test_it_prints_every_figure_of_the_paper(self):
        self.assertEqual(
            self.printed,
            {
                "n": 31,
                "men": 14,
                "gastroenteropancreatic": 25,
                "liver_g2": 25,
                "nonfunctioning": 29,
                "drugs": 27,
                "embolised": 21,
                "primary_resected": 16,
                "transfused": 17,
                "complications": 15,
                "perioperative_deaths": 0,
                "grade_up": 6,
                "age": (46, 55, 60),
                "largest_cm": (8.5, 10, 13.5),
                "op_time_min": (135, 168, 235),
                "blood_loss_ml": (300, 800, 1000),
                "stay_d": (5, 6, 7),
                "burden_mean": 40,
                "burden_sem": 3,
                "median_pfs": (12.0, 6.9, 17.1),
                "rates": {6: 85, 12: 56, 18: 37},
            },
        )

    def test_the_operations_lie_between_september_2021_and_april_2023(self):
        dates = [one.operation.surgery_date for one in self.cases]
        self.assertEqual(dates, sorted(dates))
        self.assertEqual((dates[0].year, dates[0].month), (2021, 9))
        self.assertEqual((dates[-1].year, dates[-1].month), (2023, 4))
        self.assertTrue(all(day.weekday() < 5 for day in dates))

    def test_every_case_is_complete_and_breaks_no_rule(self):
        for case in self.cases:
            with self.subTest(case.patient.local_study_id):
                self.assertEqual(faults(case), [])

    def test_everybody_is_marked_as_synthetic_and_numbered_in_the_order_of_the_operations(self):
        self.assertTrue(all(one.patient.synthetic for one in self.cases))
        numbers = [one.patient.local_study_id for one in self.cases]
        self.assertEqual(numbers, [f"SYN-{n:03d}" for n in range(1, 32)])

    def test_the_centre_says_in_both_languages_that_its_patients_are_synthetic(self):
        centre = self.cases[0].patient.centre
        self.assertIn("synthetic", centre.centre_name_en)
        self.assertIn("合成", centre.centre_name_zh)
        centre.clean_fields()

    def test_no_patient_resembles_another_so_much_that_it_may_be_the_same(self):
        people = Counter(
            (one.patient.sex, one.patient.birth_ym, one.operation.surgery_date) for one in self.cases
        )
        self.assertEqual(max(people.values()), 1)

    def test_the_same_seed_makes_the_same_patients(self):
        self.assertEqual(content(cohort()), content(self.cases))

    def test_another_seed_makes_other_patients_with_the_same_figures(self):
        others = cohort(seed=7)
        self.assertEqual(figures(others), self.printed)
        self.assertNotEqual(content(others), content(self.cases))
        self.assertEqual([fault for one in others for fault in faults(one)], [])

    def test_every_treatment_that_the_review_names_occurs(self):
        given = {one.tx_category for case in self.cases for one in case.prior_treatments}
        self.assertEqual(MODALITIES - given, set())

    def test_symptom_relief_is_recorded_for_those_who_had_symptoms(self):
        for case in self.cases:
            functioning = case.diagnosis.functional_status == "functioning"
            recorded = [one.tx_symptom_response is not None for one in case.prior_treatments]
            self.assertEqual(recorded, [functioning] * len(recorded))

    def test_grades_fall_and_cannot_be_compared_for_a_few_only(self):
        changes = Counter(grade_change(one).value for one in self.cases)
        self.assertEqual(changes["unknown"], 0)
        self.assertGreater(changes["same"], 20)
        self.assertLessEqual(changes["down"] + changes["not_comparable"], 4)

    def test_everybody_is_known_to_be_alive_or_dead_after_ninety_days(self):
        self.assertEqual({dead_at_90_days(one) for one in self.cases}, {"no"})
        self.assertEqual({complicated(one) for one in self.cases}, {"yes", "no"})

    def test_some_die_after_progression_and_most_are_followed_for_two_years(self):
        times = [overall(one) for one in self.cases]
        deaths = sum(one.event for one in times)
        self.assertGreater(deaths, 1)
        self.assertLess(deaths, 14)
        self.assertGreater(sorted(one.days for one in times)[15], 600)

    def test_nothing_is_recorded_after_the_end_of_follow_up(self):
        for case in self.cases:
            days = [one.visit_date for one in case.visits]
            days += [one.subs_start_date for one in case.subsequent_therapies]
            days += [case.death.death_date] if case.death else []
            self.assertLessEqual(max(days), PAPER.end_of_followup)

    def test_operating_times_and_blood_loss_are_read_off_as_people_do(self):
        losses = [one.operation.blood_loss_ml for one in self.cases]
        times = [one.operation.op_time_min for one in self.cases]
        self.assertTrue(all(loss % 50 == 0 for loss in losses))
        self.assertTrue(all(time % 5 == 0 for time in times if time != 168))


class ChangedPatientTest(SimpleTestCase):
    """The figures are computed from the patients: change one, and they move."""

    def setUp(self):
        self.cases = cohort()

    def test_more_blood_lost_moves_the_median(self):
        case = next(one for one in self.cases if one.operation.blood_loss_ml == 800)
        case.operation.blood_loss_ml = 5000
        losses = sorted(one.operation.blood_loss_ml for one in self.cases)
        self.assertEqual(figures(self.cases)["blood_loss_ml"][1], losses[15])
        self.assertGreaterEqual(losses[15], 800)
        self.assertGreater(figures(self.cases)["blood_loss_ml"][2], 800)

    def test_a_complication_less_is_a_patient_less_with_complications(self):
        case = next(one for one in self.cases if one.complications)
        case.complications.clear()
        case.postop.complication_ascertainment = "confirmed_none"
        self.assertEqual(figures(self.cases)["complications"], 14)

    def test_a_lower_grade_at_surgery_is_a_rise_less(self):
        risen = (one for one in self.cases if grade_change(one).value == "up")
        case = next(one for one in risen if grade_change(one).index_grade == "g2")
        resected = next(one for one in case.specimens if one.specimen_source == "liver_resection")
        resected.ki67_pct, resected.mitoses_per_2mm2 = Decimal(1), Decimal(0)
        self.assertEqual(figures(self.cases)["grade_up"], 5)
        self.assertEqual(figures(self.cases)["liver_g2"], 24)

    def test_an_earlier_progression_lowers_the_rate_at_six_months(self):
        late = max(self.cases, key=lambda one: progression_free(one).days)
        del late.visits[1:]
        visit = late.visits[0]
        visit.visit_date = visit.imaging_date = visit.progression_date = (
            late.operation.surgery_date + timedelta(60)
        )
        visit.hepatic_progression, visit.recist_overall = "yes", "pd"
        visit.progression_basis = "imaging"
        self.assertLess(figures(self.cases)["rates"][6], 85)

    def test_a_patient_less_is_a_patient_less(self):
        fewer = figures(self.cases[1:])
        self.assertEqual(fewer["n"], 30)
        self.assertNotEqual(fewer, figures(self.cases))


class PlausibilityTest(SimpleTestCase):
    """What belongs together goes together, over many patients."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = list(more_cases(600, seed=11))

    def correlated(self, one, other) -> float:
        """Spearman's rank correlation of two measures of a case."""
        pairs = [(float(one(case)), float(other(case))) for case in self.cases]
        return spearmanr(pairs).statistic

    def test_larger_tumours_make_a_larger_burden_and_longer_bloodier_operations(self):
        def largest(case):
            return case.assessment.largest_met_cm

        self.assertGreater(self.correlated(largest, lambda c: c.assessment.liver_burden_pct), 0.7)
        self.assertGreater(self.correlated(largest, lambda c: c.operation.op_time_min), 0.25)
        self.assertGreater(self.correlated(largest, lambda c: c.operation.blood_loss_ml), 0.25)

    def test_who_loses_more_blood_is_transfused_and_harmed_more_often(self):
        def loss(case):
            return case.operation.blood_loss_ml

        transfused = self.correlated(loss, lambda c: c.operation.transfused_intraop == "yes")
        self.assertGreater(transfused, 0.5)
        self.assertGreater(self.correlated(loss, lambda c: bool(c.complications)), 0.15)

    def test_complications_prolong_the_stay(self):
        self.assertGreater(self.correlated(stay, lambda c: len(c.complications)), 0.4)

    def test_high_grades_progress_earlier(self):
        days = {
            grade: [progression_free(c).days for c in self.cases if grade_change(c).index_grade == grade]
            for grade in ("g1", "g3_net")
        }
        self.assertGreater(median(days["g1"]), median(days["g3_net"]))

    def test_the_largest_tumour_fits_into_the_volume_of_all_tumours(self):
        """An ellipsoid with axes 1 : 0.6 : 0.5 has 0.16 of the cube of its largest diameter."""
        volumes = [
            (c.assessment.tumour_volume_ml, float(c.assessment.largest_met_cm))
            for c in self.cases
            if c.assessment.tumour_volume_ml
        ]
        self.assertGreater(len(volumes), 200)
        self.assertTrue(all(volume >= 0.16 * size**3 for volume, size in volumes))


class FurtherPatientsTest(SimpleTestCase):
    def test_every_case_of_several_seeds_is_complete_and_breaks_no_rule(self):
        for seed in (1, 2, 3):
            found = [(c.patient.local_study_id, f) for c in more_cases(200, seed) for f in faults(c)]
            self.assertEqual(found, [], seed)

    def test_a_patient_depends_on_seed_and_number_alone(self):
        few, many = list(more_cases(3, 5)), list(more_cases(700, 5))
        self.assertEqual(content(few), content(many[:3]))
        self.assertEqual(content(more_cases(1, 5, first_number=1003)), content(many[2:3]))

    def test_other_seeds_make_other_patients(self):
        self.assertNotEqual(content(more_cases(5, 1)), content(more_cases(5, 2)))

    def test_study_and_registry_numbers_are_unique(self):
        patients = [one.patient for seed in (1, 2) for one in more_cases(400, seed, first_number=seed * 1000)]
        self.assertEqual(len({one.local_study_id for one in patients}), 800)
        self.assertEqual(len({one.patient_uid for one in patients}), 800)

    def test_they_come_from_the_distributions_of_the_paper(self):
        found = figures(list(more_cases(1500, seed=4)))
        for name in COUNTS:
            expected = getattr(PAPER, name) / PAPER.n
            tolerance = 4 * (expected * (1 - expected) / 1500) ** 0.5 + 0.015
            self.assertAlmostEqual(found[name] / 1500, expected, delta=tolerance, msg=name)
        for name, step in (("age", 2), ("op_time_min", 15), ("blood_loss_ml", 100), ("stay_d", 1)):
            for value, wanted in zip(found[name], getattr(PAPER, name), strict=True):
                self.assertAlmostEqual(value, wanted, delta=step, msg=name)
        self.assertAlmostEqual(found["burden_mean"], 40, delta=2)
        for month, percent in PAPER.progression_free.rates:
            self.assertAlmostEqual(found["rates"][month], percent, delta=6)

    def test_with_deaths_declared_some_die_of_a_complication_in_hospital(self):
        targets = replace(PAPER, perioperative_deaths=3)
        dead = [one for one in more_cases(200, 6, targets) if one.postop.died_in_hospital == "yes"]
        self.assertTrue(dead)
        self.assertEqual({dead_at_90_days(one) for one in dead}, {"yes"})
        self.assertTrue(all(any(one.cd_grade == "5" for one in case.complications) for case in dead))
        self.assertEqual([fault for one in dead for fault in faults(one)], [])


class OtherTargetsTest(SimpleTestCase):
    def assert_prints(self, targets, **expected):
        cases = cohort(targets)
        found = figures(cases)
        self.assertEqual({name: found[name] for name in expected}, expected)
        self.assertEqual([fault for one in cases for fault in faults(one)], [])

    def test_cohorts_of_other_sizes_print_their_figures(self):
        for n in (24, 47, 60):
            targets = scaled(n)
            counts = {name: getattr(targets, name) for name in COUNTS}
            self.assert_prints(
                targets,
                n=n,
                age=(46, 55, 60),
                burden_sem=3,
                median_pfs=(12.0, 6.9, 17.1),
                rates={6: 85, 12: 56, 18: 37},
                **counts,
            )

    def test_another_curve_is_found_as_well(self):
        wanted = ProgressionFree(20.0, 14.0, 26.0, ((6, 90), (12, 70), (18, 55)))
        self.assert_prints(
            replace(PAPER, progression_free=wanted),
            median_pfs=(20.0, 14.0, 26.0),
            rates={6: 90, 12: 70, 18: 55},
        )

    def test_deaths_in_hospital_are_printed_with_everything_else(self):
        self.assert_prints(
            replace(PAPER, perioperative_deaths=2),
            perioperative_deaths=2,
            complications=15,
            stay_d=(5, 6, 7),
            median_pfs=(12.0, 6.9, 17.1),
        )

    def test_all_women_and_nobody_functioning_is_possible(self):
        self.assert_prints(
            replace(PAPER, men=0, nonfunctioning=31, primary_resected=31), men=0, primary_resected=31
        )

    def test_every_patient_of_one_grade_is_possible(self):
        self.assert_prints(replace(PAPER, liver_g2=31, grade_up=0), liver_g2=31, grade_up=0)

    def test_no_patient_of_that_grade_is_possible(self):
        self.assert_prints(replace(PAPER, liver_g2=0, grade_up=4), liver_g2=0, grade_up=4)


class ImpossibleTargetsTest(SimpleTestCase):
    def refusal(self, **given) -> str:
        with self.assertRaises(Infeasible) as caught:
            cohort(replace(PAPER, **given))
        return str(caught.exception)

    def test_more_than_there_are_patients(self):
        self.assertIn("men: 32 of 31", self.refusal(men=32))
        self.assertIn("transfused: -1 of 31", self.refusal(transfused=-1))
        self.assertIn("at least one patient", self.refusal(n=0))

    def test_quartiles_out_of_order(self):
        self.assertIn("not in order", self.refusal(age=Quartiles(60, 55, 46)))

    def test_quartiles_that_nobody_has(self):
        self.assertIn("plausible range", self.refusal(largest_cm=Quartiles(8.5, 10, 35)))

    def test_a_standard_error_that_would_need_impossible_values(self):
        self.assertIn("standard deviation 55.7", self.refusal(burden_sem=10))

    def test_a_median_that_contradicts_a_rate(self):
        wanted = ProgressionFree(14.0, 6.9, 21.1, ((6, 85), (12, 40)))
        self.assertIn("median of 14.0 months contradicts 40% at 12", self.refusal(progression_free=wanted))

    def test_a_median_outside_its_interval(self):
        wanted = ProgressionFree(12.0, 12.5, 17.1, ((6, 85),))
        self.assertIn("outside its interval", self.refusal(progression_free=wanted))

    def test_rates_that_rise(self):
        wanted = ProgressionFree(12.0, 6.9, 17.1, ((6, 56), (12, 85)))
        self.assertIn("must fall with time", self.refusal(progression_free=wanted))

    def test_a_rate_above_everybody(self):
        wanted = ProgressionFree(12.0, 6.9, 17.1, ((6, 120), (12, 56)))
        self.assertIn("between 0 and 100%", self.refusal(progression_free=wanted))

    def test_too_few_patients_for_such_a_curve(self):
        given = {name: getattr(scaled(8), name) for name in COUNTS}
        message = self.refusal(n=8, **given, burden_sem=6)
        self.assertIn("No follow-up of 8 patients was found", message)
        self.assertIn("12.0 months (95% CI 6.9–17.1) and 85% at 6 months", message)

    def test_a_grade_that_cannot_have_risen(self):
        self.assertIn("can have risen", self.refusal(liver_g2=0, grade_up=31))

    def test_more_functioning_tumours_than_primaries_that_make_hormones(self):
        self.assertIn("makes hormones", self.refusal(nonfunctioning=0))

    def test_more_deaths_than_complications(self):
        self.assertIn("died of complications", self.refusal(perioperative_deaths=16))

    def test_deaths_among_stays_that_are_all_long(self):
        given = {"perioperative_deaths": 1, "stay_d": Quartiles(8, 10, 15)}
        self.assertIn("upper quartile may be 10 days", self.refusal(**given))

    def test_follow_up_that_ends_before_the_operations(self):
        self.assertIn("before the end of follow-up", self.refusal(end_of_followup=PAPER.last_operation))
