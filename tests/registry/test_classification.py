"""Every stored column has a class, and what a file makes of each class."""

from django.db import models
from django.test import SimpleTestCase

from registry import classification, fields
from registry.classification import (
    CLASSES,
    DATE,
    DEIDENTIFIED,
    DIRECT,
    FREE_TEXT,
    GENETIC,
    LOCAL,
    PROFILES,
    TREATMENTS,
    class_of,
    stored_columns,
    treatment,
)
from registry.models import Complication, Diagnosis, Operation, Patient
from tests.promises import measured, proves


@proves("P18")
class ClassificationTest(SimpleTestCase):
    def test_every_column_of_every_table_has_a_class(self):
        self.assertEqual(
            classification.unclassified(), [], "say in registry/classification.py what these hold"
        )
        measured("P18", f"{len(stored_columns())} of {len(stored_columns())} stored columns classified")

    def test_a_column_that_nobody_has_classified_is_found_and_leaves_in_no_file(self):
        field = models.CharField(max_length=10)
        field.set_attributes_from_name("novel")
        field.model = Patient
        self.assertIsNone(class_of(field))
        self.assertEqual({treatment(field, profile) for profile in PROFILES}, {"drop"})

    def test_a_table_of_an_application_that_nobody_knows_has_no_class(self):
        class Stranger(models.Model):
            name = models.CharField(max_length=10)

            class Meta:
                app_label = "stranger"
                managed = False

        self.assertIsNone(class_of(Stranger._meta.get_field("name")))

    def test_every_entry_speaks_of_a_column_or_table_that_exists(self):
        tables = {field.model._meta.db_table for field in stored_columns()}
        columns = {f"{field.model._meta.db_table}.{field.name}" for field in stored_columns()}
        self.assertEqual(classification.OF_TABLES.keys() - tables, set())
        self.assertEqual(classification.OF_COLUMNS.keys() - columns, set())

    def test_every_class_says_what_each_profile_makes_of_it(self):
        for one in CLASSES.values():
            self.assertEqual(one.treatment.keys(), PROFILES.keys(), one.name)
            self.assertLessEqual(set(one.treatment.values()), TREATMENTS.keys(), one.name)
            self.assertTrue(one.label.en and one.label.zh)

    def test_what_identifies_is_in_no_deidentified_file(self):
        for one in (DIRECT, LOCAL, FREE_TEXT, GENETIC):
            self.assertEqual(one.treatment[DEIDENTIFIED], "drop", one.name)
        self.assertEqual(GENETIC.treatment["identified"], "drop")
        self.assertEqual(DIRECT.treatment["identified"], "drop")

    def test_every_day_of_the_record_is_a_date_and_all_words_are_free_text_unless_named(self):
        named = classification.OF_COLUMNS
        for field in stored_columns():
            where = f"{field.model._meta.db_table}.{field.name}"
            if where in named or field.model._meta.db_table in classification.OF_TABLES:
                continue
            if isinstance(field, fields.Day):
                self.assertIs(class_of(field), DATE, where)
            if isinstance(field, fields.Words):
                self.assertIs(class_of(field), FREE_TEXT, where)

    def test_examples(self):
        for model, name, wanted in (
            (Patient, "local_study_id", "local"),
            (Patient, "patient_uid", "registry_number"),
            (Patient, "birth_ym", "birth"),
            (Patient, "centre", "geographic"),
            (Operation, "surgery_date", "surgery_date"),
            (Operation, "blood_loss_ml_cmp", "clinical"),
            (Complication, "comp_other_text", "free_text"),
            (Diagnosis, "primary_site", "quasi"),
            (Diagnosis, "id", "technical"),
        ):
            self.assertEqual(class_of(model._meta.get_field(name)).name, wanted, name)
