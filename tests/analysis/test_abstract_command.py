"""manage.py audit: an abstract from a file or standard input, checked without the database."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.abstracts import CHINESE, ENGLISH


class AuditCommandTest(SimpleTestCase):
    """A SimpleTestCase refuses every query, so each of these tests shows that none is made."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, content: str | bytes) -> str:
        path = self.folder / "abstract.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run_on(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command("audit", *arguments, stdout=out)
        return out.getvalue()

    def refused(self, *arguments: str) -> str:
        with self.assertRaises(CommandError) as refusal:
            self.run_on(*arguments)
        self.assertEqual(refusal.exception.returncode, 2)
        self.assertNotIn("\n", str(refusal.exception))
        return str(refusal.exception)

    def test_the_text_says_what_contradicts_and_quotes_it(self):
        said = self.run_on(self.file(ENGLISH))
        self.assertIn("Contradicts (1)", said)
        self.assertIn("left limit", said)
        self.assertIn("“(40±3)%”", said)
        self.assertIn("Could not be read (0)", said)

    def test_it_speaks_chinese(self):
        said = self.run_on(self.file(CHINESE), "--language", "zh")
        self.assertIn("矛盾 (1)", said)
        self.assertIn("标准误", said)

    def test_json_has_every_finding_with_its_passages(self):
        answer = json.loads(self.run_on(self.file(CHINESE), "--format", "json"))
        self.assertEqual(
            list(answer),
            ["language", "patients", "numerals", "read", "contradictions", "remarks", "agreements", "unread"],
        )
        self.assertEqual(answer["patients"], 31)
        (first,) = answer["contradictions"]
        self.assertEqual(list(first), ["key", "severity", "text", "passages"])
        for passage in first["passages"]:
            self.assertEqual(CHINESE[passage["start"] : passage["end"]], passage["text"])

    def test_the_encodings_of_chinese_files_are_recognised(self):
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
            self.assertIn("Contradicts (1)", self.run_on(self.file(CHINESE.encode(encoding))), encoding)

    def test_standard_input_is_read(self):
        with mock.patch.object(sys, "stdin", mock.Mock(buffer=io.BytesIO(ENGLISH.encode()))):
            self.assertIn("Contradicts (1)", self.run_on("-"))

    def test_bad_input_is_one_line_and_status_2(self):
        sound = self.file(ENGLISH)
        self.assertIn("cannot read", self.refused("/no/such/file"))
        self.assertIn("cannot read", self.refused(str(self.folder)))
        self.assertIn("--language", self.refused(sound, "--language", "fr"))
        self.assertIn("--format", self.refused(sound, "--format", "pdf"))
        self.assertIn("is empty", self.refused(self.file("  \n")))
        self.assertIn("not a text", self.refused(self.file(b"\xff\x00\xfe\x81")))
        self.assertIn("20000", self.refused(self.file("x" * 20_001)))
        self.assertIn("为空", self.refused(self.file(""), "--language", "zh"))

    @settings(max_examples=50, deadline=None)
    @given(st.binary(max_size=200))
    def test_no_bytes_make_a_traceback(self, content):
        try:
            json.loads(self.run_on(self.file(content), "--format", "json"))
        except CommandError as refusal:
            self.assertEqual(refusal.returncode, 2)
