"""Sealing: vouching for events with a key that the database does not hold.

Numbers of events are given before they are committed, and in another order: whoever seals "all after
the last sealed number" misses some (trust.md 2.2, trap 6). So a seal takes whole transactions: those
from the last sealed one up to the oldest that still runs. No event below it can appear any more.

Where a copy was loaded into another server, transactions are numbered anew. The seal that closes the
old epoch vouches for everything up to a number of an event at which no transaction from before is still
running; behind it the new epoch begins (models/seal.py).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connections, transaction
from django.utils import timezone

from registry.audit.keys import mac_of
from registry.guard.tables import SEALS, TRAIL

HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
NEXT = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
CLUSTER = "SELECT system_identifier FROM pg_control_system()"
ONE_SEALER = 7_344_101  # number of the advisory lock that one sealer holds at a time
LONGEST_WAIT_S = 300
ALL_COLUMNS = (
    "id, at, epoch, cluster, closes, from_transaction, to_transaction, events, newest_event, digest, "
    "previous_mac, mac"
)


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it is stored (models/seal.py says what each part is)."""

    id: int
    at: datetime
    epoch: int
    cluster: int
    closes: bool
    from_transaction: int
    to_transaction: int
    events: int
    newest_event: int
    digest: bytes
    previous_mac: bytes | None
    mac: bytes

    def sealed_parts(self) -> list:
        """What the mac is over; the number of the row is the database's own affair."""
        return [
            *(self.at.isoformat(), self.epoch, self.cluster, self.closes, self.from_transaction),
            *(self.to_transaction, self.events, self.newest_event, self.digest.hex()),
            self.previous_mac.hex() if self.previous_mac is not None else None,
        ]


class Busy(Exception):
    """A transaction from before has not ended within five minutes; nothing was sealed."""


def stored_seals(connection) -> list[Seal]:
    """All seals, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ALL_COLUMNS} FROM {SEALS} ORDER BY id")
        return [Seal(*row) for row in cursor.fetchall()]


def newest_seal(connection) -> Seal | None:
    """The newest seal; None before the first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ALL_COLUMNS} FROM {SEALS} ORDER BY id DESC LIMIT 1")
        row = cursor.fetchone()
        return Seal(*row) if row else None


def make_seals(using: str, key: bytes) -> list[Seal]:
    """Seal what can be sealed now: no seal if there is nothing new, two if the server is another one.

    Raises Busy. Only one process seals at a time; another one that tries meanwhile makes none.
    """
    connection, made = connections[using], []
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_SEALER])
        if not cursor.fetchone()[0]:
            return []
        last, cluster = newest_seal(connection), cluster_of(cursor)
        if moved(last, cluster):
            made.append(_close(cursor, key, last, stored_seals(connection)))
        if seal := _seal_next(cursor, key, made[-1] if made else last, cluster):
            made.append(seal)
    return made


def cluster_of(cursor) -> int:
    """The system identifier of the server."""
    cursor.execute(CLUSTER)
    return cursor.fetchone()[0]


def moved(last: Seal | None, cluster: int) -> bool:
    """Whether the newest seal was made in another server, and nothing has closed that epoch yet."""
    return last is not None and last.cluster != cluster and not last.closes


def _seal_next(cursor, key: bytes, last: Seal | None, cluster: int) -> Seal | None:
    """Seal the transactions from the last sealed one up to the oldest that runs."""
    epoch, low, after = begins_at(cursor, last)
    cursor.execute(f"SELECT {HORIZON}")
    horizon = cursor.fetchone()[0]
    found = digest_of(cursor, f"transaction_id >= {low} AND transaction_id < {horizon} AND id > {after}")
    if found.events == 0:
        return None
    return _store(cursor, key, last, (epoch, cluster, False, low, horizon), found)


def begins_at(cursor, last: Seal | None) -> tuple[int, int, int]:
    """Of the next seal: epoch, first transaction, and the number behind which the events of the epoch lie."""
    if last is None:
        return 0, 0, 0
    if last.closes:
        return last.epoch + 1, 0, last.newest_event
    cursor.execute(
        f"SELECT coalesce(max(newest_event), 0) FROM {SEALS} WHERE closes AND epoch < %s", [last.epoch]
    )
    return last.epoch, last.to_transaction, cursor.fetchone()[0]


def _close(cursor, key: bytes, last: Seal, seals: list[Seal]) -> Seal:
    """Vouch for all that is left of the epoch of another server."""
    cursor.execute(f"SELECT coalesce(max(id), 0), {NEXT} FROM {TRAIL}")
    bound, following = cursor.fetchone()
    _wait_until_ended(cursor, following)
    own = [one for one in seals if one.epoch == last.epoch]
    found = digest_of(cursor, rest_of(own, before_epoch(seals, last.epoch), bound))
    begins = (last.epoch, last.cluster, True, last.to_transaction, 0)
    return _store(cursor, key, last, begins, Sealed(found.digest, found.events, bound))


def _wait_until_ended(cursor, following: int) -> None:
    """Return when every transaction numbered below `following` has ended."""
    begun = time.monotonic()
    while True:
        cursor.execute(f"SELECT {HORIZON}")
        if cursor.fetchone()[0] >= following:
            return
        if time.monotonic() - begun > LONGEST_WAIT_S:
            raise Busy
        time.sleep(0.2)


def before_epoch(seals: list[Seal], epoch: int) -> int:
    """The number of an event behind which those of the epoch lie."""
    return max((one.newest_event for one in seals if one.closes and one.epoch < epoch), default=0)


def highest_regular(seals: list[Seal]) -> int:
    """The newest event under the seals of one epoch that do not close it."""
    return max((one.newest_event for one in seals if not one.closes), default=0)


def rest_of(seals: list[Seal], after: int, bound: int) -> str:
    """The condition for what a closing seal vouches for: up to `bound`, under no other seal of its epoch."""
    regular = [one for one in seals if not one.closes]
    upto = max((one.to_transaction for one in regular), default=0)
    return (
        f"id > {after} AND id <= {bound} "
        f"AND NOT (transaction_id < {upto} AND id <= {highest_regular(regular)})"
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal says of its events: SHA-256 over their hashes, their count, the newest number."""

    digest: bytes
    events: int
    newest: int


def digest_of(cursor, condition: str) -> Sealed:
    """The events under a condition, in the order (transaction, number)."""
    digest, count, newest = hashlib.sha256(), 0, 0
    for number, one in _hashes(cursor, condition):
        digest.update(one)
        count, newest = count + 1, max(newest, number)
    return Sealed(digest.digest(), count, newest)


def _hashes(cursor, condition: str) -> Iterator[tuple[int, bytes]]:
    """Read in portions, each beginning behind the last, so that a first seal over years fits into memory."""
    place = (-1, -1)
    while True:
        cursor.execute(
            f"SELECT transaction_id, id, hash FROM {TRAIL} WHERE (transaction_id, id) > (%s, %s) AND "
            f"{condition} "
            "ORDER BY transaction_id, id LIMIT 5000",
            place,
        )
        rows = cursor.fetchall()
        yield from ((number, bytes(one)) for _transaction, number, one in rows)
        if len(rows) < 5000:
            return
        place = rows[-1][:2]


def _store(cursor, key: bytes, last: Seal | None, begins: tuple, found: Sealed) -> Seal:
    seal = Seal(0, timezone.now(), *begins, found.events, found.newest, found.digest, last and last.mac, b"")
    values = [getattr(seal, name) for name in Seal.__slots__[1:-1]] + [mac_of(key, seal.sealed_parts())]
    columns = ALL_COLUMNS.removeprefix("id, ")
    cursor.execute(
        f"INSERT INTO {SEALS} ({columns}) VALUES ({', '.join(['%s'] * len(values))}) RETURNING {ALL_COLUMNS}",
        values,
    )
    return Seal(*cursor.fetchone())
