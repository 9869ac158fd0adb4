"""The site as a hospital runs it: gunicorn with several worker processes, on a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connections

from tests.load.browser import BROKEN, Browser

HOST = "127.0.0.1"
LONGEST_START_S = 120


def on_the_test_database() -> dict[str, str]:
    """The environment of a process that works on this test's database, as the runtime role."""
    return {**os.environ, "DJANGO_SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": address_of("default")}


def address_of(alias: str) -> str:
    """The test database as this role reaches it, in the form of DATABASE_URL."""
    given = connections[alias].get_connection_params()
    query = f"?host={quote(str(given['host']), safe='')}&port={given.get('port') or 5432}"
    person = f"{given['user']}:{quote(given['password'], safe='')}"
    return f"postgresql://{person}@/{given['dbname']}{query}"


class Site:
    """Runs from entering to leaving; `workers` processes of so many threads answer."""

    def __init__(self, workers: int, environment: Mapping[str, str], threads: int = 1):
        self.workers, self.threads = workers, threads
        self.environment = environment
        self.port = _free_port()
        self.address = f"http://{HOST}:{self.port}"
        self._master: subprocess.Popen | None = None

    def __enter__(self) -> Site:
        self.start()
        return self

    def __exit__(self, *_error) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and wait until the site answers."""
        command = [sys.executable, "-m", "gunicorn", "registry.wsgi", f"--bind={HOST}:{self.port}"]
        command += [
            f"--workers={self.workers}",
            f"--threads={self.threads}",
            "--timeout=120",
            "--graceful-timeout=10",
        ]
        command += ["--log-level=critical"]
        folder, silent = Path(__file__).parents[2], subprocess.DEVNULL
        self._master = subprocess.Popen(
            command, env=self.environment, cwd=folder, stdout=silent, stderr=silent
        )
        until = time.monotonic() + LONGEST_START_S
        while not self.answers():
            if self._master.poll() is not None or time.monotonic() > until:
                raise AssertionError("gunicorn does not start")
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether the site is there."""
        try:
            return self.browser().get("/health/live/").status == 200
        except BROKEN:
            return False

    def stop(self) -> None:
        """Let it end in order."""
        if self._master is not None:
            self._master.terminate()
            self._master.wait(timeout=60)
            self._master = None

    def kill_a_worker(self) -> int:
        """kill -9 one of the processes that answer; gunicorn starts another. How many were there."""
        children = Path(f"/proc/{self._master.pid}/task/{self._master.pid}/children").read_text().split()
        if children:
            os.kill(int(children[0]), signal.SIGKILL)
        return len(children)

    def browser(self) -> Browser:
        """A browser in front of the site."""
        return Browser(HOST, self.port)


def _free_port() -> int:
    with socket.socket() as line:
        line.bind((HOST, 0))
        return line.getsockname()[1]
