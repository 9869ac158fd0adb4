"""Reports on the web: who sees what, the cohort form, the cases behind a number, downloads."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from django.contrib.auth import get_user_model
from django.test import TestCase
from django.urls import reverse

from analysis import views
from registry.models import Membership, Patient
from tests.analysis.record import case, centre, day, visit
from tests.pages import CONTEXT
from tests.promises import proves

LINK = re.compile(r'<a class="number" href="([^"]+)">([^<]*)</a>')
PAGE = "/reports/paper/"


class ReportPagesTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.here, cls.there = centre("CN-HERE1", centre_name_zh="本院"), centre("CN-THERE")
        for number in range(3):
            case(
                cls.here,
                surgery=day(30 * number),
                operation={"transfused_intraop": "yes"},
                visits=[visit(90)],
            )
        cls.theirs = case(cls.there)
        cls.user = get_user_model().objects.create_user("doctor", password="long enough for anyone")
        Membership.objects.create(user=cls.user, centre=cls.here)

    def setUp(self):
        views._finished.cache_clear()
        self.client.force_login(self.user)

    def page(self, **query: str) -> str:
        response = self.client.get(PAGE, query)
        self.assertEqual(response.status_code, 200)
        return response.content.decode()

    def links(self, **query: str) -> dict[str, tuple[str, str]]:
        """Address of the number → printed text and URL of its cases."""
        found = {}
        for url, text in LINK.findall(self.page(**query)):
            url = unescape(url)
            found[parse_qs(urlsplit(url).query)["cell"][0]] = (unescape(text), url)
        return found

    def test_every_page_needs_a_login(self):
        self.client.logout()
        for address in ("/reports/", PAGE, f"{PAGE}cases/?cell=x", f"{PAGE}count/", f"{PAGE}download/json/"):
            self.assertRedirects(
                self.client.get(address),
                f"/login/?next={address.replace('?', '%3F').replace('=', '%3D')}",
                fetch_redirect_response=False,
            )

    def test_the_list_names_the_reports_in_the_readers_language(self):
        self.assertContains(self.client.get("/reports/"), "Safety and efficacy")
        self.client.cookies["django_language"] = "zh-hans"
        self.assertContains(self.client.get("/reports/"), "减瘤术治疗神经内分泌肿瘤肝转移")

    def test_a_report_that_does_not_exist_is_not_found(self):
        self.assertEqual(self.client.get("/reports/novel/").status_code, 404)

    def test_the_report_holds_the_cases_of_the_users_centres_only(self):
        self.assertEqual(self.links()["paper.paper-01.0.0"][0], "3")
        self.assertNotIn("CN-THERE", self.page())

    def test_who_belongs_to_no_centre_sees_an_empty_report(self):
        stranger = get_user_model().objects.create_user("stranger")
        self.client.force_login(stranger)
        self.assertEqual(self.links()["paper.paper-01.0.0"][0], "0")

    def test_a_centre_of_others_cannot_be_asked_for(self):
        page = self.page(centre="CN-THERE")
        self.assertIn('class="error"', page)
        self.assertNotIn("paper.paper-01", page)

    def test_the_page_speaks_the_readers_language(self):
        self.client.cookies["django_language"] = "zh-hans"
        page = self.page()
        self.assertIn("病例数", page)
        self.assertIn("本院", page)
        self.assertIn("手术日期自", page)

    def test_the_period_narrows_the_report_in_any_way_of_writing_a_day(self):
        for text in (str(day(30)), day(30).strftime("%Y%m%d"), day(30).strftime("%Y年%m月%d日")):
            self.assertEqual(self.links(start=text)["paper.paper-01.0.0"][0], "2", text)

    def test_a_day_that_is_none_is_refused_beside_its_field_and_nothing_typed_is_lost(self):
        for language, words in (("en", "Operated from"), ("zh-hans", "手术日期自")):
            self.client.cookies["django_language"] = language
            page = self.page(start="2023-02-30", end="2024-01-01")
            self.assertRegex(page, f'class="error"[^>]*>[^<]*{words}')
            self.assertIn('value="2023-02-30"', page)
            self.assertIn('value="2024-01-01"', page)
            self.assertNotIn('<article class="report"', page)

    def test_a_period_that_ends_before_it_starts_is_refused_in_both_languages(self):
        for language, words in (("en", "ends before it starts"), ("zh-hans", "结束日期早于开始日期")):
            self.client.cookies["django_language"] = language
            self.assertIn(words, self.page(start="2023-01-02", end="2023-01-01"))

    def test_no_address_breaks_a_page(self):
        odd = ("\x00", "' OR 1=1", "９" * 50, "<script>", "2023-01-01" * 9, "0000-00-00", "9999-12-31")
        for name in ("start", "end", "centre", "conventions", "cell", "page"):
            for text in odd:
                for where in (PAGE, f"{PAGE}cases/", f"{PAGE}count/", f"{PAGE}download/json/"):
                    with self.subTest(where=where, name=name, text=text):
                        status = self.client.get(where, {name: text}).status_code
                        self.assertIn(status, (200, 302, 404))

    def test_every_number_opens_as_many_cases_as_it_says(self):
        links = self.links()
        self.assertGreater(len(links), 60)
        for cell, (text, url) in links.items():
            response = self.client.get(url)
            self.assertEqual(response.status_code, 200, cell)
            if text.isdigit():
                self.assertEqual(response.context["page"].paginator.count, int(text), cell)
                self.assertEqual(len(response.context["cases"]), int(text), cell)

    def test_the_list_of_cases_names_them_and_leads_to_them(self):
        _, url = self.links()["paper.paper-14.0.0"]
        response = self.client.get(url)
        for patient in Patient.objects.filter(centre=self.here):
            self.assertContains(response, patient.local_study_id)
            self.assertContains(response, reverse("case", args=[patient.patient_uid]))
        self.assertNotContains(response, self.theirs.local_study_id)
        self.assertContains(response, "3 cases")
        self.assertContains(response, "Transfused during the operation")

    def test_the_list_keeps_the_cohort_and_leads_back_to_the_row(self):
        _, url = self.links(start=str(day(30)))["paper.paper-14.0.0"]
        response = self.client.get(url)
        self.assertEqual(len(response.context["cases"]), 2)
        self.assertIn(f"start={day(30)}", response.context["back"])
        self.assertTrue(response.context["back"].endswith("#paper.paper-14"))
        self.assertIn('id="paper.paper-14"', self.page())

    def test_a_number_that_does_not_exist_is_not_found(self):
        for cell in ("", "paper", "paper.paper-01.0.9", "paper.paper-99.0.0", "novel.1.2.3"):
            self.assertEqual(self.client.get(f"{PAGE}cases/", {"cell": cell}).status_code, 404, cell)

    def test_a_long_list_is_paged(self):
        for _ in range(views.CASES_PER_PAGE):
            case(self.here)
        url = f"{PAGE}cases/?cell=paper.paper-01.0.0"
        self.assertEqual(len(self.client.get(url).context["cases"]), views.CASES_PER_PAGE)
        self.assertEqual(len(self.client.get(f"{url}&page=2").context["cases"]), 3)

    def test_downloads_are_the_report_as_files_in_the_readers_language(self):
        for ending, begin in (("json", b"{"), ("docx", b"PK"), ("html", b"<!doctype html>")):
            response = self.client.get(f"{PAGE}download/{ending}/")
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.content.startswith(begin))
            self.assertIn(f'filename="paper-en.{ending}"', response["Content-Disposition"])
        self.client.cookies["django_language"] = "zh-hans"
        self.assertIn("paper-zh.json", self.client.get(f"{PAGE}download/json/")["Content-Disposition"])
        self.assertEqual(self.client.get(f"{PAGE}download/pages/").status_code, 404)

    def test_a_download_of_a_cohort_that_cannot_be_read_leads_back_to_its_error(self):
        for where in ("download/json/", "cases/?cell=paper.paper-01.0.0&"):
            address = f"{PAGE}{where}{'&' if '?' in where else '?'}start=2023-02-30"
            response = self.client.get(address)
            self.assertEqual(response.status_code, 302)
            self.assertIn("start=2023-02-30", response["Location"])

    def test_the_number_of_cases_is_told_while_the_cohort_is_chosen(self):
        self.assertEqual(self.client.get(f"{PAGE}count/").json(), {"count": 3})
        self.assertEqual(self.client.get(f"{PAGE}count/", {"start": str(day(30))}).json(), {"count": 2})
        self.assertEqual(self.client.get(f"{PAGE}count/", {"start": "2023-02-30"}).json(), {"count": None})

    def test_conventions_change_the_report_and_its_foot_notes(self):
        self.assertIn("SPSS computes", self.page())
        self.assertIn("Brookmeyer-Crowley", self.page(conventions="registry"))

    def test_a_new_case_is_in_the_next_report(self):
        self.assertEqual(self.links()["paper.paper-01.0.0"][0], "3")
        case(self.here)
        self.assertEqual(self.links()["paper.paper-01.0.0"][0], "4")

    def test_a_report_is_made_once_for_each_state_of_the_registry(self):
        self.page()
        self.page()
        self.client.get(f"{PAGE}cases/?cell=paper.paper-01.0.0")
        self.assertEqual(views._finished.cache_info().misses, 1)

    @proves("T13")
    def test_two_users_with_different_centres_never_share_a_report(self):
        """The same addresses in both orders: page, count, cases of a number, and the files."""
        other = get_user_model().objects.create_user("other")
        Membership.objects.create(user=other, centre=self.there)
        expected = {self.user: 3, other: 1}
        for order in ((self.user, other), (other, self.user)):
            views._finished.cache_clear()
            for user in order:
                self.client.force_login(user)
                n = expected[user]
                self.assertEqual(self.links()["paper.paper-01.0.0"][0], str(n))
                self.assertEqual(self.client.get(f"{PAGE}count/").json(), {"count": n})
                listed = self.client.get(f"{PAGE}cases/?cell=paper.paper-01.0.0").content.decode()
                self.assertEqual(self.theirs.local_study_id in listed, user == other)
                file = self.client.get(f"{PAGE}download/json/").json()
                self.assertEqual(file["provenance"]["cases"], n)

    def test_the_number_of_queries_does_not_depend_on_the_number_of_cases(self):
        def asked() -> int:
            views._finished.cache_clear()
            with self.assertNumQueries(self.QUERIES_OF_A_NEW_REPORT):
                self.page()
            with self.assertNumQueries(self.QUERIES_OF_A_LIST):
                self.client.get(f"{PAGE}cases/?cell=paper.paper-01.0.0")

        asked()
        for _ in range(20):
            case(self.here, visits=[visit(90), visit(180)])
        asked()

    # what is vouched for, whose turn it is
    QUERIES_OF_A_NEW_REPORT = 18 + 2 + CONTEXT
    QUERIES_OF_A_LIST = 6 + 1 + CONTEXT
