"""Row-level security alone: plain SQL of the application's role, on behalf of each kind of person."""

from __future__ import annotations

from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import TestCase

from registry.context import acting, on_behalf_of
from registry.guard import isolation
from registry.models import CLINICAL, Approval, CaseLock, Centre, Membership, Patient, Remark
from registry.policy import READERS, ROLES, WRITERS
from tests import factories
from tests.promises import measured, proves

NEW_PATIENT = (
    "INSERT INTO registry_patient (patient_uid, centre_id, local_study_id) VALUES ('AAAAAAAAAA', %s, 'X')"
)
NEW_MEMBERSHIP = "INSERT INTO registry_membership (user_id, centre_id, role) VALUES (%s, %s, 'entry')"
MADE_ADMINISTRATOR = (
    "UPDATE registry_membership SET role = 'administrator', centre_id = NULL WHERE user_id = %s"
)
CLINICAL_TABLES = sorted(one._meta.db_table for one in (*CLINICAL, Remark))


def rows(statement: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def touched(statement: str, *values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def refused(statement: str, *values) -> bool:
    """Whether the database answers with an error."""
    try:
        with transaction.atomic():
            touched(statement, *values)
    except DatabaseError:
        return True
    return False


class TwoCentres(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.own, cls.other = factories.centre("CN-OWN1"), factories.centre("DE-OTHER")
        cls.here, cls.there = factories.full_case("S-1", cls.own), factories.full_case("S-2", cls.other)
        for case in (cls.here, cls.there):
            Remark.objects.create(
                patient=case.patient,
                table="operation",
                row_id=case.operation.pk,
                field="x",
                kind="missing",
                content="not_done",
            )


@proves("P8", "T10")
class Shown(TwoCentres):
    def test_without_anybody_no_row_of_any_protected_table_is_shown(self):
        with on_behalf_of(_nobody()):
            for table in isolation.isolated():
                expected = rows(f'SELECT count(*) FROM "{table}" WHERE false')
                self.assertEqual(rows(f'SELECT count(*) FROM "{table}"'), expected, table)

    def test_each_role_at_a_centre_meets_that_centre_and_in_the_registry_all_or_nothing(self):
        looked = 0
        for role in ROLES:
            people = [(factories.member(of=self.own, role=role), {self.own.pk})]
            if role not in ("entry", "lead"):
                people.append((factories.registry_wide(role), {self.own.pk, self.other.pk}))
            for person, centres in people:
                with self.subTest(role=role, centres=len(centres)), on_behalf_of(person):
                    for table in CLINICAL_TABLES:
                        found = self._centres(table)
                        self.assertEqual(found, centres if role in READERS else set(), table)
                        looked += 1
        measured("P8", f"plain SQL on {looked} tables as {len(ROLES)} roles: 0 foreign rows")

    def _centres(self, table: str) -> set[int]:
        if table == "registry_patient":
            return {one for (one,) in rows("SELECT centre_id FROM registry_patient")}
        patients = {self.here.patient.pk: self.own.pk, self.there.patient.pk: self.other.pk}
        return {patients[one] for (one,) in rows(f'SELECT DISTINCT patient_id FROM "{table}"')}

    def test_a_join_a_count_and_a_subquery_tell_nothing_of_the_other_centre(self):
        with on_behalf_of(factories.member(of=self.own)):
            for statement in (
                "SELECT count(*) FROM registry_operation o JOIN registry_patient p ON p.id = o.patient_id",
                "SELECT count(DISTINCT centre_id) FROM registry_patient",
                "SELECT count(*) FROM (SELECT * FROM registry_patient) AS inside",
                "SELECT count(*) FROM registry_change WHERE table_name = 'registry_patient'",
                "SELECT count(*) FROM registry_centre",
            ):
                self.assertEqual(rows(statement), [(1,)], statement)

    def test_the_trail_of_no_case_is_for_those_who_oversee_the_registry(self):
        asked = "SELECT count(*) > 0 FROM registry_change WHERE table_name = 'auth_user'"
        for role, sees in (
            ("auditor", True),
            ("administrator", True),
            ("manager", True),
            ("statistician", False),
        ):
            with on_behalf_of(factories.registry_wide(role)):
                self.assertEqual(rows(asked), [(sees,)], role)
        with on_behalf_of(factories.registry_wide("administrator")):
            self.assertEqual(
                rows("SELECT count(*) FROM registry_change WHERE patient_id IS NOT NULL"), [(0,)]
            )

    def test_a_disabled_or_expired_person_meets_nothing(self):
        left = factories.member(of=self.own)
        type(left).objects.filter(pk=left.pk).update(is_active=False)
        over = factories.member(of=self.own)
        Membership.objects.filter(user=over).update(valid_until="2020-01-01")
        for person in (left, over):
            with on_behalf_of(person):
                self.assertEqual(rows("SELECT count(*) FROM registry_patient"), [(0,)])

    def test_everything_is_seen_again_by_the_registry_itself(self):
        with on_behalf_of(_nobody()), acting("a job"):
            self.assertEqual(rows("SELECT count(*) FROM registry_patient"), [(2,)])


@proves("P8", "T16")
class Written(TwoCentres):
    def test_only_those_who_enter_data_write_and_only_at_their_centre(self):
        for role in ROLES:
            with self.subTest(role), on_behalf_of(factories.member(of=self.own, role=role)):
                for table in CLINICAL_TABLES:
                    key = "id" if table == "registry_patient" else "patient_id"
                    update = f'UPDATE "{table}" SET {key} = {key} WHERE {key} = %s'
                    self.assertEqual(touched(update, self.there.patient.pk), 0, table)
                    delete = f'DELETE FROM "{table}" WHERE {key} = %s'
                    self.assertEqual(touched(delete, self.there.patient.pk), 0, table)
                own = "UPDATE registry_operation SET op_time_min = 200 WHERE patient_id = %s"
                self.assertEqual(touched(own, self.here.patient.pk), 1 if role in WRITERS else 0)

    def test_a_row_is_neither_added_to_nor_moved_to_another_centre(self):
        new = NEW_PATIENT
        with on_behalf_of(factories.member(of=self.own)):
            self.assertTrue(refused(new, self.other.pk))
            self.assertTrue(refused("UPDATE registry_patient SET centre_id = %s", self.other.pk))
            with self.assertRaises(DatabaseError), transaction.atomic():
                factories.row(type(self.here.complications[0]), self.there.patient)
            self.assertFalse(refused(new, self.own.pk))

    def test_who_reads_locks_a_patient_against_others_and_changes_nothing(self):
        with on_behalf_of(factories.registry_wide("manager")):
            found = Patient.objects.select_for_update().get(pk=self.here.patient.pk)
            self.assertTrue(refused("UPDATE registry_patient SET sex = 'm' WHERE id = %s", found.pk))

    def test_roles_are_written_by_those_who_administer_people_and_never_the_own(self):
        new = NEW_MEMBERSHIP
        taker = factories.user()
        for role in ROLES:
            giver = factories.member(of=self.own, role=role)
            with self.subTest(role), on_behalf_of(giver):
                gives = role in ("lead", "manager")  # an administrator needs a second person
                self.assertEqual(refused(new, taker.pk, self.own.pk), not gives)
                self.assertTrue(refused(new, taker.pk, self.other.pk))
                self.assertTrue(refused(new, giver.pk, self.own.pk))
            Membership.objects.filter(user=taker).delete()

    def test_nobody_raises_the_own_role(self):
        for role in ROLES:
            person = factories.member(of=self.own, role=role)
            with on_behalf_of(person):
                raised = MADE_ADMINISTRATOR
                self.assertEqual(touched(raised, person.pk), 0, role)

    def test_a_request_and_a_lock_of_another_centre_are_neither_seen_nor_made(self):
        asker = factories.member(of=self.other, role="lead")
        with on_behalf_of(asker):
            Approval.objects.create(kind="unlock", centre=self.other, reason="x", asked_by=asker)
            CaseLock.objects.create(patient=self.there.patient, reason="x")
        with on_behalf_of(factories.member(of=self.own, role="lead")) as entered:
            self.assertEqual(rows("SELECT count(*) FROM registry_approval"), [(0,)])
            self.assertEqual(rows("SELECT count(*) FROM registry_caselock"), [(0,)])
            asked = Approval(kind="x", centre_id=self.other.pk, reason="x", asked_by_id=asker.pk)
            with self.assertRaises(DatabaseError), transaction.atomic():
                asked.save()
            self.assertIsNotNone(entered.user_id)

    def test_a_centre_is_written_by_administrators_alone(self):
        update = "UPDATE registry_centre SET country = 'FR' WHERE id = %s"
        for role in ("entry", "lead", "auditor"):
            with on_behalf_of(factories.member(of=self.own, role=role)):
                self.assertTrue(refused(update, self.own.pk) or touched(update, self.own.pk) == 0)
        with on_behalf_of(factories.registry_wide("administrator")):
            self.assertEqual(touched(update, self.own.pk), 1)
        self.assertEqual(Centre.objects.get(pk=self.own.pk).country, "FR")


class Everybody(TwoCentres):
    def test_the_checks_of_the_site_pass_in_every_role(self):
        for role in ROLES:
            with on_behalf_of(factories.member(of=self.own, role=role)):
                call_command("check", verbosity=0)


def _nobody():
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()
