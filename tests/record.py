"""The record of the promises: what the tests that prove them measured, written at the end of a run."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from tests.promises import FIGURES, REDUCED, proven_by


class Record:
    """Collects the outcome of the tests that carry @proves, and the figures that each has measured."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, dict]] = {}
        self._failed: set[str] = set()
        self._skipped: set[str] = set()
        self._before: dict[str, int] = {}

    def begins(self, _test: object) -> None:
        """A test begins: what is measured from now on is its own."""
        self._before = {promise: len(figures) for promise, figures in FIGURES.items()}

    def failed(self, test: object) -> None:
        """A test, or a part of it, has failed."""
        self._failed.add(getattr(test, "test_case", test).id())

    def skipped(self, test: object) -> None:
        """A test was skipped: it proves nothing."""
        self._skipped.add(getattr(test, "test_case", test).id())

    def ended(self, test: object) -> None:
        """A test has ended; a skipped one, and one that proves nothing, leaves nothing."""
        if test.id() in self._skipped:
            return
        for promise in _promises(test):
            self._found.setdefault(promise, {})[test.id()] = {
                "failed": test.id() in self._failed,
                "figures": FIGURES.get(promise, [])[self._before.get(promise, 0) :],
                "full": promise not in REDUCED,
                "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            }

    def write(self, path: Path, whole: bool = False) -> None:
        """Replace the entries of the tests that ran now; the others stay as they were, unless the `whole`
        suite ran: then what did not run is no test any more."""
        if not self._found:
            return
        known, commit = ({} if whole else _known(path)), _commit()
        for promise, tests in self._found.items():
            entries = {name: one | {"commit": commit} for name, one in tests.items()}
            known[promise] = known.get(promise, {}) | entries
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps(known, indent=1, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(path)


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
