"""How numbers, units, comparators and durations are read."""

from decimal import Decimal
from functools import partial

from registry.labels import Label
from registry.reading import (
    COMPARATOR_SIGNS,
    Unreadable,
    bilirubin_mg_per_dl_hint,
    blood_millilitres_hint,
    centimetres_hint,
    creatinine_mg_per_dl_hint,
    fraction_hint,
    grams_per_dl_hint,
    hours_hint,
    litres_hint,
    metres_hint,
    milligrams_hint,
    millimetres_hint,
    prothrombin_seconds_hint,
    read_number,
)
from registry.reading.comparators import PREFIXES, SUFFIXES
from registry.reading.units import SPELLINGS, known_unit, unit_key
from tests.registry.reading_case import ReadingCase


class NumberCase(ReadingCase):
    def setUp(self):
        self.read = partial(read_number, field=self.field)
        self.any_comparator = partial(self.read, comparator=True)


class ANumber(NumberCase):
    def test_a_whole_number_is_an_int_and_a_plain_entry_needs_no_remark(self):
        self.reads(self.read, "800", 800, normalised=False, comparator="eq", upper=None, ask=None)
        self.reads(self.read, "0", 0, normalised=False)

    def test_outer_space_is_not_worth_a_remark_but_other_spellings_are(self):
        self.reads(self.read, " 800 ", 800, normalised=False)
        self.reads(self.read, "0800", 800, normalised=True)
        self.reads(self.read, "８００", 800, normalised=True)
        self.reads(self.read, "800\u200b", 800, normalised=True)

    def test_a_decimal_number_has_exactly_the_places_of_the_field(self):
        read = partial(self.read, places=2)
        for text in ("1.5", "1.50", "01.5"):
            value = self.reads(read, text, Decimal("1.50")).value
            self.assertEqual(str(value), "1.50")
        self.reads(read, ".5", Decimal("0.50"), normalised=True)

    def test_more_decimals_than_recorded_are_refused_and_never_rounded(self):
        self.refuses(partial(self.read, places=1), "8.55", "“8.55”", "at most 1 decimal", "最多1位小数")
        self.refuses(partial(self.read, places=2), "8.5555", "at most 2 decimals")
        self.refuses(self.read, "8.5", "whole number", "整数")

    def test_idle_zeros_behind_the_point_do_not_count(self):
        self.reads(self.read, "120.0", 120)
        self.reads(partial(self.read, places=1), "8.50", Decimal("8.5"))

    def test_a_point_before_three_digits_may_mark_thousands_and_is_refused(self):
        self.refuses(self.read, "1.000", "may mean 1 or 1000;")
        self.refuses(partial(self.read, places=1), "12.500", "12.5 or 12500;")
        self.reads(partial(self.read, places=3), "1.250", Decimal("1.250"))
        self.refuses(partial(self.read, places=1), "0.125", "at most 1 decimal")

    def test_minus_signs_of_all_kinds_are_one(self):
        for text in ("-5", "−5", "－5", "–5"):
            self.reads(self.read, text, -5)
        self.reads(self.read, "-0", 0)

    def test_thousands_need_groups_of_three_with_one_mark(self):
        self.reads(self.read, "1,234,567", 1234567)
        self.reads(partial(self.read, places=1), "1,234.5", Decimal("1234.5"))
        for text in ("1,00", "12,34", "1,0000", "1,000 000", "0,500", ",500", "1,000,00"):
            self.refuses(self.read, text)

    def test_a_decimal_comma_is_refused_even_in_full_width(self):
        self.refuses(partial(self.read, places=1), "8,5", "point", "小数点")
        self.refuses(partial(self.read, places=1), "8，5", "point")

    def test_raised_lowered_circled_and_fractional_digits_never_join_the_number(self):
        for text in ("10²", "10₂", "1½", "½", "①", "2^3", "3/4", "3⁄4"):
            self.refuses(self.read, text, "plain digits", "普通数字")

    def test_scientific_notation_and_special_values_are_refused(self):
        for text in ("1e3", "1E+05", "3.1E17", "2×10^3", "2x10"):
            self.refuses(self.read, text, "exponent", "指数")
        for text in ("NaN", "inf", "Infinity", "-Infinity", "sNaN"):
            self.refuses(self.read, text, "is not a number")
        for text in ("1_000", "0x10", "1.2.3", "--5", "1 2", "5-", "+5", "(5)", "5,", "5."):
            self.refuses(self.read, text)

    def test_a_number_longer_than_any_measurement_is_refused(self):
        self.reads(self.read, "2" * 12, 222222222222)
        self.refuses(self.read, "2" * 13, "13 digits")
        self.refuses(self.read, "0" * 41, "41 characters", "at most 40")

    def test_digits_of_other_scripts_and_letters_like_digits_are_named(self):
        self.refuses(self.read, "1٢0", "U+0662")
        self.refuses(self.read, "1o0", "“o” (Latin letter, U+006F)")
        self.refuses(partial(self.read, places=1), "8。5", "“。”", "U+3002")
        self.refuses(partial(self.read, unit="mL"), "1O0 ml", "“O”")

    def test_letters_that_only_happen_to_look_like_digits_are_not_blamed(self):
        for text in ("Ool", "5 Oola", "10 o'clock"):
            self.assertNotIn("Latin letter", self.refuses(self.read, text).en)

    def test_chinese_numerals_are_words(self):
        self.refuses(self.read, "二十", "“二十” is not a number", "“二十”不是数字")

    def test_the_hint_to_write_a_bound_stands_only_where_a_bound_can_be_kept(self):
        self.assertIn("≥20", self.refuses(self.any_comparator, "多发").zh)
        self.assertNotIn("≥20", self.refuses(self.read, "多发").zh)


class TheUnitBehindIt(NumberCase):
    def test_every_listed_spelling_of_the_unit_is_understood(self):
        for unit, spellings in SPELLINGS.items():
            for spelling in (unit, *spellings):
                self.reads(partial(self.read, unit=unit), f"120 {spelling}", 120, normalised=True)

    def test_every_spelling_belongs_to_one_unit(self):
        owners: dict[str, set[str]] = {}
        for unit, spellings in SPELLINGS.items():
            for spelling in (unit, *spellings):
                owners.setdefault(unit_key(spelling), set()).add(unit)
        self.assertEqual({key: units for key, units in owners.items() if len(units) > 1}, {})

    def test_case_width_space_and_the_two_micro_signs_make_no_difference(self):
        for text in ("800ml", "800mL", "800 ML", "800毫升", "800㎖", "８００ｍｌ"):
            self.reads(partial(self.read, unit="mL"), text, 800)
        for text in ("17µmol/L", "17 μmol/L", "17umol/l", "17 µmol ／ L"):
            self.reads(partial(self.read, unit="µmol/L"), text, 17)
        for text in ("250×10⁹/L", "250 10^9/L", "250*10⁹/l"):
            self.reads(partial(self.read, unit="10⁹/L"), text, 250)
        self.reads(partial(self.read, unit="%"), "40％", 40)

    def test_an_alias_of_the_field_is_understood_only_there(self):
        self.reads(partial(self.read, unit_aliases=("个", "枚")), "12个", 12)
        self.refuses(self.read, "12个", "“12个”")

    def test_a_different_known_unit_is_refused_naming_both(self):
        self.refuses(partial(self.read, unit="mL"), "0.8 L", "“0.8 L” is in L", "in mL", "单位mL")
        self.refuses(partial(self.read, unit="cm"), "85毫米", "is in mm", "in cm")
        self.refuses(self.read, "5 cm", "is in cm", "a whole number")
        self.refuses(partial(self.read, unit="µg/L"), "5 ng/mL", "is in ng/mL")

    def test_a_different_unit_is_converted_for_show_where_the_field_suspects_it(self):
        read = partial(self.read, unit="mL", hard=(0, 40000), hint=litres_hint)
        message = self.refuses(read, "0.8 L", "0.8 L = 800 mL")
        self.assertNotIn("Is it in", message.en)
        self.assertNotIn("= 80", self.refuses(read, "80 kg", "is in kg").en)

    def test_an_unknown_word_behind_the_number_is_quoted(self):
        self.refuses(partial(self.read, unit="mL"), "800 teaspoons", "“800 teaspoons”")
        self.assertIsNone(known_unit("teaspoons"))


class WhatIsPossible(NumberCase):
    def test_both_ends_of_the_hard_limits_are_possible(self):
        read = partial(self.read, unit="mL", hard=(0, 40000))
        self.reads(read, "0", 0)
        self.reads(read, "40000", 40000)
        self.refuses(read, "40001", "Blood loss", "40001 mL", "0 to 40000 mL", "0~40000 mL")
        self.refuses(read, "-1", "-1 mL")

    def test_a_limit_may_have_one_end(self):
        self.refuses(partial(self.read, hard=(1, None)), "0", "≥1")
        self.refuses(partial(self.read, unit="d", hard=(None, 30)), "31", "≤30 d")
        self.reads(partial(self.read, hard=(1, None)), "99999", 99999)

    def test_a_hint_is_given_only_where_the_converted_value_would_be_possible(self):
        read = partial(self.read, unit="mL", hard=(0, 40000), hint=litres_hint)
        self.assertIn("2.5 L = 2500 mL", self.refuses(read, "2.5").en)
        self.assertNotIn("Is it in", self.refuses(read, "812.5").en)
        self.assertNotIn("Is it in", self.refuses(read, "50000").en)
        self.assertNotIn("Is it in", self.refuses(read, "-0.8").en)

    def test_a_hint_is_not_asked_about_an_acceptable_value(self):
        def never(value):
            raise AssertionError(value)

        with self.assertRaises(AssertionError):
            self.read("5", hard=(10, 20), hint=never)
        self.reads(partial(self.read, unit="mL", hard=(0, 40000), hint=litres_hint), "1", 1, ask=None)

    def test_hints_can_be_any_function_of_the_value(self):
        read = partial(self.read, places=2, hard=(Decimal("0.5"), 10), hint=prothrombin_seconds_hint)
        self.refuses(read, "12.5", "seconds", "凝血酶原时间")
        self.assertNotIn("seconds", self.refuses(read, "0.1").en)
        own = Label("Really?", "当真？")
        self.refuses(partial(self.read, hard=(0, 1), hint=lambda value: own), "2", "Really?", "当真？")

    def test_the_ready_hints_convert_with_the_factors_of_the_dictionary(self):
        for hint, value, shown in (
            (hours_hint, "3.5", "3.5 h = 210 min"),
            (milligrams_hint, "1.5", "1.5 mg = 1500 µg"),
            (centimetres_hint, "1.5", "1.5 cm = 15 mm"),
            (millimetres_hint, "83.26", "83.26 mm = 8.3 cm"),
            (metres_hint, "1.7254", "1.7254 m = 172.5 cm"),
            (grams_per_dl_hint, "4.256", "4.256 g/dL = 42.6 g/L"),
            (bilirubin_mg_per_dl_hint, "1.01", "1.01 mg/dL = 17.3 µmol/L"),
            (creatinine_mg_per_dl_hint, "1.1", "1.1 mg/dL = 97 µmol/L"),
            (blood_millilitres_hint, "450", "450 mL = 2.3 U (200 mL)"),
            (litres_hint, "0.8004", "0.8004 L = 800 mL"),
        ):
            self.assertIn(shown, hint(Decimal(value)).en)
            self.assertIn(shown, hint(Decimal(value)).zh)
            self.assertIsNone(hint(Decimal(0)))

    def test_a_fraction_is_suspected_up_to_one_and_seconds_above_five(self):
        self.assertIn("1 = 100%", fraction_hint(Decimal(1)).en)
        self.assertIsNone(fraction_hint(Decimal(0)))
        self.assertIsNone(fraction_hint(Decimal("1.01")))
        self.assertIsNone(prothrombin_seconds_hint(Decimal(5)))
        self.assertIsNotNone(prothrombin_seconds_hint(Decimal("5.1")))


class AComparator(NumberCase):
    def test_every_listed_wording_has_its_code(self):
        for words, code in PREFIXES.items():
            self.reads(self.any_comparator, f"{words} 20", 20, comparator=code, ask=None)
        for words, code in SUFFIXES.items():
            self.reads(self.any_comparator, f"20 {words}", 20, comparator=code)

    def test_the_signs_themselves_need_no_remark(self):
        for code, sign in COMPARATOR_SIGNS.items():
            self.reads(self.any_comparator, f"{sign}20", 20, comparator=code, normalised=False)
        self.reads(self.any_comparator, ">=20", 20, comparator="ge", normalised=True)
        self.reads(self.any_comparator, "＜３", 3, comparator="lt", normalised=True)

    def test_about_may_be_said_twice_but_other_pairs_contradict_each_other(self):
        self.reads(self.any_comparator, "约800左右", 800, comparator="approx")
        for text in ("≥20以下", "<20+", "约20以上"):
            self.refuses(self.any_comparator, text)

    def test_loose_wordings_count_only_after_confirmation(self):
        for text, code, shown in (("20+", "ge", "≥20"), ("20以下", "le", "≤20"), ("20以内", "le", "≤20")):
            ask = self.reads(self.any_comparator, text, 20, comparator=code).ask
            self.assertEqual(ask.en, f"Blood loss: “{text}” was read as {shown}. Is that right?")
            self.assertEqual(ask.zh, f"出血量：“{text}”读作{shown}，是否正确？")

    def test_a_field_without_comparators_stores_only_a_plain_number(self):
        for text, sign in (("约800", "约"), ("<3", "<"), ("20+", "+"), ("≥20", "≥"), ("至少20", "至少")):
            self.refuses(self.read, text, f"“{text}”", f"“{sign}” cannot be kept", "只能保存单纯的数字")

    def test_a_field_may_admit_some_comparators(self):
        read = partial(self.read, comparator=("approx",))
        self.reads(read, "≈800", 800, comparator="approx")
        self.refuses(read, ">800", "“>” cannot be kept")

    def test_a_bound_that_leaves_no_possible_value_is_refused(self):
        read = partial(self.any_comparator, unit="%", hard=(0, 100))
        self.refuses(read, ">100", "“>100”", "no possible value", "0 to 100%")
        self.refuses(read, "<0", "no possible value")
        self.reads(read, "≥100", 100, comparator="ge")
        self.reads(read, "<100", 100, comparator="lt")
        self.refuses(read, "<101", "0 to 100%")

    def test_the_unit_may_stand_between_number_and_comparator(self):
        read = partial(self.any_comparator, unit="%")
        for text in ("90%以上", "90 % 以上", "≥90%", "90％+"):
            self.reads(read, text, 90, comparator="ge")

    def test_a_comparator_without_a_number_is_refused(self):
        for text in ("<", "≥", "约", "以上", "+", "多于二十", "about"):
            self.refuses(self.any_comparator, text)


class ARange(NumberCase):
    ALL_WAYS = ("800-1000", "800~1000", "800～1000", "800–1000", "800—1000", "800至1000", "800到1000")

    def test_all_ways_to_write_a_range_are_recognised(self):
        more = ("800 to 1000", "800..1000", "800…1000", "800 - 1000", "800——1000", "1,000-2,000")
        for text in self.ALL_WAYS + more:
            self.refuses(self.read, text, f"“{text}” is a range", "one single value", "区间")

    def test_units_inside_a_range_do_not_hide_it(self):
        read = partial(self.read, unit="mL")
        for text in ("800ml-1000ml", "800-1000 mL", "0.8L-1L", "约800-1000"):
            self.refuses(read, text, "is a range")

    def test_a_group_statistic_is_not_a_patient_value(self):
        for text in ("800±200", "800 ± 200", "800+/-200", "800+-200"):
            self.refuses(self.read, text, "group", "统计量")

    def test_a_field_that_takes_ranges_has_both_ends_checked(self):
        read = partial(self.read, unit="%", hard=(0, 100), ranges=True)
        for text in ("3-5", "3%-5%", "3~5%", "3 to 5"):
            self.reads(read, text, 3, upper=5, normalised=text != "3-5")
        self.reads(read, "4", 4, upper=None)
        self.refuses(read, "5-3", "the smaller one")
        self.refuses(read, "4-4", "the smaller one")
        self.refuses(read, "90-110", "110%", "0 to 100%")
        self.refuses(read, "3.5-5", "more decimals")
        self.refuses(read, "-3--1")


class ADuration(NumberCase):
    def setUp(self):
        super().setUp()
        self.duration = partial(self.read, unit="min", hard=(10, 1800), duration=True, hint=hours_hint)

    def test_hours_and_minutes_in_all_usual_spellings(self):
        for text in (
            "3小时20分钟",
            "3个小时20分",
            "3小时20",
            "3时20分",
            "3 h 20 min",
            "3hr20",
            "03:20",
            "3：20",
            "3:20:00",
        ):
            self.assertIsNotNone(self.reads(self.duration, text, 200, normalised=True).ask)

    def test_whole_and_broken_hours(self):
        self.reads(self.duration, "3h", 180)
        self.reads(self.duration, "3.5小时", 210)
        self.refuses(self.duration, "3.33h")

    def test_minutes_alone_need_no_confirmation(self):
        self.reads(self.duration, "200", 200, ask=None, normalised=False)
        self.reads(self.duration, "200分钟", 200, ask=None)

    def test_minutes_beyond_the_hour_are_refused(self):
        for text in ("3:75", "3h75", "3小时60分", "3:5", "3.5h20"):
            self.refuses(self.duration, text)

    def test_a_duration_has_the_limits_of_the_field_and_no_hint_about_hours(self):
        message = self.refuses(self.duration, "0:05", "5 min", "10 to 1800 min")
        self.assertNotIn("Is it in", message.en)
        self.refuses(self.duration, "99h", "5940 min")

    def test_a_field_of_minutes_without_durations_names_the_unit(self):
        read = partial(self.read, unit="min", hint=hours_hint)
        self.refuses(read, "3h", "is in h", "3 h = 180 min")
        self.refuses(read, "3:20", "“3:20”")


class TheMessage(NumberCase):
    def test_it_says_what_to_enter(self):
        message = self.refuses(partial(self.read, unit="cm", places=1), "abc")
        self.assertEqual(
            message.en, "Blood loss: “abc” is not a number. Enter a number with at most 1 decimal in cm."
        )
        self.assertEqual(message.zh, "出血量：“abc”不是数字。请填写最多1位小数的数字(单位cm)。")

    def test_it_never_repeats_as_many_digits_as_an_identifier_has(self):
        for text in ("2" * 13, "310101196204121235", "3101011962 0412 1235x", "13812345678"):
            with self.assertRaises(Unreadable) as caught:
                self.read(text, hard=(0, 5))
            self.assertNotRegex(caught.exception.message.en + caught.exception.message.zh, "[0-9]{7}")
