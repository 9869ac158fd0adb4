"""The life of the embedded server: it starts with its first user and ends with its last.

Users are processes. Each holds a lock that the operating system drops when the process
ends, so that a killed one does not count for ever. Every clean exit stops a server that
nobody uses any more, also one that a killed process has left behind.
"""

from __future__ import annotations

import atexit
import os
import shutil
import time
from functools import cache
from pathlib import Path
from urllib.parse import quote

from registry.postgres import cluster as clusters
from registry.postgres import locks
from registry.postgres.cluster import DATABASE, ROLE, Postmaster, read_postmaster
from registry.postgres.programs import EmbeddedServerError, ProgramFailed, run

LONGEST_START_S = 600  # recovery after a power cut may take long, and ending it early helps nobody
LONGEST_SILENCE_S = 3  # a server opens its socket within milliseconds of writing postmaster.pid


class EmbeddedServer:
    """A private PostgreSQL with its data under `folder`.

    `durable` False is for tests: commits do not wait for the disk, and data that a crash
    may have spoiled are thrown away and made anew.
    """

    def __init__(self, folder: Path, durable: bool = True) -> None:
        self.folder = folder
        self.cluster = folder / "cluster"
        self.durable = durable
        self._membership: int | None = None
        self._known: Postmaster | None = None
        self._ended = False

    def connection_settings(self, role: str = ROLE) -> dict[str, str]:
        """HOST, PORT, USER and PASSWORD of the server, which runs from now on while this process lives.

        Raises EmbeddedServerError.
        """
        if self._membership is None or not self._still_there():
            clusters.private_folder(self.folder)
            with self._alone():
                if self._ended:
                    raise EmbeddedServerError("This process is ending and does not start the database again.")
                if self._membership is None:
                    self._membership = locks.join(self._users)
                self._known = self._running() or self._start()
        return {
            "HOST": self._known.host,
            "PORT": str(self._known.port),
            "USER": role,
            "PASSWORD": (self.folder / "password").read_text(),
        }

    def url(self) -> str:
        """The address for other programs, with the password, as DATABASE_URL has it."""
        given = self.connection_settings()
        login = f"{given['USER']}:{quote(given['PASSWORD'])}"
        host = quote(given["HOST"], safe="")
        return f"postgresql://{login}@/{DATABASE}?host={host}&port={given['PORT']}"

    def end(self) -> None:
        """Leave for good: a thread that still serves a request must not start the server once more."""
        self._ended = True
        self.leave()

    def leave(self) -> None:
        """End this process's use, and the server with it if this was the last."""
        if self._membership is None and not self._left_behind():
            return
        with self._alone():
            if self._membership is not None:
                os.close(self._membership)
                self._membership = self._known = None
            if locks.nobody_in(self._users):
                self._stop()

    def stop(self) -> bool:
        """Stop the server unless some process uses it; whether it rests afterwards."""
        self.leave()
        return not self.in_use()

    def in_use(self) -> bool:
        """Whether any living process, this one included, uses the server."""
        if not clusters.ours(self.folder):
            return False
        with self._alone():
            return not locks.nobody_in(self._users)

    def postmaster(self) -> Postmaster | None:
        """The running server; None if there is none. Starts nothing and waits for nothing."""
        found = read_postmaster(self.cluster) if clusters.ours(self.folder) else None
        return found if found and found.alive() and found.answers() else None

    @property
    def _users(self) -> Path:
        return self.folder / "users"

    def _alone(self):
        return locks.alone(self.folder / "lock")

    def _left_behind(self) -> bool:
        return clusters.ours(self.folder) and (self.cluster / "postmaster.pid").exists()

    def _still_there(self) -> bool:
        """Cheap, for every new connection: the server last seen is unchanged and its process lives."""
        known = self._known
        return known is not None and known == read_postmaster(self.cluster) and known.alive()

    def _running(self) -> Postmaster | None:
        """The server as soon as it takes connections; None if none runs. Only inside the lock.

        The lock keeps everybody else from starting and stopping meanwhile, so a process that
        has the number in postmaster.pid and does not answer is another program that got
        the number later, for example after a power cut.
        """
        begun = time.monotonic()
        answered = begun
        while (found := read_postmaster(self.cluster)) and found.alive():
            now = time.monotonic()
            if found.answers():
                answered = now
                if found.status == "ready":
                    return found
            if now - answered > LONGEST_SILENCE_S:
                break
            if now - begun > LONGEST_START_S:
                raise EmbeddedServerError(
                    f"The database in {self.folder} is still {found.status}. Try again later."
                )
            time.sleep(0.02)
        return None

    def _start(self) -> Postmaster:
        self._clear_up_after_a_crash()
        try:
            if not self.cluster.exists():
                clusters.create(self.folder, self.durable)
            clusters.check_version(self.cluster)
            clusters.configure(self.folder, self.durable)
            log = self.folder / "log"
            if log.exists():
                log.replace(self.folder / "log.previous")
            run(
                "pg_ctl",
                *("start", "--pgdata=cluster", "--log=log", "--wait", f"--timeout={LONGEST_START_S}"),
                cluster=self.cluster,
            )
        except ProgramFailed as failure:
            raise EmbeddedServerError(self._what_went_wrong(str(failure))) from None
        found = self._running()
        if found is None:
            raise EmbeddedServerError(self._what_went_wrong("The server ended right after its start."))
        clusters.ensure_roles(self.folder, found)
        return found

    def _clear_up_after_a_crash(self) -> None:
        """An orderly end removes postmaster.pid. Only inside the lock, when no server runs."""
        note = self.cluster / "postmaster.pid"
        if not note.exists():
            return
        if self.durable:
            # PostgreSQL takes any process that has got the number for a server. Should processes of a
            # killed server really be at work on the data, it sees that by its shared memory.
            note.unlink()
        else:
            shutil.rmtree(self.cluster)  # without fsync it may be spoiled

    def _what_went_wrong(self, said: str) -> str:
        log = self.folder / "log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        report = "\n".join([said, *lines[-20:]])
        return (
            f"The embedded PostgreSQL in {self.folder} did not start. What it says:\n\n{report}\n\n"
            "The data were not changed. docs/deployment.md says what helps; a server named in DATABASE_URL "
            "can be used instead."
        )

    def _stop(self) -> None:
        """Stop whatever runs; open connections are ended. Only inside the lock."""
        # One that does not answer is not our server: its number in postmaster.pid now belongs to
        # another program, which must not be sent a signal.
        if self.postmaster() is None:
            return
        try:
            run("pg_ctl", *("stop", "--pgdata=cluster", "--mode=fast", "--wait"), cluster=self.cluster)
        except ProgramFailed as failure:
            if self.postmaster():
                raise EmbeddedServerError(f"The database in {self.folder} did not stop: {failure}") from None
        clusters.discard_socket_folder(self.folder)


@cache
def embedded_server(folder: str, durable: bool) -> EmbeddedServer:
    """This process's one EmbeddedServer for a folder; it is left when the process exits."""
    server = EmbeddedServer(Path(folder), durable)
    atexit.register(server.end)
    return server
