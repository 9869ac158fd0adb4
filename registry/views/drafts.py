"""Where pages keep what is being typed, and where a draft is thrown away."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from registry import access, drafts
from registry.forms import BY_SLUG
from registry.gate import Refused, refusals, strict_json
from registry.once import FIELD


def _address(request: HttpRequest, form: str) -> tuple[str, ...]:
    """The page of a form, for somebody who may fill it in; nobody else finds it."""
    if form == drafts.NEW_CASE:
        if not access.editable_centres(request.user).exists():
            raise Http404
        return ("new_case",)
    uid, _, slug = form.partition("-")
    if slug not in BY_SLUG or not access.can_edit(request.user, access.patient_or_404(request.user, uid)):
        raise Http404
    return ("section", uid, slug)


@never_cache
@require_POST
def keep_draft(request: HttpRequest, form: str) -> HttpResponse:
    """Keep what a page sends by itself; answers when, or null for a packet that came too late."""
    _address(request, form)
    if len(request.body) > drafts.MOST_BYTES:
        raise Refused(refusals.TOO_LARGE, refusals.BODY, most=drafts.MOST_BYTES)
    kept = drafts.keep(request.user, form, drafts.Packet.read(strict_json(request)))
    at = timezone.localtime(kept.saved_at) if kept else None
    return JsonResponse({"kept": f"{at:%H:%M}" if at else None})


@never_cache
@require_POST
def discard_draft(request: HttpRequest, form: str) -> HttpResponse:
    """Throw a draft away and show the form as it is stored."""
    name, *arguments = _address(request, form)
    drafts.forget(request.user, request.POST.get(FIELD, "")[:40])
    return redirect(name, *arguments)
