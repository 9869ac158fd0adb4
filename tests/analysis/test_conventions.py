"""The two sets of conventions, and how they are named under a table."""

import json
import unittest
from dataclasses import fields, replace
from typing import get_args

from analysis import conventions
from analysis.conventions import INTERVALS, PAPER, PRESETS, REGISTRY, TOPICS, methods


class ThePresets(unittest.TestCase):
    def test_they_are_found_by_name(self):
        self.assertEqual(PRESETS, {"paper": PAPER, "registry": REGISTRY})

    def test_they_differ_in_the_interval_of_the_median_and_in_the_ties_of_cox(self):
        different = [
            field.name
            for field in fields(PAPER)
            if getattr(PAPER, field.name) != getattr(REGISTRY, field.name)
        ]
        self.assertEqual(different, ["name", "label", "median_interval", "ties"])
        self.assertEqual((PAPER.median_interval, REGISTRY.median_interval), ("spss", "log-log"))

    def test_both_take_quartiles_as_spss_does(self):
        self.assertEqual((PAPER.quantile_type, REGISTRY.quantile_type), (6, 6))

    def test_a_report_can_store_them_as_json(self):
        stored = json.loads(json.dumps(PAPER.as_data()))
        self.assertEqual(stored["median_interval"], "spss")
        self.assertEqual(stored["days_per_month"], 30.4375)
        self.assertEqual(set(stored), {field.name for field in fields(PAPER)})


class AChoiceThatDoesNotExist(unittest.TestCase):
    def test_it_is_refused_by_name(self):
        wrong = {
            "quantile_type": 5,
            "median_interval": "bootstrap",
            "rate_interval": "spss",
            "proportion_interval": "wald",
            "rounding": "down",
        }
        for name, value in wrong.items():
            with self.subTest(name), self.assertRaisesRegex(ValueError, name):
                replace(REGISTRY, **{name: value})

    def test_a_level_outside_nought_and_one_is_refused(self):
        for name in ("level", "alpha"):
            for value in (0, 1, 95):
                with self.subTest(name=name, value=value), self.assertRaisesRegex(ValueError, name):
                    replace(REGISTRY, **{name: value})

    def test_percentages_of_nothing_are_refused(self):
        with self.assertRaisesRegex(ValueError, "percent_from"):
            replace(REGISTRY, percent_from=0)


class TheDecimalsOfAPercentage(unittest.TestCase):
    def test_they_follow_the_denominator(self):
        for total, decimals in ((0, None), (19, None), (20, 0), (99, 0), (100, 1), (100_000, 1)):
            with self.subTest(total):
                self.assertEqual(REGISTRY.percent_decimals(total), decimals)

    def test_a_rate_is_printed_for_few_cases_too(self):
        self.assertEqual([REGISTRY.rate_decimals(n) for n in (3, 99, 100)], [0, 0, 1])


class TheMethodSentences(unittest.TestCase):
    def test_every_topic_has_one_in_both_languages(self):
        sentences = methods(REGISTRY)
        self.assertEqual(len(sentences), len(TOPICS))
        for sentence in sentences:
            self.assertRegex(sentence.en, r"^[A-Z].*\.$")
            self.assertRegex(sentence.zh, "[\u4e00-\u9fff].*。$")
            self.assertNotRegex(sentence.en + sentence.zh, "[{}]")

    def test_they_name_what_was_chosen(self):
        named = {
            "quartiles": ({"quantile_type": 7}, "type 7"),
            "proportions": ({"proportion_interval": "clopper-pearson"}, "are Clopper-Pearson's."),
            "median": ({"median_interval": "plain"}, "plain"),
            "rates": ({"rate_interval": "log"}, "a log-transformed"),
            "time": ({"days_per_month": 30}, "One month is 30 days"),
            "rounding": (
                {"rounding": "half-even", "percent_from": 10},
                "(half to even). Percentages of fewer than 10",
            ),
        }
        self.assertEqual(tuple(named), TOPICS)
        for topic, (choice, words) in named.items():
            with self.subTest(topic):
                (default,) = methods(REGISTRY, topic)
                (chosen,) = methods(replace(REGISTRY, **choice), topic)
                self.assertIn(words, chosen.en)
                self.assertNotEqual(default.zh, chosen.zh)

    def test_every_quantile_type_and_interval_has_its_words(self):
        for quantile_type in get_args(conventions.QuantileType):
            (sentence,) = methods(replace(REGISTRY, quantile_type=quantile_type), "quartiles")
            self.assertIn(f"type {quantile_type}", sentence.en)
        for interval in get_args(conventions.MedianInterval):
            self.assertTrue(methods(replace(REGISTRY, median_interval=interval), "median"))
            self.assertIn(interval, INTERVALS)

    def test_the_paper_says_that_its_median_interval_is_symmetric(self):
        (sentence,) = methods(PAPER, "median")
        self.assertIn("SPSS", sentence.en)
        self.assertIn("对称", sentence.zh)

    def test_only_the_topics_asked_for_are_given_in_that_order(self):
        self.assertEqual(methods(PAPER, "time", "median"), methods(PAPER, "time") + methods(PAPER, "median"))
        with self.assertRaises(KeyError):
            methods(PAPER, "horoscope")


if __name__ == "__main__":
    unittest.main()
