"""Logistic regression: hand computation, what cannot be estimated, its own laws. R is compared elsewhere."""

import json
import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.regression import area_under_curve, logistic
from analysis.regression.logistic_data import is_separated


def cells(a, b, c, d):
    """Outcome and exposure of a fourfold table: exposed with and without, unexposed with and without."""
    return [1] * a + [0] * b + [1] * c + [0] * d, [1] * (a + b) + [0] * (c + d)


def series(n=120, seed=4):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, 3))
    y = (generator.random(n) < 1 / (1 + np.exp(-(0.3 + x[:, 0] - 0.5 * x[:, 1])))).astype(float)
    return y, x


class FourfoldTable(unittest.TestCase):
    def setUp(self):
        self.model = logistic(*cells(20, 10, 15, 30), ["exposure"])
        self.term = self.model.terms[0]

    def test_the_odds_ratio_and_woolfs_standard_error_come_out(self):
        self.assertAlmostEqual(self.term.ratio, 20 * 30 / (10 * 15), 12)
        woolf = math.sqrt(1 / 20 + 1 / 10 + 1 / 15 + 1 / 30)
        self.assertAlmostEqual(self.term.se, woolf, 12)
        self.assertAlmostEqual(self.term.lower, 4 * math.exp(-1.959963984540054 * woolf), 11)
        self.assertAlmostEqual(self.term.upper, 4 * math.exp(1.959963984540054 * woolf), 11)

    def test_the_score_test_is_pearsons_chi_squared(self):
        pearson = 75 * (20 * 30 - 10 * 15) ** 2 / (30 * 45 * 35 * 40)
        self.assertAlmostEqual(self.model.score.statistic, pearson, 11)
        self.assertEqual(self.model.score.df, 1)

    def test_the_likelihood_ratio_is_twice_the_gain_in_log_likelihood(self):
        null, full = self.model.log_likelihood
        by_hand = 20 * math.log(2 / 3) + 10 * math.log(1 / 3) + 15 * math.log(1 / 3) + 30 * math.log(2 / 3)
        self.assertAlmostEqual(full, by_hand, 11)
        self.assertAlmostEqual(self.model.likelihood_ratio.statistic, 2 * (full - null), 11)

    def test_the_wald_test_of_one_term_is_its_own(self):
        self.assertAlmostEqual(self.model.wald.statistic, (self.term.coef / self.term.se) ** 2, 10)
        self.assertAlmostEqual(self.model.wald.p, self.term.p, 12)

    def test_the_intercept_is_the_log_odds_of_the_unexposed(self):
        self.assertAlmostEqual(self.model.intercept.ratio, 15 / 30, 12)

    def test_fitted_probabilities_are_the_shares_of_each_row(self):
        self.assertAlmostEqual(self.model.probability[0], 2 / 3, 12)
        self.assertAlmostEqual(self.model.probability[-1], 1 / 3, 12)

    def test_it_is_ready_for_json(self):
        numbers = json.loads(json.dumps(self.model.numbers(), allow_nan=False))
        self.assertAlmostEqual(numbers["terms"][0]["odds_ratio"], 4)
        self.assertEqual(numbers["intercept"]["term"], "(intercept)")
        self.assertEqual(numbers["events_per_variable"], 35)


class WhatCannotBeEstimated(unittest.TestCase):
    def test_no_cases_have_no_estimate(self):
        model = logistic([], np.empty((0, 2)), ["a", "b"])
        self.assertEqual((model.reason, model.n, len(model.terms)), ("no_cases", 0, 2))
        self.assertEqual(model.terms[1].reason, "no_cases")

    def test_rows_that_all_lack_something_are_no_cases_but_counted(self):
        model = logistic([1, math.nan], [[math.nan], [2]], ["a"])
        self.assertEqual((model.reason, model.missing), ("no_cases", 2))

    def test_an_outcome_of_one_kind_has_no_estimate(self):
        for outcome in ([1, 1, 1], [0, 0, 0]):
            model = logistic(outcome, [1, 2, 3], ["a"])
            self.assertEqual(model.reason, "no_variation")
            self.assertEqual(model.likelihood_ratio.reason, "no_variation")
            self.assertIsNone(model.concordance)

    def test_complete_separation_is_told(self):
        model = logistic([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], ["a"])
        self.assertEqual((model.reason, model.terms[0].reason), ("separation", "separation"))
        self.assertIsNone(model.terms[0].coef)

    def test_an_empty_cell_is_separation_too(self):
        self.assertEqual(logistic(*cells(6, 0, 5, 5), ["a"]).reason, "separation")

    def test_separation_by_a_combination_of_covariates_is_found(self):
        generator = np.random.default_rng(8)
        x = generator.normal(size=(60, 2))
        y = (x @ [1.0, -2.0] > 0.3).astype(float)
        self.assertEqual(logistic(y, x, ["a", "b"]).reason, "separation")

    def test_one_case_on_the_wrong_side_is_enough_for_an_estimate(self):
        model = logistic([0, 0, 1, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6, 7], ["a"])
        self.assertIsNone(model.reason)
        self.assertTrue(math.isfinite(model.terms[0].coef))

    def test_a_strong_effect_in_many_cases_is_no_separation(self):
        x = np.linspace(-1, 1, 4000)
        y = (x > 0).astype(float)
        y[:5], y[-5:] = 1, 0
        x[:5], x[-5:] = -0.01, 0.01
        model = logistic(y, x, ["a"])
        self.assertIsNone(model.reason)
        self.assertGreater(model.terms[0].coef, 50)

    def test_a_constant_covariate_is_left_out_and_the_others_estimated(self):
        y, x = series()
        x[:, 1] = 7
        model = logistic(y, x, ["a", "same", "c"])
        self.assertEqual([term.reason for term in model.terms], [None, "no_variation", None])
        without = logistic(y, x[:, [0, 2]], ["a", "c"])
        self.assertAlmostEqual(model.terms[2].coef, without.terms[1].coef, 12)
        self.assertEqual(model.likelihood_ratio.df, 2)
        self.assertTrue(np.isnan(model.coef[1]) and np.isnan(model.covariance[1]).all())

    def test_a_combination_of_earlier_covariates_is_left_out(self):
        y, x = series()
        x[:, 2] = 3 * x[:, 0] - x[:, 1] + 100
        model = logistic(y, x, ["a", "b", "sum"])
        self.assertEqual([term.reason for term in model.terms], [None, None, "collinear"])

    def test_only_constant_covariates_leave_the_intercept_and_no_test(self):
        model = logistic([0, 1, 1], [[1], [1], [1]], ["same"])
        self.assertAlmostEqual(model.intercept.ratio, 2, 12)
        self.assertEqual(model.likelihood_ratio.reason, "no_variation")
        self.assertEqual(model.concordance.value, 0.5)

    def test_a_ratio_no_computer_can_hold_is_told(self):
        y, x = series()
        term = logistic(y, x * 1e-9, ["a", "b", "c"]).terms[0]
        self.assertEqual(term.reason, "too_large")
        self.assertIsNone(term.ratio)
        self.assertAlmostEqual(term.coef * 1e-9, logistic(y, x, ["a", "b", "c"]).terms[0].coef, 10)


class Refused(unittest.TestCase):
    def test_an_outcome_other_than_0_and_1_is_refused_by_its_row(self):
        with self.assertRaisesRegex(ValueError, "row 2.*neither 0 nor 1: 2"):
            logistic([0, 1, 2], [1, 2, 3], ["a"])

    def test_lengths_that_differ_are_refused(self):
        with self.assertRaisesRegex(ValueError, "shape"):
            logistic([0, 1], [[1], [2], [3]], ["a"])
        with self.assertRaisesRegex(ValueError, "shape"):
            logistic([0, 1], [[1, 2], [2, 3]], ["a"])

    def test_an_infinite_covariate_is_refused_by_its_row_and_name(self):
        with self.assertRaisesRegex(ValueError, "row 1 .*of age"):
            logistic([0, 1], [[1], [math.inf]], ["age"])


class Laws(unittest.TestCase):
    def test_rows_that_lack_a_value_are_counted_and_change_nothing(self):
        y, x = series()
        more_y = np.concatenate([y, [1, math.nan]])
        more_x = np.vstack([x, [[1, math.nan, 2]], [[1, 1, 1]]])
        plain, more = logistic(y, x, "abc"), logistic(more_y, more_x, "abc")
        self.assertEqual((more.n, more.missing, more.used.sum()), (120, 2, 120))
        self.assertEqual([t.coef for t in plain.terms], [t.coef for t in more.terms])

    def test_other_units_change_coefficients_only(self):
        y, x = series()
        plain = logistic(y, x, "abc")
        scaled = logistic(y, x * [1e6, 1e-6, 1] + [5e8, 0, 40], "abc")
        for one, other, factor in zip(plain.terms, scaled.terms, (1e6, 1e-6, 1), strict=True):
            self.assertAlmostEqual(one.coef / (other.coef * factor), 1, 8)
            self.assertAlmostEqual(one.p, other.p, 8)
        self.assertAlmostEqual(plain.log_likelihood[1], scaled.log_likelihood[1], 8)

    def test_twice_the_series_halves_the_variance(self):
        y, x = series()
        once, twice = logistic(y, x, "abc"), logistic(np.tile(y, 2), np.tile(x, (2, 1)), "abc")
        self.assertAlmostEqual(once.terms[0].coef, twice.terms[0].coef, 10)
        self.assertAlmostEqual(once.terms[0].se, twice.terms[0].se * math.sqrt(2), 10)
        self.assertAlmostEqual(once.concordance.value, twice.concordance.value, 12)

    @given(st.integers(0, 10_000), st.integers(4, 60), st.integers(1, 3))
    @settings(max_examples=80, deadline=None)
    def test_any_series_gives_numbers_or_a_reason(self, seed, n, k):
        generator = np.random.default_rng(seed)
        x = np.round(generator.normal(size=(n, k)), 1)
        y = (generator.random(n) < 0.4).astype(float)
        model = logistic(y, x, [f"x{i}" for i in range(k)])
        json.dumps(model.numbers(), allow_nan=False)
        if model.reason is None:
            for term in model.terms:
                self.assertTrue(term.reason or term.lower < term.ratio < term.upper)
            self.assertAlmostEqual(model.probability.sum(), y.sum(), 6)
        elif model.reason == "separation":
            design = np.column_stack([np.ones(n), (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1)])
            self.assertTrue(is_separated(design, y))


class AreaUnderCurve(unittest.TestCase):
    def test_every_pair_counts_once_and_ties_half(self):
        area = area_under_curve([1, 1, 0, 0, 0], [3, 2, 2, 1, 3])
        self.assertAlmostEqual(area.value, (0.5 + 1 + 1 + 0 + 0.5 + 1) / 6, 12)

    def test_delongs_standard_error_by_hand(self):
        # wins of the events (3.5/4, 2.5/4) and losses of the others (1, 1, .5, .5)
        area = area_under_curve([1, 1, 0, 0, 0, 0], [4, 3, 1, 2, 4, 3.5])
        wins, losses = (3.5 / 4, 2 / 4), (1, 1, 0.25, 0.5)
        variance = np.var(wins, ddof=1) / 2 + np.var(losses, ddof=1) / 4
        self.assertAlmostEqual(area.value, np.mean(wins), 12)
        self.assertAlmostEqual(area.se, math.sqrt(variance), 12)

    def test_limits_stay_between_0_and_1(self):
        area = area_under_curve([1, 1, 1, 0, 0, 0], [9, 8, 4, 5, 2, 1])
        self.assertEqual(area.upper, 1)
        self.assertGreater(area.lower, 0)

    def test_perfect_discrimination_has_no_standard_error_to_speak_of(self):
        area = area_under_curve([1, 1, 0, 0], [4, 3, 2, 1])
        self.assertEqual((area.value, area.lower, area.reason), (1, None, "no_variation"))

    def test_one_case_of_a_kind_has_an_area_without_limits(self):
        self.assertEqual(area_under_curve([1, 0, 0], [2, 1, 3]).reason, "too_few")

    def test_one_kind_only_has_none(self):
        self.assertEqual(area_under_curve([1, 1], [2, 1]).reason, "one_group")
        self.assertEqual(area_under_curve([], []).reason, "no_cases")

    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40))
    @settings(max_examples=80, deadline=None)
    def test_it_equals_the_share_of_pairs_won(self, rows):
        y, score = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
        area = area_under_curve(y, score)
        if 0 < y.sum() < y.size:
            gap = score[y == 1][:, None] - score[y == 0][None, :]
            self.assertAlmostEqual(area.value, float(((gap > 0) + (gap == 0) / 2).mean()), 12)
            self.assertAlmostEqual(area_under_curve(1 - y, -score).value, area.value, 12)
