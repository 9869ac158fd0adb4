"""The page of a patient: the patient and every section of the case."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.safestring import SafeString

from registry.admin.changes import in_brief, operation_name, table_name
from registry.admin.columns import CentreFilter, answer_column, coded_filter
from registry.admin.forms import CaseForm, MainForm, Questions, RowFormSet
from registry.admin.saving import CaseEdit
from registry.admin.scope import CaseScoped, history_address, scope
from registry.admin.versioned import LockedWhileSaved
from registry.admin.why import WHY_CHANGED
from registry.case import INDEX_OPERATION
from registry.labels import Label
from registry.models import CLINICAL, Centre, Change, Death, Diagnosis, Operation, OperationRow, Patient

MOST_ROWS = 300
NEWEST = 10
ONE_PER_PATIENT = {
    model
    for model in CLINICAL
    if any(getattr(one, "fields", ()) == ("patient",) for one in model._meta.constraints)
}
RECENT = Label("Latest changes", "最近的修改")
ALL_CHANGES = Label("All changes of this case", "该病例的全部修改")
DIED = Label("Died", "已死亡")
PRIMARY_SITE = Diagnosis._meta.get_field("primary_site")
SURGERY_DATE = Operation._meta.get_field("surgery_date")


class CaseRows(Questions, admin.StackedInline):
    """One section on the page of its patient. Rights are those in the patient's centre."""

    form, formset = CaseForm, RowFormSet
    extra = 0
    max_num = MOST_ROWS
    classes = ("collapse",)
    show_change_link = True

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        return super().get_formset(request, obj, absolute_max=MOST_ROWS, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return obj is None or obj.centre_id in scope(request).visible

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return obj is None or obj.centre_id in scope(request).editable

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_change_permission(request, obj)

    has_delete_permission = has_change_permission


def rows_of(model: type) -> type[CaseRows]:
    """The inline of one section."""
    given = {
        "model": model,
        "first_fields": ("op_no",) if issubclass(model, OperationRow) else (),
        "max_num": 1 if model in ONE_PER_PATIENT else MOST_ROWS,
    }
    return type(f"{model.__name__}Rows", (CaseRows,), given)


class CasePage(LockedWhileSaved, Questions, CaseScoped):
    """A page that saves rows of one case together (saving.py)."""

    form = MainForm

    def get_fieldsets(self, request: HttpRequest, obj=None):
        """At the end the reason, which a changed row of a complete section needs."""
        asked = super().get_fieldsets(request, obj)
        if obj is None or not self.may_type(request, obj):
            return asked
        return [*asked, (str(WHY_CHANGED), {"fields": ("why", "why_words"), "classes": ("why",)})]

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.edit = request.case_edit = CaseEdit(request)
        return form

    def get_formset_kwargs(self, request: HttpRequest, obj, inline, prefix: str) -> dict[str, object]:
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        return given | {"form_kwargs": {"edit": request.case_edit}}

    def get_inline_formsets(self, request: HttpRequest, formsets, inline_instances, obj=None, **kwargs):
        """The headings of repeated sections say how many rows there are."""
        for formset, inline in zip(formsets, inline_instances, strict=True):
            inline.verbose_name_plural = f"{inline.verbose_name_plural} ({formset.initial_form_count()})"
        return super().get_inline_formsets(request, formsets, inline_instances, obj, **kwargs)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        request.case_edit.finish()


@admin.register(Patient)
class PatientAdmin(CasePage):
    """Cases, with every section. Never deleted: a case is kept for ever."""

    to_centre = "centre"
    inlines = [rows_of(model) for model in CLINICAL if model is not Patient]
    search_fields = ("local_study_id", "patient_uid")
    list_select_related = ("centre",)
    list_filter = (
        CentreFilter,
        "sex",
        coded_filter(Diagnosis, "primary_site"),
        coded_filter(Diagnosis, "functional_status"),
        coded_filter(Operation, "approach_final"),
        "enrolment_type",
        "synthetic",
    )
    list_display = (
        answer_column(Patient, "local_study_id"),
        "centre_code",
        answer_column(Patient, "sex"),
        answer_column(Patient, "birth_ym"),
        "primary",
        "operated_on",
        "died",
        answer_column(Patient, "enrolment_type"),
        "patient_uid",
        "synthetic",
    )
    readonly_fields = ("centre", "patient_uid", "synthetic", "latest_changes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        about = {"patient": OuterRef("pk")}
        index = Operation.objects.filter(**about, op_no=INDEX_OPERATION)
        return (
            super()
            .get_queryset(request)
            .annotate(
                primary_site=Diagnosis.objects.filter(**about).values("primary_site")[:1],
                surgery_date=index.values("surgery_date")[:1],
                has_died=Exists(Death.objects.filter(**about)),
            )
        )

    def centre_of(self, row: Patient) -> Centre:
        return row.centre

    @admin.display(description=lazystr(PRIMARY_SITE.label), ordering="primary_site")
    def primary(self, patient: Patient) -> Label:
        return PRIMARY_SITE.show(patient.primary_site)

    @admin.display(description=lazystr(SURGERY_DATE.label), ordering="surgery_date")
    def operated_on(self, patient: Patient) -> Label:
        return SURGERY_DATE.show(patient.surgery_date)

    @admin.display(description=lazystr(DIED), ordering="has_died")
    def died(self, patient: Patient) -> Label | None:
        return DIED if patient.has_died else None

    @admin.display(description=lazystr(RECENT))
    def latest_changes(self, patient: Patient) -> SafeString:
        """The newest changes of the case in words, and the way to all of them."""
        return render_to_string(
            "admin/registry/latest_changes.html",
            {
                "entries": [
                    (one, table_name(one), operation_name(one), in_brief(one))
                    for one in Change.objects.filter(patient_id=patient.pk).order_by("-id")[:NEWEST]
                ],
                "all": history_address(patient_id__exact=patient.pk),
                "all_label": ALL_CHANGES,
            },
        )

    def view_on_site(self, patient: Patient) -> str:
        return reverse("case", args=[patient.patient_uid])

    def get_inlines(self, request: HttpRequest, obj=None) -> list[type[CaseRows]]:
        """A new patient is stored first; then the page offers the sections."""
        return self.inlines if obj else []

    def get_first_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        if obj is None:
            return ("centre",)
        hidden = ("base",) if self.may_type(request, obj) else ()
        return ("centre", "patient_uid", "synthetic", *hidden)

    def get_fieldsets(self, request: HttpRequest, obj=None):
        asked = super().get_fieldsets(request, obj)
        history = (str(RECENT), {"fields": ("latest_changes",), "classes": ("collapse", "history")})
        return [*asked, history] if obj else asked

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return super().get_readonly_fields(request, obj) if obj else ()

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        kwargs["queryset"] = Centre.objects.filter(pk__in=scope(request).editable)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        if request.method == "POST":
            _lock_centres(request)
        return super().get_form(request, obj, change=change, **kwargs)


def _lock_centres(request: HttpRequest) -> None:
    """Let one person at a time give out study numbers, so that the second is told and not refused
    by the database."""
    list(Centre.objects.select_for_update().filter(pk__in=scope(request).editable).order_by("pk"))
