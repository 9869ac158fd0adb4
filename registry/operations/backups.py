"""Backups: a folder with one file of data and a manifest by which it is known again when restored.

A logical backup is a pg_dump of one moment, with the hash of every table at that moment. A physical
one is the whole cluster while it works; with the archived write-ahead log it can be brought to
any second after (docs/operations.md). With NETLM_BACKUP_KEY the file is encrypted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from registry.guard.tables import TRAIL
from registry.operations.encryption import encrypt
from registry.operations.row_hashes import Rows, row_hashes
from registry.postgres import programs

MANIFEST, DATA = "manifest.json", "data"
LOGICAL, PHYSICAL = "logical", "physical"
OWNER = "owner"


class BackupFailed(Exception):
    """A backup cannot be made or restored; the message says why and holds no data."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: `tables` is empty in a physical one, which is of no single moment."""

    kind: str
    made: datetime
    server: str  # PostgreSQL's version
    release: str  # the newest migration of the registry
    encrypted: bool
    bytes: int
    sha256: str
    newest_event: int
    newest_hash: str  # of that event of the trail
    tables: dict[str, Rows] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        plain = asdict(self) | {"made": self.made.isoformat()}
        (folder / MANIFEST).write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Raises BackupFailed if the folder is no backup, or one that was never finished."""
    try:
        plain = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        tables = {name: Rows(**rows) for name, rows in plain.pop("tables").items()}
        made = datetime.fromisoformat(plain.pop("made"))
        return Manifest(**plain, made=made, tables=tables)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise BackupFailed(f"{folder} is not a backup: it has no readable {MANIFEST}.") from None


def newest_backup(parent: Path) -> Manifest | None:
    """The newest finished backup among the folders in `parent`."""
    found = []
    for manifest in parent.glob(f"*/{MANIFEST}"):
        try:
            found.append(read_manifest(manifest.parent))
        except BackupFailed:
            continue
    return max(found, key=lambda one: one.made, default=None)


def make(folder: Path, kind: str = LOGICAL) -> Manifest:
    """Write a backup to `folder`, which must not be there yet; whole or not at all.

    Only the user that runs this can read it. Raises BackupFailed.
    """
    if folder.exists():
        raise BackupFailed(f"{folder} is there already and is not overwritten.")
    if OWNER not in connections:
        raise BackupFailed("A backup reads everything, as the owner of the tables: set DATABASE_OWNER_URL.")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished.mkdir(mode=0o700)
        with _private_files():
            manifest = (_dump if kind == LOGICAL else _copy)(unfinished / DATA)
            manifest.write(unfinished)
        unfinished.rename(folder)
    except OSError as error:
        raise BackupFailed(f"{folder} cannot be written: {error.strerror}.") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def _dump(file: Path) -> Manifest:
    """pg_dump and the hashes of the tables, of the same moment."""
    with transaction.atomic(OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        description = _description(cursor, LOGICAL)
        _stream(file, "pg_dump", "--format=custom", f"--snapshot={snapshot}")
        return Manifest(**description, **_file_facts(file), tables=row_hashes(OWNER))


def _copy(file: Path) -> Manifest:
    """The whole cluster as one tar, with the log that belongs to it."""
    with connections[OWNER].cursor() as cursor:
        description = _description(cursor, PHYSICAL)
    _stream(file, "pg_basebackup", "--format=tar", "--pgdata=-", "--wal-method=fetch", "--checkpoint=fast")
    return Manifest(**description, **_file_facts(file))


def _description(cursor, kind: str) -> dict[str, object]:
    cursor.execute("SELECT current_setting('server_version'), now()")
    server, now = cursor.fetchone()
    applied = MigrationRecorder(connections[OWNER]).applied_migrations()
    newest, head = 0, ""
    if TRAIL in connections[OWNER].introspection.table_names(cursor):
        cursor.execute(f"SELECT id, encode(hash, 'hex') FROM {TRAIL} ORDER BY id DESC LIMIT 1")
        newest, head = cursor.fetchone() or (0, "")
    return {
        "kind": kind,
        "made": now.astimezone(UTC),
        "server": server,
        "release": max((name for app, name in applied if app == "registry"), default=""),
        "newest_event": newest,
        "newest_hash": head,
    }


def _file_facts(file: Path) -> dict[str, object]:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {"encrypted": bool(settings.BACKUP_KEY), "bytes": file.stat().st_size, "sha256": digest}


def _stream(file: Path, program: str, *arguments: str) -> None:
    """Write what a program of PostgreSQL says to `file`, through the encryption if there is a key."""
    with file.open("xb") as target, running(program, *arguments, stdout=subprocess.PIPE) as process:
        if settings.BACKUP_KEY:
            encrypt(process.stdout, target, settings.BACKUP_KEY)
        else:
            shutil.copyfileobj(process.stdout, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())


@contextmanager
def running(program: str, *arguments: str, **streams) -> Iterator[subprocess.Popen]:
    """A program of PostgreSQL at work on the owner's database, with the password where `ps` does not show it.

    Raises BackupFailed if it ends with an error, with what it says; these programs name tables, not rows.
    """
    environment = os.environ | {"LC_ALL": "C"} | _login(replicating=program == "pg_basebackup")
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([_program(program), *arguments], env=environment, stderr=said, **streams)
        try:
            with process:
                yield process
        except BrokenPipeError:
            pass  # it has ended early and says why
        except BaseException:
            process.kill()
            raise
        if process.returncode:
            said.seek(0)
            raise BackupFailed(f"{program} failed: {_first_line(said)}")


def _first_line(said: BinaryIO) -> str:
    lines = [line for line in said.read().decode(errors="replace").splitlines() if line.strip()]
    return next((line for line in lines if "error" in line), lines[0] if lines else "it gave no reason")


def _login(replicating: bool) -> dict[str, str]:
    """How the programs reach the database; of an embedded cluster only its superuser may copy the files."""
    connections[OWNER].ensure_connection()
    info = connections[OWNER].connection.info
    given = {"PGHOST": info.host, "PGPORT": str(info.port), "PGUSER": info.user, "PGDATABASE": info.dbname}
    if "sslmode" in (options := info.get_parameters()):
        given |= {
            f"PG{name.upper()}": options[name] for name in ("sslmode", "sslrootcert") if name in options
        }
    if replicating and hasattr(connections[OWNER], "server"):
        given["PGUSER"] = "postgres"  # has the same password file, which only this user can read
    return given | {"PGPASSWORD": info.password}


def _program(name: str) -> str:
    """The program that came with the embedded server, else the system's."""
    try:
        return str(programs.folder() / name)
    except programs.EmbeddedServerError:
        found = shutil.which(name)
    if found is None:
        raise BackupFailed(f"The program {name} of PostgreSQL is not installed here.")
    return found


@contextmanager
def _private_files() -> Iterator[None]:
    """Files that are made inside can be read by their owner alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
