"""Our numbers against R's: the stored answers always, and R itself where Rscript is found."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from unittest import TestCase, skipUnless

from analysis.reference import AREAS, Compared, ask_r, compare, data, expected, r_versions, tolerance

RSCRIPT = shutil.which("Rscript")


class StoredAnswersTest(TestCase):
    def test_every_number_agrees_with_r_within_its_tolerance(self):
        for area in AREAS:
            with self.subTest(area=area):
                wrong = [one for one in compare(area) if not one.agrees]
                self.assertEqual(wrong, [], f"{len(wrong)} of {len(compare(area))} differ")

    def test_every_area_says_which_r_answered_and_compares_many_numbers(self):
        for area in AREAS:
            with self.subTest(area=area):
                self.assertRegex(r_versions(area), r"^R \d+\.\d+")
                self.assertGreater(len(compare(area)), 50)

    def test_a_wrong_number_is_found_out(self):
        self.assertFalse(Compared("survival", "a", 1.0, 1.00001, 1e-6).agrees)
        self.assertFalse(Compared("survival", "a", None, 1.0, 1e-6).agrees)
        self.assertFalse(Compared("survival", "a", 1.0, None, 1e-6).agrees)
        self.assertTrue(Compared("survival", "a", 1.0, 1.0000001, 1e-6).agrees)
        self.assertTrue(Compared("survival", "a", None, None, 1e-6).agrees)
        self.assertEqual(tolerance({"*/firth/*": 1e-4, "*": 1e-6}, "lung/firth/x"), 1e-4)
        self.assertEqual(tolerance({"*/firth/*": 1e-4, "*": 1e-6}, "lung/efron/x"), 1e-6)


@skipUnless(RSCRIPT, "Rscript is not installed (Debian: r-base-core r-cran-survival r-cran-cmprsk)")
class LiveRTest(TestCase):
    def test_every_number_agrees_with_what_r_answers_here_and_now(self):
        with tempfile.TemporaryDirectory() as folder:
            data.export(Path(folder))
            for area in AREAS:
                with self.subTest(area=area):
                    now = ask_r(area, RSCRIPT, Path(folder))
                    self.assertEqual(now.keys(), expected(area).keys())
                    wrong = [
                        one
                        for stored in compare(area)
                        if not (one := replace(stored, r=now[stored.name])).agrees
                    ]
                    self.assertEqual(wrong, [])
