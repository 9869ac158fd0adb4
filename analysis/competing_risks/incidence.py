"""What is read off a curve of cumulative incidence: values at times with their intervals, and quantiles.

The log-log limits are F^exp(±z SE / (F ln F)), as R's survfit and SAS compute them; "plain" and "log"
are those of survival curves with F in the place of S.

Source: Choudhury 2002 (interval on the log-log scale).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.competing_risks.aalen_johansen import CumulativeIncidence
from analysis.conventions import RateInterval
from analysis.describe import clopper_pearson, normal_quantile
from analysis.estimate import Rate
from analysis.survival.kaplan_meier import TOLERANCE, limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """F at one time of a curve, just after it; the limits are None where the method defines none."""

    time: float
    value: float
    se: float
    lower: float | None
    upper: float | None
    at_risk: int
    events: int


def incidence_at(
    curve: CumulativeIncidence,
    cause: int,
    time: float,
    level: float = 0.95,
    method: RateInterval = "log-log",
) -> Rate:
    """F of `cause` at `time`, with its standard error and interval.

    The log-log limits are F^exp(±z SE / (F ln F)), as in R and SAS. Before the first event of the
    cause F is 0 and the interval is Clopper-Pearson's on those at risk. Beyond the longest follow-up
    there is no value. `left_limit` is F just before `time`, `events` the events of this cause so far.
    Raises ValueError for a negative time and for a cause that is not a whole number of 1 or more.
    """
    if not time >= 0:
        raise ValueError(f"an incidence is read at a time of 0 or more, not at {time}")
    events, incidence, variance = curve.of(cause)
    index = int(np.searchsorted(curve.time, time, side="right")) - 1
    before = int(np.searchsorted(curve.time, time, side="left"))
    facts = {
        "time": float(time),
        "level": level,
        "n": curve.n,
        "events": int(events[: index + 1].sum()),
        "missing": curve.missing,
        "at_risk": int(curve.at_risk[before]) if before < curve.time.size else 0,
    }
    if not curve.n or time > curve.last_time:
        reason = "beyond_followup" if curve.n else "no_cases"
        return Rate(value=None, left_limit=None, method=method, reason=reason, **facts)
    value = float(incidence[index]) if index >= 0 else 0.0
    facts |= {"value": value, "left_limit": float(incidence[before - 1]) if before else 0.0}
    if value == 0:
        return _nought(facts, level)
    if value >= 1 - TOLERANCE:
        return Rate(method=method, reason="survival_zero", **facts)
    se = float(np.sqrt(variance[index]))
    lower, upper = limits(np.float64(value), np.float64(se), method, normal_quantile(level))
    return Rate(method=method, lower=float(lower), upper=float(upper), se=se, **facts)


def _nought(facts: dict, level: float) -> Rate:
    """An incidence of 0: none of those at risk has had the event."""
    if not facts["at_risk"]:
        return Rate(method="clopper-pearson", se=0.0, reason="no_cases", **facts)
    lower, upper = clopper_pearson(0, facts["at_risk"], level)
    return Rate(method="clopper-pearson", lower=lower, upper=upper, se=0.0, **facts)


def points(
    curve: CumulativeIncidence, cause: int, level: float = 0.95, method: RateInterval = "log-log"
) -> tuple[Point, ...]:
    """F of `cause` at every distinct time of the curve, ready for a table.

    The limits are None where the log-log method defines none: where F is 0 or 1.
    Raises ValueError for a cause that is not a whole number of 1 or more and for an unknown method.
    """
    events, incidence, variance = curve.of(cause)
    se = np.sqrt(variance)
    inside = (incidence > 0) & (incidence < 1 - TOLERANCE)
    lower, upper = limits(np.where(inside, incidence, np.nan), se, method, normal_quantile(level))
    columns = (curve.time, incidence, se, lower, upper, curve.at_risk, np.cumsum(events), inside)
    return tuple(
        Point(
            time=time,
            value=value,
            se=error,
            lower=low if defined else None,
            upper=high if defined else None,
            at_risk=at_risk,
            events=so_far,
        )
        for time, value, error, low, high, at_risk, so_far, defined in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )


def one_minus_kaplan_meier(curve: CumulativeIncidence, cause: int, time: float) -> float | None:
    """What 1 - Kaplan-Meier would claim for `cause` at `time`, other causes counted as censored.

    It overstates the incidence, often several times over, because it supposes that who had another
    event could still have this one. It is here to be shown beside the incidence, not to be
    reported. None without cases and beyond the longest follow-up.
    """
    if not time >= 0:
        raise ValueError(f"an incidence is read at a time of 0 or more, not at {time}")
    if not curve.n or time > curve.last_time:
        return None
    upto = int(np.searchsorted(curve.time, time, side="right"))
    events = curve.of(cause)[0][:upto]
    return float(1 - np.prod(1 - events / curve.at_risk[:upto]))
