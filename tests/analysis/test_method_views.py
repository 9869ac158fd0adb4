"""The page "How these numbers are made" and the tables and files it leads to."""

from __future__ import annotations

import csv
import io
from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.test import TestCase
from lxml import html

from analysis import comparison, method_views
from analysis.comparison import Agreement, agreements
from analysis.conventions import PAPER, REGISTRY, methods
from analysis.methods import chapters
from analysis.methods.conventions import choices
from analysis.reference import AREAS, Compared, compare, r_versions
from tests.pages import Page

PAGE = "/reports/methods/"


class MethodPagesTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = get_user_model().objects.create_user("reader")

    def setUp(self):
        self.client.force_login(self.user)

    def page(self, address: str = PAGE, **query: str) -> Page:
        response = self.client.get(address, query)
        self.assertEqual(response.status_code, 200)
        return Page(response)

    def test_every_page_needs_a_login(self):
        self.client.logout()
        for address in (PAGE, *(f"{PAGE}{AREAS[0]}/{end}" for end in ("", "csv/", "r/", "summary/"))):
            self.assertRedirects(
                self.client.get(address), f"/login/?next={address}", fetch_redirect_response=False
            )

    def test_the_reports_lead_to_the_page(self):
        self.assertIn(PAGE, self.page("/reports/").links())

    def test_every_method_is_there_with_definition_formula_and_source(self):
        page = self.page()
        self.assertEqual(len(page.root.xpath("//article")), sum(len(one.methods) for one in chapters()))
        for chapter in chapters():
            for method in chapter.methods:
                (article,) = page.root.xpath(f"//article[@id='{chapter.slug}.{method.slug}']")
                self.assertEqual(article.xpath("string(.//h3)"), method.name.en)
                self.assertEqual(article.xpath("string(.//pre)"), method.formula)
                for text in (method.definition.en, method.source):
                    self.assertIn(text, article.text_content())

    def test_the_page_speaks_the_readers_language(self):
        self.client.cookies["django_language"] = "zh-hans"
        page = self.page()
        for chapter in chapters():
            for method in chapter.methods:
                (article,) = page.root.xpath(f"//article[@id='{chapter.slug}.{method.slug}']")
                self.assertIn(method.definition.zh, article.text_content())
                self.assertNotIn(method.definition.en, article.text_content())
        self.assertIn(choices()[0].name.zh, page.text)

    def test_beside_a_method_stands_how_closely_it_agrees_with_r(self):
        page = self.page()
        for chapter in chapters():
            for method in chapter.methods:
                (article,) = page.root.xpath(f"//article[@id='{chapter.slug}.{method.slug}']")
                for one in agreements(method):
                    self.assertIn(f"{one.count} number", article.text_content())
                    self.assertIn(one.tolerances, article.text_content())
                    self.assertIn(r_versions(one.area), article.text_content())
                if method.not_compared:
                    self.assertIn(method.not_compared.en, article.text_content())

    def test_what_is_not_computed_yet_is_asked_for_by_the_page_itself(self):
        with patch.object(comparison, "_computed", {}):
            page = self.page()
            self.assertEqual(set(page.texts("//*[@data-piece]")), {"…"})
            self.assertEqual(comparison._computed, {})
            pieces = {}
            for address in page.root.xpath("//@data-summary"):
                pieces |= self.client.get(address).json()["pieces"]
            self.assertEqual(set(pieces), set(page.root.xpath("//@data-piece")))
            after = self.page()
        self.assertEqual(after.root.xpath("//@data-summary"), [])
        for place, piece in pieces.items():
            (shown,) = after.root.xpath(f"//*[@data-piece='{place}']")
            self.assertEqual(shown.text_content().strip(), html.fromstring(piece).text_content().strip())

    def test_every_convention_is_there_with_the_choice_of_each_preset(self):
        rows = self.page().texts("//section[@id='conventions']//tbody/tr")
        self.assertEqual(len(rows), len(choices()))
        for row, choice in zip(rows, choices(), strict=True):
            self.assertEqual(row, " ".join([choice.name.en, *(words.en for words in choice.chosen.values())]))

    def test_a_sentence_of_both_presets_stands_once_and_others_under_their_preset(self):
        lines = self.page().texts("//ul[contains(@class, 'method-sentences')]/li")
        paper, registry = (methods(preset) for preset in (PAPER, REGISTRY))
        self.assertEqual(len(lines), len({line.en for line in (*paper, *registry)}))
        self.assertIn(paper[0].en, lines)
        (own,) = methods(PAPER, "median")
        self.assertIn(f"{PAPER.label.en} · {own.en}", lines)

    def test_every_link_of_the_page_leads_somewhere(self):
        page = self.page()
        for link in set(page.links()):
            if link.startswith("#"):
                self.assertTrue(page.root.xpath(f"//*[@id='{link[1:]}']"), link)
            elif link.startswith("/reports/"):
                self.assertEqual(self.client.get(link).status_code, 200, link)

    def test_the_table_of_an_area_holds_all_its_numbers_page_by_page(self):
        for area in AREAS:
            response = self.client.get(f"{PAGE}{area}/")
            paginator = response.context["page"].paginator
            self.assertEqual(paginator.count, len(compare(area)))
            last = self.client.get(f"{PAGE}{area}/", {"page": paginator.num_pages})
            self.assertEqual(last.context["rows"][-1]["name"], compare(area)[-1].name)

    def test_the_table_of_a_method_holds_its_numbers_only(self):
        chapter = next(one for one in chapters() if one.methods[0].compared)
        method = chapter.methods[0]
        one = agreements(method)[0]
        response = self.client.get(f"{PAGE}{one.area}/", {"method": f"{chapter.slug}.{method.slug}"})
        self.assertEqual(response.context["page"].paginator.count, one.count)
        self.assertContains(response, method.name.en)
        link = next(link for link in Page(response).links() if "/csv/" in link)
        self.assertEqual(len(self.client.get(link).content.decode().splitlines()), one.count + 1)

    def test_a_number_is_shown_with_all_its_digits_and_an_absent_one_as_such(self):
        figures = (
            Compared(AREAS[0], "third", 1 / 3, 1 / 3 + 1.01e-8, 1e-6),
            Compared(AREAS[0], "open", None, None, 1e-6),
            Compared(AREAS[0], "wrong", 1.0, 2.0, 1e-6),
            Compared(AREAS[0], "ours alone", None, 2.0, 1e-6),
        )
        names = tuple(one.name for one in figures)
        computed = {area: {one.name: one for one in figures} for area in AREAS}
        with (
            patch.object(comparison, "_computed", computed),
            patch.object(method_views, "whole", lambda area: Agreement(area, names)),
            patch.object(method_views, "chapters", lambda: ()),
        ):
            page = self.page(f"{PAGE}{AREAS[0]}/")
            overview = self.page()
        rows = page.texts("//table//tbody/tr")
        self.assertEqual(rows[0], "third 0.3333333333333333 0.3333333434333333 3.1 × 10⁻⁸ 10⁻⁶")
        self.assertEqual(rows[1], "open not estimable not estimable – 10⁻⁶")
        self.assertEqual(page.texts("//tr[@class='disagrees']/th"), ["wrong", "ours alone"])
        self.assertIn("2 numbers differ by more than their tolerance.", page.text)
        self.assertEqual(overview.root.xpath("//strong[@hidden]/@id"), ["agrees"])

    def test_the_file_holds_the_same_numbers_unrounded(self):
        area = AREAS[0]
        response = self.client.get(f"{PAGE}{area}/csv/")
        self.assertIn(f'filename="compared-with-r-{area}.csv"', response["Content-Disposition"])
        rows = list(csv.DictReader(io.StringIO(response.content.decode())))
        self.assertEqual(tuple(rows[0]), method_views.HEADINGS)
        for row, one in zip(rows, compare(area), strict=True):
            self.assertEqual(row["name"], one.name)
            for key, value in (("r", one.r), ("ours", one.ours), ("relative_difference", one.difference)):
                self.assertEqual(row[key], "" if value is None else repr(value))

    def test_the_program_that_r_ran_can_be_read(self):
        response = self.client.get(f"{PAGE}{AREAS[0]}/r/")
        self.assertEqual(response["Content-Type"], "text/plain; charset=utf-8")
        self.assertIn('source("common.R")', response.content.decode())

    def test_what_does_not_exist_is_not_found(self):
        addresses = [
            f"{PAGE}novel/",
            f"{PAGE}novel/csv/",
            f"{PAGE}novel/r/",
            f"{PAGE}common/r/",
            f"{PAGE}common/",
            f"{PAGE}__init__/",
        ]
        addresses += [f"{PAGE}{AREAS[0]}/{end}?method=novel.one" for end in ("", "csv/")]
        for address in addresses:
            self.assertEqual(self.client.get(address).status_code, 404, address)

    def test_no_address_breaks_a_page(self):
        for text in ("\x00", "' OR 1=1", "<script>", "survival.", ".", "survival.median.x", "９" * 50):
            for name in ("method", "page"):
                status = self.client.get(f"{PAGE}{AREAS[0]}/", {name: text}).status_code
                self.assertIn(status, (200, 404), (name, text))
