"""Synthetic patients in the registry: stored once, recorded in the history, never mixed with others."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from unittest import skipUnless

from django.contrib.auth import authenticate, get_user_model
from django.db import IntegrityError
from django.test import TestCase

from benchmarks.population import NotThrowAway, populate
from registry import case as case_files
from registry import demo
from registry.completeness import case_state
from registry.demo.loading import AT_ONCE
from registry.models import (
    CLINICAL,
    Centre,
    Change,
    Complication,
    FollowupVisit,
    Membership,
    Operation,
    Patient,
    Remark,
)
from registry.rules import findings, possible_duplicates
from tests import factories
from tests.transactions import RealTransactions


class LoadingTest(TestCase):
    def test_the_cohort_is_stored_as_it_was_made(self):
        demo.load_demo()
        made = [row for one in demo.cohort() for row in one.rows()]
        for model in CLINICAL:
            wanted = sum(type(row) is model for row in made)
            self.assertEqual(model.objects.count(), wanted, model.__name__)
        first = Operation.objects.get(patient__local_study_id="SYN-001")
        self.assertEqual(first.blood_loss_ml, demo.cohort()[0].operation.blood_loss_ml)

    def test_a_second_time_nothing_is_stored(self):
        self.assertFalse(demo.is_loaded())
        centre = demo.load_demo()
        self.assertTrue(demo.is_loaded())
        before = Change.objects.count()
        self.assertEqual(demo.load_demo(), centre)
        self.assertEqual(Change.objects.count(), before)
        self.assertEqual(Patient.objects.count(), 31)

    def test_every_row_stands_in_the_history_under_the_name_of_the_demonstration(self):
        demo.load(demo.more_cases(2, seed=1), demo.stored_centre())
        for model in (Patient, Operation, FollowupVisit, Complication):
            recorded = Change.objects.filter(table_name=model._meta.db_table, operation="insert")
            self.assertEqual(recorded.count(), model.objects.count())
        of_cases = Change.objects.filter(patient_id__isnull=False)
        self.assertEqual(set(of_cases.values_list("actor", flat=True)), {"demo"})

    def test_stored_cases_are_complete_without_findings_and_without_remarks(self):
        demo.load_demo()
        patients = Patient.objects.select_related("centre")
        for file in case_files.load_many(patients):
            with self.subTest(file.patient.local_study_id):
                self.assertTrue(case_state(file).is_complete)
                self.assertEqual([str(one.message) for one in findings(file)], [])
                self.assertEqual(possible_duplicates(file, patients), [])
        self.assertFalse(Remark.objects.exists())

    def test_many_cases_are_loaded_in_batches(self):
        centre, wanted = demo.stored_centre(), AT_ONCE + 10
        self.assertEqual(demo.load(demo.more_cases(wanted, seed=2), centre), wanted)
        self.assertEqual(Patient.objects.filter(centre=centre, synthetic=True).count(), wanted)

    def test_nothing_remains_of_a_load_that_fails_in_its_second_batch(self):
        twice = [*demo.more_cases(AT_ONCE, seed=3), *demo.more_cases(1, seed=3)]
        with self.assertRaises(IntegrityError):
            demo.load(twice, demo.stored_centre())
        self.assertFalse(Patient.objects.exists())

    def test_a_registry_with_other_patients_is_left_alone(self):
        factories.patient()
        with self.assertRaises(demo.HoldsRealPatients) as refused:
            demo.load_demo()
        self.assertFalse(Centre.objects.filter(centre_id="CN-DEMO01").exists())
        self.assertIn("1 patients that are not synthetic", refused.exception.message.en)
        self.assertIn("1例非合成病例", refused.exception.message.zh)
        self.assertEqual(Patient.objects.count(), 1)

    def test_a_case_typed_beside_the_synthetic_ones_does_not_stop_the_next_start(self):
        centre = demo.load_demo()
        factories.patient("FU-0032", of=centre)
        self.assertEqual(demo.load_demo(), centre)
        self.assertEqual(Patient.objects.count(), 32)

    def test_the_centre_is_made_once(self):
        self.assertEqual(demo.stored_centre(), demo.stored_centre())
        self.assertEqual(Centre.objects.filter(centre_id="CN-DEMO01").count(), 1)


class LoginTest(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "var" / "demo-login.txt"
        self.centre = demo.stored_centre()

    def passwords(self) -> dict[str, str]:
        text = demo.ensure_logins(self.centre, self.file)
        return dict(line.split()[:2] for line in text.splitlines()[1:])

    def test_everybody_can_log_in_with_what_is_printed(self):
        passwords = self.passwords()
        names = {"surgeon", "nurse", "admin", "datamanager", "statistician", "auditor"}
        self.assertEqual(set(passwords), names)
        for name, password in passwords.items():
            self.assertGreaterEqual(len(password), 12)
            self.assertIsNotNone(authenticate(username=name, password=password))

    def test_the_surgeon_edits_cases_and_the_administrator_runs_the_site(self):
        self.passwords()
        users = {one.username: one for one in get_user_model().objects.all()}
        self.assertFalse(any(one.is_superuser for one in users.values()))
        self.assertEqual(
            {name for name, one in users.items() if one.is_staff},
            {"surgeon", "admin", "datamanager", "auditor"},
        )
        held = set(Membership.objects.values_list("user__username", "role", "centre__centre_id"))
        code = self.centre.centre_id
        self.assertGreater(held, {("surgeon", "lead", code), ("nurse", "entry", code)})
        self.assertGreater(held, {("admin", "administrator", None), ("admin", "auditor", None)})

    def test_each_line_says_the_role_in_both_languages(self):
        self.passwords()
        text = self.file.read_text(encoding="utf-8")
        self.assertRegex(text, r"statistician +\S+  statistician / \S+")

    @skipUnless(os.name == "posix", "file modes are a matter of POSIX systems")
    def test_the_file_is_readable_by_its_owner_alone(self):
        self.passwords()
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual([one.name for one in self.file.parent.iterdir()], ["demo-login.txt"])

    def test_a_second_time_the_passwords_stay(self):
        before = self.passwords()
        changes = Change.objects.count()
        self.assertEqual(self.passwords(), before)
        self.assertEqual(Change.objects.count(), changes)

    def test_somebody_who_was_there_before_keeps_the_password(self):
        get_user_model().objects.create_user("admin", password="known only to the owner")
        passwords = self.passwords()
        self.assertNotIn("admin", passwords)
        self.assertIsNotNone(authenticate(username="admin", password="known only to the owner"))

    def test_a_person_who_was_removed_gets_a_new_password_and_the_other_keeps_the_old(self):
        before = self.passwords()
        get_user_model().objects.get(username="surgeon").delete()
        after = self.passwords()
        self.assertEqual(after["admin"], before["admin"])
        self.assertNotEqual(after["surgeon"], before["surgeon"])
        self.assertIsNotNone(authenticate(username="surgeon", password=after["surgeon"]))

    def test_without_the_file_known_people_have_nothing_to_tell(self):
        self.passwords()
        self.file.unlink()
        self.assertEqual(demo.ensure_logins(self.centre, self.file), "")


class PopulationTest(RealTransactions):
    """Many patients for a benchmark, past the triggers."""

    def test_the_same_patients_are_stored_as_by_ordinary_loading(self):
        populate(5, seed=9, name_contains="test")
        made = {one.patient.patient_uid: one for one in demo.more_cases(5, seed=9)}
        files = case_files.load_many(Patient.objects.select_related("centre"))
        self.assertEqual({one.patient.patient_uid for one in files}, set(made))
        for file in files:
            case = made[file.patient.patient_uid]
            self.assertEqual(file.operation.blood_loss_ml, case.operation.blood_loss_ml)
            self.assertEqual(file.assessment.segments_involved, case.assessment.segments_involved)
            self.assertEqual(file.assessment.largest_met_cm, case.assessment.largest_met_cm)
            self.assertEqual([one.visit_date for one in file.visits], [one.visit_date for one in case.visits])
            self.assertIsNone(file.operation.icg_fluorescence)
            self.assertEqual([str(one.message) for one in findings(file)], [])

    def test_the_history_stays_out_of_it_and_is_on_again_afterwards(self):
        populate(3, seed=9, name_contains="test")
        self.assertFalse(Change.objects.filter(table_name="registry_patient").exists())
        added = factories.patient()
        self.assertTrue(Change.objects.filter(table_name="registry_patient", row_id=added.pk).exists())

    def test_only_an_empty_database_made_for_the_purpose_is_filled(self):
        with self.assertRaisesRegex(NotThrowAway, "not named"):
            populate(1, name_contains="benchmark")
        factories.patient()
        with self.assertRaisesRegex(NotThrowAway, "holds patients already"):
            populate(1, name_contains="test")
