"""The command that holds our numbers against the R of the machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from unittest import TestCase, skipUnless

from analysis.reference import expected

ROOT = Path(__file__).resolve().parent.parent.parent


@skipUnless(shutil.which("Rscript"), "Rscript is not installed")
class CheckTest(TestCase):
    def ask(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "analysis.reference", "--check", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    def test_it_says_how_many_numbers_agree_and_how_closely(self):
        done = self.ask("imputation")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        count = len(expected("imputation"))
        self.assertRegex(done.stdout, rf"^imputation +{count} numbers, largest relative difference \d")

    def test_an_area_that_r_cannot_compute_fails_with_the_words_of_r(self):
        done = self.ask("novel")
        self.assertEqual(done.returncode, 1)
        self.assertIn("novel.R", done.stdout)
        self.assertIn("failed: novel", done.stderr)
