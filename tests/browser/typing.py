"""Typing into the section forms as a person does: chips are clicked, lists chosen, texts typed."""

from __future__ import annotations

# One plain case, section by section: (questions of the head, questions of each row).
CASE: dict[str, tuple[dict, list[dict]]] = {
    "consent": (
        {},
        [
            {
                "consent_status": "written",
                "consent_date": "2023-03-20",
                "consent_version": "v2",
                "consent_scope": ["registry"],
                "crossborder_consent": "no",
            }
        ],
    ),
    "diagnosis": (
        {
            "primary_site": "pancreas",
            "primary_site_basis": "histology",
            "primary_diagnosis_date": "2022-11",
            "netlm_diagnosis_date": "2022年11月20日",
            "functional_status": "nonfunctioning",
            "primary_status_at_index": "in_situ",
        },
        [],
    ),
    "prior-treatment": (
        {"prior_tx_none": "no"},
        [
            {
                "tx_category": "ssa",
                "tx_agent": ["octreotide_lar"],
                "tx_start_date": "2022-12",
                "tx_ongoing": "yes",
                "tx_best_response": "sd",
            },
            {
                "tx_category": "tace",
                "tx_start_date": "2023-01-10",
                "tx_ongoing": "no",
                "tx_end_date": "2023-02-20",
                "tx_sessions": "2",
                "tx_best_response": "pr",
            },
        ],
    ),
    "assessment": (
        {
            "assessment_date": "2023-04-01",
            "height_cm": "168",
            "weight_kg": "61.5",
            "ecog": "0",
            "asa": "2",
            "cirrhosis": "no",
            "liver_imaging_date": "2023-03-28",
            "liver_imaging_modality": ["ct", "mri"],
            "liver_mets_count": "≥20",
            "largest_met_cm": "10.5",
            "liver_burden_pct": "４５",
            "liver_burden_method": "visual_radiologist",
            "lobar_distribution": "both",
            "frilling_type": "iii",
            "extrahepatic_disease": "no",
        },
        [],
    ),
    "operation": (
        {
            "surgical_indication": ["oncological"],
            "surgical_intent": "cytoreductive",
            "planned_debulking_pct": "90",
            "surgery_date": "2023年4月12日",
            "stage_of_plan": "single",
            "urgency": "elective",
            "approach_planned": "open",
            "approach_final": "open",
            "procedure_completed": "completed",
            "op_time_min": "190",
            "blood_loss_ml": "800 ml",
            "transfused_intraop": "yes",
            "transfused_periop": "yes",
            "pringle_used": "no",
            "n_mets_resected": "14",
            "n_mets_ablated": "4",
            "concomitant_primary_resection": "yes",
            "concomitant_procedures": ["distal_panc"],
            "debulking_pct": "92",
            "debulking_method": "visual_surgeon",
            "debulking_basis": "intraop",
            "residual_status_liver": "r2",
            "residual_status": "r2",
            "residual_sites": ["liver"],
            "octreotide_prophylaxis": "none",
            "carcinoid_crisis": "none",
            "drain_placed": "yes",
        },
        [],
    ),
    "pathology": (
        {},
        [
            {
                "specimen_source": "liver_biopsy",
                "specimen_date": "2022-11-25",
                "histological_type": "net",
                "who_edition": "who2019",
                "grade_reported": "g1",
                "ki67_pct": "<3",
                "mitoses_per_2mm2": "1",
                "mitoses_area_basis": "mm2_2",
            },
            {
                "specimen_source": "liver_resection",
                "specimen_date": "2023-04-12",
                "specimen_op_no": "1",
                "histological_type": "net",
                "who_edition": "who2019",
                "grade_reported": "g2",
                "ki67_pct": "8",
                "mitoses_per_2mm2": "4",
                "mitoses_area_basis": "mm2_2",
                "margin_status": "involved",
            },
        ],
    ),
    "postoperative": (
        {
            "died_in_hospital": "no",
            "discharge_date": "2023-04-19",
            "icu_admission": "none",
            "reoperation": "no",
            "readmitted_90d": "no",
        },
        [],
    ),
    "complications": (
        {"complication_ascertainment": "confirmed_listed", "complications_checked_to": "2023-07-20"},
        [
            {
                "comp_type": "pleural_effusion",
                "onset_date": "2023-04-16",
                "cd_grade": "3a",
                "management": ["drain_local"],
            }
        ],
    ),
    "subsequent-therapy": ({"subs_none": "yes"}, []),
    "follow-up": (
        {},
        [
            {
                "visit_date": "2023-07-12",
                "visit_type": "clinic",
                "vital_status": "alive_disease",
                "lost_to_followup": "no",
                "disease_status": "residual_stable",
                "imaging_done": "yes",
                "imaging_date": "2023-07-12",
                "imaging_modality": ["mri"],
                "is_postop_baseline": "yes",
                "new_lesion": "no",
                "recist_overall": "sd",
                "hepatic_progression": "no",
                "extrahepatic_progression": "no",
                "treatment_changed": "no",
            }
        ],
    ),
}


def answer(page, prefix: str, name: str, value: str | list[str]) -> None:
    """Answer one question, which must be visible."""
    full = f"{prefix}-{name}"
    box = page.locator(f'[data-form="{prefix}"] [data-question="{name}"]')
    box.scroll_into_view_if_needed()
    if isinstance(value, list):
        for one in value:
            _click_chip(box, full, one)
    elif box.locator("select:not(.form-select-sm)").count():
        box.locator("select:not(.form-select-sm)").select_option(value)
    elif box.locator('input[type="radio"]').count():
        _click_chip(box, full, value)
    else:
        box.locator(f'[name="{full}"]').fill(value)


def _click_chip(box, full: str, code: str) -> None:
    chip = box.locator(f'input[name="{full}"][value="{code}"]')
    box.locator(f'label[for="{chip.get_attribute("id")}"]').click()


def fill(page, head: dict, rows: list[dict]) -> None:
    """Answer a whole section; each row is added with the button of the page."""
    for name, value in head.items():
        answer(page, "head", name, value)
    for row in rows:
        page.click("[data-add-row]")
        prefix = page.locator("[data-rows] [data-form]").last.get_attribute("data-form")
        for name, value in row.items():
            answer(page, prefix, name, value)
