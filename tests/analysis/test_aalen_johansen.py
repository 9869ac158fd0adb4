"""Cumulative incidence against a calculation by hand, its laws, and single-endpoint survival."""

import math
import subprocess
import sys
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import survival
from analysis.competing_risks import aalen_johansen, incidence_at, one_minus_kaplan_meier, points


@st.composite
def cohorts(draw, least=1):
    n = draw(st.integers(least, 40))
    times = draw(st.lists(st.integers(0, 25), min_size=n, max_size=n))
    causes = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    return np.array(times, dtype=float), np.array(causes)


@st.composite
def late_cohorts(draw):
    times, causes = draw(cohorts())
    waits = draw(st.lists(st.integers(1, 10), min_size=times.size, max_size=times.size))
    return times + 10, causes, times + 10 - np.array(waits)


def variance_by_definition(curve, cause, place):
    """The delta-method sum of the module's docstring, term by term, with exact differences."""
    d = sum(curve.events.values())
    total = 0.0
    for j in range(place + 1):
        n, before = float(curve.at_risk[j]), float(curve.survival[j - 1]) if j else 1.0
        dk, gap = curve.events[cause][j], curve.incidence[cause][place] - curve.incidence[cause][j]
        if n > d[j]:
            total += gap**2 * d[j] / (n * (n - d[j]))
        total += -2 * gap * before * dk / n**2 + before**2 * dk * (n - dk) / n**3
    return total


class ByHandTest(unittest.TestCase):
    # six cases: cause 1 at 1 and 3, cause 2 at 2 and 3 (tied), censored at 2 and 4
    TIME, CAUSE = [1, 2, 2, 3, 3, 4], [1, 2, 0, 1, 2, 0]

    def test_incidences_follow_the_fractions_of_a_calculation_by_hand(self):
        curve = aalen_johansen(self.TIME, self.CAUSE)
        self.assertEqual(curve.at_risk.tolist(), [6, 5, 3, 1])
        np.testing.assert_allclose(
            curve.incidence[1], [1 / 6, 1 / 6, 1 / 6 + 2 / 9, 1 / 6 + 2 / 9], atol=1e-15
        )
        np.testing.assert_allclose(curve.incidence[2], [0, 1 / 6, 1 / 6 + 2 / 9, 1 / 6 + 2 / 9], atol=1e-15)
        np.testing.assert_allclose(curve.survival, [5 / 6, 2 / 3, 2 / 9, 2 / 9], atol=1e-15)
        self.assertEqual((curve.n, curve.causes, curve.censored.tolist()), (6, (1, 2), [0, 1, 0, 1]))

    def test_the_first_variance_is_that_of_a_proportion(self):
        rate = incidence_at(aalen_johansen(self.TIME, self.CAUSE), 1, 1)
        self.assertAlmostEqual(rate.se, math.sqrt(1 / 6 * 5 / 6 / 6), 15)
        self.assertEqual((rate.left_limit, rate.events, rate.at_risk, rate.method), (0.0, 1, 6, "log-log"))

    def test_a_cause_nobody_had_has_incidence_nought_with_an_exact_bound(self):
        rate = incidence_at(aalen_johansen(self.TIME, self.CAUSE), 7, 3)
        self.assertEqual((rate.value, rate.lower, rate.se, rate.method), (0.0, 0.0, 0.0, "clopper-pearson"))
        self.assertAlmostEqual(rate.upper, 1 - 0.025 ** (1 / 3), 12)

    def test_one_minus_kaplan_meier_is_larger_than_the_incidence(self):
        curve = aalen_johansen(self.TIME, self.CAUSE)
        self.assertAlmostEqual(one_minus_kaplan_meier(curve, 1, 3), 1 - 5 / 6 * 2 / 3, 15)
        self.assertGreater(one_minus_kaplan_meier(curve, 1, 3), incidence_at(curve, 1, 3).value)
        self.assertIsNone(one_minus_kaplan_meier(curve, 1, 5))
        with self.assertRaisesRegex(ValueError, "at a time of 0 or more"):
            one_minus_kaplan_meier(curve, 1, -1)

    def test_the_curve_is_drawn_from_nought_to_the_end_of_follow_up(self):
        curve = aalen_johansen([1, 2, 5], [1, 2, 0])
        self.assertEqual(curve.steps(2), ((0.0, 0.0), (2.0, 1 / 3), (5.0, 1 / 3)))
        self.assertEqual(aalen_johansen([], []).steps(1), ())

    def test_points_are_those_read_one_by_one(self):
        curve = aalen_johansen(self.TIME, self.CAUSE)
        for point in points(curve, 2):
            rate = incidence_at(curve, 2, point.time)
            self.assertEqual((point.value, point.se, point.at_risk), (rate.value, rate.se, rate.at_risk))
            if rate.value:
                self.assertEqual((point.lower, point.upper), (rate.lower, rate.upper))
            else:
                self.assertIsNone(point.lower)


class EdgeTest(unittest.TestCase):
    def test_nothing_is_read_beyond_follow_up_not_even_where_everybody_had_an_event(self):
        for curve in (aalen_johansen([1, 2], [1, 0]), aalen_johansen([1, 2], [1, 2])):
            found = incidence_at(curve, 1, 3)
            self.assertEqual((found.value, found.at_risk, found.reason), (None, 0, "beyond_followup"))

    def test_an_incidence_of_one_has_no_interval(self):
        rate = incidence_at(aalen_johansen([1, 2, 3], [1, 1, 1]), 1, 3)
        self.assertEqual((rate.value, rate.lower, rate.reason), (1.0, None, "survival_zero"))

    def test_without_cases_there_is_no_value(self):
        curve = aalen_johansen([math.nan], [1])
        self.assertEqual((incidence_at(curve, 1, 0).reason, curve.missing), ("no_cases", 1))
        self.assertEqual((curve.last_time, points(curve, 1)), (None, ()))

    def test_incomplete_rows_are_left_out_counted_and_marked(self):
        curve = aalen_johansen([5, 6, None, 8], [1, math.nan, 2, 0], [0, 0, 0, math.nan])
        self.assertEqual((curve.n, curve.missing, curve.used.tolist()), (1, 3, [True, False, False, False]))

    def test_after_a_late_entry_a_case_is_at_risk_and_before_it_is_not(self):
        curve = aalen_johansen([3, 5, 6], [1, 1, 2], [0, 3, 1])
        self.assertEqual(curve.at_risk.tolist(), [2, 2, 1])

    def test_impossible_rows_are_refused_by_number(self):
        for time, cause, message in (
            ([5, -1], [1, 0], "row 1 has a negative time"),
            ([5, 1], [0.5, 0], "row 0 has a cause that is not a whole number"),
            ([5, 1], [0, -1], "row 1 has a cause that is not a whole number"),
            ([5, 1], [0, math.inf], "row 1 has a cause"),
            ([5, 1], [0], "2 times but 1"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                aalen_johansen(time, cause)
        curve = aalen_johansen([5], [1])
        for cause, time, message in (
            (0, 1, "cause of interest"),
            (1.5, 1, "cause of interest"),
            (1, -1, "time"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                incidence_at(curve, cause, time)


class ImportTest(unittest.TestCase):
    def test_loading_the_statistics_loads_no_heavy_library(self):
        code = (
            "import sys, analysis.competing_risks, analysis.quality;"
            "heavy = {'pandas', 'lifelines', 'matplotlib', 'scipy.stats', 'scipy.optimize', 'statsmodels'};"
            "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)


class LawsTest(unittest.TestCase):
    @given(cohorts())
    @settings(max_examples=100, deadline=None)
    def test_incidences_and_survival_add_up_to_one_at_every_time(self, cohort):
        curve = aalen_johansen(*cohort)
        total = sum((curve.of(cause)[1] for cause in curve.causes), curve.survival.copy())
        np.testing.assert_allclose(total, 1, atol=1e-12)
        for cause in curve.causes:
            self.assertTrue((np.diff(curve.incidence[cause], prepend=0) >= 0).all())

    @given(late_cohorts())
    @settings(max_examples=60, deadline=None)
    def test_running_sums_give_the_variance_of_the_definition(self, cohort):
        curve = aalen_johansen(*cohort)
        for cause in curve.causes:
            expected = [variance_by_definition(curve, cause, j) for j in range(curve.time.size)]
            np.testing.assert_allclose(curve.variance[cause], expected, atol=1e-13)

    @given(cohorts())
    @settings(max_examples=60, deadline=None)
    def test_with_one_cause_it_is_one_minus_survival_with_greenwoods_error(self, cohort):
        time, event = cohort[0], cohort[1] > 0
        curve, single = aalen_johansen(time, event), survival.kaplan_meier(time, event)
        np.testing.assert_allclose(curve.of(1)[1], 1 - single.survival, atol=1e-12)
        inside = single.survival > 0
        np.testing.assert_allclose(curve.se(1)[inside], single.se[inside], atol=1e-9)

    @given(cohorts(2), st.randoms(use_true_random=False))
    @settings(max_examples=40, deadline=None)
    def test_order_of_rows_unit_of_time_and_names_of_causes_do_not_matter(self, cohort, random):
        time, cause = cohort
        order = random.sample(range(time.size), time.size)
        curve, other = aalen_johansen(time, cause), aalen_johansen(time[order] * 4, (cause * 2)[order])
        np.testing.assert_array_equal(curve.time * 4, other.time)
        for one in curve.causes:
            np.testing.assert_array_equal(curve.incidence[one], other.incidence[2 * one])
            np.testing.assert_array_equal(curve.variance[one], other.variance[2 * one])

    @given(cohorts(), st.integers(0, 25), st.sampled_from(["plain", "log", "log-log"]))
    @settings(max_examples=80, deadline=None)
    def test_an_interval_holds_its_estimate(self, cohort, time, method):
        curve = aalen_johansen(*cohort)
        rate = incidence_at(curve, 1, time, method=method)
        if rate.reason is None:
            self.assertLessEqual(rate.lower, rate.value + 1e-12)
            self.assertGreaterEqual(rate.upper, rate.value - 1e-12)
            self.assertTrue(0 <= rate.lower <= rate.upper <= 1)

    def test_a_hundred_thousand_distinct_times_take_less_than_half_a_second(self):
        from time import perf_counter

        random = np.random.default_rng(1)
        time, cause = random.exponential(size=100_000), random.integers(0, 3, 100_000)
        start = perf_counter()
        points(aalen_johansen(time, cause), 1)
        # the bar is 0.5 s on a quiet machine; quadratic cost would be minutes
        self.assertLess(perf_counter() - start, 5)
