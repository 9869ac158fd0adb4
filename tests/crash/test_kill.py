"""kill -9 of web processes and of PostgreSQL during many savings: nothing acknowledged is missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from unittest import SkipTest, TestCase

import psycopg
from psycopg.rows import dict_row

from registry.codes import ASCERT
from registry.postgres.cluster import read_postmaster
from tests.load.site import HOST, Site
from tests.load.team import PASSWORD, ROOT
from tests.promises import in_full, measured, proves, size

WRITERS, CASES = 4, 3
EVENTS = """
SELECT transaction_id, table_name, operation, patient_id, changes FROM registry_change
WHERE table_name IN ('registry_complication', 'registry_postopcourse') ORDER BY id
"""
CASE_OF = "SELECT id, patient_uid FROM registry_patient"


class Registry:
    """A durable registry of its own, in a folder of its own."""

    def __init__(self, folder: str):
        self.folder = Path(folder)
        self.environment = {**os.environ, "NETLM_VAR": folder, "DJANGO_SECRET_KEY": "k" * 50}
        for name in ("NETLM_THROWAWAY_DATABASE", "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEAL_URL"):
            self.environment.pop(name, None)

    def run(self, *command: str) -> str:
        """Run something on this registry; its output. Raises CalledProcessError."""
        return subprocess.run(
            [sys.executable, *command],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    @property
    def database(self) -> Path:
        return self.folder / "database"

    def kill_the_server(self) -> None:
        """kill -9 of PostgreSQL's first process; its children end by themselves."""
        found = read_postmaster(self.database / "cluster")
        if found is not None and found.alive():
            os.kill(found.pid, signal.SIGKILL)

    def ask(self, sql: str) -> list[dict]:
        """What the owner of the tables reads."""
        found = read_postmaster(self.database / "cluster")
        given = {"host": found.host, "port": found.port, "dbname": "registry", "user": "registry"}
        password = (self.database / "password").read_text()
        with psycopg.connect(**given, password=password, row_factory=dict_row) as owner:
            return owner.execute(sql).fetchall()


@proves("P6", "T9")
class KillTest(TestCase):
    @classmethod
    def setUpClass(cls):
        if not Path("/proc/self/task").exists():
            raise SkipTest("the web processes are found in /proc, which this system does not have")
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory(prefix="kill-", ignore_cleanup_errors=True)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.registry = Registry(cls.folder.name)
        cls.registry.run("manage.py", "migrate")
        cls.paths = json.loads(cls.registry.run("-m", "tests.crash.people", str(WRITERS), str(CASES)))

    def writers(self, site: Site, saves: int) -> list[subprocess.Popen]:
        heads = [one.code for one in ASCERT][1:]
        given = {"host": HOST, "port": site.port, "password": PASSWORD, "saves": saves, "heads": heads}
        return [
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.crash.writer",
                    json.dumps(given | {"user": name, "paths": own}),
                ],
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            for name, own in self.paths.items()
        ]

    def kill_until_done(
        self, site: Site, running: list[subprocess.Popen], told: list[str], every: int
    ) -> Counter:
        """Kill a web process or the database, in turn, whenever so many more savings are acknowledged."""
        kills: Counter = Counter()
        while any(one.poll() is None for one in running):
            if len(told) >= every * (kills.total() + 1):
                which = "database" if kills.total() % 2 == 0 else "web process"
                kills[which] += 1
                if which == "database":
                    self.registry.kill_the_server()
                else:
                    site.kill_a_worker()
            time.sleep(0.05)
        return kills

    def test_nothing_acknowledged_is_missing_and_nothing_is_half_saved(self):
        saves = size("P6", reduced=40, full=1000)
        told: list[str] = []
        with Site(3, self.registry.environment) as site:
            running = self.writers(site, saves // WRITERS)
            readers = [threading.Thread(target=lambda one=one: told.extend(one.stdout)) for one in running]
            for reader in readers:
                reader.start()
            kills = self.kill_until_done(site, running, told, max(1, saves // (10 if in_full() else 4)))
            for reader in readers:
                reader.join()
            self.assertEqual({one.wait() for one in running}, {0})
            self.check(told, saves)
            verified = self.registry.run("manage.py", "verify_audit").splitlines()[0]
        self.assertGreaterEqual(min(kills["database"], kills["web process"]), 1)
        measured(
            "P6",
            f"0 of {saves} acknowledged saves missing, 0 half-saves after kill -9 of {kills['database']} "
            f"PostgreSQL servers and {kills['web process']} web processes; {verified}",
        )

    def check(self, told: list[str], saves: int) -> None:
        """Compare what the writers were told with what the database holds."""
        path_of = {
            one["id"]: f"/cases/{one['patient_uid']}/complications/" for one in self.registry.ask(CASE_OF)
        }
        acknowledged = Counter((one["path"], one["day"]) for one in map(json.loads, told))
        stored, whole = Counter(), {}
        for event in self.registry.ask(EVENTS):
            whole.setdefault(event["transaction_id"], set()).add(event["table_name"])
            if event["table_name"] == "registry_complication":
                self.assertEqual(event["operation"], "insert")
                stored[path_of[event["patient_id"]], event["changes"]["onset_date"][1]] += 1
        self.assertEqual(acknowledged.total(), saves)
        self.assertEqual(stored, acknowledged)
        self.assertEqual([one for one in whole.values() if len(one) != 2], [], "half a saving")
