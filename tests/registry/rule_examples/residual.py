"""Examples for the rules on lesions treated and tumour left."""

from tests.registry.rule_examples import Example

CLEARED = {
    "operation.debulking_pct": 100,
    "operation.debulking_pct_imaging": 100,
    "operation.residual_status": "r0",
    "operation.residual_status_liver": "r0",
    "operation.residual_sites": None,
    "visits.disease_status": "ned",
    "visits.vital_status": "alive_ned",
}
PRIMARY_LEFT = {
    "diagnosis.primary_status_at_index": "in_situ",
    "diagnosis.primary_resection_date": None,
    "prior_treatments": [],
    "treatment_summary.prior_tx_none": "yes",
    "operation.concomitant_primary_resection": "no",
}

EXAMPLES = [
    Example(
        "X030",
        "operation.n_mets_resected",
        kept={"operation.n_mets_resected": 10},
        broken={"operation.n_mets_resected": 11},
    ),
    Example(
        "X031",
        "operation.n_mets_resected",
        kept={"operation.n_mets_resected": 12, "operation.n_mets_found_intraop": None}
        | {"assessment.liver_mets_count": 16, "assessment.liver_mets_count_cmp": "ge"},
        broken={"operation.n_mets_resected": 12, "operation.n_mets_found_intraop": None}
        | {"assessment.liver_mets_count": 15, "assessment.liver_mets_count_cmp": "ge"},
    ),
    Example(
        "X032",
        "operation.n_mets_resected",
        kept={"operation.n_mets_resected": 0, "operation.n_mets_ablated": 1},
        broken={"operation.n_mets_resected": 0, "operation.n_mets_ablated": 0},
    ),
    Example(
        "X033",
        "operation.procedure_completed",
        kept={"operation.procedure_completed": "exploration", "operation.debulking_pct": 0}
        | {"operation.n_mets_resected": 0, "operation.n_mets_ablated": 0}
        | {"operation.debulking_pct_imaging": None},
        broken={"operation.procedure_completed": "exploration", "operation.debulking_pct": 0}
        | {"operation.n_mets_resected": 0, "operation.n_mets_ablated": 1}
        | {"operation.debulking_pct_imaging": None},
    ),
    Example(
        "X037a",
        "operation.residual_status_liver",
        kept={**CLEARED, "operation.debulking_pct": 90, "operation.debulking_pct_cmp": "ge"},
        broken={**CLEARED, "operation.debulking_pct": 90},
    ),
    Example(
        "X037b",
        "operation.residual_status",
        kept={**CLEARED, "operation.residual_status": "r1", "operation.residual_status_liver": "r1"},
        broken={**CLEARED, "operation.residual_status_liver": "r1"},
    ),
    Example(
        "X038a",
        "operation.residual_status",
        kept={"operation.residual_status_liver": None},
        broken={"operation.residual_status": "rx"},
    ),
    Example(
        "X038b",
        "operation.residual_sites",
        kept={"operation.residual_sites": ["liver", "nodes"]},
        broken={"operation.residual_sites": ["nodes"]},
    ),
    Example(
        "X039",
        "operation.residual_sites",
        kept={"operation.debulking_pct": 99},
        broken={"operation.debulking_pct": 100},
    ),
    Example(
        "X040",
        "specimens.margin_status",
        kept={**CLEARED, "specimens.margin_status": "involved", "specimens.specimen_op_no": 2},
        broken={**CLEARED, "specimens.margin_status": "involved"},
        kept_with=("X080",),
    ),
    Example(
        "X041",
        "operation.residual_status",
        kept={**CLEARED, "assessment.extrahepatic_disease": "yes"}
        | {"operation.extrahepatic_cytoreduction": "all"},
        broken={**CLEARED, "assessment.extrahepatic_disease": "yes"}
        | {"operation.extrahepatic_cytoreduction": "part"},
    ),
    Example(
        "X042",
        "operation.residual_status",
        kept={**PRIMARY_LEFT, "operation.residual_sites": ["liver", "primary"]},
        broken=PRIMARY_LEFT,
    ),
    Example(
        "X043",
        "operation.concomitant_primary_resection",
        kept={**PRIMARY_LEFT, "operation.concomitant_primary_resection": "yes"},
        broken={"operation.concomitant_primary_resection": "yes"},
    ),
    Example(
        "X046",
        "operation.residual_status",
        kept={"operation.surgical_intent": "staged_curative"},
        broken={"operation.surgical_intent": "curative"},
    ),
    Example(
        "X242",
        "operation.debulking_pct_imaging",
        kept={"operation.debulking_pct_imaging": 75},
        broken={"operation.debulking_pct_imaging": 74},
    ),
]
