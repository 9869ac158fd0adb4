"""The Fine-Gray model: against its definition written out, its special cases, and its degenerate data.

The numbers of cmprsk are in analysis/reference.
"""

import math
import unittest
import warnings

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.competing_risks import (
    aalen_johansen,
    cause_specific_cox,
    fine_gray,
    incidence_at,
    predicted_incidence,
)
from analysis.reference.data import formula, table
from analysis.regression import cox

FIVE = ["x1", "x2", "x3", "x4", "x5"]


def written_out(time, cause, x, b):
    """The log pseudo-likelihood and its score, one event and one risk set after another."""
    uncensored = lambda t: math.prod(  # noqa: E731
        1 - np.sum((time == u) & (cause == 0)) / np.sum(time >= u) for u in set(time[cause == 0]) if u < t
    )
    g = np.array([uncensored(t) for t in time])
    value, score = 0.0, np.zeros(x.shape[1])
    for i in np.flatnonzero(cause == 1):
        weight = np.where(time >= time[i], 1.0, np.where(cause == 2, uncensored(time[i]) / g, 0.0))
        risk = weight * np.exp(x @ b)
        value += x[i] @ b - math.log(risk.sum())
        score += x[i] - risk @ x / risk.sum()
    return value, score


@st.composite
def regressions(draw):
    n = draw(st.integers(3, 30))
    times = draw(st.lists(st.integers(1, 12), min_size=n, max_size=n))
    causes = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    x = draw(st.lists(st.integers(-2, 2), min_size=2 * n, max_size=2 * n))
    return np.array(times, float), np.array(causes), np.array(x, float).reshape(n, 2)


class NumbersTest(unittest.TestCase):
    def test_it_agrees_with_crr(self):
        # R 4.2.2, cmprsk: crr(time, cause, x1 ... x5) of formula400, told to converge
        frame = table("formula400")
        model = fine_gray(frame["time"], frame["cause"], frame[FIVE], FIVE)
        coef = [
            0.256390657537731,
            -0.297786739751474,
            0.296948564526416,
            0.220580364610381,
            -0.168656072007875,
        ]
        se = [0.233533475816369, 0.133845058084515, 0.117016155030149, 0.151126205078076, 0.227098265222198]
        np.testing.assert_allclose([term.coef for term in model.terms], coef, rtol=1e-10)
        np.testing.assert_allclose([term.se for term in model.terms], se, rtol=1e-10)
        np.testing.assert_allclose(model.log_likelihood, (-1214.38933434365, -1208.15406912782), rtol=1e-12)
        self.assertEqual((model.ratio, model.interval), ("subdistribution_hazard_ratio", "robust"))
        self.assertEqual((model.n, model.events), (400, int((frame["cause"] == 1).sum())))

    @given(regressions())
    @settings(max_examples=60, deadline=None)
    def test_at_the_estimate_the_score_as_written_out_is_nought(self, data):
        time, cause, x = data
        model = fine_gray(time, cause, x, ["a", "b"])
        if model.reason is None and all(term.reason is None for term in model.terms):
            value, score = written_out(time, cause, x, model.coef)
            self.assertAlmostEqual(value, model.log_likelihood[1], 8)
            np.testing.assert_allclose(score, 0, atol=1e-6)

    def test_without_other_causes_it_is_coxs_model_with_breslow_ties(self):
        frame = table("formula400")
        ours = fine_gray(frame["time"], frame["event"], frame[FIVE], FIVE)
        theirs = cox(frame["time"], frame["event"], frame[FIVE].to_numpy(), FIVE, ties="breslow", robust=True)
        np.testing.assert_allclose(ours.coef, [term.coef for term in theirs.terms], rtol=1e-8)
        np.testing.assert_allclose(
            [term.se for term in ours.terms], [term.se for term in theirs.terms], rtol=1e-8
        )

    def test_the_cause_specific_model_takes_other_events_for_censorings(self):
        frame = table("formula400")
        ours = cause_specific_cox(
            frame["time"], frame["cause"], frame[FIVE].to_numpy(), FIVE, cause_of_interest=2
        )
        theirs = cox(frame["time"], frame["cause"] == 2, frame[FIVE].to_numpy(), FIVE)
        self.assertEqual([term.coef for term in ours.terms], [term.coef for term in theirs.terms])
        self.assertEqual(ours.method, f"cause-specific {theirs.method}")

    def test_predicted_incidences_average_to_the_observed_one(self):
        frame = table("formula1000")
        model = fine_gray(frame["time"], frame["cause"], frame[FIVE], FIVE)
        mean = np.mean([predicted_incidence(model, case, [365.0]) for case in frame[FIVE].to_numpy()])
        observed = incidence_at(aalen_johansen(frame["time"], frame["cause"]), 1, 365).value
        self.assertLess(abs(mean - observed), 0.01)
        self.assertEqual(predicted_incidence(model, [0] * 5, [0.0])[0], 0)
        self.assertEqual(predicted_incidence(model, [1e5] + [0] * 4, [0.0, 365.0]).tolist(), [0.0, 1.0])
        with self.assertRaisesRegex(ValueError, "5 finite covariates"):
            predicted_incidence(model, [1], [365])

    def test_ten_thousand_rows_take_a_moment(self):
        from time import perf_counter

        frame = formula(10_000)
        start = perf_counter()
        fine_gray(frame["time"], frame["cause"], frame[FIVE], FIVE)
        self.assertLess(perf_counter() - start, 2)


class DegenerateTest(unittest.TestCase):
    def setUp(self):
        frame = table("formula400")
        self.time, self.cause = frame["time"].to_numpy(float), frame["cause"].to_numpy()
        self.x = frame["x1"].to_numpy()

    def test_constant_and_collinear_columns_have_a_reason_and_the_others_an_estimate(self):
        columns = np.column_stack([np.full(400, 7.1), self.x, 3 - 2 * self.x, self.x**2])
        model = fine_gray(self.time, self.cause, columns, list("abcd"))
        alone = fine_gray(self.time, self.cause, columns[:, [1, 3]], list("bd"))
        self.assertEqual([term.reason for term in model.terms], ["no_variation", None, "collinear", None])
        self.assertEqual([term.coef for term in model.terms][1::2], [term.coef for term in alone.terms])
        self.assertIsNotNone(predicted_incidence(model, columns[0], [100.0]))
        self.assertEqual(model.likelihood_ratio.df, 2)

    def test_nearly_collinear_columns_are_estimated_up_to_the_tolerance(self):
        noise = np.random.default_rng(3).normal(size=400)
        for size, reason in ((1e-3, None), (1e-5, "too_large"), (1e-8, "collinear")):
            model = fine_gray(
                self.time, self.cause, np.column_stack([self.x, self.x + size * noise]), ["a", "b"]
            )
            self.assertEqual((model.reason, model.terms[1].reason), (None, reason))

    def test_badly_scaled_covariates_do_no_harm(self):
        plain = fine_gray(self.time, self.cause, self.x, ["x"]).terms[0]
        for scale, shift in ((1e6, 0), (1e-6, 0), (1, 1e6)):
            term = fine_gray(self.time, self.cause, self.x * scale + shift, ["x"]).terms[0]
            self.assertAlmostEqual(term.coef * scale, plain.coef, 6)
            self.assertAlmostEqual(term.se * scale, plain.se, 6)

    def test_a_covariate_that_separates_leaves_no_estimate(self):
        separating = (self.cause == 1).astype(float)
        model = fine_gray(self.time, self.cause, np.column_stack([self.x, separating]), ["x", "s"])
        self.assertEqual(
            (model.reason, {term.reason for term in model.terms}), ("separation", {"separation"})
        )
        self.assertIsNone(predicted_incidence(model, [0, 1], [100.0]))

    def test_hazards_that_separation_drives_beyond_all_numbers_are_no_warning(self):
        time = np.arange(1.0, 31)
        group = np.arange(30) % 4
        for gap in (1, 1e-2, 1e-6):
            x = np.column_stack([-time - gap * np.sin(time), *(group == level for level in (1, 2, 3))])
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                model = fine_gray(time, (np.arange(30) + 1) % 2, x, ["x", "b", "c", "d"])
            self.assertEqual(model.reason, "separation")

    def test_a_strong_effect_is_not_taken_for_separation(self):
        nearly = (self.cause == 1).astype(float)
        first = np.flatnonzero(self.cause == 1)[0]
        nearly[first] = 0
        model = fine_gray(self.time, self.cause, nearly, ["s"])
        self.assertIsNone(model.reason)
        self.assertGreater(model.terms[0].coef, 3)

    def test_without_events_or_cases_there_is_a_reason(self):
        for time, cause, x, reason in (
            ([1, 2], [2, 0], [0, 1], "no_events"),
            ([], [], [], "no_cases"),
            ([1, 2], [1, 0], [math.nan, math.nan], "no_cases"),
        ):
            model = fine_gray(time, cause, x, ["x"])
            self.assertEqual((model.reason, model.terms[0].reason, model.events), (reason, reason, 0))
            self.assertEqual(model.likelihood_ratio.reason, reason)

    def test_rows_that_lack_a_value_are_left_out_and_counted(self):
        x = self.x.copy()
        x[[3, 5]] = math.nan
        model = fine_gray(self.time, self.cause, x, ["x"])
        keep = ~np.isnan(x)
        again = fine_gray(self.time[keep], self.cause[keep], x[keep], ["x"])
        self.assertEqual((model.n, model.missing, model.terms), (398, 2, again.terms))

    def test_impossible_input_is_refused(self):
        for x, names, options, message in (
            (self.x[1:], ["x"], {}, "rows, then names"),
            (np.where(self.x == self.x[2], np.inf, self.x), ["x"], {}, "row 2 has an infinite value of x"),
            (self.x, ["x"], {"cause_of_interest": 0}, "cause of interest"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                fine_gray(self.time, self.cause, x, names, **options)

    @given(regressions())
    @settings(max_examples=100, deadline=None)
    def test_any_data_give_numbers_or_reasons_and_never_a_warning(self, data):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model = fine_gray(*data, ["a", "b"])
        for term in model.terms:
            if term.coef is None:
                self.assertIn(term.reason, ("no_variation", "collinear", model.reason))
            else:
                self.assertIsNone(model.reason)
        if model.reason is None and all(term.reason is None for term in model.terms):
            for term in model.terms:
                self.assertLessEqual(term.lower, term.ratio)
                self.assertGreaterEqual(term.upper, term.ratio)
