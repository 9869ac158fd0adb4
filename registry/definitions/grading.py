"""Grade of one specimen: computed from its counts, and the one that analyses use."""

from __future__ import annotations

from typing import Any

from registry import codes
from registry.definitions.base import SIGNS, UNKNOWN, Derived, Reason, derived, in_methods
from registry.labels import Label

# WHO 2019 digestive tumours (S06); WHO 2022 keeps them. G2 is the closed interval.
KI67_G2_FROM, KI67_G2_TO = 3, 20
MITOSES_G2_FROM, MITOSES_G2_TO = 2, 20
# Lung and thymus (S07): typical below 2 per 2 mm², atypical 2 to 10.
MITOSES_ATYPICAL_FROM, MITOSES_ATYPICAL_TO = 2, 10

RANK: dict[str, int] = codes.GRADE.fact("rank")
_NET_GRADES = (None, "g1", "g2", "g3_net")
_ANY_BAND = (1, 3)
_NECROSIS_BANDS = {"none": (1, 1), "focal": (2, 2), "extensive": (3, 3)}
_BY_TYPE = codes.HIST.fact("grade")
_CARCINOID_BAND = codes.HIST.fact("rank")
THORACIC_TYPES = frozenset(codes.HIST.having("thoracic"))
THORACIC_SITES = frozenset(codes.SITE.having("thoracic"))
NOT_PER_2MM2 = frozenset({*codes.MITBASIS.having("legacy"), UNKNOWN})

_TYPE_DECIDES = Label("The histological type decides: {type}", "由组织学类型决定：{type}")
_TYPE_MISSING = Label("The histological type is not known", "组织学类型不详")
_BY_COUNTS = Label(
    "Ki-67 {ki67_sign}{ki67}%, mitoses {mitoses_sign}{mitoses} per 2 mm²",
    "Ki-67 {ki67_sign}{ki67}%，核分裂象 {mitoses_sign}{mitoses}个/2 mm²",
)
_KI67_ONLY = Label(
    "Ki-67 {ki67_sign}{ki67}% alone; the mitoses were not counted per 2 mm²",
    "仅按Ki-67 {ki67_sign}{ki67}%；核分裂象非按2 mm²计数",
)
_COUNTS_OPEN = Label(
    "Ki-67 ({ki67_sign}{ki67}%) and mitoses ({mitoses_sign}{mitoses}) do not decide on one grade",
    "Ki-67（{ki67_sign}{ki67}%）与核分裂象（{mitoses_sign}{mitoses}）不足以确定一个分级",
)
_NET_OR_NEC = Label(
    "Above 20: the histological type must say whether NET G3 or NEC",
    "超过20：须由组织学类型判定为NET G3或NEC",
)
_THORACIC = Label(
    "Thoracic rule: mitoses {mitoses_sign}{mitoses} per 2 mm², necrosis: {necrosis}",
    "胸部肿瘤规则：核分裂象 {mitoses_sign}{mitoses}个/2 mm²，坏死：{necrosis}",
)
_THORACIC_BEYOND = Label(
    "Beyond atypical carcinoid: refer to the histological type", "超出不典型类癌范围：请参照组织学类型"
)
_CENTRAL = Label("Central pathology review", "中心病理复核")
_REPORTED = Label("As reported; the counts do not give a grade", "按报告分级；计数不足以得出分级")
_NO_GRADE = Label("No grade can be stated", "无法给出分级")
_NOTHING = Label("not stated", "未记录")
_UPPER_END = Label("upper end of range ", "区间上限")


@in_methods(
    "消化系统及原发灶不明的神经内分泌瘤按WHO 2019标准分级：Ki-67<3%且核分裂象<2个/2 mm²为G1级，"
    "Ki-67 3%~20%或核分裂象2~20个/2 mm²为G2级，任一项>20为G3级，两项不一致时取较高者；"
    "报告为区间时取上限。神经内分泌癌和混合性肿瘤按组织学类型判定。肺和胸腺原发者：核分裂象"
    "<2个/2 mm²且无坏死为典型类癌（记为G1级），2~10个/2 mm²或点灶状坏死为不典型类癌（记为G2级）。"
)
def computed_grade(specimen: Any, primary_site: str | None) -> Derived:
    """Digestive tumours and those of unknown primary were graded by WHO 2019 (Rindi 2018, DOI
    10.1038/s41379-018-0110-y): G1 with Ki-67 < 3% and < 2 mitoses per 2 mm², G2 with Ki-67 3–20%
    or 2–20 mitoses, G3 above 20 in either, the higher of the two deciding and the upper end of a
    reported range being used; neuroendocrine carcinoma and mixed tumours were taken from the
    histological type; with a primary in lung or thymus (PMC5359105), < 2 mitoses per 2 mm² without
    necrosis is typical carcinoid (recorded as G1), 2–10 mitoses or focal necrosis atypical
    carcinoid (recorded as G2).

    The value is a code of GRADE, "gx" where the thoracic rule refers to the type, or None.
    A comparator that leaves more than one grade open gives None ("< 20%" may be G1 or G2),
    and so does a missing count unless the other alone reaches G3. Mitoses per 10 fields are
    not used; Ki-67 then decides alone and the reason says so. "NEN not specified" is graded
    like NET up to 20; above, only the type can tell NET G3 from NEC. Where counts leave a
    thoracic tumour open, "typical" or "atypical carcinoid" as reported decides.
    """
    histology = specimen.histological_type
    if histology in _BY_TYPE:
        return derived(_BY_TYPE[histology], _TYPE_DECIDES, type=codes.HIST.label_of(histology))
    if histology is None or histology == UNKNOWN:
        return derived(None, _TYPE_MISSING)
    if primary_site in THORACIC_SITES or histology in THORACIC_TYPES:
        return _thoracic_grade(specimen)
    return _digestive_grade(specimen)


def _digestive_grade(specimen: Any) -> Derived:
    """NET by Ki-67 and mitoses; the higher band of the two wins."""
    ki67, ki67_cmp, ki67_sign = _ki67(specimen)
    mitoses, mitoses_cmp = specimen.mitoses_per_2mm2, specimen.mitoses_per_2mm2_cmp
    legacy = mitoses is not None and specimen.mitoses_area_basis in NOT_PER_2MM2
    low, high = _bands(ki67, ki67_cmp, KI67_G2_FROM, KI67_G2_TO)
    if not legacy:
        least, most = _bands(mitoses, mitoses_cmp, MITOSES_G2_FROM, MITOSES_G2_TO)
        low, high = max(low, least), max(high, most)
    values = {
        "ki67": _NOTHING if ki67 is None else ki67,
        "ki67_sign": ki67_sign,
        "mitoses": _NOTHING if mitoses is None else mitoses,
        "mitoses_sign": SIGNS[mitoses_cmp],
    }
    if low != high:
        return Derived(None, Reason(_COUNTS_OPEN, values))
    if low == 3 and specimen.histological_type == "nen_nos":
        return derived(None, _NET_OR_NEC)
    return Derived(_NET_GRADES[low], Reason(_KI67_ONLY if legacy else _BY_COUNTS, values))


def _ki67(specimen: Any) -> tuple[Any, str | None, object]:
    """Ki-67, its comparator and how that reads; of a range the upper end, the worst case."""
    if specimen.ki67_high is not None:
        return specimen.ki67_high, None, _UPPER_END
    return specimen.ki67_pct, specimen.ki67_pct_cmp, SIGNS[specimen.ki67_pct_cmp]


def _bands(value: Any, comparator: str | None, middle_from: int, middle_to: int) -> tuple[int, int]:
    """Lowest and highest of the bands 1 (below), 2 (from–to) and 3 (above) that are possible."""
    if value is None:
        return _ANY_BAND
    band = 1 if value < middle_from else 2 if value <= middle_to else 3
    if comparator is None or comparator in ("eq", "approx"):
        return band, band
    if comparator == "lt":
        return 1, 1 if value <= middle_from else 2 if value <= middle_to else 3
    if comparator == "le":
        return 1, band
    if comparator == "gt":
        return (3 if value >= middle_to else band), 3
    return band, 3


def _thoracic_grade(specimen: Any) -> Derived:
    """Typical or atypical carcinoid by mitoses and necrosis, recorded as G1 or G2."""
    mitoses, comparator = specimen.mitoses_per_2mm2, specimen.mitoses_per_2mm2_cmp
    counted = None if specimen.mitoses_area_basis in NOT_PER_2MM2 else mitoses
    low, high = _bands(counted, comparator, MITOSES_ATYPICAL_FROM, MITOSES_ATYPICAL_TO)
    least, most = _NECROSIS_BANDS.get(specimen.necrosis, _ANY_BAND)
    low, high = max(low, least), max(high, most)
    if low == 3:
        return derived("gx", _THORACIC_BEYOND)
    by_type = _CARCINOID_BAND.get(specimen.histological_type)
    if by_type is not None and low < high and low <= by_type <= high:
        type_label = codes.HIST.label_of(specimen.histological_type)
        return derived(_NET_GRADES[by_type], _TYPE_DECIDES, type=type_label)
    return derived(
        _NET_GRADES[low] if low == high else None,
        _THORACIC,
        mitoses=_NOTHING if mitoses is None else mitoses,
        mitoses_sign=SIGNS[comparator],
        necrosis=codes.NECROSIS.label_of(specimen.necrosis) or _NOTHING,
    )


@in_methods("最终分级依次采用中心复核分级、计算分级（Ki-67与核分裂象两项齐全时）和报告分级。")
def final_grade(specimen: Any, primary_site: str | None) -> Derived:
    """The grade used is that of central review, else the computed grade when both Ki-67 and
    mitoses per 2 mm² are available, else the grade as reported.

    Types that are a grade in themselves (NEC, MiNEN) need no counts.
    """
    if specimen.central_grade is not None:
        return derived(specimen.central_grade, _CENTRAL)
    if _is_computable(specimen, primary_site):
        computed = computed_grade(specimen, primary_site)
        if computed.value in RANK or computed.value == "minen":
            return computed
    if specimen.grade_reported is not None:
        return derived(specimen.grade_reported, _REPORTED)
    return derived(None, _NO_GRADE)


def _is_computable(specimen: Any, primary_site: str | None) -> bool:
    """Everything that the rule for this tumour reads is recorded."""
    histology = specimen.histological_type
    if histology in _BY_TYPE or histology in THORACIC_TYPES or primary_site in THORACIC_SITES:
        return True
    return (
        (specimen.ki67_pct is not None or specimen.ki67_high is not None)
        and specimen.mitoses_per_2mm2 is not None
        and specimen.mitoses_area_basis not in NOT_PER_2MM2
    )
