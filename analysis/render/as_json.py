"""The report as JSON: a public interface, described in docs/report-json.md.

Numbers are unrounded and finite (what cannot be given is null); the same report gives the
same bytes. Case lists are made only when asked for: at 100 000 cases they are most of the file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from numbers import Integral, Real

from analysis.document import Cell, Figure, Paragraph, Part, Provenance, Report, Row, Section, Table
from registry.labels import Label, short_code

_OF_A_CELL = frozenset({"text", "cases", "parts"})  # keys which the numbers of a cell stand beside


def document(report: Report, language: str, *, with_cases: bool = False) -> bytes:
    """The report in `language` as UTF-8 JSON that ends with a newline.

    Raises ValueError if a number of a cell has the name of one of the cell's own keys,
    TypeError if a value is of a kind that JSON does not know.
    """
    content = {
        "report": report.slug,
        "language": short_code(language),
        "title": report.title.text(language),
        "provenance": _provenance(report.provenance, language),
        "sections": [_section(section, language, with_cases) for section in report.sections],
        "findings": _findings(report, language),
    }
    return ("\n".join(_lines(content)) + "\n").encode()


def _provenance(provenance: Provenance, language: str) -> dict:
    facts = [(key, name.text(language), value.text(language)) for key, name, value in provenance.facts]
    values = {key: text for key, _, text in facts} | dict(provenance.values)
    first = {
        "synthetic": provenance.synthetic,
        "facts": [{"id": key, "label": name, "text": text} for key, name, text in facts],
    }
    return first | {key: _plain(values[key]) for key in sorted(values.keys() - first.keys())}


def _findings(report: Report, language: str) -> list[dict] | None:
    if report.findings is None:
        return None
    return [
        {
            "key": finding.key,
            "severity": finding.severity,
            "text": finding.sentence.text(language),
            "cells": list(finding.cells),
        }
        for finding in report.findings
    ]


def _section(section: Section, language: str, with_cases: bool) -> dict:
    return {
        "id": section.id,
        "title": section.title.text(language),
        "order": [block.id for block in section.blocks],
        "tables": [_table(table, language, with_cases) for table in section.tables],
        "figures": [_figure(figure, language, with_cases) for figure in section.figures],
        "paragraphs": [_paragraph(each, language, with_cases) for each in section.paragraphs],
    }


def _table(table: Table, language: str, with_cases: bool) -> dict:
    return {
        "id": table.id,
        "title": table.title.text(language),
        "stub": table.stub.text(language),
        "columns": [column.text(language) for column in table.columns],
        "notes": [note.text.text(language) for note in table.notes],
        "rows": [_row(row, language, with_cases) for row in table.rows],
    }


def _row(row: Row, language: str, with_cases: bool) -> dict:
    return {
        "id": row.id,
        "label": row.label.text(language),
        "level": row.level,
        "cells": [_cell(cell, language, with_cases) for cell in row.cells],
    }


def _cell(cell: Cell, language: str, with_cases: bool) -> dict:
    if clash := _OF_A_CELL & cell.numbers.keys():
        raise ValueError(f"a number of a cell may not be named {', '.join(sorted(clash))}")
    numbers = {name: _plain(cell.numbers[name]) for name in sorted(cell.numbers)}
    return {"text": cell.text(language), **numbers} | (_cases(cell.parts, language) if with_cases else {})


def _paragraph(paragraph: Paragraph, language: str, with_cases: bool) -> dict:
    content = {"id": paragraph.id, "text": paragraph.text(language)}
    return content | (_cases(paragraph.parts, language) if with_cases else {})


def _cases(parts: Sequence[Part], language: str) -> dict:
    """The cases behind each number, and all of them together, each once."""
    listed = [{"text": part.text.text(language), "cases": part.cases()} for part in parts if part.cases]
    together = dict.fromkeys(case for part in listed for case in part["cases"])
    return {"cases": list(together), "parts": listed}


def _figure(figure: Figure, language: str, with_cases: bool) -> dict:
    def text(label: Label | None) -> str | None:
        return None if label is None else label.text(language)

    return {
        "id": figure.id,
        "title": text(figure.title),
        "alternative": text(figure.alternative),
        "empty": text(figure.empty),
        "x_label": text(figure.x_label),
        "y_label": text(figure.y_label),
        "reference": _plain(figure.reference),
        "ticks": _plain(figure.ticks),
        "notes": [note.text.text(language) for note in figure.notes],
        "curves": [
            {
                "label": text(curve.label),
                **{name: _plain(getattr(curve, name)) for name in ("steps", "lower", "upper", "censored")},
            }
            for curve in figure.curves
        ],
        "strip": [
            {
                "label": text(row.label),
                "parts": [_number(part, language, with_cases) for part in row.parts],
            }
            for row in figure.strip
        ],
    }


def _number(part: Part, language: str, with_cases: bool) -> dict:
    content: dict = {"text": part.text.text(language)}
    if with_cases and part.cases:
        content["cases"] = part.cases()
    return content


def _plain(value: object) -> object:
    """`value` in the types of JSON: numbers finite or None, dates as ISO 8601, keys sorted.

    The numbers of numpy are taken for what they are; what is left over, json refuses.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, float):  # before the abstract classes: a curve may have 100 000 of them
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return _plain(float(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _lines(value: object, indent: str = "", before: str = "", after: str = "") -> Iterator[str]:
    """The text of `value`, a line each for what has parts of its own.

    What holds only plain values (a cell) or only points (a curve) stays on one line: that
    reads better than one number a line and lets json's fast encoder do the long lists.
    """
    if _is_leaf(value):
        yield indent + before + json.dumps(value, ensure_ascii=False, allow_nan=False) + after
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield indent + before + opening
    entries = list(value.items()) if isinstance(value, dict) else [(None, each) for each in value]
    for position, (key, each) in enumerate(entries, start=1):
        name = "" if key is None else json.dumps(key, ensure_ascii=False) + ": "
        yield from _lines(each, indent + "  ", name, "," if position < len(entries) else "")
    yield indent + closing + after


def _is_leaf(value: object) -> bool:
    if isinstance(value, dict):
        return not any(isinstance(each, dict | list) for each in value.values())
    if isinstance(value, list):
        return not any(isinstance(each, dict) for each in value)
    return True
