"""Laying the guard, and comparing what lies in the database with what should."""

from __future__ import annotations

import re

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from registry.guard import isolation, trail
from registry.guard.roles import RoleNames, function_grants, grants, quoted, role_names
from registry.guard.tables import SEALS, TRAIL, watched

CALLABLE = (
    "registry_enter", "registry_centres", "registry_writable", "registry_led", "registry_oversees", "registry_person"
)  # fmt: skip


def _functions() -> list[trail.Function]:
    return [*trail.FUNCTIONS, *isolation.FUNCTIONS]


def install(using: str = DEFAULT_DB_ALIAS, **_signal) -> None:
    """Lay functions, triggers, row-level security and grants on every table; run by the owner
    after each migration (apps.py). Without effect until the tables of the trail are there."""
    connection, names = connections[using], role_names()
    with transaction.atomic(using), connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if TRAIL not in present or SEALS not in present:
            return
        for function in _functions():
            cursor.execute(function.sql())
        tables = [one for one in watched() if one.name in present]
        for trigger in trail.triggers(tables):
            cursor.execute(trigger.sql())
        _isolate(cursor, present, names)
        for statement in grants(names, sorted(present)) + _function_grants(names):
            cursor.execute(statement)


def _function_grants(names: RoleNames) -> list[str]:
    signatures = [_types(one) for one in _functions()]
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
        for name, statement in isolation.policies(table, rows, *roles).items():
            cursor.execute(f'DROP POLICY IF EXISTS {name} ON "{table}"')
            cursor.execute(statement)


def differences(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What of the guard is missing or altered in the database, in words; empty if all is as it should be.

    Functions are compared by their text, triggers by their definition and whether they are
    switched on, tables by row-level security and the names of its policies.
    """
    with connections[using].cursor() as cursor:
        return [*_wrong_functions(cursor), *_wrong_triggers(cursor), *_wrong_policies(cursor)]


def _wrong_functions(cursor) -> list[str]:
    cursor.execute(
        "SELECT proname, prosrc, prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    there = {name: (body, definer) for name, body, definer in cursor.fetchall()}
    return [
        f"function {one.name} is {'altered' if one.name in there else 'missing'}"
        for one in _functions()
        if there.get(one.name) != (one.body, one.definer)
    ]


def _wrong_triggers(cursor) -> list[str]:
    cursor.execute(
        "SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    )
    there = {(table.strip('"'), name): (on, text) for table, name, on, text in cursor.fetchall()}
    found = []
    for one in trail.triggers(watched()):
        on, text = there.get((one.table, one.name), ("", ""))
        if not text:
            found.append(f"trigger {one.name} on {one.table} is missing")
        elif on not in ("O", "A"):
            found.append(f"trigger {one.name} on {one.table} is switched off")
        elif not _same(text, one):
            found.append(f"trigger {one.name} on {one.table} is altered")
    return found


def _same(text: str, trigger: trail.Trigger) -> bool:
    """Whether PostgreSQL's own wording of a trigger is that of the code; it orders the events its own way."""
    events, call = trigger.when.split(" ", 1), trigger.call
    stated = set(re.findall(r"INSERT|UPDATE|DELETE|TRUNCATE", events[1]))
    before_on = text.partition(" ON ")[0]
    read = set(re.findall(r"INSERT|UPDATE|DELETE|TRUNCATE", before_on))
    return f" {events[0]} " in before_on and read == stated and text.endswith(call)


def _wrong_policies(cursor) -> list[str]:
    cursor.execute(
        "SELECT relname, relrowsecurity, array(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid) "
        "FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    there = {name: (secured, set(names)) for name, secured, names in cursor.fetchall()}
    found = []
    for table, rows in isolation.isolated().items():
        secured, named = there.get(table, (False, set()))
        if not secured:
            found.append(f"row-level security of {table} is off")
        elif named != set(isolation.policies(table, rows, "a", "b", "c")):
            found.append(f"the policies of {table} are altered")
    return found
