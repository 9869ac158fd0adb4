"""What a migration does to stored rows without any trigger seeing it, written into the trail afterwards.

PostgreSQL fills a new column with its default, and rewrites the values of a column whose type changes,
past all triggers; and a table that was not watched before has rows of which the trail knows nothing. A
`Shape` taken before the migration and compared with the one after it says which rows to state anew,
each by an event of the kind 'schema'. A removed column needs nothing: its values stay in the trail.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.guard.tables import SEALS, TRAIL, Watched, watched

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""
RECORDED = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'record_change'"
UNTOLD = (
    "AND NOT EXISTS (SELECT FROM registry_change c "
    "WHERE c.table_name = %s AND c.row_id = t.id AND c.changes ?| %s)"
)
MASK = '"•••"'  # as registry_record_change writes a value that is never written down


@dataclass(frozen=True)
class Shape:
    """The columns of every table with their types, and the tables whose changes were recorded."""

    columns: dict[str, dict[str, str]]
    recorded: frozenset[str]


def shape(cursor) -> Shape:
    """The shape of the database as it is."""
    columns: dict[str, dict[str, str]] = {}
    cursor.execute(COLUMNS)
    for table, column, kind in cursor.fetchall():
        columns.setdefault(table, {})[column] = kind
    cursor.execute(RECORDED)
    return Shape(columns, frozenset(table.strip('"') for (table,) in cursor.fetchall()))


def state_anew(cursor, before: Shape) -> int:
    """Write what migrations changed since `before` into the trail; the number of rows stated. Run by
    the owner, inside the transaction that says who acts and why."""
    now = shape(cursor)
    stated = 0
    for one in watched():
        if one.name not in now.columns:
            continue
        if one.name not in before.recorded:
            stated += _baseline(cursor, one)
            continue
        was, held = before.columns.get(one.name, {}), now.columns[one.name]
        new = [name for name in held if name not in was]
        altered = [name for name in held if name in was and was[name] != held[name]]
        for column in new:  # a migration may have filled a part of the rows under the eyes of the trigger
            stated += _columns(cursor, one, [column], UNTOLD)
        stated += _columns(cursor, one, altered, "")
    return stated


def _baseline(cursor, table: Watched) -> int:
    """Every row of which the trail knows nothing, as a whole."""
    cursor.execute(
        f"SELECT count(registry_restate(%s, t.id, 'schema', {_content(table)})) FROM \"{table.name}\" t "
        "WHERE NOT EXISTS (SELECT FROM registry_change c WHERE c.table_name = %s AND c.row_id = t.id)",
        [table.name, list(table.secret), MASK, table.name],
    )
    return cursor.fetchone()[0]


def _columns(cursor, table: Watched, columns: list[str], unless: str) -> int:
    """These columns of every row in which they are not empty."""
    if not columns:
        return 0
    given = [table.name, list(table.secret), MASK]
    content = _content(table, "AND key = ANY (%s)")
    told = [table.name, columns] if unless else []
    filled = " OR ".join(f't."{name}" IS NOT NULL' for name in columns)
    cursor.execute(
        f"SELECT count(registry_restate(%s, t.id, 'schema', {content})) FROM \"{table.name}\" t "
        f"WHERE ({filled}) {unless}",
        [*given, columns, *told],
    )
    return cursor.fetchone()[0]


def _content(table: Watched, only: str = "") -> str:
    return (
        "(SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(NULL, CASE WHEN key = ANY (%s) THEN "
        "%s::jsonb "
        f"ELSE value END)), '{{}}') FROM jsonb_each(to_jsonb(t)) WHERE value <> 'null' {only})"
    )


def ready(cursor) -> bool:
    """Whether the trail of this release is there to be written to."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL", [TRAIL, SEALS])
    return cursor.fetchone()[0]
