"""The record of the promises: what the tests that prove them measured, written at the end of a run."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from tests.promises import FIGURES, in_full, proven_by


class Record:
    """Collects the outcome of the tests that carry @proves."""

    def __init__(self) -> None:
        self._tests: dict[str, list[str]] = {}
        self._failed: dict[str, list[str]] = {}
        self._skipped: set[str] = set()

    def ran(self, test: object) -> None:
        """A test has begun that may prove something."""
        for promise in _promises(test):
            self._tests.setdefault(promise, []).append(test.id())

    def failed(self, test: object) -> None:
        """A test, or a part of it, has failed."""
        whole = getattr(test, "test_case", test)
        for promise in _promises(whole):
            self._failed.setdefault(promise, []).append(whole.id())

    def skipped(self, test: object) -> None:
        """A test was skipped: it proves nothing."""
        self._skipped.add(getattr(test, "test_case", test).id())

    def write(self, path: Path) -> None:
        """Replace the entries of the promises of which a test ran now; the others stay as they were."""
        ran = {promise: set(tests) - self._skipped for promise, tests in self._tests.items()}
        now = {promise: self._entry(promise, tests) for promise, tests in ran.items() if tests}
        if not now:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps(_known(path) | now, indent=1, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(path)

    def _entry(self, promise: str, tests: set[str]) -> dict[str, object]:
        return {
            "tests": len(tests),
            "failed": sorted(set(self._failed.get(promise, []))),
            "figures": FIGURES.get(promise, []),
            "full": in_full(),
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": _commit(),
        }


def _promises(test: object) -> list[str]:
    return [one for one in proven_by(test) if one.startswith("P")]


def _known(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _commit() -> str:
    """The commit that was tested, with a + where files were changed since; empty outside of a repository."""
    here = Path(settings.BASE_DIR)
    try:
        said = subprocess.run(
            ["git", "-C", str(here), "describe", "--always", "--dirty=+", "--abbrev=10"],
            capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.stdout.strip()
