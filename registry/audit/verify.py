"""The verification: chain, live rows against the trail, clock, seals, anchors. Reads only, in one state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from registry import guard
from registry.audit.chain import Event
from registry.audit.findings import Finding
from registry.audit.fold import Row
from registry.audit.reading import events_of, one_state, rows_of, stream, tables_in_trail, tables_there
from registry.audit.seal_check import SealState, check_seals
from registry.guard.tables import TRAIL, Watched, watched

MOST_FINDINGS = 1000  # after so many nobody needs more to know that something happened
CLOCK_TOLERANCE = (
    "5 seconds"  # events get number and time within microseconds; a stopped process takes longer
)
CLOCK = (
    "SELECT id FROM (SELECT id, at, max(at) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 "
    "PRECEDING) "
    f"AS latest FROM {TRAIL}) AS timed WHERE at < latest - interval '{CLOCK_TOLERANCE}'"
)
UNRECORDED = (
    "SELECT DISTINCT c.table_name, c.row_id, c.id FROM registry_change c WHERE c.operation = 'redact' "
    "AND NOT EXISTS "
    "(SELECT FROM registry_erasure e WHERE e.patient_id = c.patient_id) ORDER BY 1, 2, 3"
)


@dataclass
class Report:
    """What a verification has looked at, and what it found."""

    begun: datetime
    ended: datetime | None = None
    tables: int = 0
    events: int = 0
    rows: int = 0
    redacted: int = 0
    seals: SealState = field(default_factory=SealState)
    findings: list[Finding] = field(default_factory=list)
    more: bool = False  # there were more findings than are kept

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return not self.findings


def verify(using: str = DEFAULT_DB_ALIAS, key: bytes | None = None) -> Report:
    """Verify the whole trail as the role of this database alias, which must see every row.

    Without a key the macs of the seals are not checked (`report.seals.key_known`).
    """
    report = Report(timezone.now())
    with one_state(using) as connection:
        found = _everything(connection, key, report)
        report.findings = list(islice(found, MOST_FINDINGS))
        report.more = next(found, None) is not None
    report.findings += [Finding("guard", note=text) for text in guard.differences(using)]
    report.ended = timezone.now()
    return report


def _everything(connection, key: bytes | None, report: Report) -> Iterator[Finding]:
    there, known = tables_there(connection), {one.name: one for one in watched()}
    gone = [Watched(name, False) for name in tables_in_trail(connection) if name not in known]
    for table in [*(one for name, one in known.items() if name in there), *gone]:
        report.tables += 1
        yield from _table(connection, table, table.name in known, report)
    for name, row, event in stream(connection, UNRECORDED):
        yield Finding("redacted_without_record", name, row, event=event)
    for (event,) in stream(connection, CLOCK):
        yield Finding("time_went_back", event=event)
    yield from check_seals(connection, key, report.seals)


def _table(connection, table: Watched, live: bool, report: Report) -> Iterator[Finding]:
    """Events and rows side by side, both in the order of the rows' numbers."""
    lying = rows_of(connection, table.name) if live else iter(())
    here = next(lying, None)
    for row in _rows_in_trail(events_of(connection, table.name), table.name, report):
        if isinstance(row, Finding):
            yield row
            continue
        while here is not None and here[0] < row.row_id:
            report.rows += 1
            yield Finding("row_without_trail", table.name, here[0])
            here = next(lying, None)
        content = None
        if here is not None and here[0] == row.row_id:
            report.rows += 1
            content, here = here[1], next(lying, None)
        if live:
            yield from row.compared(content, table.secret)
    while here is not None:
        report.rows += 1
        yield Finding("row_without_trail", table.name, here[0])
        here = next(lying, None)


def _rows_in_trail(events: Iterator[Event], table: str, report: Report) -> Iterator[Row | Finding]:
    """Each row that the trail tells of, at its end; before it what was found on the way."""
    row = None
    for event in events:
        report.events += 1
        report.redacted += event.redacted
        if row is None or row.row_id != event.row_id:
            if row is not None:
                yield from row.end()
                yield row
            row = Row(table, event.row_id)
        yield from row.take(event)
    if row is not None:
        yield from row.end()
        yield row
