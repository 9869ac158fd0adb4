"""Signatures, locks, freezes and withdrawals of cases. A change voids a signature and is refused by
a lock; the rows here come and end in one way only. The database itself holds both
(registry/guard/trail.py, registry/guard/signing.py)."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from registry.labels import Label
from registry.models.approval import Approval
from registry.models.centre import Centre
from registry.models.naming import named
from registry.models.patient import Patient
from registry.scoping import ScopedRows

COMPLETE, REVIEWED = "complete", "reviewed"
MEANINGS = {
    COMPLETE: Label("data complete and correct", "数据完整且正确"),
    REVIEWED: Label("reviewed", "已审核"),
}


@named(
    Label("signature", "签名"),
    Label("signatures", "签名"),
    signer=Label("Signed by", "签名人"),
    meaning=Label("Meaning", "签名含义"),
    signed_at=Label("Signed at", "签名时间"),
    content_hash=Label("Hash of the content", "内容散列值"),
    own_entries=Label("Signed by who entered the data", "录入者本人签名"),
    voided_at=Label("Void since", "失效时间"),
    voided_by=Label("Voided by a change of", "因其修改而失效"),
)
class Signature(models.Model):
    """Somebody has signed the content of a case as it was: `content_hash` (SHA-256, hex; how it is
    made stands in registry/signing.py). `own_entries`: the signer had entered data of the case."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signer = models.CharField(max_length=150)
    meaning = models.CharField(max_length=40)
    signed_at = models.DateTimeField(default=timezone.now)
    content_hash = models.CharField(max_length=64)
    own_entries = models.BooleanField(default=False)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.CharField(max_length=150, null=True)

    objects = ScopedRows()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "user", "meaning"],
                condition=models.Q(voided_at__isnull=True),
                name="a_content_is_signed_once_by_each",
            )
        ]

    @property
    def meaning_label(self) -> Label:
        return MEANINGS[self.meaning]


@named(
    Label("freeze", "数据冻结"),
    Label("freezes", "数据冻结"),
    label=Label("For", "用途"),
    centre=Label("Centre", "中心"),
    start=Label("Operated from", "手术日期自"),
    end=Label("Operated until", "手术日期至"),
    frozen_by=Label("Frozen by", "冻结人"),
    frozen_at=Label("Frozen at", "冻结时间"),
)
class Freeze(models.Model):
    """The cases of a centre, or of the whole registry, operated on from `start` to `end` (None is
    open), locked together for a report (`label` says which). Cases locked before keep their own lock."""

    label = models.CharField(max_length=120)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, null=True, related_name="+")
    start = models.DateField(null=True)
    end = models.DateField(null=True)
    frozen_by = models.CharField(max_length=150)
    frozen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.label


@named(
    Label("lock of a case", "病例锁定"),
    Label("locks of cases", "病例锁定"),
    locked_by=Label("Locked by", "锁定人"),
    locked_at=Label("Locked at", "锁定时间"),
    reason=Label("Reason", "原因"),
    freeze=Label("Freeze", "数据冻结"),
    released_by=Label("Unlocked by", "解锁人"),
    released_at=Label("Unlocked at", "解锁时间"),
    release_reason=Label("Reason of the unlocking", "解锁原因"),
    approval=Label("Confirmed request", "双人确认"),
)
class CaseLock(models.Model):
    """A locked case: no way of writing changes it until the lock is released, which needs the
    confirmed request of two persons (`approval`)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="locks")
    locked_by = models.CharField(max_length=150)
    locked_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()
    freeze = models.ForeignKey(Freeze, on_delete=models.PROTECT, null=True, related_name="locks")
    released_by = models.CharField(max_length=150, null=True)
    released_at = models.DateTimeField(null=True)
    release_reason = models.TextField(null=True)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ScopedRows()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=models.Q(released_at__isnull=True), name="a_case_is_locked_once"
            )
        ]


@named(
    Label("withdrawal of a case", "病例撤出"),
    Label("withdrawals of cases", "病例撤出"),
    withdrawn_by=Label("Withdrawn by", "撤出人"),
    withdrawn_at=Label("Withdrawn at", "撤出时间"),
    reason=Label("Reason", "原因"),
    undone_by=Label("Taken back by", "恢复人"),
    undone_at=Label("Taken back at", "恢复时间"),
    undo_reason=Label("Reason of taking it back", "恢复原因"),
    approval=Label("Confirmed request", "双人确认"),
    undo_approval=Label("Confirmed request of taking it back", "恢复的双人确认"),
)
class Withdrawal(models.Model):
    """A case that was taken out of lists and reports; the record itself stays whole. Coming and
    ending each need the confirmed request of two persons."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="withdrawals")
    withdrawn_by = models.CharField(max_length=150)
    withdrawn_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+")
    undone_by = models.CharField(max_length=150, null=True)
    undone_at = models.DateTimeField(null=True)
    undo_reason = models.TextField(null=True)
    undo_approval = models.OneToOneField(Approval, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ScopedRows()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(undone_at__isnull=True),
                name="a_case_is_withdrawn_once",
            )
        ]
