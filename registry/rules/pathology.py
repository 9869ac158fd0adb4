"""Rules on specimens (section 6.3), and on the margin that the operation claims (X040)."""

from __future__ import annotations

from registry import codes
from registry.case import INDEX_OPERATION, CaseFile
from registry.definitions import computed_grade
from registry.labels import Label
from registry.models import Specimen
from registry.rules.base import QUERY, REJECT, WARN, Verdict, rule
from registry.rules.operands import Bounds, bounds, known

GRADES_OF_NET = ("g1", "g2", "g3_net", "gx")
GRADE_OF_TYPE = codes.HIST.fact("grade")
OF_PRIMARY = codes.SPEC.having("primary")
THORACIC = codes.SITE.having("thoracic")
LESION_COUNTS = ("lesions_g1", "lesions_g2", "lesions_g3")


def _from_liver_resection(row: Specimen) -> bool:
    """The row is what the index operation removed from the liver."""
    return row.specimen_source == "liver_resection" and row.specimen_op_no == INDEX_OPERATION


def _ki67(row: Specimen) -> Bounds | None:
    """What Ki-67 can be: the index as reported, else the range as reported."""
    stated, low, high = bounds(row, "ki67_pct"), row.ki67_low, row.ki67_high
    if stated is not None or low is None or high is None:
        return stated
    return low, high


@rule(
    "X040",
    REJECT,
    "specimens.margin_status",
    "operation.residual_status_liver",
    each="specimens",
    message=Label(
        "The liver is recorded as R0, but the margin of its specimen is “{margin_status}”.",
        "肝内残留状态为R0，但其标本切缘为“{margin_status}”。",
    ),
)
def r0_with_involved_margin(case: CaseFile, row: Specimen) -> bool:
    positive = _from_liver_resection(row) and row.margin_status in ("involved", "gross")
    return positive and case.operation.residual_status_liver == "r0"


@rule(
    "X070",
    REJECT,
    "specimens.grade_reported",
    "specimens.histological_type",
    each="specimens",
    message=Label(
        "Grade “{grade_reported}” does not belong to the histological type “{histological_type}”.",
        "分级“{grade_reported}”与组织学类型“{histological_type}”矛盾。",
    ),
)
def grade_of_another_type(case: CaseFile, row: Specimen) -> bool:
    if not known(row.grade_reported):
        return False
    if row.histological_type == "net":
        return row.grade_reported not in GRADES_OF_NET
    return row.grade_reported != GRADE_OF_TYPE.get(row.histological_type, row.grade_reported)


@rule(
    "X071",
    QUERY,
    "specimens.grade_reported",
    "specimens.ki67_pct",
    "specimens.mitoses_per_2mm2",
    "diagnosis.primary_site",
    each="specimens",
    message=Label(
        "The report states {grade_reported}, but the counts give {computed} ({why}). Analyses use the "
        "computed grade unless there is a central review; please check report and counts.",
        "报告分级为{grade_reported}，但按Ki-67和核分裂象计算为{computed}（{why}）。如无中心复核，分析采用计算分级；请核对报告与计数。",
    ),
)
def reported_against_computed_grade(case: CaseFile, row: Specimen) -> Verdict:
    computed = computed_grade(row, case.diagnosis.primary_site)
    differs = row.grade_reported not in (None, "gx", computed.value)
    if not differs or computed.value in (None, "gx") or grade_of_another_type(case, row):
        return False
    return {"computed": codes.GRADE.label_of(computed.value), "why": computed.reason.label}


@rule(
    "X072",
    QUERY,
    "specimens.histological_type",
    "specimens.ki67_pct",
    "specimens.mitoses_per_2mm2",
    each="specimens",
    message=Label(
        "“{histological_type}” with Ki-67 {ki67_pct} and {mitoses_per_2mm2} mitoses per 2 mm²: a "
        "neuroendocrine carcinoma is above 20 by definition. Please check type and counts.",
        "“{histological_type}”，但Ki-67 {ki67_pct}、核分裂象{mitoses_per_2mm2}个/2 mm²："
        "神经内分泌癌按定义应>20，请核对类型与计数。",
    ),
)
def carcinoma_below_its_definition(case: CaseFile, row: Specimen) -> bool:
    ki67, mitoses = _ki67(row), bounds(row, "mitoses_per_2mm2")
    if GRADE_OF_TYPE.get(row.histological_type) != "nec" or ki67 is None or mitoses is None:
        return False
    return ki67[1] <= 20 and mitoses[1] <= 20


@rule(
    "X073",
    WARN,
    "specimens.ki67_pct",
    "specimens.grade_reported",
    each="specimens",
    message=Label(
        "Ki-67 {ki67_pct} is high for a well differentiated tumour (NET G3): was a carcinoma (NEC) excluded?",
        "NET G3的Ki-67达{ki67_pct}，请确认已排除神经内分泌癌（NEC）。",
    ),
)
def net_g3_as_active_as_carcinoma(case: CaseFile, row: Specimen) -> bool:
    ki67 = _ki67(row)
    return row.grade_reported == "g3_net" and ki67 is not None and ki67[0] > 55


@rule(
    "X074",
    WARN,
    "specimens.ki67_pct",
    each="specimens",
    message=Label(
        "Ki-67 {ki67_pct}: was a fraction typed (0.05 is 5%)?",
        "Ki-67为{ki67_pct}：是否误录为小数（0.05即5%）？",
    ),
)
def ki67_typed_as_fraction(case: CaseFile, row: Specimen) -> bool:
    ki67 = bounds(row, "ki67_pct")
    return ki67 is not None and ki67[0] > 0 and ki67[1] < 1


@rule(
    "X075",
    REJECT,
    "specimens.ki67_pct",
    "specimens.ki67_low",
    "specimens.ki67_high",
    each="specimens",
    message=Label(
        "Ki-67 {ki67_pct} lies outside its own range ({ki67_low} to {ki67_high}).",
        "Ki-67 {ki67_pct}不在其区间（{ki67_low}~{ki67_high}）内。",
    ),
)
def ki67_outside_its_range(case: CaseFile, row: Specimen) -> bool:
    ki67 = bounds(row, "ki67_pct")
    if ki67 is None or row.ki67_low is None or row.ki67_high is None or row.ki67_low > row.ki67_high:
        return False
    return ki67[1] < row.ki67_low or ki67[0] > row.ki67_high


@rule(
    "X250",
    REJECT,
    "specimens.ki67_high",
    "specimens.ki67_low",
    each="specimens",
    message=Label(
        "The upper end of the Ki-67 range ({ki67_high}) is below its lower end ({ki67_low}).",
        "Ki-67区间上限（{ki67_high}）低于下限（{ki67_low}）。",
    ),
)
def ki67_range_upside_down(case: CaseFile, row: Specimen) -> bool:
    return row.ki67_low is not None and row.ki67_high is not None and row.ki67_high < row.ki67_low


@rule(
    "X076",
    REJECT,
    "specimens.grade_reported",
    "specimens.who_edition",
    each="specimens",
    message=Label(
        "“{who_edition}” has no NET G3: choose NEC, or the edition that the report used.",
        "“{who_edition}”没有NET G3：请选择神经内分泌癌，或更正报告所用版本。",
    ),
)
def net_g3_before_it_existed(case: CaseFile, row: Specimen) -> bool:
    return row.grade_reported == "g3_net" and row.who_edition in codes.WHOED.having("net_g3", False)


@rule(
    "X077",
    WARN,
    "specimens.mitoses_area_basis",
    "specimens.mitoses_per_2mm2",
    each="specimens",
    message=Label(
        "Mitoses counted per 10 high-power fields are not used: the grade is computed from Ki-67 alone. Can "
        "the count per 2 mm² be found?",
        "按10个高倍视野计数的核分裂象不用于分级，仅按Ki-67计算。能否查到每2 mm²的计数？",
    ),
)
def legacy_mitotic_count(case: CaseFile, row: Specimen) -> bool:
    return row.mitoses_per_2mm2 is not None and row.mitoses_area_basis in codes.MITBASIS.having("legacy")


@rule(
    "X078",
    WARN,
    "specimens.histological_type",
    "diagnosis.primary_site",
    each="specimens",
    message=Label(
        "A primary in “{primary_site}” is graded as typical or atypical carcinoid by mitoses and necrosis, "
        "not as “{histological_type}” by Ki-67. Is the type correct?",
        "原发灶位于“{primary_site}”时，应按核分裂象和坏死分为典型或不典型类癌，而非按Ki-67分级的“{histological_type}”。"
        "组织学类型是否无误？",
    ),
)
def thoracic_primary_typed_as_digestive(case: CaseFile, row: Specimen) -> bool:
    of_primary = row.specimen_source in OF_PRIMARY and case.diagnosis.primary_site in THORACIC
    return of_primary and row.histological_type == "net"


@rule(
    "X079",
    REJECT,
    "specimens.lesions_examined",
    *(f"specimens.{name}" for name in LESION_COUNTS),
    each="specimens",
    message=Label(
        "Lesions by grade ({sum}: G1 {lesions_g1}, G2 {lesions_g2}, G3 {lesions_g3}) are more than the "
        "lesions examined ({lesions_examined}).",
        "各级病灶数之和（{sum}：G1 {lesions_g1}，G2 {lesions_g2}，G3 {lesions_g3}）"
        "多于镜检病灶数（{lesions_examined}）。",
    ),
)
def more_lesions_graded_than_examined(case: CaseFile, row: Specimen) -> Verdict:
    """A grade whose lesions were not counted adds nothing."""
    graded = sum(getattr(row, name) or 0 for name in LESION_COUNTS)
    too_many = row.lesions_examined is not None and graded > row.lesions_examined
    return {"sum": graded} if too_many else False


@rule(
    "X080",
    QUERY,
    "specimens.specimen_source",
    "operation.n_mets_resected",
    message=Label(
        "{n_mets_resected} metastases were resected, but no liver resection specimen of this operation is "
        "recorded.",
        "切除转移灶{n_mets_resected}个，但缺少本次手术的肝切除标本。",
    ),
)
def resection_without_specimen(case: CaseFile) -> bool:
    """A specimen that does not name its source or its operation may be the one."""
    resected = bounds(case.operation, "n_mets_resected")
    may_be_it = any(
        one.specimen_source in ("liver_resection", None, "unknown")
        and one.specimen_op_no in (INDEX_OPERATION, None)
        for one in case.specimens
    )
    return resected is not None and resected[0] >= 1 and not may_be_it
