"""Survival with delayed entry (left truncation) against R, counts by hand, and its own laws."""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import survival
from analysis.survival import kaplan_meier, quantile, rate_at

# a risk set that is exhausted at 3 while others come under observation later
EXHAUSTED = kaplan_meier([2, 3, 7, 8, 9], [1, 1, 1, 0, 1], [0, 0, 5, 5, 6])
LATER = kaplan_meier([2, 3, 7, 8, 9], [1, 1, 1, 0, 1], [1, 1, 2, 3, 4])


@st.composite
def cohorts(draw):
    row = st.tuples(st.integers(1, 30), st.booleans(), st.integers(0, 29))
    rows = draw(st.lists(row, min_size=1, max_size=40))
    return [(time, event, min(entry, time - 1)) for time, event, entry in rows]


class TheCurve(unittest.TestCase):
    def test_a_case_is_at_risk_after_its_entry_up_to_and_including_its_time(self):
        curve = kaplan_meier([4, 6, 6, 9], [1, 1, 0, 1], [0, 4, 2, 6])
        self.assertEqual(curve.time.tolist(), [4, 6, 9])
        self.assertEqual(curve.at_risk.tolist(), [2, 2, 1])  # entry at 4 and at 6 comes too late for 4 and 6
        self.assertEqual((curve.n, curve.total_events, curve.last_time), (4, 3, 9))

    def test_it_agrees_with_r(self):
        # R 4.2.2: survfit(Surv(c(1,1,2,3,4), c(2,3,7,8,9), c(1,1,1,0,1)) ~ 1)
        self.assertEqual(LATER.at_risk.tolist(), [2, 2, 3, 2, 1])
        np.testing.assert_allclose(LATER.survival, [1 / 2, 1 / 4, 1 / 6, 1 / 6, 0], atol=1e-15)
        np.testing.assert_allclose(LATER.se[:3], np.array([1 / 2, 1 / 4, 1 / 6]) * [0.70710678, 1, 1.0801234])
        # survival:::survmean(fit, rmean = 9)
        found = survival.mean_spss(LATER)
        self.assertAlmostEqual(found.value, 3.833333, 6)
        self.assertAlmostEqual(found.se, 1.608715, 6)
        # quantile(fit): 2.0, 2.5, 5.0
        self.assertEqual([quantile(LATER, p, "log").value for p in (0.25, 0.5, 0.75)], [2, 2.5, 5])

    def test_once_the_risk_set_is_exhausted_it_stays_at_nought(self):
        # R 4.2.2: survfit(Surv(c(0,0,5,5,6), c(2,3,7,8,9), c(1,1,1,0,1)) ~ 1)
        self.assertEqual(EXHAUSTED.at_risk.tolist(), [2, 1, 3, 2, 1])
        self.assertEqual(EXHAUSTED.survival.tolist(), [0.5, 0, 0, 0, 0])
        self.assertTrue(np.isnan(EXHAUSTED.se[1:]).all())
        self.assertEqual(rate_at(EXHAUSTED, 7).reason, "survival_zero")
        mean = survival.rmst(EXHAUSTED, 9)
        self.assertAlmostEqual(mean.value, 2.5, 12)
        self.assertAlmostEqual(mean.se, 0.354, 3)

    def test_numbers_at_risk_between_times_are_those_of_the_next_as_in_r(self):
        # R 4.2.2: summary(fit, times = c(0, 1.5, 2, 4, 5.5, 8, 9, 10), extend = TRUE)$n.risk
        self.assertEqual(
            survival.at_risk(LATER, [0, 1.5, 2, 4, 5.5, 8, 9, 10]).tolist(), [2, 2, 2, 3, 3, 2, 1, 0]
        )

    def test_the_follow_up_of_late_entries_swaps_events_and_censorings_only(self):
        back = survival.reverse(LATER)
        self.assertEqual(back.at_risk.tolist(), LATER.at_risk.tolist())
        # R 4.2.2: the curve is at one half from 8 to 9, the end
        self.assertEqual(survival.followup_quantile(LATER, 0.5).value, 8.5)

    def test_a_case_without_entry_is_left_out_and_counted(self):
        curve = kaplan_meier([4, 5, 6], [1, 1, 1], [0, math.nan, 1])
        self.assertEqual((curve.n, curve.missing, curve.used.tolist()), (2, 1, [True, False, True]))


class ImpossibleEntries(unittest.TestCase):
    def test_they_are_refused_by_row(self):
        for time, entry, message in (
            ([5, 6], [0, 6], "row 1 enters at 6, not before its time 6"),
            ([5, 6], [7, 0], "row 0 enters at 7, not before its time 5"),
            ([math.nan, 6], [0, 8], "row 1 enters at 8"),
            ([0, 6], [0, 0], "row 0 enters at 0, not before its time 0"),
            ([5, 6], [0, -1], "row 1 has a negative entry: -1"),
            ([5, 6], [math.inf, 0], "row 0 has an infinite entry"),
            ([5, 6], [0], "2 times but 1 entries"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                kaplan_meier(time, [1, 1], entry)

    def test_an_entry_that_is_its_time_but_for_rounding_is_refused(self):
        with self.assertRaisesRegex(ValueError, "row 1 enters at 0.3"):
            kaplan_meier([2, 0.1 + 0.2], [1, 1], [0, 0.3])


class TheLaws(unittest.TestCase):
    @given(cohorts())
    @settings(max_examples=80, deadline=None)
    def test_the_counts_are_those_of_the_definition(self, rows):
        curve = kaplan_meier(*zip(*rows, strict=True))
        counted = [sum(entry < t <= time for time, _, entry in rows) for t in curve.time]
        self.assertEqual(curve.at_risk.tolist(), counted)
        self.assertEqual(curve.n, len(rows))
        self.assertEqual(curve.last_time, max(time for time, *_ in rows))

    @given(cohorts())
    @settings(max_examples=80, deadline=None)
    def test_it_never_rises_and_every_interval_holds_its_estimate(self, rows):
        curve = kaplan_meier(*zip(*rows, strict=True))
        self.assertTrue((np.diff(curve.survival, prepend=1) <= 0).all())
        for method in ("plain", "log", "log-log", "spss"):
            for p in (0.25, 0.5, 0.75):
                found = quantile(curve, p, method)
                if found.value is not None:
                    self.assertLessEqual(found.value if found.lower is None else found.lower, found.value)
                    self.assertGreaterEqual(found.value if found.upper is None else found.upper, found.value)

    @given(cohorts())
    @settings(max_examples=40, deadline=None)
    def test_entry_at_the_start_changes_nothing(self, rows):
        time, event, _ = zip(*rows, strict=True)
        plain, entered = kaplan_meier(time, event), kaplan_meier(time, event, [0] * len(time))
        for name in ("time", "at_risk", "events", "censored", "survival"):
            np.testing.assert_array_equal(getattr(plain, name), getattr(entered, name))

    @given(cohorts(), st.integers(1, 29))
    @settings(max_examples=40, deadline=None)
    def test_a_case_cut_in_two_at_any_time_is_still_one_case(self, rows, cut):
        # counting process: the first piece is censored at the cut, the second enters there
        whole = kaplan_meier(*zip(*rows, strict=True))
        pieces = []
        for time, event, entry in rows:
            inside = entry < cut < time
            pieces += [(cut, False, entry), (time, event, cut)] if inside else [(time, event, entry)]
        cut_curve = kaplan_meier(*zip(*pieces, strict=True))
        at_events = whole.events > 0
        place = np.searchsorted(cut_curve.time, whole.time[at_events])
        np.testing.assert_allclose(cut_curve.survival[place], whole.survival[at_events], atol=1e-12)
        self.assertEqual(cut_curve.at_risk[place].tolist(), whole.at_risk[at_events].tolist())


if __name__ == "__main__":
    unittest.main()
