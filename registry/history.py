"""The history of changes, written by the database itself.

A row trigger on every table of the registry writes one Change per inserted, updated or
deleted row, whatever wrote it: a form, the admin site, an import, a shell, plain SQL.
The application only says who is acting (`acting`). The triggers are laid anew after every
migration, so that a new table cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

RECORD = """
CREATE OR REPLACE FUNCTION registry_record_change() RETURNS trigger
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    identity jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    difference jsonb;
BEGIN
    SELECT jsonb_object_agg(key, jsonb_build_array(o.value, n.value)) INTO difference
    FROM jsonb_each(before) AS o FULL JOIN jsonb_each(after) AS n USING (key)
    WHERE coalesce(o.value, 'null') IS DISTINCT FROM coalesce(n.value, 'null');
    IF difference IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO registry_change
        (at, table_name, row_id, patient_id, operation, changes, actor, database_user, transaction_id)
    VALUES (
        clock_timestamp(), TG_TABLE_NAME::text, (identity ->> 'id')::bigint,
        CASE WHEN TG_TABLE_NAME = 'registry_patient' THEN (identity ->> 'id')::bigint
             ELSE (identity ->> 'patient_id')::bigint END,
        lower(TG_OP), difference, nullif(current_setting('registry.actor', true), ''),
        session_user, pg_current_xact_id()::text::bigint
    );
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION registry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the history of changes is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON registry_change
    FOR EACH ROW EXECUTE FUNCTION registry_refuse();
CREATE OR REPLACE TRIGGER history_is_never_emptied BEFORE TRUNCATE ON registry_change
    FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse();
"""

WATCH = """
CREATE OR REPLACE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION registry_record_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION registry_refuse();
"""


def watched_tables() -> list[str]:
    """Every table of the registry except the history itself."""
    models = apps.get_app_config("registry").get_models(include_auto_created=True)
    return sorted(model._meta.db_table for model in models if model.__name__ != "Change")


def install_triggers(**_signal) -> None:
    """Lay the triggers on every watched table; run after each migration (apps.py)."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if "registry_change" not in present:
            return
        cursor.execute(RECORD)
        for table in watched_tables():
            if table in present:
                cursor.execute(WATCH.format(table=connection.ops.quote_name(table)))


@contextmanager
def acting(who: str) -> Iterator[None]:
    """All changes inside are one transaction and stand in the history under this name."""
    with transaction.atomic():
        before = _name_actor(who)
        yield
        _name_actor(before)  # this may be a part of somebody else's transaction


def _name_actor(who: str) -> str:
    """Say until the end of the transaction who is acting; returns who was acting before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('registry.actor', true), set_config('registry.actor', %s, true)", [who]
        )
        return cursor.fetchone()[0] or ""


class ActorMiddleware:
    """Each request that may change something is one transaction in the name of its user."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS") or not request.user.is_authenticated:
            return self.get_response(request)
        with acting(request.user.get_username()):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response
