"""An embedded cluster from a physical backup, as it was when the backup ended or at a chosen second."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import tarfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from registry.operations.backups import BackupFailed
from registry.postgres import cluster as clusters
from registry.postgres import programs
from registry.postgres.server import LONGEST_START_S, EmbeddedServer

TRUST = (
    "local all postgres trust\n"  # through a socket that only its owner can reach, until there is a password
)
LOGINS = (
    "postgres",
    clusters.ROLE,
    *(name for name, how in clusters.ROLES_OF_WORK.items() if how[:5] == "LOGIN"),
)


@dataclass(frozen=True)
class Target:
    """How far to go beyond the backup: with the log archived in `archive`, to its end or until `until`."""

    archive: Path | None = None
    until: datetime | None = None


def recover(connection, backup: io.RawIOBase, target: Target) -> None:
    """Unpack the backup as the embedded server's cluster and let it recover; raises BackupFailed."""
    server = getattr(connection, "server", None)
    if server is None or os.name == "nt":
        raise BackupFailed(
            "A physical backup is unpacked by the administrator of the database server; docs/operations.md "
            "says how. This command does it for the embedded server on Linux and macOS."
        )
    if target.until and not target.archive:
        raise BackupFailed("To go to a chosen second the archived write-ahead log is needed: --wal FOLDER.")
    connection.close()
    clusters.private_folder(server.folder)
    if server.cluster.exists():
        raise BackupFailed(
            f"There is a database in {server.folder}. Move it away, or set NETLM_VAR elsewhere."
        )
    unfinished = server.folder / "cluster.unfinished"
    try:
        _unpack(backup, unfinished)
        _run_once(server, unfinished, target)
        unfinished.rename(server.cluster)
    except programs.ProgramFailed as failure:
        raise BackupFailed(f"The server did not recover: {_last_line(str(failure), server.folder)}") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _unpack(backup: io.RawIOBase, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        with tarfile.open(fileobj=io.BufferedReader(backup), mode="r|") as packed:
            packed.extractall(folder, filter="data")
    except tarfile.TarError:
        raise BackupFailed("The backup cannot be unpacked.") from None
    clusters.check_version(folder)


def _run_once(server: EmbeddedServer, folder: Path, target: Target) -> None:
    """Start the server alone, wait until it has recovered, give new passwords, and stop it."""
    _write_settings(server, folder, target)
    access = folder / "pg_hba.conf"
    usual = access.read_text()
    access.write_text(TRUST)
    at = f"--pgdata={folder.name}"
    try:
        programs.run(
            "pg_ctl",
            *("start", at, "--log=recovery.log", "--wait", f"--timeout={LONGEST_START_S}"),
            cluster=folder,
        )
        try:
            _give_passwords(server.folder, folder)
        finally:
            programs.run("pg_ctl", "stop", at, "--mode=fast", "--wait", cluster=folder)
    finally:
        access.write_text(usual)


def _write_settings(server: EmbeddedServer, folder: Path, target: Target) -> None:
    clusters.configure(server.folder, server.durable, folder)
    lines = ["archive_mode = off"]  # this one start alone; the next writes the settings anew
    if target.archive:
        (folder / "recovery.signal").touch()
        # what is archived can only be read; the server opens its own copy for writing
        fetch = f'cp "{target.archive.absolute()}/%f" "%p" && chmod 600 "%p"'.replace("'", "''")
        lines += [f"restore_command = '{fetch}'", "recovery_target_action = 'promote'"]
    if target.until:
        until = target.until.astimezone(UTC).isoformat(sep=" ")
        lines.append(f"recovery_target_time = '{until}'")
    with (folder / "embedded.conf").open("a", encoding="utf-8") as settings:
        settings.write("\n".join(lines) + "\n")


def _give_passwords(private: Path, folder: Path) -> None:
    """The passwords of the machine that was saved stay there; here are new ones."""
    running = clusters.read_postmaster(folder)
    with psycopg.connect(
        host=running.host, port=running.port, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        begun = time.monotonic()
        while connection.execute("SELECT pg_is_in_recovery()").fetchone()[0]:
            if time.monotonic() - begun > LONGEST_START_S:
                raise BackupFailed("The server has not finished recovering.")
            time.sleep(0.05)
        password = secrets.token_urlsafe(30)
        there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role in there.intersection(LOGINS):
            connection.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
    clusters.write_private(private / "password", password)


def _last_line(said: str, private: Path) -> str:
    """What the server itself says about its start: settings and files, never rows."""
    log = private / "recovery.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else said.splitlines()
    fatal = [line for line in lines if "FATAL" in line]
    return (fatal or lines or [said])[-1]
