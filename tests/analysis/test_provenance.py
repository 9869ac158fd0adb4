"""Where a report comes from: enough to make it again and to see when it is out of date."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from analysis import provenance
from analysis.cohort import Definition, LatestChange
from analysis.conventions import PAPER, REGISTRY
from tests.analysis.series import series

MADE = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
CHANGE = LatestChange(812, datetime(2026, 2, 28, 17, 5, tzinfo=UTC))


class ProvenanceTest(SimpleTestCase):
    def of(self, data=None, definition=None, conventions=PAPER, change=CHANGE):
        data, definition = data or series(31), definition or Definition()
        return provenance.of(data, definition, conventions, change, MADE)

    def fact(self, key: str, language: str = "en", **what) -> str:
        return next(text.text(language) for name, _, text in self.of(**what).facts if name == key)

    def test_it_tells_when_it_was_made_and_from_which_state(self):
        self.assertEqual(self.fact("made"), "2026-03-01 08:30 UTC")
        self.assertEqual(self.fact("latest_change"), "no. 812, 2026-02-28 17:05 UTC")
        self.assertEqual(self.fact("latest_change", "zh"), "第812条，2026-02-28 17:05 UTC")

    def test_both_moments_are_told_on_the_same_clock(self):
        shanghai = MADE.astimezone(ZoneInfo("Asia/Shanghai"))
        made = provenance.of(series(1), Definition(), PAPER, CHANGE, shanghai)
        told = {key: text.en for key, _, text in made.facts}
        self.assertEqual(told["made"], "2026-03-01 16:30 CST")
        self.assertEqual(told["latest_change"], "no. 812, 2026-03-01 01:05 CST")

    def test_an_untouched_registry_has_no_latest_change(self):
        self.assertEqual(self.fact("latest_change", change=LatestChange(None, None)), "no change recorded")
        self.assertEqual(
            self.of(change=LatestChange(None, None)).values["latest_change"], {"id": None, "at": None}
        )

    def test_it_tells_the_cohort_in_words_as_data_and_as_hash(self):
        definition = Definition(start=date(2021, 9, 1), centres=("CN-A",))
        self.assertEqual(self.fact("cohort", definition=definition), definition.label.en)
        self.assertEqual(self.fact("cohort_hash", definition=definition), definition.hash)
        self.assertEqual(self.of(definition=definition).values["cohort"]["start"], "2021-09-01")

    def test_it_counts_the_synthetic_cases(self):
        mixed = self.of(series(31, synthetic=["yes"] * 3 + ["no"] * 28))
        self.assertTrue(mixed.synthetic)
        self.assertEqual((mixed.values["cases"], mixed.values["synthetic_cases"]), (31, 3))
        self.assertFalse(self.of(series(31, synthetic="no")).synthetic)
        self.assertFalse(self.of(series(0)).synthetic)

    def test_it_names_conventions_and_software(self):
        self.assertEqual(self.of(conventions=REGISTRY).values["conventions"]["name"], "registry")
        self.assertLessEqual({"Python", "numpy", "pandas", "Django"}, set(self.of().values["software"]))

    def test_everything_can_be_stored_as_json(self):
        json.dumps(self.of().values)
