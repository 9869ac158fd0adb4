"""The order of dates and the time between them: most rules on dates are one line each here.

The line says how many days may lie between two dates. Ids as in the dictionary, section 6.1;
X201 and up are the limits that section 4 names beside a field.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import models

from registry.case import REPEATED, CaseFile
from registry.labels import Label
from registry.rules.base import REJECT, WARN, Verdict, owner, rule
from registry.rules.operands import Span, days_between, entered, span

SURGERY = "operation.surgery_date"


def interval(
    id: str,
    severity: str,
    start: str,
    end: str,
    *,
    message: Label,
    at_least: int | None = None,
    at_most: int | None = None,
    until: int | None = None,
    unless: Callable[[CaseFile], bool] | None = None,
) -> None:
    """Register the rule that `end` follows `start` after `at_least` to `at_most` days.

    Both are section.field; where a section repeats, every row is asked. Beyond `until` days
    another rule speaks; `unless` names the cases it does not hold for. The sentence may use
    `{days}`. It stands at the later date, or at the earlier one where the later is the operation.
    """

    def broken(case: CaseFile, row: models.Model | None = None) -> Verdict:
        apart = days_between(_span(case, row, start), _span(case, row, end))
        if apart is None or (unless and unless(case)):
            return False
        least, most = apart
        if at_least is not None and most < at_least:
            return {"days": most}
        too_long = at_most is not None and least > at_most and (until is None or least <= until)
        return {"days": least} if too_long else False

    reads = (start, end) if end == SURGERY else (end, start)
    each = next((name for name in map(_section, reads) if name in REPEATED), None)
    rule(id, severity, *reads, message=message, each=each)(broken)


def _section(name: str) -> str:
    return name.split(".")[0]


def _span(case: CaseFile, row: models.Model | None, name: str) -> Span | None:
    section, field = name.split(".")
    return span(row if section in REPEATED else owner(case, section), field)


# Up to the operation

interval(
    "X003",
    REJECT,
    "diagnosis.primary_diagnosis_date",
    SURGERY,
    at_least=0,
    message=Label(
        "The tumour was diagnosed ({primary_diagnosis_date}) after the operation ({surgery_date}): "
        "check both dates.",
        "肿瘤确诊日期（{primary_diagnosis_date}）晚于手术日期（{surgery_date}），请核对两个日期。",
    ),
)
interval(
    "X004",
    REJECT,
    "diagnosis.netlm_diagnosis_date",
    SURGERY,
    at_least=0,
    message=Label(
        "Liver metastases were found ({netlm_diagnosis_date}) after the operation ({surgery_date}); "
        "if they were found at the operation, enter its date.",
        "肝转移诊断日期（{netlm_diagnosis_date}）晚于手术日期（{surgery_date}）；如为术中发现，请填写手术日期。",
    ),
)
interval(
    "X005",
    WARN,
    "diagnosis.primary_diagnosis_date",
    "diagnosis.netlm_diagnosis_date",
    at_least=-183,
    message=Label(
        "Liver metastases ({netlm_diagnosis_date}) were found more than half a year before the tumour "
        "was diagnosed ({primary_diagnosis_date}). Is that correct?",
        "肝转移诊断日期（{netlm_diagnosis_date}）比肿瘤确诊日期（{primary_diagnosis_date}）早半年以上，是否无误？",
    ),
)
interval(
    "X202",
    WARN,
    "diagnosis.primary_diagnosis_date",
    SURGERY,
    at_most=10957,
    message=Label(
        "The tumour was diagnosed ({primary_diagnosis_date}) more than 30 years before the operation "
        "({surgery_date}). Is that correct?",
        "肿瘤确诊日期（{primary_diagnosis_date}）距手术（{surgery_date}）超过30年，是否无误？",
    ),
)
interval(
    "X203",
    WARN,
    "diagnosis.primary_resection_date",
    SURGERY,
    at_least=0,
    message=Label(
        "The primary was removed ({primary_resection_date}) after the operation ({surgery_date}), but is "
        "recorded as removed before it. Is that correct?",
        "原发灶切除日期（{primary_resection_date}）晚于手术日期（{surgery_date}），却记录为术前已切除，是否无误？",
    ),
)
interval(
    "X006a",
    REJECT,
    "assessment.assessment_date",
    SURGERY,
    at_least=0,
    message=Label(
        "The preoperative assessment ({assessment_date}) is dated after the operation ({surgery_date}).",
        "术前评估日期（{assessment_date}）晚于手术日期（{surgery_date}）。",
    ),
)
interval(
    "X006b",
    REJECT,
    "assessment.liver_imaging_date",
    SURGERY,
    at_least=0,
    message=Label(
        "The preoperative liver imaging ({liver_imaging_date}) is dated after the operation "
        "({surgery_date}); imaging after surgery belongs to follow-up.",
        "术前肝脏影像日期（{liver_imaging_date}）晚于手术日期（{surgery_date}）；术后影像请录入随访。",
    ),
)
interval(
    "X006c",
    REJECT,
    "operation.mdt_date",
    SURGERY,
    at_least=0,
    message=Label(
        "The MDT discussion ({mdt_date}) is dated after the operation ({surgery_date}) that it planned.",
        "多学科讨论日期（{mdt_date}）晚于其所计划的手术（{surgery_date}）。",
    ),
)
interval(
    "X206",
    WARN,
    "assessment.assessment_date",
    SURGERY,
    at_most=56,
    message=Label(
        "The assessment ({assessment_date}) was {days} days before the operation ({surgery_date}); usual "
        "are at most 56. Is that correct?",
        "评估日期（{assessment_date}）距手术（{surgery_date}）{days}天，通常不超过56天，是否无误？",
    ),
)
interval(
    "X007",
    WARN,
    "assessment.liver_imaging_date",
    SURGERY,
    at_most=42,
    message=Label(
        "The liver imaging ({liver_imaging_date}) is {days} days older than the operation "
        "({surgery_date}); at most 42 are usual. Is there none nearer to surgery?",
        "肝脏影像（{liver_imaging_date}）距手术（{surgery_date}）{days}天，通常不超过42天，是否有更接近手术的影像？",
    ),
)
interval(
    "X207",
    WARN,
    "operation.mdt_date",
    SURGERY,
    at_most=120,
    message=Label(
        "The MDT discussion ({mdt_date}) was {days} days before the operation ({surgery_date}); at most "
        "120 are usual. Is that correct?",
        "多学科讨论（{mdt_date}）距手术（{surgery_date}）{days}天，通常不超过120天，是否无误？",
    ),
)
interval(
    "X208",
    WARN,
    "centre.active_from",
    SURGERY,
    at_least=0,
    unless=lambda case: case.patient.enrolment_type != "prospective",
    message=Label(
        "The operation ({surgery_date}) is before the centre began to contribute ({active_from}), though "
        "the case is enrolled prospectively. Is it retrospective?",
        "手术日期（{surgery_date}）早于本中心开始入组日期（{active_from}），但入组方式为前瞻性。是否应为回顾性？",
    ),
)

# Treatment before and after

interval(
    "X008",
    REJECT,
    "prior_treatments.tx_start_date",
    "prior_treatments.tx_end_date",
    at_least=0,
    message=Label(
        "The treatment ends ({tx_end_date}) before it starts ({tx_start_date}).",
        "治疗结束日期（{tx_end_date}）早于开始日期（{tx_start_date}）。",
    ),
)
interval(
    "X009",
    REJECT,
    "prior_treatments.tx_start_date",
    SURGERY,
    at_least=0,
    message=Label(
        "This treatment starts ({tx_start_date}) after the operation ({surgery_date}): enter it under "
        "treatment after surgery.",
        "该治疗开始日期（{tx_start_date}）晚于手术日期（{surgery_date}），请录入“术后治疗”。",
    ),
)
interval(
    "X204",
    WARN,
    "diagnosis.primary_diagnosis_date",
    "prior_treatments.tx_start_date",
    at_least=0,
    message=Label(
        "This treatment starts ({tx_start_date}) before the tumour was diagnosed "
        "({primary_diagnosis_date}). Is that correct?",
        "该治疗开始日期（{tx_start_date}）早于肿瘤确诊日期（{primary_diagnosis_date}），是否无误？",
    ),
)
interval(
    "X205",
    WARN,
    "prior_treatments.tx_end_date",
    SURGERY,
    at_least=0,
    message=Label(
        "This treatment ends ({tx_end_date}) after the operation ({surgery_date}). If it went on after "
        "surgery, enter that part under treatment after surgery.",
        "该治疗结束日期（{tx_end_date}）晚于手术日期（{surgery_date}）；如术后继续，请将该部分录入“术后治疗”。",
    ),
)
interval(
    "X013",
    REJECT,
    SURGERY,
    "subsequent_therapies.subs_start_date",
    at_least=0,
    message=Label(
        "This therapy starts ({subs_start_date}) before the operation ({surgery_date}): enter it under "
        "treatment before surgery.",
        "该治疗开始日期（{subs_start_date}）早于手术日期（{surgery_date}），请录入“术前治疗”。",
    ),
)
interval(
    "X218",
    REJECT,
    "subsequent_therapies.subs_start_date",
    "subsequent_therapies.subs_end_date",
    at_least=0,
    message=Label(
        "The therapy ends ({subs_end_date}) before it starts ({subs_start_date}).",
        "治疗结束日期（{subs_end_date}）早于开始日期（{subs_start_date}）。",
    ),
)

# In hospital

interval(
    "X010",
    REJECT,
    SURGERY,
    "postop.discharge_date",
    at_least=0,
    message=Label(
        "Discharge ({discharge_date}) is before the operation ({surgery_date}).",
        "出院日期（{discharge_date}）早于手术日期（{surgery_date}）。",
    ),
)
interval(
    "X209",
    WARN,
    SURGERY,
    "postop.discharge_date",
    at_most=90,
    until=180,
    message=Label(
        "Discharge ({discharge_date}) is {days} days after the operation ({surgery_date}); at most 90 are "
        "usual. Is that correct?",
        "出院日期（{discharge_date}）距手术（{surgery_date}）{days}天，通常不超过90天，是否无误？",
    ),
)
interval(
    "X021",
    WARN,
    SURGERY,
    "postop.discharge_date",
    at_most=180,
    message=Label(
        "A stay of {days} days is very long: operation {surgery_date}, discharge {discharge_date}. Is one "
        "of the years mistyped?",
        "住院{days}天，时间过长：手术{surgery_date}，出院{discharge_date}。年份是否有误？",
    ),
)
interval(
    "X210",
    REJECT,
    SURGERY,
    "postop.complications_checked_to",
    at_least=0,
    message=Label(
        "Complications are said to be checked up to {complications_checked_to}, before the operation "
        "({surgery_date}).",
        "并发症核查截止日期（{complications_checked_to}）早于手术日期（{surgery_date}）。",
    ),
)
interval(
    "X211",
    WARN,
    SURGERY,
    "postop.complications_checked_to",
    at_least=90,
    unless=lambda case: entered(case.death),
    message=Label(
        "Complications were checked only up to {complications_checked_to}, day {days} after surgery: the "
        "case does not count for 90-day results until they are checked to day 90. Is that all?",
        "并发症仅核查至{complications_checked_to}（术后第{days}天）；核查满90天前，该病例不计入90天结局。是否如此？",
    ),
)
interval(
    "X212",
    REJECT,
    SURGERY,
    "postop.drain_removed_date",
    at_least=0,
    message=Label(
        "The last drain was removed ({drain_removed_date}) before the operation ({surgery_date}).",
        "拔除末根引流管日期（{drain_removed_date}）早于手术日期（{surgery_date}）。",
    ),
)
interval(
    "X213",
    WARN,
    SURGERY,
    "postop.drain_removed_date",
    at_most=60,
    message=Label(
        "The last drain was removed {days} days after surgery ({drain_removed_date}); at most 60 are "
        "usual. Is that correct?",
        "末根引流管于术后{days}天（{drain_removed_date}）拔除，通常不超过60天，是否无误？",
    ),
)
interval(
    "X012",
    REJECT,
    SURGERY,
    "postop.reoperation_date",
    at_least=0,
    message=Label(
        "The reoperation ({reoperation_date}) is before the operation ({surgery_date}).",
        "再手术日期（{reoperation_date}）早于手术日期（{surgery_date}）。",
    ),
)
interval(
    "X214",
    REJECT,
    SURGERY,
    "postop.reoperation_date",
    at_most=90,
    message=Label(
        "The reoperation ({reoperation_date}) is {days} days after the operation ({surgery_date}); only "
        "reoperations within 90 days count here.",
        "再手术日期（{reoperation_date}）距手术（{surgery_date}）{days}天；此处仅计90天内的再手术。",
    ),
)
interval(
    "X011",
    REJECT,
    SURGERY,
    "complications.onset_date",
    at_least=0,
    message=Label(
        "The complication begins ({onset_date}) before the operation ({surgery_date}).",
        "并发症发生日期（{onset_date}）早于手术日期（{surgery_date}）。",
    ),
)
interval(
    "X215",
    REJECT,
    SURGERY,
    "complications.onset_date",
    at_most=365,
    message=Label(
        "The complication begins ({onset_date}) {days} days after the operation ({surgery_date}); later "
        "than 365 days it is entered as a late complication at a visit.",
        "并发症发生日期（{onset_date}）距手术（{surgery_date}）{days}天；超过365天者请在随访中录入为远期并发症。",
    ),
)
interval(
    "X216",
    WARN,
    SURGERY,
    "complications.onset_date",
    at_most=90,
    until=365,
    message=Label(
        "The complication begins ({onset_date}) {days} days after the operation ({surgery_date}); it "
        "does not count for 90-day results. Is the date correct?",
        "并发症发生日期（{onset_date}）距手术（{surgery_date}）{days}天，不计入90天结局。日期是否无误？",
    ),
)
interval(
    "X217",
    REJECT,
    "complications.onset_date",
    "complications.resolved_date",
    at_least=0,
    message=Label(
        "The complication is resolved ({resolved_date}) before it begins ({onset_date}).",
        "并发症痊愈日期（{resolved_date}）早于发生日期（{onset_date}）。",
    ),
)

# Follow-up

interval(
    "X014a",
    REJECT,
    SURGERY,
    "visits.visit_date",
    at_least=1,
    message=Label(
        "The visit ({visit_date}) is not after the operation ({surgery_date}).",
        "随访日期（{visit_date}）不晚于手术日期（{surgery_date}）。",
    ),
)
interval(
    "X219",
    REJECT,
    "visits.visit_date",
    "visits.imaging_date",
    at_most=30,
    message=Label(
        "The imaging ({imaging_date}) is {days} days after the visit ({visit_date}): enter it with a later "
        "visit.",
        "影像日期（{imaging_date}）晚于随访日期（{visit_date}）{days}天，请录入之后的随访。",
    ),
)
interval(
    "X220",
    REJECT,
    SURGERY,
    "visits.imaging_date",
    at_least=1,
    message=Label(
        "The imaging of this visit ({imaging_date}) is not after the operation ({surgery_date}).",
        "本次随访影像日期（{imaging_date}）不晚于手术日期（{surgery_date}）。",
    ),
)
interval(
    "X221",
    WARN,
    "visits.imaging_date",
    "visits.visit_date",
    at_most=60,
    message=Label(
        "The imaging ({imaging_date}) is {days} days older than the visit ({visit_date}); at most 60 are "
        "usual. Is that correct?",
        "影像日期（{imaging_date}）早于随访日期（{visit_date}）{days}天，通常不超过60天，是否无误？",
    ),
)
interval(
    "X015a",
    REJECT,
    SURGERY,
    "visits.progression_date",
    at_least=1,
    message=Label(
        "The progression ({progression_date}) is not after the operation ({surgery_date}).",
        "进展日期（{progression_date}）不晚于手术日期（{surgery_date}）。",
    ),
)
interval(
    "X015b",
    REJECT,
    "visits.progression_date",
    "visits.visit_date",
    at_least=0,
    message=Label(
        "The progression ({progression_date}) is dated after the visit ({visit_date}) that reports it.",
        "进展日期（{progression_date}）晚于报告该进展的随访（{visit_date}）。",
    ),
)
