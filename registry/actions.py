"""Writes that touch more than one row. Each is one transaction, in the name of somebody."""

from __future__ import annotations

from django.db import transaction

from registry.forms.editing import SectionEdit
from registry.forms.record import RecordForm
from registry.models import Patient, Remark


@transaction.atomic
def lock_case(patient: Patient) -> None:
    """Let one person at a time save a case: whoever comes second waits, then is told."""
    Patient.objects.select_for_update(of=("self",)).only("pk").get(pk=patient.pk)


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
    """Store everything typed in one section: its rows, those taken away, and the remarks."""
    for row in edit.rows:
        if row.removed and row.form.instance.pk:
            _drop(row.form)
    for form in edit.forms:
        if form.is_blank and (form.instance.pk is None or edit.section.optional):
            if form.instance.pk:
                _drop(form)
            continue
        _store(form)


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
