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

from registry import access, actions, drafts
from registry.case import load
from registry.completeness import DRAFT, EMPTY, section_state
from registry.forms import BY_SLUG, SECTIONS
from registry.forms.conflicts import Conflict
from registry.forms.differences import differences, typed_into
from registry.forms.editing import SectionEdit
from registry.forms.patient import NewCaseForm, PatientForm
from registry.forms.sections import Section
from registry.gate import reads_what_is_typed
from registry.labels import Label, both, joined
from registry.models import Draft, Patient
from registry.once import key_for, sent_key, stored_once, tells_typed_anew
from registry.reasons import NoReason
from registry.standing import standing_of
from registry.views.frame import chosen_language, speak

NAMED = 6  # so many answers are named in a message; the others are counted


@never_cache
@stored_once
@tells_typed_anew
@reads_what_is_typed
@require_http_methods(["GET", "POST"])
def edit_section(request: HttpRequest, patient_uid: str, section_slug: str) -> HttpResponse:
    """Show one section of a case as a form, or store what was typed into it."""
    patient = access.patient_or_404(request.user, patient_uid)
    section = BY_SLUG.get(section_slug)
    if section is None or not access.can_edit(request.user, patient):
        raise Http404
    if request.method == "GET":
        if closed := standing_of(patient).closed:
            messages.warning(request, str(closed))
            return redirect("case", patient_uid=patient.patient_uid)
        return _opened(request, patient, section)
    if chosen_language(request):
        return _in_other_language(request, SectionEdit.posted(patient, section, request.POST))
    return actions.again_after_a_deadlock(lambda: _sent(request, patient, section))


def _opened(request: HttpRequest, patient: Patient, section: Section) -> HttpResponse:
    """The form as the section is stored; or, where the author goes on with a draft, as it was typed."""
    name = drafts.form_name(patient, section.slug)
    if "draft" in request.GET:
        draft = drafts.of_page(request.user, name, request.GET["draft"])
        if draft is not None:
            request.form_key = draft.page
            edit = SectionEdit.posted(patient, section, drafts.as_typed(draft))
            edit.is_valid()
            return _page(request, edit, edit.conflicts(), draft=draft)
    offered = drafts.newest(request.user, name)
    return _page(request, SectionEdit.opened(patient, section), offer=_offer(patient, section, offered))


def _offer(patient: Patient, section: Section, draft: Draft | None) -> dict[str, object] | None:
    """A draft to go on with, and in what it differs from what is stored; nothing if it does not."""
    if draft is None:
        return None
    edit = SectionEdit.posted(patient, section, drafts.as_typed(draft))
    edit.is_valid()
    found = differences(edit)
    return {"draft": draft, "differences": found} if found else None


def _sent(request: HttpRequest, patient: Patient, section: Section) -> HttpResponse:
    """Store what was typed, or show why not with everything typed still there."""
    actions.lock_case(patient, section.models)
    edit = SectionEdit.posted(patient, section, request.POST)
    valid = edit.is_valid()
    conflicting, closed = edit.conflicts(), standing_of(patient).closed
    settled = request.sent.first and edit.is_known and not conflicting and not closed
    if not settled or not valid or not _stored(edit):
        return _page(request, edit, conflicting, closed)
    drafts.forget(request.user, sent_key(request))
    _tell_what_was_taken(request, edit)
    return _saved(request, access.patient_or_404(request.user, patient.patient_uid), section)


def _stored(edit: SectionEdit) -> bool:
    """Whether the section could be stored; somebody may have taken the study number a moment ago."""
    try:
        with transaction.atomic():
            actions.save_section(edit)
    except NoReason:
        edit.why_refused = True
        return False
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
    return language.remember(_page(request, edit, edit.conflicts()))


def _page(
    request: HttpRequest,
    edit: SectionEdit,
    conflicting: Sequence[Conflict] = (),
    closed: Label | None = None,
    draft: Draft | None = None,
    offer: dict[str, object] | None = None,
) -> HttpResponse:
    errors = [
        (form, form[name], message)
        for form in edit.forms
        if form.is_bound
        for name, listed in form.errors.items()
        if name in form.fields
        for message in listed
    ]
    doubts = edit.open_doubts if edit.data is not None else []
    name, sent = drafts.form_name(edit.case.patient, edit.section.slug), getattr(request, "sent", None)
    if sent is not None and draft is None:
        draft = drafts.of_page(request.user, name, key_for(request))
    context = {
        "edit": edit,
        "case": edit.case,
        "patient": edit.case.patient,
        "section": edit.section,
        "sections": SECTIONS,
        "errors": errors,
        "doubts": doubts,
        "conflicts": conflicting,
        "closed": closed,
        "unknown": not edit.is_known,
        "sent_before": sent if sent is not None and not sent.first else None,
        "before": (edit.data.get("before") or edit.data.get("base", "")) if conflicting else "",
        "form_key": key_for(request),
        "draft_form": name,
        "draft_counts_from": drafts.counts_from(draft),
        "continued": draft if request.method == "GET" else None,
        "offer": offer,
    }
    return render(request, "registry/section.html", context, status=_status(request, edit, context))


def _status(request: HttpRequest, edit: SectionEdit, shown: dict[str, object]) -> int:
    """200 for a page that was asked for, 422 for what cannot be stored, 409 for what would undo something."""
    if request.method == "GET" or chosen_language(request):
        return 200
    if shown["closed"] or shown["conflicts"] or shown["unknown"] or shown["sent_before"]:
        return 409
    return 422 if shown["errors"] or shown["doubts"] or edit.why_refused else 200


def _tell_what_was_taken(request: HttpRequest, edit: SectionEdit) -> None:
    """Say what was stored together with somebody else's changes."""
    told = [f"{one.label}: {one.stored} ({one.who})" for one in edit.taken[:NAMED]]
    if len(edit.taken) > NAMED:
        told.append(_("and %(n)d more") % {"n": len(edit.taken) - NAMED})
    if told:
        merged = _("Changed by others meanwhile, and kept: %(changes)s.")
        changes = joined([both(one) for one in told], en="; ", zh="；")
        messages.info(request, merged % {"changes": changes})


def _saved(request: HttpRequest, patient: Patient, section: Section) -> HttpResponse:
    """Say what is still missing, and go where the user asked to go."""
    state = section_state(load(patient), section)
    if state.state not in (EMPTY, DRAFT):
        messages.success(request, _("%(section)s: saved, complete.") % {"section": section.title})
    else:
        missing = str(joined(list(state.missing[:NAMED]), en="; ", zh="；"))
        more = len(state.missing) - NAMED
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
@stored_once
@tells_typed_anew
@reads_what_is_typed
@require_http_methods(["GET", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """Open a case: the patient section of somebody who is not in the registry yet."""
    centres = list(access.editable_centres(request.user))
    if not centres:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    language = speak(chosen_language(request)) if posted is not None else None
    form = NewCaseForm(posted, centres=centres, half_typed=language is not None, prefix="head")
    if posted is None:
        return _new_case_page(request, *_new_case_draft(request, form, centres))
    valid = form.is_valid()
    form.settle_doubts(set(posted.getlist("confirm")))
    if valid and language is None and request.sent.first and all(one.is_confirmed for one in form.doubts):
        try:
            with transaction.atomic():
                actions.open_case(form)
            drafts.forget(request.user, sent_key(request))
            return redirect("section", form.instance.patient_uid, SECTIONS[1].slug)
        except IntegrityError:  # somebody took the study number a moment ago
            form.add_error("local_study_id", form.taken())
    page = _new_case_page(request, form)
    return language.remember(page) if language else page


def _new_case_draft(request: HttpRequest, form: NewCaseForm, centres) -> tuple:
    """The form, as a draft has it where the author goes on with that; the draft; and one to offer."""
    wanted = request.GET.get("draft")
    draft = (
        drafts.of_page(request.user, drafts.NEW_CASE, wanted)
        if wanted
        else drafts.newest(request.user, drafts.NEW_CASE)
    )
    if draft is None:
        return form, None, None
    typed = NewCaseForm(drafts.as_typed(draft), centres=centres, half_typed=True, prefix="head")
    typed.is_valid()
    if wanted:
        request.form_key = draft.page
        return typed, draft, None
    found = typed_into(typed)
    return form, None, {"draft": draft, "differences": found} if found else None


def _new_case_page(
    request: HttpRequest, form: NewCaseForm, draft: Draft | None = None, offer: dict | None = None
) -> HttpResponse:
    errors = [(form, form[n], m) for n, listed in form.errors.items() if n in form.fields for m in listed]
    doubts = [(form, one) for one in form.doubts if not one.is_confirmed]
    sent = getattr(request, "sent", None)
    if sent is not None:
        draft = drafts.of_page(request.user, drafts.NEW_CASE, key_for(request))
    context = {
        "form": form,
        "errors": errors,
        "doubts": doubts,
        "sent_before": sent if sent is not None and not sent.first else None,
        "form_key": key_for(request),
        "draft_form": drafts.NEW_CASE,
        "draft_counts_from": drafts.counts_from(draft),
        "continued": draft if sent is None else None,
        "offer": offer,
    }
    shown_only = sent is None or chosen_language(request)
    status = 200 if shown_only else 409 if context["sent_before"] else 422 if errors or doubts else 200
    return render(request, "registry/new_case.html", context, status=status)
