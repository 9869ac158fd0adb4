"""One hash for all rows of a table, whatever their order, computed in the database row by row.

Two databases with equal hashes hold equal rows: each row's SHA-256 is cut into two numbers of 60 bits,
and each is summed over the table. It finds what was lost or spoiled; against somebody who
forges rows on purpose stands the trail.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections, transaction

# How values are written as text must not depend on the server or the role.
ALIKE = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; "
    "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'"
)
ROWS = """
    SELECT count(*), coalesce(sum(('x' || substr(h, 1, 15))::bit(60)::bigint), 0),
           coalesce(sum(('x' || substr(h, 16, 15))::bit(60)::bigint), 0)
    FROM (SELECT encode(sha256(convert_to(one::text, 'UTF8')), 'hex') AS h FROM public.{} AS one) AS hashes
"""


@dataclass(frozen=True)
class Rows:
    """How many rows a table has, and their common hash."""

    count: int
    hash: str


def row_hashes(using: str = DEFAULT_DB_ALIAS) -> dict[str, Rows]:
    """The rows of every table of the schema "public", by name; run by a role that sees all of them."""
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute(ALIKE)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(ROWS.format(connection.ops.quote_name(table)))
            count, first, second = cursor.fetchone()
            found[table] = Rows(count, f"{int(first):x}-{int(second):x}")
    return found


def differing(one: dict[str, Rows], other: dict[str, Rows]) -> list[str]:
    """The tables whose rows are not the same, or that only one side has."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
