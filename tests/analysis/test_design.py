"""The design matrix of a table's columns."""

import unittest

import numpy as np
import pandas as pd

from analysis.regression import design


class Design(unittest.TestCase):
    def test_numbers_stay_and_text_becomes_indicators_against_its_first_level(self):
        found = design({"age": [50, 61.5, 70], "grade": ["G2", "G1", "G3"], "male": [True, False, True]})
        self.assertEqual(found.names, ("age", "grade=G2", "grade=G3", "male"))
        np.testing.assert_array_equal(found.matrix, [[50, 1, 0, 1], [61.5, 0, 0, 0], [70, 0, 1, 1]])
        self.assertEqual(found.levels, {"grade": ("G1", "G2", "G3")})
        self.assertEqual(found.missing, 0)

    def test_missing_values_stay_missing_and_their_rows_are_counted_once(self):
        found = design({"age": [50, None, np.nan, 3], "sex": ["F", None, "M", np.nan]})
        self.assertEqual(found.names, ("age", "sex=M"))
        np.testing.assert_array_equal(
            np.isnan(found.matrix), [[False, False], [True, True], [True, False], [False, True]]
        )
        self.assertEqual(found.missing, 3)

    def test_columns_of_a_table_are_read_as_they_are(self):
        data = pd.DataFrame({"n": [1, 2], "text": ["b", "a"], "kind": pd.Categorical(["x", "y"])})
        found = design({name: data[name] for name in data})
        self.assertEqual(found.names, ("n", "text=b", "kind=y"))

    def test_one_level_gives_no_indicator_and_no_value_a_column_without_any(self):
        found = design({"only": ["a", "a"], "empty": [None, None]})
        self.assertEqual(found.names, ("empty",))
        self.assertTrue(np.isnan(found.matrix).all())
        found = design({"only": ["a", None]})
        self.assertEqual((found.names, found.matrix.shape, found.missing), ((), (2, 0), 1))

    def test_columns_of_unequal_length_and_none_are_refused(self):
        with self.assertRaisesRegex(ValueError, "'b' has 1 values, not 2"):
            design({"a": [1, 2], "b": ["x"]})
        with self.assertRaisesRegex(ValueError, "at least one"):
            design({})


if __name__ == "__main__":
    unittest.main()
