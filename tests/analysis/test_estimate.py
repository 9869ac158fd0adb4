"""What a statistic may hand on, and what it may not."""

import json
import math
import unittest

import numpy as np

from analysis.estimate import REASONS, STATISTICS, Estimate, Proportion, Rate, Summary


def an_estimate(**overrides) -> Estimate:
    return Estimate(**{"value": 12.0, "lower": 6.9, "upper": 17.1, "method": "spss", "n": 31, **overrides})


class AnEstimate(unittest.TestCase):
    def test_not_a_number_is_refused_wherever_it_stands(self):
        for name in ("value", "lower", "upper", "se"):
            for wrong in (math.nan, math.inf, -math.inf):
                with self.subTest(name=name, wrong=wrong), self.assertRaisesRegex(ValueError, name):
                    an_estimate(**{name: wrong})

    def test_an_absent_value_or_limit_needs_a_reason(self):
        for name in ("value", "lower", "upper"):
            with self.subTest(name), self.assertRaisesRegex(ValueError, "reason"):
                an_estimate(**{name: None})
        self.assertIsNone(an_estimate(upper=None, reason="limit_not_reached").upper)

    def test_a_reason_without_words_is_refused(self):
        with self.assertRaisesRegex(ValueError, "because"):
            an_estimate(value=None, reason="because")

    def test_its_reason_can_be_said_in_both_languages(self):
        why = an_estimate(value=None, reason="not_reached").why
        self.assertEqual((why.printed.en, why.printed.zh), ("not reached", "未达到"))
        self.assertIsNone(an_estimate().why)

    def test_its_numbers_can_be_stored_as_json(self):
        share = Proportion(value=0.5, lower=0.1, upper=0.9, method="wilson", n=2, count=1, total=2)
        rate = Rate(
            value=None, method="log", n=3, reason="beyond_followup", time=60.0, left_limit=None, at_risk=0
        )
        self.assertEqual(json.loads(json.dumps(share.numbers(), allow_nan=False))["count"], 1)
        self.assertEqual(json.loads(json.dumps(rate.numbers(), allow_nan=False))["reason"], "beyond_followup")
        self.assertEqual(list(rate.numbers())[:3], ["time", "left_limit", "at_risk"])


class ASummary(unittest.TestCase):
    def test_an_absent_statistic_needs_a_reason(self):
        present = dict.fromkeys(STATISTICS, 1.0) | {"n": 1, "missing": 0, "quantile_type": 6}
        used = np.array([True])
        with self.assertRaisesRegex(ValueError, "sd is absent"):
            Summary(**present | {"sd": None}, used=used)
        summary = Summary(**present | {"sd": None}, used=used, reasons={"sd": "too_few"})
        self.assertEqual(summary.why("sd"), REASONS["too_few"])


class TheReasons(unittest.TestCase):
    def test_every_reason_has_both_texts_in_both_languages(self):
        for code, reason in REASONS.items():
            for label in (reason.printed, reason.sentence):
                with self.subTest(code):
                    self.assertTrue(label.en.isascii() and label.en)
                    self.assertRegex(label.zh, "[\u4e00-\u9fff]")

    def test_a_foot_note_is_a_sentence(self):
        for code, reason in REASONS.items():
            with self.subTest(code):
                self.assertTrue(reason.sentence.en.endswith(".") and reason.sentence.zh.endswith("。"))


if __name__ == "__main__":
    unittest.main()
