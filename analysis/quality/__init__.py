"""Surgical quality: funnel plots, risk-adjusted CUSUM, VLAD and learning curves.

Loads neither lifelines, pandas nor scipy.stats.
"""

from analysis.quality.control_limit import ControlLimit, control_limit, run_length
from analysis.quality.cusum import Cusum, Vlad, cusum, vlad
from analysis.quality.funnel import LEVELS, Funnel, FunnelUnit, funnel, funnel_limits, overdispersion
from analysis.quality.learning_curve import LearningCurve, learning_curve
from analysis.quality.per_unit import AT_LEAST, UnitResult, per_unit

__all__ = [
    "AT_LEAST",
    "LEVELS",
    "ControlLimit",
    "Cusum",
    "Funnel",
    "FunnelUnit",
    "LearningCurve",
    "UnitResult",
    "Vlad",
    "control_limit",
    "cusum",
    "funnel",
    "funnel_limits",
    "learning_curve",
    "overdispersion",
    "per_unit",
    "run_length",
    "vlad",
]
