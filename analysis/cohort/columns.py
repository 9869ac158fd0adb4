"""The columns of the table of cases: what each is called and where a case has its value.

An entry of COLUMNS is one variable, of FAMILIES one flag for each code of a list. Answers of the
record take label, unit, decimals and levels from their field; "unknown" is a missing value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from analysis.cohort.case import FLAGS
from analysis.cohort.tables import READ
from analysis.dataset import Column, Kind
from registry import codes, definitions, fields
from registry.codes.base import UNKNOWN, CodeList
from registry.labels import Label, both
from registry.models import Patient

YEARS = Label("years", "岁")
MONTHS = Label("months", "个月")
DAYS = both("d")
PERCENT = both("%")
NO_UNIT = both("")

LIMITS: dict[object, float] = {None: 0.0, "eq": 0.0, "approx": 0.0} | dict.fromkeys(
    ("lt", "le", "gt", "ge"), 1.0
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A column and where a case has its value: `path` is an attribute of `Case`.

    `flags` says which of the values of a flag column mean yes (1) and no (0); all others are missing.
    `scale` turns the numbers of the case into those of the column. `places` are the values that stand
    for the levels of a category, in their order, where these are not the levels themselves.
    """

    column: Column
    path: str
    flags: Mapping[object, float] = field(default_factory=lambda: FLAGS)
    scale: Callable[[np.ndarray], np.ndarray] | None = None
    places: tuple = ()


@dataclass(frozen=True, slots=True)
class Family:
    """One flag column for each code of a list, named `<prefix>_<code>`; a case has all in one tuple."""

    prefix: str
    codes: CodeList
    path: str

    def columns(self) -> list[Column]:
        return [Column(f"{self.prefix}_{one.code}", one.label, "flag") for one in self.codes]


def levels(code_list: CodeList) -> tuple[tuple[str, Label], ...]:
    """The codes in their clinical order; "unknown" is no level."""
    return tuple((one.code, one.label) for one in code_list if one is not UNKNOWN)


def answer(path: str) -> Entry:
    """An answer of the record, `section.field`, described by its own field."""
    section, name = path.split(".")
    found = (Patient if section == "patient" else READ[section][0])._meta.get_field(name)
    kind = _kind(found)
    column = Column(
        name,
        found.label,
        kind,
        unit=found.unit or NO_UNIT,
        decimals=found.places if kind == "number" else 0,
        levels=levels(found.codes) if kind == "category" else (),
    )
    return Entry(column, path)


def _kind(found: fields.Answer) -> Kind:
    if isinstance(found, fields.YesNo):
        return "flag"
    if isinstance(found, fields.Coded):
        return "category"
    return "date" if isinstance(found, fields.Day) else "number"


def bounded(name: str, comparator: str) -> Entry:
    """Whether the number of the column `name` was recorded as a limit ("≥20") and not as a value."""
    label = Label("Recorded as a limit", "以界限值记录")
    return Entry(Column(f"{name}_bounded", label, "flag"), comparator, LIMITS)


def limited(path: str) -> tuple[Entry, Entry]:
    """A number of the record that may be a limit, and whether it is."""
    entry = answer(path)
    return entry, bounded(entry.column.name, f"{path}_cmp")


def coded(name: str, code_list: CodeList, path: str, label: Label | None = None) -> Entry:
    """A derived category, worded by its code list."""
    return Entry(Column(name, label or code_list.label, "category", levels=levels(code_list)), path)


def flag(name: str, label: Label, path: str) -> Entry:
    """A derived yes or no."""
    return Entry(Column(name, label, "flag"), path)


def number(name: str, label: Label, path: str, unit: Label = NO_UNIT, decimals: int = 0) -> Entry:
    """A derived quantity."""
    return Entry(Column(name, label, "number", unit, decimals), path)


def clock(name: str, label: Label) -> tuple[Entry, Entry]:
    """Months from the operation to event or censoring, and whether it was the event."""
    column = Column(f"{name}_months", label, "number", MONTHS, 1)
    return (
        Entry(column, f"{name}.days", scale=definitions.months),
        flag(f"{name}_event", label, f"{name}.event"),
    )


COLUMNS: tuple[Entry, ...] = (
    # the case
    answer("operation.surgery_date"),
    flag("synthetic", Label("Synthetic case", "合成病例"), "patient.synthetic"),
    flag("consented", Label("Consent given or waived", "已知情同意或获批豁免"), "consented"),
    # before the operation
    number("age_y", Label("Age at surgery", "手术时年龄"), "age.value", YEARS),
    answer("patient.sex"),
    number("bmi_kg_m2", Label("Body-mass index", "体重指数"), "bmi", both("kg/m²")),
    answer("assessment.ecog"),
    answer("assessment.asa"),
    answer("assessment.cirrhosis"),
    answer("assessment.hbsag"),
    answer("diagnosis.primary_site"),
    coded("primary_group", codes.PRIMARY_GROUP, "primary.value"),
    answer("diagnosis.functional_status"),
    answer("diagnosis.primary_status_at_index"),
    coded("netlm_timing", codes.NETLM_TIMING, "timing.value"),
    coded(
        "grade_before",
        codes.GRADE,
        "grade_change.reference_grade",
        Label("Grade before surgery", "术前病理分级"),
    ),
    *limited("assessment.liver_mets_count"),
    answer("assessment.largest_met_cm"),
    *limited("assessment.liver_burden_pct"),
    answer("assessment.liver_burden_method"),
    answer("assessment.lobar_distribution"),
    answer("assessment.frilling_type"),
    answer("assessment.extrahepatic_disease"),
    flag(
        "prior_drug_any",
        Label("Drug treatment before surgery", "术前药物治疗"),
        "before.drug.value",
    ),
    flag(
        "prior_embolisation_any",
        Label("Transcatheter arterial treatment before surgery", "术前经导管动脉治疗"),
        "before.embolisation.value",
    ),
    # the operation
    answer("operation.surgical_intent"),
    answer("operation.planned_debulking_pct"),
    answer("operation.approach_planned"),
    answer("operation.approach_final"),
    answer("operation.conversion"),
    *limited("operation.n_mets_resected"),
    *limited("operation.n_mets_ablated"),
    answer("operation.concomitant_primary_resection"),
    answer("operation.pringle_used"),
    answer("operation.pringle_total_min"),
    answer("operation.op_time_min"),
    *limited("operation.blood_loss_ml"),
    answer("operation.transfused_intraop"),
    answer("operation.transfused_periop"),
    answer("operation.octreotide_prophylaxis"),
    answer("operation.haemodynamic_instability"),
    answer("operation.carcinoid_crisis"),
    answer("operation.intraop_incident_grade"),
    number(
        "debulking_pct_final",
        Label("Debulking of the liver", "肝内减瘤率"),
        "debulked.final.percent",
        PERCENT,
    ),
    bounded("debulking_pct_final", "debulked.final.comparator"),
    answer("operation.debulking_method"),
    answer("operation.debulking_basis"),
    flag("debulk_ge70", Label("Debulking ≥ 70%", "减瘤率≥70%"), "debulked.reached_70.value"),
    flag("debulk_ge90", Label("Debulking ≥ 90%", "减瘤率≥90%"), "debulked.reached_90.value"),
    answer("operation.residual_status"),
    answer("operation.residual_status_liver"),
    answer("operation.drain_placed"),
    # the days after
    number("los_postop_d", Label("Postoperative stay", "术后住院时间"), "stay.value", DAYS),
    answer("postop.icu_admission"),
    flag(
        "any_complication_90",
        Label("Any complication within 90 days", "术后90天内并发症"),
        "any_complication.value",
    ),
    coded("cd_max_90", codes.WORST_CD, "worst_complication.value"),
    flag(
        "major_complication_90",
        Label("Major complication (≥ IIIa) within 90 days", "术后90天内严重并发症(≥Ⅲa级)"),
        "major_complication.value",
    ),
    number(
        "cci_comprehensive_90",
        Label("Comprehensive Complication Index, 90 days", "综合并发症指数(90天)"),
        "cci.value",
        decimals=1,
    ),
    answer("postop.reoperation"),
    answer("postop.readmitted_90d"),
    flag(
        "in_hospital_mortality",
        Label("In-hospital mortality", "院内病死率"),
        "died_in_hospital.value",
    ),
    flag("mortality_30", Label("30-day mortality", "30天病死率"), "died_30"),
    flag("mortality_90", Label("90-day mortality", "90天病死率"), "died_90"),
    # what was found, and how it went on
    coded(
        "grade_liver",
        codes.GRADE,
        "grade_change.index_grade",
        Label("Grade of the liver metastases", "肝转移灶病理分级"),
    ),
    coded("grade_change", codes.GRADE_CHANGE, "grade_change.value"),
    *clock("pfs", Label("Progression-free survival", "无进展生存期")),
    *clock("os", Label("Overall survival", "总体生存期")),
    coded("first_progression", codes.PROGRESSION_SITE, "first_progression.value"),
    answer("death.death_cause"),
    flag(
        "therapy_by_grade",
        Label("Therapy changed because of the new grade", "因级别变化调整治疗"),
        "regraded",
    ),
    flag("lost_to_followup", Label("Lost to follow-up", "失访"), "lost"),
)

FAMILIES: tuple[Family, ...] = (
    Family("prior_tx", codes.TXCAT, "before.kinds"),
    Family("subsequent_tx", codes.TXCAT, "later.kinds"),
    Family("complication", codes.COMP, "complications"),
)
