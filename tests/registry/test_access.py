"""Who sees and does what: nothing without a membership, and no sign that more exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from django.db import IntegrityError, transaction
from django.test import Client, TestCase
from django.urls import URLPattern, get_resolver, reverse

from registry import access, routes
from registry.forms import SECTIONS
from registry.models import Membership, Patient
from tests import factories
from tests.pages import Page, searched
from tests.registry.entry import Entry, newest_change

FILLED_IN = {"section_slug": "operation", "slug": "paper", "ending": "json"}


def closed_addresses(patterns, before: str = "") -> Iterator[str]:
    """Every address of the site that is not declared public, with something plausible in its places."""
    for one in patterns:
        route = before + str(one.pattern)
        if not isinstance(one, URLPattern):
            yield from closed_addresses(one.url_patterns, route)
        elif not route.endswith("$") and routes.declared(one.name or route) != routes.PUBLIC:
            # the admin's catch-all has no address of its own
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: FILLED_IN.get(found[1], "1"), route)


class Anonymous(TestCase):
    def test_every_address_leads_to_the_login(self):
        every = set(closed_addresses(get_resolver().url_patterns))
        self.assertGreater(len(every), 60)
        for address in every:
            for method in (self.client.get, self.client.post):
                with self.subTest(address):
                    response = method(address)
                    self.assertEqual(response.status_code, 302)
                    self.assertRegex(response["Location"], r"^/(admin/)?login/\?next=")

    def test_the_login_page_opens_in_both_languages_and_leads_back(self):
        factories.member("surgeon", password="correct horse battery")
        self.assertIn("Log in", Page(self.client.get("/login/")).text)
        self.client.cookies["django_language"] = "zh-hans"
        self.assertEqual(Page(self.client.get("/login/")).root.get("lang"), "zh-hans")
        given = {"username": "surgeon", "password": "correct horse battery", "next": "/cases/new/"}
        self.assertRedirects(self.client.post("/login/?next=/cases/new/", given), "/cases/new/")

    def test_the_login_never_leads_to_another_site(self):
        factories.member("surgeon", password="correct horse battery")
        given = {
            "username": "surgeon",
            "password": "correct horse battery",
            "next": "https://elsewhere.example/",
        }
        self.assertRedirects(self.client.post("/login/", given), "/", target_status_code=302)

    def test_a_wrong_password_says_so_and_not_which_part_was_wrong(self):
        factories.member("surgeon", password="correct horse battery")
        texts = {
            Page(self.client.post("/login/", {"username": name, "password": "wrong"})).texts("//main//form")[
                0
            ]
            for name in ("surgeon", "nobody")
        }
        self.assertEqual(len(texts), 1)
        self.assertIn("do not match", texts.pop())

    def test_somebody_who_has_left_cannot_log_in(self):
        left = factories.member("left", password="correct horse battery")
        left.is_active = False
        left.save()
        response = self.client.post("/login/", {"username": "left", "password": "correct horse battery"})
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_logging_out_ends_the_access(self):
        self.client.force_login(factories.member())
        self.assertEqual(self.client.get("/cases/").status_code, 200)
        self.assertRedirects(self.client.post("/logout/"), "/login/")
        self.assertEqual(self.client.get("/cases/").status_code, 302)


class OtherCentre(Entry):
    def setUp(self):
        super().setUp()
        self.case = factories.full_case("HIDDEN-7", factories.centre("CN-OTHER"))
        self.uid = self.case.patient.patient_uid

    def test_no_address_of_the_case_exists(self):
        every = [reverse("case", args=[self.uid]), reverse("case_history", args=[self.uid])]
        every += [self.url(section.slug, self.case.patient) for section in SECTIONS]
        for address in every:
            for method in (self.client.get, self.client.post):
                with self.subTest(address):
                    response = method(address)
                    self.assertIn(response.status_code, (404, 405))
                    self.assertNotIn(b"HIDDEN-7", response.content)

    def test_the_list_the_search_and_the_counts_know_nothing_of_it(self):
        found = [searched(self.client, typed) for typed in ("HIDDEN", self.uid)]
        for address in ("/cases/", *found, "/cases/?sex=f"):
            page = Page(self.client.get(address))
            self.assertNotIn("HIDDEN-7", "".join(page.texts("//table")))
            self.assertEqual(page.texts("//span[@class='count']"), ["1"] if address == "/cases/" else ["0"])
        for wanted in ("HIDDEN-7", self.uid, "hidden-7"):
            self.assertTrue(searched(self.client, wanted).startswith("/cases/?search="))

    def test_a_case_that_does_not_exist_looks_the_same(self):
        hidden = self.client.get(reverse("case", args=[self.uid]))
        unknown = self.client.get(reverse("case", args=["AAAAAAAAAA"]))
        self.assertEqual((hidden.status_code, unknown.status_code), (404, 404))
        self.assertEqual(Page(hidden).text, Page(unknown).text)

    def test_its_synthetic_patients_do_not_mark_our_pages(self):
        Patient.objects.filter(pk=self.case.patient.pk).update(synthetic=True)
        self.assertNotIn("Synthetic data", Page(self.client.get("/cases/")).text)
        Patient.objects.filter(pk=self.patient.pk).update(synthetic=True)
        self.assertIn("Synthetic data", Page(self.client.get("/cases/")).text)

    def test_an_administrator_of_the_site_sees_no_case_without_a_membership_either(self):
        for root in (
            factories.user("root", is_staff=True, is_superuser=True),
            factories.registry_wide("administrator", is_staff=True),
        ):
            self.client.force_login(root)
            self.assertEqual(self.client.get(reverse("case", args=[self.uid])).status_code, 404)
            self.assertEqual(self.client.get("/cases/").status_code, 404)
            self.assertRedirects(self.client.get("/"), "/admin/")

    def test_a_member_of_both_centres_sees_both(self):
        Membership.objects.create(user=self.editor, centre=self.case.patient.centre)
        self.assertEqual(Page(self.client.get("/cases/")).texts("//span[@class='count']"), ["2"])


class Reader(Entry):
    """A member who may read but not change."""

    def setUp(self):
        super().setUp()
        self.reader = factories.member("reader", self.centre, role="auditor")
        self.client.force_login(self.reader)

    def test_the_case_and_its_history_can_be_read(self):
        self.assertEqual(self.client.get(reverse("case", args=[self.patient.patient_uid])).status_code, 200)
        self.assertEqual(
            self.client.get(reverse("case_history", args=[self.patient.patient_uid])).status_code, 200
        )

    def test_no_link_leads_to_a_form(self):
        links = self.case_page().links() + Page(self.client.get("/cases/")).links()
        forms = {self.url(section.slug) for section in SECTIONS} | {"/cases/new/"}
        self.assertEqual(forms & set(links), set())

    def test_no_form_opens_and_nothing_is_stored(self):
        before = newest_change()
        for section in SECTIONS:
            with self.subTest(section.slug):
                self.assertEqual(self.client.get(self.url(section.slug)).status_code, 404)
                response = self.client.post(self.url(section.slug), {"head-sex": "m", "base": "0"})
                self.assertEqual(response.status_code, 404)
        self.assertEqual(self.client.get("/cases/new/").status_code, 404)
        self.assertEqual(self.client.post("/cases/new/", {"head-local_study_id": "S-9"}).status_code, 404)
        self.assertEqual(newest_change(), before)

    def test_an_empty_list_does_not_send_a_member_to_the_administrator(self):
        Patient.objects.all().delete()
        text = Page(self.client.get("/cases/")).text
        self.assertIn("There is no case yet", text)
        self.assertNotIn("not a member", text)

    def test_editing_one_centre_does_not_open_the_other(self):
        Membership.objects.create(user=self.reader, centre=factories.centre("CN-OTHER"))
        self.assertEqual(self.client.get(self.url("operation")).status_code, 404)
        self.assertEqual([str(one.centre_id) for one in access.editable_centres(self.reader)], ["CN-OTHER"])


class Moves(Entry):
    def test_somebody_without_a_centre_has_an_empty_list_and_can_open_nothing(self):
        self.client.force_login(factories.user("newcomer"))
        page = Page(self.client.get("/cases/"))
        self.assertEqual(page.texts("//span[@class='count']"), ["0"])
        self.assertIn("not a member of a centre", page.text)
        self.assertEqual(self.client.get("/cases/new/").status_code, 404)

    def test_whoever_leaves_a_centre_loses_its_cases_at_once(self):
        address = reverse("case", args=[self.patient.patient_uid])
        self.assertEqual(self.client.get(address).status_code, 200)
        form = self.open("operation")
        Membership.objects.all().delete()
        self.assertEqual(self.client.get(address).status_code, 404)
        before = newest_change()
        self.assertEqual(self.client.post(self.url("operation"), form).status_code, 404)
        self.assertEqual(newest_change(), before)

    def test_whoever_may_no_longer_edit_cannot_save_the_form_that_is_still_open(self):
        form = self.open("operation")
        Membership.objects.update(role="auditor")
        self.assertEqual(self.client.post(self.url("operation"), form).status_code, 404)

    def test_whoever_is_made_inactive_is_logged_out_at_once(self):
        self.editor.is_active = False
        self.editor.save()
        self.assertEqual(self.client.get("/cases/").status_code, 302)
        self.assertFalse(access.visible_patients(self.editor).exists())
        self.assertFalse(access.editable_centres(self.editor).exists())

    def test_a_case_never_moves_to_another_centre(self):
        other = factories.centre("CN-OTHER")
        with self.assertRaises(IntegrityError) as refused, transaction.atomic():
            Patient.objects.update(centre=other)
        self.assertIn("never changes", str(refused.exception))
        self.assertEqual(Page(self.client.get("/cases/")).texts("//span[@class='count']"), ["1"])


class Search(Entry):
    def test_a_study_number_opens_its_case_from_anywhere(self):
        for wanted in ("S-001", "s-001", " S-001 ", "Ｓ－００１"):
            self.assertRedirects(
                self.client.post("/search/", {"q": wanted}), reverse("case", args=[self.patient.patient_uid])
            )

    def test_a_registry_number_opens_its_case(self):
        self.assertRedirects(
            self.client.post("/search/", {"q": self.patient.patient_uid.lower()}),
            reverse("case", args=[self.patient.patient_uid]),
        )

    def test_a_part_of_a_number_leads_to_the_list(self):
        found = Page(self.client.get(searched(self.client, "S-0")))
        self.assertEqual(found.texts("//tbody//th"), ["S-001"])

    def test_a_number_that_two_centres_use_leads_to_the_list(self):
        other = factories.centre("CN-OTHER")
        Membership.objects.create(user=self.editor, centre=other)
        factories.patient("S-001", other, sex="m", birth_ym=date(1960, 1, 1))
        found = Page(self.client.get(searched(self.client, "S-001")))
        self.assertEqual(len(found.texts("//tbody/tr")), 2)

    def test_a_search_for_nothing_or_for_nonsense_leads_to_the_list(self):
        for wanted in ("", " ", "\x00", "%", "'; drop table", "x" * 100_000, "\u202e"):
            found = searched(self.client, wanted)
            self.assertRegex(found, r"^/cases/(\?search=[a-z0-9]{8})?$")
            self.assertEqual(self.client.get(found).status_code, 200)


class CrossSite(Entry):
    def test_a_form_without_its_token_is_refused_and_nothing_is_stored(self):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.editor)
        before = newest_change()
        for address in (self.url("operation"), "/cases/new/", "/language/", "/logout/"):
            self.assertEqual(strict.post(address, {"head-op_time_min": "200"}).status_code, 403)
        self.assertEqual(newest_change(), before)

    def test_nothing_changes_by_reading(self):
        factories.full_case("FULL", self.centre)
        before = newest_change()
        every = ["/cases/", "/search/", "/cases/new/"] + [self.url(one.slug) for one in SECTIONS]
        for address in every:
            self.client.get(address)
            self.client.head(address)
        self.assertEqual(newest_change(), before)

    def test_pages_with_cases_are_kept_by_no_cache(self):
        for address in ("/cases/", f"/cases/{self.patient.patient_uid}/", self.url("operation")):
            self.assertIn("no-store", self.client.get(address)["Cache-Control"])

    def test_no_page_can_be_framed_or_sniffed(self):
        response = self.client.get("/cases/")
        self.assertEqual(response["X-Frame-Options"], "DENY")
        self.assertEqual(response["X-Content-Type-Options"], "nosniff")
