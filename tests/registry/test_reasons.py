"""Changing what was complete needs a reason, by form and in the admin; the history keeps it."""

import random

from django.db import connection
from django.test import SimpleTestCase
from django.urls import reverse

from registry.case import load
from registry.completeness import COMPLETE, section_state
from registry.context import acting
from registry.forms import SECTIONS
from registry.models import CLINICAL, Change, Operation, Patient, Remark
from registry.reasons import REASONS, Why, in_words
from tests import factories
from tests.pages import Page, answered, explained, in_chinese, with_row
from tests.promises import measured, proves, size
from tests.registry.administration import Administration, page_of
from tests.registry.entry import Entry, cards

TABLES = [one._meta.db_table for one in (*CLINICAL, Remark)]


class WordsTest(SimpleTestCase):
    def test_a_reason_is_one_of_the_list_and_more_words(self):
        self.assertEqual(Why.typed(True, {"why": "typing_error"}).text, "typing_error")
        typed = Why.typed(True, {"why": "new_information", "why_words": "  letter \n of 3 May "})
        self.assertEqual(typed.text, "new_information: letter of 3 May")

    def test_what_is_no_reason_is_none(self):
        for given in (
            {},
            {"why": ""},
            {"why": "because"},
            {"why": "other"},
            {"why": "other", "why_words": " "},
        ):
            with self.subTest(given):
                self.assertEqual(Why.typed(True, given).text, "")

    def test_words_that_are_too_long_are_refused_with_their_length(self):
        typed = Why.typed(True, {"why": "other", "why_words": "x" * 301})
        self.assertEqual(typed.text, "")
        self.assertIn("301", typed.error.zh)

    def test_the_history_reads_in_either_language(self):
        self.assertEqual(in_words("query_answered").zh, "答复质疑")
        self.assertEqual(in_words("other: moved house").en, "other reason: moved house")
        self.assertEqual(in_words("the report is wrong").zh, "the report is wrong")
        self.assertIsNone(in_words(None))


class CompleteCase(Entry):
    """The case is complete and was entered by somebody else."""

    def setUp(self):
        super().setUp()
        with acting("somebody else"):
            self.patient = factories.full_case("S-900", self.centre).patient

    def change(self, **why: str):
        form = self.open("operation") | {"why": "", "why_words": ""} | why
        return self.client.post(self.url("operation"), answered(form, blood_loss_ml="777"))

    @property
    def stored(self) -> int:
        return Operation.objects.get(patient=self.patient).blood_loss_ml


@proves("P2")
class FormTest(CompleteCase):
    def test_without_a_reason_nothing_is_saved_and_everything_typed_is_kept(self):
        page = self.refused(self.change())
        self.assertEqual(self.stored, 400)
        self.assertIn("Say why it is changed", page.text)
        self.assertEqual(page.form()["head-blood_loss_ml"], "777")
        self.assertEqual(page.form()["why"], "")

    def test_the_refusal_speaks_chinese(self):
        in_chinese(self.client)
        self.assertIn("请说明修改原因", self.refused(self.change()).text)

    def test_with_a_reason_it_is_saved_and_the_history_shows_it(self):
        self.saved(self.change(why="new_information", why_words="letter of 3 May"))
        self.assertEqual(self.stored, 777)
        change = Change.objects.filter(patient_id=self.patient.pk).latest("id")
        self.assertEqual(change.reason, "new_information: letter of 3 May")
        history = reverse("case_history", args=[self.patient.patient_uid])
        self.assertIn("new information: letter of 3 May", Page(self.client.get(history)).text)

    def test_other_reasons_need_words_and_keep_them_when_refused(self):
        self.refused(self.change(why="other"))
        page = self.refused(self.change(why="", why_words="half a reason"))
        self.assertEqual(page.form()["why_words"], "half a reason")
        self.saved(self.change(why="other", why_words="the patient asked"))

    def test_saving_what_nobody_changed_needs_no_reason(self):
        before = Change.objects.latest("id").pk
        self.saved(self.client.post(self.url("operation"), self.open("operation") | {"why": ""}))
        self.assertEqual(Change.objects.latest("id").pk, before)

    def test_a_new_row_gives_its_own_reason(self):
        form = self.open("complications") | {"why": ""}
        answers = {"comp_type": "uti", "cd_grade": "1", "onset_date": "2022-03-06", "management": ["observe"]}
        answers["related_to_surgery"] = "probable"
        self.saved(self.client.post(self.url("complications"), with_row(form, cards(form), **answers)))
        change = Change.objects.filter(table_name="registry_complication").latest("id")
        self.assertEqual((change.operation, change.reason), ("insert", "added"))

    def test_a_new_row_beside_a_changed_one_needs_the_reason(self):
        form = self.open("complications") | {"why": "", "rows-0-resolved_date": "2022-03-21"}
        self.refused(
            self.client.post(self.url("complications"), with_row(form, cards(form), comp_type="uti"))
        )

    def test_removing_a_row_needs_a_reason(self):
        form = self.open("complications") | {"why": "", "rows-0-removed": "1"}
        self.refused(self.client.post(self.url("complications"), form))
        self.saved(self.client.post(self.url("complications"), explained(form, "source_checked")))

    def test_a_draft_is_changed_without_a_reason(self):
        Operation.objects.filter(patient=self.patient).update(surgical_intent=None)
        form = self.open("operation")
        self.assertNotIn("why", form)
        self.saved(self.client.post(self.url("operation"), answered(form, blood_loss_ml="777")))
        self.assertIsNone(Change.objects.filter(channel="form").latest("id").reason)

    def test_plain_sql_shows_as_the_role_of_the_database(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registry_operation SET blood_loss_ml = 5 WHERE patient_id = %s", [self.patient.pk]
            )
        change = Change.objects.filter(table_name="registry_operation").latest("id")
        self.assertTrue(change.who.startswith("db:"), change.who)
        self.assertIsNone(change.channel)


@proves("P2")
class AdminTest(Administration):
    def test_without_a_reason_nothing_is_saved_and_everything_typed_is_kept(self):
        answer = self.post(self.own.operation, blood_loss_ml="777", why="")
        self.assertIn("Say why it is changed", self.refused(answer))
        self.assertEqual(Page(answer).form("operation_form")["blood_loss_ml"], "777")
        self.own.operation.refresh_from_db()
        self.assertEqual(self.own.operation.blood_loss_ml, 400)

    def test_with_a_reason_it_is_saved_and_kept(self):
        self.saved(self.post(self.own.operation, blood_loss_ml="777", why="other", why_words="asked"))
        change = Change.objects.filter(table_name="registry_operation").latest("id")
        self.assertEqual((change.reason, change.channel), ("other: asked", "admin"))

    def test_a_row_on_the_page_of_the_patient_needs_it_too(self):
        form = self.open(self.patient)
        cause = next(one for one in form if one.endswith("-0-death_cause"))
        form |= {cause: "surgical", "why": ""}
        self.assertIn("Say why it is changed", self.refused(self.client.post(page_of(self.patient), form)))
        self.saved(self.client.post(page_of(self.patient), form | {"why": "query_answered"}))

    def test_saving_what_nobody_changed_needs_none(self):
        before = Change.objects.latest("id").pk
        self.saved(self.post(self.own.operation, why=""))
        self.assertEqual(Change.objects.latest("id").pk, before)


@proves("P2")
class EveryChangeOfACompleteSectionTest(Administration):
    """Random changes by forms and in the admin, with and without a reason."""

    EDITS = {
        "operation": ("blood_loss_ml", "op_time_min", "surgical_intent"),
        "diagnosis": ("primary_site", "t_category"),
        "assessment": ("ecog", "weight_kg", "liver_burden_pct"),
    }

    def test_every_one_carries_a_reason(self):
        rounds, chance = size("P2", reduced=12, full=150), random.Random(2)
        explained_changes = 0
        for number in range(rounds):
            slug = chance.choice([one.slug for one in SECTIONS if one.slug in self.EDITS])
            section = next(one for one in SECTIONS if one.slug == slug)
            row = getattr(load(Patient.objects.get(pk=self.patient.pk)), section.head_name)
            was_complete = section_state(load(self.patient), section).state == COMPLETE
            why = chance.choice(["", "", *REASONS])
            before = Change.objects.latest("id").pk
            name = chance.choice([one for one in self.EDITS[slug] if hasattr(row, one)])
            self._send(chance, slug, row, name, self._other(chance, row, name), why, f"words {number}")
            made = Change.objects.filter(id__gt=before, patient_id=self.patient.pk, table_name__in=TABLES)
            if was_complete:
                self.assertEqual([one for one in made if not one.reason], [])
                explained_changes += made.count()
        self.assertGreater(explained_changes, 0)
        measured(
            "P2", f"{explained_changes} of {explained_changes} changes of complete sections carry a reason"
        )

    def _other(self, chance: random.Random, row, name: str) -> str:
        """Another answer, and now and then none, which makes a draft of the section."""
        if chance.random() < 0.2:
            return ""
        answer = row._meta.get_field(name)
        if answer.codes:
            return chance.choice([one.code for one in answer.codes])
        return str(chance.randint(20, 95))

    def _send(self, chance, slug, row, name, value, why, words) -> None:
        if chance.random() < 0.5:
            self.post(row, **{name: value}, why=why, why_words=words if why else "")
            return
        address = reverse("section", args=[self.patient.patient_uid, slug])
        form = Page(self.client.get(address)).form() | {"why": why, "why_words": words if why else ""}
        self.client.post(address, answered(form, **{name: value}))
