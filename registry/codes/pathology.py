"""Specimens, histological type and grade."""

from registry.codes.base import code, code_list
from registry.labels import Label

SPEC = code_list(
    "SPEC",
    Label("Specimen", "标本来源"),
    "PAPER; project list (PD)",
    code("liver_biopsy", "Liver biopsy", "肝穿刺活检", liver=True),
    code("liver_resection", "Liver resection specimen", "肝切除标本", liver=True, resection=True),
    code("primary_biopsy", "Primary biopsy", "原发灶活检", primary=True),
    code("primary_resection", "Primary resection specimen", "原发灶切除标本", primary=True, resection=True),
    code("node", "Lymph node", "淋巴结"),
    code("other_met", "Other metastasis", "其他转移灶"),
)

HIST = code_list(
    "HIST",
    Label("Histological type", "组织学类型"),
    "WHO 2019 digestive tumours (S06); Chinese terms of the CSCO consensus 2022 (S36)",
    code("net", "NET (well differentiated)", "神经内分泌瘤(NET)"),
    code("nec_small", "NEC small cell", "小细胞神经内分泌癌", grade="nec"),
    code("nec_large", "NEC large cell", "大细胞神经内分泌癌", grade="nec"),
    code("nec_nos", "NEC not specified", "神经内分泌癌(未特指)", grade="nec"),
    code("minen", "MiNEN", "混合性神经内分泌-非神经内分泌肿瘤", grade="minen"),
    code("typical_carcinoid", "Typical carcinoid (lung, thymus)", "典型类癌", thoracic=True, rank=1),
    code("atypical_carcinoid", "Atypical carcinoid (lung, thymus)", "不典型类癌", thoracic=True, rank=2),
    code("nen_nos", "NEN not specified", "神经内分泌肿瘤(未特指)", query=True),
)

WHOED = code_list(
    "WHOED",
    Label("Classification used", "WHO分类版本"),
    "WHO classifications of tumours, 2010 to 2022 (S06)",
    code("who2010", "WHO 2010 digestive", "WHO 2010版", net_g3=False),
    code("who2017", "WHO 2017 endocrine", "WHO 2017版"),
    code("who2019", "WHO 2019 digestive", "WHO 2019版"),
    code("who2022", "WHO 2022 endocrine and neuroendocrine", "WHO 2022版"),
    code("thoracic2021", "WHO 2021 thoracic", "WHO 2021胸部肿瘤"),
)

GRADE = code_list(
    "GRADE",
    Label("Grade", "病理分级"),
    "WHO 2019 digestive tumours (S06); order of the registry (PD)",
    code("g1", "NET G1", "神经内分泌瘤G1级", rank=1),
    code("g2", "NET G2", "神经内分泌瘤G2级", rank=2),
    code("g3_net", "NET G3", "神经内分泌瘤G3级", rank=3),
    code("nec", "NEC", "神经内分泌癌", rank=4),
    code("minen", "MiNEN", "混合性肿瘤(MiNEN)"),
    code("gx", "Not gradable", "无法分级"),
    closed=True,
)

MITBASIS = code_list(
    "MITBASIS",
    Label("Area basis of the mitotic count", "核分裂计数面积"),
    "WHO 2019 (S06); legacy count per 10 fields (S07)",
    code("mm2_2", "per 2 mm²", "每2 mm²", current=True),
    code("hpf10", "per 10 high-power fields", "每10个高倍视野", legacy=True),
    code("mm2_other", "other area", "其他面积", state_area=True),
)

NECROSIS = code_list(
    "NECROSIS",
    Label("Necrosis", "坏死"),
    "Pulmonary carcinoid criteria, PMC5359105 (S07)",
    code("none", "None", "无"),
    code("focal", "Focal (punctate)", "点灶状"),
    code("extensive", "Extensive", "大片"),
)

SSTR2 = code_list(
    "SSTR2",
    Label("SSTR2 stain", "SSTR2免疫组化"),
    "Score by membrane pattern, unverified (GK)",
    code("0", "0 negative", "0分:阴性"),
    code("1", "1 cytoplasmic only", "1分:仅胞质"),
    code("2", "2 membranous in < 50%", "2分:胞膜<50%"),
    code("3", "3 circumferential membranous in > 50%", "3分:胞膜>50%"),
    code("nd", "Not done", "未做"),
)

P53 = code_list(
    "P53",
    Label("p53 pattern", "p53表达"),
    "General clinical knowledge, unverified (GK)",
    code("wild", "Wild-type pattern", "野生型"),
    code("over", "Over-expressed", "弥漫强阳性(突变型)"),
    code("null", "Null", "完全缺失(突变型)"),
    code("nd", "Not done", "未做"),
)

MARGIN = code_list(
    "MARGIN",
    Label("Parenchymal margin", "肝切缘状态"),
    "Glazer 2010 (S23); project list (PD)",
    code("clear", "Clear (R0 at parenchyma)", "切缘阴性"),
    code("involved", "Involved (R1)", "切缘阳性"),
    code("gross", "Grossly involved", "肉眼残留"),
    code("na", "Not assessable", "无法评估"),
)
