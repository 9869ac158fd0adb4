"""Roles are given, prolonged and moved in one way only, whoever writes on somebody's behalf.

Leads and data managers give data entry alone, as the policy says; everything else takes a request
that two persons have made and confirmed about this very role, in the same transaction. Who holds
which role where never changes: another role is another membership. The registry itself (commands,
the demonstration) is bound by nothing but the trail.
"""

from __future__ import annotations

from registry import policy
from registry.guard.trail import Function, Trigger

PERSON = "nullif(current_setting('registry.user_id', true), '')::bigint"
ALONE = tuple(
    role
    for role in policy.roles_for("manage_users")
    if not policy.allowed(role, "manage_users").second_person
)

MEMBERSHIP = Function(
    "registry_guard_membership()",
    "trigger",
    f"""
BEGIN
    IF NEW.role NOT IN ({", ".join(f"'{one}'" for one in policy.ROLES)}) THEN
        RAISE EXCEPTION 'there is no such role to be given'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'only_roles_are_given';
    END IF;
    IF TG_OP = 'UPDATE' AND {PERSON} IS NOT NULL AND (NEW.user_id, NEW.centre_id, NEW.role) IS DISTINCT FROM
                            (OLD.user_id, OLD.centre_id, OLD.role) THEN
        RAISE EXCEPTION 'a role is never turned into another'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'role_is_never_altered';
    END IF;
    IF {PERSON} IS NULL
       OR (TG_OP = 'UPDATE' AND (OLD.valid_until IS NULL OR NEW.valid_until <= OLD.valid_until))
       OR (NEW.role = '{policy.ENTRY}' AND EXISTS (
               SELECT FROM jsonb_array_elements(registry_held({PERSON})) AS one
               WHERE one ->> 1 IN ({", ".join(f"'{one}'" for one in ALONE)})
                 AND (one ->> 0 IS NULL OR (one ->> 0)::bigint = NEW.centre_id)))
       OR EXISTS (
               SELECT FROM registry_approval a
               WHERE a.kind IN ('role_entry', 'role_centre', 'role_wide') AND a.state = 'confirmed'
                 AND a.decided_by_id = {PERSON} AND a.decided_at >= transaction_timestamp()
                 AND a.centre_id IS NOT DISTINCT FROM NEW.centre_id
                 AND a.details ->> 'role' = NEW.role AND (a.details ->> 'user')::bigint = NEW.user_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this role is given by two persons'
        USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'role_is_given_by_two';
END """,
    definer=True,
)

FUNCTIONS = (MEMBERSHIP,)


def triggers() -> list[Trigger]:
    """One trigger before a role is given or changed."""
    call = f"FOR EACH ROW EXECUTE FUNCTION {MEMBERSHIP.name}()"
    return [Trigger("registry_membership", "one_way_only", "BEFORE INSERT OR UPDATE", call)]
