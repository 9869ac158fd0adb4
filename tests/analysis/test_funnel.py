"""Funnel limits against published numbers and the binomial distribution; what a funnel says of its units."""

import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.quality import funnel, funnel_limits, overdispersion


def exact_tail(p0, count, n):
    """P(X <= count) for X binomial, by summation."""
    from math import comb

    return sum(comb(n, k) * p0**k * (1 - p0) ** (n - k) for k in range(count + 1))


class LimitsTest(unittest.TestCase):
    def test_the_published_example_of_31_cases_at_a_target_of_20_percent(self):
        lower, upper = funnel_limits(0.2, 31)
        self.assertEqual((round(100 * float(lower), 1), round(100 * float(upper), 1)), (5.1, 33.5))

    def test_limits_interpolate_between_the_two_counts_around_the_tail(self):
        # at 20 % of 31: F(2) = .0374 is the first at or above .025, F(1) = .0087 the one before
        f1, f2 = exact_tail(0.2, 1, 31), exact_tail(0.2, 2, 31)
        self.assertTrue(f1 < 0.025 <= f2)
        lower, _ = funnel_limits(0.2, 31)
        self.assertAlmostEqual(float(lower), (2 - (f2 - 0.025) / (f2 - f1)) / 31, 14)

    def test_many_sizes_at_once_are_those_one_by_one(self):
        sizes = [1, 2, 31, 500, 100_000]
        lower, upper = funnel_limits(0.1, sizes, 0.998)
        one_by_one = [funnel_limits(0.1, n, 0.998) for n in sizes]
        np.testing.assert_array_equal(lower, [float(low) for low, _ in one_by_one])
        np.testing.assert_array_equal(upper, [float(high) for _, high in one_by_one])

    def test_a_target_at_either_end_has_no_room_for_chance(self):
        for p0 in (0, 1):
            self.assertEqual([float(limit) for limit in funnel_limits(p0, 20)], [p0, p0])

    def test_impossible_arguments_are_refused(self):
        for arguments, message in (
            ((1.2, 5), "a target"),
            ((0.2, 0), "whole number of cases"),
            ((0.2, 2.5), "whole number of cases"),
            ((0.2, 5, 1), "a level"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                funnel_limits(*arguments)

    @given(st.floats(0.001, 0.999), st.integers(1, 3000), st.sampled_from([0.8, 0.95, 0.998]))
    @settings(max_examples=100, deadline=None)
    def test_limits_hold_the_target_and_widen_with_the_level(self, p0, n, level):
        lower, upper = (float(limit) for limit in funnel_limits(p0, n, level))
        wider = [float(limit) for limit in funnel_limits(p0, n, 0.999)]
        self.assertTrue(0 <= lower <= upper <= 1)
        self.assertTrue(lower <= p0 + 1 / n and upper >= p0 - 1 / n)
        self.assertTrue(wider[0] <= lower and upper <= wider[1])

    @given(st.floats(0.001, 0.999), st.integers(1, 400))
    @settings(max_examples=60, deadline=None)
    def test_the_tail_below_the_lower_limit_is_no_larger_than_declared(self, p0, n):
        lower = float(funnel_limits(p0, n)[0])
        if lower > 0:
            below = int(np.ceil(lower * n - 1e-9)) - 1
            self.assertLessEqual(exact_tail(p0, below, n), 0.025 + 1e-12)


class FunnelTest(unittest.TestCase):
    def test_units_are_set_against_their_common_share(self):
        found = funnel([2, 5, 25], [31, 31, 31], units=["A", "B", "C"])
        self.assertAlmostEqual(found.target, 32 / 93, 15)
        self.assertEqual((found.given, found.phi, found.inflated), (False, None, False))
        first, _, third = found.units
        self.assertEqual(first.outside, {0.95: "below", 0.998: "below"})
        self.assertEqual(third.outside, {0.95: "above", 0.998: "above"})
        self.assertAlmostEqual(third.z, (25 / 31 - 32 / 93) / np.sqrt(32 / 93 * 61 / 93 / 31), 12)

    def test_a_unit_between_the_two_pairs_of_limits_is_outside_the_inner_only(self):
        unit = funnel([11], [31], p0=0.2).units[0]
        self.assertEqual(unit.outside, {0.95: "above", 0.998: None})

    def test_overdispersion_is_the_winsorised_mean_of_squared_z_from_eleven_units_on(self):
        z = [-4.0, -1.5, -1, -0.5, 0, 0, 0.5, 1, 1.5, 2, 9]
        drawn_in = np.clip(z, -1.5, 2)  # the second and the tenth of eleven are these percentiles
        self.assertAlmostEqual(overdispersion(z), float((drawn_in**2).mean()), 14)
        self.assertIsNone(overdispersion(z[:10]))

    def test_overdispersed_units_get_wider_limits_and_smaller_z(self):
        counts, totals = [10, 20] * 6, [50] * 12
        found, few = funnel(counts, totals), funnel(counts[:10], totals[:10])
        root = np.sqrt(found.phi)
        self.assertTrue(found.inflated and not few.inflated)
        self.assertAlmostEqual(found.units[0].z * root, few.units[0].z, 12)
        plain, wide = few.units[0].limits[0.95], found.units[0].limits[0.95]
        self.assertAlmostEqual(0.3 - wide[0], root * (0.3 - plain[0]), 12)

    def test_underdispersed_units_are_left_as_they_are(self):
        found = funnel([10] * 12, [50] * 12)
        self.assertEqual((found.phi, found.inflated, found.units[0].z), (0.0, False, 0.0))

    def test_small_units_count_but_are_not_shown(self):
        found = funnel([1, 10, 0], [4, 40, 0], at_least=10)
        self.assertEqual([unit.reason for unit in found.units], ["too_few_cases", None, "no_cases"])
        self.assertEqual((found.units[0].total, found.units[0].count, found.units[0].value), (4, None, None))
        self.assertEqual(found.target, 11 / 44)

    def test_nothing_to_compare_has_a_reason_and_no_number(self):
        empty = funnel([0, 0], [0, 0])
        self.assertEqual((empty.reason, empty.target, empty.units[1].reason), ("no_cases", None, "no_cases"))
        none = funnel([0, 0], [10, 20])
        self.assertEqual((none.target, none.units[0].z, none.units[0].outside[0.95]), (0.0, None, None))

    def test_impossible_counts_are_refused_by_unit(self):
        for counts, totals, message in (
            ([5], [4], "unit 1 has 5 of 4"),
            ([1, -1], [4, 4], "unit 2 has -1 of 4"),
            ([1.5], [4], "unit 1 has 1.5 of 4"),
            ([1], [4, 4], "1 counts, 2 totals"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                funnel(counts, totals)
        with self.assertRaisesRegex(ValueError, "a target"):
            funnel([1], [4], p0=2)
