"""The check of a pasted abstract: what agrees, what contradicts, what deserves a remark."""

from __future__ import annotations

import unittest
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.consistency import PassageFinding, audit_abstract
from registry.labels import LANGUAGES
from tests.analysis.abstracts import CHINESE, ENGLISH


def keys(raw: str, kind: str) -> list[str]:
    return [finding.key for finding in getattr(audit_abstract(raw), kind)]


class AbstractTest(unittest.TestCase):
    def only(self, raw: str, kind: str, key: str) -> PassageFinding:
        """The one finding of that key; it has a sentence in both languages."""
        found = [one for one in getattr(audit_abstract(raw), kind) if one.key == key]
        self.assertEqual(len(found), 1, (raw, [one.key for one in getattr(audit_abstract(raw), kind)]))
        for language in LANGUAGES:
            self.assertNotIn("{", found[0].sentence.text(language))
        return found[0]

    def quoted(self, raw: str, finding: PassageFinding) -> list[str]:
        return [raw[start:end] for start, end in finding.passages]


class PaperTest(AbstractTest):
    """The five oddities of a published abstract, told with its figures in both languages."""

    def test_the_same_fraction_in_two_precisions_is_found(self):
        for raw in (CHINESE, ENGLISH):
            finding = self.only(raw, "remarks", "fraction_printed_two_ways")
            self.assertIn("25/31", finding.sentence.en)
            self.assertIn("80.6%", finding.sentence.zh)
            self.assertEqual(len(finding.passages), 2)

    def test_a_standard_error_in_the_place_of_a_standard_deviation_is_found(self):
        for raw in (CHINESE, ENGLISH):
            finding = self.only(raw, "remarks", "spread_implausibly_small")
            self.assertIn("16.7", finding.sentence.en)
            self.assertIn("标准误", finding.sentence.zh)
            self.assertEqual(len(self.quoted(raw, finding)), 1)
            self.assertRegex(self.quoted(raw, finding)[0], r"40±3")

    def test_the_median_that_clashes_with_its_landmark_is_found_with_its_ways_out(self):
        for raw in (CHINESE, ENGLISH):
            finding = self.only(raw, "contradictions", "rate_against_median")
            self.assertIn("56%", finding.sentence.en)
            self.assertIn("left limit", finding.sentence.en)
            self.assertIn("左极限", finding.sentence.zh)
            self.assertIn("12.0", self.quoted(raw, finding))

    def test_the_symmetric_interval_is_found_with_its_standard_error(self):
        for raw in (CHINESE, ENGLISH):
            finding = self.only(raw, "remarks", "interval_symmetric")
            self.assertIn("2.60", finding.sentence.en)
            self.assertIn("12.0 ± 5.1", finding.sentence.en)

    def test_no_deaths_without_an_upper_limit_is_found_with_its_limits(self):
        for raw in (CHINESE, ENGLISH):
            finding = self.only(raw, "remarks", "zero_without_bound")
            self.assertIn("11.2%", finding.sentence.en)
            self.assertIn("11.0%", finding.sentence.zh)

    def test_what_fits_is_said_to_fit(self):
        for raw in (CHINESE, ENGLISH):
            agreed = keys(raw, "agreements")
            for key in (
                "categories_against_total",
                "rates_fall",
                "interval_holds_estimate",
                "percent_of_total",
            ):
                self.assertIn(key, agreed)
            self.assertEqual(keys(raw, "contradictions"), ["rate_against_median"])

    def test_what_reporting_guidelines_ask_for_and_is_not_there_is_listed(self):
        finding = self.only(ENGLISH, "remarks", "items_missing")
        for words in ("follow-up", "number of events", "at risk", "intervals of the rates"):
            self.assertIn(words, finding.sentence.en)
        self.assertNotIn("interval of the median", finding.sentence.en)


class ShareTest(AbstractTest):
    def test_a_percentage_is_held_against_its_fraction_at_its_own_precision(self):
        for raw, sound in (
            ("81% (25/31)", True),
            ("80.6% (25/31)", True),
            ("80.65% (25/31)", True),
            ("80% (25/31)", False),
            ("80.7% (25/31)", False),
            ("12% (1/8) and 13% (1/8)", True),
        ):
            wrong = [key for key in keys(raw, "contradictions") if key == "percent_of_total"]
            self.assertEqual(not wrong, sound, raw)

    def test_a_percentage_without_denominator_is_held_against_all_patients(self):
        total = "A total of 31 patients were included; "
        self.only(total + "25 patients (80.6%) had G2.", "agreements", "percent_of_total")
        self.only(total + "25 patients (75%) had G2.", "contradictions", "percent_of_total")
        finding = self.only(total + "20 patients (80%) had G2.", "remarks", "percent_of_another_total")
        self.assertIn("25", finding.sentence.en)

    def test_a_percentage_that_no_number_of_patients_gives_is_found(self):
        self.only("50% of the 31 patients", "contradictions", "percent_of_total")
        self.assertEqual(keys("48% of the 31 patients", "contradictions"), [])

    def test_without_a_sure_total_a_percentage_that_does_not_fit_is_only_remarked_upon(self):
        self.only("31 patients had TACE. 25 patients (75%) had G2.", "remarks", "percent_of_total")
        self.assertEqual(keys("TACE (n=20), HAE (n=11). 3 patients (9.7%) died.", "contradictions"), [])

    def test_a_range_of_percentages_behind_a_count_is_not_its_share(self):
        raw = "共纳入31例患者，负荷<25%者12例、25%~50%者14例、>50%者5例。"
        self.assertEqual(keys(raw, "contradictions"), [])

    def test_counts_above_the_total_are_found(self):
        self.only("response in 35/31", "contradictions", "more_than_total")
        self.only("共纳入31例患者，复发40例。", "remarks", "count_above_patients")
        self.only("A total of 31 patients; 3/40 lesions", "remarks", "denominator_above_patients")

    def test_men_and_women_add_up_to_the_patients_or_do_not(self):
        self.only("31例患者，男14例，女17例", "agreements", "categories_against_total")
        for raw in ("31例患者，男14例，女16例", "31 patients, 15 men and 17 women"):
            self.only(raw, "contradictions", "categories_against_total")

    def test_grades_may_leave_some_out_but_not_exceed_the_patients(self):
        self.only("20 patients: 8 G1, 10 G2 and 2 G3", "agreements", "categories_against_total")
        self.only("20 patients: 8 G1, 9 G2 and 2 G3", "remarks", "categories_against_total")
        self.only("20 patients: 8 G1, 10 G2 and 3 G3", "contradictions", "categories_against_total")

    def test_mixed_decimals_of_one_total_are_noted(self):
        self.only("25/31 (80.6%) and 15/31 (48%)", "remarks", "percent_decimals_differ")
        self.assertNotIn("percent_decimals_differ", keys("25/31 (81%) and 15/31 (48%)", "remarks"))

    def test_a_zero_with_its_limit_is_sound(self):
        raw = "31 patients, no deaths (upper limit 11.2%)"
        self.assertNotIn("zero_without_bound", keys(raw, "remarks"))


class SurvivalTest(AbstractTest):
    def test_rates_are_held_against_the_median_with_all_that_rounding_allows(self):
        for rate, months, contradicts in (
            (56, 6, False),
            (51, 11, False),
            (50, 12, False),
            (51, 12, True),
            (51, 13, True),
            (49, 11, True),
            (49, 12, False),
            (49, 13, False),
        ):
            raw = f"Median PFS was 12.0 months. The {months}-month PFS was {rate}%."
            self.assertEqual("rate_against_median" in keys(raw, "contradictions"), contradicts, raw)

    def test_a_median_in_whole_months_leaves_room(self):
        self.assertEqual(keys("Median OS 12 months; 12-month OS 50%.", "contradictions"), [])
        self.only("Median OS 2.0 years; 3-year OS 60%.", "contradictions", "rate_against_median")

    def test_a_median_not_reached_leaves_no_rate_below_half(self):
        raw = "Median OS was not reached; 3-year OS was {}%."
        self.only(raw.format(45), "contradictions", "rate_against_median")
        self.assertEqual(keys(raw.format(55), "contradictions"), [])

    def test_rates_that_rise_are_found(self):
        finding = self.only("1-, 2- and 3-year OS was 90%, 92% and 70%.", "contradictions", "rate_rises")
        self.assertIn("24 months", finding.sentence.en)

    def test_end_points_are_not_held_against_each_other(self):
        raw = "Median PFS was 12 months and median OS 40 months. The 2-year OS was 70%, the 2-year PFS 30%."
        self.assertEqual(keys(raw, "contradictions"), [])

    def test_two_groups_are_not_held_against_each_other(self):
        raw = "12-month PFS was 80% in group A; 12-month PFS was 40% in group B. Median PFS was 9 months."
        self.assertEqual(keys(raw, "contradictions"), [])

    def test_medians_of_two_groups_are_not_taken_for_one(self):
        raw = "两组中位OS分别为78.0个月和36.0个月，5年OS率为70%。"
        self.assertNotIn("rate_against_median", keys(raw, "contradictions") + keys(raw, "agreements"))
        raw = "Median PFS was not reached vs 8.4 months; the 12-month PFS rate was 30%."
        self.assertEqual(keys(raw, "contradictions"), [])

    def test_where_groups_are_compared_a_clash_is_only_remarked_upon(self):
        raw = "Median OS was 20 months in controls. The 5-year OS was 60% in the treated group vs controls."
        finding = self.only(raw, "remarks", "rate_against_median")
        self.assertIn("different patients", finding.sentence.en)
        self.assertEqual(keys(raw, "contradictions"), [])

    def test_limits_and_levels_are_no_rates(self):
        for raw in (
            "Median OS was 89 months (134 months for >90%, 38 months for <70% debulking).",
            "Median PFS was 11.4 months, with placebo 5.5 months (hazard ratio, 0.42; 95% CI, 0.26 to 0.66).",
        ):
            self.assertEqual(keys(raw, "contradictions"), [], raw)

    def test_times_in_different_units_are_put_in_order(self):
        raw = "6个月、1年、2年无进展生存率为85.0%、56.3%及28.1%，中位无进展生存时间为13个月。"
        self.assertIn("rates_fall", keys(raw, "agreements"))
        self.assertEqual(keys(raw, "contradictions"), [])

    def test_lists_of_different_length_are_remarked_upon(self):
        self.only("1-, 3- and 5-year OS was 90% and 70%.", "remarks", "lists_differ_in_length")

    def test_a_rate_beyond_the_longest_follow_up_is_found(self):
        raw = "Follow-up was 24 months (range 3–30). The 5-year OS was 60%."
        self.only(raw, "contradictions", "beyond_follow_up")
        self.assertEqual(keys(raw.replace("5-year", "2-year"), "contradictions"), [])

    def test_overall_survival_below_progression_free_survival_is_remarked_upon(self):
        self.only("Median OS 12 months, median PFS 20 months.", "remarks", "end_points_reversed")
        self.only("1-year OS was 60%; 1-year PFS was 70%.", "remarks", "end_points_reversed")

    def test_a_complete_report_misses_nothing(self):
        raw = (
            "Median follow-up was 30 months; 20 events occurred, 2 patients were lost to follow-up. "
            "Median PFS was 14.0 months (95% CI 9.1-20.2). "
            "The 12-month PFS rate was 56% (95% CI 38-71%) with 15 at risk."
        )
        self.assertNotIn("items_missing", keys(raw, "remarks"))


class IntervalTest(AbstractTest):
    def test_an_interval_without_its_estimate_or_reversed_is_found(self):
        self.only("HR 0.52 (95% CI 0.60-0.90)", "contradictions", "interval_holds_estimate")
        self.only("HR 0.52 (95% CI 0.90-0.30)", "contradictions", "interval_reversed")
        self.only("rate 70% (95% CI 58-120%)", "contradictions", "limit_above_hundred")

    def test_a_limit_below_zero_is_remarked_upon(self):
        self.only("median OS 12.0 (95% CI -1.2 to 25.2) months", "remarks", "limit_below_zero")

    def test_symmetry_is_remarked_upon_for_medians_of_survival_only(self):
        self.assertIn("interval_symmetric", keys("median OS 12 (95% CI 7-17) months", "remarks"))
        self.assertNotIn("interval_symmetric", keys("median OS 12 (95% CI 7-18) months", "remarks"))
        self.assertNotIn("interval_symmetric", keys("mean difference 12 (95% CI 7-17)", "remarks"))

    def test_p_is_recomputed_from_the_interval_of_a_ratio(self):
        self.only("HR 2.45, 95% CI 1.20–5.01, P = 0.014", "agreements", "p_against_interval")
        self.only("HR 1.80 (95% CI 0.90-3.60; P=0.03)", "contradictions", "p_against_interval")
        self.only("HR 2.45, 95% CI 1.20–5.01, P = 0.30", "contradictions", "p_against_interval")
        self.only("HR 2.45, 95% CI 1.20–5.01, P = 0.0001", "remarks", "p_against_interval")
        self.only("HR 3.0, 95% CI 2.0–4.5, P < 0.001", "agreements", "p_against_interval")

    def test_a_ratio_off_the_middle_of_its_interval_is_remarked_upon(self):
        self.only("HR 0.85 (95% CI 0.30-0.90)", "remarks", "ratio_off_centre")

    def test_the_interval_of_a_share_is_recomputed(self):
        for limits, method in (("32–65", "Wilson"), ("30–67", "Clopper-Pearson"), ("31–66", "Wald")):
            finding = self.only(f"15/31 (48%; 95% CI {limits}%)", "agreements", "interval_of_share")
            self.assertIn(method, finding.sentence.en)
        self.only("15/31 (48%; 95% CI 40–50%)", "remarks", "interval_of_share")
        self.only("15/31 (95% CI 32–65%)", "agreements", "interval_of_share")

    def test_impossible_p_values_are_found(self):
        self.only("P = 1.2", "contradictions", "p_impossible")
        self.only("P=0.000", "remarks", "p_zero")


class SpreadTest(AbstractTest):
    def test_a_rate_with_its_standard_error_is_no_mean(self):
        raw = "31 patients. Kaplan-Meier survival at 5 years was 60 ± 4%."
        self.assertNotIn("spread_implausibly_small", keys(raw, "remarks"))

    def test_small_spreads_are_credible_where_the_body_keeps_them_small(self):
        raw = "A total of 31 patients. {}"
        for sound in (
            "Temperature 36.5 ± 0.4 °C (SD)",
            "Ejection fraction 62 ± 5% (SD)",
            "age 55 ± 11 years (SD)",
        ):
            self.assertEqual(keys(raw.format(sound), "remarks"), [], sound)
        self.only(raw.format("Operating time 200 ± 8 min (SD)."), "remarks", "spread_implausibly_small")

    def test_an_unnamed_spread_a_named_standard_error_and_a_skewed_one_are_remarked_upon(self):
        self.only("age 55 ± 11 years", "remarks", "spread_unnamed")
        self.only("31例患者，年龄55±2岁（标准误）", "remarks", "spread_is_standard_error")
        self.only("blood loss 500 ± 800 ml (SD)", "remarks", "spread_exceeds_mean")
        self.only("31 patients, burden 50 ± 60% (SD)", "remarks", "spread_exceeds_mean")
        self.only("31 patients, burden 60 ± 55% (SD)", "remarks", "spread_against_range")

    def test_quartiles_out_of_order_are_found(self):
        self.only("55 (IQR 56-60) years", "contradictions", "quartiles_disordered")
        self.only("55 (IQR 60-46) years", "contradictions", "quartiles_disordered")
        self.only("55 (IQR 46-60) years", "agreements", "quartiles_ordered")
        self.only("55 (46-60) years", "remarks", "bracket_unnamed")


def rounded(share: Fraction, decimals: int) -> str:
    scaled = int(share * 10**decimals + Fraction(1, 2))
    whole = f"{scaled:0{decimals + 1}}"
    return f"{whole[:-decimals]}.{whole[-decimals:]}" if decimals else whole


@st.composite
def results(draw) -> dict:
    """Figures as a sound analysis gives them: rates fall through the median, percentages are rounded once."""
    total = draw(st.integers(20, 400))
    counts = draw(st.lists(st.integers(0, total), min_size=3, max_size=3))
    decimals = draw(st.integers(0, 2))
    median = draw(st.integers(61, 239)) / 10
    before = sorted(draw(st.lists(st.integers(52, 99), min_size=1, max_size=1)))
    after = draw(st.integers(1, 48))
    return {
        "total": total,
        "men": counts[0],
        "women": total - counts[0],
        "shares": [(n, rounded(Fraction(100 * n, total), decimals)) for n in counts],
        "median": median,
        "lower": round(median * 0.6, 1),
        "upper": round(median * 1.9, 1),
        "before": before[0],
        "after": after,
    }


class SoundTest(unittest.TestCase):
    """An abstract whose figures were computed is never said to contradict itself."""

    @settings(max_examples=100, deadline=None)
    @given(results())
    def test_in_english(self, made):
        n, percent = made["shares"][1]
        raw = (
            f"A total of {made['total']} patients ({made['men']} men, {made['women']} women) were included. "
            f"Complications occurred in {n}/{made['total']} ({percent}%). "
            f"Median PFS was {made['median']} months (95% CI {made['lower']}-{made['upper']}); "
            f"the 6- and 24-month PFS rates were {made['before']}% and {made['after']}%. "
            f"Grade rose in {made['shares'][2][0]} patients ({made['shares'][2][1]}%)."
        )
        self.assertEqual(audit_abstract(raw).contradictions, ())

    @settings(max_examples=100, deadline=None)
    @given(results())
    def test_in_chinese(self, made):
        n, percent = made["shares"][1]
        raw = (
            f"共纳入{made['total']}例患者，男{made['men']}例，女{made['women']}例。"
            f"并发症{percent}%（{n}/{made['total']}），"
            f"中位PFS {made['median']}（95%CI：{made['lower']}～{made['upper']}）个月，"
            f"6、24个月PFS分别为{made['before']}%、{made['after']}%。"
            f"级别升高{made['shares'][2][0]}例，占{made['shares'][2][1]}%。"
        )
        self.assertEqual(audit_abstract(raw).contradictions, ())
