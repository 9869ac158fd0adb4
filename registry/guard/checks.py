"""`manage.py check --database default`: the guard lies in the database as the code says."""

from __future__ import annotations

from django.core.checks import Error, Tags, register
from django.db import connections

from registry.guard.fingerprint import differences
from registry.guard.tables import TRAIL

HINT = "“manage.py migrate” lays the guard anew; find out first who has altered it."


@register(Tags.database)
def guard_is_laid(databases=None, **_options) -> list[Error]:
    """One error for each difference; nothing to compare before the first migration."""
    found: list[Error] = []
    for alias in sorted({*(databases or ())} & {"default"}):
        with connections[alias].cursor() as cursor:
            if TRAIL not in connections[alias].introspection.table_names(cursor):
                continue
        found += [
            Error(f"Guard of the database: {one}", hint=HINT, id="registry.E010")
            for one in differences(alias)
        ]
    return found
