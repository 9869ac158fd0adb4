"""Break-glass access: one person reads the cases of one centre by name, for an hour at most."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from registry.labels import Label
from registry.models.centre import Centre
from registry.models.naming import named
from registry.policy import GLASS_MINUTES
from registry.scoping import ScopedAccesses

LONGEST = timedelta(minutes=GLASS_MINUTES)


def _person(**more) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **more)


def _both_or_neither(role: str) -> models.Q:
    names = (f"{role}_seen_by__isnull", f"{role}_seen_at__isnull")
    return models.Q(**dict.fromkeys(names, True)) | models.Q(**dict.fromkeys(names, False))


@named(
    Label("break-glass access", "紧急访问"),
    Label("break-glass accesses", "紧急访问"),
    user=Label("Opened by", "开启人"),
    centre=Label("Centre", "中心"),
    reason=Label("Reason", "原因"),
    begins_at=Label("From", "开始时间"),
    ends_at=Label("Until", "截止时间"),
    ended_at=Label("Ended early at", "提前结束时间"),
    lead_seen_by=Label("Acknowledged by the lead", "负责人确认知悉"),
    lead_seen_at=Label("Acknowledged by the lead at", "负责人确认知悉时间"),
    auditor_seen_by=Label("Acknowledged by the auditor", "稽查员确认知悉"),
    auditor_seen_at=Label("Acknowledged by the auditor at", "稽查员确认知悉时间"),
)
class BreakGlass(models.Model):
    """An access with its reason. While it is open it counts as the role `glass` at the centre
    (registry/policy.py). One lead of the centre and one auditor acknowledge it. The database takes its own
    times and lets nothing else change (registry/guard/glass.py)."""

    user = _person()
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    begins_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    lead_seen_by = _person(null=True)
    lead_seen_at = models.DateTimeField(null=True)
    auditor_seen_by = _person(null=True)
    auditor_seen_at = models.DateTimeField(null=True)

    objects = ScopedAccesses()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["centre"],
                condition=models.Q(lead_seen_at=None) | models.Q(auditor_seen_at=None),
                name="who_waits_to_be_seen",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("begins_at"))
                & models.Q(ends_at__lte=models.F("begins_at") + LONGEST),
                name="an_access_lasts_an_hour_at_most",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("begins_at")),
                name="an_access_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="an_access_has_a_reason"),
            models.CheckConstraint(
                condition=_both_or_neither("lead") & _both_or_neither("auditor"),
                name="who_has_seen_an_access_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.centre_id}"

    @property
    def until(self) -> datetime:
        """When it ended, or ends by itself."""
        return self.ended_at or self.ends_at

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and timezone.now() < self.ends_at
