"""A report as it may leave the centre: no count from 1 to 10 in it, and none that can be computed.

Every printed number of a report knows the sets of cases whose sizes it tells (Part.cases, Part.discloses).
What has to go is decided over all of them together, with what was released before, by
`suppression.protect`; this module takes the report apart into units and puts it together again.
Sets are kept in the order of printing, so that every process hides the same numbers.
Cases, unrounded numbers and the findings of the checks never leave: they tell more than is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from analysis.document import (
    Block,
    Cell,
    Curve,
    Figure,
    Note,
    Paragraph,
    Part,
    Provenance,
    Report,
    Section,
    StripRow,
    Table,
    cell_address,
)
from analysis.release import suppression
from registry.labels import Label, both

SUPPRESSED = Label("suppressed", "已隐去")
RULE = Label(
    "Counts from 1 to 10, and numbers from which such a count could be computed, are suppressed; curves are "
    "drawn at the marked times only.",
    "1~10例的计数以及可推算出此类计数的数值均已隐去；曲线仅在标注的时间点绘制。",
)
RULE_NAME = Label("Small numbers", "小数目规则")
TOO_FEW = Label(
    "This cohort is too small, or too like one that was released before: none of its numbers may leave.",
    "本队列例数过少，或与此前已导出的队列过于接近，任何数值均不得对外提供。",
)
TOO_FEW_FOR_CURVE = Label(
    "Too few patients are at risk, or have the event, between the times for a curve to leave the centre.",
    "各时间点之间的风险人数或事件数过少，曲线不得对外提供。",
)
SHOWS = Label("{title}, at times with enough patients.", "{title}，仅绘制例数足够的时间点。")
FEWEST_TICKS = 3
JOINS = 3  # a text of so few characters between two numbers belongs to both: " (", "/", ", "
# What of the provenance leaves; other facts may count few cases.
ORIGIN = ("made", "cohort", "cohort_hash", "latest_change", "conventions", "software")

Cases = frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """One unit of a report: its address, and the sets of cases whose sizes it tells."""

    address: str
    sets: tuple[Cases, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """What a report tells after it has left: the sets whose sizes are `told`, and all `sets` that must
    not be told or computed from what is: those of its numbers, and what their differences leave."""

    told: tuple[Cases, ...]
    sets: tuple[Cases, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The report without small numbers, the addresses of the units that it still tells, and what left."""

    report: Report
    shown: tuple[str, ...]
    left: Left


def for_release(report: Report, before: Sequence[Left] = ()) -> Outcome:
    """The report as it may leave the centre, when `before` has left already."""
    told = list(units(report))
    everyone = _everyone(told)
    sets = _all_sets(told, everyone)
    numbered = {cases: number for number, cases in enumerate(dict.fromkeys((everyone, *sets)))}
    for earlier in before:
        for cases in (*earlier.told, *earlier.sets):
            numbered.setdefault(cases, len(numbered))
    found = suppression.protect(
        _membership(list(numbered)),
        [frozenset(numbered[cases] for cases in one.sets) for one in told],
        [numbered[everyone]],
        {numbered[cases] for earlier in before for cases in earlier.told},
    )
    if found.withheld and everyone:
        return Outcome(_withheld(report), (), Left((), sets))
    hidden = {one.address for number, one in enumerate(told) if number in found.hidden}
    shown = [one for one in told if one.address not in hidden]
    left = Left(_in_order((everyone,), *(one.sets for one in shown)), sets)
    return Outcome(_without(report, hidden, len(everyone)), tuple(one.address for one in shown), left)


def left_by(report: Report, addresses: Iterable[str]) -> Left:
    """What a report told when these of its units left."""
    wanted, told = set(addresses), list(units(report))
    everyone = _everyone(told)
    found = [one.sets for one in told if one.address in wanted]
    return Left(_in_order((everyone,), *found) if wanted else (), _all_sets(told, everyone))


def _everyone(told: Sequence[Told]) -> Cases:
    return frozenset(case for one in told for cases in one.sets for case in cases)


def _in_order(*groups: Iterable[Cases]) -> tuple[Cases, ...]:
    """Each set once, where it first stands."""
    return tuple(dict.fromkeys(chain(*groups)))


def _all_sets(told: Sequence[Told], everyone: Cases) -> tuple[Cases, ...]:
    """The sets of all units, and what one leaves of another that is told beside it: 6 of 31 for "25/31"."""
    rests = (
        larger - smaller
        for one in told
        for larger in _in_order((everyone,), one.sets)
        for smaller in one.sets
        if smaller < larger
    )
    return _in_order(*(one.sets for one in told), rests)


def units(report: Report) -> Iterator[Told]:
    """The units of a report in printing order; those that tell no set of cases are left out."""
    remembered: dict[int, Cases] = {}
    for section in report.sections:
        for block in section.blocks:
            for address, parts in _places(block):
                sets = _in_order(_listed(cases, remembered) for part in parts for cases in _sources(part))
                if sets:
                    yield Told(address, sets)


def _sources(part: Part | Note) -> tuple[Callable[[], list[str]], ...]:
    own = getattr(part, "cases", None)
    return (*((own,) if own else ()), *part.discloses)


def _listed(cases: Callable[[], list[str]], remembered: dict) -> Cases:
    listed = frozenset(cases())
    return remembered.setdefault(listed, listed)


def _places(block: Block) -> Iterator[tuple[str, Sequence[Part | Note]]]:
    if isinstance(block, Paragraph):
        for number, run in enumerate(runs(block.parts)):
            yield f"{block.id}.run-{number}", run
        return
    if isinstance(block, Table):
        for row in block.rows:
            for position, cell in enumerate(row.cells):
                yield cell_address(block, row, position), cell.parts
    else:
        for number in range(len(block.ticks)):
            parts = [row.parts[number] for row in block.strip if number < len(row.parts)]
            yield f"{block.id}.tick-{number}", parts
    for number, note in enumerate(block.notes):
        yield f"{block.id}.note-{number}", (note,)


def runs(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts of running text, those together that print one statement: "81%", " (", "25", "/", "31"."""
    found: list[list[Part]] = []
    for part in parts:
        joins = len(part.text.en) <= JOINS and not _sources(part) and not _ends_sentence(part)
        if found and (_sources(part) or joins) and _is_open(found[-1]):
            found[-1].append(part)
        else:
            found.append([part])
    return found


def _is_open(run: Sequence[Part]) -> bool:
    """Whether the run has a number and has not ended in words."""
    last = run[-1]
    return any(map(_sources, run)) and (bool(_sources(last)) or len(last.text.en) <= JOINS)


def _ends_sentence(part: Part) -> bool:
    return part.text.en.strip() in (".", ";", "")


def _membership(sets: Sequence[Cases]) -> np.ndarray:
    cases = {case: place for place, case in enumerate(sorted(frozenset().union(*sets)))}
    found = np.zeros((len(sets), len(cases)), dtype=bool)
    for number, one in enumerate(sets):
        found[number, [cases[case] for case in one]] = True
    return found


# Putting the report together again


def _without(report: Report, hidden: set[str], n: int) -> Report:
    sections = tuple(
        replace(section, blocks=tuple(_block(block, hidden) for block in section.blocks))
        for section in report.sections
    )
    return replace(report, sections=sections, provenance=_provenance(report.provenance, n), findings=None)


def _withheld(report: Report) -> Report:
    section = Section("withheld", RULE_NAME, (Paragraph("withheld", (Part(TOO_FEW),)),))
    return replace(
        report, sections=(section,), provenance=_provenance(report.provenance, None), findings=None
    )


def _provenance(provenance: Provenance, n: int | None) -> Provenance:
    """What of the facts counts no cases; with the rule, and `n` unless it must not be told."""
    cases = SUPPRESSED if n is None else both(str(n))
    facts = [
        (key, name, cases if key == "cases" else value)
        for key, name, value in provenance.facts
        if key == "cases" or key in ORIGIN
    ]
    values = {key: value for key, value in provenance.values.items() if key in ORIGIN}
    values |= {"small_numbers": suppression.SMALL} | ({} if n is None else {"cases": n})
    return replace(provenance, facts=(*facts, ("small_numbers", RULE_NAME, RULE)), values=values)


def _block(block: Block, hidden: set[str]) -> Block:
    if isinstance(block, Paragraph):
        return _paragraph(block, hidden)
    kept = tuple(
        Note(note.text)
        for number, note in enumerate(block.notes)
        if f"{block.id}.note-{number}" not in hidden
    )
    return _table(block, hidden, kept) if isinstance(block, Table) else _figure(block, hidden, kept)


def _paragraph(block: Paragraph, hidden: set[str]) -> Paragraph:
    parts: list[Part] = []
    for number, run in enumerate(runs(block.parts)):
        if f"{block.id}.run-{number}" in hidden:
            parts += [Part(SUPPRESSED), *_after(run)]
        else:
            parts += [Part(part.text) for part in run]
    return replace(block, parts=tuple(parts))


def _after(run: Sequence[Part]) -> list[Part]:
    """What follows the last number of a run and is more than a bracket: a comma, a space."""
    last = max(place for place, part in enumerate(run) if _sources(part))
    return [Part(part.text) for part in run[last + 1 :] if ")" not in part.text.en]


def _table(block: Table, hidden: set[str], notes: tuple[Note, ...]) -> Table:
    rows = tuple(
        replace(
            row,
            cells=tuple(
                _cell(cell, cell_address(block, row, position) in hidden)
                for position, cell in enumerate(row.cells)
            ),
        )
        for row in block.rows
    )
    return replace(block, rows=rows, notes=notes)


def _cell(cell: Cell, is_hidden: bool) -> Cell:
    if is_hidden:
        return Cell((Part(SUPPRESSED),), {"suppressed": True})
    return Cell(tuple(Part(part.text) for part in cell.parts))


def _figure(block: Figure, hidden: set[str], notes: tuple[Note, ...]) -> Figure:
    """The curves at those ticks only whose numbers may be told."""
    last = max((curve.steps[-1][0] for curve in block.curves if curve.steps), default=0.0)
    kept = [
        number
        for number, tick in enumerate(block.ticks)
        if block.strip and f"{block.id}.tick-{number}" not in hidden and tick <= last
    ]
    alternative = SHOWS.fill(title=block.title)
    if len(kept) < FEWEST_TICKS:
        empty = block.empty or TOO_FEW_FOR_CURVE
        return replace(
            block, curves=(), strip=(), ticks=(0.0,), notes=(), alternative=alternative, empty=empty
        )
    ticks = tuple(block.ticks[number] for number in kept)
    strip = tuple(
        StripRow(row.label, tuple(Part(row.parts[number].text) for number in kept)) for row in block.strip
    )
    curves = tuple(_curve(curve, ticks) for curve in block.curves)
    return replace(block, curves=curves, strip=strip, ticks=ticks, notes=notes, alternative=alternative)


def _curve(curve: Curve, ticks: Sequence[float]) -> Curve:
    """The values at the ticks; when in between an event was, and who was censored, is not told."""
    return Curve(
        curve.label,
        tuple((tick, _at(curve.steps, tick)) for tick in ticks),
        tuple((tick, _at(curve.lower, tick)) for tick in ticks) if curve.lower else (),
        tuple((tick, _at(curve.upper, tick)) for tick in ticks) if curve.upper else (),
    )


def _at(steps: Sequence[tuple[float, float | None]], time: float) -> float | None:
    value = steps[0][1]
    for since, then in steps:
        if since > time:
            break
        value = then
    return value
