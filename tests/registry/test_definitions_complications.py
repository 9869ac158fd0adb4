"""Complications: denominators, worst grade, major, Comprehensive Complication Index."""

import itertools
import unittest
from datetime import date
from decimal import Decimal

from registry import codes
from registry.definitions import (
    any_complication,
    comprehensive_complication_index,
    major_complication,
    worst_clavien_dindo,
)
from tests.registry.rows import DAY_0, complication, day, death, postop

ALL_FOUR = (any_complication, worst_clavien_dindo, major_complication, comprehensive_complication_index)
NOT_KNOWN = ("unknown", None)
CONFIRMED_NONE = postop(complication_ascertainment="confirmed_none")


def values(course, rows, within_days=90, **options):
    return [one(course, rows, DAY_0, within_days, **options).value for one in ALL_FOUR]


def index(*grades):
    rows = [complication(grade) for grade in grades]
    return comprehensive_complication_index(postop(), rows, DAY_0).value


class Denominators(unittest.TestCase):
    def assert_not_known(self, *arguments, **options):
        for value in values(*arguments, **options):
            self.assertIn(value, NOT_KNOWN)

    def test_take_a_confirmed_absence_as_no(self):
        self.assertEqual(values(CONFIRMED_NONE, []), ["no", "none", "no", Decimal("0.0")])

    def test_leave_out_a_case_whose_complications_were_not_checked(self):
        for course in (
            None,
            postop(complication_ascertainment=None),
            postop(complication_ascertainment="not_checked"),
        ):
            with self.subTest(course):
                self.assert_not_known(course, [])
                self.assert_not_known(course, [complication("3b")])

    def test_leave_out_a_case_checked_for_a_shorter_time_even_with_a_complication(self):
        course = postop(complications_checked_to=day(89))
        self.assert_not_known(course, [complication("3b")])
        self.assertEqual(any_complication(course, [complication("3b")], DAY_0, 30).value, "yes")

    def test_take_a_case_checked_up_to_the_last_day(self):
        self.assertEqual(values(postop(complications_checked_to=day(90)), [complication("2")])[0], "yes")

    def test_say_up_to_which_day_was_checked_and_what_is_listed(self):
        course = postop(complications_checked_to=day(40))
        reason = any_complication(course, [complication("2")], DAY_0).reason.label
        self.assertIn("2022-04-10", reason.en)
        self.assertIn("listed so far: 1", reason.en)
        self.assertIn("2022-05-30", reason.zh)

    def test_need_no_end_of_checking_without_a_window(self):
        course = postop(complications_checked_to=None)
        self.assertEqual(values(course, [complication("2", 200)], None)[0], "yes")
        self.assert_not_known(course, [complication("2")])

    def test_close_the_window_at_death(self):
        course = postop(complications_checked_to=day(20))
        self.assert_not_known(course, [complication("2")])
        self.assertEqual(values(course, [complication("2")], death=death(20))[0], "yes")
        self.assert_not_known(course, [complication("2")], death=death(21))

    def test_close_the_window_at_an_imputed_death(self):
        course = postop(complications_checked_to=date(2022, 3, 15))
        died = death(date(2022, 3, 1), "m")
        self.assertEqual(values(course, [complication("2")], death=died)[0], "yes")

    def test_leave_out_a_statement_that_contradicts_the_list(self):
        self.assert_not_known(CONFIRMED_NONE, [complication("1")])
        self.assert_not_known(postop(), [])

    def test_leave_out_a_case_without_date_of_operation(self):
        for one in ALL_FOUR:
            self.assertIn(one(postop(), [complication("1")], None).value, NOT_KNOWN)


class TheWindow(unittest.TestCase):
    def test_holds_onsets_up_to_its_last_day(self):
        for onset, answers in {
            30: ("yes", "yes"),
            31: ("no", "yes"),
            90: ("no", "yes"),
            91: ("no", "no"),
        }.items():
            with self.subTest(onset):
                rows = [complication("2", onset)]
                found = tuple(any_complication(postop(), rows, DAY_0, window).value for window in (30, 90))
                self.assertEqual(found, answers)

    def test_without_limit_holds_everything(self):
        self.assertEqual(values(postop(), [complication("3a", 300)], None)[:3], ["yes", "3a", "yes"])

    def test_reports_a_late_complication_as_none_inside(self):
        self.assertEqual(values(postop(), [complication("3a", 95)]), ["no", "none", "no", Decimal("0.0")])

    def test_leaves_open_a_complication_without_onset(self):
        rows = [complication("3b", None)]
        for value in values(postop(), rows):
            self.assertIn(value, NOT_KNOWN)
        self.assertEqual(values(postop(), rows, None)[1], "3b")

    def test_is_decided_by_another_complication_with_onset(self):
        rows = [complication("3b", 3), complication("1", None)]
        self.assertEqual(values(postop(), rows), ["yes", None, "yes", None])


class WorstGrade(unittest.TestCase):
    def test_is_the_more_severe_of_every_pair(self):
        severity = [code.code for code in codes.WORST_CD][1:]
        for (i, first), (j, second) in itertools.product(enumerate(severity), repeat=2):
            rows = [complication(first), complication(second)]
            with self.subTest(first, second=second):
                self.assertEqual(worst_clavien_dindo(postop(), rows, DAY_0).value, severity[max(i, j)])

    def test_is_unknown_while_a_grade_is_missing_unless_a_patient_died(self):
        self.assertIsNone(worst_clavien_dindo(postop(), [complication(None)], DAY_0).value)
        rows = [complication(None), complication("5")]
        self.assertEqual(worst_clavien_dindo(postop(), rows, DAY_0).value, "5")


class MajorComplication(unittest.TestCase):
    def test_begins_at_3a_and_includes_grades_without_letter(self):
        for grade in codes.CD.by_code:
            with self.subTest(grade):
                expected = "no" if grade in ("1", "2") else "yes"
                self.assertEqual(major_complication(postop(), [complication(grade)], DAY_0).value, expected)

    def test_is_unknown_while_only_an_ungraded_one_could_make_it(self):
        rows = [complication("1"), complication(None)]
        self.assertEqual(major_complication(postop(), rows, DAY_0).value, "unknown")
        self.assertEqual(major_complication(postop(), [*rows, complication("4a")], DAY_0).value, "yes")


class ComprehensiveComplicationIndex(unittest.TestCase):
    def test_of_a_single_complication_is_as_published(self):
        for grade, expected in {
            "1": "8.7",
            "2": "20.9",
            "3a": "26.2",
            "3b": "33.7",
            "4a": "42.4",
            "4b": "46.2",
        }.items():
            with self.subTest(grade):
                self.assertEqual(index(grade), Decimal(expected))

    def test_of_several_complications_matches_the_vectors(self):
        for grades, expected in {
            ("1", "1", "1"): "15.0",
            ("1", "2"): "22.6",
            ("2", "2", "3a"): "39.5",
            ("1", "3a", "3b"): "43.6",
            ("4a", "4b"): "62.7",
        }.items():
            with self.subTest(grades):
                self.assertEqual(str(index(*grades)), expected)

    def test_is_100_after_a_fatal_complication_whatever_else_happened(self):
        for grades in (("5",), ("1", "5"), ("3x", "5"), (None, "5")):
            with self.subTest(grades):
                self.assertEqual(index(*grades), 100)

    def test_is_missing_with_a_grade_that_lacks_its_letter(self):
        for grades in (("3x",), ("4x", "1"), ("3a", None)):
            with self.subTest(grades):
                self.assertIsNone(index(*grades))

    def test_rises_with_severity_and_with_every_further_complication(self):
        weighed = ["1", "2", "3a", "3b", "4a", "4b"]
        alone = [index(grade) for grade in weighed]
        self.assertEqual(alone, sorted(set(alone)))
        for pair in itertools.combinations_with_replacement(weighed, 2):
            with self.subTest(pair):
                self.assertGreater(index(*pair), max(index(pair[0]), index(pair[1])))

    def test_never_passes_100_and_keeps_one_decimal(self):
        for count in range(1, 20):
            value = index(*["4b"] * count)
            with self.subTest(count):
                self.assertLessEqual(value, 100)
                self.assertEqual(value.as_tuple().exponent, -1)
        self.assertEqual(index(*["4b"] * 5), 100)

    def test_is_half_the_root_of_the_weights_to_the_nearest_tenth(self):
        weights = codes.CD.fact("cci_weight")
        for grades in itertools.combinations_with_replacement(weights, 4):
            total = sum(weights[grade] for grade in grades)
            if total < 40_000:
                tenths = int(index(*grades) * 10)
                with self.subTest(grades):
                    # in whole numbers: |tenths / 10 - root / 2| < 1 / 20
                    self.assertLess((2 * tenths - 1) ** 2, 100 * total)
                    self.assertGreater((2 * tenths + 1) ** 2, 100 * total)

    def test_does_not_depend_on_the_order_of_the_list(self):
        for order in itertools.permutations(("1", "3b", "4a")):
            self.assertEqual(index(*order), index("1", "3b", "4a"))

    def test_shows_the_weights_it_added(self):
        rows = [complication("1"), complication("2")]
        reason = comprehensive_complication_index(postop(), rows, DAY_0).reason.label
        self.assertEqual(reason.en, "√(300 + 1750) ÷ 2")


if __name__ == "__main__":
    unittest.main()
