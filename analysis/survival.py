"""Survival curves by Kaplan-Meier, their quantiles, rates and bands, and the median follow-up.

Own product-limit core: the conventions below are stated, tested and named in every report,
which ready-made estimators do not offer (they differ in the rule for S = 0.5, in the
interval of the median and in who counts as at risk).

- Events precede censorings at the same time; S is right-continuous, so S(12) includes events at 12.
- At risk at t means follow-up >= t.
- Whether S has come down to a given height is judged with a tolerance of 1e-9: a product of
  fractions that equals one half in truth may be computed as 0.5000000000000002.

Times are in the unit of the caller, unrounded.

Sources: Kaplan & Meier 1958; Greenwood 1926; Brookmeyer & Crowley 1982; Schemper & Smith 1996
(reverse Kaplan-Meier); Collett, Modelling Survival Data in Medical Research (standard error of a
quantile); R survival (midpoint of a flat step, open limits).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.conventions import MedianInterval, RateInterval
from analysis.describe import clopper_pearson, normal_quantile
from analysis.estimate import Estimate, Rate

TOLERANCE = 1e-9
SPSS_WINDOW = 0.05
SPSS_FACTOR = 1.96  # SPSS multiplies by 1.96 itself, not by the quantile 1.959964


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KaplanMeier:
    """A survival curve: one entry per distinct time, ascending.

    `at_risk`, `events` and `censored` are counts at that time, `survival` the estimate just after
    it. `greenwood` is the running sum of d / (n (n - d)), infinite from where the survival is 0.
    `n` cases entered, marked in `used` in the order given; `missing` had no time or no status.
    """

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    survival: np.ndarray
    greenwood: np.ndarray
    missing: int
    used: np.ndarray = field(repr=False)

    @property
    def n(self) -> int:
        return int(self.at_risk[0]) if self.at_risk.size else 0

    @property
    def total_events(self) -> int:
        return int(self.events.sum())

    @property
    def last_time(self) -> float | None:
        """The longest follow-up; None without cases."""
        return float(self.time[-1]) if self.time.size else None

    @property
    def se(self) -> np.ndarray:
        """Greenwood's standard error of S at each time; NaN where S is 0, where it is undefined."""
        with np.errstate(invalid="ignore"):
            return self.survival * np.sqrt(self.greenwood)

    def steps(self) -> tuple[tuple[float, float], ...]:
        """The corners to draw: (0, 1), every event time with S after it, and the end of follow-up."""
        keep = self.events > 0
        if keep.size:
            keep[-1] = True
        corners = zip(self.time[keep].tolist(), self.survival[keep].tolist(), strict=True)
        return ((0.0, 1.0), *corners) if self.n else ()

    def censor_marks(self) -> tuple[tuple[float, float], ...]:
        """The (time, S) of every time at which a case was censored."""
        keep = self.censored > 0
        return tuple(zip(self.time[keep].tolist(), self.survival[keep].tolist(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """Pointwise confidence limits at each time of a curve; NaN where the method defines none."""

    time: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    method: str
    level: float

    def lower_steps(self) -> tuple[tuple[float, float | None], ...]:
        """The corners of the lower limit to draw, None where it is undefined."""
        return _with_none(self.time, self.lower)

    def upper_steps(self) -> tuple[tuple[float, float | None], ...]:
        """The corners of the upper limit to draw, None where it is undefined."""
        return _with_none(self.time, self.upper)


def _with_none(time: np.ndarray, limit: np.ndarray) -> tuple[tuple[float, float | None], ...]:
    """Corners where the limit changes: the first time, and each that differs from the one before."""
    change = np.ones(time.size, dtype=bool)
    same_gap = np.isnan(limit[1:]) & np.isnan(limit[:-1])
    change[1:] = (limit[1:] != limit[:-1]) & ~same_gap
    corners = zip(time[change].tolist(), limit[change].tolist(), strict=True)
    return tuple((t, None if math.isnan(value) else value) for t, value in corners)


def kaplan_meier(time: ArrayLike, event: ArrayLike) -> KaplanMeier:
    """The product-limit estimate from follow-up times and event indicators (1 event, 0 censored).

    A case without time or without indicator is left out and counted as missing.
    Raises ValueError, naming the row counted from 0, for a negative or infinite time and for an
    indicator that is neither 0 nor 1; and when the two have different lengths.
    """
    times = np.asarray(time, dtype=float).reshape(-1)
    status = np.asarray(event, dtype=float).reshape(-1)
    if times.size != status.size:
        raise ValueError(f"{times.size} times but {status.size} event indicators")
    _refuse(np.isinf(times), times, "an infinite time")
    _refuse(times < 0, times, "a negative time")
    _refuse(~(np.isnan(status) | (status == 0) | (status == 1)), status, "an event that is neither 0 nor 1")
    used = ~(np.isnan(times) | np.isnan(status))
    ordered = np.sort(times[used])
    first = np.flatnonzero(np.diff(ordered, prepend=-1.0))
    distinct, leaving = ordered[first], np.diff(first, append=ordered.size)
    event_times = np.sort(times[used & (status == 1)])
    events = np.diff(np.searchsorted(event_times, distinct, side="right"), prepend=0)
    return _product_limit(distinct, events, leaving - events, used)


def _refuse(wrong: np.ndarray, values: np.ndarray, what: str) -> None:
    rows = np.flatnonzero(wrong)
    if rows.size:
        raise ValueError(f"row {rows[0]} has {what}: {values[rows[0]]:g}")


def _product_limit(
    time: np.ndarray, events: np.ndarray, censored: np.ndarray, used: np.ndarray
) -> KaplanMeier:
    leaving = events + censored
    at_risk = leaving[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore"):
        greenwood = np.cumsum(events / (at_risk.astype(float) * (at_risk - events)))
    return KaplanMeier(
        time=time,
        at_risk=at_risk,
        events=events,
        censored=censored,
        survival=np.cumprod((at_risk - events) / at_risk),
        greenwood=greenwood,
        missing=int(used.size - used.sum()),
        used=used,
    )


def reverse(curve: KaplanMeier) -> KaplanMeier:
    """The curve of being followed up: censorings count as events and events as censorings."""
    return _product_limit(curve.time, curve.censored, curve.events, curve.used)


def followup_quantile(curve: KaplanMeier, p: float = 0.5, level: float = 0.95) -> Estimate:
    """The median follow-up (or another quantile) by reverse Kaplan-Meier, with its log-log interval.

    Schemper & Smith 1996. In a curve without censoring there is none.
    """
    estimate = quantile(reverse(curve), p, "log-log", level)
    return replace(estimate, reason="no_censored") if estimate.reason == "no_events" else estimate


def at_risk(curve: KaplanMeier, times: ArrayLike) -> np.ndarray:
    """How many cases have a follow-up of at least each of `times`."""
    counts = np.append(curve.at_risk, 0)
    return counts[np.searchsorted(curve.time, np.asarray(times, dtype=float), side="left")]


def cumulative_events(curve: KaplanMeier, times: ArrayLike) -> np.ndarray:
    """How many events have happened up to and including each of `times`."""
    return _up_to(curve, curve.events, times)


def cumulative_censored(curve: KaplanMeier, times: ArrayLike) -> np.ndarray:
    """How many cases were censored up to and including each of `times`."""
    return _up_to(curve, curve.censored, times)


def _up_to(curve: KaplanMeier, counts: np.ndarray, times: ArrayLike) -> np.ndarray:
    totals = np.append(0, counts.cumsum())
    return totals[np.searchsorted(curve.time, np.asarray(times, dtype=float), side="right")]


def band(curve: KaplanMeier, method: RateInterval = "log-log", level: float = 0.95) -> Band:
    """Pointwise confidence limits of the curve.

    The limits are undefined (NaN) where S is 0, and for "log-log" also where S is 1, as in R.
    """
    lower, upper = _limits(curve.survival, curve.se, method, normal_quantile(level))
    return Band(time=curve.time, lower=lower, upper=upper, method=method, level=level)


def _limits(s: np.ndarray, se: np.ndarray, method: str, z: float) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if method == "plain":
            return np.clip(s - z * se, 0, 1), np.clip(s + z * se, 0, 1)
        if method == "log":
            factor = np.exp(z * se / s)
            return s / factor, np.minimum(s * factor, 1)
        if method == "log-log":
            s = np.where(s == 1, np.nan, s)  # numpy has 1 to the power of NaN as 1
            power = np.exp(z * se / (s * np.log(s)))  # below 1, as log S is negative
            return np.power(s, 1 / power), np.power(s, power)
    raise ValueError(f"unknown interval method {method!r}")


def quantile(
    curve: KaplanMeier, p: float = 0.5, method: MedianInterval = "log-log", level: float = 0.95
) -> Estimate:
    """The time by which the share `p` has had the event, with its interval.

    "plain", "log" and "log-log" invert the pointwise band: a limit is the first time at which the
    band comes down to 1 - p. Where a curve runs exactly at that height the middle of the step
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
    slope = (s[u] - s[v]) / (time[v] - time[u])
    error = float(se[first] / slope)
    factor = SPSS_FACTOR if level == 0.95 else normal_quantile(level)
    return value, value - factor * error, value + factor * error, error, None


def rate_at(curve: KaplanMeier, time: float, method: RateInterval = "log-log", level: float = 0.95) -> Rate:
    """S(time) with Greenwood's standard error and its interval.

    Beyond the longest follow-up there is no rate, unless S is 0: then every outcome is known and S
    stays 0. Before the first event S is 1 and the interval is Clopper-Pearson's on those at risk.
    Raises ValueError for a negative time.
    """
    if not time >= 0:
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
    if not curve.n or (time > curve.last_time and survival > 0):
        reason = "beyond_followup" if curve.n else "no_cases"
        return Rate(value=None, left_limit=None, method=method, reason=reason, **facts)
    facts |= {"value": survival, "left_limit": float(curve.survival[before]) if before >= 0 else 1.0}
    if survival == 0:
        return Rate(method=method, reason="survival_zero", **facts)
    if survival == 1:
        lower, upper = clopper_pearson(facts["at_risk"], facts["at_risk"], level)
        return Rate(method="clopper-pearson", lower=lower, upper=upper, se=0.0, **facts)
    se = float(curve.se[index])
    limits = _limits(np.float64(survival), np.float64(se), method, normal_quantile(level))
    return Rate(method=method, lower=float(limits[0]), upper=float(limits[1]), se=se, **facts)
