"""Does demo-output/ hold the figures of the model paper, in both languages and all formats?

The expected forms are the paper's own, written down here by hand, except that row 4 follows
the report's one rounding rule (the paper prints 80.6% once and 81% once) and row 10 must name
its dispersion. Ends with the status 1 if any cell is wrong.
"""

import json
import sys
from html.parser import HTMLParser
from pathlib import Path

from docx import Document

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-output")

EXPECTED = {
    "en": [
        "31 patients",
        "14 male, 17 female",
        "55 (46, 60) years",
        "25 (81%)",
        "81% (25/31)",
        "94% (29/31)",
        "27",
        "21",
        "16",
        ("(40±3)%", "SEM"),
        "10.0 (8.5, 13.5) cm",
        "168 (135, 235) min",
        "800 (300, 1 000) ml",
        "17",
        "6 (5, 7) d",
        "48% (15/31)",
        "none",
        "6",
        "12.0 (95% CI 6.9–17.1) months",
        "85%",
        "56%",
        "37%",
    ],
    "zh": [
        "31例",
        "男14例,女17例",
        "55(46,60)岁",
        "25例,81%",
        "81%(25/31)",
        "94%(29/31)",
        "27例",
        "21例",
        "16例",
        ("(40±3)%", "标准误"),
        "10.0(8.5,13.5) cm",
        "168(135,235) min",
        "800(300,1 000) ml",
        "17例",
        "6(5,7) d",
        "48%(15/31)",
        "无",
        "6例",
        "12.0(95% CI:6.9~17.1)个月",
        "85%",
        "56%",
        "37%",
    ],
}


def plain(text: str) -> str:
    """The text with every kind of space as one ordinary space: the width of a space is typography."""
    return " ".join(text.split())


def in_json(path: Path) -> list[list[str]]:
    """The table called `paper`: the texts of its rows by their ids, in the order paper-01 … paper-22."""
    report = json.loads(path.read_text(encoding="utf-8"))
    tables = [table for section in report["sections"] for table in section["tables"]]
    rows = {row["id"]: row for table in tables if table["id"] == "paper" for row in table["rows"]}
    wanted = [f"paper-{number:02}" for number in range(1, 23)]
    if sorted(rows) != wanted:
        sys.exit(f"{path}: the table “paper” has the rows {sorted(rows)}, not {wanted[0]} … {wanted[-1]}")
    return [[plain(" ".join(cell["text"] for cell in rows[id]["cells"])) for id in wanted]]


class Tables(HTMLParser):
    """Collects, for each table of a page, the text of the last cell of each row."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.columns.append([])
        elif tag == "tr" and self.columns:
            self.columns[-1].append("")
        elif tag == "td":
            self.columns[-1][-1] = ""
            self._inside = True

    def handle_endtag(self, tag):
        if tag == "td":
            self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.columns[-1][-1] += data


def in_html(path: Path) -> list[list[str]]:
    """The last column of every table."""
    page = Tables()
    page.feed(path.read_text(encoding="utf-8"))
    return [[plain(text) for text in column] for column in page.columns]


def in_docx(path: Path) -> list[list[str]]:
    """The last column of every table."""
    return [[plain(row.cells[-1].text) for row in table.rows] for table in Document(str(path)).tables]


def agrees(printed: str, expected: str | tuple[str, ...]) -> bool:
    """Whether the cell is what is expected: that text, or one that begins with it and names the rest."""
    if isinstance(expected, str):
        return printed == expected
    start, *named = expected
    return printed.startswith(start) and all(one in printed for one in named)


def wrong_cells(printed: list[str], expected: list) -> list[str]:
    return [
        f"row {number}: expected {want!r}, printed {have!r}"
        for number, (have, want) in enumerate(zip(printed, expected, strict=True), 1)
        if not agrees(have, want)
    ]


def best(columns: list[list[str]], expected: list) -> list[str]:
    """What is wrong in the 22 rows, one below the other, that come nearest; nothing if they agree."""
    stretches = [
        column[start : start + len(expected)]
        for column in columns
        for start in range(len(column) - len(expected) + 1)
    ]
    return min((wrong_cells(one, expected) for one in stretches), key=len, default=["there is no such table"])


def main() -> None:
    trouble = 0
    for language, expected in EXPECTED.items():
        for ending, read in {"json": in_json, "html": in_html, "docx": in_docx}.items():
            path = FOLDER / f"paper-{language}.{ending}"
            wrong = best(read(path), expected) if path.exists() else ["the file is missing"]
            trouble += len(wrong)
            outcome = "all 22 figures" if not wrong else "\n  ".join(["wrong:", *wrong])
            sys.stdout.write(f"{path}: {outcome}\n")
    sys.exit(bool(trouble))


if __name__ == "__main__":
    main()
