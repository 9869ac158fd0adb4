"""Break-glass access is opened, ended and acknowledged in one way only, whoever writes.

Who may opens it for themselves, for sixty minutes by the clock of the database, one at a time. Then
it can be ended by who opened it, and acknowledged once for each role that is told of it, by another
person who holds that role there. Nothing else of it ever changes.
"""

from __future__ import annotations

from registry import policy
from registry.guard.signing import PERSON, REFUSED
from registry.guard.trail import Function, Trigger


def _holds(roles: tuple[str, ...], centre: str) -> str:
    """The condition that the person holds one of these roles at this centre or in the whole registry."""
    named = ", ".join(f"'{one}'" for one in roles)
    return (
        f"EXISTS (SELECT FROM jsonb_array_elements(registry_held({PERSON})) AS one "
        f"WHERE one ->> 1 IN ({named}) AND coalesce((one ->> 0)::bigint = {centre}, true))"
    )


def _acknowledged(role: str) -> str:
    """The branch in which somebody of this role acknowledges the access of another person."""
    mark, name = f"{role}_seen_at", f"{role}_seen_by_id"
    return f"""
    ELSIF TG_OP = 'UPDATE' AND OLD.{mark} IS NULL AND NEW.{mark} IS NOT NULL
          AND NEW.{name} = {PERSON} AND OLD.user_id <> {PERSON} AND {_holds((role,), "OLD.centre_id")}
          AND to_jsonb(NEW) - '{mark}' - '{name}' = to_jsonb(OLD) - '{mark}' - '{name}' THEN
        NEW.{mark} := clock_timestamp();
        RETURN NEW;"""


SEEN = " OR ".join(f"num_nonnulls(NEW.{role}_seen_at, NEW.{role}_seen_by_id) > 0" for role in policy.WATCHERS)

GLASS = Function(
    "registry_guard_glass()",
    "trigger",
    f"""
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.user_id IS DISTINCT FROM {PERSON} OR NOT {_holds(policy.OPENERS, "NEW.centre_id")}
           OR NEW.ended_at IS NOT NULL OR {SEEN} THEN
            RAISE EXCEPTION 'who may opens an access for themselves' {REFUSED}'opened_by_oneself';
        END IF;
        PERFORM FROM auth_user WHERE id = NEW.user_id FOR NO KEY UPDATE;  -- a second one waits for the first
        IF EXISTS (SELECT FROM registry_breakglass
                   WHERE user_id = NEW.user_id AND ended_at IS NULL AND ends_at > clock_timestamp()) THEN
            RAISE EXCEPTION 'one access at a time' {REFUSED}'one_access_at_a_time';
        END IF;
        NEW.begins_at := clock_timestamp();
        NEW.ends_at := NEW.begins_at + interval '{policy.GLASS_MINUTES} minutes';
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
          AND OLD.user_id = {PERSON} AND OLD.ends_at > clock_timestamp()
          AND to_jsonb(NEW) - 'ended_at' = to_jsonb(OLD) - 'ended_at' THEN
        NEW.ended_at := clock_timestamp();
        RETURN NEW;{"".join(map(_acknowledged, policy.WATCHERS))}
    END IF;
    RAISE EXCEPTION 'an access is never altered' {REFUSED}'access_is_never_altered';
END """,
    definer=True,
)

FUNCTIONS = (GLASS,)


def triggers() -> list[Trigger]:
    """One trigger before everything that is written about an access."""
    call = f"FOR EACH ROW EXECUTE FUNCTION {GLASS.name}()"
    return [Trigger("registry_breakglass", "one_way_only", "BEFORE INSERT OR UPDATE OR DELETE", call)]
