"""Mean survival as the area under the curve: restricted to a common time, and as SPSS prints it.

    mu(tau) = integral of S from 0 to tau        A_j = integral of S from t_j to tau
    Var mu  = sum over t_j < tau of A_j^2 d_j / (n_j (n_j - d_j))

This is the variance of the estimate; that of min(T, tau) itself, which some programs return in its
place, is larger by orders of magnitude.

Sources: Klein & Moeschberger, Survival Analysis, section 4.5; Royston & Parmar 2013 (restricted mean);
Therneau, survival package (the same area and standard error, without the factor n / (n - 1)).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from analysis.describe import normal_quantile
from analysis.estimate import Estimate, Test
from analysis.survival.kaplan_meier import KaplanMeier, cumulative_events
from analysis.survival.quantiles import spss_factor


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedMean(Estimate):
    """The mean of the time until the event or until `tau`, whichever comes first, in the unit of the curve.

    `events` are those up to and including tau; tau is None where there are no cases to take it from.
    """

    tau: float | None

    def numbers(self) -> dict[str, float | int | str | None]:
        return {"tau": self.tau} | Estimate.numbers(self)


def rmst(curve: KaplanMeier, tau: float, level: float = 0.95) -> RestrictedMean:
    """The restricted mean survival time up to `tau`, with its symmetric interval, not cut off at tau.

    Beyond the longest follow-up there is none, unless S is 0 there. Where every restricted time is equal
    the standard error is 0 and there is no interval. Raises ValueError unless 0 < tau < infinity.
    """
    return _mean(curve, _checked(tau), level, "plain", normal_quantile(level))


def mean_spss(curve: KaplanMeier, level: float = 0.95) -> RestrictedMean:
    """The mean survival time that SPSS prints: the area up to the group's own longest follow-up.

    The interval has the factor 1.96 itself. Without censoring at the end it is the mean; otherwise means of
    groups are restricted to different times and should not be compared: see `rmst`.
    """
    return _mean(curve, curve.last_time, level, "spss", spss_factor(level))


def common_tau(curves: Iterable[KaplanMeier]) -> float | None:
    """The largest tau that every group can be followed to: the smallest of the longest follow-ups.

    Groups without cases do not count; None without any case.
    """
    return min((curve.last_time for curve in curves if curve.n), default=None)


def rmst_difference(a: KaplanMeier, b: KaplanMeier, tau: float, level: float = 0.95) -> RestrictedMean:
    """The restricted mean of `a` minus that of `b`, two independent groups, with its symmetric interval.

    Absent with the reason of the group that lacks one. Errors as of `rmst`.
    """
    first, second = rmst(a, tau, level), rmst(b, tau, level)
    facts = {
        "level": level,
        "method": "plain",
        "n": first.n + second.n,
        "events": first.events + second.events,
        "missing": first.missing + second.missing,
        "tau": first.tau,
    }
    if first.value is None or second.value is None:
        reason = first.reason if first.value is None else second.reason
        return RestrictedMean(value=None, reason=reason, **facts)
    value, se = first.value - second.value, math.hypot(first.se, second.se)
    return RestrictedMean(value=value, se=se, **_interval(value, se, normal_quantile(level)), **facts)


def rmst_test(a: KaplanMeier, b: KaplanMeier, tau: float) -> Test:
    """The z test that two groups have the same restricted mean up to `tau`. Errors as of `rmst`."""
    difference = rmst_difference(a, b, tau)
    facts = {"name": "rmst", "method": "z", "n": difference.n, "missing": difference.missing}
    if difference.reason:
        return Test(reason=difference.reason, **facts)
    z = difference.value / difference.se
    return Test(statistic=z, p=float(2 * ndtr(-abs(z))), **facts)


def _checked(tau: float) -> float:
    if not 0 < tau < math.inf:
        raise ValueError(f"a restricted mean needs a time above 0, not {tau}")
    return float(tau)


def _mean(curve: KaplanMeier, tau: float | None, level: float, method: str, factor: float) -> RestrictedMean:
    facts = {"level": level, "method": method, "n": curve.n, "missing": curve.missing, "tau": tau}
    facts["events"] = int(cumulative_events(curve, tau)) if curve.n else 0
    if not curve.n or (tau > curve.last_time and curve.survival[-1] > 0):
        return RestrictedMean(value=None, reason="beyond_followup" if curve.n else "no_cases", **facts)
    value, se = _area(curve, tau)
    return RestrictedMean(value=value, se=se, **_interval(value, se, factor), **facts)


def _interval(value: float, se: float, factor: float) -> dict[str, float | str | None]:
    if se == 0:
        return {"reason": "no_variation"}
    return {"lower": value - factor * se, "upper": value + factor * se}


def _area(curve: KaplanMeier, tau: float) -> tuple[float, float]:
    """The area under the curve up to `tau` and its standard error."""
    step = np.flatnonzero((curve.events > 0) & (curve.time < tau))
    widths = np.diff(np.concatenate([[0.0], curve.time[step], [tau]]))
    strips = widths * np.append(1.0, curve.survival[step])
    ahead = strips[:0:-1].cumsum()[::-1]
    counts = ahead > 0  # no area is left once S is 0, where Greenwood's term is infinite
    step, ahead = step[counts], ahead[counts]
    at_risk, events = curve.at_risk[step].astype(float), curve.events[step]
    variance = (ahead**2 * events / (at_risk * (at_risk - events))).sum()
    return float(strips.sum()), math.sqrt(variance)
