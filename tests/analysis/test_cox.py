"""Cox's model: against its definition, its laws. Against R: test_against_r."""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reference.data import formula
from analysis.regression import cox
from analysis.regression.cox import prepare
from analysis.regression.risk_sets import cox_rows
from tests.analysis.cox_cases import cases, columns, log_likelihood


class Likelihood(unittest.TestCase):
    @given(cases, st.sampled_from(("efron", "breslow")), st.floats(-1, 1), st.floats(-1, 1))
    @settings(max_examples=100, deadline=None)
    def test_it_and_its_derivatives_are_those_of_the_definition(self, rows, ties, first, second):
        time, event, x, entry, stratum, weight = columns(rows)
        prepared = prepare(
            cox_rows(time, event, x, ["a", "b"], entry=entry, strata=stratum, weights=weight), ties
        )
        if prepared.kept.size < 2:
            return
        likelihood, b = prepared.likelihood, np.array([first, second])

        def defined(b):
            return log_likelihood(b / prepared.scale, time, event, x, entry, stratum, weight, ties)

        moments = likelihood.moments(b)
        self.assertAlmostEqual(
            likelihood.log_likelihood(moments) - likelihood.log_likelihood(likelihood.moments(0 * b)),
            defined(b) - defined(0 * b),
            9,
        )
        score, information = likelihood.derivatives(moments)
        for j, h in enumerate(np.eye(2) * 1e-5):
            self.assertAlmostEqual(score[j], (defined(b + h) - defined(b - h)) / 2e-5, 5)
            slope = (
                likelihood.derivatives(likelihood.moments(b + h))[0]
                - likelihood.derivatives(likelihood.moments(b - h))[0]
            ) / 2e-5
            np.testing.assert_allclose(information[j], -slope, atol=1e-5)

    @given(cases, st.sampled_from(("efron", "breslow")))
    @settings(max_examples=50, deadline=None)
    def test_score_residuals_add_up_to_the_score(self, rows, ties):
        time, event, x, entry, stratum, weight = columns(rows)
        prepared = prepare(
            cox_rows(time, event, x, ["a", "b"], entry=entry, strata=stratum, weights=weight), ties
        )
        if prepared.likelihood is None:
            return
        moments = prepared.likelihood.moments(np.full(prepared.kept.size, 0.3))
        score, _ = prepared.likelihood.derivatives(moments)
        np.testing.assert_allclose(
            prepared.likelihood.score_residuals(moments).sum(axis=1), score, atol=1e-10
        )


class Estimates(unittest.TestCase):
    def setUp(self):
        data = formula(200)
        self.time, self.event = data.time.to_numpy(), data.event.to_numpy()
        self.x, self.names = data[["x1", "x2", "x3"]].to_numpy(), ["x1", "x2", "x3"]
        self.model = self.fit()

    def fit(self, **more):
        return cox(**{
            "time": self.time, "event": self.event, "covariates": self.x, "names": self.names, **more
        })  # fmt: skip

    def assert_same(self, model, places=9):
        np.testing.assert_allclose(model.coef, self.model.coef, rtol=10**-places)
        np.testing.assert_allclose(model.covariance, self.model.covariance, rtol=10**-places)
        for test in ("likelihood_ratio", "wald", "score"):
            mine, first = getattr(model, test), getattr(self.model, test)
            self.assertAlmostEqual(mine.statistic, first.statistic, places - 2)
        self.assertAlmostEqual(model.concordance.value, self.model.concordance.value, 12)

    def test_a_binary_covariate_without_ties_can_be_worked_by_hand(self):
        # events at 1 (x = 1) and 2 (x = 0) of rows x = 1, 0, 1, 0, r the hazard ratio:
        # L = r / (2 r + 2) / (r + 2), largest where r^2 = 2
        found = cox([1, 2, 3, 4], [1, 1, 0, 0], [1, 0, 1, 0], ["x"])
        self.assertAlmostEqual(found.terms[0].ratio, math.sqrt(2), 9)
        r = math.sqrt(2)
        self.assertAlmostEqual(found.log_likelihood[0], -math.log(12), 12)
        self.assertAlmostEqual(found.log_likelihood[1], math.log(r / (2 * r + 2) / (r + 2)), 12)

    def test_the_order_of_the_rows_does_not_matter(self):
        order = np.random.default_rng(2).permutation(200)
        model = self.fit(time=self.time[order], event=self.event[order], covariates=self.x[order])
        self.assert_same(model)

    def test_another_unit_of_time_changes_nothing(self):
        self.assert_same(self.fit(time=self.time / 30.4375))

    def test_a_weight_of_one_a_single_stratum_and_an_entry_at_zero_change_nothing(self):
        self.assert_same(self.fit(weights=np.ones(200)))
        self.assert_same(self.fit(strata=["all"] * 200))
        self.assert_same(self.fit(entry=np.zeros(200)))

    def test_follow_up_cut_into_intervals_is_the_same_follow_up(self):
        cut = np.floor(self.time / 2)
        late = cut > 0
        model = self.fit(
            time=np.append(self.time, cut[late]),
            entry=np.append(np.where(late, cut, 0), np.zeros(late.sum())),
            event=np.append(self.event, np.zeros(late.sum())),
            covariates=np.vstack([self.x, self.x[late]]),
        )
        np.testing.assert_allclose(model.coef, self.model.coef, rtol=1e-9)
        np.testing.assert_allclose(model.covariance, self.model.covariance, rtol=1e-9)

    def test_a_whole_weight_is_that_many_rows_with_breslow(self):
        weight = 1 + np.arange(200) % 3
        weighted = self.fit(weights=weight, ties="breslow")
        again = [np.repeat(one, weight, axis=0) for one in (self.time, self.event, self.x)]
        repeated = self.fit(time=again[0], event=again[1], covariates=again[2], ties="breslow")
        np.testing.assert_allclose(weighted.coef, repeated.coef, rtol=1e-9)
        np.testing.assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-9)

    def test_strata_are_compared_only_within(self):
        # stretching time in one stratum keeps every order within strata
        strata = np.where(self.x[:, 1] == 1, "B", "A")
        first = self.fit(covariates=self.x[:, [0, 2]], names=["x1", "x3"], strata=strata)
        stretched = np.where(strata == "A", self.time, self.time * 7 + 1)
        second = self.fit(time=stretched, covariates=self.x[:, [0, 2]], names=["x1", "x3"], strata=strata)
        np.testing.assert_allclose(first.coef, second.coef, rtol=1e-9)

    def test_the_unit_of_a_covariate_only_moves_its_coefficient(self):
        unit = np.array([1e6, 1e-6, 1.0])
        model = self.fit(covariates=self.x * unit + [0, 0, 1e6])
        np.testing.assert_allclose(model.coef * unit, self.model.coef, rtol=1e-7)
        np.testing.assert_allclose([term.p for term in model.terms], [t.p for t in self.model.terms], 1e-6)
        self.assertAlmostEqual(model.likelihood_ratio.statistic, self.model.likelihood_ratio.statistic, 8)
        self.assertEqual(model.terms[1].reason, None if model.terms[1].ratio is not None else "too_large")

    def test_a_ratio_beyond_all_numbers_is_absent_but_its_coefficient_is_not(self):
        term = self.fit(covariates=self.x[:, :1] * 1e-6, names=["x"]).terms[0]
        self.assertEqual((term.ratio, term.reason), (None, "too_large"))
        self.assertGreater(term.coef, 1e5)
        self.assertIsNotNone(term.p)

    def test_a_robust_variance_with_one_cluster_for_each_row_is_that_of_rows(self):
        rows, clusters = self.fit(robust=True), self.fit(cluster=np.arange(200))
        np.testing.assert_allclose(rows.covariance, clusters.covariance, rtol=1e-10)
        self.assertEqual((rows.interval, self.model.interval), ("robust", "wald"))
        np.testing.assert_allclose(rows.coef, self.model.coef)

    def test_each_row_twice_in_a_cluster_keeps_the_robust_variance(self):
        twice = [np.repeat(one, 2, axis=0) for one in (self.time, self.event, self.x)]
        cluster = np.repeat(np.arange(200), 2)
        once = self.fit(robust=True, ties="breslow")
        model = self.fit(time=twice[0], event=twice[1], covariates=twice[2], cluster=cluster, ties="breslow")
        np.testing.assert_allclose(once.covariance, model.covariance, rtol=1e-9)

    def test_missing_rows_are_left_out_and_counted(self):
        x = self.x.copy()
        x[3, 1] = np.nan
        strata = [None if i == 7 else "a" for i in range(200)]
        weights = np.where(np.arange(200) == 9, 0, 1)
        model = self.fit(covariates=x, strata=strata, weights=weights)
        kept = ~np.isin(np.arange(200), (3, 7, 9))
        self.assertEqual((model.n, model.missing), (197, 3))
        np.testing.assert_array_equal(model.used, kept)
        clean = self.fit(time=self.time[kept], event=self.event[kept], covariates=self.x[kept])
        np.testing.assert_allclose(model.coef, clean.coef, rtol=1e-9)

    def test_a_level_widens_the_interval(self):
        wide, narrow = self.fit(level=0.99).terms[0], self.fit(level=0.9).terms[0]
        self.assertLess(wide.lower, narrow.lower)
        self.assertGreater(wide.upper, narrow.upper)


if __name__ == "__main__":
    unittest.main()
