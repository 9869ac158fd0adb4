"""manage.py describe: descriptives, tests and their choice, what is refused, and the printed table."""

from __future__ import annotations

from django.test import SimpleTestCase

from analysis.reference import data
from tests.analysis.asking import answer, csv, refusal, said


def describe(table: str | bytes, *options: str) -> dict:
    return answer("describe", table, *options)


def wrong(table: str | bytes, *options: str) -> str:
    return refusal("describe", table, *options)


class NumberTest(SimpleTestCase):
    """Ten values whose statistics can be worked out by hand."""

    values = [2, 4, 4, 5, 7, 9, 11, 12, 15, 21]

    def column(self, *options: str, **columns: list) -> dict:
        return describe(csv(x=self.values, **columns), "--columns", "x", *options)["columns"]["x"]

    def test_location_and_spread(self):
        found = self.column()["overall"]
        self.assertEqual((found["n"], found["missing"], found["min"], found["max"]), (10, 0, 2, 21))
        self.assertAlmostEqual(found["mean"], 9)
        self.assertAlmostEqual(found["sd"], (312 / 9) ** 0.5)
        self.assertAlmostEqual(found["sem"], (312 / 90) ** 0.5)

    def test_quartiles_of_the_three_types(self):
        found = self.column()["overall"]["quantiles"]
        self.assertEqual(found, {"2": [4, 8, 12], "6": [4, 8, 12.75], "7": [4.25, 8, 11.75]})

    def test_shape_and_normality_are_those_of_r_and_spss(self):
        found = self.column()["overall"]
        deviations = [value - 9 for value in self.values]
        m2, m3 = (sum(d**k for d in deviations) / 10 for k in (2, 3))
        self.assertAlmostEqual(found["skewness"], m3 / m2**1.5 * (10 * 9) ** 0.5 / 8)
        self.assertAlmostEqual(found["shapiro_w"], 0.93184406, 7)  # shapiro.test of R
        self.assertAlmostEqual(found["shapiro_p"], 0.4662739, 6)
        self.assertTrue(0 < found["lilliefors_d"] < 0.3)
        self.assertEqual(found["reasons"], {})

    def test_the_summary_is_chosen_for_all_groups_alike_and_says_why(self):
        chosen = self.column("--group", "g", g=["a", "b"] * 5)["summary"]
        self.assertEqual(chosen["kind"], "median-range")
        self.assertTrue(chosen["why"])
        other = self.column("--group", "g", "--language", "zh", g=["a", "b"] * 5)["summary"]
        self.assertNotEqual(chosen["why"], other["why"])

    def test_missing_values_are_counted_by_reason(self):
        table = csv(x=[1, None, "NA", "未做", 2.5, 7], g=["a", "a", "b", "b", "b", None])
        found = describe(table, "--columns", "x", "--group", "g")
        overall = found["columns"]["x"]["overall"]
        self.assertEqual((overall["n"], overall["missing"]), (3, 3))
        self.assertEqual(overall["missing_by_reason"], {"empty": 1, "NA": 1, "未做": 1})
        self.assertEqual((found["group_missing"], found["group_missing_by_reason"]), (1, {"empty": 1}))
        groups = found["columns"]["x"]["groups"]
        self.assertEqual(
            {level: (one["n"], one["missing"]) for level, one in groups.items()}, {"a": (1, 1), "b": (1, 2)}
        )

    def test_what_cannot_be_computed_says_why(self):
        one = describe(csv(x=[5.5]), "--columns", "x")["columns"]["x"]["overall"]
        self.assertEqual((one["mean"], one["sd"]), (5.5, None))
        self.assertEqual(one["reasons"]["sd"], "too_few")
        none = describe(csv(x=[None, "NA"], y=[1, 2]), "--columns", "x")["columns"]["x"]["overall"]
        self.assertEqual((none["mean"], none["quantiles"]["6"]), (None, [None, None, None]))
        self.assertEqual(none["reasons"]["mean"], "no_values")


class ComparisonTest(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lung = data.table("lung").to_csv(index=False)
        cls.lung = describe(lung, "--columns", "age,ph.ecog,status", "--group", "sex")["columns"]

    def test_numbers_are_tested_with_a_rule_and_effects(self):
        tests = self.lung["age"]["tests"]
        for name in ("t", "welch", "levene", "mann-whitney", "mann-whitney-corrected"):
            self.assertTrue(0 <= tests[name]["p"] <= 1, name)
        self.assertIn(tests["chosen"], tests)
        self.assertIsInstance(tests["rule"], str)
        self.assertIn("mean_difference", tests["effects"])
        # t.test(age ~ sex, lung, var.equal = TRUE) of R
        self.assertAlmostEqual(tests["t"]["statistic"], 1.8504346324, 8)
        self.assertEqual(tests["t"]["df"], 226)
        # wilcox.test(age ~ sex, lung, correct = FALSE) of R
        self.assertAlmostEqual(tests["mann-whitney"]["p"], 0.0568723825518, 10)

    def test_codes_are_categories_with_counts_and_the_rule_of_the_table(self):
        column = self.lung["status"]
        self.assertEqual(column["kind"], "category")
        counts = column["groups"]["1"]["counts"]
        self.assertEqual(
            {level: (one["n"], one["total"]) for level, one in counts.items()},
            {"0": (26, 138), "1": (112, 138)},
        )
        self.assertEqual(counts["1"]["proportion"]["method"], "wilson")
        tests = column["tests"]
        self.assertEqual(tests["chosen"], "pearson")
        # chisq.test(table(status, sex), correct = FALSE) of R
        self.assertAlmostEqual(tests["pearson"]["statistic"], 13.5111746868, 8)
        self.assertIn("odds_ratio", tests["effects"])

    def test_few_different_numbers_have_counts_beside_their_statistics(self):
        found = self.lung["ph.ecog"]["overall"]
        self.assertEqual(self.lung["ph.ecog"]["kind"], "number")
        self.assertEqual(
            {level: one["n"] for level, one in found["counts"].items()}, {"0": 63, "1": 113, "2": 50, "3": 1}
        )
        self.assertAlmostEqual(found["mean"], 0.951542, 6)

    def test_small_tables_are_fishers(self):
        table = csv(x=["yes", "no", "yes", "no", "no", "yes"], g=["a", "a", "a", "b", "b", "b"])
        tests = describe(table, "--columns", "x", "--group", "g")["columns"]["x"]["tests"]
        self.assertEqual(tests["chosen"], "fisher")
        self.assertAlmostEqual(tests["fisher"]["p"], 1)

    def test_three_groups_have_the_tests_for_three(self):
        table = csv(x=[1, 4, 2, 8, 5, 7, 1.5, 3, 9], g=["a", "b", "c"] * 3, y=["u", "v", "u"] * 3)
        found = describe(table, "--columns", "x,y", "--group", "g")["columns"]
        self.assertTrue({"anova", "welch-anova", "kruskal-wallis"} <= found["x"]["tests"].keys())
        self.assertEqual(found["y"]["tests"]["chosen"], "fisher-freeman-halton")

    def test_the_kind_can_be_declared(self):
        table = csv(x=[1, 2, 1, 2], y=[3, 4, 5, 6])
        found = describe(table, "--columns", "x,y", "--numbers", "x", "--categories", "y")["columns"]
        self.assertEqual((found["x"]["kind"], found["y"]["kind"]), ("number", "category"))
        self.assertEqual(list(found["y"]["overall"]["counts"]), ["3", "4", "5", "6"])

    def test_the_summary_can_be_declared_and_the_tests_follow(self):
        table = csv(x=[1.5, 2, 9, 4, 5, 6], y=[1.5, 2, 9, 4, 5, 6], g=["a", "b"] * 3)
        options = ("--columns", "x,y", "--group", "g", "--means", "x", "--medians", "y")
        found = describe(table, *options)["columns"]
        self.assertEqual(found["x"]["summary"]["kind"], "mean")
        self.assertIn(found["x"]["tests"]["chosen"], ("t", "welch"))
        self.assertTrue(found["y"]["summary"]["kind"].startswith("median"))
        self.assertTrue(found["y"]["tests"]["chosen"].startswith("mann-whitney"))

    def test_without_groups_nothing_is_tested(self):
        found = describe(csv(x=[1.5, 2, 3]), "--columns", "x")
        self.assertEqual(
            (found["group"], found["columns"]["x"]["groups"], found["columns"]["x"]["tests"]),
            (None, {}, None),
        )

    def test_a_column_with_values_in_one_group_only_has_a_reason(self):
        table = csv(x=[1.5, 2, None, None], g=["a", "a", "b", "b"])
        tests = describe(table, "--columns", "x", "--group", "g")["columns"]["x"]["tests"]
        self.assertIsNone(tests["chosen"])
        self.assertEqual(tests["reason"], "one_group")


class RefusalTest(SimpleTestCase):
    table = csv(x=[1.5, 2, 3], g=["a", "b", "a"])

    def test_each_gets_one_line(self):
        many = csv(x=[f"P{k}" for k in range(200)], g=["a", "b"] * 100)
        slip = csv(x=[*range(40), "4o"])
        for table, options, said_about in (
            (self.table, ("--columns", "y"), "no column “y”"),
            (self.table, ("--columns", ""), "--columns is “”"),
            (self.table, ("--columns", "x,x"), "the column “x” twice"),
            (self.table, ("--columns", "x", "--group", "x"), "both --group and --columns"),
            (self.table, ("--columns", "x", "--numbers", "g"), "not among --columns"),
            (
                self.table,
                ("--columns", "x", "--numbers", "x", "--categories", "x"),
                "both --numbers and --categories",
            ),
            (self.table, ("--columns", "g", "--numbers", "g"), "line 2, “g”: “a” is not a number"),
            (csv(x=[1], g=["a"]), ("--columns", "x", "--group", "g"), "one group only (“a”)"),
            (many, ("--columns", "x"), "has 200 different values"),
            (slip, ("--columns", "x"), "line 42, “x” is “4o” in a column of numbers"),
            ("", ("--columns", "x"), "is empty"),
            ("x\n", ("--columns", "x"), "no rows"),
        ):
            with self.subTest(options=options, said_about=said_about):
                self.assertIn(said_about, wrong(table, *options))


class PrintedTest(SimpleTestCase):
    def printed(self, *options: str) -> str:
        lung = data.table("lung").to_csv(index=False)
        return said("describe", lung, "--columns", "age,status,ph.ecog,wt.loss", "--group", "sex", *options)

    def test_the_table_is_printed_in_both_languages(self):
        english, chinese = (
            self.printed("--format", "text"),
            self.printed("--format", "text", "--language", "zh"),
        )
        for words in ("Variable", "age, ", "165 (72.4%)", "missing", "Quartiles"):
            self.assertIn(words, english)
        for words in ("变量", "缺失", "165例,72.4%", "四分位数"):
            self.assertIn(words, chinese.replace("，", ","))
        self.assertNotRegex(english, r"\d\.\d{6,}")

    def test_the_page_needs_nothing_else(self):
        page = self.printed("--format", "html")
        self.assertTrue(page.startswith("<!doctype html>"))
        self.assertIn("<table", page)

    def test_tables_in_gb18030_are_read(self):
        table = csv(年龄=[50, 61, 47.5], 性别=["男", "女", "男"]).encode("gb18030")
        found = describe(table, "--columns", "年龄,性别")
        self.assertEqual(found["source"]["encoding"], "gb18030")
        self.assertEqual(found["columns"]["性别"]["overall"]["counts"]["男"]["n"], 2)
