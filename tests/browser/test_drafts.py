"""A tab dies, a session ends, a line breaks, the server restarts: five seconds are lost at most."""

from __future__ import annotations

import time

from registry.models import Draft, Operation
from registry.models.accounts import Session
from tests import factories
from tests.browser.base import BrowserTest
from tests.browser.typing import answer
from tests.load.site import Site, on_the_test_database
from tests.pages import section_url
from tests.promises import measured, proves

MOST_LOST_S = 5.0
FIELD = "[name=head-op_time_min]"
STATE = "[data-draft-state]"
OFFER = "[data-draft-offer]"


@proves("P24")
class Losing(BrowserTest):
    def setUp(self):
        centre = factories.centre()
        self.user("surgeon", centre)
        self.patient = factories.patient("S-001", centre)
        factories.operated(self.patient, blood_loss_ml=400)
        self.site = self.live_server_url
        self.page = self.open("en")
        self.log_in(self.page, "surgeon")

    def address(self) -> str:
        return self.site + section_url(self.patient, "operation")

    def type_for(self, seconds: float) -> list[tuple[float, str]]:
        """Type without a pause; when which text stood in the field."""
        typed, until = [], time.monotonic() + seconds
        self.page.focus(FIELD)
        while time.monotonic() < until:
            self.page.keyboard.type("7")
            typed.append((time.monotonic(), self.page.locator(FIELD).input_value()))
            time.sleep(0.3)
        return typed

    def kept(self) -> str:
        """The text of the field as the newest draft has it."""
        draft = Draft.objects.order_by("-saved_at").first()
        return dict(draft.content).get("head-op_time_min", "") if draft else ""

    def lost(self, typed: list[tuple[float, str]], end: float) -> float:
        """Seconds of typing before `end` of which nothing was kept."""
        kept = self.kept()
        unseen = [at for at, text in typed if len(text) > len(kept)]
        return end - unseen[0] if unseen else 0.0

    def wait_until_kept(self, text: str) -> float:
        """Seconds until the server holds this text."""
        begun = time.monotonic()
        while self.kept() != text:
            self.assertLess(time.monotonic() - begun, 20, "never kept")
            time.sleep(0.1)
        return time.monotonic() - begun

    def assert_little(self, lost: float, by: str) -> None:
        self.assertLessEqual(lost, MOST_LOST_S)
        measured("P24", f"{lost:.1f} s of typing lost by {by}")

    def test_a_tab_that_dies_while_somebody_types(self):
        self.page.goto(self.address())
        typed = self.type_for(7)
        self.page.context.set_offline(True)  # a dead tab sends nothing any more, nor does this one
        end = time.monotonic()
        self.page.close(run_before_unload=False)
        self.assert_little(self.lost(typed, end), "the death of the tab")

    def test_it_is_offered_in_a_new_tab_and_saved_from_there(self):
        self.page.goto(self.address())
        self.page.fill(FIELD, "210")
        self.page.wait_for_selector(f"{STATE}:has-text('draft')")
        self.page.close(run_before_unload=False)
        self.page = self.page.context.new_page()
        self.page.goto(self.address())
        self.assertIn("210 min", self.page.locator(OFFER).inner_text())
        self.page.click(f"{OFFER} a")
        self.assertEqual(self.page.input_value(FIELD), "210")
        self.page.click(".form-actions button[value=case]")
        self.page.wait_for_url("**/#operation")
        self.assertEqual((Operation.objects.get().op_time_min, Draft.objects.count()), (210, 0))

    def test_a_hidden_tab_keeps_what_was_typed_at_once(self):
        self.page.goto(self.address())
        self.page.fill(FIELD, "210")
        self.page.goto("about:blank")
        self.assertLess(self.wait_until_kept("210"), 2)

    def test_nothing_is_kept_in_the_browser(self):
        self.page.goto(self.address())
        self.page.fill(FIELD, "210")
        self.page.wait_for_selector(f"{STATE}:has-text('draft')")
        self.assertEqual(self.page.evaluate("localStorage.length + sessionStorage.length"), 0)
        self.assertEqual(self.page.evaluate("indexedDB.databases().then(found => found.length)"), 0)
        self.assert_quiet()

    def test_the_end_of_the_session(self):
        self.page.goto(self.address())
        typed = self.type_for(6)
        end = time.monotonic()
        Session.objects.all().delete()
        self.assert_little(self.lost(typed, end), "the end of the session")
        self.page.goto(self.site + "/login/")
        self.log_in(self.page, "surgeon")
        self.page.goto(self.address())
        self.assertTrue(self.page.locator(OFFER).is_visible())

    def test_a_broken_line_is_told_and_made_up_for(self):
        self.page.goto(self.address())
        self.page.context.set_offline(True)
        self.page.fill(FIELD, "210")
        self.page.wait_for_selector(f"{STATE}:has-text('no connection')")
        self.page.context.set_offline(False)
        self.assert_little(self.wait_until_kept("210"), "a broken line, after its return")

    def test_a_restart_of_the_server(self):
        with Site(1, on_the_test_database()) as site:
            self.site = site.address
            self.page.goto(self.site + "/login/")
            self.page.fill("#id_username", "surgeon")
            self.page.fill("#id_password", "correct-horse-battery")
            self.page.click("main button[type=submit]")
            self.page.goto(self.address())
            site.stop()
            self.page.fill(FIELD, "210")
            self.page.wait_for_selector(f"{STATE}:has-text('no connection')")
            site.start()
            self.assert_little(self.wait_until_kept("210"), "a restart of the server, after its return")


class Looking(BrowserTest):
    def setUp(self):
        centre = factories.centre()
        self.user("surgeon", centre)
        self.user("colleague", centre)
        self.patient = factories.patient("S-001", centre)
        factories.operated(self.patient, blood_loss_ml=400, op_time_min=200)

    def test_the_question_which_version_stays_fits_a_telephone_in_both_languages(self):
        for language in ("en", "zh-hans"):
            with self.subTest(language):
                page = self.open(language, width=360)
                self.log_in(page, "surgeon")
                page.goto(self.live_server_url + section_url(self.patient, "operation"))
                Operation.objects.update(blood_loss_ml=900 if language == "en" else 950)
                page.fill("[name=head-blood_loss_ml]", "500")
                page.click(".form-actions button[value=case]")
                page.wait_for_selector(".conflict-choice")
                self.assert_fits(page)
                page.fill("[name=head-blood_loss_ml]", "510")
                self.assertTrue(page.locator(".conflict-choice [value=mine]").is_checked())
                page.click(".conflict-choice [value=theirs]")
                page.click(".form-actions button[value=case]")
                page.wait_for_url("**/#operation")
                self.assertEqual(Operation.objects.get().blood_loss_ml, 900 if language == "en" else 950)
                self.assert_quiet()

    def test_a_double_click_on_save_stores_once(self):
        page = self.open("en")
        self.log_in(page, "surgeon")
        page.goto(self.live_server_url + section_url(self.patient, "complications"))
        page.click("[data-add-row]")
        answer(page, "rows-0", "cd_grade", "1")
        page.dblclick(".form-actions button[value=case]")
        page.wait_for_url("**/#complications")
        self.assertEqual(self.patient.complication_rows.count(), 1)
