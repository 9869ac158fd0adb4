"""Two persons: one asks, another confirms; only then something is carried out.

Each kind of request is registered with what is carried out and the action that whoever confirms
must be allowed to do (policy.py). Nobody decides about their own request; the database holds that
too, and that a request is decided once, within fourteen days (registry/guard/signing.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from registry import access
from registry.context import give_reason
from registry.labels import Label, both
from registry.models import Approval, Centre
from registry.models.approval import VALID_FOR

CarryOut = Callable[[Approval, object], None]
LONGEST_REASON = 1000

NO_REASON = Label("Give a reason.", "请填写原因。")
TOO_LONG = Label(
    "The reason has {n} characters; at most {most} are kept.", "原因有{n}个字符，最多可保存{most}个。"
)
OWN_REQUEST = Label("Nobody confirms their own request.", "不能确认自己提出的申请。")
NOT_WAITING = Label("This request waits no more: it is {state}.", "该申请已不在等待中：{state}。")
NO_RIGHT = Label("You may not decide about this request.", "您无权决定该申请。")
ONLY_OWN = Label("Only who asked can take a request back.", "只有申请人可以撤回申请。")


class Refused(Exception):
    """What was asked for is not done; `label` says why, in both languages."""

    def __init__(self, label: Label):
        super().__init__(label.en)
        self.label = label


@dataclass(frozen=True)
class Kind:
    """A kind of request: its name in words, what is carried out on confirmation, and the action
    that whoever confirms must be allowed to do. `about` says in words what a request is about."""

    label: Label
    carry_out: CarryOut
    needs: str
    about: Callable[[Approval], Label]


KINDS: dict[str, Kind] = {}


def register(
    kind: str,
    carry_out: CarryOut,
    needs: str,
    *,
    label: Label | None = None,
    about: Callable[[Approval], Label] | None = None,
) -> None:
    """Make a kind of request known; called where the application starts."""
    KINDS[kind] = Kind(label or both(kind), carry_out, needs, about or _subject)


def _subject(approval: Approval) -> Label:
    return both(approval.subject)


def checked_reason(text: str) -> str:
    """The reason without blanks around it; raises Refused if there is none, or too much of it."""
    reason = " ".join(text.split())
    if not reason:
        raise Refused(NO_REASON)
    if len(reason) > LONGEST_REASON:
        raise Refused(TOO_LONG.fill(n=len(reason), most=LONGEST_REASON))
    return reason


@transaction.atomic
def ask(
    user,
    kind: str,
    *,
    centre: Centre | None = None,
    subject: str = "",
    details: dict | None = None,
    reason: str,
) -> Approval:
    """Ask for a second person. Who asks twice for the same gets the request that already waits."""
    if kind not in KINDS:
        raise KeyError(f"no kind of request is called {kind!r}")
    asked = {"kind": kind, "centre": centre, "subject": subject, "details": details or {}}
    waiting = open_requests().filter(asked_by=user, **asked).first()
    return waiting or Approval.objects.create(**asked, reason=checked_reason(reason), asked_by=user)


@transaction.atomic
def confirm(user, approval: Approval) -> Approval:
    """Confirm a request and carry it out, both or neither."""
    held = _decidable(user, approval)
    _decide(held, user, Approval.CONFIRMED, None)
    give_reason(held.reason)
    KINDS[held.kind].carry_out(held, user)
    return held


@transaction.atomic
def refuse(user, approval: Approval, reason: str) -> Approval:
    """Refuse a request; nothing is carried out."""
    given = checked_reason(reason)
    return _decide(_decidable(user, approval), user, Approval.REFUSED, given)


@transaction.atomic
def take_back(user, approval: Approval) -> Approval:
    """Withdraw the own request."""
    held = _waiting(approval)
    if held.asked_by_id != user.pk:
        raise Refused(ONLY_OWN)
    return _decide(held, user, Approval.WITHDRAWN, None)


def open_requests() -> QuerySet[Approval]:
    """What waits for a decision and is not too old for one."""
    return Approval.objects.filter(state=Approval.WAITING, asked_at__gt=timezone.now() - VALID_FOR)


def may_decide(user, approval: Approval) -> bool:
    """Whether this person may confirm or refuse this request: another one, with the right."""
    kind = KINDS.get(approval.kind)
    if kind is None or approval.asked_by_id == user.pk:
        return False
    grant = access.may(user, kind.needs, approval.centre_id)
    return grant is not None and not grant.request_only


def may_decide_kind(user, name: str) -> bool:
    """Whether this person may decide about such requests in any centre."""
    grant = access.may(user, KINDS[name].needs)
    return grant is not None and not grant.request_only


def needs_fresh_factor(user, approval: Approval) -> bool:
    """Whether the decision needs the second factor anew (policy.py)."""
    kind = KINDS.get(approval.kind)
    grant = access.may(user, kind.needs, approval.centre_id) if kind else None
    return grant is not None and grant.fresh_factor


def _waiting(approval: Approval) -> Approval:
    held = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if not held.waits:
        raise Refused(NOT_WAITING.fill(state=held.state_label))
    return held


def _decidable(user, approval: Approval) -> Approval:
    held = _waiting(approval)
    if held.asked_by_id == user.pk:
        raise Refused(OWN_REQUEST)
    if not may_decide(user, held):
        raise Refused(NO_RIGHT)
    return held


def _decide(held: Approval, user, state: str, reason: str | None) -> Approval:
    held.state, held.decided_by, held.decision_reason = state, user, reason
    held.decided_at = timezone.now()
    held.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return held
