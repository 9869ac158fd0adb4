"""A registry of the release before comes along: its memberships, its cases and every event of its trail."""

from __future__ import annotations

import json
import subprocess
import sys
import unittest
from pathlib import Path

from tests.promises import proves
from tests.registry.applications import environment, temporary_folder

ROOT = Path(__file__).resolve().parents[2]
BEFORE = "0002_sessions_and_relief_of_later_therapy"

# What stands in a database of the release before; its triggers wrote these events.
EARLIER = """
INSERT INTO auth_user (id, username, password, is_superuser, is_staff, is_active, first_name, last_name,
    email, date_joined)
VALUES (11, 'surgeon', '!', false, false, true, '', '', '', now()),
       (12, 'reader', '!', false, true, true, '', '', '', now()),
       (13, 'root', '!', true, true, true, '', '', '', now());
INSERT INTO registry_centre (id, centre_id, country) VALUES (5, 'CN-OLD01', 'CN');
INSERT INTO registry_membership (id, user_id, centre_id, may_edit)
VALUES (1, 11, 5, true), (2, 12, 5, false);
INSERT INTO registry_patient (id, patient_uid, centre_id, local_study_id, sex)
VALUES (7, 'ABCDEFGHJK', 5, 'S-1', 'f');
INSERT INTO registry_diagnosis (id, patient_id, primary_site) VALUES (9, 7, 'rectum');
INSERT INTO registry_change (at, table_name, row_id, patient_id, operation, changes, actor, database_user,
    transaction_id)
VALUES (now(), 'registry_centre', 5, NULL, 'insert',
        '{"id": [null, 5], "centre_id": [null, "CN-OLD01"], "country": [null, "CN"]}', 'root', 'registry', 700),
       (now(), 'registry_membership', 1, NULL, 'insert',
        '{"id": [null, 1], "user_id": [null, 11], "centre_id": [null, 5], "may_edit": [null, true]}', 'root',
        'registry', 701),
       (now(), 'registry_membership', 2, NULL, 'insert',
        '{"id": [null, 2], "user_id": [null, 12], "centre_id": [null, 5], "may_edit": [null, false]}', 'root',
        'registry', 701),
       (now(), 'registry_patient', 7, 7, 'insert',
        '{"id": [null, 7], "patient_uid": [null, "ABCDEFGHJK"], "centre_id": [null, 5], "synthetic": [null, false],
          "local_study_id": [null, "S-1"], "sex": [null, "m"]}', 'surgeon', 'registry', 702),
       (now(), 'registry_patient', 7, 7, 'update', '{"sex": ["m", "f"]}', 'surgeon', 'registry', 703),
       (now(), 'registry_diagnosis', 9, 7, 'insert',
        '{"id": [null, 9], "patient_id": [null, 7], "primary_site": [null, "rectum"]}', 'surgeon',
        'registry', 704);
"""
ASK = """
SELECT json_build_object(
    'roles', (SELECT json_object_agg(u.username, m.role)
              FROM registry_membership m JOIN auth_user u ON u.id = user_id),
    'sex', (SELECT sex FROM registry_patient WHERE id = 7),
    'events', (SELECT json_agg(json_build_array(actor, changes -> 'sex', centre_id, length(hash))
                               ORDER BY id) FROM registry_change WHERE table_name = 'registry_patient' AND operation <> 'schema'))
"""


@proves("P22")
class FromTheReleaseBefore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary_folder()
        cls.addClassCleanup(folder.cleanup)
        cls.environment = environment(Path(folder.name) / "var")
        cls.manage("migrate", "registry", BEFORE)
        for app in ("auth", "contenttypes"):
            cls.manage("migrate", app)
        cls.psql(EARLIER)
        cls.said = cls.manage("migrate")
        cls.found = json.loads(cls.psql(ASK))

    @classmethod
    def manage(cls, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=cls.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise AssertionError(f"{arguments}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
        return done.stdout

    @classmethod
    def psql(cls, statement: str) -> str:
        return cls.manage("dbshell", "--database", "owner", "--", "-v", "ON_ERROR_STOP=1", "-Atqc", statement)

    def test_who_might_edit_enters_data_who_might_not_audits_and_superusers_administer(self):
        self.assertEqual(
            self.found["roles"], {"surgeon": "entry", "reader": "auditor", "root": "administrator"}
        )

    def test_the_cases_and_every_event_are_still_there_now_with_centre_and_chain(self):
        self.assertEqual(self.found["sex"], "f")
        self.assertEqual(
            self.found["events"], [["surgeon", [None, "m"], 5, 32], ["surgeon", ["m", "f"], 5, 32]]
        )

    def test_the_trail_verifies(self):
        self.manage("verify_audit")

    def test_nothing_is_left_to_migrate(self):
        self.assertIn("No migrations to apply", self.manage("migrate"))
