"""Checks of cells against one another: sums against totals, one fraction printed in one way, the figures."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from analysis.consistency.report.walk import Place, figures, places, said, tables, total_cases
from analysis.document import Cell, Curve, Figure, Finding, Report, Row, Table, cell_address
from registry.labels import Label, joined

TOLERANCE = 1e-9
LEAST_OF_EACH = 5  # events and censorings, before their times are compared
LATER = 1.5  # times: events that are later than this are a sign of swapped codes

# "81% (25/31)" and "25/31 (81%)" in running text and in cells, either width of bracket
SHARE_FIRST = re.compile(r"(\d+(?:\.\d+)?)% ?[(（](\d+)/(\d+)[)）]")
FRACTION_FIRST = re.compile(r"(?<![\d/])(\d+)/(\d+) ?[(（](\d+(?:\.\d+)?)%[)）]")

PRINTED_TWO_WAYS = Label(
    "{n}/{total} is printed in different ways: {ways}. One report follows one rounding rule.",
    "{n}/{total}在报告中有不同写法：{ways}。同一报告应采用同一修约规则。",
)
SUM_WRONG = Label(
    "{name}: the categories add up to {sum}, not to {total}.", "{name}：各类别合计{sum}，与总数{total}不符。"
)
TOTALS_DIFFER = Label(
    "{name}: the categories are counted among different totals ({totals}).",
    "{name}：各类别的总数不一致（{totals}）。",
)
MORE_THAN_CASES = Label(
    "{name}: {known} known and {missing} not known are more than the {total} patients of the report.",
    "{name}：有记录{known}例、不详{missing}例，合计超过报告的{total}例患者。",
)
MATRIX_SUM = Label(
    "{name}: the cells add up to {sum}, not to the {total} patients of the report.",
    "{name}：各单元格合计{sum}，与报告的{total}例患者不符。",
)
CURVE_RISES = Label(
    "{name}: the curve rises at {time}; survival cannot.", "{name}：曲线在{time}处上升，而生存率不可能上升。"
)
CURVE_OUTSIDE = Label(
    "{name}: the curve leaves the range from 0 to 1 at {time}.", "{name}：曲线在{time}处超出0～1的范围。"
)
TIME_NEGATIVE = Label("{name}: a negative time ({time}).", "{name}：出现负的时间（{time}）。")
TIME_ZERO = Label(
    "{name}: an event at time 0; check whether the event really happened on the day on which the clock "
    "starts.",
    "{name}：时间0处有事件；请核对事件是否确实发生在起始当日。",
)
EVENTS_LAST = Label(
    "{name}: events come later than censorings (middle of the event times {events}, of the censoring times "
    "{censored}) and the longest follow-up ends with an event. That is what events and censorings look like "
    "when their codes are swapped; check the event coding.",
    "{name}：事件普遍晚于删失（事件时间居中值{events}，删失时间居中值{censored}），且最长随访以事件结束；"
    "事件与删失编码颠倒时正是如此，请核对事件编码。",
)


def checks(report: Report) -> Iterator[Finding]:
    """What the cells say about each other, and the figures about themselves."""
    total = total_cases(report)
    every = list(places(report))
    yield from _printed_two_ways(report, every)
    for place in every:
        yield from _within(place, total)
        yield from _inner_sum(place)
    for table in tables(report):
        yield from _categories(table, every)
        yield from _matrix(table, total)
    for figure in figures(report):
        for curve in figure.curves:
            yield from _curve(figure, curve)


def _printed_two_ways(report: Report, every: Iterable[Place]) -> Iterator[Finding]:
    for language in ("en", "zh"):
        ways: dict[tuple[int, int], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for address, text in _texts(report, every, language):
            for printed, n, total in SHARE_FIRST.findall(text):
                ways[int(n), int(total)][f"{printed}%"].append(address)
            for n, total, printed in FRACTION_FIRST.findall(text):
                ways[int(n), int(total)][f"{printed}%"].append(address)
        for place in every:
            n, total = place.number("n"), place.number("N")
            printed = re.search(r"\d+(?:\.\d+)?%", place.share_text(language))
            if printed and n is not None and total is not None:
                ways[int(n), int(total)][printed.group()].append(place.address)
        found = {key: forms for key, forms in ways.items() if len(forms) > 1}
        for (n, total), forms in found.items():
            sentence = PRINTED_TWO_WAYS.fill(n=n, total=total, ways=joined([_plain(form) for form in forms]))
            addresses = dict.fromkeys(address for cells in forms.values() for address in cells)
            yield Finding("fraction_printed_two_ways", "warning", sentence, tuple(addresses))
        if found:
            return


def _plain(text: str) -> Label:
    return Label(text, text)


def _texts(report: Report, every: Iterable[Place], language: str) -> Iterator[tuple[str, str]]:
    for section in report.sections:
        for paragraph in section.paragraphs:
            yield paragraph.id, paragraph.text(language)
    for place in every:
        yield place.address, place.cell.text(language)


def _within(place: Place, total: int | None) -> Iterator[Finding]:
    known = place.number("N")
    if known is None or total is None:
        return
    missing = place.number("missing") or 0
    if known + missing > total:
        sentence = MORE_THAN_CASES.fill(
            name=place.name, known=said(known), missing=said(missing), total=said(total)
        )
        yield Finding("more_than_cases", "contradiction", sentence, (place.address,))


def _inner_sum(place: Place) -> Iterator[Finding]:
    """A cell that counts several categories at once: "14 male, 17 female" of N."""
    if "N" not in place.numbers or "n" in place.numbers:
        return
    counts = [
        value
        for name, value in place.numbers.items()
        if name not in ("N", "missing") and isinstance(value, int) and not isinstance(value, bool)
    ]
    total = place.number("N")
    if len(counts) > 1 and total is not None and sum(counts) != total:
        sentence = SUM_WRONG.fill(name=place.name, sum=sum(counts), total=said(total))
        yield Finding("categories_against_total", "contradiction", sentence, (place.address,))


def _categories(table: Table, every: Iterable[Place]) -> Iterator[Finding]:
    """The rows under a heading exclude each other where their ids continue its own: sex, sex-m, sex-f."""
    by_heading: dict[str, list[Place]] = defaultdict(list)
    headings: dict[str, Row] = {}
    own = {place.address: place for place in every if place.table is table}
    heading: Row | None = None
    for row in table.rows:
        if row.level == 0:
            heading = row if not row.cells else None
        elif heading is not None and row.id.startswith(f"{heading.id}-") and not row.id.endswith("-missing"):
            headings[heading.id] = heading
            by_heading[heading.id] += [
                own[cell_address(table, row, position)] for position in range(len(row.cells))
            ]
    for id, cells in by_heading.items():
        yield from _sum(headings[id].label, cells, len(table.columns))


def _sum(name: Label, cells: list[Place], columns: int) -> Iterator[Finding]:
    for column in range(columns):
        counted = [
            place
            for place in cells
            if place.address.endswith(f".{column}") and place.number("n") is not None and place.number("N")
        ]
        addresses = tuple(place.address for place in counted)
        totals = sorted({int(place.number("N") or 0) for place in counted})
        if len(totals) > 1:
            sentence = TOTALS_DIFFER.fill(name=name, totals=", ".join(map(str, totals)))
            yield Finding("categories_against_total", "contradiction", sentence, addresses)
        elif totals and sum(int(place.number("n") or 0) for place in counted) != totals[0]:
            added = sum(int(place.number("n") or 0) for place in counted)
            sentence = SUM_WRONG.fill(name=name, sum=added, total=totals[0])
            yield Finding("categories_against_total", "contradiction", sentence, addresses)


def _matrix(table: Table, total: int | None) -> Iterator[Finding]:
    """A table of bare counts in two directions holds every patient once."""
    cells = [cell for row in table.rows for cell in row.cells]
    if total is None or len(table.columns) < 2 or not cells or not all(map(_is_bare_count, cells)):
        return
    added = sum(int(cell.numbers["n"]) for cell in cells)
    if added != total:
        sentence = MATRIX_SUM.fill(name=table.title, sum=added, total=said(total))
        yield Finding("matrix_against_total", "contradiction", sentence, (table.id,))


def _is_bare_count(cell: Cell) -> bool:
    return set(cell.numbers) == {"n"} and isinstance(cell.numbers["n"], int)


def _curve(figure: Figure, curve: Curve) -> Iterator[Finding]:
    def finding(key: str, severity: str, sentence: Label, time: float = 0.0) -> Finding:
        return Finding(key, severity, sentence.fill(name=curve.label, time=said(time)), (figure.id,))

    times = [time for time, _ in (*curve.steps, *curve.censored)]
    if times and min(times) < 0:
        yield finding("time_not_positive", "contradiction", TIME_NEGATIVE, min(times))
    outside = next((time for time, value in curve.steps if not -TOLERANCE <= value <= 1 + TOLERANCE), None)
    if outside is not None:
        yield finding("curve_outside", "contradiction", CURVE_OUTSIDE, outside)
    rising = next(
        (after for before, after in pairwise(curve.steps) if after[1] > before[1] + TOLERANCE), None
    )
    if rising is not None:
        yield finding("rate_rises", "contradiction", CURVE_RISES, rising[0])
    if any(time == 0 and value < 1 - TOLERANCE for time, value in curve.steps):
        yield finding("time_not_positive", "warning", TIME_ZERO)
    yield from _late_events(figure, curve)


def _late_events(figure: Figure, curve: Curve) -> Iterator[Finding]:
    falls = [after[0] for before, after in pairwise(curve.steps) if after[1] < before[1]]
    marks = [time for time, _ in curve.censored]
    if min(len(falls), len(marks)) < LEAST_OF_EACH or falls[-1] < max(marks):
        return
    event, mark = (sorted(times)[len(times) // 2] for times in (falls, marks))
    if event > LATER * mark and curve.steps[-1][1] <= TOLERANCE:
        sentence = EVENTS_LAST.fill(name=curve.label, events=said(event), censored=said(mark))
        yield Finding("event_coding", "warning", sentence, (figure.id,))
