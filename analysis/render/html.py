"""The report as HTML: a part of a page of the site, or a document of its own.

Classes, all styled in registry/static/registry/report.css (which the site's page links and
`page` carries inside):

- `report`      the whole, an <article>; `report-alone` the <body> of a document that is nothing else
- `synthetic`   the banner over invented data
- `table-box`   round a table, scrolls sideways where the table is too wide
- `caption`     inside a table's caption, stays in sight while the table scrolls
- `level-1` …   a row label that belongs under the one before it
- `number`      a printed number: never broken across lines, and a quiet link where it has a URL
- `notes`       the foot notes of a table or figure
- `checks`      what the check of the report against itself found, a list by severity
- `provenance`  where the report comes from
- `figure`, `curve`, `band`: see figures.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files

from analysis.document import (
    Cell,
    Figure,
    Finding,
    Note,
    Paragraph,
    Part,
    Report,
    Row,
    Section,
    Table,
    cell_address,
)
from analysis.render import figures
from analysis.render.wording import (
    CHECKS,
    HTML_LANGUAGE,
    NO_FINDINGS,
    PROVENANCE,
    SEVERITIES,
    banner,
    captions,
)
from registry.labels import Label, short_code

Link = Callable[[str], str]

# A file on its own fetches nothing and runs nothing, whatever a text in it may hold.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def body(report: Report, language: str, link: Link | None = None) -> str:
    """The report as an <article>; `link` gives the URL of the cases behind the number at an address."""
    return _Writer(short_code(language), link, captions(report)).report(report)


def page(report: Report, language: str) -> str:
    """The report as a complete document that needs nothing but itself."""
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{HTML_LANGUAGE[short_code(language)]}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(report.title.text(language))}</title>",
            f"<style>\n{style()}</style>",
            "</head>",
            '<body class="report-alone">',
            body(report, language),
            "</body>",
            "</html>",
            "",
        ]
    )


def style() -> str:
    """The style sheet of a report."""
    return files("registry").joinpath("static/registry/report.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the blocks of one report in one language."""

    language: str
    link: Link | None
    captions: dict[str, Label] = field(default_factory=dict)

    def text(self, label: Label) -> str:
        return escape(label.text(self.language))

    def report(self, report: Report) -> str:
        lines = [
            f'<article class="report" lang="{HTML_LANGUAGE[self.language]}">',
            f"<h1>{self.text(report.title)}</h1>",
        ]
        if report.provenance.synthetic:
            lines.append(self.banner())
        lines += [self.section(section) for section in report.sections]
        if report.findings is not None:
            lines.append(self.checks(report, report.findings))
        lines += [self.provenance(report), "</article>"]
        return "\n".join(lines)

    def banner(self) -> str:
        languages = ("en", "zh") if self.language == "en" else ("zh", "en")
        spans = (
            f'<span lang="{HTML_LANGUAGE[language]}">{escape(text)}</span>'
            for language, text in zip(languages, banner(self.language), strict=True)
        )
        return f'<p class="synthetic" role="note">{" ".join(spans)}</p>'

    def section(self, section: Section) -> str:
        name = f"section-{escape(section.id)}"
        return "\n".join(
            [
                f'<section aria-labelledby="{name}">',
                f'<h2 id="{name}">{self.text(section.title)}</h2>',
                *map(self.block, section.blocks),
                "</section>",
            ]
        )

    def block(self, block: Paragraph | Table | Figure) -> str:
        if isinstance(block, Paragraph):
            return f'<p id="{escape(block.id)}">{self.parts(block.parts, block.id)}</p>'
        return self.table(block) if isinstance(block, Table) else self.figure(block)

    def parts(self, parts: Iterable[Part], address: str) -> str:
        return "".join(self.part(part, f"{address}.{position}") for position, part in enumerate(parts))

    def part(self, part: Part, address: str) -> str:
        text = self.text(part.text)
        if part.cases is None:
            return text
        if self.link is None:
            return f'<span class="number">{text}</span>'
        return f'<a class="number" href="{escape(self.link(address))}">{text}</a>'

    def table(self, table: Table) -> str:
        name = escape(table.id)
        headings = "".join(
            f'<th scope="col">{self.text(heading)}</th>' if heading.text(self.language) else "<td></td>"
            for heading in (table.stub, *table.columns)
        )
        return "\n".join(
            [
                # reached by keyboard, so that it can be scrolled without a mouse
                f'<div class="table-box" tabindex="0" role="region" aria-labelledby="{name}-caption">',
                f'<table id="{name}">',
                f'<caption><span class="caption" id="{name}-caption">{self.caption(table)}</span></caption>',
                f"<thead><tr>{headings}</tr></thead>",
                "<tbody>",
                *(self.row(table, row) for row in table.rows),
                "</tbody>",
                "</table>",
                "</div>",
                self.notes(table.notes),
            ]
        )

    def caption(self, block: Table | Figure) -> str:
        """ "Table 1." stands out from the title after it."""
        whole, title = self.text(self.captions[block.id]), self.text(block.title)
        return f"<b>{whole.removesuffix(title).rstrip()}</b> {title}"

    def row(self, table: Table, row: Row) -> str:
        level = f' class="level-{min(row.level, 3)}"' if row.level else ""
        empty = (Cell(()),) * (len(table.columns) - len(row.cells))
        cells = "".join(
            f"<td>{self.parts(cell.parts, cell_address(table, row, position))}</td>"
            for position, cell in enumerate((*row.cells, *empty))
        )
        name = escape(f"{table.id}.{row.id}")
        return f'<tr id="{name}"><th scope="row"{level}>{self.text(row.label)}</th>{cells}</tr>'

    def figure(self, figure: Figure) -> str:
        return "\n".join(
            [
                f'<figure id="{escape(figure.id)}">',
                figures.svg(figure, self.language, self.link),
                f"<figcaption>{self.caption(figure)}</figcaption>",
                self.notes(figure.notes),
                "</figure>",
            ]
        )

    def notes(self, notes: tuple[Note, ...]) -> str:
        if not notes:
            return ""
        return '<div class="notes">' + "".join(f"<p>{self.text(note.text)}</p>" for note in notes) + "</div>"

    def checks(self, report: Report, findings: Iterable[Finding]) -> str:
        """What the check of the report against itself found, each with links to what it speaks of."""
        places = self.places(report)
        found = "".join(self.finding(finding, places) for finding in findings)
        body = f"<ul>{found}</ul>" if found else f"<p>{self.text(NO_FINDINGS)}</p>"
        return (
            f'<section class="checks" aria-labelledby="checks"><h2 id="checks">{self.text(CHECKS)}</h2>'
            f"{body}</section>"
        )

    def places(self, report: Report) -> dict[str, str]:
        """What a link to each block is called: "Table 1", or the title of the section."""
        return {
            block.id: self.text(self.captions[block.id])
            .removesuffix(self.text(block.title))
            .rstrip(" .\u3000")
            if block.id in self.captions
            else self.text(section.title)
            for section in report.sections
            for block in section.blocks
        }

    def finding(self, finding: Finding, places: dict[str, str]) -> str:
        """One finding, with a link to the first row of each table that it speaks of."""
        anchors: dict[str, str] = {}
        for cell in finding.cells:
            anchors.setdefault(cell.partition(".")[0], cell.rpartition(".")[0] or cell)
        links = "".join(
            f' <a href="#{escape(anchor)}">{places[block]}</a>'
            for block, anchor in anchors.items()
            if block in places
        )
        severity = self.text(SEVERITIES[finding.severity])
        return f'<li class="{finding.severity}"><b>{severity}</b> {self.text(finding.sentence)}{links}</li>'

    def provenance(self, report: Report) -> str:
        facts = "".join(
            f"<div><dt>{self.text(name)}</dt><dd>{self.text(value)}</dd></div>"
            for _, name, value in report.provenance.facts
        )
        heading = f'<h2 id="provenance">{self.text(PROVENANCE)}</h2>'
        return f'<section class="provenance" aria-labelledby="provenance">{heading}<dl>{facts}</dl></section>'
