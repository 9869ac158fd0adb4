"""The operation, from plan to drain."""

from registry.forms.record import Group, RecordForm, names
from registry.labels import Label
from registry.models import Operation

GROUPS = (
    Group(
        Label("Plan", "手术计划"),
        "surgical_indication",
        "surgical_intent",
        "planned_debulking_pct",
        "mdt_discussed",
        "mdt_date",
        "preop_liver_augmentation",
    ),
    Group(
        Label("Operation", "手术"),
        "surgery_date",
        "stage_of_plan",
        "urgency",
        "approach_planned",
        "approach_final",
        "conversion",
        "conversion_reason",
        "procedure_completed",
    ),
    Group(
        Label("During the operation", "术中情况"),
        "op_time_min",
        "anaesthesia_time_min",
        "blood_loss_ml",
        "blood_loss_method",
        "transfused_intraop",
        "transfused_periop",
        "cell_salvage_ml",
    ),
    Group(
        Label("Control of blood flow", "血流控制"),
        "pringle_used",
        "pringle_total_min",
        "pringle_cycles",
        "vascular_control_other",
        "low_cvp",
        "intraop_ultrasound",
        "icg_fluorescence",
    ),
    Group(
        Label("What was removed", "切除情况"),
        "n_mets_found_intraop",
        "n_mets_resected",
        "n_mets_ablated",
        "concomitant_primary_resection",
        "concomitant_procedures",
        "extrahepatic_cytoreduction",
    ),
    Group(
        Label("Debulking and what remains", "减瘤与残留"),
        "debulking_pct",
        "debulking_method",
        "debulking_basis",
        "debulking_pct_imaging",
        "residual_status_liver",
        "residual_status",
        "residual_sites",
    ),
    Group(
        Label("Carcinoid prophylaxis and stability", "类癌预防与循环稳定"),
        "octreotide_prophylaxis",
        "octreotide_preop_bolus_ug",
        "octreotide_infusion_ug_h",
        "octreotide_rescue_ug",
        "haemodynamic_instability",
        "carcinoid_crisis",
        "lowest_sbp_mmhg",
        "vasopressors",
    ),
    Group(
        Label("End of the operation", "手术结束"),
        "intraop_incident_grade",
        "drain_placed",
        "drain_count",
        "surgeon_experience",
    ),
)


class OperationForm(RecordForm):
    groups = GROUPS

    class Meta:
        model = Operation
        fields = names(GROUPS)
