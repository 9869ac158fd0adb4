"""The paper's report: everything that a published series of liver cytoreduction prints.

The lists below *are* the tables: which lines, in which order, summarised how. The first, PAPER,
has the 22 results of Zhou et al., doi 10.3877/cma.j.issn.2095-3232.2026.01.014, in its printed forms.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.consistency import audit
from analysis.conventions import PAPER as AS_IN_THE_PAPER
from analysis.conventions import Conventions
from analysis.dataset import Dataset
from analysis.document import Provenance, Report, Row, Section, Table
from analysis.reports import cells, lines, paper_methods, paper_text
from analysis.reports.grade_matrix import grade_matrix
from analysis.reports.lines import (
    FollowUp,
    Interval,
    Kinds,
    Levels,
    Line,
    MeanSem,
    Median,
    MedianSurvival,
    Patients,
    Share,
    SingleLine,
    SurvivalRate,
)
from analysis.reports.paper_lines import MILLILITRES, NoneOrCount, Sexes
from analysis.reports.source import AnyKind, Source, Which
from analysis.reports.survival_figure import SurvivalFigure, figure
from registry.labels import Label

TITLE = Label(
    "Safety and efficacy of cytoreductive surgery for neuroendocrine tumour liver metastases",
    "减瘤术治疗神经内分泌肿瘤肝转移的安全性和疗效",
)
SUMMARY = Label(
    "The results of a surgical series as a paper prints them: patients, operation, short-term outcome, "
    "change of grade, progression-free survival.",
    "按论文格式输出手术队列结果：患者基线、手术情况、近期转归、病理级别变化及无进展生存。",
)
PRESET = AS_IN_THE_PAPER

PAPER: tuple[SingleLine, ...] = (
    Patients(),
    Sexes(),
    Median("age_y"),
    Share(Which("primary_group", ("gep",)), Label("Gastroenteropancreatic primary", "原发灶位于胃肠胰")),
    Share(
        Which("grade_liver", ("g2",)),
        Label("Liver metastases of grade G2", "肝转移灶G2级"),
        cells.share_first,
    ),
    Share(
        Which("functional_status", ("nonfunctioning",)),
        Label("Non-functioning tumour", "非功能性肿瘤"),
        cells.share_first,
    ),
    Share(Which("prior_drug_any"), form=cells.count),
    Share(
        Which("prior_embolisation_any"),
        Label("Transcatheter arterial embolisation before surgery", "术前经导管动脉栓塞"),
        cells.count,
    ),
    Share(
        Which("primary_status_at_index", ("resected_before",)),
        Label("Primary resected before surgery", "术前已切除原发灶"),
        cells.count,
    ),
    MeanSem("liver_burden_pct"),
    Median("largest_met_cm"),
    Median("op_time_min"),
    Median("blood_loss_ml", MILLILITRES),
    Share(Which("transfused_intraop"), Label("Transfused during the operation", "术中输血"), cells.count),
    Median("los_postop_d"),
    Share(Which("any_complication_90"), form=cells.share_first),
    NoneOrCount(
        Which("mortality_90"), Label("Perioperative deaths (within 90 days)", "围手术期死亡(90天内)")
    ),
    Share(
        Which("grade_change", ("up",)),
        Label("Tumour grade higher after surgery", "术后肿瘤级别升高"),
        cells.count,
    ),
    MedianSurvival("pfs", Label("Median progression-free survival", "中位无进展生存期")),
    SurvivalRate(
        "pfs", 6, Label("6-month progression-free survival", "6个月无进展生存率"), with_interval=False
    ),
    SurvivalRate(
        "pfs", 12, Label("12-month progression-free survival", "12个月无进展生存率"), with_interval=False
    ),
    SurvivalRate(
        "pfs", 18, Label("18-month progression-free survival", "18个月无进展生存率"), with_interval=False
    ),
)

BASELINE: tuple[Line, ...] = (
    Patients(),
    Median("age_y"),
    Levels("sex", used_only=True),
    Median("bmi_kg_m2"),
    Levels("ecog", used_only=True),
    Levels("asa", used_only=True),
    Share(Which("cirrhosis")),
    Share(Which("hbsag", ("pos",)), Label("Hepatitis B surface antigen positive", "乙肝表面抗原阳性")),
    Levels("primary_group"),
    Levels("primary_site", used_only=True),
    Levels("functional_status"),
    Levels("primary_status_at_index", used_only=True),
    Levels("netlm_timing"),
    Levels("grade_before", used_only=True),
    Median("liver_mets_count"),
    Median("largest_met_cm"),
    Median("liver_burden_pct"),
    Levels("liver_burden_method", used_only=True),
    Levels("lobar_distribution", used_only=True),
    Levels("frilling_type", used_only=True),
    Share(Which("extrahepatic_disease")),
    Share(Which("prior_drug_any")),
    Share(Which("prior_embolisation_any")),
    Kinds("prior_tx", Label("Treatment before surgery", "术前治疗")),
)

MINIMALLY_INVASIVE = Which("approach_planned", ("laparoscopic", "robotic", "hybrid"))
PRIMARY_IN_PLACE = Which("primary_status_at_index", ("in_situ",))

OPERATION: tuple[Line, ...] = (
    Levels("surgical_intent", used_only=True),
    Levels("planned_debulking_pct", used_only=True, among=Which("surgical_intent", ("cytoreductive",))),
    Levels("approach_final", used_only=True),
    Share(Which("conversion", among=MINIMALLY_INVASIVE)),
    Median("n_mets_resected"),
    Median("n_mets_ablated"),
    Share(Which("concomitant_primary_resection", among=PRIMARY_IN_PLACE)),
    Share(Which("pringle_used")),
    Median("pringle_total_min", among=Which("pringle_used")),
    Median("op_time_min"),
    Median("blood_loss_ml", MILLILITRES),
    Share(Which("transfused_intraop")),
    Share(Which("transfused_periop")),
    Levels("octreotide_prophylaxis", used_only=True),
    Share(Which("haemodynamic_instability")),
    Levels("carcinoid_crisis", used_only=True),
    Share(
        Which("intraop_incident_grade", ("2", "3")),
        Label("Intraoperative incident of grade II or III", "术中不良事件≥Ⅱ级"),
    ),
    Median("debulking_pct_final"),
    Interval(Which("debulk_ge70")),
    Interval(Which("debulk_ge90")),
    Levels("debulking_method", used_only=True),
    Levels("debulking_basis", used_only=True),
    Levels("residual_status", used_only=True),
    Levels("residual_status_liver", used_only=True),
    Share(Which("drain_placed")),
)

SHORT_TERM: tuple[Line, ...] = (
    Median("los_postop_d"),
    Levels("icu_admission", used_only=True),
    Interval(Which("any_complication_90")),
    Interval(Which("major_complication_90")),
    Median("cci_comprehensive_90"),
    Interval(Which("reoperation")),
    Interval(Which("readmitted_90d")),
    Interval(Which("in_hospital_mortality")),
    Interval(Which("mortality_30")),
    Interval(Which("mortality_90")),
)

COMPLICATIONS: tuple[Line, ...] = (
    Levels("cd_max_90", rare=("3x", "4x")),
    Kinds("complication", Label("Kinds of complication", "并发症类型")),
)

LONG_TERM: tuple[Line, ...] = (
    FollowUp("os", Label("Median follow-up (reverse Kaplan-Meier)", "中位随访时间(反向Kaplan-Meier法)")),
    Share(Which("lost_to_followup")),
    Levels("grade_change"),
    MedianSurvival("pfs", Label("Median progression-free survival", "中位无进展生存期")),
    *(
        SurvivalRate(
            "pfs", months, Label(f"{months}-month progression-free survival", f"{months}个月无进展生存率")
        )
        for months in (6, 12, 18, 24, 36)
    ),
    Levels("first_progression"),
    MedianSurvival("os", Label("Median overall survival", "中位总体生存期")),
    *(
        SurvivalRate("os", 12 * years, Label(f"{years}-year overall survival", f"{years}年总体生存率"))
        for years in (1, 3, 5)
    ),
    Levels("death_cause", used_only=True, among=Which("os_event")),
    Kinds("subsequent_tx", Label("Therapy after surgery", "术后治疗")),
    Share(Which("therapy_by_grade", among=AnyKind("subsequent_tx"))),
)

PFS_CURVE = SurvivalFigure(
    "pfs-curve",
    "pfs",
    Label("Progression-free survival after cytoreductive surgery", "减瘤术后无进展生存曲线"),
    Label("Progression-free survival", "无进展生存率"),
    (6, 12, 18),
)


def build(data: Dataset, conventions: Conventions, provenance: Provenance) -> Report:
    """The report of these cases, checked against itself."""
    source = Source(data, conventions)
    made = Report(
        "paper",
        TITLE,
        (
            _section("results", "Results", "结果", *paper_text.results(source), paper_table(source)),
            _section("baseline", "Patients", "患者", _table(BASELINE, source, *_BASELINE_NAME)),
            _section("operation", "Operation", "手术情况", _table(OPERATION, source, *_OPERATION_NAME)),
            _section(
                "short-term",
                "Short-term outcome",
                "近期转归",
                _table(SHORT_TERM, source, *_SHORT_TERM_NAME),
                _table(COMPLICATIONS, source, *_COMPLICATIONS_NAME),
            ),
            _section(
                "long-term",
                "Long-term outcome",
                "远期转归",
                _table(LONG_TERM, source, *_LONG_TERM_NAME),
                grade_matrix(source),
                figure(source, PFS_CURVE),
            ),
            _section("methods", "Methods", "方法", *paper_methods.methods(source)),
        ),
        provenance,
    )
    return replace(made, findings=audit(made))


def paper_table(source: Source) -> Table:
    """The 22 results under their stable names paper-01 … paper-22."""
    rows = tuple(
        Row(f"paper-{number:02}", line.label(source), (line.cell(source),))
        for number, line in enumerate(PAPER, start=1)
    )
    title = Label("Results as printed in the paper", "论文所列结果")
    return Table(
        "paper", title, (lines.ALL_PATIENTS,), rows, lines.CHARACTERISTIC, lines.notes(source, PAPER, rows)
    )


_BASELINE_NAME = ("baseline", "Patients before surgery", "患者基线资料")
_OPERATION_NAME = ("operation", "Operation", "手术情况")
_SHORT_TERM_NAME = ("short-term", "Short-term outcome", "术后近期转归")
_COMPLICATIONS_NAME = (
    "complications",
    "Complications within 90 days: patients by highest Clavien–Dindo grade, and kinds",
    "术后90天内并发症:按最高Clavien-Dindo分级的例数及并发症类型",
)
_LONG_TERM_NAME = ("long-term", "Long-term outcome and later therapy", "远期转归与后续治疗")


def _table(list_of_lines: tuple[Line, ...], source: Source, id: str, en: str, zh: str) -> Table:
    return lines.table(id, Label(en, zh), source, list_of_lines)


def _section(id: str, en: str, zh: str, *blocks) -> Section:
    return Section(id, Label(en, zh), blocks)
