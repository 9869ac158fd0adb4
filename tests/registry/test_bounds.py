"""No poison row: every day and number of every model is bounded, at the form, the model and the database."""

from __future__ import annotations

from datetime import date, timedelta

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.test import SimpleTestCase, TestCase
from django.utils import translation

from registry import bounds
from registry.fields import Measured, answers
from registry.models import CLINICAL, Centre, Membership
from tests import factories
from tests.promises import measured, proves, size
from tests.registry.administration import Administration, address

IMPOSSIBLE_DAYS = (date(9999, 12, 31), date(1, 1, 1), date(1899, 12, 31), date.today() + timedelta(days=4000))
IMPOSSIBLE_TYPED = ("9999-12-31", "0001-01-01", "infinity", "-infinity", "10000-01-01", "2300-01-01")
IMPOSSIBLE_NUMBERS = ("1" + "0" * 30, "1e999999", "NaN", "Infinity", "-Infinity", "-" + "9" * 40)
OUR_MODELS = [one for one in apps.get_models() if one._meta.app_label in bounds.OURS]
NUMBERS = (models.IntegerField, models.DecimalField, models.FloatField)


def columns(*kinds: type[models.Field]) -> list[models.Field]:
    """Every stored column of these kinds that any of our models has."""
    return [
        one for model in OUR_MODELS for one in model._meta.local_concrete_fields if isinstance(one, kinds)
    ]


def refuses(field: models.Field, value: object) -> bool:
    try:
        field.clean(value, None)
    except ValidationError:
        return True
    except OverflowError:
        return False
    return False


@proves("T25")
class EveryModel(SimpleTestCase):
    """Walks every model there is, and whatever model is added."""

    def test_every_day_refuses_what_breaks_a_page(self):
        days = columns(models.DateField)
        self.assertGreater(len(days), 30)
        for field in days:
            if isinstance(field, models.DateTimeField):
                continue  # written by programs; the next tests look at the database
            for value in (*IMPOSSIBLE_DAYS, *IMPOSSIBLE_TYPED):
                self.assertTrue(refuses(field, value), (field, value))
        measured("P9", f"{len(days)} columns of days and moments bounded")

    def test_every_number_refuses_what_no_column_holds(self):
        numbers = columns(*NUMBERS)
        self.assertGreater(len(numbers), 80)
        for field in numbers:
            for value in IMPOSSIBLE_NUMBERS:
                self.assertTrue(refuses(field, value), (field, value))
        measured("P9", f"{len(numbers)} columns of numbers bounded")

    def test_a_small_integer_refuses_40_000(self):
        for field in columns(models.SmallIntegerField, models.PositiveSmallIntegerField):
            self.assertTrue(refuses(field, 40_000), field)

    def test_every_measured_answer_says_what_is_possible(self):
        without = [
            f"{model.__name__}.{one.name}"
            for model in (*CLINICAL, Centre)
            for one in answers(model)
            if isinstance(one, Measured) and not one.hard
        ]
        self.assertEqual(without, [])

    def test_a_membership_may_end_in_some_years_but_not_beyond_all_time(self):
        field = Membership._meta.get_field("valid_until")
        self.assertFalse(refuses(field, date.today() + timedelta(days=5 * 365)))
        self.assertTrue(refuses(field, date.today() + timedelta(days=20 * 365)))

    def test_the_message_names_field_value_and_range_in_both_languages(self):
        field = Membership._meta.get_field("valid_until")
        for language, words in (
            ("en", "is not possible; allowed is 1900-01-01"),
            ("zh-hans", "应为 1900-01-01"),
        ):
            with translation.override(language), self.assertRaises(ValidationError) as caught:
                field.clean(date(9999, 12, 31), None)
            text = " ".join(caught.exception.messages)
            with translation.override(language):
                self.assertIn(str(field.verbose_name), text)
            self.assertIn(words, text)
            self.assertIn("9999-12-31", text)


@proves("T25")
class InTheDatabase(TestCase):
    """Commands, imports and SQL meet the same bounds."""

    def laid(self) -> dict[str, list[str]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, array_agg(conname::text) FROM pg_constraint "
                r"WHERE conname LIKE 'readable\_%' GROUP BY 1"
            )
            return {table.strip('"'): names for table, names in cursor.fetchall()}

    def test_every_table_with_days_or_decimals_has_its_constraint_once(self):
        laid = self.laid()
        for model in apps.get_models(include_auto_created=True):
            name, text = bounds.constraint(model)
            if model._meta.managed:
                self.assertEqual(laid.get(model._meta.db_table, []), [name] if text else [], model)

    def test_every_day_column_of_the_database_is_in_a_constraint(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name, column_name FROM information_schema.columns "
                "WHERE table_schema = 'public' AND data_type ~ '^(timestamp|date$|numeric)'"
            )
            found = cursor.fetchall()
        known = {model._meta.db_table: bounds.constraint(model)[1] for model in apps.get_models()}
        missing = [(table, column) for table, column in found if f'"{column}"' not in known.get(table, "")]
        self.assertEqual([one for one in missing if one[0] != "django_migrations"], [])

    def test_sql_cannot_store_what_cannot_be_read(self):
        patient = factories.operated().patient
        factories.row(CLINICAL[5], patient, height_cm=170)
        statements = {
            "surgery_date": (
                "registry_operation",
                ("infinity", "-infinity", "9999-12-31", "0044-03-15 BC", "2200-01-01"),
            ),
            "height_cm": ("registry_assessment", ("NaN",)),
        }
        for column, (table, values) in statements.items():
            for value in values:
                with (
                    self.subTest(f"{column} {value}"),
                    self.assertRaises(IntegrityError),
                    transaction.atomic(),
                    connection.cursor() as cursor,
                ):
                    cursor.execute(f"UPDATE {table} SET {column} = '{value}' WHERE patient_id = {patient.pk}")

    def test_laying_them_again_changes_nothing(self):
        before = self.laid()
        bounds.install("default")  # the application may not alter tables: it would be refused
        self.assertEqual(self.laid(), before)


@proves("P9", "T25")
class InTheAdmin(Administration):
    """Every day and number of every page of a case and of a membership."""

    def test_no_impossible_answer_is_stored_and_the_page_stays_readable(self):
        for row in (self.own.operation, self.own.assessment, self.own.postop):
            form = self.open(row)
            asked = [one for one in answers(type(row)) if isinstance(one, (Measured, models.DateField))]
            for answer in asked[:: size("T25", reduced=8, full=1)]:
                poison = IMPOSSIBLE_TYPED if isinstance(answer, models.DateField) else IMPOSSIBLE_NUMBERS
                if answer.name not in form:
                    continue
                with self.subTest(f"{type(row).__name__}.{answer.name}"):
                    response = self.client.post(self.page_address(row), form | {answer.name: poison[0]})
                    self.assertIn(response.status_code, (200, 302))  # what is not asked is left out
                    kept = type(row).objects.get(pk=row.pk)
                    self.assertEqual(getattr(kept, answer.name), getattr(row, answer.name))

    def page_address(self, row: models.Model) -> str:
        return address(type(row), "change", row.pk)
