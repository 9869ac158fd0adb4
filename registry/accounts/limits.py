"""How often something may be done, counted in the database and so for all workers together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

# One statement, so that two workers can never both take the last turn.
TAKE = """
INSERT INTO registry_limit AS kept (key, moments, forget_at)
VALUES (%(key)s, ARRAY[%(now)s::timestamptz], %(forget)s)
ON CONFLICT (key) DO UPDATE SET forget_at = %(forget)s, moments = (
    SELECT coalesce(array_agg(one ORDER BY one), '{}') FROM unnest(kept.moments) AS one WHERE one > %(since)s
) || CASE WHEN (SELECT count(*) FROM unnest(kept.moments) AS one WHERE one > %(since)s) < %(times)s
     THEN ARRAY[%(now)s::timestamptz] ELSE '{}' END
RETURNING moments
"""
GIVE_BACK = (
    "UPDATE registry_limit SET moments = array_remove(moments, moments[cardinality(moments)]) WHERE key = %s"
)
LOOK = "SELECT moments FROM registry_limit WHERE key = %s"
# What another worker is just counting is left alone, so that two of them never wait for each other.
FORGET = """
DELETE FROM registry_limit WHERE id IN
    (SELECT id FROM registry_limit WHERE forget_at < %s FOR UPDATE SKIP LOCKED)
"""


def allow(key: str, times: int, seconds: int) -> bool:
    """Take one of `times` turns within the last `seconds`; whether there was one left."""
    now = timezone.now()
    given = {"key": _hashed(key), "now": now, "since": now - timedelta(seconds=seconds), "times": times}
    with _counting() as cursor:
        cursor.execute(TAKE, given | {"forget": now + timedelta(seconds=seconds)})
        return now in cursor.fetchone()[0]


def give_back(key: str) -> None:
    """The last turn does not count: what was tried succeeded."""
    with _counting() as cursor:
        cursor.execute(GIVE_BACK, [_hashed(key)])


def wait(key: str, times: int, seconds: int) -> int:
    """Seconds until the next turn; 0 if there is one now."""
    with _counting() as cursor:
        cursor.execute(LOOK, [_hashed(key)])
        found = cursor.fetchone()
    now = timezone.now()
    recent = [one for one in (found[0] if found else ()) if one > now - timedelta(seconds=seconds)]
    if len(recent) < times:
        return 0
    return max(1, int((recent[-times] + timedelta(seconds=seconds) - now).total_seconds()))


def forget(before: datetime) -> None:
    """Remove what no longer limits anything."""
    with _counting() as cursor:
        cursor.execute(FORGET, [before])


def _hashed(key: str) -> str:
    return salted_hmac("registry.limits", key, algorithm="sha256").hexdigest()


@contextmanager
def _counting() -> Iterator:
    """A cursor that sees what other workers have just counted.

    A page that is only looked at sees one moment of the database, in which counting would
    fail; so there a connection of its own counts.
    """
    if not (connection.in_atomic_block and _sees_one_moment()):
        with connection.cursor() as cursor:
            yield cursor
        return
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            yield cursor
    finally:
        own.close()


def _sees_one_moment() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        return cursor.fetchone()[0] == "repeatable read"
