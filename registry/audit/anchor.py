"""Anchors: files in which each seal is noted where the database's administrator cannot write.

One line for each seal, "number time mac", only ever appended; several files may be named. A line
"restored …" says that an older state of the database was restored on purpose, by whom it concerns:
the seals above it that the database no longer has are then explained.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from registry.audit.findings import Finding
from registry.audit.seals import Seal

LINE = re.compile(r"(?P<seal>\d+) \S+ (?P<mac>[0-9a-f]{64})|restored \S+ (?P<restored>\d+)")


def anchor_files() -> list[Path]:
    """The files that NETLM_SEAL_ANCHOR names."""
    return [Path(one) for one in settings.SEAL_ANCHORS]


def read(path: Path) -> dict[int, str]:
    """What the file says should be there: number of the seal → its mac (hexadecimal).

    A line that a power cut has cut short is passed over; its seal was noted again. Raises OSError,
    and ValueError for a file that is no anchor.
    """
    text = path.read_text(encoding="utf-8")
    found: dict[int, str] = {}
    lines = [match for line in text.splitlines() if (match := LINE.fullmatch(line))]
    if text.strip() and not lines:
        raise ValueError("no line is that of an anchor")
    for match in lines:
        if match["seal"]:
            found[int(match["seal"])] = match["mac"]
        else:
            found = {number: mac for number, mac in found.items() if number <= int(match["restored"])}
    return found


def note(path: Path, seals: Iterable[Seal]) -> int:
    """Append the seals that the file has not yet; the number of lines written. Waits for the disk."""
    known = read(path) if path.exists() else {}
    lines = [f"{one.id} {one.at.isoformat()} {one.mac.hex()}\n" for one in seals if one.id not in known]
    _append(path, lines)
    return len(lines)


def note_restore(path: Path, newest: Seal | None) -> None:
    """Note that the database was restored on purpose and now ends with this seal."""
    _append(path, [f"restored {timezone.now().isoformat()} {newest.id if newest else 0}\n"])


def _append(path: Path, lines: list[str]) -> None:
    if not lines:
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        if _cut_short(path):
            file.write(b"\n")
        file.write("".join(lines).encode())
        file.flush()
        os.fsync(file.fileno())


def _cut_short(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def check(path: Path, seals: list[Seal]) -> Iterator[Finding]:
    """Whether the file and the database tell of the same seals."""
    try:
        anchored = read(path)
    except (OSError, ValueError):
        yield Finding("anchor_unreadable", note=path.name)
        return
    there = {one.id: one.mac.hex() for one in seals}
    for number, mac in anchored.items():
        if number not in there:
            yield Finding("anchor_unknown", seal=number, note=path.name)
        elif there[number] != mac:
            yield Finding("anchor_differs", seal=number, note=path.name)
    between = range(min(anchored, default=0), max(anchored, default=0))
    yield from (
        Finding("anchor_incomplete", seal=number, note=path.name)
        for number in there
        if number in between and number not in anchored
    )
