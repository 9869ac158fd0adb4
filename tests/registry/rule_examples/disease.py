"""Examples for the rules on tumour, patient and the lists of treatments."""

from datetime import date
from decimal import Decimal

from tests.registry.complete_case import day
from tests.registry.rule_examples import Example

NO_PRIMARY_RESECTION = {
    "diagnosis.primary_resection_date": None,
    "prior_treatments": [{"tx_category": "ssa", "tx_start_date": date(2022, 1, 1)}],
}

EXAMPLES = [
    Example(
        "X230",
        "diagnosis.icdo_topography",
        kept={"diagnosis.icdo_topography": "C17.2", "diagnosis.primary_site": "jejunoileum"},
        broken={"diagnosis.icdo_topography": "C17.2", "diagnosis.primary_site": "duodenum"},
    ),
    Example(
        "X045",
        "diagnosis.primary_status_at_index",
        kept={**NO_PRIMARY_RESECTION, "diagnosis.primary_site": "cup", "diagnosis.icdo_topography": "C80.9"}
        | {"diagnosis.primary_status_at_index": "unknown_primary"},
        broken={**NO_PRIMARY_RESECTION, "diagnosis.primary_status_at_index": "unknown_primary"},
    ),
    Example(
        "X044a",
        "diagnosis.primary_status_at_index",
        kept={**NO_PRIMARY_RESECTION, "prior_treatments": [], "treatment_summary.prior_tx_none": None},
        broken=NO_PRIMARY_RESECTION,
    ),
    Example(
        "X044b",
        "diagnosis.primary_status_at_index",
        kept={"diagnosis.primary_status_at_index": "local_recurrence"},
        broken={"diagnosis.primary_status_at_index": "in_situ"},
    ),
    Example(
        "X044c",
        "diagnosis.primary_resection_date",
        kept={"prior_treatments[1].tx_start_date": date(2021, 6, 30)},
        broken={"prior_treatments[1].tx_start_date": date(2021, 7, 1)},
    ),
    Example(
        "X095",
        "diagnosis.functional_status",
        kept={"diagnosis.functional_status": "functioning", "diagnosis.hormone_syndrome": ["insulinoma"]},
        broken={"diagnosis.hormone_syndrome": ["insulinoma"]},
    ),
    Example(
        "X096",
        "diagnosis.hormone_syndrome",
        kept={"diagnosis.functional_status": "functioning", "diagnosis.primary_site": "jejunoileum"}
        | {"diagnosis.hormone_syndrome": ["carcinoid"], "diagnosis.icdo_topography": "C17.2"},
        broken={"diagnosis.functional_status": "functioning", "diagnosis.primary_site": "rectum"}
        | {"diagnosis.hormone_syndrome": ["carcinoid"], "diagnosis.icdo_topography": "C20.9"},
    ),
    Example(
        "X231",
        "treatment_summary.prior_tx_none",
        kept={"treatment_summary.prior_tx_none": "unknown"},
        broken={"treatment_summary.prior_tx_none": "yes"},
    ),
    Example(
        "X232",
        "treatment_summary.prior_tx_none",
        kept={"treatment_summary.prior_tx_none": "yes", "prior_treatments": []}
        | {"diagnosis.primary_status_at_index": "in_situ"},
        broken={"prior_treatments": [], "diagnosis.primary_status_at_index": "in_situ"},
    ),
    Example(
        "X233",
        "prior_treatments.tx_agent",
        kept={"prior_treatments.tx_agent": ["lanreotide", "trial_drug"]},
        broken={"prior_treatments.tx_agent": ["lanreotide", "everolimus"]},
    ),
    Example(
        "X261",
        "treatment_summary.subs_none",
        kept={"treatment_summary.subs_none": "unknown"},
        broken={"treatment_summary.subs_none": "yes"},
    ),
    Example(
        "X262",
        "treatment_summary.subs_none",
        kept={"treatment_summary.subs_none": "yes", "subsequent_therapies": []}
        | {"visits[1].treatment_changed": "no"},
        broken={"subsequent_therapies": [], "visits[1].treatment_changed": "no"},
    ),
    Example(
        "X263",
        "subsequent_therapies.line_no",
        kept={"+subsequent_therapies": {"line_no": 3, "subs_start_date": day(500)}},
        broken={"+subsequent_therapies": {"line_no": 4, "subs_start_date": day(500)}},
    ),
    Example(
        "X264",
        "subsequent_therapies.subs_agent",
        kept={"subsequent_therapies.subs_agent": ["octreotide_lar"]},
        broken={"subsequent_therapies.subs_agent": ["captem"]},
    ),
    Example(
        "X047",
        "assessment.liver_burden_pct",
        kept={"assessment.liver_burden_pct": 50},
        broken={"assessment.liver_burden_pct": 51},
    ),
    Example(
        "X234",
        "assessment.tumour_volume_ml",
        kept={"assessment.tumour_volume_ml": 2000, "assessment.liver_burden_pct": None},
        broken={"assessment.tumour_volume_ml": 2001, "assessment.liver_burden_pct": None},
    ),
    Example(
        "X048",
        "assessment.frilling_type",
        kept={"assessment.frilling_type": "i", "assessment.liver_mets_count": 1}
        | {"operation.n_mets_found_intraop": 12},
        broken={"assessment.frilling_type": "i"},
    ),
    Example(
        "X049",
        "assessment.frilling_type",
        kept={"assessment.lobar_distribution": "unknown"},
        broken={"assessment.lobar_distribution": "right", "assessment.segments_involved": ["s5"]},
    ),
    Example(
        "X050",
        "assessment.segments_involved",
        kept={"assessment.segments_involved": ["s1", "s4b", "s8"]},
        broken={"assessment.segments_involved": ["s1", "s5", "s8"]},
    ),
    Example(
        "X051",
        "assessment.liver_burden_pct",
        kept={"assessment.largest_met_cm": Decimal("3.0"), "assessment.liver_burden_pct": 51}
        | {"assessment.tumour_volume_ml": None, "assessment.liver_mets_count_cmp": "ge"},
        broken={"assessment.largest_met_cm": Decimal("3.0"), "assessment.liver_burden_pct": 51}
        | {"assessment.tumour_volume_ml": None},
    ),
    Example(
        "X090a",
        "assessment.weight_kg",
        kept={"assessment.weight_kg": Decimal("163.3")},
        broken={"assessment.weight_kg": Decimal("163.4")},
        kept_with=("X090b",),
    ),
    Example(
        "X090b",
        "assessment.weight_kg",
        kept={"assessment.weight_kg": Decimal("108.9")},
        broken={"assessment.weight_kg": Decimal("130.0")},
    ),
    Example(
        "X091",
        "assessment.cirrhosis",
        kept={"assessment.hbsag": "pos"},
        broken={"assessment.hbsag": "pos", "assessment.cirrhosis": "unknown"},
    ),
]
