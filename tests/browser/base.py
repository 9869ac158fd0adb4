"""A real Chromium in front of the real site. Where there is none the tests say why they are skipped."""

from __future__ import annotations

import os
import shutil
from unittest import SkipTest

from django.contrib.auth import get_user_model
from django.contrib.staticfiles.testing import StaticLiveServerTestCase

from tests.promises import measured, proves
from tests.transactions import FlushedPastTriggers

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
PASSWORD = "correct-horse-battery"
LANGUAGES = {"en": "en-GB", "zh-hans": "zh-CN"}


def chromium() -> str:
    """The path of an installed Chromium; skips the tests, saying why, where there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise SkipTest("no Chromium on this machine: install it, or name one in CHROMIUM")
    return found


@proves("P16")
class BrowserTest(FlushedPastTriggers, StaticLiveServerTestCase):
    """Pages driven as a person would, at a width and in a language."""

    @classmethod
    def setUpClass(cls):
        path = chromium()
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise SkipTest("playwright is not installed (tests/requirements.txt)") from None
        super().setUpClass()
        # Playwright's loop runs in this thread; the ORM is used between its calls, never within.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        cls.addClassCleanup(os.environ.pop, "DJANGO_ALLOW_ASYNC_UNSAFE", None)
        driver = sync_playwright().start()
        cls.addClassCleanup(driver.stop)
        cls.browser = driver.chromium.launch(executable_path=path, args=list(QUIET))
        cls.addClassCleanup(cls.browser.close)

    def run(self, result=None):
        self.refused: list[str] = []  # what the browser has refused by the policy of our own pages
        return super().run(result)

    def tearDown(self):
        super().tearDown()
        measured("P16", f"{len(self.refused)} refusals by the policy in a browser test")
        self.assertEqual(self.refused, [])

    def open(self, language: str = "en", width: int = 1280, **options):
        """A fresh page without cookies; complains at the end of the test about script errors."""
        context = self.browser.new_context(
            locale=LANGUAGES[language], viewport={"width": width, "height": 900}, **options
        )
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(15_000)
        self.script_errors: list[str] = []
        page.on("pageerror", lambda error: self.script_errors.append(str(error)))
        page.on("console", self._note_refused)
        page.on("request", self._note_outside)
        self.outside: list[str] = []
        return page

    def _note_refused(self, message):
        if "Content Security Policy" in message.text:
            self.refused.append(f"{message.location.get('url', '')}: {message.text}")

    def _note_outside(self, request):
        if not request.url.startswith((self.live_server_url, "data:", "blob:")):
            self.outside.append(request.url)

    def log_in(self, page, name: str):
        page.goto(self.live_server_url + "/login/")
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/cases/")

    def user(self, name: str, *centres, staff: bool = False):
        """A person who works at these centres."""
        from registry.models import Membership

        make = get_user_model().objects.create_superuser if staff else get_user_model().objects.create_user
        person = make(name, password=PASSWORD)
        for centre in centres:
            Membership.objects.create(user=person, centre=centre)
        return person

    def assert_fits(self, page):
        """Nothing sticks out sideways."""
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.assertLessEqual(wide, 0, f"{page.url} is wider than the window by {wide} px")

    def assert_quiet(self):
        """No script failed, and nothing was fetched from outside."""
        self.assertEqual(self.script_errors, [])
        self.assertEqual(self.outside, [])
