"""Reading synthetic cases in tests: as a case file, for faults, and for the figures they print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.core.exceptions import ValidationError
from django.db import models

from analysis.conventions import PAPER as CONVENTIONS
from analysis.describe import summarise
from analysis.survival import KaplanMeier, kaplan_meier, quantile, rate_at
from registry import definitions as define
from registry.case import REPEATED, SINGLE, CaseFile
from registry.demo import SyntheticCase
from registry.demo.targets import printed
from registry.fields import answers
from registry.rules import findings

EMPTY = (None, "", [])


def case_file(case: SyntheticCase) -> CaseFile:
    """The case as pages and rules read it; nothing is stored."""
    single = {name: getattr(case, name) or SINGLE[name](patient=case.patient) for name in SINGLE}
    repeated = {name: getattr(case, name) for name in REPEATED if name != "consents"}
    return CaseFile(patient=case.patient, consents=[case.consent], **single, **repeated)


def faults(case: SyntheticCase) -> list[str]:
    """Everything that is wrong with a case: broken rules, missing, superfluous and unlikely answers."""
    file = case_file(case)
    found = [f"{one.rule.id}: {one.message.en}" for one in findings(file)]
    for row in case.rows():
        found += [f"{type(row).__name__}.{fault}" for fault in _faults_of_row(row, file)]
    return found


def _faults_of_row(row: models.Model, file: CaseFile) -> Iterator[str]:
    def lookup(name: str) -> object:
        return file.answer(name) if "." in name else getattr(row, name)

    for field in answers(type(row)):
        value = getattr(row, field.attname)
        given = value not in EMPTY
        asked = field.shown_when is None or field.shown_when.holds(lookup)
        if given and not asked:
            yield f"{field.name} is answered though it is not asked"
        if asked and field.is_needed and not given:
            yield f"{field.name} is missing"
        if given and not _is_likely(field, value):
            yield f"{field.name} is unlikely: {value}"
        for name in field.companions:
            if given != (getattr(row, name) is not None):
                yield f"{name} does not go with {field.name}"
    try:
        row.clean_fields(exclude=["patient", "centre"])
    except ValidationError as error:
        yield f"clean_fields: {error.message_dict}"


def _is_likely(field, value) -> bool:
    low, high = field.soft or (None, None)
    within = (low is None or value >= low) and (high is None or value <= high)
    return within and (not field.usual or value in field.usual)


def figures(cases: Sequence[SyntheticCase]) -> dict[str, object]:
    """What a report prints of these cases, computed by the definitions and the statistics."""
    return _counts(cases) | _medians(cases) | _burden(cases) | _survival(cases)


def _counts(cases: Sequence[SyntheticCase]) -> dict[str, int]:
    return {
        "n": len(cases),
        "men": sum(one.patient.sex == "m" for one in cases),
        "gastroenteropancreatic": sum(
            define.primary_group(one.diagnosis.primary_site).value == "gep" for one in cases
        ),
        "liver_g2": sum(change.index_grade == "g2" for change in map(grade_change, cases)),
        "nonfunctioning": sum(one.diagnosis.functional_status == "nonfunctioning" for one in cases),
        "drugs": sum(define.prior_drug_any(*_treated(one)).value == "yes" for one in cases),
        "embolised": sum(define.prior_embolisation_any(*_treated(one)).value == "yes" for one in cases),
        "primary_resected": sum(one.diagnosis.primary_status_at_index == "resected_before" for one in cases),
        "transfused": sum(one.operation.transfused_intraop == "yes" for one in cases),
        "complications": sum(complicated(one) == "yes" for one in cases),
        "perioperative_deaths": sum(dead_at_90_days(one) == "yes" for one in cases),
        "grade_up": sum(change.value == "up" for change in map(grade_change, cases)),
    }


def _treated(case: SyntheticCase) -> tuple[list, str]:
    return case.prior_treatments, case.treatment_summary.prior_tx_none


def grade_change(case: SyntheticCase) -> define.GradeChange:
    return define.grade_change(case.specimens, case.operation.surgery_date, case.diagnosis.primary_site)


def complicated(case: SyntheticCase) -> str:
    return define.any_complication(
        case.postop, case.complications, case.operation.surgery_date, 90, case.death
    ).value


def dead_at_90_days(case: SyntheticCase) -> str:
    seen = define.last_alive_date(
        case.operation.surgery_date, case.visits, case.postop, case.subsequent_therapies
    )
    return define.mortality(case.operation.surgery_date, case.death, seen.value).value


def stay(case: SyntheticCase) -> int:
    death = case.death.death_date if case.death else None
    return define.length_of_stay(
        case.operation.surgery_date, case.postop.discharge_date, death, case.postop.died_in_hospital
    ).value


def age(case: SyntheticCase) -> int:
    return define.age_at_surgery(case.patient.birth_ym, case.operation.surgery_date).value


def _medians(cases: Sequence[SyntheticCase]) -> dict[str, tuple[float, float, float]]:
    columns = {
        "age": [age(one) for one in cases],
        "largest_cm": [float(one.assessment.largest_met_cm) for one in cases],
        "op_time_min": [one.operation.op_time_min for one in cases],
        "blood_loss_ml": [one.operation.blood_loss_ml for one in cases],
        "stay_d": [stay(one) for one in cases],
    }
    summaries = {name: summarise(values, CONVENTIONS) for name, values in columns.items()}
    return {name: (one.q1, one.median, one.q3) for name, one in summaries.items()}


def _burden(cases: Sequence[SyntheticCase]) -> dict[str, int]:
    one = summarise([case.assessment.liver_burden_pct for case in cases], CONVENTIONS)
    return {"burden_mean": int(printed(one.mean)), "burden_sem": int(printed(one.sem))}


def progression_free(case: SyntheticCase) -> define.TimeToEvent:
    return define.progression_free_survival(case.operation.surgery_date, case.visits, case.death)


def overall(case: SyntheticCase) -> define.TimeToEvent:
    return define.overall_survival(
        case.operation.surgery_date, case.visits, case.postop, case.subsequent_therapies, case.death
    )


def curve(cases: Sequence[SyntheticCase]) -> KaplanMeier:
    """Progression-free survival in months."""
    times = [progression_free(one) for one in cases]
    return kaplan_meier([define.months(one.days) for one in times], [one.event for one in times])


def _survival(cases: Sequence[SyntheticCase]) -> dict[str, object]:
    estimated = curve(cases)
    median = quantile(estimated, 0.5, "spss")
    ends = (median.value, median.lower, median.upper)
    return {
        "median_pfs": tuple(None if one is None else float(printed(one, 1)) for one in ends),
        "rates": {month: int(printed(100 * rate_at(estimated, month).value)) for month in (6, 12, 18)},
    }
