"""A locked case takes no change by any way of writing; two persons unlock it."""

from datetime import date

from django.db import DatabaseError, connection, transaction
from django.test import TestCase
from django.urls import reverse

from analysis import cohort
from registry import approvals, signing
from registry.approvals import Refused
from registry.context import acting, on_behalf_of
from registry.models import (
    Approval,
    CaseLock,
    Change,
    Complication,
    Diagnosis,
    Freeze,
    Operation,
    Patient,
    Remark,
    Withdrawal,
)
from registry.refusals import RefusalMiddleware, refusal
from registry.standing import standing_of
from tests import factories
from tests.pages import Page
from tests.promises import measured, proves
from tests.registry.entry import Entry
from tests.registry.signing_in import confirmed, signed_in
from tests.transactions import AtTheSameTime, RealTransactions, wait_until_somebody_waits


class Lockable(TestCase):
    """A case with a lead of its centre and two data managers."""

    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre()
        cls.lead = factories.member("lead", cls.centre, role="lead")
        cls.entry = factories.member("entry", cls.centre, is_staff=True)
        cls.manager = factories.registry_wide("manager", "manager")
        cls.second = factories.registry_wide("manager", "second manager")
        cls.patient = factories.full_case(of=cls.centre).patient

    def lock(self, by=None) -> CaseLock:
        with on_behalf_of(by or self.lead):
            return signing.lock(self.patient, "data are final")

    def unlock(self, asked_by=None, confirmed_by=None) -> Approval:
        asker, other = asked_by or self.lead, confirmed_by or self.manager
        with on_behalf_of(asker):
            approval = signing.ask_to_unlock(asker, self.patient, "a date was wrong")
        with on_behalf_of(other):
            return approvals.confirm(other, approval)

    def assertRefused(self, write, constraint: str = "case_is_locked") -> None:
        with self.assertRaises(DatabaseError) as caught, transaction.atomic():
            write()
        self.assertEqual(caught.exception.__cause__.diag.constraint_name, constraint)


def run(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@proves("P21", "T33")
class EveryWayOfWritingTest(Lockable):
    def ways(self):
        key = self.patient.pk
        row = Operation.objects.get(patient=self.patient)
        visit = Complication.objects.filter(patient=self.patient).first()
        operations = Operation.objects.filter(patient=self.patient)
        remark = {
            "patient": self.patient,
            "table": "patient",
            "row_id": key,
            "field": "sex",
            "kind": "as_typed",
        }
        return {
            "save": lambda: _changed(row).save(),
            "save of one column": lambda: _changed(row).save(update_fields=["blood_loss_ml"]),
            "update": lambda: operations.update(blood_loss_ml=1),
            "bulk update": lambda: Operation.objects.bulk_update([_changed(row)], ["blood_loss_ml"]),
            "create": lambda: Complication.objects.create(patient=self.patient, comp_type="uti"),
            "bulk create": lambda: Complication.objects.bulk_create([Complication(patient=self.patient)] * 2),
            "upsert": lambda: Operation.objects.bulk_create(
                [_changed(row)], update_conflicts=True, unique_fields=["id"], update_fields=["blood_loss_ml"]
            ),
            "delete": visit.delete,
            "delete of many": lambda: Complication.objects.filter(patient=self.patient).delete(),
            "the patient": lambda: Patient.objects.filter(pk=key).update(smoking_status="former"),
            "a remark": lambda: Remark.objects.create(**remark, content="x"),
            "sql update": lambda: run(
                "UPDATE registry_operation SET blood_loss_ml = 1 WHERE patient_id = %s", key
            ),
            "sql insert": lambda: run("INSERT INTO registry_complication (patient_id) VALUES (%s)", key),
            "sql delete": lambda: run("DELETE FROM registry_complication WHERE patient_id = %s", key),
            "sql update of all": lambda: run("UPDATE registry_diagnosis SET primary_site = 'other'"),
            "import": lambda: _import(self.patient),
        }

    def test_none_changes_a_locked_case(self):
        self.lock()
        ways = self.ways()
        for name, write in ways.items():
            with self.subTest(name):
                self.assertRefused(write)
        measured("P21", f"0 of {len(ways)} ways of writing change a locked case")

    def test_all_change_it_again_once_it_is_unlocked(self):
        self.lock()
        self.unlock()
        for name, write in self.ways().items():
            with self.subTest(name), transaction.atomic():
                write()

    def test_another_case_is_not_touched_by_the_lock(self):
        self.lock()
        other = factories.full_case(of=self.centre).patient
        self.assertEqual(Diagnosis.objects.filter(patient=other).update(primary_site="other"), 1)


def _changed(row: Operation) -> Operation:
    row.blood_loss_ml = 4321
    return row


def _import(patient: Patient) -> None:
    with acting("import of a file", channel="import"):
        Operation.objects.filter(patient=patient).update(blood_loss_ml=1)


@proves("P21", "T33")
class UnlockingTest(Lockable):
    def test_a_lock_keeps_who_when_and_why(self):
        made = self.lock()
        made.refresh_from_db()
        self.assertEqual((made.locked_by, made.reason), ("lead", "data are final"))
        self.assertIn("data are final", standing_of(self.patient).closed.zh)

    def test_a_case_is_locked_once_and_with_a_reason(self):
        with self.assertRaises(Refused), on_behalf_of(self.lead):
            signing.lock(self.patient, " ")
        self.lock()
        with self.assertRaises(Refused):
            self.lock()

    def test_two_persons_unlock_and_both_are_kept(self):
        made = self.lock()
        approval = self.unlock()
        made.refresh_from_db()
        self.assertEqual(
            (made.released_by, made.release_reason, made.approval), ("manager", "a date was wrong", approval)
        )
        change = Change.objects.filter(table_name="registry_caselock", operation="update").get()
        self.assertEqual((change.actor, change.reason), ("manager", "a date was wrong"))

    def test_a_manager_does_not_unlock_alone(self):
        self.lock()
        with self.assertRaises(Refused):
            self.unlock(self.manager, self.manager)
        self.unlock(self.manager, self.second)
        self.assertIsNone(standing_of(self.patient).lock)

    def test_no_statement_ends_a_lock_without_a_confirmed_request(self):
        made = self.lock()
        with on_behalf_of(self.lead):
            waiting = signing.ask_to_unlock(self.lead, self.patient, "why")
        other = factories.full_case(of=self.centre).patient
        with on_behalf_of(self.lead):
            signing.lock(other, "r")
            of_other = signing.ask_to_unlock(self.lead, other, "why")
        with on_behalf_of(self.manager):
            approvals.confirm(self.manager, of_other)
        end = "UPDATE registry_caselock SET released_at = now(), approval_id = %s WHERE id = %s"
        statements = [
            ("UPDATE registry_caselock SET released_at = now() WHERE id = %s", made.pk),
            (end, None, made.pk),
            (end, waiting.pk, made.pk),
            (end, of_other.pk, made.pk),
            ("UPDATE registry_caselock SET patient_id = %s WHERE id = %s", other.pk, made.pk),
            ("UPDATE registry_caselock SET reason = 'x' WHERE id = %s", made.pk),
            ("DELETE FROM registry_caselock WHERE id = %s", made.pk),
        ]
        for statement, *values in statements:
            with self.subTest(statement):
                self.assertRefused(lambda s=statement, v=values: run(s, *v), "unlocked_by_two")
        measured("P21", f"0 of {len(statements)} plain statements end a lock")

    def test_a_confirmed_request_serves_one_lock(self):
        self.lock()
        used = self.unlock()
        again = self.lock()
        self.assertRefused(
            lambda: run(
                "UPDATE registry_caselock SET released_at = now(), approval_id = %s WHERE id = %s",
                used.pk,
                again.pk,
            ),
            "unlocked_by_two",
        )

    def test_an_unlocked_case_can_be_locked_again_and_the_first_lock_stays_readable(self):
        self.lock()
        self.unlock()
        self.lock(self.manager)
        self.assertEqual([one.locked_by for one in standing_of(self.patient).locks], ["manager", "lead"])


@proves("P21")
class AtTheSameMomentTest(RealTransactions):
    """A change that has begun before the lock, and is not committed yet, is waited for."""

    def setUp(self):
        self.lead = factories.member("lead", role="lead")
        self.patient = factories.full_case().patient

    def test_a_lock_waits_for_a_change_that_has_begun(self):
        with transaction.atomic():
            Operation.objects.filter(patient=self.patient).update(blood_loss_ml=4321)
            locking = AtTheSameTime(self._lock)
            wait_until_somebody_waits()
            self.assertFalse(CaseLock.objects.exists())
        locking.result()
        self.assertEqual(Operation.objects.get(patient=self.patient).blood_loss_ml, 4321)

    def test_a_change_waits_for_a_lock_that_has_begun_and_is_then_refused(self):
        with transaction.atomic():
            self._lock()
            changing = AtTheSameTime(self._change)
            wait_until_somebody_waits()
        with self.assertRaises(DatabaseError):
            changing.result()

    def test_a_signature_waits_for_a_change_that_has_begun_and_is_then_refused(self):
        with on_behalf_of(self.lead):
            offered = signing.offer(self.lead, self.patient)
        with transaction.atomic():
            Operation.objects.filter(patient=self.patient).update(blood_loss_ml=4321)
            sign = AtTheSameTime(lambda: self._sign(offered))
            wait_until_somebody_waits()
        with self.assertRaises(Refused):
            sign.result()

    def _lock(self) -> None:
        with on_behalf_of(self.lead):
            signing.lock(self.patient, "final")

    def _change(self) -> None:
        Operation.objects.filter(patient=self.patient).update(blood_loss_ml=1)

    def _sign(self, offered: str) -> None:
        with on_behalf_of(self.lead):
            signing.sign(self.lead, self.patient, "reviewed", offered)


@proves("P21")
class LockedInFormsTest(Entry):
    """In forms and in the admin a lock is told in words, and what was typed stays in the page."""

    def setUp(self):
        super().setUp()
        self.editor.is_staff = True
        self.editor.save()
        self.saved(self.type("operation", blood_loss_ml="400"))
        self.typed = self.open("operation") | {"head-blood_loss_ml": "777"}
        self.admin = reverse("admin:registry_patient_change", args=[self.patient.pk])
        self.in_admin = Page(self.client.get(self.admin)).form("patient_form")
        signing.lock(self.patient, "data are final")

    def test_saving_a_section_says_who_locked_and_keeps_what_was_typed(self):
        answer = self.client.post(self.url("operation"), self.typed)
        self.assertContains(answer, "data are final", status_code=409)
        self.assertContains(answer, 'value="777"', status_code=409)
        self.assertEqual(Operation.objects.get(patient=self.patient).blood_loss_ml, 400)

    def test_a_section_of_a_locked_case_is_not_opened(self):
        answer = self.client.get(self.url("operation"), follow=True)
        self.assertContains(answer, "This case is locked")
        self.assertNotContains(answer, self.url("operation"))

    def test_the_admin_says_so_and_keeps_what_was_typed(self):
        answer = self.client.post(self.admin, self.in_admin | {"smoking_status": "former"})
        self.assertContains(answer, "This case is locked")
        self.patient.refresh_from_db()
        self.assertIsNone(self.patient.smoking_status)

    def test_what_meets_the_lock_elsewhere_gets_a_page_and_no_server_error(self):
        with self.assertRaises(DatabaseError) as caught, transaction.atomic():
            Operation.objects.filter(patient=self.patient).update(blood_loss_ml=1)
        self.assertIn("locked", refusal(caught.exception).en)
        with transaction.atomic():
            answer = RefusalMiddleware(lambda request: None).process_exception(None, caught.exception)
        self.assertEqual(answer.status_code, 409)
        self.assertIsNone(RefusalMiddleware(lambda request: None).process_exception(None, ValueError("x")))


@proves("P21")
class PageTest(Lockable):
    def setUp(self):
        self.address = reverse("case_signing", args=[self.patient.patient_uid])

    def post(self, person, **given):
        return signed_in(self.client, person).post(self.address, given)

    def test_lead_and_manager_lock_others_do_not(self):
        for person, status in ((self.entry, 404), (self.lead, 302)):
            self.assertEqual(self.post(person, do="lock", reason="final").status_code, status)
        self.assertContains(self.client.get(self.address), "final")

    def test_without_a_reason_nothing_is_locked(self):
        self.assertContains(self.post(self.lead, do="lock", reason=""), "Give a reason", status_code=422)
        self.assertFalse(CaseLock.objects.exists())

    def test_unlocking_is_asked_on_the_page_and_confirmed_on_another_with_a_fresh_factor(self):
        self.lock()
        self.assertEqual(self.post(self.lead, do="unlock", reason="a date was wrong").status_code, 302)
        asked = Approval.objects.get()
        decide = reverse("approval", args=[asked.pk])
        signed_in(self.client, self.manager)
        self.assertContains(self.client.get(reverse("approvals")), "a date was wrong")
        confirmed(self.client, ago=6 * 60)
        self.assertIn(reverse("confirm"), self.client.post(decide, {"decision": "confirm"}).url)
        self.assertIsNotNone(standing_of(self.patient).lock)
        confirmed(self.client)
        self.assertRedirects(self.client.post(decide, {"decision": "confirm"}), reverse("approvals"))
        self.assertIsNone(standing_of(self.patient).lock)

    def test_who_asked_cannot_confirm_on_the_page(self):
        self.lock()
        self.post(self.manager, do="unlock", reason="why")
        decide = reverse("approval", args=[Approval.objects.get().pk])
        self.assertEqual(self.client.post(decide, {"decision": "confirm"}).status_code, 422)
        self.assertEqual(self.client.post(decide, {"decision": "shred"}).status_code, 422)
        self.assertIsNotNone(standing_of(self.patient).lock)

    def test_another_centres_request_does_not_exist(self):
        self.lock()
        self.post(self.lead, do="unlock", reason="why")
        decide = reverse("approval", args=[Approval.objects.get().pk])
        stranger = factories.member("stranger", factories.centre("CN-OTHER"), role="lead")
        answer = signed_in(self.client, stranger).post(decide, {"decision": "confirm"})
        self.assertEqual(answer.status_code, 404)


@proves("P21")
class FreezeTest(Lockable):
    def freeze(self, label: str = "report 2026", by=None, **given) -> Freeze:
        with on_behalf_of(by or self.lead):
            return signing.freeze(label, self.centre, **given)

    def test_a_freeze_locks_every_case_of_the_centre(self):
        factories.full_case(of=self.centre)
        elsewhere = factories.full_case(of=factories.centre("CN-OTHER")).patient
        frozen = self.freeze()
        self.assertEqual(frozen.locks.count(), 2)
        self.assertIsNone(standing_of(elsewhere).lock)
        self.assertRefused(lambda: run("UPDATE registry_operation SET blood_loss_ml = 1"))

    def test_a_freeze_can_be_of_a_period_of_operations(self):
        self.assertEqual(self.freeze(start=date.fromisoformat("2023-01-01")).locks.count(), 0)
        self.assertEqual(self.freeze("again", end=date.fromisoformat("2022-12-31")).locks.count(), 1)

    def test_a_case_that_was_locked_before_keeps_its_lock(self):
        before = self.lock()
        self.assertEqual(self.freeze().locks.count(), 0)
        self.assertEqual(standing_of(self.patient).lock.pk, before.pk)

    def test_what_cannot_be_meant_is_refused(self):
        for label, given in (
            ("", {}),
            ("x" * 121, {}),
            ("ok", {"start": date.fromisoformat("2024-01-01"), "end": date.fromisoformat("2023-01-01")}),
        ):
            with self.subTest(label), self.assertRaises(Refused):
                self.freeze(label, **given)

    def test_reports_count_what_was_frozen_and_unlocked_since(self):
        factories.full_case(of=self.centre)
        self.freeze()
        self.unlock()
        data = cohort.load(cohort.Definition(), [self.centre])
        found = cohort.vouched(data.ids)
        self.assertEqual((found.freezes, found.frozen, found.unlocked), (("report 2026",), 2, 1))

    def test_the_page_freezes_and_lists(self):
        signed_in(self.client, self.lead)
        answer = self.client.post(
            reverse("freezes"), {"label": "report 2026", "centre": self.centre.pk}, follow=True
        )
        self.assertContains(answer, "Cases frozen: 1.")
        self.assertContains(answer, "report 2026")

    def test_the_page_says_what_is_wrong(self):
        signed_in(self.client, self.lead)
        for given in (
            {"label": ""},
            {"label": "x", "centre": "99999"},
            {"label": "x", "start": "9999-12-31"},
        ):
            with self.subTest(given):
                self.assertEqual(self.client.post(reverse("freezes"), given).status_code, 422)
        self.assertFalse(Freeze.objects.exists())

    def test_a_freeze_is_never_altered(self):
        self.freeze()
        self.assertRefused(lambda: Freeze.objects.update(label="x"), "freeze_is_never_altered")


@proves("P20")
class WithdrawalTest(Lockable):
    def withdraw(self, asked_by=None, confirmed_by=None) -> Approval:
        asker, other = asked_by or self.lead, confirmed_by or self.manager
        with on_behalf_of(asker):
            approval = signing.ask_to_withdraw(asker, self.patient, "not this patient")
        with on_behalf_of(other):
            return approvals.confirm(other, approval)

    def in_cohort(self) -> int:
        return len(cohort.load(cohort.Definition(), [self.centre]))

    def test_a_withdrawn_case_leaves_lists_and_reports_and_keeps_everything(self):
        self.assertEqual(self.in_cohort(), 1)
        rows = Change.objects.filter(patient_id=self.patient.pk).count()
        self.withdraw()
        self.assertEqual(self.in_cohort(), 0)
        signed_in(self.client, self.lead)
        link = reverse("case", args=[self.patient.patient_uid])
        self.assertNotContains(self.client.get(reverse("cases")), link)
        self.assertContains(self.client.get(reverse("cases") + "?stands=withdrawn"), link)
        self.assertContains(self.client.get(link), "not this patient")
        self.assertGreaterEqual(Change.objects.filter(patient_id=self.patient.pk).count(), rows)
        self.assertTrue(Operation.objects.filter(patient=self.patient).exists())

    def test_it_is_put_back_the_same_way(self):
        self.withdraw()
        with on_behalf_of(self.lead):
            approval = signing.ask_to_reinstate(self.lead, self.patient, "it was this patient")
        with on_behalf_of(self.manager):
            approvals.confirm(self.manager, approval)
        self.assertEqual(self.in_cohort(), 1)
        ended = Withdrawal.objects.get()
        self.assertEqual(
            (ended.withdrawn_by, ended.undone_by, ended.undo_reason),
            ("manager", "manager", "it was this patient"),
        )

    def test_nobody_withdraws_alone_and_data_entry_not_at_all(self):
        with self.assertRaises(Refused):
            self.withdraw(self.manager, self.manager)
        address = reverse("case_signing", args=[self.patient.patient_uid])
        answer = signed_in(self.client, self.entry).post(address, {"do": "withdraw", "reason": "x"})
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(self.in_cohort(), 1)

    def test_no_statement_withdraws_or_puts_back(self):
        insert = (
            "INSERT INTO registry_withdrawal (patient_id, withdrawn_by, withdrawn_at, reason, approval_id) "
        )
        with on_behalf_of(self.lead):
            waiting = signing.ask_to_withdraw(self.lead, self.patient, "why")
        self.assertRefused(
            lambda: run(f"{insert} VALUES (%s, 'x', now(), 'r', %s)", self.patient.pk, waiting.pk),
            "withdrawn_by_two",
        )
        with on_behalf_of(self.manager):
            approvals.confirm(self.manager, waiting)
        for statement in (
            "UPDATE registry_withdrawal SET undone_at = now()",
            "DELETE FROM registry_withdrawal",
        ):
            self.assertRefused(lambda s=statement: run(s), "withdrawn_by_two")

    def test_what_is_done_already_is_told(self):
        self.withdraw()
        with on_behalf_of(self.lead):
            with self.assertRaises(Refused):
                signing.ask_to_withdraw(self.lead, self.patient, "again")
            with self.assertRaises(Refused):
                signing.ask_to_unlock(self.lead, self.patient, "not locked")
