"""Erasing one subject: unreadable in rows, trail and older copies, and the trail still verifies."""

from __future__ import annotations

import tempfile
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from registry import approvals, identity
from registry.audit.erasure import naming_fields
from registry.audit.verify import verify
from registry.context import acting, on_behalf_of
from registry.models import (
    CLINICAL,
    Approval,
    CaseLock,
    Change,
    Draft,
    Erasure,
    Operation,
    Patient,
    Remark,
    SubjectLink,
)
from tests import factories
from tests.promises import measured, proves
from tests.registry.second_server import ALIAS, WithSecond, dump, load, second_server
from tests.registry.test_seals import KEY, Sealed
from tests.transactions import as_owner

CANARY, HOSPITAL_NUMBER = "CANARYZHANG", "H-7788990"


def whole_trail(using: str = "default") -> str:
    """Everything that the trail says, as one text."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(changes::text, ' '), '') FROM registry_change")
        return cursor.fetchone()[0]


class WithIdentity(Sealed):
    """A case with canaries wherever words can be typed, and a hospital number."""

    def setUp(self):
        super().setUp()
        settings = {"IDENTITY_KEY": "i" * 40, "IDENTITY_FOLDER": self.folder / "identity"}
        self.enterContext(override_settings(**settings))
        self.patient = factories.full_case(f"{CANARY}1").patient
        for model in CLINICAL:
            own = {"pk": self.patient.pk} if model is Patient else {"patient": self.patient}
            for number, field in enumerate(naming_fields(model)):
                if field.name != "local_study_id":
                    text = f"{CANARY}{number}"[: field.max_length]
                    model.objects.filter(**own).update(**{field.name: text})
        table = Operation._meta.db_table
        operation = Operation.objects.get(patient=self.patient)
        Remark.objects.create(
            patient=self.patient,
            table=table,
            row_id=operation.pk,
            field="blood_loss_ml",
            kind="as_typed",
            content=CANARY,
        )
        person = factories.member("author", self.patient.centre)
        Draft.objects.create(
            user=person,
            form=f"{self.patient.patient_uid}.operation",
            content={"note": CANARY},
            saved_at=timezone.now(),
        )
        identity.keep(self.patient, HOSPITAL_NUMBER)
        self.seal()

    def confirmed(self) -> Approval:
        lead = factories.member("lead", self.patient.centre, role="lead")
        manager = factories.registry_wide("manager")
        with on_behalf_of(lead):
            asked = approvals.ask(
                lead,
                "erase",
                centre=self.patient.centre,
                subject=self.patient.patient_uid,
                reason="she asked for it",
            )
        with on_behalf_of(manager):
            return approvals.confirm(manager, Approval.objects.get(pk=asked.pk))

    def erase(self) -> str:
        out = StringIO()
        call_command("erase_subject", self.patient.patient_uid, reason="GDPR 17", by="operator", stdout=out)
        return out.getvalue()

    def found(self) -> list[str]:
        return [f"{one.kind} {one.place}" for one in verify("seal", KEY).findings]


@proves("P26")
class Erasing(WithIdentity):
    def test_nothing_that_names_the_subject_is_left_and_everything_verifies(self):
        self.assertIn(CANARY, whole_trail())
        events = Change.objects.filter(patient_id=self.patient.pk).count()
        self.confirmed()
        self.assertRegex(
            self.erase(), r"^Erased: \d+ fields emptied, \d+ events redacted, its link key is destroyed"
        )
        self.assertNotIn(CANARY, whole_trail())
        self.assertEqual(self.left_in_rows(), [])
        self.assertEqual(self.found(), [])
        self.seal()
        self.assertEqual(self.found(), [])
        record = Erasure.objects.get()
        self.assertEqual((record.erased_by, record.reason), ("operator", "GDPR 17"))
        self.assertGreaterEqual(record.events, events)
        self.assertGreater(verify("seal", KEY).redacted, events)
        measured(
            "P26",
            f"{record.events} events redacted, 0 of the subject's words left in rows and trail, 0 findings",
        )

    def left_in_rows(self) -> list[str]:
        """The tables in which a canary still lies, also where the row is dead and not yet overwritten."""
        left = []
        with connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for (table,) in cursor.fetchall():
                cursor.execute(f"SELECT count(*) FROM \"{table}\" t WHERE t::text LIKE '%%{CANARY}%%'")
                left += [table] * (cursor.fetchone()[0] > 0)
        return left

    def test_the_clinical_facts_and_who_entered_them_stay(self):
        before = Operation.objects.get(patient=self.patient)
        who = list(
            Change.objects.filter(patient_id=self.patient.pk).order_by("id").values_list("id", "actor", "at")
        )
        self.confirmed()
        self.erase()
        after = Operation.objects.get(patient=self.patient)
        self.assertEqual(
            (after.surgery_date, after.blood_loss_ml), (before.surgery_date, before.blood_loss_ml)
        )
        kept = Change.objects.filter(id__in=[one[0] for one in who]).order_by("id")
        self.assertEqual(list(kept.values_list("id", "actor", "at")), who)
        patient = Patient.objects.get(pk=self.patient.pk)
        self.assertEqual(patient.local_study_id, f"erased {patient.patient_uid}"[:20])

    def test_another_subject_keeps_everything(self):
        other = factories.full_case("OTHER").patient
        events = Change.objects.filter(patient_id=other.pk).order_by("id").values_list("changes", flat=True)
        before = list(events)
        self.confirmed()
        self.erase()
        self.assertEqual(list(events.all()), before)

    def test_what_happens_afterwards_is_recorded_and_verified_as_ever(self):
        self.confirmed()
        self.erase()
        Operation.objects.filter(patient=self.patient).update(op_time_min=333)
        Operation.objects.filter(patient=self.patient).delete()
        self.assertEqual(self.found(), [])

    def test_erasing_again_does_nothing(self):
        self.confirmed()
        self.erase()
        before = Change.objects.count()
        self.assertIn("0 events redacted, it had no link key", self.erase())
        self.assertEqual((Change.objects.count(), Erasure.objects.count()), (before, 1))

    def test_it_needs_the_confirmed_request_of_two_persons(self):
        with self.assertRaisesMessage(CommandError, "Nobody has confirmed this erasure"):
            self.erase()
        self.assertIn(CANARY, whole_trail())

    def test_a_locked_case_is_unlocked_first(self):
        self.confirmed()
        CaseLock.objects.create(patient=self.patient, reason="report")
        with self.assertRaisesMessage(CommandError, "locked"):
            self.erase()

    def test_an_unknown_number_and_empty_reasons_are_told(self):
        with self.assertRaisesMessage(CommandError, "There is no patient NOBODY"):
            call_command("erase_subject", "nobody", reason="x", by="y")
        with self.assertRaisesMessage(CommandError, "must not be empty"):
            call_command("erase_subject", self.patient.patient_uid, reason=" ", by="y")

    def test_content_taken_out_by_hand_without_an_erasure_is_found(self):
        with as_owner() as cursor:
            cursor.execute("SELECT registry_redact(%s)", [self.patient.pk])
        self.assertIn("redacted_without_record", {one.partition(" ")[0] for one in self.found()})

    def test_blanking_events_without_stating_what_is_left_is_found(self):
        with as_owner() as cursor:
            cursor.execute(
                "UPDATE registry_change SET changes = registry_blanked(changes), salt = NULL WHERE "
                "patient_id = %s",
                [self.patient.pk],
            )
        self.assertEqual({one.partition(" ")[0] for one in self.found()}, {"redacted_without_record"})

    def test_other_values_cannot_be_put_into_the_place_of_the_old_ones(self):
        for statement in (
            "UPDATE registry_change SET changes = '{}', salt = NULL WHERE patient_id = %s",
            "UPDATE registry_change SET changes = registry_blanked(changes), salt = NULL, actor = 'x' "
            "WHERE patient_id = %s",
        ):
            with self.assertRaisesMessage(Exception, "append-only"), as_owner() as cursor:
                cursor.execute(statement, [self.patient.pk])


@proves("P26", "T35")
class OlderCopies(WithSecond, WithIdentity):
    def test_a_copy_made_before_cannot_be_read_any_more(self):
        """The copy has the encrypted number as it was; the key it would need was never in it."""
        dump(self.folder / "dump")
        self.assertNotIn(HOSPITAL_NUMBER.encode(), (self.folder / "dump").read_bytes())
        self.assertEqual(identity.number_of(self.patient), HOSPITAL_NUMBER)
        self.confirmed()
        self.erase()
        with second_server(self.folder / "server"):
            load(self.folder / "dump")
            with connections[ALIAS].cursor() as cursor:
                cursor.execute("SELECT ciphertext FROM registry_subjectlink")
                (ciphertext,) = cursor.fetchone()
            with self.assertRaises(identity.Unreadable):
                identity.read(bytes(ciphertext), self.patient)
        measured("P26", "hospital number unreadable in a dump made before the erasure (restored and tried)")


class Numbers(WithIdentity):
    def test_the_trail_never_has_the_number_nor_its_ciphertext(self):
        trail = whole_trail()
        self.assertNotIn(HOSPITAL_NUMBER, trail)
        event = Change.objects.get(table_name="registry_subjectlink")
        self.assertEqual(event.changes["ciphertext"], [None, "•••"])

    def test_the_number_is_bound_to_its_patient(self):
        other = factories.patient()
        identity.keep(other, "H-1")
        link = SubjectLink.objects.get(patient=self.patient)
        with self.assertRaises(identity.Unreadable):
            identity.read(bytes(link.ciphertext), other)

    def test_with_another_master_key_nothing_opens(self):
        with override_settings(IDENTITY_KEY="j" * 40), self.assertRaises(identity.Unreadable):
            identity.number_of(self.patient)

    def test_a_number_can_be_replaced_and_forgotten(self):
        identity.keep(self.patient, "H-2")
        self.assertEqual(identity.number_of(self.patient), "H-2")
        identity.keep(self.patient, "")
        self.assertEqual((identity.number_of(self.patient), SubjectLink.objects.count()), ("", 0))

    def test_keys_are_files_that_only_their_owner_reads(self):
        (key,) = (self.folder / "identity").iterdir()
        self.assertEqual((key.name, key.stat().st_mode & 0o777), (f"{self.patient.patient_uid}.key", 0o600))


class Page(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.patient = factories.patient("S-1")
        cls.address = reverse("case_person", args=[cls.patient.patient_uid])
        cls.author = factories.member("author")
        cls.lead = factories.member("lead", role="lead")
        cls.other = factories.member("other", factories.centre("CN-OTHER"))
        cls.manager = factories.registry_wide("manager")
        cls.auditor = factories.registry_wide("auditor")

    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(IDENTITY_KEY="i" * 40, IDENTITY_FOLDER=folder))

    def visit(self, user, **typed):
        self.client.force_login(user)
        return self.client.post(self.address, typed) if typed else self.client.get(self.address)

    def test_data_entry_and_lead_of_the_centre_keep_and_see_the_number(self):
        self.assertRedirects(self.visit(self.author, number=" H-7 ", keep="1"), self.address)
        self.assertContains(self.visit(self.lead), 'value="H-7"')

    def test_nobody_else_sees_the_number(self):
        with acting("test"):
            identity.keep(self.patient, HOSPITAL_NUMBER)
        for user in (self.other, self.auditor):
            self.assertEqual(self.visit(user).status_code, 404)
        self.assertNotContains(self.visit(self.manager), HOSPITAL_NUMBER)
        self.assertEqual(self.visit(self.manager, number="H-8", keep="1").status_code, 404)

    def test_without_a_key_there_is_no_place_for_a_number(self):
        with override_settings(IDENTITY_KEY=""):
            self.assertNotContains(self.visit(self.author), 'name="number"')

    def test_what_cannot_be_a_number_is_refused_and_kept_on_the_page(self):
        answer = self.visit(self.author, number="7" * 41, keep="1")
        self.assertContains(answer, "7" * 41, status_code=422)
        self.assertContains(answer, "at most 40", status_code=422)

    def test_an_erasure_is_asked_for_with_a_reason(self):
        self.assertEqual(self.visit(self.lead, erase="1", reason=" ").status_code, 422)
        self.assertRedirects(self.visit(self.lead, erase="1", reason="asked"), self.address)
        asked = Approval.objects.get()
        self.assertEqual(
            (asked.kind, asked.subject, asked.reason), ("erase", self.patient.patient_uid, "asked")
        )

    def test_the_page_speaks_chinese(self):
        self.client.force_login(self.author)
        answer = self.client.get(self.address, headers={"accept-language": "zh-hans"})
        self.assertEqual(answer.status_code, 200)
