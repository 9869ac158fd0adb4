"""The history and the remarks in the admin: read in words, narrowed, never written."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from registry.admin.changes import in_one_line, lines_of, time_of
from registry.context import acting
from registry.models import Centre, Change, Membership, Operation, Patient, Remark, Specimen
from tests import factories
from tests.pages import Page, in_chinese
from tests.registry.administration import Administration, add_page, list_of, newest, page_of, since


def told(change: Change) -> list[tuple[str, str, str]]:
    return [(one.label.en, one.old.en, one.new.en) for one in lines_of(change)]


class InWords(Administration):
    """One change, answer by answer."""

    def last(self) -> Change:
        return Change.objects.order_by("-id").first()

    def test_an_answer_is_told_with_unit_comparator_and_precision(self):
        Operation.objects.filter(patient=self.patient).update(blood_loss_ml=700, blood_loss_ml_cmp="approx")
        self.assertEqual(told(self.last()), [("Intraoperative blood loss", "400 mL", "≈700 mL")])
        biopsy = self.own.specimens[0]
        Specimen.objects.filter(pk=biopsy.pk).update(specimen_date="2021-02-01", specimen_date_prec="m")
        self.assertEqual(told(self.last()), [("Date of sampling", "2021-02-10", "2021-02")])

    def test_a_row_that_came_or_went_has_one_value_only(self):
        made = factories.row(Specimen, self.patient, specimen_source="liver_biopsy")
        entered = in_one_line(self.last())
        self.assertTrue(entered.en.endswith("pathology specimen entered. Specimen: Liver biopsy"), entered.en)
        made.delete()
        removed = in_one_line(self.last())
        self.assertTrue(removed.en.endswith("pathology specimen removed. Specimen: Liver biopsy"), removed.en)

    def test_columns_that_are_no_answers_are_told_too(self):
        Patient.objects.filter(pk=self.patient.pk).update(synthetic=True)
        self.assertEqual(told(self.last()), [("Synthetic", "no", "yes")])
        Operation.objects.filter(patient=self.patient).update(op_no=2)
        self.assertEqual(told(self.last()), [("Operation number", "1", "2")])

    def test_a_membership_names_person_and_centre_where_there_is_room_to_look_them_up(self):
        Membership.objects.create(user=self.reader, centre=self.elsewhere)
        change = self.last()
        named = [(one.label.en, one.new.en) for one in lines_of(change, look_up=True)]
        self.assertEqual(named[:2], [("user", "reader"), ("centre", "DE-OTHER Hospital DE-OTHER")])
        self.assertEqual([one.new.en for one in lines_of(change)[:1]], [f"#{self.reader.pk}"])
        Membership.objects.filter(user=self.reader).delete()
        self.reader.delete()
        self.assertEqual(lines_of(change, look_up=True)[0].new.en, f"#{change.changes['user_id'][1]}")

    def test_a_remark_is_told_with_its_question(self):
        about = {"table": "operation", "row_id": self.own.operation.pk, "field": "blood_loss_ml"}
        Remark.objects.create(patient=self.patient, kind="as_typed", content="0,8 l", **about)
        self.assertEqual(told(self.last()), [("Intraoperative blood loss: as typed", "–", "0,8 l")])

    def test_what_is_no_longer_known_is_told_raw(self):
        about = {"table": "operation", "row_id": 1, "field": "given_up"}
        Remark.objects.create(patient=self.patient, kind="as_typed", content="x", **about)
        self.assertEqual(told(self.last()), [("operation.given_up: as typed", "–", "x")])
        gone = Change(table_name="registry_gone", operation="update", changes={"a": [1, None]})
        self.assertEqual(told(gone), [("a", "1", "–")])

    def test_the_time_is_that_of_the_registry_to_the_second(self):
        at = timezone.datetime(2026, 1, 31, 23, 59, 58, tzinfo=timezone.timezone(timedelta(hours=0)))
        with timezone.override("Asia/Shanghai"):
            self.assertEqual(time_of(Change(at=at)), "2026-02-01 07:59:58")


class HistoryList(Administration):
    """Every change of the own cases, newest first."""

    def setUp(self):
        super().setUp()
        self.before = newest()
        with acting("editor"):
            Operation.objects.filter(patient=self.patient).update(blood_loss_ml=700)
        with acting("wei"):
            self.own.complications[0].delete()

    def listed(self, **query: str) -> list[Change]:
        return list(self.client.get(list_of(Change, **query)).context["cl"].result_list)

    def test_a_change_is_listed_in_words(self):
        page = self.page(list_of(Change))
        (first, second) = page.texts("//table[@id='result_list']/tbody/tr")[:2]
        self.assertRegex(
            first,
            r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d wei S-001 complication removed by a command - Complication: ",
        )
        self.assertIn(
            "editor S-001 operation changed by a command - Intraoperative blood loss: 400 mL → 700 mL", second
        )
        chinese = Page(in_chinese(self.client).get(list_of(Change)))
        self.assertIn("手术 修改 通过命令 - 术中出血量：400 mL → 700 mL", chinese.text)

    def test_a_change_is_shown_in_full_answer_by_answer(self):
        page = self.page(page_of(since(self.before)[0]))
        self.assertEqual(
            page.texts("//table[@class='changes']//tr"),
            ["Question Old New", "Intraoperative blood loss 400 mL 700 mL"],
        )
        whole = self.page(page_of(Change.objects.filter(table_name="registry_operation").first()))
        self.assertGreater(len(whole.texts("//table[@class='changes']//tr")), 40)

    def test_it_is_narrowed_by_section_operation_person_and_time(self):
        self.assertEqual({one.operation for one in self.listed(did="delete")}, {"delete"})
        self.assertEqual({one.table_name for one in self.listed(table="registry_death")}, {"registry_death"})
        self.assertEqual([one.actor for one in self.listed(who="editor")], ["editor"])
        self.assertEqual({one.actor for one in self.listed(who="-")}, {None})
        self.assertEqual(self.listed(at__lt="2000-01-01 00:00:00+00:00"), [])
        self.assertGreater(len(self.listed(at__gte="2000-01-01 00:00:00+00:00")), 10)
        self.assertEqual(len(self.listed(table="no_such_table")), len(self.listed()))

    def test_the_people_to_choose_from_are_those_of_the_own_centre(self):
        factories.member("stranger", self.elsewhere)
        page = self.page(list_of(Change))
        offered = page.texts("//details[@data-filter-title='Who']//li")
        self.assertEqual(offered, ["All", "editor", "reader", "no person known (import, shell, SQL)"])

    def test_it_is_searched_by_study_number_registry_number_and_person(self):
        other = factories.patient("T-777", self.centre)

        def found(typed: str) -> list[Change]:
            return list(self.search(Change, typed).context["cl"].result_list)

        self.assertEqual({one.patient_id for one in found("t-777")}, {other.pk})
        self.assertEqual({one.patient_id for one in found(other.patient_uid)}, {other.pk})
        self.assertEqual({one.actor for one in found("WEI")}, {"wei"})
        self.assertEqual(found("nothing of the kind"), [])

    def test_the_history_button_of_a_row_leads_to_the_changes_of_that_row(self):
        for row in (self.own.operation, self.patient):
            response = self.client.get(page_of(row, "history"), follow=True)
            listed = response.context["cl"].result_list
            self.assertGreater(len(listed), 0)
            self.assertEqual({(one.table_name, one.row_id) for one in listed}, {(row._meta.db_table, row.pk)})
        change = since(self.before)[0]
        response = self.client.get(page_of(change, "history"), follow=True)
        self.assertEqual({one.row_id for one in response.context["cl"].result_list}, {change.row_id})

    def test_the_page_of_a_patient_shows_the_latest_changes_and_leads_to_all(self):
        page = self.page(page_of(self.patient))
        rows = page.texts("//table[@class='changes']//tr")
        self.assertEqual(len(rows), 10)
        self.assertIn("wei complication removed", rows[0])
        self.assertRegex(rows[0], r"and \d more$")
        self.assertIn("editor operation changed Intraoperative blood loss: 400 mL → 700 mL", rows[1])
        (link,) = [one for one in page.links() if "registry/change/" in one]
        listed = self.client.get(link).context["cl"].result_list
        self.assertEqual({one.patient_id for one in listed}, {self.patient.pk})

    def test_changes_of_centres_and_memberships_are_for_administrators(self):
        Centre.objects.filter(pk=self.centre.pk).update(country="FR")
        self.assertEqual([one for one in self.listed() if one.patient_id is None], [])
        self.client.force_login(self.administrator)
        tables = {one.table_name for one in self.listed()}
        self.assertLessEqual({"registry_centre", "registry_membership"}, tables)
        self.assertEqual([one for one in self.listed() if one.patient_id is not None], [])

    def test_changes_typed_into_the_database_are_told_by_its_role(self):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE registry_patient SET sex = 'm' WHERE id = %s", [self.patient.pk])
        page = self.page(list_of(Change))
        self.assertIn("db:", page.texts("//td[contains(@class,'field-who_did')]")[0])

    def test_nobody_writes_it(self):
        self.client.force_login(self.administrator)
        change = Change.objects.filter(patient_id=None).first()
        self.assertEqual(self.client.get(add_page(Change)).status_code, 403)
        self.assertEqual(self.client.get(page_of(change, "delete")).status_code, 403)
        self.assertEqual(self.client.post(page_of(change), {"actor": "nobody"}).status_code, 403)
        self.assertEqual(self.page(page_of(change)).root.xpath("//input[@name='_save']"), [])


class RemarkList(Administration):
    """Remarks are read here and made where the answer is typed."""

    def setUp(self):
        super().setUp()
        about = {"patient": self.patient, "table": "operation", "row_id": self.own.operation.pk}
        self.typed = Remark.objects.create(kind="as_typed", field="blood_loss_ml", content="0,4 l", **about)
        Remark.objects.create(kind="missing", field="urgency", content="unk", **about)
        Remark.objects.create(kind="confirmed", field="given_up", content="x", **about)

    def test_a_remark_is_listed_with_its_question_and_in_words(self):
        rows = self.page(list_of(Remark)).texts("//table[@id='result_list']/tbody/tr")
        self.assertEqual(rows[0], "S-001 operation given_up confirmed as correct x")
        self.assertRegex(rows[1], "S-001 operation Urgency why it is missing [A-Z]")
        self.assertEqual(rows[2], "S-001 operation Intraoperative blood loss as typed 0,4 l")
        kinds = self.client.get(list_of(Remark, of_kind="missing")).context["cl"].result_list
        self.assertEqual([one.field for one in kinds], ["urgency"])

    def test_nobody_writes_one(self):
        self.assertIn("0,4 l", self.page(page_of(self.typed)).text)
        self.assertEqual(self.client.get(add_page(Remark)).status_code, 403)
        self.assertEqual(self.client.post(page_of(self.typed), {"content": "5 l"}).status_code, 403)
        self.assertEqual(self.client.post(page_of(self.typed, "delete"), {"post": "yes"}).status_code, 403)
        self.typed.refresh_from_db()
        self.assertEqual(self.typed.content, "0,4 l")
