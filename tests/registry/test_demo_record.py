"""From the traits of a synthetic patient to the record: one patient, made to order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.test import SimpleTestCase

from registry import codes
from registry.definitions import computed_grade
from registry.demo import demo_centre, more_cases
from registry.demo.after import AFTER_HIGHER_GRADE, LATER_LINE
from registry.demo.before import AGENTS, COURSE, history
from registry.demo.case import SyntheticCase, realised
from registry.demo.chart import Chart
from registry.demo.complications import KINDS
from registry.demo.curve import Time
from registry.demo.pathology import specimen
from registry.demo.traits import ABLATIONS, DRUGS, EMBOLISATIONS, GEP_SITES, OTHER_SITES, SYNDROMES, Traits
from registry.models import Assessment, Death, Patient, Specimen
from tests.registry.synthetic import age, faults, grade_change, overall, progression_free, stay

ORDINARY = Traits(
    surgery=date(2022, 3, 16),
    sex="f",
    age=55,
    site="pancreas",
    syndrome=None,
    primary="in_situ",
    drugs=("ssa", "chemo"),
    embolisation="tace",
    ablation=None,
    burden=40,
    largest_cm=Decimal("10.0"),
    op_time=168,
    blood_loss=800,
    transfused=True,
    stay=6,
    worst="none",
    grade_before="g2",
    grade_after="g2",
    progression=Time(400, True),
    followed=960,
)
SEEDS = range(25)


def made(seed: int = 1, **given) -> SyntheticCase:
    """The record of the ordinary patient with other traits."""
    return realised(replace(ORDINARY, **given), demo_centre(), 7, Random(seed))


def chart(seed: int = 1, **given) -> Chart:
    return Chart(replace(ORDINARY, **given), Patient(), Random(seed))


class TraitsShowInTheRecordTest(SimpleTestCase):
    def assert_sound(self, **given):
        for seed in SEEDS:
            self.assertEqual(faults(made(seed, **given)), [], seed)

    def test_measures_are_stored_as_they_are(self):
        case = made()
        self.assertEqual(case.patient.local_study_id, "SYN-007")
        self.assertEqual((age(case), stay(case)), (55, 6))
        self.assertEqual((case.operation.op_time_min, case.operation.blood_loss_ml), (168, 800))
        self.assertEqual(case.operation.transfused_intraop, "yes")
        self.assertEqual(
            (case.assessment.liver_burden_pct, case.assessment.largest_met_cm), (40, Decimal("10.0"))
        )

    def test_every_age_comes_out_whatever_the_day_of_the_operation(self):
        for seed in SEEDS:
            for day in (1, 14, 15, 16, 28):
                self.assertEqual(age(made(seed, age=24 + seed, surgery=date(2022, 2, day))), 24 + seed)

    def test_every_time_to_progression_comes_out_exactly(self):
        for days in (45, 60, 112, 113, 200, 366, 900):
            time = progression_free(made(days, progression=Time(days, True), followed=960))
            self.assertEqual((time.days, time.event, time.kind), (days, True, "progression"))
            self.assert_sound(progression=Time(days, True))

    def test_every_time_without_progression_comes_out_exactly(self):
        for days in (45, 90, 112, 113, 130, 500, 950):
            case = made(days, progression=Time(days, False), followed=max(days + 10, 95), lost=days < 500)
            time = progression_free(case)
            self.assertEqual((time.days, time.event), (days, False))
            self.assertEqual(faults(case), [])
            self.assertGreater(overall(case).days, 90)

    def test_who_is_lost_is_said_to_be_lost_at_the_last_contact(self):
        case = made(progression=Time(150, False), followed=170, lost=True)
        self.assertEqual([one.lost_to_followup for one in case.visits][-1], "yes")
        self.assertEqual({one.lost_to_followup for one in case.visits[:-1]}, {"no"})

    def test_death_without_progression_is_the_event(self):
        case = made(progression=Time(366, True), followed=366, ends_in_death=True)
        time = progression_free(case)
        self.assertEqual((time.days, time.kind), (366, "death"))
        self.assertEqual(case.death.death_cause, "non_cancer")
        self.assert_sound(progression=Time(366, True), followed=366, ends_in_death=True)

    def test_who_dies_in_hospital_is_never_seen_again(self):
        given = {
            "worst": "5",
            "stay": 14,
            "progression": Time(14, True),
            "followed": 14,
            "ends_in_death": True,
        }
        case = made(**given)
        self.assertEqual((case.visits, case.subsequent_therapies), ([], []))
        self.assertIsNone(case.postop.discharge_date)
        self.assertEqual((stay(case), overall(case).days), (14, 14))
        self.assertEqual(case.death.death_related_to_surgery, "definite")
        self.assert_sound(**given)

    def test_the_worst_complication_is_the_worst(self):
        rank = codes.CD.fact("rank")
        for grade in ("1", "2", "3a", "3b", "4a"):
            for seed in SEEDS:
                listed = made(seed, worst=grade, stay=9).complications
                self.assertEqual(max((one.cd_grade for one in listed), key=rank.__getitem__), grade)
            self.assert_sound(worst=grade, stay=9)
            self.assert_sound(worst=grade, stay=3)

    def test_grades_before_and_after_come_out(self):
        for before, after, change in (("g1", "g2", "up"), ("g2", "g2", "same"), ("g3_net", "g2", "down")):
            for primary in ("in_situ", "resected_before"):
                found = grade_change(made(grade_before=before, grade_after=after, primary=primary))
                self.assertEqual(
                    (found.reference_grade, found.index_grade, found.value), (before, after, change)
                )

    def test_thoracic_tumours_are_carcinoids_and_not_compared(self):
        case = made(site="lung", grade_before="g1", grade_after="g2")
        self.assertEqual(grade_change(case).value, "not_comparable")
        types = {one.histological_type for one in case.specimens}
        self.assertLessEqual(types, {"typical_carcinoid", "atypical_carcinoid"})
        self.assert_sound(site="lung", grade_before="g1", grade_after="g2")

    def test_every_site_syndrome_and_state_of_the_primary_makes_a_sound_record(self):
        for site in (*GEP_SITES, *OTHER_SITES):
            for primary in ("unknown_primary",) if site == "cup" else ("in_situ", "resected_before"):
                self.assert_sound(site=site, primary=primary)
        for site, syndromes in SYNDROMES.items():
            for syndrome in syndromes:
                self.assert_sound(site=site, syndrome=syndrome)

    def test_nobody_is_treated_whose_traits_name_no_treatment(self):
        case = made(drugs=(), embolisation=None)
        self.assertEqual((case.prior_treatments, case.treatment_summary.prior_tx_none), ([], "yes"))

    def test_extremes_make_a_sound_record(self):
        self.assert_sound(age=24, drugs=("ssa", "prrt"), embolisation="tace", ablation="rfa")
        self.assert_sound(burden=5, largest_cm=Decimal("2.5"), op_time=80, blood_loss=50, stay=3)
        self.assert_sound(burden=78, largest_cm=Decimal("19.0"), op_time=420, blood_loss=1900, stay=24)


class HistoryTest(SimpleTestCase):
    def test_the_tumour_is_found_before_it_is_treated_and_after_childhood(self):
        for seed in range(200):
            for years in (24, 40, 79):
                past = history(chart(seed, age=years, primary="resected_before", ablation="mwa"))
                self.assertLessEqual(past.tumour, past.liver)
                self.assertLess(past.tumour, past.resected)
                self.assertLess(past.resected, 0)
                self.assertGreater(past.tumour, -(years - 15) * 365)

    def test_treatment_lies_between_the_metastases_and_the_operation(self):
        for case in more_cases(100, seed=21):
            for row in case.prior_treatments:
                if row.tx_category != "primary_resection":
                    self.assertGreaterEqual(row.tx_start_date, case.diagnosis.netlm_diagnosis_date)
                end = row.tx_end_date or row.tx_start_date
                self.assertLess(end, case.operation.surgery_date)

    def test_a_month_stands_for_a_date_of_long_ago_only(self):
        for case in more_cases(100, seed=22):
            found = case.diagnosis
            if found.netlm_diagnosis_date_prec == "m":
                self.assertEqual(found.netlm_diagnosis_date.day, 1)
                self.assertGreater(case.operation.surgery_date - found.netlm_diagnosis_date, timedelta(600))


class SpecimenTest(SimpleTestCase):
    def test_counts_make_the_grade_that_is_reported(self):
        for site in ("pancreas", "cup", "lung"):
            for grade in ("g1", "g2") if site == "lung" else ("g1", "g2", "g3_net"):
                for seed in range(60):
                    row = specimen(chart(seed, site=site), "liver_biopsy", -100, grade)
                    self.assertEqual(computed_grade(row, site).value, grade)
                    self.assertEqual(row.grade_reported, grade)

    def test_the_classification_existed_on_the_day_of_the_specimen(self):
        for days, known in (
            (-2500, {"who2010"}),
            (-1000, {"who2017"}),
            (0, {"who2019"}),
            (500, {"who2019", "who2022"}),
        ):
            editions = {specimen(chart(seed), "liver_biopsy", days, "g2").who_edition for seed in SEEDS}
            self.assertLessEqual(editions, known)
        old = {specimen(chart(seed), "liver_biopsy", -2500, "g3_net").who_edition for seed in SEEDS}
        self.assertEqual(old, {"who2017"})


class ChartTest(SimpleTestCase):
    def test_plain_answers_get_the_plain_comparator_and_precision(self):
        row = chart().row(Assessment, liver_mets_count=4, liver_burden_pct=None)
        self.assertEqual((row.liver_mets_count_cmp, row.liver_burden_pct_cmp), ("eq", None))
        self.assertEqual(chart().row(Death, death_date=date(2024, 1, 2)).death_date_prec, "d")

    def test_a_comparator_that_is_given_stays(self):
        self.assertEqual(chart().row(Specimen, ki67_pct=3, ki67_pct_cmp="lt").ki67_pct_cmp, "lt")

    def test_days_count_from_the_operation(self):
        self.assertEqual(chart().on(-16), date(2022, 2, 28))

    def test_numbers_between_two_limits_reach_both(self):
        one = chart()
        self.assertEqual({one.between(-2, 1) for _ in range(300)}, {-2, -1, 0, 1})

    def test_choices_follow_their_weights(self):
        one = chart()
        picked = [one.pick({"often": 9, "seldom": 1, "never": 0}) for _ in range(1000)]
        self.assertNotIn("never", picked)
        self.assertAlmostEqual(picked.count("seldom"), 100, delta=45)


class VocabularyTest(SimpleTestCase):
    """The generator speaks the codes of the registry, and means by them what they mean."""

    def test_sites_syndromes_and_treatments_are_codes(self):
        for site in GEP_SITES:
            self.assertTrue(codes.SITE[site].facts.get("gep"), site)
        for site in OTHER_SITES:
            self.assertFalse(codes.SITE[site].facts.get("gep"), site)
        for treatments, fact in ((DRUGS, "drug"), (EMBOLISATIONS, "embolisation"), (ABLATIONS, "ablation")):
            self.assertLessEqual(set(treatments), set(codes.TXCAT.having(fact)))
            self.assertLessEqual(set(treatments), set(COURSE))
        self.assertLessEqual(set(LATER_LINE) | set(AFTER_HIGHER_GRADE), set(COURSE))

    def test_every_embolisation_and_ablation_of_the_registry_occurs(self):
        self.assertEqual(set(EMBOLISATIONS), set(codes.TXCAT.having("embolisation")))
        self.assertEqual(set(ABLATIONS), set(codes.TXCAT.having("ablation")))

    def test_agents_belong_to_their_category(self):
        for category, agents in AGENTS.items():
            for agent in agents:
                self.assertEqual(codes.AGENT[agent].facts["category"], category)

    def test_the_management_of_a_complication_is_what_its_grade_means(self):
        rank, implied = codes.CD.fact("rank"), codes.MGMT.fact("implies_cd")
        for grade, kinds in KINDS.items():
            for kind in kinds:
                highest = max((implied[one] for one in kind.management), key=rank.__getitem__)
                self.assertEqual(highest, grade, kind)
                self.assertEqual(
                    kind.isgls is not None, codes.COMP[kind.type].facts.get("grading") == "isgls"
                )
