"""Reading a cohort: the patients of a definition that the caller may see, as one Dataset."""

from __future__ import annotations

import gc
from collections import defaultdict, namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice, repeat
from math import nan
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pandas as pd
from django.db.models import OuterRef, QuerySet, Subquery

from analysis.cohort.case import Case
from analysis.cohort.columns import COLUMNS, FAMILIES, Entry, Family
from analysis.cohort.definition import Definition
from analysis.cohort.tables import PATIENT, Streams
from analysis.dataset import Column, Dataset
from registry.case import INDEX_OPERATION
from registry.labels import Label
from registry.models import Centre, Change, Operation, Patient
from registry.standing import in_lists

CASES_AT_ONCE = 1_000
EPOCH = date(1970, 1, 1).toordinal()
PatientRow = namedtuple("PatientRow", ("patient_id", *PATIENT))
CENTRE = Column("centre", Label("Centre", "中心"), "category")
CASE_NAME, CENTRE_KEY = "patient.patient_uid", "patient.centre_id"

# What a case is asked for: its single rows whole, and everything derived.
ROWS = ("patient", "diagnosis", "assessment", "operation", "postop", "death")
ASKED = ROWS + tuple(
    one.path for one in (*COLUMNS, *FAMILIES) if not one.path.startswith(tuple(f"{name}." for name in ROWS))
)
NOBODY = defaultdict(tuple)  # nobody answers anything


class LatestChange(NamedTuple):
    """The newest entry of the registry's history; None in an untouched registry."""

    id: int | None
    at: datetime | None


def latest_change(centres: Iterable[Centre]) -> LatestChange:
    """How far the history of these centres reaches: two reports of the same state say the same."""
    # The end of an index for each centre: a join would read the whole trail under row-level security.
    of_centre = Change.objects.filter(centre_id=OuterRef("pk")).order_by("-id")
    newest = Centre.objects.filter(pk__in=[one.pk for one in centres]).annotate(
        newest=Subquery(of_centre.values("id")[:1]), changed_at=Subquery(of_centre.values("at")[:1])
    )
    found = newest.exclude(newest=None).order_by("-newest").values_list("newest", "changed_at")
    return LatestChange(*(found.first() or (None, None)))


def load(definition: Definition, centres: Iterable[Centre]) -> Dataset:
    """The cases of `definition` in `centres`, those that the caller may see; no centre, no case.

    Withdrawn cases, those that were found not eligible, and those whose patient refused or withdrew the
    use of the data, are left out. All queries see the same moment where the caller's transaction does
    (registry/context.py, `one_state`).
    """
    scope = {
        centre.pk: centre
        for centre in centres
        if not definition.centres or centre.centre_id in definition.centres
    }
    ask = attrgetter(*ASKED)
    with _collector_paused(), closing(_cases(definition, list(scope))) as cases:
        asked = map(ask, cases)
        blocks = []
        while answers := list(islice(asked, CASES_AT_ONCE)):
            blocks.append(encoded(_by_path(answers), scope))
    return tabulate(blocks, scope)


def _by_path(answers: list[tuple]) -> dict[str, Sequence]:
    """What cases answer at each path; the answers of a row of the record are taken out together."""
    found: dict[str, Sequence] = dict(zip(ASKED, zip(*answers, strict=True), strict=True))
    for section in ROWS:
        rows = found.pop(section)
        columns = zip(rows[0]._fields, zip(*rows, strict=True), strict=True)
        found |= {f"{section}.{name}": column for name, column in columns}
    return found


def study_numbers(case_ids: Iterable[str], centres: Iterable[Centre]) -> dict[str, str]:
    """The centre's own number of each of these cases, for a list that leads to the cases.

    It is no column: what goes into an analysis never names a patient to the hospital.
    """
    found = Patient.objects.filter(patient_uid__in=list(case_ids), centre__in=list(centres))
    known = found.only("patient_uid", "local_study_id", "centre")
    return {patient.patient_uid: patient.local_study_id for patient in known}


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
    return in_lists(found).order_by("pk").values_list("pk", *PATIENT)


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


Scope = Mapping[int, Centre]


@dataclass(frozen=True)
class Block:
    """Some cases as plain numbers: what their answers take in memory can go before the next are read."""

    ids: Sequence[str]
    columns: list[np.ndarray]  # the centre and each of COLUMNS: numbers, days, flags, places of levels
    families: list[np.ndarray]  # for each of FAMILIES one row for a case, one column for a code


def encoded(answers: Mapping[str, Sequence], scope: Scope) -> Block:
    """What some cases answer, by the paths of the columns."""
    return Block(
        answers[CASE_NAME],
        [_encoded(entry, answers[entry.path]) for entry in _entries(scope)],
        [_spread(family, answers[family.path]) for family in FAMILIES],
    )


def tabulate(blocks: Sequence[Block], scope: Scope) -> Dataset:
    """One table of the cases of all blocks; without any it has the same columns and types."""
    blocks = [encoded(NOBODY, scope), *blocks]
    columns, arrays = [], []
    for entry, parts in zip(_entries(scope), zip(*(one.columns for one in blocks), strict=True), strict=True):
        columns.append(entry.column)
        arrays.append(_typed(entry.column, np.concatenate(parts)))
    for family, parts in zip(FAMILIES, zip(*(one.families for one in blocks), strict=True), strict=True):
        columns += family.columns()
        arrays += map(_flags, np.concatenate(parts).T)
    frame = pd.DataFrame(dict(zip((column.name for column in columns), arrays, strict=True)))
    ids = np.array([case for block in blocks for case in block.ids], dtype=object)
    return Dataset(frame, {column.name: column for column in columns}, ids)


def _entries(scope: Scope) -> tuple[Entry, ...]:
    levels = tuple((centre.centre_id, centre.name) for centre in scope.values())
    return (Entry(replace(CENTRE, levels=levels), CENTRE_KEY, places=tuple(scope)), *COLUMNS)


def _encoded(entry: Entry, values: Sequence) -> np.ndarray:
    """The values as numbers; what the kind of the column does not know is missing."""
    kind = entry.column.kind
    if kind == "number":
        numbers = np.array(values, dtype="float64")
        return entry.scale(numbers) if entry.scale else numbers
    if kind == "date":
        return np.array([nan if day is None else day.toordinal() - EPOCH for day in values], dtype="float64")
    if kind == "flag":
        return _looked_up(entry.flags, values, nan, "float64")
    keys = entry.places or [code for code, _ in entry.column.levels]
    return _looked_up({key: place for place, key in enumerate(keys)}, values, -1, "int16")


def _typed(column: Column, values: np.ndarray) -> np.ndarray | pd.api.extensions.ExtensionArray:
    """The numbers in the type of the column's kind."""
    if column.kind == "date":
        return _days(values)
    if column.kind == "flag":
        return _flags(values)
    if column.kind == "category":
        return pd.Categorical.from_codes(values, categories=[code for code, _ in column.levels])
    return values


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
