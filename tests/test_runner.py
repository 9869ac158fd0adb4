"""The runner's last line, by which people and .ci/run judge a run."""

import contextlib
import io
import os
import unittest
from unittest import mock

from tests.runner import Runner


def run(*cases: type[unittest.TestCase], no_skips: str = "0", slowest: str = "0") -> tuple[int, list[str]]:
    """The number of failures that the runner reports for these cases, and what it prints at the end."""
    runner = Runner(verbosity=1)
    suite = unittest.TestSuite(map(unittest.defaultTestLoader.loadTestsFromTestCase, cases))
    result = unittest.TextTestRunner(stream=io.StringIO(), resultclass=runner.get_resultclass()).run(suite)
    printed = io.StringIO()
    asked = mock.patch.dict(os.environ, NETLM_NO_SKIPS=no_skips, NETLM_SLOWEST=slowest)
    with asked, contextlib.redirect_stdout(printed):
        failures = runner.suite_result(suite, result)
    return failures, printed.getvalue().splitlines()


def sample() -> type[unittest.TestCase]:
    """A case with one test of every kind; made here so that it is not found and run as a test itself."""

    class Sample(unittest.TestCase):
        def test_that_passes(self):
            self.assertTrue(self.id())

        def test_two_of_whose_parts_fail(self):
            for part in range(3):
                with self.subTest(part=part):
                    self.assertEqual(part, 1)

        def test_that_breaks(self):
            raise RuntimeError

        @unittest.skip("there is no browser")
        def test_that_is_skipped(self):
            self.fail()

        @unittest.expectedFailure
        def test_that_fails_as_expected(self):
            self.fail()

        @unittest.expectedFailure
        def test_that_should_fail_and_does_not(self):
            self.assertTrue(self.id())

    return Sample


class LastLine(unittest.TestCase):
    def test_every_test_is_counted_once_whatever_its_parts_did(self):
        failures, printed = run(sample())
        self.assertEqual(printed[-1], "2 passed, 3 failed, 1 skipped")
        self.assertEqual(failures, 3)

    def test_the_slowest_tests_are_listed_when_asked_for(self):
        listed = [[line for line in run(sample(), slowest=n)[1] if " s  " in line] for n in ("0", "2")]
        self.assertEqual([len(lines) for lines in listed], [0, 2])

    def test_each_skip_is_told_with_its_reason(self):
        _failures, printed = run(sample())
        self.assertTrue(any("test_that_is_skipped: there is no browser" in line for line in printed))

    def test_a_skip_fails_where_none_is_allowed(self):
        failures, printed = run(sample(), no_skips="1")
        self.assertEqual(printed[-1], "2 passed, 4 failed, 0 skipped")
        self.assertEqual(failures, 4)

    def test_a_class_that_cannot_be_prepared_is_a_failure(self):
        class Broken(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                raise RuntimeError

            def test_that_never_runs(self):
                self.fail()

        self.assertEqual(run(Broken)[1][-1], "0 passed, 1 failed, 0 skipped")

    def test_a_class_that_is_skipped_as_a_whole_is_told_too(self):
        class Skipped(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                raise unittest.SkipTest("no Chromium")

            def test_that_never_runs(self):
                self.fail()

        _failures, printed = run(Skipped)
        self.assertEqual(printed[-1], "0 passed, 0 failed, 1 skipped")
        self.assertIn("no Chromium", "\n".join(printed))
