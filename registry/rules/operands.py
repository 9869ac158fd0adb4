"""What an answer allows: the days of a partial date, the numbers behind a comparator.

A rule is broken only if every day that a partial date could mean breaks it, and every number
that a comparator allows. So rules compare the ends of what is possible, never the stored value.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal as Exact
from itertools import takewhile
from typing import TypeVar

from django.db import models

from registry.case import REPEATED, SINGLE
from registry.fields import Day, answers
from registry.models import Patient

UNKNOWN = "unknown"
SECTIONS: dict[str, type[models.Model]] = {"patient": Patient, **SINGLE, **REPEATED}
DATES: tuple[tuple[str, str], ...] = tuple(
    (section, field.name)
    for section, model in SECTIONS.items()
    for field in answers(model)
    if isinstance(field, Day)
)
"""Every date of the record, as section and field."""

Span = tuple[date, date]
Number = int | Exact
Bounds = tuple[Number, Number]
Row = TypeVar("Row", bound=models.Model)


def known(value: object) -> bool:
    """The question was answered, and not with "unknown"."""
    if isinstance(value, list | tuple):
        return bool(value) and UNKNOWN not in value
    return value not in (None, "", UNKNOWN)


def entered(row: models.Model) -> bool:
    """Any question of the row was answered; a row typed into a form need not be stored yet."""
    return any(getattr(row, field.attname) not in (None, "", []) for field in answers(type(row)))


def span(row: models.Model, name: str) -> Span | None:
    """The first and the last day that the date `name` of `row` can mean."""
    day = getattr(row, name)
    if day is None:
        return None
    precision = getattr(row, f"{name}_prec", None) or row._meta.get_field(name).precision
    if precision == "y":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if precision == "m":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day, day


def days_between(start: Span | None, end: Span | None) -> tuple[int, int] | None:
    """The least and the most days from `start` to `end` that both dates allow."""
    if start is None or end is None:
        return None
    return (end[0] - start[1]).days, (end[1] - start[0]).days


def bounds(row: models.Model, name: str) -> Bounds | None:
    """The least and the greatest number that the answer `name` of `row` allows.

    "≥ 90" allows 90 up to the hard limit of the field, "< 3" with one decimal up to 2.9;
    "about 10" is taken as 10.
    """
    value = getattr(row, name)
    if value is None:
        return None
    field = row._meta.get_field(name)
    low, high = field.hard or (Exact("-Infinity"), Exact("Infinity"))
    step = Exact(1).scaleb(-field.places) if field.places else 1
    return {
        "lt": (low, value - step),
        "le": (low, value),
        "gt": (value + step, high),
        "ge": (value, high),
    }.get(getattr(row, f"{name}_cmp", None), (value, value))


def total(*parts: Bounds | None) -> Bounds | None:
    """The bounds of a sum; None if a part is missing."""
    if any(part is None for part in parts):
        return None
    return sum(part[0] for part in parts), sum(part[1] for part in parts)


def rows_before(rows: Iterable[Row], row: Row) -> Iterator[Row]:
    """The rows listed before this one (typed rows are not stored, so identity tells them apart)."""
    return takewhile(lambda one: one is not row, rows)
