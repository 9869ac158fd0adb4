"""What holds for every format: the same texts, in both languages, and nothing loaded in vain."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import unittest
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from docx import Document

import analysis.render
from analysis.document import Report
from analysis.render import FORMATS
from analysis.render.wording import banner, captions
from registry.labels import LANGUAGES
from tests.analysis import sample_report

Grid = list[list[str]]


class TablesOfHtml(HTMLParser):
    """The texts of every cell of every table, and of the captions and notes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[Grid] = []
        self.captions: list[str] = []
        self.texts: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th", "caption", "figcaption"):
            self.texts = []

    def handle_data(self, data):
        if self.texts is not None:
            self.texts.append(data)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.tables[-1][-1].append("".join(self.texts))
        elif tag in ("caption", "figcaption"):
            self.captions.append("".join(self.texts))
        if tag in ("td", "th", "caption", "figcaption"):
            self.texts = None


def tables_of_json(content: bytes) -> list[Grid]:
    grids = []
    for section in json.loads(content)["sections"]:
        for table in section["tables"]:
            rows = [[row["label"], *(cell["text"] for cell in row["cells"])] for row in table["rows"]]
            grids.append([[table["stub"], *table["columns"]], *rows])
    return grids


def tables_of_docx(content: bytes) -> list[Grid]:
    tables = Document(BytesIO(content)).tables
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in tables]


def tables_of_report(report: Report, language: str) -> list[Grid]:
    grids = []
    for section in report.sections:
        for table in section.tables:
            heading = [label.text(language) for label in (table.stub, *table.columns)]
            rows = [
                [row.label.text(language), *(cell.text(language) for cell in row.cells)] for row in table.rows
            ]
            grids.append([heading, *rows])
    return grids


def filled(grids: list[Grid]) -> list[Grid]:
    """Every row as long as its heading: a row that is only a heading has no cells of its own."""
    return [[row + [""] * (len(grid[0]) - len(row)) for row in grid] for grid in grids]


class SameTextsInEveryFormat(unittest.TestCase):
    def setUp(self):
        self.report = sample_report.report()

    def test_every_cell_reads_the_same_in_html_docx_and_json(self):
        for language in LANGUAGES:
            expected = filled(tables_of_report(self.report, language))
            made = {ending: write(self.report, language) for ending, write in FORMATS.items()}
            found = {
                "html": TablesOfHtml(made["html"].decode()).tables,
                "docx": tables_of_docx(made["docx"]),
                "json": filled(tables_of_json(made["json"])),
            }
            self.assertEqual(set(found), set(FORMATS))
            for ending, grids in found.items():
                with self.subTest(language=language, format=ending):
                    self.assertEqual(grids, expected)

    def test_paragraphs_notes_and_titles_are_in_every_format(self):
        for language in LANGUAGES:
            expected = [self.report.title.text(language)]
            for section in self.report.sections:
                expected.append(section.title.text(language))
                expected += [paragraph.text(language) for paragraph in section.paragraphs]
                for block in (*section.tables, *section.figures):
                    expected.append(block.title.text(language))
                    expected += [note.text.text(language) for note in block.notes]
            expected += [value.text(language) for _, _, value in self.report.provenance.facts]
            for ending, text in self.all_text(language).items():
                for each in expected:
                    with self.subTest(language=language, format=ending, text=each):
                        self.assertIn(each, text)

    def all_text(self, language: str) -> dict[str, str]:
        html = AllText(FORMATS["html"](self.report, language).decode()).text
        document = Document(BytesIO(FORMATS["docx"](self.report, language)))
        texts = _strings(json.loads(FORMATS["json"](self.report, language)))
        return {
            "html": html,
            "docx": "\n".join(paragraph.text for paragraph in document.paragraphs),
            "json": "\n".join(texts),
        }

    def test_tables_and_figures_are_numbered_alike_on_the_page_and_in_the_document(self):
        for language in LANGUAGES:
            expected = [label.text(language) for label in captions(self.report).values()]
            page = TablesOfHtml(FORMATS["html"](self.report, language).decode())
            document = Document(BytesIO(FORMATS["docx"](self.report, language)))
            printed = [p.text for p in document.paragraphs if p.style.name == "Caption"]
            spaced = [text.replace("\u3000", " ") for text in expected]  # between number and title
            self.assertCountEqual(page.captions, spaced)
            self.assertCountEqual(printed, expected)

    def test_the_first_table_is_table_1_and_the_first_figure_figure_1(self):
        found = captions(self.report)
        self.assertEqual(found["baseline"].en, "Table 1. Baseline & operation")
        self.assertEqual(found["matrix"].zh[:2], "表2")
        self.assertEqual(found["pfs"].en, "Figure 1. Progression-free survival")
        self.assertEqual(found["by-grade"].zh, "图3\u3000按分级")


class AllText(HTMLParser):
    """The text of a page without its marks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.feed(html)

    def handle_data(self, data):
        self.text += data


def _strings(value) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) else []


class SyntheticData(unittest.TestCase):
    def test_every_format_says_in_both_languages_that_data_are_synthetic(self):
        for language in LANGUAGES:
            html = FORMATS["html"](sample_report.report(), language).decode()
            document = Document(BytesIO(FORMATS["docx"](sample_report.report(), language)))
            header = document.sections[0].header.paragraphs[0].text
            for text in banner(language):
                self.assertIn(text, html)
                self.assertIn(text, header)
                self.assertIn(text, [paragraph.text for paragraph in document.paragraphs])
            self.assertIs(
                json.loads(FORMATS["json"](sample_report.report(), language))["provenance"]["synthetic"], True
            )

    def test_no_format_says_so_of_real_patients(self):
        real = sample_report.report(synthetic=False)
        html = FORMATS["html"](real, "en").decode()
        document = Document(BytesIO(FORMATS["docx"](real, "en")))
        self.assertNotIn('class="synthetic"', html)
        self.assertNotIn("ynthetic data", html)
        self.assertEqual(document.sections[0].header.paragraphs[0].text, "")
        self.assertFalse(any("ynthetic" in paragraph.text for paragraph in document.paragraphs))
        self.assertIs(json.loads(FORMATS["json"](real, "en"))["provenance"]["synthetic"], False)

    def test_the_reader_s_own_language_comes_first(self):
        self.assertEqual(banner("zh"), banner("en")[::-1])
        self.assertTrue(banner("en")[0].startswith("Synthetic"))


class NothingInVain(unittest.TestCase):
    def test_no_case_list_is_made_for_a_page_a_document_or_plain_json(self):
        for ending, write in FORMATS.items():
            asked = sample_report.Asked()
            write(sample_report.report(asked=asked), "zh")
            with self.subTest(format=ending):
                self.assertEqual(asked.times, 0)

    def test_two_runs_give_the_same_bytes(self):
        for ending, write in FORMATS.items():
            with self.subTest(format=ending):
                self.assertEqual(write(sample_report.report(), "zh"), write(sample_report.report(), "zh"))

    def test_json_and_html_load_neither_matplotlib_nor_the_word_library(self):
        program = (
            "import sys; from analysis.render import FORMATS; from tests.analysis import sample_report\n"
            "for ending in ('json', 'html'): FORMATS[ending](sample_report.report(), 'zh')\n"
            "sys.exit(','.join(sys.modules.keys() & {'matplotlib', 'docx', 'pandas', 'django'}) or None)"
        )
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_renderers_import_only_the_document_the_labels_and_what_writes_the_file(self):
        own = {"analysis.document", "registry.labels"}
        outside = {"docx", "matplotlib", "fontTools"}
        for file in Path(analysis.render.__file__).parent.glob("*.py"):
            for name in _imported(file):
                known = name in own or name.startswith("analysis.render") or name.split(".")[0] in outside
                with self.subTest(file=file.name, imported=name):
                    self.assertTrue(known or name.split(".")[0] in sys.stdlib_module_names)


def _imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return names
