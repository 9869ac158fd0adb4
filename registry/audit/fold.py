"""The events of one row, played to the state in which they leave it."""

from __future__ import annotations

from collections.abc import Iterator

from registry.audit.chain import Event, check_event
from registry.audit.findings import Finding

MASK = "•••"  # a secret: the trail knows that it was set, not what it is
GONE: dict = {}


class Row:
    """One row while its events are read, in their order.

    `state` is the row as the trail has it: column → value for all that is set; None when it was deleted.
    """

    def __init__(self, table: str, row_id: int):
        self.table, self.row_id = table, row_id
        self.state: dict | None = None
        self.last: Event | None = None
        self._redacted: list[int] = []  # events whose content is gone and not yet restated

    def take(self, event: Event) -> Iterator[Finding]:
        """Play the next event; yields what is wrong with it."""
        yield from check_event(event, self.table, self.last)
        self.last = event
        if event.redacted:
            self._redacted.append(event.id)
            return
        content = event.content()
        if event.operation == "redact":
            self._redacted.clear()
            self.state = {name: new for name, (_old, new) in content.items()} or None
            return
        if not self._redacted:
            yield from self._disagreements(event, content)
        self.state = _played(self.state, event.operation, content)

    def _disagreements(self, event: Event, content: dict) -> Iterator[Finding]:
        """Old values that are not those which the trail had before."""
        known = self.state or GONE
        if event.operation == "schema":
            return
        for name, (old, _new) in content.items():
            if known.get(name) != old:
                yield Finding("old_value_differs", self.table, self.row_id, name, event.id)

    def end(self) -> Iterator[Finding]:
        """What can only be said after the last event: redacted content that nothing restates."""
        for event in self._redacted:
            yield Finding("redacted_without_record", self.table, self.row_id, event=event)

    def compared(self, live: dict | None, secret: tuple[str, ...]) -> Iterator[Finding]:
        """What is different in the table; `live` is the row as it lies there, None if it does not."""
        if self._redacted or (live is None and self.state is None):
            return
        if live is None or self.state is None:
            kind = "row_missing" if live is None else "row_differs"
            yield Finding(kind, self.table, self.row_id)
            return
        for name, value in live.items():
            told = self.state.get(name)
            same = (value is None) == (told is None) if name in secret else value == told
            if not same:
                yield Finding("row_differs", self.table, self.row_id, name)


def _played(state: dict | None, operation: str, content: dict) -> dict | None:
    if operation == "delete":
        return None
    changed = dict(state or GONE)
    changed.update((name, new) for name, (_old, new) in content.items())
    return changed
