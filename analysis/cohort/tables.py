"""What is read of the record: one flat query for each table, only the columns that are used.

Nothing that is computed from them depends on the order of a patient's rows, so none is asked for.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence
from functools import partial
from math import inf

from django.db import connection

from registry import models
from registry.case import INDEX_OPERATION
from registry.definitions import READS

ROWS_AT_ONCE = 10_000
END = (inf,)  # behind the last row: later than every patient

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
    return f"SELECT {columns} FROM {table} WHERE patient_id = ANY(%s){index_only} ORDER BY patient_id"


def _stream(section: str, patient_ids: Sequence[int]) -> Iterator[tuple]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement(section), [patient_ids])
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


class Rows:
    """The rows of one table, handed out patient by patient in ascending order.

    Read as a stream beside the other tables, so that the whole registry is never in memory.
    """

    def __init__(self, section: str, patient_ids: Sequence[int]):
        row = namedtuple(READ[section][0].__name__, ("patient_id", *columns_of(section)))
        self.blank = row(*(None,) * len(row._fields))
        self._named = partial(tuple.__new__, row)  # as row._make, without a call in Python for each row
        self._stream = _stream(section, patient_ids)
        self._next = next(self._stream, END)

    def of(self, patient_id: int) -> list:
        """The rows of this patient; patients are asked for in ascending order."""
        found = []
        row = self._next
        while row[0] <= patient_id:
            if row[0] == patient_id:
                found.append(self._named(row))
            row = next(self._stream, END)
        self._next = row
        return found

    def one(self, patient_id: int):
        """The row of a single-row section, every answer None where it was not entered."""
        row = self._next
        if row[0] == patient_id:
            self._next = next(self._stream, END)
            return self._named(row)
        found = self.of(patient_id)
        return found[0] if found else self.blank

    def close(self) -> None:
        """Give the database's cursor back; one that is left open breaks a later transaction."""
        self._stream.close()
