"""The version of a case is its history exactly: nothing that was not seen passes for seen."""

from __future__ import annotations

from django.conf import settings
from django.db import OperationalError
from django.test import override_settings

from registry import actions
from registry.context import acting
from registry.models import Change, Diagnosis, Operation, Patient
from registry.versions import LONGEST, Version, case_history
from tests import factories
from tests.pages import Page, answered, section_url
from tests.promises import proves
from tests.registry.entry import Entry
from tests.transactions import AtTheSameTime, RealTransactions, as_owner, wait_until_somebody_waits


def rows_of(patient: Patient, version: Version) -> list[int]:
    """The rows whose events the version had not seen."""
    return [one.row_id for one in case_history(patient).since(version).changes()]


class OneAfterTheOther(Entry):
    def setUp(self):
        super().setUp()
        self.history = case_history(self.patient)

    def test_nothing_has_happened_since_now(self):
        since = self.history.read(self.history.token(self.history.now()))
        self.assertFalse(since)
        self.assertEqual(list(since.changes()), [])

    def test_what_happens_afterwards_is_unseen_in_its_order(self):
        before = self.history.now()
        rows = [factories.row(one, self.patient).pk for one in (Diagnosis, Operation)]
        self.assertEqual(rows_of(self.patient, before), rows)

    def test_a_case_without_history_has_a_version_too(self):
        nobody = case_history(Patient(pk=2**40))
        self.assertFalse(nobody.read(nobody.token(nobody.now())))

    def test_what_is_no_token_of_this_case_is_no_version(self):
        token = self.history.token(self.history.now())
        other = case_history(factories.patient("S-2", self.centre))
        for one in (None, "", "x", token[1:], token + "A", "0" + token, "1" * (LONGEST + 1)):
            with self.subTest(one):
                self.assertIsNone(self.history.read(one))
        self.assertIsNone(self.history.read(other.token(self.history.now())))

    def test_with_a_new_secret_key_a_page_that_is_open_is_asked_to_compare(self):
        token = self.history.token(self.history.now())
        with override_settings(SECRET_KEY="another" * 8):
            self.assertIsNone(self.history.read(token))
            with override_settings(SECRET_KEY_FALLBACKS=[]):
                self.assertIsNone(self.history.read(token))

    def test_an_earlier_secret_key_still_counts(self):
        token, earlier = self.history.token(self.history.now()), settings.SECRET_KEY
        with override_settings(SECRET_KEY="another" * 8, SECRET_KEY_FALLBACKS=[earlier]):
            self.assertIsNotNone(self.history.read(token))


class AfterARestore(Entry):
    """The registry is set back to a backup while pages are open: events that they saw are gone, and their
    numbers, like those of transactions, are given again."""

    def setUp(self):
        super().setUp()
        self.history = case_history(self.patient)

    def test_a_version_that_saw_what_is_gone_is_none(self):
        now = self.history.now()
        gone = Version(now.newest + 1, now.count + 1, "0" * 16, now.snapshot)
        self.assertIsNone(self.history.read(self.history.token(gone)))

    def test_a_version_that_saw_another_event_of_the_same_number_is_none(self):
        now = self.history.now()
        other = Version(now.newest, now.count, "0" * 16, now.snapshot)
        self.assertIsNone(self.history.read(self.history.token(other)))

    def test_old_events_with_higher_transaction_numbers_pass_for_seen(self):
        """In a new server every old event has a number that its snapshots call the future."""
        factories.row(Diagnosis, self.patient)
        now = self.history.now()
        young = Version(now.newest, now.count, now.mark, "3:3:")
        self.assertEqual(rows_of(self.patient, young), [])

    def test_of_a_latecomer_and_old_events_the_latecomer_is_unseen(self):
        factories.row(Diagnosis, self.patient)
        late = factories.row(Operation, self.patient)
        now = self.history.now()
        young = Version(now.newest, now.count - 1, now.mark, "3:3:")
        self.assertEqual(rows_of(self.patient, young), [late.pk])


class WithSeveralTransactions(RealTransactions):
    def setUp(self):
        self.centre = factories.centre()
        self.client.force_login(factories.member("editor", self.centre))
        self.patient = factories.patient("S-001", self.centre)
        self.row = factories.row(Diagnosis, self.patient, primary_site="pancreas")
        self.operation = factories.operated(self.patient, blood_loss_ml=400)
        self.url = section_url(self.patient, "diagnosis")

    def opened(self):
        return Page(self.client.get(self.url)).form()

    @proves("T8", "P5")
    def test_a_change_that_was_begun_before_the_newest_and_committed_after_it_is_unseen(self):
        with as_owner() as slow:
            slow.execute("UPDATE registry_diagnosis SET primary_site = 'rectum' WHERE id = %s", [self.row.pk])
            with as_owner() as quick:  # its event has the higher number and is seen first
                quick.execute("INSERT INTO registry_consent (patient_id) VALUES (%s)", [self.patient.pk])
            form = self.opened()
            newest = Change.objects.filter(patient_id=self.patient.pk).order_by("-id").first()
            self.assertEqual((newest.table_name, form["head-primary_site"]), ("registry_consent", "pancreas"))
        response = self.client.post(self.url, answered(form, primary_site="stomach"))
        self.assertEqual(response.status_code, 409)
        self.assertEqual(Diagnosis.objects.get().primary_site, "rectum")

    @proves("T8", "P5")
    def test_plain_sql_that_has_begun_is_waited_for_and_then_told(self):
        form = self.opened()
        with as_owner() as cursor:
            cursor.execute("UPDATE registry_diagnosis SET primary_site = 'rectum'")
            sent = AtTheSameTime(lambda: self.client.post(self.url, answered(form, primary_site="stomach")))
            wait_until_somebody_waits(cursor)
        self.assertEqual(sent.result().status_code, 409)
        self.assertEqual(Diagnosis.objects.get().primary_site, "rectum")

    @proves("T8", "P5")
    def test_plain_sql_that_begins_while_a_form_is_compared_waits_and_wins_nothing_unseen(self):
        form = self.opened()
        with acting("a form being saved"):
            actions.lock_case(self.patient, [Diagnosis])
            sql = AtTheSameTime(lambda: Diagnosis.objects.update(primary_site="rectum"))
            wait_until_somebody_waits()
            version = case_history(self.patient).now()
            Diagnosis.objects.update(primary_site="stomach")
        self.assertEqual(sql.result(), 1)
        changes = list(case_history(self.patient).since(version).changes())
        pairs = [one.changes["primary_site"] for one in changes]
        self.assertEqual(pairs, [["pancreas", "stomach"], ["stomach", "rectum"]])
        self.assertEqual(self.client.post(self.url, answered(form, primary_site="lung")).status_code, 409)

    def test_a_row_that_is_inserted_by_plain_sql_waits_too(self):
        with acting("a form being saved"):
            actions.lock_case(self.patient, [Diagnosis])
            sql = AtTheSameTime(lambda: factories.operated(self.patient, op_no=2).pk)
            wait_until_somebody_waits()
            seen = Operation.objects.count()
        self.assertEqual((seen, bool(sql.result())), (1, True))

    def test_a_circle_of_waiting_is_broken_and_the_form_saved_anew(self):
        others = []

        def other_way_round():
            with acting("plain SQL"):
                Operation.objects.update(urgency="elective")
                Diagnosis.objects.update(primary_site="rectum")

        def save():
            Diagnosis.objects.update(tnm_edition="ajcc8")
            if not others:
                others.append(AtTheSameTime(other_way_round))
                wait_until_somebody_waits()
            Operation.objects.update(blood_loss_ml=500)

        with acting("a form"):
            actions.again_after_a_deadlock(save)
        try:
            others[0].result()
        except OperationalError as error:  # the database chooses which of the two it breaks off
            self.assertIn("deadlock", str(error))
        self.assertEqual(Operation.objects.get().blood_loss_ml, 500)
        self.assertEqual(Diagnosis.objects.get().tnm_edition, "ajcc8")
