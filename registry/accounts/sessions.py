"""Sessions kept in the database, each knowing whose it is, since when, and when it was last used."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils import timezone


class SessionStore(DatabaseStore):
    """Django's store with the columns of `Session`. Moments survive a new key: only a login, not a
    rotation, begins a session anew."""

    started_at: datetime | None = None
    last_seen: datetime | None = None
    browser = ""

    @classmethod
    def get_model_class(cls):
        from registry.models.accounts import Session

        return Session

    def _get_session_from_db(self):
        row = super()._get_session_from_db()
        if row is not None:
            self.started_at, self.last_seen, self.browser = row.started_at, row.last_seen, row.browser
        return row

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        now = timezone.now()
        self.started_at, self.last_seen = self.started_at or now, self.last_seen or now
        row.user_id = data.get(SESSION_KEY) or None
        row.started_at, row.last_seen, row.browser = self.started_at, self.last_seen, self.browser
        return row

    def begin(self, browser: str) -> None:
        """Somebody has just logged in here."""
        self.started_at = self.last_seen = timezone.now()
        self.browser = browser[:200]
        self.modified = True

    def seen(self) -> None:
        """The person has just done something. Written by itself, so that two pages that are loaded
        at once do not overwrite each other's data."""
        self.last_seen = timezone.now()
        self.model.objects.filter(session_key=self.session_key).update(last_seen=self.last_seen)


FORGET = """
DELETE FROM registry_session WHERE session_key IN
    (SELECT session_key FROM registry_session WHERE expire_date < %s FOR UPDATE SKIP LOCKED)
"""


def forget_ended() -> None:
    """Remove sessions that ended by themselves; at each login, so that no job need do it."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [timezone.now()])


def live_sessions(user):
    """The sessions in which this person is logged in now, the last used first."""
    from registry.accounts.clock import idle_time, longest
    from registry.models.accounts import Session

    now = timezone.now()
    return Session.objects.filter(
        user=user, last_seen__gt=now - idle_time(), started_at__gt=now - longest()
    ).order_by("-last_seen")


def end_sessions(user, but: str | None = None) -> int:
    """End all sessions of this person except the one with this key; how many there were."""
    from registry.models.accounts import Session

    others = Session.objects.filter(user=user)
    return (others.exclude(session_key=but) if but else others).delete()[0]
