"""The history of changes: written by the database, whoever writes the record, and not to be altered."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from unittest import mock

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.context import acting
from registry.guard import differences, unwatched, watched_tables
from registry.models import (
    CLINICAL,
    Centre,
    Change,
    Diagnosis,
    Membership,
    Operation,
    Patient,
    Remark,
    Specimen,
)
from tests import factories
from tests.pages import Page, answered, with_row
from tests.registry.entry import Entry, newest_change

# One plain column of each table, with two values to write into it.
COLUMN = {
    "Patient": ("sex", "m", "f"),
    "Consent": ("consent_version", "1", "2"),
    "Diagnosis": ("primary_site", "pancreas", "rectum"),
    "TreatmentSummary": ("subs_none", "yes", "no"),
    "PriorTreatment": ("tx_sessions", 1, 2),
    "Assessment": ("ecog", "0", "1"),
    "Operation": ("op_time_min", 100, 200),
    "Specimen": ("grade_reported", "g1", "g2"),
    "PostopCourse": ("icu_days", 1, 2),
    "Complication": ("cd_grade", "1", "2"),
    "SubsequentTherapy": ("line_no", 1, 2),
    "FollowupVisit": ("target_sum_mm", 10, 20),
    "Death": ("death_cause", "surgical", "non_cancer"),
}


def sql(statement: str, *parameters: object) -> list:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def nobody():
    """As in a shell or a plain SQL session: the application has not said who is acting."""
    sql("SELECT set_config('registry.actor', '', true)")
    yield


class WhateverWrites(TestCase):
    """Insert, update and delete in every clinical table, by every way of writing."""

    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre()
        cls.owner = factories.patient("OWNER", cls.centre)

    def unsaved(self, model: type[models.Model]) -> models.Model:
        name, first, _second = COLUMN[model.__name__]
        if model is Patient:
            return Patient(centre=self.centre, local_study_id="NEW", **{name: first})
        return model(patient=self.owner, **{name: first})

    @contextmanager
    def one_change(self, model: type[models.Model], operation: str):
        """Exactly one change is written meanwhile, of this operation on this table."""
        before = newest_change()
        yield
        (change,) = Change.objects.filter(id__gt=before)
        self.assertEqual((change.table_name, change.operation), (model._meta.db_table, operation))
        role = sql("SELECT session_user")[0][0]
        self.assertEqual((change.who, change.database_user), (self.who or f"db:{role}", role))
        self.assertIsNotNone(change.patient_id)
        self.changes = change.changes

    def each_way(self, insert, update, delete) -> None:
        for self.who in ("", "somebody"):
            for model in CLINICAL:
                name, first, second = COLUMN[model.__name__]
                who = acting(self.who) if self.who else nobody()
                with self.subTest(f"{model.__name__} by {self.who or 'nobody'}"), transaction.atomic(), who:
                    with self.one_change(model, "insert"):
                        row = insert(model)
                    self.assertEqual(self.changes[name], [None, first])
                    with self.one_change(model, "update"):
                        update(model, row, name, second)
                    self.assertEqual(self.changes, {name: [first, second]})
                    with self.one_change(model, "delete"):
                        delete(model, row)
                    self.assertEqual(self.changes[name], [second, None])

    def test_the_objects_of_the_application(self):
        def insert(model):
            row = self.unsaved(model)
            row.save()
            return row

        def update(_model, row, name, value):
            setattr(row, name, value)
            row.save()

        self.each_way(insert, update, lambda _model, row: row.delete())

    def test_whole_sets_of_rows(self):
        self.each_way(
            lambda model: model.objects.bulk_create([self.unsaved(model)])[0],
            lambda model, row, name, value: model.objects.filter(pk=row.pk).update(**{name: value}),
            lambda model, row: model.objects.filter(pk=row.pk).delete(),
        )

    def test_plain_sql(self):
        def insert(model):
            name, first, _second = COLUMN[model.__name__]
            table = model._meta.db_table
            if model is Patient:
                given = {"centre_id": self.centre.pk, "local_study_id": "NEW", "patient_uid": "NEWNEWNEWN"}
            else:
                given = {"patient_id": self.owner.pk}
            given[name] = first
            columns, places = ", ".join(given), ", ".join(["%s"] * len(given))
            found = sql(f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id", *given.values())
            return model(pk=found[0][0])

        def update(model, row, name, value):
            sql(f"UPDATE {model._meta.db_table} SET {name} = %s WHERE id = %s", value, row.pk)

        def delete(model, row):
            sql(f"DELETE FROM {model._meta.db_table} WHERE id = %s", row.pk)

        self.each_way(insert, update, delete)

    def test_a_change_that_changes_nothing_is_none(self):
        row = factories.row(Diagnosis, self.owner, primary_site="pancreas")
        before = newest_change()
        row.save()
        Diagnosis.objects.update(primary_site="pancreas")
        sql("UPDATE registry_diagnosis SET primary_site = primary_site")
        self.assertEqual(newest_change(), before)

    def test_each_row_of_a_set_has_its_own_change(self):
        factories.full_case("FULL")
        before = newest_change()
        Specimen.objects.update(central_review="yes")
        self.assertEqual(Change.objects.filter(id__gt=before).count(), 2)


class Watched(TestCase):
    def test_every_table_is_watched_or_left_out_for_a_reason(self):
        named = {one._meta.db_table for one in apps.get_models(include_auto_created=True)}
        self.assertEqual(set(watched_tables()), named - set(unwatched()))
        self.assertTrue(all(unwatched().values()))
        present = {
            table
            for (table,) in sql(
                "SELECT tgrelid::regclass::text FROM pg_trigger "
                "WHERE tgname = 'record_change' AND tgenabled = 'A'"
            )
        }
        self.assertEqual(present, set(watched_tables()))

    def test_what_lies_in_the_database_is_what_the_code_says(self):
        self.assertEqual(differences(), [])

    def test_what_belongs_to_no_patient_is_watched_as_well(self):
        before = newest_change()
        factories.member("new", factories.centre("CN-NEW"))
        tables = list(
            Change.objects.filter(id__gt=before).order_by("id").values_list("table_name", "patient_id")
        )
        self.assertEqual(
            tables, [("registry_centre", None), ("auth_user", None), ("registry_membership", None)]
        )
        Membership.objects.all().delete()
        Centre.objects.filter(centre_id="CN-NEW").update(country="US")
        self.assertEqual(Change.objects.order_by("-id")[0].changes, {"country": ["CN", "US"]})

    def test_no_table_can_be_emptied_at_once(self):
        factories.full_case()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        for table in (*watched_tables(), "registry_change"):
            with self.subTest(table), self.assertRaises(DatabaseError) as refused, transaction.atomic():
                sql(f"TRUNCATE {table} CASCADE")
            self.assertRegex(str(refused.exception), "append-only|permission denied")

    def test_the_history_can_be_neither_changed_nor_shortened(self):
        factories.patient()
        change = Change.objects.order_by("-id").first()
        change.actor = "somebody else"
        for attempt in (
            change.save,
            change.delete,
            lambda: Change.objects.update(actor="x"),
            lambda: Change.objects.all().delete(),
            lambda: sql("UPDATE registry_change SET actor = 'x'"),
            lambda: sql("DELETE FROM registry_change"),
        ):
            with self.assertRaises(DatabaseError) as refused, transaction.atomic():
                attempt()
            self.assertIn("permission denied", str(refused.exception))

    def test_numbers_stay_exact_in_the_history(self):
        patient = factories.patient()
        row = factories.row(Specimen, patient, ki67_pct="2.7")
        Specimen.objects.filter(pk=row.pk).update(ki67_pct="33.3")
        self.assertEqual(
            [str(one) for one in Change.objects.order_by("-id")[0].changes["ki67_pct"]], ["2.7", "33.3"]
        )


class Actors(TestCase):
    def test_a_name_holds_for_its_own_block_only(self):
        with acting("outer"):
            with acting("inner"):
                inner = factories.patient()
            outer = factories.patient()
        after = factories.patient()
        names = [Change.objects.get(patient_id=one.pk).actor for one in (inner, outer, after)]
        self.assertEqual(names, ["inner", "outer", None])

    def test_names_of_any_letters_are_kept(self):
        for name in ("李医生", "o'neill", 'a"b', "x" * 150):
            with acting(name):
                self.assertEqual(Change.objects.get(patient_id=factories.patient().pk).actor, name)

    def test_a_block_that_fails_leaves_nothing(self):
        before = newest_change()
        with self.assertRaises(ZeroDivisionError), acting("somebody"):
            factories.patient()
            raise ZeroDivisionError
        self.assertEqual((newest_change(), Patient.objects.count()), (before, 0))
        self.assertIsNone(Change.objects.get(patient_id=factories.patient().pk).actor)


class Requests(Entry):
    def test_what_a_form_changes_stands_under_the_name_of_its_user(self):
        before = newest_change()
        self.saved(self.type("operation", op_time_min="200", blood_loss_ml="800 ml"))
        changes = Change.objects.filter(id__gt=before).order_by("id")
        self.assertEqual({(one.who, one.patient_id) for one in changes}, {("editor", self.patient.pk)})
        self.assertEqual([one.table_name for one in changes], ["registry_operation", "registry_remark"])
        self.assertEqual(len({one.transaction_id for one in changes}), 1)

    def test_a_request_that_fails_takes_everything_back(self):
        quiet = Client(raise_request_exception=False)
        quiet.force_login(self.editor)
        before = newest_change()
        form = answered(self.open("operation"), op_time_min="200")
        with mock.patch(
            "registry.views.record.messages.warning", side_effect=RuntimeError("the printer is on fire")
        ):
            response = quiet.post(self.url("operation"), form)
        self.assertEqual(response.status_code, 500)
        self.assertNotIn("printer", response.content.decode())
        self.assertEqual((newest_change(), Operation.objects.count()), (before, 0))

    def test_a_remark_that_cannot_be_stored_takes_the_answer_back(self):
        quiet = Client(raise_request_exception=False)
        quiet.force_login(self.editor)
        form = answered(self.open("operation"), op_time_min="200")
        with mock.patch("registry.actions._keep_remarks", side_effect=RuntimeError):
            self.assertEqual(quiet.post(self.url("operation"), form).status_code, 500)
        self.assertEqual(Operation.objects.count(), 0)

    def test_what_an_anonymous_request_changes_says_so(self):
        before = newest_change()
        made = factories.user("newcomer", password="correct horse battery")
        Client().post("/login/", {"username": made.username, "password": "correct horse battery"})
        self.assertEqual(
            [(one.table_name, one.who) for one in Change.objects.filter(id__gt=before).order_by("id")][-1],
            ("auth_user", "(not logged in)"),
        )


class HistoryPage(Entry):
    def lines(self, language: str = "en") -> list[list[str]]:
        """The entries of the page: what happened, then question, old and new of every line."""
        self.client.cookies["django_language"] = language
        page = Page(self.client.get(reverse("case_history", args=[self.patient.patient_uid])))
        found = []
        for entry in page.root.xpath("//div[@class='history-entry']"):
            found.append([" ".join(entry.xpath("string(p)").split())])
            for row in entry.xpath(".//tbody/tr"):
                found.append([" ".join(" ".join(cell.itertext()).split()) for cell in row])
        return found

    def test_it_shows_question_old_new_who_and_when_newest_first(self):
        self.saved(self.type("diagnosis", primary_site="pancreas"))
        self.saved(self.type("diagnosis", primary_site="rectum"))
        self.assertEqual(
            self.lines()[:4],
            [
                ["diagnosis changed"],
                ["Site of primary tumour", "Pancreas", "Rectum"],
                ["diagnosis entered"],
                ["Site of primary tumour", "–", "Pancreas"],
            ],
        )
        page = Page(self.client.get(reverse("case_history", args=[self.patient.patient_uid])))
        self.assertRegex(
            page.texts("//p[@class='history-head']")[0],
            r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0800 · editor · by form$",
        )

    def test_it_speaks_chinese(self):
        self.saved(self.type("diagnosis", primary_site="pancreas"))
        self.assertEqual(self.lines("zh-hans")[:2], [["原发肿瘤与诊断 录入"], ["原发灶部位", "–", "胰腺"]])

    def test_changes_from_outside_stand_beside_those_of_the_forms(self):
        with nobody():
            sql(
                "INSERT INTO registry_diagnosis (patient_id, primary_site) VALUES (%s, 'rectum')",
                self.patient.pk,
            )
        page = Page(self.client.get(reverse("case_history", args=[self.patient.patient_uid])))
        role = sql("SELECT session_user")[0][0]
        self.assertTrue(page.texts("//p[@class='history-head']")[0].endswith(f"db:{role} · by SQL"))

    def test_a_comparator_that_changes_alone_is_shown(self):
        self.saved(self.add("pathology", ki67_pct="8"))
        self.saved(
            self.client.post(self.url("pathology"), self.open("pathology") | {"rows-0-ki67_pct": "<8"})
        )
        self.assertEqual(self.lines()[1], ["Ki-67 index (comparator)", "=", "<"])

    def test_a_precision_that_changes_alone_is_shown(self):
        self.saved(self.add("pathology", specimen_date="2021-02-01"))
        form = self.open("pathology") | {"rows-0-specimen_date": "2021-02"}
        self.saved(self.client.post(self.url("pathology"), form))
        self.assertEqual(self.lines()[1], ["Date of sampling (precision)", "day", "month"])
        self.assertEqual(self.lines("zh-hans")[1], ["取材日期(日期精度)", "日", "月"])

    def test_a_value_and_its_comparator_that_change_together_are_one_line(self):
        self.saved(self.add("pathology", ki67_pct="8"))
        self.saved(
            self.client.post(self.url("pathology"), self.open("pathology") | {"rows-0-ki67_pct": "<3"})
        )
        self.assertEqual(self.lines()[1], ["Ki-67 index", "8.0 %", "<3.0 %"])

    def test_what_is_no_answer_is_shown_too(self):
        Patient.objects.filter(pk=self.patient.pk).update(synthetic=True)
        self.assertEqual(self.lines()[:2], [["patient changed"], ["Synthetic", "No", "Yes"]])

    def test_a_reason_that_comes_and_goes_is_shown(self):
        form = answered(self.open("diagnosis"), primary_site="pancreas")
        self.client.post(self.url("diagnosis"), form | {"head-netlm_diagnosis_date__missing": "unk"})
        self.assertIn(
            ["Date liver metastases found: why it is missing", "–", "Asked or searched, not known"],
            self.lines(),
        )
        self.client.post(
            self.url("diagnosis"), self.open("diagnosis") | {"head-netlm_diagnosis_date__missing": ""}
        )
        self.assertIn(
            ["Date liver metastases found: why it is missing", "Asked or searched, not known", "–"],
            self.lines(),
        )

    def test_confirmations_are_shown_as_answers_and_not_as_keys(self):
        factories.operated(self.patient, on=date(2023, 1, 10))
        for slug, typed in (
            ("operation", {"op_time_min": "15小时", "urgency": "urgent"}),
            ("postoperative", {"died_in_hospital": "no", "discharge_date": "2023-05-10"}),
        ):
            page = self.refused(self.type(slug, **typed))
            self.saved(self.client.post(self.url(slug), page.form() | {"confirm": page.confirmations()}))
        confirmed = {line[0]: line[2] for line in self.lines() if "confirmed as correct" in line[0]}
        self.assertEqual(
            confirmed,
            {
                "Date of discharge: confirmed as correct": "2023-05-10",
                "Operating time: confirmed as correct": mock.ANY,
                "Urgency: confirmed as correct": "Urgent",
            },
        )
        self.assertIn(["Operating time: confirmed as correct", "–", "900 min"], self.lines())
        self.assertIn(["Operating time: confirmed as correct", "–", "15小时"], self.lines())
        self.assertIn(["手术时机：已确认无误", "–", "限期"], self.lines("zh-hans"))

    def test_a_removed_row_keeps_its_answers_in_the_history(self):
        self.saved(self.add("complications", comp_type="ssi", cd_grade="1"))
        self.saved(
            self.client.post(self.url("complications"), self.open("complications") | {"rows-0-removed": "1"})
        )
        self.assertEqual(
            self.lines()[:3],
            [
                ["complication removed"],
                ["Complication", "Wound infection", "–"],
                ["Clavien–Dindo grade", "I", "–"],
            ],
        )

    def test_nonsense_written_from_outside_does_not_break_the_page(self):
        given = {"patient": self.patient, "row_id": 1, "kind": "missing", "content": "no code"}
        Remark.objects.create(table="diagnosis", field="no_such_field", **given)
        Remark.objects.create(table="no_such_table", field="sex", **given)
        Remark.objects.create(table="diagnosis", field="primary_site", **given)
        Remark.objects.filter(table="diagnosis").update(content="x")
        Remark.objects.create(
            table="diagnosis", field="op_no", **(given | {"kind": "confirmed", "content": "X:"})
        )
        factories.row(Diagnosis, self.patient, primary_site="no such site")
        self.assertIn(["Site of primary tumour", "–", "no such site"], self.lines())
        self.assertEqual(self.case_page().response.status_code, 200)
        self.assertEqual(self.client.get(self.url("diagnosis")).status_code, 200)

    def test_a_long_history_costs_no_more_queries_than_a_short_one(self):
        address = reverse("case_history", args=[self.patient.patient_uid])
        with CaptureQueriesContext(connection) as short:
            self.client.get(address)
        for number in range(150):
            Patient.objects.filter(pk=self.patient.pk).update(birth_ym=date(1950 + number % 2, 1, 1))
        with self.assertNumQueries(len(short)):
            self.client.get(address)

    def test_the_second_page_shows_the_older_changes(self):
        for number in range(150):
            Patient.objects.filter(pk=self.patient.pk).update(birth_ym=date(1950 + number % 2, 1, 1))
        address = reverse("case_history", args=[self.patient.patient_uid])
        sizes = [
            len(Page(self.client.get(address, {"page": page})).root.xpath("//div[@class='history-entry']"))
            for page in (1, 2, 99, "x")
        ]
        self.assertEqual(sizes, [100, 51, 51, 100])

    def test_rows_that_were_added_with_the_same_saving_share_one_heading(self):
        form = with_row(self.open("complications"), 0, comp_type="ssi", cd_grade="1")
        self.saved(
            self.client.post(self.url("complications"), with_row(form, 1, comp_type="uti", cd_grade="1"))
        )
        page = Page(self.client.get(reverse("case_history", args=[self.patient.patient_uid])))
        (first, *_rest) = page.root.xpath("//p[@class='history-head']")
        self.assertEqual(len(first.xpath("following-sibling::div[@class='history-entry']")), 3)
