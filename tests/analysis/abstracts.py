"""Abstracts for testing what reads them: a series of 31 patients told in both languages, in our own words."""

CHINESE = """目的 评估减瘤术用于神经内分泌肿瘤肝转移（NELM）的安全性与疗效。
方法 回顾性分析2021年9月至2023年4月于本中心行减瘤术的31例NELM患者资料，均已签署知情同意书。\
其中男14例，女17例；\
中位年龄55（46，60）岁。原发灶位于胃肠胰者25例，占80.6%；肝转移灶G2级81%（25/31），\
非功能性94%（29/31）。\
术前接受药物治疗27例，经导管动脉栓塞21例，原发灶已切除16例。肝转移瘤负荷（40±3）%，\
最大转移灶直径10.0（8.5，13.5）cm。
结果 手术时间168（135，235）min，术中出血量800（300，1 000）ml，输血17例。\
术后住院时间6（5，7）d。\
并发症发生率48%（15/31），无围手术期死亡。术后病理级别升高6例。\
中位PFS 12.0（95%CI：6.9～17.1）个月，6、12、18个月PFS分别为85%、56%、37%。
结论 减瘤术安全，可使部分患者获益。"""

ENGLISH = """Objective: To assess how safe and effective debulking is in liver metastases of neuroendocrine
tumours.
Methods: The records of 31 patients who had debulking surgery between September 2021 and April
2023 were reviewed. There were 14 males and 17 females with a median age of 55 (46, 60) years.
The primary was gastroenteropancreatic in 25 patients (80.6%); the liver metastases were G2 in
81% (25/31) and non-functional in 94% (29/31). Twenty-seven patients had been given drugs and 21
patients arterial embolization; the primary had been resected in 16 cases. Tumour burden was
(40±3)%, the largest diameter 10.0 (8.5, 13.5) cm.
Results: Operating time was 168 (135, 235) min and blood loss 800 (300, 1 000) ml; 17 patients
were transfused. Postoperative stay was 6 (5, 7) d. Complications occurred in 48% (15/31); there
were no perioperative deaths. Grade rose in 6 patients. Median PFS was 12.0 months (95% CI:
6.9-17.1), and the 6-, 12- and 18-month PFS rates were 85%, 56% and 37%, respectively.
Conclusion: Debulking is safe."""
