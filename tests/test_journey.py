"""How one datum travels: blood loss in ml, from the form to the printed cell (architecture, section 8)."""

import io
import json
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.test import TestCase
from django.urls import reverse
from docx import Document

from registry import demo
from registry.models import Change, Operation, Patient
from tests import factories
from tests.pages import answered, opened, section_url

ROW = "paper-13"
PRINTED = {"en": "800 (300, 1 000) ml", "zh": "800(300,1 000) ml"}


class JourneyTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.centre = demo.load_demo()
        cls.surgeon = factories.member("surgeon", cls.centre)

    def setUp(self):
        self.client.force_login(self.surgeon)
        self.operation = Operation.objects.filter(blood_loss_ml=800).select_related("patient").first()
        self.url = section_url(self.operation.patient, "operation")

    def save(self, typed: str):
        form = answered(opened(self.client, self.url), blood_loss_ml=typed)
        response = self.client.post(self.url, form)
        if response.status_code == 422 and response.context["doubts"]:
            keys = [f"{form_.prefix}|{doubt.key}" for form_, doubt in response.context["doubts"]]
            response = self.client.post(self.url, {**form, "confirm": keys})
        return response

    def written(self, ending: str, language: str, **options) -> Path:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        path = folder / f"paper.{ending}"
        call_command("report", "paper", language=language, format=ending, output=str(path), **options)
        return path

    def cell(self, language: str = "en", **options) -> dict:
        report = json.loads(self.written("json", language, **options).read_text(encoding="utf-8"))
        tables = [table for section in report["sections"] for table in section["tables"]]
        rows = next(table for table in tables if table["id"] == "paper")["rows"]
        return next(row for row in rows if row["id"] == ROW)["cells"][0]

    def test_zero_and_empty_are_different_answers(self):
        self.assertEqual(self.save("0").status_code, 302)
        self.operation.refresh_from_db()
        self.assertEqual(self.operation.blood_loss_ml, 0)
        self.assertEqual(self.save("").status_code, 302)
        self.operation.refresh_from_db()
        self.assertIsNone(self.operation.blood_loss_ml)

    def test_what_is_typed_is_normalised_stored_and_written_into_the_history(self):
        self.assertEqual(self.save("９００ ml").status_code, 302)
        self.operation.refresh_from_db()
        self.assertEqual(self.operation.blood_loss_ml, 900)
        change = Change.objects.filter(table_name="registry_operation").latest("id")
        self.assertEqual(change.changes["blood_loss_ml"], [800, 900])
        self.assertEqual(change.who, "surgeon")

    def test_a_range_is_refused_with_the_reason_and_nothing_is_stored(self):
        response = self.save("800-1000")
        self.assertContains(response, "800-1000", status_code=422)
        self.operation.refresh_from_db()
        self.assertEqual(self.operation.blood_loss_ml, 800)

    def test_the_case_page_shows_it_under_the_same_label_in_either_language(self):
        address = reverse("case", args=[self.operation.patient.patient_uid])
        label = Operation._meta.get_field("blood_loss_ml").label
        for language, wording in (("en", label.en), ("zh-hans", label.zh)):
            self.client.cookies["django_language"] = language
            response = self.client.get(address)
            self.assertContains(response, wording)
            self.assertContains(response, "800 mL")

    def test_every_format_prints_the_same_cell_in_both_languages(self):
        for language, printed in PRINTED.items():
            with self.subTest(language=language):
                self.assertEqual(self.cell(language)["text"], printed)
                page = self.written("html", language).read_text(encoding="utf-8")
                self.assertIn(printed, page)
                tables = Document(io.BytesIO(self.written("docx", language).read_bytes())).tables
                texts = [cell.text for table in tables for row in table.rows for cell in row.cells]
                self.assertIn(printed, texts)

    def test_the_cell_knows_its_numbers_and_its_cases(self):
        cell = self.cell(with_cases=True)
        self.assertEqual((cell["n"], cell["missing"]), (31, 0))
        self.assertEqual((cell["median"], cell["q1"], cell["q3"]), (800, 300, 1000))
        self.assertEqual(set(cell["cases"]), set(Patient.objects.values_list("patient_uid", flat=True)))

    def test_blanking_it_moves_the_case_to_the_missing_ones_and_never_to_zero(self):
        self.assertEqual(self.save("").status_code, 302)
        cell = self.cell(with_cases=True)
        self.assertEqual((cell["n"], cell["missing"]), (30, 1))
        self.assertGreaterEqual(cell["median"], 700)
        self.assertIn("1", cell["text"].rsplit("ml", 1)[1])
