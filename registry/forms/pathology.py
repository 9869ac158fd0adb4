"""Specimens: each has its own Ki-67, mitoses and grade."""

from registry.forms.record import Group, RecordForm, names
from registry.labels import Label
from registry.models import Specimen

GROUPS = (
    Group(
        Label("Specimen", "标本"),
        "specimen_source",
        "specimen_date",
        "specimen_op_no",
        "histological_type",
        "who_edition",
    ),
    Group(
        Label("Grade", "分级"),
        "grade_reported",
        "ki67_pct",
        "ki67_low",
        "ki67_high",
        "ki67_cells_counted",
        "mitoses_per_2mm2",
        "mitoses_area_basis",
        "necrosis",
    ),
    Group(
        Label("Stains", "免疫组化"),
        "cga_ihc",
        "syn_ihc",
        "sstr2_ihc",
        "p53_pattern",
        "rb1_loss",
        "atrx_daxx_loss",
    ),
    Group(
        Label("Lesions and margins", "病灶与切缘"),
        "lesions_examined",
        "lesions_g1",
        "lesions_g2",
        "lesions_g3",
        "largest_lesion_cm",
        "margin_status",
        "margin_mm",
        "lymphovascular_invasion",
        "perineural_invasion",
        "background_pathology",
    ),
    Group(Label("Review", "复核"), "central_review", "central_grade"),
)


class SpecimenForm(RecordForm):
    groups = GROUPS

    class Meta:
        model = Specimen
        fields = names(GROUPS)
