"""A complete, consistent case in memory, and the ways in which tests spoil it.

Nothing is stored: the rows are unsaved model instances, as they are while somebody types.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from registry.case import REPEATED, SINGLE, CaseFile
from registry.models import Centre, Patient

SURGERY = date(2023, 4, 12)


def day(number: int) -> date:
    """The date that many days after the operation."""
    return SURGERY + timedelta(days=number)


CENTRE = {
    "centre_id": "CN-SHFD1",
    "country": "CN",
    "time_zone": "Asia/Shanghai",
    "rbc_unit_basis_ml": 200,
    "active_from": date(2020, 1, 1),
}
PATIENT = {
    "local_study_id": "A-007",
    "sex": "f",
    "birth_ym": date(1968, 5, 1),
    "enrolment_type": "prospective",
}
SINGLE_ROWS = {
    "diagnosis": {
        "primary_site": "pancreas",
        "icdo_topography": "C25.4",
        "primary_diagnosis_date": date(2021, 3, 1),
        "primary_diagnosis_date_prec": "m",
        "netlm_diagnosis_date": date(2021, 4, 10),
        "functional_status": "nonfunctioning",
        "primary_status_at_index": "resected_before",
        "primary_resection_date": date(2021, 6, 1),
        "primary_resection_date_prec": "m",
    },
    "treatment_summary": {"prior_tx_none": "no", "subs_none": "no"},
    "assessment": {
        "assessment_date": day(-10),
        "height_cm": Decimal("165.0"),
        "weight_kg": Decimal("60.0"),
        "cirrhosis": "no",
        "hbsag": "neg",
        "liver_imaging_date": day(-23),
        "liver_mets_count": 12,
        "largest_met_cm": Decimal("8.5"),
        "lobar_distribution": "both",
        "segments_involved": ["s2", "s5", "s6"],
        "liver_burden_pct": 40,
        "liver_burden_method": "volumetry_auto",
        "total_liver_volume_ml": 2000,
        "tumour_volume_ml": 800,
        "frilling_type": "ii",
        "extrahepatic_disease": "no",
    },
    "operation": {
        "surgical_intent": "cytoreductive",
        "mdt_discussed": "yes",
        "mdt_date": day(-13),
        "surgery_date": SURGERY,
        "approach_planned": "laparoscopic",
        "approach_final": "laparoscopic",
        "conversion": "no",
        "procedure_completed": "completed",
        "op_time_min": 200,
        "anaesthesia_time_min": 260,
        "blood_loss_ml": 400,
        "transfused_intraop": "no",
        "transfused_periop": "no",
        "pringle_used": "yes",
        "pringle_total_min": 45,
        "pringle_cycles": 3,
        "n_mets_found_intraop": 14,
        "n_mets_resected": 8,
        "n_mets_ablated": 4,
        "debulking_pct": 95,
        "debulking_pct_imaging": 92,
        "residual_status": "r2",
        "residual_status_liver": "r2",
        "residual_sites": ["liver"],
        "octreotide_prophylaxis": "bolus_infusion",
        "octreotide_preop_bolus_ug": 200,
        "octreotide_infusion_ug_h": 50,
        "haemodynamic_instability": "no",
        "carcinoid_crisis": "none",
        "intraop_incident_grade": "1",
        "drain_placed": "yes",
    },
    "postop": {
        "icu_admission": "planned",
        "icu_days": 1,
        "discharge_date": day(6),
        "died_in_hospital": "no",
        "complication_ascertainment": "confirmed_listed",
        "complications_checked_to": day(90),
        "drain_fluid_bili_ratio": Decimal("1.0"),
        "drain_removed_date": day(5),
        "reoperation": "no",
        "readmitted_90d": "no",
    },
    "death": {},
}
DIED = {"death.death_date": day(500), "death.death_cause": "tumour_other"}
REPEATED_ROWS = {
    "consents": [{"consent_status": "written", "consent_date": day(-11)}],
    "prior_treatments": [
        {
            "tx_category": "ssa",
            "tx_agent": ["lanreotide"],
            "tx_start_date": date(2021, 7, 1),
            "tx_start_date_prec": "m",
            "tx_end_date": date(2023, 3, 1),
            "tx_ongoing": "no",
        },
        {"tx_category": "primary_resection", "tx_start_date": date(2021, 6, 3)},
    ],
    "specimens": [
        {
            "specimen_source": "liver_resection",
            "specimen_date": SURGERY,
            "specimen_op_no": 1,
            "histological_type": "net",
            "who_edition": "who2019",
            "grade_reported": "g2",
            "ki67_pct": Decimal("8.0"),
            "mitoses_per_2mm2": Decimal("3.0"),
            "mitoses_area_basis": "mm2_2",
            "lesions_examined": 3,
            "margin_status": "clear",
        },
        {
            "specimen_source": "liver_biopsy",
            "specimen_date": date(2021, 4, 12),
            "histological_type": "net",
            "who_edition": "who2019",
            "grade_reported": "g1",
            "ki67_pct": Decimal("2.0"),
            "mitoses_per_2mm2": Decimal("1.0"),
            "mitoses_area_basis": "mm2_2",
        },
    ],
    "complications": [
        {
            "comp_type": "ssi",
            "onset_date": day(3),
            "cd_grade": "2",
            "management": ["drugs"],
            "resolved_date": day(12),
        }
    ],
    "subsequent_therapies": [
        {
            "line_no": 1,
            "subs_category": "ssa",
            "subs_agent": ["lanreotide"],
            "subs_start_date": day(30),
            "subs_end_date": day(370),
        },
        {
            "line_no": 2,
            "subs_category": "targeted",
            "subs_agent": ["surufatinib"],
            "subs_start_date": day(380),
        },
    ],
    "visits": [
        {
            "visit_date": day(92),
            "visit_type": "clinic",
            "vital_status": "alive_disease",
            "disease_status": "residual_stable",
            "imaging_done": "yes",
            "imaging_date": day(90),
            "is_postop_baseline": "yes",
            "new_lesion": "no",
            "recist_overall": "sd",
            "hepatic_progression": "no",
            "extrahepatic_progression": "no",
            "treatment_changed": "no",
        },
        {
            "visit_date": day(368),
            "visit_type": "clinic",
            "vital_status": "alive_disease",
            "disease_status": "progression",
            "imaging_done": "yes",
            "imaging_date": day(366),
            "is_postop_baseline": "no",
            "new_lesion": "yes",
            "recist_overall": "pd",
            "hepatic_progression": "yes",
            "extrahepatic_progression": "no",
            "progression_date": day(366),
            "progression_basis": "imaging",
            "treatment_changed": "yes",
        },
    ],
}


def complete_case(changes: dict[str, object] | None = None) -> CaseFile:
    """The complete case with `changes`.

    "postop.discharge_date" changes an answer; of a section that repeats, that of its first row,
    "visits[1].visit_date" that of another; "+visits" adds a row with these answers; "visits"
    replaces all rows.
    """
    patient = Patient(centre=Centre(**CENTRE), **PATIENT)
    parts: dict[str, object] = {
        name: model(patient=patient, **SINGLE_ROWS[name]) for name, model in SINGLE.items()
    }
    for name, model in REPEATED.items():
        rows = (changes or {}).get(name, REPEATED_ROWS[name])
        parts[name] = [model(patient=patient, **row) for row in rows]
    for path, value in (changes or {}).items():
        if path.startswith("+"):
            name = path[1:]
            parts[name].append(REPEATED[name](patient=patient, **value))
        elif path not in REPEATED:
            _change(patient, parts, path, value)
    return CaseFile(patient=patient, **parts)


def _change(patient: Patient, parts: dict[str, object], path: str, value: object) -> None:
    where, field = path.split(".")
    section, _, number = where.rstrip("]").partition("[")
    row = {"patient": patient, "centre": patient.centre}.get(section) or parts[section]
    row = row[int(number or 0)] if isinstance(row, list) else row
    if not hasattr(row, field):
        raise AttributeError(f"{section} has no answer {field}")
    setattr(row, field, value)
