"""Rules on the lists of treatments before and after the operation."""

from __future__ import annotations

from registry import codes
from registry.case import CaseFile
from registry.labels import Label
from registry.models import PriorTreatment, SubsequentTherapy
from registry.rules.base import QUERY, REJECT, WARN, Verdict, rule
from registry.rules.operands import days_between, known, rows_before, span


def _agents_outside(category: str | None, agents: list[str] | None) -> Verdict:
    """The agents that the code list assigns to another category than this one."""
    belongs = codes.AGENT.fact("category")
    foreign = [one for one in agents or () if known(category) and belongs.get(one, category) != category]
    return {"agents": codes.AGENT.label_of(foreign[0])} if foreign else False


# Treatment before surgery


@rule(
    "X231",
    REJECT,
    "treatment_summary.prior_tx_none",
    "prior_treatments.tx_category",
    message=Label(
        "“No treatment before index surgery” is answered yes, but treatments are listed ({listed}).",
        "“术前无任何抗肿瘤治疗”填为“是”，但已录入{listed}条治疗记录。",
    ),
)
def treatments_listed_though_none(case: CaseFile) -> Verdict:
    listed = len(case.prior_treatments)
    return {"listed": listed} if listed and case.treatment_summary.prior_tx_none == "yes" else False


@rule(
    "X232",
    WARN,
    "treatment_summary.prior_tx_none",
    message=Label(
        "There was treatment before surgery by your answer, but none is listed. Save without it?",
        "您的回答表示术前接受过治疗，但未录入任何治疗记录，是否仍要保存？",
    ),
)
def no_treatment_listed_though_some(case: CaseFile) -> bool:
    return case.treatment_summary.prior_tx_none == "no" and not case.prior_treatments


@rule(
    "X233",
    REJECT,
    "prior_treatments.tx_agent",
    "prior_treatments.tx_category",
    each="prior_treatments",
    message=Label(
        "{agents} does not belong to the category “{tx_category}”.", "{agents}不属于治疗类别“{tx_category}”。"
    ),
)
def agent_of_another_category(case: CaseFile, row: PriorTreatment) -> Verdict:
    return _agents_outside(row.tx_category, row.tx_agent)


# Resection of the primary


@rule(
    "X044a",
    QUERY,  # not a refusal: with X044b refusing the other order, neither section could be corrected first
    "diagnosis.primary_status_at_index",
    "treatment_summary.prior_tx_none",
    message=Label(
        "The primary is recorded as resected before surgery, but no “Resection of primary” is listed under "
        "treatment before surgery: add it with its date.",
        "原发灶状态为既往已切除，但术前治疗中没有“原发灶切除”记录：请补充该治疗及日期。",
    ),
)
def resection_of_primary_not_listed(case: CaseFile) -> bool:
    """An empty list of treatments says something only once it was stated whether there were any."""
    answered = case.prior_treatments or known(case.treatment_summary.prior_tx_none)
    resected = case.diagnosis.primary_status_at_index == "resected_before"
    may_be_listed = any(
        not known(one.tx_category) or one.tx_category == "primary_resection" for one in case.prior_treatments
    )
    return bool(resected and answered and not may_be_listed)


@rule(
    "X044b",
    REJECT,
    "diagnosis.primary_status_at_index",
    "prior_treatments.tx_category",
    each="prior_treatments",
    message=Label(
        "“Resection of primary” is listed under treatment before surgery, but the state of the primary is "
        "“{primary_status_at_index}”.",
        "术前治疗中有“原发灶切除”，但原发灶状态为“{primary_status_at_index}”。",
    ),
)
def listed_resection_of_primary_denied(case: CaseFile, row: PriorTreatment) -> bool:
    """A local recurrence also follows an earlier resection."""
    status = case.diagnosis.primary_status_at_index
    denied = known(status) and status not in ("resected_before", "local_recurrence")
    return row.tx_category == "primary_resection" and denied


@rule(
    "X044c",
    REJECT,
    "diagnosis.primary_resection_date",
    "prior_treatments.tx_start_date",
    each="prior_treatments",
    message=Label(
        "The primary was removed on {primary_resection_date} by the diagnosis, but on {tx_start_date} by the "
        "list of treatments.",
        "诊断部分的原发灶切除日期为{primary_resection_date}，术前治疗记录为{tx_start_date}，两者不一致。",
    ),
)
def resection_of_primary_dated_twice(case: CaseFile, row: PriorTreatment) -> bool:
    """Of several resections one must agree; the message stands at the first."""
    resections = _resections_of_primary(case)
    if not resections or row is not resections[0]:
        return False
    stated = span(case.diagnosis, "primary_resection_date")
    apart = [days_between(stated, span(one, "tx_start_date")) for one in resections]
    return None not in apart and all(least > 0 or most < 0 for least, most in apart)


def _resections_of_primary(case: CaseFile) -> list[PriorTreatment]:
    return [one for one in case.prior_treatments if one.tx_category == "primary_resection"]


# Treatment after surgery


@rule(
    "X261",
    REJECT,
    "treatment_summary.subs_none",
    "subsequent_therapies.subs_category",
    message=Label(
        "“No therapy after surgery so far” is answered yes, but therapies are listed ({listed}).",
        "“术后未接受抗肿瘤治疗”填为“是”，但已录入{listed}条治疗记录。",
    ),
)
def therapies_listed_though_none(case: CaseFile) -> Verdict:
    listed = len(case.subsequent_therapies)
    return {"listed": listed} if listed and case.treatment_summary.subs_none == "yes" else False


@rule(
    "X262",
    WARN,
    "treatment_summary.subs_none",
    message=Label(
        "There was therapy after surgery by your answer, but none is listed. Save without it?",
        "您的回答表示术后接受过治疗，但未录入任何治疗记录，是否仍要保存？",
    ),
)
def no_therapy_listed_though_some(case: CaseFile) -> bool:
    return case.treatment_summary.subs_none == "no" and not case.subsequent_therapies


@rule(
    "X263",
    REJECT,
    "subsequent_therapies.line_no",
    each="subsequent_therapies",
    message=Label(
        "Line number {line_no} breaks the order: lines are numbered 1, 2, 3 … without gap or repetition.",
        "治疗线序{line_no}不连续：线序应为1、2、3……，不得跳号或重复。",
    ),
)
def line_numbers_with_gap(case: CaseFile, row: SubsequentTherapy) -> bool:
    """The message stands at the line that has none before it, or that repeats one."""
    numbers = [one.line_no for one in case.subsequent_therapies]
    if None in numbers or row.line_no is None:
        return False
    repeated = any(one.line_no == row.line_no for one in rows_before(case.subsequent_therapies, row))
    return repeated or (row.line_no > 1 and row.line_no - 1 not in numbers)


@rule(
    "X264",
    REJECT,
    "subsequent_therapies.subs_agent",
    "subsequent_therapies.subs_category",
    each="subsequent_therapies",
    message=Label(
        "{agents} does not belong to the category “{subs_category}”.",
        "{agents}不属于治疗类别“{subs_category}”。",
    ),
)
def later_agent_of_another_category(case: CaseFile, row: SubsequentTherapy) -> Verdict:
    return _agents_outside(row.subs_category, row.subs_agent)
