"""What is read of the record: one flat query for each table, only the columns that are used.

Nothing that is computed from them depends on the order of a patient's rows, so none is asked for.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain

from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

from registry import models
from registry.case import INDEX_OPERATION, SINGLE
from registry.definitions import READS
from registry.operations.replica import reading_from

ROWS_AT_ONCE = 500
END = (None,)  # behind the last row: of no patient

# Section of the case → its table and the answers read of it: those that a column shows, and those
# that the definitions read. A comparator or precision comes along with its answer by itself.
READ: dict[str, tuple[type, tuple[str, ...]]] = {
    "consents": (models.Consent, ("id", "consent_status", "withdrawal_type")),
    "diagnosis": (
        models.Diagnosis,
        ("primary_site", "functional_status", "primary_status_at_index", *READS["diagnosis"]),
    ),
    "treatment_summary": (models.TreatmentSummary, ("prior_tx_none", "subs_none")),
    "prior_treatments": (models.PriorTreatment, READS["treatment"]),
    "assessment": (
        models.Assessment,
        (
            "height_cm",
            "weight_kg",
            "ecog",
            "asa",
            "cirrhosis",
            "hbsag",
            "liver_mets_count",
            "largest_met_cm",
            "lobar_distribution",
            "liver_burden_pct",
            "liver_burden_method",
            "frilling_type",
            "extrahepatic_disease",
        ),
    ),
    "operation": (
        models.Operation,
        (
            "surgery_date",
            "surgical_intent",
            "planned_debulking_pct",
            "approach_planned",
            "approach_final",
            "conversion",
            "op_time_min",
            "blood_loss_ml",
            "transfused_intraop",
            "transfused_periop",
            "pringle_used",
            "pringle_total_min",
            "n_mets_resected",
            "n_mets_ablated",
            "concomitant_primary_resection",
            "debulking_method",
            "debulking_basis",
            "residual_status",
            "residual_status_liver",
            "octreotide_prophylaxis",
            "haemodynamic_instability",
            "carcinoid_crisis",
            "intraop_incident_grade",
            "drain_placed",
            *READS["operation"],
        ),
    ),
    "specimens": (models.Specimen, READS["specimen"]),
    "postop": (
        models.PostopCourse,
        ("icu_admission", "reoperation", "readmitted_90d", *READS["postop"]),
    ),
    "complications": (models.Complication, ("comp_type", *READS["complication"])),
    "subsequent_therapies": (
        models.SubsequentTherapy,
        ("subs_category", "subs_guided_by_grade", *READS["therapy"]),
    ),
    "visits": (models.FollowupVisit, ("lost_to_followup", *READS["visit"])),
    "death": (models.Death, ("death_cause", *READS["death"])),
}
PATIENT = ("patient_uid", "centre_id", "sex", "birth_ym", "eligibility_confirmed", "synthetic")


def columns_of(section: str) -> tuple[str, ...]:
    """The columns read of a section: its answers, each with the comparator or precision behind it."""
    model, names = READ[section]
    found = []
    for name in names:
        found += [name, *getattr(model._meta.get_field(name), "companions", ())]
    return tuple(dict.fromkeys(found))


def statement(section: str) -> str:
    """The query for the rows of a section that belong to given patients, patient by patient."""
    model, quote = READ[section][0], connection.ops.quote_name
    columns = ", ".join(map(quote, ("patient_id", *columns_of(section))))
    index_only = f" AND op_no = {INDEX_OPERATION}" if issubclass(model, models.OperationRow) else ""
    table = quote(model._meta.db_table)
    return (
        f"SELECT {columns} FROM {table} WHERE patient_id = ANY(%s::bigint[]){index_only} ORDER BY patient_id"
    )


class Streams:
    """The rows of every table, patient by patient, side by side: the whole registry is never in memory.

    `by_section` has for each section an iterator that gives, for one of `patient_ids` after the other
    (ascending), the list of the patient's rows; in SINGLE sections the one row, all of whose answers
    are None where it was not entered.
    """

    def __init__(self, patient_ids: Sequence[int]):
        among = "{" + ",".join(map(str, patient_ids)) + "}"  # written once, not by the driver for each query
        with ExitStack() as cursors:
            record = connections[reading_from()]
            cursor_of = {name: cursors.enter_context(record.chunked_cursor()) for name in READ}
            self.by_section = {name: _rows(cursor_of[name], name, among, patient_ids) for name in READ}
            self._cursors = cursors.pop_all()

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, *_error: object) -> None:
        # a cursor that is left open would break a later transaction
        self._cursors.close()


def _rows(cursor: CursorWrapper, section: str, among: str, patient_ids: Sequence[int]) -> Iterator:
    row = namedtuple(READ[section][0].__name__, ("patient_id", *columns_of(section)))
    cursor.execute(statement(section), [among])
    stream = chain.from_iterable(iter(partial(cursor.fetchmany, ROWS_AT_ONCE), []))
    named = partial(tuple.__new__, row)  # as row._make, without a call in Python for each row
    if section in SINGLE:
        return _one_each(stream, named, patient_ids, row(*(None,) * len(row._fields)))
    return _grouped(stream, named, patient_ids)


def _grouped(stream: Iterator[tuple], named: Callable, patient_ids: Sequence[int]) -> Iterator[list]:
    row = next(stream, END)
    for patient_id in patient_ids:
        found = []
        while row[0] == patient_id:
            found.append(named(row))
            row = next(stream, END)
        yield found


def _one_each(
    stream: Iterator[tuple], named: Callable, patient_ids: Sequence[int], blank: tuple
) -> Iterator[tuple]:
    row = next(stream, END)
    for patient_id in patient_ids:
        if row[0] == patient_id:
            yield named(row)
            row = next(stream, END)
        else:
            yield blank
