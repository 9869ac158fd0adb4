"""`manage.py check --database default`: the guard lies in the database as the code says, and nobody
holds a right that the policy does not know."""

from __future__ import annotations

from django.core.checks import Error, Tags, Warning, register
from django.db import connections

from registry.guard.fingerprint import differences
from registry.guard.tables import TRAIL

SUPERUSERS = "SELECT count(*) FROM auth_user WHERE is_superuser AND is_active"
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


@register(Tags.database)
def nobody_is_superuser(databases=None, **_options) -> list[Warning]:
    """A warning if accounts are Django's superusers: what they may then stands in no membership, was
    confirmed by nobody, and never ends."""
    for alias in sorted({*(databases or ())} & {"default"}):
        with connections[alias].cursor() as cursor:
            if "auth_user" not in connections[alias].introspection.table_names(cursor):
                continue
            cursor.execute(SUPERUSERS)
            if count := cursor.fetchone()[0]:
                said = f"{count} active accounts are superusers: administrators by no membership."
                return [Warning(said, hint="Give roles instead: docs/roles.md.", id="registry.W010")]
    return []
