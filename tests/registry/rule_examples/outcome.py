"""Examples for the rules on complications, stay, death and follow-up."""

from decimal import Decimal

from tests.registry.complete_case import DIED, day
from tests.registry.rule_examples import Example

DIED_EARLY = {
    "death.death_date": day(40),
    "death.death_cause": "surgical",
    "visits": [],
    "subsequent_therapies": [],
    "treatment_summary.subs_none": "yes",
}
FATAL = {"complications.cd_grade": "5", "complications.management": ["drugs", "death"]}
BLEEDING = {
    "complications.comp_type": "phh",
    "complications.isgls_grade": "a",
    "complications.rbc_units_for_bleed": Decimal("4.0"),
}
LEAK = {"complications.comp_type": "bile_leak", "complications.isgls_grade": "b"}
FREE = {"disease_status": "ned", "vital_status": "alive_ned"}

EXAMPLES = [
    Example(
        "X110",
        "postop.complication_ascertainment",
        kept={"postop.complication_ascertainment": "confirmed_none", "complications": []},
        broken={"postop.complication_ascertainment": "confirmed_none"},
    ),
    Example(
        "X111a",
        "complications.cd_grade",
        kept=DIED_EARLY | FATAL,
        broken=FATAL,
    ),
    Example(
        "X111b",
        "complications.management",
        kept=DIED_EARLY | FATAL,
        broken=DIED_EARLY | FATAL | {"complications.management": ["icu_multi"]},
    ),
    Example(
        "X112",
        "death.death_cause",
        kept=DIED_EARLY | {"death.death_date": day(91)},
        broken=DIED_EARLY | {"death.death_date": day(90)},
    ),
    Example(
        "X113",
        "complications.cd_grade",
        kept={"complications.cd_grade": "3x", "complications.management": ["drugs", "reoperation_ga"]},
        broken={"complications.cd_grade": "3a", "complications.management": ["drugs", "reoperation_ga"]},
    ),
    Example(
        "X114",
        "complications.management",
        kept={"complications.cd_grade": "3x", "complications.management": ["endoscopy"]},
        broken={"complications.cd_grade": "3b", "complications.management": ["endoscopy"]},
    ),
    Example(
        "X115",
        "complications.isgls_grade",
        kept={**LEAK, "postop.drain_fluid_bili_ratio": Decimal("3.0")},
        broken={"complications.isgls_grade": "b"},
    ),
    Example(
        "X260",
        "complications.isgps_grade",
        kept={"complications.comp_type": "popf", "complications.isgps_grade": "bl"},
        broken={"complications.comp_type": "dge", "complications.isgps_grade": "bl"},
    ),
    Example(
        "X117",
        "complications.isgls_grade",
        kept={"complications.comp_type": "phlf", "complications.isgls_grade": "c"}
        | {"complications.cd_grade": "4a", "complications.management": ["icu_single"]},
        broken={"complications.comp_type": "phlf", "complications.isgls_grade": "c"},
    ),
    Example(
        "X118",
        "complications.comp_type",
        kept={**LEAK, "complications.cd_grade": "3a", "complications.management": ["drain_local"]},
        broken={**LEAK, "postop.drain_fluid_bili_ratio": Decimal("2.9")},
    ),
    Example(
        "X119",
        "complications.isgls_grade",
        kept=BLEEDING,
        broken={**BLEEDING, "complications.isgls_grade": "b"},
    ),
    Example(
        "X120",
        "postop.reoperation",
        kept={"postop.reoperation": "yes", "complications.cd_grade": "3b"}
        | {"complications.management": ["reoperation_ga"]},
        broken={"postop.reoperation": "yes"},
    ),
    Example(
        "X121a",
        "postop.died_in_hospital",
        kept={**DIED_EARLY, **FATAL, "postop.died_in_hospital": "yes", "postop.discharge_date": None},
        broken={"postop.died_in_hospital": "yes", "postop.discharge_date": None},
    ),
    Example(
        "X121b",
        "postop.died_in_hospital",
        kept={**DIED_EARLY, **FATAL, "postop.discharge_date": day(39)},
        broken={**DIED_EARLY, **FATAL, "postop.discharge_date": day(40)},
    ),
    Example("X123", "postop.icu_days", kept={"postop.icu_days": 7}, broken={"postop.icu_days": 8}),
    Example(
        "X124",
        "visits.recist_overall",
        kept={"visits.hepatic_progression": "yes", "visits.progression_basis": "clinical"},
        broken={"visits.hepatic_progression": "yes"},
    ),
    Example(
        "X125",
        "visits.new_lesion",
        kept={"visits.new_lesion": "unknown"},
        broken={"visits.new_lesion": "yes"},
    ),
    Example(
        "X126",
        "visits.recist_overall",
        kept={"visits.recist_overall": "ned", "subsequent_therapies.subs_category": "rfa"}
        | {"subsequent_therapies.subs_agent": None},
        broken={"visits.recist_overall": "ned"},
    ),
    Example(
        "X127",
        "visits.vital_status",
        kept={**DIED, "+visits": {"visit_date": day(510), "vital_status": "dead"}},
        broken={"+visits": {"visit_date": day(510), "vital_status": "dead"}},
    ),
    Example(
        "X128",
        "visits.disease_status",
        kept={"operation.residual_status": "r1", "operation.residual_status_liver": "r1"}
        | {"operation.debulking_pct": 100, "operation.residual_sites": None},
        broken={"operation.residual_status": "r0", "operation.residual_status_liver": "r0"}
        | {"operation.debulking_pct": 100, "operation.residual_sites": None},
    ),
    Example(
        "X129",
        "visits.disease_status",
        kept={"+visits": {"visit_date": day(600), **FREE}, "subsequent_therapies[1].subs_agent": None}
        | {"subsequent_therapies[1].subs_category": "mwa"},
        broken={"+visits": {"visit_date": day(600), **FREE}},
    ),
    Example(
        "X130",
        "visits.treatment_changed",
        kept={"subsequent_therapies[1].subs_start_date": day(368 + 60)},
        broken={"subsequent_therapies[1].subs_start_date": day(368 + 61)},
    ),
    Example(
        "X131",
        "visits.symptom_relief",
        kept={"visits.symptom_relief": "na"},
        broken={"visits.symptom_relief": "partial"},
    ),
    Example(
        "X265",
        "visits.is_postop_baseline",
        kept={"visits[1].is_postop_baseline": "unknown"},
        broken={"visits[1].is_postop_baseline": "yes", "visits[1].imaging_date": day(100)}
        | {"visits[1].visit_date": day(102), "visits[1].progression_date": day(100)}
        | {"visits[1].treatment_changed": "no"},
    ),
]
