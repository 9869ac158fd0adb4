"""The one line that says which row of a repeated section a row is."""

from __future__ import annotations

from django.db import models

from registry.fields import shown
from registry.labels import Label, joined
from registry.models import (
    Complication,
    Consent,
    FollowupVisit,
    PriorTreatment,
    Specimen,
    SubsequentTherapy,
)

SUMMARY: dict[type[models.Model], tuple[str, ...]] = {
    Consent: ("consent_status", "consent_date"),
    PriorTreatment: ("tx_category", "tx_agent", "tx_start_date", "tx_best_response"),
    Specimen: ("specimen_source", "specimen_date", "grade_reported", "ki67_pct"),
    Complication: ("comp_type", "cd_grade", "onset_date"),
    SubsequentTherapy: ("subs_category", "subs_agent", "subs_start_date"),
    FollowupVisit: ("visit_date", "vital_status", "recist_overall"),
}


def summary_of(row: models.Model) -> Label:
    """The answers named in SUMMARY, those that were given, in one line."""
    parts = [shown(row._meta.get_field(name), row) for name in SUMMARY.get(type(row), ())]
    return joined([part for part in parts if part.en], en=" · ", zh=" · ")
