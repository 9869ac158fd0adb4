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


def demo(folder: Path) -> str:
    """What the command prints; everything that it writes goes below `folder`."""
    with connection.cursor() as cursor:
        # The command migrates, and tables with deferred checks of this transaction cannot be altered
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    out = io.StringIO()
    with override_settings(VAR_DIR=folder / "var"):
        call_command("demo", "--output", str(folder / "output"), stdout=out)
    return out.getvalue()


class DemoCommandTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.printed = demo(cls.folder)

    def test_it_prints_the_results_in_both_languages(self):
        for text in (*FIGURES["en"], *FIGURES["zh"], "31 synthetic patients loaded"):
            self.assertIn(text, self.printed)

    def test_it_writes_the_report_in_every_format_and_language(self):
        names = {f"paper-{one}.{ending}" for one in FIGURES for ending in ("html", "docx", "json")}
        written = {one.name: one for one in (self.folder / "output").iterdir()}
        self.assertEqual(set(written), names)
        self.assertTrue(all(str(one) in self.printed for one in written.values()))
        for language, figures in FIGURES.items():
            self.assertIn(figures[0], written[f"paper-{language}.html"].read_text(encoding="utf-8"))
            report = json.loads(written[f"paper-{language}.json"].read_text(encoding="utf-8"))
            rows = report["sections"][0]["tables"][0]["rows"]
            cells = {cell["text"] for row in rows for cell in row["cells"]}
            self.assertLessEqual(set(figures), cells)
            self.assertEqual(report["provenance"]["synthetic_cases"], 31)

    def test_it_says_how_to_log_in_and_where_that_is_kept(self):
        file = self.folder / "var" / "demo-login.txt"
        self.assertIn(str(file), self.printed)
        for line in file.read_text(encoding="utf-8").splitlines():
            self.assertIn(line, self.printed)

    def test_the_second_run_changes_nothing_and_says_so(self):
        before = Change.objects.count()
        second = demo(self.folder)
        self.assertIn("already there; nothing was changed", second)
        self.assertIn("未作任何更改", second)
        self.assertEqual(Change.objects.count(), before)
        logins = self.printed[self.printed.index("  surgeon") :]
        self.assertTrue(second.endswith(logins))


class RefusalTest(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_a_registry_with_real_patients_is_refused_in_both_languages(self):
        factories.patient()
        with self.assertRaises(CommandError) as refused:
            demo(self.folder)
        self.assertIn("not synthetic", str(refused.exception))
        self.assertIn("非合成病例", str(refused.exception))
        self.assertEqual(Patient.objects.count(), 1)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_folder_that_cannot_be_made_is_named(self):
        (self.folder / "output").write_text("a file stands here", encoding="utf-8")
        with self.assertRaisesRegex(CommandError, "cannot make the folder .*output"):
            demo(self.folder)
