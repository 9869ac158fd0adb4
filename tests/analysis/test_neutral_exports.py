"""Every file that leaves the registry: what people typed is text in it, and never a formula or a program."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from django.db import models as fields
from django.test import TestCase
from docx import Document
from lxml import etree, html

from registry.classification import PROFILES
from registry.fields import Words, answers
from registry.models import CLINICAL
from registry.neutral_csv import read_rows
from tests import factories
from tests.analysis.released import files_of, released
from tests.promises import measured, proves
from tests.registry.every_form import addresses, everybody
from tests.registry.test_neutral_csv import PAYLOADS, cells_as_somebody_splits_them, is_formula

STORABLE = [one for one in PAYLOADS if "\x00" not in one]  # PostgreSQL holds no NUL
FIELD_CODES = ("{*}fldSimple", "{*}instrText", "{*}altChunk", "{*}object")
EXECUTED = ("sheet", "excel", "csv")


class Payloads(TestCase):
    """One case for each payload, which stands in every free text of it and in the names of its centre."""

    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre("CN-PAY")
        cls.person = everybody(cls.centre)
        cls.cases = []
        for payload in STORABLE:
            case = factories.full_case(of=cls.centre)
            cls.cases.append(case.patient)
            for model in CLINICAL:
                cls.fill(model, case.patient, payload)
        type(cls.centre).objects.update(
            centre_name_en=STORABLE[0], centre_name_zh=STORABLE[1], ethics_approval_no=STORABLE[2]
        )

    @classmethod
    def fill(cls, model: type[fields.Model], patient, payload: str) -> None:
        texts = [one for one in answers(model) if isinstance(one, Words) and not one.pattern]
        given = {one.name: payload[: one.max_length] for one in texts}
        key = {"pk": patient.pk} if model is CLINICAL[0] else {"patient": patient}
        if given:
            model.objects.filter(**key).update(**given)

    def setUp(self):
        self.client.force_login(self.person)

    def content(self, address: str) -> bytes:
        response = self.client.get(address)
        self.assertEqual(response.status_code, 200, address)
        return response.content


@proves("P10", "T23")
class Downloads(Payloads):
    def assert_no_formula(self, text: str) -> int:
        cells = cells_as_somebody_splits_them(text)
        self.assertEqual([cell for cell in cells if is_formula(cell)], [])
        return len(cells)

    def test_no_table_of_any_release_holds_a_formula(self):
        seen = tables = 0
        for profile in PROFILES:
            for name, text in files_of(released(profile).content).items():
                if name.endswith(".csv"):
                    with self.subTest(f"{profile} {name}"):
                        seen, tables = seen + self.assert_no_formula(text), tables + 1
        self.assertGreater(seen, 1000)
        measured("P10", f"0 formula cells of {seen:,} readings in {tables} released tables")

    def test_study_numbers_come_back_from_an_identified_release_as_they_are(self):
        text = files_of(released("identified").content)["cases.csv"]
        rows = list(read_rows(io.StringIO(text, newline="")))
        known = {one.local_study_id for one in CLINICAL[0].objects.all()}
        self.assertTrue(known & {cell for row in rows for cell in row} == known)

    def test_every_download_the_url_map_knows_is_neutral(self):
        """Whatever is served as a table, by any address: one that is added later is looked at, too."""
        looked = 0
        for where in addresses(self.cases[0]):
            if where.startswith("/admin/"):
                continue  # pages of forms and lists
            response = self.client.get(where)
            kind = response.headers.get("Content-Type", "")
            if response.status_code == 200 and any(word in kind for word in EXECUTED):
                self.assert_no_formula(response.content.decode())
                looked += 1
        self.assertGreater(looked, 0)

    def test_the_comparison_with_r_keeps_negative_numbers(self):
        rows = csv.DictReader(io.StringIO(self.content("/reports/methods/weighting/csv/").decode()))
        numbers = [row["ours"] for row in rows if row["ours"]]
        self.assertTrue(all(float(one) is not None for one in numbers))

    def test_a_spreadsheet_program_sees_no_formula(self):
        text = files_of(released("identified").content)["cases.csv"]
        found = formulas_in_libreoffice(text)
        if found is None:
            self.skipTest("LibreOffice Calc is not installed")
        self.assertEqual(found, 0)
        measured("P10", f"{found} formula cells in LibreOffice")


@proves("P10", "T21")
class Reports(Payloads):
    def test_the_word_document_has_no_field_and_no_embedded_object(self):
        content = self.content("/reports/paper/download/docx/")
        self.assertGreater(len(Document(io.BytesIO(content)).paragraphs), 5)
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            document = etree.fromstring(parts.read("word/document.xml"))
            self.assertFalse([name for name in parts.namelist() if "vba" in name or "embeddings" in name])
        fields_found = [one.text for name in FIELD_CODES for one in document.iter(name)]
        self.assertFalse([one for one in fields_found if one and "cmd" in one])

    def test_json_and_html_are_read_back_by_an_independent_reader(self):
        json.loads(self.content("/reports/paper/download/json/"))
        page = html.fromstring(self.content("/reports/paper/download/html/").decode())
        self.assertEqual(page.xpath("//script[contains(., 'cmd')]"), [])


def formulas_in_libreoffice(text: str) -> int | None:
    """How many cells LibreOffice takes for formulas; None where it cannot open tables at all, which a
    table with one known formula tells."""
    program = shutil.which("soffice")
    if not program:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("known", "a,b\r\n=1+1,2\r\n"), ("asked", text)):
            (Path(folder) / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
        command = [
            program,
            "--headless",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            "fods",
        ]
        command += [
            "--infilter=CSV:44,34,76,1",
            "--outdir",
            folder,
            f"{folder}/known.csv",
            f"{folder}/asked.csv",
        ]
        subprocess.run(command, check=False, capture_output=True, timeout=60)
        made = [Path(folder) / f"{name}.fods" for name in ("known", "asked")]
        if not all(one.exists() for one in made):
            return None
        known, asked = (one.read_text(encoding="utf-8").count("table:formula=") for one in made)
        return asked if known else None
