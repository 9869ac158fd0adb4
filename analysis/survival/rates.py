"""Survival rates at landmarks."""

from __future__ import annotations

import math

import numpy as np

from analysis.conventions import RateInterval
from analysis.describe import clopper_pearson, normal_quantile
from analysis.estimate import Rate
from analysis.survival.kaplan_meier import KaplanMeier, at_risk, cumulative_events, limits


def rate_at(curve: KaplanMeier, time: float, method: RateInterval = "log-log", level: float = 0.95) -> Rate:
    """S(time) with Greenwood's standard error and its interval.

    Beyond the longest follow-up there is no rate, not even where the last case had the event: nobody was
    watched for so long. Before the first event S is 1 and the interval is Clopper-Pearson's on those at risk.
    Raises ValueError for a negative or infinite time.
    """
    if not 0 <= time < math.inf:
        raise ValueError(f"a rate is read at a time of 0 or more, not at {time}")
    index = int(np.searchsorted(curve.time, time, side="right")) - 1
    before = int(np.searchsorted(curve.time, time, side="left")) - 1
    survival = float(curve.survival[index]) if index >= 0 else 1.0
    facts = {
        "time": float(time),
        "level": level,
        "n": curve.n,
        "events": int(cumulative_events(curve, time)),
        "missing": curve.missing,
        "at_risk": int(at_risk(curve, time)),
    }
    if not curve.n or time > curve.last_time:
        reason = "beyond_followup" if curve.n else "no_cases"
        return Rate(value=None, left_limit=None, method=method, reason=reason, **facts)
    facts |= {"value": survival, "left_limit": float(curve.survival[before]) if before >= 0 else 1.0}
    if survival == 0:
        return Rate(method=method, reason="survival_zero", **facts)
    if survival == 1:
        lower, upper = clopper_pearson(facts["at_risk"], facts["at_risk"], level)
        return Rate(method="clopper-pearson", lower=lower, upper=upper, se=0.0, **facts)
    se = float(curve.se[index])
    lower, upper = limits(np.float64(survival), np.float64(se), method, normal_quantile(level))
    return Rate(method=method, lower=float(lower), upper=float(upper), se=se, **facts)
