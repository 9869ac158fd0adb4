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

# The triggers of the release before, and what they wrote down of a few rows.
EARLIER = """
CREATE OR REPLACE FUNCTION registry_record_change() RETURNS trigger
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    identity jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    difference jsonb;
BEGIN
    SELECT jsonb_object_agg(key, jsonb_build_array(o.value, n.value)) INTO difference
    FROM jsonb_each(before) AS o FULL JOIN jsonb_each(after) AS n USING (key)
    WHERE coalesce(o.value, 'null') IS DISTINCT FROM coalesce(n.value, 'null');
    IF difference IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO registry_change
        (at, table_name, row_id, patient_id, operation, changes, actor, database_user, transaction_id)
    VALUES (
        clock_timestamp(), TG_TABLE_NAME::text, (identity ->> 'id')::bigint,
        CASE WHEN TG_TABLE_NAME = 'registry_patient' THEN (identity ->> 'id')::bigint
             ELSE (identity ->> 'patient_id')::bigint END,
        lower(TG_OP), difference, nullif(current_setting('registry.actor', true), ''),
        session_user, pg_current_xact_id()::text::bigint
    );
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION registry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the history of changes is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON registry_change
    FOR EACH ROW EXECUTE FUNCTION registry_refuse();
CREATE OR REPLACE TRIGGER history_is_never_emptied BEFORE TRUNCATE ON registry_change
    FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse();
DO $$
DECLARE one text;
BEGIN
    FOR one IN SELECT tablename FROM pg_tables
               WHERE tablename LIKE 'registry\\_%' AND tablename <> 'registry_change' LOOP
        EXECUTE format('CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION registry_record_change()', one);
    END LOOP;
END $$;
INSERT INTO auth_user (id, username, password, is_superuser, is_staff, is_active, first_name, last_name,
    email, date_joined)
VALUES (11, 'surgeon', '!', false, false, true, '', '', '', now()),
       (12, 'reader', '!', false, true, true, '', '', '', now()),
       (13, 'root', '!', true, true, true, '', '', '', now());
SELECT set_config('registry.actor', 'surgeon', false);
INSERT INTO registry_centre (id, centre_id, country) VALUES (5, 'CN-OLD01', 'CN');
INSERT INTO registry_membership (user_id, centre_id, may_edit) VALUES (11, 5, true), (12, 5, false);
INSERT INTO registry_patient (id, patient_uid, centre_id, local_study_id, sex)
VALUES (7, 'ABCDEFGHJK', 5, 'S-1', 'm');
UPDATE registry_patient SET sex = 'f';
INSERT INTO registry_diagnosis (patient_id, primary_site) VALUES (7, 'rectum');
"""
ASK = """
SELECT json_build_object(
    'roles', (SELECT json_object_agg(u.username, m.role)
              FROM registry_membership m JOIN auth_user u ON u.id = user_id),
    'sex', (SELECT sex FROM registry_patient WHERE id = 7),
    'events', (SELECT json_agg(json_build_array(actor, changes -> 'sex', centre_id, length(hash))
                               ORDER BY id) FROM registry_change
               WHERE table_name = 'registry_patient' AND operation <> 'schema'))
"""


class Upgrading(unittest.TestCase):
    """A registry of its own, as it was before a migration."""

    before: str

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder()
        cls.addClassCleanup(folder.cleanup)
        cls.environment = environment(Path(folder.name) / "var")
        cls.manage("migrate", "registry", cls.before)
        for app in ("auth", "contenttypes"):
            cls.manage("migrate", app)

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


@proves("P22")
class FromTheReleaseBefore(Upgrading):
    before = BEFORE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.psql(EARLIER)
        cls.said = cls.manage("migrate")
        cls.found = json.loads(cls.psql(ASK))

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


# Somebody with a role, and whether the database says so of them.
MANAGER = """
INSERT INTO auth_user (id, username, password, is_superuser, is_staff, is_active, first_name, last_name,
    email, date_joined) VALUES (21, 'manager', '!', false, false, true, '', '', '', now());
INSERT INTO registry_membership (user_id, role) VALUES (21, 'manager');
"""
OPEN = """
INSERT INTO registry_centre (id, centre_id, country) VALUES (5, 'CN-OLD01', 'CN');
SELECT set_config('registry.user_id', '21', false);
INSERT INTO registry_breakglass (user_id, centre_id, reason, begins_at, ends_at)
    VALUES (21, 5, 'because', now(), now());
"""


@proves("P22")
class FromBeforeBreakGlass(Upgrading):
    before = "0003_trust"

    def test_who_held_a_role_keeps_it_and_may_open_an_access_and_the_guard_lies_as_the_code_says(self):
        self.psql(MANAGER)
        self.manage("migrate")
        self.assertEqual(self.psql("SELECT registry_held(21)").strip(), '[[null, "manager"]]')
        self.psql(OPEN)
        self.assertEqual(self.psql("SELECT registry_held(21)").strip(), '[[null, "manager"], [5, "glass"]]')
        self.manage("check", "--database", "default")
        self.manage("verify_audit")
