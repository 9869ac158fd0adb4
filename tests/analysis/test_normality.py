"""Skewness, tests of normality, and the choice of summary that follows from them."""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import describe

NORMAL = np.arange(1, 32) + 100.0  # flat, not skewed, far from 0
SKEWED = np.exp(np.arange(31) / 5)
samples = st.lists(st.integers(-1000, 1000).map(float), min_size=0, max_size=30)


class SkewnessTest(unittest.TestCase):
    def test_it_is_the_adjusted_coefficient(self):
        # by hand: 1 2 6 has m2 = 14/3, m3 = 6, so G1 = √6 · 6 / (14/3)^1.5
        self.assertAlmostEqual(describe.skewness([1, 2, 6]), math.sqrt(6) * 6 / (14 / 3) ** 1.5, 12)

    def test_two_values_or_equal_ones_have_none(self):
        for values in ([], [1, 2], [0.1] * 5, [math.nan, 1, 2]):
            self.assertIsNone(describe.skewness(values))

    def test_neither_huge_nor_tiny_units_change_it(self):
        expected = describe.skewness([1, 2, 6, 9])
        for unit in (1e-90, 1e90):
            self.assertAlmostEqual(describe.skewness(np.array([1, 2, 6, 9]) * unit), expected, 12)

    @given(samples)
    @settings(max_examples=60, deadline=None)
    def test_a_mirrored_sample_has_the_opposite_skewness(self, values):
        one, other = describe.skewness(values), describe.skewness([-value for value in values])
        if one is None:
            self.assertIsNone(other)
        else:
            self.assertAlmostEqual(one, -other, 9)


class TestsOfNormality(unittest.TestCase):
    def test_shapiro_wilk_agrees_with_the_published_example(self):
        # Shapiro & Wilk 1965, weights of 11 men: W = 0.79, P just below 0.01
        found = describe.shapiro_wilk([148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236])
        self.assertAlmostEqual(found.statistic, 0.79, 2)
        self.assertTrue(0.005 < found.p < 0.01)

    def test_the_range_of_shapiro_wilk_is_kept(self):
        self.assertEqual(describe.shapiro_wilk([1, 2]).reason, "too_few")
        self.assertEqual(describe.shapiro_wilk([]).reason, "no_values")
        self.assertIsNotNone(describe.shapiro_wilk(range(5000)).p)
        self.assertEqual(describe.shapiro_wilk(range(5001)).reason, "too_many_values")

    def test_equal_values_are_a_result_with_a_reason(self):
        for test in (describe.shapiro_wilk, describe.lilliefors):
            self.assertEqual(test([0.1] * 9).reason, "no_variation")

    def test_missing_values_are_counted(self):
        for test in (describe.shapiro_wilk, describe.lilliefors):
            found = test([1, None, 2, 4, math.nan, 9, 3])
            self.assertEqual((found.n, found.missing), (5, 2))

    def test_lilliefors_p_joins_its_pieces(self):
        # the formulas of the pieces are fits, so they meet only roughly
        p = [describe.lilliefors(np.append(np.arange(30.0), 30 + x)).p for x in np.linspace(0, 60, 200)]
        self.assertLess(np.abs(np.diff(p)).max(), 0.06)

    def test_lilliefors_needs_five_values(self):
        self.assertEqual(describe.lilliefors([1, 2, 3, 9]).reason, "too_few")

    @given(samples)
    @settings(max_examples=60, deadline=None)
    def test_neither_order_nor_unit_matters(self, values):
        for test in (describe.shapiro_wilk, describe.lilliefors):
            one, other = test(values), test([3 * value + 7 for value in reversed(values)])
            self.assertEqual(one.reason, other.reason)
            if one.p is not None:
                self.assertTrue(0 <= one.p <= 1)
                self.assertAlmostEqual(one.p, other.p, 6)


class TheChoice(unittest.TestCase):
    def kind(self, *groups, **settings):
        return describe.choose_summary(groups, **settings).kind

    def test_near_normal_groups_get_the_mean(self):
        self.assertEqual(self.kind(NORMAL, NORMAL + 3), "mean")

    def test_one_group_that_fails_is_enough_for_the_median(self):
        self.assertEqual(self.kind(NORMAL, SKEWED), "median")

    def test_fewer_than_eight_values_in_a_group_stand_with_their_range(self):
        self.assertEqual(self.kind(NORMAL, NORMAL[:7]), "median-range")
        self.assertEqual(self.kind(NORMAL, NORMAL[:8]), "mean")
        self.assertEqual(self.kind(NORMAL[:7], setting="median"), "median-range")

    def test_a_positive_variable_needs_a_mean_of_two_sd(self):
        near_zero = NORMAL - 100  # mean 16, SD 9.1
        self.assertEqual(self.kind(near_zero), "median")
        self.assertEqual(self.kind(near_zero, positive=False), "mean")
        self.assertEqual(self.kind(near_zero - 10), "mean")  # negative values: not a positive variable

    def test_whole_days_default_to_the_median_but_a_setting_is_followed(self):
        self.assertEqual(self.kind(NORMAL, whole_days=True), "median")
        self.assertEqual(self.kind(NORMAL, whole_days=True, setting="mean"), "mean")
        self.assertEqual(self.kind(SKEWED, setting="mean"), "mean")
        self.assertEqual(self.kind(NORMAL, setting="median"), "median")

    def test_it_says_why_in_both_languages_without_open_places(self):
        for groups, choices in (
            ((NORMAL,), {}),
            ((SKEWED, NORMAL[:9]), {}),
            ((NORMAL[:3],), {}),
            (([5.0] * 10,), {}),
            (([],), {}),
            ((NORMAL,), {"whole_days": True}),
        ):
            found = describe.choose_summary(groups, **choices)
            self.assertTrue(found.why)
            self.assertEqual(len(found.normality), len(groups))
            for sentence in found.why:
                self.assertNotRegex(sentence.en + sentence.zh, "[{}]")

    def test_more_than_5000_values_are_judged_by_lilliefors(self):
        values = np.random.default_rng(4).normal(100, 10, 6000)
        found = describe.choose_summary([values])
        self.assertEqual((found.kind, found.normality[0].name), ("mean", "lilliefors"))

    def test_groups_without_values_do_not_count(self):
        self.assertEqual(self.kind(NORMAL, [math.nan]), "mean")
        self.assertEqual(self.kind([], []), "median")

    def test_an_unknown_setting_is_refused(self):
        with self.assertRaisesRegex(ValueError, "mode"):
            describe.choose_summary([NORMAL], setting="mode")


class MissingAndQuartiles(unittest.TestCase):
    def test_missing_values_are_counted_by_reason(self):
        values, reasons = [1, None, math.nan, None], ["lost", "not done", "not done", None]
        self.assertEqual(describe.missing_by_reason(values, reasons), {"not done": 2, None: 1})
        with self.assertRaisesRegex(ValueError, "4 values but 1 reasons"):
            describe.missing_by_reason(values, ["lost"])

    def test_every_type_of_quartile_is_there(self):
        found = describe.quartiles_by_type([7, 15, 36, 39, 40, 41, None])
        self.assertEqual(found, {2: (15, 37.5, 40), 6: (13, 37.5, 40.25), 7: (20.25, 37.5, 39.75)})
        self.assertEqual(describe.quartiles_by_type([]), {2: None, 6: None, 7: None})


if __name__ == "__main__":
    unittest.main()
