"""`python -m tests.crash.people 4 3`: make people and cases in a fresh registry, and print whose is what."""

from __future__ import annotations

import json
import os
import sys

import django

from tests.load.team import PASSWORD


def made(writers: int, cases: int) -> dict[str, list[str]]:
    """For each writer the addresses of cases of their own."""
    from registry.context import acting
    from tests import factories
    from tests.pages import section_url

    with acting("crash test"):
        centre = factories.centre()
        found = {}
        for number in range(writers):
            name = f"writer{number}"
            factories.member(name, centre, password=PASSWORD)
            own = [factories.patient(f"K-{number}-{case}", centre) for case in range(cases)]
            found[name] = [section_url(one, "complications") for one in own]
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
    django.setup()
    sys.stdout.write(json.dumps(made(*map(int, sys.argv[1:]))))
