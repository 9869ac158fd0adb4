"""Categories of derived variables: computed by `registry.definitions`, never typed.

They are wordings and orders for pages and tables, and no answers of a form.
"""

from registry.codes.base import CodeList, code, code_list
from registry.codes.outcome import CD
from registry.labels import Label

PRIMARY_GROUP = code_list(
    "PRIMARY_GROUP",
    Label("Group of the primary tumour", "原发灶分组"),
    "PAPER (gastroenteropancreatic 25 of 31)",
    code("gep", "Gastroenteropancreatic", "胃肠胰"),
    code("lung_thymus", "Lung or thymus", "肺或胸腺"),
    code("other", "Other", "其他"),
    code("cup", "Unknown primary", "原发灶不明"),
)

NETLM_TIMING = code_list(
    "NETLM_TIMING",
    Label("Timing of liver metastases", "肝转移时相"),
    "Project decision (PD): 183 days",
    code("synchronous", "Synchronous", "同时性"),
    code("metachronous", "Metachronous", "异时性"),
)

GRADE_CHANGE = code_list(
    "GRADE_CHANGE",
    Label("Change of grade after surgery", "术后病理级别变化"),
    "PAPER (6 of 31 higher); order of the registry (PD)",
    code("up", "Higher", "升高"),
    code("same", "Unchanged", "不变"),
    code("down", "Lower", "降低"),
    code("not_comparable", "Not comparable", "不可比"),
)

WORST_CD = CodeList(
    "WORST_CD",
    Label("Highest Clavien–Dindo grade", "最高Clavien-Dindo分级"),
    CD.source,
    (
        code("none", "No complication", "无并发症"),
        *sorted(CD, key=lambda one: one.facts["rank"]),
    ),
)

PROGRESSION_SITE = code_list(
    "PROGRESSION_SITE",
    Label("Site of first progression", "首次进展部位"),
    "Project decision (PD)",
    code("liver", "Liver only", "仅肝内"),
    code("extrahepatic", "Outside the liver only", "仅肝外"),
    code("both", "Liver and elsewhere", "肝内及肝外"),
    code("none", "No progression", "无进展"),
)
