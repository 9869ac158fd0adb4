"""Propensity weights and weighted comparisons: exact balance, hand computation, the gate, and laws."""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reference import data
from analysis.regression import cox, propensity_weights, weighted_difference, weighted_hazard_ratio
from analysis.regression.weighting import LEAST_OVERLAP


def series(n=400, seed=6, pull=0.8, effect=0.25):
    """A high first covariate makes treatment and the event more likely; treatment itself adds `effect`."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, 2))
    z = (generator.random(n) < 1 / (1 + np.exp(-pull * x[:, 0]))).astype(float)
    risk = np.clip(0.4 + 0.12 * x[:, 0] + effect * z, 0.02, 0.98)
    return z, x, (generator.random(n) < risk).astype(float)


def strata():
    """A binary covariate: 30 of 40 treated where it is 1, 20 of 60 where it is 0."""
    z = [1] * 30 + [0] * 10 + [1] * 20 + [0] * 40
    return np.array(z, dtype=float), np.array([1.0] * 40 + [0.0] * 60)


class WeightsByHand(unittest.TestCase):
    def test_average_treatment_effect(self):
        z, x = strata()
        found = propensity_weights(z, x, ["x"])
        np.testing.assert_allclose(found.weights[[0, 30, 40, 60]], [4 / 3, 4, 3, 1.5], rtol=1e-12)
        self.assertAlmostEqual(found.max_weight, 4, 11)
        self.assertAlmostEqual(found.weights.sum(), 200, 9)

    def test_stabilised_weights_sum_to_the_number_of_cases(self):
        z, x = strata()
        found = propensity_weights(z, x, ["x"], stabilised=True)
        np.testing.assert_allclose(found.weights[[0, 30]], [0.5 / 0.75, 0.5 / 0.25], rtol=1e-12)
        self.assertAlmostEqual(found.weights.sum(), 100, 9)

    def test_effect_in_the_treated_leaves_them_as_they_are(self):
        z, x = strata()
        found = propensity_weights(z, x, ["x"], estimand="att")
        self.assertEqual(set(found.weights[z == 1]), {1.0})
        np.testing.assert_allclose(found.weights[[30, 60]], [3, 0.5], rtol=1e-12)

    def test_overlap_weights_are_the_propensity_of_the_other_group(self):
        z, x = strata()
        found = propensity_weights(z, x, ["x"], estimand="overlap")
        np.testing.assert_allclose(found.weights[[0, 30, 40, 60]], [0.25, 0.75, 2 / 3, 1 / 3], rtol=1e-12)

    def test_the_effective_size_is_kishs(self):
        z, x = strata()
        found = propensity_weights(z, x, ["x"])
        control = [4] * 10 + [1.5] * 40
        self.assertAlmostEqual(found.ess_control, sum(control) ** 2 / sum(w * w for w in control), 9)
        self.assertLess(found.ess, 100)

    def test_the_overlap_is_the_common_area_of_the_propensities(self):
        z, x = strata()
        # treated 20 low and 30 high, controls 40 low and 10 high of 50 each
        self.assertAlmostEqual(propensity_weights(z, x, ["x"]).overlap, 20 / 50 + 10 / 50, 12)


class BalanceReached(unittest.TestCase):
    def test_overlap_weights_balance_every_mean_exactly(self):
        table = data.table("gbsg2")
        names = ["age", "tsize", "pnodes", "progrec", "estrec", "post"]
        x = np.column_stack([table[names[:5]].to_numpy(float), table.menostat == "Post"])
        found = propensity_weights(table.horTh == "yes", x, names, estimand="overlap")
        self.assertGreater(max(abs(one.smd_before) for one in found.balance), 0.5)
        for one in found.balance:
            self.assertLess(abs(one.smd_after), 1e-12, one)

    def test_the_difference_is_divided_by_the_unweighted_pooled_sd(self):
        z, x, _ = series()
        one = propensity_weights(z, x, ["a", "b"]).balance[0]
        pooled = math.sqrt((x[z == 1, 0].var(ddof=1) + x[z == 0, 0].var(ddof=1)) / 2)
        self.assertAlmostEqual(one.smd_before, (one.mean_treated - one.mean_control) / pooled, 12)
        self.assertAlmostEqual(
            one.smd_after, (one.weighted_mean_treated - one.weighted_mean_control) / pooled, 12
        )

    def test_a_binary_covariate_has_the_sd_of_its_share(self):
        one = propensity_weights(*strata(), ["x"]).balance[0]
        self.assertAlmostEqual(one.smd_before, (0.6 - 0.2) / math.sqrt((0.24 + 0.16) / 2), 12)

    def test_a_covariate_equal_in_all_is_balanced(self):
        z, x, _ = series()
        x[:, 1] = 3
        one = propensity_weights(z, x, ["a", "same"]).balance[1]
        self.assertEqual((one.smd_before, one.smd_after), (0, 0))

    @given(st.integers(0, 5000), st.integers(60, 200))
    @settings(max_examples=40, deadline=None)
    def test_overlap_weights_balance_any_series(self, seed, n):
        z, x, _ = series(n, seed)
        for one in propensity_weights(z, x, ["a", "b"], estimand="overlap").balance:
            self.assertLess(abs(one.smd_after), 1e-10)


class Gate(unittest.TestCase):
    def test_fewer_than_20_events_in_a_group_stop_the_comparison_but_not_the_balance(self):
        z, x, y = series(100)
        y[z == 1] = 0
        y[np.flatnonzero(z == 1)[:19]] = 1
        found = propensity_weights(z, x, ["a", "b"], event=y)
        self.assertEqual((found.allowed, found.reason, found.events[1]), (False, "too_few_events", 19))
        self.assertEqual(len(found.balance), 2)
        self.assertIsNotNone(found.balance[0].smd_after)
        self.assertEqual(weighted_difference(y, found).reason, "too_few_events")

    def test_20_events_in_each_group_are_enough(self):
        z, x, y = series(200)
        y[:] = 0
        for side in (0, 1):
            y[np.flatnonzero(z == side)[:20]] = 1
        self.assertTrue(propensity_weights(z, x, ["a", "b"], event=y).allowed)
        self.assertIsNotNone(weighted_difference(y, propensity_weights(z, x, ["a", "b"])).value)

    def test_the_comparison_counts_events_itself_when_the_weights_did_not(self):
        z, x, y = series(60)
        weighting = propensity_weights(z, x, ["a", "b"])
        self.assertTrue(weighting.allowed)
        self.assertEqual(weighted_difference(y, weighting).reason, "too_few_events")
        model = weighted_hazard_ratio(np.arange(1, 61), y, weighting)
        self.assertEqual((model.reason, model.terms[0].reason), ("too_few_events", "too_few_events"))

    def test_separated_groups_have_no_weights_but_their_balance_before(self):
        z = np.repeat([0.0, 1.0], 50)
        found = propensity_weights(z, np.arange(100.0), ["x"])
        self.assertEqual((found.reason, found.weights, found.ess), ("no_overlap", None, None))
        self.assertGreater(found.balance[0].smd_before, 2)
        self.assertIsNone(found.balance[0].smd_after)
        self.assertEqual(weighted_difference(z, found).reason, "no_overlap")

    def test_groups_that_hardly_overlap_are_not_compared(self):
        z, x, y = series(2000, pull=8)
        found = propensity_weights(z, x, ["a", "b"], event=y)
        self.assertLess(found.overlap, LEAST_OVERLAP)
        self.assertEqual(found.reason, "no_overlap")
        self.assertIsNotNone(found.weights)

    def test_one_group_only_has_nothing_to_compare(self):
        found = propensity_weights([1, 1, 1], [1, 2, 3], ["x"])
        self.assertEqual(found.reason, "one_group")
        self.assertEqual(found.balance[0].mean_treated, 2)
        self.assertIsNone(found.balance[0].mean_control)
        self.assertEqual(propensity_weights([], np.empty((0, 1)), ["x"]).reason, "no_cases")


class Difference(unittest.TestCase):
    def test_within_strata_it_is_standardisation_by_hand(self):
        z, x = strata()
        y = np.zeros(100)
        for start, events in ((0, 24), (30, 5), (40, 8), (60, 16)):
            y[start : start + events] = 1
        found = weighted_difference(y, propensity_weights(z, x, ["x"]))
        self.assertAlmostEqual(found.value, 0.4 * (0.8 - 0.5) + 0.6 * (0.4 - 0.4), 10)
        self.assertEqual((found.n, found.events), (100, 53))
        # the variance that knows the propensity was estimated is that of the standardised difference
        by_hand = 0.16 * (0.16 / 30 + 0.25 / 10) + 0.36 * (0.24 / 20 + 0.24 / 40)
        spread = (0.4 * 0.3**2 + 0) - 0.12**2  # of the two differences around their mean
        self.assertAlmostEqual(found.se**2, by_hand + spread / 100, 10)

    def test_confounding_is_removed(self):
        z, x, y = series(20_000, effect=0.25)
        crude = y[z == 1].mean() - y[z == 0].mean()
        self.assertGreater(crude, 0.31)
        for estimand in ("ate", "att", "overlap"):
            found = weighted_difference(y, propensity_weights(z, x, ["a", "b"], estimand=estimand))
            self.assertTrue(found.lower < 0.25 < found.upper, (estimand, found))

    def test_knowing_that_the_propensity_was_estimated_narrows_the_interval(self):
        z, x, y = series(2000)
        weighting = propensity_weights(z, x, ["a", "b"])
        estimated, known = (
            weighted_difference(y, weighting, propensity=kind) for kind in ("estimated", "known")
        )
        self.assertEqual(estimated.value, known.value)
        self.assertLess(estimated.se, known.se)
        self.assertEqual((estimated.method, known.method), ("hajek-estimated", "hajek-known"))

    def test_the_standard_error_covers_the_truth_as_often_as_it_says(self):
        covered = 0
        for seed in range(200):
            z, x, y = series(300, seed, effect=0.2)
            found = weighted_difference(y, propensity_weights(z, x, ["a", "b"]))
            covered += found.lower < 0.2 < found.upper
        self.assertTrue(183 <= covered <= 198, covered)

    def test_stabilising_does_not_change_it(self):
        z, x, y = series()
        plain, stable = (
            weighted_difference(y, propensity_weights(z, x, ["a", "b"], stabilised=choice))
            for choice in (False, True)
        )
        self.assertAlmostEqual(plain.value, stable.value, 12)
        self.assertAlmostEqual(plain.se, stable.se, 12)

    def test_cases_without_covariate_or_outcome_are_counted(self):
        z, x, y = series()
        x[0, 0] = math.nan
        y[[1, 2]] = math.nan
        found = weighted_difference(y, propensity_weights(z, x, ["a", "b"]))
        self.assertEqual((found.n, found.missing), (397, 3))

    def test_a_shift_of_a_measurement_leaves_its_difference(self):
        z, x, _ = series()
        weighting = propensity_weights(z, x, ["a", "b"])
        one, other = (weighted_difference(x[:, 1] ** 2 + shift, weighting) for shift in (0, 1000))
        self.assertAlmostEqual(one.value, other.value, 9)
        self.assertAlmostEqual(one.se, other.se, 9)
        self.assertIsNone(one.events)


class HazardRatio(unittest.TestCase):
    def test_weights_of_one_give_the_robust_cox_model(self):
        table = data.table("rossi")
        time, event, z = (table[name].to_numpy(float) for name in ("week", "arrest", "fin"))
        weighting = propensity_weights(z, np.ones((len(z), 1)), ["same"], estimand="att")
        found = weighted_hazard_ratio(time, event, weighting).terms[0]
        plain = cox(time, event, z[:, None], ["fin"], robust=True).terms[0]
        self.assertAlmostEqual(found.coef, plain.coef, 8)
        self.assertAlmostEqual(found.se, plain.se, 8)

    def test_left_out_rows_are_counted_once_over_all(self):
        table = data.table("rossi")
        time, event, z = (table[name].to_numpy(float).copy() for name in ("week", "arrest", "fin"))
        x = table[["age"]].to_numpy(float).copy()
        x[3], time[5], event[[5, 7]] = math.nan, math.nan, math.nan
        model = weighted_hazard_ratio(time, event, propensity_weights(z, x, ["age"]))
        self.assertEqual((model.n, model.missing, model.used.sum()), (429, 3, 429))
        self.assertEqual((model.interval, model.terms[0].term), ("robust", "treated"))


class Refused(unittest.TestCase):
    def test_impossible_input_is_refused(self):
        z, x, y = series(50)
        weighting = propensity_weights(z, x, ["a", "b"])
        cases = (
            ("estimand", lambda: propensity_weights(z, x, ["a", "b"], estimand="ato")),
            ("stabilised", lambda: propensity_weights(z, x, ["a", "b"], estimand="att", stabilised=True)),
            ("neither 0 nor 1", lambda: propensity_weights(z + 1, x, ["a", "b"])),
            ("row 0 .*neither", lambda: propensity_weights(z, x, ["a", "b"], event=y + 2)),
            ("49 events", lambda: propensity_weights(z, x, ["a", "b"], event=y[1:])),
            ("49 outcomes", lambda: weighted_difference(y[1:], weighting)),
            ("infinite", lambda: weighted_difference(y + math.inf, weighting)),
            ("propensity", lambda: weighted_difference(y, weighting, propensity="guessed")),
            ("49 times", lambda: weighted_hazard_ratio(y[1:], y, weighting)),
        )
        for words, call in cases:
            with self.subTest(words=words), self.assertRaisesRegex(ValueError, words):
                call()
