"""JSON, the public interface: its shape, its numbers, its case lists, its description."""

from __future__ import annotations

import json
import re
import unittest
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from analysis.document import Cell, Part, Provenance, Report, Row, Section, Table
from analysis.render import as_json
from registry.labels import LANGUAGES, both
from tests.analysis import sample_report

DESCRIPTION = Path(__file__).resolve().parents[2] / "docs" / "report-json.md"


def read(report: Report, language: str = "en", **options) -> dict:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(as_json.document(report, language, **options), parse_constant=refuse)


def with_numbers(**numbers) -> Report:
    cell = Cell((Part(both("1")),), numbers)
    table = Table("t", both("t"), (both("c"),), (Row("r", both("r"), (cell,)),))
    return Report("x", both("x"), (Section("s", both("s"), (table,)),), Provenance(False, ()))


def only_cell(report: Report, **options) -> dict:
    return read(report, **options)["sections"][0]["tables"][0]["rows"][0]["cells"][0]


class Shape(unittest.TestCase):
    def setUp(self):
        self.content = read(sample_report.report())

    def test_the_report_has_the_keys_of_the_interface(self):
        self.assertEqual(
            list(self.content), ["report", "language", "title", "provenance", "sections", "findings"]
        )
        self.assertEqual((self.content["report"], self.content["language"]), ("sample", "en"))
        for section in self.content["sections"]:
            self.assertEqual(set(section), {"id", "title", "order", "tables", "figures", "paragraphs"})

    def test_a_finding_has_its_key_severity_text_and_cells(self):
        first = self.content["findings"][0]
        self.assertEqual(list(first), ["key", "severity", "text", "cells"])
        self.assertEqual(first["cells"], ["baseline.sex-male.0", "pfs"])
        self.assertEqual(len(self.content["findings"]), 3)

    def test_a_report_that_was_not_checked_has_null_and_not_an_empty_list(self):
        self.assertIsNone(read(replace(sample_report.report(), findings=None))["findings"])
        self.assertEqual(read(replace(sample_report.report(), findings=()))["findings"], [])

    def test_a_table_has_its_headings_rows_and_notes(self):
        table = self.content["sections"][1]["tables"][0]
        self.assertEqual(set(table), {"id", "title", "stub", "columns", "notes", "rows"})
        self.assertEqual(table["columns"], ["All patients (n = 31)", "P value"])
        self.assertEqual(table["notes"][1], "SEM: standard error of the mean.")
        self.assertEqual([row["level"] for row in table["rows"]], [0, 1, 1, 0, 0])
        self.assertEqual(table["rows"][0], {"id": "sex", "label": "Sex", "level": 0, "cells": []})

    def test_numbers_stand_unrounded_beside_the_text(self):
        male = self.content["sections"][1]["tables"][0]["rows"][1]["cells"][0]
        self.assertEqual(male, {"text": "14/31 (45%)", "n": 14, "N": 31, "percent": 100 * 14 / 31})

    def test_ids_and_numbers_are_the_same_in_both_languages(self):
        def bare(value):
            if isinstance(value, dict):
                return {key: bare(each) for key, each in value.items() if key not in _WORDS}
            return [bare(each) for each in value] if isinstance(value, list) else value

        english, chinese = (
            bare(read(sample_report.report(), language)["sections"]) for language in LANGUAGES
        )
        self.assertEqual(english, chinese)
        self.assertNotEqual(read(sample_report.report(), "zh"), self.content)

    def test_a_regional_language_code_is_understood(self):
        self.assertEqual(read(sample_report.report(), "zh-hans")["language"], "zh")

    def test_blocks_tell_their_printing_order(self):
        self.assertEqual(
            [s["order"] for s in self.content["sections"]][1:],
            [["baseline", "matrix"], ["pfs", "os", "by-grade"]],
        )

    def test_figures_carry_their_coordinates_and_not_a_drawing(self):
        figure = self.content["sections"][2]["figures"][0]
        curve = figure["curves"][0]
        self.assertEqual(len(curve["steps"]), 21)
        self.assertEqual(curve["steps"][2], [1.8, 0.94])
        self.assertEqual(curve["lower"][0], [0.0, None])
        self.assertEqual(curve["upper"][-1], [16.2, None], "NaN becomes null")
        self.assertEqual(curve["censored"][-1], [24.0, 0.4])
        self.assertEqual(figure["ticks"], [0.0, 6.0, 12.0, 18.0, 24.0])
        self.assertEqual([part["text"] for part in figure["strip"][0]["parts"]], ["31", "25", "15", "9", "1"])
        self.assertEqual((figure["reference"], figure["empty"]), (0.5, None))

    def test_an_empty_figure_gives_its_reason_and_no_curve(self):
        figure = self.content["sections"][2]["figures"][1]
        self.assertEqual(figure["curves"], [])
        self.assertIn("nothing can be drawn <yet>", figure["empty"])


_WORDS = {"title", "label", "text", "stub", "columns", "notes", "x_label", "y_label", "alternative", "empty"}


class Values(unittest.TestCase):
    def test_what_is_not_finite_is_null(self):
        cell = only_cell(
            with_numbers(a=float("nan"), b=float("inf"), c=-float("inf"), d=None, e=np.float32("nan"))
        )
        self.assertEqual(cell, {"text": "1", "a": None, "b": None, "c": None, "d": None, "e": None})

    def test_numbers_of_numpy_are_numbers(self):
        cell = only_cell(with_numbers(n=np.int64(7), x=np.float64(0.1), y=np.float32(0.5)))
        self.assertEqual((cell["n"], cell["x"], cell["y"]), (7, 0.1, 0.5))

    def test_yes_stays_yes_and_a_word_a_word(self):
        cell = only_cell(with_numbers(reached=False, method="log-log"))
        self.assertIs(cell["reached"], False)
        self.assertEqual(cell["method"], "log-log")

    def test_a_number_named_like_a_key_of_the_cell_is_refused(self):
        for name in ("text", "cases", "parts"):
            with self.assertRaisesRegex(ValueError, name):
                as_json.document(with_numbers(**{name: 1}), "en")

    def test_a_value_of_unknown_kind_is_refused_rather_than_guessed(self):
        with self.assertRaises(TypeError):
            as_json.document(with_numbers(n=object()), "en")

    def test_provenance_gives_raw_values_under_their_keys_and_printed_facts_beside(self):
        provenance = read(sample_report.report())["provenance"]
        self.assertEqual(provenance["made"], "2026-03-01T08:30:00+00:00")
        self.assertEqual(provenance["cohort"], "All centres, 2021 to 2023", "no raw value: the printed one")
        self.assertIsNone(provenance["share"])
        self.assertEqual(provenance["conventions"], {"quantile": 6, "level": 0.95})
        self.assertEqual(
            provenance["facts"][0], {"id": "made", "label": "Made", "text": "2026-03-01 08:30 UTC"}
        )

    def test_no_value_can_take_the_place_of_the_warning(self):
        sneaky = Provenance(True, (), {"synthetic": False, "facts": "none", "until": date(2023, 4, 30)})
        found = read(replace(sample_report.report(), provenance=sneaky))["provenance"]
        self.assertEqual(found, {"synthetic": True, "facts": [], "until": "2023-04-30"})


class Bytes(unittest.TestCase):
    def test_the_file_is_utf8_unescaped_and_ends_with_a_newline(self):
        content = as_json.document(sample_report.report(), "zh")
        self.assertIn("无进展生存".encode(), content)
        self.assertNotIn(b"\\u", content)
        self.assertTrue(content.endswith(b"}\n"))
        self.assertFalse(content.endswith(b"\n\n"))

    def test_the_order_in_which_numbers_were_computed_does_not_matter(self):
        self.assertEqual(
            as_json.document(with_numbers(n=1, median=2, q1=3), "en"),
            as_json.document(with_numbers(q1=3, median=2, n=1), "en"),
        )

    def test_a_cell_and_a_curve_each_stay_on_one_line(self):
        lines = as_json.document(sample_report.report(), "en").decode().splitlines()
        self.assertEqual(sum('"text": "14/31 (45%)", "N": 31' in line for line in lines), 1)
        self.assertEqual(
            sum(line.lstrip().startswith('"steps": [[0.0, 1.0], [0.9, 0.97]') for line in lines), 2
        )


class CaseLists(unittest.TestCase):
    def test_without_cases_nothing_is_listed_and_nobody_is_asked(self):
        asked = sample_report.Asked()
        content = as_json.document(sample_report.report(asked=asked), "en")
        self.assertEqual(asked.times, 0)
        self.assertNotIn(b'"cases": [', content)

    def test_each_number_is_asked_once_for_its_cases(self):
        asked = sample_report.Asked()
        report = sample_report.report(asked=asked)
        as_json.document(report, "en", with_cases=True)
        self.assertEqual(asked.times, len(list(report.numbers())) - 10, "two strips are made by another")

    def test_a_cell_lists_the_cases_of_each_part_and_all_of_them_once(self):
        rows = read(sample_report.report(), with_cases=True)["sections"][1]["tables"][0]["rows"]
        blood_loss = rows[3]["cells"][0]
        self.assertEqual(blood_loss["cases"], sample_report.CASES[:29])
        self.assertEqual(
            blood_loss["parts"],
            [
                {"text": "800 (300, 1\u2009000)", "cases": sample_report.CASES[:29]},
                {"text": "2", "cases": sample_report.CASES[:2]},
            ],
        )
        self.assertEqual((rows[3]["cells"][1]["cases"], rows[3]["cells"][1]["parts"]), ([], []))

    def test_paragraphs_and_strips_list_theirs(self):
        sections = read(sample_report.report(), with_cases=True)["sections"]
        self.assertEqual(sections[0]["paragraphs"][0]["cases"], sample_report.CASES)
        self.assertEqual(sections[0]["paragraphs"][0]["parts"][1]["text"], "55 (46, 60) years")
        strip = sections[2]["figures"][0]["strip"]
        self.assertEqual(strip[0]["parts"][3], {"text": "9", "cases": sample_report.CASES[:9]})
        self.assertEqual(strip[1]["parts"][0], {"text": "0", "cases": []})

    def test_for_a_count_the_list_is_as_long_as_the_number(self):
        for table in read(sample_report.report(), with_cases=True)["sections"][1]["tables"]:
            for cell in (cell for row in table["rows"] for cell in row["cells"] if "n" in cell):
                self.assertEqual(len(cell["cases"]), cell["n"])


class Description(unittest.TestCase):
    def test_every_key_of_the_interface_is_described(self):
        described = set(re.findall(r"`(\w+)`", DESCRIPTION.read_text(encoding="utf-8")))
        described |= set(re.findall(r'"(\w+)"', DESCRIPTION.read_text(encoding="utf-8")))
        content = read(sample_report.report(), with_cases=True)
        free = {
            "hash",
            "share",
            "conventions",
            "quantile",
            "source",
            "cohort",
            "p",
        }  # names of the sample alone
        self.assertEqual(_keys(content) - described - free, set())


def _keys(value) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(_keys, value.values()))
    return set().union(*map(_keys, value)) if isinstance(value, list) else set()
