"""The history of changes: of a case, of one row, of what a person did, of everything one may see."""

from __future__ import annotations

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry import access, reviewing
from registry.histories import SECURITY_TABLES, HistoryFilter, of_person
from registry.labels import both
from registry.models import Change, Viewed
from registry.presenting import changes_of, entries, models_by_table
from registry.viewing import IN_WORDS, shows

PER_PAGE = 100
LARGEST_KEY = 2**63 - 1


@never_cache
@require_GET
def case_history(request: HttpRequest, patient_uid: str) -> HttpResponse:
    """Every change of a case: field, old, new, who, when, why, by which way."""
    patient = access.patient_or_404(request.user, patient_uid)
    form = HistoryFilter(request.GET)
    page = Paginator(form.narrowed(changes_of(patient)), PER_PAGE).get_page(request.GET.get("page"))
    context = {"patient": patient, "page": page, "entries": entries(page), "form": form, "links": True}
    return render(request, "registry/history.html", context)


@never_cache
@require_GET
def case_views(request: HttpRequest, patient_uid: str) -> HttpResponse:
    """Who has looked at this case, newest first."""
    patient = access.patient_or_404(request.user, patient_uid)
    if access.require(request.user, "security_log", patient.centre_id).entries:
        raise Http404
    views = Viewed.objects.filter(patient_id=patient.pk).order_by("-id")
    page = Paginator(views, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(one, IN_WORDS.get(one.what, both(one.what))) for one in page]
    return render(request, "registry/case_views.html", {"patient": patient, "page": page, "rows": rows})


@never_cache
@require_GET
def row_history(request: HttpRequest, table: str, row: int) -> HttpResponse:
    """Every change of one row of any table, a centre, a person or a membership included."""
    if table not in models_by_table() or row > LARGEST_KEY:
        raise Http404
    changes = Change.objects.filter(table_name=table, row_id=row)
    if not changes.exists():
        raise Http404
    name = str(models_by_table()[table]._meta.verbose_name)
    heading = _("History of one row: %(table)s %(number)d") % {"table": name, "number": row}
    return _listed(request, changes, heading, fixed=("table",))


@never_cache
@require_GET
def person_history(request: HttpRequest, name: str) -> HttpResponse:
    """What one person has changed, as far as the reader may see it."""
    if name != request.user.get_username() and not _sees_others(request.user):
        raise Http404
    heading = _("What %(name)s has changed") % {"name": name}
    return _listed(request, Change.objects.filter(of_person(name)), heading, fixed=("person",))


@never_cache
@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """The whole history that the reader may see."""
    return _listed(request, Change.objects.all(), _("History of changes"))


@never_cache
@require_GET
def security_log(request: HttpRequest) -> HttpResponse:
    """Logins, roles, factors, locks, signatures, requests, releases: what the history tells of access."""
    grant = access.require(request.user, "security_log")
    changes = Change.objects.filter(table_name__in=SECURITY_TABLES)
    if grant.entries:
        changes = changes.filter(actor=request.user.get_username())
    return _listed(request, changes, _("Access and security log"), tables=list(SECURITY_TABLES))


@never_cache
@require_GET
def access_review(request: HttpRequest) -> HttpResponse:
    """One month: who looked at how much, when, and what was changed without a reason."""
    if access.require(request.user, "security_log").entries:
        raise Http404
    asked = request.GET.get("month", "")
    month = reviewing.month_of(asked) or localdate().replace(day=1)
    sort = request.GET.get("sort", "")
    found = reviewing.people(month, sort)
    context = {
        "month": month,
        "unreadable": asked if asked and month != reviewing.month_of(asked) else "",
        "earlier": (month - timedelta(days=1)).strftime("%Y-%m"),
        "later": reviewing.following(month).strftime("%Y-%m") if month < localdate().replace(day=1) else "",
        "people": found,
        "marked": sum(bool(one.marks) for one in found),
        "columns": reviewing.COLUMNS.items(),
        "sort": sort,
        "night_from": reviewing.NIGHT_FROM,
        "night_to": reviewing.NIGHT_TO,
        "many": reviewing.MANY_CASES,
    }
    return render(request, "registry/access_review.html", context)


def _sees_others(user) -> bool:
    log = access.may(user, "security_log")
    return access.may(user, "audit_trail") is not None or (log is not None and not log.entries)


def _listed(
    request: HttpRequest,
    changes: QuerySet[Change],
    heading: str,
    tables: list[str] | None = None,
    fixed: tuple[str, ...] = (),
) -> HttpResponse:
    """One page of changes, newest first. Pages go on from the last change shown, so that nothing
    has to be counted in a history of millions."""
    form = HistoryFilter(request.GET, tables, fixed)
    before = request.GET.get("before", "")
    found = form.narrowed(changes).order_by("-id")
    if before.isascii() and before.isdecimal() and int(before) <= LARGEST_KEY:
        found = found.filter(id__lt=int(before))
    shown = list(found[: PER_PAGE + 1])
    older = shown[PER_PAGE - 1].pk if len(shown) > PER_PAGE else None
    shown = shown[:PER_PAGE]
    cases = {one.patient_id: one.centre_id for one in shown if one.patient_id}
    shows(request, len(cases), *(next(iter(cases.items())) if len(cases) == 1 else ()))
    context = {"heading": heading, "entries": entries(shown), "form": form, "older": older, "links": True}
    return render(request, "registry/history_list.html", context)
