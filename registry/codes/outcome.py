"""The course after surgery: complications, follow-up and death.

Closed here: grades, and the ascertainment of complications, which is itself the
statement of what is known. `rank` orders Clavien–Dindo grades by severity; III and IV
without letter stand between their two letters, because they are at least the first.
"""

from registry.codes.base import code, code_list
from registry.labels import Label

ICU = code_list(
    "ICU",
    Label("Intensive care after surgery", "术后入ICU"),
    "General clinical knowledge, unverified (GK)",
    code("none", "None", "未入ICU"),
    code("planned", "Planned", "计划性入ICU"),
    code("unplanned", "Unplanned", "非计划性入ICU"),
)

DISCHARGE = code_list(
    "DISCHARGE",
    Label("Discharged to", "出院去向"),
    "General clinical knowledge, unverified (GK)",
    code("home", "Home", "回家"),
    code("rehab", "Rehabilitation or other hospital", "康复机构或转院"),
    code("against_advice", "Against advice", "自动出院", query=True),
)

ASCERT = code_list(
    "ASCERT",
    Label("Complication follow-up", "并发症核查状态"),
    "Project decision (PD)",
    code("confirmed_none", "Confirmed: none", "已核实:无并发症", confirmed=True),
    code("confirmed_listed", "Confirmed: all listed", "已核实:已全部录入", confirmed=True),
    code("not_checked", "Not yet checked", "尚未核实", confirmed=False),
    closed=True,
)

COMP = code_list(
    "COMP",
    Label("Complication", "并发症类型"),
    "ISGLS (S03, S04, S05) and ISGPS for the types they define; the others unverified (GK)",
    code("phlf", "Post-hepatectomy liver failure", "肝切除术后肝衰竭", grading="isgls"),
    code("bile_leak", "Bile leak", "胆漏", aliases=("胆瘘",), grading="isgls"),
    code("phh", "Post-hepatectomy haemorrhage", "肝切除术后出血", grading="isgls"),
    code("ascites", "Ascites needing treatment", "需处理的腹水"),
    code("abscess", "Intra-abdominal abscess or collection", "腹腔脓肿或积液"),
    code("ssi", "Wound infection", "切口感染"),
    code("dehiscence", "Wound dehiscence", "切口裂开"),
    code("pleural_effusion", "Pleural effusion needing treatment", "需处理的胸腔积液"),
    code("pneumonia", "Pneumonia", "肺部感染"),
    code("resp_failure", "Respiratory failure", "呼吸衰竭"),
    code("pe", "Pulmonary embolism", "肺栓塞"),
    code("dvt", "Deep-vein thrombosis", "深静脉血栓"),
    code("pvt", "Portal-vein thrombosis", "门静脉血栓"),
    code("cardiac", "Cardiac event", "心脏事件"),
    code("aki", "Acute kidney injury", "急性肾损伤"),
    code("sepsis", "Sepsis", "脓毒症"),
    code("ileus", "Ileus or obstruction", "肠梗阻"),
    code("anast_leak", "Intestinal anastomotic leak", "肠吻合口漏"),
    code("popf", "Pancreatic fistula", "胰瘘", grading="isgps"),
    code("dge", "Delayed gastric emptying", "胃排空延迟", grading="isgps"),
    code("gi_bleed", "Gastrointestinal bleeding", "消化道出血"),
    code("carcinoid_crisis_postop", "Post-operative carcinoid crisis", "术后类癌危象"),
    code("hypoglycaemia", "Severe hypo- or hyperglycaemia", "严重血糖异常"),
    code("stroke", "Stroke", "脑卒中"),
    code("uti", "Urinary infection or retention", "泌尿系感染或尿潴留"),
    code("fever", "Fever of unknown origin", "不明原因发热"),
    code("other", "Other", "其他"),
)

CD = code_list(
    "CD",
    Label("Clavien–Dindo grade", "Clavien-Dindo分级"),
    "Clavien–Dindo 2004/2009 (S48); weights of the index of Slankamenac 2013 (S01, S02); SNOMED CT (S39)",
    code("1", "I", "Ⅰ级", aliases=("1级",), rank=1, cci_weight=300, snomed="1367519000"),
    code("2", "II", "Ⅱ级", aliases=("2级",), rank=2, cci_weight=1750, snomed="1367520006"),
    code(
        "3a",
        "IIIa",
        "Ⅲa级",
        aliases=("Ⅲ级a", "3a级"),
        rank=3,
        cci_weight=2750,
        major=True,
        snomed="1367522003",
    ),
    code(
        "3b",
        "IIIb",
        "Ⅲb级",
        aliases=("Ⅲ级b", "3b级"),
        rank=5,
        cci_weight=4550,
        major=True,
        snomed="1367523008",
    ),
    code(
        "4a",
        "IVa",
        "Ⅳa级",
        aliases=("Ⅳ级a", "4a级"),
        rank=6,
        cci_weight=7200,
        major=True,
        snomed="1367525001",
    ),
    code(
        "4b",
        "IVb",
        "Ⅳb级",
        aliases=("Ⅳ级b", "4b级"),
        rank=8,
        cci_weight=8550,
        major=True,
        snomed="1367526000",
    ),
    code("5", "V (death)", "Ⅴ级(死亡)", aliases=("V", "Ⅴ级"), rank=9, major=True, snomed="1367527009"),
    code(
        "3x",
        "III, a/b not stated (legacy import)",
        "Ⅲ级(未分a/b)",
        aliases=("III", "Ⅲ级"),
        rank=4,
        major=True,
        snomed="1367521005",
    ),
    code(
        "4x",
        "IV, a/b not stated (legacy import)",
        "Ⅳ级(未分a/b)",
        aliases=("IV", "Ⅳ级"),
        rank=7,
        major=True,
        snomed="1367524002",
    ),
    closed=True,
)

ABC = code_list(
    "ABC",
    Label("ISGLS grade", "ISGLS分级"),
    "ISGLS 2011 (S03, S04, S05)",
    code("a", "Grade A", "A级"),
    code("b", "Grade B", "B级"),
    code("c", "Grade C", "C级"),
    closed=True,
)

ABC_PANC = code_list(
    "ABC_PANC",
    Label("ISGPS grade", "ISGPS分级"),
    "ISGPS, unverified (GK)",
    code("bl", "Biochemical leak", "生化漏", only="popf"),
    code("a", "Grade A", "A级", only="dge"),
    code("b", "Grade B", "B级"),
    code("c", "Grade C", "C级"),
    closed=True,
)

MGMT = code_list(
    "MGMT",
    Label("Management", "处理措施"),
    "Implied grade by Clavien–Dindo 2004/2009 (S48)",
    code("observe", "Observation", "观察", implies_cd="1"),
    code("drugs", "Drugs, transfusion or nutrition", "药物、输血或营养支持", implies_cd="2"),
    code(
        "drain_local",
        "Drainage or intervention without general anaesthesia",
        "非全麻穿刺引流或介入",
        implies_cd="3a",
    ),
    code("endoscopy", "Endoscopy", "内镜处理", implies_cd="3a"),
    code("embolisation", "Embolisation", "血管栓塞", implies_cd="3a"),
    code("reoperation_ga", "Reoperation under general anaesthesia", "全麻下再手术", implies_cd="3b"),
    code("icu_single", "Intensive care, one organ", "ICU支持(单器官)", implies_cd="4a"),
    code("rrt", "Renal replacement", "肾脏替代治疗", implies_cd="4a"),
    code("icu_multi", "Intensive care, several organs", "ICU支持(多器官)", implies_cd="4b"),
    code("death", "Died of it", "死亡", implies_cd="5"),
)

RELATED = code_list(
    "RELATED",
    Label("Related to surgery", "与手术相关"),
    "General clinical knowledge, unverified (GK)",
    code("definite", "Definite", "肯定相关"),
    code("probable", "Probable", "可能相关"),
    code("unlikely", "Unlikely", "可能无关"),
    code("not", "Not related", "无关"),
)

VISIT = code_list(
    "VISIT",
    Label("Contact", "随访方式"),
    "Project decision (PD)",
    code("clinic", "Clinic", "门诊", shows_response=True),
    code("inpatient", "Inpatient", "住院", shows_response=True),
    code("phone", "Telephone", "电话", shows_response=False),
    code("online", "Online", "线上", shows_response=False),
    code("registry", "Register look-up", "登记系统查询", shows_response=False),
)

VITAL = code_list(
    "VITAL",
    Label("Vital status", "生存状态"),
    "PAPER; project list (PD)",
    code("alive_ned", "Alive, no evidence of disease", "无瘤生存", alive=True),
    code("alive_disease", "Alive with disease", "带瘤生存", alive=True),
    code("alive_nos", "Alive, disease state unknown", "生存(肿瘤状态不详)", alive=True),
    code("dead", "Dead", "死亡", alive=False),
)

DZ = code_list(
    "DZ",
    Label("Disease status", "疾病状态"),
    "Project decision (PD)",
    code("ned", "No evidence of disease", "无疾病证据", progression=False),
    code("residual_stable", "Residual, stable", "残留稳定", progression=False),
    code("response", "Residual, shrinking", "残留缩小", progression=False),
    code("progression", "Progression", "进展", progression=True, after=("r2",)),
    code("recurrence", "Recurrence", "复发", progression=True, after=("r0", "r1")),
)

PROGBASIS = code_list(
    "PROGBASIS",
    Label("Basis of progression", "进展判定依据"),
    "Project decision (PD)",
    code("imaging", "Imaging", "影像", event=True),
    code("pathology", "Pathology", "病理", event=True),
    code("clinical", "Clinical deterioration", "临床恶化", event=True, flagged=True),
    code("biochemical", "Marker rise only", "仅肿瘤标志物升高", event=False),
)

LATE = code_list(
    "LATE",
    Label("Late complication", "远期并发症"),
    "General clinical knowledge, unverified (GK)",
    code("none", "None", "无"),
    code("biliary_stricture", "Biliary stricture", "胆管狭窄"),
    code("hernia", "Incisional hernia", "切口疝"),
    code("liver_failure", "Chronic liver insufficiency", "慢性肝功能不全"),
    code("bowel_obstruction", "Bowel obstruction", "肠梗阻"),
    code("other", "Other", "其他"),
)

DEATH = code_list(
    "DEATH",
    Label("Cause of death", "死亡原因"),
    "Graff-Baker 2014 (S21); project list (PD)",
    code("liver_failure_tumour", "Liver failure from tumour", "肿瘤性肝衰竭", disease_specific=True),
    code("tumour_other", "Other tumour progression", "其他肿瘤进展", disease_specific=True),
    code(
        "hormone",
        "Hormonal complication or carcinoid heart disease",
        "激素相关并发症或类癌性心脏病",
        disease_specific=True,
    ),
    code("surgical", "Complication of surgery", "手术并发症"),
    code("therapy_toxicity", "Toxicity of later therapy", "后续治疗毒性"),
    code("other_cancer", "Another cancer", "其他恶性肿瘤"),
    code("non_cancer", "Non-cancer", "非肿瘤原因"),
)

DEATHSRC = code_list(
    "DEATHSRC",
    Label("Source of information on death", "死亡信息来源"),
    "Project decision (PD)",
    code("hospital", "Hospital record", "医院记录"),
    code("family", "Family", "家属告知"),
    code("register", "Death register", "死亡登记"),
)
