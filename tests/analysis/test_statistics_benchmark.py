"""The benchmark of the statistical core: all contenders do the same work, the bars are judged rightly."""

from __future__ import annotations

import io
import shutil
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import TestCase, skipUnless
from unittest.mock import patch

from benchmarks import statistics
from benchmarks.statistics import Sample
from benchmarks.tasks import TASKS, RProcess

RSCRIPT = shutil.which("Rscript")


def quietly(*arguments: str) -> str:
    """What the benchmark prints."""
    with redirect_stdout(io.StringIO()) as printed, redirect_stderr(io.StringIO()):
        statistics.main(arguments)
    return printed.getvalue()


@patch.object(statistics, "SMALL", 1)
class MeasureTest(TestCase):
    def test_every_contender_takes_every_turn_and_comes_to_the_same_result(self):
        with tempfile.TemporaryDirectory() as folder, redirect_stderr(io.StringIO()):
            found = statistics.measure([200, 400], 2, Path(folder), None)
        self.assertEqual(
            set(found),
            {
                (name, Sample(size, days))
                for name, task in TASKS.items()
                for size in (200, 400)
                for days in ((True,) if task.whole_days else (True, False))
            },
        )
        for (name, _), turns in found.items():
            own = {"ours", "lifelines"} if TASKS[name].lifelines else {"ours"}
            self.assertEqual([set(turn) for turn in turns], [own] * 2)
            self.assertTrue(all(seconds > 0 for turn in turns for seconds in turn.values()))

    def test_a_large_table_is_left_to_those_who_can(self):
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.dict(TASKS, {"cox": patched(largest=100)}),
            redirect_stderr(io.StringIO()),
        ):
            found = statistics.measure([200], 1, Path(folder), None)
        self.assertNotIn(("cox", Sample(200)), found)

    def test_a_contender_with_another_result_ends_the_measurement(self):
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.dict(TASKS, {"cox": patched(lifelines=lambda _table: 1.0)}),
            self.assertRaisesRegex(SystemExit, "results differ"),
        ):
            statistics.measure([200], 1, Path(folder), None)

    def test_the_report_says_of_every_bar_whether_it_holds(self):
        printed = quietly("--sizes", "200", "--repetitions", "1")
        self.assertIn("peak memory in MiB", printed)
        self.assertRegex(printed, r"holds  import analysis.survival")
        for task in TASKS.values():
            self.assertIn(task.words, printed)


def patched(**changes: object) -> object:
    """The Cox task, changed."""
    from dataclasses import replace

    return replace(TASKS["cox"], **changes)


@skipUnless(RSCRIPT, "Rscript is not installed (Debian: r-base-core r-cran-survival)")
@patch.object(statistics, "SMALL", 1)
class BesideRTest(TestCase):
    def test_r_works_on_the_same_rows_and_comes_to_the_same_results(self):
        r = self.enterContext(RProcess(RSCRIPT))
        with tempfile.TemporaryDirectory() as folder, redirect_stderr(io.StringIO()):
            found = statistics.measure([300], 2, Path(folder), r)
        self.assertEqual(set(found["cox", Sample(300)][0]), {"ours", "R"})
        self.assertEqual(
            set(found["kaplan_meier", Sample(300, False)][1]), {"ours", "lifelines", "R", "R once"}
        )

    def test_an_r_that_fails_is_reported_with_what_was_asked_of_it(self):
        r = self.enterContext(RProcess(RSCRIPT))
        with self.assertRaisesRegex(SystemExit, "R ended when asked: load"):
            r.load("five", 5, Path("no-such-file"))


class BarTest(TestCase):
    def test_ratios_are_medians_of_the_ratios_within_a_turn(self):
        turns = [{"ours": 1.0, "R": 2.0}, {"ours": 3.0, "R": 3.0}, {"ours": 9.0, "R": 3.0}]
        judged = statistics.bars({("cox", Sample(100_000)): turns})
        self.assertEqual(judged, [("cox, 100 000 rows, whole days, times R", 1.0, 2.0)])

    def test_seconds_and_growth_are_judged_by_our_own_time(self):
        found = {
            ("aalen_johansen", Sample(100_000)): [{"ours": 0.2, "R": 1.0}, {"ours": 0.4, "R": 1.0}],
            ("log_rank", Sample(10_000, False)): [{"ours": 1.0}],
            ("log_rank", Sample(1_000_000, False)): [{"ours": 11.0}],
        }
        judged = {words: value for words, value, _ in statistics.bars(found)}
        self.assertAlmostEqual(judged["aalen_johansen, 100 000 rows, whole days, seconds"], 0.3)
        self.assertEqual(judged["log_rank, 1 000 000 rows, no ties, times the cost of a hundredth"], 11.0)

    def test_a_bar_that_was_not_measured_is_not_judged(self):
        self.assertEqual(statistics.bars({}), [])
        self.assertEqual(statistics.bars({("cox", Sample(100_000)): [{"ours": 1.0}]}), [])


class LoadingTest(TestCase):
    def test_survival_loads_neither_lifelines_nor_matplotlib_nor_pandas(self):
        self.assertEqual(statistics.unwanted(), [])
