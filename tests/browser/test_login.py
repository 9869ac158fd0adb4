"""The way in, as a person meets it: code, passkey, the end of a session, the administrators' pages."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from django.test import override_settings
from django.utils import timezone

from analysis.render import html
from registry.models import Session
from tests import factories
from tests.analysis.sample_report import report as sample_report
from tests.browser.base import PASSWORD, BrowserTest
from tests.promises import proves
from tests.registry.signing_in import Telephone, factors_of

VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Login(BrowserTest):
    def setUp(self):
        super().setUp()
        self.centre = factories.centre()
        self.case = factories.full_case("S-001", self.centre)

    def type_in(self, page, name: str = "surgeon"):
        page.goto(self.live_server_url + "/cases/")
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.click("main button[type=submit]")

    @proves("P14")
    def test_in_chinese_a_telephone_is_set_up_and_asked_for_at_the_next_login(self):
        surgeon = self.user("surgeon", self.centre)
        page = self.open("zh-hans", width=390)
        with override_settings(SECOND_FACTOR=True):
            self.type_in(page)
            page.click("a[href='/accounts/factors/codes/']")
            self.assertTrue(page.evaluate("document.querySelector('.totp-picture').naturalWidth > 0"))
            self.assert_fits(page)
            telephone = Telephone(secret=page.inner_text(".totp-key").strip())
            page.fill("#id_code", telephone.code())
            page.click("main button[type=submit]")
            self.assertEqual(page.locator(".recovery-codes li").count(), 10)
            page.click("main a.btn-primary")
            page.wait_for_url("**/cases/")
            page.click(".frame-user button")
            self.type_in(page)
            page.fill("#id_code", telephone.code())
            self.assert_fits(page)
            page.click("main form:has(#id_code) button")
            page.wait_for_url("**/cases/")
        self.assertEqual(factors_of(surgeon), {"totp", "recovery_codes"})
        self.assert_quiet()

    @proves("P14")
    def test_a_passkey_is_added_and_opens_the_registry(self):
        surgeon = self.user("surgeon", self.centre)
        page = self.open()
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})
        with override_settings(SECOND_FACTOR=True):
            self.type_in(page)
            page.click("a[href='/accounts/factors/passkeys/']")
            page.fill("#id_name", "ward computer")
            page.click("form[data-passkey] button")
            page.wait_for_selector(".recovery-codes")
            self.assertEqual(factors_of(surgeon), {"webauthn", "recovery_codes"})
            page.goto(self.live_server_url + "/cases/")
            page.click(".frame-user button")
            self.type_in(page)
            page.click("form[data-passkey] button")
            page.wait_for_url("**/cases/")
        self.assert_quiet()

    @proves("P13", "T19")
    def test_a_forgotten_page_is_cleared_and_the_login_leads_back_to_it(self):
        self.user("surgeon", self.centre)
        page = self.open()
        self.log_in(page, "surgeon")
        address = f"/cases/{self.case.patient.patient_uid}/"
        page.goto(self.live_server_url + address)
        self.assertIn("S-001", page.inner_text("main"))
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=13, seconds=30))
        page.clock.install()
        page.reload()
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=13, seconds=30))
        page.clock.run_for(13 * 60 * 1000 + 5000)
        page.wait_for_selector("dialog[open]")
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=15))
        page.clock.run_for(3 * 60 * 1000)
        page.wait_for_selector(".session-over")
        self.assertNotIn("S-001", page.content())
        page.click(".session-over a")
        page.fill("#id_username", "surgeon")
        page.fill("#id_password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(f"**{address}")
        self.assertIn("S-001", page.inner_text("main"))

    @proves("P13")
    def test_somebody_who_is_there_stays(self):
        self.user("surgeon", self.centre)
        page = self.open()
        page.clock.install()
        self.log_in(page, "surgeon")
        Session.objects.update(last_seen=timezone.now() - timedelta(minutes=13, seconds=30))
        page.clock.run_for(13 * 60 * 1000 + 5000)
        page.click("dialog[open] button")
        page.wait_for_selector("dialog[open]", state="detached")
        self.assertGreater(
            Session.objects.get(user__isnull=False).last_seen, timezone.now() - timedelta(minutes=1)
        )

    @proves("T21")
    def test_the_administrators_pages_work_under_the_policy(self):
        root = self.user("root", self.centre, staff=True)
        page = self.open()
        self.log_in(page, "root")
        patient = self.case.patient.pk
        for address in (
            "/admin/",
            "/admin/registry/patient/",
            f"/admin/registry/patient/{patient}/change/",
            "/admin/registry/membership/add/",
            f"/admin/auth/user/{root.pk}/change/",
            "/admin/registry/change/",
        ):
            response = page.goto(self.live_server_url + address)
            self.assertLess(response.status, 400, address)
        page.goto(self.live_server_url + "/admin/registry/membership/add/")
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.click(".select2-selection >> nth=0")
        page.fill(".select2-search__field", "root")
        page.wait_for_selector(".select2-results__option:has-text('root')")
        self.assertTrue(asked[-1].endswith("/admin/autocomplete/"))  # what is typed stands in no address
        self.assert_quiet()

    @proves("P16")
    def test_these_tests_would_see_what_the_policy_refuses(self):
        page = self.open()
        page.goto(self.live_server_url + "/login/")
        page.evaluate("document.body.setAttribute('style', 'color: red')")
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
        )
        page.wait_for_timeout(200)
        self.assertEqual(len(self.refused), 2)
        self.assertIsNone(page.evaluate("window.ran ?? null"))
        self.refused.clear()

    def test_a_downloaded_report_opens_from_the_disk_with_its_styles(self):
        page = self.open()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "report.html"
            file.write_text(html.page(sample_report(), "en"), encoding="utf-8")
            page.goto(file.as_uri())
            self.assertEqual(
                page.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse"), "collapse"
            )
            self.assertGreater(page.locator("svg.figure").count(), 0)
