"""Migrations beside people at work: a change of a table never makes them wait for long.

A change that waits for its lock makes everybody wait who comes after it. So it gives up after two
seconds, lets the others pass, and tries again; each migration is a transaction, done or not done.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import OperationalError, connections

LOCK_TIMEOUT = "2s"
TRIES, PAUSE_S = 60, 1.0
LOCK_NOT_AVAILABLE = "55P03"


class StillLocked(Exception):
    """Somebody has held a table during all tries."""


def patiently(using: str, migrate: Callable[[], None], tell: Callable[[str], None]) -> None:
    """Call `migrate` with a lock timeout on the connection, again as long as a lock is not to be had.

    `tell` hears of each try. Raises StillLocked after TRIES; what was done until then stays done.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    try:
        for number in range(1, TRIES + 1):
            try:
                migrate()
                return
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                    raise
            tell(f"A table is in use; try {number} of {TRIES} has given way.")
            time.sleep(PAUSE_S)
        raise StillLocked
    finally:
        if connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
