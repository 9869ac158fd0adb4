"""Firth logistic regression against published results, exact small tables, and its own laws."""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.regression import firth_logistic, logistic
from tests.analysis.separated_series import ENDOMETRIAL_NAMES, INFECTION_NAMES, endometrial, infection

counts = st.integers(0, 12)


def two_by_two(exposed_event, exposed_none, other_event, other_none):
    """Outcome and exposure of a fourfold table."""
    outcome = [1] * exposed_event + [0] * exposed_none + [1] * other_event + [0] * other_none
    return outcome, [1] * (exposed_event + exposed_none) + [0] * (other_event + other_none)


class Published(unittest.TestCase):
    # logistf's answers: coefficient, profile limits; then the p of the penalised likelihood ratio
    INFECTION = {
        "(intercept)": (0.12025405, -0.8185591, 1.07315122),
        "age": (-1.10598131, -1.9737884, -0.30742514),
        "oc": (-0.06881673, -0.9414363, 0.78920202),
        "vic": (2.26887464, 1.2730216, 3.43543273),
        "vicl": (-2.11140817, -3.2608611, -1.11773495),
        "vis": (-0.78831694, -1.6080879, 0.01518468),
        "dia": (3.09601166, 0.7745682, 8.03029352),
    }
    INFECTION_P = {
        "age": 0.006143472,
        "oc": 0.8751911,
        "vic": 1.678877e-06,
        "vicl": 1.237805e-05,
        "vis": 0.05449701,
        "dia": 0.004951873,
    }
    ENDOMETRIAL = {
        "(intercept)": (3.77455951, 1.0825371, 7.20928050),
        "NV": (2.92927330, 0.6097244, 7.85463171),
        "PI": (-0.03475175, -0.1244587, 0.04045547),
        "EH": (-2.60416387, -4.3651832, -1.23272106),
    }

    def test_the_infections_have_the_published_estimates_limits_and_p_values(self):
        model = firth_logistic(*infection(), INFECTION_NAMES)
        self.agree(model, self.INFECTION)
        for term in model.terms:
            self.assertAlmostEqual(term.p / self.INFECTION_P[term.term], 1, 4)
        self.assertAlmostEqual(model.log_likelihood[1], -132.5394, 4)
        self.assertAlmostEqual(model.terms[-1].se, 1.67501, 5)

    def test_the_endometrial_cancers_have_the_published_estimates_and_limits(self):
        self.agree(firth_logistic(*endometrial(), ENDOMETRIAL_NAMES), self.ENDOMETRIAL)

    def test_both_series_are_separated_so_that_ordinary_regression_has_no_answer(self):
        self.assertEqual(logistic(*infection(), INFECTION_NAMES).reason, "separation")
        self.assertEqual(logistic(*endometrial(), ENDOMETRIAL_NAMES).reason, "separation")

    def agree(self, model, published):
        for term in (model.intercept, *model.terms):
            coef, lower, upper = published[term.term]
            with self.subTest(term=term.term):
                self.assertAlmostEqual(term.coef, coef, 6)
                self.assertAlmostEqual(math.log(term.lower), lower, 6)
                self.assertAlmostEqual(math.log(term.upper), upper, 6)


class FourfoldTables(unittest.TestCase):
    """With one exposure the model is saturated: Jeffreys' prior adds one half to every cell."""

    @given(counts, counts, counts, counts)
    @settings(max_examples=60, deadline=None)
    def test_the_odds_ratio_is_that_of_the_table_with_a_half_added_to_each_cell(self, a, b, c, d):
        outcome, exposure = two_by_two(a, b, c, d)
        model = firth_logistic(outcome, exposure, ["exposure"])
        if not (a + c and b + d and a + b and c + d):
            self.assertIsNone(model.terms[0].coef)
            self.assertIn(model.terms[0].reason, ("no_variation", "no_cases"))
            return
        term = model.terms[0]
        half = [count + 0.5 for count in (a, b, c, d)]
        self.assertAlmostEqual(term.coef, math.log(half[0] * half[3] / half[1] / half[2]), 7)
        self.assertTrue(term.lower < term.ratio < term.upper, term)
        self.assertEqual(term.p < 0.05, not term.lower <= 1 <= term.upper)

    def test_an_empty_cell_gives_finite_limits(self):
        term = firth_logistic(*two_by_two(6, 0, 1, 4), ["exposure"]).terms[0]
        self.assertAlmostEqual(term.ratio, 6.5 * 4.5 / 0.5 / 1.5, 7)
        self.assertGreater(term.lower, 1)
        self.assertTrue(math.isfinite(term.upper))

    def test_a_model_without_any_slope_still_has_its_intercept(self):
        model = firth_logistic([1, 1, 0, 0, 0], [[2]] * 5, ["same"])
        self.assertEqual(model.terms[0].reason, "no_variation")
        self.assertAlmostEqual(model.intercept.coef, math.log(2.5 / 3.5), 8)
        self.assertEqual(model.likelihood_ratio.reason, "no_variation")


class Laws(unittest.TestCase):
    def setUp(self):
        generator = np.random.default_rng(11)
        self.x = generator.normal(size=(40, 2))
        self.y = (generator.random(40) < 1 / (1 + np.exp(-self.x[:, 0]))).astype(float)

    def fit(self, y=None, x=None, **choices):
        return firth_logistic(self.y if y is None else y, self.x if x is None else x, ["a", "b"], **choices)

    def test_turning_the_outcome_round_inverts_the_ratios(self):
        straight, turned = self.fit(), self.fit(y=1 - self.y)
        for one, other in zip(straight.terms, turned.terms, strict=True):
            self.assertAlmostEqual(one.ratio * other.ratio, 1, 8)
            self.assertAlmostEqual(one.lower * other.upper, 1, 6)
            self.assertAlmostEqual(one.p, other.p, 8)

    def test_other_units_of_a_covariate_change_its_coefficient_only(self):
        straight, scaled = self.fit(), self.fit(x=self.x * [1e-6, 1e5] + [0, 3e6])
        for one, other, factor in zip(straight.terms, scaled.terms, (1e-6, 1e5), strict=True):
            self.assertAlmostEqual(one.coef / (other.coef * factor), 1, 7)
            self.assertAlmostEqual(one.p, other.p, 7)
        self.assertAlmostEqual(straight.likelihood_ratio.statistic, scaled.likelihood_ratio.statistic, 7)

    def test_the_order_of_rows_does_not_matter(self):
        order = np.random.default_rng(1).permutation(40)
        for one, other in zip(self.fit().terms, self.fit(self.y[order], self.x[order]).terms, strict=True):
            self.assertAlmostEqual(one.coef, other.coef, 8)
            self.assertAlmostEqual(one.upper / other.upper, 1, 7)

    def test_in_a_large_series_it_comes_close_to_the_ordinary_estimate(self):
        x, y = np.tile(self.x, (300, 1)), np.tile(self.y, 300)
        for one, other in zip(self.fit(y, x).terms, logistic(y, x, ["a", "b"]).terms, strict=True):
            self.assertAlmostEqual(one.coef, other.coef, 2)
            self.assertAlmostEqual(one.p, other.p, 3)

    def test_complete_separation_has_finite_estimates_in_the_right_direction(self):
        model = firth_logistic([0] * 6 + [1] * 6, list(range(12)), ["x"])
        term = model.terms[0]
        self.assertGreater(term.coef, 0)
        self.assertGreater(term.lower, 1)
        self.assertLess(term.p, 0.01)
        self.assertEqual(model.concordance.value, 1)

    def test_a_wider_level_has_a_wider_interval(self):
        narrow, wide = self.fit(level=0.9).terms[0], self.fit(level=0.99).terms[0]
        self.assertLess(wide.lower, narrow.lower)
        self.assertGreater(wide.upper, narrow.upper)

    def test_more_covariates_than_cases_leave_reasons_not_exceptions(self):
        generator = np.random.default_rng(2)
        names = [f"x{k}" for k in range(8)]
        model = firth_logistic([0, 1, 0, 1, 1], generator.normal(size=(5, 8)), names)
        self.assertEqual([term.reason for term in model.terms[4:]], ["collinear"] * 4)
        self.assertTrue(all(math.isfinite(term.coef) for term in model.terms[:4]))

    def test_collinear_but_for_rounding_is_collinear(self):
        x = 1e8 + np.random.default_rng(108).normal(size=(3, 4))
        model = firth_logistic([0, 1, 1], x, "abcd")
        self.assertEqual([term.reason for term in model.terms[2:]], ["collinear", "collinear"])
        self.assertTrue(all(math.isfinite(term.coef) for term in model.terms[:2]))

    def test_an_intercept_far_from_all_cases_has_no_limits(self):
        model = firth_logistic(self.y, self.x + 1e6, ["a", "b"])
        self.assertEqual((model.intercept.reason, model.intercept.lower), ("no_convergence", None))
        self.assertAlmostEqual(model.terms[0].upper, self.fit().terms[0].upper, 5)

    @given(st.integers(0, 2000))
    @settings(max_examples=15, deadline=None)
    def test_every_small_series_has_finite_estimates_and_limits(self, seed):
        generator = np.random.default_rng(seed)
        n, k = int(generator.integers(8, 32)), int(generator.integers(1, 4))
        x = generator.integers(0, 3, size=(n, k)).astype(float)
        y = (generator.random(n) < generator.choice([0.2, 0.5])).astype(float)
        model = firth_logistic(y, x, [f"x{i}" for i in range(k)])
        for term in model.terms:
            if term.reason not in ("collinear", "no_variation"):
                self.assertIsNone(term.reason, term)
                self.assertTrue(term.lower < term.ratio < term.upper)

    def test_one_kind_of_outcome_has_no_estimate(self):
        for y, reason in (([], "no_cases"), ([1, 1, 1], "no_variation"), ([0, 0], "no_variation")):
            model = firth_logistic(y, [[k] for k in range(len(y))] or np.empty((0, 1)), ["x"])
            self.assertEqual(model.reason, reason)
            self.assertEqual(model.terms[0].reason, reason)
            self.assertEqual(model.interval, "profile")
