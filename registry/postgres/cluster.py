"""The data folder of the embedded server: made once, configured before each start, read to find the server.

`folder` is the project's own private folder (owner only), in which lie `cluster` (PostgreSQL's
data), `password`, `log`, `socket`, `lock` and `users`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg

from registry.postgres.programs import MAJOR, EmbeddedServerError, run

ROLE = DATABASE = "registry"
# Without superuser's rights; what they may do is granted by registry/guard/roles.py.
ROLES_OF_WORK = {
    f"{ROLE}_app": "LOGIN NOINHERIT",
    f"{ROLE}_app_wide": "NOLOGIN",
    f"{ROLE}_seal": "LOGIN",
}
PORT = 5432  # without network connections no more than a part of the socket's name
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 103  # bytes; macOS allows 103, Linux 107


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server as it describes itself in postmaster.pid."""

    pid: int
    port: int
    socket_folder: str
    status: str

    @property
    def host(self) -> str:
        """What a client calls the server's host."""
        return self.socket_folder or "127.0.0.1"

    def alive(self) -> bool:
        """Whether a process of this number is there, works, and is ours."""
        if os.name == "nt":
            return True  # there os.kill would not ask but act; answers() decides
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        # A container often has nobody who clears away processes that have ended ("Z").
        status = Path(f"/proc/{self.pid}/stat")
        return not (status.exists() and ") Z " in status.read_text(errors="replace"))

    def answers(self) -> bool:
        """Whether somebody listens at the address."""
        try:
            if self.socket_folder:
                with socket.socket(socket.AF_UNIX) as line:
                    line.settimeout(5)
                    line.connect(f"{self.socket_folder}/.s.PGSQL.{self.port}")
            else:
                socket.create_connection((self.host, self.port), timeout=5).close()
        except OSError:
            return False
        return True


def read_postmaster(cluster: Path) -> Postmaster | None:
    """The server that postmaster.pid of this very folder describes, running or not.

    None without the file, and for one that came with a copy of another project.
    """
    try:
        lines = (cluster / "postmaster.pid").read_text(errors="surrogateescape").splitlines()
    except FileNotFoundError:
        return None
    lines += [""] * (8 - len(lines))
    if not lines[0].isdigit() or (lines[1] and not _same(lines[1], cluster)):
        return None
    return Postmaster(int(lines[0]), int(lines[3] or 0), lines[4], lines[7].strip() or "starting")


def _same(one: str, other: Path) -> bool:
    return os.path.exists(one) and os.path.samefile(one, other)


def private_folder(folder: Path) -> None:
    """Make the folder that only its owner may enter.

    Raises EmbeddedServerError if it belongs to somebody else: two users at one set of
    data would leave files behind which the other cannot read.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedServerError(
            f"The data cannot be kept in {folder}: {error.strerror}. Set NETLM_VAR to a folder of your own."
        ) from None
    if not ours(folder):
        raise EmbeddedServerError(
            f"The folder {folder} belongs to another user of this machine. Run the project as that user, "
            "or set NETLM_VAR to a folder of your own."
        )
    folder.chmod(0o700)


def ours(path: Path) -> bool:
    """Whether `path` is there and belongs to the user that runs this."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return os.name == "nt" or found.st_uid == os.geteuid()


def create(folder: Path, durable: bool) -> None:
    """Make the cluster with its role, database and password, whole or not at all.

    The owner of the data is no superuser, as in a hospital, but may make the test database.
    The collation is PostgreSQL's own, so that every machine sorts alike.
    """
    unfinished = folder / "cluster.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    password = secrets.token_urlsafe(30)
    write_private(folder / "password", password)
    run(
        "initdb",
        "--pgdata=cluster.unfinished",
        "--username=postgres",
        "--pwfile=password",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        *([] if durable else ["--no-sync"]),
        cluster=unfinished,
    )
    run(
        "postgres",
        *("--single", "-D", "cluster.unfinished", "-c", "exit_on_error=true", "postgres"),
        cluster=unfinished,
        stdin=f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\n"
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n",
    )
    with (unfinished / "postgresql.conf").open("a") as configuration:
        configuration.write("\ninclude 'embedded.conf'  # written anew at every start\n")
    unfinished.rename(folder / "cluster")


def ensure_roles(folder: Path, running: Postmaster) -> None:
    """Make the roles that the application and the sealer connect as, where they are not there yet
    (a cluster of an earlier release has only the owner)."""
    made = folder / "roles"
    if made.exists():
        return
    password = (folder / "password").read_text()
    with psycopg.connect(
        host=running.host,
        port=running.port,
        user="postgres",
        password=password,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role, options in ROLES_OF_WORK.items():
            if role not in there:
                secret = f" PASSWORD '{password}'" if options.startswith("LOGIN") else ""
                connection.execute(f"CREATE ROLE {role} {options}{secret}")
        connection.execute(f"GRANT {ROLE}_app_wide TO {ROLE}_app")
    made.touch()


def check_version(cluster: Path) -> None:
    """Raises EmbeddedServerError if the data were written by another PostgreSQL than the one installed."""
    mark = cluster / "PG_VERSION"
    written_by = mark.read_text().strip() if mark.exists() else "(unknown)"
    if written_by != str(MAJOR):
        raise EmbeddedServerError(
            f"The data in {cluster} were written by PostgreSQL {written_by}, and PostgreSQL {MAJOR} does not "
            "read them. Nothing was changed. Go back to the release that wrote them, run "
            f"“manage.py backup FOLDER”, move the folder {cluster.parent} away, and load the backup with "
            "this release: “manage.py restore FOLDER”."
        )


def configure(folder: Path, durable: bool, cluster: Path | None = None) -> None:
    """Write the server's settings for this start: reachable for its owner alone, no patient in the log."""
    lines = [
        # Errors of statements quote rows or values; the application logs their class and constraint.
        "log_min_messages = log",
        "log_error_verbosity = terse",
        "log_min_error_statement = panic",
        "log_parameter_max_length = 0",
        "log_parameter_max_length_on_error = 0",
        f"fsync = {'on' if durable else 'off'}",
        f"full_page_writes = {'on' if durable else 'off'}",
        f"synchronous_commit = {'on' if durable else 'off'}",
    ]
    if sys.platform == "darwin" and durable:
        lines.append("wal_sync_method = fsync_writethrough")  # else macOS leaves it in the disk's cache
    if os.name == "nt":
        lines += ["listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", f"port = {_free_port()}"]
    else:
        sockets = socket_folder(folder)
        for left_behind in (
            SOCKET_NAME,
            f"{SOCKET_NAME}.lock",
        ):  # the latter names a process, as postmaster.pid
            (sockets / left_behind).unlink(missing_ok=True)
        quoted = str(sockets).replace("'", "''")
        lines += [
            "listen_addresses = ''",
            f"unix_socket_directories = '\"{quoted}\"'",
            "unix_socket_permissions = 0700",
            f"port = {PORT}",
        ]
    lines += _archiving()
    written = (cluster or folder / "cluster") / "embedded.conf"
    written.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _archiving() -> list[str]:
    """With NETLM_WAL_ARCHIVE, everything written goes there too, at the latest after a minute.

    A file stands under its name only when it is complete, and is never written again.
    """
    archive = os.environ.get("NETLM_WAL_ARCHIVE", "")
    if not archive:
        return []
    if os.name == "nt" or not Path(archive).is_absolute() or not set(archive).isdisjoint("'\"%$`\\\n"):
        raise EmbeddedServerError(
            f"NETLM_WAL_ARCHIVE is “{archive}”; it must be the whole path of a folder, without quotes, %, $ "
            "and backslashes. On Windows the log is not archived."
        )
    private_folder(Path(archive))
    keep = f'test ! -e "{archive}/%f" && cp "%p" "{archive}/%f.part" && chmod 400 "{archive}/%f.part"'
    keep += f' && sync "{archive}/%f.part" && mv "{archive}/%f.part" "{archive}/%f"'
    return ["archive_mode = on", f"archive_command = '{keep}'", "archive_timeout = 60"]


def socket_folder(folder: Path) -> Path:
    """A folder for the socket that only its owner may enter: `folder`/socket, else a short one elsewhere.

    The short one is remembered in `folder`/socket-folder and used again as long as it is
    still ours and private.
    """
    beside = folder / "socket"
    if _fits_socket(beside):
        private_folder(beside)
        return beside
    note = folder / "socket-folder"
    if note.exists() and _private(Path(note.read_text())):
        return Path(note.read_text())
    for parent in (tempfile.gettempdir(), "/tmp"):
        if _fits_socket(Path(parent, "netlm-12345678")):
            made = Path(tempfile.mkdtemp(prefix="netlm-", dir=parent))
            write_private(note, str(made))
            return made
    raise EmbeddedServerError(
        f"No folder has a path short enough for a socket; TMPDIR is {tempfile.gettempdir()}."
    )


def discard_socket_folder(folder: Path) -> None:
    """Remove the short folder elsewhere, if there is one, after the server has ended."""
    note = folder / "socket-folder"
    if note.exists():
        if _private(Path(note.read_text())):
            shutil.rmtree(note.read_text())
        note.unlink()


def _fits_socket(folder: Path) -> bool:
    """Whether the path is short enough, and free of what a list of socket folders or hosts cannot hold."""
    short = len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
    return short and str(folder).isprintable() and not set(str(folder)) & set(',"\\')


def _private(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def write_private(path: Path, text: str) -> None:
    """A file that only its owner can read, on the disk when this returns."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]
