"""Survival analysis on an own product-limit core; every convention is stated, tested and named.

Loads neither lifelines nor pandas.
"""

from analysis.survival.kaplan_meier import (
    Band,
    KaplanMeier,
    at_risk,
    band,
    cumulative_censored,
    cumulative_events,
    kaplan_meier,
    reverse,
)
from analysis.survival.quantiles import followup_quantile, quantile
from analysis.survival.rates import rate_at

__all__ = [
    "Band",
    "KaplanMeier",
    "at_risk",
    "band",
    "cumulative_censored",
    "cumulative_events",
    "followup_quantile",
    "kaplan_meier",
    "quantile",
    "rate_at",
    "reverse",
]
