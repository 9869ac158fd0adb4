"""The answer of `manage.py describe` as a report: one table in the style of a table 1, and its foot notes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis import describe, typeset
from analysis.answers import printed
from analysis.answers.printed import Data
from analysis.answers.question import Description
from analysis.conventions import Conventions, methods
from analysis.document import Cell, Report, Row, Section, Table, words
from analysis.estimate import REASONS, STATISTICS, Summary
from registry.labels import Label, both

VARIABLE = Label("Variable", "变量")
FORMS = {
    "mean": Label("{name}, mean (SD)", "{name}，均数±标准差"),
    "median": Label("{name}, median (quartiles)", "{name}，中位数（四分位数）"),
    "median-range": Label("{name}, median (range)", "{name}，中位数（范围）"),
    "category": Label("{name}, n (%)", "{name}，例（%）"),
}
TEST = Label("Test", "检验方法")
_MISSING = Label("missing", "缺失")
_LEFT_OUT = Label(
    "{count} rows without a group stand in the column of all cases only.",
    "{count}行缺少分组信息，仅计入全部病例一列。",
)
_MOST_DECIMALS = 3


def report(answer: Data, question: Description) -> Report:
    """The report of an answer with its "source"."""
    conventions = question.conventions
    title = Label("Description of {file}", "描述统计：{file}").fill(file=answer["source"]["file"])
    blocks = (_table(answer, conventions), *printed.not_computed(answer, {}))
    section = Section("describe", Label("Results", "结果"), blocks)
    return Report("describe", title, (section,), printed.provenance(answer, conventions))


def _table(answer: Data, conventions: Conventions) -> Table:
    columns = answer["columns"]
    levels = list(next(iter(columns.values()))["groups"])
    rows = [
        row
        for place, (name, column) in enumerate(columns.items())
        for row in _rows(place, name, column, conventions)
    ]
    tested = (TEST, printed.STATISTIC, printed.P) if levels else ()
    notes = [*methods(conventions, "quartiles", "rounding"), *_sentences(columns)]
    if answer["group_missing"]:
        notes.append(_LEFT_OUT.fill(count=typeset.number(answer["group_missing"], 0, conventions)))
    headings = (printed.OVERALL, *map(both, levels), *tested)
    return Table("columns", _title(answer), headings, tuple(rows), VARIABLE, printed.as_notes(notes))


def _title(answer: Data) -> Label:
    if answer["group"] is None:
        return Label("Description", "描述统计")
    return Label("Description by {group}", "按{group}分组的描述统计").fill(group=answer["group"])


def _rows(place: int, name: str, column: Data, conventions: Conventions) -> Iterator[Row]:
    """The row of a variable, below it those of its categories and of its missing values."""
    parts = [column["overall"], *column["groups"].values()]
    tests = _test_cells(column["tests"], bool(column["groups"]), conventions)
    id = f"column-{place}"
    if column["kind"] == "category":
        blank = tuple(words("") for _ in parts)
        yield Row(id, FORMS["category"].fill(name=name), (*blank, *tests))
        for number, level in enumerate(column["overall"]["counts"]):
            shares = tuple(_share(part["counts"][level], conventions) for part in parts)
            yield Row(f"{id}-{number}", both(level), shares, 1)
    else:
        kind = column["summary"]["kind"]
        cells = tuple(_number(part, kind, conventions) for part in parts)
        yield Row(id, FORMS[kind].fill(name=name), (*cells, *tests))
    if column["overall"]["missing"]:
        counts = tuple(printed.number_cell(part["missing"], 0, conventions) for part in parts)
        yield Row(f"{id}-missing", _MISSING, counts, 1)


def _share(count: Data, conventions: Conventions) -> Cell:
    text = typeset.count_share(count["n"], count["total"], conventions)
    return Cell(words(text).parts, {"n": count["n"], "N": count["total"]})


def _number(part: Data, kind: str, conventions: Conventions) -> Cell:
    summary = _summary(part, conventions)
    if summary.mean is None:
        return words(summary.why("mean").printed)
    if kind == "mean":
        return words(typeset.mean_sd(summary, printed.NO_UNIT, conventions))
    decimals = max(_decimals(part["min"]), _decimals(part["max"]))
    if kind == "median":
        return words(typeset.median_quartiles(summary, decimals, printed.NO_UNIT, conventions))
    median, low, high = (
        typeset.number(value, decimals, conventions).en
        for value in (summary.median, summary.minimum, summary.maximum)
    )
    return words(Label(f"{median} ({low}–{high})", f"{median}\uff08{low}~{high}\uff09"))


def _summary(part: Data, conventions: Conventions) -> Summary:
    """The summary whose numbers stand in the answer, with the quartiles of the conventions."""
    q1, median, q3 = part["quantiles"][str(conventions.quantile_type)]
    values = {"mean": part["mean"], "sd": part["sd"], "sem": part["sem"]}
    values |= {"median": median, "q1": q1, "q3": q3, "minimum": part["min"], "maximum": part["max"]}
    return Summary(
        n=part["n"],
        missing=part["missing"],
        quantile_type=conventions.quantile_type,
        used=np.empty(0, dtype=bool),
        reasons={name: part["reasons"].get(name, "no_values") for name in STATISTICS if values[name] is None},
        **values,
    )


def _decimals(value: float) -> int:
    """With how many decimals a value was recorded, as far as the value itself tells."""
    fraction = f"{value:.{_MOST_DECIMALS}f}".rstrip("0").partition(".")[2]
    return len(fraction)


def _test_cells(tests: Data | None, tested: bool, conventions: Conventions) -> tuple[Cell, ...]:
    if tests is None:
        return (words(printed.NOTHING),) * 3 if tested else ()
    if tests["chosen"] is None:
        reason = REASONS[tests["reason"]].printed if tests["reason"] else printed.NOTHING
        return (words(reason), words(printed.NOTHING), words(printed.NOTHING))
    test = tests[tests["chosen"]]
    statistic, _, p = printed.test_cells(test, conventions)
    if test["statistic"] is None and not test["reason"]:
        statistic = words(printed.NOTHING)
    return (words(describe.TESTS[tests["chosen"]]), statistic, p)


def _sentences(columns: Data) -> Iterator[Label]:
    """Why each variable is summed up and tested as it is; these texts have the language of the answer."""
    for name, column in columns.items():
        reasons = list(column["summary"]["why"]) if column["summary"] else []
        if column["tests"] and column["tests"]["rule"]:
            reasons.append(column["tests"]["rule"])
        for reason in reasons:
            yield Label(f"{name}: {reason}", f"{name}\uff1a{reason}")
