"""Data for analysis: asking for a file, fetching it once it is confirmed, and what has left."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis.release import anonymity, giving
from analysis.release.forms import ReleaseForm
from analysis.release.giving import STATES, Given
from registry.accounts.fresh import confirmation_address, is_fresh
from registry.classification import PROFILES
from registry.labels import Label, both
from registry.models import Release

PER_PAGE = 50
LONGEST_NUMBER = 2**63
LOOK, TAKE = "look", "take"
TOO_FEW = Label(
    "A de-identified file needs at least {k} cases; this cohort has fewer.",
    "去标识化文件至少需要{k}例，本队列不足。",
).fill(k=anonymity.K)
REPORTS = {
    "report": Label("report", "报告"),
    "report_outside": Label("report for outside the centre", "对外报告"),
}


@never_cache
@sensitive_post_parameters("purpose", "recipient", "legal_basis")
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest) -> HttpResponse:
    """The form; below it what the file would hold; and, asked to, the file itself."""
    if request.method != "POST":
        return _form(request, ReleaseForm(request.GET if request.GET else None, request.user))
    form = ReleaseForm(request.POST, request.user)
    if not form.is_valid():
        return _form(request, form, status=422)
    stale = giving.needs_fresh_factor(request.user, form.wish) and not is_fresh(request)
    try:
        if request.POST.get("do") != TAKE:
            return _form(request, form, preview=giving.preview(request.user, form.wish), stale=stale)
        if stale:
            return _form(request, form, stale=True, status=422)
        given = giving.give(request.user, form.wish)
    except anonymity.TooFewCases:
        return _form(request, form, refused=TOO_FEW, status=422)
    except giving.Refused as refused:
        return _form(request, form, refused=refused.label, status=422)
    return _answer(request, given)


@never_cache
@require_POST
def release_fetch(request: HttpRequest, number: int) -> HttpResponse:
    """The file of a release that a second person has confirmed."""
    found = Release.objects.filter(pk=number).first() if number < LONGEST_NUMBER else None
    if found is None or found.profile not in PROFILES:
        raise Http404
    if giving.needs_fresh_factor(request.user, giving.wish_of(found)) and not is_fresh(request):
        return redirect(confirmation_address("/reports/releases/"))
    try:
        return _answer(request, giving.fetch(request.user, found))
    except giving.Refused as refused:
        messages.warning(request, str(refused.label))
    except anonymity.TooFewCases:
        messages.warning(request, str(TOO_FEW))
    return redirect("releases")


@never_cache
@require_GET
def releases(request: HttpRequest) -> HttpResponse:
    """What has left: the own files, those of the own centres, all for auditors."""
    found = Release.objects.select_related("approval").order_by("-id")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    codes = giving.codes_of(request.user, [pk for one in page for pk in one.centre_ids])
    listed = [Listed(one, codes, one.user_id == request.user.pk) for one in page]
    return render(request, "analysis/releases.html", {"page": page, "listed": listed})


@dataclass(frozen=True)
class Listed:
    """One release as the list shows it."""

    release: Release
    codes: dict[int, str]
    is_own: bool

    @property
    def state(self) -> Label:
        return STATES[giving.state_of(self.release)]

    @property
    def can_fetch(self) -> bool:
        return self.is_own and giving.state_of(self.release) == "confirmed"

    @property
    def profile(self) -> Label:
        return PROFILES.get(self.release.profile) or REPORTS.get(self.release.profile) or both("")

    @property
    def destination(self) -> str:
        kind, _, recipient = self.release.destination.partition(": ")
        label = giving.DESTINATIONS.get(kind)
        return " · ".join(str(one) for one in (label or kind, recipient) if str(one))

    @property
    def centres(self) -> str:
        return ", ".join(self.codes.get(one, "?") for one in self.release.centre_ids)


def _form(request: HttpRequest, form: ReleaseForm, status: int = 200, **more) -> HttpResponse:
    context = {
        "form": form,
        "limit": settings.RELEASE_ROWS,
        "confirm_first": confirmation_address(request.path),
        "columns": _columns(more.get("preview")),
    }
    return render(request, "analysis/release.html", context | more, status=status)


def _columns(made) -> list[tuple[str, str]]:
    return [(name, ", ".join(columns)) for name, columns in made.columns.items()] if made else []


def _answer(request: HttpRequest, given: Given) -> HttpResponse:
    if given.content is None:
        messages.success(request, _("A second person is asked. Fetch the file here when it is confirmed."))
        return redirect("releases")
    response = HttpResponse(given.content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{given.release.file_name}"'
    return response
