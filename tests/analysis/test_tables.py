"""Groups compared in categories: the rule, the tests of a table, risks and odds."""

import json
import math
import time
import unittest
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln

from analysis import describe
from analysis.conventions import REGISTRY
from analysis.describe import exact_tables

four_cells = st.lists(st.integers(0, 30), min_size=4, max_size=4).map(lambda cells: np.reshape(cells, (2, 2)))
small_tables = st.tuples(st.integers(2, 3), st.integers(2, 4)).flatmap(
    lambda shape: st.lists(st.integers(0, 4), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda cells: np.reshape(cells, shape)
    )
)


def compare(*rows):
    return describe.compare_table(rows, REGISTRY)


def every_table(rows, columns):
    """All tables with these margins, one row after the other."""
    if len(rows) == 1:
        yield (tuple(columns),)
        return
    for first in product(*(range(min(rows[0], room) + 1) for room in columns)):
        if sum(first) == rows[0]:
            left = [room - taken for room, taken in zip(columns, first, strict=True)]
            yield from ((first, *rest) for rest in every_table(rows[1:], left))


def brute_force_p(table):
    tables = np.array(list(every_table(table.sum(axis=1).tolist(), table.sum(axis=0).tolist())))
    weight = np.exp(-gammaln(tables + 1).sum(axis=(1, 2)))
    observed = math.exp(-gammaln(table + 1).sum())
    return weight[weight <= observed * (1 + 1e-7)].sum() / weight.sum()


class TheRule(unittest.TestCase):
    def test_every_fourfold_table_of_31_patients_is_fishers(self):
        self.assertEqual(compare((8, 8), (7, 8)).chosen, "fisher")

    def test_the_bounds_of_the_fourfold_rule(self):
        self.assertEqual(compare((10, 10), (10, 10)).chosen, "pearson")  # N = 40, T = 10
        self.assertEqual(compare((10, 10), (10, 9)).chosen, "fisher")  # N = 39
        self.assertEqual(compare((5, 15), (5, 15)).chosen, "pearson")  # T = 5 exactly
        self.assertEqual(compare((4, 16), (5, 15)).chosen, "yates")  # T = 4.5
        self.assertEqual(compare((1, 19), (1, 19)).chosen, "yates")  # T = 1 exactly
        self.assertEqual(compare((0, 20), (1, 20)).chosen, "fisher")  # T < 1

    def test_fisher_stands_beside_a_p_that_is_close_to_alpha(self):
        near = compare((29, 2), (31, 9))  # Yates' P is .114, Pearson's .067
        self.assertEqual(near.also, ())
        near = compare((20, 30), (30, 20))  # P = .0455
        self.assertEqual((near.chosen, near.also), ("pearson", ("fisher",)))
        self.assertIn("Fisher", near.rule.en)
        self.assertIn("Fisher", near.rule.zh)

    def test_a_larger_table_is_fishers_when_more_than_a_fifth_of_its_cells_expect_too_little(self):
        self.assertEqual(compare((10, 10, 10), (10, 10, 10)).chosen, "pearson")
        self.assertEqual(compare((10, 10, 2), (10, 10, 2)).chosen, "fisher-freeman-halton")
        # 2 of 10 cells below 5 are a fifth, which is allowed
        self.assertEqual(compare((20, 20, 20, 20, 4), (20, 20, 20, 20, 4)).chosen, "pearson")

    def test_a_table_that_is_fourfold_without_its_empty_margins_follows_that_rule(self):
        found = compare((8, 0, 2), (1, 0, 5), (0, 0, 0))
        self.assertEqual((found.chosen, found.levels, found.categories), ("fisher", (0, 1), (0, 2)))

    def test_nothing_to_compare_is_a_result_with_a_reason(self):
        self.assertEqual(compare((3, 4)).reason, "one_group")
        self.assertEqual(compare((3, 0), (4, 0)).reason, "no_variation")
        self.assertEqual(compare((0, 0), (0, 0)).reason, "no_cases")
        self.assertEqual(describe.compare_categories([], [], REGISTRY).reason, "no_cases")

    def test_what_is_not_a_table_of_counts_is_refused(self):
        for counts, word in (([1, 2], "dimension"), ([[1, -1]], "count"), ([[1, 0.5]], "count")):
            with self.assertRaisesRegex(ValueError, word):
                describe.compare_table(counts, REGISTRY)
        with self.assertRaisesRegex(ValueError, "3 names for 2 rows"):
            describe.compare_table([[1, 2], [3, 4]], REGISTRY, levels=["a", "b", "c"])
        with self.assertRaisesRegex(ValueError, "2 × 2"):
            describe.yates(np.ones((2, 3)))


class FromRows(unittest.TestCase):
    VALUES = ["no", "yes", "yes", None, "no", "yes"]
    GROUPS = ["A", "A", "A", "A", "B", "B"]

    def test_the_last_category_is_the_outcome_unless_one_is_named(self):
        found = describe.compare_categories(self.VALUES, self.GROUPS, REGISTRY)
        self.assertEqual((found.outcome, found.table, found.missing), ("yes", ((2, 1), (1, 1)), 1))
        self.assertAlmostEqual(found.effects["risk_difference"].value, 2 / 3 - 1 / 2, 12)
        other = describe.compare_categories(self.VALUES, self.GROUPS, REGISTRY, outcome="no")
        self.assertAlmostEqual(other.effects["risk_difference"].value, 1 / 2 - 2 / 3, 12)
        self.assertEqual(other.tests["fisher"].p, found.tests["fisher"].p)

    def test_an_outcome_nobody_has_is_refused(self):
        with self.assertRaisesRegex(ValueError, "maybe"):
            describe.compare_categories(self.VALUES, self.GROUPS, REGISTRY, outcome="maybe")
        with self.assertRaisesRegex(ValueError, "1 values but 2"):
            describe.compare_categories(["a"], ["x", "y"], REGISTRY)


class ExactTests(unittest.TestCase):
    def test_the_lady_tasting_tea(self):
        # Fisher 1935: three of four cups right
        found = compare((3, 1), (1, 3))
        self.assertAlmostEqual(found.tests["fisher"].p, 34 / 70, 12)
        # the odds at which three cups are what is expected; R 4.2.2 prints 6.408309
        odds = found.effects["odds_ratio_conditional"].value
        weight = np.array([1, 16, 36, 16, 1]) * odds ** np.arange(5)
        self.assertAlmostEqual(weight @ np.arange(5) / weight.sum(), 3, 12)
        self.assertAlmostEqual(odds, 6.4083, 4)
        self.assertEqual(found.effects["odds_ratio"].value, 9)

    def test_job_satisfaction_agrees_with_agresti(self):
        # Agresti 2002, table 2.8; R 4.2.2: fisher.test gives 0.7826849389656096
        table = np.array([[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]])
        found = describe.fisher_freeman_halton(table)
        self.assertAlmostEqual(found.p, 0.7826849389656096, 9)
        self.assertEqual(found.method, "exact")

    def test_a_table_on_which_r_4_2_counts_wrongly(self):
        # R's own simulation says .827, its network .670: there the keys of its nodes overflow
        cells = "1101412221323032323223023324210012224121"
        table = np.array([int(cell) for cell in cells]).reshape(8, 5).T
        self.assertAlmostEqual(exact_tables.exact_p(table), exact_tables.simulated_p(table), 2)

    @given(small_tables)
    @settings(max_examples=80, deadline=None)
    def test_counting_bundles_is_counting_all_tables(self, table):
        table = table[np.ix_(table.sum(axis=1) > 0, table.sum(axis=0) > 0)]
        if min(table.shape, default=0) < 2:
            return
        self.assertAlmostEqual(exact_tables.exact_p(table), brute_force_p(table), 10)

    @given(four_cells)
    @settings(max_examples=60, deadline=None)
    def test_fishers_test_is_the_same_test_on_a_fourfold_table(self, table):
        if 0 in (*table.sum(axis=0), *table.sum(axis=1)):
            return
        self.assertAlmostEqual(describe.fisher(table).p, describe.fisher_freeman_halton(table).p, 9)

    def test_rows_and_columns_may_change_places(self):
        table = np.array([[5, 0, 1, 2], [8, 3, 4, 4], [9, 1, 1, 2]])
        for other in (table.T, table[::-1], table[:, [2, 0, 3, 1]]):
            self.assertAlmostEqual(exact_tables.exact_p(table), exact_tables.exact_p(other), 12)

    def test_too_large_a_table_gets_the_same_random_tables_every_time(self):
        table = np.full((6, 6), 9)
        table[0, 0] = 25
        start = time.perf_counter()
        one, other = (describe.fisher_freeman_halton(table) for _ in range(2))
        self.assertLess(time.perf_counter() - start, 30)
        self.assertEqual((one.method, one.p), ("monte-carlo", other.p))

    def test_random_tables_come_near_the_exact_p(self):
        table = np.array([[3, 0, 2, 1], [1, 4, 2, 0], [2, 5, 1, 8]])
        self.assertAlmostEqual(exact_tables.simulated_p(table), exact_tables.exact_p(table), 2)

    def test_a_large_fourfold_table_is_still_exact(self):
        found = describe.fisher(np.array([[20000, 30000], [20300, 29700]]))
        self.assertAlmostEqual(found.p, describe.yates(np.array([[20000, 30000], [20300, 29700]])).p, 4)


class Effects(unittest.TestCase):
    def test_newcombes_own_example(self):
        # Newcombe 1998, table II (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339
        found = compare((56, 14), (48, 32)).effects["risk_difference"]
        self.assertAlmostEqual(found.value, 0.2, 12)
        self.assertAlmostEqual(found.lower, 0.0524, 4)
        self.assertAlmostEqual(found.upper, 0.3339, 4)

    def test_what_is_infinite_is_absent_with_its_reason(self):
        effects = compare((6, 0), (0, 7)).effects
        for name in ("risk_ratio", "odds_ratio", "odds_ratio_conditional", "smd"):
            self.assertEqual((effects[name].value, effects[name].reason), (None, "zero_cell"), name)
        self.assertGreater(effects["odds_ratio_conditional"].lower, 1)
        self.assertEqual(effects["cramers_v"].value, 1)
        none = compare((0, 10), (5, 7)).effects
        self.assertEqual((none["odds_ratio"].value, none["odds_ratio"].reason), (0, "zero_cell"))
        self.assertEqual(none["odds_ratio_conditional"].lower, 0)
        self.assertIsNone(none["odds_ratio_conditional"].reason)

    def test_the_standardised_difference_of_two_shares(self):
        found = describe.standardised_difference_of_counts((30, 70), (50, 50), 0.95)
        self.assertAlmostEqual(found.value, -0.2 / math.sqrt((0.21 + 0.25) / 2), 12)

    def test_groups_without_a_common_category_lie_infinitely_far_apart(self):
        found = describe.standardised_difference_of_counts((5, 5, 0, 0), (0, 0, 4, 6), 0.95)
        self.assertEqual(found.reason, "zero_cell")
        same = describe.standardised_difference_of_counts((5, 5, 0), (5, 5, 0), 0.95)
        self.assertEqual(same.value, 0)

    def test_a_hundred_thousand_rows_are_compared(self):
        rows = np.arange(100_000)
        found = describe.compare_categories(rows % 3 == 0, rows % 2, REGISTRY)
        self.assertEqual(found.chosen, "pearson")
        self.assertAlmostEqual(found.effects["odds_ratio"].value, 1, 3)

    @given(four_cells)
    @settings(max_examples=100, deadline=None)
    def test_every_interval_holds_its_estimate_and_json_takes_the_result(self, table):
        found = compare(*table.tolist())
        for name, effect in found.effects.items():
            if effect.value is not None and effect.lower is not None:
                self.assertLessEqual(effect.lower, effect.value + 1e-9, name)
            if effect.value is not None and effect.upper is not None:
                self.assertGreaterEqual(effect.upper, effect.value - 1e-9, name)
        for test in found.tests.values():
            self.assertTrue(0 <= test.p <= 1)
        json.dumps(found.numbers(), allow_nan=False)

    @given(four_cells)
    @settings(max_examples=60, deadline=None)
    def test_exchanging_the_groups_turns_ratios_and_differences_round(self, table):
        one, other = compare(*table.tolist()).effects, compare(*table[::-1].tolist()).effects
        for name in ("odds_ratio", "risk_ratio", "odds_ratio_conditional"):
            if name in one and one[name].value and other[name].value:
                self.assertAlmostEqual(one[name].value * other[name].value, 1, 6, name)
        if "risk_difference" in one:
            self.assertAlmostEqual(one["risk_difference"].lower, -other["risk_difference"].upper, 12)

    @given(small_tables)
    @settings(max_examples=60, deadline=None)
    def test_any_table_has_a_result(self, table):
        found = compare(*table.tolist())
        self.assertEqual(found.chosen is None, found.reason is not None)
        self.assertFalse({"{", "}"} & set(found.rule.en + found.rule.zh))


if __name__ == "__main__":
    unittest.main()
