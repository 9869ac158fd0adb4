"""The results section of the paper's report, as an abstract reads.

A clause about which nothing is recorded is left out, and the paragraph ends by naming what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis import typeset
from analysis.document import Cell, Paragraph, Part
from analysis.estimate import REASONS
from analysis.reports import cells
from analysis.reports.paper_lines import MILLILITRES, Sexes
from analysis.reports.sentences import Parts, compose, paragraph, plain, sentence
from analysis.reports.source import Source, Which
from registry.labels import Label, both, joined

NO_CASES = Label(
    "No case meets the definition of this cohort, so there is nothing to estimate. Every number below "
    "says so in its place.",
    "没有符合本队列定义的病例，因此无法进行估计；以下各项均在相应位置注明。",
)
COHORT = Label(
    "Between {start} and {end}, {n} from {k} underwent cytoreductive surgery for liver metastases of "
    "neuroendocrine tumours: {sexes}.",
    "{start}至{end}，{n}来自{k}的神经内分泌肿瘤肝转移患者接受减瘤术：{sexes}。",
)
CENTRES = (Label("centre", "家中心"), Label("centres", "家中心"))
AGE = Label("age at surgery was {value} (median and quartiles)", "手术时年龄{value}（中位数及四分位数）")
GEP = Label("the primary was gastroenteropancreatic in {value}", "原发灶位于胃肠胰者{value}")
NONFUNCTIONING = Label("the tumour was non-functioning in {value}", "非功能性肿瘤{value}")
G2 = Label("the liver metastases were of grade G2 in {value}", "肝转移灶为G2级者{value}")
DRUGS = Label("drug treatment before surgery was given to {value}", "术前接受药物治疗{value}")
EMBOLISED = Label("transcatheter arterial embolisation to {value}", "经导管动脉栓塞{value}")
RESECTED = Label("the primary had been resected in {value}", "术前已切除原发灶{value}")
BURDEN = Label("liver tumour burden was {value}", "肝转移瘤负荷为{value}")
LARGEST = Label("the largest metastasis measured {value}", "最大转移灶直径{value}")

TIME = Label("operating time was {value}", "手术时间{value}")
BLOOD = Label("blood loss was {value}", "术中出血量{value}")
TRANSFUSED = Label("blood was transfused during the operation in {value}", "术中输血{value}")
CLEARED_70 = Label("at least 70% of the liver tumour was cleared in {value}", "减瘤率≥70%者{value}")
CLEARED_90 = Label("at least 90% in {value}", "减瘤率≥90%者{value}")

STAY = Label("postoperative stay was {value}", "术后住院时间{value}")
ANY = Label("complications within 90 days occurred in {value}", "术后90天内并发症发生率{value}")
MAJOR = Label("those of grade IIIa or worse in {value}", "其中Ⅲa级及以上{value}")
DEATHS = Label("perioperative deaths (within 90 days): {value}", "围手术期死亡（90天内）{value}")
OF_KNOWN = Label(", {value}", "，{value}")

GRADE = Label(
    "In {comparable} specimens from before and at surgery were comparable: the grade was higher after "
    "surgery in {up}, lower in {down} and unchanged in {same}.",
    "手术前后标本可比者{comparable}：术后病理级别升高{up}，降低{down}，不变{same}。",
)
FOLLOW_UP = Label(
    "median follow-up (reverse Kaplan-Meier) was {value}", "中位随访时间（反向Kaplan-Meier法）{value}"
)
PFS = Label("median progression-free survival was {value}", "中位无进展生存期{value}")
AT = {
    months: Label(
        f"{{value}} were progression-free at {months} months, with {{risk}} at risk",
        f"{months}个月无进展生存率{{value}}（风险人数{{risk}}例）",
    )
    for months in (6, 12, 18)
}
NO_RATE = Label(
    "Progression-free survival at {months} months cannot be estimated. {why}",
    "无法估计{months}个月无进展生存率。{why}",
)
NOT_RECORDED = Label("Not recorded in any patient: {names}.", "所有患者均无记录：{names}。")
IMPRECISE = Label("With {n} these estimates are imprecise.", "样本量为{n}，估计精度有限。")
FEW = Label(
    "Fewer than {few} patients were at risk at {months} months; rates from there on are uncertain.",
    "{months}个月时风险人数少于{few}例，此后的生存率不稳定。",
)


@dataclass(frozen=True)
class Clause:
    """A number with the words around it, and its name where it is not recorded."""

    pattern: Label
    column: str
    cell: Cell
    more: Parts = ()

    @property
    def is_absent(self) -> bool:
        return self.cell.numbers.get("reason") == "no_values"

    @property
    def parts(self) -> Parts:
        return (*compose(self.pattern, value=self.cell), *self.more)


def results(source: Source) -> tuple[Paragraph, ...]:
    """The abstract: who, how it was operated, how it went, how long it held."""
    if not len(source):
        return (Paragraph("results-empty", plain(NO_CASES)),)
    return (
        _told(source, "results-patients", _tumour(source), _before(source), first=(_cohort(source),)),
        _told(source, "results-operation", _operation(source), _short_term(source)),
        paragraph("results-outcome", (*_grade(source), *_survival(source), *_cautions(source))),
    )


def _told(source: Source, id: str, *groups: Sequence[Clause], first: Sequence[Parts] = ()) -> Paragraph:
    """Each group as a sentence of what is recorded; at the end what is not."""
    told = [sentence([one.parts for one in group if not one.is_absent]) for group in groups]
    absent = [source.data.columns[one.column].label for group in groups for one in group if one.is_absent]
    missing = [plain(NOT_RECORDED.fill(names=joined(absent)))] if absent else []
    return paragraph(id, (*first, *told, *missing))


def _cohort(source: Source) -> Parts:
    days = source.data["surgery_date"]
    start, end = (
        source.part(
            Label(f"{day:%Y-%m}", f"{day.year}年{day.month}月"), source.everyone, _operated_in(days, day)
        )
        for day in (days.min(), days.max())
    )
    centres = int(source.data["centre"].nunique())
    return compose(
        COHORT,
        start=start,
        end=end,
        n=cells.everyone_parts(source),
        k=source.part(
            typeset.quantity(centres, 0, CENTRES[centres != 1], source.conventions), source.everyone
        ),
        sexes=Sexes().cell(source),
    )


def _operated_in(days, day) -> np.ndarray:
    """The cases operated in the month of `day`."""
    return ((days.dt.year == day.year) & (days.dt.month == day.month)).to_numpy()


def _tumour(source: Source) -> list[Clause]:
    share, first = cells.share, cells.share_first
    return [
        Clause(AGE, "age_y", cells.median(source, Which("age_y"))),
        Clause(GEP, "primary_group", share(source, Which("primary_group", ("gep",)))),
        Clause(
            NONFUNCTIONING,
            "functional_status",
            first(source, Which("functional_status", ("nonfunctioning",))),
        ),
        Clause(G2, "grade_liver", first(source, Which("grade_liver", ("g2",)))),
    ]


def _before(source: Source) -> list[Clause]:
    resected = Which("primary_status_at_index", ("resected_before",))
    return [
        Clause(DRUGS, "prior_drug_any", cells.count(source, Which("prior_drug_any"))),
        Clause(EMBOLISED, "prior_embolisation_any", cells.count(source, Which("prior_embolisation_any"))),
        Clause(RESECTED, resected.column, cells.count(source, resected)),
        Clause(BURDEN, "liver_burden_pct", cells.mean_sem(source, "liver_burden_pct")),
        Clause(LARGEST, "largest_met_cm", cells.median(source, Which("largest_met_cm"))),
    ]


def _operation(source: Source) -> list[Clause]:
    return [
        Clause(TIME, "op_time_min", cells.median(source, Which("op_time_min"))),
        Clause(BLOOD, "blood_loss_ml", cells.median(source, Which("blood_loss_ml"), MILLILITRES)),
        Clause(TRANSFUSED, "transfused_intraop", cells.count(source, Which("transfused_intraop"))),
        Clause(CLEARED_70, "debulk_ge70", cells.share(source, Which("debulk_ge70"))),
        Clause(CLEARED_90, "debulk_ge90", cells.share(source, Which("debulk_ge90"))),
    ]


def _short_term(source: Source) -> list[Clause]:
    any_at_all, major, deaths = map(Which, ("any_complication_90", "major_complication_90", "mortality_90"))
    return [
        Clause(STAY, "los_postop_d", cells.median(source, Which("los_postop_d"))),
        Clause(ANY, any_at_all.column, cells.share_first(source, any_at_all)),
        Clause(MAJOR, major.column, cells.count(source, major)),
        Clause(
            DEATHS,
            deaths.column,
            cells.none_or_count(source, deaths),
            compose(OF_KNOWN, value=cells.interval(source, deaths)),
        ),
    ]


def _grade(source: Source) -> tuple[Parts, ...]:
    change = {code: Which("grade_change", (code,)) for code in ("up", "down", "same")}
    comparable = source.is_one_of("grade_change", tuple(change))
    if not comparable.any():
        name = source.data.columns["grade_change"].label
        return (plain(NOT_RECORDED.fill(names=name)),)
    counts = {code: _counted(source, which.counted(source)) for code, which in change.items()}
    unit = cells.PATIENT if comparable.sum() == 1 else cells.PATIENTS
    return (compose(GRADE, comparable=(cells.count_part(source, comparable), Part(unit)), **counts),)


def _counted(source: Source, cases: np.ndarray) -> Parts:
    return cells.count_part(source, cases), Part(typeset.CASES)


def _survival(source: Source) -> list[Parts]:
    clauses = [
        compose(FOLLOW_UP, value=cells.follow_up(source, "os")),
        compose(PFS, value=cells.median_survival(source, "pfs")),
    ]
    unknown: dict[str, list[Label]] = {}
    for months, pattern in AT.items():
        rate = cells.survival_rate(source, "pfs", months)
        if rate.numbers["percent"] is None:
            unknown.setdefault(str(rate.numbers["reason"]), []).append(both(str(months)))
        else:
            risk = cells.count_part(source, source.followed_for("pfs", months))
            clauses.append(compose(pattern, value=rate.parts[:1], risk=risk))
    gaps = [
        plain(NO_RATE.fill(months=joined(months), why=REASONS[reason].sentence))
        for reason, months in unknown.items()
    ]
    return [sentence(clauses), *gaps]


def _cautions(source: Source) -> list[Parts]:
    """What a reader of a small series must know, in the text and not only in a foot note."""
    said = []
    if len(source) < source.conventions.decimal_from:
        said.append(compose(IMPRECISE, n=cells.everyone_parts(source)))
    few = source.conventions.few_at_risk
    first = next((m for m in AT if source.followed_for("pfs", m).sum() < few), None)
    if first is not None:
        at_risk = source.data.cases(source.followed_for("pfs", first))
        said.append((Part(FEW.fill(few=few, months=first), discloses=(at_risk,)),))
    return said
