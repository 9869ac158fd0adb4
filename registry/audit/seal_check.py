"""The seals against the events under them, against each other, against the key and the anchors."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from registry.audit import anchor
from registry.audit.findings import Finding
from registry.audit.keys import mac_of
from registry.audit.reading import stream
from registry.audit.seals import (
    Seal,
    before_epoch,
    begins_at,
    cluster_of,
    digest_of,
    highest_regular,
    moved,
    rest_of,
    stored_seals,
)
from registry.guard.tables import TRAIL

LAST_NUMBER = (1 << 63) - 1


@dataclass
class SealState:
    """What is known of the seals besides findings: how many, whether the key was there to check them,
    and since when the oldest event waits that is under none."""

    seals: int = 0
    key_known: bool = False
    anchors: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None


def check_seals(connection, key: bytes | None, state: SealState) -> Iterator[Finding]:
    """Findings about seals; fills `state` on the way. Without a key the macs stay unchecked."""
    seals = stored_seals(connection)
    state.seals, state.key_known = len(seals), key is not None
    yield from _check_links(seals)
    if key is not None:
        yield from _check_macs(seals, key)
    with connection.cursor() as cursor:
        elsewhere = moved(seals[-1] if seals else None, cluster_of(cursor))
    for epoch, members in groupby(seals, key=lambda one: one.epoch):
        ended = elsewhere and epoch == seals[-1].epoch
        yield from _check_epoch(connection, list(members), before_epoch(seals, epoch), ended)
    _count_waiting(connection, seals, elsewhere, state)
    for path in anchor.anchor_files():
        state.anchors += 1
        yield from anchor.check(path, seals)


def _check_links(seals: list[Seal]) -> Iterator[Finding]:
    if seals and (seals[0].previous_mac is not None or seals[0].from_transaction != 0):
        yield Finding("seal_missing", seal=seals[0].id)
    for before, seal in pairwise(seals):
        begins_at = 0 if before.closes else before.to_transaction
        epoch = before.epoch + 1 if before.closes else before.epoch
        if (seal.previous_mac, seal.from_transaction, seal.epoch) != (before.mac, begins_at, epoch):
            yield Finding("seal_missing", seal=seal.id)
        if seal.at < before.at:
            yield Finding("time_went_back", seal=seal.id)


def _check_macs(seals: list[Seal], key: bytes) -> Iterator[Finding]:
    for seal in seals:
        if not hmac.compare_digest(mac_of(key, seal.sealed_parts()), seal.mac):
            yield Finding("seal_forged", seal=seal.id)


def _check_epoch(connection, seals: list[Seal], after: int, ended: bool) -> Iterator[Finding]:
    """One pass over the events of an epoch, cut where its seals begin and end. `ended`: the database now
    lives in another server, which has not sealed anything yet, and whose transactions have low numbers."""
    regular, closing = [one for one in seals if not one.closes], [one for one in seals if one.closes]
    capped = f"AND id <= {highest_regular(regular)}" if closing or ended else ""
    upto = max((one.to_transaction for one in regular), default=0)
    events = stream(
        connection,
        f"SELECT transaction_id, hash FROM {TRAIL} WHERE transaction_id < {upto} AND id > {after} {capped} "
        "ORDER BY transaction_id, id",
    )
    event = next(events, None)
    for seal in regular:
        digest, count = hashlib.sha256(), 0
        while event is not None and event[0] < seal.to_transaction:
            digest.update(event[1])
            count += 1
            event = next(events, None)
        if (digest.digest(), count) != (seal.digest, seal.events):
            yield Finding("seal_broken", seal=seal.id)
    for seal in closing:
        with connection.cursor() as cursor:
            found = digest_of(cursor, rest_of(regular, after, seal.newest_event))
        if (found.digest, found.events) != (seal.digest, seal.events):
            yield Finding("seal_broken", seal=seal.id)


def _count_waiting(connection, seals: list[Seal], elsewhere: bool, state: SealState) -> None:
    with connection.cursor() as cursor:
        _epoch, low, after = begins_at(cursor, seals[-1] if seals else None)
        condition = f"transaction_id >= {low} AND id > {after}"
        if elsewhere:
            own = [one for one in seals if one.epoch == seals[-1].epoch]
            condition = rest_of(own, after, LAST_NUMBER)
        cursor.execute(f"SELECT count(*), min(at) FROM {TRAIL} WHERE {condition}")
        state.waiting, state.waiting_since = cursor.fetchone()
