"""One case as a whole, loaded with one query."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from django.db import connection
from django.test import TestCase

from registry.case import REPEATED, SINGLE, instance, load, load_many
from registry.fields import answers
from registry.models import CLINICAL, Consent, Diagnosis, Operation, Patient, Remark, Specimen
from tests import factories


class Loading(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.case = factories.full_case("ONE")
        cls.empty = factories.patient("EMPTY")

    def test_every_stored_row_comes_back_as_the_database_has_it(self):
        for name, model in (SINGLE | REPEATED).items():
            rows = self.case.rows(name)
            self.assertEqual(len(rows), model.objects.filter(patient=self.case.patient).count(), name)
            for row in rows:
                stored = model.objects.get(pk=row.pk)
                for field in model._meta.concrete_fields:
                    ours, theirs = getattr(row, field.attname), getattr(stored, field.attname)
                    self.assertEqual((ours, type(ours)), (theirs, type(theirs)), f"{name}.{field.name}")

    def test_every_clinical_table_belongs_to_the_case(self):
        self.assertEqual({Patient, *SINGLE.values(), *REPEATED.values()}, set(CLINICAL))

    def test_decimals_are_exact_whatever_their_digits(self):
        specimen = self.case.specimens[0]
        for text in ("0.1", "33.3", "99.9", "2.7"):
            Specimen.objects.filter(pk=specimen.pk).update(ki67_pct=Decimal(text))
            self.assertEqual(load(self.case.patient).specimens[0].ki67_pct, Decimal(text))

    def test_one_query_loads_any_number_of_cases(self):
        patients = [self.case.patient, self.empty, *(factories.patient() for _ in range(5))]
        with self.assertNumQueries(1):
            cases = load_many(patients)
        self.assertEqual([one.patient.pk for one in cases], [one.pk for one in patients])

    def test_no_patients_are_no_query(self):
        with self.assertNumQueries(0):
            self.assertEqual(load_many([]), [])

    def test_a_case_without_answers_has_empty_rows_to_read(self):
        case = load(self.empty)
        for name, model in SINGLE.items():
            self.assertFalse(case.has(name))
            self.assertIsInstance(getattr(case, name), model)
            self.assertEqual(case.rows(name), [])
            self.assertIsNone(getattr(case, name).pk)
        self.assertEqual([case.rows(name) for name in REPEATED], [[]] * len(REPEATED))
        self.assertFalse(case.died)
        self.assertIsNone(case.death_or_none)

    def test_rows_come_in_the_order_that_their_model_declares(self):
        for day in (date(2022, 5, 1), None, date(2021, 5, 1)):
            factories.row(Consent, self.empty, consent_status="pending", consent_date=day)
        self.assertEqual(
            [row.consent_date for row in load(self.empty).consents],
            [row.consent_date for row in Consent.objects.filter(patient=self.empty)],
        )

    def test_only_the_index_operation_belongs_to_the_case(self):
        factories.operated(self.empty, on=date(2023, 1, 1), op_no=2)
        self.assertFalse(load(self.empty).has("operation"))
        factories.operated(self.empty, on=date(2022, 1, 1))
        self.assertEqual(load(self.empty).operation.surgery_date, date(2022, 1, 1))

    def test_rows_know_their_patient_without_asking(self):
        case = load(self.case.patient)
        with self.assertNumQueries(0):
            self.assertEqual({row.patient.local_study_id for row in case.visits}, {"ONE"})


class Reading(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.case = factories.full_case("ONE")

    def test_an_answer_is_found_by_section_and_name(self):
        self.assertEqual(self.case.answer("diagnosis.primary_site"), "jejunoileum")
        self.assertEqual(self.case.answer("centre.country"), "CN")
        self.assertEqual(self.case.answer("patient.sex"), "f")

    def test_the_patient_is_a_section_of_one_row(self):
        self.assertEqual(self.case.rows("patient"), [self.case.patient])

    def test_typed_rows_replace_stored_ones_in_a_copy(self):
        changed = self.case.with_rows(operation=Operation(surgery_date=date(2021, 1, 1)))
        self.assertEqual(changed.operation.surgery_date, date(2021, 1, 1))
        self.assertEqual(self.case.operation.surgery_date, date(2022, 3, 1))
        self.assertIs(changed.diagnosis, self.case.diagnosis)

    def test_a_remark_belongs_to_one_answer_of_one_row_and_is_of_one_kind(self):
        row = self.case.diagnosis
        Remark.objects.create(
            patient=self.case.patient,
            table="diagnosis",
            row_id=row.pk,
            field="tnm_edition",
            kind=Remark.MISSING,
            content="unk",
        )
        case = load(self.case.patient)
        self.assertEqual(case.remark(row, "tnm_edition", Remark.MISSING).content, "unk")
        self.assertIsNone(case.remark(row, "tnm_edition", Remark.CONFIRMED))
        self.assertIsNone(case.remark(row, "t_category", Remark.MISSING))
        self.assertIsNone(case.remark(case.operation, "tnm_edition", Remark.MISSING))


class Instances(TestCase):
    """Rows made from what PostgreSQL says of them as JSON, also long ago."""

    def test_a_column_that_is_gone_is_left_out(self):
        row = instance(Diagnosis, {"id": 1, "primary_site": "pancreas", "colour": "red"})
        self.assertEqual((row.pk, row.primary_site), (1, "pancreas"))

    def test_a_value_that_no_longer_fits_stays_as_it_was(self):
        row = instance(Operation, {"surgery_date": "about Easter", "op_time_min": "long"})
        self.assertEqual((row.surgery_date, row.op_time_min), ("about Easter", "long"))

    def test_a_null_is_no_answer(self):
        row = instance(Diagnosis, {one.column: None for one in answers(Diagnosis)})
        self.assertIsNone(row.hormone_syndrome)

    def test_an_instance_counts_as_stored(self):
        patient = factories.patient()
        row = factories.row(Diagnosis, patient, primary_site="pancreas")
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(t)::text FROM registry_diagnosis AS t WHERE id = %s", [row.pk])
            made = instance(Diagnosis, json.loads(cursor.fetchone()[0]))
        made.primary_site = "rectum"
        made.save()
        self.assertEqual(Diagnosis.objects.get().primary_site, "rectum")
