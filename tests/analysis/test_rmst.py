"""Restricted means and SPSS's mean against R, simple areas, and their laws."""

import json
import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import datasets

from analysis.survival import common_tau, kaplan_meier, mean_spss, rmst, rmst_difference, rmst_test

LUNG = datasets.load_lung()
MEN, WOMEN = (kaplan_meier(rows["time"], rows["status"]) for rows in (LUNG[LUNG["sex"] == s] for s in (1, 2)))
# Freireich's 6-MP arm and its placebo arm
SIX_MP = kaplan_meier(
    [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35], [1] * 9 + [0] * 12
)
PLACEBO = kaplan_meier([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [1] * 21)


@st.composite
def cohorts(draw):
    n = draw(st.integers(1, 30))
    times = draw(st.lists(st.integers(1, 40), min_size=n, max_size=n))
    events = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return times, events


class TheRestrictedMean(unittest.TestCase):
    def test_its_variance_is_that_of_the_estimate(self):
        # R 4.2.2: print(survfit(Surv(time, status) ~ 1, lung), rmean = 365); var(min(T, 365)) would be 13 480
        found = rmst(kaplan_meier(LUNG["time"], LUNG["status"]), 365)
        self.assertAlmostEqual(found.value, 263.2218664820, 9)
        self.assertAlmostEqual(found.se**2, 60.8222, 4)
        self.assertAlmostEqual(found.upper - found.value, 1.959963984540054 * found.se, 9)
        self.assertEqual((found.tau, found.n, found.events, found.method), (365, 228, 121, "plain"))

    def test_without_censoring_it_is_the_mean_of_the_restricted_times(self):
        times = np.array([1, 3, 4, 4, 7, 9, 12])
        for tau in (2, 4, 8, 12):
            found = rmst(kaplan_meier(times, np.ones(7)), tau)
            restricted = np.minimum(times, tau)
            self.assertAlmostEqual(found.value, restricted.mean(), 12)
            self.assertAlmostEqual(found.se, restricted.std() / math.sqrt(7), 12)

    def test_beyond_follow_up_there_is_none_unless_the_curve_has_ended(self):
        found = rmst(SIX_MP, 35.5)
        self.assertEqual((found.value, found.se, found.reason), (None, None, "beyond_followup"))
        self.assertIsNotNone(rmst(SIX_MP, 35).value)
        self.assertAlmostEqual(rmst(PLACEBO, 100).value, rmst(PLACEBO, 23).value, 12)
        self.assertAlmostEqual(rmst(PLACEBO, 100).se, rmst(PLACEBO, 23).se, 12)

    def test_equal_restricted_times_leave_no_interval(self):
        for time, event, tau, value in (
            ([5, 9], [0, 0], 4, 4),  # no event
            ([5, 9], [1, 1], 5, 5),  # the first event at tau itself
            ([5, 5], [1, 1], 9, 5),  # all events at once
        ):
            with self.subTest(tau=tau):
                found = rmst(kaplan_meier(time, event), tau)
                self.assertEqual((found.value, found.se, found.lower, found.upper), (value, 0, None, None))
                self.assertEqual(found.reason, "no_variation")

    def test_without_cases_it_says_so(self):
        self.assertEqual(rmst(kaplan_meier([], []), 12).reason, "no_cases")

    def test_a_tau_that_is_no_time_is_refused(self):
        for tau in (0, -1, math.inf, math.nan):
            with self.subTest(tau=tau), self.assertRaisesRegex(ValueError, "time above 0"):
                rmst(SIX_MP, tau)

    def test_its_tau_is_among_its_numbers(self):
        self.assertEqual(rmst(SIX_MP, 20).numbers()["tau"], 20)

    @given(cohorts(), st.integers(1, 40), st.sampled_from((0.5, 1024.0, 1 / 30.4375)))
    @settings(max_examples=80, deadline=None)
    def test_it_lies_between_nought_and_tau_and_goes_with_the_unit_of_time(self, cohort, tau, factor):
        time, event = cohort
        here = rmst(kaplan_meier(time, event), tau)
        there = rmst(kaplan_meier(np.array(time) * factor, event), tau * factor)
        json.dumps(here.numbers(), allow_nan=False)
        self.assertEqual(here.reason, there.reason)
        if here.value is not None:
            self.assertTrue(0 < here.value <= tau + 1e-9)
            for name in ("value", "se"):
                self.assertAlmostEqual(getattr(there, name) / factor, getattr(here, name), 9)

    @given(cohorts())
    @settings(max_examples=40, deadline=None)
    def test_twice_the_same_cases_have_the_same_mean_and_half_the_variance(self, cohort):
        time, event = cohort
        once, twice = (
            rmst(kaplan_meier(times, events), max(time))
            for times, events in ((time, event), (time * 2, event * 2))
        )
        self.assertAlmostEqual(once.value, twice.value, 9)
        self.assertAlmostEqual(once.se**2 / 2, twice.se**2, 9)


class TheMeanThatSpssPrints(unittest.TestCase):
    def test_it_is_the_area_to_the_groups_own_last_time(self):
        # R 4.2.2: survival:::survmean(survfit(Surv(time, status) ~ 1, lung), rmean = 1022)
        found = mean_spss(kaplan_meier(LUNG["time"], LUNG["status"]))
        self.assertAlmostEqual(found.value, 376.2747461478, 9)
        self.assertAlmostEqual(found.se, 19.7077914213, 9)
        self.assertEqual((found.tau, found.method), (1022, "spss"))

    def test_its_interval_has_the_factor_1_96(self):
        found = mean_spss(SIX_MP)
        self.assertAlmostEqual(found.upper - found.value, 1.96 * found.se, 12)
        wide = mean_spss(SIX_MP, level=0.99)
        self.assertAlmostEqual(wide.upper - wide.value, 2.5758293035489 * wide.se, 9)

    def test_without_censoring_it_is_the_mean(self):
        self.assertAlmostEqual(mean_spss(PLACEBO).value, 182 / 21, 12)

    def test_without_cases_there_is_none(self):
        found = mean_spss(kaplan_meier([], []))
        self.assertEqual((found.value, found.tau, found.reason), (None, None, "no_cases"))


class TheDifference(unittest.TestCase):
    def test_it_is_the_first_minus_the_second_with_added_variances(self):
        found, test = rmst_difference(WOMEN, MEN, 365), rmst_test(WOMEN, MEN, 365)
        women, men = rmst(WOMEN, 365), rmst(MEN, 365)
        self.assertAlmostEqual(found.value, women.value - men.value, 12)
        self.assertAlmostEqual(found.se, math.sqrt(women.se**2 + men.se**2), 12)
        self.assertEqual((found.n, found.events, found.tau), (228, 121, 365))
        self.assertAlmostEqual(test.statistic, found.value / found.se, 12)
        self.assertAlmostEqual(test.p, math.erfc(test.statistic / math.sqrt(2)), 12)

    def test_the_other_way_round_it_changes_its_sign(self):
        there, back = rmst_difference(WOMEN, MEN, 365), rmst_difference(MEN, WOMEN, 365)
        self.assertAlmostEqual(there.value, -back.value, 12)
        self.assertAlmostEqual(there.lower, -back.upper, 12)
        self.assertAlmostEqual(rmst_test(WOMEN, MEN, 365).p, rmst_test(MEN, WOMEN, 365).p, 12)

    def test_the_interval_leaves_out_nought_where_the_test_is_significant(self):
        found, test = rmst_difference(WOMEN, MEN, 365), rmst_test(WOMEN, MEN, 365)
        self.assertEqual(found.lower > 0, test.p < 0.05)

    def test_a_group_without_mean_leaves_none(self):
        for a, b, tau, reason in (
            (SIX_MP, PLACEBO, 36, "beyond_followup"),
            (PLACEBO, kaplan_meier([], []), 12, "no_cases"),
        ):
            self.assertEqual(rmst_difference(a, b, tau).reason, reason)
            self.assertEqual(rmst_test(a, b, tau).reason, reason)
            self.assertIsNone(rmst_test(a, b, tau).p)

    def test_two_groups_without_events_do_not_differ_but_have_no_test(self):
        quiet = kaplan_meier([9, 9], [0, 0])
        found = rmst_difference(quiet, quiet, 5)
        self.assertEqual((found.value, found.se, found.reason), (0, 0, "no_variation"))
        self.assertEqual(rmst_test(quiet, quiet, 5).reason, "no_variation")


class TheCommonTau(unittest.TestCase):
    def test_it_is_the_smallest_of_the_longest_follow_ups(self):
        self.assertEqual(common_tau([SIX_MP, PLACEBO]), 23)

    def test_groups_without_cases_do_not_count(self):
        self.assertEqual(common_tau([SIX_MP, kaplan_meier([], [])]), 35)
        self.assertIsNone(common_tau([kaplan_meier([], [])]))


if __name__ == "__main__":
    unittest.main()
