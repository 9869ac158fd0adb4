"""The answer of `manage.py survival` as a report: its curve, tables and foot notes in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analysis import survival, typeset
from analysis.answers import printed, printed_figure, printed_models
from analysis.answers.printed import GROUP, Data, level_label
from analysis.answers.question import Survival
from analysis.conventions import Conventions, methods
from analysis.document import Block, Cell, Paragraph, Part, Report, Row, Section, Table
from analysis.estimate import REASONS
from registry.labels import Label, both, joined

TREND = Label("log-rank, trend", "log-rank趋势检验")


def report(answer: Data, question: Survival) -> Report:
    """The report of an answer with its "source"."""
    conventions = question.conventions
    blocks: list[Block] = [
        _counted(answer, question),
        _curves(answer, question),
        printed_figure.figure(answer, question),
    ]
    if answer["groups"]:
        blocks += list(_comparisons(answer, question))
    if answer["cox"]:
        blocks += [*printed_models.cox(answer, conventions), *printed_models.hazards(answer, conventions)]
    if answer["competing"]:
        blocks += list(printed_models.competing(answer, conventions))
    blocks += printed.not_computed(answer, _BLOCKS)
    title = Label("Survival analysis of {file}", "生存分析：{file}").fill(file=answer["source"]["file"])
    section = Section("survival", Label("Results", "结果"), tuple(blocks))
    return Report("survival", title, (section,), printed.provenance(answer, conventions))


_BLOCKS = {
    "rmst_difference": Label("Comparison of groups", "组间比较"),
    "cox": Label("Cox model", "Cox模型"),
    "cox.firth": Label("Cox model, Firth", "Cox模型（Firth法）"),
    "competing": Label("Competing risks", "竞争风险分析"),
    "competing.gray": Label("Gray's test", "Gray检验"),
    "competing.fine_gray": Label("Fine-Gray model", "Fine-Gray模型"),
}


def _counted(answer: Data, question: Survival) -> Paragraph:
    """How many cases, events and rows left out, and for want of what."""
    text = Label(
        "{n} cases with {events} events; {missing} rows lack a needed value and are left out{columns}.",
        "纳入{n}例，发生事件{events}例；{missing}行因缺少必需数据而剔除{columns}。",
    )
    missing = {column: answer["missing_by_column"][column] for column in question.needed}
    each = [both(f"{column} {count}") for column, count in missing.items() if count]
    columns = Label(" (missing: {each})", "（缺失：{each}）").fill(each=joined(each)) if each else both("")
    counts = {
        name: typeset.number(answer[name], 0, question.conventions) for name in ("n", "events", "missing")
    }
    return Paragraph("counted", (Part(text.fill(columns=columns, **counts)),))


def _groups(answer: Data) -> list[Data]:
    return [answer["overall"], *answer["groups"]]


def _decimals(answer: Data) -> int:
    return printed.time_decimals([point["time"] for point in answer["overall"]["curve"]])


def _curves(answer: Data, question: Survival) -> Table:
    """Every group in a column: counts, quantiles, means, landmark rates, follow-up."""
    conventions, decimals, groups = question.conventions, _decimals(answer), _groups(answer)
    rows = [
        Row(id, label, tuple(printed.number_cell(group[id], 0, conventions) for group in groups))
        for id, label in (("n", Label("Cases", "例数")), ("events", Label("Events", "事件数")))
    ]
    for id, label, more, of in _times(conventions):
        named = _to_tau(label, answer, decimals, conventions)
        cells = (printed.interval_cell(of(group), decimals + more, conventions) for group in groups)
        rows.append(Row(id, named, tuple(cells)))
    for place, time in enumerate(question.landmarks):
        cells = (_landmark(group["landmarks"][place], conventions) for group in groups)
        rows.append(Row(f"landmark-{place}", _RATE.fill(time=f"{time:g}"), tuple(cells)))
    absent = printed.reason_notes(of(group) for *_, of in _times(conventions) for group in groups)
    notes = printed.as_notes([*methods(conventions, "median", "rates", "rounding"), _FOLLOW_UP, *absent])
    title = Label("Survival", "生存情况")
    stub = both(question.group) if question.group else GROUP
    return Table("curves", title, tuple(map(level_label, groups)), tuple(rows), stub, notes)


def _times(conventions: Conventions) -> Iterator[tuple[str, Label, int, Callable[[Data], Data]]]:
    """Every time that is estimated: id, label, decimals more than those of the times, and where it stands."""
    method = conventions.median_interval
    follow = "log-log" if method == "spss" else method
    for id, label, p in (("median", _MEDIAN, "0.5"), ("q25", _LOWER, "0.25"), ("q75", _UPPER, "0.75")):
        yield id, label, 0, lambda group, p=p: group["quantiles"][method][p]
    yield "rmst", _RMST, 1, lambda group: group["rmst"]
    yield "mean", _MEAN, 1, lambda group: group["mean_spss"]
    yield "follow-up", _FOLLOWED, 0, lambda group: group["follow_up"][follow]["0.5"]


_MEDIAN = Label("Median", "中位生存时间")
_LOWER = Label("25% had the event by", "25%发生事件的时间")
_UPPER = Label("75% had the event by", "75%发生事件的时间")
_MEAN = Label("Mean, as in SPSS", "平均生存时间（同SPSS）")
_FOLLOWED = Label("Median follow-up", "中位随访时间")
_RMST = Label("Restricted mean to {time}", "限制性平均生存时间（至{time}）")
_RATE = Label("Rate at {time}, number at risk", "{time}时生存率，风险人数")
_FOLLOW_UP = Label(
    "The median follow-up is by reverse Kaplan-Meier; the restricted mean has Greenwood's variance.",
    "中位随访时间采用反向Kaplan-Meier法；限制性平均生存时间的方差按Greenwood公式。",
)


def _to_tau(text: Label, answer: Data, decimals: int, conventions: Conventions) -> Label:
    tau = answer["tau"]
    return text.fill(time="—" if tau is None else typeset.number(tau, decimals, conventions))


def _landmark(landmark: Data, conventions: Conventions) -> Cell:
    rate = printed.rate_cell(landmark["survival"][conventions.rate_interval], conventions)
    at_risk = typeset.number(landmark["at_risk"], 0, conventions)
    return Cell((*rate.parts, Part(Label(f", {at_risk.en}", f"\uff0c{at_risk.zh}"))), rate.numbers)


def _comparisons(answer: Data, question: Survival) -> Iterator[Block]:
    conventions = question.conventions
    tests = [(survival.WEIGHTS.get(test["name"], TREND), test) for test in answer["tests"]]
    stratified = [_STRATIFIED.fill(column=question.strata)] if question.strata else []
    title = Label("Tests between groups", "组间检验")
    yield printed.test_table("tests", title, tests, conventions, stratified)
    if answer["pairwise"]:
        yield _pairs(answer, conventions)
    if answer["rmst_difference"]:
        yield _differences(answer, conventions)


_STRATIFIED = Label("Stratified by {column}.", "按{column}分层。")
_ADJUSTED = {
    "holm": Label("P, Holm", "P值（Holm校正）"),
    "bh": Label("P, Benjamini-Hochberg", "P值（BH校正）"),
}


def _between(pair: Data) -> Label:
    return Label("{first} and {second}", "{first}与{second}").fill(first=pair["first"], second=pair["second"])


def _pairs(answer: Data, conventions: Conventions) -> Table:
    rows = tuple(
        Row(
            f"pair-{place}",
            _between(pair),
            (*printed.test_cells(pair, conventions), printed.p_cell(pair["p_adjusted"], conventions)),
        )
        for place, pair in enumerate(answer["pairwise"])
    )
    headings = (printed.STATISTIC, printed.DEGREES, printed.P, _ADJUSTED[conventions.multiplicity])
    return Table(
        "pairwise", Label("Log-rank test by pairs", "两两比较（log-rank检验）"), headings, rows, GROUP
    )


def _differences(answer: Data, conventions: Conventions) -> Table:
    decimals = _decimals(answer) + 1
    rows = tuple(
        Row(
            f"difference-{place}",
            Label("{first} minus {second}", "{first}减{second}").fill(
                first=one["first"], second=one["second"]
            ),
            (printed.interval_cell(one, decimals, conventions), printed.p_cell(one["p"], conventions)),
        )
        for place, one in enumerate(answer["rmst_difference"]["all"])
    )
    title = _to_tau(
        Label("Difference of restricted means to {time}", "限制性平均生存时间之差（至{time}）"),
        answer,
        decimals - 1,
        conventions,
    )
    notes = printed.as_notes(
        REASONS[one["reason"]].sentence for one in answer["rmst_difference"]["all"] if one["reason"]
    )
    return Table("rmst", title, (Label("Difference", "差值"), printed.P), rows, GROUP, notes)
