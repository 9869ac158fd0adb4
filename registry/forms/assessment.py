"""The patient and the liver disease before the operation."""

from registry.forms.record import Group, RecordForm, names
from registry.labels import Label
from registry.models import Assessment

GROUPS = (
    Group(Label("General condition", "一般情况"), "assessment_date", "height_cm", "weight_kg", "ecog", "asa"),
    Group(Label("Liver background", "肝脏背景"), "cirrhosis", "hbsag", "hcv_antibody", "background_liver"),
    Group(
        Label("Liver metastases", "肝转移灶"),
        "liver_imaging_date",
        "liver_imaging_modality",
        "liver_mets_count",
        "largest_met_cm",
        "liver_burden_pct",
        "liver_burden_method",
        "total_liver_volume_ml",
        "tumour_volume_ml",
    ),
    Group(
        Label("Distribution", "分布"),
        "lobar_distribution",
        "segments_involved",
        "frilling_type",
        "mahuron_type",
        "vascular_involvement",
        "cystic_metastases",
    ),
    Group(Label("Remnant", "预留肝脏"), "flr_ml", "flr_pct"),
    Group(Label("Outside the liver", "肝外"), "extrahepatic_disease", "extrahepatic_sites"),
)


class AssessmentForm(RecordForm):
    groups = GROUPS

    class Meta:
        model = Assessment
        fields = names(GROUPS)
