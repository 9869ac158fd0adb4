"""The database holds how break-glass access comes and ends, whoever writes."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

from django.db import DatabaseError, transaction
from django.test import TestCase
from django.urls import reverse

from registry import glass
from registry.context import acting, on_behalf_of
from registry.models import BreakGlass
from tests.pages import Page
from tests.promises import proves
from tests.registry.glass_case import PATIENTS, TABLE, WHY, Glass, run
from tests.registry.signing_in import signed_in
from tests.transactions import RealTransactions, as_owner, triggers_off


@proves("T16")
class OneWayTest(Glass, TestCase):
    """The database holds how an access comes and ends."""

    INSERT = (
        f"INSERT INTO {TABLE} (user_id, centre_id, reason, begins_at, ends_at) VALUES (%s, %s, %s, %s, %s)"
    )
    LONG_AGO, FAR = "2020-01-01", "2099-01-01"

    def insert(self, person, reason: str = "r") -> tuple:
        return (self.INSERT, person.pk, self.centre.pk, reason, self.LONG_AGO, self.FAR)

    def test_the_times_are_the_databases_own(self):
        with on_behalf_of(self.admin):
            self.assertEqual(run(*self.insert(self.admin)), 1)
            lasts = run(f"SELECT ends_at - begins_at, now() - begins_at < '1 minute' FROM {TABLE}")
        self.assertEqual(lasts, [(timedelta(hours=1), True)])

    def test_nobody_opens_one_for_somebody_else_or_without_the_right(self):
        for actor, person in (
            (self.admin, self.manager),
            (self.lead, self.admin),
            (self.lead, self.lead),
            (self.auditor, self.auditor),
        ):
            with (
                self.subTest(actor=actor.username, person=person.username),
                on_behalf_of(actor),
                self.assertRaises(DatabaseError),
                transaction.atomic(),
            ):
                run(*self.insert(person))
        with acting("a command"):
            self.assertRefused("opened_by_oneself", *self.insert(self.admin))

    def test_a_second_one_is_refused_by_the_database_as_well(self):
        with on_behalf_of(self.admin):
            run(*self.insert(self.admin))
            self.assertRefused("one_access_at_a_time", *self.insert(self.admin))

    def test_one_without_a_reason_is_refused_by_the_database_as_well(self):
        with on_behalf_of(self.admin):
            self.assertRefused("an_access_has_a_reason", *self.insert(self.admin, ""))

    def test_nothing_of_it_is_prolonged_altered_or_removed(self):
        one = self.opened()
        statements = (
            f"UPDATE {TABLE} SET ends_at = ends_at + interval '1 hour'",
            f"UPDATE {TABLE} SET begins_at = begins_at - interval '1 day'",
            f"UPDATE {TABLE} SET reason = 'another'",
            f"UPDATE {TABLE} SET centre_id = {self.other.pk}",
            f"UPDATE {TABLE} SET user_id = {self.manager.pk}",
            f"UPDATE {TABLE} SET ended_at = now(), reason = 'another'",
            f"UPDATE {TABLE} SET lead_seen_at = now(), lead_seen_by_id = {self.lead.pk}",
            f"UPDATE {TABLE} SET auditor_seen_at = now(), auditor_seen_by_id = {self.admin.pk}",
            f"DELETE FROM {TABLE}",
        )
        for statement in statements:
            with self.subTest(statement), on_behalf_of(self.admin):
                self.assertRefused("access_is_never_altered", statement)
        with acting("a command"):
            self.assertRefused("access_is_never_altered", statements[0])
        one.refresh_from_db()
        self.assertEqual((one.reason, one.ended_at), (WHY, None))

    def test_what_has_ended_is_neither_ended_again_nor_opened_again(self):
        self.opened()
        self.end()
        with on_behalf_of(self.admin):
            for value in ("now()", "NULL"):
                self.assertRefused("access_is_never_altered", f"UPDATE {TABLE} SET ended_at = {value}")

    def test_nobody_ends_the_access_of_another(self):
        one = self.opened()
        for person in (self.manager, self.lead, self.auditor):
            signed_in(self.client, person)
            self.end()
            with on_behalf_of(person):
                self.assertRefused("access_is_never_altered", f"UPDATE {TABLE} SET ended_at = now()")
        one.refresh_from_db()
        self.assertIsNone(one.ended_at)

    def test_what_the_page_did_not_see_coming_is_said_in_words(self):
        self.opened()
        centres = {self.centre.pk: "x"}
        with (
            patch.object(glass, "now_open", return_value=None),
            patch.object(glass, "centres_for", return_value=centres),
        ):
            response = self.post()
        self.assertEqual(response.status_code, 409)
        self.assertContains(response, "end it first", status_code=409)


@proves("T16")
class AnHourLater(Glass, RealTransactions):
    """The clock moves on: the row is moved by the owner instead."""

    databases = {"default", "owner"}

    def moved(self, one: BreakGlass, by: timedelta) -> None:
        with as_owner() as cursor, triggers_off(cursor, [TABLE]):
            cursor.execute(
                f"UPDATE {TABLE} SET begins_at = begins_at - %s, ends_at = ends_at - %s WHERE id = %s",
                [by, by, one.pk],
            )

    def test_it_ends_by_itself_after_sixty_minutes(self):
        one = self.opened()
        self.moved(one, timedelta(minutes=59))
        self.assertEqual(self.client.get(reverse("case", args=[self.uid])).status_code, 200)
        self.moved(one, timedelta(minutes=1))
        self.assertEqual(self.client.get(reverse("case", args=[self.uid])).status_code, 404)
        with on_behalf_of(self.admin):
            self.assertEqual(run(PATIENTS), [])
            self.assertRefused("access_is_never_altered", f"UPDATE {TABLE} SET ended_at = now()")
        self.assertNotIn("End it now", Page(self.client.get("/policy/")).text)
        self.assertNotEqual(self.opened().pk, one.pk)

    def test_not_even_its_owner_makes_it_longer_than_an_hour(self):
        one = self.opened()
        with self.assertRaises(Exception) as caught, as_owner() as cursor, triggers_off(cursor, [TABLE]):
            cursor.execute(f"UPDATE {TABLE} SET ends_at = ends_at + interval '1 second'")
        self.assertEqual(caught.exception.diag.constraint_name, "an_access_lasts_an_hour_at_most")
        one.refresh_from_db()
        self.assertEqual(one.ends_at - one.begins_at, timedelta(hours=1))
