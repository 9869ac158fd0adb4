"""The content of a case as one hash, to which signatures are bound.

The hash is SHA-256 over UTF-8 text: the canonical JSON of a list of [table, row], for every clinical
row and every remark of the case, sorted by table and key of the row. A row is an object of its
columns, sorted by name, without blanks between them, characters not escaped. Left out is what holds
nothing (null, false, empty text, empty list): a column that a later release adds, and that holds
nothing yet, changes no hash. Numbers are texts without trailing zeros, so that "3.50" and "3.5" are
one value; sets of codes keep the order in which they are stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal

from django.db import connection

from registry.models import CLINICAL, Patient, Remark

TABLES = tuple(sorted(one._meta.db_table for one in (*CLINICAL, Remark)))
PATIENT = Patient._meta.db_table


def content_hash(patient: Patient) -> str:
    """The hash of what is stored of this case now."""
    return content_hashes([patient.pk])[patient.pk]


def content_hashes(patient_ids: Iterable[int]) -> dict[int, str]:
    """The hashes of several cases, with one query."""
    ids = list(patient_ids)
    rows: dict[int, list[list]] = {one: [] for one in ids}
    for patient_id, table, text in _stored(ids) if ids else ():
        values = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        rows[patient_id].append([table, {k: _plain(v) for k, v in values.items() if _holds(v)}])
    return {one: _hash(found) for one, found in rows.items()}


def _stored(ids: list[int]) -> list[tuple[int, str, str]]:
    parts, parameters = [], []
    for table in TABLES:
        key = "id" if table == PATIENT else "patient_id"
        name = connection.ops.quote_name(table)
        parts.append(f"SELECT {key}, %s, to_jsonb(t)::text, id FROM {name} AS t WHERE {key} = ANY(%s)")
        parameters += [table, ids]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS rows ORDER BY 1, 2, 4", parameters)
        return [row[:3] for row in cursor.fetchall()]


def _holds(value: object) -> bool:
    return value is not None and value is not False and value != "" and value != []


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _hash(rows: list[list]) -> str:
    text = json.dumps(rows, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
