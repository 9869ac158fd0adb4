"""Break-glass access on a telephone and a wide screen: opening, the banner, acknowledging, ending."""

import os

from django.urls import reverse

from registry.models import BreakGlass, Membership
from tests import factories
from tests.browser.base import BrowserTest

SHOTS = os.environ.get("NETLM_SCREENSHOTS", "")


class BreakGlassPages(BrowserTest):
    def setUp(self):
        super().setUp()
        self.centre = factories.centre()
        self.patient = factories.full_case(of=self.centre).patient
        for name, role, at in (("mary", "manager", None), ("lena", "lead", self.centre)):
            Membership.objects.create(user=self.user(name), role=role, centre=at)

    def see(self, page, address: str, name: str):
        page.goto(self.live_server_url + address)
        self.assertTrue(page.locator("h1").first.is_visible())
        self.assert_fits(page)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)

    def opened(self, page):
        page.goto(self.live_server_url + reverse("break_glass"))
        page.select_option("#glass-centre", index=1)
        page.fill("#glass-reason", "the surgeon on call asks for the embolisation before the operation")
        page.click("#open button")
        page.wait_for_url("**/cases/")

    def test_both_sides_of_an_access_fit_and_run_without_a_script_error(self):
        for language, width in (("zh-hans", 360), ("en", 360), ("zh-hans", 1280), ("en", 1280)):
            with self.subTest(language=language, width=width):
                self.walk(language, width)

    def walk(self, language: str, width: int):
        page, lead = self.open(language, width), self.open(language, width)
        self.log_in(page, "mary")
        self.see(page, reverse("break_glass"), f"form-{language}-{width}")
        self.opened(page)
        self.see(page, reverse("case", args=[self.patient.patient_uid]), f"banner-{language}-{width}")
        self.see(page, reverse("break_glass"), f"open-{language}-{width}")
        self.log_in(lead, "lena")
        self.see(lead, "/cases/", f"note-{language}-{width}")
        self.see(lead, reverse("break_glass"), f"report-{language}-{width}")
        one = BreakGlass.objects.latest("id")
        self.see(lead, reverse("break_glass_views", args=[one.pk]), f"views-{language}-{width}")
        page.click(".glass-end")
        page.wait_for_url("**/break-glass/")
        self.assertEqual(page.locator(".glass").count(), 0)
        self.assert_quiet()

    def test_the_lead_acknowledges_by_keyboard(self):
        page, lead = self.open(), self.open()
        self.log_in(page, "mary")
        self.opened(page)
        self.log_in(lead, "lena")
        lead.click("p.glass a")
        lead.focus("button[value=seen]")
        lead.keyboard.press("Enter")
        lead.wait_for_selector(".alert-success")
        self.assertEqual(lead.locator("p.glass").count(), 0)
        self.assert_quiet()
