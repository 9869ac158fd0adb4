"""How numbers are printed: the paper's own forms, in both languages."""

import math
import unittest
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import survival, typeset
from analysis.conventions import PAPER
from analysis.describe import proportion, summarise
from analysis.estimate import REASONS, Estimate, Rate
from registry.labels import Label, both

ML, CM, YEARS, NO_UNIT = both("ml"), both("cm"), Label("years", "岁"), both("")
HALF_EVEN = replace(PAPER, rounding="half-even")


def printed(label: Label) -> tuple[str, str]:
    return label.en, label.zh


def of_three(q1, median, q3):
    """A summary with these quartiles: of seven cases type 6 takes the 2nd, 4th and 6th."""
    return summarise([q1, q1, median, median, median, q3, q3], PAPER)


def a_time(value, lower, upper, **others):
    return Estimate(**{"value": value, "lower": lower, "upper": upper, "method": "spss", "n": 31, **others})


def a_rate(value, lower, upper, **others):
    facts = {"method": "log-log", "n": 31, "time": 12.0, "left_limit": value, "at_risk": 9, **others}
    return Rate(value=value, lower=lower, upper=upper, **facts)


class ANumber(unittest.TestCase):
    def test_its_thousands_are_set_apart_by_a_space_from_four_digits_on(self):
        for value, text in (
            (0, "0"),
            (999, "999"),
            (1000, "1 000"),
            (12345, "12 345"),
            (1234567, "1 234 567"),
            (-1000, "−1 000"),
        ):
            self.assertEqual(printed(typeset.number(value, 0, PAPER)), (text, text))
        self.assertEqual(typeset.number(1234.5678, 2, PAPER).en, "1 234.57")

    def test_grouping_is_a_convention(self):
        later = replace(PAPER, group_from=5, thousands=",")
        self.assertEqual([typeset.number(n, 0, later).en for n in (1000, 10000)], ["1000", "10,000"])

    def test_it_has_exactly_the_decimals_asked_for(self):
        for value, decimals, text in ((10, 1, "10.0"), (0.05, 2, "0.05"), (0.5, 3, "0.500"), (7, 0, "7")):
            self.assertEqual(typeset.number(value, decimals, PAPER).en, text)

    def test_a_half_as_recorded_goes_up_whatever_its_binary_form(self):
        # 2.675 is stored as 2.67499999…, 1.005 as 1.00499999…, 0.145 as the sum of tenths is 0.1449999…
        for value, decimals, text in (
            (2.675, 2, "2.68"),
            (1.005, 2, "1.01"),
            (0.045 + 0.1, 2, "0.15"),
            (0.5, 0, "1"),
        ):
            self.assertEqual(typeset.number(value, decimals, PAPER).en, text)

    def test_halves_may_go_to_the_even_digit_instead(self):
        for value, text in ((0.5, "0"), (1.5, "2"), (2.5, "2"), (2.51, "3")):
            self.assertEqual(typeset.number(value, 0, HALF_EVEN).en, text)

    def test_a_negative_number_that_rounds_to_nought_has_no_sign(self):
        self.assertEqual(typeset.number(-0.04, 1, PAPER).en, "0.0")
        self.assertEqual(typeset.number(-0.05, 1, PAPER).en, "−0.1")

    def test_numpy_numbers_print_like_python_numbers(self):
        self.assertEqual(typeset.number(np.float64(2.675), 2, PAPER).en, "2.68")
        self.assertEqual(typeset.number(np.int64(1000), 0, PAPER).en, "1 000")
        self.assertEqual(typeset.percent(np.int64(25), np.int64(31), PAPER).en, "81%")

    @given(st.decimals(-10000, 10000, places=4), st.integers(0, 4), st.sampled_from(["half-up", "half-even"]))
    @settings(max_examples=200, deadline=None)
    def test_it_rounds_as_decimal_arithmetic_does(self, recorded, decimals, rounding):
        text = typeset.number(float(recorded), decimals, replace(PAPER, rounding=rounding)).en
        mode = ROUND_HALF_UP if rounding == "half-up" else ROUND_HALF_EVEN
        expected = recorded.quantize(Decimal(1).scaleb(-decimals), mode)
        self.assertEqual(Decimal(text.replace(" ", "").replace("−", "-")), expected)


class AQuantity(unittest.TestCase):
    def test_a_latin_unit_follows_after_a_space_and_a_chinese_one_directly(self):
        for value, unit, forms in (
            (31, Label("patients", "例"), ("31 patients", "31例")),
            (27, typeset.CASES, ("27", "27例")),
            (800, ML, ("800 ml", "800 ml")),
            (25, both("℃"), ("25 ℃", "25 ℃")),
            (40, typeset.PERCENT, ("40%", "40%")),
            (5, NO_UNIT, ("5", "5")),
        ):
            self.assertEqual(printed(typeset.quantity(value, 0, unit, PAPER)), forms)


class APercentage(unittest.TestCase):
    def test_the_same_fraction_prints_the_same_everywhere(self):
        for count, text in ((25, "81%"), (29, "94%"), (15, "48%"), (0, "0%"), (31, "100%")):
            self.assertEqual(printed(typeset.percent(count, 31, PAPER)), (text, text))

    def test_an_exact_half_goes_up(self):
        self.assertEqual(typeset.percent(1, 40, PAPER).en, "3%")  # 2.5
        self.assertEqual(typeset.percent(1, 40, HALF_EVEN).en, "2%")
        self.assertEqual(typeset.percent(23, 160, PAPER).en, "14.4%")  # 14.375
        self.assertEqual(typeset.percent(57, 400, PAPER).en, "14.3%")  # 14.25

    def test_from_a_hundred_cases_on_it_has_one_decimal(self):
        self.assertEqual(typeset.percent(50, 99, PAPER).en, "51%")
        self.assertEqual(typeset.percent(50, 100, PAPER).en, "50.0%")

    def test_below_twenty_cases_there_is_none(self):
        self.assertIsNone(typeset.percent(7, 19, PAPER))
        self.assertIsNone(typeset.percent(0, 0, PAPER))
        self.assertEqual(typeset.percent(7, 20, PAPER).en, "35%")

    @given(st.integers(20, 99).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
    @settings(max_examples=100, deadline=None)
    def test_it_is_the_nearest_whole_percent(self, counts):
        text = typeset.percent(*counts, PAPER).en
        distance = Fraction(int(text.removesuffix("%"))) - Fraction(100 * counts[0], counts[1])
        self.assertTrue(-Fraction(1, 2) < distance <= Fraction(1, 2))


class ACountWithItsShare(unittest.TestCase):
    def test_it_prints_as_in_the_paper(self):
        self.assertEqual(printed(typeset.share_first(25, 31, PAPER)), ("81% (25/31)", "81%(25/31)"))
        self.assertEqual(printed(typeset.share_first(15, 31, PAPER)), ("48% (15/31)", "48%(15/31)"))
        self.assertEqual(printed(typeset.count_share(25, 31, PAPER)), ("25 (81%)", "25例,81%"))

    def test_with_few_cases_it_is_the_fraction_alone(self):
        for form in (typeset.share_first, typeset.count_share):
            self.assertEqual(printed(form(7, 12, PAPER)), ("7/12", "7/12"))
            self.assertEqual(printed(form(0, 0, PAPER)), ("0/0", "0/0"))

    def test_each_of_its_numbers_is_a_piece_of_its_own(self):
        def named(pieces):
            return {piece.number: piece.text.en for piece in pieces if piece.number}

        self.assertEqual(
            named(typeset.share_first_pieces(1500, 2000, PAPER)),
            {"percent": "75.0%", "count": "1 500", "total": "2 000"},
        )
        self.assertEqual(named(typeset.count_share_pieces(25, 31, PAPER)), {"count": "25", "percent": "81%"})
        self.assertEqual(named(typeset.count_share_pieces(7, 12, PAPER)), {"count": "7", "total": "12"})


class AProportionWithItsInterval(unittest.TestCase):
    def test_it_prints_in_both_languages(self):
        for count, en, zh in (
            (15, "15/31 (95% CI 32–65%)", "15/31(95% CI:32%~65%)"),
            (0, "0/31 (95% CI 0–11.2%)", "0/31(95% CI:0~11.2%)"),
            (31, "31/31 (95% CI 88.8–100%)", "31/31(95% CI:88.8%~100%)"),
        ):
            found = proportion(count, 31, PAPER)
            self.assertEqual(printed(typeset.proportion_interval(found, PAPER)), (en, zh))

    def test_many_cases_give_the_limits_a_decimal(self):
        found = proportion(484, 1000, PAPER)
        self.assertEqual(typeset.proportion_interval(found, PAPER).en, "484/1 000 (95% CI 45.3–51.5%)")

    def test_none_of_none_says_so(self):
        found = proportion(0, 0, PAPER)
        self.assertEqual(
            printed(typeset.proportion_interval(found, PAPER)), ("0/0 (no cases)", "0/0(无病例)")
        )

    def test_another_level_is_named(self):
        found = proportion(0, 31, replace(PAPER, level=0.975))
        self.assertTrue(typeset.proportion_interval(found, PAPER).en.startswith("0/31 (97.5% CI 0–"))
        found = proportion(0, 31, replace(PAPER, level=0.9))
        self.assertTrue(typeset.proportion_interval(found, PAPER).zh.startswith("0/31(90% CI:0~"))


class MedianAndQuartiles(unittest.TestCase):
    def test_they_print_as_in_the_paper(self):
        for quartiles, decimals, unit, en, zh in (
            ((300, 800, 1000), 0, ML, "800 (300, 1 000) ml", "800(300,1 000) ml"),
            ((46, 55, 60), 0, YEARS, "55 (46, 60) years", "55(46,60)岁"),
            ((8.5, 10, 13.5), 1, CM, "10.0 (8.5, 13.5) cm", "10.0(8.5,13.5) cm"),
            ((5, 6, 7), 0, both("d"), "6 (5, 7) d", "6(5,7) d"),
        ):
            found = typeset.median_quartiles(of_three(*quartiles), decimals, unit, PAPER)
            self.assertEqual(printed(found), (en, zh))

    def test_a_value_between_two_recorded_ones_gets_one_decimal_more(self):
        between = summarise([5, 6, 7, 8], PAPER)  # quartiles 5.25, 6.5, 7.75
        self.assertEqual(typeset.median_quartiles(between, 0, NO_UNIT, PAPER).en, "6.5 (5.3, 7.8)")
        self.assertEqual(typeset.median_quartiles(between, 1, NO_UNIT, PAPER).en, "6.5 (5.25, 7.75)")
        median_only = summarise([5, 5, 5, 6, 6, 6], PAPER)
        self.assertEqual(typeset.median_quartiles(median_only, 0, NO_UNIT, PAPER).zh, "5.5(5,6)")

    def test_arithmetic_noise_is_not_a_decimal(self):
        noisy = summarise([0.1 + 0.2] * 3, PAPER)
        self.assertEqual(typeset.median_quartiles(noisy, 1, CM, PAPER).en, "0.3 (0.3, 0.3) cm")

    def test_without_values_they_say_why(self):
        self.assertEqual(
            printed(typeset.median_quartiles(summarise([], PAPER), 0, ML, PAPER)), ("no cases", "无病例")
        )
        unknown = summarise([math.nan], PAPER)
        self.assertEqual(printed(typeset.median_quartiles(unknown, 0, ML, PAPER)), ("not recorded", "无记录"))


class TheMean(unittest.TestCase):
    burden = summarise([20, 30, 40, 50, 60] * 6 + [40], PAPER)

    def test_its_standard_error_is_named(self):
        self.assertEqual(
            printed(typeset.mean_sem(self.burden, 0, typeset.PERCENT, PAPER)),
            ("(40±3)% (SEM)", "(40±3)%(标准误)"),
        )

    def test_its_standard_deviation_is_named_in_english_and_written_with_a_sign_in_chinese(self):
        self.assertEqual(
            printed(typeset.mean_sd(self.burden, typeset.PERCENT, PAPER)), ("40 (SD 14)%", "(40±14)%")
        )

    def test_the_standard_deviation_decides_the_decimals(self):
        for sd, decimals in ((0.42, 1), (0.27, 2), (17, 0), (250, 0), (3, 0), (2.9, 1), (0, 0)):
            with self.subTest(sd):
                self.assertEqual(typeset.spread_decimals(sd), decimals)

    def test_one_case_has_no_spread_to_print(self):
        one = summarise([40], PAPER)
        for form in (typeset.mean_sem(one, 0, CM, PAPER), typeset.mean_sd(one, CM, PAPER)):
            self.assertEqual(printed(form), ("not estimable", "无法估计"))


class ATimeWithItsInterval(unittest.TestCase):
    def test_it_prints_as_in_the_paper(self):
        found = typeset.months_interval(a_time(12.0246, 6.93, 17.1), PAPER)
        self.assertEqual(printed(found), ("12.0 (95% CI 6.9–17.1) months", "12.0(95% CI:6.9~17.1)个月"))

    def test_an_open_end_is_said_so(self):
        found = typeset.months_interval(a_time(23.0, 13.0, None, reason="limit_not_reached"), PAPER)
        self.assertEqual(
            printed(found), ("23.0 (95% CI 13.0–not reached) months", "23.0(95% CI:13.0~未达到)个月")
        )

    def test_an_interval_that_cannot_be_estimated_is_said_so(self):
        found = typeset.months_interval(a_time(23.0, None, None, reason="window_not_reached"), PAPER)
        self.assertEqual(printed(found), ("23.0 (95% CI not estimable) months", "23.0(95% CI:无法估计)个月"))

    def test_a_median_that_is_not_reached_is_said_so(self):
        for reason in ("not_reached", "no_events"):
            found = typeset.months_interval(a_time(None, None, None, reason=reason), PAPER)
            self.assertEqual(printed(found), ("not reached", "未达到"))

    def test_a_median_that_is_not_reached_keeps_its_lower_limit(self):
        found = typeset.months_interval(a_time(None, 23.0, None, reason="not_reached"), PAPER)
        self.assertEqual(
            printed(found), ("not reached (lower 95% CI limit 23.0 months)", "未达到(95% CI下限:23.0个月)")
        )

    def test_a_limit_below_nought_is_printed_with_a_note(self):
        found = a_time(5.0, -0.46, 10.46)
        self.assertIn("(95% CI −0.5–10.5)", typeset.months_interval(found, PAPER).en)
        self.assertEqual(typeset.interval_notes(found), (typeset.NEGATIVE_LIMIT,))

    def test_no_dash_stands_before_a_negative_upper_limit(self):
        found = typeset.interval(a_time(-131.9, -209.8, -53.9), 1, both(""), PAPER)
        self.assertEqual(printed(found), ("−131.9 (95% CI −209.8 to −53.9)", "−131.9(95% CI:−209.8~−53.9)"))

    def test_its_notes_give_the_reason_in_a_sentence(self):
        found = a_time(23.0, None, None, reason="window_not_reached")
        self.assertEqual(typeset.interval_notes(found), (REASONS["window_not_reached"].sentence,))
        self.assertEqual(typeset.interval_notes(a_time(12.0, 6.9, 17.1)), ())


class ARateOnPaper(unittest.TestCase):
    def test_it_is_whole_for_few_cases_and_has_one_decimal_for_many(self):
        self.assertEqual(printed(typeset.rate(a_rate(0.8512, 0.66, 0.94), PAPER)), ("85%", "85%"))
        self.assertEqual(typeset.rate(a_rate(0.8512, 0.66, 0.94, n=100), PAPER).en, "85.1%")

    def test_a_half_percent_that_a_product_blurs_goes_up(self):
        self.assertEqual(typeset.rate(a_rate(0.5649999999999999, 0.4, 0.7), PAPER).en, "57%")

    def test_it_prints_with_its_interval(self):
        found = typeset.rate_interval(a_rate(0.8512, 0.6649, 0.9385), PAPER)
        self.assertEqual(printed(found), ("85% (95% CI 66–94%)", "85%(95% CI:66%~94%)"))

    def test_a_rate_without_interval_says_so(self):
        found = typeset.rate_interval(a_rate(0.0, None, None, reason="survival_zero"), PAPER)
        self.assertEqual(printed(found), ("0% (95% CI not estimable)", "0%(95% CI:无法估计)"))

    def test_beyond_follow_up_it_is_not_estimable(self):
        nothing = survival.rate_at(survival.kaplan_meier([3, 5], [1, 0]), 18)
        for form in (typeset.rate, typeset.rate_interval):
            self.assertEqual(printed(form(nothing, PAPER)), ("not estimable", "无法估计"))


class APValue(unittest.TestCase):
    def test_it_is_rounded_to_three_decimals(self):
        for p, text in (
            (0.0344, "0.034"),
            (0.0345, "0.035"),
            (0.5, "0.500"),
            (0.001, "0.001"),
            (0.999, "0.999"),
        ):
            self.assertEqual(printed(typeset.p_value(p, PAPER)), (text, text))

    def test_it_is_never_nought_and_never_one(self):
        for p, text in ((0, "<0.001"), (0.00099999, "<0.001"), (0.9995, ">0.999"), (1, ">0.999")):
            self.assertEqual(typeset.p_value(p, PAPER).en, text)

    def test_rounding_never_carries_it_over_alpha(self):
        for p, text in ((0.0496, "0.0496"), (0.04996, "0.04996"), (0.05, "0.050"), (0.0504, "0.050")):
            self.assertEqual(typeset.p_value(p, PAPER).en, text)
        self.assertEqual(typeset.p_value(0.04999999999, PAPER).en, "<0.050")
        self.assertEqual(typeset.p_value(0.0098, replace(PAPER, alpha=0.01)).en, "0.0098")

    def test_what_is_no_probability_is_refused(self):
        for p in (-0.01, 1.01, math.nan):
            with self.subTest(p), self.assertRaisesRegex(ValueError, "P value"):
                typeset.p_value(p, PAPER)


if __name__ == "__main__":
    unittest.main()
