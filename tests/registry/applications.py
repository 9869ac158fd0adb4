"""Real processes that use real embedded servers in temporary folders: what the database tests share."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DURABLE = {"NETLM_THROWAWAY_DATABASE": "0"}
MAKE_TABLE = "CREATE TABLE kept AS SELECT 7 AS value"
READ_TABLE = "SELECT value FROM kept"

# An application: connects once, says what it found, and goes on using the database until its input ends.
APPLICATION = """
import json, os, sys
from pathlib import Path
import django
from django.conf import settings
from registry.database import settings_from
settings.configure(DATABASES={"default": settings_from(os.environ, Path.cwd())})
django.setup()
from django.db import connection

def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [list(row) for row in cursor.fetchall()] if cursor.description else []

print(json.dumps(ask(sys.argv[1])), flush=True)
"""
UNTIL_TOLD = (
    "\nfor line in sys.stdin:\n    connection.close()\n    print(json.dumps(ask(line)), flush=True)\n"
)

WSGI = APPLICATION.split("print(")[0] + (
    "def application(environ, start):\n"
    "    start('200 OK', [])\n"
    "    return [str(ask('SELECT 41 + 1')[0][0]).encode()]\n"
)


def environment(var: Path, **more: str) -> dict[str, str]:
    """The caller's environment with a data folder of its own; not durable unless told."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SECRET_KEY")
    }
    return kept | {
        "NETLM_VAR": str(var),
        "NETLM_THROWAWAY_DATABASE": "1",
        "PYTHONPATH": str(ROOT),
        **more,
    }


class Application:
    """A running process that uses the database."""

    def __init__(self, var: Path, *before: str, sql: str = "SELECT 1", code: str = "", **env: str) -> None:
        code = code or APPLICATION + UNTIL_TOLD
        self._process = subprocess.Popen(
            [*before, sys.executable, "-c", code, sql],
            env=environment(var, **env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid

    def answer(self) -> list:
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the application ended: {self._process.communicate()[1]}")
        return json.loads(line)

    def ask(self, sql: str) -> list:
        self._process.stdin.write(sql + "\n")
        self._process.stdin.flush()
        return self.answer()

    def end(self, wait: bool = True) -> str:
        """End in an orderly way; what it wrote to the error output."""
        self._process.stdin.close()
        self._process.stdin = None
        return self._process.communicate(timeout=60)[1] if wait else ""

    def kill(self) -> None:
        """End as `kill -9` does."""
        self._process.kill()
        self._process.communicate()


class Projects(unittest.TestCase):
    """Gives each test folders of its own, and leaves no server behind whatever happens."""

    def setUp(self) -> None:
        self._cleanup = ExitStack()
        self.addCleanup(self._cleanup.close)
        self.top = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="netlm test ")))
        self.top.chmod(0o755)
        self.var = self.top / "var"

    def application(self, var: Path | None = None, *before: str, **more: str) -> Application:
        var = var or self.var
        self._cleanup.callback(self.end_servers_under, var)
        application = Application(var, *before, **more)
        self._cleanup.callback(application.kill)
        return application

    def run_once(self, sql: str, var: Path | None = None, **more: str) -> list:
        application = self.application(var, sql=sql, **more)
        found = application.answer()
        self.assertEqual(application.end(), "")
        return found

    def failure(self, var: Path | None = None, **more: str) -> str:
        """What an application that cannot start says."""
        application = self.application(var, **more)
        with self.assertRaises(AssertionError) as caught:
            application.answer()
        return str(caught.exception)

    def folder(self, var: Path | None = None) -> Path:
        var = var or self.var
        return next((one for one in var.glob("*database") if one.is_dir()), var / "database")

    def server(self, var: Path | None = None) -> int:
        """The process number of the server."""
        return int((self.folder(var) / "cluster" / "postmaster.pid").read_text().split()[0])

    def end_servers_under(self, var: Path) -> None:
        if (self.folder(var) / "cluster" / "postmaster.pid").exists():
            os.kill(self.server(var), signal.SIGQUIT)

    def manage(self, *words: str, var: Path | None = None, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=environment(var or self.var, **more),
            capture_output=True,
            text=True,
            timeout=120,
        )

    def assert_runs(self, pid: int) -> None:
        os.kill(pid, 0)

    def assert_gone(self, pid: int) -> None:
        """The process has ended or does so within moments."""
        for _ in range(100):
            if not Path(f"/proc/{pid}").exists() and not alive(pid):
                return
            time.sleep(0.02)
        self.fail(f"process {pid} still runs")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]
