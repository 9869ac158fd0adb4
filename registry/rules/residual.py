"""Rules on the lesions that were treated and the tumour that was left (section 6.2)."""

from __future__ import annotations

from registry.case import CaseFile
from registry.labels import Label
from registry.models import Operation
from registry.rules.base import QUERY, REJECT, WARN, rule
from registry.rules.operands import Bounds, bounds, known, total

RESIDUAL = {"r0": 0, "r1": 1, "r2": 2}
"""From the best to the worst result; one that cannot be assessed has no place."""
NOT_R2 = ("r0", "r1", "rx")
COUNTS = (
    "operation.n_mets_resected",
    "operation.n_mets_ablated",
    "operation.n_mets_found_intraop",
    "assessment.liver_mets_count",
)


# Lesions


def _treated(operation: Operation) -> Bounds | None:
    """Metastases resected and ablated together."""
    return total(bounds(operation, "n_mets_resected"), bounds(operation, "n_mets_ablated"))


def _present(case: CaseFile) -> list[tuple[Bounds, int]]:
    """Metastases seen before and at the operation, as recorded: what is possible, what was stated."""
    counts = (case.assessment, "liver_mets_count"), (case.operation, "n_mets_found_intraop")
    return [
        (allowed, getattr(row, name)) for row, name in counts if (allowed := bounds(row, name)) is not None
    ]


@rule(
    "X030",
    REJECT,
    *COUNTS,
    message=Label(
        "{n_mets_resected} metastases resected and {n_mets_ablated} ablated are more than were present "
        "({liver_mets_count} on imaging, {n_mets_found_intraop} at operation). If more were found at "
        "operation, enter that number.",
        "切除{n_mets_resected}个、消融{n_mets_ablated}个，多于转移灶总数（影像{liver_mets_count}，"
        "术中发现{n_mets_found_intraop}）。如术中发现更多，请填写术中发现数。",
    ),
)
def more_treated_than_present(case: CaseFile) -> bool:
    treated, present = _treated(case.operation), _present(case)
    return bool(treated and present) and treated[0] > max(most for (_, most), _ in present)


@rule(
    "X031",
    WARN,
    *COUNTS,
    message=Label(
        "{n_mets_resected} metastases resected and {n_mets_ablated} ablated are more than the number stated "
        "as the least present ({liver_mets_count} on imaging, {n_mets_found_intraop} at operation). Is it "
        "correct?",
        "切除{n_mets_resected}个、消融{n_mets_ablated}个，多于所记录的总数下限（影像{liver_mets_count}，"
        "术中发现{n_mets_found_intraop}），是否无误？",
    ),
)
def more_treated_than_least_present(case: CaseFile) -> bool:
    treated, present = _treated(case.operation), _present(case)
    if not treated or not present:
        return False
    return max(stated for _, stated in present) < treated[0] <= max(most for (_, most), _ in present)


@rule(
    "X032",
    REJECT,
    "operation.n_mets_resected",
    "operation.n_mets_ablated",
    "operation.procedure_completed",
    message=Label(
        "The procedure is recorded as “{procedure_completed}”, but no metastasis was resected or ablated. "
        "If the abdomen was only explored, choose “Exploration only”.",
        "手术完成情况为“{procedure_completed}”，但切除和消融数均为0。若仅探查，请选择“仅探查”。",
    ),
)
def nothing_treated(case: CaseFile) -> bool:
    treated = _treated(case.operation)
    done = case.operation.procedure_completed in ("completed", "partial")
    return done and treated is not None and treated[1] < 1


@rule(
    "X033",
    REJECT,
    "operation.procedure_completed",
    "operation.debulking_pct",
    "operation.n_mets_resected",
    "operation.n_mets_ablated",
    message=Label(
        "“{procedure_completed}” excludes debulking: debulking is {debulking_pct}, metastases resected "
        "{n_mets_resected}, ablated {n_mets_ablated}.",
        "“{procedure_completed}”不应有减瘤：减瘤率{debulking_pct}，切除数{n_mets_resected}，消融数{n_mets_ablated}。",
    ),
)
def exploration_with_debulking(case: CaseFile) -> bool:
    names = ("debulking_pct", "n_mets_resected", "n_mets_ablated")
    achieved = [allowed[0] for name in names if (allowed := bounds(case.operation, name))]
    return case.operation.procedure_completed == "exploration" and any(least > 0 for least in achieved)


# Residual tumour


def _incomplete(operation: Operation) -> bool:
    """Less than all of the liver tumour was certainly removed."""
    debulking = bounds(operation, "debulking_pct")
    return debulking is not None and debulking[1] < 100


@rule(
    "X037a",
    REJECT,
    "operation.residual_status_liver",
    "operation.debulking_pct",
    message=Label(
        "Residual tumour in the liver is “{residual_status_liver}”, but debulking is {debulking_pct}: R0 "
        "and R1 mean that all visible liver tumour (100%) was removed.",
        "肝内残留状态为“{residual_status_liver}”，但减瘤率为{debulking_pct}：R0和R1要求肝内肉眼肿瘤全部切除（100%）。",
    ),
)
def cleared_liver_not_fully_debulked(case: CaseFile) -> bool:
    return case.operation.residual_status_liver in ("r0", "r1") and _incomplete(case.operation)


@rule(
    "X037b",
    REJECT,
    "operation.residual_status",
    "operation.residual_status_liver",
    message=Label(
        "Residual tumour overall (“{residual_status}”) cannot be better than in the liver "
        "(“{residual_status_liver}”).",
        "总体残留状态（“{residual_status}”）不应优于肝内残留状态（“{residual_status_liver}”）。",
    ),
)
def better_overall_than_in_liver(case: CaseFile) -> bool:
    overall = RESIDUAL.get(case.operation.residual_status)
    liver = RESIDUAL.get(case.operation.residual_status_liver)
    return overall is not None and liver is not None and overall < liver


@rule(
    "X038a",
    REJECT,
    "operation.residual_status",
    "operation.residual_status_liver",
    "operation.debulking_pct",
    message=Label(
        "With debulking of {debulking_pct} macroscopic tumour stays in the liver: residual tumour is R2 in "
        "the liver (recorded: {residual_status_liver}) and overall (recorded: {residual_status}).",
        "减瘤率{debulking_pct}表示肝内有肉眼残留：肝内残留状态（现为：{residual_status_liver}）和总体残留状态"
        "（现为：{residual_status}）均应为R2。",
    ),
)
def partial_debulking_not_r2(case: CaseFile) -> bool:
    """A liver called R0 or R1 is reported by X037."""
    overall, liver = case.operation.residual_status, case.operation.residual_status_liver
    if liver in ("r0", "r1") or not _incomplete(case.operation):
        return False
    return liver == "rx" or overall in NOT_R2


@rule(
    "X038b",
    REJECT,
    "operation.residual_sites",
    "operation.debulking_pct",
    message=Label(
        "With debulking of {debulking_pct} tumour stays in the liver, but the liver is not among the places "
        "where macroscopic tumour remains ({residual_sites}).",
        "减瘤率{debulking_pct}表示肝内有残留，但肉眼残留部位（{residual_sites}）未包括肝。",
    ),
)
def partial_debulking_without_liver_rest(case: CaseFile) -> bool:
    sites = case.operation.residual_sites
    return known(sites) and "liver" not in sites and _incomplete(case.operation)


@rule(
    "X039",
    REJECT,
    "operation.residual_sites",
    "operation.debulking_pct",
    "operation.residual_status",
    message=Label(
        "With debulking of {debulking_pct} no macroscopic tumour stays in the liver, but the liver is among "
        "the places where tumour remains: correct one of them.",
        "减瘤率{debulking_pct}表示肝内无肉眼残留，但肉眼残留部位包括肝：请更正其一。",
    ),
)
def liver_rest_after_full_debulking(case: CaseFile) -> bool:
    debulking, sites = bounds(case.operation, "debulking_pct"), case.operation.residual_sites or ()
    all_removed = debulking is not None and debulking[0] >= 100
    return all_removed and "liver" in sites and case.operation.residual_status == "r2"


@rule(
    "X041",
    REJECT,
    "operation.residual_status",
    "operation.extrahepatic_cytoreduction",
    "assessment.extrahepatic_disease",
    message=Label(
        "There was extrahepatic disease and it was not all removed (“{extrahepatic_cytoreduction}”): "
        "residual tumour is R2 (recorded: {residual_status}).",
        "有肝外转移且未全部切除（“{extrahepatic_cytoreduction}”）：残留状态应为R2（现为：{residual_status}）。",
    ),
)
def extrahepatic_rest_not_r2(case: CaseFile) -> bool:
    left = case.operation.extrahepatic_cytoreduction in ("part", "none")
    return case.assessment.extrahepatic_disease == "yes" and left and case.operation.residual_status in NOT_R2


@rule(
    "X042",
    REJECT,
    "operation.residual_status",
    "operation.residual_sites",
    "operation.concomitant_primary_resection",
    "diagnosis.primary_status_at_index",
    message=Label(
        "The primary was in place and was not removed: residual tumour is R2 (recorded: {residual_status}) "
        "with the primary among the places where it remains (recorded: {residual_sites}).",
        "原发灶在位且未切除：残留状态应为R2（现为：{residual_status}），肉眼残留部位应包括原发灶（现为：{residual_sites}）。",
    ),
)
def primary_left_but_not_r2(case: CaseFile) -> bool:
    in_place = case.diagnosis.primary_status_at_index == "in_situ"
    sites = case.operation.residual_sites
    contradicted = case.operation.residual_status in NOT_R2 or (known(sites) and "primary" not in sites)
    return in_place and case.operation.concomitant_primary_resection == "no" and contradicted


@rule(
    "X043",
    REJECT,
    "operation.concomitant_primary_resection",
    "diagnosis.primary_status_at_index",
    message=Label(
        "The primary was removed at this operation, but its state before is “{primary_status_at_index}”.",
        "记录为同期切除原发灶，但术前原发灶状态为“{primary_status_at_index}”。",
    ),
)
def removed_primary_was_not_there(case: CaseFile) -> bool:
    there = case.diagnosis.primary_status_at_index not in ("resected_before", "unknown_primary")
    return case.operation.concomitant_primary_resection == "yes" and not there


@rule(
    "X046",
    QUERY,
    "operation.residual_status",
    "operation.surgical_intent",
    message=Label(
        "The intent was curative, but macroscopic tumour remained (R2): please confirm the intent before "
        "incision.",
        "手术目的为根治性，但结果为R2：请核实切皮前的手术目的。",
    ),
)
def curative_intent_ended_r2(case: CaseFile) -> bool:
    return case.operation.surgical_intent == "curative" and case.operation.residual_status == "r2"


@rule(
    "X242",
    WARN,
    "operation.debulking_pct_imaging",
    "operation.debulking_pct",
    message=Label(
        "Debulking on imaging ({debulking_pct_imaging}) and as recorded at surgery ({debulking_pct}) differ "
        "by more than 20 points. Is it correct?",
        "影像核实减瘤率（{debulking_pct_imaging}）与手术记录（{debulking_pct}）相差超过20个百分点，是否无误？",
    ),
)
def debulking_estimates_differ(case: CaseFile) -> bool:
    at_surgery = bounds(case.operation, "debulking_pct")
    on_imaging = bounds(case.operation, "debulking_pct_imaging")
    if at_surgery is None or on_imaging is None:
        return False
    return on_imaging[0] - at_surgery[1] > 20 or at_surgery[0] - on_imaging[1] > 20
