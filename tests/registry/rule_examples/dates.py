"""Examples for the rules on dates."""

from datetime import date, timedelta

from tests.registry.complete_case import DIED, day
from tests.registry.rule_examples import Example

NOT_TREATED = {
    "prior_treatments": [],
    "treatment_summary.prior_tx_none": "yes",
    "diagnosis.primary_status_at_index": "in_situ",
    "diagnosis.primary_resection_date": None,
    "diagnosis.netlm_diagnosis_date": day(0),
}

EXAMPLES = [
    Example(
        "X001",
        "specimens.specimen_date",
        kept={"specimens[1].specimen_date": date(1968, 5, 1), "specimens[1].specimen_date_prec": "m"},
        broken={"specimens[1].specimen_date": date(1968, 4, 1), "specimens[1].specimen_date_prec": "m"},
    ),
    Example(
        "X002",
        "patient.birth_ym",
        kept={"patient.birth_ym": date(1912, 5, 1)},
        broken={"patient.birth_ym": date(1912, 3, 1)},
        kept_with=("X200",),
    ),
    Example(
        "X200",
        "patient.birth_ym",
        kept={"patient.birth_ym": date(1932, 5, 1)},
        broken={"patient.birth_ym": date(1931, 5, 1)},
    ),
    Example(
        "X003",
        "diagnosis.primary_diagnosis_date",
        kept={**NOT_TREATED, "diagnosis.primary_diagnosis_date": date(2023, 4, 1)},
        broken={**NOT_TREATED, "diagnosis.primary_diagnosis_date": date(2023, 5, 1)},
    ),
    Example(
        "X004",
        "diagnosis.netlm_diagnosis_date",
        kept={"diagnosis.netlm_diagnosis_date": day(0)},
        broken={"diagnosis.netlm_diagnosis_date": day(1)},
    ),
    Example(
        "X005",
        "diagnosis.netlm_diagnosis_date",
        kept={"diagnosis.netlm_diagnosis_date": date(2020, 8, 30)},
        broken={"diagnosis.netlm_diagnosis_date": date(2020, 8, 29)},
    ),
    Example(
        "X006a",
        "assessment.assessment_date",
        kept={"assessment.assessment_date": day(0)},
        broken={"assessment.assessment_date": day(1)},
    ),
    Example(
        "X006b",
        "assessment.liver_imaging_date",
        kept={"assessment.liver_imaging_date": day(0)},
        broken={"assessment.liver_imaging_date": day(1)},
    ),
    Example(
        "X006c",
        "operation.mdt_date",
        kept={"operation.mdt_date": day(0)},
        broken={"operation.mdt_date": day(1)},
    ),
    Example(
        "X007",
        "assessment.liver_imaging_date",
        kept={"assessment.liver_imaging_date": day(-42)},
        broken={"assessment.liver_imaging_date": day(-43)},
    ),
    Example(
        "X008",
        "prior_treatments.tx_end_date",
        kept={"prior_treatments.tx_end_date": date(2021, 7, 1)},
        broken={"prior_treatments.tx_end_date": date(2021, 6, 30)},
    ),
    Example(
        "X009",
        "prior_treatments.tx_start_date",
        kept={"prior_treatments.tx_start_date": date(2023, 4, 1), "prior_treatments.tx_end_date": None},
        broken={"prior_treatments.tx_start_date": date(2023, 5, 1), "prior_treatments.tx_end_date": None},
    ),
    Example(
        "X010",
        "postop.discharge_date",
        kept={"postop.discharge_date": day(0)},
        broken={"postop.discharge_date": day(-10)},
    ),
    Example(
        "X011",
        "complications.onset_date",
        kept={"complications.onset_date": day(0)},
        broken={"complications.onset_date": day(-1)},
    ),
    Example(
        "X012",
        "postop.reoperation_date",
        kept={"postop.reoperation_date": day(0)},
        broken={"postop.reoperation_date": day(-1)},
    ),
    Example(
        "X013",
        "subsequent_therapies.subs_start_date",
        kept={"subsequent_therapies.subs_start_date": date(2023, 4, 1)}
        | {"subsequent_therapies.subs_start_date_prec": "m"},
        broken={"subsequent_therapies.subs_start_date": date(2023, 3, 1)}
        | {"subsequent_therapies.subs_start_date_prec": "m"},
    ),
    Example(
        "X014a",
        "visits.visit_date",
        kept={"+visits": {"visit_date": day(1)}},
        broken={"+visits": {"visit_date": day(0)}},
    ),
    Example(
        "X014b",
        "visits.visit_date",
        kept={"+visits": {"visit_date": day(368), "visit_type": "phone"}},
        broken={"+visits": {"visit_date": day(368), "visit_type": "clinic"}},
    ),
    Example(
        "X015a",
        "visits.progression_date",
        kept={"visits.progression_date": day(90)},
        broken={"visits.progression_date": day(0)},
        also=("X222",),
    ),
    Example(
        "X015b",
        "visits.progression_date",
        kept={"visits[1].progression_date": day(366)},
        broken={"visits[1].progression_date": day(369), "visits[1].progression_basis": "clinical"},
    ),
    Example(
        "X016",
        "visits.visit_date",
        kept={**DIED, "+visits": {"visit_date": day(520), "vital_status": "dead"}},
        broken={**DIED, "+visits": {"visit_date": day(520), "vital_status": "alive_nos"}},
    ),
    Example(
        "X017",
        "consents.consent_date",
        kept={"consents.consent_date": day(0)},
        broken={"consents.consent_date": date.today() + timedelta(days=90)},
    ),
    Example(
        "X020",
        "specimens.specimen_date",
        kept={"specimens.specimen_date": date(2023, 4, 1), "specimens.specimen_date_prec": "m"},
        broken={"specimens.specimen_date": day(5)},
    ),
    Example(
        "X021",
        "postop.discharge_date",
        kept={"postop.discharge_date": day(180)},
        broken={"postop.discharge_date": day(181)},
        kept_with=("X209",),
    ),
    Example(
        "X209",
        "postop.discharge_date",
        kept={"postop.discharge_date": day(90)},
        broken={"postop.discharge_date": day(91)},
    ),
    Example(
        "X022",
        "assessment.assessment_date",
        kept={"assessment.assessment_date": day(-121 - 1462)},
        broken={"assessment.assessment_date": day(-10 - 1462)},
        also=("X206",),
        kept_with=("X206",),
    ),
    Example(
        "X201",
        "consents.withdrawal_date",
        kept={"+consents": {"consent_status": "withdrawn", "withdrawal_date": day(-11)}},
        broken={"+consents": {"consent_status": "withdrawn", "withdrawal_date": day(-12)}},
    ),
    Example(
        "X202",
        "diagnosis.primary_diagnosis_date",
        kept={"diagnosis.primary_diagnosis_date": date(1993, 4, 1)},
        broken={"diagnosis.primary_diagnosis_date": date(1993, 3, 1)},
    ),
    Example(
        "X203",
        "diagnosis.primary_resection_date",
        kept={"diagnosis.primary_resection_date": date(2023, 4, 1)}
        | {"prior_treatments[1].tx_start_date": date(2023, 4, 3)},
        broken={"diagnosis.primary_resection_date": date(2023, 5, 1)}
        | {"prior_treatments[1].tx_start_date": None},
    ),
    Example(
        "X204",
        "prior_treatments.tx_start_date",
        kept={"prior_treatments.tx_start_date": date(2021, 3, 1)},
        broken={"prior_treatments.tx_start_date": date(2021, 2, 1)},
    ),
    Example(
        "X205",
        "prior_treatments.tx_end_date",
        kept={"prior_treatments.tx_end_date": day(0)},
        broken={"prior_treatments.tx_end_date": day(1)},
    ),
    Example(
        "X206",
        "assessment.assessment_date",
        kept={"assessment.assessment_date": day(-56)},
        broken={"assessment.assessment_date": day(-57)},
    ),
    Example(
        "X207",
        "operation.mdt_date",
        kept={"operation.mdt_date": day(-120)},
        broken={"operation.mdt_date": day(-121)},
    ),
    Example(
        "X208",
        "operation.surgery_date",
        kept={"centre.active_from": day(1), "patient.enrolment_type": "retrospective"},
        broken={"centre.active_from": day(1)},
    ),
    Example(
        "X210",
        "postop.complications_checked_to",
        kept={"postop.complications_checked_to": day(0)},
        broken={"postop.complications_checked_to": day(-1)},
        also=("X211",),
        kept_with=("X211",),
    ),
    Example(
        "X211",
        "postop.complications_checked_to",
        kept={"postop.complications_checked_to": day(90)},
        broken={"postop.complications_checked_to": day(89)},
    ),
    Example(
        "X212",
        "postop.drain_removed_date",
        kept={"postop.drain_removed_date": day(0)},
        broken={"postop.drain_removed_date": day(-1)},
    ),
    Example(
        "X213",
        "postop.drain_removed_date",
        kept={"postop.drain_removed_date": day(60)},
        broken={"postop.drain_removed_date": day(61)},
    ),
    Example(
        "X214",
        "postop.reoperation_date",
        kept={"postop.reoperation_date": day(90)},
        broken={"postop.reoperation_date": day(91)},
    ),
    Example(
        "X215",
        "complications.onset_date",
        kept={"complications.onset_date": day(365), "complications.resolved_date": None},
        broken={"complications.onset_date": day(366), "complications.resolved_date": None},
        kept_with=("X216",),
    ),
    Example(
        "X216",
        "complications.onset_date",
        kept={"complications.onset_date": day(90), "complications.resolved_date": None},
        broken={"complications.onset_date": day(91), "complications.resolved_date": None},
    ),
    Example(
        "X217",
        "complications.resolved_date",
        kept={"complications.resolved_date": day(3)},
        broken={"complications.resolved_date": day(2)},
    ),
    Example(
        "X218",
        "subsequent_therapies.subs_end_date",
        kept={"subsequent_therapies.subs_end_date": day(30)},
        broken={"subsequent_therapies.subs_end_date": day(29)},
    ),
    Example(
        "X219",
        "visits.imaging_date",
        kept={"visits.visit_date": day(60)},
        broken={"visits.visit_date": day(59)},
    ),
    Example(
        "X220",
        "visits.imaging_date",
        kept={"+visits": {"visit_date": day(20), "imaging_date": day(1)}},
        broken={"+visits": {"visit_date": day(20), "imaging_date": day(0)}},
    ),
    Example(
        "X221",
        "visits.imaging_date",
        kept={"visits.visit_date": day(150)},
        broken={"visits.visit_date": day(151)},
    ),
    Example(
        "X222",
        "visits.progression_date",
        kept={"visits[1].progression_date": day(300), "visits[1].progression_basis": "clinical"},
        broken={"visits[1].progression_date": day(300)},
    ),
    Example(
        "X223",
        "visits.imaging_date",
        kept={"visits.imaging_date": day(112), "visits.visit_date": day(112)},
        broken={"visits.imaging_date": day(113), "visits.visit_date": day(113)},
    ),
    Example(
        "X224",
        "death.death_date",
        kept={"death.death_date": date(2024, 7, 1), "death.death_date_prec": "m"},
        broken={"death.death_date": date(2023, 7, 1), "death.death_date_prec": "m", "visits": []}
        | {"subsequent_therapies": [], "treatment_summary.subs_none": "yes"},
    ),
    Example(
        "X225",
        "visits.vital_status",
        kept={**DIED, "+visits": {"visit_date": day(500), "vital_status": "dead"}},
        broken={**DIED, "+visits": {"visit_date": day(499), "vital_status": "dead"}},
    ),
]
