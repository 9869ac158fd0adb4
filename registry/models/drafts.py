"""What somebody is typing, kept on the server, and the forms already sent. No part of the record."""

from django.conf import settings
from django.db import models

from registry.labels import Label
from registry.models.naming import named
from registry.scoping import Own


@named(Label("draft", "草稿"), Label("drafts", "草稿"))
class Draft(models.Model):
    """The newest state of one page of one person. `form` names case and section, `page` the one page in
    which it is being typed (the key of once.py), `base` the version with which the page was opened,
    `content` what it holds as [name, value] pairs, `sequence` counts its packets."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=120)
    page = models.CharField(max_length=40)
    base = models.TextField(default="")
    content = models.JSONField(default=list)
    sequence = models.BigIntegerField(default=0)
    saved_at = models.DateTimeField()

    objects = Own()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "form", "page"], name="one_draft_of_each_page")
        ]


@named(Label("form already sent", "已提交表单"), Label("forms already sent", "已提交表单"))
class SentForm(models.Model):
    """The key of a form that was sent once and stored; sent again, it leads to where it led. `digest` is
    a keyed hash of what was sent, to tell a repetition from something typed anew."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, default="")
    led_to = models.CharField(max_length=300, default="")
    at = models.DateTimeField()

    objects = Own()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="a_form_is_stored_once")]
