"""Whatever is sent, the site answers in words and stores nothing that cannot be read back."""

from __future__ import annotations

import random
from io import BytesIO
from unittest import mock

from django.conf import settings
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from registry.case import REPEATED, SINGLE, load
from registry.fields import answers
from registry.forms import SECTIONS
from registry.models import CLINICAL, Remark
from tests import factories
from tests.pages import Page, Typed, opened, with_row
from tests.registry.entry import Entry

ANSWERED = {200, 302, 400, 404, 409, 413, 422}
NASTY = (
    *(
        "",
        " ",
        "\u3000",
        "\t",
        "\n",
        "0",
        "-1",
        "-0",
        "1e9",
        "9" * 13,
        "NaN",
        "Infinity",
        "０",
        "½",
        "²",
        "١٢",
    ),
    *("0.05", "<3", "≥20", "约800", "800 ml", "3小时20分", "25:61", "800-1000", "1,5", "1,000", "1 000"),
    *(
        "2023-02-30",
        "2023-00-00",
        "0000-00-00",
        "9999-12-31",
        "2023年4月12日",
        "20230412",
        "45028",
        "04/05/2023",
    ),
    *("\x00", "a\x00b", "\ufffd", "\u202e", "\u200b", "\ud7ff", "\U0001f600", "\ufeff", "\x7f", "\x1b[31m"),
    *("'; DROP TABLE registry_patient; --", "<script>alert(1)</script>", "{{ 7*7 }}", "%s %(x)s {0}", "=1+1"),
    *("none", "unknown", "yes", "home", "zh-hans", "x" * 201, "x" * 5000, "None", "null", "true", "[]", "{}"),
    *("11010519491231002X", "13812345678", "li@hospital.cn", "S-001"),
)
values = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=40),
    st.from_regex(r"[<>≤≥≈~约]?[0-9０-９]{1,6}([.,][0-9]{1,3})? ?(ml|cm|%|min|h|U|岁)?", fullmatch=True),
    st.dates().map(str),
)


def mutations(form: Typed) -> st.SearchStrategy[Typed]:
    """The form with a few answers replaced, dropped, doubled or sent under another name."""
    names = st.sampled_from(sorted(form))
    codes = [value for value in form.values() if isinstance(value, str)]
    replaced = st.dictionaries(
        names, st.one_of(values, st.sampled_from(codes), st.lists(values, max_size=3)), max_size=6
    )
    dropped = st.lists(names, max_size=3)
    strange = st.dictionaries(
        st.one_of(
            st.sampled_from(
                ("base", "then", "confirm", "_language", "rows-0-present", "rows-1-id", "rows-007-present")
            ),
            st.builds(
                "rows-{}-{}".format, st.integers(-1, 12), st.sampled_from(("present", "id", "removed", "x"))
            ),
            st.builds("head-{}__missing".format, st.text("abc_", max_size=8)),
        ),
        values,
        max_size=3,
    )
    return st.builds(
        lambda one, two, three: {k: v for k, v in (form | one | three).items() if k not in two},
        replaced,
        dropped,
        strange,
    )


class MutatedForms(Entry):
    """Valid forms of every section, spoiled by chance, several hundred altogether."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.case = factories.full_case("FULL-1", cls.centre)

    def check(self, slug: str, examples: int) -> None:
        patient = self.case.patient
        url = self.url(slug, patient)
        form = opened(self.client, url)
        form = with_row(form, 40, x="") | {"then": "case"}

        @trials(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(mutations(form))
        def survives(spoiled: Typed) -> None:
            with transaction.atomic():
                response = self.client.post(url, spoiled)
                self.assertIn(response.status_code, ANSWERED)
                if response.status_code == 302:
                    self.assert_readable(slug)
                transaction.set_rollback(True)

        survives()

    def assert_readable(self, slug: str) -> None:
        """What was stored is shown by the case page, and comes back from the form unchanged."""
        patient = type(self.case.patient).objects.get(pk=self.case.patient.pk)
        page = self.case_page(patient)
        self.assertEqual(page.response.status_code, 200)
        url = self.url(slug, patient)
        stored = load(patient)
        again = self.client.post(url, opened(self.client, url))
        self.assertIn(again.status_code, (302, 422))
        if again.status_code == 302:
            reloaded = load(patient)
            for name in (*SINGLE, *REPEATED):
                for one, other in zip(stored.rows(name), reloaded.rows(name), strict=True):
                    for answer in answers(type(one)):
                        self.assertEqual(
                            getattr(one, answer.attname), getattr(other, answer.attname), answer.name
                        )

    def test_forms_of_one_row(self):
        for section in SECTIONS:
            if not section.rows:
                with self.subTest(section.slug):
                    self.check(section.slug, 30)

    def test_forms_of_repeated_rows(self):
        for section in SECTIONS:
            if section.rows:
                with self.subTest(section.slug):
                    self.check(section.slug, 25)

    def test_a_new_case(self):
        form = opened(self.client, "/cases/new/")

        @trials(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(mutations(form))
        def survives(spoiled: Typed) -> None:
            with transaction.atomic():
                response = self.client.post("/cases/new/", spoiled)
                self.assertIn(response.status_code, ANSWERED)
                if response.status_code == 302:
                    self.assertEqual(self.client.get(response["Location"]).status_code, 200)
                transaction.set_rollback(True)

        survives()

    def test_every_nasty_text_in_every_typed_question(self):
        for section in SECTIONS:
            url = self.url(section.slug, self.case.patient)
            form = opened(self.client, url)
            typed = [name for name in form if name.startswith(("head-", "rows-0-")) and "__" not in name]
            rng = random.Random(section.slug)
            for text in rng.sample(NASTY, 8):
                with self.subTest(f"{section.slug}: {text[:20]!r}"), transaction.atomic():
                    response = self.client.post(url, form | dict.fromkeys(typed, text))
                    self.assertIn(response.status_code, ANSWERED)
                    transaction.set_rollback(True)


class OddRequests(Entry):
    def test_bodies_that_are_no_forms_are_answered(self):
        for body, kind in (
            (b"", "application/x-www-form-urlencoded"),
            (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
            (b"%00=%00&%ED%A0%80=%ff", "application/x-www-form-urlencoded"),
            (b'{"head-sex": "m"}', "application/json"),
            (b"--x\r\n", "multipart/form-data; boundary=x"),
            (b"x", "multipart/form-data"),
            (b"a=b", "text/plain; charset=utf-7"),
        ):
            for url in (self.url("operation"), "/cases/new/"):
                with self.subTest(f"{url} {body!r}"):
                    response = self.client.generic("POST", url, body, content_type=kind)
                    self.assertIn(response.status_code, ANSWERED)

    def test_a_body_that_is_too_large_is_refused_in_words(self):
        body = b"head-local_study_id=" + b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        response = self.client.generic(
            "POST", self.url("patient"), body, content_type="application/x-www-form-urlencoded"
        )
        self.assertIn(response.status_code, (400, 413))
        self.assertIn("could not be understood", Page(response).text)

    def test_a_file_instead_of_an_answer_is_no_answer(self):
        form = self.open("operation")
        for name in ("head-surgery_date", "confirm", "base"):
            sent = BytesIO(b"2022-03-01")
            sent.name = "date.txt"
            self.assertIn(self.client.post(self.url("operation"), form | {name: sent}).status_code, ANSWERED)

    def test_names_and_values_may_come_many_times(self):
        form = self.open("operation") | {
            "head-urgency": ["elective", "urgent"],
            "head-op_time_min": ["1", "200"],
            "base": ["1", "99999"],
            "confirm": ["x"] * 50,
        }
        self.assertIn(self.client.post(self.url("operation"), form).status_code, ANSWERED)


class ErrorPages(Entry):
    """An error page says what happened and where to go, in the reader's language and without details."""

    def setUp(self):
        super().setUp()
        self.quiet = Client(raise_request_exception=False)
        self.quiet.force_login(self.editor)

    def assert_helps(self, response, status: int, *words: str) -> Page:
        self.assertEqual(response.status_code, status)
        page = Page(response)
        for word in words:
            self.assertIn(word, page.text)
        for detail in ("Traceback", "Exception", "registry/", "psycopg", "SELECT", "secret", "S-001"):
            self.assertNotIn(detail, page.text)
        self.assertIn("/cases/", page.links())
        return page

    def each_language(self):
        for language in ("en", "zh-hans"):
            self.quiet.cookies["django_language"] = language
            yield language

    def test_404(self):
        words = {"en": "This page does not exist", "zh-hans": "页面不存在"}
        for language in self.each_language():
            page = self.assert_helps(self.quiet.get("/nowhere/"), 404, words[language])
            self.assertEqual(page.root.get("lang"), language)

    def test_404_before_the_login(self):
        response = Client().get("/nowhere/")
        self.assert_helps(response, 404, "This page does not exist")

    def test_403_of_a_form_that_was_open_too_long(self):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.editor)
        for language, words in (("en", "This was refused"), ("zh-hans", "拒绝")):
            strict.cookies["django_language"] = language
            page = self.assert_helps(strict.post(self.url("operation"), {"head-sex": "m"}), 403, words)
            self.assertEqual(page.root.get("lang"), language)

    def test_400(self):
        with self.settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=5):
            for language, words in (("en", "could not be understood"), ("zh-hans", "请求")):
                self.quiet.cookies["django_language"] = language
                form = {f"x{n}": "1" for n in range(9)}
                self.assert_helps(self.quiet.post(self.url("operation"), form), 400, words)

    def test_400_of_a_host_that_is_not_ours(self):
        self.assert_helps(self.quiet.get("/cases/", headers={"host": "elsewhere.example"}), 400)

    def test_500(self):
        for language, words in (("en", "Something went wrong"), ("zh-hans", "出")):
            self.quiet.cookies["django_language"] = language
            with mock.patch("registry.views.cases.load_many", side_effect=RuntimeError("secret S-001")):
                page = self.assert_helps(self.quiet.get("/cases/"), 500, words)
            self.assertEqual(page.root.get("lang"), language)

    def test_500_when_the_database_is_gone(self):
        with mock.patch(
            "django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("secret")
        ):
            response = self.quiet.get("/cases/")
        self.assert_helps(response, 500, "Something went wrong")

    def test_500_in_the_middle_of_a_form_stores_nothing(self):
        form = self.open("operation") | {"head-op_time_min": "200"}
        with (
            mock.patch("registry.completeness.section_state", side_effect=RuntimeError),
            mock.patch("registry.views.record.section_state", side_effect=RuntimeError),
        ):
            self.assert_helps(self.quiet.post(self.url("operation"), form), 500)
        self.assertFalse(load(self.patient).has("operation"))

    def test_405_is_no_dead_end_either(self):
        self.assertEqual(self.quiet.post(reverse("cases")).status_code, 405)


class Stored(Entry):
    def test_every_answer_of_every_kind_can_be_null(self):
        for model in CLINICAL[1:]:
            row = factories.row(model, self.patient)
            self.assertTrue(all(getattr(row, one.attname) is None for one in answers(model)))
        self.assertEqual(self.case_page().response.status_code, 200)
        for section in SECTIONS:
            self.assertEqual(self.client.get(self.url(section.slug)).status_code, 200)

    def test_rows_written_from_outside_with_codes_that_left_their_list_can_be_read_and_mended(self):
        factories.operated(
            self.patient, approach_final="telepathic", surgical_indication=["fun"], op_time_min=5
        )
        self.assertIn("telepathic", self.case_page().text)
        page = self.refused(self.type("operation", approach_final="telepathic"))
        self.assertGreaterEqual(len(page.errors()), 1)
        self.saved(self.type("operation", approach_final="open", op_time_min="200", surgical_indication=None))

    def test_remarks_of_any_content_can_be_shown(self):
        factories.row(CLINICAL[2], self.patient, primary_site="pancreas")
        row = load(self.patient).diagnosis
        for kind in ("missing", "as_typed", "confirmed", "other"):
            for content in ("x", "primary_site:", "X1 a=b:c", ":", "primary_site:read:" + "9" * 150):
                Remark.objects.create(
                    patient=self.patient,
                    table="diagnosis",
                    row_id=row.pk,
                    field="primary_site",
                    kind=kind,
                    content=content,
                )
        self.assertEqual(self.case_page().response.status_code, 200)
        self.assertEqual(self.client.get(self.url("diagnosis")).status_code, 200)
        history = self.client.get(reverse("case_history", args=[self.patient.patient_uid]))
        self.assertEqual(history.status_code, 200)
