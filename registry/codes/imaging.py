"""What imaging shows of the liver and beyond it."""

from registry.codes.base import code, code_list
from registry.labels import Label

IMG = code_list(
    "IMG",
    Label("Imaging modality", "影像方式"),
    "PAPER; project list (PD)",
    code("ct", "Contrast CT", "增强CT"),
    code("mri", "Contrast MRI", "增强MRI"),
    code("mri_hb", "MRI with hepatobiliary agent", "肝细胞特异性对比剂MRI"),
    code("ceus", "Contrast ultrasound", "超声造影"),
    code("sstr_pet", "SSTR PET", "生长抑素受体PET"),
    code("fdg_pet", "FDG PET", "氟代脱氧葡萄糖PET(FDG PET)"),
    code("us", "Ultrasound", "超声", recist=False),
)

LOBES = code_list(
    "LOBES",
    Label("Lobes involved", "累及肝叶"),
    "Hemilivers by the Cantlie plane, unverified (GK)",
    code("right", "Right only", "仅右半肝"),
    code("left", "Left only", "仅左半肝"),
    code("both", "Both", "双叶", aliases=("bilobar", "左右叶")),
    code("caudate", "Caudate only", "仅尾状叶"),
)

SEG = code_list(
    "SEG",
    Label("Couinaud segments", "肝段"),
    "Couinaud segments, unverified (GK)",
    code("s1", "Segment 1", "1段(S1)"),
    code("s2", "Segment 2", "2段(S2)"),
    code("s3", "Segment 3", "3段(S3)"),
    code("s4a", "Segment 4a", "4a段(S4a)"),
    code("s4b", "Segment 4b", "4b段(S4b)"),
    code("s5", "Segment 5", "5段(S5)"),
    code("s6", "Segment 6", "6段(S6)"),
    code("s7", "Segment 7", "7段(S7)"),
    code("s8", "Segment 8", "8段(S8)"),
)

BURDENMETHOD = code_list(
    "BURDENMETHOD",
    Label("Method of volume estimate", "体积评估方法"),
    "Project decision (PD)",
    code("volumetry_auto", "Volumetry, semi-automatic", "半自动体积测量"),
    code("volumetry_manual", "Volumetry, manual", "手工体积测量"),
    code("visual_radiologist", "Visual, radiologist", "影像医师目测"),
    code("visual_surgeon", "Visual, surgeon", "外科医师目测"),
    code("lesion_count", "By lesion count", "按病灶数估算", weakest=True),
)

FRILLING = code_list(
    "FRILLING",
    Label("Distribution type (Frilling / ENETS)", "肝转移分型(Frilling/ENETS)"),
    "Frilling 2009 and ENETS, own wording, unverified (GK)",
    code("i", "Type I: single metastasis, any size", "Ⅰ型:单发转移灶"),
    code("ii", "Type II: dominant bulk with smaller deposits, both lobes", "Ⅱ型:主瘤伴双叶小卫星灶"),
    code("iii", "Type III: disseminated, both lobes, little normal liver between", "Ⅲ型:双叶弥漫播散"),
)

MAHURON = code_list(
    "MAHURON",
    Label("Surgical type (Mahuron–Singh 2023)", "外科分型(Mahuron–Singh)"),
    "Mahuron and Singh 2023, DOI 10.3390/jcm12072456 (S20)",
    code("1", "Type 1: limited, completely clearable", "1型:数目有限,可完全清除"),
    code("2", "Type 2: multiple, > 70% clearable sparing parenchyma", "2型:多发,保留实质可清除>70%"),
    code("3", "Type 3: extensive, > 70% not reachable", "3型:广泛,无法清除>70%"),
)

VESSEL = code_list(
    "VESSEL",
    Label("Major vessel involvement", "大血管受累"),
    "General clinical knowledge, unverified (GK)",
    code("none", "None", "无"),
    code("portal", "Portal branch", "门静脉分支"),
    code("hepatic_vein", "Hepatic vein", "肝静脉"),
    code("ivc", "Vena cava", "下腔静脉"),
    code("bile_duct", "Bile duct", "胆管"),
)

EHSITE = code_list(
    "EHSITE",
    Label("Extrahepatic sites", "肝外转移部位"),
    "Chan 2018, PMID 29560571 (S26); project list (PD)",
    code("ln_distant", "Distant lymph nodes", "远处淋巴结"),
    code("mesentery", "Mesenteric mass", "肠系膜肿块"),
    code("peritoneum", "Peritoneum", "腹膜"),
    code("bone", "Bone", "骨"),
    code("lung", "Lung", "肺"),
    code("ovary", "Ovary", "卵巢"),
    code("brain", "Brain", "脑"),
    code("heart", "Heart", "心脏"),
    code("other", "Other", "其他"),
)

BGLIVER = code_list(
    "BGLIVER",
    Label("Background liver", "背景肝脏"),
    "General clinical knowledge, unverified (GK)",
    code("none", "Normal", "正常"),
    code("steatosis", "Steatosis", "脂肪变"),
    code("fibrosis", "Fibrosis", "纤维化"),
    code("cirrhosis", "Cirrhosis", "肝硬化"),
    code("cholestasis", "Cholestasis", "胆汁淤积"),
    code("treatment_injury", "Treatment-related injury", "治疗相关肝损伤"),
)
