"""Django's test runner, which closes with a line that people and programs can read.

The line is "N passed, N failed, N skipped", alone. Before it stands every skipped test with
its reason. With NETLM_NO_SKIPS=1, as in .ci/run where everything that a test may need is
installed, a skipped test counts as failed. What tests have proven of the promises is written
down for `manage.py promises`; with --proofs only those tests run.
"""

import logging
import os
import time
import unittest

from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created
from django.test.runner import DiscoverRunner
from django.test.utils import iter_test_cases

from registry import context
from registry.guard.roles import role_names
from tests.promises import proven_by
from tests.record import Record


class Result(unittest.TextTestResult):
    """Counts what unittest only reports: the tests that passed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passed = 0
        self.seconds: dict[str, float] = {}
        self.record = Record()

    def startTest(self, test):
        self.started = time.perf_counter()
        self.record.begins(test)
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self.record.ended(test)
        self.seconds[_whole(test)] = time.perf_counter() - self.started

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def addError(self, test, err):
        super().addError(test, err)
        self.record.failed(test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.record.failed(test)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.record.failed(test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.record.skipped(test)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.passed += 1


class Runner(DiscoverRunner):
    """Runs what lies under tests/, and closes with the line."""

    def __init__(self, *, proofs=False, **kwargs):
        super().__init__(**kwargs)
        self.proofs = proofs
        self.whole = False  # whether everything under tests/ runs

    @classmethod
    def add_arguments(cls, parser):
        super().add_arguments(parser)
        parser.add_argument("--proofs", action="store_true", help="only the tests that prove a promise")

    def build_suite(self, test_labels=None, **kwargs):
        self.whole = not test_labels
        suite = super().build_suite(test_labels or ["tests"], **kwargs)
        return self.test_suite(only_proofs(suite)) if self.proofs else suite

    def setup_test_environment(self, **kwargs):
        """One line for each request of each test would hide everything else; tests that read the log
        have a handler of their own."""
        super().setup_test_environment(**kwargs)
        logging.getLogger().handlers.clear()
        logging.getLogger().addHandler(logging.NullHandler())
        settings.PASSWORD_HASHERS = ["tests.hasher.CheapArgon2", *settings.PASSWORD_HASHERS]

    def get_databases(self, suite):
        """The owner makes the test database, whichever roles the tests themselves use."""
        return super().get_databases(suite) | {"owner": False}

    def setup_databases(self, **kwargs):
        """Outside of any context, where the database would show nothing, tests prepare rows of every
        centre; what they try out enters its own context."""
        found = super().setup_databases(**kwargs)
        context.outside = context.EVERYTHING
        connection_created.connect(_sees_everything, dispatch_uid="tests see everything")
        connections["default"].close()
        return found

    def teardown_databases(self, old_config, **kwargs):
        connections.close_all()  # the owner cannot drop what another role is still connected to
        super().teardown_databases(old_config, **kwargs)

    def get_resultclass(self):
        return super().get_resultclass() or Result

    def _tell_the_slowest(self, seconds: dict[str, float]) -> None:
        """With NETLM_SLOWEST=20, the twenty slowest tests: where time could be saved."""
        for name in sorted(seconds, key=seconds.get, reverse=True)[: int(os.environ.get("NETLM_SLOWEST", 0))]:
            self.log(f"{seconds[name]:7.1f} s  {name}")

    def suite_result(self, suite, result, **kwargs):
        troubled = [test for test, _trace in [*result.failures, *result.errors]]
        failed = {_whole(test) for test in [*troubled, *result.unexpectedSuccesses]}
        skipped = {_whole(test): reason for test, reason in result.skipped}
        for name, reason in sorted(skipped.items()):
            self.log(f"skipped: {name}: {reason}")
        self._tell_the_slowest(getattr(result, "seconds", {}))
        if isinstance(result, Result):
            result.record.write(settings.PROMISES_FILE, whole=self.whole)
        only_skipped = skipped.keys() - failed
        refused = len(only_skipped) if os.environ.get("NETLM_NO_SKIPS") == "1" else 0
        if refused:
            self.log("NETLM_NO_SKIPS=1: the skipped tests count as failed.")
        passed = getattr(result, "passed", result.testsRun - len(failed | skipped.keys()))
        failures = len(failed) + refused
        print(f"{passed} passed, {failures} failed, {len(only_skipped) - refused} skipped", flush=True)
        return failures


def only_proofs(suite) -> list:
    """The tests of a suite that prove a promise or a threat; those that cannot be loaded fail openly."""
    return [
        test for test in iter_test_cases(suite) if proven_by(test) or type(test).__name__ == "_FailedTest"
    ]


def _sees_everything(connection, **_signal) -> None:
    if connection.alias == "default":
        with connection.cursor() as cursor:
            cursor.execute(f'SET ROLE "{role_names().wide}"')


def _whole(test) -> str:
    """The name of the test, also for a part of it (subTest) that failed or was skipped by itself."""
    return getattr(test, "test_case", test).id()
