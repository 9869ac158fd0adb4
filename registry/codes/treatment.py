"""Treatments before and after surgery, and how the tumour and the symptoms answered."""

from registry.codes.base import code, code_list
from registry.labels import Label

TXCAT = code_list(
    "TXCAT",
    Label("Treatment category", "治疗类别"),
    "PAPER; review of non-resectable disease, DOI 10.1586/egh.11.60 (REVIEW)",
    code("primary_resection", "Resection of primary", "原发灶切除", group="surgery"),
    code("liver_resection", "Earlier liver resection", "既往肝切除", group="surgery"),
    code("ssa", "Somatostatin analogue", "生长抑素类似物", group="systemic", drug=True),
    code("interferon", "Interferon", "干扰素", group="systemic", drug=True),
    code("targeted", "Targeted therapy", "靶向治疗", group="systemic", drug=True),
    code("chemo", "Chemotherapy", "化疗", group="systemic", drug=True),
    code("immuno", "Immunotherapy", "免疫治疗", group="systemic", drug=True),
    code(
        "prrt",
        "Peptide receptor radionuclide therapy",
        "肽受体放射性核素治疗(PRRT)",
        group="systemic",
        drug=True,
    ),
    code(
        "hae",
        "Hepatic artery embolisation (bland)",
        "经导管动脉栓塞(TAE)",
        group="liver_directed",
        embolisation=True,
    ),
    code(
        "tace",
        "Transarterial chemoembolisation",
        "经导管动脉化疗栓塞(TACE)",
        group="liver_directed",
        embolisation=True,
    ),
    code(
        "deb_tace",
        "Drug-eluting bead embolisation",
        "载药微球栓塞",
        group="liver_directed",
        embolisation=True,
    ),
    code(
        "tare", "Radioembolisation (Y-90)", "放射性微球栓塞(钇-90)", group="liver_directed", embolisation=True
    ),
    code("rfa", "Radiofrequency ablation", "射频消融", group="liver_directed", ablation=True),
    code("mwa", "Microwave ablation", "微波消融", group="liver_directed", ablation=True),
    code("cryo", "Cryoablation", "冷冻消融", group="liver_directed", ablation=True),
    code(
        "chemical_abl",
        "Phenol or ethanol injection",
        "苯酚或无水乙醇注射",
        group="liver_directed",
        ablation=True,
    ),
    code("hai", "Hepatic artery infusion", "肝动脉灌注化疗", group="liver_directed"),
    code("radiotherapy", "External radiotherapy", "外照射放疗"),
    code("transplant", "Liver transplantation", "肝移植", group="surgery"),
    code("symptom_drug", "Symptom-directed drug", "对症药物", group="supportive"),
    code("bsc", "Best supportive care", "最佳支持治疗", group="supportive"),
    code("other", "Other", "其他"),
)

AGENT = code_list(
    "AGENT",
    Label("Agent or technique", "药物或技术"),
    "REVIEW; general clinical knowledge, unverified (GK)",
    code("octreotide_lar", "Octreotide LAR", "长效奥曲肽", category="ssa"),
    code("lanreotide", "Lanreotide", "兰瑞肽", category="ssa"),
    code("everolimus", "Everolimus", "依维莫司", category="targeted"),
    code("sunitinib", "Sunitinib", "舒尼替尼", category="targeted"),
    code("surufatinib", "Surufatinib", "索凡替尼", category="targeted"),
    code("cabozantinib", "Cabozantinib", "卡博替尼", category="targeted"),
    code("captem", "Capecitabine + temozolomide", "卡培他滨联合替莫唑胺", category="chemo"),
    code("temozolomide", "Temozolomide", "替莫唑胺", category="chemo"),
    code("stz_5fu", "Streptozotocin + 5-FU", "链脲霉素联合氟尿嘧啶", category="chemo"),
    code("ep_ec", "Etoposide + platinum", "依托泊苷联合铂类", category="chemo"),
    code("folfox", "FOLFOX", "FOLFOX方案", category="chemo"),
    code("folfiri", "FOLFIRI", "FOLFIRI方案", category="chemo"),
    code("lu177_dotatate", "Lu-177 DOTATATE", "镥-177 DOTATATE", category="prrt"),
    code("y90_peptide", "Y-90 labelled peptide", "钇-90标记肽", category="prrt"),
    code("pd1_pdl1", "PD-1 or PD-L1 inhibitor", "PD-1/PD-L1抑制剂", category="immuno"),
    code("interferon_alpha", "Interferon alpha", "α-干扰素", category="interferon"),
    code("trial_drug", "Trial drug", "试验药物"),
    code("other", "Other", "其他"),
)

TXINTENT = code_list(
    "TXINTENT",
    Label("Intent of treatment", "治疗目的"),
    "Project decision (PD)",
    code("downsizing", "Downsizing before surgery", "术前转化或缩瘤"),
    code("control", "Disease control", "疾病控制"),
    code("symptom", "Symptom control", "症状控制"),
    code("curative", "Curative", "根治"),
)

TXSTOP = code_list(
    "TXSTOP",
    Label("Reason stopped", "停止原因"),
    "Project decision (PD)",
    code("completed", "Completed", "按计划完成"),
    code("progression", "Progression", "疾病进展"),
    code("toxicity", "Toxicity", "不良反应"),
    code("to_surgery", "Moved on to surgery", "转手术"),
    code("other", "Other", "其他"),
)

TXREASON = code_list(
    "TXREASON",
    Label("Reason for therapy", "治疗原因"),
    "PAPER; project list (PD)",
    code("adjuvant", "Planned adjuvant", "计划性辅助治疗"),
    code("maintenance", "Continued from before", "延续术前治疗", never_censors=True),
    code("residual", "Known residual disease", "针对残留病灶"),
    code("progression", "Progression", "疾病进展"),
    code("symptom", "Symptoms", "症状控制"),
    code("grade_up", "Higher grade found", "病理级别升高"),
)

RECIST = code_list(
    "RECIST",
    Label("Tumour response", "肿瘤疗效"),
    "RECIST 1.1 (S13)",
    code("cr", "Complete response", "完全缓解(CR)", progression=False),
    code("pr", "Partial response", "部分缓解(PR)", progression=False),
    code("sd", "Stable disease", "疾病稳定(SD)", progression=False),
    code("pd", "Progressive disease", "疾病进展(PD)", progression=True),
    code("noncr_nonpd", "Non-CR/non-PD", "非CR/非PD", progression=False, no_measurable_disease=True),
    code("ned", "No evidence of disease", "无疾病证据", progression=False, after_complete_clearance=True),
    code("ne", "Not evaluable", "无法评价(NE)"),
)

SYMREL = code_list(
    "SYMREL",
    Label("Symptom response", "症状缓解程度"),
    "REVIEW; project cut-offs (PD)",
    code("complete", "Complete relief", "完全缓解", relief=True),
    code("partial", "Partial relief", "部分缓解", relief=True),
    code("none", "No change", "无变化"),
    code("worse", "Worse", "加重"),
    code("na", "No symptoms at baseline", "基线无症状", leaves_denominator=True),
)
