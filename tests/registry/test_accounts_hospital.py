"""The hospital's own login by OpenID Connect, against a real server on this machine, and its settings."""

from __future__ import annotations

from unittest import mock

import requests
from allauth.socialaccount.providers import registry as known_providers
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import reverse

from registry.accounts import hospital
from registry.models import Change, Membership
from tests import factories
from tests.pages import Page
from tests.promises import proves
from tests.registry.provider import CLIENT, SECRET, Provider
from tests.registry.signing_in import Telephone
from tests.registry.test_accounts_login import logged_in

PASSWORD = "vier ruhige Teiche"
START = "/oidc/hospital/login/"


class OpenIdConnect(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        known_providers.load()
        known_providers.register(OpenIDConnectProvider)
        cls.addClassCleanup(known_providers.provider_map.pop, "openid_connect", None)
        cls.provider = Provider()
        cls.addClassCleanup(cls.provider.server_close)
        cls.addClassCleanup(cls.provider.shutdown)

    def setUp(self):
        given = {
            "NETLM_OIDC_ISSUER": self.provider.issuer,
            "NETLM_OIDC_CLIENT_ID": CLIENT,
            "NETLM_OIDC_SECRET": SECRET,
            "NETLM_OIDC_NAME": "Hospital Example",
            "NETLM_OIDC_FACTORS": "mfa, hwk",
        }
        oidc = hospital.provider_from(given)
        changed = override_settings(OIDC=oidc, SOCIALACCOUNT_PROVIDERS=hospital.providers(oidc))
        changed.enable()
        self.addCleanup(changed.disable)
        self.provider.claims = {}
        self.provider.person["preferred_username"] = "chen"

    def come_in(self, address: str = START):
        """Press the button, be let in by the provider, and come back."""
        there = self.client.get(address)
        back = requests.get(there["Location"], allow_redirects=False, timeout=5).headers["Location"]
        self.callback = back.removeprefix("http://testserver")
        return self.client.get(self.callback)

    def test_the_login_page_offers_it_by_its_name(self):
        page = Page(self.client.get("/login/?next=/reports/"))
        self.assertIn("Log in with Hospital Example", page.text)
        self.assertIn(f"{START}?next=%2Freports%2F", page.links())

    def test_whoever_comes_from_there_sees_nothing_until_there_is_a_membership(self):
        factories.full_case("S-1", factories.centre())
        self.assertRedirects(self.come_in(f"{START}?next=/cases/"), "/cases/")
        self.assertEqual(Page(self.client.get("/cases/")).texts("//span[@class='count']"), ["0"])
        person = get_user_model().objects.get(username="chen")
        self.assertEqual(
            (person.first_name, person.is_staff, person.has_usable_password()), ("Li", False, False)
        )
        Membership.objects.create(user=person, centre=factories.centre(), role="entry")
        self.assertEqual(Page(self.client.get("/cases/")).texts("//span[@class='count']"), ["1"])

    def test_the_new_account_stands_in_the_trail_with_who_made_it(self):
        self.come_in()
        made = Change.objects.filter(table_name="auth_user", operation="insert").latest("id")
        self.assertEqual((made.actor, made.channel), ("hospital login", "form"))

    def test_one_comes_back_as_the_same_person(self):
        self.come_in()
        self.client.post("/logout/")
        self.come_in()
        self.assertTrue(logged_in(self.client))
        self.assertEqual(get_user_model().objects.filter(username__startswith="chen").count(), 1)

    @proves("P14")
    def test_a_second_factor_of_the_provider_counts_only_if_it_says_so(self):
        with override_settings(SECOND_FACTOR=True):
            for claims, complete in (
                ({}, False),
                ({"amr": ["pwd"]}, False),
                ({"amr": "mfa"}, False),
                ({"acr": "1"}, False),
                ({"amr": ["pwd", "mfa"]}, True),
                ({"acr": "hwk"}, True),
            ):
                with self.subTest(claims):
                    self.provider.claims = claims
                    self.client.logout()
                    self.come_in()
                    response = self.client.get("/cases/")
                    self.assertEqual(response.status_code, 200 if complete else 302)
                    if not complete:
                        self.assertEqual(response["Location"], reverse("factors"))

    @proves("P14")
    def test_an_own_factor_is_asked_for_after_the_provider(self):
        self.come_in()
        Telephone(get_user_model().objects.get(username="chen"))
        self.client.logout()
        self.assertRedirects(self.come_in(), reverse("mfa_authenticate"))
        self.assertFalse(logged_in(self.client))

    def test_an_account_made_beforehand_becomes_that_persons(self):
        waiting = factories.member("chen")
        self.come_in()
        self.assertEqual(self.client.session["_auth_user_id"], str(waiting.pk))

    def test_an_account_with_a_password_of_its_own_is_never_taken_over(self):
        own = factories.member("chen", password=PASSWORD)
        self.come_in()
        self.assertNotEqual(self.client.session.get("_auth_user_id"), str(own.pk))

    def test_a_closed_account_stays_closed(self):
        self.come_in()
        get_user_model().objects.filter(username="chen").update(is_active=False)
        self.client.logout()
        self.assertRedirects(self.come_in(), reverse("account_inactive"))
        self.assertFalse(logged_in(self.client))

    @proves("T20")
    def test_an_answer_that_nobody_asked_for_lets_nobody_in(self):
        self.come_in()
        for address in (self.callback, START + "callback/?code=1&state=2", START + "callback/"):
            stranger = self.client_class()
            stranger.get(address)
            self.assertFalse(logged_in(stranger))

    def test_nothing_but_a_login_can_be_asked_for(self):
        for process in ("connect", "redirect", "x"):
            self.assertEqual(self.client.get(f"{START}?process={process}").status_code, 400)

    def test_where_the_provider_does_not_answer_a_page_says_so(self):
        oidc = dict(
            hospital.provider_from(
                {
                    "NETLM_OIDC_ISSUER": "http://127.0.0.1:9",
                    "NETLM_OIDC_CLIENT_ID": CLIENT,
                    "NETLM_OIDC_SECRET": SECRET,
                }
            )
        )
        with override_settings(OIDC=oidc, SOCIALACCOUNT_PROVIDERS=hospital.providers(oidc)):
            response = self.client.get(START)
        self.assertEqual(response.status_code, 503)
        self.assertIn("cannot be reached", Page(response).text)

    def test_without_the_setting_there_is_no_such_way_in(self):
        with override_settings(OIDC=None):
            self.assertEqual(self.client.get(START).status_code, 404)
            self.assertEqual(self.client.get(START + "callback/").status_code, 404)
            self.assertNotIn("Hospital Example", Page(self.client.get("/login/")).text)


class Settings(SimpleTestCase):
    OIDC = {
        "NETLM_OIDC_ISSUER": "https://login.hospital.example",
        "NETLM_OIDC_CLIENT_ID": "c",
        "NETLM_OIDC_SECRET": "s",
    }
    LDAP = {
        "NETLM_LDAP_URL": "ldaps://ldap.hospital.example",
        "NETLM_LDAP_USER": "{}@hospital.example",
        "NETLM_LDAP_BASE": "dc=hospital",
    }

    def test_both_are_off_without_a_setting(self):
        self.assertIsNone(hospital.provider_from({}))
        self.assertIsNone(hospital.directory_from({}))
        self.assertEqual(hospital.providers(None), {})

    def test_what_is_missing_or_wrong_is_named(self):
        for read, given, told in (
            (hospital.provider_from, self.OIDC | {"NETLM_OIDC_ISSUER": "http://login.example"}, "https://"),
            (hospital.provider_from, self.OIDC | {"NETLM_OIDC_SECRET": ""}, "NETLM_OIDC_SECRET"),
            (hospital.directory_from, self.LDAP | {"NETLM_LDAP_URL": "ftp://x"}, "ldaps://"),
            (hospital.directory_from, self.LDAP | {"NETLM_LDAP_BASE": ""}, "NETLM_LDAP_BASE"),
            (hospital.directory_from, self.LDAP | {"NETLM_LDAP_USER": "uid=x"}, "must contain {}"),
        ):
            with self.subTest(told), self.assertRaises(ImproperlyConfigured) as refused:
                read(given)
            self.assertIn(told, str(refused.exception))

    def test_without_the_packages_one_is_told_how_to_get_them(self):
        for read, given in ((hospital.provider_from, self.OIDC), (hospital.directory_from, self.LDAP)):
            absent = mock.patch.object(hospital, "find_spec", return_value=None)
            with absent, self.assertRaises(ImproperlyConfigured) as refused:
                read(given)
            self.assertIn("pip install -r requirements-sso.txt", str(refused.exception))

    def test_only_this_machine_may_be_asked_without_encryption(self):
        from registry.accounts.ldap import _may_be_plain

        for url, plain in (
            ("ldaps://a.example", True),
            ("ldap://a.example", False),
            ("ldap://127.0.0.1", True),
        ):
            self.assertEqual(
                _may_be_plain(hospital.directory_from(self.LDAP | {"NETLM_LDAP_URL": url})), plain
            )
