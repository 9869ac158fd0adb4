"""One row for each case: the columns of the cohort, each treated as its class demands."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.cohort.columns import COLUMNS, FAMILIES
from analysis.cohort.tables import READ
from analysis.dataset import Column, Dataset
from analysis.release import anonymity
from analysis.release.tables import ReleasedColumn, ReleasedTable, Value
from registry import classification
from registry.classification import (
    AGE,
    CLINICAL,
    GEOGRAPHIC,
    LOCAL,
    QUASI,
    REGISTRY_NUMBER,
    TREATMENTS,
    Class,
)
from registry.labels import Label
from registry.models import Patient

TITLE = Label("One row for each case", "每例一行")
CASE = "case"
OLDEST = 90
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"  # no digits: a number of a case is never taken for a date
NUMBER_LENGTH = 14

# Columns that are no answer of the record but made from several: their class is stated here.
DERIVED: dict[str, Class] = {"centre": GEOGRAPHIC, "age_y": AGE, "primary_group": QUASI} | dict.fromkeys(
    (
        *("consented", "bmi_kg_m2", "netlm_timing", "grade_before", "prior_drug_any"),
        *("prior_embolisation_any", "debulking_pct_final", "debulk_ge70", "debulk_ge90", "los_postop_d"),
        *("any_complication_90", "cd_max_90", "major_complication_90", "cci_comprehensive_90"),
        *("in_hospital_mortality", "mortality_30", "mortality_90", "grade_liver", "grade_change"),
        *("pfs_months", "pfs_event", "os_months", "os_event", "first_progression"),
        *("therapy_by_grade", "lost_to_followup"),
        *(f"{name}_bounded" for name in ("liver_mets_count", "liver_burden_pct", "n_mets_resected")),
        *(f"{name}_bounded" for name in ("n_mets_ablated", "blood_loss_ml", "debulking_pct_final")),
    ),
    CLINICAL,
)

POOLED = Label("whole years; 90 and over are one group", "整岁；90岁及以上合并为一组")
YEAR = Label("year of the index operation", "首次手术年份")
NUMBERS = {
    "number": Label(
        "random number, made anew for this file; the assignment is kept nowhere",
        "随机编号，仅用于本文件；对应关系不予保存",
    ),
    "keep": Label("registry number", "登记号"),
}
STUDY_NUMBER = Label("Local study number", "本中心研究编号")


def class_of(name: str) -> Class | None:
    """The class of a column of the cohort; None where nobody has decided, so that it never leaves."""
    if name in DERIVED:
        return DERIVED[name]
    if any(name.startswith(f"{family.prefix}_") for family in FAMILIES):
        return CLINICAL
    path = next((entry.path for entry in COLUMNS if entry.column.name == name), "")
    section, _, answer = path.partition(".")
    model = Patient if section == "patient" else READ[section][0] if section in READ else None
    if model is None or answer not in {field.name for field in model._meta.local_concrete_fields}:
        return None
    return classification.class_of(model._meta.get_field(answer))


def case_numbers(data: Dataset, profile: str) -> dict[str, str]:
    """For each registry number the number that the case has in this file."""
    if REGISTRY_NUMBER.treatment[profile] == "keep":
        return {case: case for case in data.ids}
    found: set[str] = set()
    while len(found) < len(data):
        found.add("".join(secrets.choice(LETTERS) for _ in range(NUMBER_LENGTH)))
    return dict(zip(data.ids, found, strict=True))


def case_table(
    data: Dataset, profile: str, numbers: dict[str, str], study_numbers: dict[str, str]
) -> tuple[ReleasedTable, anonymity.Outcome | None]:
    """The cases in the order of their numbers, and how the indirect identifiers were made coarser."""
    made = NUMBERS[REGISTRY_NUMBER.treatment[profile]]
    columns = [ReleasedColumn(CASE, Label("Case", "病例"), "text", made)]
    values: list[Sequence[Value]] = [[numbers[case] for case in data.ids]]
    if LOCAL.treatment[profile] == "keep":
        columns.append(ReleasedColumn("local_study_id", STUDY_NUMBER, "text", TREATMENTS["keep"]))
        values.append([study_numbers[case] for case in data.ids])
    for name, column in data.columns.items():
        found = class_of(name)
        how = found.treatment[profile] if found else "drop"
        if how != "drop":
            columns.append(_described(column, how))
            values.append(_values(data, column, how))
    outcome = None
    if QUASI.treatment[profile] == "coarsen":
        columns, values, outcome = anonymity.apply(columns, values)
    rows = sorted(zip(*values, strict=True), key=lambda row: str(row[0]))
    return ReleasedTable("cases", TITLE, tuple(columns), rows), outcome


def _described(column: Column, how: str) -> ReleasedColumn:
    name, kind, made = column.name, column.kind, TREATMENTS["keep"]
    if how == "year":
        name, kind, made = "surgery_year", "number", YEAR
    elif how == "age":
        made = POOLED
    return ReleasedColumn(
        name, column.label, {"category": "code"}.get(kind, kind), made, column.unit, column.levels
    )


def _values(data: Dataset, column: Column, how: str) -> list[Value]:
    series = data[column.name]
    if how == "year":
        return [None if pd.isna(day) else int(day.year) for day in series]
    if column.kind == "date":
        return [None if pd.isna(day) else day.date().isoformat() for day in series]
    if column.kind == "category":
        return [None if pd.isna(code) else str(code) for code in series.astype(object)]
    if column.kind == "flag":
        return [None if np.isnan(one) else int(one) for one in data.numbers(column.name)]
    numbers = [None if np.isnan(one) else _number(one, column.decimals) for one in data.numbers(column.name)]
    if how == "age":
        return [one if one is None or one < OLDEST else f"{OLDEST}+" for one in numbers]
    return numbers


def _number(value: float, decimals: int) -> int | float:
    """The value as precise as it was recorded, or one decimal where it lies between recorded values."""
    rounded = round(value, max(decimals, 1))
    return int(rounded) if rounded.is_integer() and not decimals else rounded
