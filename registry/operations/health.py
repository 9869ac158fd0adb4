"""Whether the registry can do its work: one function for each thing that must hold.

A check returns whether it holds; one that fails by an error has failed. Nothing about patients is
read or told. What does not apply (no seals yet, no backup folder named) holds.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max, Min
from django.utils import timezone

from registry import guard
from registry.audit.seals import begins_at, newest_seal
from registry.context import acting
from registry.models import Change
from registry.operations.backups import newest_backup

LATEST_SEAL = timedelta(seconds=120)
OLDEST_BACKUP = timedelta(hours=26)
LEAST_FREE_BYTES, LEAST_FREE_SHARE = 1 << 30, 0.05
DURABLE = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")

Check = Callable[[], bool]


def database() -> bool:
    """The database answers."""
    return _value("SELECT 1") == 1


def migrations() -> bool:
    """The tables are those of this release."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def guarded() -> bool:
    """Triggers, functions and row-level security are there and unchanged."""
    return not guard.differences()


def sealed() -> bool:
    """No event of the trail waits for its seal for longer than two minutes, once sealing has begun."""
    age = seal_age()
    return age is None or age < LATEST_SEAL


def backed_up() -> bool:
    """The newest complete backup is of the last 26 hours, where NETLM_BACKUP_FOLDER names their folder."""
    if not settings.BACKUP_FOLDER:
        return True
    age = backup_age()
    return age is not None and age < OLDEST_BACKUP


def disk() -> bool:
    """There is room where the application keeps its files, and where backups are kept."""
    places = [Path(one) for one in (settings.VAR_DIR, settings.BACKUP_FOLDER) if one]
    return all(_roomy(place) for place in places if place.exists())


def durable() -> bool:
    """The database waits for the disk at each commit and checks what it reads back."""
    if settings.DATABASES["default"].get("EMBEDDED", {}).get("durable", True) is False:
        return True  # the tests' own, which no record is ever kept in
    names = ", ".join(f"'{name}'" for name in DURABLE)
    wrong = (
        f"SELECT count(*) FROM pg_settings WHERE name IN ({names}) AND setting NOT IN ('on', 'remote_apply')"
    )
    damaged = "SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database"
    return _value(wrong) == 0 and _value(damaged) == 0


def restricted() -> bool:
    """The application's role is no superuser, may not pass by row-level security and owns no table."""
    powerful = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = session_user"
    owned = "SELECT count(*) FROM pg_class WHERE relowner = session_user::regrole"
    return _value(powerful) is False and _value(owned) == 0


def reports_answered() -> bool:
    """The replica for reports answers, where there is one."""
    return "replica" not in connections or _value("SELECT 1", "replica") == 1


CHECKS: dict[str, Check] = {
    "database": database,
    "migrations": migrations,
    "guard": guarded,
    "seals": sealed,
    "backup": backed_up,
    "disk": disk,
    "durability": durable,
    "role": restricted,
    "replica": reports_answered,
}


def failed() -> list[str]:
    """The names of the checks that do not hold; without a database, of those that need none."""
    if not _holds(database):
        return ["database", *(name for name in ("backup", "disk") if not _holds(CHECKS[name]))]
    return [name for name, check in CHECKS.items() if not _holds(check)]


def seal_age() -> timedelta | None:
    """How long the oldest event without a seal has waited; None as long as nothing was ever sealed."""
    with acting("health"):
        with connection.cursor() as cursor:
            last = newest_seal(connection)
            if last is None:
                return None
            _epoch, transaction, after = begins_at(cursor, last)
        waiting = Change.objects.filter(id__gt=after, transaction_id__gte=transaction)
        oldest = waiting.aggregate(oldest=Min("at"))["oldest"]
    return max(timezone.now() - oldest, timedelta()) if oldest else timedelta()


def newest_event() -> int:
    """The number of the newest event of the trail; 0 before the first."""
    with acting("health"):
        return Change.objects.aggregate(newest=Max("id"))["newest"] or 0


def backup_age() -> timedelta | None:
    """How old the newest complete backup is; None if there is none."""
    newest = newest_backup(Path(settings.BACKUP_FOLDER)) if settings.BACKUP_FOLDER else None
    return datetime.now(UTC) - newest.made if newest else None


def connections_in_use() -> int:
    """How many processes are connected to the registry's database."""
    return int(_value("SELECT numbackends FROM pg_stat_database WHERE datname = current_database()"))


def _holds(check: Check) -> bool:
    try:
        return check()
    except (Error, OSError, ValueError):
        return False


def _roomy(place: Path) -> bool:
    usage = shutil.disk_usage(place)
    return usage.free >= min(LEAST_FREE_BYTES, usage.total * LEAST_FREE_SHARE)


def _value(query: str, alias: str = "default") -> object:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]
