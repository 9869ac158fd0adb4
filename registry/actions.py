"""Writes that touch more than one row. Each is one transaction, in the name of somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import OperationalError, connection, models, transaction
from psycopg.errors import DeadlockDetected

from registry.context import give_reason
from registry.forms.editing import SectionEdit
from registry.forms.record import RecordForm
from registry.models import CLINICAL, Change, Patient, Remark
from registry.reasons import ADDED, NoReason
from registry.versions import newest_change

Done = TypeVar("Done")
TRIES = 5


def lock_case(patient: Patient, tables: Iterable[type[models.Model]] | None = None) -> None:
    """Let one person at a time save a case: whoever comes second waits, then is told. From here on the
    rows of these tables (all of them where none are named) stay as they are, whoever writes, by plain
    SQL too.

    First the rows, then the patient: who changes a row without asking here has locked it before the
    database looks at its patient, and the same order cannot end in a deadlock.
    """
    named = [*(CLINICAL if tables is None else tables), Remark]
    rows = sorted({one._meta.db_table for one in named} - {Patient._meta.db_table})
    locks = [f'SELECT 1 FROM "{name}" WHERE patient_id = %s ORDER BY id FOR UPDATE' for name in rows]
    locks.append(f'SELECT 1 FROM "{Patient._meta.db_table}" WHERE id = %s FOR UPDATE')
    with connection.cursor() as cursor:
        cursor.execute("; ".join(locks), [patient.pk] * len(locks))


def again_after_a_deadlock(work: Callable[[], Done]) -> Done:
    """Do something that may have to wait for others; anew where the database had to break a circle of
    waiting, with nothing of the broken try left behind."""
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected) or not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


@transaction.atomic
def open_case(form: RecordForm) -> Patient:
    """Store the patient section of somebody new to the registry."""
    form.instance.save()
    kept = form.remarks_to_keep()
    Remark.objects.bulk_create(
        Remark(patient=form.instance, table="patient", row_id=form.instance.pk, field=f, kind=k, content=c)
        for f, k, c in kept
    )
    return form.instance


@transaction.atomic
def save_section(edit: SectionEdit) -> None:
    """Store everything typed in one section: its rows, those taken away, and the remarks. Raises
    NoReason if that alters what stands in a section that was complete, and nobody says why."""
    unexplained = edit.why.needed and not edit.why.text
    before = newest_change(edit.case.patient) if unexplained else 0
    if edit.why.needed or edit.why.text:
        give_reason(edit.why.text or ADDED)
    for row in edit.rows:
        if row.removed and row.form.instance.pk:
            _drop(row.form)
    for form in edit.forms:
        if form.is_blank and (form.instance.pk is None or edit.section.optional):
            if form.instance.pk:
                _drop(form)
            continue
        _store(form)
    if unexplained and _alters(edit.case.patient, before):
        raise NoReason


def _alters(patient: Patient, before: int) -> bool:
    """Whether anything after this change did more than to add rows, with the remarks on them."""
    changes = Change.objects.filter(patient_id=patient.pk, id__gt=before)
    found = list(changes.values_list("table_name", "row_id", "operation", "changes"))
    remarks = [changed for table, _, _, changed in found if table == Remark._meta.db_table]
    added = {row for table, row, operation, _ in found if table != Remark._meta.db_table}
    inserted = all(operation == "insert" for _, _, operation, _ in found)
    return not inserted or any(one["row_id"][1] not in added for one in remarks)


def _store(form: RecordForm) -> None:
    row = form.instance
    if row.pk:
        columns = [name for name in form._meta.fields if name in form.fields]
        companions = [c for name in columns for c in form.answers[name].companions]
        row.save(update_fields=columns + companions)
    else:
        row.save()
    _keep_remarks(form)


def _keep_remarks(form: RecordForm) -> None:
    """Make the remarks of the row's questions those that the form now gives, touching no others."""
    row, table = form.instance, form.instance._meta.model_name
    wanted = set(form.remarks_to_keep())
    present = {
        (one.field, one.kind, one.content): one
        for one in form.case.remarks
        if one.table == table and one.row_id == row.pk and one.field in form.answers
    }
    gone = [one.pk for key, one in present.items() if key not in wanted]
    if gone:
        Remark.objects.filter(pk__in=gone).delete()
    Remark.objects.bulk_create(
        Remark(patient=form.case.patient, table=table, row_id=row.pk, field=f, kind=k, content=c)
        for f, k, c in sorted(wanted - set(present))
    )


def _drop(form: RecordForm) -> None:
    """Take a row out of the record; the history keeps every answer it held."""
    row = form.instance
    Remark.objects.filter(table=row._meta.model_name, row_id=row.pk).delete()
    row.delete()
