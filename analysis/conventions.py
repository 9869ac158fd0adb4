"""How this application computes and prints, as data that a report stores and names.

Two presets: PAPER computes as SPSS does, so that a published paper can be repeated;
REGISTRY is the registry's own choice and the default elsewhere. `methods` turns a set of
conventions into the sentences that stand under a table.

Sources: Hyndman & Fan 1996 (quantile types); IBM SPSS EXAMINE (HAVERAGE = type 6);
Brookmeyer & Crowley 1982 (interval of a median survival); Collett, Modelling Survival Data
in Medical Research (standard error of a median survival); Wilson 1927; Clopper & Pearson 1934.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from registry.labels import Label

QuantileType = Literal[2, 6, 7]
MedianInterval = Literal["plain", "log", "log-log", "spss"]
RateInterval = Literal["plain", "log", "log-log"]
ProportionInterval = Literal["wilson", "clopper-pearson"]
Rounding = Literal["half-up", "half-even"]
Ties = Literal["efron", "breslow"]
TimeTransform = Literal["km", "rank", "identity", "log"]
Multiplicity = Literal["holm", "bh"]


@dataclass(frozen=True, slots=True)
class Conventions:
    """One set of choices. A report uses one set throughout.

    `percent_from` is the smallest denominator with a percentage, `decimal_from` the smallest
    whose percentages have one decimal. Whole parts of `group_from` digits or more are grouped in
    threes by `thousands`. A landmark with fewer than `few_at_risk` cases deserves a caution.
    `ties` is the treatment of tied event times in a Cox model, `ph_transform` the time scale of its
    test of proportional hazards, `multiplicity` the adjustment of pairwise p values.
    `rank_correction` is the continuity correction of Mann-Whitney; the exact distribution serves
    where both groups have fewer than `exact_below` cases and no ties.

    Raises ValueError for a choice that does not exist.
    """

    name: str
    label: Label
    quantile_type: QuantileType = 6
    median_interval: MedianInterval = "log-log"
    rate_interval: RateInterval = "log-log"
    proportion_interval: ProportionInterval = "wilson"
    rounding: Rounding = "half-up"
    ties: Ties = "efron"
    ph_transform: TimeTransform = "km"
    multiplicity: Multiplicity = "holm"
    rank_correction: bool = False
    exact_below: int = 50
    level: float = 0.95
    alpha: float = 0.05
    days_per_month: float = 30.4375
    days_per_year: float = 365.25
    percent_from: int = 20
    decimal_from: int = 100
    thousands: str = " "
    group_from: int = 4
    few_at_risk: int = 10

    def __post_init__(self) -> None:
        choices = {
            "quantile_type": QuantileType,
            "median_interval": MedianInterval,
            "rate_interval": RateInterval,
            "proportion_interval": ProportionInterval,
            "rounding": Rounding,
            "ties": Ties,
            "ph_transform": TimeTransform,
            "multiplicity": Multiplicity,
        }
        for name, permitted in choices.items():
            if getattr(self, name) not in get_args(permitted):
                raise ValueError(f"{name} is {getattr(self, name)!r}, not one of {get_args(permitted)}")
        for name in ("level", "alpha"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} must lie between 0 and 1, not {getattr(self, name)}")
        if self.percent_from < 1:
            raise ValueError(f"percent_from must be 1 or more, not {self.percent_from}")

    def percent_decimals(self, total: int) -> int | None:
        """Decimals of a percentage of `total`; None when `total` is too small for percentages."""
        return None if total < self.percent_from else self.rate_decimals(total)

    def rate_decimals(self, n: int) -> int:
        """Decimals of a rate estimated from `n` cases; printed with its interval, so for any n."""
        return 1 if n >= self.decimal_from else 0

    def as_data(self) -> dict[str, object]:
        """Plain values for a report's provenance and for JSON."""
        return asdict(self)


PAPER = Conventions(
    name="paper",
    label=Label("as in the paper (SPSS-compatible)", "与论文一致（兼容SPSS）"),
    median_interval="spss",
    ties="breslow",
)
REGISTRY = Conventions(name="registry", label=Label("registry standard", "登记库标准"))

PRESETS: dict[str, Conventions] = {preset.name: preset for preset in (PAPER, REGISTRY)}

# The name of every interval method, as a table that shows several side by side prints it.
INTERVALS: dict[str, Label] = {
    "plain": Label("plain (linear)", "线性法"),
    "log": Label("log-transformed", "对数变换法"),
    "log-log": Label("log-log-transformed", "双对数变换法"),
    "spss": Label("SPSS-compatible (symmetric)", "SPSS兼容法（对称）"),
    "wilson": Label("Wilson", "Wilson法"),
    "clopper-pearson": Label("Clopper-Pearson", "Clopper-Pearson法"),
}

_QUARTILES: dict[int, Label] = {
    2: Label(
        "Quartiles are averaged inverses of the empirical distribution (type 2, as in SAS).",
        "四分位数取经验分布逆函数的平均值（第2型，同SAS默认）。",
    ),
    6: Label(
        "Quartiles are weighted averages at rank (n + 1)p (type 6, as in SPSS).",
        "四分位数取第(n+1)p位次的加权平均（第6型，同SPSS默认）。",
    ),
    7: Label(
        "Quartiles are interpolated at rank 1 + (n − 1)p (type 7, as in R).",
        "四分位数在第1+(n−1)p位次处插值（第7型，同R默认）。",
    ),
}

_PROPORTION = {
    "wilson": Label(
        "Confidence intervals of proportions are Wilson's; Clopper-Pearson's where none or all are counted.",
        "率的置信区间采用Wilson法；例数为0或等于总数时采用Clopper-Pearson法。",
    ),
    "clopper-pearson": Label(
        "Confidence intervals of proportions are Clopper-Pearson's.",
        "率的置信区间采用Clopper-Pearson法。",
    ),
}

_MEDIAN_INVERTED = Label(
    "The confidence interval of a median survival inverts the {name} pointwise band (Brookmeyer-Crowley).",
    "中位生存时间的置信区间由逐点置信带（{name}）反推（Brookmeyer-Crowley法）。",
)
_MEDIAN_SPSS = Label(
    "The confidence interval of a median survival is symmetric, median ± 1.96 standard errors, with the "
    "standard error that SPSS computes from the curve between 0.55 and 0.45.",
    "中位生存时间的置信区间为对称区间（中位数±1.96×标准误），标准误按SPSS的算法由曲线0.55至0.45一段求得。",
)
_RATE = Label(
    "Survival is estimated by Kaplan-Meier, right-continuous; rates have Greenwood's variance and a {name} "
    "confidence interval (Clopper-Pearson before the first event). The number at risk counts follow-up up to "
    "the time or longer.",
    "生存率采用Kaplan-Meier法估计，曲线右连续；方差按Greenwood公式，置信区间采用{name}"
    "（首个事件之前采用Clopper-Pearson法）。风险人数为随访时间不短于该时间点的例数。",
)
_TIME = Label(
    "One month is {month} days and one year {year} days; times are not rounded before estimation.",
    "1个月按{month} d、1年按{year} d换算；估计前不对时间取整。",
)
_ROUNDING = Label(
    "Numbers are rounded once, when printed ({half}). Percentages of fewer than {least} cases are not given; "
    "below {decimal} cases they are whole, from there on with one decimal.",
    "数值仅在输出时修约一次（{half}）。分母小于{least}时不列百分比，小于{decimal}时取整数，否则保留1位小数。",
)
_HALF: dict[str, Label] = {
    "half-up": Label("half up", "四舍五入"),
    "half-even": Label("half to even", "四舍六入五成双"),
}

TOPICS = ("quartiles", "proportions", "median", "rates", "time", "rounding")


def methods(conventions: Conventions, *topics: str) -> tuple[Label, ...]:
    """The foot-note sentences for `topics` (see TOPICS) in the order asked; all when none is named.

    Raises KeyError for an unknown topic.
    """
    sentences = {
        "quartiles": _QUARTILES[conventions.quantile_type],
        "proportions": _PROPORTION[conventions.proportion_interval],
        "median": _median_sentence(conventions.median_interval),
        "rates": _RATE.fill(name=INTERVALS[conventions.rate_interval]),
        "time": _TIME.fill(month=conventions.days_per_month, year=conventions.days_per_year),
        "rounding": _ROUNDING.fill(
            half=_HALF[conventions.rounding],
            least=conventions.percent_from,
            decimal=conventions.decimal_from,
        ),
    }
    return tuple(sentences[topic] for topic in topics or TOPICS)


def _median_sentence(interval: MedianInterval) -> Label:
    return _MEDIAN_SPSS if interval == "spss" else _MEDIAN_INVERTED.fill(name=INTERVALS[interval])
