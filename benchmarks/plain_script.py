"""What one would write instead of the report: the tables as CSV files, pandas, tableone, lifelines.

`from_tables` starts from the same rows of the record as the report, one file for each table, and derives
what the tables show; `from_cases` starts from a file in which somebody has derived it all. Shortened as
such scripts are: it knows the cases that the synthetic patients have, no others, and gives no reasons.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from tableone import TableOne

DRUGS = ["ssa", "interferon", "targeted", "chemo", "immuno", "prrt"]
EMBOLISATIONS = ["hae", "tace", "deb_tace", "tare"]
GEP = ["pancreas", "stomach", "duodenum", "jejunoileum", "appendix", "colon", "rectum", "oesophagus"]
THORACIC = ["lung", "thymus"]
GRADES = ["g1", "g2", "g3_net", "nec"]
CLAVIEN_DINDO = ["1", "2", "3a", "3x", "3b", "4a", "4x", "4b", "5"]
WEIGHTS = {"1": 300, "2": 1750, "3a": 2750, "3b": 4550, "4a": 7200, "4b": 8550}
ALIVE = ["alive_ned", "alive_disease", "alive_nos"]
IN_PERSON = ["clinic", "inpatient"]
MONTH = 30.4375
DAYS = [
    ("patients", ["birth_ym"]),
    ("diagnosis", ["primary_diagnosis_date", "netlm_diagnosis_date"]),
    ("operation", ["surgery_date"]),
    ("postop", ["discharge_date", "complications_checked_to"]),
    ("specimens", ["specimen_date"]),
    ("complications", ["onset_date"]),
    ("subsequent_therapies", ["subs_start_date"]),
    ("visits", ["visit_date", "imaging_date", "progression_date"]),
    ("death", ["death_date"]),
]
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


def from_tables(folder: Path) -> str:
    """All tables and survival curves from the files of the record, as JSON."""
    return _results(derived(folder))


def from_cases(file: Path) -> str:
    """The same from one file with a finished row for each case."""
    return _results(pd.read_csv(file, low_memory=False))


def derived(folder: Path) -> pd.DataFrame:
    """One row for each case with everything that the tables show."""
    tables = {file.stem: pd.read_csv(file, low_memory=False) for file in folder.glob("*.csv")}
    for name, days in DAYS:
        for day in days:
            tables[name][day] = pd.to_datetime(tables[name][day], format="%Y-%m-%d")
    cases = tables["patients"].set_index("patient_id").sort_index()
    for name in ("diagnosis", "treatment_summary", "assessment", "operation", "postop", "death"):
        cases = cases.join(tables[name].set_index("patient_id"))
    consent = tables["consents"].sort_values("id").groupby("patient_id").last()
    refused = consent["consent_status"].isin(["refused", "withdrawn"]) & (
        consent["withdrawal_type"] != "no_followup"
    )
    cases = cases[~cases.index.isin(consent.index[refused]) & (cases["eligibility_confirmed"] != "no")].copy()
    _before(cases, tables["prior_treatments"])
    _grades(cases, tables["specimens"])
    _short_term(cases, tables["complications"])
    _long_term(cases, tables["visits"], tables["subsequent_therapies"])
    return cases.drop(columns=["prior_tx_none", "subs_none"])


def _yes(condition: pd.Series, known: pd.Series | bool = True) -> pd.Series:
    return condition.astype(float).where(known)


def _kinds(cases: pd.DataFrame, rows: pd.DataFrame, column: str, prefix: str) -> pd.DataFrame:
    """One flag for each kind of row, no row being no."""
    flags = pd.crosstab(rows["patient_id"], rows[column]).clip(upper=1).reindex(cases.index, fill_value=0)
    for kind in flags:
        cases[f"{prefix}_{kind}"] = flags[kind]
    return flags


def _before(cases: pd.DataFrame, treatments: pd.DataFrame) -> None:
    surgery, birth = cases["surgery_date"], cases["birth_ym"]
    early = (surgery.dt.month * 100 + surgery.dt.day) < (birth.dt.month * 100 + 15)
    cases["age_y"] = surgery.dt.year - birth.dt.year - early
    cases["bmi_kg_m2"] = cases["weight_kg"] / (cases["height_cm"] / 100) ** 2
    site = cases["primary_site"]
    cases["primary_group"] = np.select(
        [site.isin(GEP), site.isin(THORACIC), site == "cup", site.isna() | (site == "unknown")],
        ["gep", "lung_thymus", "cup", None],
        "other",
    )
    found = {}
    for name in ("primary_diagnosis_date", "netlm_diagnosis_date"):
        middle = cases[name] + pd.to_timedelta(np.where(cases[f"{name}_prec"] == "m", 14, 0), unit="D")
        found[name] = middle.where(middle <= surgery, surgery)
    late = (found["netlm_diagnosis_date"] - found["primary_diagnosis_date"]).dt.days > 183
    cases["netlm_timing"] = np.where(late, "metachronous", "synchronous")
    flags = _kinds(cases, treatments, "tx_category", "prior_tx")
    known = (flags.sum(axis=1) > 0) | (cases["prior_tx_none"] == "yes")
    for name, group in (("prior_drug_any", DRUGS), ("prior_embolisation_any", EMBOLISATIONS)):
        cases[name] = _yes(flags[flags.columns.intersection(group)].any(axis=1), known)
    by_imaging = cases["debulking_pct_imaging"].notna()
    percent = cases["debulking_pct_imaging"].where(by_imaging, cases["debulking_pct"])
    comparator = cases["debulking_pct_imaging_cmp"].where(by_imaging, cases["debulking_pct_cmp"])
    cases["debulking_pct_final"] = percent
    for limit in (70, 90):
        decided = percent.notna() & ((percent >= limit) | ~comparator.isin(["ge", "gt"]))
        cases[f"debulk_ge{limit}"] = _yes(percent >= limit, decided)


def _grades(cases: pd.DataFrame, specimens: pd.DataFrame) -> None:
    rows = specimens.merge(cases[["surgery_date", "primary_site"]], left_on="patient_id", right_index=True)
    ki67 = rows["ki67_high"].where(rows["ki67_high"].notna(), rows["ki67_pct"])
    ki67 = ki67.where(rows["ki67_pct_cmp"] != "lt", ki67 - 0.1)
    mitoses = rows["mitoses_per_2mm2"]
    band = np.maximum(
        np.select([ki67 < 3, ki67 <= 20], [1, 2], 3), np.select([mitoses < 2, mitoses <= 20], [1, 2], 3)
    )
    thoracic = rows["primary_site"].isin(THORACIC)
    necrosis = rows["necrosis"].map({"none": 1, "focal": 2, "extensive": 3}).fillna(1)
    carcinoid = np.maximum(np.select([mitoses < 2, mitoses <= 10], [1, 2], 3), necrosis)
    computed = pd.Series(np.where(thoracic, carcinoid, band), index=rows.index).map(
        {1: "g1", 2: "g2", 3: "g3_net"}
    )
    computed = computed.where(ki67.notna() & mitoses.notna(), rows["grade_reported"])
    final = rows["central_grade"].where(rows["central_grade"].notna(), computed)
    rows["rank"] = final.map({grade: rank for rank, grade in enumerate(GRADES)})
    at_surgery = (rows["specimen_source"] == "liver_resection") & (rows["specimen_op_no"] == 1)
    earlier = ~at_surgery & (rows["specimen_date"] < rows["surgery_date"])
    names = dict(enumerate(GRADES))
    after = rows[at_surgery].groupby("patient_id")["rank"].max().reindex(cases.index)
    before = rows[earlier].groupby("patient_id")["rank"].max().reindex(cases.index)
    cases["grade_before"], cases["grade_liver"] = before.map(names), after.map(names)
    comparable = ~cases["primary_site"].isin(THORACIC)
    known = before.notna() & after.notna()
    cases["grade_change"] = np.select(
        [~comparable, ~known, after > before, after < before], ["not_comparable", None, "up", "down"], "same"
    )


def _short_term(cases: pd.DataFrame, complications: pd.DataFrame) -> None:
    surgery = cases["surgery_date"]
    in_hospital = cases["died_in_hospital"] == "yes"
    end_of_stay = cases["discharge_date"].where(~in_hospital, cases["death_date"])
    cases["los_postop_d"] = (end_of_stay - surgery).dt.days
    cases["in_hospital_mortality"] = _yes(in_hospital, cases["died_in_hospital"].isin(["yes", "no"]))
    rows = complications.merge(surgery.rename("day_0"), left_on="patient_id", right_index=True)
    rows = rows[(rows["onset_date"] - rows["day_0"]).dt.days <= 90]
    end = (surgery + pd.Timedelta(days=90)).where(cases["death_date"].isna(), cases["death_date"])
    end = end.where(end <= surgery + pd.Timedelta(days=90), surgery + pd.Timedelta(days=90))
    known = cases["complication_ascertainment"].isin(["confirmed_none", "confirmed_listed"]) & (
        cases["complications_checked_to"] >= end
    )
    rank = rows["cd_grade"].map({grade: place for place, grade in enumerate(CLAVIEN_DINDO)})
    worst = rank.groupby(rows["patient_id"]).max().reindex(cases.index)
    cases["any_complication_90"] = _yes(worst.notna(), known)
    cases["major_complication_90"] = _yes(worst >= CLAVIEN_DINDO.index("3a"), known)
    cases["cd_max_90"] = worst.map(dict(enumerate(CLAVIEN_DINDO))).fillna("none").where(known)
    weights = rows["cd_grade"].map(WEIGHTS).groupby(rows["patient_id"]).sum().reindex(cases.index).fillna(0)
    index = (np.sqrt(weights) / 2).round(1).clip(upper=100)
    cases["cci_comprehensive_90"] = index.where(worst != CLAVIEN_DINDO.index("5"), 100.0).where(known)
    _kinds(cases, rows, "comp_type", "complication")


def _long_term(cases: pd.DataFrame, visits: pd.DataFrame, therapies: pd.DataFrame) -> None:
    surgery, death = cases["surgery_date"], cases["death_date"]
    alive = visits["visit_date"].where(visits["vital_status"].isin(ALIVE))
    imaged = visits["imaging_date"].where(visits["imaging_done"] == "yes")
    seen = [
        surgery,
        cases["discharge_date"].where(cases["died_in_hospital"] != "yes"),
        alive.groupby(visits["patient_id"]).max(),
        imaged.groupby(visits["patient_id"]).max(),
        therapies.groupby("patient_id")["subs_start_date"].max(),
    ]
    last = pd.concat(seen, axis=1).reindex(cases.index).max(axis=1)
    died = death.notna()
    for days in (30, 90):
        early = (death - surgery).dt.days <= days
        cases[f"mortality_{days}"] = _yes(early, died | ((last - surgery).dt.days > days))
    cases["os_months"] = (death.where(died, last) - surgery).dt.days / MONTH
    cases["os_event"] = died.astype(int)
    liver, elsewhere = (visits[f"{place}_progression"] == "yes" for place in ("hepatic", "extrahepatic"))
    progressed = (visits["progression_basis"] != "biochemical") & (
        liver
        | elsewhere
        | (visits["recist_overall"] == "pd")
        | (visits["disease_status"].isin(["progression", "recurrence"]) & (visits["imaging_done"] != "yes"))
    )
    day = visits["progression_date"].fillna(visits["imaging_date"]).fillna(visits["visit_date"])
    events = visits.assign(day=day, liver=liver, elsewhere=elsewhere)[progressed]
    first = events.groupby("patient_id")["day"].min().reindex(cases.index)
    stable = (
        ~progressed
        & (visits["imaging_done"] == "yes")
        & visits["visit_type"].isin(IN_PERSON)
        & ((visits["hepatic_progression"] == "no") | visits["recist_overall"].isin(["cr", "pr", "sd", "ned"]))
    )
    assessed = visits["imaging_date"].where(stable).groupby(visits["patient_id"]).max().reindex(cases.index)
    event = first.where(first.notna() & (death.isna() | (first <= death)), death)
    censored = assessed.where(assessed > surgery, surgery)
    cases["pfs_months"] = (event.fillna(censored) - surgery).dt.days / MONTH
    cases["pfs_event"] = event.notna().astype(int)
    at_first = events[events["day"] == events["patient_id"].map(first)]
    sites = (
        at_first.groupby("patient_id")[["liver", "elsewhere"]].any().reindex(cases.index, fill_value=False)
    )
    by_progression = first.notna() & (death.isna() | (first <= death))
    cases["first_progression"] = np.select(
        [~by_progression, sites["liver"] & sites["elsewhere"], sites["liver"], sites["elsewhere"]],
        ["none", "both", "liver", "extrahepatic"],
        None,
    )
    lost = (visits["lost_to_followup"] == "yes").groupby(visits["patient_id"]).any()
    cases["lost_to_followup"] = lost.reindex(cases.index).astype(float)
    _kinds(cases, therapies, "subs_category", "subsequent_tx")
    guided = therapies.groupby("patient_id")["subs_guided_by_grade"]
    cases["therapy_by_grade"] = (
        guided.agg(lambda answers: (answers == "yes").any()).reindex(cases.index).astype(float)
    )


def differences(cases: pd.DataFrame, of_the_report: pd.DataFrame) -> list[str]:
    """The columns of `cases` in which the two do not say the same."""
    found = []
    for name in cases.columns.intersection(of_the_report.columns):
        one, other = cases[name].reset_index(drop=True), of_the_report[name]
        if pd.api.types.is_numeric_dtype(other):
            answered = pd.to_numeric(one, errors="coerce")
            if one.dtype == object:  # an answer of the record as it stands in the file
                answered = one.map({"yes": 1.0, "no": 0.0, "t": 1.0, "f": 0.0})
            numbers = other.astype("float64")
            if not np.allclose(answered, numbers, equal_nan=True):
                found.append(name)
        elif other.dtype == "category" and (one.astype("string") != other.astype("string")).any():
            found.append(name)
    return found


def _results(cases: pd.DataFrame) -> str:
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
