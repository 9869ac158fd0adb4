"""The input gate: what it refuses, what it says, and that nothing typed is lost by it."""

from __future__ import annotations

import json
import time
from unittest import mock

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client, RequestFactory, SimpleTestCase, TestCase, override_settings
from lxml import html

from registry.gate import Refused, strict_json
from registry.gate.characters import code_point, exceeds_64_bits, is_key, shown_name, storable
from registry.gate.json_bodies import DEEPEST, is_deeper, parsed
from registry.gate.requests import MOST_BYTES
from registry.gate.wsgi import gated
from registry.reading import Unreadable, clean_text
from tests.pages import Page
from tests.promises import proves
from tests.registry.entry import Entry

ODD = "a\x00b"


@override_settings(ROOT_URLCONF="tests.registry.gated_urls")
@mock.patch.dict("registry.routes.ROUTES", {"found/": "public", "stored/": "public"})
@proves("P9")
class WithoutDoingAnything(TestCase):
    """tests/registry/gated_urls.py adds two views that trust whatever they are given."""

    def post(self, **form: str) -> HttpResponse:
        return self.client.post("/found/", form)

    def test_nul_in_a_search_is_left_out_and_the_page_opens(self):
        self.assertEqual(self.client.get("/found/?name=a%00b").json()["name"], "ab")

    def test_nul_in_the_name_of_a_parameter_is_left_out(self):
        self.assertEqual(self.client.get("/found/?na%00me=x").json()["name"], "x")

    def test_a_form_with_a_character_that_cannot_be_stored_is_refused(self):
        for sign in ("\x00", "\x0b", "\x1b", "\x7f", "\x85", "\ufdd0", "\uffff", "\U0001ffff"):
            with self.subTest(repr(sign)):
                self.assertEqual(self.post(name=f"a{sign}b").status_code, 400)

    def test_ordinary_text_passes_untouched(self):
        for text in ("a\tb\r\nc", "肝转移", "\U0001f600", "e\u0301", "\u202e", "100 %", "[x", "{{{"):
            self.assertEqual(self.post(name=text).json()["name"], text)

    def test_the_number_of_a_row_has_at_most_64_bits(self):
        self.assertEqual(self.post(id=str(2**63 - 1)).status_code, 200)
        for number in (str(2**63), "9" * 20, "-" + "9" * 30, "９" * 20, "9" * 5000):
            self.assertEqual(self.post(id=number).status_code, 400)
            self.assertEqual(self.client.get("/found/", {"id": number}).status_code, 400)
        self.assertEqual(self.post(name="9" * 20).status_code, 200)  # a study number may be that long

    def test_the_address_may_not_hold_them_either(self):
        for where in ("/fou%00nd/", "/%1B/", f"/admin/registry/centre/{'9' * 30}/change/"):
            self.assertEqual(self.client.get(where).status_code, 400, where)

    def test_brackets_hundred_thousand_deep_are_refused_in_a_form_and_in_json(self):
        self.assertEqual(self.post(name="[" * 100_000).status_code, 400)
        self.assertEqual(self.json(b"[" * 100_000).status_code, 400)

    def json(self, body: bytes, kind: str = "application/json") -> HttpResponse:
        return self.client.generic("POST", "/stored/", body, content_type=kind)

    def test_json_is_read_strictly(self):
        self.assertEqual(
            self.json(b'{"a": [1, 2.5, null, "x"]}').json(), {"read": {"a": [1, 2.5, None, "x"]}}
        )
        for body in (
            b"NaN",
            b"[Infinity]",
            b"1e999999",
            b'{"a":1,"a":2}',
            b'"\\ud800"',
            b'"\\u0000"',
            b"\xff",
            b"{",
        ):
            with self.subTest(body):
                response = self.json(body)
                self.assertEqual(response.status_code, 400)
                self.assertEqual(list(response.json()), ["error"])

    def test_json_is_checked_also_for_a_view_that_does_not_read_it_strictly(self):
        response = self.client.generic("POST", "/found/", b"[NaN]", content_type="application/json")
        self.assertEqual(response.status_code, 400)

    def test_other_kinds_of_content_are_refused(self):
        for kind in ("text/plain", "text/xml", "application/octet-stream", "nonsense"):
            self.assertEqual(self.json(b"x", kind).status_code, 400)
        self.assertEqual(self.json(b"a=b", "application/x-www-form-urlencoded").status_code, 400)

    def test_another_character_encoding_is_refused_also_where_nothing_is_sent(self):
        for charset in ("utf-16", "utf-7", "latin-1"):
            kind = f"multipart/form-data; boundary=x; charset={charset}"
            for response in (
                self.client.generic("POST", "/found/", b"--x--", content_type=kind),
                self.client.get("/found/?name=x", CONTENT_TYPE=kind),
            ):
                self.assertEqual(response.status_code, 400)

    def test_an_encoding_that_is_none_of_text_does_not_stop_the_server(self):
        application = gated(lambda environ, _start: WSGIRequest(environ))
        for charset in ("zlib", "rot13", "idna", "nonsense", "\x00", "utf-16"):
            kind = f"application/x-www-form-urlencoded; charset={charset}"
            request = application(RequestFactory().get("/?a=b").environ | {"CONTENT_TYPE": kind}, None)
            self.assertEqual((request.content_type, request.encoding), ("application/unknown", None))
        for kind in ("", "text/html", "application/json; charset=UTF-8", "multipart/form-data; boundary=x"):
            request = application(RequestFactory().get("/?a=b").environ | {"CONTENT_TYPE": kind}, None)
            self.assertEqual(request.META["CONTENT_TYPE"], kind)

    def test_a_body_beyond_the_limit_is_refused_before_it_is_read(self):
        for length in (str(MOST_BYTES + 1), "9" * 40):
            response = self.client.post("/found/", {}, CONTENT_LENGTH=length)
            self.assertEqual(response.status_code, 400)

    def test_broken_forms_of_several_parts_are_refused(self):
        for body, kind in (
            (b"--x\r\n", "boundary=x"),
            (b"", "boundary="),
            (b"x", ""),
            (b"x", "boundary=\xe9"),
        ):
            response = self.client.generic(
                "POST", "/found/", body, content_type=f"multipart/form-data; {kind}"
            )
            self.assertLess(response.status_code, 500)

    def test_a_file_with_an_odd_name_is_refused(self):
        body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a\x00b"\r\n\r\nx\r\n--x--\r\n'
        response = self.client.generic(
            "POST", "/found/", body, content_type="multipart/form-data; boundary=x"
        )
        self.assertIn(response.status_code, (200, 400))

    def test_a_broken_cookie_or_header_is_as_good_as_none(self):
        self.client.cookies["django_language"] = "zh\x00-hans"
        self.client.cookies["sessionid"] = "x\x00"
        response = self.client.get(
            "/found/?name=x", headers={"user-agent": "a\x00b", "accept-language": "\x00"}
        )
        self.assertEqual(response.status_code, 200)


class TheRefusal(Entry):
    """What the page says, and what it does not say."""

    def refused_by_admin(self, typed: str, client: Client | None = None) -> HttpResponse:
        client = client or self.client
        return client.post("/approvals/", {"reason": typed, "other": "hepatic"})

    def test_it_names_field_and_character_in_both_languages(self):
        for language, words in (("en", "Field “reason”"), ("zh-hans", "字段“reason”")):
            self.client.cookies["django_language"] = language
            text = Page(self.refused_by_admin(ODD)).text
            self.assertIn(words, text)
            self.assertIn("U+0000", text)

    def test_a_question_of_the_record_is_named_by_its_label(self):
        response = self.client.post("/approvals/", {"head-local_study_id": ODD})
        self.assertIn("Local study number", Page(response).text)

    def test_everything_typed_can_be_sent_again_without_the_character(self):
        response = self.refused_by_admin(ODD)
        (form,) = html.fromstring(response.content.decode()).xpath("//main//form[@method='post']")
        sent = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
        self.assertEqual((sent["reason"], sent["other"]), ("ab", "hepatic"))
        self.assertEqual(form.get("action"), None)  # to where it was going

    def test_a_password_is_never_sent_back(self):
        stranger = Client()
        response = stranger.post("/language/", {"password": "secret\x00word", "next": "/"})
        self.assertNotIn(b"secret", response.content)

    def test_the_value_stands_in_no_log(self):
        with self.assertLogs(level="DEBUG") as logs:
            self.refused_by_admin("ZZCANARY\x00")
        self.assertNotIn("ZZCANARY", "".join(str(one.__dict__) for one in logs.records if one.name != "x"))

    def test_a_name_is_escaped_and_cut(self):
        response = self.client.post("/approvals/", {"<script>alert(1)</script>" + "x" * 500: ODD})
        self.assertNotIn(b"<script>alert", response.content)
        self.assertNotIn(
            b"x" * 100, response.content.replace(b'value="', b"")[: response.content.find(b"hidden")]
        )

    def test_a_section_form_says_it_beside_the_question_and_keeps_what_was_typed(self):
        page = self.refused(self.type("patient", local_study_id="S\x00-1"))
        self.assertIn("U+0000", " ".join(page.errors()))

    def test_a_form_of_another_site_gets_no_button(self):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.editor)
        response = self.refused_by_admin(ODD, strict)
        self.assertEqual(response.status_code, 403)
        self.assertNotIn(b"hepatic", response.content)


class Characters(SimpleTestCase):
    def test_the_gate_and_the_forms_refuse_the_same_characters(self):
        for number in (
            *range(0x3000),
            *range(0xD7F0, 0xE010),
            *range(0xFDC0, 0xFE10),
            *range(0xFFE0, 0x10010),
            0x10FFFF,
        ):
            sign = chr(number)
            try:
                clean_text(f"a{sign}b")
                readable = True
            except Unreadable:
                readable = sign == "\ufffd"  # says that text was lost, but can be stored
            self.assertEqual(not code_point(sign), readable, hex(number))

    def test_only_what_cannot_be_stored_is_taken_away(self):
        self.assertEqual(storable("a\x00b\tc\n\ufffe肝"), "ab\tc\n肝")
        self.assertEqual(shown_name("a\x00" + "b" * 99), "a\ufffd" + "b" * 58)

    def test_names_of_keys(self):
        for name in ("id", "rows-0-id", "patient_id", "pk", "centre__id__exact"):
            self.assertTrue(is_key(name), name)
        for name in ("q", "valid", "head-local_study_id_text", "page"):
            self.assertFalse(is_key(name), name)

    def test_numbers_beyond_64_bits(self):
        for text in (str(2**63), "-" + str(2**63), "0" * 30 + "9" * 19 + "0", "9" * 100_000):
            self.assertTrue(exceeds_64_bits(text))
        for text in ("", "-", str(2**63 - 1), "0" * 40, "x" * 30, "1e30", "12.5"):
            self.assertFalse(exceeds_64_bits(text))


class StrictJson(SimpleTestCase):
    def test_depth_counts_brackets_outside_of_strings(self):
        self.assertFalse(is_deeper(json.dumps("[" * 1000), 32))
        self.assertFalse(is_deeper("[[]]" * 100, 2))
        self.assertTrue(is_deeper('["]", [[', 2))
        self.assertTrue(is_deeper('["\\"]", [[', 2))
        parsed(b"[" * DEEPEST + b"]" * DEEPEST)
        with self.assertRaises(Refused):
            parsed(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))

    def test_hostile_bodies_are_refused_quickly(self):
        for body in (
            b"[" * 2_000_000,
            b'{"a":' * 400_000,
            b'"' + b"\\" * 2_000_000,
            b"9" * 2_000_000,
            b'["' * 900_000,
        ):
            begun = time.perf_counter()
            with self.assertRaises(Refused):
                parsed(body)
            self.assertLess(time.perf_counter() - begun, 1)

    def test_the_message_names_the_field_but_not_the_value(self):
        with self.assertRaises(Refused) as caught:
            parsed(b'{"note": ["ZZCANARY \\u0007"]}')
        self.assertIn("note", caught.exception.message.en)
        self.assertIn("U+0007", caught.exception.message.zh)
        self.assertNotIn("ZZCANARY", caught.exception.message.en)

    def test_a_request_that_is_no_json_is_refused(self):
        with self.assertRaises(Refused):
            strict_json(RequestFactory().post("/", {"a": "1"}))
