"""The hospital's own number of a patient, which can be forgotten; and that somebody was forgotten."""

from django.db import models

from registry.labels import Label
from registry.models.approval import Approval
from registry.models.naming import named
from registry.models.patient import Patient
from registry.scoping import ScopedRows


@named(
    Label("link to the hospital's record", "院内病案关联"),
    Label("links to the hospital's records", "院内病案关联"),
    ciphertext=Label("Hospital number (encrypted)", "病案号(加密)"),
)
class SubjectLink(models.Model):
    """A hospital number, encrypted with the key of this patient alone (registry/identity.py).

    The key lies outside the database, so that no copy of the database can be read once the
    key is destroyed.
    """

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="link")
    ciphertext = models.BinaryField()

    objects = ScopedRows()

    class Meta:
        default_permissions = ()


@named(
    Label("erasure", "删除记录"),
    Label("erasures", "删除记录"),
    at=Label("At", "时间"),
    erased_by=Label("Carried out by", "执行人"),
    reason=Label("Reason", "原因"),
    events=Label("Events redacted", "已抹除的轨迹条数"),
    approval=Label("Confirmed request", "双人确认"),
)
class Erasure(models.Model):
    """A subject whose link key was destroyed and whose free text and trail values were redacted; the
    owner's act alone (registry/audit/erasure.py)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="erasures")
    at = models.DateTimeField()
    erased_by = models.CharField(max_length=150)
    reason = models.TextField()
    events = models.BigIntegerField()
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="+")

    objects = ScopedRows()

    class Meta:
        default_permissions = ()
