"""E-values against the published example and their definition."""

import json
import math
import unittest

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.regression import e_value

ratios = st.floats(0.02, 50)


class Published(unittest.TestCase):
    def test_the_example_of_a_protective_risk_ratio(self):
        # VanderWeele & Ding 2017: 0.80 (0.71-0.91) needs 1.81, its limit 1.43
        found = e_value(0.80, 0.71, 0.91)
        self.assertEqual((round(found.value, 2), round(found.limit, 2)), (1.81, 1.43))

    def test_the_example_of_breast_feeding_and_infant_death(self):
        # VanderWeele & Ding 2017: 3.9 (1.8-8.7) needs 7.26, its limit 3.0
        found = e_value(3.9, 1.8, 8.7)
        self.assertEqual((round(found.value, 2), round(found.limit, 1)), (7.26, 3.0))


class Approximations(unittest.TestCase):
    def test_a_rare_outcome_takes_hazard_and_odds_ratios_for_risk_ratios(self):
        for kind in ("hr", "or"):
            self.assertEqual(e_value(2.5, kind=kind).value, e_value(2.5).value)

    def test_a_common_outcome_takes_the_square_root_of_an_odds_ratio(self):
        self.assertAlmostEqual(e_value(4, kind="or", common=True).value, e_value(2).value, 12)

    def test_a_common_outcome_brings_a_hazard_ratio_nearer_to_1(self):
        found = e_value(0.6, kind="hr", common=True)
        by_hand = (1 - 0.5 ** math.sqrt(0.6)) / (1 - 0.5 ** math.sqrt(1 / 0.6))
        self.assertAlmostEqual(found.risk_ratio, by_hand, 12)
        self.assertLess(found.value, e_value(0.6, kind="hr").value)

    def test_a_risk_ratio_is_a_risk_ratio_however_common_the_outcome(self):
        self.assertEqual(e_value(3, common=True).value, e_value(3).value)


class Limits(unittest.TestCase):
    def test_an_interval_that_holds_1_has_the_limit_1(self):
        for interval in ((0.7, 1.4), (0.7, 1.0), (1.0, 1.4)):
            self.assertEqual(e_value(1.0, *interval).limit, 1)
        self.assertEqual(e_value(1.2, 0.9, None).limit, 1)
        self.assertEqual(e_value(0.8, None, 1.1).limit, 1)

    def test_an_open_limit_on_the_side_of_1_leaves_none(self):
        self.assertIsNone(e_value(2.0, None, 5.0).limit)
        self.assertIsNone(e_value(0.5, 0.2, None).limit)

    def test_an_open_limit_on_the_far_side_does_no_harm(self):
        self.assertEqual(e_value(2.0, 1.5, None).limit, e_value(1.5).value)
        self.assertEqual(e_value(0.5, None, 0.8).limit, e_value(0.8).value)


class Laws(unittest.TestCase):
    @given(ratios, st.sampled_from(["rr", "hr", "or"]), st.booleans())
    @settings(max_examples=80, deadline=None)
    def test_a_ratio_and_its_inverse_need_the_same_confounding(self, ratio, kind, common):
        there, back = (e_value(one, kind=kind, common=common).value for one in (ratio, 1 / ratio))
        self.assertAlmostEqual(there / back, 1, 9)
        self.assertGreaterEqual(there, 1)

    @given(ratios)
    @settings(max_examples=80, deadline=None)
    def test_a_confounder_of_that_strength_on_both_sides_explains_the_ratio_away(self, ratio):
        strength = e_value(ratio).value
        bias = strength * strength / (2 * strength - 1)  # Ding & VanderWeele's bounding factor
        self.assertAlmostEqual(bias / max(ratio, 1 / ratio), 1, 9)

    @given(ratios, st.floats(1.001, 4))
    @settings(max_examples=80, deadline=None)
    def test_the_limit_never_needs_more_than_the_estimate(self, ratio, width):
        found = e_value(ratio, ratio / width, ratio * width)
        self.assertLessEqual(found.limit, found.value + 1e-12)

    def test_it_is_ready_for_json(self):
        self.assertEqual(json.loads(json.dumps(e_value(1, 0.5, 2).numbers()))["value"], 1)


class Refused(unittest.TestCase):
    def test_impossible_input_is_refused(self):
        for arguments in ((0,), (-1,), (math.inf,), (math.nan,), (2, 3, 4), (2, 0.5, 1.5), (2, 0, 3)):
            with self.subTest(arguments=arguments), self.assertRaises(ValueError):
                e_value(*arguments)
        with self.assertRaisesRegex(ValueError, "kind"):
            e_value(2, kind="smd")
