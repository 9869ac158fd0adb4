"""The forty bad inputs of the clinical dictionary (section 11) that concern typing, row by row,
and what must hold for any text whatsoever."""

import pickle
import unittest
from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal
from functools import partial

from hypothesis import example, given, settings
from hypothesis import strategies as st

from registry import reading
from registry.codes.base import code, code_list
from registry.labels import Label, follow
from registry.reading import Reading, Unreadable, canonical, read_code, read_date, read_number
from registry.reading.outcome import quoted
from tests.registry.reading_case import ReadingCase

TODAY = date(2026, 11, 21)
ANY = Label("Any field", "任意字段")
SEX = code_list(
    "SEX",
    Label("Sex", "性别"),
    "made for this test",
    code("m", "Male", "男", aliases=("男性",)),
    code("f", "Female", "女", aliases=("女性",)),
)
CLAVIEN = code_list(
    "CD",
    Label("Grade", "分级"),
    "made for this test",
    code("3a", "IIIa", "Ⅲa级", aliases=("Ⅲ级a",)),
    code("3b", "IIIb", "Ⅲb级"),
    code("3x", "III, a or b not stated", "Ⅲ级(未分a/b)", aliases=("III",)),
    closed=True,
)
GRADE = code_list(
    "GRADE",
    Label("Grade", "分级"),
    "made for this test",
    code("g2", "NET G2", "神经内分泌瘤G2级"),
    code("g3_net", "NET G3", "神经内分泌瘤G3级"),
    code("nec", "NEC", "神经内分泌癌"),
)


class FortyBadInputs(ReadingCase):
    """One test per row; the fields are declared as in the dictionary."""

    def setUp(self):
        read = partial(read_number, field=self.field)
        about = ("approx",)
        self.blood_loss = partial(
            read, unit="mL", hard=(0, 40000), comparator=about, hint=reading.litres_hint
        )
        self.op_time = partial(read, unit="min", hard=(10, 1800), duration=True, hint=reading.hours_hint)
        self.ki67 = partial(
            read, places=1, unit="%", hard=(0, 100), comparator=True, hint=reading.fraction_hint
        )
        self.count = partial(read, hard=(1, 500), comparator=True)
        self.percent = partial(read, unit="%", hard=(0, 100), comparator=True, hint=reading.fraction_hint)
        self.day = partial(read_date, field=self.field, latest=TODAY)

    def test_row_1_full_width_digits_are_normalised(self):
        self.reads(self.op_time, "１２０", 120, normalised=True, ask=None)

    def test_row_2_three_ways_to_write_a_day_are_one_day(self):
        for text in ("2023年4月12日", "2023．04．12", "2023/4/12"):
            self.reads(self.day, text, date(2023, 4, 12), normalised=True)

    def test_row_3_a_bare_spreadsheet_number_is_refused_and_its_date_proposed(self):
        self.refuses(self.day, "45028", "“45028”", "2023-04-12")

    def test_row_4_a_day_of_the_1904_system_is_proposed_only_in_the_1900_reading(self):
        self.refuses(self.day, "43566", "2019-04-11")

    def test_row_5_day_and_month_are_never_guessed(self):
        self.refuses(self.day, "04/05/2023", "cannot be told apart", "2023-04-05", "2023-05-04")

    def test_row_6_a_two_digit_year_is_refused(self):
        self.refuses(self.day, "23-4-12", "four digits", "年份须为四位数字")

    def test_row_7_days_that_do_not_exist_are_refused_with_the_reason(self):
        self.refuses(self.day, "2023-02-30", "“2023-02-30”: February 2023 has 28 days", "2023年2月只有28天")
        self.refuses(self.day, "2023-04-31", "April 2023 has 30 days")
        self.refuses(self.day, "2023-00-10", "there is no month 0", "没有0月")

    def test_row_11_tomorrow_is_in_the_future(self):
        self.refuses(self.day, "2026-11-22", "in the future", "2026-11-21", "将来")
        self.reads(self.day, "2026-11-21", TODAY)

    def test_row_12_a_height_in_metres_is_refused_with_the_centimetres(self):
        height = partial(
            read_number,
            field=self.field,
            places=1,
            unit="cm",
            hard=(100, 230),
            hint=reading.metres_hint,
        )
        self.refuses(height, "1.72", "1.72 cm", "100 to 230 cm", "100~230 cm", "172 cm")

    def test_row_15_laboratory_values_in_other_units_are_refused_with_the_conversion(self):
        read = partial(read_number, field=self.field)
        albumin = partial(read, places=1, unit="g/L", hard=(10, 70), hint=reading.grams_per_dl_hint)
        haemoglobin = partial(read, unit="g/L", hard=(30, 250), hint=reading.grams_per_dl_hint)
        creatinine = partial(read, unit="µmol/L", hard=(10, 2500), hint=reading.creatinine_mg_per_dl_hint)
        self.refuses(albumin, "4.2", "10 to 70 g/L", "42 g/L")
        self.refuses(haemoglobin, "13.5", "30 to 250 g/L", "135 g/L")
        self.refuses(creatinine, "1.1", "97 µmol/L")

    def test_row_16_a_blood_loss_in_litres_is_refused_and_a_small_one_is_not(self):
        self.refuses(self.blood_loss, "0.8", "whole number in mL", "整数", "800 mL")
        self.reads(self.blood_loss, "8", 8, normalised=False)

    def test_row_17_units_and_about_are_understood_but_not_ranges(self):
        self.reads(self.blood_loss, "800ml", 800, comparator="eq", normalised=True)
        self.reads(self.blood_loss, "800 mL", 800, comparator="eq", normalised=True)
        self.reads(self.blood_loss, "约800", 800, comparator="approx", normalised=True)
        self.refuses(self.blood_loss, "800-1000", "“800-1000” is a range", "one single value", "单个数值")
        self.refuses(self.blood_loss, "800±200", "“800±200”", "one single value")

    def test_row_18_hours_and_minutes_count_after_confirmation(self):
        for text in ("3小时20分", "3h20", "3:20"):
            ask = self.reads(self.op_time, text, 200, normalised=True).ask
            self.assertIn(f"“{text}”", ask.en)
            self.assertIn("200 min (3 h 20 min)", ask.en)
            self.assertIn("200分钟(3小时20分)", ask.zh)
        self.refuses(self.op_time, "3.5", "10 to 1800 min", "3.5 h = 210 min")

    def test_row_19_a_diameter_in_millimetres_is_refused_with_the_centimetres(self):
        largest = partial(
            read_number,
            field=self.field,
            places=1,
            unit="cm",
            hard=(Decimal("0.1"), 40),
            hint=reading.millimetres_hint,
        )
        self.refuses(largest, "85", "0.1 to 40 cm", "85 mm = 8.5 cm")
        self.reads(largest, "35", Decimal("35.0"), normalised=False)

    def test_row_20_a_ki67_keeps_its_comparator(self):
        self.reads(self.ki67, "<3%", Decimal("3.0"), comparator="lt")
        self.reads(self.ki67, "约10%", Decimal("10.0"), comparator="approx", ask=None)
        ask = self.reads(self.ki67, "5%+", Decimal("5.0"), comparator="ge").ask
        self.assertIn("≥5%", ask.en)
        self.assertIn("≥5%", ask.zh)
        self.refuses(self.ki67, "热点20%", "“热点20%”")

    def test_row_20_a_ki67_range_has_two_ends_only_where_a_field_takes_ranges(self):
        self.refuses(self.ki67, "3%-5%", "is a range")
        self.reads(partial(self.ki67, ranges=True), "3%-5%", Decimal("3.0"), upper=Decimal("5.0"))

    def test_row_21_a_fraction_has_more_decimals_than_a_percentage_and_is_named(self):
        self.refuses(self.ki67, "0.05", "0.05 = 5%")

    def test_row_23_a_bare_g3_is_not_chosen_for_the_person(self):
        self.refuses(partial(read_code, codelist=GRADE, field=self.field), "G3", "NET G3", "NEC")

    def test_row_24_clavien_dindo_grades_in_many_spellings(self):
        read = partial(read_code, codelist=CLAVIEN, field=self.field)
        for text in ("Ⅲa", "IIIA", "3a", "３ａ", "Ⅲ级a"):
            self.reads(read, text, "3a")
        self.reads(read, "III", "3x", normalised=True)
        self.refuses(read, "3", "IIIa", "IIIb")

    def test_row_27_millilitres_of_blood_in_a_field_of_units(self):
        units = partial(
            read_number,
            field=self.field,
            places=1,
            unit="U",
            hard=(0, 100),
            hint=reading.blood_millilitres_hint,
        )
        self.refuses(units, "800", "0 to 100 U", "800 mL = 4 U")

    def test_row_30_words_are_not_a_count_but_bounds_are(self):
        for text in ("多发", "数十个"):
            self.refuses(self.count, text, f"“{text}”", "≥20")
        self.reads(self.count, ">20", 20, comparator="gt", normalised=False, ask=None)
        self.assertIsNotNone(self.reads(self.count, "20+", 20, comparator="ge").ask)

    def test_row_31_a_burden_is_one_possible_percentage(self):
        self.refuses(self.percent, "0.4", "0.4 = 40%")
        self.refuses(self.percent, "40±3", "group", "统计量")
        self.refuses(self.percent, "40%-50%", "is a range")
        self.refuses(self.percent, "110", "110%", "0 to 100%")

    def test_row_32_debulking_of_90_percent_and_more(self):
        self.reads(self.percent, "90%以上", 90, comparator="ge", ask=None)
        self.refuses(self.percent, "105", "0 to 100%")

    def test_row_33_sex_is_understood_in_both_languages_and_never_guessed(self):
        read = partial(read_code, codelist=SEX, field=self.field)
        self.reads(read, "男", "m")
        self.reads(read, "Male", "m")
        self.reads(read, "F ", "f")
        self.refuses(read, "1", "“1”", "Male; Female; Unknown", "男；女；不详")
        self.refuses(read, "Mal", "Did you mean Male")

    def test_row_38_signs_and_words_for_missing_lead_to_the_reason(self):
        for text in ("/", "-", "—", "无", "不详", "未查", "NA", "n/a", "未测"):
            for read in (self.blood_loss, self.day):
                self.refuses(read, text, "Leave the field empty", "缺失原因")
        self.refuses(self.blood_loss, "", "nothing was entered")
        self.refuses(self.blood_loss, " \u3000", "nothing was entered")
        self.reads(self.blood_loss, "0", 0)

    def test_row_39_formulas_tabs_and_long_cells_are_no_numbers(self):
        for text in ('=HYPERLINK("x")', "+cmd", "@SUM(1)", "=1+1", "\t120", "9" * 41):
            self.refuses(self.blood_loss, text)
        self.refuses(self.blood_loss, "1" * 10_000, "10000", "40")

    def test_row_40_look_alikes_are_named(self):
        self.refuses(self.blood_loss, "1O0", "“1O0”", "“O” (Latin letter, U+004F)", "拉丁字母")
        self.refuses(self.blood_loss, "l2", "“l” (Latin letter, U+006C)")
        self.refuses(self.blood_loss, "1\u041e0", "Cyrillic letter, U+041E", "西里尔字母")
        code_of = partial(read_code, codelist=GRADE, field=self.field)
        self.refuses(code_of, "NE\u0421", "Cyrillic letter, U+0421")

    def test_row_40_thousands_marks_are_understood_and_a_decimal_comma_is_not(self):
        for text in ("1,000", "1，000", "1 000", "1\u2009000", "1\u00a0000", "1\u202f000", "1\u200b000"):
            self.reads(self.blood_loss, text, 1000, normalised=True)
        self.refuses(self.blood_loss, "1,5", "“1,5”", "point", "小数点")


ANYTHING = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(), min_size=1, max_size=30),  # lone surrogates too
    st.binary(max_size=40).map(lambda octets: octets.decode("latin-1")),
    st.text("0123456789０９.,，。 \u3000-~±<>≥约+%年月日:时分hml²½①OlО/eE", max_size=20),
    st.from_regex(
        r"[<≥约~]?-?[0-9]{1,6}[.,:/年 -][0-9]{1,4}[./月-]?[0-9]{0,4}(ml|%|日|\+|以上)?", fullmatch=True
    ),
)
READERS = {
    "clean_text": reading.clean_text,
    "scan_for_identifiers": partial(reading.scan_for_identifiers, field=ANY),
    "read_number": partial(read_number, field=ANY),
    "read_number with everything": partial(
        read_number,
        field=ANY,
        places=2,
        unit="min",
        unit_aliases=("个",),
        hard=(0, 10**6),
        comparator=True,
        ranges=True,
        duration=True,
        hint=reading.hours_hint,
    ),
    "read_date": partial(read_date, field=ANY),
    "read_partial_date": partial(reading.read_partial_date, field=ANY, latest=TODAY),
    "read_year_month": partial(reading.read_year_month, field=ANY, latest=TODAY),
    "read_code": partial(read_code, codelist=SEX, field=ANY),
    "read_study_id": partial(reading.read_study_id, field=ANY),
}


class AnyTextWhatsoever(unittest.TestCase):
    @settings(deadline=None, max_examples=300)
    @given(ANYTHING)
    @example("\x00")
    @example("\ud800")
    @example("\ufffe")
    @example("x" * 10_000)
    @example("1" * 10_000)
    @example("1 " * 5_000)
    @example("a@" * 5_000)
    @example("\ufdfa" * 40)
    @example("{field}{0}%s")
    @example("0000-00-00")
    @example("9999-12-31")
    @example("-0")
    @example("٣")
    def test_a_reader_answers_or_refuses_and_nothing_else(self, text):
        for read in READERS.values():
            try:
                read(text)
            except Unreadable as refusal:
                self.assertGreater(len(refusal.message.en), 10)
                self.assertGreater(len(refusal.message.zh), 5)

    @settings(deadline=None, max_examples=200)
    @given(ANYTHING)
    def test_no_message_is_longer_than_a_few_lines_or_holds_what_cannot_be_shown(self, text):
        for read in READERS.values():
            try:
                read(text)
            except Unreadable as refusal:
                for words in (refusal.message.en, refusal.message.zh):
                    self.assertLess(len(words), 500)
                    self.assertNotRegex(words, "[\x00-\x1f\ud800-\udfff]")

    @settings(deadline=None, max_examples=200)
    @given(ANYTHING)
    def test_what_is_accepted_can_be_shown_and_read_again(self, text):
        for name in ("read_number with everything", "read_date", "read_partial_date", "read_study_id"):
            read = READERS[name]
            try:
                first = read(text)
            except Unreadable:
                continue
            again = read(canonical(first.value, first.comparator, first.precision, first.upper))
            self.assertEqual(
                (again.value, again.comparator, again.precision, again.upper),
                (first.value, first.comparator, first.precision, first.upper),
                text,
            )
            self.assertFalse(again.normalised, text)


WHOLE = st.integers(-(10**6), 10**9)
EXACT = st.decimals(min_value=0, max_value=10**6, places=2)
COMPARATORS = st.sampled_from(sorted(reading.COMPARATOR_SIGNS))


class WhatAFieldShows(unittest.TestCase):
    """canonical() → reader → the same value, with nothing to remark on."""

    def test_the_spelling_is_plain_and_the_same_in_both_languages(self):
        self.assertEqual(canonical(Decimal("8.50")), "8.5")
        self.assertEqual(canonical(Decimal("100")), "100")
        self.assertEqual(canonical(Decimal("3.0"), "lt"), "<3")
        self.assertEqual(canonical(20, "ge"), "≥20")
        self.assertEqual(canonical(800, "approx"), "≈800")
        self.assertEqual(canonical(Decimal("3.0"), upper=Decimal("5.0")), "3-5")
        self.assertEqual(canonical(date(2023, 4, 12)), "2023-04-12")
        self.assertEqual(canonical(date(2023, 4, 1), precision="m"), "2023-04")
        self.assertEqual(canonical(date(2023, 1, 1), precision="y"), "2023")
        self.assertEqual(canonical("007"), "007")
        self.assertEqual(canonical(None), "")

    @settings(deadline=None)
    @given(WHOLE, COMPARATORS)
    def test_a_whole_number_comes_back(self, number, comparator):
        read = read_number(canonical(number, comparator), ANY, comparator=True)
        self.assertEqual(
            (read.value, read.comparator, read.normalised, read.ask), (number, comparator, False, None)
        )

    @settings(deadline=None)
    @given(EXACT, COMPARATORS)
    def test_a_decimal_number_comes_back_with_its_places(self, number, comparator):
        read = read_number(canonical(number, comparator), ANY, places=2, comparator=True)
        self.assertEqual((read.value, read.comparator, read.normalised), (number, comparator, False))
        self.assertEqual(read.value.as_tuple().exponent, -2)

    @settings(deadline=None)
    @given(EXACT, EXACT)
    def test_a_range_comes_back(self, one, other):
        low, high = sorted((one, other))
        if low < high:
            read = read_number(canonical(low, upper=high), ANY, places=2, ranges=True)
            self.assertEqual((read.value, read.upper, read.normalised), (low, high, False))

    @settings(deadline=None)
    @given(st.dates(date(1950, 1, 1), TODAY), st.sampled_from("dmy"))
    def test_a_date_comes_back_with_its_precision(self, day, precision):
        first = (
            day.replace(day=1)
            if precision == "m"
            else day.replace(month=1, day=1)
            if precision == "y"
            else day
        )
        read = reading.read_partial_date(canonical(first, precision=precision), ANY, latest=TODAY)
        self.assertEqual((read.value, read.precision, read.normalised), (first, precision, False))


class TheReadingItself(unittest.TestCase):
    def test_readings_are_equal_when_they_mean_the_same(self):
        read = partial(read_number, field=ANY, unit="mL", comparator=True)
        self.assertEqual(read("800"), read("800 mL"))
        self.assertEqual(read("20+"), read("≥20"))
        self.assertNotEqual(read("800"), read("约800"))
        self.assertNotEqual(read("800"), read("801"))

    def test_it_cannot_be_changed_and_is_plain_by_default(self):
        plain = Reading(800, as_typed="800")
        self.assertEqual((plain.comparator, plain.precision, plain.upper), ("eq", "d", None))
        self.assertEqual((plain.normalised, plain.ask), (False, None))
        with self.assertRaises(FrozenInstanceError):
            plain.value = 8


class TheRefusalItself(unittest.TestCase):
    def test_it_speaks_the_language_of_the_reader(self):
        with self.assertRaises(Unreadable) as caught:
            read_number("多发", Label("Count", "数目"))
        self.addCleanup(follow, lambda: "en")
        follow(lambda: "zh-hans")
        self.assertTrue(str(caught.exception).startswith("数目："))
        follow(lambda: "en")
        self.assertTrue(str(caught.exception).startswith("Count: "))

    def test_it_is_a_value_error_and_survives_copying_between_processes(self):
        refusal = Unreadable(Label("no", "否"))
        self.assertIsInstance(refusal, ValueError)
        self.assertEqual(pickle.loads(pickle.dumps(refusal)).message, refusal.message)

    def test_a_long_text_is_quoted_in_one_line_of_forty_characters(self):
        self.assertEqual(quoted("x" * 40), "x" * 40)
        self.assertEqual(quoted("x" * 41), "x" * 39 + "…")
        self.assertEqual(quoted("a \n\t b"), "a b")

    def test_as_many_digits_as_a_telephone_number_has_are_not_quoted(self):
        self.assertEqual(quoted("12345 67890"), "12345 67890")
        self.assertEqual(quoted("12345 67890 1"), "…")

    def test_braces_in_a_text_are_only_text(self):
        with self.assertRaises(Unreadable) as caught:
            read_number("{field}", Label("Count {unit}", "数目"))
        self.assertIn("“{field}”", caught.exception.message.en)
        self.assertIn("Count {unit}: ", caught.exception.message.en)
