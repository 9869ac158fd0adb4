"""The primary tumour, its function and its dates."""

from registry.forms.record import Group, RecordForm, names
from registry.labels import Label
from registry.models import Diagnosis

GROUPS = (
    Group(
        Label("Primary tumour", "原发肿瘤"),
        "primary_site",
        "primary_site_basis",
        "primary_diagnosis_date",
        "netlm_diagnosis_date",
    ),
    Group(
        Label("State before the operation", "索引手术前状态"),
        "primary_status_at_index",
        "primary_resection_date",
        "functional_status",
        "hormone_syndrome",
    ),
    Group(
        Label("Stage and coding", "分期与编码"),
        "tnm_edition",
        "t_category",
        "n_category",
        "m_category",
        "icdo_topography",
        "icdo_morphology",
    ),
)


class DiagnosisForm(RecordForm):
    groups = GROUPS

    class Meta:
        model = Diagnosis
        fields = names(GROUPS)
