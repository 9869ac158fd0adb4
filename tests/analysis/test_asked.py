"""A question that does not arise for a case is neither answered nor missing there."""

from unittest import TestCase

from analysis.conventions import PAPER
from analysis.reports import cells
from analysis.reports.lines import Levels
from analysis.reports.source import AnyKind, Source, Which
from tests.analysis.series import MISSING, series

PLANNED_OPEN = ["open"] * 6
PLANNED_SMALL = ["laparoscopic", "robotic", "hybrid", "laparoscopic"]
MINIMALLY_INVASIVE = Which("approach_planned", ("laparoscopic", "robotic", "hybrid"))


def source(size: int = 10, **spoiled: object) -> Source:
    return Source(series(size, **spoiled), PAPER)


class AmongTest(TestCase):
    def conversions(self, answers: list) -> cells.Cell:
        made = source(approach_planned=PLANNED_OPEN + PLANNED_SMALL, conversion=[None] * 6 + answers)
        return cells.share(made, Which("conversion", among=MINIMALLY_INVASIVE))

    def test_only_the_cases_asked_make_the_denominator(self):
        cell = self.conversions(["yes", "no", "no", "no"])
        self.assertEqual(cell.text("en"), "1/4")
        self.assertEqual((cell.numbers["n"], cell.numbers["N"], cell.numbers["missing"]), (1, 4, 0))

    def test_an_answer_missing_among_those_asked_is_told(self):
        cell = self.conversions(["yes", "no", None, "no"])
        self.assertEqual(cell.text("en"), "1/3, 1 not known")
        self.assertEqual(cell.numbers["missing"], 1)

    def test_the_cases_behind_each_number_are_those_counted(self):
        cell = self.conversions(["yes", "no", None, "no"])
        self.assertEqual([len(part.cases()) for part in cell.parts if part.cases], [1, 3, 1])

    def test_where_nobody_is_asked_it_says_that_there_are_no_cases(self):
        made = source(approach_planned="open", conversion=MISSING)
        cell = cells.share(made, Which("conversion", among=MINIMALLY_INVASIVE))
        self.assertEqual(cell.numbers["reason"], "no_cases")
        asked = cells.share(source(conversion=MISSING), Which("conversion"))
        self.assertEqual(asked.numbers["reason"], "no_values")

    def test_levels_count_only_the_cases_asked(self):
        causes = ["liver_failure_tumour", None] + [None] * 8
        made = source(os_event=[True, True] + [False] * 8, death_cause=causes)
        rows = list(Levels("death_cause", used_only=True, among=Which("os_event")).rows(made))
        self.assertEqual(
            [row.id for row in rows[1:]], ["death_cause-liver_failure_tumour", "death_cause-missing"]
        )
        self.assertEqual([row.cells[0].numbers["n"] for row in rows[1:]], [1, 1])

    def test_a_median_tells_only_the_values_missing_among_those_asked(self):
        minutes = [20.0, 30.0, None, 40.0] + [None] * 6
        made = source(pringle_used=["yes"] * 4 + ["no"] * 6, pringle_total_min=minutes)
        cell = cells.median(made, Which("pringle_total_min", among=Which("pringle_used")))
        self.assertEqual((cell.numbers["n"], cell.numbers["missing"]), (3, 1))
        self.assertIn("1 not known", cell.text("en"))

    def test_any_kind_of_a_family_is_enough(self):
        made = source(
            subsequent_tx_ssa=[1.0] * 3 + [0.0] * 7, subsequent_tx_prrt=[0.0] * 2 + [1.0] * 2 + [0.0] * 6
        )
        self.assertEqual(AnyKind("subsequent_tx").counted(made).sum(), 4)
