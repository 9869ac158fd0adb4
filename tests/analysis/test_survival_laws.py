"""Laws that every survival curve obeys, the places of rows on the scale of times, what an import loads."""

import math
import subprocess
import sys
import unittest
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import survival
from analysis.survival import kaplan_meier, quantile, rate_at, reverse, rmst
from analysis.survival.placing import join_near, place_values, read_labels

METHODS = ("plain", "log", "log-log", "spss")
DAYS_PER_MONTH = 30.4375


@st.composite
def cohorts(draw):
    n = draw(st.integers(1, 40))
    times = draw(st.lists(st.integers(0, 60), min_size=n, max_size=n))
    events = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return times, events


class TheCurve(unittest.TestCase):
    @given(cohorts())
    @settings(max_examples=60, deadline=None)
    def test_twice_the_same_rows_have_the_same_curve_and_half_its_variance(self, cohort):
        time, event = cohort
        once, twice = kaplan_meier(time, event), kaplan_meier(time * 2, event * 2)
        np.testing.assert_allclose(twice.survival, once.survival, atol=1e-12)
        here = once.survival > 0
        np.testing.assert_allclose(twice.greenwood[here], once.greenwood[here] / 2, atol=1e-12)
        self.assertEqual(twice.at_risk.tolist(), (2 * once.at_risk).tolist())

    @given(cohorts())
    @settings(max_examples=60, deadline=None)
    def test_events_at_one_time_taken_one_after_the_other_end_at_the_same_height(self, cohort):
        # splitting ties: with censorings after the events, S at the end of the time is the same
        time, event = cohort
        tied = kaplan_meier(time, event)
        order = np.lexsort((~np.array(event), time))
        apart = np.array(time, dtype=float)[order]
        for t in set(time):
            rows = np.flatnonzero(apart == t)
            apart[rows] += np.linspace(0, 0.5, rows.size)
        split = kaplan_meier(apart, np.array(event)[order])
        for t, s in zip(tied.time, tied.survival, strict=True):
            index = np.searchsorted(split.time, t + 0.5, side="right") - 1
            self.assertAlmostEqual(split.survival[index], s, 12)

    @given(cohorts())
    @settings(max_examples=40, deadline=None)
    def test_reversing_twice_gives_the_curve_back(self, cohort):
        curve = kaplan_meier(*cohort)
        again = reverse(reverse(curve))
        for name in ("time", "at_risk", "events", "censored", "survival", "greenwood"):
            np.testing.assert_array_equal(getattr(again, name), getattr(curve, name))

    @given(cohorts())
    @settings(max_examples=40, deadline=None)
    def test_without_censoring_it_is_the_share_still_free_of_the_event(self, cohort):
        time = np.array(cohort[0])
        curve = kaplan_meier(time, np.ones(time.size))
        shares = [(time > t).mean() for t in curve.time]
        np.testing.assert_allclose(curve.survival, shares, atol=1e-12)
        inside = curve.survival > 1e-9
        binomial = np.sqrt(curve.survival * (1 - curve.survival) / time.size)
        np.testing.assert_allclose(curve.se[inside], binomial[inside], atol=1e-12)

    @given(cohorts(), st.sampled_from((0.25, 0.5, 0.75)), st.sampled_from((1 / DAYS_PER_MONTH, 365.25, 1e-9)))
    @settings(max_examples=60, deadline=None)
    def test_all_four_intervals_and_the_mean_go_with_the_unit_of_time(self, cohort, p, factor):
        time, event = cohort
        here, there = kaplan_meier(time, event), kaplan_meier(np.array(time) * factor, event)
        for method in METHODS:
            ours, scaled = quantile(here, p, method), quantile(there, p, method)
            self.assertEqual(ours.reason, scaled.reason)
            for name in ("value", "lower", "upper", "se"):
                if getattr(ours, name) is not None:
                    self.assertAlmostEqual(getattr(scaled, name) / factor, getattr(ours, name), 8)
        if here.last_time:
            ours, scaled = rmst(here, here.last_time), rmst(there, there.last_time)
            self.assertAlmostEqual(scaled.value / factor, ours.value, 9)

    @given(cohorts())
    @settings(max_examples=40, deadline=None)
    def test_a_wider_level_holds_a_narrower_one(self, cohort):
        curve = kaplan_meier(*cohort)
        for method in METHODS:
            narrow, wide = (quantile(curve, 0.5, method, level) for level in (0.8, 0.99))
            if None not in (narrow.lower, wide.lower):
                self.assertLessEqual(wide.lower, narrow.lower)
            if None not in (narrow.upper, wide.upper):
                self.assertGreaterEqual(wide.upper, narrow.upper)

    def test_an_event_at_time_nought_counts_as_in_r(self):
        # R 4.2.2: survfit(Surv(c(0, 0, 3, 4), c(1, 1, 0, 1)) ~ 1), its quantiles 0, 2, 4, mean 2 (se 1)
        curve = kaplan_meier([0, 0, 3, 4], [1, 1, 0, 1])
        self.assertEqual((curve.at_risk.tolist(), curve.survival.tolist()), ([4, 2, 1], [0.5, 0.5, 0]))
        self.assertEqual([quantile(curve, p, "log").value for p in (0.25, 0.5, 0.75)], [0, 2, 4])
        mean = rmst(curve, 4)
        self.assertAlmostEqual(mean.value, 2, 12)
        self.assertAlmostEqual(mean.se, 1, 12)

    def test_a_rate_at_an_event_has_its_left_limit_too(self):
        rate = rate_at(kaplan_meier([6, 12, 12, 24, 30], [1, 1, 1, 0, 1]), 12)
        self.assertAlmostEqual(rate.left_limit, 0.8, 12)
        self.assertAlmostEqual(rate.value, 0.4, 12)


class TimesThatDifferByRounding(unittest.TestCase):
    def test_they_are_one_time_as_in_r(self):
        # R 4.2.2: survfit(Surv(c(0.3, 0.1 + 0.2, 0.5), c(1, 1, 1)) ~ 1)$time is 0.3 0.5
        curve = kaplan_meier([0.1 + 0.2, 0.3, 0.5], [1, 1, 1])
        self.assertEqual((curve.time.tolist(), curve.events.tolist()), ([0.3, 0.5], [2, 1]))

    def test_times_that_truly_differ_stay_apart_in_any_unit(self):
        for unit in (1e-12, 1, 1e12):
            curve = kaplan_meier(np.array([1, 1.0001, 2]) * unit, [1, 1, 1])
            self.assertEqual(curve.time.size, 3)

    def test_tests_between_groups_tie_them_too(self):
        exact = survival.rank_test([0.3, 0.3, 0.5, 0.7], [1, 0, 1, 1], list("abab"))
        rounded = survival.rank_test([0.1 + 0.2, 0.3, 0.5, 0.7], [1, 0, 1, 1], list("abab"))
        self.assertEqual(exact.statistic, rounded.statistic)

    def test_a_chain_of_near_values_takes_the_smallest(self):
        distinct, place = join_near(np.array([1.0, 1 + 1e-9, 1 + 2e-9, 2.0]), np.array([3, 2, 1, 0]))
        self.assertEqual((distinct.tolist(), place.tolist()), ([1.0, 2.0], [1, 0, 0, 0]))


class ThePlaces(unittest.TestCase):
    @given(
        st.lists(st.integers(0, 300), max_size=200),
        st.sampled_from((1.0, 1 / DAYS_PER_MONTH, 0.1, 1 / 3, 1e-7, 1e9)),
    )
    @settings(max_examples=60, deadline=None)
    def test_with_a_grid_or_without_they_are_the_same(self, whole, unit):
        values = np.array(whole, dtype=float) * unit
        whole_sample = {"GRID_FROM": 1, "GRID_SAMPLE": max(1, values.size)}
        with mock.patch.multiple("analysis.survival.placing", **whole_sample):
            on_grid = place_values(values)
        for found in (place_values(values), on_grid):
            distinct, place = np.unique(values, return_inverse=True)
            np.testing.assert_array_equal(found[0], distinct)
            np.testing.assert_array_equal(found[1], place)

    def test_a_grid_is_used_for_days_in_any_unit_and_only_for_a_grid(self):
        days = np.random.default_rng(3).integers(0, 3000, 20_000).astype(float)
        uneven = np.append(days[:-1], math.pi)
        with mock.patch("analysis.survival.placing.np.argsort", side_effect=AssertionError):
            for unit in (1, 1 / DAYS_PER_MONTH, 1 / 365.25):
                self.assertEqual(place_values(days * unit)[0].size, np.unique(days).size)
        distinct, place = place_values(uneven)
        np.testing.assert_array_equal(distinct[place], uneven)
        continuous = np.random.default_rng(4).random(20_000)
        distinct, place = place_values(continuous)
        np.testing.assert_array_equal(distinct[place], continuous)

    def test_infinite_and_minute_values_are_placed_without_a_grid(self):
        for odd in (math.inf, -math.inf, 5e-324):
            values = np.append(np.arange(6000.0), [odd, odd])
            distinct, place = place_values(values)
            np.testing.assert_array_equal(distinct[place], values)
            self.assertEqual(distinct.size, 6001)

    def test_levels_are_in_the_order_of_numbers_or_of_text(self):
        for labels, levels, place in (
            ([10, 9, None, 10], (9, 10), [1, 0, -1, 1]),
            (["b", "a", math.nan], ("a", "b"), [1, 0, -1]),
            (np.array([2.5, math.nan, -1]), (-1.0, 2.5), [1, -1, 0]),
            (np.array([True, False]), (False, True), [1, 0]),
            (np.array(["x", "y", "x"]), ("x", "y"), [0, 1, 0]),
            (["b", 3], (3, "b"), [1, 0]),
            ([], (), []),
        ):
            with self.subTest(labels=labels):
                found = read_labels(labels)
                self.assertEqual((found.levels, found.place.tolist()), (levels, place))


class ALargeCohort(unittest.TestCase):
    def test_rounding_does_not_build_up_over_a_million_steps(self):
        n = 1_000_000
        curve = kaplan_meier(np.arange(1, n + 1), np.ones(n))
        exact = 1 - curve.time / n
        np.testing.assert_allclose(curve.survival, exact, atol=1e-11)
        np.testing.assert_allclose(curve.se[:-1], np.sqrt(exact * (1 - exact) / n)[:-1], rtol=1e-9)
        self.assertEqual(quantile(curve, 0.5, "spss").value, n / 2)


class TheImport(unittest.TestCase):
    def test_it_loads_no_table_drawing_or_other_survival_package(self):
        heavy = ("lifelines", "matplotlib", "pandas", "statsmodels", "scipy.stats", "scipy.optimize")
        program = f"import sys, analysis.survival; print([m for m in {heavy} if m in sys.modules])"
        found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        self.assertEqual(found.stdout.strip(), "[]")


if __name__ == "__main__":
    unittest.main()
