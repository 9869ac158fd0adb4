"""Reading a table: encodings, delimiters, quoting, and one clear sentence for everything else."""

from __future__ import annotations

from unittest import TestCase

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.answers.columns import Columns
from analysis.table_file import InputError, Table, listed, quoted, read

CHINESE = "时间,结局,分组\n12.5,1,甲\n8,0,乙\n"


def table(text: str, *wanted: str, **options) -> Table:
    return read(text.encode(), "t.csv", wanted, **options)


def refusal(content: bytes | str, *wanted: str, **options) -> str:
    """The one line with which a table is refused."""
    content = content.encode() if isinstance(content, str) else content
    try:
        read(content, "t.csv", wanted, **options)
    except InputError as error:
        for language in ("en", "zh"):
            assert "\n" not in error.label.text(language) and "{" not in error.label.text(language)
        return error.label.en
    raise AssertionError("nothing was refused")


class EncodingTest(TestCase):
    def test_utf8_and_gb18030_and_byte_order_marks_are_recognised(self):
        for codec, named in (
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("gb18030", "gb18030"),
            ("gbk", "gb18030"),
            ("utf-16", "utf-16"),
            ("utf-32", "utf-32"),
        ):
            with self.subTest(codec=codec):
                found = read(CHINESE.encode(codec), "t.csv", ["时间", "分组"])
                self.assertEqual(found.encoding, named)
                self.assertEqual(found.columns, {"时间": ["12.5", "8"], "分组": ["甲", "乙"]})

    def test_utf16_in_either_byte_order_is_read_by_its_mark(self):
        for codec, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
            self.assertEqual(len(read(mark + CHINESE.encode(codec), "t.csv", ["结局"])), 2)

    def test_a_named_encoding_is_used_and_must_fit(self):
        found = read("naïve,b\n1,2\n".encode("latin-1"), "t.csv", ["naïve"], encoding="latin-1")
        self.assertEqual(found.columns, {"naïve": ["1"]})
        self.assertIn("cannot be read as “ascii”", refusal(CHINESE, "时间", encoding="ascii"))
        self.assertIn("cannot be read as “nonsense”", refusal(CHINESE, "时间", encoding="nonsense"))

    def test_files_that_are_no_text_are_called_what_they_are(self):
        self.assertIn("Excel workbook (.xlsx)", refusal(b"PK\x03\x04rest", "a"))
        self.assertIn("Excel workbook (.xls)", refusal(b"\xd0\xcf\x11\xe0rest", "a"))
        self.assertIn("PDF", refusal(b"%PDF-1.7", "a"))
        self.assertIn("compressed", refusal(b"\x1f\x8b\x08", "a"))
        self.assertIn("not a text file", refusal(bytes(range(256)), "a"))
        self.assertIn("not a text file", refusal("a,b\n1,2\n".encode("utf-16-le"), "a"))

    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=200))
    def test_any_bytes_are_a_table_or_refused_in_one_line(self, content):
        try:
            read(content, "t.csv", [])
        except InputError as error:
            self.assertNotIn("\n", error.label.en)


class ShapeTest(TestCase):
    def test_the_delimiter_is_recognised_by_the_heading(self):
        for mark in ",;\t":
            with self.subTest(mark=mark):
                found = table(f"a{mark}b{mark}c\n1{mark}2{mark}3\n", "b")
                self.assertEqual((found.delimiter, found.columns), (mark, {"b": ["2"]}))

    def test_commas_inside_the_values_do_not_mislead(self):
        self.assertEqual(table("t;x\n1,5;2,25\n2,5;3\n", "x").columns, {"x": ["2,25", "3"]})
        self.assertEqual(table('name,x\n"a;b;c",1\n', "x").columns, {"x": ["1"]})

    def test_a_named_delimiter_wins(self):
        self.assertEqual(table("a|b\n1|2\n", "b", delimiter="|").columns, {"b": ["2"]})

    def test_quoted_fields_hold_delimiters_quotes_and_line_breaks(self):
        found = table('a,b\n"x, ""y""\nz",1\nw,2\n', "a", "b")
        self.assertEqual(found.columns, {"a": ['x, "y"\nz', "w"], "b": ["1", "2"]})
        self.assertEqual(list(found.lines), [2, 4])

    def test_every_line_ending_is_read(self):
        for end in ("\n", "\r\n", "\r"):
            self.assertEqual(table(f"a,b{end}1,2{end}3,4", "b").columns, {"b": ["2", "4"]})

    def test_empty_lines_are_skipped_and_still_counted_as_lines(self):
        found = table("\n\na,b\n1,2\n\n3,4\n\n", "a")
        self.assertEqual((found.columns, list(found.lines)), ({"a": ["1", "3"]}, [4, 6]))

    def test_an_empty_line_in_a_single_column_is_a_missing_value(self):
        found = table("a\n1\n\n3\n\n\n", "a")
        self.assertEqual((found.columns, list(found.lines)), ({"a": ["1", "", "3"]}, [2, 3, 4]))

    def test_spaces_around_names_and_values_do_not_count(self):
        self.assertEqual(table(" a , b \n 1 , x y \n", "a", "b").columns, {"a": ["1"], "b": ["x y"]})

    def test_only_the_columns_that_are_needed_are_kept(self):
        found = table("a,b,b,\n1,2,3,4\n", "a")
        self.assertEqual((found.headings, found.columns), (("a", "b", "b", ""), {"a": ["1"]}))

    def test_a_million_cells_take_seconds(self):
        rows = "\n".join(f"{k / 7:.6f},{k % 2}" for k in range(200_000))
        found = Columns(table("t,e\n" + rows, "t", "e"))
        self.assertAlmostEqual(float(found.numbers("t")[-1]), 199_999 / 7, 5)


class RefusalTest(TestCase):
    def test_an_empty_file_and_one_without_rows(self):
        for empty in ("", "\n\n", "\ufeff"):
            self.assertEqual(refusal(empty, "a"), "“t.csv” is empty.")
        self.assertIn("no rows", refusal("a,b\n", "a"))

    def test_a_column_that_is_not_there_is_named_with_those_that_are(self):
        message = refusal("time,status\n1,2\n", "tme")
        self.assertIn("no column “tme” (did you mean “time”?)", message)
        self.assertIn("it has: “time”, “status”", message)
        self.assertIn("did you mean “Status”", refusal("Time,Status\n1,2\n", "status"))

    def test_many_columns_are_not_all_listed(self):
        message = refusal(",".join(f"c{k}" for k in range(500)) + "\n", "x")
        self.assertTrue(message.endswith("“c19”, …."))

    def test_a_needed_column_that_is_there_twice(self):
        self.assertIn("the column “a” 2 times", refusal("a,b,a\n1,2,3\n", "a"))

    def test_a_ragged_row_is_named_by_its_line(self):
        self.assertIn("line 3 has 3 fields where the heading has 2", refusal("a,b\n1,2\n1,2,3\n", "a"))
        self.assertIn("line 5 has 1 fields", refusal('a,b\n"x\ny",2\n1,2\n7\n', "a"))

    def test_quotation_marks_that_do_not_match(self):
        self.assertIn("line 3: the quotation marks do not match", refusal('a,b\n1,2\n"x,3\n4,5\n', "a"))
        self.assertIn("line 2: the quotation marks", refusal('a,b\n"x"y,3\n', "a"))

    def test_values_are_shown_on_one_line_and_cut(self):
        self.assertEqual(quoted("a\nb\tc"), "“a b c”")
        self.assertEqual(len(quoted("x" * 1000)), 43)
        self.assertEqual(listed(["a", 1]), "“a”, “1”")


class ColumnsTest(TestCase):
    def columns(self, *values: str, head: str = "x", **options) -> Columns:
        return Columns(table(head + ",y\n" + "".join(f'"{value}",0\n' for value in values), head), **options)

    def wrong(self, call, *arguments) -> str:
        with self.assertRaises(InputError) as caught:
            call(*arguments)
        self.assertNotIn("{", caught.exception.label.zh)
        return caught.exception.label.en

    def test_numbers_are_read_in_every_common_form(self):
        found = self.columns("1", "-2.5", "+3", ".5", "4.", "1e3", "１２．５", "−7", " 8 ").numbers("x")
        self.assertEqual(found.tolist(), [1, -2.5, 3, 0.5, 4, 1000, 12.5, -7, 8])

    def test_missing_values_are_counted_by_their_spelling(self):
        found = self.columns("", "NA", "n/a", "NaN", "NULL", ".", "缺失", "未知", "不详", "未做", "1", "NA")
        self.assertEqual(np.isnan(found.numbers("x")).sum(), 11)
        self.assertEqual(found.missing_counts("x")["NA"], 2)
        self.assertEqual(found.missing_counts("x")["empty"], 1)
        self.assertEqual(found.missing("x").sum(), sum(found.missing_counts("x").values()))

    def test_further_spellings_of_missing_can_be_named(self):
        found = self.columns("999", "1", "没查", also_missing=["999", "没查"])
        self.assertEqual(found.missing_counts("x"), {"999": 1, "没查": 1})
        self.assertEqual(np.isnan(found.numbers("x")).tolist(), [True, False, True])

    def test_what_is_no_number_is_refused_with_its_line(self):
        for text in ("abc", "1_000", "inf", "-Infinity", "0x10", "1 2", ">5", "12mm", "--3", "1e"):
            with self.subTest(text=text):
                message = self.wrong(self.columns("1", text).numbers, "x")
                self.assertIn(f"line 3, “x”: “{text}” is not a number", message)

    def test_a_decimal_comma_is_read_where_commas_do_not_divide_fields(self):
        semicolons = Columns(read(b"x;y\n1,5;2\n2,25;3\n", "t.csv", ["x"]))
        self.assertEqual(semicolons.numbers("x").tolist(), [1.5, 2.25])
        self.assertIn("has a comma", self.wrong(self.columns("1,5").numbers, "x"))

    def test_numbers_that_cannot_be_computed_with_are_refused(self):
        for text in ("1e308", "1e400", "-1e200", "1e-308"):
            self.assertIn("outside the range", self.wrong(self.columns("1", text).numbers, "x"))

    def test_levels_ascend_as_numbers_or_as_text(self):
        self.assertEqual(self.columns("10", "9", "1", "2").levels("x")[0], ("1", "2", "9", "10"))
        self.assertEqual(self.columns("b", "10", "a").levels("x")[0], ("10", "a", "b"))
        labels, codes = self.columns("2.0", "NA", "1", "2").levels("x")
        self.assertEqual((labels, codes.tolist()), (("1", "2"), [1, -1, 0, 1]))

    def test_too_many_levels_are_refused(self):
        found = self.columns(*(f"P{k}" for k in range(101)))
        self.assertIn("101 different values", self.wrong(found.levels, "x"))

    def test_the_kind_of_a_column_follows_from_its_values(self):
        for values, kind in (
            (("1.5", "2", "NA"), "number"),
            (("0", "1", "1"), "category"),
            (("1", "2"), "category"),
            (("0", "1", "2"), "number"),
            (("50", "60"), "number"),
            (("a", "b"), "category"),
            (("1", "2", "4a"), "category"),
            (("NA", ""), "number"),
        ):
            with self.subTest(values=values):
                self.assertEqual(self.columns(*values).kind("x"), kind)

    def test_a_slip_among_many_numbers_is_refused_rather_than_made_a_category(self):
        message = self.wrong(self.columns(*map(str, range(30)), "3O").kind, "x")
        self.assertIn("line 32, “x” is “3O” in a column of numbers", message)

    def test_values_are_the_same_as_text_or_as_number(self):
        found = self.columns("1", "1.0", "１", "2", "NA")
        self.assertEqual(found.same("x", "1").tolist(), [True, True, True, False, False])
        self.assertEqual(self.columns("dead", "Dead").same("x", "dead").tolist(), [True, False])
