"""Survival curves by Kaplan-Meier with their pointwise bands, and the counts along them.

Own product-limit core: the conventions below are stated, tested and named in every report,
which ready-made estimators do not offer (they differ in the rule for S = 0.5, in the
interval of the median and in who counts as at risk).

- Events precede censorings at the same time; S is right-continuous, so S(12) includes events at 12.
- At risk at t means follow-up >= t. With delayed entry (left truncation) a case is at risk on
  (entry, time]; where the risk set is exhausted before the end S stays 0, as in R.
- Times that differ by rounding only are one time, as in R (see analysis/survival/placing.py).
- Whether S has come down to a given height is judged with a tolerance of 1e-9: a product of
  fractions that equals one half in truth may be computed as 0.5000000000000002.

Times are in the unit of the caller, unrounded.

Sources: Kaplan & Meier 1958; Greenwood 1926; Schemper & Smith 1996 (reverse Kaplan-Meier);
Tsai, Jewell & Wang 1987 (left truncation).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.conventions import RateInterval
from analysis.describe import normal_quantile
from analysis.survival.rows import complete_rows

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KaplanMeier:
    """A survival curve: one entry per distinct time, ascending.

    `at_risk`, `events` and `censored` are counts at that time, `survival` the estimate just after
    it. `greenwood` is the running sum of d / (n (n - d)), infinite from where the survival is 0.
    `n` cases entered, marked in `used` in the order given; `missing` lacked a time, status or entry.
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
        return int(self.events.sum() + self.censored.sum())

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


def kaplan_meier(time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None) -> KaplanMeier:
    """The product-limit estimate from follow-up times and event indicators (1 event, 0 censored).

    `entry`, if given, is when each case came under observation: it is at risk on (entry, time].
    A case without time, indicator or entry is left out and counted as missing.
    Raises ValueError, naming the row counted from 0, for a negative or infinite time, for an indicator that
    is neither 0 nor 1 and for an entry that is not before the time; and for arrays of unequal length.
    """
    rows = complete_rows(time, event, entry)
    count = rows.times.size
    leaving = np.bincount(rows.place, minlength=count)
    events = np.bincount(rows.place[rows.event], minlength=count)
    if rows.entry is None:
        at_risk = leaving[::-1].cumsum()[::-1]
        return _product_limit(rows.times, at_risk, events, leaving - events, rows.used)
    flow = np.bincount(rows.entry, minlength=count) - leaving
    at_risk = flow.cumsum() - flow
    ends = leaving > 0
    events, censored = events[ends], (leaving - events)[ends]
    return _product_limit(rows.times[ends], at_risk[ends], events, censored, rows.used)


def _product_limit(
    time: np.ndarray, at_risk: np.ndarray, events: np.ndarray, censored: np.ndarray, used: np.ndarray
) -> KaplanMeier:
    going_on = at_risk - events
    with np.errstate(divide="ignore"):
        greenwood = np.cumsum(events / (at_risk.astype(float) * going_on))
    return KaplanMeier(
        time=time,
        at_risk=at_risk,
        events=events,
        censored=censored,
        survival=np.cumprod(going_on / at_risk),
        greenwood=greenwood,
        missing=int(used.size - np.count_nonzero(used)),
        used=used,
    )


def reverse(curve: KaplanMeier) -> KaplanMeier:
    """The curve of being followed up: censorings count as events and events as censorings."""
    return _product_limit(curve.time, curve.at_risk, curve.censored, curve.events, curve.used)


def at_risk(curve: KaplanMeier, times: ArrayLike) -> np.ndarray:
    """How many cases have a follow-up of at least each of `times`.

    With delayed entry the number is that of the next time of the curve, as in R's summary of a curve:
    cases that enter until then are counted.
    """
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
    lower, upper = limits(curve.survival, curve.se, method, normal_quantile(level))
    return Band(time=curve.time, lower=lower, upper=upper, method=method, level=level)


def limits(s: np.ndarray, se: np.ndarray, method: str, z: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits of survival `s`, `z` standard errors `se` away on the scale of `method`."""
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
