"""Restoring a backup into an empty database, and proving that what came back is what was saved."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.db import connections

from registry import guard
from registry.guard.tables import TRAIL
from registry.operations.backups import (
    DATA,
    OWNER,
    PHYSICAL,
    BackupFailed,
    Manifest,
    read_manifest,
    running,
)
from registry.operations.encryption import Unreadable, decrypted
from registry.operations.recovery import Target, recover
from registry.operations.row_hashes import differing, row_hashes

VERIFIER = "verify_audit"
ROWS_AND_TABLES = ("--no-owner", "--no-privileges", "--no-policies", "--file=-")
# The statement that commits comes from here, once pg_restore has ended well.
IN_ONE_TRANSACTION = (
    *("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse"),
    *("--command=BEGIN", "--file=-"),
)
COMMIT = b"\nCOMMIT;\n"
# A setting of PostgreSQL 17 and newer, and a mark that some releases keep with each column by themselves.
NOT_EVERYWHERE = re.compile(rb"SET transaction_timeout |ALTER TABLE ONLY .+ SET \(pg_attver=\d+\);$")


def restore(folder: Path, target: Target | None = None) -> Manifest:
    """Load a backup into the empty database of the settings and verify it; raises BackupFailed.

    Only a physical backup can be brought to a `target` in time.
    """
    manifest = read_manifest(folder)
    _refuse_a_damaged_file(folder / DATA, manifest)
    if OWNER not in connections:
        raise BackupFailed("A backup is restored as the owner of the tables: set DATABASE_OWNER_URL.")
    if manifest.kind == PHYSICAL:
        recover(connections[OWNER], Pieces(data(folder, manifest)), target or Target())
        _refuse_an_earlier_state(manifest)
    elif target is not None:
        raise BackupFailed(
            "A logical backup is of one moment; only a physical one can be brought to another."
        )
    else:
        _load(folder, manifest)
        _refuse_other_rows(manifest)
    _verify()
    return manifest


def data(folder: Path, manifest: Manifest) -> Iterator[bytes]:
    """The data of a backup in pieces, decrypted; raises BackupFailed."""
    with (folder / DATA).open("rb") as file:
        if not manifest.encrypted:
            yield from iter(lambda: file.read(1 << 20), b"")
            return
        if not settings.BACKUP_KEY:
            raise BackupFailed("The backup is encrypted: set NETLM_BACKUP_KEY to the key it was made with.")
        try:
            yield from decrypted(file, settings.BACKUP_KEY)
        except Unreadable:
            raise BackupFailed("NETLM_BACKUP_KEY is not the key this backup was made with.") from None


class Pieces(io.RawIOBase):
    """An iterator of bytes as a file to be read once."""

    def __init__(self, pieces: Iterator[bytes]):
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _refuse_a_damaged_file(file: Path, manifest: Manifest) -> None:
    try:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise BackupFailed(f"{file} cannot be read: {error.strerror}.") from None
    if digest != manifest.sha256:
        raise BackupFailed(f"{file} is damaged: it is not the file that the manifest describes.")


def _load(folder: Path, manifest: Manifest) -> None:
    """All or nothing. Owner, grants and policies are laid anew, for the roles of here.

    pg_restore writes the statements and psql executes them, for among them are settings that only a
    server as new as pg_restore knows.
    """
    if connections[OWNER].introspection.table_names():
        raise BackupFailed("The database is not empty. A backup is only restored into an empty one.")
    pipe, silent = subprocess.PIPE, subprocess.DEVNULL
    with running("psql", *IN_ONE_TRANSACTION, stdin=pipe, stdout=silent) as loading:
        try:
            with running("pg_restore", *ROWS_AND_TABLES, stdin=pipe, stdout=pipe) as unpacking:
                _unpack(data(folder, manifest), unpacking, loading.stdin)
        except BackupFailed:
            if loading.poll() is None:
                raise
            return  # psql has given up first, and says why
        loading.stdin.write(COMMIT)
        loading.stdin.close()


def _unpack(pieces: Iterator[bytes], unpacking: subprocess.Popen, to: BinaryIO) -> None:
    """The pieces of an archive through pg_restore, and what it makes of them further on."""
    passing = threading.Thread(target=pass_on, args=(unpacking.stdout, to))
    passing.start()
    try:
        for piece in pieces:
            unpacking.stdin.write(piece)
        unpacking.stdin.close()
    except BackupFailed:
        unpacking.kill()
        raise
    finally:
        passing.join()


def pass_on(statements: BinaryIO, to: BinaryIO) -> None:
    """Everything but what another release of the server refuses; it stands before the first rows."""
    with contextlib.suppress(BrokenPipeError), statements:
        for line in statements:
            if not NOT_EVERYWHERE.match(line):
                to.write(line)
            if line.startswith(b"COPY "):
                break
        shutil.copyfileobj(statements, to, 1 << 20)


def _refuse_other_rows(manifest: Manifest) -> None:
    if different := differing(manifest.tables, row_hashes(OWNER)):
        raise BackupFailed(
            f"Restored, but the rows of {', '.join(different)} are not those that were saved. Do not use it."
        )


def _refuse_an_earlier_state(manifest: Manifest) -> None:
    """The trail must reach at least as far as when the backup began."""
    if not manifest.newest_event:
        return
    with connections[OWNER].cursor() as cursor:
        cursor.execute(f"SELECT encode(hash, 'hex') FROM {TRAIL} WHERE id = %s", [manifest.newest_event])
        if cursor.fetchone() != (manifest.newest_hash,):
            raise BackupFailed("Restored, but the trail does not reach the backup. Do not use it.")


def _verify() -> None:
    """Bring the tables to this release, lay the guard, and let the verifier read the whole trail."""
    call_command("migrate", verbosity=0, interactive=False)
    if wrong := guard.differences(OWNER):
        raise BackupFailed(f"Restored, but the guard is not complete: {'; '.join(wrong)}.")
    if VERIFIER not in get_commands():
        return
    said = io.StringIO()
    try:
        call_command(VERIFIER, stdout=said)
    except (CommandError, SystemExit) as found:
        if isinstance(found, SystemExit) and not found.code:
            return
        raise BackupFailed(f"Restored, but the trail does not verify: {said.getvalue() or found}") from None
