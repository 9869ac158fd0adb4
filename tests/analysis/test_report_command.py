"""manage.py report: its formats, its cohort, its refusals."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from contextlib import redirect_stderr
from pathlib import Path
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import TestCase

from analysis.management.commands.report import Command
from analysis.render import FORMATS
from registry.models import Change, Patient, Release
from tests.analysis.record import case, centre, day


class ReportCommandTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.here, cls.there = centre("CN-HERE1"), centre("CN-THERE")
        case(cls.here, operation={"blood_loss_ml": 800})
        case(cls.there, surgery=day(100))

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def report(self, *arguments: str) -> str:
        """What the command writes to its standard output."""
        out = io.StringIO()
        call_command("report", "paper", *arguments, stdout=out)
        return out.getvalue()

    def as_json(self, *arguments: str) -> dict:
        return json.loads(self.report("--format", "json", *arguments))

    def refusal(self, *arguments: str) -> str:
        """The one line of a refusal; its exit status is 2."""
        with self.assertRaises(CommandError) as caught:
            call_command("report", *arguments, stdout=io.StringIO())
        self.assertEqual(caught.exception.returncode, 2)
        message = str(caught.exception)
        self.assertNotIn("\n", message)
        return message

    def test_what_was_taken_away_is_recorded_with_who_which_cohort_and_hash(self):
        content = self.report("--format", "json", "--centre", "CN-HERE1")
        found = Release.objects.get()
        self.assertEqual(
            (found.username.partition(":")[0], found.profile, found.rows), ("command", "report", 1)
        )
        self.assertEqual(found.role, "command")
        self.assertEqual(found.centre_ids, [self.here.pk])
        self.assertEqual(found.sha256, hashlib.sha256(content.encode()).hexdigest())
        self.assertTrue(Change.objects.filter(table_name="registry_release", row_id=found.pk).exists())

    def test_nothing_is_recorded_of_a_file_that_could_not_be_written(self):
        self.refusal("paper", "--format", "json", "--output", str(self.folder / "missing" / "x.json"))
        self.assertFalse(Release.objects.exists())

    def test_synthetic_cases_alone_leave_no_record(self):
        Patient.objects.update(synthetic=True)
        self.report("--format", "json")
        self.assertFalse(Release.objects.exists())
        Patient.objects.filter(centre=self.here).update(synthetic=False)
        self.report("--format", "json")
        self.assertEqual(Release.objects.count(), 1)

    def test_for_outside_the_centre_small_numbers_are_suppressed_and_the_cohorts_counted(self):
        printed = self.report("--format", "json", "--outside")
        self.assertNotIn('"value": 800', printed)
        self.assertEqual(Release.objects.get().profile, "report_outside")
        for number in range(1, 5):
            self.report("--format", "json", "--outside", "--from", str(day(-number)))
        self.assertIn("5 different", self.refusal("paper", "--outside", "--from", str(day(-9))))
        self.report("--format", "json", "--outside")

    def test_cases_do_not_leave_the_centre(self):
        self.assertIn("--with-cases", self.refusal("paper", "--format", "json", "--outside", "--with-cases"))

    def test_it_sees_all_centres(self):
        self.assertEqual(self.as_json()["provenance"]["cases"], 2)

    def test_centre_and_period_narrow_the_cohort(self):
        self.assertEqual(self.as_json("--centre", "CN-HERE1")["provenance"]["cases"], 1)
        self.assertEqual(
            self.as_json("--centre", "CN-HERE1", "--centre", "CN-THERE")["provenance"]["cases"], 2
        )
        self.assertEqual(self.as_json("--from", str(day(50)))["provenance"]["cases"], 1)
        self.assertEqual(self.as_json("--to", str(day(-1)))["provenance"]["cases"], 0)

    def test_the_provenance_tells_the_cohort_that_was_asked_for(self):
        asked = self.as_json("--from", "2022-01-01", "--centre", "CN-HERE1", "--as-of", "2024-01-01")
        self.assertEqual(
            asked["provenance"]["cohort"],
            {"start": "2022-01-01", "end": None, "centres": ["CN-HERE1"], "as_of": "2024-01-01"},
        )

    def test_every_format_is_written_in_both_languages(self):
        for ending in FORMATS:
            for language in ("en", "zh"):
                file = self.folder / f"report-{language}.{ending}"
                self.report("--format", ending, "--language", language, "--output", str(file))
                with self.subTest(file=file.name):
                    self.assertGreater(file.stat().st_size, 2000)

    def test_the_terminal_gets_the_results_only(self):
        english, chinese = self.report(), self.report("--language", "zh")
        self.assertIn("2 patients", english)
        self.assertIn("2例", chinese)
        self.assertLess(max(map(len, english.splitlines())), 100)

    def test_conventions_can_be_chosen(self):
        for name in ("paper", "registry"):
            found = self.as_json("--conventions", name)["provenance"]["conventions"]
            self.assertEqual(found["name"], name)

    def test_cases_are_listed_only_when_asked_for(self):
        self.assertNotIn("cases", self.first_cell())
        self.assertEqual(len(self.first_cell("--with-cases")["cases"]), 2)

    def first_cell(self, *arguments: str) -> dict:
        return self.as_json(*arguments)["sections"][0]["tables"][0]["rows"][0]["cells"][0]

    def test_a_word_file_goes_through_standard_output_unharmed(self):
        stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        call_command("report", "paper", "--format", "docx", "--output", "-", stdout=stream)
        with zipfile.ZipFile(stream.buffer) as archive:
            self.assertIsNone(archive.testzip())

    def test_an_existing_file_is_replaced_as_a_whole_or_not_at_all(self):
        file = self.folder / "report.json"
        file.write_text("the report of last year")
        with (
            mock.patch("analysis.management.files.os.replace", side_effect=OSError(28, "No space")),
            self.assertRaises(CommandError),
        ):
            self.report("--format", "json", "--output", str(file))
        self.assertEqual(file.read_text(), "the report of last year")
        self.assertEqual([one.name for one in self.folder.iterdir()], ["report.json"])
        self.report("--format", "json", "--output", str(file))
        self.assertEqual(json.loads(file.read_text())["report"], "paper")

    def test_a_file_that_cannot_be_written_is_refused_with_the_reason(self):
        message = self.refusal("paper", "--output", str(self.folder / "nowhere" / "report.json"))
        self.assertIn("No such file or directory", message)

    def test_what_does_not_exist_is_refused_with_what_does(self):
        self.assertIn("paper", self.refusal("papr"))
        self.assertIn("en, zh", self.refusal("paper", "--language", "de"))
        self.assertIn("docx", self.refusal("paper", "--format", "pages"))
        self.assertIn("CN-HERE1, CN-THERE", self.refusal("paper", "--centre", "CN-NONE"))
        self.assertIn("registry", self.refusal("paper", "--conventions", "mine"))

    def test_days_that_are_none_are_refused(self):
        for option in ("--from", "--to", "--as-of"):
            for text in ("2023-02-30", "yesterday", "2023-13-01"):
                self.assertIn(text, self.refusal("paper", option, text))

    def test_a_period_that_ends_before_it_starts_is_refused(self):
        self.assertIn("2022-12-31", self.refusal("paper", "--from", "2023-01-01", "--to", "2022-12-31"))

    def test_the_shell_sees_one_line_and_status_2(self):
        said = io.StringIO()
        kept_open = mock.patch("django.core.management.base.connections.close_all")
        with kept_open, redirect_stderr(said), self.assertRaises(SystemExit) as ended:
            Command(stderr=said).run_from_argv(["manage.py", "report", "paper", "--from", "2023-02-30"])
        self.assertEqual(ended.exception.code, 2)
        self.assertEqual(len(said.getvalue().strip().splitlines()), 1)

    def test_it_changes_nothing_in_the_registry_but_its_own_record(self):
        self.report()
        newest = Change.objects.order_by("-id").first()
        self.report()
        since = Change.objects.filter(id__gt=newest.pk)
        self.assertEqual([one.table_name for one in since], ["registry_release"])
