"""Survival analysis on an own product-limit core; every convention is stated, tested and named.

Loads neither lifelines nor pandas.
"""

from analysis.survival.follow_up import followup_completeness, landmark_restart
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
from analysis.survival.rank_sums import WEIGHTS, RankSums, Weight, rank_sums
from analysis.survival.rank_tests import Pair, pairwise, rank_test, trend_test
from analysis.survival.rates import rate_at
from analysis.survival.restricted_mean import (
    RestrictedMean,
    common_tau,
    mean_spss,
    rmst,
    rmst_difference,
    rmst_test,
)

__all__ = [
    "WEIGHTS",
    "Band",
    "KaplanMeier",
    "Pair",
    "RankSums",
    "RestrictedMean",
    "Weight",
    "at_risk",
    "band",
    "common_tau",
    "cumulative_censored",
    "cumulative_events",
    "followup_completeness",
    "followup_quantile",
    "kaplan_meier",
    "landmark_restart",
    "mean_spss",
    "pairwise",
    "quantile",
    "rank_sums",
    "rank_test",
    "rate_at",
    "reverse",
    "rmst",
    "rmst_difference",
    "rmst_test",
    "trend_test",
]
