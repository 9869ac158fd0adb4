"""What waits for a second person, what one has asked for, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from registry import approvals
from registry.accounts.fresh import confirmation_address, is_fresh
from registry.approvals import KINDS, Refused
from registry.labels import Label, both
from registry.models import Approval
from registry.once import stored_once

PER_PAGE = 50
LONGEST_NUMBER = 2**63
NO_DECISION = Label("Choose what to do with the request.", "请选择如何处理该申请。")


@dataclass(frozen=True)
class Request:
    """A request as the page shows it."""

    approval: Approval

    @property
    def kind(self) -> Label:
        known = KINDS.get(self.approval.kind)
        return known.label if known else both(self.approval.kind)

    @property
    def about(self) -> Label:
        known = KINDS.get(self.approval.kind)
        return known.about(self.approval) if known else both(self.approval.subject)


def _seen():
    return Approval.objects.select_related("centre", "asked_by", "decided_by")


@never_cache
@require_GET
def approval_list(request: HttpRequest) -> HttpResponse:
    """Three lists: what waits for me, what I have asked for, what is decided."""
    return _page(request)


def _page(request: HttpRequest, refused: Label | None = None, about: int | None = None) -> HttpResponse:
    waiting = _seen().filter(pk__in=approvals.open_requests().values("pk")).order_by("asked_at")
    mine = [one for one in waiting if approvals.may_decide(request.user, one)]
    decided = _seen().exclude(pk__in=approvals.open_requests().values("pk")).order_by("-id")
    shown = Q(asked_by=request.user) | Q(decided_by=request.user) | Q(kind__in=_decidable_kinds(request.user))
    page = Paginator(decided.filter(shown), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "waiting": [Request(one) for one in mine],
        "asked": [Request(one) for one in waiting if one.asked_by_id == request.user.pk],
        "page": page,
        "decided": [Request(one) for one in page],
        "needs_fresh": any(approvals.needs_fresh_factor(request.user, one) for one in mine)
        and not is_fresh(request),
        "confirm_first": confirmation_address(reverse("approvals")),
        "refused": refused,
        "about": about,
        "typed": request.POST.get("reason", ""),
    }
    return render(request, "registry/approvals.html", context, status=422 if refused else 200)


def _decidable_kinds(user) -> list[str]:
    """The kinds whose requests this person may decide about somewhere."""
    return [name for name in KINDS if approvals.may_decide_kind(user, name)]


@never_cache
@stored_once
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm, refuse or take back one request."""
    approval = _seen().filter(pk=number).first() if number < LONGEST_NUMBER else None
    if approval is None:
        raise Http404
    decision = request.POST.get("decision", "")
    try:
        if decision == "confirm":
            if approvals.needs_fresh_factor(request.user, approval) and not is_fresh(request):
                return redirect(confirmation_address(reverse("approvals")))
            approvals.confirm(request.user, approval)
            messages.success(request, _("Confirmed and carried out."))
        elif decision == "refuse":
            approvals.refuse(request.user, approval, request.POST.get("reason", ""))
            messages.success(request, _("Refused; nothing was changed."))
        elif decision == "take_back":
            approvals.take_back(request.user, approval)
            messages.success(request, _("Your request is taken back."))
        else:
            return _page(request, refused=NO_DECISION, about=approval.pk)
    except Refused as refused:
        return _page(request, refused=refused.label, about=approval.pk)
    return redirect("approvals")
