"""How complete the follow-up is, how long it is, and analyses that start at a landmark."""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.survival import (
    followup_completeness,
    followup_quantile,
    kaplan_meier,
    landmark_restart,
    rate_at,
)


class ClarksC(unittest.TestCase):
    def test_it_is_the_person_time_observed_over_that_possible(self):
        found = followup_completeness([10, 20, 30, 40], [20, 20, 40, 40])
        self.assertAlmostEqual(found.value, 100 / 120, 12)
        self.assertEqual((found.n, found.missing, found.method), (4, 0, "ratio"))

    def test_its_interval_is_that_of_a_ratio_of_means(self):
        # residuals a - C b with C = 5/6: -6 2/3, 3 1/3, -3 1/3, 6 2/3; SE = sqrt(4 * 37.037) / 120
        found = followup_completeness([10, 20, 30, 40], [20, 20, 40, 40])
        residuals = np.array([10 - 50 / 3, 20 - 50 / 3, 30 - 100 / 3, 40 - 100 / 3])
        se = math.sqrt(4 * (residuals**2).sum() / 3) / 120
        self.assertAlmostEqual(found.se, se, 12)
        self.assertAlmostEqual(found.lower, 5 / 6 - 1.959963984540054 * se, 12)
        self.assertEqual(found.upper, min(1, 5 / 6 + 1.959963984540054 * se))

    def test_after_the_event_there_is_nothing_more_to_follow(self):
        alive = followup_completeness([10, 20], [20, 20])
        dead = followup_completeness([10, 20], [20, 20], event=[1, 0])
        self.assertAlmostEqual(alive.value, 0.75, 12)
        self.assertEqual((dead.value, dead.se, dead.lower, dead.reason), (1, 0, None, "no_variation"))

    def test_missing_rows_are_left_out_and_counted(self):
        found = followup_completeness([10, math.nan, 5, 8], [20, 20, math.nan, 8], event=[0, 0, 0, None])
        self.assertEqual((found.n, found.missing, found.value), (1, 3, 0.5))
        self.assertEqual((found.lower, found.reason), (None, "too_few"))

    def test_without_cases_or_time_there_is_none(self):
        self.assertEqual(followup_completeness([], []).reason, "no_cases")
        self.assertEqual(followup_completeness([0, 0], [0, 0]).reason, "no_variation")

    def test_more_than_was_possible_is_refused_by_row(self):
        for observed, potential, message in (
            ([math.nan, 9], [8, 8], "row 1 was followed for 9, longer than the 8 possible"),
            ([9], [8, 8], "1 observed times but 2 potential"),
            ([9, 9], [math.inf, 9], "row 0 has an infinite potential time"),
            ([-1], [8], "row 0 has a negative time"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                followup_completeness(observed, potential)

    @given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.5, 50)), min_size=2, max_size=20))
    @settings(max_examples=60, deadline=None)
    def test_it_lies_between_nought_and_one_and_in_its_interval(self, rows):
        potential = np.array([possible for _, possible in rows])
        found = followup_completeness(potential * [share for share, _ in rows], potential)
        self.assertTrue(0 <= found.value <= 1 + 1e-12)
        if found.reason is None:
            self.assertTrue(0 <= found.lower <= found.value <= found.upper <= 1)


class TheLengthOfFollowUp(unittest.TestCase):
    def test_all_three_intervals_of_the_quartiles_are_those_of_the_reversed_curve(self):
        # R 4.2.2: quantile(survfit(Surv(t, 1 - e) ~ 1, conf.type = …), .5) of the 6-MP arm
        time = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
        curve = kaplan_meier(time, [1] * 9 + [0] * 12)
        for method, expected in (("log-log", (25, 11, 32)), ("plain", (25, 17, 32)), ("log", (25, 17, None))):
            found = followup_quantile(curve, 0.5, method=method)
            self.assertEqual((found.value, found.lower, found.upper, found.method), (*expected, method))


class TheLandmark(unittest.TestCase):
    def test_the_clock_starts_anew_for_those_free_of_the_event(self):
        time, event, used = landmark_restart([3, 6, 6, 8, 12], [1, 1, 0, 1, 0], 6)
        self.assertEqual(time.tolist(), [0, 2, 6])  # the event at 6 itself is out, the censoring at 6 stays
        self.assertEqual(event.tolist(), [0, 1, 0])
        self.assertEqual(used.tolist(), [False, False, True, True, True])

    def test_missing_rows_are_not_used(self):
        *_, used = landmark_restart([9, math.nan, 9], [1, 1, None], 6)
        self.assertEqual(used.tolist(), [True, False, False])

    def test_a_landmark_that_is_no_time_is_refused(self):
        for landmark in (-1, math.inf, math.nan):
            with self.subTest(landmark), self.assertRaisesRegex(ValueError, "time of 0 or more"):
                landmark_restart([9], [1], landmark)

    @given(
        st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=30),
        st.integers(0, 20),
        st.integers(0, 10),
    )
    @settings(max_examples=60, deadline=None)
    def test_survival_from_the_landmark_is_the_conditional_one(self, rows, landmark, later):
        # S(L + t) / S(L), as nobody free of the event at L was left out
        whole = kaplan_meier(*zip(*rows, strict=True))
        time, event, _ = landmark_restart(*zip(*rows, strict=True), landmark)
        then = rate_at(kaplan_meier(time, event), later)
        here, there = rate_at(whole, landmark), rate_at(whole, landmark + later)
        if then.value is not None and here.value:
            self.assertAlmostEqual(then.value, there.value / here.value, 9)


if __name__ == "__main__":
    unittest.main()
