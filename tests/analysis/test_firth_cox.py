"""Firth's Cox model: against its definition, its laws, monotone likelihoods. Against R: test_against_r."""

import math
import unittest
from unittest.mock import Mock, patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from analysis.reference.data import formula
from analysis.regression import cox, firth_cox
from analysis.regression.cox import prepare
from analysis.regression.cox_penalty import _one_by_one as one_by_one
from analysis.regression.cox_penalty import evaluate
from analysis.regression.risk_sets import cox_rows

cases = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 1), st.integers(-2, 2), st.integers(0, 1), st.integers(0, 1)),
    min_size=4,
    max_size=20,
)


def columns(rows):
    time, event, first, second, stratum = map(np.array, zip(*rows, strict=True))
    return time, event, np.column_stack([first, second]).astype(float), stratum


class Definition(unittest.TestCase):
    @given(cases, st.sampled_from(("breslow", "efron")))
    @settings(max_examples=60, deadline=None)
    def test_the_penalised_score_is_the_slope_of_the_penalised_likelihood(self, rows, ties):
        time, event, x, stratum = columns(rows)
        prepared = prepare(cox_rows(time, event, x, ["a", "b"], strata=stratum), ties)
        if prepared.likelihood is None:
            return
        b = np.full(prepared.kept.size, 0.4)
        point = evaluate(prepared.likelihood, b)
        for j, h in enumerate(np.eye(b.size) * 1e-5):
            rise = evaluate(prepared.likelihood, b + h).value - evaluate(prepared.likelihood, b - h).value
            self.assertAlmostEqual(point.score[j], rise / 2e-5, 4)

    def test_a_binary_covariate_without_ties_can_be_worked_by_hand(self):
        # the monotone case of two rows: l = log(r / (1 + r)), I = r / (1 + r)^2, r the hazard ratio:
        # the largest of r / (1 + r) sqrt(r) / (1 + r) is at r = 3
        term = firth_cox([1, 2], [1, 0], [1, 0], ["x"]).terms[0]
        self.assertAlmostEqual(term.ratio, 3, 7)

        def lost(r):
            return 3 * math.log(3 / r) - 4 * math.log(4 / (1 + r))

        for limit in (term.lower, term.upper):
            self.assertAlmostEqual(lost(limit), chi2.ppf(0.95, 1), 6)
        self.assertAlmostEqual(term.p, chi2.sf(lost(1), 1), 8)


class Laws(unittest.TestCase):
    def setUp(self):
        data = formula(60)
        self.time, self.event = data.time.to_numpy(), data.event.to_numpy()
        self.x = data[["x1", "x3"]].to_numpy()

    def fit(self, **more):
        return firth_cox(**{
            "time": self.time, "event": self.event, "covariates": self.x, "names": ["a", "b"], **more
        })  # fmt: skip

    def test_p_and_interval_tell_the_same(self):
        for level in (0.5, 0.8, 0.95, 0.99):
            for term in self.fit(level=level).terms:
                self.assertEqual(term.p < 1 - level, not term.lower <= 1 <= term.upper)

    def test_the_unit_of_a_covariate_only_moves_its_coefficient(self):
        plain, scaled = self.fit(), self.fit(covariates=self.x * [1e3, 1e-1])
        np.testing.assert_allclose(scaled.coef * [1e3, 1e-1], plain.coef, rtol=1e-8)
        for one, other, unit in zip(plain.terms, scaled.terms, (1e3, 1e-1), strict=True):
            self.assertAlmostEqual(one.p, other.p, 9)
            self.assertAlmostEqual(math.log(other.lower) * unit, math.log(one.lower), 7)

    def test_zero_and_one_may_change_places(self):
        binary = (self.x[:, :1] > 0.5).astype(float)
        one = self.fit(covariates=binary, names=["x"]).terms[0]
        other = self.fit(covariates=1 - binary, names=["x"]).terms[0]
        self.assertAlmostEqual(one.ratio * other.ratio, 1, 8)
        self.assertAlmostEqual(one.lower * other.upper, 1, 7)

    def test_with_many_events_it_is_near_the_ordinary_estimate(self):
        data = formula(3000)
        arguments = (data.time, data.event, data[["x1", "x3"]], ["a", "b"])
        firth, plain = firth_cox(*arguments, ties="efron"), cox(*arguments)
        np.testing.assert_allclose(firth.coef, plain.coef, atol=2e-3)
        for one, other in zip(firth.terms, plain.terms, strict=True):
            self.assertAlmostEqual(one.lower, other.lower, 2)

    def test_the_order_of_rows_an_entry_at_zero_and_one_stratum_change_nothing(self):
        plain, order = self.fit(), np.random.default_rng(1).permutation(60)
        for other in (
            self.fit(time=self.time[order], event=self.event[order], covariates=self.x[order]),
            self.fit(entry=np.zeros(60)),
            self.fit(strata=["one"] * 60),
        ):
            for mine, first in zip(other.terms, plain.terms, strict=True):
                np.testing.assert_allclose(
                    [mine.coef, mine.lower, mine.upper, mine.p],
                    [first.coef, first.lower, first.upper, first.p],
                    rtol=1e-6,
                )

    @given(cases, st.sampled_from(("breslow", "efron")))
    @settings(max_examples=60, deadline=None)
    def test_every_term_that_varies_has_an_estimate_within_a_finite_interval(self, rows, ties):
        time, event, x, stratum = columns(rows)
        for term in firth_cox(time, event, x, ["a", "b"], ties=ties, strata=stratum).terms:
            self.assertIn(term.reason, (None, "no_events", "no_variation", "collinear"))
            if term.reason is None:
                self.assertTrue(0 < term.lower < term.ratio < term.upper)
                self.assertTrue(0 < term.p <= 1)


class Monotone(unittest.TestCase):
    TIME, EVENT, X = [1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 1, 0, 1, 0], [1, 1, 1, 0, 0, 0, 0]

    def test_the_estimate_is_finite_where_the_ordinary_one_is_not(self):
        self.assertEqual(cox(self.TIME, self.EVENT, self.X, ["x"]).reason, "separation")
        model = firth_cox(self.TIME, self.EVENT, self.X, ["x"])
        term = model.terms[0]
        self.assertIsNone(term.reason)
        self.assertTrue(1 < term.lower < term.ratio < term.upper)
        self.assertLess(term.p, 0.05)
        self.assertEqual(
            (model.method, model.interval, model.likelihood_ratio.df), ("cox-firth", "profile", 1)
        )

    def test_so_it_is_with_a_covariate_in_the_order_of_the_events(self):
        for x in ([7, 6, 5, 4, 3, 2, 1], [1000, 1.001, 1, 0.9, 0.1, 0.01, 0]):
            term = firth_cox(self.TIME, self.EVENT, x, ["x"]).terms[0]
            self.assertIsNone(term.reason)
            self.assertGreater(term.coef, 0)

    def test_hazards_too_far_apart_for_one_unit_have_an_estimate_soon(self):
        """The covariate is the time, but for a little: each event has by far the highest hazard left."""
        case = np.arange(60)
        time = 0.6 + 146 * (case / 59) ** 3
        x = np.column_stack([-time - 0.3 * np.sin(case), *(case % 4 == level for level in (1, 2, 3))])
        steps = Mock(wraps=evaluate)
        with patch("analysis.regression.cox_penalty.evaluate", steps):
            model = firth_cox(time, case % 3 == 0, x, list("abcd"))
        self.assertLess(steps.call_count, 3000)
        for term in model.terms:
            self.assertIsNone(term.reason)
            self.assertTrue(0 < term.lower < term.ratio < term.upper)

    def test_risk_sets_one_by_one_give_what_running_sums_give(self):
        data = formula(40)
        for ties in ("breslow", "efron"):
            rows = cox_rows(
                np.ceil(data.time / 5) + 1, data.event, data[["x1", "x3"]], ["a", "b"],
                entry=np.arange(40) % 2, strata=np.arange(40) % 3,
            )  # fmt: skip
            likelihood, b = prepare(rows, ties).likelihood, np.array([0.7, -0.4])
            plain, other = evaluate(likelihood, b), one_by_one(likelihood, b, likelihood.moments(b))
            self.assertAlmostEqual(plain.value, other.value, 11)
            np.testing.assert_allclose(plain.score, other.score, atol=1e-11)
            np.testing.assert_allclose(plain.information, other.information, atol=1e-11)

    def test_a_search_that_only_rounding_holds_up_ends(self):
        """Nine cases, four of them against each other in five covariates: flat and badly conditioned."""
        time, event = [6, 0, 11, 48, 6, 32, 6, 22, 0], [1, 0, 0, 0, 0, 0, 1, 0, 0]
        age = [62.5, 70.7, 57.6, 67.5, 61.3, 75.5, 69.5, 68.3, 58.6]
        group = np.array([1, 2, 3, 2, 1, 4, 0, 2, 4])
        x = np.column_stack([age, [1, 0, 0, 0, 1, 1, 1, 0, 0], *(group == k for k in range(1, 5))])
        steps = Mock(wraps=evaluate)
        with patch("analysis.regression.cox_penalty.evaluate", steps):
            model = firth_cox(time, event, x.astype(float), list("abcdef"))
        self.assertLess(steps.call_count, 5000)
        self.assertTrue(all(term.reason in (None, "collinear") for term in model.terms))

    def test_without_information_the_reasons_are_those_of_the_ordinary_model(self):
        for arguments in (
            ([1, 2], [0, 0], [1, 0], ["x"]),
            ([], [], [], ["x"]),
            ([1, 2], [1, 0], [1, 1], ["x"]),
        ):
            self.assertEqual(firth_cox(*arguments).reason, cox(*arguments).reason)
        twice = np.column_stack([self.X, self.X])
        reasons = [term.reason for term in firth_cox(self.TIME, self.EVENT, twice, ["a", "b"]).terms]
        self.assertEqual(reasons, [None, "collinear"])


if __name__ == "__main__":
    unittest.main()
