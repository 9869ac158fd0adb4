"""What is searched for stays on the server: addresses carry the key of a search, and go on working."""

from __future__ import annotations

import base64
import json
import re

from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

from registry import searching
from registry.models import CLINICAL, Membership, Patient, Session, Specimen
from tests import factories
from tests.pages import Page, in_chinese, searched
from tests.promises import proves
from tests.registry.administration import Administration, add_page, list_of
from tests.registry.entry import Entry

TYPED = "Wang Xiaoming"
KEYED = r"\?search=[a-z0-9]{8}"


def links_with(page: Page, text: str) -> list[str]:
    """The links, targets and hidden fields of a page that hold this text."""
    found = page.root.xpath("//@href | //@src | //@action | //@formaction | //input[@type='hidden']/@value")
    return [one for one in found if text in one or text.replace(" ", "+") in one]


@proves("P17", "T27")
class BoxesOfTheSite(Entry):
    def setUp(self):
        super().setUp()
        for number in range(30):
            factories.patient(f"A-{number:02}", self.centre, sex="f" if number % 2 else "m")

    def test_both_boxes_post_and_need_no_script(self):
        page = Page(self.client.get("/cases/"))
        for box in ("frame-q", "list-q"):
            (form,) = page.root.xpath(f"//form[.//input[@id='{box}']]")
            self.assertEqual((form.get("method"), form.get("action")), ("post", "/search/"))
            self.assertTrue(form.xpath(".//input[@name='csrfmiddlewaretoken']/@value")[0])
            self.assertEqual(form.xpath(".//input[@name='q']/@autocomplete"), ["off"])  # kept by no browser

    def test_the_address_has_the_key_and_the_box_the_text(self):
        address = searched(self.client, TYPED)
        self.assertRegex(address, f"^/cases/{KEYED}$")
        page = Page(self.client.get(address))
        self.assertEqual(page.root.get_element_by_id("list-q").get("value"), TYPED)
        self.assertEqual(links_with(page, TYPED), [])

    def test_order_filters_pages_language_and_the_way_back_go_on_working(self):
        address = searched(self.client, "A-", sort="study")
        page = Page(self.client.get(address))
        self.assertEqual(page.texts("//span[@class='count']"), ["30"])
        key = re.search(r"search=(\w+)", address)[1]
        onward = [one for one in page.links() if one.startswith("?") and f"search={key}" in one]
        self.assertGreater(len(onward), 8)
        for link in onward:
            self.assertEqual(Page(self.client.get("/cases/" + link)).texts("//span[@class='count']"), ["30"])
        second = Page(self.client.get(f"{address}&page=2"))
        self.assertEqual(second.texts("//tbody//th")[0], "A-25")
        here = page.root.xpath("//form[@class='frame-language']/input[@name='next']/@value")[0]
        self.assertEqual(here, address)
        searched(self.client, "something else")
        self.assertEqual(Page(self.client.get(address)).texts("//span[@class='count']"), ["30"])

    def test_the_filters_of_the_list_come_along_and_nothing_else_does(self):
        address = searched(
            self.client, "A-", sex="m", sort="-study", stands="", primary=TYPED, page="2", x="y"
        )
        self.assertRegex(address, r"^/cases/\?sex=m&sort=-study&search=\w{8}$")
        self.assertEqual(Page(self.client.get(address)).texts("//tbody//th")[:2], ["A-28", "A-26"])
        self.assertEqual(searched(self.client, "", sex="m"), "/cases/?sex=m")
        self.assertEqual(searched(self.client, " ", sort=TYPED), "/cases/")

    def test_an_unknown_key_is_no_search_and_says_so(self):
        for query in ("?search=zzzzzzzz", f"?search={TYPED}", f"?q={TYPED}", "?search=zzzzzzzz&page=2"):
            with self.subTest(query):
                response = self.client.get(f"/cases/{query}&sex=m")
                self.assertRedirects(response, "/cases/?sex=m", fetch_redirect_response=False)
                page = Page(self.client.get(response["Location"]))
                self.assertIn("please search again", page.text)
                self.assertNotIn(TYPED, page.response.content.decode())
        chinese = in_chinese(self.client).get(f"/cases/?q={TYPED}", follow=True)
        self.assertIn("请重新查找", Page(chinese).text)

    def test_asked_by_its_address_the_search_is_the_list(self):
        for query in ("", f"?q={TYPED}", "?q=S-001"):
            self.assertRedirects(self.client.get(f"/search/{query}"), "/cases/")

    def test_a_box_of_another_site_is_refused(self):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.editor)
        self.assertEqual(strict.post("/search/", {"q": "A-"}).status_code, 403)


class Kept(Entry):
    """The texts in the session of one person."""

    def key(self, typed: str) -> str:
        return searched(self.client, typed).partition("search=")[2]

    def found(self, key: str) -> bool:
        return self.client.get(f"/cases/?search={key}").status_code == 200

    def test_the_newest_twenty_are_kept_and_the_same_text_keeps_its_key(self):
        keys = [self.key(f"text {number}") for number in range(searching.MOST + 3)]
        self.assertEqual([self.found(key) for key in keys], [False] * 3 + [True] * searching.MOST)
        self.assertEqual(self.key("text 3"), keys[3])
        self.key("one more")
        self.assertEqual((self.found(keys[3]), self.found(keys[4])), (True, False))

    def test_a_key_is_good_for_its_own_session_alone_and_gone_with_it(self):
        key = self.key(TYPED)
        other = Client()
        other.force_login(factories.member("other", self.centre))
        self.assertEqual(other.get(f"/cases/?search={key}").status_code, 302)
        self.client.post(reverse("logout"))
        self.client.force_login(self.editor)
        self.assertFalse(self.found(key))

    def test_the_table_of_sessions_does_not_show_the_text(self):
        key = self.key(TYPED)
        self.assertIn(key, json.dumps(self.client.session["searches"]))
        stored = self.client.session["searches"][key]
        self.assertNotIn(TYPED.encode(), base64.b64decode(stored))
        self.assertNotIn(TYPED, "".join(Session.objects.values_list("session_data", flat=True)))

    def test_with_another_secret_key_a_search_is_unknown_and_no_error(self):
        key = self.key(TYPED)
        sealed = self.client.session["searches"][key]
        self.assertEqual(searching._opened(key, sealed), TYPED)
        with override_settings(SECRET_KEY="x" * 50):
            self.assertEqual(searching._opened(key, sealed), "")

    def test_a_text_that_is_too_long_is_cut(self):
        key = self.key("长" * 5000)
        page = Page(self.client.get(f"/cases/?search={key}"))
        self.assertEqual(page.root.get_element_by_id("list-q").get("value"), "长" * searching.LONGEST)


@proves("P17", "T27")
class ListsOfTheAdmin(Administration):
    def test_every_list_is_searched_without_its_text_in_any_address(self):
        self.client.force_login(factories.member("lead", self.centre, role="lead", is_staff=True))
        for model in (*CLINICAL, Membership, User):
            with self.subTest(model.__name__):
                response = self.client.post(list_of(model), {"q": TYPED})
                self.assertRegex(response["Location"], rf"^{list_of(model)}\?q=[a-z0-9]{{8}}$")
                page = Page(self.client.get(response["Location"]))
                box = page.root.get_element_by_id("searchbar")
                self.assertEqual((box.get("value"), box.get("autocomplete")), (TYPED, "off"))
                self.assertEqual(links_with(page, TYPED), [])
                self.assertIn("0 found", page.text)

    def test_filters_order_and_popup_stay_and_the_page_does_not(self):
        where = list_of(Patient, sex__exact="f", o="2", p="1", _popup="1")
        address = searched(self.client, "S-", where)
        self.assertRegex(address, r"\?sex__exact=f&o=2&_popup=1&q=\w{8}$")
        page = Page(self.client.get(address))
        self.assertEqual(page.response.context["cl"].result_count, 1)
        again = searched(self.client, "", address)
        self.assertTrue(again.endswith("?sex__exact=f&o=2&_popup=1"))

    def test_the_way_back_from_a_row_leads_to_the_same_search(self):
        address = searched(self.client, "S-", list_of(Patient))
        (link,) = Page(self.client.get(address)).root.xpath("//table[@id='result_list']//th/a/@href")
        self.assertIn("_changelist_filters=q%3D" + address.partition("q=")[2], link)

    def test_an_unknown_key_or_a_text_by_hand_is_no_search_and_says_so(self):
        for word in ("zzzzzzzz", TYPED, "%00", "9" * 30):
            response = self.client.get(list_of(Patient, q=word, sex__exact="f"))
            self.assertEqual(response["Location"], list_of(Patient, sex__exact="f"))
            page = Page(self.client.get(response["Location"]))
            self.assertIn("please search again", page.text)
            self.assertNotIn(TYPED, page.response.content.decode())

    def test_the_lists_of_the_admin_know_the_searches_of_the_site(self):
        key = searched(self.client, "S-").partition("search=")[2]
        page = Page(self.client.get(list_of(Patient, q=key)))
        self.assertEqual(page.root.get_element_by_id("searchbar").get("value"), "S-")

    def test_the_words_are_chinese_on_a_chinese_page(self):
        address = searched(in_chinese(self.client), "nothing", list_of(Patient))
        self.assertIn("找到0条 ( 共1条 )", Page(self.client.get(address)).text)

    def test_every_list_that_can_be_searched_has_our_box(self):
        for model, shown in admin.site._registry.items():
            if shown.search_fields:
                template = f"{model._meta.app_label}/{model._meta.model_name}"
                self.assertEqual(shown.get_changelist(None).__module__, "registry.admin.searching", template)


@proves("P17", "T27")
class ChoicesOfTheAdmin(Administration):
    asked = {"app_label": "registry", "model_name": "specimen", "field_name": "patient"}

    def test_what_is_typed_comes_by_post_alone(self):
        where = reverse("admin:autocomplete")
        found = self.client.post(where, self.asked | {"term": "s-0"}).json()["results"]
        self.assertEqual([one["text"] for one in found], ["S-001"])
        self.assertEqual(self.client.post(where, self.asked | {"term": "nobody"}).json()["results"], [])
        self.assertEqual(self.client.get(where, self.asked | {"term": "s-0"}).status_code, 405)
        by_hand = self.client.post(f"{where}?term=nobody", self.asked).json()["results"]
        self.assertEqual(len(by_hand), 1)

    def test_the_field_posts_and_the_page_brings_the_script_for_it(self):
        page = Page(self.client.get(add_page(Specimen)))
        self.assertEqual(page.root.xpath("//select[@name='patient']/@data-ajax--type"), ["POST"])
        scripts = [one.rpartition("static/")[2] for one in page.root.xpath("//script/@src")]
        order = [scripts.index(one) for one in ("admin/js/jquery.init.js", "registry/choices.js")]
        self.assertEqual(order, sorted(order))

    def test_further_pages_are_reached(self):
        for number in range(25):
            factories.patient(f"P-{number:02}", self.centre)
        pages = [
            self.client.post(reverse("admin:autocomplete"), self.asked | {"page": page}).json()
            for page in ("1", "2")
        ]
        self.assertEqual([len(one["results"]) for one in pages], [20, 6])
        self.assertEqual([one["pagination"]["more"] for one in pages], [True, False])
