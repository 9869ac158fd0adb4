"""Reports that leave the centre: no count from 1 to 10 in them, and none to be computed from them."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
from django.test import SimpleTestCase, TestCase

from analysis import cohort, provenance
from analysis.conventions import PAPER
from analysis.document import Figure
from analysis.release.small_numbers import SUPPRESSED, for_release, left_by, units
from analysis.release.solver import Attack, Kinds
from analysis.release.suppression import SMALL, protect, small_differences
from analysis.render import FORMATS, text
from analysis.reports import REPORTS
from registry.models import Centre
from tests.analysis.disclosure_attack import Attacker, one_filter_apart, world
from tests.analysis.released import synthetic_registry
from tests.promises import measured, proves, size


def sets(*members: str) -> np.ndarray:
    """Sets of the letters a, b, c …, one row each."""
    letters = sorted(set("".join(members)))
    return np.array([[letter in one for letter in letters] for one in members])


def sized(*counts: int) -> np.ndarray:
    """A total and parts of these sizes that together are the total."""
    place = np.repeat(np.arange(len(counts)), counts)
    return np.vstack([np.ones(len(place), dtype=bool), *(place == number for number in range(len(counts)))])


class SolverTest(SimpleTestCase):
    def test_a_count_that_is_the_rest_of_printed_ones_has_no_range(self):
        kinds = Kinds.of(sized(20, 30, 4))
        attack = Attack(kinds, [0, 1, 2])
        self.assertFalse(attack.is_wide(kinds.sets[3], 1))
        self.assertAlmostEqual(attack.upper(kinds.sets[3]).value, 4)

    def test_the_same_count_is_open_when_a_second_part_is_hidden(self):
        kinds = Kinds.of(sized(20, 30, 4))
        attack = Attack(kinds, [0, 1])
        self.assertAlmostEqual(attack.lower(kinds.sets[3]).value, 0)
        self.assertAlmostEqual(attack.upper(kinds.sets[3]).value, 34)

    def test_what_a_bound_hangs_on_are_the_published_sets_that_make_it(self):
        kinds = Kinds.of(sized(20, 30, 4, 50))
        bound = Attack(kinds, [0, 1, 2, 4]).upper(kinds.sets[3])
        self.assertEqual(set(bound.hangs_on), {0, 1, 2, 3})

    def test_nothing_published_leaves_everything_open(self):
        kinds = Kinds.of(sized(20, 4))
        self.assertEqual(Attack(kinds, []).upper(kinds.sets[2]).value, np.inf)

    def test_cases_in_the_same_sets_are_one_kind(self):
        kinds = Kinds.of(sized(20, 30, 4))
        self.assertEqual(sorted(kinds.counts), [4, 20, 30])


SHOWN = """
import django
django.setup()
from analysis.release.small_numbers import for_release
from tests.analysis.disclosure_attack import one_filter_apart, world
for seed in (4, 14):
    found = world(seed)
    reports = [found.report(one) for one in one_filter_apart(found, seed)]
    first = for_release(reports[0])
    print(first.shown, for_release(reports[1], [first.left]).shown)
"""


class OneAnswerTest(SimpleTestCase):
    @proves("P19")
    def test_every_process_hides_the_same_numbers(self):
        """Two files of one cohort that hide different numbers would tell more than either."""
        told = {self.shown_with(seed) for seed in ("0", "1", "2")}
        self.assertEqual(len(told), 1)

    def test_the_same_report_leaves_again_with_the_same_numbers(self):
        for seed in range(4):
            found = world(seed)
            report = found.report(one_filter_apart(found, seed)[0])
            first = for_release(report)
            self.assertEqual(for_release(report, [first.left]).shown, first.shown)

    def shown_with(self, seed: str) -> str:
        """What a process shows in which sets of texts have another order."""
        environment = os.environ | {"PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "registry.settings"}
        done = subprocess.run(
            [sys.executable, "-c", SHOWN], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout


class SuppressionTest(SimpleTestCase):
    def hidden(self, *counts: int) -> set[int]:
        """Which parts of a published total are hidden."""
        found = protect(sized(*counts), [frozenset({one}) for one in range(1, len(counts) + 1)], [0])
        self.assertFalse(found.withheld)
        return set(found.hidden)

    def test_large_parts_are_all_shown(self):
        self.assertEqual(self.hidden(20, 30, 40), set())

    def test_a_small_part_takes_a_second_one_with_it(self):
        self.assertEqual(self.hidden(20, 30, 4), {0, 2})

    def test_two_small_parts_whose_sum_is_small_take_a_third_one_with_them(self):
        self.assertEqual(self.hidden(20, 30, 4, 2), {0, 2, 3})

    def test_none_is_no_small_count(self):
        self.assertEqual(self.hidden(20, 30, 0), set())

    def test_of_two_parts_with_a_small_one_neither_is_shown(self):
        self.assertEqual(self.hidden(90, 10), {0, 1})
        self.assertEqual(self.hidden(90, 11), set())

    def test_a_total_that_is_small_itself_hides_everything(self):
        found = protect(sized(4, 5), [frozenset({1}), frozenset({2})], [0])
        self.assertTrue(found.withheld)
        self.assertEqual(found.hidden, {0, 1})

    def test_what_was_published_before_counts_though_it_cannot_be_hidden(self):
        """One filter apart: 46 of 100 now, 43 of 90 before; the ten cases between had three."""
        cases = np.arange(100)
        now, before = cases < 46, (cases >= 3) & (cases < 46)
        all_now, all_before = cases >= 0, (cases < 90 + 3) & (cases >= 3)
        found = protect(np.array([all_now, now, before, all_before]), [frozenset({1})], [0], [2, 3])
        self.assertEqual(found.hidden, {0})

    def test_two_sets_that_differ_by_few_cases_are_found(self):
        self.assertEqual(small_differences(sets("abc", "ab", "c")), [(0, 1), (0, 2)])


@proves("P19", "T29")
class LinearProgrammingAttackTest(SimpleTestCase):
    def test_no_hidden_count_has_a_range_of_ten_or_less_in_any_pair_of_reports_one_filter_apart(self):
        narrow, attacked, shown, all_units = [], 0, 0, 0
        sizes = size("P19", reduced=12, full=1000)
        for seed in range(sizes):
            found = world(seed)
            kept = one_filter_apart(found, seed)
            reports = [found.report(one) for one in kept]
            first = for_release(reports[0])
            second = for_release(reports[1], [first.left])
            attacker = Attacker(found, kept, [first.report, second.report])
            shown += len(first.shown) + len(second.shown)
            all_units += sum(1 for report in reports for _ in units(report))
            for target in attacker.sensitive():
                attacked += 1
                if attacker.range_of(target) <= SMALL:
                    narrow.append((seed, attacker.truth(target)))
        self.assertEqual(narrow, [])
        self.assertGreater(attacked, 5 * sizes)
        self.assertGreater(shown, all_units / 10)
        measured(
            "P19",
            f"{len(narrow)} of {attacked} small counts within 10; {sizes} pairs of reports one filter apart",
        )

    def test_the_attack_finds_what_is_not_hidden(self):
        """Without the rule the same attacker reads small counts at once."""
        read = 0
        for seed in range(5):
            found = world(seed)
            kept = one_filter_apart(found, seed)
            attacker = Attacker(found, kept, [found.report(one) for one in kept])
            read += sum(attacker.range_of(target) <= SMALL for target in attacker.sensitive())
        self.assertGreater(read, 10)


NUMBER = re.compile(r"(?<![\d.,/%\u2265\u2264<>-])\d{1,2}(?![\d.,%/])")


@proves("P19")
class PaperForOutsideTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        synthetic_registry(250)
        cls.data = cohort.load(cohort.Definition(), Centre.objects.all())
        cls.report = cls.made(cls.data)
        cls.outcome = for_release(cls.report)
        cls.released = cls.outcome.report

    @staticmethod
    def made(data):
        none = cohort.LatestChange(None, None)
        from django.utils import timezone

        origin = provenance.of(data, cohort.Definition(), PAPER, none, timezone.localtime())
        return REPORTS["paper"].build(data, PAPER, origin)

    def test_no_cell_of_a_table_tells_a_small_count(self):
        for section in self.report.sections:
            for table, released in zip(section.tables, self.released.section(section.id).tables, strict=True):
                for row, out in zip(table.rows, released.rows, strict=True):
                    for cell, left in zip(row.cells, out.cells, strict=True):
                        told = [len(part.cases()) for part in cell.parts if part.cases]
                        if any(1 <= one <= SMALL for one in told):
                            self.assertEqual(left.text("en"), SUPPRESSED.en, row.id)
                            self.assertEqual(left.text("zh"), SUPPRESSED.zh, row.id)

    def test_large_numbers_are_still_there(self):
        patients = self.released.table("paper").rows[0].cells[0].text("en")
        self.assertEqual(patients, "250 patients")
        shown = [
            cell
            for section in self.released.sections
            for table in section.tables
            for row in table.rows
            for cell in row.cells
            if cell.text("en") != SUPPRESSED.en
        ]
        self.assertGreater(len(shown), 60)

    def test_a_sentence_says_suppressed_where_the_table_does(self):
        hidden = self.report.section("results")
        for before, after in zip(hidden.paragraphs, self.released.section("results").paragraphs, strict=True):
            if any(1 <= len(part.cases()) <= SMALL for part in before.parts if part.cases):
                self.assertIn(SUPPRESSED.en, after.text("en"))
                self.assertIn(SUPPRESSED.zh, after.text("zh"))

    def test_the_months_of_the_first_and_last_operation_are_hidden_when_few_were_operated_then(self):
        self.assertRegex(
            self.released.section("results").paragraphs[0].text("en"), r"Between (suppressed|\d{4}-\d\d)"
        )

    def test_no_number_leads_to_cases_and_no_unrounded_number_leaves(self):
        self.assertEqual(list(self.released.numbers()), [])
        for section in self.released.sections:
            for table in section.tables:
                for row in table.rows:
                    for cell in row.cells:
                        self.assertLessEqual(set(cell.numbers), {"suppressed"})
        self.assertNotIn("synthetic_cases", self.released.provenance.values)
        self.assertIsNone(self.released.findings)

    def test_a_curve_has_corners_at_its_ticks_only_and_no_censoring(self):
        figure = next(
            block for one in self.released.sections for block in one.blocks if isinstance(block, Figure)
        )
        for curve in figure.curves:
            self.assertEqual([time for time, _ in curve.steps], list(figure.ticks))
            self.assertEqual(curve.censored, ())
        numbers = [[int(part.text.en.replace(" ", "")) for part in row.parts] for row in figure.strip]
        for row in numbers:
            steps = [abs(one - other) for one, other in zip(row, row[1:], strict=False)]
            self.assertFalse([one for one in (*row, *steps) if 1 <= one <= SMALL])

    def test_every_format_and_language_is_made_of_the_report_without_small_numbers(self):
        for ending, render in FORMATS.items():
            for language in ("en", "zh"):
                content = render(self.released, language)
                self.assertGreater(len(content), 1000, ending)
                if ending != "docx":
                    self.assertIn(SUPPRESSED.text(language), content.decode())
        self.assertIn(SUPPRESSED.en, text.document(self.released, "en").decode())

    def test_a_tiny_cohort_leaves_nothing(self):
        few = cohort.load(
            cohort.Definition(end=sorted(self.data["surgery_date"])[6].date()), Centre.objects.all()
        )
        self.assertLessEqual(len(few), SMALL)
        outcome = for_release(self.made(few))
        self.assertEqual([one.id for one in outcome.report.sections], ["withheld"])
        self.assertEqual(outcome.shown, ())
        self.assertNotIn("cases", outcome.report.provenance.values)

    def test_a_cohort_that_has_a_few_cases_less_than_one_released_before_leaves_nothing(self):
        last = sorted(self.data["surgery_date"])[-5].date()
        fewer = cohort.load(cohort.Definition(end=last), Centre.objects.all())
        self.assertTrue(0 < len(self.data) - len(fewer) <= SMALL)
        self.assertEqual(for_release(self.made(fewer), [self.outcome.left]).shown, ())

    def test_what_was_told_can_be_found_again_from_the_addresses(self):
        self.assertEqual(left_by(self.report, self.outcome.shown), self.outcome.left)
        self.assertEqual(left_by(self.report, ()).told, ())

    def test_the_same_report_released_twice_is_the_same(self):
        again = for_release(self.report, [self.outcome.left])
        self.assertEqual(again.shown, self.outcome.shown)
