"""Editing: one page for each section of a case, and opening a new case."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry import access, actions
from registry.case import load
from registry.completeness import DRAFT, EMPTY, section_state
from registry.forms import BY_SLUG, SECTIONS
from registry.forms.conflicts import Conflict, conflicts
from registry.forms.editing import SectionEdit, newest_change
from registry.forms.patient import NewCaseForm, PatientForm
from registry.labels import joined
from registry.views.frame import chosen_language, speak


@never_cache
@require_http_methods(["GET", "POST"])
def edit_section(request: HttpRequest, patient_uid: str, section_slug: str) -> HttpResponse:
    """Show one section of a case as a form, or store what was typed into it."""
    patient = access.patient_or_404(request.user, patient_uid)
    section = BY_SLUG.get(section_slug)
    if section is None or not access.can_edit(request.user, patient):
        raise Http404
    if request.method == "GET":
        return _page(request, SectionEdit.opened(patient, section))
    if chosen_language(request):
        return _in_other_language(request, SectionEdit.posted(patient, section, request.POST))
    with transaction.atomic():
        actions.lock_case(patient)
        edit = SectionEdit.posted(patient, section, request.POST)
        valid = edit.is_valid()
        conflicting = conflicts(edit)
        if conflicting or not valid or not _stored(edit):
            return _page(request, edit, conflicting)
    return _saved(request, access.patient_or_404(request.user, patient_uid), section)


def _stored(edit: SectionEdit) -> bool:
    """Whether the section could be stored; somebody may have taken the study number a moment ago."""
    try:
        with transaction.atomic():
            actions.save_section(edit)
    except IntegrityError:
        if not isinstance(edit.head, PatientForm):
            raise
        edit.head.add_error("local_study_id", edit.head.taken())
        return False
    return True


def _in_other_language(request: HttpRequest, edit: SectionEdit) -> HttpResponse:
    """The same page with everything typed so far, in the other language; nothing is stored."""
    language = speak(chosen_language(request))
    edit.is_valid()
    return language.remember(_page(request, edit))


def _page(request: HttpRequest, edit: SectionEdit, conflicting: Sequence[Conflict] = ()) -> HttpResponse:
    errors = [
        (form, form[name], message)
        for form in edit.forms
        if form.is_bound
        for name, listed in form.errors.items()
        if name in form.fields
        for message in listed
    ]
    doubts = edit.open_doubts if edit.data is not None else []
    context = {
        "edit": edit,
        "case": edit.case,
        "patient": edit.case.patient,
        "section": edit.section,
        "sections": SECTIONS,
        "errors": errors,
        "doubts": doubts,
        "conflicts": conflicting,
        "base": newest_change(edit.case.patient) if conflicting else edit.base,
    }
    refused = bool(errors or doubts or conflicting) and request.method == "POST"
    return render(request, "registry/section.html", context, status=422 if refused else 200)


def _saved(request: HttpRequest, patient, section) -> HttpResponse:
    """Say what is still missing, and go where the user asked to go."""
    state = section_state(load(patient), section)
    if state.state not in (EMPTY, DRAFT):
        messages.success(request, _("%(section)s: saved, complete.") % {"section": section.title})
    else:
        missing = str(joined(list(state.missing[:6]), en="; ", zh="；"))
        more = len(state.missing) - 6
        if more > 0:
            missing += _(" and %(n)d more") % {"n": more}
        messages.warning(
            request,
            _("%(section)s: saved as a draft. Still missing: %(missing)s.")
            % {"section": section.title, "missing": missing},
        )
    following = SECTIONS[(SECTIONS.index(section) + 1) % len(SECTIONS)]
    if request.POST.get("then") == "next" and following is not SECTIONS[0]:
        return redirect("section", patient_uid=patient.patient_uid, section_slug=following.slug)
    if request.POST.get("then") == "stay":
        return redirect("section", patient_uid=patient.patient_uid, section_slug=section.slug)
    return redirect(reverse("case", args=[patient.patient_uid]) + f"#{section.slug}")


@never_cache
@require_http_methods(["GET", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """Open a case: the patient section of somebody who is not in the registry yet."""
    centres = list(access.editable_centres(request.user))
    if not centres:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    language = speak(chosen_language(request)) if posted is not None else None
    form = NewCaseForm(posted, centres=centres, half_typed=language is not None, prefix="head")
    doubts = []
    if posted is not None and form.is_valid() and language is None:
        form.settle_doubts(set(posted.getlist("confirm")))
        doubts = [(form, one) for one in form.doubts if not one.is_confirmed]
        if not doubts:
            try:
                with transaction.atomic():
                    actions.open_case(form)
                following = SECTIONS[1].slug
                return redirect("section", form.instance.patient_uid, following)
            except IntegrityError:  # somebody took the study number a moment ago
                form.add_error("local_study_id", form.taken())
    errors = [(form, form[n], m) for n, listed in form.errors.items() if n in form.fields for m in listed]
    context = {"form": form, "errors": errors, "doubts": doubts}
    refused = bool(errors or doubts)
    page = render(request, "registry/new_case.html", context, status=422 if refused else 200)
    return language.remember(page) if language else page
