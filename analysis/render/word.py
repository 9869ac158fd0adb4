"""What Word can do and python-docx does not offer: rules of tables, fields, embedded fonts.

Element order follows the schema of ECMA-376 part 1, which Word insists on.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as REL
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shape import InlineShape
from docx.shared import Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph

THICK = 12  # eighths of a point: 1.5 pt above and below a table
THIN = 6  # 0.75 pt under its heading
MARGIN_OF_CELLS = 108  # twentieths of a point, Word's own; so the rules begin where the text begins

_FONT_PART = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
_FONT_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font"
_NOT_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def printable(text: str) -> str:
    """The text without the control characters that XML does not allow."""
    return text.translate(_NOT_XML)


def _element(name: str, **attributes: object) -> BaseOxmlElement:
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    return element


def plain(style: ParagraphStyle, western: str, chinese: str) -> None:
    """Take colour, borders, tabs and theme fonts from a style; set the fonts of both scripts."""
    for name in ("w:pBdr", "w:tabs", "w:spacing", "w:contextualSpacing"):
        for old in style.element.get_or_add_pPr().findall(qn(name)):
            old.getparent().remove(old)
    properties = style.element.get_or_add_rPr()
    properties.clear()
    properties.append(_fonts(western, chinese))


def set_defaults(document: Document, western: str, chinese: str) -> None:
    """The fonts of whatever text has none of its own, and the languages to spell it in."""
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    defaults.replace(defaults.find(qn("w:rFonts")), _fonts(western, chinese))
    defaults.find(qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    document.settings.element.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    layout = document.styles["Normal"].element.get_or_add_pPr()
    # No gap in 31例: a number is printed as it is written. (LibreOffice keeps its own gap.)
    for name in ("autoSpaceDE", "autoSpaceDN"):
        layout.append(_element(name, val=0))


def _fonts(western: str, chinese: str) -> BaseOxmlElement:
    return _element("rFonts", ascii=western, hAnsi=western, eastAsia=chinese, cs=western)


def add_field(paragraph: Paragraph, name: str) -> None:
    """A value that Word fills in: PAGE, NUMPAGES."""
    field = _element("fldSimple", instr=name)
    run = _element("r")
    text = _element("t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def three_lines(table: Table) -> None:
    """The journal's table: a thick rule above and below, a thin one under the heading.

    The heading is repeated on every page, and no row is divided between two pages.
    """
    borders = _element("tblBorders")
    for side in ("top", "bottom"):
        borders.append(_element(side, val="single", sz=THICK, space=0, color="000000"))
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(_element("tblInd", w=MARGIN_OF_CELLS, type="dxa"))
    layout.addprevious(borders)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("cantSplit"))
    heading = table.rows[0]
    heading._tr.get_or_add_trPr().append(_element("tblHeader"))
    for cell in heading.cells:
        rule = _element("tcBorders")
        rule.append(_element("bottom", val="single", sz=THIN, space=0, color="000000"))
        cell._tc.get_or_add_tcPr().append(rule)


def set_widths(table: Table, points: Sequence[float]) -> None:
    """Fix the columns at these widths; Word reads the cells, LibreOffice the columns."""
    for column, width in zip(table.columns, points, strict=True):
        column.width = Pt(width)
    for row in table.rows:
        for cell, width in zip(row.cells, points, strict=True):
            cell.width = Pt(width)


def describe(picture: InlineShape, title: str, alternative: str) -> None:
    """Name a picture, and say in words what it shows."""
    properties = picture._inline.docPr
    properties.set("title", title)
    properties.set("descr", alternative)


def characters(document: Document) -> frozenset[str]:
    """Every character that the document prints, headers and footers included."""
    section = document.sections[0]
    parts = (document.element.body, section.header._element, section.footer._element)
    texts = (text.text or "" for part in parts for text in part.iter(qn("w:t")))
    return frozenset("".join(texts)) | frozenset("0123456789")  # the page numbers


def embed_font(document: Document, family: str, key: str, data: bytes) -> None:
    """Let the document bring the font `family`, obfuscated with `key`."""
    package = document.part.package
    links = document.part.rels
    old = document.part.part_related_by(REL.FONT_TABLE)
    fonts = parse_xml(old.blob)
    fonts.append(
        parse_xml(
            f'<w:font {nsdecls("w", "r")} w:name="{family}"><w:charset w:val="86"/><w:family w:val="swiss"/>'
            f'<w:pitch w:val="variable"/><w:embedRegular r:id="rId1" w:fontKey="{key}" w:subsetted="1"/>'
            "</w:font>"
        )
    )
    table = Part(old.partname, old.content_type, serialize_part_xml(fonts), package)
    font = Part(PackURI("/word/fonts/font1.odttf"), _FONT_PART, data, package)
    table.relate_to(font, _FONT_LINK)  # the first of a new part, hence rId1
    del links[next(key for key, link in links.items() if link.reltype == REL.FONT_TABLE)]
    document.part.relate_to(table, REL.FONT_TABLE)
    settings = document.settings.element
    after_zoom = settings.index(settings.find(qn("w:zoom"))) + 1
    settings[after_zoom:after_zoom] = [_element("embedTrueTypeFonts"), _element("saveSubsetFonts")]


def saved(document: Document) -> bytes:
    """The document as a file in which no part bears the time of writing."""
    written, settled = BytesIO(), BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(settled, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name)  # dated 1980-01-01
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return settled.getvalue()
