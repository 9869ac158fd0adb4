"""What the registry writes to its log while a test goes on, exactly as it would be written."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from registry.operations.logs import JsonLines


class Written(io.StringIO):
    """The log as text; `lines` reads it as what it is."""

    def lines(self, logger: str = "") -> list[dict]:
        found = [json.loads(line) for line in self.getvalue().splitlines()]
        return [line for line in found if line["logger"].startswith(logger)]


@contextmanager
def log() -> Iterator[Written]:
    """Everything that is logged inside, through the registry's own formatter."""
    written = Written()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    try:
        yield written
    finally:
        logging.getLogger().removeHandler(handler)
