"""Break-glass access is told to the leads of the centre and the auditors, with what was looked at."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry import glass
from registry.context import acting, on_behalf_of
from registry.models import BreakGlass, Membership, Viewed
from tests import factories
from tests.pages import Page, in_chinese
from tests.promises import proves
from tests.registry.glass_case import TABLE, WHY, Glass
from tests.registry.signing_in import signed_in


@proves("T16", "P27")
class NoticeTest(Glass, TestCase):
    """Leads of the centre and auditors are told on every page until one of each has acknowledged it."""

    def notes(self, person, address: str = "policy") -> list[str]:
        signed_in(self.client, person)
        return Page(self.client.get(reverse(address))).texts(
            "//*[@role='note'][contains(@class, 'glass')]/span"
        )

    def seen(self, person, one: BreakGlass):
        signed_in(self.client, person)
        return self.client.post(reverse("break_glass"), {"do": "seen", "access": str(one.pk)})

    def test_the_banner_stands_on_every_page_of_who_has_it_open(self):
        one = self.opened()
        until = f"{one.ends_at.astimezone():%M}"
        for address in (
            "/cases/",
            "/policy/",
            f"/cases/{self.uid}/",
            "/admin/",
            "/break-glass/",
            "/nowhere/",
        ):
            with self.subTest(address):
                text = Page(self.client.get(address)).text
                self.assertIn("Break-glass access to centre CN-OWN1 until", text)
                self.assertIn(f":{until}: read only; every page you open is recorded.", text)
                self.assertIn("End it now", text)
        self.assertIn("紧急访问", Page(in_chinese(self.client).get("/cases/")).text)

    def test_nobody_else_sees_the_banner_and_nobody_afterwards(self):
        self.opened()
        self.assertNotIn("End it now", Page(signed_in(self.client, self.lead).get("/cases/")).text)
        signed_in(self.client, self.admin)
        self.end()
        self.assertNotIn("End it now", Page(self.client.get("/break-glass/")).text)

    def test_the_lead_and_the_auditor_are_told_until_they_have_acknowledged(self):
        one = self.opened()
        told = ["1 break-glass access waits for you to acknowledge it."]
        self.assertEqual(self.notes(self.lead), told)
        self.assertEqual(self.notes(self.auditor), told)
        for person in (self.neighbour, factories.member(of=self.centre), self.manager):
            self.assertEqual(self.notes(person), [])
        self.assertRedirects(self.seen(self.lead, one), reverse("break_glass"))
        self.assertEqual((self.notes(self.lead), self.notes(self.auditor)), ([], told))
        self.seen(self.auditor, one)
        self.assertEqual(self.notes(self.auditor), [])
        one.refresh_from_db()
        self.assertEqual((one.lead_seen_by, one.auditor_seen_by), (self.lead, self.auditor))
        self.assertTrue(one.begins_at < one.lead_seen_at < one.auditor_seen_at)

    def test_an_auditor_of_the_centre_is_told_as_well(self):
        one = self.opened()
        local = factories.member("local", self.centre, role="auditor")
        self.assertEqual(len(self.notes(local)), 1)
        self.seen(local, one)
        self.assertEqual(self.notes(self.auditor), [])

    def test_one_lead_acknowledges_for_the_centre_and_is_not_replaced(self):
        one = self.opened()
        second = factories.member("second", self.centre, role="lead")
        self.seen(self.lead, one)
        self.assertEqual(self.notes(second), [])
        self.seen(second, one)
        one.refresh_from_db()
        self.assertEqual(one.lead_seen_by, self.lead)

    def test_who_has_no_part_in_it_acknowledges_nothing(self):
        one = self.opened()
        for person in (self.neighbour, self.manager, self.admin):
            self.seen(person, one)
        self.assertEqual(self.seen(factories.member(of=self.centre), one).status_code, 404)
        for wrong in ("", "x", "9" * 40, "-1"):
            signed_in(self.client, self.lead)
            given = {"do": "seen", "access": wrong}
            self.assertEqual(self.client.post(reverse("break_glass"), given).status_code, 302)
        one.refresh_from_db()
        self.assertIsNone(one.lead_seen_at or one.auditor_seen_at)

    def test_nobody_acknowledges_the_own_access(self):
        Membership.objects.create(user=self.manager, role="auditor", centre=self.other)
        Membership.objects.create(user=self.admin, role="lead", centre=self.other)
        one = self.opened(by=self.manager)
        Membership.objects.create(user=self.manager, role="lead", centre=self.centre)
        self.assertEqual(len(self.notes(self.manager)), 1)  # the banner alone
        self.seen(self.manager, one)
        with on_behalf_of(self.manager):
            seen = f"UPDATE {TABLE} SET lead_seen_at = now(), lead_seen_by_id = {self.manager.pk}"
            self.assertRefused("access_is_never_altered", seen)
        one.refresh_from_db()
        self.assertIsNone(one.lead_seen_at)

    def test_it_costs_those_who_are_told_one_query_and_everybody_else_none(self):
        for person, expected in ((self.lead, 1), (self.auditor, 1), (self.manager, 0), (self.admin, 0)):
            signed_in(self.client, person)
            self.client.get("/policy/")
            with self.subTest(person.username), CaptureQueriesContext(connection) as queries:
                self.client.get("/policy/")
            asked = [one for one in queries.captured_queries if TABLE in one["sql"]]
            self.assertEqual(len(asked), expected)


@proves("T16", "P27")
class ReportTest(Glass, TestCase):
    """Who, where, why, when, and what was looked at."""

    def report(self, person) -> Page:
        return Page(signed_in(self.client, person).get(reverse("break_glass")))

    def looked(self) -> BreakGlass:
        """An access with two pages of one case and one list."""
        one = self.opened()
        for address in (f"/cases/{self.uid}/", f"/cases/{self.uid}/history/", "/cases/"):
            self.client.get(address)
        self.end()
        return one

    def test_pages_and_cases_are_counted_by_person_centre_and_time(self):
        self.looked()
        self.client.get(reverse("case", args=[self.uid]))  # not found any more
        signed_in(self.client, self.lead).get(reverse("case", args=[self.uid]))  # somebody else
        for person in (self.lead, self.auditor, self.manager, self.admin):
            with self.subTest(person.username):
                cells = self.report(person).texts("//tbody/tr/td[@class='num']")
                self.assertEqual(cells[2:5], ["2", "1", "2"])  # the list after opening, and the one asked for

    def test_the_list_of_a_data_manager_counts_for_the_centre_that_is_open(self):
        self.opened(by=self.manager)
        self.client.get(reverse("cases"))
        self.assertEqual(Viewed.objects.latest("id").centre_id, self.centre.pk)
        self.client.get(reverse("case", args=[self.there.patient.patient_uid]))
        self.assertEqual(Viewed.objects.latest("id").centre_id, self.other.pk)

    def test_a_page_that_was_asked_for_in_time_is_counted_though_written_a_moment_later(self):
        one = self.looked()
        one.refresh_from_db()
        for after, counts in ((timedelta(seconds=30), 3), (timedelta(minutes=2), 3)):
            Viewed.objects.create(
                at=one.ended_at + after, username="adam", patient_id=self.case.patient.pk,
                centre_id=self.centre.pk, what="case",
            )  # fmt: skip
            with acting("test"):
                self.assertEqual(glass.told(self.auditor, [one])[0].pages, counts)

    def test_no_page_is_counted_under_two_accesses_that_follow_each_other(self):
        first, second = self.looked(), self.looked()
        with on_behalf_of(self.auditor):
            first.refresh_from_db()
            found = glass.told(self.auditor, [first, second])
            self.assertEqual([(one.pages, one.cases, one.lists) for one in found], [(2, 1, 2)] * 2)
            self.assertEqual([glass.views_of(one).count() for one in (first, second)], [4, 4])

    def test_each_sees_the_accesses_that_they_are_told_of(self):
        self.looked()
        for person, count in (
            (self.lead, "1"),
            (self.auditor, "1"),
            (self.manager, "1"),
            (self.neighbour, "0"),
        ):
            with self.subTest(person.username):
                self.assertEqual(self.report(person).texts("//h1/span"), [count])
        self.assertNotIn(WHY, self.report(self.neighbour).text)
        for person in (factories.member(of=self.centre), factories.registry_wide("statistician")):
            signed_in(self.client, person)
            self.assertEqual(self.client.get(reverse("break_glass")).status_code, 404)

    def test_it_says_who_why_and_who_has_acknowledged(self):
        one = self.looked()
        text = self.report(self.lead).text
        for word in ("adam", "CN-OWN1", WHY, "ended early", "not yet", "I have seen this"):
            self.assertIn(word, text)
        self.client.post(reverse("break_glass"), {"do": "seen", "access": str(one.pk)})
        text = self.report(self.lead).text
        self.assertIn("lena", text)
        self.assertNotIn("I have seen this", text)

    def test_the_pages_behind_the_number_are_listed_with_the_numbers_one_may_know(self):
        one = self.looked()
        address = reverse("break_glass_views", args=[one.pk])
        for person, number in ((self.lead, "SECRET-1"), (self.manager, self.uid), (self.admin, "one case")):
            with self.subTest(person.username):
                cells = Page(signed_in(self.client, person).get(address)).texts("//tbody/tr/td[3]")
                self.assertEqual(cells, ["", number, number, ""])
        self.assertEqual(signed_in(self.client, self.neighbour).get(address).status_code, 404)
        for number in (0, 10**30):
            status = self.client.get(reverse("break_glass_views", args=[number])).status_code
            self.assertIn(status, (400, 404))

    def test_both_pages_read_in_chinese(self):
        one = self.looked()
        in_chinese(signed_in(self.client, self.lead))
        for address in (reverse("break_glass"), reverse("break_glass_views", args=[one.pk])):
            self.assertIn("紧急访问", Page(self.client.get(address)).texts("//h1")[0])
