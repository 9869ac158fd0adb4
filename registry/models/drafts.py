"""What somebody is typing, kept on the server; and the forms that were already sent. No part of the record."""

from django.conf import settings
from django.db import models

from registry.labels import Label
from registry.models.naming import named


@named(Label("draft", "草稿"), Label("drafts", "草稿"))
class Draft(models.Model):
    """The newest state of one form of one person (`form` names page, case and section)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=120)
    base = models.TextField(default="")
    content = models.JSONField(default=dict)
    sequence = models.BigIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "form"], name="one_draft_per_form")]


@named(Label("form already sent", "已提交表单"), Label("forms already sent", "已提交表单"))
class SentForm(models.Model):
    """The number of a form that was sent once and stored; sent again, it leads to where it led."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    led_to = models.CharField(max_length=300, default="")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="a_form_is_stored_once")]
