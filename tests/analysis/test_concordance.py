"""Harrell's C against counting every pair, and its own laws."""

import time
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.regression import concordance

cases = st.lists(
    st.tuples(
        st.integers(1, 8),  # time
        st.integers(0, 1),  # event
        st.integers(-2, 2),  # risk
        st.integers(0, 1),  # stratum
        st.integers(0, 7),  # entry, before the time
        st.sampled_from((0.5, 1.0, 2.0)),  # weight
    ),
    min_size=2,
    max_size=25,
)


def columns(rows):
    time, event, risk, stratum, entry, weight = map(np.array, zip(*rows, strict=True))
    return time, event, risk, stratum, np.minimum(entry, time - 1), weight


def by_pairs(time, event, risk, stratum, entry, weight):
    """C by going through all pairs; None without any."""
    good = total = 0.0
    for i in np.flatnonzero(event):
        for j in range(len(time)):
            goes_on = time[j] > time[i] or (time[j] == time[i] and not event[j])
            if stratum[i] == stratum[j] and entry[j] < time[i] and goes_on:
                pair = weight[i] * weight[j]
                total += pair
                good += pair * (1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0)
    return good / total if total else None


class Concordance(unittest.TestCase):
    def test_it_can_be_counted_by_hand(self):
        # pairs: 1-2 right, 1-3 tied, 1-4 wrong, 3-4 wrong; the case censored at 2 starts none
        found = concordance([1, 2, 3, 4], [1, 0, 1, 0], [2, 1, 2, 3])
        self.assertEqual(found.value, (1 + 0.5) / 4)
        self.assertEqual((found.n, found.events, found.reason), (4, 2, None))

    @given(cases)
    @settings(max_examples=100, deadline=None)
    def test_it_is_the_share_of_right_pairs(self, rows):
        time, event, risk, stratum, entry, weight = columns(rows)
        found = concordance(time, event, risk, entry=entry, strata=stratum, weights=weight)
        expected = by_pairs(time, event, risk, stratum, entry, weight)
        if expected is None:
            self.assertEqual(found.reason, "no_pairs" if event.any() else "no_events")
        else:
            self.assertAlmostEqual(found.value, expected, 12)

    @given(cases)
    @settings(max_examples=50, deadline=None)
    def test_the_standard_error_is_the_effect_of_one_case_more_or_less(self, rows):
        time, event, risk, stratum, entry, weight = columns(rows)
        found = concordance(time, event, risk, entry=entry, strata=stratum, weights=weight)
        if found.value is None:
            return
        influence = []
        for i in range(len(time)):
            moved = [weight.astype(float), weight.astype(float)]
            moved[0][i], moved[1][i] = weight[i] * 1.0001, weight[i] * 0.9999
            high, low = (by_pairs(time, event, risk, stratum, entry, one) for one in moved)
            influence.append((high - low) / 0.0002)
        self.assertAlmostEqual(found.se, np.sqrt(np.sum(np.square(influence))), 6)

    @given(cases)
    @settings(max_examples=50, deadline=None)
    def test_turning_the_risk_round_turns_it_round(self, rows):
        time, event, risk, *_ = columns(rows)
        there, back = concordance(time, event, risk), concordance(time, event, -risk)
        if there.value is not None:
            self.assertAlmostEqual(there.value + back.value, 1, 12)
            self.assertAlmostEqual(there.se, back.se, 12)

    def test_nothing_changes_when_the_rows_are_shuffled_or_the_risk_is_stretched(self):
        random = np.random.default_rng(3)
        time, event, risk = random.integers(1, 30, 200), random.integers(0, 2, 200), random.normal(size=200)
        first, order = concordance(time, event, risk), random.permutation(200)
        self.assertEqual(concordance(time[order], event[order], np.exp(risk[order])).value, first.value)

    def test_the_interval_stays_between_0_and_1(self):
        found = concordance([1, 2, 3, 4, 5], [1, 1, 1, 1, 0], [5, 4, 3, 2, 1])
        self.assertEqual((found.value, found.lower, found.upper), (1, 1, 1))
        found = concordance([1, 2, 3, 4, 5], [1, 1, 1, 1, 0], [5, 4, 3, 1, 2])
        self.assertLessEqual(found.upper, 1)

    def test_without_a_pair_it_says_why(self):
        self.assertEqual(concordance([], [], []).reason, "no_cases")
        self.assertEqual(concordance([1, 2], [0, 0], [1, 2]).reason, "no_events")
        self.assertEqual(concordance([2, 2, 1], [1, 1, 0], [1, 2, 3]).reason, "no_pairs")

    def test_rows_that_lack_a_value_are_counted(self):
        found = concordance([1, 2, None, 4], [1, 1, 1, 0], [3, np.nan, 2, 1])
        self.assertEqual((found.n, found.missing), (2, 2))

    def test_a_hundred_thousand_rows_take_no_time(self):
        random = np.random.default_rng(1)
        size = 100_000
        rows = random.exponential(size=size), random.integers(0, 2, size), random.normal(size=size)
        started = time.perf_counter()
        concordance(*rows)
        self.assertLess(time.perf_counter() - started, 3)


if __name__ == "__main__":
    unittest.main()
