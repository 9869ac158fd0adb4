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
OVERSEES = "(SELECT registry_oversees())"


def _list(setting: str) -> Function:
    return Function(
        f"registry_{setting}()",
        "bigint[]",
        f" SELECT string_to_array(nullif(current_setting('registry.{setting}', true), ''), ',')::bigint[] ",
        language="sql",
        volatility="STABLE",
    )


def _quoted(roles: tuple[str, ...]) -> str:
    return ", ".join(f"'{one}'" for one in roles)


ENTER = Function(
    "registry_enter(person bigint, act text, req text, way text)",
    "jsonb",
    f"""
DECLARE
    held jsonb;
    shown bigint[];
    writable bigint[];
    led bigint[];
    oversees boolean;
BEGIN
    SELECT coalesce(jsonb_agg(jsonb_build_array(m.centre_id, m.role) ORDER BY m.id), '[]'),
           array_agg(m.centre_id) FILTER (WHERE m.role IN ({_quoted(policy.READERS)}) AND m.centre_id IS NOT NULL),
           array_agg(m.centre_id) FILTER (WHERE m.role IN ({_quoted(policy.WRITERS)})),
           array_agg(m.centre_id) FILTER (WHERE m.role IN ({_quoted(policy.LEADERS)})),
           coalesce(bool_or(m.role IN ({_quoted(policy.OVERSEERS)}) AND m.centre_id IS NULL), false)
    INTO held, shown, writable, led, oversees
    FROM registry_membership m JOIN auth_user u ON u.id = m.user_id
    WHERE m.user_id = person AND u.is_active AND (m.valid_until IS NULL OR m.valid_until >= current_date);
    IF EXISTS (SELECT FROM jsonb_array_elements(held) AS one
               WHERE one ->> 0 IS NULL AND one ->> 1 IN ({_quoted(policy.READERS)})) THEN
        SELECT array_agg(id) INTO shown FROM registry_centre;
    END IF;
    SELECT oversees OR u.is_superuser INTO oversees FROM auth_user u WHERE u.id = person AND u.is_active;
    PERFORM set_config('registry.user_id', person::text, true),
            set_config('registry.actor', act, true),
            set_config('registry.reason', '', true),
            set_config('registry.channel', way, true),
            set_config('registry.request_id', req, true),
            set_config('registry.centres', coalesce(array_to_string(shown, ','), ''), true),
            set_config('registry.writable', coalesce(array_to_string(writable, ','), ''), true),
            set_config('registry.led', coalesce(array_to_string(led, ','), ''), true),
            set_config('registry.oversees', CASE WHEN oversees THEN '1' ELSE '' END, true);
    RETURN held;
END """,
    definer=True,
)

FUNCTIONS = (
    _list("centres"),
    _list("writable"),
    _list("led"),
    Function(
        "registry_oversees()",
        "boolean",
        " SELECT coalesce(current_setting('registry.oversees', true), '') = '1' ",
        language="sql",
        volatility="STABLE",
    ),
    Function(
        "registry_person()",
        "bigint",
        " SELECT nullif(current_setting('registry.user_id', true), '')::bigint ",
        language="sql",
        volatility="STABLE",
    ),
    ENTER,
)


@dataclass(frozen=True)
class Rows:
    """Which rows of a table are shown, and which may be written (None: as shown)."""

    shown: str
    written: str | None = None


OF_PATIENT = Rows(
    "EXISTS (SELECT FROM registry_patient p WHERE p.id = patient_id)",
    f"EXISTS (SELECT FROM registry_patient p WHERE p.id = patient_id AND p.{WRITES})",
)
SEEN_WITH_PATIENT = Rows(OF_PATIENT.shown)
OWN = Rows("user_id = (SELECT registry_person())")

# Tables whose rows belong to a centre or a person, other than the clinical ones.
SPECIAL: dict[str, Rows] = {
    "registry_patient": Rows(READS, WRITES),
    TRAIL: Rows(f"{READS} OR (centre_id IS NULL AND {OVERSEES})"),
    "registry_membership": Rows(
        f"user_id = (SELECT registry_person()) OR {READS} "
        f"OR centre_id = ANY ((SELECT registry_led())::bigint[]) OR {OVERSEES}",
        f"{OVERSEES} OR centre_id = ANY ((SELECT registry_led())::bigint[])",
    ),
    "registry_draft": OWN,
    "registry_sentform": OWN,
    "registry_signature": SEEN_WITH_PATIENT,
    "registry_caselock": SEEN_WITH_PATIENT,
    "registry_approval": Rows(
        f"{READS} OR centre_id = ANY ((SELECT registry_led())::bigint[]) OR {OVERSEES} "
        "OR asked_by_id = (SELECT registry_person())",
    ),
    "registry_release": Rows(f"{OVERSEES} OR user_id = (SELECT registry_person()) OR centre_ids <@ "
                             "(SELECT registry_centres())::bigint[]"),
    "registry_viewed": Rows(f"{READS} OR {OVERSEES}", f"{READS} OR centre_id IS NULL"),
}  # fmt: skip


def isolated() -> dict[str, Rows]:
    """Every table with row-level security, and the rule of its rows."""
    from registry.models import CLINICAL, Patient, Remark

    clinical = {one._meta.db_table: OF_PATIENT for one in (*CLINICAL, Remark) if one is not Patient}
    return clinical | SPECIAL


def policies(table: str, rows: Rows, runtime: str, wide: str, seal: str) -> dict[str, str]:
    """The policies of one table by name, as SQL."""
    written = rows.written or rows.shown
    if table in (TRAIL, SEALS):
        commands = {"shown": f"FOR SELECT TO {runtime} USING ({rows.shown})"}
    else:
        commands = {
            "shown": f"FOR SELECT TO {runtime} USING ({rows.shown})",
            "added": f"FOR INSERT TO {runtime} WITH CHECK ({written})",
            "changed": f"FOR UPDATE TO {runtime} USING ({written}) WITH CHECK ({written})",
            "removed": f"FOR DELETE TO {runtime} USING ({written})",
        }
    commands["wide"] = f"FOR ALL TO {wide} USING (true) WITH CHECK (true)"
    commands["sealer"] = f"FOR SELECT TO {seal} USING (true)"
    return {name: f'CREATE POLICY {name} ON "{table}" {text};' for name, text in commands.items()}
