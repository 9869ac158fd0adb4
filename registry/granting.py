"""Giving roles: which right it takes, and when a second person has to confirm.

Nobody gives a role to themselves or confirms one for themselves; the database refuses it as well
(registry/guard/isolation.py). What an administrator gives always waits for a second person, because
an administrator sees no patients and must not be able to make somebody who does.
"""

from __future__ import annotations

from datetime import date

from django.contrib.auth import get_user_model

from registry import access, approvals
from registry.approvals import Refused
from registry.labels import Label
from registry.models import Approval, Centre, Membership
from registry.policy import ENTRY, ROLES

ENTRY_ROLE, CENTRE_ROLE, WIDE_ROLE = "role_entry", "role_centre", "role_wide"
NEEDED = {ENTRY_ROLE: "manage_users", CENTRE_ROLE: "grant_lead", WIDE_ROLE: "grant_wide_role"}
KINDS = {
    ENTRY_ROLE: (Label("give the role of data entry", "授予数据录入角色"), "manage_users"),
    CENTRE_ROLE: (Label("give a role at a centre", "授予中心角色"), "grant_lead"),
    WIDE_ROLE: (Label("give a role in the whole registry", "授予全登记系统角色"), "confirm_wide_role"),
}
ABOUT = Label("{who}: {role}, {where}{until}", "{who}：{role}，{where}{until}")
WHOLE = Label("whole registry", "全登记系统")
UNTIL = Label(", until {day}", "，有效期至{day}")
NOT_ONESELF = Label("Nobody gives a role to themselves.", "不能为自己授予角色。")
NO_RIGHT = Label("You may not give this role there.", "您无权在此授予该角色。")
GONE = Label("This user is not there any more.", "该用户已不存在。")


def kind_of(role: str, centre_id: int | None) -> str:
    """Which kind of request it is to give this role there."""
    if centre_id is None:
        return WIDE_ROLE
    return ENTRY_ROLE if role == ENTRY else CENTRE_ROLE


def why_not(giver, taker_id: int, role: str, centre_id: int | None) -> Label | None:
    """Why this person may not give this role; None if it may be given, or asked for."""
    if giver.pk == taker_id:
        return NOT_ONESELF
    reach = access.rights_of(giver).reach(NEEDED[kind_of(role, centre_id)])
    return None if centre_id in reach else NO_RIGHT


def needs_second_person(giver, role: str, centre_id: int | None) -> bool:
    """Whether the role is only given when somebody else has confirmed."""
    return access.require(giver, NEEDED[kind_of(role, centre_id)], centre_id).second_person


def needs_fresh_factor(giver, role: str, centre_id: int | None) -> bool:
    """Whether the giver has to prove again who they are."""
    return access.require(giver, NEEDED[kind_of(role, centre_id)], centre_id).fresh_factor


def give(giver, membership: Membership, reason: str) -> Approval | None:
    """Store the membership; or ask a second person for it, where the policy wants one.

    Raises Refused for what may not be given at all, and for a request without a reason.
    """
    role, centre_id = membership.role, membership.centre_id
    refused = why_not(giver, membership.user_id, role, centre_id)
    if refused:
        raise Refused(refused)
    if not needs_second_person(giver, role, centre_id):
        membership.save()
        return None
    until = membership.valid_until.isoformat() if membership.valid_until else None
    return approvals.ask(
        giver,
        kind_of(role, centre_id),
        centre=membership.centre,
        subject=membership.user.get_username()[:80],
        details={"user": membership.user_id, "role": role, "valid_until": until},
        reason=reason,
    )


def carry_out(approval: Approval, confirmer) -> None:
    """Give the role that was asked for, in the words of the request."""
    asked = approval.details
    kind, action = approval.kind, KINDS[approval.kind][1]
    if confirmer.pk == asked["user"]:
        raise Refused(NOT_ONESELF)
    reach = access.rights_of(confirmer).reach(action)
    if approval.centre_id not in reach or kind != kind_of(asked["role"], approval.centre_id):
        raise Refused(NO_RIGHT)
    if not get_user_model().objects.filter(pk=asked["user"]).exists():
        raise Refused(GONE)
    until = date.fromisoformat(asked["valid_until"]) if asked["valid_until"] else None
    Membership.objects.update_or_create(
        user_id=asked["user"],
        centre=approval.centre,
        role=asked["role"],
        defaults={"valid_until": until},
    )


def about(approval: Approval) -> Label:
    """The request in words: who shall hold which role where, and until when."""
    asked = approval.details
    until = UNTIL.fill(day=asked["valid_until"]) if asked["valid_until"] else Label("", "")
    where = _code(approval.centre) if approval.centre else WHOLE
    return ABOUT.fill(who=approval.subject, role=ROLES[asked["role"]], where=where, until=until)


def _code(centre: Centre) -> Label:
    return Label(centre.centre_id, centre.centre_id)


def register_kinds() -> None:
    """Make the requests known; called where the application starts."""
    for kind, (label, needs) in KINDS.items():
        approvals.register(kind, carry_out, needs, label=label, about=about)
