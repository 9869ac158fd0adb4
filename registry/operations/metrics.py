"""What is counted while the registry runs, for Prometheus and whatever reads its format.

Each process of the web server counts into a small file of its own that all of them can read, so that
whichever is asked answers for all. A process that starts goes on with the file of one that has
ended: counters never fall. Labels are names of routes, never addresses.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from registry.postgres import locks
from registry.postgres.cluster import ours

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
KEY, ENTRY, ENTRIES = 120, 128, 4096
REQUESTS, SECONDS, SLOWER = "netlm_requests_total", "netlm_request_seconds", "netlm_request_seconds_bucket"


class Counts:
    """The counters of this process, in a file: entries of a name (KEY bytes) and a number."""

    def __init__(self, path: Path):
        with path.open("a+b") as file:
            file.truncate(ENTRY * ENTRIES)
            self._map = mmap.mmap(file.fileno(), ENTRY * ENTRIES)
        self._places = {name: place for place, (name, _value) in enumerate(_entries(self._map))}
        self._lock = threading.Lock()

    def add(self, name: str, amount: float = 1.0) -> None:
        """Count; a name that is too long, or one more than there is room for, is not counted."""
        encoded = name.encode()
        with self._lock:
            place = self._places.get(name)
            if place is None:
                if len(encoded) > KEY or len(self._places) == ENTRIES:
                    return
                place = self._places[name] = len(self._places)
                self._map[place * ENTRY : place * ENTRY + len(encoded)] = encoded
            at = place * ENTRY + KEY
            struct.pack_into("<d", self._map, at, struct.unpack_from("<d", self._map, at)[0] + amount)


def _entries(content: mmap.mmap | bytes) -> Iterator[tuple[str, float]]:
    for start in range(0, ENTRY * ENTRIES, ENTRY):
        name = content[start : start + KEY].rstrip(b"\0")
        if not name:
            return
        yield name.decode(), struct.unpack_from("<d", content, start + KEY)[0]


def folder() -> Path:
    """Where the processes of this installation and this user keep their counts."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    place = hashlib.sha256(str(settings.VAR_DIR).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir(), f"netlm-metrics-{user}-{place}")


_own: dict[int, Counts | None] = {}  # by process: a worker is forked from a parent that may have counted
_opening = threading.Lock()


def own_counts() -> Counts | None:
    """The counters of this process; None where nothing can be kept, which never stops the registry."""
    number = os.getpid()
    if number not in _own:
        with _opening:
            if number not in _own:
                try:
                    _own[number] = Counts(_free_file())
                except OSError:
                    _own[number] = None
    return _own[number]


def _free_file() -> Path:
    """A file that no living process counts into; it is ours until we end, however we end."""
    folder().mkdir(mode=0o700, exist_ok=True)
    if not ours(folder()):
        raise PermissionError
    with locks.alone(folder() / "lock"):
        number = 0
        while True:
            number += 1
            users = folder() / f"{number}.users"
            if locks.nobody_in(users):
                locks.join(users)  # the descriptor stays open until the process ends
                return folder() / f"{number}.counts"


def totals() -> Counter[str]:
    """All counters, over all processes that live or have lived."""
    found: Counter[str] = Counter()
    for path in folder().glob("*.counts") if folder().is_dir() else ():
        for name, value in _entries(path.read_bytes()):
            found[name] += value
    return found


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    counts = own_counts()
    if counts is None:
        return
    counts.add(f'{REQUESTS}{{route="{route}",method="{method}",status="{status}"}}')
    counts.add(f'{SECONDS}_sum{{route="{route}"}}', seconds)
    counts.add(f'{SECONDS}_count{{route="{route}"}}')
    for bound in BOUNDS:
        if seconds <= bound:
            counts.add(f'{SLOWER}{{route="{route}",le="{bound}"}}')


def exposition(gauges: dict[str, float | None]) -> str:
    """Counters and the gauges given, in the text format of Prometheus."""
    found = totals()
    lines = [f"# TYPE {REQUESTS} counter"]
    lines += [f"{name} {value:g}" for name, value in sorted(found.items()) if name.startswith(REQUESTS)]
    lines.append(f"# TYPE {SECONDS} histogram")
    lines += [f"{name} {value:.10g}" for name, value in sorted(found.items()) if name.startswith(SECONDS)]
    lines += [
        f'{SLOWER}{name.removeprefix(f"{SECONDS}_count")[:-1]},le="+Inf"}} {value:.10g}'
        for name, value in sorted(found.items())
        if name.startswith(f"{SECONDS}_count")
    ]
    for name, value in gauges.items():
        if value is not None:
            lines += [f"# TYPE {name} gauge", f"{name} {value:.12g}"]
    return "\n".join(lines) + "\n"
