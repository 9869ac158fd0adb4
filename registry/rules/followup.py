"""Rules on follow-up and on treatment after the operation (section 6.5)."""

from __future__ import annotations

from collections.abc import Iterator

from registry import codes
from registry.case import CaseFile
from registry.labels import Label
from registry.models import FollowupVisit
from registry.rules.base import QUERY, REJECT, WARN, Verdict, rule
from registry.rules.operands import days_between, entered, known, rows_before, span

CLEARING = frozenset((*codes.TXCAT.having("group", "surgery"), *codes.TXCAT.having("ablation")))
"""Treatments that can remove what the operation left."""
NO_DISEASE = ("cr", "ned")
WITH_RESIDUAL = ("residual_stable", "response")
DAYS_TO_NEW_THERAPY = 60


def _progressed(visit: FollowupVisit) -> bool:
    return "yes" in (visit.hepatic_progression, visit.extrahepatic_progression)


def _cleared_by(case: CaseFile, visit: FollowupVisit, since: FollowupVisit | None = None) -> bool:
    """Surgery or ablation may have cleared the tumour before this visit (and after `since`)."""
    end, start = span(visit, "visit_date"), span(since, "visit_date") if since else None
    for one in case.subsequent_therapies:
        if one.subs_category in CLEARING or not known(one.subs_category):
            began = span(one, "subs_start_date")
            to_visit, from_start = days_between(began, end), days_between(start, began)
            if (to_visit is None or to_visit[1] >= 0) and (from_start is None or from_start[1] >= 0):
                return True
    return False


# Response and progression


@rule(
    "X124",
    REJECT,
    "visits.recist_overall",
    "visits.hepatic_progression",
    "visits.extrahepatic_progression",
    each="visits",
    message=Label(
        "RECIST response “{recist_overall}” does not agree with progression in the liver "
        "“{hepatic_progression}” and outside it “{extrahepatic_progression}”.",
        "RECIST疗效“{recist_overall}”与肝内进展“{hepatic_progression}”、肝外进展“{extrahepatic_progression}”不一致。",
    ),
)
def response_against_progression(case: CaseFile, row: FollowupVisit) -> bool:
    """Progression shown otherwise than by imaging can go with any response on imaging."""
    if not known(row.recist_overall):
        return False
    if row.recist_overall == "pd":
        return row.hepatic_progression == "no" and row.extrahepatic_progression == "no"
    return _progressed(row) and row.progression_basis in (None, "", "imaging")


@rule(
    "X125",
    REJECT,
    "visits.new_lesion",
    "visits.recist_overall",
    each="visits",
    message=Label(
        "A new lesion is progressive disease (PD), but the response is “{recist_overall}”.",
        "出现新发病灶应为疾病进展（PD），但疗效为“{recist_overall}”。",
    ),
)
def new_lesion_without_progression(case: CaseFile, row: FollowupVisit) -> bool:
    return row.new_lesion == "yes" and known(row.recist_overall) and row.recist_overall != "pd"


@rule(
    "X126",
    WARN,
    "visits.recist_overall",
    "operation.residual_status",
    each="visits",
    message=Label(
        "“{recist_overall}” after an operation that left tumour (R2), without later surgery or ablation, is "
        "unusual. Is it correct?",
        "R2手术后未再行手术或消融，疗效却为“{recist_overall}”，较少见，是否无误？",
    ),
)
def no_disease_after_r2(case: CaseFile, row: FollowupVisit) -> bool:
    free = row.recist_overall in NO_DISEASE and case.operation.residual_status == "r2"
    return free and not _cleared_by(case, row)


@rule(
    "X128",
    WARN,
    "visits.disease_status",
    "operation.residual_status",
    each="visits",
    message=Label(
        "“{disease_status}” after an operation that left nothing (R0): is this recurrence, or no evidence of "
        "disease?",
        "R0手术后疾病状态为“{disease_status}”：应为复发还是无疾病证据？",
    ),
)
def residual_after_r0(case: CaseFile, row: FollowupVisit) -> bool:
    return row.disease_status in WITH_RESIDUAL and case.operation.residual_status == "r0"


@rule(
    "X129",
    QUERY,
    "visits.disease_status",
    "visits.vital_status",
    each="visits",
    message=Label(
        "No evidence of disease ({visit_day}) after progression on {progressed}, without surgery or "
        "ablation between: please check both visits.",
        "{progressed}已进展，其后未行手术或消融，{visit_day}却记录为无疾病证据：请核对两次随访。",
    ),
)
def progression_undone(case: CaseFile, row: FollowupVisit) -> Verdict:
    free = row.disease_status == "ned" or row.vital_status == "alive_ned"
    for one in _visits_before(case, row) if free else ():
        if _progressed(one) and not _cleared_by(case, row, since=one):
            return {"visit_day": row.visit_date, "progressed": one.progression_date or one.visit_date}
    return False


def _visits_before(case: CaseFile, row: FollowupVisit) -> Iterator[FollowupVisit]:
    return (
        one for one in case.visits if one.visit_date and row.visit_date and one.visit_date < row.visit_date
    )


@rule(
    "X222",
    WARN,
    "visits.progression_date",
    "visits.progression_basis",
    "visits.imaging_date",
    each="visits",
    message=Label(
        "No imaging of this patient is dated {progression_date}, the date of progression. Progression is "
        "dated by the first imaging that shows it; is it correct?",
        "进展日期{progression_date}当日无影像记录。进展日期应为首次显示进展的影像日期，是否无误？",
    ),
)
def progression_without_imaging(case: CaseFile, row: FollowupVisit) -> bool:
    """An imaging whose date is missing may be the one."""
    by_imaging = row.progression_basis in (None, "", "imaging")
    imaged = [one.imaging_date for one in case.visits if one.imaging_done == "yes" or one.imaging_date]
    undated = row.progression_date is None or None in imaged
    return by_imaging and not undated and row.progression_date not in imaged


# Imaging, symptoms, vital status


@rule(
    "X223",
    WARN,
    "visits.imaging_date",
    "visits.is_postop_baseline",
    "operation.surgery_date",
    each="visits",
    message=Label(
        "The post-operative baseline scan ({imaging_date}) is from day {days} after the operation; usual are "
        "days 28 to 112. Is it correct?",
        "术后基线影像（{imaging_date}）为术后第{days}天，通常为第28~112天，是否无误？",
    ),
)
def baseline_scan_off_its_window(case: CaseFile, row: FollowupVisit) -> Verdict:
    apart = days_between(span(case.operation, "surgery_date"), span(row, "imaging_date"))
    if apart is None or row.is_postop_baseline != "yes" or 28 <= apart[0] <= 112:
        return False
    return {"days": apart[0]}


@rule(
    "X265",
    REJECT,
    "visits.is_postop_baseline",
    each="visits",
    message=Label(
        "There is only one post-operative baseline scan, and that of {earlier} is marked as it already.",
        "术后基线影像只能有一次，{earlier}的影像已标记为基线。",
    ),
)
def second_baseline_scan(case: CaseFile, row: FollowupVisit) -> Verdict:
    if row.is_postop_baseline != "yes":
        return False
    earlier = next((one for one in rows_before(case.visits, row) if one.is_postop_baseline == "yes"), None)
    return {"earlier": earlier.imaging_date or earlier.visit_date} if earlier else False


@rule(
    "X131",
    REJECT,
    "visits.symptom_relief",
    "diagnosis.functional_status",
    each="visits",
    message=Label(
        "Symptom relief is “{symptom_relief}”, but the tumour was non-functioning before surgery: choose “No "
        "symptoms at baseline”.",
        "症状缓解程度为“{symptom_relief}”，但术前为非功能性肿瘤：请选择“基线无症状”。",
    ),
)
def relief_without_symptoms(case: CaseFile, row: FollowupVisit) -> bool:
    relief = row.symptom_relief
    return case.diagnosis.functional_status == "nonfunctioning" and known(relief) and relief != "na"


@rule(
    "X127",
    QUERY,
    "visits.vital_status",
    "death.death_date",
    each="visits",
    message=Label(
        "The visit of {visit_day} reports the patient's death, but no death is recorded: please record it.",
        "{visit_day}随访记录患者已死亡，但无死亡记录：请补充死亡记录。",
    ),
)
def reported_death_not_recorded(case: CaseFile, row: FollowupVisit) -> Verdict:
    """A query, not a rejection: the visit can be saved before the death, which is still missing."""
    unrecorded = row.vital_status == "dead" and not entered(case.death)
    return {"visit_day": row.visit_date or ""} if unrecorded else False


@rule(
    "X225",
    REJECT,
    "visits.vital_status",
    "visits.visit_date",
    "death.death_date",
    each="visits",
    message=Label(
        "At the visit of {visit_date} the patient was dead, but the death is dated {death_date}.",
        "{visit_date}随访时患者已死亡，但死亡日期为{death_date}。",
    ),
)
def dead_before_death(case: CaseFile, row: FollowupVisit) -> bool:
    apart = days_between(span(case.death, "death_date"), span(row, "visit_date"))
    return row.vital_status == "dead" and apart is not None and apart[1] < 0


@rule(
    "X130",
    QUERY,
    "visits.treatment_changed",
    "visits.visit_date",
    "subsequent_therapies.subs_start_date",
    each="visits",
    message=Label(
        "Treatment was changed at the visit of {visit_date}, but no therapy after surgery starts within 60 "
        "days of it: which one was it?",
        "{visit_date}随访时调整了治疗方案，但前后60天内没有新的术后治疗记录：是哪种治疗？",
    ),
)
def changed_to_no_listed_therapy(case: CaseFile, row: FollowupVisit) -> bool:
    visit = span(row, "visit_date")
    if row.treatment_changed != "yes" or visit is None:
        return False
    limit = DAYS_TO_NEW_THERAPY
    distances = (days_between(visit, span(one, "subs_start_date")) for one in case.subsequent_therapies)
    return not any(apart is None or (apart[0] <= limit and apart[1] >= -limit) for apart in distances)
