"""The results section of the paper's report, as an abstract reads."""

from __future__ import annotations

import numpy as np

from analysis import typeset
from analysis.document import Paragraph, Part
from analysis.reports import cells
from analysis.reports.paper_lines import MILLILITRES, Sexes
from analysis.reports.sentences import compose, paragraph
from analysis.reports.source import Source, Which
from registry.labels import Label

Parts = tuple[Part, ...]

NO_CASES = Label(
    "No case meets the definition of this cohort, so there is nothing to estimate. Every number below "
    "says so in its place.",
    "没有符合本队列定义的病例，因此无法进行估计；以下各项均在相应位置注明。",
)
COHORT = Label(
    "Between {start} and {end}, {n} from {k} underwent cytoreductive surgery for liver metastases of "
    "neuroendocrine tumours: {sexes}, aged {age} (median and quartiles).",
    "{start}至{end}，{n}来自{k}的神经内分泌肿瘤肝转移患者接受减瘤术：{sexes}，年龄{age}（中位数及四分位数）。",
)
CENTRES = (Label(" centre", "家中心"), Label(" centres", "家中心"))
TUMOUR = Label(
    "The primary was gastroenteropancreatic in {gep}; the tumour was non-functioning in {nonfunctioning} "
    "and the liver metastases were of grade G2 in {g2}.",
    "原发灶位于胃肠胰者{gep}；非功能性肿瘤{nonfunctioning}；肝转移灶为G2级者{g2}。",
)
BEFORE = Label(
    "Before surgery {drugs} had drug treatment, {embolised} transcatheter arterial embolisation, and the "
    "primary had been resected in {resected}.",
    "术前接受药物治疗{drugs}，经导管动脉栓塞{embolised}，已切除原发灶{resected}。",
)
LIVER = Label(
    "Liver tumour burden was {burden}; the largest metastasis measured {largest}.",
    "肝转移瘤负荷为{burden}，最大转移灶直径{largest}。",
)
OPERATION = Label(
    "Operating time was {time} and blood loss {blood}; {transfused} received blood during the operation. "
    "At least 70% of the liver tumour was cleared in {ge70} and at least 90% in {ge90}.",
    "手术时间{time}，术中出血量{blood}；术中输血{transfused}。减瘤率≥70%者{ge70}，≥90%者{ge90}。",
)
SHORT_TERM = Label(
    "Postoperative stay was {stay}. Complications within 90 days occurred in {any}, of grade IIIa or worse "
    "in {major}. Perioperative deaths (within 90 days): {deaths}, {interval}.",
    "术后住院时间{stay}。术后90天内并发症发生率{any}，其中Ⅲa级及以上{major}。"
    "围手术期死亡（90天内）{deaths}，{interval}。",
)
GRADE = Label(
    "In {comparable} specimens from before and at surgery were comparable: the grade was higher after "
    "surgery in {up}, lower in {down} and unchanged in {same}.",
    "手术前后标本可比者{comparable}：术后病理级别升高{up}，降低{down}，不变{same}。",
)
PFS = Label(
    "With a median follow-up of {follow_up}, median progression-free survival was {median}; at {m6}, {m12} "
    "and {m18} months it was {r6}, {r12} and {r18}, with {n6}, {n12} and {n18} patients at risk.",
    "中位随访时间{follow_up},中位无进展生存期{median};{m6}、{m12}、{m18}个月无进展生存率分别为"
    "{r6}、{r12}、{r18}，风险人数分别为{n6}、{n12}、{n18}例。",
)
IMPRECISE = Label(
    "With {n} these estimates are imprecise.",
    "样本量为{n}，估计精度有限。",
)
FEW = Label(
    "Fewer than {few} patients were at risk at {months} months; rates from there on are uncertain.",
    "{months}个月时风险人数少于{few}例，此后的生存率不稳定。",
)
LANDMARKS = (6, 12, 18)


def results(source: Source) -> tuple[Paragraph, ...]:
    """The abstract: who, how it was operated, how it went, how long it held."""
    if not len(source):
        return (Paragraph("results-empty", (Part(NO_CASES),)),)
    return (
        paragraph("results-patients", (_cohort(source), _tumour(source), _before(source), _liver(source))),
        paragraph("results-operation", (_operation(source), _short_term(source))),
        paragraph("results-outcome", (_grade(source), _pfs(source), *_cautions(source))),
    )


def _cohort(source: Source) -> Parts:
    days = source.data["surgery_date"]
    start, end = (
        source.part(Label(f"{day:%Y-%m}", f"{day.year}年{day.month}月"), source.everyone)
        for day in (days.min(), days.max())
    )
    centres = int(source.data["centre"].nunique())
    return compose(
        COHORT,
        start=start,
        end=end,
        n=cells.everyone_parts(source),
        k=(
            source.part(typeset.number(centres, 0, source.conventions), source.everyone),
            Part(CENTRES[centres != 1]),
        ),
        sexes=Sexes().cell(source),
        age=cells.median(source, "age_y"),
    )


def _tumour(source: Source) -> Parts:
    return compose(
        TUMOUR,
        gep=cells.share(source, Which("primary_group", ("gep",))),
        nonfunctioning=cells.share_first(source, Which("functional_status", ("nonfunctioning",))),
        g2=cells.share_first(source, Which("grade_liver", ("g2",))),
    )


def _before(source: Source) -> Parts:
    return compose(
        BEFORE,
        drugs=cells.count(source, Which("prior_drug_any")),
        embolised=cells.count(source, Which("prior_embolisation_any")),
        resected=cells.count(source, Which("primary_status_at_index", ("resected_before",))),
    )


def _liver(source: Source) -> Parts:
    return compose(
        LIVER,
        burden=cells.mean_sem(source, "liver_burden_pct"),
        largest=cells.median(source, "largest_met_cm"),
    )


def _operation(source: Source) -> Parts:
    return compose(
        OPERATION,
        time=cells.median(source, "op_time_min"),
        blood=cells.median(source, "blood_loss_ml", MILLILITRES),
        transfused=cells.count(source, Which("transfused_intraop")),
        ge70=cells.share(source, Which("debulk_ge70")),
        ge90=cells.share(source, Which("debulk_ge90")),
    )


def _short_term(source: Source) -> Parts:
    deaths = Which("mortality_90")
    return compose(
        SHORT_TERM,
        stay=cells.median(source, "los_postop_d"),
        any=cells.share_first(source, Which("any_complication_90")),
        major=cells.count(source, Which("major_complication_90")),
        deaths=cells.none_or_count(source, deaths),
        interval=cells.interval(source, deaths),
    )


def _grade(source: Source) -> Parts:
    change = {code: Which("grade_change", (code,)) for code in ("up", "down", "same")}
    comparable = source.data.mask("grade_change", *change)
    return compose(
        GRADE,
        comparable=(cells.count_part(source, comparable), Part(_patients(comparable))),
        **{code: _bare(source, which.counted(source)) for code, which in change.items()},
    )


def _bare(source: Source, counted: np.ndarray) -> Parts:
    return cells.count_part(source, counted), Part(typeset.CASES)


def _patients(cases: np.ndarray) -> Label:
    return cells.PATIENT if cases.sum() == 1 else cells.PATIENTS


def _pfs(source: Source) -> Parts:
    at = {}
    for months in LANDMARKS:
        at[f"m{months}"] = Label(str(months), str(months))
        at[f"r{months}"] = cells.survival_rate(source, "pfs", months).parts[0]
        at[f"n{months}"] = cells.count_part(source, source.followed_for("pfs", months))
    return compose(
        PFS,
        follow_up=cells.follow_up(source, "os").parts[0],
        median=cells.median_survival(source, "pfs"),
        **at,
    )


def _cautions(source: Source) -> list[Parts]:
    """What a reader of a small series must know, in the text and not only in a foot note."""
    said = []
    if len(source) < source.conventions.decimal_from:
        said.append(compose(IMPRECISE, n=cells.everyone_parts(source)))
    few = source.conventions.few_at_risk
    first = next((m for m in LANDMARKS if source.followed_for("pfs", m).sum() < few), None)
    if first is not None:
        said.append(compose(FEW, few=Label(str(few), str(few)), months=Label(str(first), str(first))))
    return said
