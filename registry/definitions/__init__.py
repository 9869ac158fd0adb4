"""The Methods section in code: every derived quantity is defined here, once.

Plain values and rows go in, the value *and the reason* come out. A row is any object
that has the attributes named in `READS` (a model instance, a named tuple), named as in
the clinical data dictionary, with `<field>_cmp` for a comparator and `<field>_prec` for
the precision of a partial date. The functions know neither Django nor pandas, and there
is no second, vectorised definition: a report calls them once per case.

The first paragraph of a docstring is the sentence of the Methods section. `METHODS`
holds it in both languages by the name of the function ("{days}" is filled by the report).
"""

from registry.definitions.base import METHODS, Derived, Reason
from registry.definitions.change_of_grade import GradeChange, grade_change
from registry.definitions.clock import (
    age_at_surgery,
    imputed_date,
    last_alive_date,
    length_of_stay,
    months,
)
from registry.definitions.complications import (
    any_complication,
    comprehensive_complication_index,
    major_complication,
    worst_clavien_dindo,
)
from registry.definitions.grading import computed_grade, final_grade
from registry.definitions.mortality import date_of_death, in_hospital_mortality, mortality
from registry.definitions.survival import (
    TimeToEvent,
    first_progression_site,
    hepatic_progression_free_survival,
    overall_survival,
    progression_free_survival,
)
from registry.definitions.tumour import (
    DRUGS,
    EMBOLISATIONS,
    Debulking,
    debulk_at_least,
    debulking_final,
    netlm_timing,
    primary_group,
    prior_drug_any,
    prior_embolisation_any,
    prior_treatment_any,
)

READS: dict[str, tuple[str, ...]] = {
    "specimen": (
        "specimen_source",
        "specimen_date",
        "specimen_date_prec",
        "specimen_op_no",
        "histological_type",
        "grade_reported",
        "central_grade",
        "ki67_pct",
        "ki67_pct_cmp",
        "ki67_high",
        "mitoses_per_2mm2",
        "mitoses_per_2mm2_cmp",
        "mitoses_area_basis",
        "necrosis",
    ),
    "postop": (
        "discharge_date",
        "died_in_hospital",
        "complication_ascertainment",
        "complications_checked_to",
    ),
    "complication": ("onset_date", "cd_grade"),
    "visit": (
        "visit_date",
        "visit_type",
        "vital_status",
        "disease_status",
        "imaging_done",
        "imaging_date",
        "recist_overall",
        "hepatic_progression",
        "extrahepatic_progression",
        "progression_date",
        "progression_basis",
    ),
    "therapy": ("subs_start_date", "subs_start_date_prec"),
    "treatment": ("tx_category",),
    "death": ("death_date", "death_date_prec"),
    "diagnosis": (
        "primary_diagnosis_date",
        "primary_diagnosis_date_prec",
        "netlm_diagnosis_date",
        "netlm_diagnosis_date_prec",
    ),
    "operation": (
        "debulking_pct",
        "debulking_pct_cmp",
        "debulking_pct_imaging",
        "debulking_pct_imaging_cmp",
    ),
}

__all__ = [
    "DRUGS",
    "EMBOLISATIONS",
    "METHODS",
    "READS",
    "Debulking",
    "Derived",
    "GradeChange",
    "Reason",
    "TimeToEvent",
    "age_at_surgery",
    "any_complication",
    "comprehensive_complication_index",
    "computed_grade",
    "date_of_death",
    "debulk_at_least",
    "debulking_final",
    "final_grade",
    "first_progression_site",
    "grade_change",
    "hepatic_progression_free_survival",
    "imputed_date",
    "in_hospital_mortality",
    "last_alive_date",
    "length_of_stay",
    "major_complication",
    "months",
    "mortality",
    "netlm_timing",
    "overall_survival",
    "primary_group",
    "prior_drug_any",
    "prior_embolisation_any",
    "prior_treatment_any",
    "progression_free_survival",
    "worst_clavien_dindo",
]
