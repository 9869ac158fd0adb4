"""Reports read from a server that really follows the first: the same rows, never older, never in the way."""

from __future__ import annotations

import tempfile
import unittest
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import DatabaseError, connections

from analysis import views
from registry.context import on_behalf_of
from registry.models import Patient
from registry.operations import replica
from tests import factories
from tests.analysis.record import case, centre
from tests.registry.logged import log
from tests.registry.standby import Standby
from tests.transactions import RealTransactions

ALIAS = replica.REPLICA
REPORT = "/reports/paper/count/"


@unittest.skipUnless("EMBEDDED" in connections["owner"].settings_dict, "copies the embedded server")
class Replica(RealTransactions):
    @classmethod
    def setUpClass(cls):
        connections.settings[ALIAS] = dict(connections["default"].settings_dict)
        cls.databases = {*cls.databases, ALIAS}
        super().setUpClass()
        top = tempfile.TemporaryDirectory()
        cls.addClassCleanup(top.cleanup)
        cls.standby = Standby(Path(top.name))
        cls.addClassCleanup(cls._forget)
        cls.standby.start()
        cls.addClassCleanup(cls.standby.stop)
        connections[ALIAS].close()
        del connections[ALIAS]
        connections.settings[ALIAS] = cls.standby.as_alias()

    @classmethod
    def _forget(cls) -> None:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]

    def setUp(self):
        views._finished.cache_clear()
        self.addCleanup(connections[ALIAS].close)
        with connections[
            "default"
        ].cursor() as cursor:  # as in a hospital; the server of the tests does not wait
            cursor.execute("SET synchronous_commit = on")
        self.addCleanup(connections["default"].close)
        self.here, self.there = centre("CN-HERE1"), centre("CN-THERE")
        case(self.here)
        case(self.there)
        self.user = factories.member("surgeon", self.here)
        self.client.force_login(self.user)

    def cases(self) -> int:
        return self.client.get(REPORT).json()["count"]

    @contextmanager
    def paused(self):
        """The second server no longer applies what it receives."""
        given = connections[ALIAS].get_connection_params() | {"user": "postgres"}
        with psycopg.connect(**given, autocommit=True) as superuser:
            superuser.execute("SELECT pg_wal_replay_pause()")
            try:
                yield
            finally:
                superuser.execute("SELECT pg_wal_replay_resume()")

    def test_a_report_is_read_there_and_holds_the_rows_of_the_own_centres(self):
        connections[ALIAS].force_debug_cursor = True
        self.addCleanup(setattr, connections[ALIAS], "force_debug_cursor", False)
        with log() as written:
            self.assertEqual(self.cases(), 1)
        self.assertEqual(written.lines("registry.replica"), [])
        asked = [one["sql"] for one in connections[ALIAS].queries if "registry_patient" in one["sql"]]
        self.assertTrue(asked)

    def test_row_level_security_holds_there_without_the_filters_of_the_application(self):
        with on_behalf_of(self.user), replica.reports():
            self.assertEqual(replica.reading_from(), ALIAS)
            centres = set(Patient._base_manager.values_list("centre__centre_id", flat=True))
        self.assertEqual(centres, {"CN-HERE1"})

    def test_nothing_is_written_there(self):
        refused = self.assertRaisesRegex(DatabaseError, "read-only")
        with on_behalf_of(self.user), refused, replica.reports(), connections[ALIAS].cursor() as cursor:
            cursor.execute("UPDATE registry_patient SET sex = 'm'")

    def test_a_case_stored_just_before_is_in_the_report(self):
        for number in range(2, 6):
            case(self.here)
            self.assertEqual(self.cases(), number)

    def test_while_it_is_behind_the_first_server_is_asked(self):
        with self.paused(), log() as written:
            case(self.here)
            self.assertEqual(self.cases(), 2)
        self.assertEqual([one["event"] for one in written.lines("registry.replica")], ["replica is behind"])

    def test_while_it_does_not_answer_the_first_server_is_asked_and_afterwards_it_again(self):
        self.standby.stop()
        try:
            with log() as written:
                self.assertEqual(self.cases(), 1)
            (line,) = written.lines("registry.replica")
            self.assertEqual(line["event"], "replica does not answer")
        finally:
            self.standby.resume()
        case(self.here)
        with log() as written:
            self.assertEqual(self.cases(), 2)
        self.assertEqual(written.lines("registry.replica"), [])
