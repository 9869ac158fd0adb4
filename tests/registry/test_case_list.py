"""The working list: filters, sorting and pages in the address, of a search its key."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import quote

from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry import codes
from registry.models import Assessment, Complication, Diagnosis, Patient, PostopCourse
from registry.views.cases import FILTERS, PER_PAGE, SORTS
from tests import factories
from tests.pages import CONTEXT, Page, searched
from tests.registry.entry import Entry


class CaseList(Entry):
    def list(self, query: str = "") -> Page:
        return Page(self.client.get(f"/cases/{query}"))

    def search(self, typed: str, **chosen: str) -> str:
        """The query under which the list shows what was typed into its box."""
        return searched(self.client, typed, **chosen).removeprefix("/cases/")

    def numbers(self, query: str = "") -> list[str]:
        """The study numbers in the order of the page."""
        return self.list(query).texts("//tbody//th")

    def count(self, query: str = "") -> int:
        return int(self.list(query).texts("//span[@class='count']")[0])


class WhatIsShown(CaseList):
    def test_a_full_case_shows_its_figures_in_one_line(self):
        factories.full_case("FULL", self.centre, died=False)
        cells = self.list(self.search("FUL")).texts("//tbody/tr[1]/*")
        self.assertEqual(
            cells,
            [
                *("FULL", "Female", "54", "Jejunum or ileum", "35 %", "2022-03-01", "Laparoscopic", "400 mL"),
                *("IIIa", "progressed 2023-02-18", "100%"),
            ],
        )

    def test_a_new_case_has_empty_cells(self):
        cells = self.list().texts("//tbody/tr[1]/*")
        self.assertEqual((cells[0], cells[1:10]), ("S-001", [""] * 9))

    def test_the_line_speaks_chinese(self):
        factories.full_case("FULL", self.centre)
        self.client.cookies["django_language"] = "zh-hans"
        cells = self.list(self.search("FUL")).texts("//tbody/tr[1]/*")
        self.assertEqual([cells[1], cells[3], cells[6], cells[8]], ["女", "空回肠", "腹腔镜", "Ⅲa级"])

    def test_a_case_without_complications_says_so_only_when_somebody_has_looked(self):
        factories.operated(self.patient)
        self.assertEqual(self.list().texts("//tbody/tr[1]/td[8]"), [""])
        factories.row(
            PostopCourse,
            self.patient,
            complication_ascertainment="confirmed_none",
            complications_checked_to=date(2022, 7, 1),
        )
        self.assertEqual(self.list().texts("//tbody/tr[1]/td[8]"), [str(codes.WORST_CD.label_of("none"))])

    def test_an_empty_registry_explains_itself_and_offers_the_first_case(self):
        Patient.objects.all().delete()
        page = self.list()
        self.assertIn("There is no case yet", page.text)
        self.assertEqual(page.links().count("/cases/new/"), 2)

    def test_a_search_without_result_offers_a_way_out(self):
        page = self.list(self.search("nothing"))
        self.assertIn("No case fits this search", page.text)
        self.assertIn("/cases/", [one.split("?")[0] or "/cases/" for one in page.links()])

    def test_markup_in_a_search_stays_text(self):
        page = self.list(self.search("<b>x</b>"))
        self.assertEqual(page.root.xpath("//b"), [])
        self.assertIn("<b>x</b>", page.text)


class SearchAndFilter(CaseList):
    def setUp(self):
        super().setUp()
        for number, sex, site in (("A-1", "m", "pancreas"), ("A-2", "f", "rectum"), ("B_1", "m", None)):
            one = factories.patient(number, self.centre, sex=sex)
            if site:
                factories.row(Diagnosis, one, primary_site=site, functional_status="nonfunctioning")
        factories.operated(Patient.objects.get(local_study_id="A-1"), approach_final="robotic")

    def test_a_part_of_the_number_is_enough_and_case_and_width_do_not_matter(self):
        for wanted in ("a-", "A-", "Ａ－", " a- "):
            self.assertEqual(sorted(self.numbers(self.search(wanted))), ["A-1", "A-2"], wanted)

    def test_wild_cards_are_letters_like_others(self):
        self.assertEqual(self.numbers(self.search("_")), ["B_1"])
        self.assertEqual(self.count(self.search("%")), 0)

    def test_a_registry_number_finds_its_case(self):
        one = Patient.objects.get(local_study_id="B_1")
        found = searched(self.client, one.patient_uid.lower())
        self.assertEqual(found, searched(self.client, "B_1"))
        self.assertIn("B_1", Page(self.client.get(found)).text)

    def test_each_filter_keeps_the_cases_with_this_answer(self):
        for query, expected in (
            ("?sex=m", ["A-1", "B_1"]),
            ("?primary=rectum", ["A-2"]),
            ("?function=nonfunctioning", ["A-1", "A-2"]),
            ("?approach=robotic", ["A-1"]),
            ("?sex=m&primary=pancreas", ["A-1"]),
            ("?sex=f&primary=pancreas", []),
        ):
            self.assertEqual(sorted(self.numbers(query)), expected, query)
            self.assertEqual(self.count(query), len(expected), query)

    def test_only_the_index_operation_counts(self):
        factories.operated(Patient.objects.get(local_study_id="A-2"), approach_final="robotic", op_no=2)
        self.assertEqual(self.numbers("?approach=robotic"), ["A-1"])

    def test_every_filter_offers_all_its_answers(self):
        page = self.list()
        for name, (answer, _path) in FILTERS.items():
            offered = page.root.xpath(f"//select[@name='{name}']/option/@value")
            self.assertEqual(offered, ["", *(one.code for one in answer.codes)])

    def test_the_form_keeps_what_was_chosen(self):
        page = self.list(self.search("A", sex="m", sort="-study"))
        form = page.root.xpath("//form[@class='list-tools']")[0]
        self.assertEqual(form.xpath(".//option[@selected]/@value"), ["m"])
        self.assertEqual(form.xpath(".//input[not(@name='csrfmiddlewaretoken')]/@value"), ["A", "-study"])

    def test_a_chip_removes_its_own_filter_and_nothing_else(self):
        page = self.list(self.search("A", sex="m", primary="pancreas", sort="-study") + "&page=1")
        links = dict(
            zip(page.texts("//a[@class='chip']"), page.root.xpath("//a[@class='chip']/@href"), strict=True)
        )
        self.assertEqual(
            {name.split(" ×")[0] for name in links}, {"“A”", "Sex: Male", "Site of primary tumour: Pancreas"}
        )
        for name, link in links.items():
            chips = self.list(link).texts("//a[@class='chip']")
            self.assertEqual(set(chips), set(links) - {name})
            self.assertIn("sort=-study", link)
            self.assertNotIn("page=", link)

    def test_the_last_chip_leads_to_the_whole_list(self):
        for query in ("?sex=m", self.search("A")):
            (link,) = self.list(query).root.xpath("//a[@class='chip']/@href")
            self.assertEqual(self.count(link), 4)


class Sorting(CaseList):
    """Three cases with rising figures and one without any."""

    def setUp(self):
        super().setUp()
        for rank, letter in enumerate("abc", start=1):
            one = factories.patient(
                f"{letter}-{rank}",
                self.centre,
                sex=("f", "m", "other")[rank - 1],
                birth_ym=date(1980 - rank, 1, 1),
            )
            site = ("duodenum", "pancreas", "rectum")[rank - 1]
            factories.row(Diagnosis, one, primary_site=site)
            factories.row(Assessment, one, liver_burden_pct=10 * rank)
            factories.operated(
                one,
                on=date(2020, 1, rank),
                blood_loss_ml=100 * rank,
                approach_final=("laparoscopic", "open", "robotic")[rank - 1],
            )

    def test_every_column_sorts_in_both_directions_and_empty_cells_come_last(self):
        rising = ["a-1", "b-2", "c-3"]
        for name in set(SORTS) - {"study", "opened"}:
            with self.subTest(name):
                self.assertEqual(self.numbers(f"?sort={name}"), [*rising, "S-001"])
                self.assertEqual(self.numbers(f"?sort=-{name}"), [*reversed(rising), "S-001"])

    def test_study_numbers_and_the_order_of_entry_sort_all_cases(self):
        self.assertEqual(set(self.numbers("?sort=study")), set(self.numbers("?sort=-study")))
        self.assertEqual(self.numbers("?sort=study"), self.numbers("?sort=-study")[::-1])
        self.assertEqual(self.numbers("?sort=opened"), ["S-001", "a-1", "b-2", "c-3"])
        self.assertEqual(self.numbers(), ["c-3", "b-2", "a-1", "S-001"])

    def test_the_youngest_at_surgery_comes_first_not_the_last_born(self):
        young = factories.patient("young", self.centre, birth_ym=date(1950, 1, 1))
        factories.operated(young, on=date(1970, 1, 1))
        self.assertEqual(self.numbers("?sort=age")[0], "young")

    def test_a_heading_says_how_it_is_sorted_and_its_link_turns_the_order(self):
        page = self.list("?sort=blood&sex=m")
        (heading,) = page.root.xpath("//th[@aria-sort='ascending']")
        (link,) = heading.xpath("a/@href")
        self.assertEqual(heading.text_content(), "Blood loss")
        self.assertIn("sex=m", link)
        again = self.list(link)
        self.assertEqual(again.texts("//th[@aria-sort='descending']"), ["Blood loss"])
        self.assertEqual(
            self.list(again.root.xpath("//th[@aria-sort='descending']/a/@href")[0]).texts(
                "//th[@aria-sort='ascending']"
            ),
            ["Blood loss"],
        )

    def test_equal_figures_keep_one_order_over_all_pages(self):
        for number in range(PER_PAGE + 5):
            factories.patient(f"N-{number:02}", self.centre, sex="f")
        seen = self.numbers("?sort=sex") + self.numbers("?sort=sex&page=2")
        self.assertEqual(len(seen), len(set(seen)))
        self.assertEqual(len(seen), PER_PAGE + 9)


class Pages(CaseList):
    def setUp(self):
        super().setUp()
        Patient.objects.bulk_create(
            Patient(centre=self.centre, local_study_id=f"N-{number:03}", sex="f") for number in range(60)
        )

    def test_pages_share_all_cases_between_them(self):
        seen = [number for page in (1, 2, 3) for number in self.numbers(f"?sort=study&page={page}")]
        self.assertEqual(len(seen), 61)
        self.assertEqual(len(set(seen)), 61)

    def test_links_lead_to_the_neighbour_pages_and_keep_the_rest(self):
        page = self.list("?sex=f&sort=study&page=2")
        self.assertIn("page 2 of 3", page.text)
        self.assertIn("?sex=f&sort=study&page=1", page.links())
        self.assertIn("?sex=f&sort=study&page=3", page.links())

    def test_a_page_beyond_the_last_is_the_last(self):
        self.assertEqual(self.numbers("?sort=study&page=99"), self.numbers("?sort=study&page=3"))

    def test_a_new_filter_begins_on_the_first_page(self):
        form = self.list("?page=3").root.xpath("//form[@class='list-tools']//@name")
        self.assertNotIn("page", form)


class OddAddresses(CaseList):
    def test_whatever_the_address_says_the_list_opens(self):
        odd = (
            "",
            "abc",
            "-1",
            "0",
            "1e9",
            "9" * 5000,
            "\x00",
            "';drop table",
            "\ud800",
            "%",
            "<b>",
            "½",
            "x" * 1_000_000,
        )
        for name in ("q", "search", "page", "sort", "sex", "primary", "function", "approach", "unknown"):
            for value in odd:
                with self.subTest(f"{name}={value[:20]!r}"):
                    query = f"?{name}={quote(value.encode(errors='surrogatepass'))}"
                    self.assertEqual(self.client.get(f"/cases/{query}", follow=True).status_code, 200)

    def test_a_name_with_odd_characters_survives_in_the_links(self):
        page = self.list("?a%26b=1%26x%3D2&sex=m")
        for link in page.root.xpath("//a[@class='chip']/@href"):
            self.assertEqual(self.client.get(f"/cases/{link}").status_code, 200)
            self.assertIn("a%26b=1%26x%3D2", link)

    def test_a_filter_given_twice_is_read_once(self):
        self.assertEqual(self.client.get("/cases/?sex=m&sex=f&sort=sex&sort=study").status_code, 200)

    def test_the_list_can_only_be_read(self):
        self.assertEqual(self.client.post("/cases/", {"q": "x"}).status_code, 405)


class Cost(CaseList):
    def queries(self, query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.client.get(f"/cases/{query}")
        return len(captured)

    def test_the_list_costs_the_same_few_queries_for_3_and_for_60_cases(self):
        for number in range(2):
            factories.full_case(f"F-{number}", self.centre)
        asked = ("", "?sort=-blood", self.search("F", primary="pancreas"))
        few = {query: self.queries(query) for query in asked}
        first = date(2020, 1, 1)
        for number in range(57):
            one = factories.patient(f"N-{number:02}", self.centre, sex="m")
            factories.operated(one, on=first + timedelta(number), blood_loss_ml=number)
            factories.row(Complication, one, comp_type="ssi", cd_grade="1")
        many = {query: self.queries(query) for query in few}
        self.assertLessEqual(max(many.values()), 10 + CONTEXT)
        self.assertEqual(many, few)
