"""From the data of an answer to the cells of a report. What is rounded is rounded by `typeset`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from analysis import typeset
from analysis.conventions import PRESETS, Conventions
from analysis.document import Cell, Note, Paragraph, Part, Provenance, Row, Table, words
from analysis.estimate import REASONS, Estimate
from registry.labels import Label, both

Data = Mapping[str, object]

NO_UNIT = both("")
NOTHING = both("—")
P = both("P")
GROUP = Label("Group", "组别")
OVERALL = Label("All cases", "全部病例")
STATISTIC = Label("Statistic", "统计量")
DEGREES = Label("df", "自由度")

_ESTIMATE = ("value", "lower", "upper", "level", "method", "se", "n", "events", "missing", "reason")
_MOST_DECIMALS = 6
_FEWEST_DECIMALS_FROM, _ONE_DECIMAL_FROM = 100, 10


def level_label(group: Data) -> Label:
    """What the column of a group is called."""
    return OVERALL if group["level"] is None else both(group["level"])


def estimate(data: Data) -> Estimate:
    """The estimate whose numbers stand in the answer."""
    return Estimate(**{name: data[name] for name in _ESTIMATE})


def ratio_estimate(term: Data, name: str, model: Data) -> Estimate:
    """The ratio of a term of a model, such as its "hazard_ratio"."""
    return Estimate(
        value=term[name],
        lower=term["lower"],
        upper=term["upper"],
        level=model["level"],
        method=model["method"],
        n=model["n"],
        events=model["events"],
        reason=term["reason"],
    )


def interval_cell(data: Data, decimals: int, conventions: Conventions) -> Cell:
    """A time with its interval; its numbers beside it."""
    return Cell((Part(typeset.interval(estimate(data), decimals, NO_UNIT, conventions)),), data_of(data))


def rate_cell(data: Data, conventions: Conventions) -> Cell:
    """A rate with its interval, in percent."""
    return Cell((Part(typeset.rate_interval(estimate(data), conventions)),), data_of(data))


def ratio_cell(term: Data, name: str, model: Data, conventions: Conventions) -> Cell:
    """A ratio with its interval and its P."""
    one = ratio_estimate(term, name, model)
    text = typeset.interval(one, ratio_decimals(one.value), NO_UNIT, conventions)
    if term["p"] is None:
        return words(text)
    p = typeset.p_value(term["p"], conventions)
    mark = "" if p.en[0] in "<>" else "="
    both_parts = Label(f"{text.en}, P{mark}{p.en}", f"{text.zh}\uff0cP{mark}{p.zh}")
    return Cell(
        (Part(both_parts),),
        {name: term[name], "lower": term["lower"], "upper": term["upper"], "p": term["p"]},
    )


def ratio_decimals(value: float | None) -> int:
    """Two decimals; three significant figures below 0.1 and above 10."""
    if not value or 0.1 <= value <= 10:
        return 2
    return min(max(2 - math.floor(math.log10(value)), 0), _MOST_DECIMALS)


def number_cell(
    value: float | None, decimals: int, conventions: Conventions, reason: str | None = None
) -> Cell:
    """A number, or why there is none."""
    if value is None:
        return words(REASONS[reason].printed if reason else NOTHING)
    return words(typeset.number(value, decimals, conventions))


def p_cell(p: float | None, conventions: Conventions) -> Cell:
    return words(NOTHING if p is None else typeset.p_value(p, conventions))


def test_cells(test: Data, conventions: Conventions) -> tuple[Cell, Cell, Cell]:
    """Statistic, degrees of freedom and P of a test."""
    df = test.get("df")
    degrees = NOTHING
    if df is not None:
        degrees = typeset.number(df, 0 if float(df).is_integer() else 1, conventions)
        if test.get("df2") is not None:
            second = typeset.number(test["df2"], 0 if float(test["df2"]).is_integer() else 1, conventions)
            degrees = both(f"{degrees.en}, {second.en}")
    return (
        number_cell(test["statistic"], 2, conventions, test.get("reason")),
        words(degrees),
        p_cell(test["p"], conventions),
    )


def test_table(
    id: str,
    title: Label,
    named: Iterable[tuple[Label, Data]],
    conventions: Conventions,
    notes: Sequence[Label],
) -> Table:
    """One row for each test."""
    tests = list(named)
    rows = tuple(
        Row(f"{id}-{place}", name, test_cells(test, conventions)) for place, (name, test) in enumerate(tests)
    )
    found = [REASONS[test["reason"]].sentence for _, test in tests if test.get("reason")]
    return Table(id, title, (STATISTIC, DEGREES, P), rows, Label("Test", "检验"), as_notes([*notes, *found]))


def as_notes(sentences: Iterable[Label]) -> tuple[Note, ...]:
    """Each sentence once."""
    return tuple(Note(sentence) for sentence in dict.fromkeys(sentences))


def reason_notes(data: Iterable[Data]) -> list[Label]:
    """The foot notes that estimates call for, each once."""
    return list(dict.fromkeys(note for one in data for note in typeset.interval_notes(estimate(one))))


def data_of(data: Data) -> dict[str, float | int | str | None]:
    """The numbers of an estimate for the cell that prints it."""
    return {name: data[name] for name in ("value", "lower", "upper", "level", "reason")}


def time_decimals(times: Sequence[float]) -> int:
    """Decimals for times of an unknown unit: none for whole large ones (days), else one, or two below ten."""
    last = max(times, default=0.0)
    if last >= _FEWEST_DECIMALS_FROM and all(float(time).is_integer() for time in times):
        return 0
    return 1 if last >= _ONE_DECIMAL_FROM else 2


_NOT_COMPUTED = Label("{block}: not computed. {why}", "{block}：未计算。{why}")


def not_computed(answer: Data, names: Mapping[str, Label]) -> list[Paragraph]:
    """What is absent and why, for the blocks that have a name, and for every computation that failed."""
    return [
        Paragraph(
            f"absent-{block}",
            (Part(_NOT_COMPUTED.fill(block=names.get(block, both(block)), why=absent["sentence"])),),
        )
        for block, absent in answer["not_computed"].items()
        if block in names or absent["reason"] == "failed"
    ]


def provenance(answer: Data, conventions: Conventions) -> Provenance:
    """Where the numbers come from: the file, and the conventions."""
    source = answer["source"]
    facts = (
        ("file", Label("File", "文件"), both(source["file"])),
        ("sha256", Label("SHA-256", "SHA-256校验值"), both(source["sha256"])),
        ("rows", Label("Rows", "行数"), typeset.number(source["rows"], 0, conventions)),
        ("encoding", Label("Encoding", "编码"), both(source["encoding"])),
        ("conventions", Label("Conventions", "统计约定"), PRESETS[conventions.name].label),
    )
    return Provenance(False, facts)
