"""Order of the dates from the operation on (section 6.1, and section 4 from X209 on)."""

from registry.case import CaseFile
from registry.labels import Label
from registry.rules.base import REJECT, WARN
from registry.rules.intervals import SURGERY, interval
from registry.rules.operands import days_between, span


def _checked_to_death(case: CaseFile) -> bool:
    """Nothing can be looked for beyond the death of the patient."""
    apart = days_between(span(case.death, "death_date"), span(case.postop, "complications_checked_to"))
    return apart is not None and apart[1] >= 0


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
    unless=_checked_to_death,
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

# Treatment after surgery

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
