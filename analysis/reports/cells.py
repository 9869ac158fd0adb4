"""Cells of a table: the printed parts, each with its cases, and the unrounded numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from analysis import describe, survival, typeset
from analysis.document import Cell, Part
from analysis.estimate import REASONS, Estimate
from analysis.reports.source import Source, Which
from analysis.typeset import Piece
from registry.labels import Label

PATIENT, PATIENTS = Label(" patient", "例"), Label(" patients", "例")
NONE = Label("none", "无")

_MISSING = (Label(", ", ","), Label(" not known", "例不详"))
_LIMITS = (Label(", ", ","), Label(" recorded as a limit", "例以界限值记录"))

Form = Callable[..., tuple[Piece, ...]]


def everyone(source: Source) -> Cell:
    """The number of cases: "31 patients", "31例"."""
    return Cell(everyone_parts(source), {"n": len(source)})


def everyone_parts(source: Source) -> tuple[Part, ...]:
    unit = PATIENT if len(source) == 1 else PATIENTS
    return (count_part(source, source.everyone), Part(unit))


def count_part(source: Source, cases: np.ndarray) -> Part:
    """A bare count, linked to exactly the cases counted."""
    return source.part(typeset.number(int(cases.sum()), 0, source.conventions), cases)


def count(source: Source, which: Which) -> Cell:
    """A count without denominator: "27", "27例"; the numbers still tell the denominator."""
    counted, known = which.counted(source), which.known(source)
    if not known.any():
        return absent(source, which)
    parts = (count_part(source, counted), Part(typeset.CASES))
    return Cell((*parts, *missing_parts(source, which.missing(source))), share_numbers(source, which))


def share(source: Source, which: Which, form: Form = typeset.count_share_pieces) -> Cell:
    """A count with its percentage of the cases of known status, in one of typeset's forms."""
    counted, known = which.counted(source), which.known(source)
    if not known.any():
        return absent(source, which)
    parts = share_parts(source, counted, known, form)
    return Cell((*parts, *missing_parts(source, which.missing(source))), share_numbers(source, which))


def share_first(source: Source, which: Which) -> Cell:
    """The same with the percentage first: "81% (25/31)"."""
    return share(source, which, typeset.share_first_pieces)


def share_parts(source: Source, counted: np.ndarray, known: np.ndarray, form: Form) -> tuple[Part, ...]:
    pieces = form(int(counted.sum()), int(known.sum()), source.conventions)
    return _linked(source, pieces, {"count": (counted,), "percent": (counted, known), "total": (known,)})


def interval(source: Source, which: Which) -> Cell:
    """A count of the known with its confidence interval: "0/31 (95% CI 0–11.2%)"."""
    counted, known = which.counted(source), which.known(source)
    if not known.any():
        return absent(source, which)
    proportion = describe.proportion(int(counted.sum()), int(known.sum()), source.conventions)
    pieces = typeset.proportion_interval_pieces(proportion, source.conventions)
    cases = {"count": (counted,), "total": (known,), "interval": (known, counted)}
    parts = _linked(source, pieces, cases)
    numbers = share_numbers(source, which) | interval_numbers(proportion)
    return Cell((*parts, *missing_parts(source, which.missing(source))), numbers)


def none_or_count(source: Source, which: Which) -> Cell:
    """ "none" or a count of cases; the numbers carry the confidence interval."""
    counted, known = which.counted(source), which.known(source)
    if not known.any():
        return absent(source, which)
    proportion = describe.proportion(int(counted.sum()), int(known.sum()), source.conventions)
    printed = (
        (count_part(source, counted), Part(typeset.CASES)) if counted.any() else (source.part(NONE, counted),)
    )
    numbers = share_numbers(source, which) | interval_numbers(proportion)
    return Cell((*printed, *missing_parts(source, which.missing(source))), numbers)


def median(source: Source, which: Which, unit: Label | None = None) -> Cell:
    """Median and quartiles with unit; says how many values are missing or limits only."""
    name = which.column
    column, summary = source.data.columns[name], source.summary(name, which.asked(source))
    text = typeset.median_quartiles(
        summary, column.decimals, column.unit if unit is None else unit, source.conventions
    )
    missing = int(which.missing(source).sum())
    numbers = summary.numbers() | {"reason": summary.reasons.get("median"), "missing": missing}
    return Cell(_summary_parts(source, which, text), numbers)


def mean_sem(source: Source, name: str) -> Cell:
    """Mean and standard error, named as such: "(40±3)% (SEM)"."""
    column, summary = source.data.columns[name], source.summary(name)
    text = typeset.mean_sem(summary, column.decimals, column.unit, source.conventions)
    numbers = summary.numbers() | {"reason": summary.reasons.get("sem")}
    return Cell(_summary_parts(source, Which(name), text), numbers)


def _summary_parts(source: Source, which: Which, text: Label) -> tuple[Part, ...]:
    known = which.known(source)
    missing = missing_parts(source, which.missing(source)) if known.any() else ()
    return (source.part(text, known), *limit_parts(source, which.column), *missing)


def median_survival(source: Source, end_point: str) -> Cell:
    """Median survival in months with its interval."""
    estimate = survival.quantile(
        source.curve(end_point), 0.5, source.conventions.median_interval, source.conventions.level
    )
    return _estimate(source, end_point, estimate, typeset.months_interval, "median", 1)


def survival_rate(source: Source, end_point: str, months: float, *, with_interval: bool = False) -> Cell:
    """Survival at a time in percent."""
    estimate = survival.rate_at(
        source.curve(end_point), months, source.conventions.rate_interval, source.conventions.level
    )
    form = typeset.rate_interval if with_interval else typeset.rate
    until, at_risk = source.ended_by(end_point, months, event=True), source.followed_for(end_point, months)
    return _estimate(source, end_point, estimate, form, "percent", 100, until, at_risk)


def follow_up(source: Source, end_point: str) -> Cell:
    """Median follow-up by reverse Kaplan-Meier, in months."""
    estimate = survival.followup_quantile(source.curve(end_point), 0.5, source.conventions.level)
    return _estimate(source, end_point, estimate, typeset.months_interval, "median", 1)


def _estimate(
    source: Source,
    end_point: str,
    estimate: Estimate,
    form: Callable,
    name: str,
    unit: int,
    *disclosed: np.ndarray,
) -> Cell:
    """An estimate; its numbers have the estimate under `name`, and what goes with it in the same unit."""
    used = source.curve(end_point).used
    printed = source.part(form(estimate, source.conventions), used, *disclosed)
    parts = (printed, *missing_parts(source, ~used))
    numbers = estimate.numbers()
    for key in ("value", "lower", "upper", "se", "left_limit"):
        if numbers.get(key) is not None:
            numbers[key] *= unit
    numbers[name] = numbers.pop("value")
    return Cell(parts, numbers)


def absent(source: Source, which: Which) -> Cell:
    """What stands where no case has a recorded answer, or where the question arises for none."""
    reason = "no_values" if which.asked(source).any() else "no_cases"
    part = source.part(REASONS[reason].printed, which.known(source))
    missing = int(which.missing(source).sum())
    return Cell((part,), {"n": 0, "N": 0, "percent": None, "missing": missing, "reason": reason})


def share_numbers(source: Source, which: Which) -> dict[str, float | int | None]:
    n, total = int(which.counted(source).sum()), int(which.known(source).sum())
    return {
        "n": n,
        "N": total,
        "percent": _percent(n / total if total else None),
        "missing": int(which.missing(source).sum()),
    }


def interval_numbers(estimate: Estimate) -> dict[str, float | str | None]:
    """The interval of a share in percent, and how it was made."""
    return {
        "lower": _percent(estimate.lower),
        "upper": _percent(estimate.upper),
        "level": estimate.level,
        "method": estimate.method,
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def missing_parts(source: Source, missing: np.ndarray) -> tuple[Part, ...]:
    """ ", 2 not known" behind a number that could not use every case."""
    return _aside(source, missing, _MISSING)


def limit_parts(source: Source, name: str) -> tuple[Part, ...]:
    """ ", 3 recorded as a limit" behind a summary of values some of which are "≥20"."""
    bounded = f"{name}_bounded"
    if bounded not in source.data.columns:
        return ()
    return _aside(source, source.known(name) & (source.numbers(bounded) == 1), _LIMITS)


def _aside(source: Source, cases: np.ndarray, words: tuple[Label, Label]) -> tuple[Part, ...]:
    if not cases.any():
        return ()
    return (Part(words[0]), count_part(source, cases), Part(words[1]))


def _linked(
    source: Source, pieces: Iterable[Piece], cases: Mapping[str, tuple[np.ndarray, ...]]
) -> tuple[Part, ...]:
    return tuple(
        source.part(piece.text, *cases[piece.number]) if piece.number else Part(piece.text)
        for piece in pieces
    )
