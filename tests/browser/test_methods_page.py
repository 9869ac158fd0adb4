"""The page "How these numbers are made" in a browser: it fits a telephone and is read without a network."""

from __future__ import annotations

from unittest.mock import patch

from analysis import comparison
from analysis.reference import AREAS
from tests.browser.base import BrowserTest


class MethodsPageTest(BrowserTest):
    def setUp(self):
        super().setUp()
        self.user("reader")

    def test_the_page_and_its_tables_fit_a_telephone_and_a_screen_in_both_languages(self):
        for language in ("en", "zh-hans"):
            for width in (360, 1280):
                page = self.open(language, width=width)
                self.log_in(page, "reader")
                for address in ("", *(f"{area}/" for area in AREAS)):
                    with self.subTest(language=language, width=width, address=address):
                        page.goto(f"{self.live_server_url}/reports/methods/{address}")
                        self.assert_fits(page)
                self.assert_quiet()

    def test_the_page_fills_in_the_comparison_that_was_not_computed_yet(self):
        page = self.open()
        self.log_in(page, "reader")
        with patch.object(comparison, "_computed", {}):
            page.goto(f"{self.live_server_url}/reports/methods/")
            page.locator("#agrees").wait_for(state="visible", timeout=60_000)
            self.assertEqual(page.locator("[data-piece]", has_text="…").count(), 0)
        self.assert_quiet()

    def test_a_reader_comes_from_the_reports_to_the_numbers_of_one_method(self):
        page = self.open()
        self.log_in(page, "reader")
        page.goto(f"{self.live_server_url}/reports/")
        page.click("main a[href='/reports/methods/']")
        beside = page.locator(".method-compared a").first
        count = beside.inner_text().split()[0]
        beside.click()
        page.wait_for_url("**/?method=*")
        self.assertIn(count, page.locator("h1").inner_text())
        self.assertGreater(page.locator("tbody tr").count(), 0)
        self.assert_quiet()
