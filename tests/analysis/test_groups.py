"""Groups compared in a number: splitting, the choice of test, every test and effect."""

import json
import math
import unittest
from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from analysis import describe
from analysis.conventions import REGISTRY
from analysis.describe import shift
from analysis.describe.effect_sizes import eta_squared, noncentral_f, noncentral_t

# Student 1908, extra hours of sleep under two drugs (R's table `sleep`)
FIRST = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
SECOND = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
values = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=12)


def compare(*groups, **choices):
    column = [value for group in groups for value in group]
    labels = [index for index, group in enumerate(groups) for _ in group]
    return describe.compare_numbers(column, labels, REGISTRY, **choices)


class Splitting(unittest.TestCase):
    def test_rows_without_value_or_group_are_left_out_and_counted(self):
        found = describe.split([1, None, 3, 4, math.nan], ["b", "a", None, "b", "a"])
        self.assertEqual((found.levels, found.sizes, found.missing), (("b",), (2,), 3))

    def test_labels_are_in_a_stable_order(self):
        self.assertEqual(describe.ordered(["10", "9", "2"]), ("2", "9", "10"))
        self.assertEqual(describe.ordered([3, 1, 2.5]), (1, 2.5, 3))
        self.assertEqual(describe.ordered(["G2", "G1", "10"]), ("10", "G1", "G2"))
        self.assertEqual(describe.counts(["b", None, "a", "b", math.nan]), {"a": 1, "b": 2})
        self.assertEqual(list(describe.counts(np.array([2, 1, 10]))), [1, 2, 10])

    def test_unequal_lengths_and_infinite_values_are_refused(self):
        with self.assertRaisesRegex(ValueError, "2 values but 1 group labels"):
            describe.split([1, 2], ["a"])
        with self.assertRaisesRegex(ValueError, "row 1 "):
            describe.split([1, -math.inf], ["a", "b"])


class AgainstR(unittest.TestCase):
    def test_students_sleep_data(self):
        # R 4.2.2: t.test(extra ~ group, sleep), with and without var.equal; wilcox.test(…, correct = …)
        tests = compare(FIRST, SECOND).tests
        self.assertAlmostEqual(tests["t"].statistic, -1.8608134674868526, 12)
        self.assertAlmostEqual(tests["t"].p, 0.07918671421593818, 12)
        self.assertAlmostEqual(tests["welch"].df, 17.776473516178495, 10)
        self.assertAlmostEqual(tests["welch"].p, 0.07939414018735823, 12)
        self.assertEqual(tests["mann-whitney"].statistic, 25.5)
        self.assertAlmostEqual(tests["mann-whitney-corrected"].p, 0.06932757543362948, 12)

    def test_the_corrected_and_the_plain_z_differ_by_half_a_pair(self):
        tests = compare(FIRST, SECOND).tests
        plain, corrected = tests["mann-whitney"], tests["mann-whitney-corrected"]
        self.assertAlmostEqual(plain.z / corrected.z, 24.5 / 24, 12)
        self.assertIn("z", plain.numbers())


class TheChosenTest(unittest.TestCase):
    def test_levene_decides_between_the_pooled_and_welchs_t(self):
        base = np.arange(20.0) + 100
        self.assertEqual(compare(base, base + 2).chosen, "t")
        found = compare(base, 100 + (base - 100) * 5, kind="mean")
        self.assertEqual((found.chosen, found.effects["mean_difference"].method), ("welch", "welch"))
        self.assertEqual(compare(base, base + 1, base + 3).chosen, "anova")
        self.assertEqual(compare(base, base + 1, base * 5, kind="mean").chosen, "welch-anova")

    def test_small_untied_groups_are_ranked_exactly_and_tied_ones_are_not(self):
        self.assertEqual(compare([1, 2, 3], [4, 5, 7]).chosen, "mann-whitney-exact")
        tied = compare([1, 2, 3], [3, 5, 7])
        self.assertEqual(tied.chosen, "mann-whitney")
        self.assertNotIn("mann-whitney-exact", tied.tests)
        self.assertEqual(compare([1, 2], [3, 5], [4, 9]).chosen, "kruskal-wallis")

    def test_fifty_values_in_a_group_are_too_many_for_the_exact_test(self):
        short, long = np.arange(49.0), np.arange(50.0) + 0.5
        self.assertIn("mann-whitney-exact", compare(short, short + 0.5).tests)
        self.assertNotIn("mann-whitney-exact", compare(short, long).tests)

    def test_the_convention_of_the_correction_is_followed(self):
        corrected = replace(REGISTRY, rank_correction=True)
        found = describe.compare_numbers([1, 1, 2, 2, 3, 5], [0, 0, 0, 1, 1, 1], corrected)
        self.assertEqual(found.chosen, "mann-whitney-corrected")

    def test_one_group_and_no_rows_are_results_with_a_reason(self):
        self.assertEqual(compare([1, 2, 3]).reason, "one_group")
        self.assertEqual(compare().reason, "no_cases")
        self.assertEqual(compare([1, 2], [math.nan]).reason, "one_group")

    def test_degenerate_groups_say_why(self):
        equal = compare([2.0] * 5, [2.0] * 4)
        self.assertEqual(equal.reason, "no_variation")
        constant = compare([0.1] * 9, [0.3] * 9, kind="mean")
        self.assertEqual(constant.tests["t"].reason, "no_variation")
        self.assertAlmostEqual(constant.effects["mean_difference"].value, -0.2, 12)
        single = compare([1.0], [2.0], kind="mean")
        self.assertEqual(single.tests["t"].reason, "too_few")
        # two values lie equally far from their mean, whatever the rounding of the arithmetic says
        pairs = compare([1000000.1, 1000000.4], [1000000.2, 1000000.9], kind="mean")
        self.assertEqual(pairs.tests["levene"].reason, "no_variation")

    def test_a_group_of_one_can_still_have_a_pooled_t(self):
        found = compare([1.0, 2.0, 4.0], [9.0], kind="mean")
        self.assertEqual(found.tests["welch"].reason, "too_few")
        self.assertIsNotNone(found.tests["t"].p)


class ExactRanks(unittest.TestCase):
    def test_the_counts_are_those_of_all_orders(self):
        for m, n in ((1, 1), (2, 3), (4, 3), (5, 5)):
            ways = [0] * (m * n + 1)
            for places in combinations(range(m + n), m):
                ways[sum(places) - m * (m - 1) // 2] += 1
            self.assertEqual(describe.ranks.u_counts(m, n), tuple(ways))

    def test_the_counts_of_two_large_groups_are_exact(self):
        ways = describe.ranks.u_counts(49, 48)
        self.assertEqual(sum(ways), math.comb(97, 49))
        self.assertEqual(ways, ways[::-1])

    def test_three_against_three_cannot_be_significant(self):
        self.assertEqual(compare([1, 2, 3], [4, 5, 6]).tests["mann-whitney-exact"].p, 0.1)

    def test_ties_are_refused(self):
        with self.assertRaisesRegex(ValueError, "ties"):
            describe.mann_whitney_exact(np.array([1.0]), np.array([1.0]))


class Effects(unittest.TestCase):
    def test_groups_too_small_for_the_level_have_a_difference_but_no_interval(self):
        found = compare([1, 2, 3], [4, 5, 6]).effects["median_difference"]
        self.assertEqual((found.value, found.lower, found.reason), (-3, None, "too_few"))

    def test_separated_groups_have_an_interval_of_rank_biserial_with_a_width(self):
        found = compare(range(10), range(10, 20)).effects["rank_biserial"]
        self.assertEqual((found.value, found.lower), (-1, -1))
        theta = (found.upper + 1) / 2  # solves θ² = z² V(θ)
        spread = 1 + 9 * (1 - theta) / (2 - theta) + 9 * theta / (1 + theta)
        z = describe.normal_quantile(0.95)
        self.assertAlmostEqual(theta**2, z**2 * theta * (1 - theta) * spread / 100, 9)

    def test_the_search_finds_the_same_differences_as_sorting_all(self):
        generator, most = np.random.default_rng(3), shift.MOST_AT_ONCE
        self.addCleanup(setattr, shift, "MOST_AT_ONCE", most)
        shift.MOST_AT_ONCE = 5
        for trial in range(30):
            first = generator.normal(size=generator.integers(1, 25)).round(trial % 3)
            second = generator.normal(size=generator.integers(1, 25)).round(trial % 3)
            every = np.sort(np.subtract.outer(first, second).ravel())
            ranks = list(range(1, every.size + 1, 7))
            found = shift.differences_at(first, second, ranks)
            np.testing.assert_allclose([found[rank] for rank in ranks], every[::7], atol=1e-12)

    def test_one_huge_outlier_alone_in_its_group_leaves_an_effect_with_an_interval(self):
        """F is 5e9 here, and scipy knows no noncentral F with so large a noncentrality."""
        samples = [np.array([18.49, 12.27, 1.13]), np.array([42.51]), np.array([1e6])]
        found = eta_squared(samples, 0.95)
        self.assertLess(found.lower, found.value)
        self.assertTrue(0.999999 < found.lower <= found.value <= found.upper <= 1)

    def test_the_noncentral_f_goes_on_smoothly_where_scipy_ends(self):
        last, beyond = (noncentral_f(2, 2, nc, 5170465210.775514) for nc in (1e10, 2e10))
        self.assertAlmostEqual(last, math.exp(-1e10 / 5170465210.775514 / 2), 9)
        self.assertAlmostEqual(beyond, last**2, 9)

    def test_the_noncentral_t_is_known_where_scipy_is_at_a_loss(self):
        # 1 df: T = (Z + nc)/|Z'|, integrated over |Z'|
        effect = compare([0.0, 1.0], [22.0]).effects["cohen_d"]
        self.assertTrue(effect.lower < effect.value < effect.upper)
        for nc in (5.0, 21.298107475567477, 30.0):
            s = np.linspace(0, 12, 2_000_001)[1:]
            integrand = ndtr(24.8 * s - nc) * np.exp(-(s**2) / 2) * math.sqrt(2 / math.pi)
            self.assertAlmostEqual(noncentral_t(1, nc, 24.8), np.trapezoid(integrand, s), 6)

    def test_a_hundred_thousand_rows_are_compared(self):
        rows = np.arange(100_000)
        found = describe.compare_numbers(np.sqrt(rows), rows % 2, REGISTRY)
        self.assertLess(abs(found.effects["median_difference"].value), 0.01)

    @given(values, values)
    @settings(max_examples=80, deadline=None)
    def test_every_interval_holds_its_estimate_and_json_takes_the_result(self, first, second):
        found = compare(first, second)
        for name, effect in found.effects.items():
            for limit, sign in ((effect.lower, 1), (effect.upper, -1)):
                if limit is not None:
                    self.assertLessEqual(sign * limit, sign * effect.value + 1e-9, name)
        json.dumps(found.numbers(), allow_nan=False)

    @given(values, values)
    @settings(max_examples=60, deadline=None)
    def test_exchanging_the_groups_mirrors_effects_and_keeps_p(self, first, second):
        one, other = compare(first, second), compare(second, first)
        for name, test in one.tests.items():
            self.assertEqual(test.reason, other.tests[name].reason)
            if test.p is not None:
                self.assertAlmostEqual(test.p, other.tests[name].p, 9)
        for name, effect in one.effects.items():
            if effect.lower is not None:
                self.assertAlmostEqual(effect.lower, -other.effects[name].upper, 6, name)

    @given(st.lists(values, min_size=3, max_size=5))
    @settings(max_examples=60, deadline=None)
    def test_shares_of_variation_lie_between_0_and_1(self, groups):
        for effect in compare(*groups).effects.values():
            if effect.value is not None:
                self.assertTrue(-1e-9 <= effect.lower <= effect.value <= effect.upper <= 1 + 1e-9)

    @given(values, values, st.randoms(use_true_random=False))
    @settings(max_examples=30, deadline=None)
    def test_the_order_of_rows_does_not_matter(self, first, second, random):
        rows = [(value, "a") for value in first] + [(value, "b") for value in second]
        shuffled = random.sample(rows, len(rows))
        one, other = (
            describe.compare_numbers(*zip(*order, strict=True), REGISTRY) for order in (rows, shuffled)
        )
        self.assertEqual(one.chosen, other.chosen)
        self.assertAlmostEqual(one.test.p or 0, other.test.p or 0, 9)


class SeveralTests(unittest.TestCase):
    def test_holm_and_benjamini_hochberg_by_hand(self):
        self.assertEqual(describe.adjust([0.01, 0.04, 0.03]), (0.03, 0.06, 0.06))
        found = describe.adjust([0.01, 0.04, 0.03, None], "bh")
        for one, expected in zip(found, (0.03, 0.04, 0.04), strict=False):
            self.assertAlmostEqual(one, expected, 12)
        self.assertIsNone(found[3])
        self.assertEqual(describe.adjust([]), ())

    def test_what_is_not_a_p_value_or_a_method_is_refused(self):
        with self.assertRaisesRegex(ValueError, "between 0 and 1"):
            describe.adjust([1.2])
        with self.assertRaisesRegex(ValueError, "bonferroni"):
            describe.adjust([0.1], "bonferroni")

    @given(st.lists(st.floats(0, 1), max_size=12))
    @settings(max_examples=60, deadline=None)
    def test_adjusting_never_lowers_a_p_value_and_keeps_the_order(self, p_values):
        for method in ("holm", "bh"):
            adjusted = describe.adjust(p_values, method)
            for p, q in zip(p_values, adjusted, strict=True):
                self.assertTrue(p <= q + 1e-15 and q <= 1)
            order = np.argsort(p_values, kind="stable")
            self.assertTrue((np.diff(np.array(adjusted)[order]) >= 0).all())


if __name__ == "__main__":
    unittest.main()
