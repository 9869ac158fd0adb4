"""What left the registry, and who looked at what."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry.labels import Label
from registry.models.approval import Approval
from registry.models.naming import named
from registry.scoping import ScopedReleases, ScopedViews


@named(Label("release", "数据导出"), Label("releases", "数据导出"))
class Release(models.Model):
    """A file that was given out: who, why, to whom, which cases and columns, and its hash."""

    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    username = models.CharField(max_length=150)
    role = models.CharField(max_length=20, default="")
    centre_ids = ArrayField(models.BigIntegerField(), default=list)
    profile = models.CharField(max_length=20)
    purpose = models.TextField()
    destination = models.CharField(max_length=200, default="")
    legal_basis = models.CharField(max_length=200, default="")
    cohort = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    rows = models.IntegerField(default=0)
    file_name = models.CharField(max_length=120, default="")
    sha256 = models.CharField(max_length=64, default="")
    expires_on = models.DateField(null=True)
    state = models.CharField(max_length=12, default="released")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ScopedReleases()

    class Meta:
        default_permissions = ()


@named(Label("view of a case", "查看记录"), Label("views of cases", "查看记录"))
class Viewed(models.Model):
    """Somebody has looked at data of a case, or at a list of cases."""

    at = models.DateTimeField()
    username = models.CharField(max_length=150)
    patient_id = models.BigIntegerField(null=True)
    centre_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=60)
    cases = models.IntegerField(default=1)
    request_id = models.CharField(max_length=40, default="")

    objects = ScopedViews()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["patient_id", "id"], name="viewed_by_patient")]
