"""What needs a second person: asked by one, confirmed or refused by another."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from registry.labels import Label
from registry.models.centre import Centre
from registry.models.naming import named
from registry.scoping import ScopedApprovals

VALID_FOR = timedelta(days=14)


@named(
    Label("request for a second person", "双人确认申请"),
    Label("requests for a second person", "双人确认申请"),
    kind=Label("What is asked", "申请事项"),
    centre=Label("Centre", "中心"),
    subject=Label("About", "对象"),
    details=Label("Details", "详情"),
    reason=Label("Reason", "原因"),
    asked_by=Label("Asked by", "申请人"),
    asked_at=Label("Asked at", "申请时间"),
    state=Label("State", "状态"),
    decided_by=Label("Decided by", "决定人"),
    decided_at=Label("Decided at", "决定时间"),
    decision_reason=Label("Reason of the decision", "决定理由"),
)
class Approval(models.Model):
    """A request: what is asked (`kind`, `subject`, `details`), why, by whom, and what became of it.

    It waits for fourteen days. The database takes its own time for `asked_at` and `decided_at`,
    and lets a request be decided once (registry/guard/signing.py).
    """

    WAITING, CONFIRMED, REFUSED, WITHDRAWN = "waiting", "confirmed", "refused", "withdrawn"
    EXPIRED = "expired"  # never stored: what still waits after its time
    STATES = {
        WAITING: Label("waiting", "待确认"),
        CONFIRMED: Label("confirmed", "已确认"),
        REFUSED: Label("refused", "已拒绝"),
        WITHDRAWN: Label("taken back", "已撤回"),
        EXPIRED: Label("expired", "已过期"),
    }

    kind = models.CharField(max_length=40)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=80, default="")
    details = models.JSONField(default=dict)
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, default=WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(null=True)

    objects = ScopedApprovals()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["asked_at"], condition=models.Q(state="waiting"), name="what_waits"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("asked_by"))
                | models.Q(state="withdrawn"),
                name="nobody_confirms_their_own_request",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(
                    state__in=("confirmed", "refused", "withdrawn"),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="a_decision_names_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def expires_at(self) -> datetime:
        return self.asked_at + VALID_FOR

    @property
    def present_state(self) -> str:
        """The state, and "expired" for what nobody has decided in time."""
        late = self.state == self.WAITING and timezone.now() >= self.expires_at
        return self.EXPIRED if late else self.state

    @property
    def state_label(self) -> Label:
        return self.STATES[self.present_state]

    @property
    def waits(self) -> bool:
        return self.present_state == self.WAITING
