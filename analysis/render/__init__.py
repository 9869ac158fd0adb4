"""Printing a finished report: one format, one module; a table from file ending to function.

A renderer knows headings, rules and fonts, never what a median is. Each module is
imported when its format is asked for, so that a JSON report does not wait for the Word
library. `with_cases` matters to JSON alone: a page links to the cases, paper cannot.
"""

from __future__ import annotations

from collections.abc import Callable

from analysis.document import Report


def _html(report: Report, language: str, *, with_cases: bool = False) -> bytes:
    from analysis.render import html

    return html.page(report, language).encode()


def _docx(report: Report, language: str, *, with_cases: bool = False) -> bytes:
    from analysis.render import docx

    return docx.document(report, language)


def _json(report: Report, language: str, *, with_cases: bool = False) -> bytes:
    from analysis.render import as_json

    return as_json.document(report, language, with_cases=with_cases)


FORMATS: dict[str, Callable[..., bytes]] = {"html": _html, "docx": _docx, "json": _json}
