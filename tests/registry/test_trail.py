"""The trail is whole, explains every row, and is verified from outside the database."""

from __future__ import annotations

import json
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.test import TestCase

from registry import guard
from registry.audit.verify import verify
from registry.context import acting
from registry.guard.checks import guard_is_laid
from registry.models import Change, Patient, Specimen
from tests import factories
from tests.promises import measured, proves
from tests.transactions import RealTransactions, as_owner


def sql(statement: str, *parameters: object) -> list:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


class Verified(TestCase):
    """Inside one transaction: the verifier sees what the test has written."""

    databases = {"default"}

    def findings(self) -> list[str]:
        return [f"{one.kind} {one.place}" for one in verify("default").findings]

    def test_whatever_was_written_verifies(self):
        factories.full_case()
        with acting('李医生\x1f"\\\t', reason="a\x1a b\u2028 \x7f"):
            patient = factories.patient(local_study_id='x"\\ü')
            Patient.objects.filter(pk=patient.pk).update(sex="f")
        factories.operated(patient, op_time_min=100).delete()
        factories.member("new")
        report = verify("default")
        self.assertEqual(report.findings, [])
        self.assertEqual(report.events, Change.objects.count())
        self.assertGreater(report.rows, 20)

    def test_what_was_there_before_the_first_event_is_stated_by_the_migration(self):
        stated = Change.objects.filter(operation="schema")
        self.assertEqual(set(stated.values_list("actor", "table_name")), {("migrate", "auth_permission")})
        self.assertEqual(self.findings(), [])

    def test_times_are_utc_and_every_event_names_its_database_user(self):
        factories.full_case()
        wrong = sql("SELECT count(*) FROM registry_change WHERE database_user = '' OR at > clock_timestamp()")
        self.assertEqual(wrong, [(0,)])
        self.assertEqual(self.findings(), [])

    def test_a_session_with_other_settings_writes_the_same(self):
        sql(
            "SET LOCAL TimeZone = 'Asia/Shanghai'; SET LOCAL bytea_output = 'escape'; "
            "SET LOCAL DateStyle = 'German'"
        )
        factories.full_case()
        factories.member("far")
        self.assertEqual(self.findings(), [])

    def test_numbers_of_any_length_stay_exact(self):
        row = factories.row(Specimen, factories.patient(), ki67_pct="2.70")
        Specimen.objects.filter(pk=row.pk).update(ki67_pct="33.3")
        self.assertEqual(self.findings(), [])

    def test_a_secret_is_recorded_as_changed_and_never_by_its_value(self):
        user = factories.user("somebody", password="an old long password")
        user.set_password("a new long password")
        user.save()
        last = Change.objects.filter(table_name="auth_user").order_by("-id").first()
        self.assertEqual(last.changes, {"password": ["•••", "•••"]})
        self.assertEqual(self.findings(), [])


@proves("P22")
class Fingerprint(RealTransactions):
    databases = {"default", "owner", "seal"}

    RECORD = "CREATE OR REPLACE TRIGGER record_change AFTER {} ON registry_diagnosis FOR EACH ROW {} "
    RECORD += "EXECUTE FUNCTION registry_record_change('clinical'); "
    RECORD += "ALTER TABLE registry_diagnosis ENABLE ALWAYS TRIGGER record_change"
    ALTERED = "trigger record_change on registry_diagnosis is altered"
    OFF = "trigger record_change on registry_diagnosis is switched off"
    POLICIES = "the policies of registry_patient are altered"
    ALTERATIONS = {
        "ALTER TABLE registry_diagnosis DISABLE TRIGGER record_change": OFF,
        "ALTER TABLE registry_diagnosis ENABLE TRIGGER record_change": OFF,  # not for a replica
        "DROP TRIGGER record_change ON registry_diagnosis": OFF.replace("switched off", "missing"),
        RECORD.format("INSERT OR DELETE", ""): ALTERED,
        RECORD.format("INSERT OR UPDATE OF id OR DELETE", ""): ALTERED,
        RECORD.format("INSERT OR UPDATE OR DELETE", "WHEN (false)"): ALTERED,
        "CREATE OR REPLACE FUNCTION registry_record_change() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER AS 'BEGIN RETURN NULL; END'": "function registry_record_change is altered",
        "GRANT EXECUTE ON FUNCTION registry_redact(bigint) TO PUBLIC": (
            "function registry_redact may be called by others"
        ),
        "CREATE FUNCTION backdoor() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT'": (
            "function backdoor has the owner’s rights"
        ),
        "CREATE TRIGGER aaa BEFORE INSERT ON registry_diagnosis FOR EACH ROW EXECUTE FUNCTION "
        "suppress_redundant_updates_trigger()": "trigger aaa on registry_diagnosis is not ours",
        "ALTER TABLE registry_diagnosis DISABLE ROW LEVEL SECURITY": (
            "row-level security of registry_diagnosis is off"
        ),
        "CREATE POLICY extra ON registry_patient USING (true)": POLICIES,
        "DROP POLICY shown ON registry_patient": POLICIES,
        "ALTER POLICY shown ON registry_patient USING (true)": POLICIES,
        "ALTER POLICY shown ON registry_patient TO PUBLIC": POLICIES,
        "GRANT INSERT ON registry_change TO PUBLIC": "others may do other things with table registry_change",
        "CREATE RULE quiet AS ON DELETE TO registry_diagnosis DO INSTEAD NOTHING": (
            "table registry_diagnosis has a rule"
        ),
    }
    UNDONE = (
        "DROP FUNCTION IF EXISTS backdoor()",
        "DROP TRIGGER IF EXISTS aaa ON registry_diagnosis",
        "DROP RULE IF EXISTS quiet ON registry_diagnosis",
    )

    def tearDown(self):
        with as_owner() as cursor:
            for statement in self.UNDONE:
                cursor.execute(statement)
        guard.install("owner")
        super().tearDown()

    def test_every_alteration_of_the_guard_is_named(self):
        self.assertEqual(guard.differences(), [])
        for statement, expected in self.ALTERATIONS.items():
            with self.subTest(statement):
                with as_owner() as cursor:
                    cursor.execute(statement)
                found = guard.differences()
                self.assertFalse(guard.fingerprint_ok())
                self.assertEqual(len(guard_is_laid(databases=["default"])), len(found))
                self.assertIn(expected, found)
                self.tearDown()
        self.assertEqual((guard.differences(), guard_is_laid(databases=["default"])), ([], []))
        made = len(self.ALTERATIONS)
        measured("P22", f"{made} of {made} alterations of the guard named at the next look")

    def test_the_comparison_says_the_same_for_the_sealer_and_the_owner(self):
        for alias in ("default", "owner", "seal"):
            self.assertEqual(guard.differences(alias), [], alias)


class Command(RealTransactions):
    databases = {"default", "owner", "seal"}

    def run_command(self) -> dict:
        out = StringIO()
        try:
            call_command("verify_audit", format="json", stdout=out)
        except SystemExit as ended:
            self.assertEqual(ended.code, 1)
        return json.loads(out.getvalue())

    def test_it_reads_as_the_sealer_and_finds_nothing(self):
        factories.full_case()
        found = self.run_command()
        self.assertEqual(found["findings"], [])
        self.assertTrue(found["ok"])
        self.assertGreater(found["rows"], 10)
