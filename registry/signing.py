"""Signing, locking, freezing and withdrawing cases.

A signature vouches for the content that the signer saw; it is made with what the page of the case
handed out (`offer`), which serves once: the signature itself is a change of the history that the
offer names. That a later change voids it, and that a lock holds against every way of writing, is
the database's doing (registry/guard/).
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from registry import approvals
from registry.actions import lock_case
from registry.approvals import Refused, checked_reason
from registry.case import load
from registry.completeness import case_state
from registry.content import TABLES, content_hash
from registry.context import give_reason
from registry.labels import Label, joined
from registry.models import Approval, CaseLock, Centre, Change, Freeze, Patient, Signature, Withdrawal
from registry.models.signing import COMPLETE, MEANINGS
from registry.standing import standing_of

SALT = "what is signed"
OFFER_SECONDS = 3600
LONGEST_LABEL = 120
NAMED = 6

STALE = Label(
    "Nothing was signed: the case has changed since you opened this page, or this page has already been "
    "used. Look at the case again, then sign.",
    "未签名：自您打开本页以来病例已有变动，或本页已使用过。请重新核对病例后再签名。",
)
NO_MEANING = Label("Choose what the signature says.", "请选择签名的含义。")
INCOMPLETE = Label("The case is not complete. Still missing: {missing}.", "病例尚未完整。仍缺少：{missing}。")
OWN_ENTRIES = Label(
    "You entered data of this case yourself; somebody else has to sign it.",
    "该病例的数据含有您本人录入的内容，须由他人签名。",
)
LOCKED_ALREADY = Label("This case is locked already.", "该病例已锁定。")
NOT_LOCKED = Label("This case is not locked.", "该病例未锁定。")
WITHDRAWN_ALREADY = Label("This case is withdrawn already.", "该病例已撤出。")
NOT_WITHDRAWN = Label("This case is not withdrawn.", "该病例未撤出。")
NO_LABEL = Label("Say what the cases are frozen for.", "请填写冻结的用途。")
LONG_LABEL = Label("At most {most} characters; these are {n}.", "最多{most}个字符；现为{n}个。")
ENDS_BEFORE = Label("The period ends before it starts.", "时间段的结束早于开始。")
FROZEN_FOR = Label("frozen for: {label}", "数据冻结：{label}")

UNLOCK, WITHDRAW, REINSTATE = "unlock", "withdraw", "reinstate"
KINDS = {
    UNLOCK: Label("unlock a case", "解锁病例"),
    WITHDRAW: Label("withdraw a case", "撤出病例"),
    REINSTATE: Label("take back the withdrawal of a case", "恢复已撤出的病例"),
}


# Signing


def offer(user, patient: Patient) -> str:
    """What the page hands out and a signature gives back: who may sign which content, once."""
    return signing.dumps([user.pk, patient.pk, content_hash(patient), _newest(patient)], salt=SALT)


@transaction.atomic
def sign(user, patient: Patient, meaning: str, offered: str) -> Signature:
    """Sign the content that was offered. Raises Refused if it is not the present one any more,
    if data are missing that the meaning vouches for, or if the signer entered them."""
    lock_case(patient)
    if meaning not in MEANINGS:
        raise Refused(NO_MEANING)
    present = content_hash(patient)
    if _read(offered) != [user.pk, patient.pk, present, _newest(patient)]:
        raise Refused(STALE)
    own = entered_by(user, patient)
    if own and not settings.SIGN_OWN:
        raise Refused(OWN_ENTRIES)
    if meaning == COMPLETE:
        _must_be_complete(patient)
    return Signature.objects.create(
        patient=patient,
        user=user,
        signer=user.get_username(),
        meaning=meaning,
        content_hash=present,
        own_entries=own,
    )


def entered_by(user, patient: Patient) -> bool:
    """Whether this person has entered or changed data of this case."""
    changes = Change.objects.filter(patient_id=patient.pk, actor=user.get_username(), table_name__in=TABLES)
    return changes.exists()


def _read(offered: str) -> list | None:
    try:
        return signing.loads(offered, salt=SALT, max_age=OFFER_SECONDS)
    except signing.BadSignature:
        return None


def _newest(patient: Patient) -> int | None:
    return Change.objects.filter(patient_id=patient.pk).aggregate(newest=Max("id"))["newest"]


def _must_be_complete(patient: Patient) -> None:
    state = case_state(load(patient))
    if state.is_complete:
        return
    lacking = [one.section.title for one in state.sections if one.missing]
    raise Refused(INCOMPLETE.fill(missing=joined(lacking[:NAMED])))


# Locking


@transaction.atomic
def lock(patient: Patient, reason: str) -> CaseLock:
    """Lock a case against every change."""
    given = checked_reason(reason)
    if standing_of(patient).lock:
        raise Refused(LOCKED_ALREADY)
    give_reason(given)
    return CaseLock.objects.create(patient=patient, reason=given)


@transaction.atomic
def freeze(
    label: str, centre: Centre | None = None, start: date | None = None, end: date | None = None
) -> Freeze:
    """Lock all cases of a centre, or of all that are in reach, with the index operation in a period."""
    wanted = " ".join(label.split())
    if not wanted:
        raise Refused(NO_LABEL)
    if len(wanted) > LONGEST_LABEL:
        raise Refused(LONG_LABEL.fill(n=len(wanted), most=LONGEST_LABEL))
    if start and end and end < start:
        raise Refused(ENDS_BEFORE)
    frozen = Freeze.objects.create(label=wanted, centre=centre, start=start, end=end)
    reason = str(FROZEN_FOR.fill(label=wanted))
    give_reason(reason)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO registry_caselock (patient_id, locked_by, locked_at, reason, freeze_id)
            SELECT p.id, '', now(), %(reason)s, %(freeze)s FROM registry_patient p
            WHERE (%(centre)s::bigint IS NULL OR p.centre_id = %(centre)s)
              AND NOT EXISTS (SELECT FROM registry_withdrawal w
                              WHERE w.patient_id = p.id AND w.undone_at IS NULL)
              AND (%(start)s::date IS NULL AND %(end)s::date IS NULL OR EXISTS (
                  SELECT FROM registry_operation o WHERE o.patient_id = p.id AND o.op_no = 1
                  AND o.surgery_date BETWEEN coalesce(%(start)s::date, '-infinity')
                                         AND coalesce(%(end)s::date, 'infinity')))
            ORDER BY p.id ON CONFLICT DO NOTHING
            """,
            {
                "reason": reason,
                "freeze": frozen.pk,
                "centre": centre and centre.pk,
                "start": start,
                "end": end,
            },
        )
    return frozen


def ask_to_unlock(user, patient: Patient, reason: str) -> Approval:
    """Ask a second person to unlock a case."""
    held = standing_of(patient).lock
    if held is None:
        raise Refused(NOT_LOCKED)
    return _ask(user, UNLOCK, patient, reason, held.pk)


# Withdrawing


def ask_to_withdraw(user, patient: Patient, reason: str) -> Approval:
    """Ask a second person to take a case out of lists and reports; the record is kept."""
    if standing_of(patient).withdrawal:
        raise Refused(WITHDRAWN_ALREADY)
    return _ask(user, WITHDRAW, patient, reason)


def ask_to_reinstate(user, patient: Patient, reason: str) -> Approval:
    """Ask a second person to put a withdrawn case back."""
    held = standing_of(patient).withdrawal
    if held is None:
        raise Refused(NOT_WITHDRAWN)
    return _ask(user, REINSTATE, patient, reason, held.pk)


def _ask(user, kind: str, patient: Patient, reason: str, row: int | None = None) -> Approval:
    details = {} if row is None else {"row": row}
    return approvals.ask(
        user, kind, centre=patient.centre, subject=patient.patient_uid, details=details, reason=reason
    )


# What is carried out once a second person has confirmed


def _unlock(approval: Approval, _user) -> None:
    held = CaseLock.objects.filter(pk=approval.details["row"], released_at=None)
    if not held.update(released_at=timezone.now(), release_reason=approval.reason, approval=approval):
        raise Refused(NOT_LOCKED)


def _withdraw(approval: Approval, _user) -> None:
    patient = Patient.objects.get(patient_uid=approval.subject)
    if standing_of(patient).withdrawal:
        raise Refused(WITHDRAWN_ALREADY)
    Withdrawal.objects.create(patient=patient, reason=approval.reason, approval=approval)


def _reinstate(approval: Approval, _user) -> None:
    held = Withdrawal.objects.filter(pk=approval.details["row"], undone_at=None)
    if not held.update(undone_at=timezone.now(), undo_reason=approval.reason, undo_approval=approval):
        raise Refused(NOT_WITHDRAWN)


def register_kinds() -> None:
    """Make the requests about cases known (apps.py)."""
    for kind, carry_out, needs in (
        (UNLOCK, _unlock, "unlock"),
        (WITHDRAW, _withdraw, "withdraw"),
        (REINSTATE, _reinstate, "withdraw"),
    ):
        approvals.register(kind, carry_out, needs, label=KINDS[kind])
