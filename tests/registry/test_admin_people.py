"""Users and roles in the admin: who gives which role to whom, alone or with a second person."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registry import approvals
from registry.approvals import Refused
from registry.context import on_behalf_of
from registry.models import Approval, Membership, Patient
from tests import factories
from tests.pages import Page
from tests.promises import proves
from tests.registry.administration import Administration, add_page, list_of, page_of
from tests.registry.signing_in import signed_in
from tests.registry.test_admin_scope import offered

PASSWORD = "umbrella-kettle-orchid-93"


class People(Administration):
    """A lead of the own centre, and somebody new who has an account and no role."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.lead = factories.member("lead", cls.centre, role="lead", is_staff=True)
        cls.newcomer = factories.user("newcomer", is_staff=True)
        cls.second = factories.registry_wide("administrator", "second", is_staff=True)

    def give(self, giver: User, taker: User, role: str, centre=None, fresh: bool = False, **more: str):
        """Post the page on which a role is given; `fresh` with the factor given just now."""
        (signed_in if fresh else Client.force_login)(self.client, giver)
        form = {"user": str(taker.pk), "role": role, "centre": str(centre.pk) if centre else ""}
        return self.client.post(add_page(Membership), form | {"valid_until": "", "reason": ""} | more)

    def confirm(self, user: User, approval: Approval) -> None:
        """Confirm a request as this person does on the page of requests."""
        with on_behalf_of(user):
            approvals.confirm(user, approval)

    def roles_of(self, user: User) -> set[tuple[str, str | None]]:
        return set(Membership.objects.filter(user=user).values_list("role", "centre__centre_id"))


@proves("T16")
class GivingRoles(People):
    def test_a_data_manager_gives_data_entry_at_once(self):
        self.assertEqual(self.give(self.manager, self.newcomer, "entry", self.centre).status_code, 302)
        self.client.force_login(self.newcomer)
        self.assertIn("S-001", self.page(list_of(Patient)).text)

    def test_what_an_administrator_gives_waits_for_a_second_person(self):
        response = self.give(self.administrator, self.newcomer, "entry", self.centre, reason="new nurse")
        self.assertEqual(response.status_code, 302)
        self.assertEqual(self.roles_of(self.newcomer), set())
        asked = Approval.objects.get()
        self.assertEqual((asked.state, asked.reason), ("waiting", "new nurse"))
        self.client.force_login(self.newcomer)
        self.assertEqual(self.client.get(list_of(Patient)).status_code, 403)

    def test_the_second_person_makes_it_so(self):
        self.give(self.administrator, self.newcomer, "entry", self.centre, reason="new nurse")
        self.confirm(self.lead, Approval.objects.get())
        self.assertEqual(self.roles_of(self.newcomer), {("entry", "CN-OWN1")})

    def test_without_a_reason_nothing_is_asked_and_everything_typed_stays(self):
        response = self.give(self.administrator, self.newcomer, "auditor", self.centre)
        self.assertIn("second person", self.refused(response))
        self.assertEqual(Page(response).form("membership_form")["role"], "auditor")
        self.assertFalse(Approval.objects.exists())

    def test_a_lead_makes_nobody_lead_alone(self):
        self.give(self.lead, self.editor, "lead", self.centre, reason="my deputy")
        self.assertEqual(self.roles_of(self.editor), {("entry", "CN-OWN1")})
        with self.assertRaises(Refused):
            self.confirm(self.lead, Approval.objects.get())
        self.confirm(self.manager, Approval.objects.get())
        self.assertIn(("lead", "CN-OWN1"), self.roles_of(self.editor))

    def test_nobody_confirms_a_role_for_themselves(self):
        self.give(self.administrator, self.manager, "lead", self.centre, reason="also a surgeon")
        with self.assertRaises(Refused):
            self.confirm(self.manager, Approval.objects.get())
        self.assertEqual(Approval.objects.get().state, "waiting")

    def test_nobody_gives_a_role_to_themselves(self):
        for giver in (self.administrator, self.manager, self.lead):
            for role in ("entry", "lead", "auditor"):
                response = self.give(giver, giver, role, self.centre, reason="because")
                self.assertEqual(response.status_code, 200)
        self.assertFalse(Approval.objects.exists())
        self.assertEqual(self.roles_of(self.administrator), {("administrator", None)})

    def test_a_role_in_the_whole_registry_is_asked_by_an_administrator_and_confirmed_by_another(self):
        self.give(self.administrator, self.newcomer, "auditor", reason="the monitor", fresh=True)
        asked = Approval.objects.filter(kind="role_wide")
        with self.assertRaises(Approval.DoesNotExist):  # the lead of a centre is not even shown it
            self.confirm(self.lead, asked.get())
        self.confirm(self.second, asked.get())
        self.assertEqual(self.roles_of(self.newcomer), {("auditor", None)})

    def test_without_the_factor_just_given_such_a_role_is_not_asked_for(self):
        response = self.give(self.administrator, self.newcomer, "auditor", reason="the monitor")
        self.assertIn("Confirm first", self.refused(response))
        self.assertFalse(Approval.objects.exists())

    def test_leads_and_managers_give_no_role_in_the_whole_registry(self):
        for giver in (self.lead, self.manager):
            self.assertEqual(self.give(giver, self.editor, "auditor", reason="x").status_code, 200)
        self.assertFalse(Approval.objects.exists())

    def test_a_lead_gives_nothing_at_another_centre(self):
        response = self.give(self.lead, self.editor, "entry", self.elsewhere, reason="x")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.roles_of(self.editor), {("entry", "CN-OWN1")})

    def test_a_role_that_is_asked_for_twice_is_asked_once(self):
        for _ in range(2):
            self.give(self.administrator, self.newcomer, "entry", self.centre, reason="new nurse")
        self.assertEqual(Approval.objects.count(), 1)


class EndingRoles(People):
    def test_a_role_ends_on_its_last_day(self):
        held = Membership.objects.get(user=self.editor)
        for day, status in ((timezone.localdate(), 200), (date(2020, 1, 1), 403)):
            Membership.objects.filter(pk=held.pk).update(valid_until=day)
            self.client.force_login(self.editor)
            self.assertEqual(self.client.get(list_of(Patient)).status_code, status)

    def test_a_lead_shortens_at_once_and_prolongs_data_entry_alone(self):
        held = Membership.objects.get(user=self.editor)
        self.client.force_login(self.lead)
        for day in ("2026-12-31", "2027-12-31", ""):
            typed = self.open(held) | {"valid_until": day, "reason": ""}
            response = self.client.post(page_of(held), typed)
            self.assertEqual(response.status_code, 302, self.complaints(response))
            held.refresh_from_db()
            self.assertEqual(str(held.valid_until or ""), day)

    def test_an_administrator_prolongs_with_a_second_person(self):
        held = Membership.objects.get(user=self.reader)
        Membership.objects.filter(pk=held.pk).update(valid_until=date(2026, 1, 1))
        self.client.force_login(self.administrator)
        typed = self.open(held) | {"valid_until": "2027-01-01", "reason": "stays a year"}
        self.client.post(page_of(held), typed)
        held.refresh_from_db()
        self.assertEqual(held.valid_until, date(2026, 1, 1))
        self.confirm(self.manager, Approval.objects.get())
        held.refresh_from_db()
        self.assertEqual(held.valid_until, date(2027, 1, 1))

    def test_user_centre_and_role_of_a_membership_stay_what_they_are(self):
        held = Membership.objects.get(user=self.editor)
        self.client.force_login(self.manager)
        given = {"role": "lead", "user": str(self.newcomer.pk), "centre": str(self.elsewhere.pk)}
        self.client.post(page_of(held), given | {"valid_until": "", "reason": ""})
        held.refresh_from_db()
        self.assertEqual((held.role, held.user, held.centre), ("entry", self.editor, self.centre))

    def test_a_lead_takes_data_entry_away_and_nobody_takes_the_own_role_away(self):
        self.client.force_login(self.lead)
        own, other = (Membership.objects.get(user=one) for one in (self.lead, self.editor))
        self.assertEqual(self.client.post(page_of(own, "delete"), {"post": "yes"}).status_code, 403)
        self.assertEqual(self.client.post(page_of(other, "delete"), {"post": "yes"}).status_code, 302)
        self.assertEqual(self.roles_of(self.editor), set())


class Accounts(People):
    def test_who_administers_nobody_opens_no_account_and_no_membership(self):
        for person in (self.editor, self.reader):
            self.client.force_login(person)
            for model, row in ((User, self.editor), (Membership, Membership.objects.first())):
                for where in (list_of(model), add_page(model), page_of(row)):
                    self.assertEqual(self.client.get(where).status_code, 403, where)
            self.assertEqual(offered(self.client, Membership, "user", "").status_code, 403)

    def test_a_lead_meets_the_people_of_the_own_centre_alone(self):
        factories.member("stranger", self.elsewhere)
        self.client.force_login(self.lead)
        page = self.page(list_of(User))
        self.assertNotIn("stranger", page.text)
        self.assertNotIn("newcomer", page.text)
        found = offered(self.client, Membership, "user", "").json()["results"]
        self.assertEqual({one["text"] for one in found}, {"editor", "reader", "lead"})
        listed = self.client.get(list_of(Membership)).context["cl"].result_list
        self.assertEqual({one.centre for one in listed}, {self.centre})

    def test_a_lead_invites_somebody_who_enters_data_at_once(self):
        self.client.force_login(self.lead)
        form = self.page(add_page(User)).form("user_form")
        form |= {"username": "wei", "password1": PASSWORD, "password2": PASSWORD}
        response = self.client.post(add_page(User), form)
        self.assertEqual(response.status_code, 302, self.complaints(response))
        made = User.objects.get(username="wei")
        self.assertEqual(self.roles_of(made), {("entry", "CN-OWN1")})
        self.assertFalse(made.is_staff or made.is_superuser)

    def test_a_lead_invites_nobody_to_another_centre(self):
        self.client.force_login(self.lead)
        form = self.page(add_page(User)).form("user_form")
        form |= {"username": "wei", "password1": PASSWORD, "password2": PASSWORD}
        form |= {"at_centre": str(self.elsewhere.pk)}
        self.assertEqual(self.client.post(add_page(User), form).status_code, 200)
        self.assertFalse(User.objects.filter(username="wei").exists())

    def test_a_lead_disables_who_enters_data_and_nobody_else(self):
        self.client.force_login(self.lead)
        form = self.open(self.editor)
        form.pop("is_active")
        self.assertEqual(self.client.post(page_of(self.editor), form).status_code, 302)
        self.editor.refresh_from_db()
        self.assertFalse(self.editor.is_active)
        for other in (self.reader, self.lead):
            self.assertEqual(self.client.post(page_of(other), {"username": other.username}).status_code, 403)

    def test_somebody_who_also_works_elsewhere_is_not_a_leads_to_disable(self):
        Membership.objects.create(user=self.editor, centre=self.elsewhere)
        self.client.force_login(self.lead)
        self.assertEqual(self.client.post(page_of(self.editor), {"username": "editor"}).status_code, 403)

    @proves("T14")
    def test_nobody_makes_a_superuser_and_a_lead_makes_no_staff(self):
        for person in (self.lead, self.manager, self.administrator):
            self.client.force_login(person)
            User.objects.filter(pk=self.editor.pk).update(is_staff=False)
            form = self.open(self.editor) | {"is_superuser": "on", "is_staff": "on", "groups": "1"}
            self.client.post(page_of(self.editor), form)
            self.editor.refresh_from_db()
            self.assertFalse(self.editor.is_superuser)
            self.assertEqual(self.editor.is_staff, person != self.lead)

    def test_an_account_is_never_deleted(self):
        for person in (self.lead, self.manager, self.administrator):
            self.client.force_login(person)
            self.assertEqual(
                self.client.post(page_of(self.editor, "delete"), {"post": "yes"}).status_code, 403
            )

    def test_accounts_are_listed_with_their_roles(self):
        self.client.force_login(self.administrator)
        page = self.page(list_of(User))
        self.assertIn("CN-OWN1 (data entry)", page.texts("//td[contains(@class,'field-works_at')]"))
        of_centre = self.client.get(list_of(User, of_centre=str(self.centre.pk)))
        names = {one.username for one in of_centre.context["cl"].result_list}
        self.assertEqual(names, {"editor", "reader", "lead"})

    def test_permissions_that_nothing_asks_for_are_not_offered(self):
        self.client.force_login(self.administrator)
        self.assertEqual({"groups", "user_permissions"} & set(self.open(self.editor)), set())
        self.assertNotIn("Group", {model.__name__ for model in admin.site._registry})


class Review(People):
    """Once in ninety days somebody looks at every role."""

    def test_what_nobody_has_looked_at_is_due(self):
        Membership.objects.filter(user=self.editor).update(
            reviewed_on=timezone.localdate() - timedelta(days=91)
        )
        Membership.objects.filter(user=self.reader).update(
            reviewed_on=timezone.localdate() - timedelta(days=90)
        )
        self.client.force_login(self.manager)
        page = Page(self.client.get(reverse("memberships")))
        due = {line.split()[0] for line in page.texts("//tbody/tr") if line.endswith("due")}
        self.assertIn("editor", due)
        self.assertNotIn("reader", due)

    def test_a_review_is_noted_and_not_of_the_own_role(self):
        self.client.force_login(self.manager)
        every = [str(one) for one in Membership.objects.values_list("pk", flat=True)]
        self.client.post(reverse("memberships"), {"held": [*every, "x", "9" * 30]})
        left = Membership.objects.filter(reviewed_on=None)
        self.assertEqual({one.user for one in left}, {self.manager})

    def test_an_auditor_reads_the_review_and_notes_nothing(self):
        monitor = factories.registry_wide("auditor")
        self.client.force_login(monitor)
        held = Membership.objects.get(user=self.editor)
        self.assertEqual(self.client.get(reverse("memberships")).status_code, 200)
        self.client.post(reverse("memberships"), {"held": str(held.pk)})
        held.refresh_from_db()
        self.assertIsNone(held.reviewed_on)

    def test_nobody_else_opens_it(self):
        for person in (self.editor, self.lead, self.newcomer):
            self.client.force_login(person)
            self.assertEqual(self.client.get(reverse("memberships")).status_code, 404)
