"""The numbers behind synthetic cohorts: pinned quartiles, quotas, and curves that print as wanted."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from unittest import TestCase

from analysis.conventions import PAPER as CONVENTIONS
from analysis.describe import quantile as quantile_of
from analysis.describe import summarise
from analysis.survival import kaplan_meier, quantile, rate_at
from registry.demo.curve import Curve, Time, prints
from registry.demo.distributions import (
    Exact,
    Free,
    Shape,
    by_rank,
    coded_where,
    pinned,
    quotas,
    with_mean_and_sem,
)
from registry.demo.progression import drawn_time, progression_times
from registry.demo.targets import DAYS_PER_MONTH, PAPER, Infeasible, ProgressionFree, Quartiles, printed

LOSS = Shape("blood_loss_ml", 50, Quartiles(300, 800, 1000), 1900, step=50)
SIX_MP_EVENTS = (6, 6, 6, 7, 10, 13, 16, 22, 23)
SIX_MP_CENSORED = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
SIX_MP = [Time(day, True) for day in SIX_MP_EVENTS] + [Time(day, False) for day in SIX_MP_CENSORED]


class ShapeTest(TestCase):
    def test_it_runs_through_its_quartiles_and_ends_at_its_limits(self):
        self.assertEqual([LOSS.at(p) for p in (0, 0.25, 0.5, 0.75, 1)], [50, 300, 800, 1000, 1900])

    def test_it_never_falls_and_is_read_off_in_steps(self):
        values = [LOSS.at(p / 200) for p in range(201)]
        self.assertEqual(values, sorted(values))
        self.assertTrue(all(value % 50 == 0 for value in values))

    def test_it_thins_out_towards_the_end(self):
        self.assertLess(LOSS.at(0.875) - LOSS.at(0.75), LOSS.at(1) - LOSS.at(0.875))

    def test_quartiles_outside_the_range_are_refused_with_the_reason(self):
        with self.assertRaisesRegex(Infeasible, "quartiles .* plausible range from 50 to 1900"):
            replace(LOSS, quartiles=Quartiles(20, 800, 1000))


class PinnedTest(TestCase):
    def test_every_size_of_cohort_gets_exactly_the_quartiles(self):
        for n in range(5, 80):
            values = pinned(LOSS, n, Random(n))
            found = [quantile_of(values, p, 6) for p in (0.25, 0.5, 0.75)]
            self.assertEqual((len(values), found), (n, [300, 800, 1000]), n)
            self.assertEqual(values, sorted(values))
            self.assertTrue(all(50 <= value <= 1900 for value in values))

    def test_the_other_values_differ_from_seed_to_seed(self):
        self.assertNotEqual(pinned(LOSS, 31, Random(1)), pinned(LOSS, 31, Random(2)))

    def test_two_patients_cannot_have_three_quartiles(self):
        with self.assertRaisesRegex(Infeasible, "2 patients are too few"):
            pinned(LOSS, 2, Random(1))


class MeanAndSemTest(TestCase):
    def test_mean_and_standard_error_print_as_wanted(self):
        for n in (12, 31, 60):
            values = with_mean_and_sem("burden", 40, 3, n, (5, 78), Random(n))
            summary = summarise(values, CONVENTIONS)
            self.assertEqual((printed(summary.mean), printed(summary.sem)), (40, 3))
            self.assertEqual(printed(summary.sd), printed(3 * math.sqrt(n)))
            self.assertTrue(all(5 <= value <= 78 for value in values))

    def test_a_spread_wider_than_the_range_is_refused_with_the_standard_deviation(self):
        with self.assertRaisesRegex(Infeasible, r"standard deviation 30\.0"):
            with_mean_and_sem("burden", 40, 3, 100, (5, 78), Random(1))

    def test_one_patient_has_no_standard_error(self):
        with self.assertRaises(Infeasible):
            with_mean_and_sem("burden", 40, 3, 1, (5, 78), Random(1))


class DealingTest(TestCase):
    def test_quotas_add_up_and_stay_within_one_of_their_share(self):
        for total in range(40):
            counts = quotas({"a": 5, "b": 3, "c": 1.5}, total)
            self.assertEqual(sum(counts.values()), total)
            for code, weight in (("a", 5), ("b", 3), ("c", 1.5)):
                self.assertLess(abs(counts[code] - total * weight / 9.5), 1)

    def test_whole_numbers_are_kept_beside_fractions(self):
        counts = quotas({"none": 16, "1": 4.3, "2": 10.7, "5": 0}, 31)
        self.assertEqual(counts, {"none": 16, "1": 4, "2": 11, "5": 0})

    def test_the_highest_score_gets_the_last_value(self):
        self.assertEqual(by_rank([1, 2, 3], [0.5, -1.0, 0.1]), [3, 1, 2])

    def test_codes_go_only_to_those_flagged(self):
        flags = [True, False, True]
        codes = coded_where(flags, Exact(Random(1)), {"low": 1, "high": 1}, [1.0, 2.0, -1.0], otherwise="-")
        self.assertEqual(codes, ["high", "-", "low"])

    def test_exactly_as_many_are_chosen_as_asked_and_never_more_than_can_be(self):
        scores = [0.3, 2.0, -1.0, 0.9]
        draw = Exact(Random(1))
        self.assertEqual(draw.chosen(1, scores, [True, False, True, True], 3), [False, False, False, True])
        self.assertEqual(sum(draw.chosen(4, scores, [True, False, True, True], 3)), 3)

    def test_single_patients_are_drawn_with_the_same_proportions(self):
        rng = Random(3)
        scores = [rng.gauss(0, 1) for _ in range(4000)]
        codes = Free().coded({"a": 14, "b": 17}, scores)
        self.assertAlmostEqual(codes.count("a") / 4000, 14 / 31, delta=0.03)
        chosen = Free().chosen(6, scores, [True] * 4000, 31)
        self.assertAlmostEqual(sum(chosen) / 4000, 6 / 31, delta=0.03)

    def test_the_ends_of_the_scores_get_the_first_and_the_last_code(self):
        self.assertEqual(Free().coded({"a": 1, "b": 1}, [-math.inf, math.inf]), ["a", "b"])


class CurveTest(TestCase):
    def test_the_worked_example_of_spss(self):
        """6-MP arm of Freireich: median 23, standard error 5.25537578801 (statistics.md 2.3)."""
        months = [one * DAYS_PER_MONTH for one in Curve.of(SIX_MP).median()]
        self.assertAlmostEqual(months[0], 23)
        self.assertAlmostEqual((months[0] - months[1]) / 1.96, 5.25537578801, places=9)
        self.assertAlmostEqual(months[2] - months[0], months[0] - months[1])

    def test_it_agrees_with_the_statistics_of_the_reports(self):
        rng = Random(5)
        for _ in range(40):
            times = [Time(rng.randint(30, 1100), rng.random() < 0.7) for _ in range(rng.randint(20, 90))]
            made = Curve.of(times)
            reference = kaplan_meier(
                [one.days / DAYS_PER_MONTH for one in times], [one.event for one in times]
            )
            for month in (6, 12, 18, 24):
                rate = rate_at(reference, month).value
                if rate is not None:
                    self.assertAlmostEqual(made.rate(month), rate, places=12)
            self.assert_same_median(made, quantile(reference, 0.5, "spss"))

    def assert_same_median(self, made: Curve, reference):
        if reference.lower is None:
            self.assertIsNone(made.median())
            return
        expected = (reference.value, reference.lower, reference.upper)
        for one, other in zip(made.median(), expected, strict=True):
            self.assertAlmostEqual(one, other, places=9)

    def test_a_curve_that_stays_above_one_half_has_no_median(self):
        self.assertIsNone(Curve.of([Time(100, True), *[Time(900, False)] * 9]).median())

    def test_an_event_on_the_day_of_the_month_counts(self):
        month = 1461  # 48 months of 30.4375 days
        self.assertEqual(Curve.of([Time(month, True), Time(month + 1, False)]).rate(48), 0.5)
        self.assertEqual(Curve.of([Time(month + 1, True), Time(month + 1, False)]).rate(48), 1.0)


class ProgressionTimesTest(TestCase):
    def times(self, seed: int = 1, **given) -> list[Time]:
        targets = replace(PAPER, **given)
        rng = Random(seed)
        self.available = [rng.randint(615, 1200) for _ in range(targets.n)]
        return progression_times(targets, self.available, rng)

    def test_many_seeds_lead_to_times_that_print_the_paper(self):
        for seed in range(12):
            times = self.times(seed)
            self.assertEqual(len(times), 31)
            self.assertTrue(prints(times, PAPER.progression_free))

    def test_the_half_falls_just_after_the_twelfth_month(self):
        """A rate of 56% at 12 months and a median of 12.0 agree on day 366 only."""
        self.assertGreaterEqual(sum(one == Time(366, True) for one in self.times()), 2)

    def test_nobody_is_followed_longer_than_possible(self):
        times = sorted(one.days for one in self.times(3))
        self.assertTrue(all(a <= b for a, b in zip(times, sorted(self.available), strict=True)))

    def test_few_are_lost_before_the_last_rate(self):
        lost = [one for one in self.times() if not one.event and one.days < 547]
        self.assertLessEqual(len(lost), 5)

    def test_one_moved_event_no_longer_prints_the_paper(self):
        times = self.times()
        early = next(one for one in times if one.event)
        times[times.index(early)] = Time(1000, True)
        self.assertFalse(prints(times, PAPER.progression_free))

    def test_other_sizes_and_figures_are_found(self):
        for n in (25, 60, 150):
            self.assertTrue(prints(self.times(n=n), PAPER.progression_free), n)
        wanted = ProgressionFree(14.5, 9.5, 19.5, ((6, 88), (12, 60), (24, 30)))
        self.assertTrue(prints(self.times(progression_free=wanted), wanted))

    def test_a_median_on_the_other_side_of_a_rate_is_refused_at_once(self):
        wanted = ProgressionFree(11.0, 5.0, 17.0, ((12, 56),))
        with self.assertRaisesRegex(Infeasible, "A median of 11.0 months contradicts 56% at 12 months"):
            self.times(progression_free=wanted)

    def test_figures_that_so_few_patients_cannot_print_are_refused_in_words(self):
        with self.assertRaisesRegex(
            Infeasible, r"No follow-up of 10 patients .*6\.9–17\.1.* 37% at 18 months"
        ):
            self.times(n=10)

    def test_further_patients_progress_when_the_curve_has_come_down_to_their_share(self):
        wanted = PAPER.progression_free
        days = [drawn_time(wanted, share, 5000, Random(2)).days for share in (0.9, 0.85, 0.56, 0.37, 0.2)]
        self.assertEqual(days, sorted(days))
        self.assertEqual([math.floor(day / DAYS_PER_MONTH) for day in days[1:4]], [6, 12, 18])
