"""Opening a case: a study number, the rest of the patient's section, and the centre it belongs to."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from registry.models import Change, Membership, Patient, Remark
from tests import factories
from tests.pages import Page, Typed, answered, opened, section_url
from tests.registry.entry import Entry, newest_change
from tests.transactions import AtTheSameTime, RealTransactions, wait_until_somebody_waits

NEW = "/cases/new/"


class Opening(Entry):
    def post(self, **typed: str):
        return self.client.post(NEW, answered(opened(self.client, NEW), **typed))

    def test_a_study_number_is_enough(self):
        response = self.post(local_study_id="S-100")
        made = Patient.objects.get(local_study_id="S-100")
        self.assertRedirects(response, section_url(made, "consent"))
        self.assertEqual((made.centre, made.synthetic), (self.centre, False))
        self.assertRegex(made.patient_uid, r"^[A-HJ-KM-NP-Z2-9]{10}$")
        change = Change.objects.get(patient_id=made.pk)
        self.assertEqual((change.operation, change.actor), ("insert", "editor"))

    def test_everything_typed_is_stored_with_its_remarks(self):
        form = answered(opened(self.client, NEW), local_study_id=" S-100 ", sex="f", birth_ym="1968年5月")
        self.client.post(NEW, form | {"head-eligibility_confirmed__missing": "pend"})
        made = Patient.objects.get(local_study_id="S-100")
        self.assertEqual((made.sex, made.birth_ym), ("f", date(1968, 5, 1)))
        kept = set(Remark.objects.filter(patient=made).values_list("field", "kind", "content"))
        self.assertEqual(
            kept, {("birth_ym", "as_typed", "1968年5月"), ("eligibility_confirmed", "missing", "pend")}
        )
        self.assertEqual(opened(self.client, section_url(made, "patient"))["head-birth_ym"], "1968-05")

    def test_a_number_of_another_case_is_refused_beside_the_question(self):
        before = newest_change()
        page = self.refused(self.post(local_study_id="S-001", sex="m"))
        self.assertEqual(
            page.errors(),
            ["Local study number: “S-001” is already used in this centre; every case needs its own."],
        )
        self.assertEqual(page.form()["head-sex"], "m")
        self.assertEqual(newest_change(), before)

    def test_the_same_number_in_full_width_letters_is_the_same_number(self):
        self.assertEqual(len(self.refused(self.post(local_study_id="Ｓ－００１")).errors()), 1)

    def test_a_number_of_another_centre_is_free(self):
        factories.patient("S-100", factories.centre("CN-OTHER"))
        self.assertEqual(self.post(local_study_id="S-100").status_code, 302)

    def test_a_form_that_is_sent_twice_opens_one_case(self):
        form = answered(opened(self.client, NEW), local_study_id="S-100")
        sent = [self.client.post(NEW, form) for _ in range(2)]
        self.assertEqual([one.status_code for one in sent], [302, 302])
        self.assertEqual(sent[0]["Location"], sent[1]["Location"])
        self.assertEqual(Patient.objects.filter(local_study_id="S-100").count(), 1)

    def test_without_a_number_there_is_no_case(self):
        for typed in ("", "  ", "\u3000"):
            page = self.refused(self.post(local_study_id=typed, sex="m"))
            self.assertEqual(page.errors(), ["Local study number: a new case needs one."])
        self.assertEqual(Patient.objects.count(), 1)

    def test_a_wrong_answer_opens_no_case(self):
        page = self.refused(self.post(local_study_id="S-100", birth_ym="1968-05-17"))
        self.assertIn("not the day", page.errors()[0])
        self.assertFalse(Patient.objects.filter(local_study_id="S-100").exists())

    def test_with_one_centre_there_is_nothing_to_choose(self):
        self.assertNotIn("head-centre", opened(self.client, NEW))
        self.assertEqual(Page(self.client.get(NEW)).root.xpath("//input[@name='head-centre']"), [])


class SeveralCentres(Entry):
    def setUp(self):
        super().setUp()
        self.second = factories.centre("CN-SECOND")
        self.readable = factories.centre("CN-READ")
        Membership.objects.create(user=self.editor, centre=self.second)
        Membership.objects.create(user=self.editor, centre=self.readable, role="auditor")
        self.foreign = factories.centre("CN-FOREIGN")

    def post(self, **typed: str):
        return self.client.post(NEW, answered(opened(self.client, NEW), **typed))

    def test_only_centres_in_which_one_may_edit_are_offered_and_none_is_chosen_beforehand(self):
        page = Page(self.client.get(NEW))
        offered = page.root.xpath("//input[@name='head-centre']/@value")
        self.assertEqual(set(offered), {str(self.centre.pk), str(self.second.pk)})
        self.assertNotIn("head-centre", page.form())
        self.assertEqual(page.texts("//*[@data-question='centre']//legend"), ["Centre"])

    def test_the_chosen_centre_gets_the_case(self):
        self.post(local_study_id="S-100", centre=str(self.second.pk))
        self.assertEqual(Patient.objects.get(local_study_id="S-100").centre, self.second)

    def test_no_other_centre_can_be_chosen(self):
        for key in (self.readable.pk, self.foreign.pk, 0, "x", "", "１"):
            page = self.refused(self.post(local_study_id="S-100", centre=str(key)))
            self.assertEqual(len(page.errors()), 1, key)
        self.assertFalse(Patient.objects.filter(local_study_id="S-100").exists())

    def test_a_choice_that_is_missing_is_asked_for_in_the_readers_language(self):
        (english,) = self.refused(self.post(local_study_id="S-100")).errors()
        self.client.cookies["django_language"] = "zh-hans"
        (chinese,) = self.refused(self.post(local_study_id="S-100")).errors()
        self.assertNotEqual(english, chinese)
        self.assertRegex(chinese, r"[\u4e00-\u9fff]")

    def test_a_number_is_compared_within_the_chosen_centre(self):
        self.assertEqual(
            len(self.refused(self.post(local_study_id="S-001", centre=str(self.centre.pk))).errors()), 1
        )
        self.assertEqual(self.post(local_study_id="S-001", centre=str(self.second.pk)).status_code, 302)

    def test_many_centres_are_a_list(self):
        for number in range(8):
            Membership.objects.create(user=self.editor, centre=factories.centre(f"CN-N{number:02}"))
        page = Page(self.client.get(NEW))
        offered = page.root.xpath("//select[@name='head-centre']/option/@value")
        self.assertEqual(len(offered), 11)
        self.assertEqual(page.form()["head-centre"], "")
        self.post(local_study_id="S-100", centre=str(self.second.pk))
        self.assertEqual(Patient.objects.get(local_study_id="S-100").centre, self.second)

    def test_the_choice_survives_an_error(self):
        page = self.refused(self.post(local_study_id="", centre=str(self.second.pk)))
        self.assertEqual(page.form()["head-centre"], str(self.second.pk))


class TwoAtOnce(RealTransactions):
    """The number was free when it was asked, and is taken when it is stored."""

    def setUp(self):
        self.centre = factories.centre()
        self.client.force_login(factories.member("editor", self.centre))

    def meanwhile_taken(self, url: str, form: Typed) -> Page:
        with transaction.atomic():
            factories.patient("S-100", self.centre)
            second = AtTheSameTime(lambda: self.client.post(url, form))
            wait_until_somebody_waits()
        page = Page(second.result())
        self.assertEqual(page.response.status_code, 422)
        self.assertIn("“S-100” is already used in this centre", page.errors()[0])
        self.assertEqual(Patient.objects.filter(local_study_id="S-100").count(), 1)
        return page

    def test_a_new_case_is_refused_beside_the_question(self):
        page = self.meanwhile_taken(NEW, answered(opened(self.client, NEW), local_study_id="S-100", sex="m"))
        self.assertEqual(page.form()["head-sex"], "m")

    def test_another_number_for_an_old_case_is_refused_beside_the_question(self):
        url = section_url(factories.patient("S-001", self.centre), "patient")
        self.meanwhile_taken(url, answered(opened(self.client, url), local_study_id="S-100"))
        self.assertTrue(Patient.objects.filter(local_study_id="S-001").exists())
