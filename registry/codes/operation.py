"""Indication, conduct and result of the operation."""

from registry.codes.base import code, code_list
from registry.labels import Label

INDIC = code_list(
    "INDIC",
    Label("Main indication", "手术主要指征"),
    "PAPER; project list (PD)",
    code("symptom", "Hormonal symptoms", "激素相关症状"),
    code("mass", "Mass symptoms", "占位症状"),
    code("oncological", "Oncological cytoreduction", "肿瘤学减瘤"),
    code("before_prrt", "Debulking before PRRT or other therapy", "PRRT等治疗前减瘤"),
    code("progression", "Progression on other therapy", "其他治疗后进展"),
    code("emergency", "Emergency (rupture, obstruction)", "急症"),
)

INTENT = code_list(
    "INTENT",
    Label("Intent of surgery", "手术目的"),
    "Project decision (PD)",
    code("curative", "Curative intent (all visible disease)", "根治性"),
    code("cytoreductive", "Cytoreductive (planned residual)", "减瘤性", aliases=("减瘤术", "debulking")),
    code("staged_curative", "Staged, curative overall", "分期根治"),
)

TARGET = code_list(
    "TARGET",
    Label("Planned debulking target", "计划减瘤目标"),
    "Published thresholds of 70% and 90% (S20, S21, S32)",
    code("70", "≥ 70%", "减瘤率≥70%", percent=70),
    code("80", "≥ 80%", "减瘤率≥80%", percent=80),
    code("90", "≥ 90%", "减瘤率≥90%", percent=90),
    code("max_safe", "Largest safe reduction, no fixed target", "安全前提下最大减瘤"),
)

AUGMENT = code_list(
    "AUGMENT",
    Label("Liver augmentation", "术前肝体积增大措施"),
    "General clinical knowledge, unverified (GK)",
    code("none", "None", "无"),
    code("pve", "Portal vein embolisation", "门静脉栓塞"),
    code("lvd", "Liver venous deprivation", "肝静脉剥夺"),
    code("alpps", "ALPPS", "联合肝脏离断和门静脉结扎二步肝切除(ALPPS)"),
    code("radiation_lobectomy", "Radiation lobectomy", "放射性肝叶切除"),
)

STAGE = code_list(
    "STAGE",
    Label("Stage of plan", "手术分期"),
    "General clinical knowledge, unverified (GK)",
    code("single", "Single stage", "一期完成"),
    code("stage1", "First of two", "二期手术第一期"),
    code("stage2", "Second of two", "二期手术第二期"),
    code("repeat", "Repeat cytoreduction", "再次减瘤"),
)

URGENCY = code_list(
    "URGENCY",
    Label("Urgency", "手术时机"),
    "General clinical knowledge, unverified (GK)",
    code("elective", "Elective", "择期"),
    code("urgent", "Urgent", "限期"),
    code("emergency", "Emergency", "急诊"),
)

APPROACH = code_list(
    "APPROACH",
    Label("Approach", "手术入路"),
    "General clinical knowledge, unverified (GK)",
    code("open", "Open", "开腹"),
    code("laparoscopic", "Laparoscopic", "腹腔镜", minimally_invasive=True),
    code("robotic", "Robotic", "机器人辅助", minimally_invasive=True),
    code("hybrid", "Hybrid or hand-assisted", "杂交或手助", minimally_invasive=True),
    code("converted", "Converted to open", "中转开腹", final_only=True),
)

CONVREASON = code_list(
    "CONVREASON",
    Label("Reason for conversion", "中转原因"),
    "General clinical knowledge, unverified (GK)",
    code("bleeding", "Bleeding", "出血"),
    code("access", "Access or exposure", "显露困难"),
    code("adhesions", "Adhesions", "粘连"),
    code("oncological", "Oncological", "肿瘤学原因"),
    code("other", "Other", "其他"),
)

COMPLETED = code_list(
    "COMPLETED",
    Label("Procedure completed as cytoreduction", "手术完成情况"),
    "Project decision (PD)",
    code("completed", "Completed as planned", "按计划完成"),
    code("partial", "Less than planned", "未达计划"),
    code("exploration", "Exploration only", "仅探查"),
)

BLMETHOD = code_list(
    "BLMETHOD",
    Label("How blood loss was measured", "出血量评估方法"),
    "General clinical knowledge, unverified (GK)",
    code("suction_gauze", "Suction plus swabs", "吸引加纱布称重"),
    code("estimate", "Anaesthetic estimate", "麻醉估算"),
)

VASCTRL = code_list(
    "VASCTRL",
    Label("Other vascular control", "其他血流控制"),
    "General clinical knowledge, unverified (GK)",
    code("none", "None", "无"),
    code("selective", "Selective inflow", "选择性入肝血流阻断"),
    code("tve", "Total vascular exclusion", "全肝血流阻断"),
    code("ivc_clamp", "Infrahepatic caval clamp", "肝下下腔静脉阻断"),
)

CONPROC = code_list(
    "CONPROC",
    Label("Other procedures", "同期其他手术"),
    "PAPER ref 21; general clinical knowledge, unverified (GK)",
    code("none", "None", "无"),
    code("small_bowel", "Small-bowel resection", "小肠切除"),
    code("mesenteric_ln", "Mesenteric node dissection", "肠系膜淋巴结清扫"),
    code("colectomy", "Colectomy", "结肠切除"),
    code("rectal", "Rectal resection", "直肠切除"),
    code("distal_panc", "Distal pancreatectomy", "胰体尾切除"),
    code("panc_duod", "Pancreaticoduodenectomy", "胰十二指肠切除", high_risk=True),
    code("enucleation_panc", "Pancreatic enucleation", "胰腺肿瘤剜除"),
    code("gastrectomy", "Gastrectomy", "胃切除"),
    code("splenectomy", "Splenectomy", "脾切除"),
    code("cholecystectomy", "Cholecystectomy", "胆囊切除"),
    code("diaphragm", "Diaphragm resection", "膈肌切除"),
    code("peritonectomy", "Peritonectomy", "腹膜切除"),
    code("vascular", "Vascular resection or reconstruction", "血管切除重建"),
    code("biliary_recon", "Biliary reconstruction", "胆道重建"),
    code("other", "Other", "其他"),
)

EXTENT = code_list(
    "EXTENT",
    Label("Extent removed", "切除范围"),
    "Chan 2018, PMID 29560571 (S26)",
    code("all", "All visible", "全部肉眼病灶"),
    code("part", "Part", "部分"),
    code("none", "None", "未处理"),
)

DEBULKBASIS = code_list(
    "DEBULKBASIS",
    Label("Basis of debulking percent", "减瘤率评估依据"),
    "Project decision (PD)",
    code("intraop", "Theatre estimate", "术中估计"),
    code("imaging_visual", "Post-operative imaging, visual", "术后影像目测"),
    code("imaging_volumetry", "Post-operative imaging, volumetry", "术后影像体积测量", best=True),
)

R = code_list(
    "R",
    Label("Residual tumour", "残留状态(R分类)"),
    "UICC residual tumour classification (S29), own wording, unverified (GK)",
    code("r0", "R0 no residual, margins clear", "R0:无残留,切缘阴性"),
    code("r1", "R1 microscopic residual", "R1:镜下残留"),
    code("r2", "R2 macroscopic residual", "R2:肉眼残留"),
    code("rx", "Cannot be assessed", "Rx:无法评估"),
)

RESIDSITE = code_list(
    "RESIDSITE",
    Label("Where macroscopic tumour remains", "肉眼残留部位"),
    "Project decision (PD)",
    code("liver", "Liver", "肝"),
    code("primary", "Primary", "原发灶"),
    code("nodes", "Lymph nodes", "淋巴结"),
    code("peritoneum", "Peritoneum", "腹膜"),
    code("distant", "Distant", "远处"),
)

OCTPRO = code_list(
    "OCTPRO",
    Label("Perioperative octreotide or analogue", "围手术期奥曲肽预防"),
    "Carcinoid crisis reports (S17); project list (PD)",
    code("none", "None", "无"),
    code("lar_only", "Long-acting analogue only", "仅长效制剂"),
    code("bolus", "Bolus", "推注", bolus=True),
    code("infusion", "Infusion", "持续泵注", infusion=True),
    code("bolus_infusion", "Bolus plus infusion", "推注加泵注", bolus=True, infusion=True),
)

CRISIS = code_list(
    "CRISIS",
    Label("Intraoperative carcinoid crisis", "术中类癌危象"),
    "Three levels of evidence, no universal definition (S17, PD)",
    code("none", "None", "无"),
    code("suspected", "Instability, other cause not excluded", "疑似(未排除其他原因)"),
    code("documented", "Documented by anaesthetist", "麻醉医师明确记录"),
)

PRESSOR = code_list(
    "PRESSOR",
    Label("Vasopressors", "血管活性药物"),
    "General clinical knowledge, unverified (GK)",
    code("none", "None", "无"),
    code("phenylephrine", "Phenylephrine", "去氧肾上腺素"),
    code("vasopressin", "Vasopressin", "血管加压素"),
    code("noradrenaline", "Noradrenaline", "去甲肾上腺素"),
    code("ephedrine", "Ephedrine", "麻黄碱"),
    code("adrenaline", "Adrenaline", "肾上腺素"),
)

INCIDENT = code_list(
    "INCIDENT",
    Label("Intraoperative incident grade", "术中不良事件分级"),
    "Satava grading as refined by Kazaryan 2013, ISRN Surgery 625093 (S16)",
    code("0", "None", "无", grade=0),
    code("1", "I: no change of approach, no consequence", "Ⅰ级:不改变术式且无后果", grade=1),
    code("2", "II: further consequence, or conversion", "Ⅱ级:有后果或中转", grade=2),
    code("3", "III: serious consequence", "Ⅲ级:严重后果", grade=3),
    closed=True,
)

EXPER = code_list(
    "EXPER",
    Label("Lead surgeon's previous NETLM cytoreductions", "主刀既往NETLM减瘤例数"),
    "Project decision (PD)",
    code("lt10", "< 10", "<10例"),
    code("10_49", "10–49", "10~49例"),
    code("ge50", "≥ 50", "≥50例"),
)
