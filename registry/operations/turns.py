"""How many heavy pages are made at a time: a few, so that entering data stays quick on one modest server.

A turn is a lock of the database, which all processes of the site share; it is held until the
transaction of the request ends, and nothing has to tidy up after a crash. Who finds all turns taken is
told at once instead of occupying a thread of the server.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from registry.labels import Label

REPORTS = 7_344_102  # first number of the pair that names one of these locks
RETRY_S = 3
BUSY = Label(
    "Several reports are being made at the moment, and entering data goes first. Try again in a few seconds.",
    "当前有多份报告正在生成，数据录入优先，请几秒后重试。",
)
TITLE = Label("Your report waits for its turn", "您的报告正在排队")
WAITS = Label(
    "Several reports are being made at the moment, and entering data goes first. "
    "This page asks again by itself every few seconds.",
    "当前有多份报告正在生成，数据录入优先。本页每隔几秒自动重试。",
)


class Busy(Exception):
    """All turns are taken."""


def take() -> None:
    """Take one of the turns until the end of this transaction. Raises Busy."""
    with connection.cursor() as cursor:
        for turn in range(settings.REPORTS_AT_ONCE):
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [REPORTS, turn])
            if cursor.fetchone()[0]:
                return
    raise Busy
