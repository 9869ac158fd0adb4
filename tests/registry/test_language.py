"""Two languages: every word of every page follows the reader, and switching loses nothing typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.test import Client
from django.urls import reverse

from registry import codes
from registry.fields import answers
from registry.forms import SECTIONS
from registry.models import CLINICAL, Change
from tests import catalogue, factories
from tests.pages import Page, answered, opened, searched, with_row
from tests.registry.entry import Entry, answers_of, newest_change

CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{3,}")
ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "data-searchable")


def words_of(page: Page) -> Iterator[str]:
    """Everything on a page that is meant to be read, piece by piece."""
    for element in page.root.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        pieces = [element.text, element.tail, *(element.get(name) for name in ATTRIBUTES)]
        yield from (" ".join(piece.split()) for piece in pieces if piece and piece.strip())


def as_pattern(message: str) -> re.Pattern[str]:
    """What a message looks like on a page, whatever stands in its places."""
    parts = re.split(r"%\(\w+\)[sd]", " ".join(message.split()))
    return re.compile(".*".join(map(re.escape, parts)))


def in_any_order(value: object) -> object:
    return sorted(value) if isinstance(value, list) else value


class EveryPage(Entry):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.case = factories.full_case("FULL-1", cls.centre)
        cls.messages = {}
        for message in catalogue.stored():
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            cls.messages |= {one: as_pattern(one) for one in ids if one and one not in strings}
        cls.without_chinese = {
            label.zh
            for label in (
                *(answer.label for model in CLINICAL for answer in answers(model)),
                *(answer.unit for model in CLINICAL for answer in answers(model) if answer.unit),
                *(one.label for listed in codes.LISTS.values() for one in listed),
            )
        }

    def pages(self, language: str) -> Iterator[tuple[str, Page]]:
        """Every page of the record: full and empty, fresh and refused, with conflicts and messages."""
        self.client.cookies["django_language"] = language
        self.client.force_login(self.editor)
        full, empty = self.case.patient, self.patient
        addresses = ["/cases/", "/cases/new/", "/nowhere/", searched(self.client, "FULL-", sex="f")]
        addresses.append(searched(self.client, "nothing"))
        for one in (full, empty):
            addresses += [
                reverse("case", args=[one.patient_uid]),
                reverse("case_history", args=[one.patient_uid]),
            ]
            addresses += [self.url(section.slug, one) for section in SECTIONS]
        for address in addresses:
            yield address, Page(self.client.get(address))
        yield "login", Page(Client(headers={"accept-language": language}).get("/login/"))
        yield "errors", Page(self.type("operation", surgery_date="2022-02-30", op_time_min="900"))
        yield "doubts", Page(self.type("operation", op_time_min="900", urgency="urgent"))
        yield "new case", Page(self.client.post("/cases/new/", {"head-sex": "x"}))
        form = self.open("diagnosis")
        self.saved(self.type("diagnosis", primary_site="rectum"))
        yield "message", self.case_page()
        yield (
            "conflict",
            Page(self.client.post(self.url("diagnosis"), answered(form, primary_site="pancreas"))),
        )
        self.client.force_login(factories.member("读者", self.centre, role="auditor"))
        yield "reader", self.case_page()
        self.client.force_login(factories.user("路人"))
        yield "stranger", Page(self.client.get("/cases/"))

    def test_no_message_of_the_catalogue_is_left_in_english_on_a_chinese_page(self):
        self.assertGreater(len(self.messages), 80)
        for name, page in self.pages("zh-hans"):
            left = {
                message
                for piece in set(words_of(page))
                if not CHINESE.search(piece)
                for message, pattern in self.messages.items()
                if pattern.fullmatch(piece)
            }
            self.assertEqual(left, set(), name)

    def test_nothing_on_a_chinese_page_is_english_but_names_and_symbols(self):
        data = (
            "FULL-1",
            "editor",
            "Hiccups for two days",
            "NETLM",
            "CN-TEST",
            "FULL",
            "nothing",
            self.case.patient.patient_uid,
        )
        data += (self.patient.patient_uid, "2022-02-30")
        for name, page in self.pages("zh-hans"):
            english = set()
            for piece in set(words_of(page)):
                rest = re.sub(r"db:\w+", "", piece)
                for one in sorted((*data, *self.without_chinese), key=len, reverse=True):
                    rest = rest.replace(one, "")
                if WORD.search(rest) and not CHINESE.search(piece):
                    english.add(piece)
            self.assertEqual(english, set(), name)

    def test_no_chinese_is_left_on_an_english_page(self):
        for name, page in self.pages("en"):
            chinese = {piece for piece in words_of(page) if CHINESE.search(piece)}
            self.assertLessEqual(chinese, {"中文", "读者", "路人"}, name)

    def test_every_english_page_says_that_it_is_english(self):
        self.assert_marked("en")

    def test_every_chinese_page_says_that_it_is_chinese(self):
        self.assert_marked("zh-hans")

    def assert_marked(self, language: str) -> None:
        for name, page in self.pages(language):
            self.assertEqual(page.root.get("lang"), language, name)
            self.assertEqual(page.response["Content-Language"], language, name)


class Switching(Entry):
    def press(self, url: str, form: dict, language: str = "zh-hans") -> Page:
        return Page(self.client.post(url, form | {"_language": language}))

    def assert_kept(self, form: dict, page: Page) -> None:
        """Everything that was in the form is still in it."""
        now = page.form()
        lost = {
            name: value
            for name, value in answers_of(form).items()
            if in_any_order(now.get(name)) != in_any_order(value)
        }
        self.assertEqual(lost, {})

    def test_a_half_typed_form_keeps_everything_and_stores_nothing(self):
        form = answered(
            self.open("operation"),
            surgery_date="2022年3月",
            op_time_min="3小时20分",
            surgical_indication=["mass", "symptom"],
        )
        form |= {"head-blood_loss_ml__missing": "unk"}
        before = newest_change()
        page = self.press(self.url("operation"), form)
        self.assertEqual(page.root.get("lang"), "zh-hans")
        self.assert_kept(form, page)
        self.assertEqual(page.form()["base"], form["base"])
        self.assertIn("手术时间", page.text)
        self.assertEqual(newest_change(), before)

    def test_a_ticked_confirmation_stays_ticked(self):
        page = self.refused(self.type("operation", op_time_min="900"))
        form = page.form() | {"confirm": page.confirmations()}
        page = self.press(self.url("operation"), form)
        self.assertEqual(page.form()["confirm"], page.confirmations()[0])
        self.saved(self.client.post(self.url("operation"), page.form()))

    def test_added_and_removed_rows_stay_added_and_removed(self):
        self.saved(self.add("complications", comp_type="ssi", cd_grade="1"))
        form = with_row(self.open("complications"), 5, comp_type="uti", onset_date="yesterday")
        form["rows-0-removed"] = "1"
        page = self.press(self.url("complications"), form)
        self.assert_kept(form, page)
        self.assertEqual((page.form()["rows-0-removed"], page.form()["rows-5-removed"]), ("1", ""))
        self.assertEqual(page.form()["rows-0-id"], form["rows-0-id"])

    def test_switching_back_and_forth_still_saves_what_was_typed(self):
        page = self.press(self.url("diagnosis"), answered(self.open("diagnosis"), primary_site="rectum"))
        page = self.press(self.url("diagnosis"), page.form(), "en")
        self.assertEqual(page.root.get("lang"), "en")
        self.saved(self.client.post(self.url("diagnosis"), page.form()))
        self.assertEqual(self.open("diagnosis")["head-primary_site"], "rectum")

    def test_a_change_by_somebody_else_is_still_noticed_after_switching(self):
        form = self.open("diagnosis")
        self.saved(self.type("diagnosis", primary_site="rectum"))
        page = self.press(self.url("diagnosis"), answered(form, primary_site="pancreas"))
        self.assertEqual(self.client.post(self.url("diagnosis"), page.form()).status_code, 409)

    def test_a_new_case_is_not_opened_by_switching(self):
        form = answered(opened(self.client, "/cases/new/"), local_study_id="S-100", birth_ym="1968-13")
        page = self.press("/cases/new/", form)
        self.assert_kept(form, page)
        self.assertEqual(Change.objects.filter(table_name="registry_patient").count(), 1)

    def test_an_untouched_new_case_is_not_reproached_for_switching(self):
        page = self.press("/cases/new/", opened(self.client, "/cases/new/"))
        self.assertEqual((page.response.status_code, page.errors()), (200, []))

    def test_a_language_that_does_not_exist_is_no_button(self):
        form = answered(self.open("diagnosis"), primary_site="rectum")
        self.assertEqual(self.client.post(self.url("diagnosis"), form | {"_language": "xx"}).status_code, 302)

    def test_the_language_is_remembered_for_a_year(self):
        self.press(self.url("diagnosis"), self.open("diagnosis"))
        cookie = self.client.cookies[settings.LANGUAGE_COOKIE_NAME]
        self.assertEqual((cookie.value, cookie["max-age"]), ("zh-hans", 365 * 24 * 3600))
        self.assertEqual(Page(self.client.get("/cases/")).root.get("lang"), "zh-hans")


class TheButtonOnOtherPages(Entry):
    def press(self, next: str, language: str = "zh-hans", **more):
        return self.client.post("/language/", {"_language": language, "next": next}, **more)

    def test_it_leads_back_to_the_same_page(self):
        for address in (
            "/cases/?sex=m&page=2",
            f"/cases/{self.patient.patient_uid}/",
            "/login/?next=/cases/",
        ):
            self.assertRedirects(self.press(address), address, fetch_redirect_response=False)
        self.assertEqual(Page(self.client.get("/cases/")).root.get("lang"), "zh-hans")
        self.press("/cases/", "en")
        self.assertEqual(Page(self.client.get("/cases/")).root.get("lang"), "en")

    def test_it_never_leads_to_another_site(self):
        for address in (
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "javascript:alert(1)",
            "",
            "\r\nX: y",
            "\x00",
        ):
            self.assertRedirects(self.press(address), "/", fetch_redirect_response=False)

    def test_it_works_before_the_login(self):
        stranger = Client()
        response = stranger.post("/language/", {"_language": "zh-hans", "next": "/login/"})
        self.assertRedirects(response, "/login/")
        self.assertEqual(Page(stranger.get("/login/")).root.get("lang"), "zh-hans")

    def test_an_unknown_language_changes_nothing(self):
        self.press("/cases/", "xx")
        self.assertNotIn(settings.LANGUAGE_COOKIE_NAME, self.client.cookies)

    def test_every_page_carries_the_buttons_and_marks_the_language_in_use(self):
        for address in ("/cases/", "/cases/new/", self.url("operation"), "/nowhere/"):
            page = Page(self.client.get(address))
            pressed = page.root.xpath("//button[@name='_language'][@aria-pressed='true']/@value")
            self.assertEqual(pressed, ["en"], address)

    def test_a_browser_that_prefers_chinese_gets_chinese_at_once(self):
        for wanted, given in (
            ("zh-CN,zh;q=0.9", "zh-hans"),
            ("zh", "zh-hans"),
            ("fr", "en"),
            ("en-GB", "en"),
        ):
            page = Page(self.client.get("/cases/", headers={"accept-language": wanted}))
            self.assertEqual(page.root.get("lang"), given, wanted)

    def test_what_is_said_after_saving_speaks_the_readers_language(self):
        self.client.cookies["django_language"] = "zh-hans"
        self.assertIn("原发肿瘤与诊断", self.saved(self.type("diagnosis", primary_site="rectum")))

    def test_labels_codes_units_and_hints_follow(self):
        factories.operated(self.patient, on=date(2022, 3, 1))
        self.client.cookies["django_language"] = "zh-hans"
        page = Page(self.client.get(self.url("operation")))
        self.assertIn("术中出血量", page.text)
        self.assertIn("以麻醉记录为准", page.text)
        self.assertIn("腹腔镜", page.text)
        self.assertIn("手术日期", self.case_page().text)
