"""The methods facts of the paper's report: the definitions that ran and how numbers were computed."""

from __future__ import annotations

from analysis.conventions import methods as convention_sentences
from analysis.document import Paragraph
from analysis.reports import cells
from analysis.reports.sentences import compose, paragraph, plain
from analysis.reports.source import Source, Which
from registry.definitions import METHODS
from registry.labels import Label

COHORT = Label(
    "The registry holds patients with a first cytoreductive operation for liver metastases of "
    "neuroendocrine tumours; the day of that operation is day 0. Cases found not eligible and cases whose "
    "patient refused or withdrew the use of the data are left out.",
    "登记库收录因神经内分泌肿瘤肝转移首次接受减瘤术的患者，手术日为第0天；不符合入选标准者，以及拒绝或撤回数据使用"
    "同意者不纳入分析。",
)
CONSENT = Label(
    "Consent was given or waived by the ethics committee in {consented}.",
    "已签署知情同意或经伦理批准豁免者{consented}。",
)
MISSING = Label(
    "Missing values are not replaced; every number states how many cases it could not use.",
    "缺失值不作填补；各项均注明未能纳入的例数。",
)
CONVENTIONS = Label("Conventions: {name}.", "统计约定：{name}。")
DAYS = Label("30 and 90", "30、90")

# The definitions that the report uses, in the order in which a Methods section tells them.
TOLD: dict[str, tuple[str, ...]] = {
    "methods-patients": (
        "age_at_surgery",
        "primary_group",
        "netlm_timing",
        "prior_treatment_any",
        "prior_drug_any",
        "prior_embolisation_any",
    ),
    "methods-operation": (
        "debulking_final",
        "debulk_at_least",
        "computed_grade",
        "final_grade",
        "grade_change",
    ),
    "methods-short-term": (
        "length_of_stay",
        "any_complication",
        "worst_clavien_dindo",
        "major_complication",
        "comprehensive_complication_index",
        "in_hospital_mortality",
        "mortality",
    ),
    "methods-long-term": (
        "progression_free_survival",
        "first_progression_site",
        "overall_survival",
        "last_alive_date",
        "date_of_death",
        "imputed_date",
    ),
}


def methods(source: Source) -> tuple[Paragraph, ...]:
    """Who was included, what each quantity means, how numbers were computed."""
    told = (
        paragraph(id, (plain(METHODS[name].fill(days=DAYS)) for name in names)) for id, names in TOLD.items()
    )
    return (_cohort(source), *told, _statistics(source))


def _cohort(source: Source) -> Paragraph:
    consent = compose(CONSENT, consented=cells.share_first(source, Which("consented")))
    return paragraph("methods-cohort", (plain(COHORT), consent, plain(MISSING)))


def _statistics(source: Source) -> Paragraph:
    name = CONVENTIONS.fill(name=source.conventions.label)
    sentences = (name, *convention_sentences(source.conventions))
    return paragraph("methods-statistics", map(plain, sentences))
