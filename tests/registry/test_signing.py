"""A signature vouches for the content that the signer saw, and for nothing else."""

import random
import re

from django.db import DatabaseError, connection, transaction
from django.test import TestCase, override_settings
from django.urls import reverse

from registry import signing
from registry.approvals import Refused
from registry.content import content_hash, content_hashes
from registry.context import acting, on_behalf_of
from registry.models import (
    Complication,
    Diagnosis,
    FollowupVisit,
    Operation,
    Patient,
    Remark,
    Signature,
)
from registry.standing import standing_of, voiding_change
from tests import factories
from tests.promises import measured, proves, size
from tests.registry.signing_in import confirmed, signed_in


class Signable(TestCase):
    """A complete case, entered by somebody else, and a lead who may sign it."""

    @classmethod
    def setUpTestData(cls):
        cls.centre = factories.centre()
        cls.lead = factories.member("lead", cls.centre, role="lead")
        cls.entry = factories.member("entry", cls.centre)
        with acting("somebody else"):
            cls.patient = factories.full_case(of=cls.centre).patient

    def sign(self, meaning: str = "complete", by=None) -> Signature:
        person = by or self.lead
        with on_behalf_of(person):
            return signing.sign(person, self.patient, meaning, signing.offer(person, self.patient))

    def assertSignatureRefused(self, label, meaning: str = "complete", by=None) -> None:
        with self.assertRaises(Refused) as caught:
            self.sign(meaning, by)
        self.assertEqual(caught.exception.label, label)


@proves("P20")
class SigningTest(Signable):
    def test_a_signature_keeps_name_meaning_time_and_the_hash_of_the_content(self):
        made = self.sign()
        made.refresh_from_db()
        self.assertEqual(
            (made.signer, made.meaning, made.content_hash, made.own_entries),
            ("lead", "complete", content_hash(self.patient), False),
        )
        self.assertTrue(standing_of(self.patient).is_signed)

    def test_incomplete_data_are_not_signed_as_complete_but_can_be_reviewed(self):
        Diagnosis.objects.filter(patient=self.patient).update(primary_site=None)
        with self.assertRaises(Refused) as caught:
            self.sign()
        self.assertIn("Still missing", caught.exception.label.en)
        self.assertEqual(self.sign("reviewed").meaning, "reviewed")

    def test_what_changed_since_the_page_was_opened_is_not_signed(self):
        with on_behalf_of(self.lead):
            offered = signing.offer(self.lead, self.patient)
        Operation.objects.filter(patient=self.patient).update(blood_loss_ml=401)
        with on_behalf_of(self.lead), self.assertRaises(Refused) as caught:
            signing.sign(self.lead, self.patient, "complete", offered)
        self.assertEqual(caught.exception.label, signing.STALE)

    def test_an_offer_serves_one_person_one_case_and_one_signature(self):
        with on_behalf_of(self.lead):
            offered = signing.offer(self.lead, self.patient)
            signing.sign(self.lead, self.patient, "complete", offered)
            for meaning in ("complete", "reviewed"):
                with self.assertRaises(Refused):
                    signing.sign(self.lead, self.patient, meaning, offered)
        other = factories.member("second lead", self.centre, role="lead")
        with on_behalf_of(other), self.assertRaises(Refused):
            signing.sign(other, self.patient, "complete", offered)

    def test_a_forged_offer_and_an_unknown_meaning_are_refused(self):
        with on_behalf_of(self.lead):
            for meaning, offered in (("complete", "forged"), ("complete", ""), ("sworn", "forged")):
                with self.assertRaises(Refused):
                    signing.sign(self.lead, self.patient, meaning, offered)

    def test_who_entered_data_does_not_sign_them(self):
        with on_behalf_of(self.lead):
            Operation.objects.filter(patient=self.patient).update(blood_loss_ml=401)
        self.assertSignatureRefused(signing.OWN_ENTRIES)

    @override_settings(SIGN_OWN=True)
    def test_by_setting_a_lead_signs_own_entries_and_the_signature_says_so(self):
        with on_behalf_of(self.lead):
            Operation.objects.filter(patient=self.patient).update(blood_loss_ml=401)
        self.assertTrue(self.sign().own_entries)


class ContentTest(Signable):
    def test_the_same_content_has_the_same_hash_wherever_it_is_read(self):
        other = factories.full_case().patient
        both = content_hashes([self.patient.pk, other.pk])
        self.assertEqual(both[self.patient.pk], content_hash(self.patient))
        self.assertNotEqual(both[self.patient.pk], both[other.pk])

    def test_what_holds_nothing_does_not_count_and_everything_else_does(self):
        before = content_hash(self.patient)
        Diagnosis.objects.filter(patient=self.patient).update(primary_site="other")
        self.assertNotEqual(content_hash(self.patient), before)

    def test_a_remark_is_content(self):
        before = content_hash(self.patient)
        row = Operation.objects.get(patient=self.patient)
        Remark.objects.create(
            patient=self.patient, table="operation", row_id=row.pk, field="x", kind="as_typed", content="a"
        )
        self.assertNotEqual(content_hash(self.patient), before)

    def test_changing_back_gives_the_hash_back(self):
        before = content_hash(self.patient)
        rows = Operation.objects.filter(patient=self.patient)
        loss = rows.get().blood_loss_ml
        rows.update(blood_loss_ml=loss + 1)
        self.assertNotEqual(content_hash(self.patient), before)
        rows.update(blood_loss_ml=loss)
        self.assertEqual(content_hash(self.patient), before)


@proves("P20", "T32")
class VoidingTest(Signable):
    def test_a_change_by_plain_sql_voids_and_says_who(self):
        made = self.sign()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registry_operation SET blood_loss_ml = 7 WHERE patient_id = %s", [self.patient.pk]
            )
        made.refresh_from_db()
        self.assertIsNotNone(made.voided_at)
        self.assertTrue(made.voided_by.startswith("db:"))
        change = voiding_change(made)
        self.assertEqual((change.table_name, change.changes["blood_loss_ml"][1]), ("registry_operation", 7))

    def test_a_change_back_does_not_revive_a_signature(self):
        made = self.sign()
        rows = Operation.objects.filter(patient=self.patient)
        loss = rows.get().blood_loss_ml
        rows.update(blood_loss_ml=loss + 1)
        rows.update(blood_loss_ml=loss)
        self.assertEqual(standing_of(self.patient).valid, [])
        self.assertEqual(made.content_hash, content_hash(self.patient))

    def test_another_patients_change_leaves_it_valid(self):
        self.sign()
        Operation.objects.filter(patient=factories.full_case().patient).update(blood_loss_ml=1)
        self.assertTrue(standing_of(self.patient).is_signed)

    def test_a_statement_that_changes_nothing_voids_nothing(self):
        self.sign()
        rows = Operation.objects.filter(patient=self.patient)
        rows.update(blood_loss_ml=rows.get().blood_loss_ml)
        self.assertTrue(standing_of(self.patient).is_signed)

    def test_0_valid_signatures_over_changed_content_in_random_orders_of_edits(self):
        orders, chance = size("P20", reduced=40, full=1000), random.Random(20)
        wrong = 0
        for _ in range(orders):
            signed = []
            for edit in chance.sample(EDITS, chance.randint(1, 4)) + ["sign"] * chance.randint(1, 2):
                signed.append(edit)
            chance.shuffle(signed)
            for step in signed:
                if step == "sign":
                    if not standing_of(self.patient).valid:
                        self.sign("reviewed")
                else:
                    step(self.patient, chance)
                present = content_hash(self.patient)
                wrong += sum(one.content_hash != present for one in standing_of(self.patient).valid)
        self.assertEqual(wrong, 0)
        measured("P20", f"{wrong} valid signatures over changed content in {orders} random orders of edits")


def _save(patient: Patient, chance: random.Random) -> None:
    row = Operation.objects.get(patient=patient)
    row.blood_loss_ml = chance.randint(1, 5000)
    row.save()


def _update(patient: Patient, chance: random.Random) -> None:
    Diagnosis.objects.filter(patient=patient).update(primary_site=chance.choice(["pancreas", "other", None]))


def _plain_sql(patient: Patient, chance: random.Random) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_patient SET smoking_status = %s WHERE id = %s",
            [chance.choice(["never", "former", None]), patient.pk],
        )


def _bulk_create(patient: Patient, chance: random.Random) -> None:
    Complication.objects.bulk_create(
        Complication(patient=patient, comp_type="other", comp_other_text=str(chance.random()))
        for _ in range(2)
    )


def _bulk_update(patient: Patient, chance: random.Random) -> None:
    rows = list(FollowupVisit.objects.filter(patient=patient))
    for row in rows:
        row.target_sum_mm = chance.randint(1, 100)
    FollowupVisit.objects.bulk_update(rows, ["target_sum_mm"])


def _delete(patient: Patient, chance: random.Random) -> None:
    last = Complication.objects.filter(patient=patient).order_by("-pk").first()
    if last:
        last.delete()


def _plain_delete(patient: Patient, chance: random.Random) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_remark WHERE patient_id = %s", [patient.pk])


def _remark(patient: Patient, chance: random.Random) -> None:
    Remark.objects.create(
        patient=patient,
        table="patient",
        row_id=patient.pk,
        field="sex",
        kind="as_typed",
        content=str(chance.random()),
    )


def _upsert(patient: Patient, chance: random.Random) -> None:
    row = Operation.objects.get(patient=patient)
    row.op_time_min = chance.randint(30, 900)
    Operation.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["id"], update_fields=["op_time_min"]
    )


EDITS = [_save, _update, _plain_sql, _bulk_create, _bulk_update, _delete, _plain_delete, _remark, _upsert]


@proves("P20", "T32")
class ForgeryTest(Signable):
    """What the application's own role cannot do to a signature by any statement."""

    refused = 0

    def assertRefused(self, statement: str, *values) -> None:
        with self.assertRaises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
        self.refused += 1

    def test_no_statement_alters_revives_or_removes_a_signature(self):
        made = self.sign()
        for change in ("signer = 'x'", "content_hash = ''", "meaning = 'reviewed'", "voided_at = now()"):
            self.assertRefused(f"UPDATE registry_signature SET {change} WHERE id = %s", made.pk)
        self.assertRefused("DELETE FROM registry_signature WHERE id = %s", made.pk)
        Operation.objects.filter(patient=self.patient).update(blood_loss_ml=1)
        self.assertRefused("UPDATE registry_signature SET voided_at = NULL, voided_by = NULL")
        measured(
            "P20",
            f"altering, reviving, removing a signature by SQL: {self.refused} of {self.refused} refused",
        )

    def test_nobody_signs_for_somebody_else(self):
        with self.assertRaises(DatabaseError), transaction.atomic(), on_behalf_of(self.entry):
            Signature.objects.create(
                patient=self.patient, user=self.lead, meaning="complete", content_hash=""
            )

    def test_a_command_cannot_sign(self):
        with self.assertRaises(DatabaseError), transaction.atomic(), acting("a script"):
            Signature.objects.create(
                patient=self.patient, user=self.lead, meaning="complete", content_hash=""
            )


@proves("T32")
class SigningPageTest(Signable):
    def setUp(self):
        signed_in(self.client, self.lead)
        self.address = reverse("case_signing", args=[self.patient.patient_uid])

    def offered(self) -> str:
        page = self.client.get(self.address).content.decode()
        return re.search(r'name="offer" value="([^"]+)"', page)[1]

    def post(self, **given):
        return self.client.post(self.address, {"do": "sign", "meaning": "complete"} | given)

    def test_the_page_signs_and_shows_name_meaning_and_time(self):
        answer = self.post(offer=self.offered())
        self.assertRedirects(answer, self.address)
        page = self.client.get(self.address)
        self.assertContains(page, "data complete and correct")
        self.assertContains(page, "UTC")

    def test_without_a_fresh_factor_one_is_sent_to_give_it(self):
        offered = self.offered()
        confirmed(self.client, ago=6 * 60)
        answer = self.post(offer=offered)
        self.assertEqual(answer.status_code, 302)
        self.assertIn(reverse("confirm"), answer.url)
        self.assertFalse(Signature.objects.exists())
        self.assertNotContains(self.client.get(self.address), 'name="offer"')

    def test_replaying_a_signing_post_is_refused(self):
        given = {"offer": self.offered()}
        self.post(**given)
        replayed = [self.post(**given).status_code]
        rows = Operation.objects.filter(patient=self.patient)
        loss = rows.get().blood_loss_ml
        rows.update(blood_loss_ml=loss + 1)
        rows.update(blood_loss_ml=loss)
        replayed.append(self.post(**given).status_code)
        self.assertEqual(replayed, [422, 422])
        valid = Signature.objects.filter(voided_at=None).count()
        self.assertEqual(valid, 0)
        measured(
            "T32", f"{len(replayed)} replayed signing posts, also over the same content: {valid} signatures"
        )

    def test_the_page_says_who_voided_a_signature_and_by_which_change(self):
        self.post(offer=self.offered())
        with on_behalf_of(self.entry):
            Operation.objects.filter(patient=self.patient).update(blood_loss_ml=1234)
        page = self.client.get(self.address)
        self.assertContains(page, "Voided by a change of entry")
        self.assertContains(page, "1234")

    def test_data_entry_and_other_centres_do_not_sign(self):
        stranger = factories.member("stranger", factories.centre("CN-OTHER"), role="lead")
        for person, status in ((self.entry, 404), (stranger, 404)):
            signed_in(self.client, person)
            with self.subTest(person.username):
                self.assertEqual(self.post(offer="x").status_code, status)
        self.assertFalse(Signature.objects.exists())

    def test_sections_of_a_signed_case_are_shown_as_signed_until_a_change(self):
        self.post(offer=self.offered())
        case = reverse("case", args=[self.patient.patient_uid])
        self.assertContains(self.client.get(case), "state-signed")
        self.assertContains(self.client.get(reverse("cases")), "signed")
        Operation.objects.filter(patient=self.patient).update(blood_loss_ml=1234)
        self.assertNotContains(self.client.get(case), "state-signed")
