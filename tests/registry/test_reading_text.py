"""How texts are cleaned, codes and study numbers read, and identifiers kept out."""

import unittest
from datetime import date
from functools import partial
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.codes.base import code, code_list
from registry.labels import Label
from registry.reading import Unreadable, clean_text, read_code, read_study_id, scan_for_identifiers
from registry.reading.identifiers import (
    CHECK_CHARACTERS,
    CHECK_WEIGHTS,
    CITIZEN_ID_GROUPS,
    MOBILE_GROUPS,
    OLD_CITIZEN_ID_GROUPS,
)
from registry.reading.text import LIKE_DIGITS, LIKE_LETTERS
from tests.registry.reading_case import ReadingCase


def citizen_id(first_17: str) -> str:
    """An invented identity number with its check character, computed here once more."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first_17))
    remainder = (12 - total % 11) % 11
    return first_17 + ("X" if remainder == 10 else str(remainder))


def grouped(number: str, groups: tuple[int, ...]) -> str:
    """`number` with spaces between its groups."""
    digits = iter(number)
    return " ".join("".join(islice(digits, length)) for length in groups)


INVENTED = citizen_id("11010519491231002")
ENDING_IN_X = next(number for n in range(100) if (number := citizen_id(f"110105196204120{n:02}"))[17] == "X")


class CleaningAText(ReadingCase):
    def test_outer_space_zero_width_signs_and_marks_are_removed(self):
        self.assertEqual(clean_text("  \u3000肝转移\u200b \ufeff"), "肝转移")
        self.assertEqual(clean_text("NET\u200d\u200c\u2060G2\u00ad"), "NETG2")
        self.assertEqual(clean_text("\u202eabc\u202c"), "abc")

    def test_composed_and_decomposed_spellings_are_one(self):
        self.assertEqual(clean_text("Krukenberge\u0301"), "Krukenberg\u00e9")

    def test_full_width_signs_of_a_text_are_left_as_they_are(self):
        self.assertEqual(clean_text("出血８００ｍｌ，输血。"), "出血８００ｍｌ，输血。")

    def test_line_breaks_inside_stay_in_one_spelling(self):
        self.assertEqual(clean_text("one\r\ntwo\rthree\u2028four\n"), "one\ntwo\nthree\nfour")
        self.assertEqual(clean_text("a\tb"), "a\tb")

    def test_formulas_are_inert_text(self):
        self.assertEqual(clean_text("=SUM(A1)"), "=SUM(A1)")

    def test_control_characters_are_refused_with_their_number(self):
        for sign, number in (("\x00", "U+0000"), ("\x0b", "U+000B"), ("\x7f", "U+007F"), ("\x85", "U+0085")):
            message = self.refuses(partial(clean_text, field=self.field), f"a{sign}b", number, "控制字符")
            self.assertNotIn(sign, message.en)

    def test_what_a_database_or_document_cannot_hold_is_refused(self):
        for sign in ("\ud800", "\udfff", "\ufffe", "\uffff", "\ufdd0", "\ufdef", "\U0001ffff"):
            self.refuses(partial(clean_text, field=self.field), f"a{sign}", "control character")

    def test_rare_letters_beside_the_noncharacters_are_kept(self):
        for sign in ("\ufdcf", "\ufdf0", "\ufffc", "\U0001fffd", "\U00020000", "\ue000"):
            self.assertEqual(clean_text(sign), sign)

    def test_a_lost_character_is_refused(self):
        self.refuses(partial(clean_text, field=self.field), "肝\ufffd移", "was lost", "字符丢失")

    def test_without_a_field_the_message_still_has_a_subject(self):
        with self.assertRaises(Unreadable) as caught:
            clean_text("\x00")
        self.assertTrue(caught.exception.message.zh.startswith("文字："))

    @settings(deadline=None)
    @given(st.text())
    def test_cleaning_twice_changes_nothing(self, text):
        try:
            cleaned = clean_text(text)
        except Unreadable:
            return
        self.assertEqual(clean_text(cleaned), cleaned)
        cleaned.encode("utf-8")


GRADES = code_list(
    "GRADES",
    Label("Grade", "分级"),
    "made for this test",
    code("g1", "NET G1", "神经内分泌瘤G1级", aliases=("一级",)),
    code("nec", "NEC (any)", "神经内分泌癌(任何)"),
)
MANY = code_list(
    "MANY",
    Label("Many", "许多"),
    "made for this test",
    *(code(f"c{n}", f"Choice {n}", f"选项{n}") for n in range(1, 15)),
    closed=True,
)


class ReadingACode(ReadingCase):
    def setUp(self):
        self.read = partial(read_code, codelist=GRADES, field=self.field)

    def test_code_labels_and_aliases_mean_the_code(self):
        for text in ("g1", "NET G1", "net g1", "神经内分泌瘤G1级"):
            self.reads(self.read, text, "g1", normalised=False)
        for text in ("一级", "ＮＥＴ　Ｇ１", "NET\u200b G1"):
            self.reads(self.read, text, "g1", normalised=True)
        self.reads(self.read, "神经内分泌癌（任何）", "nec")

    def test_a_near_miss_is_refused_with_a_suggestion(self):
        self.refuses(self.read, "NET G", "“NET G”", "Did you mean NET G1", "是否为：神经内分泌瘤G1级")
        self.refuses(self.read, "分泌瘤", "Did you mean NET G1?")
        self.assertNotIn("Did you mean", self.refuses(self.read, "liver").en)

    def test_permitted_answers_are_listed_in_both_languages(self):
        self.refuses(
            self.read, "?", "NET G1; NEC (any); Unknown", "神经内分泌瘤G1级；神经内分泌癌(任何)；不详"
        )

    def test_at_most_twelve_are_listed(self):
        message = self.refuses(partial(read_code, codelist=MANY, field=self.field), "zzz", "Choice 12; …")
        self.assertNotIn("Choice 13", message.en)
        twelve = code_list("TWELVE", MANY.label, MANY.source, *MANY.codes[:12], closed=True)
        self.assertNotIn("…", self.refuses(partial(read_code, codelist=twelve, field=self.field), "zzz").en)

    def test_at_most_three_are_suggested_and_none_for_a_single_letter(self):
        read = partial(read_code, codelist=MANY, field=self.field)
        self.refuses(read, "Choice", "Did you mean Choice 1 or Choice 2 or Choice 3?")
        self.assertNotIn("Did you mean", self.refuses(read, "o").en)
        self.refuses(read, "oi", "Did you mean")

    def test_unknown_is_an_answer_where_the_list_has_it(self):
        self.reads(self.read, "不详", "unknown")
        self.refuses(partial(read_code, codelist=MANY, field=self.field), "不详")

    def test_foreign_letters_that_look_latin_are_named(self):
        self.refuses(self.read, "N\u0415T G1", "Cyrillic letter, U+0415", "西里尔字母")
        self.refuses(self.read, "\u039dET G1", "Greek letter, U+039D", "希腊字母")

    def test_two_cells_a_long_text_and_nothing_are_refused(self):
        self.refuses(self.read, "NET G1\tNEC", "tab or a line break")
        self.refuses(self.read, "NET G1\nNEC", "tab or a line break")
        self.refuses(self.read, "x" * 201, "201")
        self.refuses(self.read, "", "nothing was entered")

    def test_an_identifier_in_a_code_field_is_not_repeated(self):
        self.assertNotIn(INVENTED, self.refuses(self.read, INVENTED, "identity number").en)
        self.assertNotIn("31010119620412", self.refuses(self.read, "310101196204121230").en)


class ReadingAStudyNumber(ReadingCase):
    def setUp(self):
        self.read = partial(read_study_id, field=self.field)

    def test_it_is_kept_as_text_with_its_zeros_and_its_case(self):
        for text in ("007", "NET-2023-001", "a.b_c/1", "1234567890", "Z"):
            self.reads(self.read, text, text, normalised=False)

    def test_full_width_signs_and_dashes_are_normalised(self):
        self.reads(self.read, "ＮＥＴ–００１", "NET-001", normalised=True)

    def test_numbers_shaped_like_identifiers_are_refused_without_repeating_them(self):
        for text in (
            "3" * 15,
            "3" * 18,
            "3" * 17 + "X",
            "3" * 17 + "x",
            "12345678901",
            INVENTED,
            "13812345678",
        ):
            message = self.refuses(self.read, text)
            self.assertNotIn(text, message.en + message.zh)
        for text in ("3" * 14, "3" * 16, "22345678901", "123456789012"):
            self.reads(self.read, text, text)

    def test_a_number_shortened_by_a_spreadsheet_is_refused(self):
        for text in ("3.10101E+17", "3.10101e17", "3E+17"):
            self.refuses(self.read, text, "spreadsheet has shortened", "电子表格")
        self.reads(self.read, "2E10", "2E10")

    def test_other_characters_are_named_unless_they_may_be_a_name(self):
        self.refuses(self.read, "a b", "a space", "空格")
        self.refuses(self.read, "=1", "“=”")
        self.refuses(self.read, "-1", "“-”")
        self.refuses(self.read, "\u0410-1", "Cyrillic letter, U+0410")
        self.assertNotIn("张", self.refuses(self.read, "张三", "another character").zh)

    def test_twenty_characters_are_enough(self):
        self.reads(self.read, "x" * 20, "x" * 20)
        self.refuses(self.read, "x" * 21, "at most 20")


class KeepingIdentifiersOut(ReadingCase):
    def blocks(self, text: str, kind: str) -> None:
        message = self.refuses(
            partial(scan_for_identifiers, field=self.field), text, kind, "Nothing was stored"
        )
        self.assertNotRegex(message.en.replace("15-digit", "") + message.zh.replace("15位", ""), "[0-9@]")

    def passes(self, *texts: str) -> None:
        for text in texts:
            with self.subTest(text=text):
                self.assertIsNone(scan_for_identifiers(text, self.field))

    def test_the_check_character_agrees_with_a_published_example_and_another_formula(self):
        self.assertEqual(citizen_id("11010519491231002"), "11010519491231002X")
        total = sum(w * int(d) for w, d in zip(CHECK_WEIGHTS, "34052419800101001", strict=True))
        self.assertEqual(CHECK_CHARACTERS[total % 11], "X")

    def test_a_citizen_number_is_found_wherever_and_however_it_stands(self):
        for number in (INVENTED, ENDING_IN_X, citizen_id("31010119800229123")):
            for text in (
                *(number, f"患者{number}入院", f"ID:{number},", f"99{number}1", number.lower()),
                *(f"{number[:6]} {number[6:14]} {number[14:]}", f"{number[:6]}-{number[6:14]}-{number[14:]}"),
                *(
                    "-".join((number[:3], number[3:9], number[9:])),
                    " ".join(number),
                    f"{number[:9]}\u200b{number[9:]}",
                ),
                *("".join(chr(ord(sign) + 0xFEE0) for sign in number), number.replace("X", "\u0425")),
            ):
                self.blocks(text, "Chinese citizen identity number")

    def test_eighteen_digits_without_check_or_birth_date_are_another_number(self):
        wrong_check = INVENTED[:17] + "1"
        no_date = citizen_id("11010519491331002")
        self.passes(wrong_check, no_date, citizen_id("11010512491231002"))

    def test_a_grouped_number_is_found_among_other_numbers(self):
        for groups in CITIZEN_ID_GROUPS:
            self.blocks(f"3 {grouped(ENDING_IN_X, groups)} 5", "Chinese citizen identity number")
        for groups in OLD_CITIZEN_ID_GROUPS:
            self.blocks(f"3 {grouped('310101620412123', groups)} 5", "15-digit")
        for groups in MOBILE_GROUPS:
            self.blocks(f"3 {grouped('13812345678', groups)} 5", "mobile telephone number")

    def test_the_groups_add_up_to_the_digits_of_the_number(self):
        self.assertEqual({sum(groups) for groups in CITIZEN_ID_GROUPS}, {18})
        self.assertEqual({sum(groups) for groups in OLD_CITIZEN_ID_GROUPS}, {15})
        self.assertEqual({sum(groups) for groups in MOBILE_GROUPS}, {11})

    def test_birth_dates_of_two_centuries_count(self):
        for year in (1900, 2099):
            self.blocks(citizen_id(f"110105{year}1231002"), "Chinese citizen identity number")
        self.passes(citizen_id("11010518991231002"), citizen_id("11010521001231002"))

    def test_every_province_has_had_old_numbers(self):
        regions = {"1": 5, "2": 3, "3": 7, "4": 6, "5": 4, "6": 5}
        provinces = {first + str(second) for first, last in regions.items() for second in range(1, last + 1)}
        provinces |= {"50", "71", "81", "82"}
        for first_two in (f"{n:02}" for n in range(100)):
            if first_two in provinces:
                self.blocks(f"{first_two}0101620412123", "15-digit")
            else:
                self.passes(f"{first_two}0101620412123")

    def test_an_old_number_needs_a_province_and_a_date(self):
        for text in ("310101620412123", "旧证310101620412123。", "310101 620412 123", "310101-620412-123"):
            self.blocks(text, "15-digit")
        self.passes("310101621312123", "990101620412123", "3101016204121234", "31010162041212")

    def test_a_mobile_number_is_found_in_its_usual_groupings(self):
        for text in (
            *("13812345678", "电话：13812345678，", "138 1234 5678", "138-1234-5678", "138.1234.5678"),
            *(
                "+86 138 1234 5678",
                "+86-138-1234-5678",
                "8613812345678",
                "013812345678",
                "1 3 8 1 2 3 4 5 6 7 8",
            ),
            *("１３８１２３４５６７８", "138\u200b12345678", "①③⑧12345678", "١٣٨١٢٣٤٥٦٧٨", "1381234 5678"),
        ):
            self.blocks(text, "mobile telephone number")

    def test_an_e_mail_address_is_found(self):
        for text in ("wang@example.com", "张三＠mail.example.edu.cn", "write to a.b-c@x-y.org!"):
            self.blocks(text, "e-mail address")

    def test_clinical_texts_pass(self):
        self.passes(
            "出血800ml，输红细胞4U，2023-04-12 术后第3天 TBIL 85.5 µmol/L，Hb 135 112 108 99 g/L",
            "BP 137/88 mmHg; plt 250×10^9/L; DOI 10.1245/s10434-022-11371-0; PMID 37208566",
            "2013-05-12, 2014-06-13, 2015-07-14: stable; Ki-67 3%-5%; 10 000 µg; 12 345 678",
            "10812345678 23812345678 138123456789 1381234567",
            "SUV 5@1.5h, R0 @ 2 cm, CD 3a",
            "",
        )

    def test_other_readers_keep_identifiers_out_too(self):
        self.refuses(partial(read_study_id, field=self.field), "138-1234-5678", "mobile")

    @settings(deadline=None)
    @given(
        st.integers(110000, 659999),
        st.dates(date(1900, 1, 1), date(2099, 12, 31)),
        st.integers(0, 999),
        st.sampled_from(["", " ", "-", "."]),
        st.text("肝,。 ab", max_size=5),
    )
    def test_no_invented_number_slips_through(self, region, birth, order, between, around):
        number = citizen_id(f"{region}{birth:%Y%m%d}" + f"{order:03}")
        written = around + between.join((number[:6], number[6:14], number[14:])) + around
        with self.assertRaises(Unreadable) as caught:
            scan_for_identifiers(written, self.field)
        self.assertNotIn(number[6:14], caught.exception.message.en)


class TablesOfLookAlikes(unittest.TestCase):
    def test_letters_are_replaced_by_ascii_letters_and_digits_by_digits(self):
        self.assertTrue(all(sign > 127 and chr(meant).isascii() for sign, meant in LIKE_LETTERS.items()))
        self.assertLessEqual({chr(meant) for meant in LIKE_DIGITS.values()}, set("013."))
