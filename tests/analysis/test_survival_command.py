"""manage.py survival: the answer on known data, what is refused, and that no database is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase

from analysis.reference import data, expected
from tests.analysis.asking import answer, csv, refusal, said

ROOT = Path(__file__).resolve().parent.parent.parent
TIMES = ("--time", "time", "--event", "event")

# Freireich's 6-MP arm and its placebo arm: weeks of remission (Cox 1972).
MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def remission() -> str:
    treated, control = MP.split(), PLACEBO.split()
    weeks = treated + control
    return csv(
        time=[week.removesuffix("+") for week in weeks],
        event=[int(not week.endswith("+")) for week in weeks],
        arm=["6-MP"] * len(treated) + ["placebo"] * len(control),
    )


def survival(table: str | bytes, *options: str) -> dict:
    return answer("survival", table, *options)


def wrong(table: str | bytes, *options: str) -> str:
    return refusal("survival", table, *options)


def lung() -> str:
    return data.table("lung").to_csv(index=False)


LUNG = ("--time", "time", "--event", "status", "--event-value", "1")


class KnownAnswerTest(SimpleTestCase):
    """Freireich's data: statistics.md section 2.3, and the log-rank test of every textbook."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.found = survival(remission(), *TIMES, "--group", "arm", "--landmarks", "10,23,50")
        cls.mp, cls.placebo = cls.found["groups"]

    def test_cases_and_events_are_counted(self):
        self.assertEqual((self.found["n"], self.found["events"], self.found["missing"]), (42, 30, 0))
        self.assertEqual([g["level"] for g in self.found["groups"]], ["6-MP", "placebo"])
        self.assertEqual([(g["n"], g["events"]) for g in self.found["groups"]], [(21, 9), (21, 21)])
        self.assertIsNone(self.found["overall"]["level"])

    def test_the_median_has_every_interval(self):
        medians = {method: found["0.5"] for method, found in self.mp["quantiles"].items()}
        self.assertEqual(
            {method: one["value"] for method, one in medians.items()}, dict.fromkeys(medians, 23)
        )
        self.assertEqual((medians["plain"]["lower"], medians["log"]["lower"]), (13, 16))
        self.assertEqual((medians["log-log"]["lower"], medians["log-log"]["upper"]), (13, None))
        self.assertEqual(medians["log-log"]["reason"], "limit_not_reached")
        self.assertAlmostEqual(medians["spss"]["se"], 5.25537578801, 9)
        self.assertAlmostEqual(medians["spss"]["lower"], 23 - 1.96 * 5.25537578801, 9)

    def test_a_landmark_tells_rate_left_limit_and_numbers(self):
        ten, last, beyond = self.mp["landmarks"]
        self.assertEqual((ten["time"], ten["at_risk"], ten["events"]), (10, 15, 5))
        self.assertAlmostEqual(ten["left_limit"], 0.806723, 6)
        self.assertAlmostEqual(ten["survival"]["log-log"]["value"], 0.752941, 6)
        self.assertAlmostEqual(last["survival"]["plain"]["value"], 0.448179, 6)
        self.assertEqual(beyond["survival"]["log"]["reason"], "beyond_followup")

    def test_the_tests_are_there_by_name(self):
        tests = {test["name"]: test for test in self.found["tests"]}
        self.assertEqual(list(tests), ["log-rank", "gehan-breslow", "tarone-ware", "peto"])
        self.assertAlmostEqual(tests["log-rank"]["statistic"], 16.7929, 4)
        self.assertAlmostEqual(tests["gehan-breslow"]["statistic"], 13.4579, 4)
        self.assertEqual({test["df"] for test in tests.values()}, {1})
        self.assertEqual({test["stratified"] for test in tests.values()}, {False})

    def test_the_restricted_means_share_the_smaller_last_time(self):
        self.assertEqual(self.found["tau"], 23)
        self.assertEqual((self.mp["rmst"]["tau"], self.placebo["rmst"]["tau"]), (23, 23))
        difference = self.found["rmst_difference"]
        self.assertEqual((difference["first"], difference["second"]), ("6-MP", "placebo"))
        self.assertAlmostEqual(difference["value"], self.mp["rmst"]["value"] - self.placebo["rmst"]["value"])
        self.assertEqual(len(difference["all"]), 1)
        self.assertLess(difference["p"], 0.001)

    def test_the_curve_lists_every_time(self):
        curve = self.placebo["curve"]
        self.assertEqual(
            curve[0] | {"se": None},
            {"time": 1, "at_risk": 21, "events": 2, "censored": 0, "survival": 19 / 21, "se": None},
        )
        self.assertEqual((curve[-1]["survival"], curve[-1]["se"]), (0, None))
        self.assertEqual(sum(point["censored"] for point in self.mp["curve"]), 12)

    def test_follow_up_is_reverse_kaplan_meier(self):
        self.assertEqual(set(self.mp["follow_up"]), {"plain", "log", "log-log"})
        self.assertEqual(self.placebo["follow_up"]["log-log"]["0.5"]["reason"], "no_censored")

    def test_the_group_alone_is_the_covariate(self):
        efron, breslow = self.found["cox"]["efron"], self.found["cox"]["breslow"]
        self.assertEqual([term["term"] for term in efron["terms"]], ["arm=placebo"])
        self.assertAlmostEqual(efron["terms"][0]["coef"], 1.57213, 5)
        self.assertAlmostEqual(breslow["terms"][0]["coef"], 1.50919, 5)
        hazards = self.found["proportional_hazards"]
        self.assertEqual(set(hazards), {"km", "rank", "identity", "log"})
        self.assertEqual([test["term"] for test in hazards["km"]], ["arm=placebo", "GLOBAL"])

    def test_what_was_not_asked_is_null_with_a_reason(self):
        self.assertIsNone(self.found["competing"])
        self.assertEqual(self.found["not_computed"]["competing"]["reason"], "no_competing_value")
        alone = survival(remission(), *TIMES)
        self.assertEqual((alone["groups"], alone["tests"], alone["pairwise"]), ([], [], []))
        self.assertEqual((alone["cox"], alone["proportional_hazards"], alone["rmst_difference"]), (None,) * 3)
        self.assertEqual(
            set(alone["not_computed"]), {"cox", "proportional_hazards", "rmst_difference", "competing"}
        )


class AgainstRTest(SimpleTestCase):
    """The command end to end on lung against the answers of R that are kept for each area."""

    landmarks = ("102.2", "337.26", "511", "96.5", "318.45", "482.5")
    covariates = {"age": "age", "sex": "sex", "ph.ecog": "ecog", "wt.loss": "loss"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        options = ("--group", "sex", "--landmarks", ",".join(cls.landmarks))
        cls.found = survival(lung(), *LUNG, *options, "--covariates", "age,sex,ph.ecog")
        cls.kept = expected("survival") | {f"cox/{name}": value for name, value in expected("cox").items()}
        cls.groups = {"lung": cls.found["overall"]}
        cls.groups |= {f"lung/sex={group['level']}": group for group in cls.found["groups"]}

    def same(self, name: str, value: float | None) -> None:
        """`value` is R's answer under that name, to 1e-6 of it (R's open limits are None)."""
        kept = self.kept[name]
        with self.subTest(name=name):
            if kept is None or value is None:
                self.assertIs(value, kept)
            else:
                self.assertLessEqual(abs(value - kept), 1e-6 * max(abs(kept), 1e-6))

    def test_quantiles_and_follow_up_are_those_of_r(self):
        for prefix, group in self.groups.items():
            for within, of in (("", "quantiles"), ("/follow-up", "follow_up")):
                for method in ("plain", "log", "log-log"):
                    for quantile, named in (("0.25", "q1"), ("0.5", "median"), ("0.75", "q3")):
                        for number in ("value", "lower", "upper"):
                            name = f"{prefix}{within}/{named}/{method}/{number}"
                            self.same(name, group[of][method][quantile][number])

    def test_landmarks_are_those_of_r(self):
        for prefix, group in self.groups.items():
            at = {landmark["time"]: landmark for landmark in group["landmarks"]}
            for place in (1, 2, 3):
                name = f"{prefix}/landmark/{place}"
                found = at[self.kept[f"{name}/time"]]
                self.same(f"{name}/at_risk", found["at_risk"])
                self.same(f"{name}/events", found["events"])
                self.same(f"{name}/survival", found["survival"]["log"]["value"])
                self.same(f"{name}/se", found["survival"]["log"]["se"])
                for method in ("plain", "log", "log-log"):
                    for limit in ("lower", "upper"):
                        self.same(f"{name}/{method}/{limit}", found["survival"][method][limit])

    def test_means_curves_and_tests_are_those_of_r(self):
        for prefix, group in self.groups.items():
            self.same(f"{prefix}/mean/value", group["mean_spss"]["value"])
            self.same(f"{prefix}/mean/se", group["mean_spss"]["se"])
            at = {point["time"]: point for point in group["curve"]}
            for place in range(1, 7):
                name = f"{prefix}/curve/{place}"
                point = at[self.kept[f"{name}/time"]]
                for number in ("survival", "se", "at_risk"):
                    self.same(f"{name}/{number}", point[number])
        for test in self.found["tests"]:
            for number in ("statistic", "df", "p"):
                self.same(f"lung/by-sex/{test['name']}/{number}", test[number])

    def test_the_cox_models_are_those_of_r(self):
        found = survival(lung(), *LUNG, "--covariates", ",".join(self.covariates))
        for ties in ("efron", "breslow"):
            model = found["cox"][ties]
            for term in model["terms"]:
                name = f"cox/lung/{ties}/{self.covariates[term['term']]}"
                self.same(f"{name}/ratio", term["hazard_ratio"])
                for number in ("coef", "se", "lower", "upper", "p"):
                    self.same(f"{name}/{number}", term[number])
            self.same(f"cox/lung/{ties}/likelihood-ratio", model["likelihood_ratio"]["statistic"])
            self.same(f"cox/lung/{ties}/concordance", model["concordance"]["value"])
        for transform, tests in found["proportional_hazards"].items():
            for test in tests:
                term = self.covariates.get(test["term"], "GLOBAL")
                self.same(f"cox/lung/efron/hazards/{transform}/{term}/p", test["p"])

    def test_the_model_with_three_covariates_is_that_of_r(self):
        # coxph(Surv(time, status) ~ age + sex + ph.ecog, lung) and cox.zph, run by hand
        efron = self.found["cox"]["efron"]
        self.assertEqual((efron["n"], efron["events"], efron["missing"]), (227, 164, 1))
        coefficients = {term["term"]: term["coef"] for term in efron["terms"]}
        for name, value in (
            ("age", 0.0110667645601),
            ("sex", -0.5526123957036),
            ("ph.ecog", 0.4637284753704),
        ):
            self.assertAlmostEqual(coefficients[name], value, 9)
        self.assertAlmostEqual(efron["likelihood_ratio"]["statistic"], 30.5006687732, 8)
        self.assertAlmostEqual(efron["concordance"]["value"], 0.6371354930005, 10)
        self.assertAlmostEqual(efron["concordance"]["se"], 0.0250679738531, 8)
        last = self.found["proportional_hazards"]["km"][-1]
        self.assertAlmostEqual(last["statistic"], 4.463657588759, 7)

    def test_a_missing_covariate_leaves_out_of_the_model_alone(self):
        self.assertEqual((self.found["n"], self.found["missing"]), (228, 0))
        self.assertEqual(self.found["missing_by_column"]["ph.ecog"], 1)
        self.assertEqual(self.found["missing_spellings"]["ph.ecog"], {"empty": 1})

    def test_a_model_says_whether_its_events_suffice(self):
        models = self.found["cox"]
        self.assertEqual(
            {name: model["advice"] for name, model in models.items()}, dict.fromkeys(models, "ok")
        )
        few = survival(OptionTest.table, *OptionTest.outcome, "--covariates", "age,entry")["cox"]["efron"]
        self.assertEqual((few["events_per_variable"], few["advice"]), (3, "firth"))

    def test_firth_is_near_the_others_where_nothing_is_separated(self):
        efron, firth = (self.found["cox"][name]["terms"] for name in ("efron", "firth"))
        for one, other in zip(efron, firth, strict=True):
            self.assertAlmostEqual(one["coef"], other["coef"], 1)


class OptionTest(SimpleTestCase):
    table = csv(
        time=[5, 8, 12, 3, 9, 14, 2, 7, 11, 6, 13, 4],
        event=[1, 0, 1, 2, 1, 0, 1, 2, 0, 1, 1, 2],
        entry=[0, 1, 0, 0, 2, 0, 1, 0, 3, 0, 0, 1],
        grade=[1, 2, 3] * 4,
        site=["a", "b"] * 6,
        age=[50, 61, 47, 70, 66, 58, 49, 73, 55, 60, 62, 68],
    )
    outcome = (*TIMES, "--event-value", "1")

    def test_more_than_two_groups_have_pairs_and_a_trend(self):
        found = survival(self.table, *self.outcome, "--group", "grade")
        self.assertEqual([test["name"] for test in found["tests"]][-1], "trend")
        self.assertEqual(
            [(p["first"], p["second"]) for p in found["pairwise"]], [("1", "2"), ("1", "3"), ("2", "3")]
        )
        self.assertTrue(all(pair["p_adjusted"] >= pair["p"] for pair in found["pairwise"]))
        self.assertEqual({pair["adjustment"] for pair in found["pairwise"]}, {"holm"})
        self.assertEqual([one["second"] for one in found["rmst_difference"]["all"]], ["2", "3"])

    def test_text_levels_have_no_trend(self):
        found = survival(self.table.replace(",3,", ",x,"), *self.outcome, "--group", "grade")
        self.assertNotIn("trend", [test["name"] for test in found["tests"]])

    def test_strata_stratify_tests_and_models(self):
        plain = survival(self.table, *self.outcome, "--group", "site")
        found = survival(self.table, *self.outcome, "--group", "site", "--strata", "grade")
        self.assertTrue(all(test["stratified"] for test in found["tests"]))
        self.assertNotEqual(found["tests"][0]["statistic"], plain["tests"][0]["statistic"])
        self.assertNotEqual(found["cox"]["efron"]["terms"], plain["cox"]["efron"]["terms"])

    def test_delayed_entry_changes_who_is_at_risk(self):
        found = survival(self.table, *self.outcome, "--entry", "entry", "--group", "site")
        self.assertLess(found["overall"]["curve"][0]["at_risk"], found["n"])

    def test_a_competing_event_has_incidences_tests_and_models(self):
        options = (*self.outcome, "--competing-value", "2", "--group", "site", "--landmarks", "6")
        found = survival(self.table, *options, "--covariates", "age")["competing"]
        self.assertLessEqual(found["cause"][-1]["value"] + found["competing"][-1]["value"], 1)
        self.assertEqual(
            found["cause"][-1].keys(), {"time", "value", "se", "lower", "upper", "at_risk", "events"}
        )
        self.assertEqual([group["level"] for group in found["groups"]], ["a", "b"])
        self.assertEqual(found["gray"]["df"], 1)
        self.assertIn("subdistribution_hazard_ratio", found["fine_gray"]["terms"][0])
        self.assertEqual(set(found["cause_specific"]), {"cause", "competing"})
        landmark = found["landmarks"][0]
        self.assertGreater(landmark["one_minus_km"], landmark["cause"]["value"])

    def test_gray_and_fine_gray_are_not_defined_for_delayed_entry(self):
        options = ("--competing-value", "2", "--group", "site", "--entry", "entry")
        found = survival(self.table, *self.outcome, *options)
        self.assertEqual((found["competing"]["gray"], found["competing"]["fine_gray"]), (None, None))
        self.assertEqual(found["not_computed"]["competing.gray"]["reason"], "delayed_entry")

    def test_texts_become_indicators_and_so_do_declared_categories(self):
        found = survival(self.table, *self.outcome, "--covariates", "site,grade", "--categories", "grade")
        terms = [term["term"] for term in found["cox"]["efron"]["terms"]]
        self.assertEqual(terms, ["site=b", "grade=2", "grade=3"])

    def test_level_and_conventions_reach_every_estimate(self):
        found = survival(self.table, *self.outcome, "--level", "0.9", "--conventions", "paper")
        self.assertEqual((found["conventions"]["name"], found["conventions"]["level"]), ("paper", 0.9))
        self.assertEqual(found["overall"]["quantiles"]["log"]["0.5"]["level"], 0.9)
        self.assertEqual(survival(self.table, *self.outcome, "--level", "90")["conventions"]["level"], 0.9)

    def test_tau_and_landmarks_are_as_asked(self):
        found = survival(self.table, *self.outcome, "--tau", "10", "--landmarks", "6, 3,6")
        self.assertEqual((found["tau"], found["overall"]["rmst"]["tau"]), (10, 10))
        self.assertEqual([one["time"] for one in found["overall"]["landmarks"]], [3, 6])
        far = survival(self.table, *self.outcome, "--tau", "1000")["overall"]["rmst"]
        self.assertEqual((far["value"], far["reason"]), (None, "beyond_followup"))


class CodingTest(SimpleTestCase):
    def coded(self, *values: str, options: tuple[str, ...] = ()) -> dict:
        times = list(range(1, len(values) + 1))
        return survival(csv(time=times, event=list(values)), *TIMES, *options)

    def test_plain_codes_need_no_event_value(self):
        for values in (
            ("0", "1", "1"),
            ("no", "Yes", "yes"),
            ("FALSE", "true", "true"),
            ("否", "是", "是"),
            ("0.0", "1.0", "1"),
        ):
            with self.subTest(values=values):
                self.assertEqual(self.coded(*values)["events"], 2)

    def test_the_coding_is_told(self):
        found = self.coded("dead", "alive", "lost", "dead", options=("--event-value", "dead"))
        self.assertEqual(found["coding"], {"event": ["dead"], "competing": [], "censored": ["alive", "lost"]})

    def test_nobody_may_have_had_the_event(self):
        for options in ((), ("--event-value", "1")):
            found = self.coded("0", "0", "0", options=options)
            self.assertEqual(found["events"], 0)
            self.assertEqual(found["overall"]["quantiles"]["spss"]["0.5"]["reason"], "no_events")

    def test_missing_outcomes_and_times_are_counted_not_dropped(self):
        found = survival(csv(time=[1, "NA", 3, 4], event=[1, 0, None, "未知"]), *TIMES)
        self.assertEqual((found["n"], found["missing"]), (1, 3))
        self.assertEqual(found["missing_by_column"], {"time": 1, "event": 2})
        self.assertEqual(found["missing_spellings"]["event"], {"empty": 1, "未知": 1})

    def test_rows_without_a_group_do_not_enter(self):
        found = survival(
            csv(time=[1, 2, 3, 4, 5], event=[1] * 5, g=["a", "b", None, "a", "b"]), *TIMES, "--group", "g"
        )
        self.assertEqual((found["n"], found["missing"]), (4, 1))
        self.assertEqual(sum(group["n"] for group in found["groups"]), 4)


class RefusalTest(SimpleTestCase):
    table = csv(time=[1, 2, 3], event=[1, 0, 1], g=["a", "b", "a"], x=[1, 2, 3])

    def test_a_column_that_is_not_there(self):
        message = wrong(self.table, "--time", "tme", "--event", "event")
        self.assertIn("no column “tme” (did you mean “time”?)", message)

    def test_text_among_the_times_is_named_by_its_line(self):
        message = wrong(csv(time=[1, "five", 3], event=[1, 0, 1]), *TIMES)
        self.assertIn("line 3, “time”: “five” is not a number", message)

    def test_a_negative_time_and_a_late_entry(self):
        self.assertIn(
            "line 3, “time”: a time cannot be negative (“-2”)", wrong(csv(time=[1, -2], event=[1, 0]), *TIMES)
        )
        table = csv(time=[1, 2], event=[1, 0], start=[0, 2])
        self.assertIn(
            "line 3, “start”: the entry (“2”) must lie before", wrong(table, *TIMES, "--entry", "start")
        )
        self.assertIn("cannot be negative", wrong(csv(time=[1], event=[1], s=[-1]), *TIMES, "--entry", "s"))

    def test_three_outcomes_need_an_event_value(self):
        message = wrong(csv(time=[1, 2, 3], event=[0, 1, 2]), *TIMES)
        self.assertIn("has 3 different values (“0”, “1”, “2”); say with --event-value", message)
        self.assertIn("has 2 different values", wrong(csv(time=[1, 2], event=[1, 2]), *TIMES))

    def test_a_value_that_never_occurs(self):
        self.assertIn("--event-value “9” never occurs", wrong(self.table, *TIMES, "--event-value", "9"))
        dead = csv(time=[1, 2, 3], event=["dead", "alive", "ill"])
        self.assertIn("“ded” never occurs", wrong(dead, *TIMES, "--event-value", "ded"))
        options = ("--event-value", "dead", "--competing-value", "il")
        self.assertIn("--competing-value “il” never occurs", wrong(dead, *TIMES, *options))

    def test_event_and_competing_value_must_differ(self):
        self.assertIn(
            "must differ", wrong(self.table, *TIMES, "--event-value", "1", "--competing-value", "1")
        )
        self.assertIn("needs --event-value", wrong(self.table, *TIMES, "--competing-value", "2"))

    def test_one_group_only(self):
        one = csv(time=[1, 2], event=[1, 0], g=["a", "a"])
        self.assertIn("holds one group only (“a”)", wrong(one, *TIMES, "--group", "g"))
        hidden = csv(time=[1, None], event=[1, 0], g=["a", "b"])
        self.assertIn("one group only", wrong(hidden, *TIMES, "--group", "g"))

    def test_files_that_hold_nothing(self):
        self.assertIn("is empty", wrong("", *TIMES))
        self.assertIn("no rows", wrong("time,event\n", *TIMES))
        self.assertIn("Excel workbook", wrong(b"PK\x03\x04", *TIMES))

    def test_a_file_that_is_not_there(self):
        for file in ("/no/such/file.csv", "/", "a\0b"):
            with self.subTest(file=file):
                with self.assertRaises(CommandError) as caught:
                    call_command("survival", file, *TIMES)
                self.assertEqual(caught.exception.returncode, 2)
                self.assertIn("cannot read", str(caught.exception))

    def test_options_that_do_not_fit(self):
        for options, said_about in (
            (("--landmarks", "six"), "--landmarks: “six” is not a number"),
            (("--landmarks", ","), "--landmarks is “,”"),
            (("--landmarks=-1,2",), "times of 0 or more"),
            (("--tau", "0"), "--tau is “0”"),
            (("--tau", "inf"), "--tau: “inf”"),
            (("--level", "2"), "--level is “2”"),
            (("--level", "x"), "--level: “x”"),
            (("--conventions", "sas"), "--conventions is “sas”; it must be one of: paper, registry"),
            (("--format", "pdf"), "--format is “pdf”"),
            (("--language", "fr"), "--language is “fr”"),
            (("--delimiter", "::"), "--delimiter is “::”"),
            (("--covariates", "x,x"), "the column “x” twice"),
            (("--covariates", "x,,g"), "names of columns divided by commas"),
            (("--covariates", "time"), "both --time and --covariates"),
            (("--group", "event"), "both --event and --group"),
            (("--strata", "g", "--group", "g"), "both --group and --strata"),
            (("--categories", "x"), "not among --covariates"),
            (("--group", " "), "--group names no column"),
            (("--event-value", ""), "--event-value is empty"),
        ):
            with self.subTest(options=options):
                self.assertIn(said_about, wrong(self.table, *TIMES, *options))

    def test_messages_speak_the_language_asked_for(self):
        message = wrong(self.table, "--time", "tme", "--event", "event", "--language", "zh")
        self.assertIn("中没有列“tme”", message)
        self.assertNotRegex(message, "[,;:?]\\s*[\u4e00-\u9fff]")


class PrintedTest(SimpleTestCase):
    options = (*LUNG, "--group", "sex", "--covariates", "age,sex", "--landmarks", "180")

    def test_the_text_is_aligned_rounded_and_names_its_methods(self):
        text = said("survival", lung(), *self.options, "--format", "text")
        self.assertIn("270 (95% CI 210–306)", text)
        self.assertIn("Brookmeyer-Crowley", text)
        self.assertNotRegex(text, r"\d\.\d{6,}")
        lines = text.splitlines()
        start = next(place for place, line in enumerate(lines) if "All cases" in line)
        column = lines[start].index("All cases")
        self.assertEqual(lines[start + 2][column - 2 : column], "  ")

    def test_the_paper_prints_the_symmetric_interval(self):
        text = said("survival", lung(), *self.options, "--format", "text", "--conventions", "paper")
        self.assertIn("270 (95% CI 216–324)", text)

    def test_the_page_is_complete_and_draws_the_curves(self):
        for language in ("en", "zh"):
            page = said("survival", lung(), *self.options, "--format", "html", "--language", language)
            self.assertTrue(page.startswith("<!doctype html>"))
            self.assertIn('<svg class="figure"', page)
            self.assertNotIn("<script", page)

    def test_everything_prints_where_little_can_be_computed(self):
        tables = {
            "one row": csv(time=[1], event=[1]),
            "no time": csv(time=[None], event=[1]),
            "no events": csv(time=[1, 2], event=[0, 0]),
            "all at once": csv(time=[5, 5, 5], event=[1, 1, 1]),
            "time nought": csv(time=[0, 0], event=[1, 0]),
        }
        for name, table in tables.items():
            for form in ("text", "html"):
                with self.subTest(name=name, form=form):
                    self.assertTrue(said("survival", table, *TIMES, "--format", form, "--language", "zh"))

    def test_competing_risks_are_printed(self):
        table, outcome = OptionTest.table, OptionTest.outcome
        options = ("--competing-value", "2", "--group", "site", "--landmarks", "6", "--format", "text")
        text = said("survival", table, *outcome, *options)
        for words in ("Cumulative incidence (Aalen-Johansen)", "Gray's test", "Fine-Gray"):
            self.assertIn(words, text)


class ProcessTest(SimpleTestCase):
    """The command as a program, on a machine whose database does not answer."""

    def run_command(self, *arguments: str, text: bytes = b"") -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as var:
            environment = os.environ | {"NETLM_VAR": var, "DATABASE_URL": "postgresql://u:p@127.0.0.1:1/none"}
            done = subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=environment,
                input=text,
                capture_output=True,
            )
            self.assertLessEqual({path.name for path in Path(var).iterdir()}, {"secret-key"})
        return done

    def test_it_answers_without_a_database(self):
        done = self.run_command("survival", "-", *TIMES, text=remission().encode())
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(json.loads(done.stdout)["n"], 42)

    def test_it_refuses_with_one_line_and_status_2(self):
        done = self.run_command("survival", "-", *TIMES, text=b"")
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertEqual(done.stderr.count(b"\n"), 1)

    def test_an_unknown_option_is_status_2(self):
        self.assertEqual(self.run_command("survival", "-", "--nonsense").returncode, 2)

    def test_the_answer_can_be_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "answer.json"
            done = self.run_command("survival", "-", *TIMES, "--output", str(file), text=remission().encode())
            self.assertEqual((done.returncode, done.stdout), (0, b""))
            self.assertEqual(json.loads(file.read_text(encoding="utf-8"))["source"]["rows"], 42)
            refused = self.run_command(
                "survival", "-", *TIMES, "--output", f"{folder}/none/a", text=remission().encode()
            )
            self.assertEqual(refused.returncode, 2)
            self.assertEqual([path.name for path in Path(folder).iterdir()], ["answer.json"])
