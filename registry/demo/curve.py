"""The Kaplan–Meier curve of follow-up times, and what SPSS prints of it.

S(t) is the survival just after t, events before censorings on the same day. SPSS's interval is
the median ∓ 1.96 SE, SE being the standard error of S at the median divided by the slope of
the curve from the last event with S >= 0.55 to the first with S <= 0.45. Reports compute the
same from the registry with `analysis/survival.py`; here it serves the search for times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from registry.demo.targets import DAYS_PER_MONTH, ProgressionFree, printed

TOLERANCE = 1e-9
HALF, ABOVE, BELOW = 0.5, 0.55, 0.45
SPSS_FACTOR = 1.96


@dataclass(frozen=True, slots=True, order=True)
class Time:
    """Days from the operation to progression or death (`event`), or to the last assessment."""

    days: int
    event: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """The product-limit curve at its event times: days, S after them, Greenwood's sum."""

    days: list[int]
    survival: list[float]
    greenwood: list[float]

    @classmethod
    def of(cls, times: Sequence[Time]) -> Curve:
        days, survival, greenwood = [], [], []
        at_risk, s, total = len(times), 1.0, 0.0
        for day, group in groupby(sorted(times), key=lambda one: one.days):
            leaving = list(group)
            events = sum(one.event for one in leaving)
            if events:
                s *= (at_risk - events) / at_risk
                total += events / (at_risk * (at_risk - events)) if at_risk > events else math.inf
                days.append(day)
                survival.append(s)
                greenwood.append(total)
            at_risk -= len(leaving)
        return cls(days, survival, greenwood)

    def rate(self, months: float) -> float:
        """S at the end of this month, an event on that very day included."""
        reached = [
            s for day, s in zip(self.days, self.survival, strict=True) if day <= months * DAYS_PER_MONTH
        ]
        return reached[-1] if reached else 1.0

    def median(self) -> tuple[float, float, float] | None:
        """Median and SPSS's interval in months; None when the curve does not define them."""
        m = next((i for i, s in enumerate(self.survival) if s <= HALF + TOLERANCE), None)
        u = max((i for i, s in enumerate(self.survival) if s >= ABOVE - TOLERANCE), default=None)
        v = next((i for i, s in enumerate(self.survival) if s <= BELOW + TOLERANCE), None)
        if m is None or u is None or v is None or self.survival[m] == 0:
            return None
        slope = (self.survival[u] - self.survival[v]) / (self.days[v] - self.days[u])
        half_width = SPSS_FACTOR * self.survival[m] * math.sqrt(self.greenwood[m]) / slope
        ends = (self.days[m], self.days[m] - half_width, self.days[m] + half_width)
        return tuple(one / DAYS_PER_MONTH for one in ends)


def prints(times: Sequence[Time], wanted: ProgressionFree) -> bool:
    """Whether the curve of these times prints the wanted figures."""
    curve = Curve.of(times)
    if any(printed(100 * curve.rate(month)) != percent for month, percent in wanted.rates):
        return False
    found = curve.median()
    figures = (wanted.median, wanted.lower, wanted.upper)
    return found is not None and all(
        printed(one, 1) == printed(figure, 1) for one, figure in zip(found, figures, strict=True)
    )
