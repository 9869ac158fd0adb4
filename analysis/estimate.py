"""What a statistic hands on: numbers at full precision, and why one is absent.

Every statistic of this application returns one of these frozen structures. They never
round and never make text; a number that cannot be computed is None with a reason, never
NaN or infinity, so that a result can be stored as JSON as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from registry.labels import Label


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a number is absent: the word printed in its place, and the sentence of the foot note."""

    printed: Label
    sentence: Label


NOT_REACHED = Label("not reached", "未达到")
NOT_ESTIMABLE = Label("not estimable", "无法估计")
NOT_RECORDED = Label("not recorded", "无记录")

REASONS: dict[str, Reason] = {
    "no_cases": Reason(
        Label("no cases", "无病例"),
        Label("There are no cases to compute this from.", "没有可供计算的病例。"),
    ),
    "no_values": Reason(
        NOT_RECORDED,
        Label("No case has a recorded value.", "所有病例均无该项记录。"),
    ),
    "too_few": Reason(
        NOT_ESTIMABLE,
        Label("A measure of spread needs at least two values.", "离散程度至少需要两个数值才能计算。"),
    ),
    "no_events": Reason(
        NOT_REACHED,
        Label("No event occurred during follow-up.", "随访期间无事件发生。"),
    ),
    "no_censored": Reason(
        NOT_ESTIMABLE,
        Label(
            "Every follow-up ended with the event; none was censored.", "所有随访均以事件结束，无删失病例。"
        ),
    ),
    "not_reached": Reason(
        NOT_REACHED,
        Label(
            "The curve does not fall to this quantile during follow-up.",
            "随访期内曲线未降至该分位数。",
        ),
    ),
    "limit_not_reached": Reason(
        NOT_REACHED,
        Label(
            "The confidence band does not cross this quantile during follow-up, so the interval is open.",
            "随访期内置信带未穿过该分位数，故置信区间为开区间。",
        ),
    ),
    "window_not_reached": Reason(
        NOT_ESTIMABLE,
        Label(
            "The curve has no event time on each side of the quantile, 5 percentage points away, from which "
            "the standard error is computed.",
            "曲线在该分位数上下各5个百分点处缺少事件时间，无法计算标准误。",
        ),
    ),
    "survival_zero": Reason(
        NOT_ESTIMABLE,
        Label(
            "The estimated survival is 0 here, where the standard error is undefined.",
            "此处估计生存率为0，标准误无定义。",
        ),
    ),
    "beyond_followup": Reason(
        NOT_ESTIMABLE,
        Label(
            "The time lies beyond the last follow-up; the curve is not carried forward.",
            "该时间点超出最后一次随访，曲线不向后外推。",
        ),
    ),
    "one_group": Reason(
        NOT_ESTIMABLE,
        Label("Fewer than two groups have cases to compare.", "有病例可比较的组不足两个。"),
    ),
    "no_variation": Reason(
        NOT_ESTIMABLE,
        Label(
            "All values are equal (or equal within every group), so there is nothing to estimate from.",
            "所有取值相同（或各组内取值相同），无从估计。",
        ),
    ),
    "collinear": Reason(
        NOT_ESTIMABLE,
        Label(
            "This covariate is a combination of the others, so its own effect cannot be told apart.",
            "该协变量可由其他协变量线性表示，其独立效应无法估计。",
        ),
    ),
    "separation": Reason(
        NOT_ESTIMABLE,
        Label(
            "A covariate separates those with the event from those without, so the ordinary estimate runs to "
            "infinity; see the Firth estimate.",
            "协变量将有事件者与无事件者完全分开，常规估计趋于无穷，请见Firth估计。",
        ),
    ),
    "no_convergence": Reason(
        NOT_ESTIMABLE,
        Label("The iteration did not converge.", "迭代未收敛。"),
    ),
    "too_large": Reason(
        NOT_ESTIMABLE,
        Label(
            "The ratio is larger than the largest number a computer holds; the covariate needs another unit.",
            "该比值超出计算机可表示的最大数值，协变量应更换计量单位。",
        ),
    ),
    "too_few_events": Reason(
        NOT_ESTIMABLE,
        Label(
            "A comparison of weighted groups needs at least 20 events in each of them.",
            "加权组间比较要求每组至少有20例事件。",
        ),
    ),
    "no_overlap": Reason(
        NOT_ESTIMABLE,
        Label(
            "The groups are too different to be compared: their propensity scores hardly overlap.",
            "两组患者差异过大，倾向性评分几乎无重叠，不宜比较。",
        ),
    ),
    "never_compared": Reason(
        NOT_ESTIMABLE,
        Label(
            "At no event time were two groups at risk together with a case that stayed free of the event.",
            "所有事件发生时，风险集中均只有一个组，或全部病例同时发生事件，无法进行组间比较。",
        ),
    ),
    "no_pairs": Reason(
        NOT_ESTIMABLE,
        Label(
            "No case had the event while another, still at risk, went on without it; no two can be compared.",
            "所有事件发生时均无其他在险病例继续随访，没有可比较的病例对。",
        ),
    ),
    "too_few_cases": Reason(
        Label("withheld", "不予显示"),
        Label(
            "There are too few cases of this unit to show its results.",
            "该单位病例数过少，不显示其结果。",
        ),
    ),
    "too_many_values": Reason(
        NOT_ESTIMABLE,
        Label("There are more values than this test is defined for.", "例数超出该检验的适用范围。"),
    ),
    "zero_cell": Reason(
        NOT_ESTIMABLE,
        Label(
            "A cell of the table holds no case, so the ratio, or one of its limits, is zero or infinite.",
            "列联表中有单元格频数为0，比值或其置信限为0或无穷大。",
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An estimate with its confidence interval.

    `method` names how the interval was made; `n` cases entered, `missing` were left out.
    `events` is None where the notion does not apply. `reason` is a key of REASONS and says why
    `value` is None or, when there is a value, why a limit is.

    Raises ValueError for NaN or infinity, for an unknown reason, and for an absent number without reason.
    """

    value: float | None
    lower: float | None = None
    upper: float | None = None
    level: float = 0.95
    method: str
    se: float | None = None
    n: int
    events: int | None = None
    missing: int = 0
    reason: str | None = None

    def __post_init__(self) -> None:
        for name in ("value", "lower", "upper", "se"):
            refuse_not_finite(name, getattr(self, name))
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError(f"{self.reason!r} is not a known reason")
        if self.reason is None and None in (self.value, self.lower, self.upper):
            raise ValueError("an estimate without value or limit needs a reason")

    @property
    def why(self) -> Reason | None:
        """The reason in words, None when every number is there."""
        return REASONS[self.reason] if self.reason else None

    def numbers(self) -> dict[str, float | int | str | None]:
        """The unrounded numbers under their machine names, ready for JSON."""
        names = ("value", "lower", "upper", "level", "method", "se", "n", "events", "missing", "reason")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion(Estimate):
    """`count` of `total`, with the interval of the proportion; n is `total`."""

    count: int
    total: int

    def numbers(self) -> dict[str, float | int | str | None]:
        return {"count": self.count, "total": self.total} | Estimate.numbers(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Estimate):
    """Survival S(t) at one time, right-continuous: events at `time` itself have happened.

    `left_limit` is S just before `time`, `at_risk` the number with follow-up >= `time`,
    `events` the number of events up to and including `time`.
    """

    time: float
    left_limit: float | None
    at_risk: int

    def numbers(self) -> dict[str, float | int | str | None]:
        own = {"time": self.time, "left_limit": self.left_limit, "at_risk": self.at_risk}
        return own | Estimate.numbers(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A significance test: its statistic, degrees of freedom and two-sided p.

    `df2` is the second number of an F ratio. `method` says which variant ran ("exact", "yates", …).
    `n` cases entered, `missing` were left out. `reason` is a key of REASONS when there is no p.

    Raises ValueError for NaN or infinity, for an unknown reason, and for an absent p without reason.
    """

    name: str
    statistic: float | None = None
    df: float | None = None
    df2: float | None = None
    p: float | None = None
    method: str = ""
    n: int
    missing: int = 0
    reason: str | None = None

    def __post_init__(self) -> None:
        for name in ("statistic", "df", "df2", "p"):
            refuse_not_finite(name, getattr(self, name))
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError(f"{self.reason!r} is not a known reason")
        if self.reason is None and self.p is None:
            raise ValueError("a test without p needs a reason")

    @property
    def why(self) -> Reason | None:
        """The reason in words, None when there is a p."""
        return REASONS[self.reason] if self.reason else None

    def numbers(self) -> dict[str, float | int | str | None]:
        """The unrounded numbers under their machine names, ready for JSON."""
        names = ("name", "statistic", "df", "p", "method", "n", "missing", "reason")
        second = {} if self.df2 is None else {"df2": self.df2}
        return {name: getattr(self, name) for name in names} | second


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Location and spread of one numeric variable.

    `sd` has the divisor n - 1, `sem` is sd / sqrt(n). `used` marks the rows that entered, in the
    order given. `reasons` names, for every number that is None, the key in REASONS.
    """

    n: int
    missing: int
    mean: float | None
    sd: float | None
    sem: float | None
    median: float | None
    q1: float | None
    q3: float | None
    minimum: float | None
    maximum: float | None
    quantile_type: int
    used: np.ndarray = field(repr=False, compare=False)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in STATISTICS:
            refuse_not_finite(name, getattr(self, name))
            if getattr(self, name) is None and self.reasons.get(name) not in REASONS:
                raise ValueError(f"{name} is absent without a reason")

    def why(self, name: str) -> Reason:
        """Why the statistic `name` is absent."""
        return REASONS[self.reasons[name]]

    def numbers(self) -> dict[str, float | int | None]:
        """The unrounded numbers under their machine names, ready for JSON."""
        return {name: getattr(self, name) for name in ("n", "missing", *STATISTICS)}


STATISTICS = ("mean", "sd", "sem", "median", "q1", "q3", "minimum", "maximum")


def refuse_not_finite(name: str, value: float | None) -> None:
    """Raise ValueError when `value` is NaN or infinite."""
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number or None, not {value}")
