"""The page of a case on which it is signed, locked and withdrawn; and the freezes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry import access, approvals, signing
from registry.accounts.fresh import confirmation_address, is_fresh
from registry.approvals import Refused
from registry.content import content_hash
from registry.labels import Label
from registry.models import Centre, Freeze, Patient, Signature
from registry.models.signing import MEANINGS
from registry.once import stored_once
from registry.presenting import HistoryEntry, entries
from registry.standing import Standing, standing_of, voiding_change

NOTHING_CHOSEN = Label("Choose what to do.", "请选择要进行的操作。")


@dataclass(frozen=True)
class Shown:
    """A signature on the page; `because` is the change that voided it."""

    signature: Signature
    because: HistoryEntry | None = None


def _signatures(standing: Standing) -> list[Shown]:
    found = [Shown(one) for one in standing.valid]
    for one in standing.void:
        change = voiding_change(one)
        found.append(Shown(one, next(iter(entries([change])), None) if change else None))
    return found


# What the buttons of the page do: the right that each needs, and the message when it is done.
@dataclass(frozen=True)
class Deed:
    """Something that is done to a case from its page."""

    needs: str
    do: Callable[[HttpRequest, Patient], object]
    done: str


def _sign(request: HttpRequest, patient: Patient) -> Signature:
    given = request.POST
    return signing.sign(request.user, patient, given.get("meaning", ""), given.get("offer", ""))


def _with_reason(ask: Callable) -> Callable[[HttpRequest, Patient], object]:
    return lambda request, patient: ask(request.user, patient, request.POST.get("reason", ""))


DEEDS: dict[str, Deed] = {
    "sign": Deed("sign", _sign, gettext_lazy("Signed.")),
    "lock": Deed(
        "lock",
        lambda request, patient: signing.lock(patient, request.POST.get("reason", "")),
        gettext_lazy("The case is locked."),
    ),
    "unlock": Deed(
        "unlock", _with_reason(signing.ask_to_unlock), gettext_lazy("Asked. A second person has to confirm.")
    ),
    "withdraw": Deed(
        "withdraw",
        _with_reason(signing.ask_to_withdraw),
        gettext_lazy("Asked. A second person has to confirm."),
    ),
    "reinstate": Deed(
        "withdraw",
        _with_reason(signing.ask_to_reinstate),
        gettext_lazy("Asked. A second person has to confirm."),
    ),
}


@never_cache
@stored_once
@require_http_methods(["GET", "POST"])
def case_signing(request: HttpRequest, patient_uid: str) -> HttpResponse:
    """Who has signed what, whether the case is locked or withdrawn, and what one may do about it."""
    patient = access.patient_or_404(request.user, patient_uid)
    if request.method == "GET":
        return _page(request, patient)
    name = request.POST.get("do", "")
    deed = DEEDS.get(name)
    if deed is None:
        return _page(request, patient, NOTHING_CHOSEN)
    grant = access.require(request.user, deed.needs, patient.centre_id)
    if name == "sign" and grant.fresh_factor and not is_fresh(request):
        return redirect(confirmation_address(reverse("case_signing", args=[patient.patient_uid])))
    try:
        deed.do(request, patient)
    except Refused as refused:
        return _page(request, patient, refused.label, name)
    messages.success(request, str(deed.done))
    return redirect("case_signing", patient_uid=patient.patient_uid)


def _page(
    request: HttpRequest, patient: Patient, refused: Label | None = None, tried: str = ""
) -> HttpResponse:
    standing = standing_of(patient)
    may = {name: access.may(request.user, one.needs, patient.centre_id) for name, one in DEEDS.items()}
    present = content_hash(patient)
    context = {
        "patient": patient,
        "standing": standing,
        "signatures": _signatures(standing),
        "altered": [one for one in standing.valid if one.content_hash != present],
        "present_hash": present,
        "meanings": MEANINGS.items(),
        "may": may,
        "fresh": is_fresh(request),
        "confirm_first": confirmation_address(reverse("case_signing", args=[patient.patient_uid])),
        "offer": signing.offer(request.user, patient) if may["sign"] else "",
        "waiting": approvals.open_requests().filter(subject=patient.patient_uid, kind__in=signing.KINDS),
        "kinds": signing.KINDS,
        "refused": refused,
        "tried": tried,
        "typed": request.POST,
    }
    return render(request, "registry/sign.html", context, status=422 if refused else 200)


class FreezeForm(forms.Form):
    """Which cases are frozen, and for what."""

    label = forms.CharField(max_length=signing.LONGEST_LABEL, label=gettext_lazy("Freeze for"))
    centre = forms.ModelChoiceField(None, required=False, label=lazystr(Label("Centre", "中心")))
    start = forms.DateField(
        required=False,
        label=gettext_lazy("Operated from"),
        widget=forms.DateInput(attrs={"placeholder": "2024-01-01", "inputmode": "numeric"}),
    )
    end = forms.DateField(
        required=False,
        label=gettext_lazy("Operated until"),
        widget=forms.DateInput(attrs={"placeholder": "2025-12-31", "inputmode": "numeric"}),
    )

    def __init__(self, data, centres, everywhere: bool):
        super().__init__(data)
        self.fields["centre"].queryset = centres
        self.fields["centre"].required = not everywhere
        self.fields["centre"].empty_label = _("all centres") if everywhere else "–"
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self):
        cleaned = super().clean()
        for name in ("start", "end"):
            day = cleaned.get(name)
            if day and not date(1900, 1, 1) <= day <= date.today() + timedelta(days=366):
                self.add_error(name, _("Give a date from 1900 to one year from today."))
        return cleaned


@never_cache
@stored_once
@require_http_methods(["GET", "POST"])
def freezes(request: HttpRequest) -> HttpResponse:
    """The freezes so far with what was unlocked since, and a new one."""
    reach = access.rights_of(request.user).reach("lock")
    if not reach:
        raise Http404
    form = FreezeForm(request.POST or None, Centre.objects.filter(reach.of("pk")), reach.everywhere)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            frozen = signing.freeze(**form.cleaned_data)
            messages.success(request, _("Cases frozen: %(n)d.") % {"n": frozen.locks.count()})
            return redirect("freezes")
        except Refused as error:
            refused = error.label
    made = Freeze.objects.select_related("centre").annotate(
        frozen=Count("locks"), unlocked=Count("locks", filter=Q(locks__released_at__isnull=False))
    )
    context = {"form": form, "freezes": made.order_by("-id")[:200], "refused": refused}
    status = 422 if refused or form.errors else 200
    return render(request, "registry/freezes.html", context, status=status)
