"""Examples for the rules on the conduct of the operation."""

from tests.registry.rule_examples import Example

CONVERTED = {
    "operation.conversion": "yes",
    "operation.conversion_reason": "bleeding",
    "operation.approach_final": "converted",
}

EXAMPLES = [
    Example(
        "X052",
        "operation.pringle_total_min",
        kept={"operation.pringle_total_min": 80, "operation.op_time_min": 80},
        broken={"operation.pringle_total_min": 81, "operation.op_time_min": 80},
    ),
    Example(
        "X053",
        "operation.pringle_used",
        kept={"operation.pringle_used": "no", "operation.pringle_total_min": None}
        | {"operation.pringle_cycles": None},
        broken={"operation.pringle_used": "no", "operation.pringle_total_min": None},
    ),
    Example(
        "X054",
        "operation.pringle_total_min",
        kept={"operation.pringle_total_min": 90},
        broken={"operation.pringle_total_min": 91},
    ),
    Example(
        "X240",
        "operation.anaesthesia_time_min",
        kept={"operation.anaesthesia_time_min": 200},
        broken={"operation.anaesthesia_time_min": 199},
    ),
    Example(
        "X055a",
        "operation.approach_planned",
        kept={"operation.approach_planned": "open", "operation.approach_final": "open"},
        broken={**CONVERTED, "operation.approach_planned": "open", "operation.intraop_incident_grade": "2"},
    ),
    Example(
        "X055b",
        "operation.conversion",
        kept={**CONVERTED, "operation.intraop_incident_grade": "2"},
        broken={"operation.conversion": "yes"},
    ),
    Example(
        "X243",
        "operation.approach_planned",
        kept={"operation.approach_planned": "hybrid"},
        broken={"operation.approach_planned": "converted"},
    ),
    Example(
        "X241",
        "operation.transfused_periop",
        kept={"operation.transfused_periop": "yes"},
        broken={"operation.transfused_intraop": "yes"},
    ),
    Example(
        "X057",
        "operation.transfused_periop",
        kept={"operation.blood_loss_ml": 3000, "operation.intraop_incident_grade": "2"},
        broken={"operation.blood_loss_ml": 3001, "operation.intraop_incident_grade": "2"},
    ),
    Example(
        "X058",
        "operation.blood_loss_ml",
        kept={"operation.blood_loss_ml": 8, "operation.op_time_min": 120},
        broken={"operation.blood_loss_ml": 8, "operation.op_time_min": 121},
    ),
    Example(
        "X059",
        "operation.intraop_incident_grade",
        kept={"operation.blood_loss_ml": 2000, "operation.blood_loss_ml_cmp": "lt"},
        broken={**CONVERTED},
    ),
    Example(
        "X060a",
        "operation.octreotide_preop_bolus_ug",
        kept={"operation.octreotide_prophylaxis": "bolus", "operation.octreotide_infusion_ug_h": 0},
        broken={"operation.octreotide_prophylaxis": "infusion"},
    ),
    Example(
        "X060b",
        "operation.octreotide_infusion_ug_h",
        kept={"operation.octreotide_infusion_ug_h": None},
        broken={"operation.octreotide_infusion_ug_h": 0},
    ),
    Example(
        "X061",
        "operation.carcinoid_crisis",
        kept={"operation.carcinoid_crisis": "documented", "operation.haemodynamic_instability": "yes"},
        broken={"operation.carcinoid_crisis": "documented"},
    ),
]
