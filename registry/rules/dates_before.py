"""Order of the dates up to the operation (section 6.1, and section 4 from X202 on)."""

from registry.labels import Label
from registry.rules.base import REJECT, WARN
from registry.rules.intervals import SURGERY, interval

# Diagnosis and assessment

interval(
    "X003",
    REJECT,
    "diagnosis.primary_diagnosis_date",
    SURGERY,
    at_least=0,
    message=Label(
        "The tumour was diagnosed ({primary_diagnosis_date}) after the operation ({surgery_date}): "
        "check the years of both dates.",
        "肿瘤确诊日期（{primary_diagnosis_date}）晚于手术日期（{surgery_date}），请核对两个日期的年份。",
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

# Treatment before surgery

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
