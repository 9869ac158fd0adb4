"""The door: who is in a cohort, what its columns hold, how often the database is asked."""

from __future__ import annotations

import gc
from datetime import date
from hashlib import sha256
from inspect import signature
from unittest import TestCase as PlainTestCase
from unittest import mock

import numpy as np
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from analysis.cohort import Definition, latest_change, load, study_numbers
from analysis.cohort.case import Case
from analysis.cohort.columns import COLUMNS, FAMILIES
from analysis.cohort.tables import READ
from analysis.dataset import DTYPES
from registry import definitions, demo
from registry.case import load_many
from registry.definitions import READS
from registry.endpoints import EndPoints
from registry.models import Assessment, Centre, Operation, Patient
from tests.analysis.record import CHECKED, DAY_0, case, centre, day, progression, visit

EVERYTHING = Definition()


class DefinitionTest(PlainTestCase):
    def test_its_hash_does_not_depend_on_the_order_of_the_centres(self):
        one, other = Definition(centres=("CN-B", "CN-A")), Definition(centres=("CN-A", "CN-B", "CN-A"))
        self.assertEqual(one.hash, other.hash)
        self.assertEqual(one, other)

    def test_every_part_of_it_changes_the_hash(self):
        cohorts = [
            Definition(),
            Definition(start=DAY_0),
            Definition(end=DAY_0),
            Definition(as_of=DAY_0),
            Definition(centres=("CN-A",)),
        ]
        self.assertEqual(len({one.hash for one in cohorts}), len(cohorts))

    def test_its_hash_is_the_same_in_every_process(self):
        text = '{"as_of": null, "centres": [], "end": null, "start": "2021-09-01"}'
        self.assertEqual(Definition(date(2021, 9, 1)).hash, sha256(text.encode()).hexdigest())

    def test_a_period_that_ends_before_it_starts_is_refused(self):
        with self.assertRaisesRegex(ValueError, "2022-01-01, before it starts on 2022-02-01"):
            Definition(start=date(2022, 2, 1), end=date(2022, 1, 1))

    def test_it_is_told_in_both_languages(self):
        label = Definition(date(2021, 9, 1), date(2023, 4, 30), ("CN-A", "CN-B"), DAY_0).label
        self.assertEqual(
            label.en, "operated 2021-09-01 to 2023-04-30; centres CN-A, CN-B; as known on 2022-03-01"
        )
        self.assertIn("手术日期2021-09-01至2023-04-30", label.zh)


class WhoIsInTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.here, cls.there = centre("CN-HERE1"), centre("CN-THERE")
        cls.mine, cls.theirs = case(cls.here), case(cls.there)

    def ids(self, definition: Definition = EVERYTHING, centres=None) -> set[str]:
        return set(load(definition, Centre.objects.all() if centres is None else centres).ids)

    def test_without_a_centre_there_is_no_case(self):
        self.assertEqual(self.ids(centres=Centre.objects.none()), set())

    def test_only_cases_of_the_given_centres_are_seen(self):
        self.assertEqual(self.ids(centres=[self.here]), {self.mine.patient_uid})

    def test_a_definition_narrows_to_centres_and_never_widens(self):
        there = Definition(centres=("CN-THERE",))
        self.assertEqual(self.ids(there), {self.theirs.patient_uid})
        self.assertEqual(self.ids(there, [self.here]), set())

    def test_the_first_and_the_last_day_of_the_period_belong_to_it(self):
        for start, end, found in (
            (DAY_0, DAY_0, 2),
            (day(1), None, 0),
            (None, day(-1), 0),
            (day(-1), day(1), 2),
        ):
            with self.subTest(start=start, end=end):
                self.assertEqual(len(self.ids(Definition(start, end))), found)

    def test_a_case_without_date_of_operation_is_not_in(self):
        case(self.here, surgery=None)
        self.assertEqual(len(self.ids()), 2)

    def test_a_patient_without_operation_is_not_in(self):
        Patient.objects.create(centre=self.here, local_study_id="WAITING")
        self.assertEqual(len(self.ids()), 2)

    def test_a_second_operation_is_no_second_case(self):
        Operation.objects.create(patient=self.mine, op_no=2, surgery_date=day(300), blood_loss_ml=1)
        self.assertEqual(len(load(EVERYTHING, [self.here])), 1)
        self.assertEqual(len(load(Definition(start=day(200)), [self.here])), 0)

    def test_who_was_operated_after_the_data_cut_is_not_in(self):
        self.assertEqual(self.ids(Definition(as_of=day(-1))), set())
        self.assertEqual(len(self.ids(Definition(as_of=DAY_0))), 2)

    def test_who_refused_or_withdrew_the_use_of_the_data_is_not_in(self):
        for consent, stays in (
            ({"consent_status": "refused"}, False),
            ({"consent_status": "withdrawn", "withdrawal_type": "no_use"}, False),
            ({"consent_status": "withdrawn", "withdrawal_type": "erase"}, False),
            ({"consent_status": "withdrawn"}, False),
            ({"consent_status": "withdrawn", "withdrawal_type": "no_followup"}, True),
            ({"consent_status": "written"}, True),
            ({"consent_status": "pending"}, True),
        ):
            with self.subTest(consent=consent):
                found = case(self.here, consents=[{"consent_status": "written"}, consent])
                self.assertEqual(found.patient_uid in self.ids(), stays)

    def test_who_was_found_not_eligible_is_not_in(self):
        found = case(self.here, patient={"eligibility_confirmed": "no"})
        self.assertNotIn(found.patient_uid, self.ids())

    def test_study_numbers_are_told_for_cases_of_the_given_centres_only(self):
        both = [self.mine.patient_uid, self.theirs.patient_uid]
        self.assertEqual(study_numbers(both, [self.here]), {both[0]: self.mine.local_study_id})


class ShapeTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.here = centre()

    def full_case(self) -> Patient:
        return case(
            self.here,
            consents=[{"consent_status": "written"}, {"consent_status": "electronic"}],
            prior_treatments=[{"tx_category": "ssa"}, {"tx_category": "tace"}, {"tx_category": "tace"}],
            specimens=[{"specimen_source": "liver_biopsy"}, {"specimen_source": "liver_resection"}],
            postop=CHECKED,
            complications=[{"comp_type": "ssi", "onset_date": day(3), "cd_grade": "1"}] * 2,
            subsequent_therapies=[{"subs_category": "prrt"}] * 2,
            visits=[visit(90), visit(180), visit(270)],
        )

    def test_many_rows_of_a_patient_make_one_case(self):
        self.full_case()
        self.assertEqual(len(load(EVERYTHING, [self.here])), 1)

    def test_an_empty_registry_has_the_columns_and_types_of_a_full_one(self):
        empty = load(EVERYTHING, [self.here])
        self.full_case()
        full = load(EVERYTHING, [self.here])
        self.assertEqual(list(empty.frame.columns), list(full.frame.columns))
        self.assertEqual(empty.frame.dtypes.to_dict(), full.frame.dtypes.to_dict())
        self.assertEqual(empty.columns, full.columns)

    def test_every_column_has_the_type_of_its_kind(self):
        self.full_case()
        data = load(EVERYTHING, [self.here])
        for name, column in data.columns.items():
            with self.subTest(column=name):
                self.assertEqual(data[name].dtype.name, DTYPES[column.kind])

    def test_names_are_not_used_twice(self):
        families = [column.name for family in FAMILIES for column in family.columns()]
        names = [entry.column.name for entry in COLUMNS] + families
        self.assertEqual(len(names), len(set(names)))

    def test_nothing_that_identifies_a_person_passes(self):
        patient = case(self.here, patient={"birth_ym": date(1961, 5, 1), "sex": "m"})
        data = load(EVERYTHING, [self.here])
        self.assertFalse({"birth_ym", "local_study_id", "patient_uid"} & set(data.columns))
        printed = data.frame.to_csv()
        self.assertNotIn(patient.local_study_id, printed)
        self.assertNotIn("1961-05", printed)
        self.assertEqual(data["age_y"].iloc[0], 60)
        self.assertEqual(data.ids.tolist(), [patient.patient_uid])

    def test_the_number_of_queries_does_not_depend_on_the_number_of_cases(self):
        asked = []
        for _ in range(2):
            for _ in range(3):
                self.full_case()
            with CaptureQueriesContext(connection) as queries:
                load(EVERYTHING, [self.here])
            asked.append(len(queries))
        self.assertEqual(asked, [len(READ) + 1] * 2)

    def test_without_centres_the_database_is_not_asked(self):
        with self.assertNumQueries(0):
            load(EVERYTHING, [])

    def test_it_reads_everything_that_the_definitions_read(self):
        sections = {
            "specimen": "specimens",
            "complication": "complications",
            "visit": "visits",
            "therapy": "subsequent_therapies",
            "treatment": "prior_treatments",
        }
        for row, names in READS.items():
            model, read = READ[sections.get(row, row)]
            with self.subTest(row=row):
                self.assertLessEqual(set(names), set(read))

    def test_cases_stand_in_the_order_of_their_registration(self):
        patients = [case(self.here, surgery=day(-number)) for number in range(5)]
        self.assertEqual(load(EVERYTHING, [self.here]).ids.tolist(), [one.patient_uid for one in patients])

    def test_rows_of_patients_outside_the_cohort_are_passed_over(self):
        case(self.here, surgery=day(-400), visits=[visit(1)], operation={"blood_loss_ml": 1})
        inside = case(self.here, visits=[progression(200)], operation={"blood_loss_ml": 2})
        case(self.here, surgery=day(400), visits=[visit(500)], operation={"blood_loss_ml": 3})
        data = load(Definition(DAY_0, day(100)), [self.here])
        self.assertEqual(data.ids.tolist(), [inside.patient_uid])
        self.assertEqual(data["blood_loss_ml"].tolist(), [2.0])
        self.assertEqual(data["pfs_event"].tolist(), [1])

    def test_the_collector_of_garbage_is_on_again_afterwards(self):
        load(EVERYTHING, [self.here])
        self.assertTrue(gc.isenabled())
        case(self.here)
        with (
            mock.patch("analysis.cohort.loading.Case", side_effect=RuntimeError),
            self.assertRaises(RuntimeError),
        ):
            load(EVERYTHING, [self.here])
        self.assertTrue(gc.isenabled())

    def test_the_latest_change_moves_with_every_write(self):
        before = latest_change(Centre.objects.all())
        case(self.here)
        self.assertGreater(latest_change(Centre.objects.all()).id, before.id)
        self.assertIsNotNone(latest_change(Centre.objects.all()).at)


class ColumnsTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.here = centre()

    def one(self, definition: Definition = EVERYTHING, **sections) -> dict[str, object]:
        """The row of one case; what is missing is None."""
        case(self.here, **sections)
        data = load(definition, [self.here])
        last = data.frame.iloc[-1]
        return {name: None if absent else last[name] for name, absent in last.isna().items()}

    def test_labels_units_and_levels_are_those_of_the_fields(self):
        columns = {entry.column.name: entry.column for entry in COLUMNS}
        field = Operation._meta.get_field("op_time_min")
        self.assertIs(columns["op_time_min"].label, field.label)
        self.assertIs(columns["op_time_min"].unit, field.unit)
        largest = Assessment._meta.get_field("largest_met_cm")
        self.assertEqual(columns["largest_met_cm"].decimals, largest.places)
        codes = [code for code, _ in columns["approach_final"].levels]
        self.assertEqual(codes, ["open", "laparoscopic", "robotic", "hybrid", "converted"])

    def test_a_case_with_nothing_but_an_operation_has_gaps_and_no_errors(self):
        row = self.one()
        for name in ("age_y", "op_time_min", "liver_burden_pct", "primary_group", "any_complication_90"):
            self.assertIsNone(row[name], name)
        self.assertEqual((row["pfs_months"], row["pfs_event"]), (0.0, 0))
        self.assertEqual(row["first_progression"], "none")

    def test_zero_is_an_answer_and_nothing_is_none(self):
        self.assertEqual(self.one(operation={"blood_loss_ml": 0})["blood_loss_ml"], 0.0)
        self.assertIsNone(self.one()["blood_loss_ml"])

    def test_unknown_is_a_missing_value(self):
        row = self.one(
            diagnosis={"primary_site": "unknown", "functional_status": "unknown"},
            operation={"transfused_intraop": "unknown"},
        )
        for name in ("primary_site", "primary_group", "functional_status", "transfused_intraop"):
            self.assertIsNone(row[name], name)

    def test_a_code_that_left_its_list_is_a_missing_value(self):
        self.assertIsNone(self.one(operation={"approach_final": "teleportation"})["approach_final"])

    def test_a_limit_is_marked_as_one(self):
        row = self.one(
            assessment={
                "liver_mets_count": 20,
                "liver_mets_count_cmp": "ge",
                "liver_burden_pct": 40,
                "liver_burden_pct_cmp": "approx",
            }
        )
        self.assertEqual((row["liver_mets_count"], row["liver_mets_count_bounded"]), (20.0, 1))
        self.assertEqual(row["liver_burden_pct_bounded"], 0)

    def test_treatments_before_surgery_become_one_flag_each(self):
        row = self.one(prior_treatments=[{"tx_category": "ssa"}, {"tx_category": "tace"}])
        self.assertEqual((row["prior_tx_ssa"], row["prior_tx_tace"], row["prior_tx_prrt"]), (1, 1, 0))
        self.assertEqual((row["prior_drug_any"], row["prior_embolisation_any"]), (1, 1))

    def test_no_treatment_recorded_is_not_no_treatment(self):
        self.assertIsNone(self.one()["prior_tx_ssa"])
        asserted = self.one(treatment_summary={"prior_tx_none": "yes"})
        self.assertEqual((asserted["prior_tx_ssa"], asserted["prior_drug_any"]), (0, 0))

    def test_therapies_after_surgery_become_one_flag_each(self):
        row = self.one(subsequent_therapies=[{"subs_category": "prrt", "subs_guided_by_grade": "yes"}])
        self.assertEqual((row["subsequent_tx_prrt"], row["subsequent_tx_ssa"]), (1, 0))
        self.assertEqual(row["therapy_by_grade"], 1)
        self.assertIsNone(self.one()["therapy_by_grade"])

    def test_complications_count_when_they_were_looked_for(self):
        leak = {"comp_type": "bile_leak", "onset_date": day(5), "cd_grade": "3a"}
        late = {"comp_type": "ssi", "onset_date": day(95), "cd_grade": "1"}
        row = self.one(postop=CHECKED, complications=[leak, late])
        self.assertEqual((row["any_complication_90"], row["major_complication_90"]), (1, 1))
        self.assertEqual((row["complication_bile_leak"], row["complication_ssi"]), (1, 0))
        self.assertEqual((row["cd_max_90"], row["cci_comprehensive_90"]), ("3a", 26.2))
        unchecked = self.one(complications=[leak])
        self.assertIsNone(unchecked["any_complication_90"])
        self.assertIsNone(unchecked["complication_bile_leak"])

    def test_the_clock_of_progression_is_in_months(self):
        row = self.one(visits=[visit(90), progression(366)])
        self.assertAlmostEqual(row["pfs_months"], 366 / 30.4375)
        self.assertEqual((row["pfs_event"], row["first_progression"]), (1, "liver"))

    def test_what_happened_after_the_data_cut_is_not_seen(self):
        visits = [visit(90), progression(366)]
        row = self.one(Definition(as_of=day(200)), visits=visits)
        self.assertAlmostEqual(row["pfs_months"], 90 / 30.4375)
        self.assertEqual(row["pfs_event"], 0)

    def test_death_is_an_event_of_both_clocks(self):
        row = self.one(visits=[visit(30)], death={"death_date": day(60), "death_date_prec": "d"})
        self.assertEqual((row["os_event"], row["pfs_event"], row["mortality_90"]), (1, 1, 1))
        self.assertEqual(row["mortality_30"], 0)

    def test_grades_before_and_at_surgery_are_compared(self):
        def specimen(source: str, number: int, grade: str) -> dict:
            return {
                "specimen_source": source,
                "specimen_date": day(number),
                "specimen_op_no": 1 if source == "liver_resection" else None,
                "histological_type": "net",
                "grade_reported": grade,
            }

        row = self.one(specimens=[specimen("liver_biopsy", -90, "g1"), specimen("liver_resection", 0, "g2")])
        self.assertEqual((row["grade_before"], row["grade_liver"], row["grade_change"]), ("g1", "g2", "up"))

    def test_consent_and_synthetic_data_are_marked(self):
        row = self.one(patient={"synthetic": True}, consents=[{"consent_status": "waiver"}])
        self.assertEqual((row["consented"], row["synthetic"]), (1, 1))
        self.assertIsNone(self.one()["consented"])

    def test_body_mass_index_needs_both_measures(self):
        row = self.one(assessment={"height_cm": 170, "weight_kg": 65})
        self.assertAlmostEqual(row["bmi_kg_m2"], 65 / 1.7**2)
        self.assertIsNone(self.one(assessment={"height_cm": 170})["bmi_kg_m2"])

    def test_a_flag_is_a_number_for_statistics(self):
        self.one(operation={"transfused_intraop": "yes"})
        self.one(operation={"transfused_intraop": "no"})
        self.one()
        numbers = load(EVERYTHING, [self.here]).numbers("transfused_intraop")
        np.testing.assert_array_equal(numbers, [1, 0, np.nan])


class AgreementTest(TestCase):
    """The table says what the case page says, read by another way from the same rows."""

    @classmethod
    def setUpTestData(cls):
        where = demo.stored_centre()
        demo.load(demo.more_cases(60, seed=7), where)
        case(where, visits=[visit(40)], death={"death_date": day(41), "death_date_prec": "m"})
        case(where, postop=CHECKED, visits=[progression(0)])
        case(where, postop={"died_in_hospital": "yes"}, death={"death_date": day(20)})
        cls.data = load(EVERYTHING, [where])
        patients = {one.patient_uid: one for one in Patient.objects.filter(centre=where)}
        cls.ends = [EndPoints(one) for one in load_many(patients[name] for name in cls.data.ids)]

    def assertColumnIs(self, name: str, values: list) -> None:
        column = self.data[name]
        found = [None if absent else value for value, absent in zip(column, column.isna(), strict=True)]
        if self.data.columns[name].kind == "number":
            expected = [None if value is None else float(value) for value in values]
        elif self.data.columns[name].kind == "flag":
            expected = [{"yes": 1, "no": 0, True: 1, False: 0}.get(value) for value in values]
        else:
            expected = [None if value == "unknown" else value for value in values]
        self.assertEqual(found, expected, name)

    def test_age_and_stay(self):
        self.assertColumnIs("age_y", [ends.age.value for ends in self.ends])
        self.assertColumnIs("los_postop_d", [ends.stay.value for ends in self.ends])

    def test_grades(self):
        self.assertColumnIs("grade_change", [ends.grade_change.value for ends in self.ends])
        self.assertColumnIs("grade_liver", [ends.grade_change.index_grade for ends in self.ends])

    def test_complications(self):
        for name, definition in (
            ("any_complication_90", definitions.any_complication),
            ("cd_max_90", definitions.worst_clavien_dindo),
            ("major_complication_90", definitions.major_complication),
            ("cci_comprehensive_90", definitions.comprehensive_complication_index),
        ):
            self.assertColumnIs(name, [ends._complications(definition).value for ends in self.ends])

    def test_mortality(self):
        for limit in (30, 90):
            self.assertColumnIs(f"mortality_{limit}", [ends.mortality(limit).value for ends in self.ends])

    def test_survival(self):
        for name in ("pfs", "os"):
            clocks = [getattr(ends, name) for ends in self.ends]
            months = [None if one.days is None else definitions.months(one.days) for one in clocks]
            self.assertColumnIs(f"{name}_months", months)
            self.assertColumnIs(f"{name}_event", [one.event for one in clocks])

    def test_treatment_and_debulking(self):
        cases = [ends.case for ends in self.ends]
        for name, definition in (
            ("prior_drug_any", definitions.prior_drug_any),
            ("prior_embolisation_any", definitions.prior_embolisation_any),
        ):
            given = [definition(one.prior_treatments, one.treatment_summary.prior_tx_none) for one in cases]
            self.assertColumnIs(name, [one.value for one in given])
        final = [definitions.debulking_final(one.operation) for one in cases]
        self.assertColumnIs("debulking_pct_final", [one.percent for one in final])
        reached = [definitions.debulk_at_least(one.percent, one.comparator, 90) for one in final]
        self.assertColumnIs("debulk_ge90", [one.value for one in reached])


class CaseTest(PlainTestCase):
    def test_a_case_takes_its_sections_in_the_order_in_which_they_are_read(self):
        self.assertEqual(list(signature(Case).parameters), ["as_of", "patient", *READ])
