"""Break-glass access: who may open it, for an hour, with a reason; nothing of it is altered afterwards."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError, transaction
from django.test import TestCase
from django.urls import reverse

from registry import approvals, policy
from registry.accounts.fresh import FRESH_SECONDS
from registry.models import BreakGlass, Change
from registry.policy import ACTIONS, ADMINISTRATOR, AUDITOR, GLASS, LEAD, MANAGER, ROLES
from registry.rights import Held, Rights
from tests import factories
from tests.pages import Page, in_chinese
from tests.promises import proves
from tests.registry.glass_case import TABLE, WHY, Glass, run
from tests.registry.signing_in import Telephone, confirmed, only_password, signed_in


class Declared(TestCase):
    """What the policy says."""

    def test_it_is_reading_at_one_centre_and_nothing_else(self):
        granted = {name: one.grants[GLASS] for name, one in ACTIONS.items() if GLASS in one.grants}
        self.assertEqual(set(granted), {"see_identifiers", "see_clinical", "free_text", "history"})
        for grant in granted.values():
            self.assertEqual((grant.scope, grant.view_only, len(grant.conditions)), (policy.OWN, True, 1))

    def test_it_reads_and_neither_writes_leads_nor_oversees(self):
        self.assertIn(GLASS, policy.READERS)
        for others in (policy.WRITERS, policy.LEADERS, policy.OVERSEERS, policy.GRANTERS, policy.OPENERS):
            self.assertNotIn(GLASS, others)

    def test_managers_and_administrators_open_it_leads_and_auditors_are_told(self):
        self.assertEqual(set(policy.OPENERS), {MANAGER, ADMINISTRATOR})
        self.assertEqual(set(policy.WATCHERS), {LEAD, AUDITOR})
        for role in policy.OPENERS:
            grant = policy.allowed(role, "break_glass")
            self.assertTrue(grant.reason and grant.fresh_factor)

    def test_it_is_no_role_that_can_be_given(self):
        self.assertNotIn(GLASS, ROLES)
        person = factories.user()
        for centre in (factories.centre().pk, None):
            with self.assertRaises(DatabaseError), transaction.atomic():
                run(
                    "INSERT INTO registry_membership (user_id, centre_id, role) VALUES (%s, %s, 'glass')",
                    person.pk, centre,
                )  # fmt: skip

    def test_the_page_of_the_policy_has_a_column_for_it_in_both_languages(self):
        self.client.force_login(factories.member())
        self.assertIn("break-glass access", Page(self.client.get(reverse("policy"))).texts("//thead//th"))
        page = Page(in_chinese(self.client).get(reverse("policy")))
        self.assertIn("紧急访问", page.texts("//thead//th"))

    def test_of_the_own_role_and_the_access_the_freer_one_counts_at_that_centre_alone(self):
        rights = Rights((Held(None, MANAGER), Held(1, GLASS)))
        self.assertFalse(rights.grant("see_clinical", 1).pseudonymised)
        self.assertTrue(rights.grant("see_clinical", 2).pseudonymised)
        self.assertEqual(rights.reach("see_identifiers").centres, {1})


@proves("T16")
class OpeningTest(Glass, TestCase):
    def test_who_may_gets_one_hour_with_the_reason_in_the_trail(self):
        for person in (self.admin, self.manager):
            one = self.opened(by=person)
            self.assertEqual((one.user, one.centre, one.reason), (person, self.centre, WHY))
            self.assertEqual(one.ends_at - one.begins_at, timedelta(hours=1))
            event = Change.objects.get(table_name=TABLE, row_id=one.pk)
            told = (event.actor, event.reason, event.channel, event.centre_id)
            self.assertEqual(told, (person.username, WHY, "form", self.centre.pk))

    def test_nobody_else_opens_one(self):
        people = [self.auditor, self.lead, factories.member(of=self.centre)]
        people += [factories.registry_wide("statistician"), factories.user()]
        for person in people:
            with self.subTest(person.username):
                self.assertEqual(signed_in(self.client, person) and self.post().status_code, 404)
        self.assertFalse(BreakGlass.objects.exists())

    def test_a_role_at_one_centre_opens_that_centre_alone(self):
        local = factories.member("local", self.centre, role="administrator")
        signed_in(self.client, local)
        self.assertEqual(self.post(centre=str(self.other.pk)).status_code, 422)
        self.assertEqual(
            Page(self.client.get(reverse("break_glass"))).texts("//option")[1:],
            ["CN-OWN1 · Hospital CN-OWN1"],
        )
        self.opened(by=local)

    def test_the_second_factor_is_asked_for_anew(self):
        Telephone(self.admin)
        only_password(self.client, self.admin)
        self.assertIn("confirm", self.post()["Location"])
        confirmed(signed_in(self.client, self.admin), ago=FRESH_SECONDS + 1)
        page = Page(self.client.get(reverse("break_glass")))
        self.assertIn("Confirm who you are, then open", page.text)
        self.assertIn(reverse("confirm"), self.post()["Location"])
        self.assertFalse(BreakGlass.objects.exists())
        confirmed(self.client)
        self.assertRedirects(self.post(), reverse("cases"))

    def test_a_reason_is_required_and_said_so_in_both_languages(self):
        signed_in(self.client, self.admin)
        for reason in ("", " \n ", "x" * 1001):
            response = self.post(reason=reason)
            self.assertEqual(response.status_code, 422)
        self.assertIn(approvals.NO_REASON.en, Page(self.post(reason="")).text)
        self.assertIn(approvals.NO_REASON.zh, Page(in_chinese(self.client) and self.post(reason="")).text)
        self.assertFalse(BreakGlass.objects.exists())

    def test_what_is_no_centre_opens_nothing(self):
        signed_in(self.client, self.admin)
        for centre in ("", "x", "-1", "٣", "9" * 18, "9" * 40, "1; DROP", "0"):
            with self.subTest(centre):
                response = self.post(centre=centre)
                self.assertEqual(response.status_code, 422)
                self.assertIn(WHY, response.content.decode())  # what was typed stays

    def test_one_at_a_time_and_the_next_once_it_has_ended(self):
        self.opened()
        for centre in (self.centre, self.other):
            response = self.post(centre=str(centre.pk))
            self.assertEqual(response.status_code, 422)
            self.assertIn("end it first", Page(response).text)
        self.end()
        self.assertEqual(self.opened(centre=str(self.other.pk)).centre, self.other)

    def test_a_form_sent_twice_opens_once(self):
        signed_in(self.client, self.admin)
        key = Page(self.client.get(reverse("break_glass"))).root.xpath("//input[@name='once']/@value")[0]
        self.post(once=key)
        self.end()
        self.assertEqual(self.post(once=key).status_code, 302)
        self.assertEqual(BreakGlass.objects.count(), 1)

    def test_the_security_log_is_told_without_the_reason(self):
        with self.assertLogs("registry.security", "INFO") as logged:
            self.opened()
            self.end()
        events = {one.getMessage(): one for one in logged.records}
        self.assertLessEqual({"break_glass_opened", "break_glass_ended"}, set(events))
        self.assertEqual(events["break_glass_opened"].user, self.admin.pk)
        self.assertNotIn(WHY, str([one.__dict__ for one in logged.records]))

    def test_the_security_log_of_the_trail_lists_it(self):
        self.opened()
        signed_in(self.client, self.auditor)
        self.assertIn(WHY, Page(self.client.get(reverse("security_log"))).text)

    def test_the_hour_is_what_the_browser_of_the_person_says_nothing_about(self):
        one = self.opened(begins_at="2020-01-01", ends_at="2099-01-01", minutes="6000")
        self.assertEqual(one.ends_at - one.begins_at, timedelta(hours=1))
