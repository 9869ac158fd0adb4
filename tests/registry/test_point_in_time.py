"""The drill: a server is lost, and comes back as it was at a chosen second. `make drill` runs it in full.

Real servers and real commands: an embedded server that archives its log, a physical backup, writing,
a moment that is remembered, more writing, `kill -9`, and a restore into another folder.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import unittest
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import psycopg
from django.core.management import call_command
from django.db import connections

from registry.operations.row_hashes import differing, row_hashes
from registry.postgres.cluster import read_postmaster
from tests.promises import in_full, measured, proves, size
from tests.registry.applications import ROOT, temporary_folder
from tests.transactions import RealTransactions

KEY = "a key of the backups that is long enough"
ALIAS = "drill"
WRITE = """
    WITH new AS (INSERT INTO auth_group (name) SELECT %s || n FROM generate_series(1, %s) AS n RETURNING id)
    SELECT count(*) FROM new
"""


@unittest.skipUnless("EMBEDDED" in connections["owner"].settings_dict, "the drill is of embedded servers")
@proves("P12")
class PointInTime(RealTransactions):
    databases = {"default", "owner"}

    def setUp(self):
        self.top = Path(self.enterContext(temporary_folder()))
        self.top.chmod(0o755)
        self.archive = self.top / "archive"
        self.enterContext(patch.dict(os.environ, {"NETLM_WAL_ARCHIVE": str(self.archive)}))
        self.enterContext(patch.object(type(self), "databases", {*self.databases, ALIAS}))
        self.addCleanup(self.forget)
        self.events = size("P12", reduced=2_000, full=1_000_000)

    def test_a_lost_server_comes_back_as_it_was_at_a_chosen_second(self):
        self.work_begins()
        self.write("before the backup", self.events)
        self.manage("backup", str(self.top / "physical"), "--physical")
        self.write("after the backup", self.events // 10)
        wanted, moment = row_hashes(ALIAS), self.moment()
        self.write("too late", 50)
        recovery_point = self.archived()
        self.kill_the_server()
        begun = time.monotonic()
        self.manage(
            *(
                "restore",
                str(self.top / "physical"),
                "--wal",
                str(self.archive),
                "--until",
                moment.isoformat(),
            ),
            var="restored",
        )
        recovery_time = time.monotonic() - begun
        self.connect("restored")
        self.assertEqual(differing(wanted, row_hashes(ALIAS)), [])
        self.assertLess(recovery_time, 15 * 60)
        self.assertLess(recovery_point, 60)
        measured(
            "P12",
            f"restored to a chosen second at {self.events * 11 // 10:,} events: all {len(wanted)} tables "
            f"equal, trail verified, RTO {recovery_time:.0f} s, RPO {recovery_point:.0f} s",
        )

    def work_begins(self) -> None:
        """A copy of the test database becomes the registry of an embedded server of its own."""
        call_command("backup", str(self.top / "logical"), stdout=io.StringIO())
        self.manage("restore", str(self.top / "logical"))
        self.connect("working")

    def write(self, what: str, rows: int) -> None:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(WRITE, [f"{what} ", rows])

    def moment(self) -> datetime:
        """A second that lies surely after everything written, and before everything to come."""
        time.sleep(0.05)
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            found = cursor.fetchone()[0].astimezone(UTC)
        time.sleep(0.05)
        return found

    def archived(self) -> float:
        """Seconds until what was written last is in the archive; the short form sends it there at once."""
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_walfile_name(pg_current_wal_lsn())")
            segment = cursor.fetchone()[0]
        begun = time.monotonic()
        if not in_full():
            self.as_superuser("SELECT pg_switch_wal()")
        while not (self.archive / segment).exists():
            self.assertLess(time.monotonic() - begun, 90, "the log is not archived")
            time.sleep(0.05)
        return time.monotonic() - begun

    def as_superuser(self, statement: str) -> None:
        given = connections[ALIAS].get_connection_params() | {"user": "postgres"}
        with psycopg.connect(**given, autocommit=True) as connection:
            connection.execute(statement)

    def kill_the_server(self) -> None:
        connections[ALIAS].close()
        postmaster = read_postmaster(self.cluster("working"))
        os.kill(postmaster.pid, signal.SIGKILL)
        while postmaster.alive():
            time.sleep(0.01)

    def cluster(self, var: str) -> Path:
        return self.top / var / "database" / "cluster"

    def connect(self, var: str) -> None:
        """The alias "drill" leads to the embedded server of this folder, as the owner of its tables."""
        self.forget()
        given = connections.configure_settings(
            {
                ALIAS: connections.settings["owner"]
                | {
                    "EMBEDDED": {"folder": str(self.top / var / "database"), "durable": True},
                    "NAME": "registry",
                },
                "default": connections.settings["default"],
            }
        )
        connections.settings[ALIAS] = given[ALIAS]

    def forget(self) -> None:
        if ALIAS in connections.settings:
            connections[ALIAS].close()
            connections[ALIAS].server.leave()
            del connections[ALIAS], connections.settings[ALIAS]

    def manage(self, *words: str, var: str = "working") -> str:
        environment = os.environ | {
            "NETLM_VAR": str(self.top / var),
            "NETLM_THROWAWAY_DATABASE": "0",
            "NETLM_BACKUP_KEY": KEY if "physical" in " ".join(words) else "",
        }
        outcome = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words], env=environment, capture_output=True, text=True
        )
        self.assertEqual(outcome.returncode, 0, outcome.stdout + outcome.stderr)
        return outcome.stdout
