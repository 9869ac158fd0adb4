"""What one would write instead of the report: the cohort as a CSV file, pandas, tableone, lifelines.

The file already holds every derived quantity (age, grade change, complication index, survival times),
which the report has to compute; the script only has to read and to tabulate.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from tableone import TableOne

NUMBERS = {
    "baseline": ["age_y", "bmi_kg_m2", "liver_mets_count", "largest_met_cm", "liver_burden_pct"],
    "operation": [
        "n_mets_resected",
        "n_mets_ablated",
        "pringle_total_min",
        "op_time_min",
        "blood_loss_ml",
        "debulking_pct_final",
    ],
    "short-term": ["los_postop_d", "cci_comprehensive_90"],
    "complications": [],
    "long-term": [],
}
CATEGORIES = {
    "baseline": [
        "sex",
        "ecog",
        "asa",
        "cirrhosis",
        "hbsag",
        "primary_group",
        "primary_site",
        "functional_status",
        "primary_status_at_index",
        "netlm_timing",
        "grade_before",
        "liver_burden_method",
        "lobar_distribution",
        "frilling_type",
        "extrahepatic_disease",
        "prior_drug_any",
        "prior_embolisation_any",
    ],
    "operation": [
        "surgical_intent",
        "planned_debulking_pct",
        "approach_final",
        "pringle_used",
        "transfused_intraop",
        "transfused_periop",
        "octreotide_prophylaxis",
        "haemodynamic_instability",
        "carcinoid_crisis",
        "intraop_incident_grade",
        "debulk_ge70",
        "debulk_ge90",
        "debulking_method",
        "debulking_basis",
        "residual_status",
        "residual_status_liver",
        "drain_placed",
    ],
    "short-term": [
        "icu_admission",
        "any_complication_90",
        "major_complication_90",
        "reoperation",
        "readmitted_90d",
        "in_hospital_mortality",
        "mortality_30",
        "mortality_90",
    ],
    "complications": ["cd_max_90"],
    "long-term": ["lost_to_followup", "grade_change", "first_progression", "death_cause", "therapy_by_grade"],
}
FAMILIES = {"baseline": "prior_tx_", "complications": "complication_", "long-term": "subsequent_tx_"}
LANDMARKS = {"pfs": (6, 12, 18, 24, 36), "os": (12, 36, 60)}


def run(file: Path) -> str:
    """All tables and the survival curves of the cohort in the file, as JSON."""
    cases = pd.read_csv(file, low_memory=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tables = {name: _table(cases, name) for name in CATEGORIES}
    survival = {end_point: _survival(cases, end_point) for end_point in LANDMARKS}
    grades = pd.crosstab(cases["grade_before"], cases["grade_liver"], dropna=False)
    return json.dumps({"tables": tables, "survival": survival, "grades": grades.to_dict()}, default=str)


def _table(cases: pd.DataFrame, name: str) -> dict:
    prefix = FAMILIES.get(name)
    kinds = [column for column in cases if prefix and column.startswith(prefix) and cases[column].any()]
    wanted = [*NUMBERS[name], *CATEGORIES[name], *kinds]
    recorded = [column for column in wanted if cases[column].notna().any()]
    numbers = [column for column in NUMBERS[name] if column in recorded]
    made = TableOne(
        cases,
        columns=recorded,
        categorical=[column for column in recorded if column not in numbers],
        continuous=numbers,
        nonnormal=numbers,
    )
    return made.tableone.reset_index().astype(str).to_dict("list")


def _survival(cases: pd.DataFrame, end_point: str) -> dict:
    known = cases.dropna(subset=[f"{end_point}_months", f"{end_point}_event"])
    fitter = KaplanMeierFitter().fit(known[f"{end_point}_months"], known[f"{end_point}_event"])
    months = LANDMARKS[end_point]
    return {
        "median": fitter.median_survival_time_,
        "interval": median_survival_times(fitter.confidence_interval_).to_dict(),
        "rates": fitter.survival_function_at_times(months).to_dict(),
        "at_risk": fitter.event_table["at_risk"].to_dict(),
        "curve": fitter.survival_function_.to_dict("list"),
        "band": fitter.confidence_interval_.to_dict("list"),
    }
