"""Reading a cohort: the patients of a definition that the caller may see, as one Dataset."""

from __future__ import annotations

import gc
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime
from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd
from django.db import connection, transaction
from django.db.models import QuerySet

from analysis.cohort.case import FLAGS, Case
from analysis.cohort.columns import COLUMNS, FAMILIES, Family
from analysis.cohort.definition import Definition
from analysis.cohort.tables import PATIENT, READ, ROWS_AT_ONCE, Rows, patients_query
from analysis.dataset import Column, Dataset
from registry.case import INDEX_OPERATION
from registry.labels import Label
from registry.models import Centre, Change, Operation, Patient

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
    ids: list[str] = []
    centre_of: list[int] = []
    values: list[list] = [[] for _ in COLUMNS]
    families: list[list[tuple[float, ...]]] = [[] for _ in FAMILIES]
    asked = [
        (entry.value, answers.append)
        for entry, answers in zip((*COLUMNS, *FAMILIES), (*values, *families), strict=True)
    ]
    with (
        _one_state_of_the_registry(),
        _collector_paused(),
        closing(_cases(definition, list(scope))) as cases,
    ):
        for case in cases:
            ids.append(case.patient.patient_uid)
            centre_of.append(case.patient.centre_id)
            for value, keep in asked:
                keep(value(case))
        return tabulate(scope, ids, centre_of, values, families)


def study_numbers(case_ids: Iterable[str], centres: Iterable[Centre]) -> dict[str, str]:
    """The centre's own number of each of these cases, for a list that leads to the cases.

    It is no column: what goes into an analysis never names a patient to the hospital.
    """
    found = Patient.objects.filter(patient_uid__in=list(case_ids), centre__in=list(centres))
    return dict(found.values_list("patient_uid", "local_study_id"))


def _cases(definition: Definition, centre_ids: list[int]) -> Iterator[Case]:
    if not centre_ids:
        return
    patients = _patients(definition, centre_ids)
    with ExitStack() as streams:
        tables = {section: streams.enter_context(closing(Rows(section, patients))) for section in READ}
        rows = streams.enter_context(closing(patients_query(patients).iterator(chunk_size=ROWS_AT_ONCE)))
        for row in rows:
            case = Case(PatientRow._make(row), tables, definition.as_of)
            if case.usable:
                yield case


def _patients(definition: Definition, centre_ids: list[int]) -> QuerySet:
    """The keys of the patients whose index operation lies in the period."""
    found = Operation.objects.filter(
        op_no=INDEX_OPERATION, surgery_date__isnull=False, patient__centre_id__in=centre_ids
    )
    if definition.start:
        found = found.filter(surgery_date__gte=definition.start)
    ends = [day for day in (definition.end, definition.as_of) if day]
    if ends:
        found = found.filter(surgery_date__lte=min(ends))
    return found.values("patient_id")


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


def tabulate(
    scope: Mapping[int, Centre],
    ids: list[str],
    centre_of: list[int],
    values: list[list],
    families: list[list[tuple[float, ...]]],
) -> Dataset:
    """One table from the answers: `values` and `families` hold, for each of COLUMNS and FAMILIES,
    the answers of all cases; `centre_of` the key of each case's centre in `scope`.
    """
    levels = tuple((centre.centre_id, centre.name) for centre in scope.values())
    codes = [scope[key].centre_id for key in centre_of]
    centre = replace(CENTRE, levels=levels)
    columns, arrays = [centre], [_array(centre, codes)]
    for entry, answers in zip(COLUMNS, values, strict=True):
        columns.append(entry.column)
        arrays.append(_array(entry.column, answers))
    for family, answers in zip(FAMILIES, families, strict=True):
        columns += family.columns()
        arrays += map(_flags, _spread(family, answers).T)
    frame = pd.DataFrame(dict(zip((column.name for column in columns), arrays, strict=True)))
    return Dataset(frame, {column.name: column for column in columns}, np.array(ids, dtype=object))


def _array(column: Column, values: list) -> np.ndarray | pd.api.extensions.ExtensionArray:
    """The values in the type of the column's kind; what the kind does not know is missing."""
    if column.kind == "number":
        return np.array(values, dtype="float64")
    if column.kind == "date":
        return np.array(values, dtype="datetime64[D]").astype("datetime64[ns]")
    if column.kind == "flag":
        return _flags(np.array([FLAGS.get(value, nan) for value in values], dtype="float64"))
    position = {code: place for place, (code, _) in enumerate(column.levels)}
    places = np.array([position.get(value, -1) for value in values], dtype="int16")
    return pd.Categorical.from_codes(places, categories=list(position))


def _flags(values: np.ndarray) -> pd.arrays.IntegerArray:
    missing = np.isnan(values)
    return pd.arrays.IntegerArray(np.where(missing, 0, values).astype("int8"), missing)


def _spread(family: Family, answers: list[tuple[float, ...]]) -> np.ndarray:
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
