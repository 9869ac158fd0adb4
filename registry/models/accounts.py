"""What the way in keeps: sessions, how often something was tried, passwords that must be changed."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from registry.labels import Label
from registry.models.naming import named


@named(Label("session", "会话"), Label("sessions", "会话"))
class Session(AbstractBaseSession):
    """One browser that is logged in, or on its way to it. `last_seen` is the last thing the person
    did, which a background request is not; `started_at` the login."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    started_at = models.DateTimeField()
    last_seen = models.DateTimeField()
    browser = models.CharField(max_length=200, default="")

    class Meta:
        default_permissions = ()

    @classmethod
    def get_session_store_class(cls):
        from registry.accounts.sessions import SessionStore

        return SessionStore


@named(Label("limit", "频率限制"), Label("limits", "频率限制"))
class Limit(models.Model):
    """When something limited was last done. `key` is a keyed hash: it may be made from what was typed."""

    key = models.CharField(max_length=64, unique=True)
    moments = ArrayField(models.DateTimeField())
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()


@named(Label("one-time password", "一次性密码"), Label("one-time passwords", "一次性密码"))
class OneTimePassword(models.Model):
    """The person's password was given by an administrator: it opens nothing but the page to choose
    an own one, and after `valid_until` not even that. The password itself is hashed in the user."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="one_time_password"
    )
    given_by = models.CharField(max_length=150)
    valid_until = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
