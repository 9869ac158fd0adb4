"""Real processes that use real embedded servers in temporary folders: what the database tests share."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import ExitStack
from pathlib import Path

from registry.postgres.cluster import Postmaster, discard_socket_folder, read_postmaster

ROOT = Path(__file__).resolve().parents[2]
DURABLE = {"NETLM_THROWAWAY_DATABASE": "0"}
MAKE_TABLE = "CREATE TABLE kept AS SELECT 7 AS value"
READ_TABLE = "SELECT value FROM kept"

CONNECT = """
import json, os, sys
from pathlib import Path
import django
from django.conf import settings
from registry.database import databases_from
databases = databases_from(os.environ, Path.cwd())
settings.configure(DATABASES={"default": databases.get("owner", databases["default"])})
django.setup()
from django.db import connection

def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [list(row) for row in cursor.fetchall()] if cursor.description else []
"""
# An application that asks one thing, says the answer, and goes on with what it is told until its input ends.
# Each further question comes over a new connection, as each request to a web server does.
APPLICATION = (
    CONNECT
    + """
print(json.dumps(ask(sys.argv[1])), flush=True)
for line in sys.stdin:
    connection.close()
    print(json.dumps(ask(line)), flush=True)
"""
)


def environment(var: Path, **more: str) -> dict[str, str]:
    """The caller's environment with a data folder of its own; not durable, hence quick, unless told."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    own = {"NETLM_VAR": str(var), "NETLM_THROWAWAY_DATABASE": "1", "PYTHONPATH": str(ROOT)}
    return kept | own | more


def temporary_folder() -> tempfile.TemporaryDirectory:
    """In memory where there is plenty: these tests write many gigabytes if all is added up."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30
    return tempfile.TemporaryDirectory(prefix="netlm-test-", dir=memory if roomy else None)


class Application:
    """A process that uses the database. `before` are words that stand before its command."""

    def __init__(self, var: Path, sql: str, before: tuple[str, ...], code: str, more: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [*before, sys.executable, "-c", code, sql],
            env=environment(var, **more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid

    def answer(self) -> list:
        """The rows it has asked for; fails with its error output if it has none."""
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the application ended: {self._process.communicate()[1]}")
        return json.loads(line)

    def ask(self, sql: str) -> list:
        self._process.stdin.write(sql + "\n")
        self._process.stdin.flush()
        return self.answer()

    def told_to_end(self) -> None:
        """Let it exit in an orderly way, without waiting for that."""
        self._process.stdin.close()
        self._process.stdin = None

    def end(self) -> str:
        """Let it exit in an orderly way; returns its error output."""
        self.told_to_end()
        return self._process.communicate(timeout=60)[1]

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._process.kill()
        self._process.communicate()


class Projects(unittest.TestCase):
    """Gives each test folders of its own, and leaves no server behind whatever happens."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        # A cluster to copy for each test, which is quicker than making one.
        top = Path(cls.enterClassContext(temporary_folder()))
        Application(top, "SELECT 1", (), APPLICATION, {}).end()
        cls._pristine = top / "throwaway-database"

    def setUp(self) -> None:
        self._cleanup = ExitStack()
        self.addCleanup(self._cleanup.close)
        self.top = Path(self._cleanup.enter_context(temporary_folder()))
        self.top.chmod(0o755)
        self.var = self.top / "var"

    def starting(
        self,
        sql: str = "SELECT 1",
        var: Path | None = None,
        before: tuple[str, ...] = (),
        code: str = APPLICATION,
        fresh: bool = False,
        **more: str,
    ) -> Application:
        """An application that has just been started and has not answered yet.

        It finds a database that was used before, or with `fresh` none.
        """
        var = var or self.var
        if not fresh and "DATABASE_URL" not in more:
            self.prepare(var, "database" if DURABLE.items() <= more.items() else "throwaway-database")
        self._cleanup.callback(self.end_server, var)
        application = Application(var, sql, before, code, more)
        self._cleanup.callback(application.kill)
        return application

    def prepare(self, var: Path, name: str = "throwaway-database") -> None:
        if not (var / name).exists():
            shutil.copytree(self._pristine, var / name)

    def running(self, *words, **more) -> Application:
        """An application that is connected."""
        application = self.starting(*words, **more)
        application.answer()
        return application

    def run_once(self, *words, **more) -> list:
        """What an application that then exits without complaint has found."""
        application = self.starting(*words, **more)
        found = application.answer()
        self.assertEqual(application.end(), "")
        return found

    def failure(self, **more) -> str:
        """What an application that cannot start says."""
        with self.assertRaises(AssertionError) as caught:
            self.running(**more)
        return str(caught.exception)

    def folder(self, var: Path | None = None) -> Path:
        """The private folder of the server, throw-away or not."""
        return next((var or self.var).glob("*database"))

    def postmaster(self, var: Path | None = None) -> Postmaster:
        """The server as it describes itself."""
        return read_postmaster(self.folder(var) / "cluster")

    def end_server(self, var: Path) -> None:
        for folder in var.glob("*database"):
            found = read_postmaster(folder / "cluster")
            if found and found.answers():
                os.kill(found.pid, signal.SIGQUIT)
                self.assert_gone(found.pid)
            discard_socket_folder(folder)

    def manage(self, *words: str, var: Path | None = None, **more: str) -> subprocess.CompletedProcess:
        """A finished `manage.py` with these words."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=environment(var or self.var, **more),
            capture_output=True,
            text=True,
            timeout=120,
        )

    def assert_runs(self, pid: int) -> None:
        self.assertTrue(runs(pid), f"process {pid} has ended")

    def assert_gone(self, pid: int) -> None:
        """The process has ended or does so within moments."""
        deadline = time.monotonic() + 10
        while runs(pid):
            self.assertLess(time.monotonic(), deadline, f"process {pid} still runs")
            time.sleep(0.01)


def runs(pid: int) -> bool:
    """Whether the process works; one that has ended and only waits to be noticed does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and ") Z " in status.read_text())


def free_port() -> int:
    """A port of this machine that nobody listens to at this moment."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]
