"""Locks between processes which the operating system drops when their holder dies, however it dies.

A lock belongs to an open file: a forked child shares its parent's, a program that is
started does not inherit it.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


if sys.platform == "win32":
    import msvcrt

    # Windows locks ranges of bytes, and none for sharing: who joins locks one byte somewhere,
    # and nobody has joined if all of them can be locked together.
    _BYTES = 1_000_000

    def _locked(descriptor: int, start: int, length: int) -> bool:
        os.lseek(descriptor, start, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, length)
        except OSError:
            return False
        return True

    def _lock_alone(descriptor: int) -> None:
        while not _locked(descriptor, 0, 1):
            time.sleep(0.05)

    def join(path: Path) -> int:
        """Count as one of those who use what `path` stands for, until the descriptor is closed."""
        descriptor = _opened(path)
        while not _locked(descriptor, random.randrange(_BYTES), 1):
            pass
        return descriptor

    def _nobody(descriptor: int) -> bool:
        return _locked(descriptor, 0, _BYTES)

else:
    import fcntl

    def _lock_alone(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def join(path: Path) -> int:
        """Count as one of those who use what `path` stands for, until the descriptor is closed."""
        descriptor = _opened(path)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    def _nobody(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Inside, no other process and no other thread is inside; waits until that is so."""
    descriptor = _opened(path)
    try:
        _lock_alone(descriptor)
        yield
    finally:
        os.close(descriptor)


def nobody_in(path: Path) -> bool:
    """Whether no living process has joined."""
    descriptor = _opened(path)
    try:
        return _nobody(descriptor)
    finally:
        os.close(descriptor)
