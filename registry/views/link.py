"""The person behind a case: the hospital's number, where a centre keeps it; and requests to erase."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry import access, approvals, identity
from registry.approvals import Refused
from registry.audit.erasure import KIND
from registry.labels import Label
from registry.models import Patient
from registry.once import stored_once
from registry.reading import Unreadable, clean_text

TOO_LONG = Label(
    "Hospital number: {n} characters are too many; at most {most} are kept.",
    "病案号：{n}个字符过多，最多可保存{most}个。",
)
NOT_READABLE = Label(
    "Hospital number: it holds characters that no number has.", "病案号：含有无法使用的字符。"
)


class NotKept(Exception):
    """The number is not kept; `label` says why."""

    def __init__(self, label: Label):
        super().__init__(label.en)
        self.label = label


@never_cache
@stored_once
@require_http_methods(["GET", "POST"])
def case_person(request: HttpRequest, patient_uid: str) -> HttpResponse:
    """Shows and keeps the hospital's number (data entry and lead of the centre); takes requests to erase."""
    patient = access.patient_or_404(request.user, patient_uid)
    page = {
        "patient": patient,
        "may_name": identity.configured() and access.can_edit(request.user, patient),
        "may_erase": access.may(request.user, "erase", patient.centre_id) is not None,
    }
    if not (page["may_name"] or page["may_erase"]):
        raise Http404
    if request.method == "POST":
        try:
            _do(request, patient, page)
            return redirect("case_person", patient_uid=patient.patient_uid)
        except (NotKept, Refused) as refused:
            page |= {"refused": refused.label, "number": request.POST.get("number", "")}
            page["reason"] = request.POST.get("reason", "")
            return render(request, "registry/person.html", page, status=422)
    return render(request, "registry/person.html", page | _number(patient, page["may_name"]))


def _number(patient: Patient, may_name: bool) -> dict[str, object]:
    try:
        return {"number": identity.number_of(patient) if may_name else ""}
    except identity.Unreadable:
        return {"number": "", "unreadable": True}


def _do(request: HttpRequest, patient: Patient, page: dict) -> None:
    if "erase" in request.POST:
        if not page["may_erase"]:
            raise Http404
        reason = request.POST.get("reason", "")
        approvals.ask(request.user, KIND, centre=patient.centre, subject=patient.patient_uid, reason=reason)
        messages.success(request, _("The erasure is asked for; somebody else confirms it."))
        return
    if not page["may_name"]:
        raise Http404
    identity.keep(patient, _typed(request))
    messages.success(request, _("The hospital number is kept, encrypted."))


def _typed(request: HttpRequest) -> str:
    try:
        number = clean_text(request.POST.get("number", "")).strip()
    except Unreadable:
        raise NotKept(NOT_READABLE) from None
    if len(number) > identity.LONGEST:
        raise NotKept(TOO_LONG.fill(n=len(number), most=identity.LONGEST))
    return number
