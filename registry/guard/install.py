"""Laying the guard: functions, triggers, row-level security, grants."""

from __future__ import annotations

import re

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from registry.guard import glass, granting, isolation, signing, trail
from registry.guard.roles import RoleNames, function_grants, grants, quoted, role_names
from registry.guard.tables import SEALS, TRAIL, Watched, watched

CALLABLE = (
    "registry_enter", "registry_centres", "registry_writable", "registry_led", "registry_oversees",
    "registry_person",
    "registry_grants", "registry_held", "registry_ever_held",
)  # fmt: skip


def functions() -> list[trail.Function]:
    """Every function of the guard; one that calls another stands behind it."""
    return [*trail.FUNCTIONS, *signing.FUNCTIONS, *isolation.FUNCTIONS, *granting.FUNCTIONS, *glass.FUNCTIONS]


def triggers(tables: list[Watched]) -> list[trail.Trigger]:
    """Every trigger that these tables, the trail and the seals must have."""
    return [*trail.triggers(tables), *signing.triggers(), *granting.triggers(), *glass.triggers()]


def install(using: str = DEFAULT_DB_ALIAS, **_signal) -> None:
    """Lay functions, triggers, row-level security and grants on every table; run by the owner
    after each migration (apps.py). Without effect until the tables of the trail are there."""
    connection, names = connections[using], role_names()
    with transaction.atomic(using), connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if TRAIL not in present or SEALS not in present:
            return
        for function in functions():
            cursor.execute(function.sql())
        tables = [one for one in watched() if one.name in present]
        for trigger in triggers(tables):
            if trigger.table in present:
                cursor.execute(trigger.sql())
        _isolate(cursor, present, names)
        for statement in grants(names, sorted(present)) + _function_grants(names):
            cursor.execute(statement)


def _function_grants(names: RoleNames) -> list[str]:
    signatures = [_types(one) for one in functions()]
    callable_ones = [one for one in signatures if one.partition("(")[0] in CALLABLE]
    return function_grants(names, signatures, callable_ones)


def _types(function: trail.Function) -> str:
    """The function with the types of its arguments only."""
    return re.sub(r"\w+ (\w+)(?=[,)])", r"\1", function.signature)


def _isolate(cursor, present: set[str], names: RoleNames) -> None:
    roles = [quoted(one) for one in (names.runtime, names.wide, names.seal)]
    for table, rows in isolation.isolated().items():
        if table not in present:
            continue
        cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP POLICY {quoted(name)} ON "{table}"')
        for statement in isolation.policies(table, rows, *roles).values():
            cursor.execute(statement)
