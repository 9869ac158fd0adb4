"""Synthetic patients: a cohort that prints the figures of the paper, and any number of further ones.

`targets` declares what a cohort has to show. `progression` searches the follow-up times;
`distributions`, `scores`, `traits` and `people` make what each patient is like; `before`, `surgery`,
`complications`, `pathology` and `after` write the complete record of such a patient, which `case`
puts together and `loading` stores. Nothing here is a table of patients: everything is computed
from the targets and a seed.
"""

from registry.demo.case import SyntheticCase, cohort, demo_centre, more_cases
from registry.demo.loading import (
    HoldsRealPatients,
    by_model,
    ensure_logins,
    is_loaded,
    load,
    load_demo,
    stored_centre,
)
from registry.demo.targets import PAPER, Infeasible, ProgressionFree, Quartiles, Targets

__all__ = [
    "PAPER",
    "HoldsRealPatients",
    "Infeasible",
    "ProgressionFree",
    "Quartiles",
    "SyntheticCase",
    "Targets",
    "by_model",
    "cohort",
    "demo_centre",
    "ensure_logins",
    "is_loaded",
    "load",
    "load_demo",
    "more_cases",
    "stored_centre",
]
