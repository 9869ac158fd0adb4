"""Every address of the site in one table: policy, methods, queries, headers (docs/routes.md).

    python -m tests.routes        writes the table anew

The test tests/registry/test_routes.py asks every address as the lead of a centre and compares.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "routes.md"
WRITE = "NETLM_WRITE_ROUTES"
HEADINGS = ("address", "policy", "methods", "queries", "cached", "headers")
INTRODUCTION = """# Every address

What each address of the site needs (an action of [the policy](roles.md), `person` for whoever is logged in,
`public` for everybody), which methods it answers, how many queries reading it takes as the lead of a centre
with one full case, and which headers of protection it sends. Written by `python -m tests.routes`; a test
compares.
"""


@dataclass(frozen=True)
class Line:
    """One address as it was met."""

    address: str
    policy: str
    methods: tuple[str, ...]
    queries: int
    cached: bool
    headers: tuple[str, ...]

    def __str__(self) -> str:
        cells = (
            f"`/{self.address}`",
            self.policy,
            " ".join(self.methods) or "–",
            str(self.queries),
            "yes" if self.cached else "no",
            " ".join(self.headers) or "–",
        )
        return f"| {' | '.join(cells)} |"


def page(lines: list[Line]) -> str:
    """The whole document."""
    head = f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}"
    return f"{INTRODUCTION}\n{head}\n" + "\n".join(map(str, lines)) + "\n"


def budget(text: str) -> dict[str, tuple[str, str, int]]:
    """Policy, methods and queries of each address as the document states them."""
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `/")]
    return {one[0].strip("`/"): (one[1], one[2], int(one[3])) for one in cells}


if __name__ == "__main__":
    sys.exit(
        subprocess.call(
            [sys.executable, "manage.py", "test", "--noinput", "tests.registry.test_routes"],
            cwd=ROOT,
            env=os.environ | {WRITE: "1"},
        )
    )
