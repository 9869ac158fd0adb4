"""Rules on the stay, reoperation and death (section 6.5)."""

from __future__ import annotations

from registry import codes
from registry.case import CaseFile
from registry.definitions import length_of_stay
from registry.labels import Label
from registry.rules.base import QUERY, REJECT, WARN, Verdict, rule
from registry.rules.operands import days_between, entered, known, span

MORTALITY_DAYS = 90


# Stay and reoperation


@rule(
    "X120",
    QUERY,
    "postop.reoperation",
    "postop.complication_ascertainment",
    "complications.management",
    message=Label(
        "There was an unplanned reoperation, but no complication lists “Reoperation under general "
        "anaesthesia”: what was it for?",
        "有非计划再手术，但没有并发症的处理措施为“全麻下再手术”：再手术原因是什么？",
    ),
)
def reoperation_without_reason(case: CaseFile) -> bool:
    """Only once the list of complications is stated to be checked."""
    checked = case.postop.complication_ascertainment in codes.ASCERT.having("confirmed")
    return (
        case.postop.reoperation == "yes"
        and checked
        and not any(
            not known(one.management) or "reoperation_ga" in one.management for one in case.complications
        )
    )


@rule(
    "X123",
    REJECT,
    "postop.icu_days",
    "postop.discharge_date",
    "operation.surgery_date",
    message=Label(
        "{icu_days} in intensive care are longer than the stay after the operation ({days} d).",
        "ICU天数（{icu_days}）超过术后住院时间（{days} d）。",
    ),
)
def icu_longer_than_stay(case: CaseFile) -> Verdict:
    stay = length_of_stay(
        case.operation.surgery_date,
        case.postop.discharge_date,
        case.death.death_date,
        case.postop.died_in_hospital,
        case.death.death_date_prec,
    ).value
    too_long = stay is not None and case.postop.icu_days is not None and case.postop.icu_days > stay + 1
    return {"days": stay} if too_long else False


# Death


@rule(
    "X112",
    QUERY,
    "death.death_cause",
    "death.death_date",
    "operation.surgery_date",
    "complications.cd_grade",
    message=Label(
        "The patient died of a complication of surgery ({death_date}), but no complication has grade V: "
        "which one was it?",
        "患者因手术并发症死亡（{death_date}），但没有Ⅴ级并发症：是哪一项？",
    ),
)
def surgical_death_without_complication(case: CaseFile) -> bool:
    apart = days_between(span(case.operation, "surgery_date"), span(case.death, "death_date"))
    early = apart is not None and apart[1] <= MORTALITY_DAYS
    fatal = any(one.cd_grade in ("5", None) for one in case.complications)
    return early and case.death.death_cause == "surgical" and not fatal


@rule(
    "X121a",
    QUERY,
    "postop.died_in_hospital",
    "death.death_date",
    message=Label(
        "The patient died before discharge by the postoperative course, but no death is recorded: please "
        "record it.",
        "术后病程记录为住院期间死亡，但无死亡记录：请补充死亡记录。",
    ),
)
def death_in_hospital_not_recorded(case: CaseFile) -> bool:
    """A query, not a rejection: the course is entered before the death, which is still missing."""
    return case.postop.died_in_hospital == "yes" and not entered(case.death)


@rule(
    "X121b",
    REJECT,
    "postop.died_in_hospital",
    "postop.discharge_date",
    "death.death_date",
    message=Label(
        "Died before discharge is answered “{died_in_hospital}”, which contradicts discharge on "
        "{discharge_date} and death on {death_date}.",
        "“住院期间死亡”填为“{died_in_hospital}”，与出院日期（{discharge_date}）和死亡日期（{death_date}）矛盾。",
    ),
)
def death_in_hospital_against_dates(case: CaseFile) -> bool:
    apart = days_between(span(case.death, "death_date"), span(case.postop, "discharge_date"))
    if apart is None:
        return False
    if case.postop.died_in_hospital == "yes":
        return apart[1] < 0
    return case.postop.died_in_hospital == "no" and apart[0] >= 0


@rule(
    "X224",
    WARN,
    "death.death_date",
    "operation.surgery_date",
    message=Label(
        "The death ({death_date}) may lie within 90 days of the operation ({surgery_date}): 90-day "
        "mortality needs the exact day. Save without it?",
        "死亡日期（{death_date}）可能在术后90天内（手术{surgery_date}）：90天病死率需要精确到日，是否仍要保存？",
    ),
)
def early_death_without_day(case: CaseFile) -> bool:
    apart = days_between(span(case.operation, "surgery_date"), span(case.death, "death_date"))
    if apart is None or case.death.death_date_prec not in ("m", "y"):
        return False
    return apart[0] <= MORTALITY_DAYS
