"""Missing values: counts by variable and group, patterns, complete cases."""

import math
import unittest

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reference import data
from analysis.regression import missing_patterns
from analysis.regression.missing import is_missing

TABLE = {
    "age": [61, math.nan, 45, 70, math.nan, 52],
    "grade": ["G1", None, "G2", None, "G1", "G2"],
    "burden": [10, 20, 30, 40, 50, 60],
}
GROUP = ["a", "a", "b", "b", "b", None]


class Counts(unittest.TestCase):
    def test_each_variable_is_counted_overall_and_in_each_group(self):
        found = missing_patterns(TABLE, GROUP)
        age, grade, burden = found.columns
        self.assertEqual((age.overall.count, age.overall.total), (2, 6))
        self.assertAlmostEqual(age.overall.share, 1 / 3)
        self.assertEqual([(one.count, one.total) for one in age.groups.values()], [(1, 2), (1, 3)])
        self.assertEqual([(one.count, one.total) for one in grade.groups.values()], [(1, 2), (1, 3)])
        self.assertEqual(burden.overall.count, 0)
        self.assertEqual(found.without_group, 1)

    def test_complete_cases_are_marked_and_counted(self):
        found = missing_patterns(TABLE, GROUP)
        self.assertEqual(found.complete.tolist(), [True, False, True, False, False, True])
        self.assertEqual(found.complete_cases, 3)
        self.assertAlmostEqual(found.incomplete_share, 0.5)
        self.assertEqual([one.count for one in found.complete_by_group.values()], [1, 1])

    def test_patterns_are_listed_the_most_frequent_first(self):
        patterns = [(one.missing, one.count) for one in missing_patterns(TABLE).patterns]
        self.assertEqual(patterns, [((), 3), (("age",), 1), (("grade",), 1), (("age", "grade"), 1)])

    def test_the_lung_table_has_its_known_gaps(self):
        table = data.table("lung")
        found = missing_patterns({name: table[name] for name in table})
        counts = {one.name: one.overall.count for one in found.columns if one.overall.count}
        known = {"inst": 1, "ph.ecog": 1, "ph.karno": 1, "pat.karno": 3, "meal.cal": 47, "wt.loss": 14}
        self.assertEqual(counts, known)
        self.assertEqual(found.complete_cases, 167)
        self.assertEqual(found.patterns[1].missing, ("meal.cal",))


class Edges(unittest.TestCase):
    def test_none_and_nan_are_missing_and_an_empty_word_is_not(self):
        self.assertEqual(is_missing(["", None, "x", math.nan]).tolist(), [False, True, False, True])
        self.assertEqual(is_missing([1, None, 2.5]).tolist(), [False, True, False])
        self.assertEqual(is_missing(np.array([1, 2])).tolist(), [False, False])
        self.assertEqual(is_missing([True, None]).tolist(), [False, True])
        self.assertEqual(is_missing([math.nan, "nan"]).tolist(), [True, False])

    def test_no_rows_and_no_columns_have_no_share(self):
        empty = missing_patterns({"age": []}, [])
        self.assertEqual((empty.n, empty.patterns, empty.incomplete_share), (0, (), None))
        self.assertIsNone(empty.columns[0].overall.share)
        self.assertEqual(missing_patterns({}).n, 0)

    def test_groups_of_numbers_come_in_their_order(self):
        found = missing_patterns({"x": [1, 2, 3]}, [10, 9, 2])
        self.assertEqual(list(found.columns[0].groups), [2, 9, 10])

    def test_different_lengths_are_refused(self):
        with self.assertRaisesRegex(ValueError, r"\[2, 3\]"):
            missing_patterns({"a": [1, 2], "b": [1, 2, 3]})
        with self.assertRaisesRegex(ValueError, "different lengths"):
            missing_patterns({"a": [1, 2]}, ["x"])


class Laws(unittest.TestCase):
    @given(st.lists(st.tuples(*[st.sampled_from([1.0, math.nan])] * 3, st.sampled_from("ab")), max_size=30))
    @settings(max_examples=60, deadline=None)
    def test_patterns_and_groups_add_up(self, rows):
        columns = {name: [row[k] for row in rows] for k, name in enumerate("xyz")}
        found = missing_patterns(columns, [row[3] for row in rows])
        self.assertEqual(sum(one.count for one in found.patterns), len(rows))
        self.assertEqual(sum(one.count for one in found.patterns if not one.missing), found.complete_cases)
        for column in found.columns:
            lacking = sum(one.count for one in found.patterns if column.name in one.missing)
            self.assertEqual(column.overall.count, lacking)
            self.assertEqual(sum(one.count for one in column.groups.values()), lacking)
