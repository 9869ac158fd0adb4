"""The report as a Word document: native tables in three-line style, figures at 300 dpi.

The same report gives the same bytes: the document carries no time but that of the report
(`provenance.values["made"]`, ISO 8601 or a datetime), and a key made from its font.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from itertools import zip_longest

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Cm, Inches, Pt
from docx.table import _Cell as Cell

from analysis.document import Figure, Finding, Note, Paragraph, Report, Section, Table
from analysis.render import fonts, word
from analysis.render.drawing import pieces, text_width
from analysis.render.figures import INCHES, png
from analysis.render.wording import CHECKS, NO_FINDINGS, PROVENANCE, SEVERITIES, banner, captions
from registry.labels import Label, short_code

WESTERN = "Times New Roman"
COLUMN = Inches(INCHES)  # what lies between the margins of the page
DPI = 300
SMALL = 9.0  # points, the letters of a table
PADDING = 14.0  # points, left and right of a text in its cell
INDENT = 10.0  # points, a row under its heading

_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)

# name, size in points, bold, alignment, space before and after in points, stays with what follows
_STYLES = (
    ("Normal", 10.5, False, None, 0, 6, False),
    ("Title", 16, True, ALIGN.CENTER, 0, 12, True),
    ("Heading 1", 13, True, None, 16, 6, True),
    ("Caption", 9, True, None, 10, 4, False),
    ("Table Text", SMALL, False, None, 1, 1, False),
    ("Note", 8, False, None, 2, 0, False),
    ("Warning", 9, True, ALIGN.CENTER, 0, 6, False),
    ("Header", 8, False, ALIGN.CENTER, 0, 0, False),
    ("Footer", 8, False, ALIGN.CENTER, 0, 0, False),
)

# A fixed height in tables: the letters of the two scripts then stand on one line.
_LINES = {"Normal": 1.25, "Table Text": Pt(12.5)}


def document(report: Report, language: str) -> bytes:
    """The report in `language` as the bytes of a docx file."""
    writer = _Writer(report, short_code(language))
    writer.write()
    return writer.file()


class _Writer:
    """Writes one report in one language into one Word document."""

    def __init__(self, report: Report, language: str) -> None:
        self.report = report
        self.language = language
        self.captions = captions(report)
        self.word: WordDocument = Document()
        _prepare(self.word)

    def text(self, label: Label) -> str:
        return word.printable(label.text(self.language))

    def paragraph(self, text: str, style: str):
        return self.word.add_paragraph(text, style=style)

    def write(self) -> None:
        self.properties()
        self.margins()
        self.paragraph(self.text(self.report.title), "Title")
        if self.report.provenance.synthetic:
            for text in banner(self.language):
                self.paragraph(text, "Warning")
        for section in self.report.sections:
            self.section(section)
        if self.report.findings is not None:
            self.checks(self.report.findings)
        self.provenance()

    def properties(self) -> None:
        """What a file manager shows; nothing of it from the clock or the computer."""
        made = self.report.provenance.values.get("made")
        if isinstance(made, str):
            made = datetime.fromisoformat(made)
        if not isinstance(made, datetime):
            made = _UNDATED
        about = self.word.core_properties
        about.title = self.text(self.report.title)
        about.author = about.last_modified_by = about.comments = ""
        about.keywords = "; ".join(banner(self.language)) if self.report.provenance.synthetic else ""
        about.language = {"en": "en", "zh": "zh-CN"}[self.language]
        about.created = about.modified = (made.astimezone(UTC) if made.tzinfo else made).replace(tzinfo=None)
        about.revision = 1

    def margins(self) -> None:
        """The banner above and the page number below every page."""
        section = self.word.sections[0]
        if self.report.provenance.synthetic:
            section.header.paragraphs[0].text = "\n".join(banner(self.language))
        footer = section.footer.paragraphs[0]
        word.add_field(footer, "PAGE")
        footer.add_run(" / ")
        word.add_field(footer, "NUMPAGES")

    def section(self, section: Section) -> None:
        self.paragraph(self.text(section.title), "Heading 1")
        for block in section.blocks:
            if isinstance(block, Paragraph):
                self.paragraph(word.printable(block.text(self.language)), "Normal")
            elif isinstance(block, Table):
                self.table(block)
            else:
                self.figure(block)

    def table(self, table: Table) -> None:
        self.paragraph(self.text(self.captions[table.id]), "Caption").paragraph_format.keep_with_next = True
        width = len(table.columns) + 1
        heading = [self.text(label) for label in (table.stub, *table.columns)]
        lines = [
            [self.text(row.label), *(word.printable(cell.text(self.language)) for cell in row.cells)]
            for row in table.rows
        ]
        native = self.word.add_table(rows=0, cols=width)
        native.autofit = False
        for texts, level in zip((heading, *lines), (0, *(row.level for row in table.rows)), strict=True):
            self.row(native.add_row().cells, texts, level)
        for cell in native.rows[0].cells:
            cell.paragraphs[0].runs[0].bold = True
        word.three_lines(native)
        word.set_widths(native, _widths([heading, *lines], width))
        self.notes(table.notes)

    def row(self, cells: tuple[Cell, ...], texts: list[str], level: int) -> None:
        for cell, text in zip_longest(cells, texts, fillvalue=""):
            paragraph = cell.paragraphs[0]
            paragraph.style = self.word.styles["Table Text"]
            paragraph.add_run(text)
        cells[0].paragraphs[0].paragraph_format.left_indent = Pt(INDENT * level)

    def figure(self, figure: Figure) -> None:
        paragraph = self.paragraph("", "Normal")
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(10), Pt(0)
        picture = paragraph.add_run().add_picture(BytesIO(png(figure, self.language, DPI)), width=COLUMN)
        alternative = figure.alternative if figure.alternative.en else figure.title
        word.describe(picture, self.text(figure.title), self.text(alternative))
        caption = self.paragraph(self.text(self.captions[figure.id]), "Caption")
        caption.paragraph_format.space_before = Pt(0)
        caption.paragraph_format.keep_with_next = bool(figure.notes)
        self.notes(figure.notes)

    def notes(self, notes: tuple[Note, ...]) -> None:
        for note in notes:
            self.paragraph(self.text(note.text), "Note")

    def checks(self, findings: tuple[Finding, ...]) -> None:
        self.paragraph(self.text(CHECKS), "Heading 1")
        if not findings:
            self.paragraph(self.text(NO_FINDINGS), "Note")
        for finding in findings:
            severity = self.text(SEVERITIES[finding.severity])
            self.paragraph(f"{severity}: {self.text(finding.sentence)}", "Note")

    def provenance(self) -> None:
        self.paragraph(self.text(PROVENANCE), "Heading 1")
        for _, name, value in self.report.provenance.facts:
            self.paragraph(f"{self.text(name)}: {self.text(value)}", "Note")

    def file(self) -> bytes:
        characters = word.characters(self.word)
        if fonts.needs_chinese("".join(characters)):
            word.embed_font(self.word, fonts.FAMILY, *fonts.obfuscated(fonts.subset(characters)))
        return word.saved(self.word)


def _prepare(document: WordDocument) -> None:
    """Black on white, A4, and the styles of the journal in place of the library's own."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = int((page.page_width - COLUMN) / 2)
    page.top_margin = page.bottom_margin = Cm(2.5)
    word.set_defaults(document, WESTERN, fonts.FAMILY)
    known = {style.name for style in document.styles}
    for name, size, bold, alignment, before, after, together in _STYLES:
        if name not in known:
            document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
        style = document.styles[name]
        word.plain(style, WESTERN, fonts.FAMILY)
        style.font.size, style.font.bold = Pt(size), bold
        layout = style.paragraph_format
        layout.alignment, layout.keep_with_next = alignment, together or None
        layout.space_before, layout.space_after = Pt(before), Pt(after)
        layout.line_spacing = _LINES.get(name, 1.0)


def _widths(lines: list[list[str]], columns: int) -> list[float]:
    """How broad each column is, in points: room for its longest word, the rest by what texts need.

    A text of more than three times a fair share is wrapped. Where even the words are too broad
    for the page, all columns give way alike.
    """
    texts = [[line[column] for line in lines if column < len(line)] for column in range(columns)]
    most = COLUMN.pt / 2  # of a word: a longer one is broken
    least = [min(most, _broadest([piece for text in each for piece in pieces(text)])) for each in texts]
    rest = COLUMN.pt - sum(least)
    if rest < 0:
        return [COLUMN.pt * low / sum(least) for low in least]
    fair = 3 * COLUMN.pt / columns
    wanted = [max(1, min(fair, _broadest(each)) - low) for low, each in zip(least, texts, strict=True)]
    return [low + rest * want / sum(wanted) for low, want in zip(least, wanted, strict=True)]


def _broadest(texts: list[str]) -> float:
    return PADDING + max((text_width(text, SMALL) for text in texts), default=0.0)
