"""Learning curves by hand and by their laws, and results withheld from units with few cases."""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate import REASONS
from analysis.quality import learning_curve, per_unit, vlad

minutes = st.lists(st.integers(60, 600), min_size=2, max_size=50)


class ByHandTest(unittest.TestCase):
    def test_deviations_from_the_mean_rise_to_the_turn_and_end_at_nought(self):
        curve = learning_curve([300, 280, 240, 180, 200])
        self.assertEqual((curve.target, curve.n, curve.missing, curve.reason), (240, 5, 0, None))
        self.assertEqual(curve.deviation.tolist(), [60, 100, 100, 40, 0])
        self.assertEqual(curve.peak, 1)

    def test_the_tabular_chart_follows_its_recursion_in_standard_deviations(self):
        curve = learning_curve([12, 13, 8, 14], target=10, sd=2, slack=0.5, limit=1.2)
        # z = 1, 1.5, -1, 2
        np.testing.assert_allclose(curve.high, [0.5, 1.5, 0, 1.5], atol=1e-15)
        np.testing.assert_allclose(curve.low, [0, 0, 0.5, 0], atol=1e-15)
        self.assertEqual((curve.shifts_up, curve.shifts_down), ((1, 3), ()))

    def test_an_excursion_is_told_once(self):
        curve = learning_curve([14, 14, 14, 6, 6, 6, 6, 6], target=10, sd=2, limit=2)
        self.assertEqual((curve.shifts_up, curve.shifts_down), ((1,), (4,)))

    def test_values_that_are_missing_are_left_out_counted_and_marked(self):
        curve = learning_curve([10, math.nan, 20, None])
        self.assertEqual((curve.n, curve.missing, curve.used.tolist()), (2, 2, [True, False, True, False]))
        self.assertEqual(curve.deviation.tolist(), [-5, 0])

    def test_without_spread_or_values_there_is_a_reason(self):
        for values, reason, target in (
            ([], "no_cases", None),
            ([math.nan], "no_values", None),
            ([0.1], "too_few", 0.1),
            ([0.1, 0.1, 0.1], "no_variation", 0.1),
        ):
            curve = learning_curve(values)
            self.assertEqual((curve.reason, curve.high, curve.sd, curve.target), (reason, None, None, target))
            self.assertIn(curve.reason, REASONS)
            self.assertFalse(curve.deviation.any())
        self.assertIsNone(learning_curve([0.1, 0.1], sd=1).reason)

    def test_impossible_arguments_are_refused(self):
        for options, message in (
            ({"target": math.inf}, "a target"),
            ({"sd": 0}, "a standard deviation"),
            ({"slack": -1}, "slack"),
            ({"limit": 0}, "the limit"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                learning_curve([1, 2], **options)
        with self.assertRaisesRegex(ValueError, "row 1 holds an infinite value"):
            learning_curve([1, math.inf])


class LawsTest(unittest.TestCase):
    @given(minutes)
    @settings(max_examples=60, deadline=None)
    def test_the_unit_of_measurement_does_not_matter(self, values):
        curve, hours = learning_curve(values), learning_curve(np.array(values) / 64)
        np.testing.assert_allclose(curve.deviation / 64, hours.deviation, atol=1e-9)
        if curve.sd is not None:
            np.testing.assert_allclose(curve.high, hours.high, atol=1e-9)
            self.assertEqual(curve.shifts_up, hours.shifts_up)

    @given(minutes, st.floats(0, 2))
    @settings(max_examples=60, deadline=None)
    def test_both_charts_are_their_recursion(self, values, slack):
        curve = learning_curve(values, target=200, sd=50, slack=slack)
        u = low = 0.0
        for value, high_here, low_here in zip(values, curve.high, curve.low, strict=True):
            z = (value - 200) / 50
            u, low = max(0, u + z - slack), max(0, low - z - slack)
            self.assertAlmostEqual(high_here, u, 9)
            self.assertAlmostEqual(low_here, low, 9)

    @given(minutes)
    @settings(max_examples=40, deadline=None)
    def test_reversed_signs_swap_the_two_charts(self, values):
        curve, mirrored = learning_curve(values, 0, sd=9), learning_curve(-np.array(values), 0, sd=9)
        np.testing.assert_array_equal(curve.high, mirrored.low)


class PerUnitTest(unittest.TestCase):
    def test_a_unit_with_few_cases_is_named_with_their_number_and_nothing_else(self):
        surgeon = ["Li"] * 12 + ["Wang"] * 9 + [None, math.nan]
        times = np.arange(23.0)
        li, wang = per_unit(surgeon, learning_curve, times)
        self.assertEqual((li.unit, li.n, li.reason, li.result.n), ("Li", 12, None, 12))
        self.assertEqual((wang.unit, wang.n, wang.reason, wang.result), ("Wang", 9, "too_few_cases", None))
        self.assertIn(wang.reason, REASONS)

    def test_cases_keep_their_order_and_columns_go_together(self):
        found = per_unit(np.array([1, 2, 1, 2]), vlad, [0, 1, 0, 0], [0.1, 0.2, 0.3, 0.4], at_least=2)
        np.testing.assert_allclose(found[1].result.value, [-0.8, -0.4], atol=1e-15)
        self.assertEqual([one.unit for one in found], [1, 2])

    def test_columns_of_another_length_are_refused(self):
        with self.assertRaisesRegex(ValueError, "2 units but 3 rows"):
            per_unit(["a", "b"], learning_curve, [1, 2, 3])
