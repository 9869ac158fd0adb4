"""The admin as a whole: complete, in both languages, quick, and unshaken by odd input."""

from __future__ import annotations

import re
from datetime import date
from importlib import import_module

from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.labels import Label
from registry.models import (
    CLINICAL,
    Centre,
    Change,
    Membership,
    Operation,
    Patient,
    Remark,
    Specimen,
)
from tests import factories
from tests.pages import CONTEXT, Page, in_chinese
from tests.registry.administration import (
    Administration,
    add_page,
    address,
    list_of,
    newest,
    page_of,
    rows_of,
    since,
)

CHINESE = re.compile("[\u4e00-\u9fff]")
MODULES = ("centre", "changes", "columns", "forms", "history", "patient", "saving", "scope", "sections")


class Menu(Administration):
    """Everything that the registry keeps has its place."""

    def setUp(self):
        super().setUp()
        Membership.objects.create(user=self.administrator, centre=self.centre)
        self.client.force_login(self.administrator)

    def test_every_table_of_the_registry_stands_in_the_menu_in_the_order_of_the_chart(self):
        page = self.page(reverse("admin:index"))
        listed = [one.removesuffix("/").rpartition("/")[2] for one in page.root.xpath("//th/a/@href")]
        self.assertEqual(
            set(listed) - {"user"},
            {one._meta.model_name for one in (*CLINICAL, Remark, Change, Centre, Membership)},
        )
        chart = [one._meta.model_name for one in CLINICAL]
        self.assertEqual(listed[: len(chart)], chart)

    def test_the_site_says_what_it_is_in_either_language(self):
        page = self.page(reverse("admin:index"))
        self.assertIn("NETLM registry administration", page.texts("//title")[0])
        self.assertEqual(page.texts("//div[@id='site-name']"), ["NETLM registry administration"])
        page = Page(in_chinese(self.client).get(reverse("admin:index")))
        self.assertEqual(page.texts("//div[@id='site-name']"), ["NETLM登记库管理"])
        self.assertIn("病理标本", page.text)

    def test_the_language_is_switched_on_every_page(self):
        page = self.page(list_of(Patient))
        self.assertEqual(page.root.xpath("//form[@class='language']/@action"), [reverse("set_language")])
        self.assertEqual(
            page.root.xpath("//form[@class='language']//input[@name='next']/@value"), [list_of(Patient)]
        )

    def test_synthetic_data_are_marked_on_every_page(self):
        marked = "Synthetic data"
        self.assertNotIn(marked, self.page(list_of(Patient)).text)
        factories.patient("SYN-1", self.centre, synthetic=True)
        for where in (reverse("admin:index"), list_of(Patient), page_of(self.patient), add_page(Specimen)):
            self.assertIn(marked, self.page(where).text)

    def test_every_word_of_the_admin_has_both_languages(self):
        labels = [
            (module, name, one)
            for module in MODULES
            for name, one in vars(import_module(f"registry.admin.{module}")).items()
            if isinstance(one, Label)
        ]
        self.assertGreater(len(labels), 20)
        for module, name, label in labels:
            with self.subTest(module=module, name=name):
                self.assertNotRegex(label.en, CHINESE)
                self.assertTrue(CHINESE.search(label.zh) or label.en == label.zh or "{" in label.zh)
                self.assertEqual(re.findall(r"{\w+}", label.en), re.findall(r"{\w+}", label.zh))


class Lists(Administration):
    """Lists speak clinical words, filter, search and sort."""

    def test_the_columns_are_answers_in_words(self):
        (row,) = self.page(list_of(Operation)).texts("//table[@id='result_list']/tbody/tr")
        self.assertEqual(
            row,
            "S-001 1 2022-03-01 Laparoscopic Cytoreductive (planned residual) 235 min 400 mL No 92 % "
            "R2 macroscopic residual",
        )
        rows = self.page(list_of(Specimen)).texts("//table[@id='result_list']/tbody/tr")
        self.assertTrue(any("<3.0 %" in one for one in rows), rows)
        page = Page(in_chinese(self.client).get(list_of(Operation)))
        self.assertIn("腹腔镜", page.text)
        self.assertIn("术中出血量", page.texts("//th"))

    def test_a_patient_is_listed_with_what_the_sections_say(self):
        (row,) = self.page(list_of(Patient)).texts("//table[@id='result_list']/tbody/tr")
        self.assertTrue(
            row.startswith("S-001 Female 1967-03 Jejunum or ileum 2022-03-01 Died Retrospective"), row
        )

    def test_every_section_can_be_filtered_and_searched(self):
        for model in CLINICAL:
            with self.subTest(model=model.__name__):
                shown = admin.site.get_model_admin(model)
                self.assertGreaterEqual(len(shown.list_filter), 2)
                found = self.search(model, "s-001").context["cl"].result_count
                self.assertEqual(found, self.client.get(list_of(model)).context["cl"].result_count)
                self.assertEqual(self.search(model, "none such").context["cl"].result_count, 0)

    def test_patients_are_filtered_by_answers_of_their_sections(self):
        for query, found in (
            ({"primary_site": "jejunoileum"}, 1),
            ({"primary_site": "pancreas"}, 0),
            ({"approach_final": "laparoscopic", "functional_status": "functioning"}, 1),
            ({"primary_site": "no such code"}, 1),
            ({"sex__exact": "m"}, 0),
        ):
            with self.subTest(query):
                self.assertEqual(self.client.get(list_of(Patient, **query)).context["cl"].result_count, found)

    def test_every_column_can_be_sorted_by(self):
        for model in (*CLINICAL, Remark, Change):
            columns = admin.site.get_model_admin(model).get_list_display(_as(self.editor))
            for number in range(1, len(columns) + 1):
                response = self.client.get(list_of(model, o=f"-{number}.1"))
                self.assertEqual(response.status_code, 200, (model, number))

    def test_dates_can_be_drilled_into(self):
        for query in (
            {"surgery_date__year": "2022"},
            {"surgery_date__year": "2022", "surgery_date__month": "3"},
        ):
            self.assertEqual(self.client.get(list_of(Operation, **query)).context["cl"].result_count, 1)
        self.assertEqual(
            self.client.get(list_of(Operation, surgery_date__year="2021")).context["cl"].result_count, 0
        )


def _as(user):
    class Asked:
        pass

    Asked.user = user
    return Asked()


class Speed(Administration):
    """The number of queries does not grow with the number of rows."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        many = Patient.objects.bulk_create(
            Patient(centre=cls.centre, local_study_id=f"M-{number:03}") for number in range(100)
        )
        for model in CLINICAL[1:]:
            model.objects.bulk_create(model(patient=one) for one in many)
        about = {"table": "patient", "field": "sex", "kind": "missing", "content": "unk"}
        Remark.objects.bulk_create(Remark(patient=one, row_id=one.pk, **about) for one in many)
        people = User.objects.bulk_create(User(username=f"person-{number}") for number in range(100))
        Membership.objects.bulk_create(Membership(user=one, centre=cls.centre) for one in people)
        Membership.objects.create(user=cls.administrator, centre=cls.centre)
        Membership.objects.create(user=cls.administrator, centre=cls.elsewhere)

    def setUp(self):
        super().setUp()
        self.client.force_login(self.administrator)

    def test_a_list_of_a_hundred_rows_takes_at_most_fifteen_queries(self):
        for model in (*CLINICAL, Remark, Change, Centre, Membership, User):
            with self.subTest(model=model.__name__), CaptureQueriesContext(connection) as queries:
                listed = self.client.get(list_of(model, all="")).context["cl"].result_list
            self.assertLessEqual(len(queries), 15 + CONTEXT, model)
            self.assertTrue(len(listed) >= 50 or model is Centre, model)

    def test_the_page_of_a_patient_takes_at_most_forty_queries_however_many_rows_it_has(self):
        counts = []
        for _round in range(2):
            with CaptureQueriesContext(connection) as shown:
                form = self.open(self.patient)
            form["followupvisit_rows-0-lost_to_followup"] = f"{'yes' if counts else 'unknown'}"
            with CaptureQueriesContext(connection) as stored:
                self.assertEqual(self.client.post(page_of(self.patient), form).status_code, 302)
            counts.append((len(shown), len(stored)))
            for number in range(1, 31):
                factories.visit(self.patient, date(2022, 6, number))
        for few, many in zip(*counts, strict=True):
            self.assertLessEqual(few, 40)
            self.assertLessEqual(many, few + 1)  # the clock of the session may note the time in between

    def test_the_page_of_a_row_takes_at_most_fifteen_queries(self):
        for row in rows_of(self.own)[1:]:
            with CaptureQueriesContext(connection) as queries:
                self.open(row)
            self.assertLessEqual(len(queries), 15 + CONTEXT, row._meta.model_name)


ODD = ("\0", "%00", "9" * 30, "-1", "1e999", "NaN", "\uffff", "\u202e", "[{'", "a" * 3000, "²")
ODD_KEYS = ("\0", "9" * 30, "[{'", "²")
NAMES = ("q", "o", "p", "all", "e", "_facets", "_popup", "_to_field", "_changelist_filters", "centre", "\0")
NAMES += ("table", "did", "who", "of_kind", "of_centre", "unheard_of", "id__exact", "pk__exact")


class OddInput(Administration):
    """No address and no form makes a server error."""

    def setUp(self):
        super().setUp()
        Membership.objects.create(user=self.administrator, centre=self.centre)
        self.client.force_login(self.administrator)

    def ask(self, model: type[models.Model], **query: str) -> None:
        response = self.client.get(list_of(model, **query), follow=True)
        self.assertIn(response.status_code, (200, 400), (model, query))

    def test_odd_values_in_the_address_of_a_list(self):
        for model in (Patient, Change):
            for name in NAMES:
                for value in ODD_KEYS:
                    self.ask(model, **{name: value})
        for model in (Specimen, Remark, Centre, Membership, User):
            for value in ODD_KEYS:
                self.ask(model, q=value)
                self.ask(model, id__exact=value, p=value)

    def test_odd_dates_in_the_address_of_a_list(self):
        for model, name in ((Operation, "surgery_date"), (Change, "at")):
            for year in ("0", "9999", "10000", "x", "\0"):
                for month in ("", "12", "13"):
                    self.ask(model, **{f"{name}__year": year} | ({f"{name}__month": month} if month else {}))
                self.ask(model, **{f"{name}__day": year})
            for value in ODD_KEYS:
                self.ask(model, **{f"{name}__gte": value, f"{name}__lt": value})
        for value in ODD_KEYS:
            self.ask(Operation, blood_loss_ml__gte=value)
            self.ask(Change, row_id__exact=value, patient_id__exact=value)

    def test_odd_keys_in_the_address_of_a_page(self):
        for model in (Patient, Specimen, Change, Centre, User):
            for key in ("0", "-1", "x", "9" * 30, "9" * 5000, "_00", "1_2F2", "%00"):
                for what in ("change", "delete", "history"):
                    where = address(model, what, key)
                    self.assertIn(self.client.get(where).status_code, (302, 400, 403, 404), where)

    def test_odd_addresses_of_a_new_row(self):
        for model, field in ((Specimen, "patient"), (Membership, "user"), (Patient, "centre")):
            for value in (*ODD_KEYS, "slipped-in"):
                for name in (field, "_popup", "_to_field"):
                    response = self.client.get(add_page(model), {name: value})
                    self.assertIn(response.status_code, (200, 400), (model, name, value))

    def test_odd_searches_while_choosing(self):
        known = {"app_label": "registry", "model_name": "specimen", "field_name": "patient", "term": "S"}
        for value in ODD_KEYS:
            for name in (*known, "page"):
                response = self.client.post(reverse("admin:autocomplete"), known | {name: value})
                self.assertIn(response.status_code, (200, 400, 403, 404), (name, value))

    def test_odd_answers_are_refused_or_stored_so_that_they_can_be_read_again(self):
        names = ("blood_loss_ml", "surgery_date", "approach_final", "surgical_indication", "op_no", "base")
        for row, asked in ((self.own.operation, names), (self.own.complications[0], ("comp_other_text",))):
            form = self.open(row)
            for value in ODD:
                for name in asked:
                    response = self.client.post(page_of(row), form | {name: value})
                    self.assertIn(response.status_code, (200, 302, 400), (name, value))
                    if response.status_code == 302:
                        form = self.open(row)
                everywhere = self.client.post(page_of(row), dict.fromkeys(form, value))
                self.assertIn(everywhere.status_code, (200, 400), value)

    def test_odd_new_rows_and_users(self):
        for model in (Patient, Specimen, Centre, Membership, User):
            form = self.page(add_page(model)).form(f"{model._meta.model_name}_form")
            for value in ODD:
                response = self.client.post(add_page(model), dict.fromkeys(form, value))
                self.assertIn(response.status_code, (200, 302, 400), (model, value))

    def test_a_page_of_a_patient_that_was_tampered_with_saves_nothing(self):
        sound = self.open(self.patient) | {"sex": "m"}
        before = newest()
        for name in ("TOTAL_FORMS", "INITIAL_FORMS"):
            for value in ("", "x", "-1", "0", "1", "9" * 30):
                form = sound | {f"complication_rows-{name}": value}
                response = self.client.post(page_of(self.patient), form)
                self.assertIn(response.status_code, (200, 400), (name, value))
        for name in ("complication_rows-0-id", "complication_rows-0-op_no"):
            for value in ODD_KEYS:
                response = self.client.post(page_of(self.patient), sound | {name: value})
                self.assertIn(response.status_code, (200, 400), (name, value))
        self.refused(self.client.post(page_of(self.patient), {}))
        self.assertEqual(since(before), [])

    def test_saving_as_new_is_no_way_to_copy_a_case(self):
        before = newest()
        for row in (self.patient, self.own.specimens[0]):
            self.refused(self.client.post(page_of(row), self.open(row) | {"_saveasnew": "1"}))
        self.assertEqual(since(before), [])

    def test_more_rows_than_a_case_can_have_are_not_read(self):
        form = self.open(self.patient) | {"complication_rows-TOTAL_FORMS": "100000"}
        form["complication_rows-5000-comp_type"] = "ssi"
        before = newest()
        self.client.post(page_of(self.patient), form)
        self.assertEqual(since(before), [])
