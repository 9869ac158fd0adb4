"""Which passwords are taken: long enough and not guessable; nothing is demanded about their characters."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import reverse

from registry.accounts.passwords import guessable_words, is_guessable
from tests import factories
from tests.pages import Page

PASSWORD = "vier ruhige Teiche"


class Guessable(SimpleTestCase):
    def test_what_somebody_would_try_first_here_is_refused(self):
        for password in (
            "netlmregistry2026",
            "NETLM-Registry-1",
            "livermetastases!",
            "Hospital123456",
            "ShanghaiHospital2026",
            "password12345678",
            "123456789012345",
            "aaaaaaaaaaaaaa",
            "abababababab",
            "qwertyuiop12345",
            "Administrator2026!",
            "correct-horse-battery-staple",
            "\u5bc6\u7801\u533b\u9662\u60a3\u8005\u624b\u672f123456",
            "letmein-letmein",
            "summer2026summer",
        ):
            with self.subTest(password), self.assertRaises(ValidationError):
                validate_password(password)

    def test_four_words_without_digits_or_signs_are_taken(self):
        for password in (
            "quiet heron over reeds",
            "vier ruhige Teiche",
            "lampe zug anis wolke",
            "\u98ce\u96e8\u6865\u8fb9\u4e09\u76cf\u706f\u706b\u5f52\u4eba",
            "mQz7vKp2xWn4",
            "the liver of a grey heron",
        ):
            with self.subTest(password):
                self.assertFalse(is_guessable(password))

    def test_twelve_characters_are_the_least(self):
        with self.assertRaises(ValidationError):
            validate_password("mQz7vKp2xWn")
        validate_password("mQz7vKp2xWn4")

    def test_a_password_like_the_name_is_refused(self):
        with self.assertRaises(ValidationError):
            validate_password("zhangweiguo8", User(username="zhangweiguo"))

    def test_the_list_is_long_enough(self):
        self.assertGreaterEqual(len(CommonPasswordValidator().passwords) + len(guessable_words()), 3000)
        self.assertGreater(len(guessable_words()), 150)

    def test_hashes_are_argon2id(self):
        ours = [one for one in settings.PASSWORD_HASHERS if one.startswith("django.")]
        with override_settings(PASSWORD_HASHERS=ours):
            hasher = get_hasher()
        self.assertEqual(hasher.algorithm, "argon2")
        self.assertGreaterEqual(hasher.memory_cost, 19 * 1024)  # KiB, as OWASP asks


class Changing(TestCase):
    def setUp(self):
        self.client.force_login(factories.member("surgeon", password=PASSWORD))

    def change(self, old: str, new: str, again: str | None = None) -> Page:
        given = {"old_password": old, "new_password1": new, "new_password2": new if again is None else again}
        return Page(self.client.post(reverse("password"), given))

    def test_what_is_wrong_stands_beside_its_field(self):
        self.assertIn("not your password", self.change("wrong", "quiet heron over reeds").text)
        self.assertIn("easy to guess", self.change(PASSWORD, "netlmregistry2026").text)
        self.assertIn("12 characters", self.change(PASSWORD, "short").text)
        self.assertIn("old password", self.change(PASSWORD, PASSWORD).text)
        self.assertTrue(self.change(PASSWORD, "quiet heron over reeds", "other").errors())

    def test_after_ten_wrong_old_passwords_the_right_one_does_not_help(self):
        for _ in range(10):
            self.change("wrong", "quiet heron over reeds")
        self.assertIn("Too many", self.change(PASSWORD, "quiet heron over reeds").text)

    def test_no_page_of_the_way_in_shows_a_typed_password_again(self):
        page = self.client.post(
            reverse("password"),
            {"old_password": "typed-secret-1", "new_password1": "typed-secret-2", "new_password2": "x"},
        )
        self.client.logout()
        login = self.client.post("/login/", {"username": "surgeon", "password": "typed-secret-3"})
        for response in (page, login):
            self.assertNotIn("typed-secret", response.content.decode())
