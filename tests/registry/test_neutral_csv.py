"""CSV files: nothing in them is a formula to any spreadsheet, and nothing in them is lost."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import numpy
from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.neutral_csv import neutral, original, read_rows, write_rows
from tests.promises import measured, proves

# the twelve payload starts of P10, and what hides them
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff1d", "\uff0b", "  =", "|")
FURTHER = ("\uff0d", "\uff20", "\u3000=", "\u00a0=", "\u200b=", "\ufeff=", "\x0b=", "\x85=")
FURTHER += ("%", "\u2212", "'=", "''=")
BODY = "cmd|' /C calc'!A0"
PAYLOADS = [start + BODY for start in (*STARTS, *FURTHER)]
SIGNS = "=+-@|%\u2212\uff1d\uff0b\uff0d\uff20\uff5c"


def written(header: list[str], rows: list[list[object]]) -> str:
    stream = io.StringIO(newline="")
    write_rows(stream, header, rows)
    return stream.getvalue()


def read(text: str) -> list[list[str]]:
    return list(read_rows(io.StringIO(text, newline="")))


def is_formula(cell: str) -> bool:
    """What a spreadsheet takes for a formula or a command: it drops leading space and invisible signs,
    strips quotes, and looks at the first sign; a plain number is none."""
    shown = cell.strip('"').lstrip().lstrip("\x00\u200b\ufeff\x85").lstrip()
    try:
        float(shown)
        return False
    except ValueError:
        return shown[:1] in SIGNS and shown[:1] != ""


def cells_as_somebody_splits_them(text: str) -> list[str]:
    """Every cell of every reading: by our quotes, and by programs that split at ; or tab without them."""
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    for mark in ";\t":
        cells += [cell for line in text.replace("\r", "\n").split("\n") for cell in line.split(mark)]
    return cells


@proves("P10", "T23")
class NoFormula(SimpleTestCase):
    def test_no_reading_of_a_written_text_meets_a_formula(self):
        for payload in PAYLOADS:
            for text in (payload, f"pain;{payload}", f"pain\n{payload}", f"pain\t{payload}"):
                with self.subTest(repr(text)):
                    table = written(["note", text], [[text, 1], ["x", text]])
                    found = [cell for cell in cells_as_somebody_splits_them(table) if is_formula(cell)]
                    self.assertEqual(found, [])
        measured("P10", f"0 formula cells of {len(PAYLOADS)} payloads in CSV, read in 3 ways")

    def test_the_check_itself_sees_a_formula(self):
        for cell in ("=1+1", " =1+1", "+cmd", "-2+3", "@SUM(1)", "\uff1d1", "\ufeff=1", '"=1"'):
            self.assertTrue(is_formula(cell), cell)
        for cell in ("-5", "+3.5", "'=1", "abc", "", "1-2"):
            self.assertFalse(is_formula(cell), cell)

    def test_numbers_and_dates_stay_what_they_are(self):
        row = [
            -5,
            -5.5,
            Decimal("-0.10"),
            Decimal("-1E+3"),
            numpy.int64(-7),
            numpy.float64(-1.5),
            date(2022, 3, 1),
        ]
        (_header, got) = read(written(["n"] * 7, [row]))
        self.assertEqual(got, ["-5", "-5.5", "-0.10", "-1000", "-7", "-1.5", "2022-03-01"])

    def test_nothing_and_not_a_number_are_empty_and_truth_is_a_digit(self):
        (_header, got) = read(written(["a"] * 4, [[None, float("nan"), True, False]]))
        self.assertEqual(got, ["", "", "1", "0"])

    def test_infinity_is_no_command(self):
        self.assertIn("'-inf", written(["a"], [[float("-inf")]]))

    def test_a_text_that_looks_like_a_number_is_still_text(self):
        self.assertIn("'-5", written(["a"], [["-5"]]))


@proves("P10")
class NothingLost(SimpleTestCase):
    @settings(max_examples=300, deadline=None, database=None)
    @given(st.text(st.sampled_from("=+-@|'\t\r\n\x00 \u3000;,\"x1\ufeff\uff1d\u200b"), max_size=12))
    def test_exactly_what_was_written_comes_back(self, text):
        self.assertEqual(original(neutral(text)), text)
        self.assertEqual(read(written(["h"], [[text, "x"]]))[1], [text, "x"])

    def test_exactly_one_apostrophe_is_taken_away(self):
        self.assertEqual(neutral("''=1"), "'''=1")
        self.assertEqual(original("'''=1"), "''=1")
        self.assertEqual(original("'ordinary'"), "'ordinary'")

    def test_ordinary_text_is_not_touched(self):
        for text in ("肝转移", "it's", "'quoted'", "a=b", "5-10 cm", "x; y", "a@b", "50 %", ""):
            self.assertEqual(neutral(text), text)

    def test_a_table_that_a_spreadsheet_saved_again_is_read(self):
        text = "\ufeff" + written(["case", "note"], [["1", "=1"]])
        self.assertEqual(read(text), [["case", "note"], ["1", "=1"]])
