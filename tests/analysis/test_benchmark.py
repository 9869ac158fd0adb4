"""The benchmark compares like with like: the script comes to the same cases as the report."""

from __future__ import annotations

import json
import tempfile
from importlib.util import find_spec
from pathlib import Path
from unittest import skipUnless

from django.test import TestCase

from registry import demo


@skipUnless(find_spec("tableone"), "tableone is not installed (tests/requirements.txt)")
class PlainScriptTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        demo.load(demo.more_cases(40, seed=3), demo.stored_centre())
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    def test_it_derives_the_same_values_and_makes_tables_of_them(self):
        from benchmarks import plain_script, report

        report._export(self.folder)  # stops if a column differs
        made = json.loads(plain_script.from_tables(self.folder / report.TABLES))
        self.assertEqual(made.keys(), {"tables", "survival", "grades"})
        finished = json.loads(plain_script.from_cases(self.folder / report.CASES))
        for end_point in ("pfs", "os"):  # to 12 digits: the file of cases is text
            medians = (one["survival"][end_point]["median"] for one in (made, finished))
            self.assertEqual(*(f"{median:.12g}" for median in medians))
        self.assertEqual(made["grades"], finished["grades"])
        self.assertEqual(made["tables"].keys(), finished["tables"].keys())

    def test_a_script_that_derives_something_else_is_found_out(self):
        from analysis import cohort
        from benchmarks import plain_script, report
        from registry.models import Centre

        report._export(self.folder)
        derived = plain_script.derived(self.folder / report.TABLES)
        frame = cohort.load(cohort.Definition(), Centre.objects.all()).frame
        self.assertEqual(plain_script.differences(derived, frame), [])
        derived.iloc[3, derived.columns.get_loc("age_y")] += 1
        derived.iloc[4, derived.columns.get_loc("grade_change")] = "down"
        derived.iloc[5, derived.columns.get_loc("grade_change")] = "up"
        self.assertEqual(set(plain_script.differences(derived, frame)), {"age_y", "grade_change"})
