"""Grade before surgery against grade in the specimen of the operation, patient by patient."""

from __future__ import annotations

from analysis.document import Cell, Note, Row, Table
from analysis.reports import cells
from analysis.reports.lines import NOT_KNOWN
from analysis.reports.source import Source, Which
from registry.labels import Label

BEFORE, AFTER = "grade_before", "grade_liver"

TITLE = Label("Grade before surgery and at surgery", "术前与手术标本病理分级对照")
STUB = Label("Before surgery", "术前分级")
AT_SURGERY = Label("At surgery: {grade}", "手术标本:{grade}")
NOTE = Label(
    "Patients with this grade before surgery (rows: highest of the earlier specimens) and at surgery "
    "(columns: highest of the liver specimens of the operation).",
    "单元格为例数；行为术前各标本最高分级，列为本次手术肝切除标本最高分级。",
)


def grade_matrix(source: Source) -> Table:
    """One row for each earlier grade, one column for each later one that occurs, and the unknown."""
    rows, columns = (_grades(source, name) for name in (BEFORE, AFTER))
    headings = tuple(AT_SURGERY.fill(grade=label) for _, label in columns)
    table = tuple(
        Row(f"grade-{code or 'missing'}", label, tuple(_cell(source, code, after) for after, _ in columns))
        for code, label in rows
    )
    return Table("grade-change", TITLE, headings, table, STUB, (Note(NOTE),))


def _grades(source: Source, name: str) -> list[tuple[str, Label]]:
    """The grades in their order as far as they occur on either side; "" is not known."""
    occurring = [
        (code, label)
        for code, label in source.data.columns[name].levels
        if any(Which(side, (code,)).counted(source).any() for side in (BEFORE, AFTER))
    ]
    return [*occurring, ("", NOT_KNOWN)]


def _cell(source: Source, before: str, after: str) -> Cell:
    cases = _side(source, BEFORE, before) & _side(source, AFTER, after)
    return Cell((cells.count_part(source, cases),), {"n": int(cases.sum())})


def _side(source: Source, name: str, code: str):
    return Which(name, (code,)).counted(source) if code else ~source.known(name)
