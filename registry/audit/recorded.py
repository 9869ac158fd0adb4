"""The last verification, kept for the auditors' page: what was looked at and what was found, no values."""

from __future__ import annotations

import json
import os
from pathlib import Path

from registry.audit.verify import Report


def as_data(report: Report) -> dict[str, object]:
    """The report for programs and for the page."""
    waiting_since = report.seals.waiting_since
    return {
        "ok": report.ok,
        "begun": report.begun.isoformat(),
        "seconds": round((report.ended - report.begun).total_seconds(), 1),
        "tables": report.tables,
        "events": report.events,
        "rows": report.rows,
        "redacted": report.redacted,
        "seals": report.seals.seals,
        "key": report.seals.key_known,
        "anchors": report.seals.anchors,
        "waiting": report.seals.waiting,
        "waiting_since": waiting_since and waiting_since.isoformat(),
        "findings": [one.as_data() for one in report.findings],
        "more": report.more,
    }


def keep(report: Report, path: Path) -> None:
    """Write the report where the page finds it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(as_data(report), ensure_ascii=False), encoding="utf-8")
    unfinished.replace(path)


def last(path: Path) -> dict | None:
    """The last report; None if there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "findings" in found else None
