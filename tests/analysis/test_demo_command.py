"""manage.py demo: from an empty registry to the paper, and nothing more the second time."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase, override_settings

from registry.models import Change, Patient
from tests import factories

FIGURES = {
    "en": ("12.0 (95% CI 6.9–17.1) months", "800 (300, 1 000) ml", "48% (15/31)", "14 male, 17 female"),
    "zh": ("12.0(95% CI:6.9~17.1)个月", "800(300,1 000) ml", "48%(15/31)", "男14例,女17例"),
}


class DemoCommandTest(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        settings = override_settings(VAR_DIR=self.folder / "var")
        settings.enable()
        self.addCleanup(settings.disable)
        with connection.cursor() as cursor:
            # The command migrates, and tables with deferred checks of this transaction cannot be altered
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def demo(self) -> str:
        """What the command prints."""
        out = io.StringIO()
        call_command("demo", "--output", str(self.folder / "output"), stdout=out)
        return out.getvalue()

    def test_it_prints_the_results_in_both_languages(self):
        printed = self.demo()
        for text in (*FIGURES["en"], *FIGURES["zh"]):
            self.assertIn(text, printed)

    def test_it_writes_the_report_in_every_format_and_language(self):
        printed = self.demo()
        names = [
            f"paper-{language}.{ending}" for language in ("en", "zh") for ending in ("html", "docx", "json")
        ]
        written = {one.name: one for one in (self.folder / "output").iterdir()}
        self.assertEqual(set(written), set(names))
        self.assertTrue(all(str(one) in printed for one in written.values()))
        for language, figures in FIGURES.items():
            page = written[f"paper-{language}.html"].read_text(encoding="utf-8")
            report = json.loads(written[f"paper-{language}.json"].read_text(encoding="utf-8"))
            cells = {
                cell["text"] for row in report["sections"][0]["tables"][0]["rows"] for cell in row["cells"]
            }
            self.assertLessEqual(set(figures), cells)
            self.assertTrue(all(figure in page for figure in figures[:1]))
            self.assertEqual(report["provenance"]["synthetic_cases"], 31)

    def test_it_says_how_to_log_in_and_where_that_is_kept(self):
        printed = self.demo()
        file = self.folder / "var" / "demo-login.txt"
        self.assertIn(str(file), printed)
        for line in file.read_text(encoding="utf-8").splitlines():
            self.assertIn(line, printed)

    def test_the_second_run_changes_nothing_and_says_so(self):
        first = self.demo()
        self.assertIn("31 synthetic patients loaded", first)
        before = Change.objects.count()
        second = self.demo()
        self.assertIn("already there; nothing was changed", second)
        self.assertIn("未作任何更改", second)
        self.assertEqual(Change.objects.count(), before)
        self.assertEqual(first[first.index("surgeon") :], second[second.index("surgeon") :])

    def test_a_registry_with_real_patients_is_refused_in_both_languages(self):
        factories.patient()
        with self.assertRaises(CommandError) as refused:
            self.demo()
        self.assertIn("not synthetic", str(refused.exception))
        self.assertIn("非合成病例", str(refused.exception))
        self.assertEqual(Patient.objects.count(), 1)
        self.assertFalse((self.folder / "output").exists())

    def test_a_folder_that_cannot_be_made_is_named(self):
        (self.folder / "output").write_text("a file stands here", encoding="utf-8")
        with self.assertRaisesRegex(CommandError, "cannot make the folder .*output"):
            self.demo()
