"""The tumour before surgery and what surgery removed: groups, timing, treatment, debulking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from registry import codes
from registry.definitions.base import NO, SIGNS, UNKNOWN, YES, Derived, Reason, derived, in_methods
from registry.definitions.clock import imputed_date
from registry.labels import Label

SYNCHRONOUS_DAYS = 183
DRUGS = frozenset(codes.TXCAT.having("drug"))
EMBOLISATIONS = frozenset(codes.TXCAT.having("embolisation"))

_PRIMARY = Label("Primary site: {site}", "原发灶部位：{site}")
_PRIMARY_MISSING = Label("Primary site is missing", "缺少原发灶部位")

_TIMING = Label(
    "Tumour diagnosed {primary}, liver metastases {netlm}; limit {days} days",
    "肿瘤确诊 {primary}，肝转移诊断 {netlm}；界限{days}天",
)
_TIMING_MISSING = Label("A date of diagnosis is missing", "缺少诊断日期")

_TREATED = Label("Recorded: {category}", "已记录：{category}")
_NOT_TREATED = Label("Treatments recorded, none of this kind", "有治疗记录，但无此类治疗")
_ASSERTED_NONE = Label("Stated: no treatment before surgery", "已声明：术前无任何抗肿瘤治疗")
_NOT_STATED = Label(
    "No treatment recorded, and not stated that there was none", "无治疗记录，也未声明术前无治疗"
)
_CATEGORY_OPEN = Label("The category of a recorded treatment is not known", "有治疗记录的类别不详")

_DEBULK_MISSING = Label("Debulking percent is missing", "缺少减瘤率")
_DEBULK_DECIDED = Label("Recorded {sign}{percent}%", "记录值 {sign}{percent}%")
_DEBULK_OPEN = Label(
    "Recorded {sign}{percent}%, which does not decide on {threshold}%",
    "记录值 {sign}{percent}%，不能判断是否达到{threshold}%",
)
_BY_IMAGING = Label("Post-operative imaging", "术后影像核实")
_BY_SURGEON = Label("As recorded with the operation", "按手术记录")


@in_methods("原发灶分为胃肠胰、肺或胸腺、其他部位和原发灶不明四组。")
def primary_group(primary_site: str | None) -> Derived:
    """Primary tumours are grouped as gastroenteropancreatic (oesophagus to rectum, and pancreas),
    lung or thymus, other, and unknown primary.
    """
    return _primary_group(primary_site)


@lru_cache
def _primary_group(site: str | None) -> Derived:
    if site not in codes.SITE or site == UNKNOWN:
        return derived(UNKNOWN, _PRIMARY_MISSING)
    facts = codes.SITE[site].facts
    if facts.get("gep"):
        group = "gep"
    elif facts.get("thoracic"):
        group = "lung_thymus"
    else:
        group = "cup" if site == "cup" else "other"
    return derived(group, _PRIMARY, site=codes.SITE.label_of(site))


@in_methods("肝转移在肿瘤确诊后183天内（含）发现者为同时性，其后为异时性。")
def netlm_timing(
    diagnosis: Any, surgery_date: date | None = None, within_days: int = SYNCHRONOUS_DAYS
) -> Derived:
    """Liver metastases are synchronous when found no later than 183 days after the diagnosis of
    the tumour, otherwise metachronous.

    `within_days=365` gives the second limit that is reported. Partial dates are imputed,
    not after `surgery_date`. Project decision, no published authority.
    """
    primary = imputed_date(
        diagnosis.primary_diagnosis_date, diagnosis.primary_diagnosis_date_prec, None, surgery_date
    )
    netlm = imputed_date(
        diagnosis.netlm_diagnosis_date, diagnosis.netlm_diagnosis_date_prec, None, surgery_date
    )
    if primary is None or netlm is None:
        return derived(UNKNOWN, _TIMING_MISSING)
    timing = "synchronous" if netlm - primary <= timedelta(days=within_days) else "metachronous"
    return derived(timing, _TIMING, primary=primary, netlm=netlm, days=within_days)


@in_methods("术前治疗史按手术前的治疗记录判定；无记录时，仅在明确声明“术前无治疗”后判为无。")
def prior_treatment_any(
    treatments: Sequence[Any], categories: Collection[str], prior_tx_none: str | None = None
) -> Derived:
    """Earlier treatment is counted from the treatments recorded before surgery; an empty list
    means "none" only when it was stated that there was none.

    `categories` are codes of TXCAT, `prior_tx_none` the patient-level assertion (yes/no code).
    """
    unclear = False
    for row in treatments:
        if row.tx_category in categories:
            return derived(YES, _TREATED, category=codes.TXCAT.label_of(row.tx_category))
        unclear = unclear or row.tx_category in (None, UNKNOWN)
    if unclear:
        return derived(UNKNOWN, _CATEGORY_OPEN)
    if treatments:
        return derived(NO, _NOT_TREATED)
    return derived(NO, _ASSERTED_NONE) if prior_tx_none == YES else derived(UNKNOWN, _NOT_STATED)


@in_methods(
    "术前药物治疗指手术前接受过生长抑素类似物、干扰素、靶向治疗、化疗、免疫治疗或肽受体放射性核素治疗。"
)
def prior_drug_any(treatments: Sequence[Any], prior_tx_none: str | None = None) -> Derived:
    """Drug treatment before surgery is any somatostatin analogue, interferon, targeted therapy,
    chemotherapy, immunotherapy or peptide receptor radionuclide therapy.
    """
    return prior_treatment_any(treatments, DRUGS, prior_tx_none)


@in_methods("术前经导管动脉治疗指手术前接受过单纯栓塞、化疗栓塞、载药微球栓塞或放射性微球栓塞。")
def prior_embolisation_any(treatments: Sequence[Any], prior_tx_none: str | None = None) -> Derived:
    """Transarterial treatment before surgery is any bland embolisation, chemoembolisation,
    drug-eluting bead embolisation or radioembolisation.
    """
    return prior_treatment_any(treatments, EMBOLISATIONS, prior_tx_none)


@dataclass(frozen=True, slots=True)
class Debulking:
    """The debulking percent that analyses use, its comparator (code of CMP) and its origin."""

    percent: int | None
    comparator: str
    reason: Reason


@in_methods("最终减瘤率优先采用术后影像核实值，无影像核实值时采用手术记录值。")
def debulking_final(operation: Any) -> Debulking:
    """The debulking percent is the one verified on post-operative imaging where there is one,
    otherwise the one recorded with the operation.
    """
    if operation.debulking_pct_imaging is not None:
        percent, comparator = operation.debulking_pct_imaging, operation.debulking_pct_imaging_cmp
        return Debulking(percent, comparator or "eq", Reason(_BY_IMAGING, {}))
    if operation.debulking_pct is not None:
        comparator = operation.debulking_pct_cmp or "eq"
        return Debulking(operation.debulking_pct, comparator, Reason(_BY_SURGEON, {}))
    return Debulking(None, "eq", Reason(_DEBULK_MISSING, {}))


@in_methods("减瘤率是否达到界值按记录值及其比较符判定；比较符不足以判定时（如“≥70%”对90%）为不详。")
def debulk_at_least(percent: float | None, comparator: str | None, threshold: float) -> Derived:
    """Whether a debulking threshold was reached is decided from the recorded percent and its
    comparator, and is unknown where the comparator leaves it open ("≥ 70%" against 90%).

    An approximate percent is used as it stands.
    """
    if percent is None:
        return derived(UNKNOWN, _DEBULK_MISSING)
    enough = percent >= threshold
    if comparator in ("gt", "ge"):
        answer = YES if enough else UNKNOWN
    elif comparator == "lt":
        answer = NO if percent <= threshold else UNKNOWN
    elif comparator == "le":
        answer = UNKNOWN if enough else NO
    else:
        answer = YES if enough else NO
    pattern = _DEBULK_OPEN if answer == UNKNOWN else _DEBULK_DECIDED
    return derived(answer, pattern, sign=SIGNS[comparator], percent=percent, threshold=threshold)
