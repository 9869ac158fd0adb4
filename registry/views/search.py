"""The search from anywhere: a number opens its case; anything else is a search of the working list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from registry import access, searching
from registry.gate import reads_what_is_typed
from registry.models import Patient
from registry.views.cases import FILTERS, SORTS, STANDINGS


@never_cache
@reads_what_is_typed
def search(request: HttpRequest) -> HttpResponse:
    """What was typed comes by POST and stands in no address; asked otherwise, this is the list."""
    wanted = searching.number_in(request.POST.get("q", ""))
    if wanted and (found := _only(request, wanted)):
        return redirect("case", patient_uid=found.patient_uid)
    chosen = _chosen(request)
    if wanted:
        chosen["search"] = searching.keep(request, wanted)
    return redirect(reverse("cases") + (f"?{urlencode(chosen)}" if chosen else ""))


def _only(request: HttpRequest, wanted: str) -> Patient | None:
    """The one case that has this study or registry number."""
    patients = access.visible_patients(request.user)
    numbered = patients.annotate(number=access.shown_number(request.user)).filter(number__iexact=wanted)
    found = list(numbered[:2]) or list(patients.filter(patient_uid=wanted.upper())[:2])
    return found[0] if len(found) == 1 else None


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The filters and the order that the list was shown with; nothing that could have been typed."""
    permitted = {name: {one.code for one in answer.codes} for name, (answer, _path) in FILTERS.items()}
    permitted |= {"stands": set(STANDINGS), "sort": {*SORTS, *(f"-{one}" for one in SORTS)}}
    given = {name: request.POST.get(name, "") for name in permitted}
    return {name: value for name, value in given.items() if value in permitted[name]}
