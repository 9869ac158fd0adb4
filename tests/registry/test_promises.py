"""Every promise is carried by a test, and what was measured of it is written down and shown."""

from __future__ import annotations

import ast
import json
import re
import tempfile
import unittest
from io import StringIO
from pathlib import Path
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, TestCase, override_settings
from django.test.utils import iter_test_cases
from django.urls import reverse

from registry.promises import BY_ID, PROMISES, STATES, standings
from tests import factories, promises
from tests.promises import measured, proven_by, proves, size
from tests.record import Record
from tests.runner import Runner, only_proofs

THREATS = {f"T{number}" for number in range(1, 41)}
LATER = {
    "T24": "files are uploaded to nothing yet",
    "T26": "nothing is imported yet",
    "T39": "held by a process: the audit of what is installed",
}


def carried() -> dict[str, set[str]]:
    """Promise or threat → the tests that carry it, over everything under tests/."""
    found: dict[str, set[str]] = {}
    for test in iter_test_cases(unittest.defaultTestLoader.discover("tests", top_level_dir=".")):
        for one in proven_by(test):
            found.setdefault(one, set()).add(test.id())
    return found


class Carried(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carried = carried()

    def test_every_promise_is_carried_by_a_test_or_held_by_a_process(self):
        wanting = {one.id for one in PROMISES if one.id not in self.carried and not one.by_process}
        self.assertEqual(wanting, set())

    def test_tests_name_only_promises_and_threats_that_there_are(self):
        self.assertEqual(self.carried.keys() - BY_ID.keys() - THREATS, set())

    def test_every_threat_is_carried_by_a_test_unless_what_it_threatens_is_not_built(self):
        self.assertEqual(THREATS - self.carried.keys(), set(LATER))

    def test_a_figure_is_computed_and_never_typed_in(self):
        typed = [
            f"{path}:{call.lineno}"
            for path in sorted(Path("tests").rglob("*.py"))
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "measured"
            and isinstance(call.args[1], ast.Constant) and re.search(r"\d", call.args[1].value)
            and path.name != "test_promises.py"
        ]  # fmt: skip
        self.assertEqual(typed, [])

    def test_only_the_tests_that_prove_something_run_with_proofs(self):
        suite = unittest.defaultTestLoader.discover("tests", top_level_dir=".")
        proofs = only_proofs(suite)
        self.assertTrue(proofs)
        loaded = [one for one in proofs if type(one).__name__ != "_FailedTest"]
        self.assertTrue(all(proven_by(one) for one in loaded))
        self.assertTrue(Runner(proofs=True).proofs)


class Data(SimpleTestCase):
    def test_there_are_twenty_eight_with_a_figure_in_both_languages(self):
        self.assertEqual([one.id for one in PROMISES], [f"P{number}" for number in range(1, 29)])
        for one in PROMISES:
            for label in (one.title, one.figure):
                self.assertTrue(label.en)
                self.assertRegex(label.zh, "[\u4e00-\u9fff]")

    def test_only_named_ones_are_held_by_a_process(self):
        self.assertEqual([one.id for one in PROMISES if one.by_process], ["P11", "P28"])


class Recording(SimpleTestCase):
    def setUp(self):
        self.path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "var" / "promises.json"
        self.enterContext(mock.patch.dict(promises.FIGURES, clear=True))
        self.enterContext(mock.patch.object(promises, "REDUCED", set()))
        self.enterContext(mock.patch("tests.record.REDUCED", promises.REDUCED))

    def sample(self) -> type[unittest.TestCase]:
        class Sample(unittest.TestCase):
            @proves("P9", "T25")
            def test_that_holds(self):
                size("P9", reduced=300, full=10_000)
                measured("P9", "0 of 300")

            @proves("P3")
            def test_that_fails(self):
                with self.subTest("a part"):
                    self.fail()

            @unittest.skip("no server")
            @proves("P12")
            def test_that_is_skipped(self):
                pass

            def test_that_proves_nothing(self):
                pass

        return Sample

    def run_sample(self, whole: bool = False) -> dict:
        runner = Runner(verbosity=0)
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(self.sample())
        result = unittest.TextTestRunner(stream=StringIO(), resultclass=runner.get_resultclass()).run(suite)
        result.record.write(self.path, whole)
        return {one.promise.id: one for one in standings(self.path)}

    def test_outcome_figure_day_and_commit_are_written_down(self):
        found = self.run_sample()
        self.assertEqual(
            (found["P9"].state, found["P9"].figures, found["P9"].tests), ("reduced", ("0 of 300",), 1)
        )
        self.assertRegex(found["P9"].date, r"^\d{4}-\d\d-\d\d \d\d:\d\d UTC$")
        self.assertTrue(re.fullmatch(r"[0-9a-f.v-]*\+?", found["P9"].commit) or found["P9"].commit)
        self.assertEqual(found["P3"].state, "failed")
        self.assertTrue(found["P3"].failed[0].endswith("test_that_fails"))
        self.assertEqual((found["P12"].state, found["P28"].state), ("not_measured", "by_process"))

    def test_in_full_it_is_proven(self):
        with mock.patch.dict("os.environ", NETLM_FULL="1"):
            self.assertEqual(self.run_sample()["P9"].state, "proven")

    def test_what_several_tests_found_alike_stands_once_with_how_often(self):
        one = {
            "failed": False,
            "figures": ["none", "7 of 7"],
            "full": True,
            "date": "2026-01-01",
            "commit": "c",
        }
        two = one | {"figures": ["none"]}
        self.path.parent.mkdir()
        self.path.write_text(json.dumps({"P16": {"tests.a": one, "tests.b": two}}))
        found = {one.promise.id: one for one in standings(self.path)}
        self.assertEqual(found["P16"].figures, ("none (×2)", "7 of 7"))

    def test_another_run_replaces_only_what_it_ran(self):
        self.run_sample()
        before = json.loads(self.path.read_text())
        Record().write(self.path, whole=True)
        self.assertEqual(json.loads(self.path.read_text()), before)
        other = {"failed": True, "figures": [], "full": True, "date": "2026-01-01", "commit": "old"}
        self.path.write_text(json.dumps({"P9": {"tests.another": other}, "P5": {"tests.other": other}}))
        found = self.run_sample()
        self.assertEqual(
            (found["P9"].tests, found["P9"].state, found["P9"].date), (2, "failed", "2026-01-01")
        )
        self.assertEqual((found["P5"].state, found["P5"].commit), ("failed", "old"))

    def test_a_run_of_everything_forgets_tests_that_are_gone(self):
        gone = {"failed": True, "figures": [], "full": True, "date": "2026-01-01", "commit": "old"}
        self.path.parent.mkdir()
        self.path.write_text(json.dumps({"P9": {"tests.gone": gone}, "P5": {"tests.gone": gone}}))
        found = self.run_sample(whole=True)
        self.assertEqual((found["P9"].state, found["P5"].state), ("reduced", "not_measured"))


class Shown(TestCase):
    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.file = folder / "promises.json"
        entry = {
            "failed": False,
            "figures": ["0 of 10,000"],
            "full": True,
            "date": "2026-11-21",
            "commit": "abc",
        }
        self.file.write_text(json.dumps({"P5": {"tests.load.Edits.test_all": entry}}))
        self.enterContext(override_settings(PROMISES_FILE=self.file, PROMISES_RELEASED=folder / "none"))

    def test_the_command_prints_promised_and_measured(self):
        out = StringIO()
        call_command("promises", stdout=out)
        self.assertIn("P5  No update is lost: proven  2026-11-21 abc", out.getvalue())
        self.assertIn("    measured  0 of 10,000", out.getvalue())
        out = StringIO()
        call_command("promises", format="json", stdout=out)
        data = {one["id"]: one for one in json.loads(out.getvalue())}
        self.assertEqual((data["P5"]["state"], data["P5"]["measured"]), ("proven", ["0 of 10,000"]))
        self.assertEqual(len(data), 28)

    def test_a_record_that_cannot_be_read_is_told(self):
        self.file.write_text("[]")
        with self.assertRaisesMessage(CommandError, "make prove"):
            call_command("promises")

    def test_auditors_read_the_page_in_both_languages(self):
        self.client.force_login(factories.registry_wide("auditor"))
        self.assertContains(self.client.get(reverse("promises")), "0 of 10,000")
        answer = self.client.get(reverse("promises"), headers={"accept-language": "zh-hans"})
        self.assertContains(answer, "不丢失任何更新")
        self.assertContains(answer, STATES["proven"].zh)
        self.assertEqual(len(self.client.get(reverse("promises") + "?format=json").json()), 28)

    def test_data_entry_does_not_find_the_page(self):
        self.client.force_login(factories.member())
        self.assertEqual(self.client.get(reverse("promises")).status_code, 404)

    def test_what_was_measured_with_the_release_is_shown_where_nothing_was_measured_here(self):
        self.assertEqual(standings(Path("nowhere"), self.file)[4].state, "proven")


class Verification(TestCase):
    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(VERIFICATION_FILE=folder / "last.json"))
        self.client.force_login(factories.registry_wide("auditor"))

    def test_an_auditor_verifies_now_and_reads_what_was_found(self):
        factories.full_case()
        self.assertContains(self.client.get(reverse("verification")), "Nothing has been verified yet.")
        self.assertContains(self.client.get(reverse("verification") + "?now"), "Nothing was found.")

    def test_data_entry_does_not_find_the_page(self):
        self.client.force_login(factories.member())
        self.assertEqual(self.client.get(reverse("verification")).status_code, 404)
