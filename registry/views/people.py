"""Who may do what, and who holds which role: the policy as a page, and the periodic review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from registry import access, policy
from registry.context import give_reason
from registry.labels import Label
from registry.models import Membership
from registry.once import stored_once
from registry.policy import ACTIONS, HELD, ROLES, Action, Grant

REVIEWED = "periodic review of access"  # the reason in the trail


@dataclass(frozen=True)
class PolicyLine:
    """One action with what each role may do of it, in the order of the roles."""

    action: Action
    grants: list[Grant | None]


@require_GET
def policy_page(request: HttpRequest) -> HttpResponse:
    """The whole policy, read from the data that decides."""
    lines = [PolicyLine(action, [action.grants.get(role) for role in HELD]) for action in ACTIONS.values()]
    own = {one.role for one in access.rights_of(request.user).held}
    roles = [(label, role in own) for role, label in HELD.items()]
    return render(request, "registry/policy.html", {"lines": lines, "roles": roles})


@dataclass(frozen=True)
class Reviewed:
    """One membership as the review shows it."""

    held: Membership
    today: date

    @property
    def role(self) -> Label:
        return ROLES[self.held.role]

    @property
    def is_over(self) -> bool:
        return self.held.valid_until is not None and self.held.valid_until < self.today

    @property
    def is_due(self) -> bool:
        """Nobody has looked at it for the days that the policy names; what is over needs no look."""
        last = self.held.reviewed_on
        oldest = self.today - timedelta(days=policy.REVIEW_DAYS)
        return not self.is_over and (last is None or last < oldest)


@never_cache
@stored_once
@require_http_methods(["GET", "POST"])
def memberships(request: HttpRequest) -> HttpResponse:
    """Every role that anybody holds; a review is noted for the memberships that were ticked."""
    grant = access.require(request.user, "review_access")
    if request.method == "POST":
        if not grant.view_only:
            _note_review(request)
        return redirect("memberships")
    held = Membership.objects.select_related("user", "centre").order_by(
        "centre__centre_id", "user__username", "role"
    )
    today = timezone.localdate()
    lines = [Reviewed(one, today) for one in held]
    context = {
        "lines": lines,
        "due": sum(one.is_due for one in lines),
        "days": policy.REVIEW_DAYS,
        "may_review": not grant.view_only,
        "person": request.user.pk,
    }
    return render(request, "registry/memberships.html", context)


def _note_review(request: HttpRequest) -> None:
    """Nobody reviews the own roles."""
    ticked = [
        one for one in request.POST.getlist("held") if one.isascii() and one.isdecimal() and len(one) < 19
    ]
    give_reason(REVIEWED)
    looked_at = Membership.objects.filter(pk__in=ticked).exclude(user=request.user)
    looked_at.update(reviewed_on=timezone.localdate(), reviewed_by=request.user.get_username())
