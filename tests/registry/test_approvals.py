"""Two persons: what one asks for is carried out when another confirms, and never otherwise."""

from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.test import TestCase

from registry import approvals
from registry.approvals import KINDS, Refused
from registry.context import on_behalf_of
from registry.labels import both
from registry.models import Approval, Change
from tests import factories
from tests.promises import measured, proves
from tests.transactions import RealTransactions, as_owner, triggers_off

LONG = timedelta(days=15)


class Asking:
    """A lead asks for something that a data manager confirms."""

    def setUp(self):
        self.centre = factories.centre()
        self.lead = factories.member("lead", self.centre, role="lead")
        self.manager = factories.registry_wide("manager", "manager")
        self.done: list[tuple[int, str]] = []
        kept = dict(KINDS)
        self.addCleanup(lambda: (KINDS.clear(), KINDS.update(kept)))
        approvals.register("try", self._carry_out, "unlock", label=both("try something"))

    def _carry_out(self, approval, user) -> None:
        self.done.append((approval.pk, user.username))

    def ask(self, by=None, reason: str = "the report is wrong", **given) -> Approval:
        person = by or self.lead
        with on_behalf_of(person):
            return approvals.ask(person, "try", centre=self.centre, reason=reason, **given)

    def confirm(self, approval: Approval, by=None) -> Approval:
        person = by or self.manager
        with on_behalf_of(person):
            return approvals.confirm(person, approval)


class Asked(Asking, TestCase):
    """Inside one transaction."""


class AskingTest(Asked):
    def test_what_is_asked_waits_and_nothing_is_carried_out(self):
        approval = self.ask(subject="one", details={"row": 7})
        self.assertEqual(
            (approval.state, approval.subject, approval.details, approval.asked_by),
            ("waiting", "one", {"row": 7}, self.lead),
        )
        self.assertEqual(self.done, [])

    def test_asking_twice_for_the_same_makes_one_request(self):
        self.assertEqual(self.ask(subject="one"), self.ask(subject="one"))
        self.assertNotEqual(self.ask(subject="one"), self.ask(subject="another"))

    def test_a_request_without_a_reason_is_refused(self):
        with self.assertRaises(Refused) as caught:
            self.ask(reason="  \n ")
        self.assertEqual(caught.exception.label, approvals.NO_REASON)

    def test_a_reason_that_is_too_long_is_refused_with_its_length(self):
        with self.assertRaises(Refused) as caught:
            self.ask(reason="x" * 1001)
        self.assertIn("1001", caught.exception.label.zh)

    def test_a_kind_that_nobody_registered_is_a_mistake_of_the_code(self):
        with self.assertRaises(KeyError), on_behalf_of(self.lead):
            approvals.ask(self.lead, "never heard", reason="why")

    def test_the_time_is_the_databases_own(self):
        long_ago = self.ask().asked_at - LONG
        with on_behalf_of(self.lead):
            made = Approval.objects.create(kind="try", reason="r", asked_by=self.lead, asked_at=long_ago)
        made.refresh_from_db()
        self.assertGreater(made.asked_at, long_ago + timedelta(days=14))


@proves("P20")
class ConfirmingTest(Asked):
    def test_another_person_with_the_right_confirms_and_it_is_carried_out(self):
        approval = self.confirm(self.ask())
        self.assertEqual((approval.state, approval.decided_by), ("confirmed", self.manager))
        self.assertEqual(self.done, [(approval.pk, "manager")])

    def test_nobody_confirms_their_own_request(self):
        approval = self.ask(by=self.manager)
        with self.assertRaises(Refused) as caught:
            self.confirm(approval, by=self.manager)
        self.assertEqual((caught.exception.label, self.done), (approvals.OWN_REQUEST, []))

    def test_who_may_only_ask_confirms_nothing(self):
        other = factories.member("other lead", self.centre, role="lead")
        with self.assertRaises(Refused) as caught:
            self.confirm(self.ask(), by=other)
        self.assertEqual((caught.exception.label, self.done), (approvals.NO_RIGHT, []))

    def test_it_is_carried_out_once(self):
        approval = self.confirm(self.ask())
        with self.assertRaises(Refused):
            self.confirm(approval)
        self.assertEqual(len(self.done), 1)

    def test_what_cannot_be_carried_out_stays_unconfirmed(self):
        def fails(approval, user):
            raise Refused(both("not possible"))

        approvals.register("try", fails, "unlock")
        approval = self.ask()
        with self.assertRaises(Refused):
            self.confirm(approval)
        approval.refresh_from_db()
        self.assertEqual(approval.state, "waiting")

    def test_refusing_needs_a_reason_and_carries_out_nothing(self):
        approval = self.ask()
        with on_behalf_of(self.manager):
            with self.assertRaises(Refused):
                approvals.refuse(self.manager, approval, "")
            approvals.refuse(self.manager, approval, "not needed")
        approval.refresh_from_db()
        self.assertEqual((approval.state, approval.decision_reason, self.done), ("refused", "not needed", []))

    def test_only_who_asked_takes_a_request_back(self):
        approval = self.ask()
        with on_behalf_of(self.manager), self.assertRaises(Refused):
            approvals.take_back(self.manager, approval)
        with on_behalf_of(self.lead):
            self.assertEqual(approvals.take_back(self.lead, approval).state, "withdrawn")

    def test_every_step_stands_in_the_trail_with_its_person(self):
        approval = self.confirm(self.ask())
        steps = Change.objects.filter(table_name="registry_approval", row_id=approval.pk).order_by("id")
        self.assertEqual(
            [(one.operation, one.actor) for one in steps], [("insert", "lead"), ("update", "manager")]
        )


@proves("P20")
class PlainSqlTest(Asked):
    """What the application's own role cannot do by any statement."""

    refused = 0

    def assertRefused(self, statement: str, *values) -> None:
        with self.assertRaises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
        self.refused += 1

    def test_no_statement_confirms_reopens_or_removes_a_request(self):
        approval = self.ask()
        key, lead, manager = approval.pk, self.lead.pk, self.manager.pk
        decided = "decided_at = now(), decided_by_id = %s WHERE id = %s"
        self.assertRefused(f"UPDATE registry_approval SET state = 'confirmed', {decided}", manager, key)
        self.assertRefused(f"UPDATE registry_approval SET state = 'confirmed', {decided}", lead, key)
        self.assertRefused("UPDATE registry_approval SET asked_by_id = %s WHERE id = %s", manager, key)
        self.assertRefused("UPDATE registry_approval SET details = '{}' WHERE id = %s", key)
        self.assertRefused("DELETE FROM registry_approval WHERE id = %s", key)
        self.confirm(approval)
        self.assertRefused("UPDATE registry_approval SET state = 'waiting' WHERE id = %s", key)
        measured(
            "P20", f"deciding, altering, removing a request by SQL: {self.refused} of {self.refused} refused"
        )

    def test_a_request_that_is_born_confirmed_is_refused(self):
        with self.assertRaises(DatabaseError), transaction.atomic(), on_behalf_of(self.manager):
            Approval.objects.create(
                kind="try",
                reason="r",
                asked_by=self.lead,
                state="confirmed",
                decided_by=self.manager,
                decided_at=self.ask().asked_at,
            )

    def test_nobody_asks_in_the_name_of_somebody_else(self):
        with self.assertRaises(DatabaseError), transaction.atomic(), on_behalf_of(self.manager):
            Approval.objects.create(kind="try", reason="r", asked_by=self.lead)


@proves("P20")
class ExpiryTest(Asking, RealTransactions):
    def test_after_fourteen_days_nothing_is_confirmed_any_more(self):
        approval = self.ask()
        with as_owner() as cursor, triggers_off(cursor, ["registry_approval"]):
            cursor.execute("UPDATE registry_approval SET asked_at = asked_at - interval '14 days'")
        approval.refresh_from_db()
        self.assertEqual(approval.present_state, "expired")
        with self.assertRaises(Refused):
            self.confirm(approval)
        with self.assertRaises(DatabaseError), on_behalf_of(self.manager):
            Approval.objects.filter(pk=approval.pk).update(
                state="confirmed", decided_by=self.manager, decided_at=approval.asked_at
            )
        self.assertEqual(self.done, [])
