"""The page that checks a pasted abstract: who may use it, what it shows, and that nothing of it is kept."""

from __future__ import annotations

import logging
from unittest import mock

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory, TestCase

from analysis import abstract_views
from analysis.consistency import MOST_SIGNS
from tests.analysis.abstracts import CHINESE, ENGLISH
from tests.pages import Page, in_chinese

PAGE = "/reports/abstract/"


class AbstractPageTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = get_user_model().objects.create_user("reader", password="long enough for anyone")

    def setUp(self):
        self.client.force_login(self.user)

    def paste(self, text: str) -> Page:
        response = self.client.post(PAGE, {"text": text})
        self.assertEqual(response.status_code, 200)
        return Page(response)

    def test_it_needs_a_login(self):
        self.client.logout()
        for response in (self.client.get(PAGE), self.client.post(PAGE, {"text": ENGLISH})):
            self.assertRedirects(response, f"/login/?next={PAGE}", fetch_redirect_response=False)

    def test_it_needs_the_token_of_its_form(self):
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(self.user)
        self.assertEqual(careful.post(PAGE, {"text": ENGLISH}).status_code, 403)

    def test_the_list_of_reports_leads_to_it(self):
        self.assertIn(PAGE, Page(self.client.get("/reports/")).links())

    def test_an_empty_page_asks_and_finds_nothing(self):
        page = Page(self.client.get(PAGE))
        self.assertEqual(page.texts("//section"), [])
        self.assertEqual(len(page.root.xpath("//label[@for='abstract-text']")), 1)

    def test_only_a_post_is_read(self):
        page = Page(self.client.get(PAGE, {"text": ENGLISH}))
        self.assertEqual(page.texts("//section"), [])
        self.assertEqual(self.client.put(PAGE).status_code, 405)

    def test_the_result_stands_in_four_lists_in_the_readers_language(self):
        page = self.paste(CHINESE)
        self.assertEqual(
            page.root.xpath("//h3/@id"), ["contradictions", "remarks", "agreements", "unread", "marked"]
        )
        self.assertIn("contradict each other as printed", page.text)
        self.assertIn("16.7", page.text)
        in_chinese(self.client)
        self.assertIn("按所印数值相互矛盾", self.paste(ENGLISH).text)

    def test_every_finding_shows_its_passage_marked(self):
        page = self.paste(ENGLISH)
        self.assertIn("(40±3)%", page.texts("//blockquote/mark[@class='mark-warning']"))
        self.assertIn("12.0", page.texts("//mark[@class='mark-contradiction']"))

    def test_the_text_comes_back_whole_and_escaped(self):
        raw = f'<script>alert(1)</script> &amp; 7 of 31 "x" 12%\n{ENGLISH}'
        response = self.client.post(PAGE, {"text": raw})
        self.assertNotContains(response, "<script>alert(1)")
        page = Page(response)
        self.assertEqual(page.root.xpath("string(//textarea)").strip("\r\n"), raw)
        self.assertEqual(page.root.xpath("string(//p[@class='abstract-text'])"), raw)

    def test_a_number_that_was_not_read_is_listed(self):
        page = self.paste("We saw 12 in one way.")
        self.assertEqual(page.texts("//li[@class='unread']/p"), ["12"])

    def test_nothing_and_too_much_are_refused_in_words(self):
        for text, words in (("  \n", "Paste a text first"), ("x" * (MOST_SIGNS + 1), "at most 20000")):
            page = self.paste(text)
            self.assertIn(words, page.errors()[0])
            self.assertEqual(page.texts("//section"), [])
            self.assertEqual(page.root.xpath("//textarea/@aria-invalid"), ["true"])

    def test_what_was_pasted_is_neither_stored_nor_logged_nor_cached(self):
        with self.assertLogs(level=logging.DEBUG - 1) as logged:
            response = self.client.post(PAGE, {"text": ENGLISH})
        said = " ".join(str(vars(one)) for one in logged.records)
        self.assertNotIn("neuroendocrine", said)
        self.assertNotIn(ENGLISH[:30], said)
        self.assertIn("no-store", response["Cache-Control"])
        for session in Session.objects.all():
            self.assertNotIn("neuroendocrine", str(session.get_decoded()))

    def test_an_error_report_would_not_show_what_was_pasted(self):
        request = RequestFactory().post(PAGE, {"text": ENGLISH})
        request.user = self.user
        broken = mock.patch.object(abstract_views, "audit_abstract", side_effect=RuntimeError("broken"))
        with broken, self.assertRaises(RuntimeError):
            abstract_views.abstract(request)
        self.assertEqual(request.sensitive_post_parameters, ("text",))

    def test_a_flood_of_findings_is_cut(self):
        page = self.paste("35/31; " * 1000)
        self.assertEqual(len(page.root.xpath("//li[@class='contradiction']")), abstract_views.MOST_SHOWN)
        self.assertIn("1000", page.text)
