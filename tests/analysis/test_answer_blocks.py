"""Blocks of an answer that are absent, and printing a whole report for a terminal."""

from __future__ import annotations

from unittest import TestCase

from analysis.answers.blocks import NOT_COMPUTED, Absent
from analysis.document import Provenance, Report, Row, Section, Table, words
from analysis.render import terminal
from analysis.render.text import columns
from analysis.table_file import InputError, refuse
from registry.labels import Label, both
from tests.analysis import sample_report


class AbsentTest(TestCase):
    def test_a_computation_that_succeeds_leaves_no_trace(self):
        absent = Absent("en")
        self.assertEqual(absent.attempt("cox.efron", lambda: 7), 7)
        self.assertEqual(absent.blocks, {})

    def test_one_whose_arithmetic_fails_is_null_and_told(self):
        for error in (ValueError("no root {x}\n"), ZeroDivisionError(), RuntimeError("diverged")):
            absent = Absent("en")

            def fail(error=error):
                raise error

            self.assertIsNone(absent.attempt("cox.firth", fail))
            told = absent.blocks["cox.firth"]
            self.assertEqual(told["reason"], "failed")
            self.assertNotIn("\n", told["sentence"])

    def test_wrong_input_and_wrong_programs_are_not_swallowed(self):
        def wrong_input():
            raise refuse("no", "否")

        with self.assertRaises(InputError):
            Absent("en").attempt("cox", wrong_input)
        with self.assertRaises(AttributeError):
            Absent("en").attempt("cox", lambda: None.coef)

    def test_every_reason_has_a_sentence_in_both_languages(self):
        for reason in NOT_COMPUTED:
            for language in ("en", "zh"):
                absent = Absent(language)
                absent.add("cox", reason, message="x")
                self.assertTrue(absent.blocks["cox"]["sentence"])


class TerminalTest(TestCase):
    def test_all_sections_tables_and_provenance_are_printed(self):
        report = sample_report.report()
        for language in ("en", "zh"):
            text = terminal.document(report, language).decode()
            self.assertTrue(text.endswith("\n"))
            for section in report.sections:
                for table in section.tables:
                    self.assertIn(table.title.text(language), text)
            for _, name, _value in report.provenance.facts:
                self.assertIn(name.text(language), text)

    def test_the_columns_of_a_table_stand_below_each_other(self):
        rows = (
            Row("n", Label("Cases", "例数"), (words("31"), words("7"))),
            Row("m", Label("Median", "中位生存时间"), (words("12.0"), words("3")), 1),
        )
        table = Table("t", both("T"), (Label("All", "全部"), both("B")), rows, Label("Group", "组别"))
        report = Report("r", both("R"), (Section("s", both("S"), (table,)),), Provenance(False, ()))
        for language, wide in (("en", "  Median  12.0  3"), ("zh", "  中位生存时间  12.0  3")):
            lines = terminal.document(report, language).decode().splitlines()
            self.assertIn(wide, lines)
            starts = {
                columns(line[: line.rindex(" ") + 1]) for line in lines if line.endswith(("B", " 7", " 3"))
            }
            self.assertEqual(len(starts), 1)
