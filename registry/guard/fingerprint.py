"""Comparing what lies in the database with what the code lays there, so that nothing is switched off unseen.

Compared are the functions (text, rights, settings, owner, who may call them), the triggers, row-level
security with the wording of its policies, who may do what with each table, and what must not be there:
further triggers, rules and functions with the owner's rights. PostgreSQL rewrites what it is told,
so policies and triggers are laid on empty temporary copies and read back from there: like is compared
with like. A superuser can undo all of this for a moment; the trail and the seals are for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction

from registry.guard import isolation
from registry.guard.install import CALLABLE, functions, triggers
from registry.guard.roles import READ_ONLY, role_names
from registry.guard.tables import SEALS, watched
from registry.guard.trail import Trigger

TRIGGERS = """
SELECT c.relname, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid, true), p.proname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND c.relnamespace = {schema}
"""
POLICIES = """
SELECT c.relname, p.polname, p.polcmd, p.polpermissive,
       array(SELECT rolname::text FROM pg_roles WHERE oid = ANY (p.polroles) ORDER BY 1),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = {schema}
"""
PUBLIC, SCRATCH = "'public'::regnamespace", "pg_my_temp_schema()"
FUNCTIONS = """
SELECT p.proname, p.prosrc, p.prosecdef, coalesce(p.proconfig, '{}'), r.rolname,
       array(SELECT coalesce(g.rolname::text, 'public')
             FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
             LEFT JOIN pg_roles g ON g.oid = a.grantee WHERE a.grantee <> p.proowner ORDER BY 1)
FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
TABLES = """
SELECT c.relname, r.rolname, c.relrowsecurity, EXISTS (SELECT FROM pg_rewrite w WHERE w.ev_class = c.oid),
       array(SELECT coalesce(g.rolname::text, 'public') || ' ' || a.privilege_type
             FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
             LEFT JOIN pg_roles g ON g.oid = a.grantee WHERE a.grantee <> c.relowner)
FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
"""
POWERS = """
SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication,
       EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles o ON o.oid = m.roleid
               WHERE m.member = r.oid AND o.rolname <> %s)
FROM pg_roles r WHERE rolname = %s
"""
WRITE = ("SELECT", "INSERT", "UPDATE", "DELETE")


def differences(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What of the guard is missing, altered or too much, in words; empty if all is as it should be."""
    with transaction.atomic(using), connections[using].cursor() as cursor:
        owner = _owner(cursor)
        return [
            *_wrong_functions(cursor, owner),
            *_wrong_triggers(cursor),
            *_wrong_policies(cursor, using),
            *_wrong_tables(cursor, owner),
            *_wrong_roles(cursor),
        ]


def fingerprint_ok(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether the guard lies in the database as the code says."""
    return not differences(using)


def _owner(cursor) -> str:
    """The owner of the trail, who must own everything else as well."""
    cursor.execute(
        "SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = 'registry_change'"
    )
    row = cursor.fetchone()
    return row[0] if row else ""


def _wrong_functions(cursor, owner: str) -> Iterator[str]:
    cursor.execute(FUNCTIONS)
    there = {name: rest for name, *rest in cursor.fetchall()}
    names = role_names()
    callers = sorted((names.runtime, names.wide, names.seal))
    for one in functions():
        if one.name not in there:
            yield f"function {one.name} is missing"
            continue
        body, definer, settings, held_by, may_call = there.pop(one.name)
        if (body, definer, sorted(settings)) != (one.body, one.definer, sorted(one.settings())):
            yield f"function {one.name} is altered"
        if held_by != owner:
            yield f"function {one.name} belongs to {held_by}"
        if sorted(may_call) != (callers if one.name in CALLABLE else []):
            yield f"function {one.name} may be called by others"
    yield from (f"function {name} has the owner’s rights" for name, rest in there.items() if rest[1])


def _wrong_triggers(cursor) -> Iterator[str]:
    cursor.execute(TRIGGERS.format(schema=PUBLIC))
    there = {(table, name): (on, text) for table, name, on, text, _call in cursor.fetchall()}
    for one in triggers(watched()):
        on, text = there.pop((one.table, one.name), ("", ""))
        if not text:
            yield f"trigger {one.name} on {one.table} is missing"
        elif on != "A":
            yield f"trigger {one.name} on {one.table} is switched off"
        elif not _same(text, one):
            yield f"trigger {one.name} on {one.table} is altered"
    yield from (f"trigger {name} on {table} is not ours" for table, name in there)


def _same(text: str, trigger: Trigger) -> bool:
    """Whether PostgreSQL's own wording of a trigger says what the code says; it has an order of its own."""
    events = {"INSERT", "UPDATE", "DELETE", "TRUNCATE"}
    head, _, tail = text.partition(" ON ")
    when, *stated = trigger.when.split(" ", 1)
    words = head.removeprefix(f"CREATE TRIGGER {trigger.name} ").replace(",", " ").split()
    said = {word for word in words if word in events}
    return (
        words[0] == when
        and said == {word for word in stated[0].split() if word in events}
        and len(words) == 2 * len(said)  # "UPDATE OF column" would be more words
        and tail.removeprefix("public.").strip('"').startswith(trigger.table)
        and text.endswith(trigger.call)
        and " WHEN " not in tail
    )


def _wrong_policies(cursor, using: str) -> Iterator[str]:
    cursor.execute(POLICIES.format(schema=PUBLIC))
    there: dict[str, set] = {}
    for table, *policy in cursor.fetchall():
        there.setdefault(table, set()).add(_plain(policy))
    try:
        expected = _expected_policies(using)
    except Error:
        yield "policies cannot be compared: the role may not make temporary tables"
        return
    for table in sorted(expected.keys() | there.keys()):
        if expected.get(table, set()) != there.get(table, set()):
            yield f"the policies of {table} are altered"


def _plain(policy: list) -> tuple:
    return tuple(tuple(part) if isinstance(part, list) else part for part in policy)


@cache
def _expected_policies(using: str) -> dict[str, set]:
    """How PostgreSQL words the policies of the code, from temporary copies that are rolled back.

    The same for as long as the process lives, so it is asked once. Raises Error where it cannot be asked.
    """
    names = role_names()
    roles = [f'"{one}"' for one in (names.runtime, names.wide, names.seal)]
    found: dict[str, set] = {}
    with transaction.atomic(using), connections[using].cursor() as cursor:
        isolated = isolation.isolated()
        for table in isolated:  # all of them first: policies speak of each other's tables
            cursor.execute(f'CREATE TEMPORARY TABLE "{table}" (LIKE public."{table}")')
        for table, rows in isolated.items():
            for statement in isolation.policies(table, rows, *roles).values():
                cursor.execute(statement.replace(f'ON "{table}"', f'ON pg_temp."{table}"'))
        cursor.execute(POLICIES.format(schema=SCRATCH))
        for table, *policy in cursor.fetchall():
            found.setdefault(table, set()).add(_plain(policy))
        transaction.set_rollback(True, using)
    return found


def _wrong_tables(cursor, owner: str) -> Iterator[str]:
    names = role_names()
    isolated = isolation.isolated()
    cursor.execute(TABLES)
    for table, held_by, secured, rewritten, granted in cursor.fetchall():
        if held_by != owner:
            yield f"table {table} belongs to {held_by}"
        if table in isolated and not secured:
            yield f"row-level security of {table} is off"
        if rewritten:
            yield f"table {table} has a rule"
        rights = ("SELECT",) if table in READ_ONLY else WRITE
        expected = {f"{role} {right}" for role in (names.runtime, names.wide) for right in rights}
        expected |= {f"{names.seal} {right}" for right in ("SELECT", "INSERT")[: 1 + (table == SEALS)]}
        if set(granted) != expected:
            yield f"others may do other things with table {table}"


def _wrong_roles(cursor) -> Iterator[str]:
    names = role_names()
    for role, may_enter in ((names.runtime, names.wide), (names.wide, ""), (names.seal, "")):
        cursor.execute(POWERS, [may_enter, role])
        row = cursor.fetchone()
        if row is None:
            yield f"role {role} is missing"
        elif any(row):
            yield f"role {role} has more rights than it needs"
