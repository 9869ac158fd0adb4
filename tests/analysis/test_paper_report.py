"""The paper's report as a document: its table, its text, and that every number leads to its cases."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from math import isfinite

from django.test import SimpleTestCase

from analysis.conventions import PAPER, REGISTRY
from analysis.dataset import Dataset
from analysis.document import Provenance, Report, Table
from analysis.render import FORMATS
from analysis.reports import REPORTS
from registry.labels import both
from tests.analysis.series import MISSING, series

ORIGIN = Provenance(
    True, (("made", both("Made"), both("2026-03-01")),), {"made": datetime(2026, 3, 1, tzinfo=UTC)}
)
LANGUAGES = ("en", "zh")
COUNT = re.compile(r"\d{1,3}( \d{3})*")


def report(data: Dataset, conventions=PAPER) -> Report:
    return REPORTS["paper"].build(data, conventions, ORIGIN)


def texts(made: Report, language: str = "en") -> dict[str, str]:
    """The printed result of each row of the table `paper`, by its number."""
    return {row.id: row.cells[0].text(language) for row in made.table("paper").rows}


def numbers(made: Report, row_id: str) -> dict:
    return next(dict(row.cells[0].numbers) for row in made.table("paper").rows if row.id == row_id)


def every_text(made: Report, language: str) -> list[str]:
    """All cells, paragraphs and notes."""
    found = []
    for section in made.sections:
        found += [paragraph.text(language) for paragraph in section.paragraphs]
        for table in section.tables:
            found += [cell.text(language) for row in table.rows for cell in row.cells]
            found += [note.text.text(language) for note in table.notes]
    return found


class PaperTableTest(SimpleTestCase):
    def test_it_is_the_first_table_and_has_22_rows_with_stable_ids(self):
        made = report(series(31))
        first = next(table for section in made.sections for table in section.tables)
        self.assertEqual(first.id, "paper")
        self.assertEqual([row.id for row in first.rows], [f"paper-{n:02}" for n in range(1, 23)])

    def test_the_ids_do_not_depend_on_the_cases(self):
        self.assertEqual(texts(report(series(0))).keys(), texts(report(series(40))).keys())

    def test_both_sexes_stand_in_one_row(self):
        made = report(series(31, sex=["m"] * 14 + ["f"] * 17))
        self.assertEqual(texts(made)["paper-02"], "14 male, 17 female")
        self.assertEqual(texts(made, "zh")["paper-02"], "男14例,女17例")

    def test_a_third_sex_is_printed_where_it_occurs(self):
        made = report(series(31, sex=["m"] * 14 + ["f"] * 16 + ["other"]))
        self.assertEqual(texts(made)["paper-02"], "14 male, 16 female, 1 other")

    def test_age_is_printed_with_quartiles_of_type_6(self):
        ages = [46] * 8 + [50] * 7 + [55] + [58] * 7 + [60] * 8
        made = report(series(31, age_y=ages))
        self.assertEqual(texts(made)["paper-03"], "55 (46, 60) years")
        self.assertEqual(texts(made, "zh")["paper-03"], "55(46,60)岁")

    def test_one_rounding_rule_prints_the_same_fraction_the_same_everywhere(self):
        made = report(
            series(31, primary_group=["gep"] * 25 + ["cup"] * 6, grade_liver=["g2"] * 25 + ["g1"] * 6)
        )
        self.assertEqual(texts(made)["paper-04"], "25 (81%)")
        self.assertEqual(texts(made, "zh")["paper-04"], "25例,81%")
        self.assertEqual(texts(made)["paper-05"], "81% (25/31)")
        self.assertEqual(texts(made, "zh")["paper-05"], "81%(25/31)")
        for language in LANGUAGES:
            self.assertFalse([text for text in every_text(made, language) if "80.6" in text])

    def test_counts_are_printed_alone_and_carry_their_denominator(self):
        made = report(series(31, prior_drug_any=["yes"] * 27 + ["no"] * 4))
        self.assertEqual(texts(made)["paper-07"], "27")
        self.assertEqual(texts(made, "zh")["paper-07"], "27例")
        self.assertEqual(numbers(made, "paper-07"), {"n": 27, "N": 31, "percent": 2700 / 31, "missing": 0})

    def test_burden_names_its_standard_error(self):
        made = report(series(31, liver_burden_pct=[40 - 17] * 15 + [40] + [40 + 17] * 15))
        self.assertEqual(texts(made)["paper-10"], "(40±3)% (SEM)")
        self.assertEqual(texts(made, "zh")["paper-10"], "(40±3)%(标准误)")
        notes = [note.text.en for note in made.table("paper").notes]
        self.assertTrue(any("standard deviation 17%" in note for note in notes))

    def test_blood_loss_groups_thousands_and_is_in_the_journals_ml(self):
        made = report(series(31, blood_loss_ml=[300] * 8 + [700] * 7 + [800] + [900] * 7 + [1000] * 8))
        self.assertEqual(texts(made)["paper-13"], "800 (300, 1 000) ml")
        self.assertEqual(texts(made, "zh")["paper-13"], "800(300,1 000) ml")

    def test_no_death_is_none_with_its_upper_limit_in_a_note(self):
        made = report(series(31, mortality_90="no"))
        self.assertEqual(texts(made)["paper-17"], "none")
        self.assertEqual(texts(made, "zh")["paper-17"], "无")
        self.assertAlmostEqual(numbers(made, "paper-17")["upper"], 11.2, delta=0.05)
        self.assertEqual((numbers(made, "paper-17")["n"], numbers(made, "paper-17")["N"]), (0, 31))
        for language in LANGUAGES:
            notes = [note.text.text(language) for note in made.table("paper").notes]
            self.assertTrue(any("31" in note and "11.2%" in note for note in notes), notes)

    def test_deaths_are_counted_when_there_are_some(self):
        made = report(series(31, mortality_90=["yes"] * 2 + ["no"] * 29))
        self.assertEqual(texts(made)["paper-17"], "2")
        self.assertEqual(texts(made, "zh")["paper-17"], "2例")

    def test_missing_answers_leave_the_denominator_and_are_told(self):
        grades = ["g2"] * 20 + ["g1"] * 6 + [None] * 5
        made = report(series(31, grade_liver=grades))
        self.assertEqual(texts(made)["paper-05"], "77% (20/26), 5 not known")
        self.assertEqual(texts(made, "zh")["paper-05"], "77%(20/26),5例不详")
        self.assertEqual(numbers(made, "paper-05")["missing"], 5)

    def test_a_value_recorded_as_a_limit_is_told(self):
        made = report(series(31, blood_loss_ml_bounded=[1] * 2 + [0] * 29))
        self.assertIn("2 recorded as a limit", texts(made)["paper-13"])
        self.assertTrue(any("recorded as a limit" in note.text.en for note in made.table("paper").notes))

    def test_the_report_follows_one_changed_patient(self):
        sexes = ["m"] * 14 + ["f"] * 17
        before = report(series(31, sex=sexes))
        after = report(series(31, sex=["f", *sexes[1:]]))
        changed = {row for row, text in texts(after).items() if text != texts(before)[row]}
        self.assertEqual(changed, {"paper-02"})

    def test_below_twenty_cases_no_percentage_is_printed(self):
        made = report(series(12, functional_status="nonfunctioning"))
        self.assertEqual(texts(made)["paper-06"], "12/12")


class SurvivalTest(SimpleTestCase):
    """The cohort is followed in whole months: one event in each of the months 1 to 31."""

    def one_a_month(self, **spoiled) -> Report:
        months = [float(number) for number in range(1, 32)]
        return report(series(31, **{"pfs_months": months, "pfs_event": 1, **spoiled}))

    def test_the_median_is_printed_in_the_symmetric_form(self):
        self.assertRegex(texts(self.one_a_month())["paper-19"], r"^16\.0 \(95% CI [\d.]+–[\d.]+\) months$")
        self.assertRegex(texts(self.one_a_month(), "zh")["paper-19"], r"^16\.0\(95% CI:[\d.]+~[\d.]+\)个月$")
        found = numbers(self.one_a_month(), "paper-19")
        self.assertEqual(found["method"], "spss")
        self.assertAlmostEqual(found["median"] - found["lower"], found["upper"] - found["median"])

    def test_rates_are_read_at_6_12_and_18_months(self):
        made = self.one_a_month()
        printed = [texts(made)[f"paper-{row}"] for row in (20, 21, 22)]
        self.assertEqual(printed, ["81%", "61%", "42%"])
        self.assertAlmostEqual(numbers(made, "paper-20")["percent"], 100 * 25 / 31)

    def test_the_numbers_of_a_rate_are_all_in_percent(self):
        found = numbers(self.one_a_month(), "paper-20")
        self.assertTrue(50 < found["lower"] < found["percent"] < found["upper"] < 100, found)
        self.assertEqual((found["at_risk"], found["events"], found["time"]), (26, 6, 6.0))

    def test_without_events_the_median_is_not_reached(self):
        made = self.one_a_month(pfs_event=0)
        self.assertEqual(texts(made)["paper-19"], "not reached")
        self.assertEqual(texts(made, "zh")["paper-19"], "未达到")
        self.assertEqual(numbers(made, "paper-19")["reason"], "no_events")

    def test_a_rate_beyond_the_last_follow_up_is_not_carried_forward(self):
        made = report(series(31, pfs_months=[7.0] * 31, pfs_event=0))
        self.assertEqual(texts(made)["paper-20"], "100%")
        self.assertEqual(texts(made)["paper-21"], "not estimable")
        self.assertIn("12, 18 months cannot be estimated", made.section("results").paragraphs[-1].text("en"))

    def test_numbers_at_risk_count_those_followed_at_least_as_long(self):
        figure = self.one_a_month().section("long-term").figures[0]
        self.assertEqual(figure.ticks[:4], (0.0, 6.0, 12.0, 18.0))
        at_risk = figure.strip[0].parts
        self.assertEqual([part.text.en for part in at_risk[:4]], ["31", "26", "20", "14"])
        self.assertEqual(len(at_risk[1].cases()), 26)

    def test_the_figure_has_band_censor_marks_and_a_text_for_those_who_cannot_see_it(self):
        figure = self.one_a_month(pfs_event=[1, 1, 0] * 10 + [1]).section("long-term").figures[0]
        curve = figure.curves[0]
        self.assertTrue(curve.lower and curve.upper)
        self.assertEqual(len(curve.censored), 10)
        for language in LANGUAGES:
            self.assertIn("31", figure.alternative.text(language))

    def test_few_at_risk_is_said_in_the_text(self):
        months = [20.0] * 5 + [3.0] * 26
        made = report(series(31, pfs_months=months, pfs_event=0))
        self.assertIn("Fewer than 10 patients", made.section("results").paragraphs[-1].text("en"))

    def test_a_case_without_a_clock_is_left_out_and_told(self):
        made = self.one_a_month(pfs_months=[None, *range(2, 32)], pfs_event=[None] + [1] * 30)
        self.assertIn("1 not known", texts(made)["paper-19"])
        self.assertEqual(numbers(made, "paper-19")["n"], 30)


class EveryNumberTest(SimpleTestCase):
    SERIES = {
        "ordinary": {},
        "gaps": {"grade_liver": ["g2", None, "g3_net"] * 13, "transfused_intraop": ["yes", None, "no"] * 13},
        "nothing known": {"age_y": MISSING, "sex": MISSING, "mortality_90": MISSING, "pfs_months": MISSING},
    }

    def test_a_printed_count_is_the_number_of_its_cases(self):
        for name, spoiled in self.SERIES.items():
            made = report(series(39, **spoiled))
            checked = 0
            for address, part in made.numbers():
                if COUNT.fullmatch(part.text.en):
                    with self.subTest(series=name, address=address):
                        self.assertEqual(len(part.cases()), int(part.text.en.replace(" ", "")))
                    checked += 1
            self.assertGreater(checked, 200)

    def test_cases_behind_a_number_are_cases_of_the_cohort_each_once(self):
        data = series(39)
        for address, part in report(data).numbers():
            cases = part.cases()
            with self.subTest(address=address):
                self.assertEqual(len(cases), len(set(cases)))
                self.assertLessEqual(set(cases), set(data.ids))

    def test_a_count_names_exactly_the_cases_counted(self):
        data = series(31, prior_drug_any=["yes"] * 3 + ["no"] * 28)
        part = report(data).table("paper").rows[6].cells[0].parts[0]
        self.assertEqual(part.cases(), ["CASE00001", "CASE00002", "CASE00003"])

    def test_a_summary_names_the_cases_that_entered(self):
        data = series(31, op_time_min=[None] + [100] * 30)
        parts = report(data).table("paper").rows[11].cells[0].parts
        self.assertEqual(len(parts[0].cases()), 30)
        self.assertEqual(parts[2].cases(), ["CASE00001"])

    def test_every_digit_of_a_cell_belongs_to_a_part_with_cases(self):
        for section in report(series(39)).sections:
            for table in section.tables:
                for row in table.rows:
                    for part in (part for cell in row.cells for part in cell.parts):
                        if re.search(r"\d", part.text.en):
                            self.assertIsNotNone(part.cases, f"{table.id}.{row.id}: {part.text.en}")

    def test_both_languages_print_the_same_digits(self):
        for size in (0, 1, 5, 31, 120):
            for section in report(series(size)).sections:
                for table in section.tables:
                    for row in table.rows:
                        for cell in row.cells:
                            en, zh = (re.findall(r"\d+", cell.text(language)) for language in LANGUAGES)
                            self.assertEqual(en, zh, row.id)

    def test_a_thousand_cases_are_grouped_in_threes(self):
        self.assertEqual(texts(report(series(1234)))["paper-01"], "1 234 patients")

    def test_addresses_are_unique_and_lead_back_to_their_number(self):
        made = report(series(31))
        addresses = [address for address, _ in made.numbers()]
        self.assertEqual(len(addresses), len(set(addresses)))
        self.assertEqual(made.part_at("paper.paper-07.0.0").text.en, texts(made)["paper-07"])
        self.assertIsNone(made.part_at("paper.paper-99.0.0"))


class HardCohortsTest(SimpleTestCase):
    HARD = {
        "no case": (0, {}),
        "one case": (1, {}),
        "no events": (31, {"pfs_event": 0, "os_event": 0}),
        "all dead on the first day": (
            31,
            {"pfs_months": 0.016, "pfs_event": 1, "os_months": 0.016, "os_event": 1},
        ),
        "nobody followed up": (31, {"pfs_months": 0.0, "pfs_event": 0, "os_months": 0.0, "os_event": 0}),
        "no clock at all": (31, {"pfs_months": MISSING, "pfs_event": MISSING, "os_months": MISSING}),
        "all alike": (31, {"age_y": 50, "sex": "f", "liver_burden_pct": 40}),
    }

    def test_every_format_renders_in_both_languages(self):
        for name, (size, spoiled) in self.HARD.items():
            made = report(series(size, **spoiled))
            for ending, render in FORMATS.items():
                for language in LANGUAGES:
                    with self.subTest(cohort=name, format=ending, language=language):
                        self.assertGreater(len(render(made, language)), 2000)

    def test_no_number_is_infinite_or_not_a_number(self):
        for name, (size, spoiled) in self.HARD.items():
            made = report(series(size, **spoiled))
            json.loads(FORMATS["json"](made, "en"), parse_constant=self.fail)
            for section in made.sections:
                for table in section.tables:
                    for row in table.rows:
                        for value in (v for cell in row.cells for v in cell.numbers.values()):
                            if isinstance(value, float):
                                self.assertTrue(isfinite(value), f"{name}: {row.id}")

    def test_what_cannot_be_estimated_says_why(self):
        for name, (size, spoiled) in self.HARD.items():
            made = report(series(size, **spoiled))
            for row in made.table("paper").rows:
                reason = row.cells[0].numbers.get("reason")
                if reason:
                    self.assertTrue(self.is_explained(made.table("paper"), reason), f"{name}: {row.id}")

    def is_explained(self, table: Table, reason: str) -> bool:
        from analysis.estimate import REASONS

        return REASONS[reason].sentence in [note.text for note in table.notes]

    def test_an_empty_registry_is_said_in_words(self):
        made = report(series(0))
        self.assertIn("nothing to estimate", made.section("results").paragraphs[0].text("en"))
        self.assertIn("无法进行估计", made.section("results").paragraphs[0].text("zh"))
        self.assertEqual(texts(made)["paper-01"], "0 patients")
        self.assertIsNotNone(made.section("long-term").figures[0].empty)

    def test_one_patient_is_one_patient(self):
        self.assertEqual(texts(report(series(1)))["paper-01"], "1 patient")

    def test_what_nobody_recorded_is_named_and_not_woven_into_sentences(self):
        made = report(series(31, blood_loss_ml=MISSING))
        text = made.section("results").paragraphs[1].text("en")
        self.assertIn("Not recorded in any patient: Intraoperative blood loss.", text)
        self.assertNotIn("blood loss was", text)

    def test_when_all_died_the_curve_ends_at_zero(self):
        made = report(series(31, pfs_months=[float(n) for n in range(1, 32)], pfs_event=1))
        self.assertEqual(made.section("long-term").figures[0].curves[0].steps[-1], (31.0, 0.0))


class TextTest(SimpleTestCase):
    def test_the_results_read_as_sentences_in_both_languages(self):
        made = report(series(31))
        for language, stop in (("en", "."), ("zh", "。")):
            for paragraph in made.section("results").paragraphs:
                text = paragraph.text(language)
                self.assertTrue(text.endswith(stop), text)
                self.assertNotRegex(text, r"[{}]|  |None|nan")

    def test_the_text_and_the_table_print_the_same_numbers(self):
        made = report(series(31))
        text = " ".join(p.text("en") for p in made.section("results").paragraphs)
        for row in ("paper-03", "paper-10", "paper-12", "paper-13", "paper-16", "paper-19"):
            self.assertIn(texts(made)[row], text)

    def test_small_series_are_called_imprecise_and_large_ones_are_not(self):
        for size, said in ((31, True), (300, False)):
            text = report(series(size)).section("results").paragraphs[-1].text("en")
            self.assertEqual("imprecise" in text, said)

    def test_methods_hold_every_definition_that_the_report_uses(self):
        from analysis.reports.paper_methods import TOLD
        from registry.definitions import METHODS

        text = " ".join(p.text("en") for p in report(series(3)).section("methods").paragraphs)
        for name in (name for names in TOLD.values() for name in names):
            self.assertIn(METHODS[name].en.split("{")[0].split("(")[0].strip()[:40], text)
        self.assertNotIn("{days}", text)

    def test_foot_notes_name_the_conventions_in_force(self):
        for conventions, method in ((PAPER, "SPSS computes"), (REGISTRY, "Brookmeyer-Crowley")):
            notes = " ".join(n.text.en for n in report(series(31), conventions).table("paper").notes)
            self.assertIn(method, notes)
            self.assertIn("type 6", notes)

    def test_no_note_stands_twice_under_a_table(self):
        for section in report(series(31)).sections:
            for table in section.tables:
                self.assertEqual(len(table.notes), len(set(table.notes)))


class ComplicationsTest(SimpleTestCase):
    def rows(self, grades: list) -> dict[str, str]:
        made = report(series(len(grades), cd_max_90=grades)).table("complications")
        return {row.id: row.cells[0].text("en") for row in made.rows if row.id.startswith("cd_max_90-")}

    def test_patients_are_counted_by_their_highest_grade(self):
        rows = self.rows(["none"] * 16 + ["1"] * 5 + ["3a"] * 9 + [None])
        self.assertEqual(rows["cd_max_90-none"], "16 (53%)")
        self.assertEqual(rows["cd_max_90-3a"], "9 (30%)")
        self.assertEqual(rows["cd_max_90-4b"], "0 (0%)")
        self.assertEqual(rows["cd_max_90-missing"], "1")

    def test_grades_without_their_letter_stand_only_where_they_occur(self):
        self.assertNotIn("cd_max_90-3x", self.rows(["none"] * 31))
        self.assertEqual(self.rows(["none"] * 30 + ["3x"])["cd_max_90-3x"], "1 (3%)")


class GradeMatrixTest(SimpleTestCase):
    def test_each_case_stands_in_exactly_one_cell(self):
        data = series(
            31, grade_before=["g1"] * 10 + ["g2"] * 15 + [None] * 6, grade_liver=["g2"] * 20 + ["g1"] * 11
        )
        matrix = report(data).table("grade-change")
        cases = [case for row in matrix.rows for cell in row.cells for case in cell.cases()]
        self.assertEqual(sorted(cases), sorted(data.ids))

    def test_a_rise_stands_above_the_diagonal(self):
        data = series(31, grade_before=["g1"] * 6 + ["g2"] * 25, grade_liver="g2")
        matrix = report(data).table("grade-change")
        self.assertEqual(matrix.rows[0].id, "grade-g1")
        self.assertEqual([cell.text("en") for cell in matrix.rows[0].cells], ["0", "6", "0"])
