"""Sums over intervals: against adding up, and without loss of what is small."""

import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.regression.interval_sums import IntervalSums

intervals = st.integers(1, 20).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.lists(st.tuples(st.integers(0, size), st.integers(0, size)).map(sorted), min_size=1, max_size=20),
    )
)


class Sums(unittest.TestCase):
    @given(intervals)
    @settings(max_examples=100, deadline=None)
    def test_they_are_those_of_adding_up(self, drawn):
        size, ends = drawn
        first, stop = np.array(ends).T
        values, weights = 1.5 ** np.arange(size), np.arange(1.0, len(ends) + 1)
        sums = IntervalSums(first, stop, size)
        places = np.arange(size)
        inside = (first[:, None] <= places) & (places < stop[:, None])
        np.testing.assert_allclose(sums.covering(weights), weights @ inside)
        np.testing.assert_allclose(sums.contained(values), inside @ values)

    def test_what_is_small_is_not_lost_beside_what_has_gone(self):
        first, stop = np.array([0, 1, 2]), np.array([1, 2, 3])
        sums = IntervalSums(first, stop, 3)
        np.testing.assert_array_equal(sums.covering(np.array([1e-20, 1, 1e20])), [1e-20, 1, 1e20])
        np.testing.assert_array_equal(sums.contained(np.array([1e20, 1, 1e-20])), [1e20, 1, 1e-20])

    def test_nothing_gives_nothing(self):
        sums = IntervalSums(np.array([0, 0]), np.array([0, 0]), 0)
        self.assertEqual(sums.covering(np.ones(2)).size, 0)
        np.testing.assert_array_equal(sums.contained(np.zeros(0)), [0, 0])


if __name__ == "__main__":
    unittest.main()
