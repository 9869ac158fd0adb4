"""Row-level security: each person meets the rows of their centres only, whatever the application asks.

`registry_enter` is called once at the beginning of a request. It looks up the memberships by
itself and notes for the rest of the transaction the centres whose rows are shown, those whose
rows may be written, and whether rows of no centre (accounts, memberships) are shown. Without it
nothing is shown at all. The role `<runtime>_wide`, for commands, jobs and imports, sees all.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry import policy
from registry.guard.tables import SEALS, TRAIL
from registry.guard.trail import Function

READS = "centre_id = ANY ((SELECT registry_centres())::bigint[])"
WRITES = "centre_id = ANY ((SELECT registry_writable())::bigint[])"
LED = "centre_id = ANY ((SELECT registry_led())::bigint[])"
OVERSEES = "(SELECT registry_oversees())"
GRANTS = "(SELECT registry_grants())"
PERSON = "(SELECT registry_person())"
WHOLE = ("cursor_tuple_fraction", "1")  # who opens a cursor here reads every row: plan for the whole


def _setting(name: str, returns: str, wording: str) -> Function:
    """A function that reads a setting of this transaction; what was not set is nothing."""
    text = wording.format(f"nullif(current_setting('registry.{name}', true), '')")
    name = "person" if name == "user_id" else name
    return Function(f"registry_{name}()", returns, f" SELECT {text} ", language="sql", volatility="STABLE")


def _list(setting: str) -> Function:
    return _setting(setting, "bigint[]", "string_to_array({}, ',')::bigint[]")


def _flag(setting: str) -> Function:
    return _setting(setting, "boolean", "coalesce({}, '') = '1'")


def _quoted(roles: tuple[str, ...]) -> str:
    return ", ".join(f"'{one}'" for one in roles)


# A superuser of Django's is an administrator and nothing more. Break-glass access counts while it is open
# and whoever opened it still holds a role that may. In plpgsql, so that it can be laid before its tables.
HELD = Function(
    "registry_held(person bigint)",
    "jsonb",
    f"""
BEGIN
    RETURN (
        WITH given AS (
            SELECT m.id, m.centre_id, m.role
            FROM registry_membership m JOIN auth_user u ON u.id = m.user_id
            WHERE m.user_id = person AND u.is_active
              AND (m.valid_until IS NULL OR m.valid_until >= current_date)
            UNION ALL
            SELECT 0, NULL, '{policy.ADMINISTRATOR}' FROM auth_user
            WHERE id = person AND is_active AND is_superuser)
        SELECT coalesce(jsonb_agg(jsonb_build_array(one.centre_id, one.role) ORDER BY added, id), '[]')
        FROM (SELECT 1 AS added, given.* FROM given
              UNION ALL
              SELECT 2, b.id, b.centre_id, '{policy.GLASS}' FROM registry_breakglass b
              WHERE b.user_id = person AND b.ended_at IS NULL AND b.ends_at > statement_timestamp()
                AND EXISTS (SELECT FROM given WHERE given.role IN ({_quoted(policy.OPENERS)})
                            AND (given.centre_id IS NULL OR given.centre_id = b.centre_id))) AS one);
END """,
    definer=True,
    volatility="STABLE",
)

# Whatever the account held and holds, over or not: who may administer it (registry/admin/people.py).
EVER_HELD = Function(
    "registry_ever_held(person bigint)",
    "jsonb",
    """
    SELECT coalesce(jsonb_agg(jsonb_build_array(centre_id, role) ORDER BY id), '[]')
    FROM registry_membership WHERE user_id = person """,
    definer=True,
    language="sql",
    volatility="STABLE",
)

ENTER = Function(
    "registry_enter(person bigint, act text, req text, way text)",
    "jsonb",
    f"""
DECLARE
    held jsonb := registry_held(person);
    shown bigint[];
    writable bigint[];
    led bigint[];
    everywhere boolean;
    oversees boolean;
    grants boolean;
BEGIN
    SELECT array_agg(DISTINCT centre) FILTER (WHERE role IN ({_quoted(policy.READERS)})),
           array_agg(DISTINCT centre) FILTER (WHERE role IN ({_quoted(policy.WRITERS)})),
           array_agg(DISTINCT centre) FILTER (WHERE role IN ({_quoted(policy.LEADERS)})),
           bool_or(centre IS NULL AND role IN ({_quoted(policy.READERS)})),
           bool_or(centre IS NULL AND role IN ({_quoted(policy.OVERSEERS)})),
           bool_or(centre IS NULL AND role IN ({_quoted(policy.GRANTERS)}))
    INTO shown, writable, led, everywhere, oversees, grants
    FROM (SELECT (one ->> 0)::bigint AS centre, one ->> 1 AS role
          FROM jsonb_array_elements(held) AS one) AS roles;
    IF everywhere THEN
        SELECT array_agg(id) INTO shown FROM registry_centre;
    END IF;
    PERFORM set_config('{WHOLE[0]}', '{WHOLE[1]}', true),
            set_config('registry.user_id', person::text, true),
            set_config('registry.actor', act, true),
            set_config('registry.reason', '', true),
            set_config('registry.channel', way, true),
            set_config('registry.request_id', req, true),
            set_config('registry.centres', coalesce(array_to_string(shown, ','), ''), true),
            set_config('registry.writable', coalesce(array_to_string(writable, ','), ''), true),
            set_config('registry.led', coalesce(array_to_string(led, ','), ''), true),
            set_config('registry.oversees', CASE WHEN oversees THEN '1' ELSE '' END, true),
            set_config('registry.grants', CASE WHEN grants THEN '1' ELSE '' END, true);
    RETURN held;
END """,
    definer=True,
)

FUNCTIONS = (
    _list("centres"),
    _list("writable"),
    _list("led"),
    _flag("oversees"),
    _flag("grants"),
    _setting("user_id", "bigint", "{}::bigint"),
    HELD,
    EVER_HELD,
    ENTER,
)


@dataclass(frozen=True)
class Rows:
    """Which rows of a table are shown, which may be written (None: as shown), and which may be
    locked against others (None: those that may be written)."""

    shown: str
    written: str | None = None
    locked: str | None = None


OF_PATIENT = Rows(
    "EXISTS (SELECT FROM registry_patient p WHERE p.id = patient_id)",
    f"EXISTS (SELECT FROM registry_patient p WHERE p.id = patient_id AND p.{WRITES})",
)
SEEN_WITH_PATIENT = Rows(OF_PATIENT.shown)
OWN = Rows(f"user_id = {PERSON}")
BY_CENTRE = f"{READS} OR {LED} OR {OVERSEES}"

# Tables whose rows belong to a centre or a person, other than the clinical ones. Who works on a case
# or opens one first locks the row of the patient or the centre, also where nothing of it is written.
SPECIAL: dict[str, Rows] = {
    "registry_patient": Rows(READS, WRITES, READS),
    "registry_centre": Rows(
        f"{READS.replace('centre_id', 'id', 1)} OR {OVERSEES}",
        GRANTS,
        f"{WRITES.replace('centre_id', 'id', 1)} OR {GRANTS}",
    ),
    TRAIL: Rows(f"{READS} OR (patient_id IS NULL AND {OVERSEES})"),
    "registry_membership": Rows(
        f"user_id = {PERSON} OR {BY_CENTRE}",
        f"user_id <> {PERSON} AND ({GRANTS} OR {LED})",
    ),
    "registry_draft": OWN,
    "registry_sentform": OWN,
    "registry_signature": SEEN_WITH_PATIENT,
    "registry_caselock": SEEN_WITH_PATIENT,
    "registry_withdrawal": SEEN_WITH_PATIENT,
    "registry_erasure": SEEN_WITH_PATIENT,
    "registry_subjectlink": Rows(OF_PATIENT.written),
    "registry_breakglass": Rows(f"{BY_CENTRE} OR user_id = {PERSON}", f"{READS} OR user_id = {PERSON}"),
    "registry_freeze": Rows(f"centre_id IS NULL OR {BY_CENTRE}"),
    "registry_approval": Rows(f"{BY_CENTRE} OR asked_by_id = {PERSON}"),
    "registry_release": Rows(
        f"{OVERSEES} OR user_id = {PERSON} "
        "OR (centre_ids <> '{}' AND centre_ids <@ (SELECT registry_centres())::bigint[])",
        f"{OVERSEES} OR user_id = {PERSON}",
    ),
    "registry_viewed": Rows(f"{READS} OR {OVERSEES}", f"{READS} OR centre_id IS NULL"),
}


def isolated() -> dict[str, Rows]:
    """Every table with row-level security, and the rule of its rows."""
    from registry.models import CLINICAL, Patient, Remark

    clinical = {one._meta.db_table: OF_PATIENT for one in (*CLINICAL, Remark) if one is not Patient}
    return clinical | SPECIAL


def policies(table: str, rows: Rows, runtime: str, wide: str, seal: str) -> dict[str, str]:
    """The policies of one table by name, as SQL."""
    written = rows.written or rows.shown
    locked = rows.locked or written
    if table in (TRAIL, SEALS):
        commands = {"shown": f"FOR SELECT TO {runtime} USING ({rows.shown})"}
    else:
        commands = {
            "shown": f"FOR SELECT TO {runtime} USING ({rows.shown})",
            "added": f"FOR INSERT TO {runtime} WITH CHECK ({written})",
            "changed": f"FOR UPDATE TO {runtime} USING ({locked}) WITH CHECK ({written})",
            "removed": f"FOR DELETE TO {runtime} USING ({written})",
        }
    commands["wide"] = f"FOR ALL TO {wide} USING (true) WITH CHECK (true)"
    commands["sealer"] = f"FOR SELECT TO {seal} USING (true)"
    return {name: f'CREATE POLICY {name} ON "{table}" {text};' for name, text in commands.items()}
