"""The hospital's own login by LDAP, against a real slapd on this machine."""

from __future__ import annotations

from unittest import SkipTest

from django.contrib.auth import get_user_model
from django.test import TestCase, override_settings
from django.urls import reverse

from registry.accounts import hospital
from tests import factories
from tests.pages import Page
from tests.promises import proves
from tests.registry import directory
from tests.registry.signing_in import log_in
from tests.registry.test_accounts_login import logged_in

PASSWORD = "vier ruhige Teiche"


def wang(name: str = "Wang", uid: str = "Wang") -> tuple[str, dict[str, str]]:
    person = {"uid": uid, "cn": f"Fang {name}", "givenName": "Fang", "sn": name}
    return PASSWORD, person | {"mail": "wang@hospital.example"}


PEOPLE = {
    "uid=wang,ou=people,dc=hospital": wang(),
    "cn=Li Chen,ou=people,dc=hospital": (
        PASSWORD,
        {"sAMAccountName": "chen", "cn": "Li Chen", "givenName": "Li", "sn": "Chen"},
    ),
    "uid=gone,ou=gone,dc=hospital": wang("Gone", "gone"),
    "uid=twin,ou=people,dc=hospital": wang("Twin", "twin"),
    "cn=Other,ou=people,dc=hospital": wang("Other", "twin"),
}


class AtTheDirectory(TestCase):
    """One slapd for all tests of a class; `asked` tells whom it was asked to let in during this test."""

    certified: list[str] | None = None

    @classmethod
    def setUpClass(cls):
        if None in (directory.SLAPD, directory.SLAPADD, directory.SCHEMATA):
            raise SkipTest(directory.MISSING)
        super().setUpClass()
        cls.directory = directory.Directory(PEOPLE, cls.certified)
        cls.addClassCleanup(cls.directory.close)

    def setUp(self):
        self.before = len(self.directory.asked())
        self.connect(NETLM_LDAP_URL=self.directory.url)

    def asked(self) -> list[str]:
        return self.directory.asked(self.before)

    def connect(self, **given):
        plain = {
            "NETLM_LDAP_USER": "uid={},ou=people,dc=hospital",
            "NETLM_LDAP_BASE": "ou=people,dc=hospital",
        }
        backends = ["django.contrib.auth.backends.ModelBackend", "registry.accounts.ldap.DirectoryBackend"]
        found = hospital.directory_from(plain | given)
        changed = override_settings(LDAP=found, AUTHENTICATION_BACKENDS=backends)
        changed.enable()
        self.addCleanup(changed.disable)

    def comes_in(self, name: str, password: str = PASSWORD) -> bool:
        visitor = self.client_class()
        log_in(visitor, name, password)
        return logged_in(visitor)


class Ldap(AtTheDirectory):
    def test_the_password_of_the_hospital_opens_the_registry_and_shows_nothing(self):
        self.assertEqual(log_in(self.client, "wang", PASSWORD).status_code, 302)
        person = get_user_model().objects.get(username="Wang")
        self.assertEqual((person.first_name, person.has_usable_password()), ("Fang", False))
        self.assertEqual(person.email, "wang@hospital.example")
        self.assertEqual(Page(self.client.get("/cases/")).texts("//span[@class='count']"), ["0"])

    def test_however_the_name_is_typed_it_is_one_account(self):
        for name in ("wang", "WANG", "Wang", " wang "):
            self.assertTrue(self.comes_in(name), name)
        self.assertEqual(get_user_model().objects.filter(username__iexact="wang").count(), 1)

    def test_the_attribute_of_active_directory_names_people_too(self):
        self.connect(
            NETLM_LDAP_URL=self.directory.url,
            NETLM_LDAP_USER="cn=Li {},ou=people,dc=hospital",
            NETLM_LDAP_ATTRIBUTE="sAMAccountName",
        )
        self.assertTrue(self.comes_in("chen"))
        self.assertEqual(get_user_model().objects.get().get_full_name(), "Li Chen")

    def test_a_wrong_or_an_empty_password_opens_nothing(self):
        for password in ("wrong", "", " ", PASSWORD.upper(), "*"):
            self.assertFalse(self.comes_in("wang", password), password)
        self.assertEqual(len(self.asked()), 4)  # without a password a directory lets any name in

    def test_who_is_not_below_the_base_or_is_not_the_only_one_of_that_name_stays_outside(self):
        self.assertFalse(self.comes_in("gone"))
        self.assertFalse(self.comes_in("twin"))
        self.connect(NETLM_LDAP_URL=self.directory.url, NETLM_LDAP_USER="uid={},ou=gone,dc=hospital")
        self.assertFalse(self.comes_in("gone"))
        self.assertEqual(get_user_model().objects.count(), 0)

    @proves("P15")
    def test_tries_at_the_directory_are_counted_too(self):
        for _ in range(11):
            response = log_in(self.client, "wang", "wrong")
        self.assertIn("Too many", Page(response).text)
        self.assertEqual(len(self.asked()), 10)

    def test_a_name_cannot_change_what_is_asked(self):
        for name in ("*", "wang)(uid=*", "wang,ou=people,dc=hospital", "a=b,c", "wang\\", "\u5f20\u4f1f"):
            self.assertFalse(self.comes_in(name), name)
        self.assertNotIn("uid=wang,ou=people,dc=hospital", self.asked())

    def test_a_closed_account_stays_closed(self):
        self.assertTrue(self.comes_in("wang"))
        get_user_model().objects.update(is_active=False)
        self.assertFalse(self.comes_in("wang"))

    def test_an_own_account_still_opens_when_the_directory_is_down(self):
        fallen = directory.Directory(PEOPLE)
        fallen.close()
        self.connect(NETLM_LDAP_URL=fallen.url)
        factories.member("surgeon", password=PASSWORD)
        self.assertEqual(log_in(self.client, "surgeon", PASSWORD).status_code, 302)
        self.assertEqual(log_in(self.client_class(), "wang", PASSWORD).status_code, 200)

    def test_the_password_of_the_hospital_confirms_and_cannot_be_changed_here(self):
        log_in(self.client, "wang", PASSWORD)
        self.assertEqual(self.client.post(reverse("confirm"), {"password": PASSWORD}).status_code, 302)
        self.assertIn("of your hospital", Page(self.client.get(reverse("password"))).text)

    def test_a_directory_elsewhere_that_offers_no_encryption_is_told_no_password(self):
        self.connect(NETLM_LDAP_URL=self.directory.far_url)
        self.assertFalse(self.comes_in("wang"))
        self.assertEqual(self.asked(), [])


class LdapEncrypted(AtTheDirectory):
    certified = ["127.0.0.1", "127.0.0.2"]

    def ways(self) -> tuple[str, str]:
        """TLS from the beginning, and STARTTLS at what counts as another machine."""
        return self.directory.secure_url, self.directory.far_url

    def test_both_ways_lead_in_where_the_certificate_is_vouched_for(self):
        for url in self.ways():
            with self.subTest(url):
                self.connect(NETLM_LDAP_URL=url, NETLM_LDAP_CA=str(self.directory.certificate.authority))
                self.assertTrue(self.comes_in("wang"))
        self.assertIn("STARTTLS", self.directory.log.read_text())

    def test_a_certificate_that_nobody_vouches_for_is_told_no_password(self):
        for url in self.ways():
            with self.subTest(url):
                self.connect(NETLM_LDAP_URL=url)
                self.assertFalse(self.comes_in("wang"))
        self.assertEqual(self.asked(), [])


class LdapOfAnotherName(AtTheDirectory):
    certified = ["ldap.hospital.example"]

    def test_a_certificate_of_another_machine_is_told_no_password(self):
        for url in (self.directory.secure_url, self.directory.far_url):
            with self.subTest(url):
                self.connect(NETLM_LDAP_URL=url, NETLM_LDAP_CA=str(self.directory.certificate.authority))
                self.assertFalse(self.comes_in("wang"))
        self.assertEqual(self.asked(), [])
