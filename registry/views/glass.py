"""Break-glass access: opening it, ending it, and what became of each, for those who are told of it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry import access, glass
from registry.accounts.fresh import confirmation_address, is_fresh
from registry.approvals import LONGEST_REASON, Refused
from registry.labels import Label, both
from registry.models import BreakGlass
from registry.once import stored_once
from registry.policy import GLASS_MINUTES
from registry.viewing import IN_WORDS

PER_PAGE = 50
LONGEST_KEY = 18  # digits; a longer number fits in no key


@never_cache
@stored_once
@require_http_methods(["GET", "POST"])
def break_glass(request: HttpRequest) -> HttpResponse:
    """Every access that one is told of; a new one for who may; acknowledging those of others."""
    if request.method == "GET":
        return _page(request)
    if request.POST.get("do") == "seen":
        if glass.acknowledge(request.user, _key(request, "access") or 0):
            messages.success(request, _("Noted that you have seen this access."))
        return redirect("break_glass")
    grant = access.require(request.user, "break_glass")
    if grant.fresh_factor and not is_fresh(request):
        return redirect(confirmation_address(reverse("break_glass")))
    try:
        glass.open_access(request, _key(request, "centre"), request.POST.get("reason", ""))
    except Refused as refused:
        return _page(request, refused.label)
    return redirect("cases")


def _key(request: HttpRequest, name: str) -> int | None:
    """The key that was posted under this name; None for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY else None


def _page(request: HttpRequest, refused: Label | None = None) -> HttpResponse:
    accesses = BreakGlass.objects.select_related("user", "lead_seen_by", "auditor_seen_by").order_by("-id")
    page = Paginator(accesses, PER_PAGE).get_page(request.GET.get("page"))
    centres = {} if access.rights_of(request.user).glass else glass.centres_for(request.user)
    grant = access.may(request.user, "break_glass")
    context = {
        "page": page,
        "lines": glass.told(request.user, list(page)),
        "centres": centres,
        "ready": grant is not None and (not grant.fresh_factor or is_fresh(request)),
        "confirm_first": confirmation_address(reverse("break_glass")),
        "minutes": GLASS_MINUTES,
        "longest": LONGEST_REASON,
        "refused": refused,
        "typed": request.POST,
        "typed_centre": _key(request, "centre"),
    }
    return render(request, "registry/break_glass.html", context, status=422 if refused else 200)


@never_cache
@require_POST
def break_glass_end(request: HttpRequest) -> HttpResponse:
    """End the own access now."""
    if glass.end(request):
        messages.success(request, _("Break-glass access has ended."))
    return redirect("break_glass")


@never_cache
@require_GET
def break_glass_views(request: HttpRequest, number: int) -> HttpResponse:
    """What was looked at by one access, page by page."""
    one = None
    if len(str(number)) <= LONGEST_KEY:
        one = BreakGlass.objects.select_related("user").filter(pk=number).first()
    if one is None:
        raise Http404
    page = Paginator(glass.views_of(one), PER_PAGE).get_page(request.GET.get("page"))
    looked_at = {view.patient_id for view in page} - {None}
    known = access.visible_patients(request.user).in_bulk(looked_at)
    rows = [(view, IN_WORDS.get(view.what, both(view.what)), known.get(view.patient_id)) for view in page]
    context = {"line": glass.told(request.user, [one])[0], "page": page, "rows": rows}
    return render(request, "registry/break_glass_views.html", context)
