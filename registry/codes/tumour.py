"""The primary tumour, its function and its hereditary background."""

from registry.codes.base import code, code_list
from registry.labels import Label

SITE = code_list(
    "SITE",
    Label("Site of primary tumour", "原发灶部位"),
    "PAPER (25 of 31 gastroenteropancreatic; unknown primary, refs 22–23); project list (PD)",
    code("pancreas", "Pancreas", "胰腺", gep=True),
    code("stomach", "Stomach", "胃", gep=True),
    code("duodenum", "Duodenum", "十二指肠", gep=True),
    code("jejunoileum", "Jejunum or ileum", "空回肠", gep=True, midgut=True),
    code("appendix", "Appendix", "阑尾", gep=True, midgut=True),
    code("colon", "Colon", "结肠", gep=True),
    code("rectum", "Rectum", "直肠", gep=True, hindgut=True),
    code("oesophagus", "Oesophagus", "食管", gep=True),
    code("biliary", "Gallbladder, bile duct or ampulla", "胆道(胆囊、胆管、壶腹)"),
    code("lung", "Lung or bronchus", "肺或支气管", thoracic=True),
    code("thymus", "Thymus", "胸腺", thoracic=True),
    code("gu_gyn", "Genitourinary or gynaecological", "泌尿生殖系统"),
    code("paraganglioma", "Paraganglioma or phaeochromocytoma", "副神经节瘤或嗜铬细胞瘤", query=True),
    code("cup", "Unknown primary", "原发灶不明"),
    code("other", "Other", "其他"),
)

SITEBASIS = code_list(
    "SITEBASIS",
    Label("How the primary was established", "原发灶判定依据"),
    "Project decision (PD)",
    code("histology", "Histology of the primary", "原发灶病理"),
    code("imaging", "Imaging", "影像学"),
    code("ihc", "Immunohistochemistry of metastasis", "转移灶免疫组化推断"),
    code("exploration", "Surgical exploration", "手术探查"),
)

FUNC = code_list(
    "FUNC",
    Label("Functioning tumour", "功能状态"),
    "PAPER (29 of 31 non-functioning)",
    code("functioning", "Functioning", "功能性"),
    code("nonfunctioning", "Non-functioning", "非功能性", aliases=("无功能性", "无功能")),
)

SYNDROME = code_list(
    "SYNDROME",
    Label("Hormone syndrome", "激素综合征类型"),
    "General clinical knowledge, unverified (GK)",
    code("carcinoid", "Carcinoid syndrome", "类癌综合征"),
    code("insulinoma", "Insulinoma", "胰岛素瘤"),
    code("gastrinoma", "Gastrinoma (Zollinger–Ellison)", "胃泌素瘤"),
    code("glucagonoma", "Glucagonoma", "胰高血糖素瘤"),
    code("vipoma", "VIPoma", "血管活性肠肽瘤"),
    code("somatostatinoma", "Somatostatinoma", "生长抑素瘤"),
    code("acth", "Ectopic ACTH", "异位ACTH综合征"),
    code("pthrp", "PTHrP-related hypercalcaemia", "PTHrP相关高钙血症"),
    code("other", "Other", "其他"),
)

HEREDITARY = code_list(
    "HEREDITARY",
    Label("Hereditary syndrome", "遗传综合征"),
    "General clinical knowledge, unverified (GK)",
    code("none", "None known", "无"),
    code("men1", "MEN1", "多发性内分泌腺瘤病1型"),
    code("vhl", "von Hippel–Lindau", "VHL综合征"),
    code("nf1", "Neurofibromatosis 1", "神经纤维瘤病1型"),
    code("tsc", "Tuberous sclerosis", "结节性硬化症"),
    code("other", "Other", "其他"),
)

PRIMSTAT = code_list(
    "PRIMSTAT",
    Label("State of primary before index surgery", "索引手术前原发灶状态"),
    "PAPER (16 of 31 removed before); project list (PD)",
    code("resected_before", "Resected before index surgery", "既往已切除"),
    code("in_situ", "In place", "原发灶在位"),
    code("unknown_primary", "Unknown primary", "原发灶不明"),
    code("local_recurrence", "Local recurrence", "原发部位复发"),
)

TNMED = code_list(
    "TNMED",
    Label("TNM system", "TNM版本"),
    "General clinical knowledge, unverified (GK)",
    code("ajcc8", "AJCC/UICC 8th", "AJCC/UICC第8版"),
    code("ajcc9", "AJCC version 9", "AJCC第9版"),
    code("ajcc7", "AJCC 7th", "AJCC第7版"),
    code("enets", "ENETS", "ENETS分期"),
)
