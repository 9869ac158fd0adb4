"""Risk-adjusted CUSUM, its control limit and VLAD: by hand, against brute simulation, and by their laws."""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.quality import control_limit, cusum, run_length, vlad

RISKS = [0.03, 0.08, 0.2, 0.45]
cases = st.lists(st.tuples(st.integers(0, 1), st.floats(0.01, 0.99)), min_size=1, max_size=60)


def simulated_run_length(h, odds_ratio, runs, seed):
    """The mean number of cases to the first signal, one run after another from 0."""
    random, lengths = np.random.default_rng(seed), []
    for _ in range(runs):
        s, length = 0.0, 0
        while s <= h:
            p = random.choice(RISKS)
            y = random.random() < p
            s = max(0.0, s + y * math.log(odds_ratio) - math.log(1 - p + odds_ratio * p))
            length += 1
        lengths.append(length)
    return np.mean(lengths), np.std(lengths) / math.sqrt(runs)


class ByHandTest(unittest.TestCase):
    def test_weights_are_the_likelihood_ratios_of_steiners_paper(self):
        # odds doubled: a death at risk p scores ln 2/(1 + p), a survival ln 1/(1 + p)
        chart = cusum([1, 0, 1], [0.1, 0.5, 0.02], 2)
        np.testing.assert_allclose(
            chart.weight, [math.log(2 / 1.1), math.log(1 / 1.5), math.log(2 / 1.02)], atol=1e-15
        )
        np.testing.assert_allclose(
            chart.score,
            [math.log(2 / 1.1), math.log(2 / 1.1 / 1.5), math.log(2 / 1.1 / 1.5 * 2 / 1.02)],
            atol=1e-15,
        )

    def test_a_chart_for_improvement_rises_with_survivals(self):
        chart = cusum([0, 0, 1], [0.4, 0.4, 0.4], 0.5)
        w = -math.log(0.8)
        np.testing.assert_allclose(chart.score, [w, 2 * w, max(0, 2 * w + math.log(0.5 / 0.8))], atol=1e-15)

    def test_a_chart_signals_beyond_its_limit_and_starts_again(self):
        w = math.log(2 / 1.1)
        chart = cusum([1] * 7, [0.1] * 7, 2, limit=3 * w)
        self.assertEqual(chart.signals, (3,))  # three deaths reach the limit, the fourth exceeds it
        np.testing.assert_allclose(chart.score, np.array([1, 2, 3, 4, 1, 2, 3]) * w, atol=1e-12)
        kept = cusum([1] * 6, [0.1] * 6, 2, limit=3 * w, reset=False)
        self.assertEqual(kept.signals, (3, 4, 5))

    def test_vlad_sums_risks_less_deaths(self):
        display = vlad([0, 1, 0], [0.1, 0.2, 0.5])
        np.testing.assert_allclose(display.value, [0.1, -0.7, -0.2], atol=1e-15)
        np.testing.assert_allclose(display.upper, 1.959963984540054 * np.sqrt([0.09, 0.25, 0.5]), atol=1e-12)
        np.testing.assert_array_equal(display.lower, -display.upper)
        self.assertEqual((display.n, display.events, display.missing), (3, 1, 0))
        self.assertAlmostEqual(display.expected, 0.8, 15)

    def test_cases_that_lack_a_value_are_left_out_counted_and_marked(self):
        chart = cusum([1, None, 0], [0.1, 0.2, math.nan], 2)
        self.assertEqual((chart.n, chart.missing, chart.used.tolist()), (1, 2, [True, False, False]))
        self.assertEqual((cusum([], [], 2).reason, vlad([], []).reason), ("no_cases", "no_cases"))

    def test_impossible_input_is_refused(self):
        for arguments, options, message in (
            (([2], [0.1], 2), {}, "row 0 has an outcome"),
            (([0, 1], [0.1, 1], 2), {}, "row 1 has a risk"),
            (([0], [0.1, 0.2], 2), {}, "1 outcomes but 2 risks"),
            (([0], [0.1], 1), {}, "odds ratio"),
            (([0], [0.1], -2), {}, "odds ratio"),
            (([0], [0.1], 2), {"limit": -1}, "control limit"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                cusum(*arguments, **options)


class LimitTest(unittest.TestCase):
    def test_the_limit_gives_the_declared_run_length_when_simulated_run_by_run(self):
        for odds_ratio in (2, 0.5):
            found = control_limit(RISKS, odds_ratio, 150, seed=1)
            mean, error = simulated_run_length(found.h, odds_ratio, 1500, seed=2)
            self.assertLess(abs(mean - 150), 4 * math.hypot(error, found.se))
            self.assertGreaterEqual(found.run_length, 150)
            self.assertLess(found.run_length, 155)

    def test_the_same_seed_gives_the_same_limit_and_a_longer_run_length_a_higher_one(self):
        first, again = (control_limit(RISKS, 2, 200, seed=5, signals=500) for _ in range(2))
        self.assertEqual(first, again)
        self.assertGreater(control_limit(RISKS, 2, 800, seed=5, signals=500).h, first.h)

    def test_a_run_length_is_that_of_a_markov_chain(self):
        # from quality.R, by Brook & Evans' method
        from analysis.reference import expected

        found = run_length(RISKS, 2, 2.5, seed=3)
        self.assertLess(abs(found.run_length - expected("quality")["run-length/2/2.5"]), 4 * found.se)

    def test_a_limit_of_equal_risks_does_not_depend_on_rounding(self):
        # heights of such a chart are few; sums of the same weights in another order are one height
        found = control_limit([0.25], 2, 100, seed=1)
        near = run_length([0.25], 2, found.h + 1e-10, seed=1, steps=200_000)
        self.assertAlmostEqual(near.run_length, found.run_length, 9)

    def test_risks_too_low_for_any_false_signal_have_a_reason(self):
        for found in (control_limit([1e-9], 2, 100, seed=1), run_length([0.1], 2, 50, seed=1, steps=1000)):
            self.assertEqual((found.run_length, found.signals, found.reason), (None, 0, "no_events"))

    def test_impossible_simulations_are_refused(self):
        for arguments, options, message in (
            (([], 2, 100, 1), {}, "risk of at least one case"),
            (([0.1], 2, 1, 1), {}, "run length of 2 or more"),
            (([0.1], 2, math.nan, 1), {}, "run length of 2 or more"),
            (([0.1], 2, 10**6, 1), {}, "cases in all"),
            (([0.1], 2, 100, 1), {"signals": 1}, "10 or more signals"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                control_limit(*arguments, **options)
        with self.assertRaisesRegex(ValueError, "limit of 0 or more"):
            run_length([0.1], 2, -1, 1)


class LawsTest(unittest.TestCase):
    @given(cases, st.sampled_from([2, 0.5, 3.3]))
    @settings(max_examples=80, deadline=None)
    def test_without_signals_the_chart_is_the_walk_above_its_lowest_point(self, rows, odds_ratio):
        outcome, risk = (np.array(column) for column in zip(*rows, strict=True))
        chart = cusum(outcome, risk, odds_ratio)
        walk = np.cumsum(chart.weight)
        lowest = np.minimum(np.minimum.accumulate(walk), 0)
        np.testing.assert_allclose(chart.score, walk - lowest, atol=1e-10)
        self.assertEqual(chart.signals, ())

    @given(cases)
    @settings(max_examples=40, deadline=None)
    def test_a_display_ends_at_expected_less_observed(self, rows):
        outcome, risk = zip(*rows, strict=True)
        display = vlad(outcome, risk)
        self.assertAlmostEqual(float(display.value[-1]), display.expected - display.events, 10)
        self.assertTrue((np.diff(display.upper) > 0).all())
