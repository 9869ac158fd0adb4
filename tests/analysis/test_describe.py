"""Descriptive statistics against R, published figures, and their own laws."""

import json
import math
import unittest
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import describe
from analysis.conventions import PAPER, REGISTRY
from analysis.estimate import STATISTICS

measurements = st.lists(st.integers(0, 5000).map(float), min_size=1, max_size=40)


def summary(values, **choices):
    return describe.summarise(values, replace(REGISTRY, **choices))


class Quantiles(unittest.TestCase):
    # R 4.2.2: quantile(x, c(.1, .25, .5, .75, .9), type = …)
    AGAINST_R = (
        ((3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5), 2, (1, 2, 4, 5, 6)),
        ((3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5), 6, (1, 2, 4, 5, 8.4)),
        ((3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5), 7, (1, 2.5, 4, 5, 6)),
        ((7, 15, 36, 39, 40, 41), 2, (7, 15, 37.5, 40, 41)),
        ((7, 15, 36, 39, 40, 41), 6, (7, 13, 37.5, 40.25, 41)),
        ((7, 15, 36, 39, 40, 41), 7, (11, 20.25, 37.5, 39.75, 40.5)),
    )

    def test_each_type_agrees_with_r(self):
        for values, quantile_type, expected in self.AGAINST_R:
            for p, quantile in zip((0.1, 0.25, 0.5, 0.75, 0.9), expected, strict=True):
                with self.subTest(type=quantile_type, p=p):
                    self.assertAlmostEqual(describe.quantile(values, p, quantile_type), quantile, 12)

    def test_each_type_agrees_with_numpy_at_any_point(self):
        generator = np.random.default_rng(5)
        names = {2: "averaged_inverted_cdf", 6: "weibull", 7: "linear"}
        for n in (1, 2, 3, 7, 31, 100):
            values = generator.normal(size=n)
            for quantile_type, name in names.items():
                for p in (0, 0.03, 0.25, 1 / 3, 0.5, 0.618, 0.75, 0.99, 1):
                    with self.subTest(n=n, type=quantile_type, p=p):
                        self.assertAlmostEqual(
                            describe.quantile(values, p, quantile_type),
                            float(np.quantile(values, p, method=name)),
                            12,
                        )

    def test_quartiles_of_31_cases_are_the_8th_and_the_24th_value_as_in_spss(self):
        values = np.arange(1, 32) ** 2
        found = summary(values, quantile_type=6)
        self.assertEqual((found.q1, found.median, found.q3), (64, 256, 576))
        self.assertEqual(summary(values, quantile_type=7).q1, (64 + 81) / 2)

    def test_a_rank_that_only_arithmetic_makes_broken_is_whole(self):
        # 100 x 0.07 is 7.000000000000001 for a computer: type 2 must still average the 7th and 8th
        self.assertEqual(describe.quantile(range(1, 101), 0.07, 2), 7.5)

    def test_no_values_have_no_quantile(self):
        self.assertIsNone(describe.quantile([math.nan], 0.5, 6))

    def test_an_impossible_request_is_refused(self):
        with self.assertRaisesRegex(ValueError, "1.5"):
            describe.quantile([1, 2], 1.5, 6)
        with self.assertRaisesRegex(ValueError, "type 5"):
            describe.quantile([1, 2], 0.5, 5)

    @given(measurements, st.sampled_from([2, 6, 7]))
    @settings(max_examples=60, deadline=None)
    def test_they_stay_in_order_and_in_range(self, values, quantile_type):
        found = summary(values, quantile_type=quantile_type)
        self.assertLessEqual(found.minimum, found.q1)
        self.assertLessEqual(found.q1, found.median)
        self.assertLessEqual(found.median, found.q3)
        self.assertLessEqual(found.q3, found.maximum)
        self.assertEqual(found.median, float(np.median(values)))


class ASummary(unittest.TestCase):
    def test_it_has_the_sample_standard_deviation(self):
        found = summary([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5])
        self.assertEqual(found.mean, 4)
        self.assertAlmostEqual(found.sd, math.sqrt(56 / 10), 12)  # divisor n - 1
        self.assertAlmostEqual(found.sem, found.sd / math.sqrt(11), 12)

    def test_missing_values_are_left_out_counted_and_marked(self):
        found = summary([800, math.nan, 300, None, 1000])
        self.assertEqual((found.n, found.missing, found.median), (3, 2, 800))
        self.assertEqual(found.used.tolist(), [True, False, True, False, True])

    def test_one_case_has_a_median_but_no_spread(self):
        found = summary([800])
        self.assertEqual((found.median, found.q1, found.q3, found.mean), (800, 800, 800, 800))
        self.assertEqual(found.reasons, {"sd": "too_few", "sem": "too_few"})

    def test_no_cases_and_no_recorded_values_are_told_apart(self):
        for values, reason in (([], "no_cases"), ([math.nan, math.nan], "no_values")):
            with self.subTest(reason):
                found = summary(values)
                self.assertEqual(found.reasons, dict.fromkeys(STATISTICS, reason))
                self.assertEqual((found.n, found.missing), (0, len(values)))

    def test_one_value_throughout_has_no_spread_at_all(self):
        for n in (3, 10):
            found = summary([0.1] * n)  # the sum of three is 0.30000000000000004
            self.assertEqual((found.mean, found.sd, found.sem), (0.1, 0, 0))

    def test_an_infinite_value_is_refused_with_its_row(self):
        with self.assertRaisesRegex(ValueError, "row 2 "):
            summary([1, 2, math.inf])

    def test_its_numbers_can_be_stored_as_json(self):
        for values in ([], [1], [1, 2.5]):
            self.assertEqual(
                json.loads(json.dumps(summary(values).numbers(), allow_nan=False))["n"], len(values)
            )

    @given(measurements, st.randoms(use_true_random=False))
    @settings(max_examples=40, deadline=None)
    def test_the_order_of_rows_does_not_matter(self, values, random):
        shuffled = random.sample(values, len(values))
        self.assertEqual(summary(values).numbers(), summary(shuffled).numbers())


class AProportion(unittest.TestCase):
    def test_wilsons_interval_agrees_with_r(self):
        # R 4.2.2: prop.test(15, 31, correct = FALSE), prop.test(29, 31, correct = FALSE)
        for count, lower, upper in (
            (15, 0.319702515624173, 0.651596045519712),
            (29, 0.792813632637019, 0.982125216478085),
        ):
            found = describe.proportion(count, 31, REGISTRY)
            self.assertAlmostEqual(found.lower, lower, 12)
            self.assertAlmostEqual(found.upper, upper, 12)
            self.assertEqual((found.method, found.value), ("wilson", count / 31))

    def test_the_exact_interval_agrees_with_r(self):
        # R 4.2.2: binom.test(15, 31)
        found = describe.proportion(15, 31, replace(REGISTRY, proportion_interval="clopper-pearson"))
        self.assertAlmostEqual(found.lower, 0.301545650712341, 12)
        self.assertAlmostEqual(found.upper, 0.669394026948243, 12)
        self.assertEqual(found.method, "clopper-pearson")

    def test_none_of_31_is_at_most_11_2_percent(self):
        found = describe.proportion(0, 31, PAPER)
        self.assertEqual((found.value, found.lower, found.method), (0, 0, "clopper-pearson"))
        self.assertAlmostEqual(found.upper, 1 - 0.025 ** (1 / 31), 12)

    def test_all_of_31_mirrors_none_of_31(self):
        none, every = describe.proportion(0, 31, PAPER), describe.proportion(31, 31, PAPER)
        self.assertAlmostEqual(every.lower, 1 - none.upper, 12)
        self.assertEqual(every.upper, 1)

    def test_none_of_none_says_why_it_is_nothing(self):
        found = describe.proportion(0, 0, PAPER, missing=4)
        self.assertEqual((found.value, found.reason, found.n, found.missing), (None, "no_cases", 0, 4))

    def test_more_than_all_and_less_than_none_are_refused(self):
        for count in (-1, 32):
            with self.subTest(count), self.assertRaisesRegex(ValueError, f"{count} of 31"):
                describe.proportion(count, 31, PAPER)

    @given(st.integers(1, 3000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
    @settings(max_examples=80, deadline=None)
    def test_every_interval_holds_its_estimate(self, counts):
        count, total = counts
        for interval in (describe.wilson, describe.clopper_pearson):
            for level in (0.5, 0.95, 0.999):
                lower, upper = interval(count, total, level)
                self.assertLessEqual(lower, count / total + 1e-12)
                self.assertGreaterEqual(upper, count / total - 1e-12)
                self.assertTrue(0 <= lower <= upper <= 1)


if __name__ == "__main__":
    unittest.main()
