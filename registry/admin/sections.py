"""A list of each section over all cases, and a page for each of its rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

from registry.admin.columns import CentreFilter, answer_column, study_number
from registry.admin.patient import CasePage
from registry.admin.scope import scope
from registry.models import (
    Assessment,
    Complication,
    Consent,
    Death,
    Diagnosis,
    FollowupVisit,
    Operation,
    OperationRow,
    Patient,
    PostopCourse,
    PriorTreatment,
    Specimen,
    SubsequentTherapy,
    TreatmentSummary,
)
from registry.summaries import summary_of


@dataclass(frozen=True)
class Listing:
    """How the rows of a section are listed: answers shown, answers to filter by, date to drill into."""

    columns: tuple[str, ...]
    filters: tuple[str, ...] = ()
    date: str | None = None


LISTINGS: dict[type[models.Model], Listing] = {
    Consent: Listing(
        ("consent_status", "consent_date", "consent_version", "consent_scope", "withdrawal_date"),
        ("consent_status", "crossborder_consent", "withdrawal_type"),
        "consent_date",
    ),
    Diagnosis: Listing(
        ("primary_site", "functional_status", "hormone_syndrome", "primary_diagnosis_date")
        + ("netlm_diagnosis_date", "primary_status_at_index"),
        ("functional_status", "primary_status_at_index", "primary_site", "tnm_edition"),
        "netlm_diagnosis_date",
    ),
    TreatmentSummary: Listing(("prior_tx_none", "subs_none"), ("prior_tx_none", "subs_none")),
    PriorTreatment: Listing(
        ("tx_category", "tx_agent", "tx_start_date", "tx_end_date", "tx_sessions", "tx_best_response"),
        ("tx_category", "tx_best_response", "tx_ongoing", "tx_intent"),
        "tx_start_date",
    ),
    Assessment: Listing(
        ("assessment_date", "liver_burden_pct", "liver_mets_count", "largest_met_cm")
        + ("lobar_distribution", "frilling_type", "extrahepatic_disease", "ecog", "asa"),
        ("lobar_distribution", "frilling_type", "extrahepatic_disease", "ecog", "asa"),
        "assessment_date",
    ),
    Operation: Listing(
        ("surgery_date", "approach_final", "surgical_intent", "op_time_min", "blood_loss_ml")
        + ("transfused_periop", "debulking_pct", "residual_status"),
        ("approach_final", "surgical_intent", "residual_status", "transfused_periop", "procedure_completed"),
        "surgery_date",
    ),
    Specimen: Listing(
        ("specimen_source", "specimen_date", "histological_type", "grade_reported")
        + ("ki67_pct", "mitoses_per_2mm2"),
        ("specimen_source", "grade_reported", "histological_type", "central_review"),
        "specimen_date",
    ),
    PostopCourse: Listing(
        ("discharge_date", "icu_days", "died_in_hospital", "complication_ascertainment")
        + ("reoperation", "readmitted_90d"),
        ("complication_ascertainment", "died_in_hospital", "icu_admission", "reoperation", "readmitted_90d"),
        "discharge_date",
    ),
    Complication: Listing(
        ("comp_type", "cd_grade", "onset_date", "management", "related_to_surgery", "resolved_date"),
        ("cd_grade", "comp_type", "related_to_surgery"),
        "onset_date",
    ),
    SubsequentTherapy: Listing(
        ("line_no", "subs_category", "subs_agent", "subs_start_date", "subs_end_date", "subs_best_response"),
        ("subs_category", "subs_reason", "subs_best_response"),
        "subs_start_date",
    ),
    FollowupVisit: Listing(
        ("visit_date", "visit_type", "vital_status", "imaging_date", "recist_overall", "progression_date"),
        ("vital_status", "visit_type", "recist_overall", "hepatic_progression", "lost_to_followup"),
        "visit_date",
    ),
    Death: Listing(
        ("death_date", "death_cause", "death_related_to_surgery", "death_source"),
        ("death_cause", "death_related_to_surgery", "death_source"),
        "death_date",
    ),
}


class SectionAdmin(CasePage):
    """The rows of one section over all cases that the user sees."""

    search_fields = ("patient__local_study_id", "patient__patient_uid")
    list_select_related = ("patient__centre",)
    autocomplete_fields = ("patient",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("patient__centre")

    def get_first_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        number = ("op_no",) if issubclass(self.model, OperationRow) else ()
        hidden = ("base",) if obj and self.may_type(request, obj) else ()
        return ("patient", *number, *hidden)

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        """A row stays with its patient."""
        return [*super().get_readonly_fields(request, obj), *(("patient",) if obj else ())]

    def render_change_form(self, request: HttpRequest, context, *args, **kwargs) -> HttpResponse:
        """The heading says whose row it is, and which."""
        row = context["original"]
        if row is not None:
            context["subtitle"] = " · ".join(filter(None, (str(row.patient), str(summary_of(row)))))
        return super().render_change_form(request, context, *args, **kwargs)

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        kwargs["queryset"] = Patient.objects.filter(centre__in=scope(request).editable)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def section_admin(model: type[models.Model], listing: Listing) -> type[SectionAdmin]:
    """The admin class of one section."""
    number = ("op_no",) if issubclass(model, OperationRow) else ()
    given = {
        "list_display": (
            study_number,
            "centre_code",
            *number,
            *(answer_column(model, name) for name in listing.columns),
        ),
        "list_filter": (CentreFilter, *listing.filters),
        "date_hierarchy": listing.date,
        "ordering": (f"-{listing.date}" if listing.date else "patient__local_study_id", "-pk"),
    }
    return type(f"{model.__name__}Admin", (SectionAdmin,), given)


for model, listing in LISTINGS.items():
    admin.site.register(model, section_admin(model, listing))
