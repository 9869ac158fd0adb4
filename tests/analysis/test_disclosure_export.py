"""What a de-identified file gives away: parsed, searched and attacked as an outsider would."""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from datetime import date, timedelta

from django.test import TestCase

from analysis.release import anonymity, case_rows, row_tables
from registry import fields, models
from registry.classification import DEIDENTIFIED, IDENTIFIED, PSEUDONYMISED, treatment
from tests.analysis.record import case, centre, day, progression, visit
from tests.analysis.released import cells_of, dictionary_of, files_of, released, synthetic_registry, tables_of
from tests.promises import measured, proves, size

CASES = 150
DATE = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}|\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[-/.日]|\b(19|20)\d{6}\b")
WEEKDAYS = re.compile(
    r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b|星期|周[一二三四五六日]",
    re.I,
)
MONTHS = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")

# One canary for each of the 18 identifiers of HIPAA's Safe Harbor, where the record could hold it.
CANARIES = {
    "names": "Zebedee Quagmire",
    "places": "Grubenhagen-Nord 77",
    "dates": "1991-04-23",
    "telephone": "+86 139 1234 5678",
    "fax": "010-5551-0199",
    "mail": "zq@canary.example",
    "social security": "078-05-1120",
    "record number": "MRN-00471199",
    "health plan": "HPB-99817261",
    "account": "ACC-5512-8837",
    "licence": "LIC-KX-20817",
    "vehicle": "B-ZQ-4711",
    "device": "SN-DEV-8827111",
    "address": "canary.example/zq",
    "ip": "203.0.113.77",
    "biometric": "FPR-AA91-77C0",
    "photograph": "IMG_7781_face.jpg",
    "other": "UNIQ-7719-ZETA",
}


@proves("P18", "T31")
class DeidentifiedFileTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.centre = synthetic_registry(CASES)
        cls.file = released()
        cls.tables = tables_of(cls.file.content)
        cls.cells = cells_of(cls.file.content)

    def test_there_is_one_row_for_each_case_and_every_row_belongs_to_one(self):
        numbers = {row["case"] for row in self.tables["cases"]}
        self.assertEqual(len(numbers), CASES)
        for name in row_tables.TABLES:
            self.assertLessEqual({row["case"] for row in self.tables[name]}, numbers, name)

    def test_no_value_is_a_date_or_a_weekday(self):
        found = [one for one in self.cells if any(kind.search(one[2]) for kind in (DATE, WEEKDAYS, MONTHS))]
        bands = {"age_y", "surgery_year"}
        self.assertEqual([one for one in found if one[1] not in bands], [])
        years = {row["surgery_year"] for row in self.tables["cases"] if row.get("surgery_year")}
        self.assertTrue(all(re.fullmatch(r"\d{4}(-\d{4})?", year) for year in years), years)
        measured("P18", f"0 dates and 0 weekdays in {len(self.cells)} values")

    def test_no_file_inside_tells_when_it_was_made(self):
        for name, text in files_of(self.file.content).items():
            if name not in ("dictionary.csv", "dictionary.json", "levels.csv"):
                self.assertNotRegex(text, r"\d{4}-\d\d-\d\d", name)

    def test_no_number_of_the_registry_or_of_the_centre_is_in_the_file(self):
        text = "\n".join(files_of(self.file.content).values())
        for patient in models.Patient.objects.all():
            self.assertNotIn(patient.patient_uid, text)
            self.assertNotIn(patient.local_study_id, text)
        self.assertNotIn(self.centre.centre_id, text)

    def test_numbers_are_made_anew_for_every_file(self):
        again = {row["case"] for row in tables_of(released().content)["cases"]}
        self.assertEqual(again & {row["case"] for row in self.tables["cases"]}, set())

    def test_the_order_of_the_rows_tells_nothing_about_when_they_were_entered(self):
        numbers = [row["case"] for row in self.tables["cases"]]
        self.assertEqual(numbers, sorted(numbers))

    @proves("T28")
    def test_every_combination_of_indirect_identifiers_stands_for_five_cases(self):
        rows = self.tables["cases"]
        used = [name for name in anonymity.IDENTIFIERS if name in rows[0]]
        sizes = Counter(tuple(row[name] for name in used) for row in rows)
        self.assertGreaterEqual(min(sizes.values()), anonymity.K)
        self.assertEqual(min(sizes.values()), self.file.outcome.smallest)
        measured(
            "P18", f"rarest combination of {len(used)} indirect identifiers: {min(sizes.values())} cases"
        )

    @proves("T28")
    def test_an_outside_list_matches_no_case_uniquely(self):
        outside = [
            (row.sex, row.birth_ym.year, row.operation_rows.get().surgery_date.year)
            + (row.diagnosis_rows.get().primary_site,)
            for row in models.Patient.objects.all()
        ]
        unique = sum(len(self.matches(*person)) == 1 for person in outside)
        self.assertEqual(unique, 0)
        measured("T28", f"{unique} unique matches of {len(outside)} people on an outside list")

    def matches(self, sex: str, born: int, operated: int, site: str) -> list[dict[str, str]]:
        """The rows that could be this person, as somebody who knows these four facts decides."""
        return [
            row
            for row in self.tables["cases"]
            if row.get("sex") in ("", None, sex)
            and _covers(row.get("surgery_year"), operated, operated)
            and _covers(row.get("age_y"), operated - born - 1, operated - born)
            and row.get("primary_site") in ("", None, site)
        ]

    @proves("T30")
    def test_no_number_in_the_file_is_a_hash_of_a_number_that_can_be_tried(self):
        numbers = {row["case"].lower() for row in self.tables["cases"]}
        tries = size("T30", reduced=100_000, full=10_000_000)
        for number in range(tries):
            text = f"{number:08}".encode()
            if hashlib.md5(text, usedforsecurity=False).hexdigest()[: case_rows.NUMBER_LENGTH] in numbers:
                self.fail(f"{number} gives the number of a case")
        self.assertTrue(all(set(one.upper()) <= set(case_rows.LETTERS) for one in numbers))
        measured("T30", f"0 hits among {tries} numbers; letters only, so that no digest in digits can occur")

    def test_every_column_is_in_the_dictionary_with_both_languages_and_every_code_has_its_wording(self):
        described = dictionary_of(self.file.content)
        known = {(one["table"], one["column"]): one for one in described["columns"]}
        levels = {(one["table"], one["column"], one["code"]) for one in described["levels"]}
        for table, column, value in self.cells:
            entry = known[(table, column)]
            self.assertTrue(entry["label_en"] and entry["label_zh"] and entry["made_en"])
            if entry["kind"] in ("code", "codes"):
                for code in value.split(";"):
                    self.assertIn((table, column, code), levels)

    def test_a_column_of_the_cohort_without_class_does_not_leave(self):
        self.assertIsNone(case_rows.class_of("novel_score"))
        for column in self.file.columns["cases"][1:]:
            self.assertIsNotNone(case_rows.class_of({"surgery_year": "surgery_date"}.get(column, column)))

    def test_every_column_of_the_cohort_has_a_class(self):
        from analysis import cohort

        data = cohort.load(cohort.Definition(), [])
        self.assertEqual([name for name in data.columns if case_rows.class_of(name) is None], [])

    def test_every_indirect_identifier_of_the_cohort_is_made_coarser(self):
        from analysis import cohort

        data = cohort.load(cohort.Definition(), [])
        classed = {name for name in data.columns if case_rows.class_of(name).name in ("quasi", "age")}
        self.assertLessEqual(classed, set(anonymity.IDENTIFIERS))


def _covers(text: str | None, low: int, high: int) -> bool:
    """Whether a printed number, band or open class can hold a number from `low` to `high`."""
    if not text:
        return True
    if text.endswith("+"):
        return high >= int(text[:-1])
    first, _, last = text.partition("-")
    return int(first) <= high and low <= int(last or first)


@proves("P18", "T31")
class DayOffsetTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        synthetic_registry(60, seed=5)
        cls.numbers = {uid: uid for uid in models.Patient.objects.values_list("patient_uid", flat=True)}
        cls.tables = {table.name: table for table in row_tables.row_tables(cls.numbers, DEIDENTIFIED)}
        cls.operated = dict(
            models.Operation.objects.filter(op_no=1).values_list("patient__patient_uid", "surgery_date")
        )

    def test_every_exact_day_is_the_number_of_days_since_the_operation(self):
        checked = 0
        for name, (model, _) in row_tables.TABLES.items():
            table = self.tables[name]
            for field in fields.answers(model):
                if isinstance(field, fields.Day):
                    checked += self.check(table, model, field)
        self.assertGreater(checked, 500)
        measured("P18", f"{checked} of {checked} day offsets equal the source")

    def check(self, table, model, field) -> int:
        column = f"{field.name.removesuffix('_date')}_days"
        place = table.header.index(column)
        found = Counter((row[0], row[place]) for row in table.rows if row[place] is not None)
        exact = [
            row
            for row in model.objects.select_related("patient").exclude(**{field.name: None})
            if (getattr(row, f"{field.name}_prec", None) or "d") == "d"
        ]
        source = Counter(
            (uid, (getattr(row, field.name) - self.operated[uid]).days)
            for row in exact
            for uid in (row.patient.patient_uid,)
        )
        self.assertEqual(found, source, column)
        return len(exact)

    def test_a_month_or_year_is_never_told_in_days(self):
        operated = date(2022, 3, 17)
        self.assertEqual(row_tables.distance(date(2021, 11, 1), operated, "m"), -4)
        self.assertEqual(row_tables.distance(date(2019, 1, 1), operated, "y"), -3)
        self.assertEqual(row_tables.distance(operated + timedelta(days=40), operated, "d"), 40)
        for other in range(1, 32):
            self.assertEqual(row_tables.distance(date(2021, 11, 1), date(2022, 3, other), "m"), -4)

    def test_a_treatment_of_which_only_the_month_is_known_leaves_months_and_no_days(self):
        where = centre("CN-MONTH")
        patient = case(
            where,
            prior_treatments={
                "tx_category": "ssa",
                "tx_start_date": date(2021, 11, 1),
                "tx_start_date_prec": "m",
            },
        )
        tables = row_tables.row_tables({patient.patient_uid: "A"}, DEIDENTIFIED)
        table = next(one for one in tables if one.name == "earlier_treatments")
        row = dict(zip(table.header, table.rows[0], strict=True))
        self.assertEqual(
            (row["tx_start_days"], row["tx_start_months"], row["tx_start_years"]), (None, -4, None)
        )

    def test_one_known_event_of_a_person_does_not_give_away_the_day_of_the_operation(self):
        """Every day of the year is still possible from what the file tells of a case with exact days."""
        offsets = [row[1:] for row in self.tables["visits"].rows]
        self.assertFalse([value for row in offsets for value in row if isinstance(value, date)])


@proves("P18")
class CanaryTest(TestCase):
    def test_none_of_the_18_identifiers_of_safe_harbor_reaches_a_deidentified_or_pseudonymised_file(self):
        where = centre("CN-CANARY", country="CN", ethics_approval_no=CANARIES["licence"])
        where.centre_name_en, where.time_zone = CANARIES["places"], "Asia/Harbin"
        where.save()
        texts = iter(list(CANARIES.values()) * 10)
        for number in range(8):
            patient = case(
                where, patient={"sex": "f", "birth_ym": date(1991, 4, 1)}, visits=[visit(30), progression(60)]
            )
            patient.local_study_id = next(texts)[:16] + f"#{number}"
            patient.save()
            self.add_texts(patient, texts)
        for profile in (DEIDENTIFIED, PSEUDONYMISED):
            text = "\n".join(files_of(released(profile).content).values())
            found = [kind for kind, canary in CANARIES.items() if canary[:14] in text]
            self.assertEqual(
                found if profile == DEIDENTIFIED else set(found) - {"places"},
                type(found)() if profile == DEIDENTIFIED else set(),
            )
        measured("P18", f"0 of {len(CANARIES)} Safe Harbor classes found")

    def add_texts(self, patient, texts):
        """Fill every free text of the record with a canary."""
        for model in (models.PriorTreatment, models.Complication, models.Consent):
            words = {
                field.name: next(texts)[: field.max_length]
                for field in fields.answers(model)
                if isinstance(field, fields.Words)
            }
            model.objects.create(patient=patient, **words)

    def test_free_text_is_in_no_file_but_the_centres_own(self):
        for model in models.CLINICAL:
            for field in fields.answers(model):
                if isinstance(field, fields.Words) and not field.pattern and field.name != "local_study_id":
                    self.assertEqual(treatment(field, PSEUDONYMISED), "drop", field.name)
                    self.assertEqual(treatment(field, IDENTIFIED), "keep", field.name)


class ProfileTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.where = centre("CN-PROFIL")
        cls.patients = [
            case(cls.where, patient={"sex": "m"}, surgery=day(number), visits=[visit(40 + number)])
            for number in range(6)
        ]

    def test_a_pseudonymised_file_has_registry_numbers_and_dates_but_no_study_numbers(self):
        rows = tables_of(released(PSEUDONYMISED).content)["cases"]
        self.assertEqual({row["case"] for row in rows}, {one.patient_uid for one in self.patients})
        self.assertIn(str(day(3)), {row["surgery_date"] for row in rows})
        self.assertNotIn("local_study_id", rows[0])

    def test_a_file_with_study_numbers_has_them(self):
        rows = tables_of(released(IDENTIFIED).content)["cases"]
        self.assertEqual(
            {row["local_study_id"] for row in rows}, {one.local_study_id for one in self.patients}
        )

    def test_fewer_than_five_cases_give_no_deidentified_file(self):
        lonely = centre("CN-LONELY")
        case(lonely)
        with self.assertRaises(anonymity.TooFewCases):
            released(DEIDENTIFIED, "none", lonely)

    def test_no_case_at_all_gives_a_file_with_headings_only(self):
        empty = released(DEIDENTIFIED, "none", centre("CN-EMPTY"))
        self.assertEqual(tables_of(empty.content)["cases"], [])
        self.assertEqual(empty.cases, 0)


@proves("T28")
class AnonymityTest(TestCase):
    def columns(self, *names: str):
        from analysis.release.tables import ReleasedColumn
        from registry.labels import both

        return [ReleasedColumn(name, both(name), "text", both("as recorded")) for name in ("case", *names)]

    def coarsened(self, rows: list[tuple], *names: str):
        values = [list(range(len(rows))), *map(list, zip(*rows, strict=True))]
        return anonymity.apply(self.columns(*names), values)

    def test_what_everybody_shares_stays_as_it_is(self):
        columns, values, outcome = self.coarsened([(57, "f")] * 20, "age_y", "sex")
        self.assertEqual(values[1], [57] * 20)
        self.assertEqual((outcome.steps, outcome.emptied, outcome.smallest), ((), 0, 20))

    def test_ages_become_bands_before_anything_is_left_out(self):
        _, values, outcome = self.coarsened([(50 + number % 5, "f") for number in range(20)], "age_y", "sex")
        self.assertEqual(set(values[1]), {"50-54"})
        self.assertEqual(len(outcome.steps), 1)
        self.assertEqual(outcome.unique_before, 0)

    def test_a_single_rare_person_is_emptied_together_with_others_so_that_nobody_stands_alone(self):
        rows = [(50, "f")] * 45 + [(50, "m")] * 58 + [(50, "other")]
        _, values, outcome = self.coarsened(rows, "age_y", "sex")
        sizes = Counter(zip(values[1], values[2], strict=True))
        self.assertEqual(sizes, {(50, "f"): 45, (50, "m"): 54, (None, None): 5})
        self.assertEqual((outcome.unique_before, outcome.emptied), (1, 5))

    def test_no_random_cohort_leaves_a_combination_of_fewer_than_five(self):
        for seed in range(size("T28", reduced=40, full=1000)):
            rng = random.Random(seed)
            rows = [
                (
                    rng.choice([None, *range(18, 90), "90+"]),
                    rng.choice("fm") if rng.random() < 0.98 else "other",
                )
                + (rng.randint(2010, 2026), rng.choice(["ileum", "pancreas", "rectum", "cup"]))
                for _ in range(rng.choice([5, 9, 30, 100, 300]))
            ]
            columns, values, outcome = self.coarsened(rows, "age_y", "sex", "surgery_year", "primary_site")
            used = [found for column, found in zip(columns, values, strict=True) if column.name != "case"]
            sizes = Counter(zip(*used, strict=True)) or {(): len(rows)}
            self.assertGreaterEqual(min(sizes.values()), anonymity.K, seed)
