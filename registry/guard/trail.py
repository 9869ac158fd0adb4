"""The trail: one event per inserted, updated or deleted row, written by the database itself.

A row trigger calls `registry_record_change`, which runs with the rights of the owner: the role
of the application cannot write the trail in any other way. Each event carries the hash of the
event before it of the same row; `registry.audit` verifies the chain from outside the database.

Facts behind the form, each tried (trust.md 2.2): row triggers, because a statement trigger's
cached plan turns 0.2 s into 35 s; the table's name is cast to text in collation "C", else the
index is not used; `jit` off; the look-up of the newest event is ordered by all columns of the
one index that fits, so that the primary key is never walked backwards; values are compared once.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.guard.tables import SEALS, TRAIL, Watched

REDACTED = "▮▮▮"  # stands for a value that was taken out of the trail by law

# The fields of an event that its hash covers, in this order, as the text of a JSON array: an array
# has no two readings, whatever letters an actor or a reason is made of.
HASHED = (
    "previous_hash", "table_name", "row_id", "patient_id", "centre_id", "operation", "at", "actor", "reason",
    "channel", "request_id", "database_user", "transaction_id", "digest",
)  # fmt: skip


# A row in JSON looks the same whoever's session writes it down.
AS_STORED = (("TimeZone", "UTC"), ("bytea_output", "hex"), ("extra_float_digits", "1"))
# The plan of the look-up is kept from a time when the trail was short; it must use the index from the
# first row.
BY_INDEX = (("enable_seqscan", "off"),)


@dataclass(frozen=True)
class Function:
    """A function of the database: what stands before and after its body is the same for all."""

    signature: str
    returns: str
    body: str
    definer: bool = False
    language: str = "plpgsql"
    volatility: str = "VOLATILE"
    fixed: tuple[tuple[str, str], ...] = ()  # settings that hold inside, whatever the session has set

    @property
    def name(self) -> str:
        return self.signature.partition("(")[0]

    def settings(self) -> list[str]:
        """The settings that hold inside, as PostgreSQL keeps them."""
        jit = ["jit=off"] if self.language == "plpgsql" else []
        path = ["search_path=public, pg_temp"] if self.definer else []
        return path + jit + [f"{name}={value}" for name, value in self.fixed]

    def sql(self) -> str:
        rights = "SECURITY DEFINER SET search_path = public, pg_temp" if self.definer else ""
        jit = "SET jit = off" if self.language == "plpgsql" else ""
        fixed = " ".join(f"SET {name} = '{value}'" for name, value in self.fixed)
        return (
            f"CREATE OR REPLACE FUNCTION {self.signature} RETURNS {self.returns} LANGUAGE {self.language} "
            f"{self.volatility} {rights} {jit} {fixed} AS $body${self.body}$body$;"
        )


RECORD = Function(
    "registry_record_change()",
    "trigger",
    """
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    identity jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
    tbl text COLLATE "C" := TG_TABLE_NAME::text;
    rid bigint := (identity ->> 'id')::bigint;
    pid bigint := CASE WHEN tbl = 'registry_patient' THEN rid ELSE (identity ->> 'patient_id')::bigint END;
    cid bigint := CASE WHEN tbl = 'registry_centre' THEN rid ELSE (identity ->> 'centre_id')::bigint END;
    now_utc timestamptz := clock_timestamp();
    act text := nullif(current_setting('registry.actor', true), '');
    why text := nullif(current_setting('registry.reason', true), '');
    way text := nullif(current_setting('registry.channel', true), '');
    req text := nullif(current_setting('registry.request_id', true), '');
    xid bigint := pg_current_xact_id()::text::bigint;
    grain uuid := gen_random_uuid();
    difference jsonb;
    sum bytea;
    previous bytea;
BEGIN
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (TG_ARGV[1:]) THEN jsonb_build_array(
               CASE WHEN coalesce(o.value, 'null') = 'null' THEN 'null'::jsonb ELSE '"•••"' END,
               CASE WHEN coalesce(n.value, 'null') = 'null' THEN 'null'::jsonb ELSE '"•••"' END)
           ELSE jsonb_build_array(o.value, n.value) END) INTO difference
    FROM jsonb_each(before) AS o FULL JOIN jsonb_each(after) AS n USING (key)
    WHERE coalesce(o.value, 'null') IS DISTINCT FROM coalesce(n.value, 'null');
    IF difference IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND (difference ? 'id' OR difference ? 'patient_id'
                             OR (tbl = 'registry_patient' AND difference ? 'centre_id')) THEN
        RAISE EXCEPTION 'the identity of a row of % never changes', tbl
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'identity_never_changes';
    END IF;
    IF cid IS NULL AND pid IS NOT NULL THEN
        SELECT centre_id INTO cid FROM registry_patient WHERE id = pid;
    END IF;
    IF TG_ARGV[0] = 'clinical' THEN
        PERFORM registry_guard_case(pid, act);
    END IF;
    SELECT hash INTO previous FROM registry_change
    WHERE table_name = tbl AND row_id = rid
    ORDER BY table_name DESC, row_id DESC, id DESC LIMIT 1;
    sum := sha256(uuid_send(grain) || convert_to(difference::text, 'UTF8'));
    INSERT INTO registry_change (at, table_name, row_id, patient_id, centre_id, operation, changes, actor,
        reason, channel, request_id, database_user, transaction_id, salt, digest, previous_hash, hash)
    VALUES (now_utc, tbl, rid, pid, cid, lower(TG_OP), difference, act, why, way, req, session_user, xid,
        grain, sum, previous,
        registry_event_hash(previous, tbl, rid, pid, cid, lower(TG_OP), now_utc, act, why, way, req,
                            session_user, xid, sum));
    RETURN NULL;
END """,
    definer=True,
    fixed=AS_STORED + BY_INDEX,
)

EVENT_HASH = Function(
    "registry_event_hash(previous bytea, tbl text, rid bigint, pid bigint, cid bigint, op text, at "
    "timestamptz, "
    "act text, why text, way text, req text, dbuser text, xid bigint, sum bytea)",
    "bytea",
    """
    SELECT sha256(convert_to(jsonb_build_array(encode(previous, 'hex'), tbl, rid, pid, cid, op,
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), act, why, way, req, dbuser, xid,
        encode(sum, 'hex'))::text, 'UTF8')) """,
    language="sql",
    volatility="STABLE",
)

GUARD_CASE = Function(
    "registry_guard_case(pid bigint, act text)",
    "void",
    """
BEGIN
    -- who locks or signs this case holds its patient; without waiting here, a change that has begun before
    -- could be committed after the lock or the signature
    PERFORM FROM registry_patient WHERE id = pid FOR KEY SHARE;
    IF EXISTS (SELECT FROM registry_caselock WHERE patient_id = pid AND released_at IS NULL) THEN
        RAISE EXCEPTION 'the case is locked'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'case_is_locked';
    END IF;
    IF EXISTS (SELECT FROM registry_signature WHERE patient_id = pid AND voided_at IS NULL) THEN
        UPDATE registry_signature
        SET voided_at = clock_timestamp(), voided_by = coalesce(act, 'db:' || session_user)
        WHERE patient_id = pid AND voided_at IS NULL;
    END IF;
END """,
)

REFUSE = Function(
    "registry_refuse()",
    "trigger",
    """
BEGIN
    RAISE EXCEPTION '% on % is refused: it is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END """,
)

KEEP_TRAIL = Function(
    "registry_keep_trail()",
    "trigger",
    """
BEGIN
    IF TG_OP = 'INSERT' AND (pg_trigger_depth() > 1 OR NEW.operation IN ('redact', 'schema')) THEN
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND NEW.salt IS NULL AND OLD.salt IS NOT NULL
          AND NEW.changes = registry_blanked(OLD.changes)
          AND to_jsonb(NEW) - 'salt' - 'changes' = to_jsonb(OLD) - 'salt' - 'changes' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: it is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END """,
)

BLANKED = Function(
    "registry_blanked(content jsonb)",
    "jsonb",
    f"""
    SELECT coalesce(jsonb_object_agg(key, '["{REDACTED}", "{REDACTED}"]'::jsonb), '{{}}')
    FROM jsonb_each(content) """,
    language="sql",
    volatility="STABLE",
)

# An event of the owner's about a row whose values did not change, or changed without the triggers:
# 'schema' for what a migration gave it, 'redact' for all that is left of it after an erasure.
RESTATE = Function(
    "registry_restate(tbl text, rid bigint, op text, content jsonb)",
    "void",
    """
DECLARE
    pid bigint;
    cid bigint;
    previous bytea;
    grain uuid := gen_random_uuid();
    now_utc timestamptz := clock_timestamp();
    act text := nullif(current_setting('registry.actor', true), '');
    why text := nullif(current_setting('registry.reason', true), '');
    way text := nullif(current_setting('registry.channel', true), '');
    req text := nullif(current_setting('registry.request_id', true), '');
    xid bigint := pg_current_xact_id()::text::bigint;
    sum bytea := sha256(uuid_send(grain) || convert_to(content::text, 'UTF8'));
BEGIN
    SELECT hash, patient_id, centre_id INTO previous, pid, cid FROM registry_change
    WHERE table_name = tbl COLLATE "C" AND row_id = rid
    ORDER BY table_name DESC, row_id DESC, id DESC LIMIT 1;
    IF NOT FOUND THEN
        pid := CASE WHEN tbl = 'registry_patient' THEN rid ELSE (content -> 'patient_id' ->> 1)::bigint END;
        cid := CASE WHEN tbl = 'registry_centre' THEN rid ELSE (content -> 'centre_id' ->> 1)::bigint END;
    END IF;
    IF cid IS NULL AND pid IS NOT NULL THEN
        SELECT centre_id INTO cid FROM registry_patient WHERE id = pid;
    END IF;
    INSERT INTO registry_change (at, table_name, row_id, patient_id, centre_id, operation, changes, actor,
        reason, channel, request_id, database_user, transaction_id, salt, digest, previous_hash, hash)
    VALUES (now_utc, tbl, rid, pid, cid, op, content, act, why, way, req, session_user, xid, grain, sum,
        previous, registry_event_hash(previous, tbl, rid, pid, cid, op, now_utc, act, why, way, req,
                                      session_user, xid, sum));
END """,
    fixed=AS_STORED,
)

# Blanks every value that the trail holds of one subject; the digests stay, so that the chain still verifies.
REDACT = Function(
    "registry_redact(pid bigint)",
    "bigint",
    """
DECLARE
    one record;
    content jsonb;
    blanked bigint;
BEGIN
    UPDATE registry_change SET changes = registry_blanked(changes), salt = NULL
    WHERE patient_id = pid AND salt IS NOT NULL;
    GET DIAGNOSTICS blanked = ROW_COUNT;
    FOR one IN SELECT DISTINCT table_name, row_id FROM registry_change WHERE patient_id = pid ORDER BY 1, 2
    LOOP
        content := NULL;
        IF to_regclass(quote_ident(one.table_name)) IS NOT NULL THEN
            EXECUTE format('SELECT jsonb_object_agg(key, jsonb_build_array(NULL, value)) '
                           'FROM %I AS t, jsonb_each(to_jsonb(t)) WHERE id = $1 AND value <> %L',
                           one.table_name, 'null')
                INTO content USING one.row_id;
        END IF;
        PERFORM registry_restate(one.table_name, one.row_id, 'redact', coalesce(content, '{}'));
    END LOOP;
    RETURN blanked;
END """,
    fixed=AS_STORED,
)

FUNCTIONS = (REFUSE, EVENT_HASH, GUARD_CASE, RECORD, BLANKED, KEEP_TRAIL, RESTATE, REDACT)


@dataclass(frozen=True)
class Trigger:
    """A trigger of a table, and the call that it makes."""

    table: str
    name: str
    when: str
    call: str

    def sql(self) -> str:
        """Fires always: a session that plays the part of a replica does not pass it by."""
        return (
            f'CREATE OR REPLACE TRIGGER {self.name} {self.when} ON "{self.table}" {self.call}; '
            f'ALTER TABLE "{self.table}" ENABLE ALWAYS TRIGGER {self.name};'
        )


def triggers(tables: list[Watched]) -> list[Trigger]:
    """All triggers that these tables, the trail and the seals must have."""
    refuse = "FOR EACH {} EXECUTE FUNCTION registry_refuse()"
    keep = "FOR EACH ROW EXECUTE FUNCTION registry_keep_trail()"
    found = [
        Trigger(TRAIL, "is_append_only", "BEFORE INSERT OR UPDATE OR DELETE", keep),
        Trigger(SEALS, "is_append_only", "BEFORE UPDATE OR DELETE", refuse.format("ROW")),
    ]
    for table in (TRAIL, SEALS):
        found.append(Trigger(table, "is_never_emptied", "BEFORE TRUNCATE", refuse.format("STATEMENT")))
    for one in tables:
        arguments = ", ".join(f"'{a}'" for a in ("clinical" if one.clinical else "plain", *one.secret))
        record = f"FOR EACH ROW EXECUTE FUNCTION registry_record_change({arguments})"
        found += [
            Trigger(one.name, "record_change", "AFTER INSERT OR UPDATE OR DELETE", record),
            Trigger(one.name, "never_emptied", "BEFORE TRUNCATE", refuse.format("STATEMENT")),
        ]
    return found
