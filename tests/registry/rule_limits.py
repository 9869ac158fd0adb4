"""What tests of the ends of rules have in common."""

from __future__ import annotations

from datetime import date

from django.test import SimpleTestCase

from registry.rules import findings
from tests.registry.complete_case import complete_case

BROKEN, KEPT = True, False


class LimitTest(SimpleTestCase):
    def check(self, id: str, *cases: tuple[dict, bool]) -> None:
        """Each of these changes to the complete case breaks the rule, or keeps it."""
        for changes, wrong in cases:
            with self.subTest(rule=id, changes=changes):
                self.assertIs(id in [one.rule.id for one in findings(complete_case(changes))], wrong)

    def answers(self, id: str, name: str, *cases: tuple[object, bool], beside: dict | None = None) -> None:
        """The same for different answers to one question."""
        self.check(id, *(({**(beside or {}), name: value}, wrong) for value, wrong in cases))

    def plain(self, id: str, name: str, last_kept: date, first_broken: date) -> None:
        """The same for two days, whatever precision the complete case has there."""
        for value, wrong in ((last_kept, KEPT), (first_broken, BROKEN)):
            self.check(id, ({name: value, f"{name}_prec": "d"}, wrong))
