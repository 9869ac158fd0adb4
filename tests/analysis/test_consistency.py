"""The audit of a finished report: every check finds what was spoilt for it, and lets a sound report pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.consistency import audit
from analysis.conventions import PAPER, PRESETS, REGISTRY
from analysis.document import (
    Cell,
    Curve,
    Figure,
    Finding,
    Paragraph,
    Part,
    Provenance,
    Report,
    Row,
    Section,
    Table,
    words,
)
from analysis.reports import REPORTS
from registry.labels import LANGUAGES, both
from tests.analysis.series import series

SURVIVAL = {
    "method": "log-log",
    "level": 0.95,
    "se": 1.0,
    "n": 31,
    "events": 20,
    "missing": 0,
    "reason": None,
}


def cell(text: str = "", **numbers) -> Cell:
    return Cell((Part(both(text)),), numbers)


def median(value: float | None, **more) -> Cell:
    return cell(f"{value}", **{**SURVIVAL, "median": value, "lower": None, "upper": None, **more})


def rate(time: float, percent: float | None, at_risk: int = 20, events: int = 5, **more) -> Cell:
    numbers = {"percent": percent, "time": time, "at_risk": at_risk, "left_limit": percent}
    return cell(
        f"{percent}%", **{**SURVIVAL, **numbers, "events": events, "lower": None, "upper": None, **more}
    )


def report(
    *rows: Row, notes=(), cases: int | None = None, figures=(), paragraphs=(), columns: int = 1
) -> Report:
    table = Table("t", both("Table"), (both("All"),) * columns, rows)
    values = {} if cases is None else {"cases": cases}
    section = Section("s", both("Section"), (table, *figures, *paragraphs))
    return Report("r", both("Report"), (section,), Provenance(False, (), values))


def one(id: str, content: Cell, level: int = 0) -> Row:
    return Row(id, both(id), (content,), level)


def found(made: Report, key: str) -> list[Finding]:
    return [finding for finding in audit(made) if finding.key == key]


class AuditTest(SimpleTestCase):
    def assert_found(self, key: str, severity: str, made: Report, *addresses: str) -> Finding:
        findings = found(made, key)
        self.assertEqual([finding.severity for finding in findings], [severity], findings)
        self.assertEqual(set(findings[0].cells), set(addresses))
        for language in LANGUAGES:
            self.assertNotIn("{", findings[0].sentence.text(language))
        return findings[0]

    def assert_sound(self, key: str, made: Report) -> None:
        self.assertEqual(found(made, key), [])


class ShareTest(AuditTest):
    def test_a_percentage_that_is_not_the_count_of_its_total_is_found(self):
        wrong = report(one("x", cell("25 (85%)", n=25, N=31, percent=85.0)))
        findings = found(wrong, "percent_of_total")
        self.assertEqual({finding.severity for finding in findings}, {"contradiction"})
        self.assertIn("80.65%", findings[0].sentence.en)
        self.assert_sound(
            "percent_of_total", report(one("x", cell("25 (81%)", n=25, N=31, percent=2500 / 31)))
        )

    def test_a_printed_percentage_may_be_rounded_but_not_wrong(self):
        for text, sound in (("80.6% (25/31)", True), ("81% (25/31)", True), ("80% (25/31)", False)):
            made = report(one("x", cell(text, n=25, N=31, percent=2500 / 31)))
            self.assertEqual(not found(made, "percent_of_total"), sound, text)

    def test_an_exact_half_may_be_rounded_either_way(self):
        for text in ("12% (1/8)", "13% (1/8)"):
            self.assert_sound("percent_of_total", report(one("x", cell(text, n=1, N=8, percent=12.5))))

    def test_the_percentages_of_an_interval_are_not_the_share(self):
        for text in ("0/31 (95% CI 0–11.2%)", "0/31 (90% CI 0–9.2%)", "0/31(99.5% CI:0~16%)"):
            made = report(one("x", cell(text, n=0, N=31, percent=0.0, lower=0.0, upper=11.2)))
            self.assert_sound("percent_of_total", made)

    def test_a_count_above_its_total_is_found(self):
        self.assert_found(
            "more_than_total",
            "contradiction",
            report(one("x", cell("32", n=32, N=31, percent=103.2))),
            "t.x.0",
        )

    def test_one_fraction_printed_in_two_ways_is_found_in_cells_and_text(self):
        text = Paragraph("p", (Part(both("G2 in 80.6% (25/31).")),))
        made = report(one("x", cell("81% (25/31)", n=25, N=31, percent=2500 / 31)), paragraphs=(text,))
        finding = self.assert_found("fraction_printed_two_ways", "warning", made, "t.x.0", "p")
        self.assertIn("80.6%", finding.sentence.zh)
        same = replace(text, parts=(Part(both("G2 in 81% (25/31).")),))
        self.assert_sound("fraction_printed_two_ways", report(made.table("t").rows[0], paragraphs=(same,)))

    def test_a_zero_without_upper_limit_is_found_with_its_limit(self):
        made = report(
            one("x", cell("0/31", n=0, N=31, percent=0.0)), one("y", cell("0/31", n=0, N=31, percent=0.0))
        )
        finding = self.assert_found("zero_without_bound", "note", made, "t.x.0", "t.y.0")
        self.assertIn("11.2%", finding.sentence.en)
        self.assertIn("11.0%", finding.sentence.en)

    def test_a_zero_with_its_limit_and_an_empty_category_are_sound(self):
        bounded = one("x", cell("0/31", n=0, N=31, percent=0.0, lower=0.0, upper=11.2))
        category = one("sex-other", cell("0", n=0, N=31, percent=0.0), level=1)
        self.assert_sound("zero_without_bound", report(bounded, Row("sex", both("Sex"), ()), category))


class TotalTest(AuditTest):
    @staticmethod
    def categories(*counts: int, total: int = 31) -> tuple[Row, ...]:
        rows = [Row("sex", both("Sex"), ())]
        rows += [one(f"sex-{k}", cell(str(n), n=n, N=total), level=1) for k, n in enumerate(counts)]
        return tuple(rows)

    def test_categories_that_do_not_add_up_are_found(self):
        self.assert_found(
            "categories_against_total",
            "contradiction",
            report(*self.categories(14, 16)),
            "t.sex-0.0",
            "t.sex-1.0",
        )
        self.assert_sound("categories_against_total", report(*self.categories(14, 17)))

    def test_those_not_known_are_no_category(self):
        missing = one("sex-missing", cell("2", n=2), level=1)
        self.assert_sound("categories_against_total", report(*self.categories(14, 15, total=29), missing))

    def test_kinds_that_may_stand_together_need_not_add_up(self):
        rows = (
            Row("tx", both("Treatment"), ()),
            one("tx_a", cell("20", n=20, N=31), level=1),
            one("tx_b", cell("20", n=20, N=31), level=1),
        )
        self.assert_sound("categories_against_total", report(*rows))

    def test_categories_of_different_totals_are_found(self):
        rows = (*self.categories(14), one("sex-x", cell("17", n=17, N=30), level=1))
        self.assertEqual(found(report(*rows), "categories_against_total")[0].severity, "contradiction")

    def test_a_cell_of_several_counts_adds_up(self):
        self.assert_found(
            "categories_against_total",
            "contradiction",
            report(one("sex", cell("14 male, 16 female", N=31, m=14, f=16, other=0))),
            "t.sex.0",
        )
        self.assert_sound("categories_against_total", report(one("sex", cell("", N=31, m=14, f=17, other=0))))

    def test_more_known_and_unknown_than_cases_are_found(self):
        row = one("x", cell("20", n=20, N=30, missing=2))
        self.assert_found("more_than_cases", "contradiction", report(row, cases=31), "t.x.0")
        self.assert_sound("more_than_cases", report(row, cases=32))
        self.assert_sound("more_than_cases", report(row))

    def test_the_first_count_is_the_number_of_cases_where_the_provenance_tells_none(self):
        rows = (one("patients", cell("31", n=31)), one("x", cell("20", n=20, N=30, missing=2)))
        self.assertEqual(len(found(report(*rows), "more_than_cases")), 1)

    def test_a_matrix_holds_every_case_once(self):
        def matrix(*counts: int) -> Report:
            cells = tuple(cell(str(n), n=n) for n in counts)
            return report(
                Row("g1", both("G1"), cells[:2]), Row("g2", both("G2"), cells[2:]), cases=31, columns=2
            )

        self.assert_found("matrix_against_total", "contradiction", matrix(1, 2, 3, 4), "t")
        self.assert_sound("matrix_against_total", matrix(1, 2, 3, 25))


class SpreadTest(AuditTest):
    SOUND = {
        "n": 31,
        "mean": 40.0,
        "sd": 17.0,
        "sem": 3.05,
        "minimum": 10.0,
        "q1": 25.0,
        "median": 41.0,
        "q3": 55.0,
        "maximum": 80.0,
        "missing": 0,
    }

    def summary(self, text: str = "41 (25, 55) %", **spoiled) -> Report:
        return report(one("x", cell(text, **{**self.SOUND, **spoiled})))

    def test_a_sound_summary_has_no_findings(self):
        self.assertEqual(audit(self.summary()), ())
        self.assertEqual(audit(self.summary("(40±3)% (SEM)")), ())

    def test_an_sd_that_the_range_does_not_allow_is_found(self):
        for sd in (3.0, 60.0):
            finding = self.assert_found("spread_against_range", "contradiction", self.summary(sd=sd), "t.x.0")
            self.assertIn("9.0 and 35.6", finding.sentence.en)

    def test_an_sd_below_a_tenth_of_the_range_is_worth_a_look_where_it_is_possible(self):
        made = self.summary(n=1000, minimum=0.0, maximum=100.0, sd=9.0)
        self.assert_found("spread_against_range", "warning", made, "t.x.0")
        self.assert_sound("spread_against_range", self.summary(n=1000, minimum=0.0, maximum=100.0, sd=11.0))

    def test_an_sd_above_the_mean_is_found_only_where_the_mean_is_printed(self):
        skewed = {"mean": 16.0, "sd": 20.0, "minimum": 0.0, "q1": 2.0, "median": 5.0, "q3": 30.0}
        self.assert_found("spread_exceeds_mean", "warning", self.summary("16 (SD 20)", **skewed), "t.x.0")
        self.assert_sound("spread_exceeds_mean", self.summary("5 (2, 30)", **skewed))

    def test_a_plus_minus_without_a_name_is_found(self):
        self.assert_found("spread_unnamed", "warning", self.summary("(40±17)%"), "t.x.0")
        self.assert_sound("spread_unnamed", self.summary("(40±17)% (SD)"))

    def test_a_standard_error_in_the_place_of_the_sd_is_found(self):
        finding = self.assert_found("spread_is_standard_error", "warning", self.summary("(40±3)%"), "t.x.0")
        self.assertIn("17", finding.sentence.en)

    def test_quartiles_and_mean_out_of_order_are_found(self):
        self.assert_found("quartiles_disordered", "contradiction", self.summary(q1=42.0), "t.x.0")
        self.assert_found("quartiles_disordered", "contradiction", self.summary(maximum=50.0), "t.x.0")
        self.assert_found("mean_outside_range", "contradiction", self.summary(mean=81.0), "t.x.0")

    def test_a_negative_duration_is_found_and_a_zero_is_noted(self):
        self.assert_found(
            "time_not_positive", "contradiction", self.summary("41 (25, 55) d", minimum=-1.0), "t.x.0"
        )
        self.assert_found("time_not_positive", "note", self.summary("41 (25, 55) d", minimum=0.0), "t.x.0")
        self.assert_sound("time_not_positive", self.summary("41 (25, 55) points", minimum=-1.0))


class IntervalTest(AuditTest):
    def test_an_interval_without_its_estimate_is_found(self):
        for lower, upper in ((13.0, 17.0), (6.9, 11.0), (13.0, None)):
            made = report(one("m", median(12.0, lower=lower, upper=upper)))
            self.assert_found("interval_without_estimate", "contradiction", made, "t.m.0")
        self.assert_sound("interval_without_estimate", report(one("m", median(12.0, lower=6.9, upper=None))))

    def test_a_symmetric_interval_is_declared_and_its_standard_error_told(self):
        made = report(one("m", median(12.0, lower=6.9, upper=17.1, method="spss")))
        finding = self.assert_found("interval_symmetric", "note", made, "t.m.0")
        self.assertIn("2.60", finding.sentence.en)
        self.assertIn("SPSS", finding.sentence.zh)

    def test_symmetry_by_chance_is_called_chance(self):
        finding = self.assert_found(
            "interval_symmetric", "note", report(one("m", median(12.0, lower=6.0, upper=18.0))), "t.m.0"
        )
        self.assertIn("chance", finding.sentence.en)

    def test_a_limit_below_zero_is_found(self):
        made = report(one("m", median(5.0, lower=-1.0, upper=11.0, method="spss")))
        self.assert_found("limit_below_zero", "warning", made, "t.m.0")


class SurvivalTest(AuditTest):
    def curve(self, *cells: Cell, prefix: str = "pfs") -> Report:
        return report(*(one(f"{prefix}-{k}", content) for k, content in enumerate(cells)))

    def test_a_rate_above_half_after_the_median_is_found(self):
        made = self.curve(median(12.0), rate(12, 56.0))
        self.assert_found("rate_against_median", "contradiction", made, "t.pfs-0.0", "t.pfs-1.0")

    def test_a_rate_below_half_before_the_median_is_found(self):
        made = self.curve(median(12.0), rate(6, 40.0))
        self.assert_found("rate_against_median", "contradiction", made, "t.pfs-0.0", "t.pfs-1.0")

    def test_a_rate_of_exactly_half_fits_on_both_sides(self):
        self.assert_sound("rate_against_median", self.curve(median(12.0), rate(11, 50.0), rate(13, 50.0)))

    def test_a_median_that_rounds_to_the_landmark_is_explained_and_is_no_contradiction(self):
        made = self.curve(median(366 / 30.4375), rate(12, 56.0))
        self.assert_sound("rate_against_median", made)
        finding = self.assert_found("median_rounds_to_landmark", "note", made, "t.pfs-0.0", "t.pfs-1.0")
        self.assertIn("12.02", finding.sentence.en)

    def test_a_rate_below_half_beside_a_median_not_reached_is_found(self):
        missed = median(None, reason="not_reached")
        made = self.curve(missed, rate(12, 40.0))
        self.assert_found("rate_against_median", "contradiction", made, "t.pfs-0.0", "t.pfs-1.0")
        self.assert_sound("rate_against_median", self.curve(missed, rate(12, 60.0)))
        self.assert_found("median_not_reached", "note", self.curve(missed), "t.pfs-0.0")

    def test_rates_of_other_patients_are_not_held_against_a_median(self):
        self.assert_sound("rate_against_median", self.curve(median(12.0), rate(12, 56.0, n=30)))

    def test_rates_that_rise_are_found_in_any_order(self):
        for cells in ((rate(6, 70.0), rate(12, 75.0)), (rate(12, 75.0), rate(6, 70.0))):
            self.assertEqual(found(self.curve(*cells), "rate_rises")[0].severity, "contradiction")
        self.assert_sound("rate_rises", self.curve(rate(6, 75.0), rate(12, 70.0), rate(18, 70.0)))

    def test_a_rate_above_its_left_limit_is_found_and_an_event_on_the_landmark_explained(self):
        self.assert_found(
            "rate_rises", "contradiction", self.curve(rate(6, 70.0, left_limit=65.0)), "t.pfs-0.0"
        )
        finding = self.assert_found(
            "event_on_landmark", "note", self.curve(rate(6, 70.0, left_limit=75.0)), "t.pfs-0.0"
        )
        self.assertIn("75%", finding.sentence.en)

    def test_numbers_at_risk_that_rise_and_events_that_fall_are_found(self):
        made = self.curve(rate(6, 80.0, at_risk=15, events=6), rate(12, 70.0, at_risk=16, events=5))
        self.assert_found("at_risk_rises", "contradiction", made, "t.pfs-0.0", "t.pfs-1.0")
        self.assert_found("events_fall", "contradiction", made, "t.pfs-0.0", "t.pfs-1.0")

    def test_more_events_than_patients_are_found(self):
        self.assert_found(
            "more_than_cases", "contradiction", self.curve(rate(6, 80.0, events=32)), "t.pfs-0.0"
        )

    def test_few_at_risk_are_found_at_the_limit_of_the_report(self):
        self.assert_found("few_at_risk", "warning", self.curve(rate(6, 80.0, at_risk=9)), "t.pfs-0.0")
        self.assert_sound("few_at_risk", self.curve(rate(6, 80.0, at_risk=10)))
        strict = replace(
            self.curve(rate(6, 80.0, at_risk=19)),
            provenance=Provenance(False, (), {"conventions": {"few_at_risk": 20}}),
        )
        self.assertEqual(len(found(strict, "few_at_risk")), 1)

    def test_a_rate_beyond_the_last_follow_up_is_found_and_its_absence_noted(self):
        self.assert_found(
            "beyond_follow_up", "contradiction", self.curve(rate(60, 30.0, at_risk=0)), "t.pfs-0.0"
        )
        absent = rate(60, None, at_risk=0, reason="beyond_followup")
        self.assert_found("beyond_follow_up", "note", self.curve(absent), "t.pfs-0.0")
        self.assert_sound("beyond_follow_up", self.curve(rate(60, 0.0, at_risk=0)))

    def test_negative_and_zero_times_are_found(self):
        self.assert_found("time_not_positive", "contradiction", self.curve(rate(-1, 80.0)), "t.pfs-0.0")
        self.assert_found("time_not_positive", "warning", self.curve(median(0.0)), "t.pfs-0.0")

    def test_more_deaths_than_progressions_or_deaths_betray_a_swapped_coding(self):
        made = report(one("pfs-median", median(12.0, events=10)), one("os-median", median(30.0, events=21)))
        self.assert_found("end_points_reversed", "contradiction", made, "t.pfs-median.0", "t.os-median.0")
        sound = report(one("pfs-median", median(12.0, events=21)), one("os-median", median(30.0, events=10)))
        self.assert_sound("end_points_reversed", sound)

    def test_overall_survival_below_progression_free_survival_is_worth_a_look(self):
        made = report(one("pfs-median", median(30.0)), one("os-median", median(12.0)))
        self.assert_found("end_points_reversed", "warning", made, "t.pfs-median.0", "t.os-median.0")
        made = report(
            one("pfs-12", rate(12, 80.0)), one("os-median", median(None)), one("os-12", rate(12, 70.0))
        )
        self.assert_found("end_points_reversed", "warning", made, "t.pfs-12.0", "t.os-12.0")

    def test_median_follow_up_is_no_median_of_survival(self):
        made = report(one("os-follow-up", median(12.0)), one("os-12", rate(12, 90.0)))
        self.assert_sound("rate_against_median", made)


class FigureTest(AuditTest):
    def figure(self, steps, censored=()) -> Report:
        curve = Curve(both("PFS"), tuple(steps), censored=tuple(censored))
        made = Figure("pfs-curve", both("PFS"), both("x"), both("y"), (curve,), (0.0,))
        return report(figures=(made,))

    def test_a_sound_curve_has_no_findings(self):
        self.assertEqual(audit(self.figure([(0.0, 1.0), (3.0, 0.5), (9.0, 0.5)], [(9.0, 0.5)])), ())

    def test_a_curve_that_rises_or_leaves_its_range_is_found(self):
        rising = self.figure([(0.0, 1.0), (3.0, 0.5), (4.0, 0.6)])
        self.assert_found("rate_rises", "contradiction", rising, "pfs-curve")
        outside = self.figure([(0.0, 1.0), (3.0, -0.1)])
        self.assert_found("curve_outside", "contradiction", outside, "pfs-curve")

    def test_negative_times_and_events_at_zero_are_found(self):
        negative = self.figure([(0.0, 1.0), (3.0, 0.5)], [(-2.0, 1.0)])
        self.assert_found("time_not_positive", "contradiction", negative, "pfs-curve")
        at_zero = self.figure([(0.0, 1.0), (0.0, 0.9), (3.0, 0.5)])
        self.assert_found("time_not_positive", "warning", at_zero, "pfs-curve")

    def test_events_that_come_after_the_censorings_are_worth_a_look(self):
        late = [(0.0, 1.0)] + [(20.0 + k, 1 - k / 6) for k in range(1, 7)]
        early = [(float(k), 1.0) for k in range(1, 7)]
        self.assert_found("event_coding", "warning", self.figure(late, early), "pfs-curve")
        usual = [(0.0, 1.0)] + [(float(k), 1 - k / 20) for k in range(1, 7)]
        self.assert_sound("event_coding", self.figure(usual, [(20.0 + k, 0.7) for k in range(6)]))


ORIGIN = Provenance(True, (), {"made": datetime(2026, 3, 1, tzinfo=UTC)})


@st.composite
def cohorts(draw) -> dict:
    """Follow-up as it comes: progression before death, ties, whole months, none or all with the event."""
    size = draw(st.integers(0, 40))
    span = st.floats(0.1, 60, allow_nan=False) | st.integers(1, 36).map(float)
    free = draw(st.lists(span, min_size=size, max_size=size))
    longer = draw(st.lists(span, min_size=size, max_size=size))
    event = draw(st.lists(st.sampled_from(["yes", "no"]), min_size=size, max_size=size))
    died = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    return {
        "size": size,
        "pfs_months": free,
        "pfs_event": event,
        "os_months": [a + b for a, b in zip(free, longer, strict=True)],
        "os_event": ["yes" if e == "yes" and d else "no" for e, d in zip(event, died, strict=True)],
        "mortality_90": draw(st.lists(st.sampled_from(["yes", "no", None]), min_size=size, max_size=size)),
        "age_y": draw(st.lists(st.none() | st.integers(18, 90), min_size=size, max_size=size)),
        "blood_loss_ml": draw(st.lists(st.none() | st.integers(0, 9000), min_size=size, max_size=size)),
        "liver_burden_pct": draw(st.lists(st.none() | st.integers(1, 95), min_size=size, max_size=size)),
        "sex": draw(st.lists(st.sampled_from(["m", "f", "other", None]), min_size=size, max_size=size)),
    }


class ComputedReportTest(SimpleTestCase):
    def test_an_unremarkable_report_has_no_contradictions_and_addresses_that_exist(self):
        for conventions in (PAPER, REGISTRY):
            for size in (0, 1, 2, 31, 120):
                made = REPORTS["paper"].build(series(size), conventions, ORIGIN)
                known = {where.rpartition(".")[0] for where, _ in made.numbers()}
                known |= {block.id for section in made.sections for block in section.blocks}
                for finding in made.findings:
                    self.assertNotEqual(finding.severity, "contradiction", finding)
                    self.assertEqual(set(finding.cells) - known, set())

    def test_findings_come_by_severity_and_each_once(self):
        made = REPORTS["paper"].build(series(31), PAPER, ORIGIN)
        ranks = [("contradiction", "warning", "note").index(finding.severity) for finding in made.findings]
        self.assertEqual(ranks, sorted(ranks))
        self.assertEqual(len({(one.key, one.sentence) for one in made.findings}), len(made.findings))

    @settings(max_examples=60, deadline=None)
    @given(cohorts(), st.sampled_from(sorted(PRESETS)))
    def test_no_report_of_a_computed_cohort_contradicts_itself(self, cohort, preset):
        made = REPORTS["paper"].build(series(**cohort), PRESETS[preset], ORIGIN)
        self.assertEqual([one for one in made.findings if one.severity == "contradiction"], [])

    def test_a_report_with_words_only_and_one_without_anything_pass(self):
        self.assertEqual(audit(report(one("x", words("nothing")))), ())
        self.assertEqual(audit(Report("r", both("r"), (), Provenance(False, ()))), ())
