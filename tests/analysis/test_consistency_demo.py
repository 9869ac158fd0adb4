"""The report of the synthetic cohort, which prints the paper's figures, checked against itself."""

from __future__ import annotations

from datetime import UTC, datetime

from django.test import TestCase

from analysis import cohort, provenance
from analysis.consistency import audit_abstract
from analysis.conventions import PRESETS
from analysis.document import Finding, Report
from analysis.reports import REPORTS
from registry import demo


class DemoTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.centre = demo.stored_centre()
        demo.load(demo.cohort(), cls.centre)
        cls.reports = {name: cls.report(name) for name in PRESETS}

    @classmethod
    def report(cls, preset: str) -> Report:
        everything = cohort.Definition()
        data = cohort.load(everything, [cls.centre])
        change, made = cohort.latest_change([cls.centre]), datetime(2026, 3, 1, tzinfo=UTC)
        origin = provenance.of(data, everything, PRESETS[preset], change, made)
        return REPORTS["paper"].build(data, PRESETS[preset], origin)

    def found(self, preset: str, key: str) -> list[Finding]:
        return [one for one in self.reports[preset].findings if one.key == key]

    def test_nothing_contradicts(self):
        for preset, made in self.reports.items():
            self.assertEqual([one for one in made.findings if one.severity == "contradiction"], [], preset)

    def test_the_median_that_prints_like_the_landmark_is_explained(self):
        (finding,) = self.found("paper", "median_rounds_to_landmark")
        self.assertIn("12.02", finding.sentence.en)
        self.assertIn("paper.paper-21.0", finding.cells)

    def test_the_symmetric_interval_is_declared(self):
        findings = self.found("paper", "interval_symmetric")
        self.assertTrue(any("paper.paper-19.0" in one.cells for one in findings))
        self.assertTrue(any("SPSS" in one.sentence.en for one in findings))

    def test_the_deaths_have_their_limit_and_the_burden_its_name(self):
        for preset in PRESETS:
            cells = [cell for one in self.found(preset, "zero_without_bound") for cell in one.cells]
            self.assertNotIn("paper.paper-17.0", cells)
            self.assertEqual(self.found(preset, "spread_unnamed"), [])
            self.assertEqual(self.found(preset, "fraction_printed_two_ways"), [])

    def test_its_own_text_can_be_pasted_into_the_check_of_abstracts(self):
        for language in ("en", "zh"):
            results = self.reports["registry"].section("results").paragraphs
            audit = audit_abstract("\n".join(paragraph.text(language) for paragraph in results))
            self.assertEqual(audit.abstract.patients, 31, language)
            self.assertLessEqual({one.key for one in audit.contradictions}, {"rate_against_median"})
            self.assertLessEqual(len(audit.unread), 2, [one.snippet for one in audit.unread])
