"""The lines that reports are listed in: their rows, cells and foot notes."""

from __future__ import annotations

from unittest import TestCase

from analysis.conventions import PAPER, REGISTRY, Conventions
from analysis.document import Cell, Row
from analysis.estimate import REASONS
from analysis.reports import cells
from analysis.reports.lines import (
    KNOWN,
    FollowUp,
    Heading,
    Interval,
    Kinds,
    Levels,
    MeanSem,
    Median,
    MedianSurvival,
    Share,
    SurvivalRate,
    table,
)
from analysis.reports.source import Source, Which
from analysis.reports.survival_figure import SurvivalFigure, figure
from analysis.typeset import NEGATIVE_LIMIT
from registry.labels import Label, both
from tests.analysis.series import MISSING, series

TITLE = Label("A table", "表")


def source(size: int = 31, conventions: Conventions = PAPER, **spoiled: object) -> Source:
    return Source(series(size, **spoiled), conventions)


def rows(line, made: Source) -> dict[str, Row]:
    return {row.id: row for row in line.rows(made)}


def only(line, made: Source) -> Cell:
    (row,) = line.rows(made)
    return row.cells[0]


def notes(made: Source, *lines) -> list[str]:
    return [note.text.en for note in table("t", TITLE, made, lines).notes]


class ShareTest(TestCase):
    def test_it_is_named_by_its_column_and_levels(self):
        (row,) = Share(Which("sex", ("m", "f"))).rows(source())
        self.assertEqual(row.id, "sex-m-f")

    def test_it_is_worded_by_its_one_level_or_its_flag(self):
        self.assertEqual(Share(Which("sex", ("f",))).label(source()).zh, "女")
        self.assertEqual(Share(Which("cirrhosis")).label(source()).en, "Cirrhosis")
        own = Share(Which("cirrhosis"), both("Own words"))
        self.assertEqual(own.label(source()).en, "Own words")

    def test_the_interval_is_clopper_pearson_where_nobody_is_counted(self):
        cell = only(Interval(Which("cirrhosis")), source(cirrhosis="no"))
        self.assertEqual(cell.text("en"), "0/31 (95% CI 0–11.2%)")
        self.assertEqual(cell.numbers["method"], "clopper-pearson")

    def test_several_levels_are_counted_together(self):
        made = source(intraop_incident_grade=["0"] * 20 + ["2"] * 6 + ["3"] * 5)
        cell = only(Share(Which("intraop_incident_grade", ("2", "3"))), made)
        self.assertEqual((cell.numbers["n"], cell.text("en")), (11, "11 (35%)"))

    def test_a_level_that_the_column_does_not_have_counts_nobody(self):
        self.assertEqual(only(Share(Which("sex", ("x",))), source()).numbers["n"], 0)


class LevelsTest(TestCase):
    def test_levels_stand_in_their_clinical_order_under_the_name(self):
        found = rows(Levels("functional_status"), source())
        self.assertEqual(
            list(found),
            ["functional_status", "functional_status-functioning", "functional_status-nonfunctioning"],
        )
        self.assertEqual([row.level for row in found.values()], [0, 1, 1])
        self.assertEqual(found["functional_status"].cells, ())

    def test_unused_levels_are_left_out_only_when_asked(self):
        made = source(sex="f")
        self.assertEqual(list(rows(Levels("sex", used_only=True), made)), ["sex", "sex-f"])
        self.assertIn("sex-m", rows(Levels("sex"), made))

    def test_levels_and_the_unknown_add_up_to_all_cases(self):
        made = source(asa=["1", "2", None] * 10 + ["3"])
        found = rows(Levels("asa"), made)
        self.assertEqual(sum(row.cells[0].numbers["n"] for row in found.values() if row.cells), 31)
        self.assertEqual(found["asa-missing"].cells[0].text("zh"), "10例")

    def test_a_column_that_nobody_recorded_says_so_once(self):
        found = rows(Levels("asa"), source(asa=MISSING))
        self.assertEqual(list(found), ["asa", "asa-missing"])
        self.assertEqual(found["asa-missing"].cells[0].text("en"), "not recorded")


class KindsTest(TestCase):
    LINE = Kinds("prior_tx", Label("Treatment", "治疗"))

    def test_only_kinds_that_occur_are_listed(self):
        made = source(prior_tx_ssa=[1.0] * 5 + [0.0] * 26, prior_tx_tace=[1.0] * 2 + [0.0] * 29)
        self.assertEqual(list(rows(self.LINE, made)), ["prior_tx", "prior_tx_ssa", "prior_tx_tace"])
        self.assertEqual(rows(self.LINE, made)["prior_tx_ssa"].cells[0].text("en"), "5 (16%)")

    def test_cases_of_which_nothing_is_known_are_told(self):
        unknown = float("nan")
        codes = [name for name in series(1).columns if name.startswith("prior_tx_")]
        made = source(**dict.fromkeys(codes, [unknown] * 3 + [0.0] * 28))
        self.assertEqual(rows(self.LINE, made)["prior_tx-missing"].cells[0].text("en"), "3")


class NumbersTest(TestCase):
    def test_a_median_takes_unit_and_decimals_of_its_column(self):
        made = source(largest_met_cm=[8.5] * 10 + [10.0] * 11 + [13.5] * 10)
        self.assertEqual(only(Median("largest_met_cm"), made).text("en"), "10.0 (8.5, 13.5) cm")

    def test_a_mean_of_one_case_has_no_standard_error_and_says_so(self):
        made = source(1, liver_burden_pct=40)
        self.assertEqual(only(MeanSem("liver_burden_pct"), made).text("en"), "not estimable")
        self.assertIn(REASONS["too_few"].sentence.en, notes(made, MeanSem("liver_burden_pct")))

    def test_the_note_of_a_standard_error_gives_the_standard_deviation(self):
        made = source(liver_burden_pct=[20] * 15 + [40] + [60] * 15)
        self.assertTrue(
            any("standard deviation 20%" in note for note in notes(made, MeanSem("liver_burden_pct")))
        )


class SurvivalTest(TestCase):
    def test_follow_up_is_that_of_the_reverse_curve(self):
        made = source(os_months=[float(n) for n in range(1, 32)], os_event=0)
        cell = only(FollowUp("os", both("Follow-up")), made)
        self.assertEqual(cell.numbers["median"], 16.0)
        self.assertEqual(cell.numbers["method"], "log-log")

    def test_without_censoring_there_is_no_follow_up_to_tell(self):
        made = source(os_event=1)
        cell = only(FollowUp("os", both("Follow-up")), made)
        self.assertEqual((cell.text("en"), cell.numbers["reason"]), ("not estimable", "no_censored"))

    def test_a_rate_of_a_table_has_its_interval(self):
        made = source(pfs_months=[float(n) for n in range(1, 32)], pfs_event=1)
        printed = only(SurvivalRate("pfs", 12, both("PFS")), made).text("en")
        self.assertRegex(printed, r"^61% \(95% CI \d\d–\d\d%\)$")

    def test_a_limit_below_zero_is_printed_with_a_caution(self):
        line = MedianSurvival("pfs", both("Median"))
        wide = source(12, pfs_months=[1.0] * 3 + [2.0, 3.0, 4.0] + [60.0] * 6, pfs_event=1)
        self.assertEqual(only(line, wide).text("en"), "4.0 (95% CI −23.6–31.6) months")
        self.assertIn(NEGATIVE_LIMIT.en, notes(wide, line))
        narrow = source(12, pfs_months=[1.0] * 5 + [2.0] * 2 + [40.0] * 5, pfs_event=1)
        self.assertNotIn(NEGATIVE_LIMIT.en, notes(narrow, line))


class TableTest(TestCase):
    def test_notes_name_the_methods_of_the_lines_and_no_others(self):
        self.assertEqual(len(notes(source(), Heading("h", both("H")))), 0)
        self.assertTrue(all("Quartiles" not in note for note in notes(source(), Share(Which("cirrhosis")))))
        self.assertIn(KNOWN.en, notes(source(), Share(Which("cirrhosis"))))

    def test_notes_follow_the_conventions(self):
        line = MedianSurvival("pfs", both("Median"))
        self.assertNotEqual(notes(source(), line), notes(source(conventions=REGISTRY), line))

    def test_why_a_number_is_absent_stands_under_the_table_once(self):
        made = source(age_y=MISSING, op_time_min=MISSING)
        found = notes(made, Median("age_y"), Median("op_time_min"))
        self.assertEqual(found.count(REASONS["no_values"].sentence.en), 1)

    def test_a_line_that_bounds_its_values_says_how_they_enter(self):
        made = source(liver_mets_count_bounded=[1] * 4 + [0] * 27)
        self.assertEqual(only(Median("liver_mets_count"), made).text("zh")[-8:], "4例以界限值记录")
        self.assertTrue(any("limit" in note for note in notes(made, Median("liver_mets_count"))))


class FigureTest(TestCase):
    SPEC = SurvivalFigure("curve", "pfs", both("Curve"), both("PFS"), (6,))

    def drawn(self, **spoiled):
        return figure(source(**spoiled), self.SPEC)

    def test_ticks_suit_the_length_of_follow_up(self):
        for last, step in ((10.0, 3), (33.0, 6), (90.0, 12), (400.0, 60)):
            ticks = self.drawn(pfs_months=[last] * 31, pfs_event=0).ticks
            self.assertEqual(ticks[1] - ticks[0], step)
            self.assertGreaterEqual(ticks[-1], last)
            self.assertLessEqual(len(ticks), 10)

    def test_everybody_is_at_risk_at_first_and_accounted_for_at_last(self):
        strip = self.drawn().strip
        self.assertEqual(strip[0].parts[0].text.en, "31")
        last = [int(row.parts[-1].text.en) for row in strip]
        self.assertEqual(last[0] + last[1] + last[2], 31)

    def test_events_and_censorings_at_a_tick_are_counted_there(self):
        strip = self.drawn(pfs_months=[6.0] * 31, pfs_event=[1] * 20 + [0] * 11).strip
        at = self.drawn(pfs_months=[6.0] * 31, pfs_event=[1] * 20 + [0] * 11).ticks.index(6.0)
        self.assertEqual([row.parts[at].text.en for row in strip], ["31", "20", "11"])

    def test_nothing_to_draw_is_said_in_both_languages(self):
        for spoiled in ({"pfs_months": MISSING}, {"pfs_months": 0.0, "pfs_event": 0}):
            made = self.drawn(**spoiled)
            self.assertEqual(made.curves, ())
            self.assertTrue(made.empty.en and made.empty.zh)

    def test_the_level_of_the_band_is_told(self):
        self.assertIn("95%", self.drawn().notes[0].text.en)


class AbsentTest(TestCase):
    def test_the_word_depends_on_whether_there_were_cases_at_all(self):
        self.assertEqual(cells.absent(source(0), Which("asa")).text("en"), "no cases")
        self.assertEqual(cells.absent(source(asa=MISSING), Which("asa")).text("en"), "not recorded")
