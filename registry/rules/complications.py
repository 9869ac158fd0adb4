"""Rules on complications and their grades (sections 4.12 and 6.5)."""

from __future__ import annotations

from decimal import Decimal as Exact

from registry import codes
from registry.case import CaseFile
from registry.labels import Label
from registry.models import Complication
from registry.rules.base import QUERY, REJECT, WARN, Verdict, rule
from registry.rules.operands import entered, known

RANK: dict[str, int] = codes.CD.fact("rank")
CAN_BE = {"3x": ("3a", "3b"), "4x": ("4a", "4b")}
"""What a legacy grade without a or b can mean."""
IMPLIES: dict[str, str] = codes.MGMT.fact("implies_cd")
ISGLS_TYPES = codes.COMP.having("grading", "isgls")
ISGPS_TYPES = codes.COMP.having("grading", "isgps")
ISGPS_ONLY: dict[str, str] = codes.ABC_PANC.fact("only")
NEEDED_FOR_C = {
    "phlf": (
        frozenset(("reoperation_ga",)),
        Label("Clavien–Dindo IVa or higher, or reoperation", "Clavien-Dindo Ⅳa级及以上，或再手术"),
    ),
    "phh": (
        frozenset(("embolisation", "reoperation_ga")),
        Label("embolisation or reoperation", "血管栓塞或再手术"),
    ),
    "bile_leak": (frozenset(("reoperation_ga",)), Label("reoperation", "再手术")),
}
INVASIVE_FOR_LEAK = frozenset(("drain_local", "endoscopy", "reoperation_ga"))
NORMALISED_UNIT_ML = 450
UNITS_OF_GRADE_A = 2


def _grades(row: Complication) -> tuple[int, int] | None:
    """The lowest and highest rank that the Clavien–Dindo grade can mean; the order is that of the list."""
    if row.cd_grade not in RANK:
        return None
    ranks = [RANK[one] for one in CAN_BE.get(row.cd_grade, (row.cd_grade,))]
    return min(ranks), max(ranks)


def _strongest(row: Complication) -> str | None:
    """The measure that implies the highest grade."""
    measures = [one for one in row.management or () if one in IMPLIES]
    return max(measures, key=lambda one: RANK[IMPLIES[one]], default=None)


@rule(
    "X110",
    REJECT,
    "postop.complication_ascertainment",
    "complications.comp_type",
    message=Label(
        "Complication follow-up says “{complication_ascertainment}”, but the number of complications "
        "listed is {listed}.",
        "并发症核查状态为“{complication_ascertainment}”，但已录入的并发症为{listed}条。",
    ),
)
def ascertainment_against_list(case: CaseFile) -> Verdict:
    listed, answer = len(case.complications), case.postop.complication_ascertainment
    contradicted = answer == "confirmed_none" if listed else answer == "confirmed_listed"
    return {"listed": listed} if contradicted else False


@rule(
    "X111a",
    REJECT,
    "complications.cd_grade",
    "death.death_date",
    each="complications",
    message=Label(
        "Grade “{cd_grade}” means that the patient died of this complication, but no death is recorded: "
        "record the death first, or correct the grade.",
        "“{cd_grade}”表示患者因该并发症死亡，但无死亡记录：请先录入死亡，或更正分级。",
    ),
)
def fatal_complication_without_death(case: CaseFile, row: Complication) -> bool:
    return row.cd_grade == "5" and not entered(case.death)


@rule(
    "X111b",
    REJECT,
    "complications.management",
    "complications.cd_grade",
    each="complications",
    message=Label(
        "Grade “{cd_grade}” needs “Died of it” under management (recorded: {management}).",
        "“{cd_grade}”的处理措施应包括“死亡”（现为：{management}）。",
    ),
)
def fatal_complication_survived(case: CaseFile, row: Complication) -> bool:
    return row.cd_grade == "5" and known(row.management) and "death" not in row.management


@rule(
    "X113",
    REJECT,
    "complications.cd_grade",
    "complications.management",
    each="complications",
    message=Label(
        "“{measure}” is at least grade {implied}, but the grade is {cd_grade}.",
        "处理措施“{measure}”至少为{implied}，但分级为{cd_grade}。",
    ),
)
def treatment_above_grade(case: CaseFile, row: Complication) -> Verdict:
    grades, strongest = _grades(row), _strongest(row)
    if grades is None or strongest is None or RANK[IMPLIES[strongest]] <= grades[1]:
        return False
    return {
        "measure": codes.MGMT.label_of(strongest),
        "implied": codes.CD.label_of(IMPLIES[strongest]),
    }


@rule(
    "X114",
    WARN,
    "complications.management",
    "complications.cd_grade",
    each="complications",
    message=Label(
        "Grade {cd_grade} is set by its treatment, but none of that grade is ticked ({management}). Is it "
        "complete?",
        "分级为{cd_grade}，但未勾选相应的处理措施（现为：{management}），是否完整？",
    ),
)
def grade_above_treatment(case: CaseFile, row: Complication) -> bool:
    """Grade V is X111."""
    grades, strongest = _grades(row), _strongest(row)
    if grades is None or strongest is None or not known(row.management) or row.cd_grade == "5":
        return False
    return RANK[IMPLIES[strongest]] < grades[0]


@rule(
    "X115",
    REJECT,
    "complications.isgls_grade",
    "complications.comp_type",
    each="complications",
    message=Label(
        "“{comp_type}” has no ISGLS grade ({isgls_grade}): it is for liver failure, bile leak and "
        "haemorrhage after hepatectomy.",
        "“{comp_type}”不适用ISGLS分级（{isgls_grade}）：该分级仅用于肝切除术后肝衰竭、胆漏和出血。",
    ),
)
def isgls_grade_of_another_type(case: CaseFile, row: Complication) -> bool:
    return bool(row.isgls_grade) and known(row.comp_type) and row.comp_type not in ISGLS_TYPES


@rule(
    "X260",
    REJECT,
    "complications.isgps_grade",
    "complications.comp_type",
    each="complications",
    message=Label(
        "ISGPS grade “{isgps_grade}” does not exist for “{comp_type}”.",
        "“{comp_type}”没有ISGPS分级“{isgps_grade}”。",
    ),
)
def isgps_grade_of_another_type(case: CaseFile, row: Complication) -> bool:
    if not row.isgps_grade or not known(row.comp_type):
        return False
    exists = row.comp_type in ISGPS_TYPES and ISGPS_ONLY.get(row.isgps_grade, row.comp_type) == row.comp_type
    return not exists


@rule(
    "X117",
    REJECT,
    "complications.isgls_grade",
    "complications.comp_type",
    "complications.management",
    "complications.cd_grade",
    each="complications",
    message=Label(
        "“{comp_type}” of ISGLS {isgls_grade} needs invasive treatment: {needed}. Recorded: {management}; "
        "Clavien–Dindo {cd_grade}.",
        "“{comp_type}”ISGLS {isgls_grade}须有有创处理：{needed}。"
        "现记录：{management}；Clavien-Dindo {cd_grade}。",
    ),
)
def isgls_c_without_invasive_treatment(case: CaseFile, row: Complication) -> Verdict:
    if row.isgls_grade != "c" or row.comp_type not in NEEDED_FOR_C or not known(row.management):
        return False
    grades = _grades(row)
    if row.comp_type == "phlf" and (grades is None or grades[1] >= RANK["4a"]):
        return False
    measures, needed = NEEDED_FOR_C[row.comp_type]
    return False if measures.intersection(row.management) else {"needed": needed}


@rule(
    "X118",
    QUERY,
    "complications.comp_type",
    "complications.management",
    "postop.drain_fluid_bili_ratio",
    each="complications",
    message=Label(
        "A bile leak needs a drain to serum bilirubin ratio of 3 or more (recorded: "
        "{drain_fluid_bili_ratio}) or an intervention (recorded: {management}).",
        "胆漏须引流液与血清胆红素比值≥3（现为：{drain_fluid_bili_ratio}）或有干预处理（现为：{management}）。",
    ),
)
def bile_leak_below_its_definition(case: CaseFile, row: Complication) -> bool:
    ratio = case.postop.drain_fluid_bili_ratio
    if row.comp_type != "bile_leak" or ratio is None or not known(row.management):
        return False
    return ratio < 3 and INVASIVE_FOR_LEAK.isdisjoint(row.management)


@rule(
    "X119",
    QUERY,
    "complications.isgls_grade",
    "complications.rbc_units_for_bleed",
    "centre.rbc_unit_basis_ml",
    each="complications",
    message=Label(
        "{rbc_units_for_bleed} of {rbc_unit_basis_ml} each are {normalised} units of 450 mL; up to 2 is "
        "grade A, more is B, but {isgls_grade} is recorded. Correct the grade or the units, or say why.",
        "{rbc_units_for_bleed}（每单位{rbc_unit_basis_ml}）相当于450 mL单位{normalised}个；≤2为A级，>2为B级，"
        "但记录为{isgls_grade}。请更正分级或用量，或说明理由。",
    ),
)
def bleeding_graded_against_units(case: CaseFile, row: Complication) -> Verdict:
    """Units are counted by the whole blood behind them, as the unit differs between countries."""
    units, basis = row.rbc_units_for_bleed, case.patient.centre.rbc_unit_basis_ml
    if row.comp_type != "phh" or row.isgls_grade not in ("a", "b") or units is None or not basis:
        return False
    normalised = Exact(units) * basis / NORMALISED_UNIT_ML
    fits = (normalised <= UNITS_OF_GRADE_A) == (row.isgls_grade == "a")
    return False if fits else {"normalised": f"{normalised:.1f}"}
