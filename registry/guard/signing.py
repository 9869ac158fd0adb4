"""Signatures, locks, withdrawals and requests for a second person come and end in one way only,
whoever writes: by form, admin, import or plain SQL. Times and names are the database's own.

A signature is made by the person on whose behalf the transaction runs, and only a change of its
case voids it. A lock ends, and a withdrawal comes and ends, with the confirmed request of two
persons about this very case, each request used once. A request is decided once, within fourteen
days, by a person other than who asked.
"""

from __future__ import annotations

from registry.guard.trail import Function, Trigger

WHO = "coalesce(nullif(current_setting('registry.actor', true), ''), 'db:' || session_user)"
PERSON = "nullif(current_setting('registry.user_id', true), '')::bigint"
REFUSED = "USING ERRCODE = 'insufficient_privilege', CONSTRAINT = "

SIGNATURE = Function(
    "registry_guard_signature()",
    "trigger",
    f"""
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.voided_at IS NOT NULL OR NEW.voided_by IS NOT NULL
           OR NEW.user_id IS DISTINCT FROM {PERSON} THEN
            RAISE EXCEPTION 'everybody signs for themselves' {REFUSED}'signed_by_oneself';
        END IF;
        PERFORM FROM registry_patient WHERE id = NEW.patient_id FOR UPDATE;
        NEW.signed_at := clock_timestamp();
        NEW.signer := {WHO};
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND OLD.voided_at IS NULL
          AND to_jsonb(NEW) - 'voided_at' - 'voided_by' = to_jsonb(OLD) - 'voided_at' - 'voided_by' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signature is never altered' {REFUSED}'signature_is_never_altered';
END """,
    definer=True,
)

LOCK = Function(
    "registry_guard_lock()",
    "trigger",
    f"""
BEGIN
    IF TG_OP = 'INSERT' AND NEW.released_at IS NULL AND NEW.released_by IS NULL
       AND NEW.approval_id IS NULL THEN
        PERFORM FROM registry_patient WHERE id = NEW.patient_id FOR UPDATE;
        NEW.locked_at := clock_timestamp();
        NEW.locked_by := {WHO};
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.released_at IS NULL AND NEW.released_at IS NOT NULL
          AND to_jsonb(NEW) - 'released_at' - 'released_by' - 'release_reason' - 'approval_id'
            = to_jsonb(OLD) - 'released_at' - 'released_by' - 'release_reason' - 'approval_id'
          AND registry_is_confirmed(NEW.approval_id, 'unlock', NEW.patient_id, NEW.id) THEN
        NEW.released_at := clock_timestamp();
        NEW.released_by := {WHO};
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a lock ends only with the confirmed request of two persons' {REFUSED}'unlocked_by_two';
END """,
    definer=True,
)

WITHDRAWAL = Function(
    "registry_guard_withdrawal()",
    "trigger",
    f"""
BEGIN
    IF TG_OP = 'INSERT' AND NEW.undone_at IS NULL AND NEW.undone_by IS NULL AND NEW.undo_approval_id IS NULL
       AND registry_is_confirmed(NEW.approval_id, 'withdraw', NEW.patient_id, NULL) THEN
        NEW.withdrawn_at := clock_timestamp();
        NEW.withdrawn_by := {WHO};
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL
          AND to_jsonb(NEW) - 'undone_at' - 'undone_by' - 'undo_reason' - 'undo_approval_id'
            = to_jsonb(OLD) - 'undone_at' - 'undone_by' - 'undo_reason' - 'undo_approval_id'
          AND registry_is_confirmed(NEW.undo_approval_id, 'reinstate', NEW.patient_id, NEW.id) THEN
        NEW.undone_at := clock_timestamp();
        NEW.undone_by := {WHO};
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a case is withdrawn by two persons' {REFUSED}'withdrawn_by_two';
END """,
    definer=True,
)

# Whether this request, about this case (and, where `about` is given, this row), was confirmed.
IS_CONFIRMED = Function(
    "registry_is_confirmed(request bigint, what text, pid bigint, about bigint)",
    "boolean",
    """
    SELECT EXISTS (
        SELECT FROM registry_approval a JOIN registry_patient p ON p.patient_uid = a.subject
        WHERE a.id = request AND a.kind = what AND a.state = 'confirmed' AND p.id = pid
          AND (about IS NULL OR (a.details ->> 'row')::bigint = about)) """,
    language="sql",
    volatility="STABLE",
)

REQUEST = Function(
    "registry_guard_request()",
    "trigger",
    f"""
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'waiting'
       AND coalesce({PERSON}, NEW.asked_by_id) = NEW.asked_by_id THEN
        NEW.asked_at := clock_timestamp();
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND NEW.decided_by_id = {PERSON}
          AND (NEW.state IN ('confirmed', 'refused')
               OR (NEW.state = 'withdrawn' AND NEW.decided_by_id = OLD.asked_by_id))
          AND (NEW.state <> 'confirmed' OR OLD.asked_at > clock_timestamp() - interval '14 days')
          AND to_jsonb(NEW) - 'state' - 'decided_by_id' - 'decided_at' - 'decision_reason'
            = to_jsonb(OLD) - 'state' - 'decided_by_id' - 'decided_at' - 'decision_reason' THEN
        NEW.decided_at := clock_timestamp();
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a request is decided once, in time, by the person that the record names'
        {REFUSED}'decided_once_by_oneself';
END """,
)

FREEZE = Function(
    "registry_guard_freeze()",
    "trigger",
    f"""
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a freeze is never altered' {REFUSED}'freeze_is_never_altered';
    END IF;
    NEW.frozen_at := clock_timestamp();
    NEW.frozen_by := {WHO};
    RETURN NEW;
END """,
)

FUNCTIONS = (SIGNATURE, IS_CONFIRMED, LOCK, WITHDRAWAL, REQUEST, FREEZE)
_GUARDED = {
    "registry_signature": SIGNATURE,
    "registry_caselock": LOCK,
    "registry_withdrawal": WITHDRAWAL,
    "registry_approval": REQUEST,
    "registry_freeze": FREEZE,
}


def triggers() -> list[Trigger]:
    """One trigger before everything that is written to these tables."""
    return [
        Trigger(
            table,
            "one_way_only",
            "BEFORE INSERT OR UPDATE OR DELETE",
            f"FOR EACH ROW EXECUTE FUNCTION {function.name}()",
        )
        for table, function in _GUARDED.items()
    ]
