"""Answers that are not tied to one organ or one part of the record.

Closed here, though the general rule adds "unknown": the ECOG scale, comparators and
missing reasons (they state the uncertainty themselves), units (a value of unknown
unit is no value), and consent, its scope and withdrawal (nobody agrees "unknown").
"""

from registry.codes.base import code, code_list
from registry.labels import Label

YN = code_list(
    "YN",
    Label("Yes or no", "是否"),
    "Project decision (PD)",
    code("yes", "Yes", "是", aliases=("y", "1", "true", "有")),
    code("no", "No", "否", aliases=("n", "0", "false", "无")),
)

YNNA = code_list(
    "YNNA",
    Label("Yes, no or not applicable", "是否(可不适用)"),
    "Project decision (PD)",
    code("yes", "Yes", "是"),
    code("no", "No", "否"),
    code("na", "Not applicable", "不适用"),
)

SEX = code_list(
    "SEX",
    Label("Sex", "性别"),
    "Sex in the hospital record; project list (PAPER, PD)",
    code("m", "Male", "男", aliases=("男性",)),
    code("f", "Female", "女", aliases=("女性",)),
    code("other", "Other or indeterminate", "其他"),
)

SMOKING = code_list(
    "SMOKING",
    Label("Smoking", "吸烟史"),
    "General clinical knowledge, unverified (GK)",
    code("never", "Never", "从不吸烟"),
    code("former", "Former", "已戒烟"),
    code("current", "Current", "现吸烟"),
)

ECOG = code_list(
    "ECOG",
    Label("ECOG performance status", "ECOG体能状态评分"),
    "Eastern Cooperative Oncology Group scale, own wording, unverified (GK)",
    code("0", "0 fully active", "0分:活动能力完全正常"),
    code("1", "1 strenuous activity limited, walks and does light work", "1分:能从事轻体力活动"),
    code("2", "2 cares for self, cannot work, up more than half the day", "2分:生活自理,不能工作,卧床<50%"),
    code("3", "3 limited self-care, in bed or chair more than half the day", "3分:部分自理,卧床>50%"),
    code("4", "4 completely disabled", "4分:完全卧床"),
    closed=True,
)

ASA = code_list(
    "ASA",
    Label("ASA class", "ASA分级"),
    "American Society of Anesthesiologists physical status, own wording, unverified (GK)",
    code("1", "I healthy", "Ⅰ级:健康", aliases=("I", "I级")),
    code("2", "II mild systemic disease", "Ⅱ级:轻度系统性疾病", aliases=("II", "II级")),
    code("3", "III severe systemic disease", "Ⅲ级:重度系统性疾病", aliases=("III", "III级")),
    code("4", "IV constant threat to life", "Ⅳ级:持续威胁生命", aliases=("IV", "IV级")),
    code("5", "V moribund", "Ⅴ级:濒死", aliases=("V", "V级"), warn=True),
)

POSNEG = code_list(
    "POSNEG",
    Label("Result", "结果"),
    "General clinical knowledge, unverified (GK)",
    code("pos", "Positive", "阳性"),
    code("neg", "Negative", "阴性"),
    code("focal", "Focal or weak", "局灶或弱阳性"),
    code("nd", "Not done", "未做"),
)

CENTRE = code_list(
    "CENTRE",
    Label("Kind of centre", "中心类型"),
    "Project decision (PD)",
    code("cancer_hospital", "Cancer hospital", "肿瘤专科医院"),
    code("university", "University hospital", "大学附属综合医院"),
    code("general", "General hospital", "综合医院"),
    code("other", "Other", "其他"),
)

UNIT_BILI = code_list(
    "UNIT_BILI",
    Label("Bilirubin unit", "胆红素单位"),
    "Conversion 1 mg/dL = 17.1 µmol/L (S10)",
    code("umol_l", "µmol/L", "µmol/L", canonical=True, to_umol_l=1.0),
    code("mg_dl", "mg/dL", "mg/dL", to_umol_l=17.1),
    closed=True,
)

ENROL = code_list(
    "ENROL",
    Label("Enrolment", "入组方式"),
    "Project decision (PD)",
    code("prospective", "Prospective", "前瞻性登记"),
    code("retrospective", "Retrospective", "回顾性补录"),
)

CONSENT = code_list(
    "CONSENT",
    Label("Consent status", "知情同意状态"),
    "PAPER (waiver and written consent); project list (PD)",
    code("written", "Written consent", "已签署书面同意"),
    code("electronic", "Electronic consent", "已签署电子同意"),
    code("waiver", "Waiver by ethics committee", "伦理批准豁免"),
    code("pending", "Pending", "待签署"),
    code("refused", "Refused", "拒绝"),
    code("withdrawn", "Withdrawn", "已撤回"),
    closed=True,
)

SCOPE = code_list(
    "SCOPE",
    Label("Agreed uses", "同意范围"),
    "Project decision (PD)",
    code("registry", "Registry research", "登记研究"),
    code("linkage", "Linkage to death or cancer registers", "与死亡/肿瘤登记关联"),
    code("tissue", "Tissue research", "组织标本研究"),
    code("recontact", "Being contacted again", "同意再次联系"),
    code("abroad", "Transfer abroad", "数据出境"),
    code("open_data", "De-identified open data", "去标识化数据公开"),
    closed=True,
)

WITHDRAW = code_list(
    "WITHDRAW",
    Label("Type of withdrawal", "退出类型"),
    "Project decision (PD)",
    code("no_followup", "No further follow-up, keep data", "停止随访,保留数据"),
    code("no_use", "No further use, freeze data", "停止使用,冻结数据"),
    code("erase", "Erase data", "删除数据", audit_stub_only=True),
    closed=True,
)

CMP = code_list(
    "CMP",
    Label("Comparator", "比较符"),
    "Project decision (PD)",
    code("eq", "=", "等于", default=True, sign=""),
    code("lt", "<", "小于", sign="<"),
    code("le", "≤", "不超过", aliases=("<=",), sign="≤"),
    code("gt", ">", "大于", sign=">"),
    code("ge", "≥", "不少于", aliases=(">=",), sign="≥"),
    code("approx", "about", "约", aliases=("≈", "~"), flagged=True, sign="≈"),
    closed=True,
)

MISSING = code_list(
    "MISSING",
    Label("Reason for a missing value", "缺失原因"),
    "Project list mapped to HL7 data-absent-reason (S38)",
    code(
        "nd",
        "Test or measurement not done",
        "未检查",
        aliases=("未查", "未做", "未测"),
        hl7="not-performed",
        counts_complete=True,
    ),
    code("na", "Not applicable to this patient", "不适用", hl7="not-applicable", counts_complete=True),
    code(
        "unk",
        "Asked or searched, not known",
        "不详",
        aliases=("未知", "不明"),
        hl7="asked-unknown",
        counts_complete=True,
    ),
    code(
        "nrec",
        "Not recorded in the source",
        "原始资料未记载",
        hl7="unknown",
        counts_complete=True,
        listed=True,
    ),
    code("pend", "Result pending", "结果待回报", hl7="temp-unknown", counts_complete=False),
    code(
        "ext",
        "Done elsewhere, report not available",
        "外院检查,报告不可得",
        hl7="unknown",
        counts_complete=True,
        listed=True,
    ),
    code("dec", "Patient declined", "患者拒绝", hl7="asked-declined", counts_complete=True),
    code("wdr", "Withdrawn, value removed", "撤回同意后删除", hl7="masked", counts_complete=True),
    code(
        "notask",
        "Not asked (form version without the item)",
        "该版本表单未采集",
        hl7="not-asked",
        counts_complete=True,
    ),
    code(
        "lab",
        "Sample lost, haemolysed or out of assay range without value",
        "标本不合格或超出检测范围",
        hl7="error",
        counts_complete=True,
    ),
    code(
        "early",
        "Left hospital before the time point",
        "时间点前已出院",
        hl7="not-performed",
        counts_complete=True,
    ),
    code("died", "Died before the time point", "时间点前已死亡", hl7="not-applicable", counts_complete=True),
    closed=True,
)

SOURCE = code_list(
    "SOURCE",
    Label("Data source", "数据来源"),
    "Project decision (PD)",
    code("crf", "Case report form", "病例报告表"),
    code("chart", "Chart review", "病历回顾"),
    code("import", "File import", "文件导入"),
    code("interface", "Hospital interface", "医院系统接口"),
)
