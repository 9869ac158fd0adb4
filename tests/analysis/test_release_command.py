"""manage.py release: the file, its record, and what is refused."""

from __future__ import annotations

import hashlib
import tempfile
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings

from registry.models import Release
from tests.analysis.record import case, centre, day
from tests.analysis.released import tables_of


class ReleaseCommandTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        for code in ("CN-HERE1", "CN-THERE"):
            where = centre(code)
            for number in range(6):
                case(where, surgery=day(number))

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = Path(self.folder.name) / "release.zip"

    def release(self, *arguments: str, profile: str = "deidentified", purpose: str = "yearly analysis"):
        out = StringIO()
        call_command(
            "release", profile, "--purpose", purpose, "--output", str(self.file), *arguments, stdout=out
        )
        return out.getvalue()

    def refused(self, *arguments: str, **more: str) -> str:
        with self.assertRaises(CommandError) as caught:
            self.release(*arguments, **more)
        self.assertFalse(self.file.exists())
        self.assertEqual(Release.objects.count(), 0)
        return str(caught.exception)

    def test_the_file_holds_the_cohort_and_its_hash_is_recorded(self):
        said = self.release("--centre", "CN-HERE1")
        content = self.file.read_bytes()
        self.assertEqual(len(tables_of(content)["cases"]), 6)
        found = Release.objects.get()
        self.assertEqual(found.sha256, hashlib.sha256(content).hexdigest())
        self.assertIn(found.sha256, said)
        self.assertTrue(found.username.startswith("command:"))
        self.assertEqual((found.purpose, found.role), ("yearly analysis", "command"))

    def test_without_a_centre_all_are_meant_and_named_in_the_record(self):
        self.release()
        self.assertEqual(Release.objects.get().cohort["centres"], ["CN-HERE1", "CN-THERE"])

    def test_what_is_wrong_is_named_with_what_is_allowed(self):
        for arguments, words in (
            (("--centre", "CN-NONE"), "CN-HERE1"),
            (("--from", "2022-02-30"), "2022-02-30"),
            (("--destination", "moon"), "abroad"),
            (("--destination", "country"), "Recipient"),
            (("--destination", "abroad", "--recipient", "R", "--legal-basis", "B"), "another country"),
            (("--from", "2023-01-02", "--to", "2023-01-01"), "ends"),
        ):
            self.assertIn(words, self.refused(*arguments), arguments)
        self.assertIn("deidentified", self.refused(profile="everything"))
        self.assertIn("too short", self.refused(purpose="x"))
        self.assertIn("过短", self.refused("--language", "zh", purpose="x"))

    @override_settings(RELEASE_ROWS=5)
    def test_above_the_row_limit_the_command_leads_to_the_page(self):
        self.assertIn("second person", self.refused())

    def test_too_few_cases_are_refused(self):
        self.assertIn("at least 5", self.refused("--centre", "CN-HERE1", "--from", str(day(3))))
