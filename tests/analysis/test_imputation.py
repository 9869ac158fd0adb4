"""Multiple imputation: what is drawn, what is refused, Rubin's rules, and whether the answers are right."""

import json
import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.describe import normal_quantile
from analysis.estimate import Estimate, Test
from analysis.regression import cox, impute, logistic, nelson_aalen, pool, pool_chi_squared, pool_models
from analysis.regression.imputation_draws import draw_categories, draw_matched
from analysis.regression.pooling import pool_survival
from analysis.survival import kaplan_meier, rate_at


def table(n=80, seed=3):
    """Skewed numbers, two values, words; each with gaps; and a complete column."""
    generator = np.random.default_rng(seed)
    burden = np.round(np.exp(generator.normal(2, 0.7, n)))
    distant = (generator.random(n) < 1 / (1 + np.exp(-(burden - 8) / 4))).astype(float)
    grade = np.array(["G1", "G2", "G3"], dtype=object)[generator.integers(0, 3, n)]
    age = generator.normal(55, 10, n)
    for column, share in ((burden, 0.2), (distant, 0.1), (grade, 0.1)):
        column[generator.random(n) < share] = None if column.dtype == object else math.nan
    return {"burden": burden, "distant": distant, "grade": grade, "age": age}


class Drawn(unittest.TestCase):
    def test_every_gap_is_filled_and_what_is_known_stays(self):
        columns = table()
        for completed in impute(columns, seed=1):
            for name, values in columns.items():
                known = np.array([one == one and one is not None for one in values])
                self.assertTrue((completed[name][known] == values[known]).all())
                self.assertFalse(any(one is None or one != one for one in completed[name]))

    def test_only_values_that_occur_are_imputed(self):
        columns = table()
        for completed in impute(columns, seed=1):
            self.assertLessEqual(set(completed["burden"]), set(columns["burden"]))
            self.assertLessEqual(set(completed["distant"]), {0.0, 1.0})
            self.assertLessEqual(set(completed["grade"]), {"G1", "G2", "G3"})

    def test_the_method_of_each_column_is_told(self):
        found = impute(table(), seed=1)
        self.assertEqual(
            dict(found.methods), {"burden": "pmm", "distant": "logistic", "grade": "multinomial"}
        )
        self.assertEqual(found.seed, 1)

    def test_the_same_seed_gives_the_same_tables_and_another_one_others(self):
        first, again, other = (impute(table(), seed=seed) for seed in (5, 5, 6))
        self.assertTrue(all((a["burden"] == b["burden"]).all() for a, b in zip(first, again, strict=True)))
        self.assertFalse(all((a["burden"] == b["burden"]).all() for a, b in zip(first, other, strict=True)))

    def test_asking_for_more_tables_leaves_the_first_as_they_are(self):
        fewer, more = (impute(table(), seed=5, m=m) for m in (50, 55))
        for a, b in zip(fewer, more, strict=False):
            self.assertEqual(a["grade"].tolist(), b["grade"].tolist())

    def test_words_that_are_two_are_drawn_by_a_logistic_model(self):
        words = np.array(["left", "right"] * 20, dtype=object)
        words[:4] = None
        found = impute({"side": words, "x": np.arange(40.0)}, seed=2)
        self.assertEqual(found.methods, {"side": "logistic"})
        self.assertLessEqual(set(found[0]["side"]), {"left", "right"})

    def test_a_column_that_predicts_perfectly_does_no_harm(self):
        x = np.arange(40.0)
        y = (x >= 20).astype(float)
        y[[3, 30]] = math.nan
        drawn = np.array([(one["y"][3], one["y"][30]) for one in impute({"y": y, "x": x}, seed=2)])
        self.assertLess(drawn[:, 0].mean(), 0.3)
        self.assertGreater(drawn[:, 1].mean(), 0.7)

    def test_event_and_cumulative_hazard_inform_the_draw(self):
        generator = np.random.default_rng(9)
        n = 400
        x = (generator.random(n) < 0.5).astype(float)
        time = generator.exponential(1 / np.where(x == 1, 8, 0.5))
        event = np.ones(n)
        gaps = x.copy()
        gaps[:100] = math.nan
        informed = impute({"x": gaps}, seed=1, m=25, event=event, time=time)
        blind = impute({"x": gaps}, seed=1, m=25)
        right = [
            np.mean([(one["x"][:100] == x[:100]).mean() for one in found]) for found in (informed, blind)
        ]
        self.assertGreater(right[0], 0.7)
        self.assertLess(right[1], 0.6)


class HowMany(unittest.TestCase):
    def test_as_many_tables_as_percent_of_rows_are_incomplete_but_at_least_20(self):
        for gaps, m in ((0, 20), (5, 20), (20, 20), (33, 33)):
            x = np.arange(100.0)
            x[:gaps] = math.nan
            found = impute({"x": x}, seed=0)
            self.assertEqual((found.m, found.incomplete, len(list(found))), (m, gaps, m))

    def test_fewer_are_refused(self):
        x = np.arange(100.0)
        x[:33] = math.nan
        with self.assertRaisesRegex(ValueError, "33 of 100 .* at least 33"):
            impute({"x": x}, seed=0, m=32)
        with self.assertRaisesRegex(ValueError, "at least 20"):
            impute({"x": x[40:]}, seed=0, m=5)


class Degenerate(unittest.TestCase):
    def test_a_column_without_values_or_variation_stays_as_it_is_and_says_why(self):
        found = impute(
            {"none": [None] * 4, "same": [2, 2, None, 2], "x": [1.0, 2, 3, math.nan]}, seed=0, m=30
        )
        self.assertEqual(found.not_imputed, {"none": "no_values", "same": "no_variation"})
        self.assertTrue(np.isnan(found[0]["none"]).all())
        self.assertTrue(np.isnan(found[0]["same"][2]))
        self.assertIn(found[0]["x"][3], (1, 2, 3))
        self.assertEqual(found.incomplete, 1)

    def test_a_table_without_gaps_comes_back_as_it_was(self):
        found = impute({"x": [1.0, 2, 3], "w": ["a", "b", "c"]}, seed=0)
        self.assertEqual(found.m, 20)
        self.assertEqual(found[19]["x"].tolist(), [1, 2, 3])
        self.assertEqual(found[19]["w"].tolist(), ["a", "b", "c"])

    def test_an_empty_table_is_no_mistake(self):
        self.assertEqual(impute({"x": []}, seed=0)[0]["x"].size, 0)
        self.assertEqual(impute({}, seed=0).n, 0)

    @given(st.integers(0, 3000), st.integers(1, 12))
    @settings(max_examples=6, deadline=None)  # about a hundred tables each
    def test_small_tables_are_completed_whatever_they_hold(self, seed, n):
        generator = np.random.default_rng(seed)
        columns = {name: np.round(generator.normal(size=n), generator.integers(0, 3)) for name in "abcd"}
        columns["w"] = np.array(list("xyz"), dtype=object)[generator.integers(0, 3, n)]
        for name, values in columns.items():
            values[generator.random(n) < 0.3] = None if name == "w" else math.nan
        found = impute(columns, seed=seed)
        for name in columns:
            gap = any(one is None or one != one for one in found[0][name])
            self.assertEqual(gap, name in found.not_imputed)


class Refused(unittest.TestCase):
    def test_the_outcome_is_never_imputed(self):
        x = [1.0, 2, math.nan]
        with self.assertRaisesRegex(ValueError, "row 1 .*outcomes are never imputed"):
            impute({"x": x}, seed=0, event=[1, math.nan, 0], time=[1, 2, 3])
        with self.assertRaisesRegex(ValueError, "row 2 has no 'dead': outcomes are never imputed"):
            impute({"x": x, "dead": [0, 1, math.nan]}, seed=0, outcome=["dead"])

    def test_impossible_input_is_refused(self):
        words = [f"id {k}" for k in range(30)]
        cases = (
            ("together", lambda: impute({"x": [1]}, seed=0, event=[1])),
            ("2 events", lambda: impute({"x": [1]}, seed=0, event=[1, 0], time=[1, 2])),
            ("different lengths", lambda: impute({"x": [1], "y": [1, 2]}, seed=0)),
            ("infinite", lambda: impute({"x": [1, math.inf]}, seed=0)),
            ("mixes", lambda: impute({"x": [1, "a"]}, seed=0)),
            ("30 different words", lambda: impute({"x": words}, seed=0)),
            ("seed", lambda: impute({"x": [1]}, seed=-1)),
            ("no column", lambda: impute({"x": [1]}, seed=0, outcome=["y"])),
        )
        for message, call in cases:
            with self.subTest(message=message), self.assertRaisesRegex(ValueError, message):
                call()


class OneDraw(unittest.TestCase):
    """The distributions behind the imputed values, over many draws."""

    def test_matched_values_follow_the_regression_and_keep_the_spread(self):
        generator = np.random.default_rng(1)
        x = generator.normal(size=500)
        y = 10 + 3 * x + generator.normal(size=500)
        design = np.column_stack([np.ones(500), x])
        wanted = np.array([[1.0, -1.0], [1.0, 1.0]])
        drawn = np.array([draw_matched(y, design, wanted, generator) for _ in range(2000)])
        np.testing.assert_allclose(drawn.mean(axis=0), [7, 13], atol=0.25)
        self.assertTrue((drawn.std(axis=0) > 0.7).all() and (drawn.std(axis=0) < 1.3).all())

    def test_categories_are_drawn_with_the_probabilities_of_the_model(self):
        generator = np.random.default_rng(1)
        codes = np.repeat([0.0, 1.0, 2.0], [500, 300, 200])
        design = np.ones((1000, 1))
        drawn = np.concatenate(
            [draw_categories(codes, design, np.ones((50, 1)), generator) for _ in range(80)]
        )
        shares = np.bincount(drawn.astype(int)) / drawn.size
        np.testing.assert_allclose(shares, [0.5, 0.3, 0.2], atol=0.02)

    @given(st.integers(0, 3000), st.integers(1, 12), st.integers(1, 8))
    @settings(max_examples=80, deadline=None)
    def test_collinear_and_overfull_designs_are_drawn_from_too(self, seed, n, columns):
        generator = np.random.default_rng(seed)
        design = np.column_stack([np.ones(n), generator.integers(0, 2, (n, columns)) * 2.0 - 1])
        codes = generator.integers(0, 3, n).astype(float)
        for draw in (draw_matched, draw_categories):
            drawn = draw(codes, design, design[:2], generator)
            self.assertLessEqual(set(drawn), {0.0, 1.0, 2.0})

    def test_fewer_donors_than_five_are_enough(self):
        drawn = draw_matched(np.array([1.0, 2]), np.ones((2, 1)), np.ones((6, 1)), np.random.default_rng(0))
        self.assertLessEqual(set(drawn), {1.0, 2.0})


class NelsonAalen(unittest.TestCase):
    def test_it_is_the_hazard_at_each_ones_own_time(self):
        hazard = nelson_aalen([6, 6, 6, 7, 10, 10], [1, 1, 0, 1, 0, 1])
        np.testing.assert_allclose(
            hazard, [2 / 6] * 3 + [2 / 6 + 1 / 3] + [2 / 6 + 1 / 3 + 1 / 2] * 2, rtol=1e-12
        )


class RubinsRules(unittest.TestCase):
    ESTIMATES = (0.5, 0.7, 0.6, 0.4, 0.8)
    VARIANCES = (0.04, 0.05, 0.045, 0.04, 0.05)

    def test_variance_degrees_of_freedom_and_fmi_by_hand(self):
        found = pool(self.ESTIMATES, self.VARIANCES, 50, complete_df=48)
        within, between = 0.045, 0.025
        total = within + 1.2 * between
        share = 1.2 * between / total
        old, observed = 4 / share**2, 49 / 51 * 48 * (1 - share)
        df = old * observed / (old + observed)
        increase = 1.2 * between / within
        fmi = (increase + 2 / (df + 3)) / (1 + increase)
        self.assertAlmostEqual(found.value, 0.6, 12)
        self.assertAlmostEqual(found.se, math.sqrt(total), 12)
        self.assertAlmostEqual(found.df, df, 10)
        self.assertAlmostEqual(found.fmi, fmi, 12)
        self.assertAlmostEqual(found.relative_efficiency, 1 / (1 + fmi / 5), 12)
        self.assertAlmostEqual(found.upper + found.lower, 1.2, 12)
        json.dumps(found.numbers(), allow_nan=False)

    def test_degrees_of_freedom_never_exceed_those_of_a_complete_table(self):
        self.assertLess(pool(self.ESTIMATES, self.VARIANCES, 12, complete_df=10).df, 10)

    def test_equal_estimates_give_the_interval_of_a_complete_table(self):
        normal = pool([1.0] * 20, [0.25] * 20, 100)
        self.assertAlmostEqual(normal.upper, 1 + normal_quantile(0.95) * 0.5, 12)
        self.assertEqual((normal.df, normal.fmi, normal.relative_efficiency), (None, 0, 1))
        self.assertAlmostEqual(
            pool([1.0] * 20, [0.25] * 20, 12, complete_df=11).upper, 1 + 2.2009851601 * 0.5, 9
        )

    def test_a_trace_of_difference_is_no_division_by_zero(self):
        found = pool([1.0, 1.0 + 1e-15], [1.0, 1.0], 100)
        self.assertAlmostEqual(found.se, 1, 12)

    def test_impossible_input_is_refused(self):
        for arguments in (
            ([1.0], [1.0]),
            ([1.0, 2.0], [1.0]),
            ([1.0, 2.0], [1.0, 0.0]),
            ([1.0, math.nan], [1.0, 1.0]),
        ):
            with self.subTest(arguments=arguments), self.assertRaises(ValueError):
                pool(*arguments, 10)
        with self.assertRaises(ValueError):
            pool([1.0, 2.0], [1.0, 1.0], 10, complete_df=0.5)

    @given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 4)), min_size=2, max_size=30))
    @settings(max_examples=80, deadline=None)
    def test_missing_values_never_make_an_answer_more_certain(self, rows):
        estimates, variances = zip(*rows, strict=True)
        found = pool(estimates, variances, 100, complete_df=98)
        self.assertGreaterEqual(found.se**2, np.mean(variances) * (1 - 1e-12))
        self.assertTrue(0 <= found.fmi <= 1)
        self.assertLessEqual(found.lower, found.value)
        self.assertLessEqual(found.df, 98)


class PooledModels(unittest.TestCase):
    def setUp(self):
        generator = np.random.default_rng(12)
        self.x = generator.normal(size=(150, 2))
        self.time = generator.exponential(np.exp(-0.7 * self.x[:, 0]))
        self.event = (generator.random(150) < 0.8).astype(float)

    def test_without_missing_values_the_pooled_model_is_the_model(self):
        plain = cox(self.time, self.event, self.x, ["a", "b"])
        pooled = pool_models([plain] * 20)
        for one, other in zip(plain.terms, pooled.terms, strict=True):
            for name in ("coef", "se", "ratio", "lower", "upper", "p"):
                self.assertAlmostEqual(getattr(one, name), getattr(other, name), 10)
            self.assertEqual(other.fmi, 0)
        self.assertAlmostEqual(pooled.likelihood_ratio.p, plain.likelihood_ratio.p, 10)
        self.assertEqual((pooled.interval, pooled.method), ("rubin", plain.method))

    def test_ratios_are_pooled_as_logarithms(self):
        models = [cox(self.time, self.event, self.x + shift, ["a", "b"]) for shift in ([0, 0], [1, 2])]
        mean = np.mean([one.terms[0].coef for one in models])
        self.assertAlmostEqual(pool_models(models).terms[0].ratio, math.exp(mean), 10)

    def test_a_term_absent_in_one_table_is_absent_for_the_same_reason(self):
        y = (self.x[:, 0] + self.x[:, 1] > 0).astype(float)
        separated = logistic(y, self.x, ["a", "b"])
        y[:5] = 1 - y[:5]
        pooled = pool_models([logistic(y, self.x, ["a", "b"]), separated])
        self.assertEqual((pooled.reason, pooled.terms[0].reason), ("separation", "separation"))
        self.assertEqual(pooled.likelihood_ratio.reason, "separation")

    def test_different_models_are_refused(self):
        first = cox(self.time, self.event, self.x, ["a", "b"])
        with self.assertRaisesRegex(ValueError, "same terms"):
            pool_models([first, cox(self.time, self.event, self.x, ["a", "c"])])
        with self.assertRaisesRegex(ValueError, "two tables"):
            pool_models([first])

    def test_a_pooled_statistic_below_zero_is_zero(self):
        tests = [Test(name="x", statistic=s, df=1, p=0.5, n=10) for s in (0.01, 9.0, 0.02, 8.0)]
        found = pool_chi_squared(tests)
        self.assertGreaterEqual(found.statistic, 0)
        self.assertLessEqual(found.p, 1)


class PooledSurvival(unittest.TestCase):
    def rates(self, *shifts):
        time = np.arange(1.0, 31)
        return [rate_at(kaplan_meier(time + shift, np.tile([1, 1, 0], 10)), 15) for shift in shifts]

    def test_equal_tables_give_the_log_log_interval_of_one(self):
        (rate,) = self.rates(0)
        found = pool_survival([rate] * 20)
        for name in ("value", "lower", "upper", "se"):
            self.assertAlmostEqual(getattr(found, name), getattr(rate, name), 10)

    def test_limits_stay_within_0_and_1(self):
        found = pool_survival(self.rates(0, 3, 9, 12))
        self.assertTrue(0 < found.lower < found.value < found.upper < 1)

    def test_a_rate_that_has_no_log_log_leaves_a_reason(self):
        self.assertEqual(pool_survival(self.rates(0, 20)).reason, "no_events")
        absent = Estimate(value=None, method="log-log", n=3, reason="beyond_followup")
        self.assertEqual(pool_survival([absent, absent]).reason, "beyond_followup")


class Simulation(unittest.TestCase):
    """A covariate lacks more often where the outcome is high: complete cases mislead, imputation does not."""

    REPETITIONS, CASES, TRUTH = 150, 200, 1.0

    def one(self, seed):
        """Slope and interval of x from complete cases and from imputation; x is missing where y is high."""
        generator = np.random.default_rng(seed)
        x = generator.normal(size=self.CASES)
        y = self.TRUTH * x + generator.normal(size=self.CASES)
        gaps = np.where(generator.random(self.CASES) < 1 / (1 + np.exp(-y + 0.7)), math.nan, x)
        known = ~np.isnan(gaps)
        complete = self.slope(gaps[known], y[known])[0]
        pairs = [self.slope(one["x"], y) for one in impute({"x": gaps, "y": y}, seed=seed, outcome=["y"])]
        estimates, variances = zip(*pairs, strict=True)
        return complete, pool(estimates, variances, self.CASES, complete_df=self.CASES - 2)

    @staticmethod
    def slope(x, y):
        centred = x - x.mean()
        slope = centred @ y / (centred @ centred)
        rest = y - y.mean() - slope * centred
        return slope, rest @ rest / (y.size - 2) / (centred @ centred)

    def test_imputation_removes_the_bias_and_its_intervals_cover_the_truth(self):
        results = [self.one(seed) for seed in range(self.REPETITIONS)]
        complete = np.mean([one for one, _ in results])
        pooled = np.mean([one.value for _, one in results])
        covered = np.mean([one.lower <= self.TRUTH <= one.upper for _, one in results])
        self.assertGreater(abs(complete - self.TRUTH), 0.1)
        self.assertLess(abs(pooled - self.TRUTH), 0.04)  # matching draws the outermost values in a little
        self.assertTrue(0.90 <= covered <= 0.99, covered)
