"""The same person entered twice (X132), and rules on stored cases: with the database."""

from datetime import date

from django.test import TestCase

from registry.case import load
from registry.models import Patient
from registry.rules import QUERY, findings, possible_duplicates
from tests import factories

BORN, OPERATED = date(1960, 4, 1), date(2023, 4, 12)


class DuplicateTest(TestCase):
    def entered(self, number: str, on: date = OPERATED, of=None, **given) -> Patient:
        patient = factories.patient(number, of, **({"sex": "f", "birth_ym": BORN} | given))
        factories.operated(patient, on)
        return patient

    def others_of(self, patient: Patient) -> list[str]:
        return [one.message.en for one in possible_duplicates(load(patient), Patient.objects.all())]

    def test_the_same_sex_birth_month_and_operation_date_in_one_centre_is_a_query(self):
        first = self.entered("A-1")
        self.entered("A-2")
        self.entered("A-3")
        [finding] = possible_duplicates(load(first), Patient.objects.all())
        self.assertEqual((finding.rule.id, finding.severity), ("X132", QUERY))
        self.assertEqual((finding.breach.section, finding.breach.field), ("patient", "birth_ym"))
        self.assertIn("Study number A-2, A-3 of this centre", finding.message.en)
        self.assertIn("A-2、A-3", finding.message.zh)
        self.assertIn("1960-04", finding.message.zh)

    def test_a_patient_is_no_duplicate_of_itself(self):
        self.assertEqual(self.others_of(self.entered("A-1")), [])

    def test_any_difference_makes_two_people(self):
        first = self.entered("A-1")
        self.entered("A-2", sex="m")
        self.entered("A-3", birth_ym=date(1960, 5, 1))
        self.entered("A-4", on=date(2023, 4, 13))
        self.entered("B-1", of=factories.centre("CN-OTHER"))
        self.assertEqual(self.others_of(first), [])

    def test_only_the_index_operation_counts(self):
        first, other = self.entered("A-1"), self.entered("A-2", on=date(2022, 1, 5))
        factories.operated(other, OPERATED, op_no=2)
        self.assertEqual(self.others_of(first), [])

    def test_a_missing_answer_is_no_likeness(self):
        first = self.entered("A-1", sex=None)
        self.entered("A-2", sex=None)
        self.assertEqual(self.others_of(first), [])

    def test_only_patients_that_the_reader_may_see_are_named(self):
        first = self.entered("A-1")
        self.entered("A-2")
        self.assertEqual(possible_duplicates(load(first), Patient.objects.none()), [])

    def test_looking_for_duplicates_costs_one_query(self):
        first = self.entered("A-1")
        self.entered("A-2")
        case = load(first)
        with self.assertNumQueries(1):
            possible_duplicates(case, Patient.objects.all())


class StoredCaseTest(TestCase):
    def test_a_complete_stored_case_breaks_no_rule_and_costs_no_query(self):
        for died in (True, False):
            case = factories.full_case(died=died)
            with self.subTest(died=died), self.assertNumQueries(0):
                self.assertEqual([str(one.message) for one in findings(case)], [])
