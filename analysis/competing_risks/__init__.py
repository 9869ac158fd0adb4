"""Competing risks: cumulative incidence, its comparison between groups, and regressions.

Loads neither lifelines, pandas, scipy.stats nor scipy.optimize.
"""

from analysis.competing_risks.aalen_johansen import CumulativeIncidence, aalen_johansen
from analysis.competing_risks.cause_specific import cause_specific_cox
from analysis.competing_risks.fine_gray import FineGrayModel, fine_gray, predicted_incidence
from analysis.competing_risks.gray import gray_test
from analysis.competing_risks.incidence import Point, incidence_at, one_minus_kaplan_meier, points

__all__ = [
    "CumulativeIncidence",
    "FineGrayModel",
    "Point",
    "aalen_johansen",
    "cause_specific_cox",
    "fine_gray",
    "gray_test",
    "incidence_at",
    "one_minus_kaplan_meier",
    "points",
    "predicted_incidence",
]
