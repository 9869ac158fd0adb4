"""Sessions end by themselves, whatever pages send by themselves, and can be ended."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

from django.contrib.auth import get_user_model
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from registry.accounts import clock
from registry.models import Membership, Session
from tests import factories
from tests.pages import Page
from tests.promises import measured, proves
from tests.registry.signing_in import Telephone, confirmed, log_in, signed_in

PASSWORD = "vier ruhige Teiche"
NEW = "quiet heron over reeds"


class Clock(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.surgeon = factories.member("surgeon", password=PASSWORD)

    def setUp(self):
        self.client.force_login(self.surgeon)

    def after(self, **passed):
        """The moment so long after now, as the server's clock shows it."""
        return mock.patch.object(clock.timezone, "now", return_value=timezone.now() + timedelta(**passed))

    def background(self, address: str):
        return self.client.get(address, headers={"X-Background": "1"})

    def is_in(self) -> bool:
        return self.client.get("/cases/").status_code == 200


@proves("P13", "T19")
class Ends(Clock):
    def test_a_session_lives_a_quarter_of_an_hour_without_anybody_doing_anything(self):
        still, over = timedelta(minutes=14, seconds=45), timedelta(minutes=15)
        with self.after(seconds=still.total_seconds()):
            self.assertTrue(self.is_in())
        Session.objects.update(last_seen=timezone.now() - over)
        response = self.client.get("/cases/")
        self.assertRedirects(response, "/login/?next=/cases/")
        measured("P13", f"idle: in after {still}, out after {over}")

    def test_what_a_person_does_prolongs_it(self):
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=14))
        self.assertTrue(self.is_in())
        self.assertGreater(Session.objects.get().last_seen, timezone.now() - timedelta(minutes=1))

    def test_it_ends_after_twelve_hours_whatever_is_done(self):
        still, over = timedelta(hours=11, minutes=59), timedelta(hours=12)
        Session.objects.update(started_at=timezone.now() - still)
        self.assertTrue(self.is_in())
        Session.objects.update(started_at=timezone.now() - over)
        self.assertFalse(self.is_in())
        measured("P13", f"absolute: in after {still}, out after {over} of uninterrupted work")

    def test_an_ended_session_is_gone_from_the_server_and_its_cookie_opens_nothing_again(self):
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=16))
        self.is_in()
        with mock.patch.object(clock.timezone, "now", return_value=timezone.now() - timedelta(hours=1)):
            self.assertFalse(self.is_in())
        self.assertFalse(Session.objects.filter(user=self.surgeon).exists())

    def test_ended_sessions_are_removed_at_the_next_login(self):
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
        log_in(self.client_class(), "surgeon", PASSWORD)
        self.assertEqual(Session.objects.filter(user=self.surgeon).count(), 1)

    @override_settings(IDLE_MINUTES=5)
    def test_a_hospital_can_shorten_the_time(self):
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=5))
        self.assertFalse(self.is_in())

    def test_a_rotated_session_does_not_begin_anew(self):
        Session.objects.update(started_at=timezone.now() - timedelta(hours=11, minutes=59))
        confirmed(self.client)
        session = self.client.session
        session.cycle_key()
        session.save()
        self.assertLess(Session.objects.latest("last_seen").started_at, timezone.now() - timedelta(hours=11))

    def test_the_page_says_how_long_it_lives_and_when_it_warns(self):
        page = Page(self.client.get("/cases/"))
        place = page.root.xpath("//*[@data-session]")[0]
        self.assertIn(int(place.get("data-left")), range(895, 901))
        self.assertEqual(place.get("data-warned"), "120")


@proves("P13", "T19")
class Background(Clock):
    """Each address to which a page sends requests by itself."""

    ADDRESSES = {
        "session_left": "/accounts/session/left/",
        "report_count": "/reports/paper/count/",
        "method_summary": "/reports/methods/describe/summary/",
    }

    def test_no_background_request_prolongs_the_session(self):
        for name, address in self.ADDRESSES.items():
            with self.subTest(name):
                self.assertIn(name, clock.BACKGROUND)
                before = timezone.now() - timedelta(minutes=10)
                Session.objects.update(last_seen=before)
                self.assertIn(self.background(address).status_code, (200, 404))
                self.assertEqual(Session.objects.get().last_seen, before)

    def test_keeping_a_draft_does_not_prolong_it(self):
        before = timezone.now() - timedelta(minutes=10)
        Session.objects.update(last_seen=before)
        address = reverse("draft", args=["new"])
        self.assertIn("draft", clock.BACKGROUND)
        response = self.client.post(
            address, "{}", content_type="application/json", headers={"X-Background": "1"}
        )
        self.assertLess(response.status_code, 500)
        self.assertEqual(Session.objects.get().last_seen, before)
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=15))
        response = self.client.post(
            address, "{}", content_type="application/json", headers={"X-Background": "1"}
        )
        self.assertEqual(response.status_code, 401)

    def test_the_mark_alone_does_not_make_a_page_a_background_request(self):
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=10))
        self.background("/cases/")
        self.assertGreater(Session.objects.get().last_seen, timezone.now() - timedelta(minutes=1))

    def test_after_the_end_a_background_request_is_told_so_and_not_sent_to_the_login(self):
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=15))
        for address in self.ADDRESSES.values():
            response = self.background(address)
            self.assertEqual((response.status_code, response.json()), (401, {"ended": True}))

    def test_the_page_asks_how_long_is_left(self):
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=14))
        self.assertIn(self.background("/accounts/session/left/").json()["left"], range(58, 61))

    def test_somebody_who_says_that_they_are_there_stays(self):
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=14))
        self.assertGreater(self.client.post("/accounts/session/stay/").json()["left"], 890)
        self.assertEqual(self.client.get("/accounts/session/stay/").status_code, 405)


@proves("P13", "T15")
class Changes(Clock):
    def elsewhere(self):
        """The same person in another browser."""
        other = self.client_class()
        other.force_login(self.surgeon)
        return other

    def test_a_closed_account_is_out_at_the_next_request(self):
        get_user_model().objects.filter(pk=self.surgeon.pk).update(is_active=False)
        self.assertFalse(self.is_in())

    def test_a_role_that_was_taken_away_is_gone_at_the_next_request(self):
        self.assertEqual(self.client.get("/cases/new/").status_code, 200)
        Membership.objects.filter(user=self.surgeon).delete()
        self.assertEqual(self.client.get("/cases/new/").status_code, 404)

    def test_a_new_password_ends_all_other_sessions(self):
        other = self.elsewhere()
        given = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
        self.assertEqual(self.client.post(reverse("password"), given).status_code, 302)
        self.assertEqual(other.get("/cases/").status_code, 302)
        self.assertTrue(self.is_in())
        self.assertEqual(Session.objects.filter(user=self.surgeon).count(), 1)

    def test_a_new_factor_ends_all_other_sessions(self):
        other = self.elsewhere()
        confirmed(self.client)
        page = self.client.get(reverse("mfa_activate_totp"))
        code = Telephone(secret=page.context["form"].secret).code()
        self.assertEqual(self.client.post(reverse("mfa_activate_totp"), {"code": code}).status_code, 302)
        self.assertEqual(other.get("/cases/").status_code, 302)
        self.assertTrue(self.is_in())

    def test_a_removed_factor_ends_all_other_sessions(self):
        Telephone(self.surgeon)
        signed_in(self.client, self.surgeon)
        other = self.elsewhere()
        self.assertEqual(self.client.post(reverse("mfa_deactivate_totp")).status_code, 302)
        self.assertEqual(other.get("/cases/").status_code, 302)
        self.assertTrue(self.is_in())

    def test_one_sees_where_one_is_logged_in_and_ends_the_others(self):
        other = self.elsewhere()
        colleague = self.client_class()
        colleague.force_login(factories.member("colleague"))
        page = Page(self.client.get("/accounts/sessions/"))
        self.assertEqual(len(page.texts("//tbody/tr")), 2)
        self.client.post("/accounts/sessions/")
        self.assertEqual(other.get("/cases/").status_code, 302)
        self.assertTrue(self.is_in())
        self.assertEqual(colleague.get("/cases/").status_code, 200)


@proves("T20")
class Theft(Clock):
    def test_the_key_of_a_session_changes_at_the_login(self):
        stranger = self.client_class()
        stranger.get("/login/")
        session = stranger.session
        session["planted"] = True
        session.save()
        stranger.cookies["sessionid"] = before = session.session_key
        log_in(stranger, "surgeon", PASSWORD)
        self.assertNotEqual(stranger.session.session_key, before)
        self.assertFalse(Session.objects.filter(session_key=before).exists())

    def test_the_key_changes_when_one_confirms(self):
        before = self.client.session.session_key
        self.assertEqual(self.client.post(reverse("confirm"), {"password": PASSWORD}).status_code, 302)
        self.assertNotEqual(self.client.session.session_key, before)
        self.assertFalse(Session.objects.filter(session_key=before).exists())

    def test_the_cookies_are_kept_from_scripts_and_other_sites(self):
        stranger = self.client_class()
        log_in(stranger, "surgeon", PASSWORD)
        stranger.get("/login/")
        for name in ("sessionid", "csrftoken", "device"):
            with self.subTest(name):
                self.assertTrue(stranger.cookies[name]["httponly"])
                self.assertEqual(stranger.cookies[name]["samesite"], "Lax")

    def test_nothing_is_changed_by_looking(self):
        """An address that only changes something refuses to be looked at."""
        for name in ("logout", "set_language", "session_stay", "csp_report"):
            self.assertEqual(self.client.get(reverse(name)).status_code, 405, name)

    def test_the_session_ends_with_the_browser(self):
        log_in(self.client, "surgeon", PASSWORD)
        self.assertFalse(self.client.cookies["sessionid"]["max-age"])


class Fresh(Clock):
    """Proving again who one is."""

    def telephone(self) -> Telephone:
        """The person has a second factor, and has logged in after setting it up."""
        made = Telephone(self.surgeon)
        self.client.force_login(self.surgeon)
        return made

    def test_a_confirmation_holds_for_five_minutes(self):
        self.telephone()
        address = reverse("mfa_deactivate_totp")
        confirmed(self.client, ago=299)
        self.assertEqual(self.client.get(address).status_code, 200)
        confirmed(self.client, ago=301)
        self.assertRedirects(
            self.client.get(address), f"/accounts/confirm/?next={address.replace('/', '%2F')}"
        )

    def test_the_password_is_no_confirmation_for_somebody_with_a_factor(self):
        self.telephone()
        response = self.client.post(reverse("confirm"), {"password": PASSWORD})
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.client.get(reverse("mfa_deactivate_totp")).status_code, 302)

    def test_a_code_confirms_and_leads_back(self):
        telephone = self.telephone()
        address = reverse("mfa_deactivate_totp")
        given = {"code": telephone.code(), "next": address}
        self.assertRedirects(self.client.post(reverse("confirm"), given), address)

    def test_a_code_confirms_once(self):
        code = self.telephone().code()
        self.assertEqual(self.client.post(reverse("confirm"), {"code": code}).status_code, 302)
        self.assertEqual(self.client.post(reverse("confirm"), {"code": code}).status_code, 200)

    def test_it_never_leads_to_another_site(self):
        given = {"password": PASSWORD, "next": "https://elsewhere.example/"}
        self.assertRedirects(self.client.post(reverse("confirm"), given), "/", target_status_code=302)

    def test_after_ten_wrong_passwords_the_right_one_does_not_confirm(self):
        for _ in range(10):
            self.client.post(reverse("confirm"), {"password": "wrong"})
        response = self.client.post(reverse("confirm"), {"password": PASSWORD})
        self.assertIn("Too many wrong attempts", Page(response).text)

    def test_what_is_no_answer_of_a_passkey_is_refused_and_not_an_error(self):
        self.telephone()
        for given in (
            "",
            "5",
            "[]",
            "{}",
            "null",
            '{"id": 1, "response": {}}',
            '{"id": "AA", "rawId": "AA", '
            '"type": "public-key", "response": {"clientDataJSON": "AA", "authenticatorData": "AA", '
            '"signature": "AA"}}',
            "[" * 5000,
        ):
            with self.subTest(given[:20]):
                response = self.client.post(reverse("confirm"), {"credential": given})
                self.assertIn(response.status_code, (200, 400))
