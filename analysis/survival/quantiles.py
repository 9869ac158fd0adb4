"""Medians and other quantiles of a survival curve with their intervals, and the median follow-up.

Sources: Brookmeyer & Crowley 1982; Collett, Modelling Survival Data in Medical Research (standard
error of a quantile); R survival (midpoint of a flat step, open limits); Schemper & Smith 1996.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from analysis.conventions import MedianInterval
from analysis.describe import normal_quantile
from analysis.estimate import Estimate
from analysis.survival.kaplan_meier import TOLERANCE, KaplanMeier, band, reverse

SPSS_WINDOW = 0.05
SPSS_FACTOR = 1.96  # SPSS multiplies by 1.96 itself, not by the quantile 1.959964


def quantile(
    curve: KaplanMeier, p: float = 0.5, method: MedianInterval = "log-log", level: float = 0.95
) -> Estimate:
    """The time by which the share `p` has had the event, with its interval.

    "plain", "log" and "log-log" invert the pointwise band: a limit is the first time at which the
    band comes down to 1 - p (as R's print; its quantile() takes a later time where a band rises again,
    as it may where few are at risk). Where a curve runs exactly at that height the middle of the step
    is taken, as R and SAS do. "spss" takes the start of the step and the symmetric interval
    estimate ∓ 1.96 SE, SE being that of S divided by the slope of the curve from the last event
    time with S >= 1 - p + 0.05 to the first with S <= 1 - p - 0.05. It is not cut off at zero.

    Raises ValueError unless 0 < p < 1.
    """
    if not 0 < p < 1:
        raise ValueError(f"a quantile of survival lies between 0 and 1, not at {p}")
    compute = _spss_quantile if method == "spss" else _inverted_quantile
    value, lower, upper, se, reason = compute(curve, 1 - p, method, level)
    if value is None:
        reason = "not_reached" if curve.total_events else "no_events" if curve.n else "no_cases"
    return Estimate(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        se=se,
        n=curve.n,
        events=curve.total_events,
        missing=curve.missing,
        reason=reason,
    )


# value, lower, upper, se, reason for an absent limit
_Quantile = tuple[float | None, float | None, float | None, float | None, str | None]


def _inverted_quantile(curve: KaplanMeier, height: float, method: str, level: float) -> _Quantile:
    limits = band(curve, method, level)
    value, lower, upper = (
        _crossing(curve.time, values, height) for values in (curve.survival, limits.lower, limits.upper)
    )
    return value, lower, upper, None, "limit_not_reached" if None in (lower, upper) else None


def _crossing(time: np.ndarray, values: np.ndarray, height: float) -> float | None:
    """When a step function first comes down to `height`; the middle of a step that runs along it."""
    reached = np.flatnonzero(values <= height + TOLERANCE)
    if not reached.size:
        return None
    first = reached[0]
    if values[first] < height - TOLERANCE:
        return float(time[first])
    below = np.flatnonzero(values[first:] < height - TOLERANCE)
    if not below.size and math.isnan(values[-1]):
        return None
    end = time[first + below[0]] if below.size else time[-1]
    return float((time[first] + end) / 2)


def _spss_quantile(curve: KaplanMeier, height: float, _method: str, level: float) -> _Quantile:
    at_event = curve.events > 0
    time, s, se = curve.time[at_event], curve.survival[at_event], curve.se[at_event]
    reached = np.flatnonzero(s <= height + TOLERANCE)
    if not reached.size:
        return None, None, None, None, None
    first = reached[0]
    value = float(time[first])
    if s[first] == 0:
        return value, None, None, None, "survival_zero"
    above = np.flatnonzero(s >= height + SPSS_WINDOW - TOLERANCE)
    below = np.flatnonzero(s <= height - SPSS_WINDOW + TOLERANCE)
    if not above.size or not below.size:
        return value, None, None, None, "window_not_reached"
    u, v = above[-1], below[0]
    error = float(se[first] * (time[v] - time[u]) / (s[u] - s[v]))  # SE of S by the slope of the curve
    factor = spss_factor(level)
    return value, value - factor * error, value + factor * error, error, None


def spss_factor(level: float) -> float:
    """The factor of SPSS's survival intervals: 1.96 itself at 95 %, elsewhere the normal quantile."""
    return SPSS_FACTOR if level == 0.95 else normal_quantile(level)


def followup_quantile(
    curve: KaplanMeier, p: float = 0.5, level: float = 0.95, method: MedianInterval = "log-log"
) -> Estimate:
    """The median follow-up (or another quantile) by reverse Kaplan-Meier, with its interval.

    Schemper & Smith 1996. In a curve without censoring there is none. Errors as of `quantile`.
    """
    estimate = quantile(reverse(curve), p, method, level)
    return replace(estimate, reason="no_censored") if estimate.reason == "no_events" else estimate
