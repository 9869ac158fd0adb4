"""The Word document: journal tables, figures for print, and letters that every machine shows."""

from __future__ import annotations

import unittest
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from unittest import mock

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from fontTools.ttLib import TTFont
from PIL import Image

from analysis.document import Cell, Paragraph, Part, Provenance, Report, Row, Section, Table, words
from analysis.render import docx, fonts
from registry.labels import LANGUAGES, both
from tests.analysis import sample_report

TITLE = both("t")


def one_table(*rows: tuple[str, ...]) -> Report:
    columns = tuple(both(text) for text in rows[0][1:])
    lines = tuple(
        Row(str(k), both(label), tuple(words(text) for text in texts))
        for k, (label, *texts) in enumerate(rows[1:])
    )
    table = Table("t", TITLE, columns, lines, both(rows[0][0]))
    return Report("x", TITLE, (Section("s", TITLE, (table,)),), Provenance(False, ()))


def read(report: Report, language: str = "en"):
    return Document(BytesIO(docx.document(report, language)))


class Sample(unittest.TestCase):
    """Written once in each language: writing is what takes the time."""

    @classmethod
    def setUpClass(cls):
        cls.files = {language: docx.document(sample_report.report(), language) for language in LANGUAGES}
        cls.documents = {language: Document(BytesIO(content)) for language, content in cls.files.items()}


class Tables(Sample):
    def test_a_thick_rule_above_and_below_a_thin_one_under_the_heading_and_no_other(self):
        for table in self.documents["zh"].tables:
            rules = table._tbl.tblPr.find(qn("w:tblBorders"))
            self.assertEqual(
                {rule.tag: rule.get(qn("w:sz")) for rule in rules}, {qn("w:top"): "12", qn("w:bottom"): "12"}
            )
            for position, row in enumerate(table.rows):
                for cell in row.cells:
                    found = cell._tc.tcPr.find(qn("w:tcBorders"))
                    if position:
                        self.assertIsNone(found)
                    else:
                        self.assertEqual({r.tag: r.get(qn("w:sz")) for r in found}, {qn("w:bottom"): "6"})

    def test_the_heading_is_repeated_and_no_row_is_divided_between_pages(self):
        for table in self.documents["en"].tables:
            repeated = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
            self.assertEqual(repeated, [True] + [False] * (len(repeated) - 1))
            self.assertTrue(all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows))

    def test_captions_stand_above_tables_and_below_figures(self):
        body = list(self.documents["en"].element.body)
        for position, element in enumerate(body):
            if element.tag == qn("w:tbl"):
                self.assertTrue("".join(body[position - 1].itertext()).startswith("Table "))
            elif element.find(f".//{qn('w:drawing')}") is not None:
                self.assertTrue("".join(body[position + 1].itertext()).startswith("Figure "))

    def test_a_caption_is_not_left_behind_on_the_page_before(self):
        captions = [p for p in self.documents["en"].paragraphs if p.text.startswith("Table ")]
        self.assertTrue(all(p.paragraph_format.keep_with_next for p in captions))

    def test_rows_are_indented_by_their_level(self):
        table = self.documents["en"].tables[0]
        found = [row.cells[0].paragraphs[0].paragraph_format.left_indent for row in table.rows]
        self.assertEqual(found, [0, 0, Pt(10), Pt(10), 0, 0])

    def test_the_columns_fill_the_page_between_its_margins(self):
        for table in self.documents["zh"].tables:
            total = sum(column.width for column in table.columns)
            self.assertAlmostEqual(total / docx.COLUMN, 1, places=2)

    def test_every_column_is_broad_enough_for_its_longest_word(self):
        table = read(one_table(("", *["9/31 (29%)"] * 7), ("G1", *["9/31"] * 7))).tables[0]
        self.assertGreater(table.columns[0].width.pt, 14 + 2 * 5)

    def test_a_word_broader_than_the_page_does_not_push_the_other_columns_out(self):
        table = read(one_table(("a", "b", "c"), ("x" * 400, "1", "2"))).tables[0]
        self.assertGreater(table.columns[2].width.pt, docx.PADDING + 0.5 * docx.SMALL)
        self.assertAlmostEqual(sum(column.width for column in table.columns) / docx.COLUMN, 1, places=2)

    def test_a_table_without_rows_and_one_without_columns_are_written(self):
        self.assertEqual(len(read(one_table(("a", "b"))).tables[0].rows), 1)
        self.assertEqual(len(read(one_table(("a",), ("x",))).tables[0].columns), 1)


class Figures(Sample):
    def test_pictures_have_300_dots_per_inch_at_the_width_of_the_column(self):
        for shape in self.documents["zh"].inline_shapes:
            self.assertEqual(shape.width, docx.COLUMN)
            part = self.documents["zh"].part.related_parts[
                shape._inline.graphic.graphicData.pic.blipFill.blip.embed
            ]
            width, height = Image.open(BytesIO(part.blob)).size
            self.assertGreaterEqual(width / shape.width.inches, 300)
            self.assertAlmostEqual(height / width, shape.height / shape.width, places=2)

    def test_pictures_say_in_words_what_they_show(self):
        for language in LANGUAGES:
            shapes = self.documents[language].inline_shapes
            self.assertEqual(len(shapes), 3)
            described = [shape._inline.docPr.get("descr") for shape in shapes]
            figure = sample_report.figure()
            self.assertEqual(described[0], figure.alternative.text(language))
            self.assertEqual(described[1], sample_report.empty_figure().title.text(language))

    def test_the_column_is_the_page_without_its_margins(self):
        page = self.documents["en"].sections[0]
        self.assertAlmostEqual(page.page_width, Cm(21), delta=1000)
        self.assertAlmostEqual(page.page_height, Cm(29.7), delta=1000)
        self.assertAlmostEqual(
            page.page_width - page.left_margin - page.right_margin, docx.COLUMN, delta=2000
        )


class Pages(Sample):
    def test_pages_are_numbered(self):
        footer = self.documents["en"].sections[0].footer._element
        fields = [field.get(qn("w:instr")) for field in footer.iter(qn("w:fldSimple"))]
        self.assertEqual(fields, ["PAGE", "NUMPAGES"])

    def test_findings_stand_before_the_provenance_with_their_severity(self):
        texts = [paragraph.text for paragraph in self.documents["zh"].paragraphs]
        start = texts.index("一致性核对")
        self.assertEqual(texts[start + 1], "矛盾: 14/31为45%，而非<b>54%</b>。")
        self.assertEqual(texts[start + 4], "报告来源")

    def test_provenance_is_the_last_section(self):
        texts = [paragraph.text for paragraph in self.documents["en"].paragraphs]
        self.assertEqual(texts[-5:-3], ["Provenance", "Made: 2026-03-01 08:30 UTC"])

    def test_headings_are_real_headings(self):
        found = [p.text for p in self.documents["zh"].paragraphs if p.style.name == "Heading 1"]
        self.assertEqual(found, ["结果", "表格", "图", "一致性核对", "报告来源"])

    def test_the_clock_and_the_computer_leave_no_trace(self):
        about = self.documents["en"].core_properties
        made = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
        self.assertEqual((about.created, about.modified), (made, made))
        self.assertEqual((about.author, about.last_modified_by, about.comments), ("", "", ""))
        self.assertEqual(about.title, "A sample of everything")
        with zipfile.ZipFile(BytesIO(self.files["en"])) as file:
            self.assertEqual({entry.date_time for entry in file.infolist()}, {(1980, 1, 1, 0, 0, 0)})

    def test_a_time_may_be_given_as_text_or_not_at_all(self):
        made = {
            "2026-03-01T16:30:00+08:00": datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
            None: datetime(2000, 1, 1, tzinfo=UTC),
            datetime(2026, 3, 1, 8, 30): datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
        }
        for time, expected in made.items():
            report = replace(one_table(("a",)), provenance=Provenance(False, (), {"made": time}))
            self.assertEqual(read(report).core_properties.created, expected)

    def test_control_characters_are_left_out_and_the_rest_stays(self):
        odd = both("a\x00b\x0bc\x1fd\ufffe & <e>")
        report = replace(one_table(("h",), ("r",)), title=odd)
        report = replace(
            report, sections=(*report.sections, Section("p", odd, (Paragraph("q", (Part(odd),)),)))
        )
        texts = [paragraph.text for paragraph in read(report).paragraphs]
        self.assertEqual(texts.count("abcd & <e>"), 3)

    def test_a_cell_of_several_parts_is_one_text(self):
        cell = Cell((Part(both("17"), list), Part(both("/")), Part(both("31"), list)))
        table = Table("t", both("t"), (both("c"),), (Row("r", both("r"), (cell,)),))
        report = replace(one_table(("a",)), sections=(Section("s", both("s"), (table,)),))
        self.assertEqual(read(report).tables[0].rows[1].cells[1].text, "17/31")


class Fonts(Sample):
    def font(self, content: bytes) -> TTFont:
        """The embedded font, made readable again by the key that stands in the font table."""
        with zipfile.ZipFile(BytesIO(content)) as file:
            data = file.read("word/fonts/font1.odttf")
        entry = self.entry(content)
        key = entry.find(qn("w:embedRegular")).get(qn("w:fontKey"))
        mask = bytes.fromhex(key.strip("{}").replace("-", ""))[::-1]
        head = bytes(byte ^ mask[position % 16] for position, byte in enumerate(data[:32]))
        return TTFont(BytesIO(head + data[32:]))

    def entry(self, content: bytes):
        from docx.oxml import parse_xml

        with zipfile.ZipFile(BytesIO(content)) as file:
            table = parse_xml(file.read("word/fontTable.xml"))
        return next((font for font in table if font.get(qn("w:name")) == fonts.FAMILY), None)

    def test_the_document_brings_every_chinese_character_it_prints(self):
        for language in LANGUAGES:
            printed = "".join(
                text.text or ""
                for part in (
                    self.documents[language].element.body,
                    self.documents[language].sections[0].header._element,
                )
                for text in part.iter(qn("w:t"))
            )
            chinese = {ord(char) for char in printed if char >= "\u2e80"}
            self.assertGreater(len(chinese), 20)
            self.assertLessEqual(chinese, set(self.font(self.files[language]).getBestCmap()))

    def test_the_font_bears_the_name_that_the_styles_ask_for(self):
        font = self.font(self.files["zh"])
        self.assertEqual(font["name"].getDebugName(1), fonts.FAMILY)
        self.assertIn("glyf", font)
        for name in ("Normal", "Title", "Heading 1", "Caption", "Table Text", "Note"):
            asked = self.documents["zh"].styles[name].element.rPr.rFonts
            self.assertEqual(asked.get(qn("w:eastAsia")), fonts.FAMILY)
            self.assertEqual(asked.get(qn("w:ascii")), "Times New Roman")
            self.assertIsNone(asked.get(qn("w:asciiTheme")))

    def test_the_settings_ask_word_to_use_and_to_keep_it(self):
        settings = [element.tag for element in self.documents["zh"].settings.element]
        place = settings.index(qn("w:embedTrueTypeFonts"))
        self.assertEqual(
            settings[place - 1 : place + 2],
            [qn("w:zoom"), qn("w:embedTrueTypeFonts"), qn("w:saveSubsetFonts")],
        )

    def test_the_font_part_is_declared_and_found(self):
        with zipfile.ZipFile(BytesIO(self.files["zh"])) as file:
            kinds = file.read("[Content_Types].xml").decode()
            links = file.read("word/_rels/fontTable.xml.rels").decode()
            own = file.read("word/_rels/document.xml.rels").decode()
        self.assertIn("application/vnd.openxmlformats-officedocument.obfuscatedFont", kinds)
        self.assertIn('Target="fonts/font1.odttf"', links)
        self.assertEqual(own.count("fontTable.xml"), 1)

    def test_a_document_without_chinese_brings_no_font(self):
        self.assertIsNone(self.entry(docx.document(one_table(("a", "b"), ("c", "≥ 5 ± 1")), "en")))

    def test_without_any_chinese_font_it_says_what_to_install(self):
        fonts.path.cache_clear()
        self.addCleanup(fonts.path.cache_clear)
        report = one_table(("a",), ("肝转移",))
        with (
            mock.patch.object(fonts, "_folders", list),
            self.assertRaisesRegex(LookupError, "mplfonts"),
        ):
            docx.document(report, "zh")
