"""The page: links, escapes, structure, and one style sheet for the site and the file."""

from __future__ import annotations

import re
import unittest
from dataclasses import replace
from html.parser import HTMLParser

from analysis.document import Note, Paragraph, Part, Provenance, Report, Section, Table, words
from analysis.document import Row as TableRow
from analysis.render import html
from registry.labels import LANGUAGES, Label, both
from tests.analysis import sample_report

VOID = {"meta", "br", "link"}


class Elements(HTMLParser):
    """Every element with its attributes and text; refuses marks that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict, list[str]]] = []
        self.open: list[tuple[str, dict, list[str]]] = []
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"not closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs), [])
        self.all.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.all.append((tag, dict(attrs), []))

    def handle_endtag(self, tag):
        if self.open.pop()[0] != tag:
            raise AssertionError(f"</{tag}> closes something else")

    def handle_data(self, data):
        for _, _, texts in self.open:
            texts.append(data)

    def named(self, tag: str, **attributes: str) -> list[tuple[dict, str]]:
        return [
            (found, "".join(texts))
            for name, found, texts in self.all
            if name == tag and all(found.get(key.rstrip("_")) == value for key, value in attributes.items())
        ]


def link(address: str) -> str:
    return f"/reports/sample/cases?number={address}&back=1"


class Links(unittest.TestCase):
    def setUp(self):
        self.report = sample_report.report()

    def test_every_number_of_the_report_is_a_link_to_its_own_cases(self):
        for language in LANGUAGES:
            found = Elements(html.body(self.report, language, link)).named("a", class_="number")
            expected = {link(address): part.text.text(language) for address, part in self.report.numbers()}
            self.assertGreater(len(expected), 30)
            self.assertEqual({attributes["href"]: text for attributes, text in found}, expected)

    def test_a_linked_address_leads_back_to_the_part(self):
        found = Elements(html.body(self.report, "en", lambda address: address)).named("a", class_="number")
        for attributes, text in found:
            self.assertEqual(self.report.part_at(attributes["href"]).text.en, text)

    def test_without_a_link_there_is_no_link_but_numbers_stay_whole(self):
        page = Elements(html.page(self.report, "en"))
        outward = [about["href"] for about, _ in page.named("a") if not about["href"].startswith("#")]
        self.assertEqual(outward, [])
        self.assertIn("55 (46, 60) years", [text for _, text in page.named("span", class_="number")])
        self.assertRegex(html.style(), r"\.number \{[^}]*white-space: nowrap")

    def test_words_without_cases_are_never_links(self):
        found = [text for _, text in Elements(html.body(self.report, "en", link)).named("a")]
        self.assertNotIn("<0.001", found)
        self.assertNotIn("; missing ", found)

    def test_an_image_whose_numbers_are_links_is_a_group_for_a_screen_reader(self):
        linked = Elements(html.body(self.report, "en", link)).named("svg")
        plain = Elements(html.body(self.report, "en")).named("svg")
        self.assertEqual([attributes["role"] for attributes, _ in linked], ["group", "img", "group"])
        self.assertEqual([attributes["role"] for attributes, _ in plain], ["img"] * 3)


class Escapes(unittest.TestCase):
    def test_no_text_is_taken_for_a_mark_wherever_it_stands(self):
        evil = Label('<script>alert("1")</script>&\'', '<img src=x onerror="1">&\'')
        table = Table("t", evil, (evil,), (TableRow("r", evil, (words(evil),)),), evil, (Note(evil),))
        curve = replace(sample_report.figure(), title=evil, x_label=evil, y_label=evil, alternative=evil)
        paragraph = Paragraph("p", (Part(evil, list), Part(evil)))
        sections = (Section("s", evil, (table, curve, paragraph)),)
        report = Report("x", evil, sections, Provenance(True, (("k", evil, evil),)))
        for language in LANGUAGES:
            for text in (
                html.page(report, language),
                html.body(report, language, lambda a: f'"><script>{a}'),
            ):
                page = Elements(text)
                self.assertEqual(page.named("script") + page.named("img"), [])
                self.assertIn(evil.text(language), page.named("caption")[0][1])
                self.assertIn(evil.text(language), page.named("desc")[0][1])

    def test_an_id_with_odd_characters_stays_inside_its_attribute(self):
        section = Section('a"b', both("t"), (Table('q"<', both("t"), (), (TableRow('r">', both("r"), ()),)),))
        page = Elements(html.body(Report("x", both("x"), (section,), Provenance(False, ())), "en"))
        self.assertEqual(page.named("table")[0][0]["id"], 'q"<')
        self.assertEqual(page.named("tr")[1][0]["id"], 'q"<.r">')


class Structure(unittest.TestCase):
    def setUp(self):
        self.pages = {language: html.page(sample_report.report(), language) for language in LANGUAGES}

    def test_page_and_article_name_their_language(self):
        for language, code in (("en", "en"), ("zh", "zh-Hans")):
            page = Elements(self.pages[language])
            self.assertEqual(page.named("html")[0][0]["lang"], code)
            self.assertEqual(page.named("article")[0][0]["lang"], code)

    def test_each_half_of_the_banner_names_its_own_language(self):
        spans = [a["lang"] for a, _ in Elements(self.pages["zh"]).named("span") if "lang" in a]
        self.assertEqual(spans, ["zh-Hans", "en"])

    def test_nothing_is_fetched_and_nothing_is_run(self):
        for text in self.pages.values():
            page = Elements(text)
            for tag in ("script", "link", "img", "iframe", "object"):
                self.assertEqual(page.named(tag), [])
            self.assertNotRegex(text, r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)")
            self.assertFalse(any("style" in attributes for _, attributes, _ in page.all))
            self.assertFalse(any(key.startswith("on") for _, attributes, _ in page.all for key in attributes))

    def test_every_heading_of_a_table_has_its_scope(self):
        page = Elements(self.pages["en"])
        self.assertEqual({a["scope"] for a, _ in page.named("th")}, {"row", "col"})
        self.assertEqual(len(page.named("th", scope="row")), 8)

    def test_every_row_can_be_pointed_at_by_its_address(self):
        ids = [attributes["id"] for attributes, _ in Elements(self.pages["en"]).named("tr") if attributes]
        self.assertEqual(len(ids), 8)
        self.assertIn("baseline.sex-male", ids)

    def test_a_table_without_a_stub_has_no_empty_heading(self):
        self.assertNotIn('<th scope="col"></th>', self.pages["en"])

    def test_a_row_under_another_is_indented_by_a_class(self):
        found = Elements(self.pages["en"]).named("th", class_="level-1")
        self.assertEqual([text for _, text in found], ["Male", "Female"])

    def test_every_row_has_as_many_cells_as_the_heading(self):
        for rows in re.findall(r"<table.*?</table>", self.pages["en"], re.S):
            counts = {len(re.findall(r"<t[hd][ >]", row)) for row in re.findall(r"<tr.*?</tr>", rows, re.S)}
            self.assertEqual(len(counts), 1)

    def test_a_table_can_be_scrolled_by_keyboard_and_says_which_it_is(self):
        page = Elements(self.pages["en"])
        ids = {a["id"] for _, a, _ in page.all if "id" in a}
        boxes = page.named("div", class_="table-box")
        self.assertEqual(len(boxes), 2)
        for attributes, _ in boxes:
            self.assertEqual((attributes["tabindex"], attributes["role"]), ("0", "region"))
            self.assertIn(attributes["aria-labelledby"], ids)

    def test_no_id_is_given_twice_and_every_reference_has_its_target(self):
        for text in self.pages.values():
            page = Elements(text)
            ids = [attributes["id"] for _, attributes, _ in page.all if "id" in attributes]
            self.assertEqual(len(ids), len(set(ids)))
            for _, attributes, _ in page.all:
                self.assertLessEqual(set(attributes.get("aria-labelledby", "").split()), set(ids))

    def test_provenance_stands_at_the_end_with_every_fact(self):
        found = Elements(self.pages["zh"])
        self.assertEqual(
            [text for _, text in found.named("dt")], ["生成时间", "队列", "定义的散列值", "来源"]
        )
        self.assertEqual(found.named("dd")[3][1], sample_report.ODD.zh)
        self.assertEqual(
            self.pages["zh"].rindex("<section"), self.pages["zh"].index('<section class="provenance"')
        )

    def test_findings_name_their_severity_and_lead_to_what_they_speak_of(self):
        for language, severity, place in (("en", "Contradiction", "Table 1"), ("zh", "矛盾", "表1")):
            checks = self.pages[language].partition('id="checks"')[2].partition("</section>")[0]
            self.assertIn(f"<b>{severity}</b> 14", checks)
            self.assertIn("&lt;b&gt;54%&lt;/b&gt;", checks)
            self.assertIn(f'<a href="#baseline.sex-male">{place}</a>', checks)
            self.assertIn('<a href="#pfs">', checks)
            self.assertEqual(checks.count("<li"), 3)

    def test_a_report_without_findings_says_so_and_one_that_was_not_checked_says_nothing(self):
        checked = replace(sample_report.report(), findings=())
        self.assertIn("nothing was found", html.body(checked, "en"))
        self.assertNotIn('id="checks"', html.body(replace(checked, findings=None), "en"))

    def test_blocks_keep_the_order_of_the_report(self):
        places = [
            self.pages["en"].index(f'id="{name}"')
            for name in ("summary", "plain", "baseline", "matrix", "pfs")
        ]
        self.assertEqual(places, sorted(places))

    def test_an_empty_figure_says_why_instead_of_drawing(self):
        found = [text for _, text in Elements(self.pages["en"]).named("text")]
        self.assertIn("no case with a known date", " ".join(found))


class Style(unittest.TestCase):
    def test_the_page_carries_the_very_sheet_that_the_site_links(self):
        self.assertIn(html.style(), html.page(sample_report.report(), "en"))

    def test_every_class_that_is_written_is_styled_and_every_styled_class_is_written(self):
        text = html.page(sample_report.report(), "en") + html.body(sample_report.report(), "en", link)
        written = {
            name for _, attributes, _ in Elements(text).all for name in attributes.get("class", "").split()
        }
        sheet = re.sub(r"/\*.*?\*/", "", html.style(), flags=re.S)
        styled = set(re.findall(r"\.([a-z][\w-]*)", sheet))
        unused = {f"curve-{number}" for number in range(3, 7)} | {"level-2", "level-3"}
        self.assertEqual(written - styled, set())
        self.assertEqual(styled - written, unused)

    def test_it_follows_the_system_s_dark_mode_and_prints(self):
        self.assertIn("prefers-color-scheme: dark", html.style())
        self.assertIn("@media print", html.style())

    def test_dark_looks_the_same_in_a_file_and_on_the_site(self):
        alone, site = (
            dict(re.findall(r"(--[\w-]+): ([^;]+);", block))
            for block in re.findall(r"@media screen.*?\n}\n", html.style(), re.S)
        )
        del alone["--ink"]  # on the site it is Bootstrap's
        self.assertEqual(alone, site)

    def test_every_colour_of_a_curve_has_a_dark_form_that_stands_out(self):
        light, *dark = re.findall(r"--curve-1: (#\w+)", html.style())
        self.assertEqual(len(dark), 2)
        self.assertNotIn(light, dark)
        for number in range(1, 7):
            self.assertEqual(len(set(re.findall(rf"--curve-{number}: (#\w+)", html.style()))), 2)
