"""One event of the trail, and what its digest and hash must be: computed here, not by the database.

The digest is the SHA-256 of the salt and the content as text; the hash that of a JSON array of
`registry.guard.trail.HASHED`, NULL as null, bytes as hexadecimal digits. Whoever has a copy of the
table can check it with these twenty lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from registry.audit.findings import Finding

AT = 'YYYY-MM-DD"T"HH24:MI:SS.US'
COLUMNS = (
    "id, row_id, patient_id, centre_id, operation, to_char(at AT TIME ZONE 'UTC', '"
    + AT
    + "'), actor, reason, "
    "channel, request_id, database_user, transaction_id, uuid_send(salt), changes::text, digest, "
    "previous_hash, hash"
)


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is stored; `at` is UTC with microseconds, `changes` the text of a JSON object."""

    id: int
    row_id: int
    patient_id: int | None
    centre_id: int | None
    operation: str
    at: str
    actor: str | None
    reason: str | None
    channel: str | None
    request_id: str | None
    database_user: str
    transaction_id: int
    salt: bytes | None
    changes: str
    digest: bytes
    previous_hash: bytes | None
    hash: bytes

    @property
    def redacted(self) -> bool:
        """Its content was taken out; the digest of what it was remains."""
        return self.salt is None

    def content(self) -> dict[str, list]:
        """Column → [old, new]; numbers exactly as stored."""
        return json.loads(self.changes, parse_float=Decimal)


def digest_of(event: Event) -> bytes:
    """What the digest must be, as long as the content is there."""
    return hashlib.sha256(event.salt + event.changes.encode()).digest()


def hash_of(event: Event, table: str) -> bytes:
    """What the hash must be."""
    parts = [
        event.previous_hash.hex() if event.previous_hash is not None else None,
        *(table, event.row_id, event.patient_id, event.centre_id, event.operation, event.at),
        *(event.actor, event.reason, event.channel, event.request_id),
        *(event.database_user, event.transaction_id, event.digest.hex()),
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()


def check_event(event: Event, table: str, before: Event | None) -> Iterator[Finding]:
    """What is wrong with an event by itself, and in its place behind the one before it of the same row."""
    place = {"table": table, "row": event.row_id, "event": event.id}
    if not event.redacted and digest_of(event) != event.digest:
        yield Finding("content_altered", **place)
    if hash_of(event, table) != event.hash:
        yield Finding("event_altered", **place)
    if event.previous_hash != (before.hash if before else None):
        yield Finding("chain_broken", **place)
    if before and event.at < before.at:
        yield Finding("time_went_back", **place)
    if not event.database_user:
        yield Finding("without_identity", **place)
