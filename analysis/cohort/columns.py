"""The columns of the table of cases: what each is called and where its value comes from.

An entry of COLUMNS is one variable, of FAMILIES one flag for each code of a list. Answers of the
record take label, unit, decimals and levels from their field; "unknown" is a missing value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from analysis.cohort.case import Case
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

Getter = Callable[[Case], object]


@dataclass(frozen=True, slots=True)
class Entry:
    """A column and how a case answers it."""

    column: Column
    value: Getter


@dataclass(frozen=True, slots=True)
class Family:
    """One flag column for each code of a list, named `<prefix>_<code>`; `value` gives all at once."""

    prefix: str
    codes: CodeList
    value: Callable[[Case], tuple[float, ...]]

    def columns(self) -> list[Column]:
        return [Column(f"{self.prefix}_{one.code}", one.label, "flag") for one in self.codes]


def levels(code_list: CodeList) -> tuple[tuple[str, Label], ...]:
    """The codes in their clinical order; "unknown" is no level."""
    return tuple((one.code, one.label) for one in code_list if one is not UNKNOWN)


def answer(section: str, name: str) -> Entry:
    """An answer of the record, described by its own field."""
    field = (Patient if section == "patient" else READ[section][0])._meta.get_field(name)
    kind, decimals = _kind(field)
    column = Column(
        name,
        field.label,
        kind,
        unit=field.unit or NO_UNIT,
        decimals=decimals,
        levels=levels(field.codes) if kind == "category" else (),
    )
    return Entry(column, attrgetter(f"{section}.{name}"))


def _kind(field: fields.Answer) -> tuple[Kind, int]:
    if isinstance(field, fields.YesNo):
        return "flag", 0
    if isinstance(field, fields.Coded):
        return "category", 0
    if isinstance(field, fields.Day):
        return "date", 0
    return "number", field.places


def bounded(section: str, name: str) -> Entry:
    """Whether a number was recorded as a limit ("≥20") and not as a value."""
    comparator = attrgetter(f"{section}.{name}_cmp")
    label = Label("Recorded as a limit", "以界限值记录")
    return Entry(Column(f"{name}_bounded", label, "flag"), lambda case: comparator(case) in _LIMITS)


_LIMITS = frozenset({"lt", "le", "gt", "ge"})


def coded(name: str, code_list: CodeList, value: Getter) -> Entry:
    """A derived category, worded by its code list."""
    return Entry(Column(name, code_list.label, "category", levels=levels(code_list)), value)


def graded(name: str, label: Label, value: Getter) -> Entry:
    """A grade of a specimen."""
    return Entry(Column(name, label, "category", levels=levels(codes.GRADE)), value)


def flag(name: str, label: Label, value: Getter) -> Entry:
    """A derived yes or no."""
    return Entry(Column(name, label, "flag"), value)


def number(name: str, label: Label, value: Getter, unit: Label = NO_UNIT, decimals: int = 0) -> Entry:
    """A derived quantity."""
    return Entry(Column(name, label, "number", unit, decimals), value)


def clock(name: str, label: Label) -> tuple[Entry, Entry]:
    """Months from the operation to event or censoring, and whether it was the event."""
    ended = attrgetter(name)
    return (
        number(f"{name}_months", label, lambda case: _months(ended(case).days), MONTHS, 1),
        flag(f"{name}_event", label, lambda case: ended(case).event),
    )


def _months(days: float | None) -> float | None:
    return None if days is None else definitions.months(days)


BEFORE = attrgetter("grade_change.reference_grade")
AT_SURGERY = attrgetter("grade_change.index_grade")

COLUMNS: tuple[Entry, ...] = (
    # the case
    answer("operation", "surgery_date"),
    flag("synthetic", Label("Synthetic case", "合成病例"), attrgetter("patient.synthetic")),
    flag("consented", Label("Consent given or waived", "已知情同意或获批豁免"), attrgetter("consented")),
    # before the operation
    number("age_y", Label("Age at surgery", "手术时年龄"), attrgetter("age.value"), YEARS),
    answer("patient", "sex"),
    number("bmi_kg_m2", Label("Body-mass index", "体重指数"), attrgetter("bmi"), both("kg/m²"), 1),
    answer("assessment", "ecog"),
    answer("assessment", "asa"),
    answer("assessment", "cirrhosis"),
    answer("assessment", "hbsag"),
    answer("diagnosis", "primary_site"),
    coded(
        "primary_group",
        codes.PRIMARY_GROUP,
        lambda case: definitions.primary_group(case.diagnosis.primary_site).value,
    ),
    answer("diagnosis", "functional_status"),
    answer("diagnosis", "primary_status_at_index"),
    coded("netlm_timing", codes.NETLM_TIMING, attrgetter("timing.value")),
    graded(
        "grade_before",
        Label("Grade before surgery", "术前病理分级"),
        attrgetter("grade_change.reference_grade"),
    ),
    answer("assessment", "liver_mets_count"),
    bounded("assessment", "liver_mets_count"),
    answer("assessment", "largest_met_cm"),
    answer("assessment", "liver_burden_pct"),
    bounded("assessment", "liver_burden_pct"),
    answer("assessment", "liver_burden_method"),
    answer("assessment", "lobar_distribution"),
    answer("assessment", "frilling_type"),
    answer("assessment", "extrahepatic_disease"),
    flag(
        "prior_drug_any",
        Label("Drug treatment before surgery", "术前药物治疗"),
        attrgetter("medicated.value"),
    ),
    flag(
        "prior_embolisation_any",
        Label("Transcatheter arterial treatment before surgery", "术前经导管动脉治疗"),
        attrgetter("embolised.value"),
    ),
    # the operation
    answer("operation", "surgical_intent"),
    answer("operation", "planned_debulking_pct"),
    answer("operation", "approach_final"),
    answer("operation", "conversion"),
    answer("operation", "n_mets_resected"),
    bounded("operation", "n_mets_resected"),
    answer("operation", "n_mets_ablated"),
    bounded("operation", "n_mets_ablated"),
    answer("operation", "concomitant_primary_resection"),
    answer("operation", "pringle_used"),
    answer("operation", "pringle_total_min"),
    answer("operation", "op_time_min"),
    answer("operation", "blood_loss_ml"),
    bounded("operation", "blood_loss_ml"),
    answer("operation", "transfused_intraop"),
    answer("operation", "transfused_periop"),
    answer("operation", "octreotide_prophylaxis"),
    answer("operation", "haemodynamic_instability"),
    answer("operation", "carcinoid_crisis"),
    answer("operation", "intraop_incident_grade"),
    number(
        "debulking_pct_final",
        Label("Debulking of the liver", "肝内减瘤率"),
        attrgetter("debulking.percent"),
        PERCENT,
    ),
    flag(
        "debulking_pct_final_bounded",
        Label("Recorded as a limit", "以界限值记录"),
        lambda case: case.debulking.comparator in _LIMITS,
    ),
    answer("operation", "debulking_method"),
    answer("operation", "debulking_basis"),
    flag("debulk_ge70", Label("Debulking ≥ 70%", "减瘤率≥70%"), attrgetter("reached_70.value")),
    flag("debulk_ge90", Label("Debulking ≥ 90%", "减瘤率≥90%"), attrgetter("reached_90.value")),
    answer("operation", "residual_status"),
    answer("operation", "residual_status_liver"),
    answer("operation", "drain_placed"),
    # the days after
    number("los_postop_d", Label("Postoperative stay", "术后住院时间"), attrgetter("stay.value"), DAYS),
    answer("postop", "icu_admission"),
    flag(
        "any_complication_90",
        Label("Any complication within 90 days", "术后90天内并发症"),
        attrgetter("any_complication.value"),
    ),
    coded("cd_max_90", codes.WORST_CD, attrgetter("worst_complication.value")),
    flag(
        "major_complication_90",
        Label("Major complication (≥ IIIa) within 90 days", "术后90天内严重并发症(≥Ⅲa级)"),
        attrgetter("major_complication.value"),
    ),
    number(
        "cci_comprehensive_90",
        Label("Comprehensive Complication Index, 90 days", "综合并发症指数(90天)"),
        attrgetter("cci.value"),
        decimals=1,
    ),
    answer("postop", "reoperation"),
    answer("postop", "readmitted_90d"),
    flag(
        "in_hospital_mortality",
        Label("In-hospital mortality", "院内病死率"),
        attrgetter("died_in_hospital.value"),
    ),
    flag("mortality_30", Label("30-day mortality", "30天病死率"), attrgetter("died_30.value")),
    flag("mortality_90", Label("90-day mortality", "90天病死率"), attrgetter("died_90.value")),
    # what was found, and how it went on
    graded(
        "grade_liver",
        Label("Grade of the liver metastases", "肝转移灶病理分级"),
        attrgetter("grade_change.index_grade"),
    ),
    coded("grade_change", codes.GRADE_CHANGE, attrgetter("grade_change.value")),
    *clock("pfs", Label("Progression-free survival", "无进展生存期")),
    *clock("os", Label("Overall survival", "总体生存期")),
    coded("first_progression", codes.PROGRESSION_SITE, attrgetter("first_progression.value")),
    answer("death", "death_cause"),
    flag(
        "therapy_by_grade",
        Label("Therapy changed because of the new grade", "因级别变化调整治疗"),
        attrgetter("regraded"),
    ),
    flag("lost_to_followup", Label("Lost to follow-up", "失访"), attrgetter("lost")),
)

FAMILIES: tuple[Family, ...] = (
    Family("prior_tx", codes.TXCAT, attrgetter("prior_classes")),
    Family("subsequent_tx", codes.TXCAT, attrgetter("subsequent_classes")),
    Family("complication", codes.COMP, attrgetter("complication_types")),
)
