"""Follow-up visits and death."""

from registry.forms.record import Group, RecordForm, names
from registry.labels import Label
from registry.models import Death, FollowupVisit

VISIT = (
    Group(
        Label("Contact", "随访"),
        "visit_date",
        "visit_type",
        "vital_status",
        "lost_to_followup",
        "visit_ecog",
        "symptom_relief",
        "disease_status",
    ),
    Group(
        Label("Imaging", "影像"),
        "imaging_done",
        "imaging_date",
        "imaging_modality",
        "is_postop_baseline",
        "target_sum_mm",
        "new_lesion",
        "recist_overall",
    ),
    Group(
        Label("Progression", "进展"),
        "hepatic_progression",
        "extrahepatic_progression",
        "progression_date",
        "progression_basis",
    ),
    Group(
        Label("Since then", "其他"),
        "treatment_changed",
        "visit_flushing_per_day",
        "visit_stools_per_day",
        "late_complication",
    ),
)
DEATH = (
    Group(Label("Death", "死亡"), "death_date", "death_cause", "death_related_to_surgery", "death_source"),
)


class VisitForm(RecordForm):
    groups = VISIT

    class Meta:
        model = FollowupVisit
        fields = names(VISIT)


class DeathForm(RecordForm):
    groups = DEATH

    class Meta:
        model = Death
        fields = names(DEATH)
