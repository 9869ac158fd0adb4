"""For every rule a case that keeps it, as near to the limit as may be, and one that breaks it.

Both are changes to the complete case (tests.registry.complete_case).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """`at` is where the message stands; `also` are rules that the broken case cannot but break too.

    `kept_with` are findings of other rules that the kept case has.
    """

    id: str
    at: str
    kept: dict[str, object]
    broken: dict[str, object]
    also: tuple[str, ...] = ()
    kept_with: tuple[str, ...] = ()


def all_examples() -> list[Example]:
    from tests.registry.rule_examples import conduct, dates, disease, outcome, pathology, residual

    modules = (dates, disease, conduct, residual, pathology, outcome)
    return [one for module in modules for one in module.EXAMPLES]
