"""What is read in a pasted abstract: numbers in every spelling, facts in both languages, what is left."""

from __future__ import annotations

import time
import unittest
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.consistency import MOST_SIGNS, TooLong, audit_abstract, read_abstract
from analysis.consistency.abstract import text
from analysis.consistency.abstract.facts import (
    Count,
    FollowUp,
    Interval,
    MedianTime,
    Middle,
    NoneSeen,
    PValue,
    Rate,
    Share,
    Spread,
)
from analysis.consistency.abstract.marking import excerpt, marked
from tests.analysis.abstracts import CHINESE, ENGLISH


def printed(fact, *names: str) -> tuple:
    """The numerals of a fact as they are printed."""
    values = (getattr(fact, name) for name in names)
    return tuple(getattr(value, "text", value) for value in values)


def read(raw: str, kind: type, *names: str) -> list[tuple]:
    return [printed(fact, *names) for fact in read_abstract(raw).of(kind)]


class NumeralTest(unittest.TestCase):
    def values(self, raw: str) -> list[Fraction]:
        return [numeral.value for numeral in text.read(raw).numerals]

    def test_widths_dots_and_grouping_are_understood(self):
        for raw, value in (
            ("１２．０", 12),
            ("12·5", "12.5"),
            ("1 000", 1000),
            ("1\u2009000", 1000),
            ("1&nbsp;000", 1000),
            ("1,000", 1000),
            ("12,345,678", 12345678),
            ("P=.05", "0.05"),
            ("٣", 3),
            ("CI −1.2", "-1.2"),
        ):
            self.assertEqual(self.values(raw), [Fraction(value)], raw)

    def test_a_pair_in_brackets_is_not_a_number_of_thousands(self):
        self.assertEqual(self.values("168 (135,235) min"), [168, 135, 235])
        self.assertEqual(self.values("168（135，235）min"), [168, 135, 235])
        self.assertEqual(self.values("cost (1,200)"), [1200])

    def test_a_hyphen_between_numbers_is_a_range_and_no_sign(self):
        self.assertEqual(
            self.values("6.9-17.1; 5–7 d; 3 - 4"), [Fraction("6.9"), Fraction("17.1"), 5, 7, 3, 4]
        )

    def test_numerals_in_names_are_names(self):
        found = text.read("Ki-67 G2 5-HIAA 68Ga-DOTATATE T2N1 doi 10.3877/cma.j.issn.2095 PFS12.0")
        self.assertEqual([numeral.text for numeral in found.numerals], ["12.0"])
        self.assertEqual(len(found.names), 8)

    def test_number_words_before_patients_are_numbers(self):
        found = text.read("Thirty-one patients were operated; one of them twice; two men died.")
        self.assertEqual([numeral.value for numeral in found.numerals], [31, 2])

    def test_places_are_those_of_the_pasted_text(self):
        raw = "x&amp;y <sup>a</sup>　１２．０（&lt;3）"
        self.assertEqual([raw[one.start : one.end] for one in text.read(raw).numerals], ["１２．０", "3"])

    def test_decimals_are_those_printed(self):
        self.assertEqual([one.decimals for one in text.read("12 12.0 12.50 1,000").numerals], [0, 1, 2, 0])


class ShareTest(unittest.TestCase):
    def test_a_share_is_read_in_every_form(self):
        for raw in (
            "81%(25/31)",
            "81%（25/31）",
            "81% (25 of 31)",
            "25/31 (81%)",
            "25/31例，81%",
            "25 of 31 patients (81%)",
            "25 out of the 31 (81%)",
            "31例患者中25例G2级（81%）",
            "of the 31 patients, 25 (81%) had",
        ):
            self.assertIn(("25", "31", "81"), read(raw, Share, "count", "total", "percent"), raw)

    def test_a_share_without_a_denominator_is_read(self):
        for raw in (
            "25 patients (80.6%)",
            "25例，占80.6%",
            "25例（80.6%）",
            "25 (80.6%)",
            "80.6% (25)",
            "80.6%（25例）",
        ):
            self.assertEqual(read(raw, Share, "count", "total", "percent"), [("25", None, "80.6")], raw)

    def test_times_and_rates_are_no_counts(self):
        for raw in ("PFS at 12 months (56%)", "12个月56%", "85%、56%、37%"):
            self.assertNotIn("12", [count for (count,) in read(raw, Share, "count")], raw)

    def test_men_and_women_are_read_in_every_form(self):
        for raw in (
            "男14例，女17例",
            "男性14例、女性17例",
            "女17例，男14例",
            "男14例（45.2%），女17例（54.8%）",
            "14 males and 17 females",
            "14 men, 17 women",
            "17 (55%) women and 14 (45%) men",
            "male/female: 14/17",
            "男/女 14/17例",
            "males 14, females 17",
            "men (n = 14) and women (n = 17)",
            "14名男性和17名女性",
            "14 were male and 17 were female",
        ):
            counts = {what: number for number, what in read(raw, Count, "number", "what")}
            self.assertEqual((counts.get("male"), counts.get("female")), ("14", "17"), raw)

    def test_the_number_of_patients_is_the_total_that_is_stated(self):
        for raw, patients in (
            (CHINESE, 31),
            (ENGLISH, 31),
            ("Of 20 patients screened, a total of 58 patients from two centres were analysed.", 58),
            ("共纳入120例患者，其中30例复发。", 120),
            ("G2 in 81% (25/31), G3 in 19% (6/31), death in 1/7", 31),
            ("nothing", None),
        ):
            self.assertEqual(read_abstract(raw).patients, patients, raw[:40])

    def test_nothing_seen_is_read_with_or_without_a_bound(self):
        for raw in (
            "no perioperative deaths",
            "There was no 90-day mortality.",
            "无围手术期死亡",
            "围手术期死亡0例",
            "mortality was 0%",
            "0/31 died",
            "None of the patients died",
            "zero mortality",
            "mortality was nil",
            "No one died.",
            "0% mortality",
            "无一例围手术期死亡",
            "围手术期死亡：无",
            "No patient died within 90 days",
        ):
            self.assertEqual(read(raw, NoneSeen, "bounded"), [(False,)], raw)
        self.assertEqual(read("no deaths (95% CI 0-11.2%)", NoneSeen, "bounded"), [(True,)])

    def test_no_difference_is_not_no_event(self):
        for raw in (
            "no significant difference in mortality",
            "no increase in complications",
            "并发症无统计学差异",
        ):
            self.assertEqual(read(raw, NoneSeen, "bounded"), [], raw)


class SurvivalTest(unittest.TestCase):
    def test_lists_of_rates_are_read_in_every_form(self):
        wanted = [("6", "85"), ("12", "56"), ("18", "37")]
        for raw in (
            "6、12、18个月PFS分别为85%、56%、37%",
            "6个月、12个月和18个月无进展生存率分别为85%、56%和37%",
            "the 6-, 12- and 18-month PFS rates were 85%, 56% and 37%",
            "PFS at 6, 12, and 18 months was 85%, 56%, and 37%, respectively",
            "PFS rates were 85%, 56% and 37% at 6, 12 and 18 months",
            "PFS was 85% at 6 months, 56% at 12 months and 37% at 18 months",
            "6-month PFS 85% (95% CI 68-94), 12-month PFS 56% (38-71%) and 18-month PFS 37%",
            "6-,12-,18-month PFS: 85, 56, and 37%",
            "PFS at 6/12/18 months: 85%/56%/37%",
            "PFS率（6、12、18个月）：85%、56%、37%",
            "无进展生存率6个月85%、12个月56%、18个月37%",
        ):
            self.assertEqual(
                sorted(read(raw, Rate, "time", "percent"), key=lambda one: int(one[0])), wanted, raw
            )

    def test_years_are_months_and_end_points_are_told_apart(self):
        raw = "1、3、5年总体生存率为92%、75%、60%；1-year DFS was 70%"
        self.assertEqual(
            read(raw, Rate, "months", "end_point"), [(12, "os"), (36, "os"), (60, "os"), (12, "dfs")]
        )

    def test_rates_of_two_groups_are_not_taken_for_one(self):
        self.assertEqual(read("1-year OS was 95% vs 80%", Rate, "time"), [])
        self.assertEqual(read("12-month mortality was 5%", Rate, "time"), [])

    def test_a_median_with_its_interval_is_read_in_every_form(self):
        for raw in (
            "中位PFS 12.0（95%CI：6.9～17.1）个月",
            "中位无进展生存期为12.0个月（95%置信区间6.9~17.1）",
            "median PFS was 12.0 months (95% CI, 6.9–17.1)",
            "median progression-free survival 12.0 (95% CI 6.9 to 17.1) months",
            "median PFS, 12.0 mo [95% confidence interval: 6.9-17.1 mo]",
            "median PFS (95% CI) 12.0 (6.9-17.1) months",
            "median PFS was 12.0 months, with a 95% CI of 6.9 to 17.1 months",
            "mPFS 12.0 (95%CI 6.9-17.1) months",
            "中位PFS为(12.0±2.6)个月(95%CI 6.9~17.1)",
        ):
            self.assertEqual(
                read(raw, Interval, "value", "lower", "upper", "measure"),
                [("12.0", "6.9", "17.1", "median survival")],
                raw,
            )
            self.assertEqual(read(raw, MedianTime, "value", "end_point"), [("12.0", "pfs")], raw)

    def test_medians_without_intervals_and_those_not_reached_are_read(self):
        self.assertEqual(
            read("Median PFS and OS were 12.5 and 40.1 months", MedianTime, "end_point", "value"),
            [("pfs", "12.5"), ("os", "40.1")],
        )
        for raw in ("median OS was not reached", "中位总生存期未达到"):
            self.assertEqual(read(raw, MedianTime, "end_point", "value"), [("os", None)], raw)

    def test_follow_up_is_read_with_its_range(self):
        for raw in (
            "median follow-up was 18 months (range, 3–30)",
            "中位随访时间18（范围3~30）个月",
            "patients were followed up for 3-30 months",
            "随访3~30个月",
        ):
            self.assertIn(("30",), read(raw, FollowUp, "longest"), raw)


class ValueTest(unittest.TestCase):
    def test_a_ratio_is_read_with_its_interval_and_p(self):
        for raw in (
            "HR 0.52 (95% CI 0.30–0.90; P=0.02)",
            "HR=0.52，95%CI：0.30~0.90，P=0.02",
            "hazard ratio, 0.52 [95% confidence interval, 0.30 to 0.90]; p = 0.02",
            "HR (95% CI) 0.52 (0.30-0.90), P = 0.02",
            "风险比0.52（95%可信区间0.30～0.90，P=0.02）",
            "HR 0.52, P=0.02, 95% CI 0.30-0.90",
        ):
            (fact,) = read_abstract(raw).of(Interval)
            self.assertEqual(printed(fact, "value", "lower", "upper"), ("0.52", "0.30", "0.90"), raw)
            self.assertEqual((fact.measure, fact.p and fact.p.value.text), ("ratio", "0.02"), raw)

    def test_p_values_are_read_with_their_relation(self):
        raw = "P<0.001, p = .03, P值为0.2, P≥0.05"
        self.assertEqual(
            read(raw, PValue, "relation", "value"),
            [("<", "0.001"), ("=", ".03"), ("为", "0.2"), ("≥", "0.05")],
        )

    def test_a_mean_says_what_follows_its_plus_minus_or_does_not(self):
        for raw, kind in (
            ("(40±3)%", ""),
            ("mean ± SD 40 ± 3", "sd"),
            ("40 +/- 3 (SEM)", "sem"),
            ("均数±标准差为40±3", "sd"),
            ("40 (SD 3)", "sd"),
            ("计量资料以x±s表示；年龄40±3岁", "sd"),
            ("40 (SE, 3)", "sem"),
        ):
            self.assertEqual(read(raw, Spread, "mean", "spread", "kind"), [("40", "3", kind)], raw)

    def test_brackets_say_whether_they_hold_quartiles_or_the_range(self):
        for raw, kind in (
            ("55（46，60）岁", "quartiles"),
            ("55 (IQR 46-60)", "quartiles"),
            ("M(Q1,Q3) 55(46-60)", "quartiles"),
            ("55 years (range 46–60)", "range"),
            ("55 (46-60)", ""),
            ("168 (135-235) min", ""),
        ):
            self.assertEqual([one for (one,) in read(raw, Middle, "kind")], [kind], raw)


class AccountTest(unittest.TestCase):
    """Every numeral is read, part of a name, or listed as not read."""

    def test_the_sample_abstracts_are_read_whole(self):
        for raw in (CHINESE, ENGLISH):
            found = read_abstract(raw)
            self.assertEqual(found.unread, ())
            self.assertEqual(len(found.read), len(found.text.numerals))

    def test_what_is_not_understood_is_listed_with_its_place(self):
        raw = "We saw 12 in one way and 77 in another."
        found = read_abstract(raw)
        self.assertEqual([raw[one.start : one.end] for one in found.unread], ["12", "77"])
        self.assertIn("12 in one way", found.unread[0].snippet)

    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=400))
    def test_no_text_is_refused(self, raw):
        self.account_for(raw)

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(
            st.sampled_from(
                [
                    "12",
                    "0",
                    "95%CI",
                    "中位",
                    "median ",
                    "PFS",
                    "、",
                    ", ",
                    "and ",
                    "-",
                    "~",
                    "个月",
                    " months ",
                    "±",
                ]
                + [
                    "/",
                    "例",
                    " patients ",
                    "G1",
                    "1 000",
                    "P",
                    "=",
                    "HR ",
                    "。",
                    ". ",
                    "无",
                    "no ",
                    "death",
                    "男",
                    "女",
                ]
                + [
                    "随访",
                    "at ",
                    "(",
                    ")",
                    "&nbsp;",
                    "\n",
                    "%",
                    "9" * 40,
                    "½",
                    "İ",
                    "\x00",
                    "\ud800",
                    "<sub>",
                    "2021",
                ]
            ),
            max_size=60,
        ).map("".join)
    )
    def test_no_mixture_of_its_own_words_is_refused(self, raw):
        self.account_for(raw)

    def account_for(self, raw: str) -> None:
        audit = audit_abstract(raw)
        self.assertEqual(len(audit.abstract.read) + len(audit.unread), len(audit.abstract.text.numerals))
        for finding in (*audit.agreements, *audit.contradictions, *audit.remarks):
            self.assertNotIn("{", finding.sentence.en + finding.sentence.zh)
            for start, end in finding.passages:
                self.assertTrue(0 <= start < end <= len(raw))
        self.assertEqual("".join(run.text for run in marked(raw, audit)), raw)

    def test_the_longest_text_is_read_in_seconds_whatever_it_holds(self):
        for piece in (
            "1 ",
            "12%、",
            "6个月、",
            "95%CI 1-2 ",
            "1±2 ",
            "(",
            "no ",
            "1/2 ",
            "100,",
            "&",
            "median PFS 1 ",
            CHINESE,
        ):
            raw = (piece * MOST_SIGNS)[:MOST_SIGNS]
            started = time.perf_counter()
            audit_abstract(raw)
            self.assertLess(time.perf_counter() - started, 8, piece[:20])

    def test_a_longer_text_is_refused_in_both_languages(self):
        with self.assertRaises(TooLong) as refusal:
            read_abstract("x" * (MOST_SIGNS + 1))
        self.assertIn("20001", refusal.exception.message.en)
        self.assertIn("20001", refusal.exception.message.zh)


class MarkTest(unittest.TestCase):
    def test_the_gravest_mark_wins_and_the_text_stays_whole(self):
        audit = audit_abstract(ENGLISH)
        runs = marked(ENGLISH, audit)
        marks = {run.text: run.mark for run in runs}
        self.assertEqual("".join(run.text for run in runs), ENGLISH)
        self.assertEqual(marks["(40±3)%"], "warning")
        self.assertIn("contradiction", marks.values())

    def test_an_excerpt_shows_the_passage_and_a_little_around_it(self):
        raw = "a" * 100 + "HIT" + "b" * 100
        runs = excerpt(raw, [(100, 103)], "note")
        self.assertEqual([run.text[:3] for run in runs], ["…", "aaa", "HIT", "bbb", "…"])
        self.assertEqual([run.mark for run in runs], ["", "", "note", "", ""])
        self.assertEqual(excerpt(raw, [], "note"), ())
