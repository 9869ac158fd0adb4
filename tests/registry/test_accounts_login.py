"""The way in: no session that opens anything without the second factor, by whichever address."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import get_user_model
from django.test import TestCase, override_settings
from django.urls import reverse

from registry.accounts import one_time
from registry.models import OneTimePassword
from tests import factories
from tests.pages import Page, in_chinese
from tests.promises import measured, proves
from tests.registry.signing_in import Telephone, factors_of, key_on, log_in, only_password, signed_in
from tests.registry.site_map import every_address

PASSWORD = "vier ruhige Teiche"
NEW = "quiet heron over reeds"


def logged_in(client) -> bool:
    return "_auth_user_id" in client.session


class Password(TestCase):
    """Where the site runs without a second factor."""

    @classmethod
    def setUpTestData(cls):
        cls.surgeon = factories.member("surgeon", password=PASSWORD)

    def test_name_and_password_open_the_registry(self):
        self.assertRedirects(log_in(self.client, "surgeon", PASSWORD), "/", target_status_code=302)
        self.assertEqual(self.client.get("/cases/").status_code, 200)

    def test_a_person_with_a_factor_is_asked_for_it_even_where_none_is_required(self):
        telephone = Telephone(self.surgeon)
        self.assertRedirects(log_in(self.client, "surgeon", PASSWORD), reverse("mfa_authenticate"))
        self.assertFalse(logged_in(self.client))
        self.client.post(reverse("mfa_authenticate"), {"code": telephone.code()})
        self.assertTrue(logged_in(self.client))

    def test_a_login_that_is_too_long_or_odd_is_refused_and_not_an_error(self):
        for name in ("x" * 10_000, "sur\x00geon", "\ud800", "", " "):
            response = self.client.post(
                "/login/", {"username": name.encode("utf-8", "replace"), "password": "x"}
            )
            self.assertIn(response.status_code, (200, 400))
            self.assertFalse(logged_in(self.client))

    def test_the_administrators_site_has_no_login_of_its_own(self):
        get_user_model().objects.create_superuser("root", password=PASSWORD)
        given = {"username": "root", "password": PASSWORD, "next": "/admin/"}
        response = self.client.post("/admin/login/?next=/admin/", given)
        self.assertRedirects(response, "/login/?next=/admin/")
        self.assertFalse(logged_in(self.client))
        self.client.force_login(self.surgeon)
        self.assertEqual(self.client.get("/admin/login/").status_code, 403)

    def test_an_old_hash_is_renewed_at_the_login(self):
        from django.contrib.auth.hashers import make_password

        get_user_model().objects.update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
        log_in(self.client, "surgeon", PASSWORD)
        self.surgeon.refresh_from_db()
        self.assertTrue(self.surgeon.password.startswith("argon2$argon2id$"))


@proves("P14", "T17")
@override_settings(SECOND_FACTOR=True)
class SecondFactor(TestCase):
    """Where the site requires a second factor."""

    @classmethod
    def setUpTestData(cls):
        cls.surgeon = factories.member("surgeon", password=PASSWORD)

    def code_page(self, code: str):
        return self.client.post(reverse("mfa_authenticate"), {"code": code})

    def test_the_password_alone_opens_only_the_pages_that_set_up_a_factor(self):
        log_in(self.client, "surgeon", PASSWORD, "/cases/")
        self.assertRedirects(self.client.get("/cases/"), reverse("factors"))
        self.assertIn("set up a second factor", Page(self.client.get(reverse("factors"))).text)

    def test_a_factor_is_set_up_and_the_work_begins(self):
        log_in(self.client, "surgeon", PASSWORD)
        key = key_on(self.client.get(reverse("mfa_activate_totp")))
        code = Telephone(secret=key).code()
        response = self.client.post(reverse("mfa_activate_totp"), {"code": code})
        self.assertRedirects(response, reverse("mfa_view_recovery_codes"), fetch_redirect_response=False)
        codes = Page(self.client.get(response["Location"])).texts(
            "//ul[contains(@class,'recovery-codes')]/li"
        )
        self.assertEqual(len(codes), 10)
        self.assertEqual(self.client.get("/cases/").status_code, 200)
        self.assertEqual(factors_of(self.surgeon), {"totp", "recovery_codes"})

    def test_recovery_codes_are_shown_once(self):
        Telephone(self.surgeon), RecoveryCodes.activate(self.surgeon)
        signed_in(self.client, self.surgeon)
        first = Page(self.client.get(reverse("mfa_view_recovery_codes")))
        second = Page(self.client.get(reverse("mfa_view_recovery_codes")))
        self.assertEqual(len(first.texts("//ul[contains(@class,'recovery-codes')]/li")), 10)
        self.assertEqual(second.texts("//ul[contains(@class,'recovery-codes')]/li"), [])

    def test_every_code_opens_once(self):
        code = Telephone(self.surgeon).code()
        log_in(self.client, "surgeon", PASSWORD)
        self.code_page(code)
        self.assertTrue(logged_in(self.client))
        self.client.post("/logout/")
        log_in(self.client, "surgeon", PASSWORD)
        page = Page(self.code_page(code))
        self.assertFalse(logged_in(self.client))
        self.assertTrue(page.errors())

    def test_a_code_is_used_up_for_all_workers_not_only_for_the_one_that_saw_it(self):
        from django.core.cache import cache

        code = Telephone(self.surgeon).code()
        log_in(self.client, "surgeon", PASSWORD)
        self.code_page(code)
        self.client.post("/logout/")
        cache.clear()  # another worker remembers nothing of it
        log_in(self.client, "surgeon", PASSWORD)
        page = Page(self.code_page(code))
        self.assertFalse(logged_in(self.client))
        self.assertIn("used already", page.text)

    def test_a_recovery_code_opens_once(self):
        Telephone(self.surgeon)
        code = RecoveryCodes.activate(self.surgeon).get_unused_codes()[0]
        for expected in (True, False):
            log_in(self.client, "surgeon", PASSWORD)
            self.code_page(code)
            self.assertEqual(logged_in(self.client), expected)
            self.client.post("/logout/")

    def test_after_ten_wrong_codes_the_right_one_does_not_help(self):
        telephone = Telephone(self.surgeon)
        log_in(self.client, "surgeon", PASSWORD)
        for _ in range(10):
            self.code_page("000000")
        page = Page(self.code_page(telephone.code()))
        self.assertFalse(logged_in(self.client))
        self.assertIn("Too many wrong attempts", page.text)

    def test_the_last_factor_cannot_be_removed_where_one_is_required(self):
        Telephone(self.surgeon)
        signed_in(self.client, self.surgeon)
        page = Page(self.client.post(reverse("mfa_deactivate_totp")))
        self.assertIn("last second factor", page.text)
        self.assertEqual(factors_of(self.surgeon), {"totp"})
        passkey = Authenticator.objects.create(user=self.surgeon, type="webauthn", data={"name": "key"})
        signed_in(self.client, self.surgeon)
        self.client.post(reverse("mfa_deactivate_totp"))
        self.assertEqual(factors_of(self.surgeon), {"webauthn"})
        page = Page(self.client.post(reverse("mfa_remove_webauthn", args=[passkey.pk])))
        self.assertIn("last second factor", page.text)
        self.assertEqual(factors_of(self.surgeon), {"webauthn"})

    def test_nobody_removes_the_factor_of_somebody_else(self):
        other = factories.member("other")
        passkey = Authenticator.objects.create(user=other, type="webauthn", data={"name": "key"})
        signed_in(self.client, self.surgeon)
        self.assertEqual(self.client.post(reverse("mfa_remove_webauthn", args=[passkey.pk])).status_code, 404)
        self.assertEqual(factors_of(other), {"webauthn"})

    def test_the_key_of_the_telephone_is_encrypted_in_the_database(self):
        telephone = Telephone(self.surgeon)
        stored = str(list(self.surgeon.authenticator_set.values_list("data", flat=True)))
        self.assertNotIn(telephone.secret, stored)

    def test_pages_of_the_second_factor_speak_chinese(self):
        in_chinese(self.client)
        Telephone(self.surgeon)
        log_in(self.client, "surgeon", PASSWORD)
        self.assertEqual(Page(self.client.get(reverse("mfa_authenticate"))).root.get("lang"), "zh-hans")


@proves("P14", "T17")
@override_settings(SECOND_FACTOR=True)
class NoSideDoor(TestCase):
    """The whole map of addresses is tried with a right user name and password, and nothing else."""

    @classmethod
    def setUpTestData(cls):
        cls.person = get_user_model().objects.create_superuser("root", password=PASSWORD)
        Telephone(cls.person)

    def test_no_address_makes_a_session_from_a_password_alone(self):
        tried, doors = 0, []
        given = {
            "username": "root",
            "password": PASSWORD,
            "login": "root",
            "code": "000000",
            "email": "r@example.org",
        }
        for address, name in every_address():
            for method in (self.client.get, self.client.post):
                method(address, given)
                tried += 1
                if logged_in(self.client):
                    doors.append((address, name))
                self.client.cookies.clear()
        self.assertEqual(doors, [])
        measured("P14", f"0 password-only doors among {tried} requests over the whole map of addresses")

    def test_the_names_of_allauths_other_ways_in_do_not_exist(self):
        names = {name for _address, name in every_address()}
        others = {"account_signup", "account_reset_password", "account_request_login_code", "account_email"}
        others |= {"mfa_login_webauthn", "mfa_trust", "mfa_signup_webauthn", "account_reauthenticate"}
        self.assertEqual(names & others, set())

    def test_a_session_with_the_password_only_opens_no_page_with_data(self):
        newcomer = factories.member("newcomer")
        opened = set()
        for address, name in every_address():
            only_password(self.client, newcomer)
            response = self.client.get(address)
            if not (response.status_code == 302 and response["Location"] == reverse("factors")):
                opened.add(name)
        allowed = {"factors", "mfa_index", "mfa_list_webauthn", "mfa_activate_totp", "mfa_add_webauthn"}
        allowed |= {"logout", "set_language", "confirm", "session_left", "session_stay", "csp_report"}
        health = {
            name for name in opened if name in ("live", "ready", "health_live", "health_ready", "metrics")
        }
        self.assertLessEqual(opened - health, allowed)

    def test_the_administrators_site_asks_for_the_factor_too(self):
        only_password(self.client, self.person)
        self.assertRedirects(self.client.get("/admin/"), reverse("factors"))
        signed_in(self.client, self.person)
        self.assertEqual(self.client.get("/admin/").status_code, 200)


class OneTime(TestCase):
    """A password that an administrator gives."""

    @classmethod
    def setUpTestData(cls):
        cls.surgeon = factories.member("surgeon", password=PASSWORD)
        cls.root = get_user_model().objects.create_superuser("root", password=PASSWORD)

    def replace(self, old: str, new: str = NEW):
        return self.client.post(
            reverse("password"), {"old_password": old, "new_password1": new, "new_password2": new}
        )

    def test_it_opens_only_the_page_to_choose_an_own_one(self):
        given = one_time.give(self.surgeon, "root")
        log_in(self.client, "surgeon", given)
        self.assertRedirects(self.client.get("/cases/"), reverse("password"))
        self.assertIn("given to you by an administrator", Page(self.client.get(reverse("password"))).text)
        self.assertRedirects(self.replace(given), "/", target_status_code=302)
        self.assertEqual(self.client.get("/cases/").status_code, 200)
        self.assertFalse(OneTimePassword.objects.exists())

    def test_it_cannot_be_kept(self):
        given = one_time.give(self.surgeon, "root")
        log_in(self.client, "surgeon", given)
        self.assertIn("old password", Page(self.replace(given, given)).text)
        self.assertEqual(self.client.get("/cases/").status_code, 302)

    def test_it_expires(self):
        given = one_time.give(self.surgeon, "root")
        OneTimePassword.objects.update(valid_until="2020-01-01T00:00Z")
        self.assertIn("expired", Page(log_in(self.client, "surgeon", given)).text)
        self.assertFalse(logged_in(self.client))

    def test_it_ends_the_sessions_that_were_open(self):
        self.client.force_login(self.surgeon)
        one_time.give(self.surgeon, "root")
        self.assertEqual(self.client.get("/cases/").status_code, 302)

    def test_an_administrator_gives_it_on_the_users_page_and_sees_it_once(self):
        signed_in(self.client, self.root)
        address = f"/admin/auth/user/{self.surgeon.pk}/password/"
        asked = Page(self.client.get(address))
        self.assertNotIn("shown only now", asked.text)
        given = Page(self.client.post(address)).texts("//p[@class='one-time-password']")[0]
        self.client.post("/logout/")
        log_in(self.client, "surgeon", given)
        self.assertRedirects(self.client.get("/cases/"), reverse("password"))

    def test_an_administrator_must_confirm_first_that_it_is_them(self):
        self.client.force_login(self.root)
        address = f"/admin/auth/user/{self.surgeon.pk}/password/"
        for response in (self.client.get(address), self.client.post(address)):
            self.assertTrue(response["Location"].startswith(reverse("confirm")))
        self.assertFalse(OneTimePassword.objects.exists())

    def test_a_lost_telephone_is_forgotten_only_when_asked(self):
        Telephone(self.surgeon)
        signed_in(self.client, self.root)
        address = f"/admin/auth/user/{self.surgeon.pk}/password/"
        self.client.post(address)
        self.assertEqual(factors_of(self.surgeon), {"totp"})
        self.client.post(address, {"lost": "1"})
        self.assertEqual(factors_of(self.surgeon), set())

    def test_nobody_else_can_give_one(self):
        signed_in(self.client, factories.user("staff", is_staff=True))
        address = f"/admin/auth/user/{self.surgeon.pk}/password/"
        self.assertEqual(self.client.post(address).status_code, 403)

    def test_the_command_gives_one_where_nobody_can_log_in(self):
        from io import StringIO

        from django.core.management import CommandError, call_command

        told = StringIO()
        call_command("newpassword", "surgeon", stdout=told)
        log_in(self.client, "surgeon", told.getvalue().splitlines()[0])
        self.assertRedirects(self.client.get("/cases/"), reverse("password"))
        with self.assertRaises(CommandError):
            call_command("newpassword", "nobody")

    def test_it_stands_in_the_trail_without_the_password(self):
        from registry.models import Change

        given = one_time.give(self.surgeon, "root")
        changes = str(list(Change.objects.values_list("changes", flat=True)))
        self.assertIn("given_by", changes)
        self.assertNotIn(given, changes)
        self.assertNotIn("argon2", changes)
