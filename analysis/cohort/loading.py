"""Reading a cohort: the patients of a definition that the caller may see, as one Dataset."""

from __future__ import annotations

import gc
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime
from itertools import repeat
from math import nan
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pandas as pd
from django.db import connection, transaction
from django.db.models import QuerySet

from analysis.cohort.case import Case
from analysis.cohort.columns import COLUMNS, FAMILIES, Entry, Family
from analysis.cohort.definition import Definition
from analysis.cohort.tables import PATIENT, Streams
from analysis.dataset import Column, Dataset
from registry.case import INDEX_OPERATION
from registry.labels import Label
from registry.models import Centre, Change, Operation, Patient

EPOCH = date(1970, 1, 1).toordinal()
PatientRow = namedtuple("PatientRow", ("patient_id", *PATIENT))
CENTRE = Column("centre", Label("Centre", "中心"), "category")


class LatestChange(NamedTuple):
    """The newest entry of the registry's history; None in an untouched registry."""

    id: int | None
    at: datetime | None


def latest_change() -> LatestChange:
    """How far the history reaches: two reports of the same state say the same."""
    newest = Change.objects.order_by("-id").values_list("id", "at").first()
    return LatestChange(*(newest or (None, None)))


def load(definition: Definition, centres: Iterable[Centre]) -> Dataset:
    """The cases of `definition` in `centres`, those that the caller may see; no centre, no case.

    Cases that were found not eligible, and those whose patient refused or withdrew the use of
    the data, are left out.
    """
    scope = {
        centre.pk: centre
        for centre in centres
        if not definition.centres or centre.centre_id in definition.centres
    }
    answers = []
    ask = attrgetter("patient.patient_uid", "patient.centre_id", *(one.path for one in (*COLUMNS, *FAMILIES)))
    with (
        _one_state_of_the_registry(),
        _collector_paused(),
        closing(_cases(definition, list(scope))) as cases,
    ):
        for case in cases:
            answers.append(ask(case))
        return tabulate(scope, answers)


def study_numbers(case_ids: Iterable[str], centres: Iterable[Centre]) -> dict[str, str]:
    """The centre's own number of each of these cases, for a list that leads to the cases.

    It is no column: what goes into an analysis never names a patient to the hospital.
    """
    found = Patient.objects.filter(patient_uid__in=list(case_ids), centre__in=list(centres))
    return dict(found.values_list("patient_uid", "local_study_id"))


def _cases(definition: Definition, centre_ids: list[int]) -> Iterator[Case]:
    if not centre_ids:
        return
    patients = [PatientRow._make(row) for row in _patients(definition, centre_ids)]
    with Streams([patient.patient_id for patient in patients]) as streams:
        for rows in zip(patients, *streams.by_section.values(), strict=True):
            case = Case(definition.as_of, *rows)
            if case.usable:
                yield case


def _patients(definition: Definition, centre_ids: list[int]) -> QuerySet:
    """The patients whose index operation lies in the period, in the order of their keys."""
    operated = Operation.objects.filter(op_no=INDEX_OPERATION, surgery_date__isnull=False)
    if definition.start:
        operated = operated.filter(surgery_date__gte=definition.start)
    ends = [day for day in (definition.end, definition.as_of) if day]
    if ends:
        operated = operated.filter(surgery_date__lte=min(ends))
    found = Patient.objects.filter(centre_id__in=centre_ids, pk__in=operated.values("patient_id"))
    return found.order_by("pk").values_list("pk", *PATIENT)


@contextmanager
def _one_state_of_the_registry() -> Iterator[None]:
    """All queries inside see the same moment, unless the caller's own transaction goes on."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collection inside: a million live rows are no garbage, and looking takes time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def tabulate(scope: Mapping[int, Centre], answers: Sequence[tuple]) -> Dataset:
    """One table from the answers of each case: its name, the key of its centre in `scope`, then one
    answer for each of COLUMNS and each of FAMILIES.
    """
    given = zip(*answers, strict=True) if answers else iter([()] * (2 + len(COLUMNS) + len(FAMILIES)))
    ids, centre_keys = next(given), next(given)
    levels = tuple((centre.centre_id, centre.name) for centre in scope.values())
    centre = Entry(replace(CENTRE, levels=levels), "")
    columns = [centre.column]
    arrays = [_array(centre, [scope[key].centre_id for key in centre_keys])]
    for entry in COLUMNS:
        columns.append(entry.column)
        arrays.append(_array(entry, next(given)))
    for family in FAMILIES:
        columns += family.columns()
        arrays += map(_flags, _spread(family, next(given)).T)
    frame = pd.DataFrame(dict(zip((column.name for column in columns), arrays, strict=True)))
    return Dataset(frame, {column.name: column for column in columns}, np.array(ids, dtype=object))


def _array(entry: Entry, values: Sequence) -> np.ndarray | pd.api.extensions.ExtensionArray:
    """The values in the type of the column's kind; what the kind does not know is missing."""
    column = entry.column
    if column.kind == "number":
        numbers = np.array(values, dtype="float64")
        return entry.scale(numbers) if entry.scale else numbers
    if column.kind == "date":
        days = [nan if value is None else value.toordinal() - EPOCH for value in values]
        return _days(np.array(days, dtype="float64"))
    if column.kind == "flag":
        return _flags(_looked_up(entry.flags, values, nan, "float64"))
    position = {code: place for place, (code, _) in enumerate(column.levels)}
    return pd.Categorical.from_codes(_looked_up(position, values, -1, "int16"), categories=list(position))


def _looked_up(meaning: Mapping, values: Sequence, missing: float, dtype: str) -> np.ndarray:
    return np.fromiter(map(meaning.get, values, repeat(missing)), dtype, len(values))


def _days(since_1970: np.ndarray) -> np.ndarray:
    known = ~np.isnan(since_1970)
    days = np.full(since_1970.size, "NaT", dtype="datetime64[D]")
    days[known] = since_1970[known].astype("int64").astype("datetime64[D]")
    return days.astype("datetime64[ns]")


def _flags(values: np.ndarray) -> pd.arrays.IntegerArray:
    missing = np.isnan(values)
    return pd.arrays.IntegerArray(np.where(missing, 0, values).astype("int8"), missing)


def _spread(family: Family, answers: Sequence[tuple[float, ...]]) -> np.ndarray:
    """One column for each code. Equal answers are the same tuple, so each is looked at once."""
    place: dict[int, int] = {}
    distinct: list[tuple[float, ...]] = []
    rows = []
    for answer in answers:
        known = place.get(id(answer))
        if known is None:
            known = place[id(answer)] = len(distinct)
            distinct.append(answer)
        rows.append(known)
    table = np.array(distinct, dtype="float64").reshape(-1, len(family.codes.codes))
    return table[np.array(rows, dtype="int64")]
