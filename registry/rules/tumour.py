"""Rules on the tumour and the patient before surgery (sections 6.2 and 6.4)."""

from __future__ import annotations

from decimal import Decimal as Exact

from registry.case import CaseFile
from registry.labels import Label
from registry.rules.base import QUERY, REJECT, WARN, Verdict, rule
from registry.rules.operands import bounds, known

RIGHT = frozenset(("s5", "s6", "s7", "s8"))
LEFT = frozenset(("s2", "s3", "s4a", "s4b"))
CAUDATE = frozenset(("s1",))
SEGMENTS = {"right": RIGHT | CAUDATE, "left": LEFT | CAUDATE, "caudate": CAUDATE}
"""Segments that a tumour in these lobes can involve; the caudate lies between the hemilivers."""

TOPOGRAPHY = {
    "pancreas": ("C25",),
    "stomach": ("C16",),
    "duodenum": ("C17", "C17.0"),
    "jejunoileum": ("C17", "C17.1", "C17.2", "C17.3", "C17.8", "C17.9"),
    "appendix": ("C18.1",),
    "colon": ("C18", "C18.0", *(f"C18.{digit}" for digit in range(2, 10)), "C19"),
    "rectum": ("C19", "C20", "C21"),
    "oesophagus": ("C15",),
    "biliary": ("C22.1", "C23", "C24"),
    "lung": ("C33", "C34"),
    "thymus": ("C37",),
    "gu_gyn": tuple(f"C{number}" for number in range(51, 69)),
    "paraganglioma": ("C47", "C49", "C74", "C75"),
    "cup": ("C76", "C80"),
}
"""ICD-O-3 topography by site; a code without a point stands for all its subsites, unless the
category is shared by several sites (C17, C18), where the subsites are named."""
SHARED_CATEGORIES = ("C17", "C18")


# The primary tumour


@rule(
    "X230",
    WARN,
    "diagnosis.icdo_topography",
    "diagnosis.primary_site",
    message=Label(
        "ICD-O-3 topography {icdo_topography} is not usual for the primary site “{primary_site}”. Is it "
        "correct?",
        "ICD-O-3部位编码{icdo_topography}与原发灶部位“{primary_site}”不符，是否无误？",
    ),
)
def topography_of_another_site(case: CaseFile) -> bool:
    code, site = case.diagnosis.icdo_topography, case.diagnosis.primary_site
    if not code or site not in TOPOGRAPHY:
        return False
    category = code.split(".")[0]
    stands_for = {code} if category in SHARED_CATEGORIES else {code, category}
    return stands_for.isdisjoint(TOPOGRAPHY[site])


@rule(
    "X045",
    REJECT,
    "diagnosis.primary_status_at_index",
    "diagnosis.primary_site",
    message=Label(
        "Site of primary “{primary_site}” and state of primary “{primary_status_at_index}” contradict "
        "each other: both say that the primary is unknown, or neither.",
        "原发灶部位“{primary_site}”与原发灶状态“{primary_status_at_index}”矛盾：两项应同为或同不为“原发灶不明”。",
    ),
)
def primary_unknown_and_known(case: CaseFile) -> bool:
    site, status = case.diagnosis.primary_site, case.diagnosis.primary_status_at_index
    return known(site) and known(status) and (site == "cup") != (status == "unknown_primary")


@rule(
    "X095",
    REJECT,
    "diagnosis.functional_status",
    "diagnosis.hormone_syndrome",
    message=Label(
        "The tumour is recorded as non-functioning, but a hormone syndrome is named ({hormone_syndrome}).",
        "肿瘤记录为非功能性，却填写了激素综合征（{hormone_syndrome}）。",
    ),
)
def syndrome_without_function(case: CaseFile) -> bool:
    """The other half, functioning without a syndrome, is a missing answer."""
    return case.diagnosis.functional_status == "nonfunctioning" and known(case.diagnosis.hormone_syndrome)


@rule(
    "X096",
    WARN,
    "diagnosis.hormone_syndrome",
    "diagnosis.primary_site",
    message=Label(
        "Carcinoid syndrome with a rectal primary is rare. Is it correct?",
        "直肠原发肿瘤伴类癌综合征少见，是否无误？",
    ),
)
def carcinoid_syndrome_from_rectum(case: CaseFile) -> bool:
    syndromes = case.diagnosis.hormone_syndrome or ()
    return case.diagnosis.primary_site == "rectum" and "carcinoid" in syndromes


# The liver


@rule(
    "X047",
    WARN,
    "assessment.liver_burden_pct",
    "assessment.tumour_volume_ml",
    "assessment.total_liver_volume_ml",
    message=Label(
        "{tumour_volume_ml} of tumour in {total_liver_volume_ml} of liver is a burden of {computed}%, but "
        "{liver_burden_pct} is recorded. Is it correct?",
        "肿瘤体积{tumour_volume_ml}、全肝体积{total_liver_volume_ml}，对应负荷{computed}%，但记录为"
        "{liver_burden_pct}，是否无误？",
    ),
)
def burden_against_volumes(case: CaseFile) -> Verdict:
    tumour, liver = case.assessment.tumour_volume_ml, case.assessment.total_liver_volume_ml
    burden = bounds(case.assessment, "liver_burden_pct")
    if tumour is None or not liver or burden is None:
        return False
    computed = 100 * tumour / liver
    fits = burden[0] - 10 <= computed <= burden[1] + 10
    return False if fits else {"computed": f"{computed:.0f}"}


@rule(
    "X234",
    REJECT,
    "assessment.tumour_volume_ml",
    "assessment.total_liver_volume_ml",
    message=Label(
        "The tumour volume ({tumour_volume_ml}) is larger than the whole liver ({total_liver_volume_ml}).",
        "肿瘤体积（{tumour_volume_ml}）大于全肝体积（{total_liver_volume_ml}）。",
    ),
)
def tumour_larger_than_liver(case: CaseFile) -> bool:
    tumour, liver = case.assessment.tumour_volume_ml, case.assessment.total_liver_volume_ml
    return tumour is not None and liver is not None and tumour > liver


@rule(
    "X048",
    REJECT,
    "assessment.frilling_type",
    "assessment.liver_mets_count",
    message=Label(
        "{liver_mets_count} liver metastases do not fit “{frilling_type}”: type I is exactly one "
        "metastasis, and one metastasis is type I.",
        "肝转移灶数目{liver_mets_count}与“{frilling_type}”不符：Ⅰ型仅指单发，单发即为Ⅰ型。",
    ),
)
def single_metastasis_and_type(case: CaseFile) -> bool:
    number, kind = bounds(case.assessment, "liver_mets_count"), case.assessment.frilling_type
    if number is None or not known(kind):
        return False
    return number[0] > 1 if kind == "i" else number == (1, 1)


@rule(
    "X049",
    WARN,
    "assessment.frilling_type",
    "assessment.lobar_distribution",
    message=Label(
        "“{frilling_type}” involves both lobes, but “{lobar_distribution}” is recorded. Is it correct?",
        "“{frilling_type}”应累及双叶，但累及肝叶记录为“{lobar_distribution}”，是否无误？",
    ),
)
def bilobar_type_in_one_lobe(case: CaseFile) -> bool:
    lobes = case.assessment.lobar_distribution
    return case.assessment.frilling_type in ("ii", "iii") and known(lobes) and lobes != "both"


@rule(
    "X050",
    WARN,
    "assessment.segments_involved",
    "assessment.lobar_distribution",
    message=Label(
        "The segments involved ({segments_involved}) do not fit the lobes involved “{lobar_distribution}”. "
        "Is it correct?",
        "累及肝段（{segments_involved}）与累及肝叶“{lobar_distribution}”不符，是否无误？",
    ),
)
def segments_outside_the_lobes(case: CaseFile) -> bool:
    lobes = case.assessment.lobar_distribution
    if not known(lobes) or not known(case.assessment.segments_involved):
        return False
    segments = set(case.assessment.segments_involved)
    if lobes == "both":
        return segments.isdisjoint(RIGHT) or segments.isdisjoint(LEFT)
    return not segments <= SEGMENTS[lobes]


@rule(
    "X051",
    WARN,
    "assessment.liver_burden_pct",
    "assessment.largest_met_cm",
    "assessment.liver_mets_count",
    message=Label(
        "A burden of {liver_burden_pct} does not fit {liver_mets_count} metastases of at most "
        "{largest_met_cm}. Are size, number and burden correct?",
        "负荷{liver_burden_pct}与{liver_mets_count}个、最大径{largest_met_cm}的转移灶不匹配，大小、数目与负荷是否无误？",
    ),
)
def few_small_metastases_large_burden(case: CaseFile) -> bool:
    burden, number = bounds(case.assessment, "liver_burden_pct"), bounds(case.assessment, "liver_mets_count")
    largest = case.assessment.largest_met_cm
    if burden is None or number is None or largest is None:
        return False
    return largest <= 3 and burden[0] > 50 and number[1] < 20


# The patient

JIN = Label(
    "If the weight was given in jin (斤), it is {kg} kg.",
    "体重若以斤为单位，应为{kg} kg。",
)
TOO_LIGHT = Label("Check height and weight.", "请核对身高和体重。")


@rule(
    "X090a",
    REJECT,
    "assessment.weight_kg",
    "assessment.height_cm",
    message=Label(
        "{weight_kg} at {height_cm} is a body mass index of {bmi} kg/m², which is not possible (12 to "
        "60). {advice}",
        "体重{weight_kg}、身高{height_cm}，体重指数{bmi} kg/m²，超出可能范围（12~60）。{advice}",
    ),
)
def impossible_body_mass_index(case: CaseFile) -> Verdict:
    bmi = _bmi(case)
    return _body(case, bmi) if bmi is not None and not 12 <= bmi <= 60 else False


@rule(
    "X090b",
    WARN,
    "assessment.weight_kg",
    "assessment.height_cm",
    message=Label(
        "{weight_kg} at {height_cm} is a body mass index of {bmi} kg/m², which is unusual (16 to 40). "
        "{advice} Is it correct?",
        "体重{weight_kg}、身高{height_cm}，体重指数{bmi} kg/m²，较少见（常见16~40）。{advice}是否无误？",
    ),
)
def unusual_body_mass_index(case: CaseFile) -> Verdict:
    bmi = _bmi(case)
    return _body(case, bmi) if bmi is not None and (12 <= bmi < 16 or 40 < bmi <= 60) else False


def _bmi(case: CaseFile) -> Exact | None:
    height, weight = case.assessment.height_cm, case.assessment.weight_kg
    return None if not height or weight is None else Exact(weight) / (Exact(height) / 100) ** 2


def _body(case: CaseFile, bmi: Exact) -> dict[str, object]:
    heavy = bmi > 40
    advice = JIN.fill(kg=f"{Exact(case.assessment.weight_kg) / 2:.1f}") if heavy else TOO_LIGHT
    return {"bmi": f"{bmi:.1f}", "advice": advice}


@rule(
    "X091",
    QUERY,
    "assessment.cirrhosis",
    "assessment.hbsag",
    message=Label(
        "Hepatitis B surface antigen is positive, but cirrhosis is unknown: please find out.",
        "乙肝表面抗原阳性，但肝硬化不详：请核实补充。",
    ),
)
def hepatitis_b_without_word_on_cirrhosis(case: CaseFile) -> bool:
    return case.assessment.hbsag == "pos" and case.assessment.cirrhosis == "unknown"
