"""The few words that stand around every report, whatever it is about, and its captions."""

from __future__ import annotations

from analysis.document import Figure, Report, Table
from registry.labels import Label, short_code

PROVENANCE = Label("Provenance", "报告来源")
SYNTHETIC = Label(
    "Synthetic data: the patients are invented for demonstration, none is a real person.",
    "合成数据：病例均为演示而虚构，不涉及任何真实患者。",
)
CHECKS = Label("Checks", "一致性核对")
NO_FINDINGS = Label(
    "The numbers of this report were checked against each other; nothing was found.",
    "已核对本报告各数值之间的一致性，未发现问题。",
)
SEVERITIES: dict[str, Label] = {
    "contradiction": Label("Contradiction", "矛盾"),
    "warning": Label("Caution", "注意"),
    "note": Label("Note", "说明"),
}
_TABLE = Label("Table {number}. {title}", "表{number}\u3000{title}")
_FIGURE = Label("Figure {number}. {title}", "图{number}\u3000{title}")

HTML_LANGUAGE = {"en": "en", "zh": "zh-Hans"}


def captions(report: Report) -> dict[str, Label]:
    """The caption of every table and figure by its id: numbered in printing order."""
    found: dict[str, Label] = {}
    for kind, pattern in ((Table, _TABLE), (Figure, _FIGURE)):
        blocks = (block for section in report.sections for block in section.blocks if isinstance(block, kind))
        for number, block in enumerate(blocks, start=1):
            found[block.id] = pattern.fill(number=number, title=block.title)
    return found


def banner(language: str) -> tuple[str, str]:
    """The warning that data are synthetic, in both languages, the reader's own first."""
    texts = (SYNTHETIC.en, SYNTHETIC.zh)
    return texts if short_code(language) == "en" else texts[::-1]
