"""Signing, second persons, freezes, histories and the review fit a telephone and a wide screen."""

from django.urls import reverse

from registry import signing
from registry.context import acting, on_behalf_of
from registry.models import Membership, Operation
from tests import factories
from tests.browser.base import BrowserTest


class SigningPages(BrowserTest):
    def setUp(self):
        super().setUp()
        centre = factories.centre()
        self.lead = self.user("lead")
        Membership.objects.create(user=self.lead, centre=centre, role="lead")
        with acting("somebody else"):
            self.patient = factories.full_case(of=centre).patient
        with on_behalf_of(self.lead):
            offered = signing.offer(self.lead, self.patient)
            signing.sign(self.lead, self.patient, "complete", offered)
        Operation.objects.filter(patient=self.patient).update(blood_loss_ml=777)
        with on_behalf_of(self.lead):
            signing.lock(self.patient, "the data of the report of the year 2026 are final")
            signing.ask_to_unlock(self.lead, self.patient, "a date was wrong in the pathology report")

    def test_every_page_fits_and_runs_without_a_script_error(self):
        uid = self.patient.patient_uid
        row = Operation.objects.get(patient=self.patient).pk
        addresses = [
            reverse(name, args=[uid]) for name in ("case", "case_signing", "case_history", "case_views")
        ]
        addresses += [
            reverse(name) for name in ("approvals", "freezes", "history", "security_log", "access_review")
        ]
        addresses += [reverse("row_history", args=["registry_operation", row])]
        for language, width in (("zh-hans", 360), ("en", 360), ("en", 1920)):
            page = self.open(language, width)
            self.log_in(page, "lead")
            for address in addresses:
                with self.subTest(address, language=language, width=width):
                    page.goto(self.live_server_url + address)
                    self.assertTrue(page.locator("h1").first.is_visible())
                    self.assert_fits(page)
            self.assert_quiet()

    def test_a_case_is_signed_and_a_request_taken_back_by_keyboard(self):
        page = self.open("en", 1280)
        self.log_in(page, "lead")
        page.goto(self.live_server_url + reverse("case_signing", args=[self.patient.patient_uid]))
        page.focus("#meaning-reviewed")
        page.keyboard.press("Space")
        page.focus("button[value=sign]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".state-complete")
        page.goto(self.live_server_url + reverse("approvals"))
        page.focus("button[value=take_back]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".state-withdrawn")
        self.assert_quiet()
