"""The conventions of each preset in words, and the methods that each of them governs.

Generated from the fields of Conventions: a field added there needs its name in FIELDS, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatch

from analysis.conventions import INTERVALS, PRESETS, Conventions
from registry.labels import Label, both


@dataclass(frozen=True, slots=True)
class Field:
    """The wording of one field of Conventions.

    `words` names its values where they are not numbers; `governs` are patterns "chapter:method", as in file
    names, of the methods that are computed by it.
    """

    name: Label
    words: Mapping[object, Label] = field(default_factory=dict)
    governs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One convention: its name, what each preset chooses, and what it governs."""

    name: Label
    chosen: Mapping[str, Label]
    governs: tuple[str, ...]

    @property
    def alike(self) -> bool:
        """Whether all presets choose the same."""
        return len(set(self.chosen.values())) == 1

    def concerns(self, chapter: str, method: str) -> bool:
        """Whether the method of these slugs is computed by this convention."""
        return any(fnmatch(f"{chapter}:{method}", pattern) for pattern in self.governs)


FIELDS: dict[str, Field] = {
    "quantile_type": Field(
        Label("Quartiles", "四分位数的定义"),
        {
            2: Label("type 2 (as in SAS)", "第2型（同SAS）"),
            6: Label("type 6 (as in SPSS)", "第6型（同SPSS）"),
            7: Label("type 7 (as in R)", "第7型（同R）"),
        },
        governs=("describe:summary",),
    ),
    "median_interval": Field(
        Label("Interval of a median survival", "中位生存时间的置信区间"),
        INTERVALS,
        governs=("survival:survival-quantiles", "survival:spss-median"),
    ),
    "rate_interval": Field(
        Label("Interval of a survival rate", "生存率的置信区间"),
        INTERVALS,
        governs=("survival:survival-intervals",),
    ),
    "proportion_interval": Field(
        Label("Interval of a proportion", "率的置信区间"),
        INTERVALS,
        governs=("describe:proportions",),
    ),
    "rounding": Field(
        Label("Rounding of a half", "逢5的修约"),
        {
            "half-up": Label("half up", "四舍五入"),
            "half-even": Label("half to even", "四舍六入五成双"),
        },
    ),
    "ties": Field(
        Label("Tied event times in a Cox model", "Cox模型中同一时间多个事件的处理"),
        {"efron": both("Efron"), "breslow": both("Breslow")},
        governs=("cox:cox", "cox:cox-robust"),
    ),
    "ph_transform": Field(
        Label("Time scale of the test of proportional hazards", "比例风险假定检验的时间变换"),
        {
            "km": Label("1 − Kaplan-Meier estimate", "1−Kaplan-Meier估计值"),
            "rank": Label("rank of the event time", "事件时间的秩次"),
            "identity": Label("time itself", "原始时间"),
            "log": Label("logarithm of time", "时间的对数"),
        },
        governs=("cox:proportional-hazards",),
    ),
    "multiplicity": Field(
        Label("Adjustment of pairwise P values", "两两比较P值的校正"),
        {"holm": both("Holm"), "bh": both("Benjamini-Hochberg")},
        governs=("describe:several-tests", "survival:rank-tests"),
    ),
    "rank_correction": Field(
        Label("Continuity correction in Mann-Whitney", "Mann-Whitney检验的连续性校正"),
        {False: Label("no", "否"), True: Label("yes", "是")},
        governs=("describe:ranks",),
    ),
    "exact_below": Field(
        Label(
            "Mann-Whitney is exact without ties where both groups have fewer cases than",
            "无相同秩次且两组例数均少于该值时，Mann-Whitney检验采用精确概率",
        ),
        governs=("describe:ranks",),
    ),
    "level": Field(Label("Confidence level", "置信水平")),
    "alpha": Field(
        Label("Significance level, two-sided", "检验水准（双侧）"),
        governs=("describe:tables",),
    ),
    "days_per_month": Field(Label("Days in a month", "1个月的天数")),
    "days_per_year": Field(Label("Days in a year", "1年的天数")),
    "percent_from": Field(Label("Smallest denominator that has a percentage", "列出百分比的最小分母")),
    "decimal_from": Field(
        Label("Smallest denominator whose percentages have a decimal", "百分比保留1位小数的最小分母")
    ),
    "thousands": Field(Label("Between groups of three digits", "三位分节符"), {" ": Label("space", "空格")}),
    "group_from": Field(Label("Digits from which a whole number is grouped", "整数自多少位起分节")),
    "few_at_risk": Field(
        Label("A landmark is marked where fewer are at risk than", "风险人数少于该值的时点予以提示")
    ),
}


def choices() -> tuple[Choice, ...]:
    """Every field of Conventions in its order. Raises KeyError for a field or a value without words here."""
    shown = [one.name for one in fields(Conventions) if one.name not in ("name", "label")]
    return tuple(
        Choice(
            FIELDS[name].name,
            {preset.name: _in_words(name, getattr(preset, name)) for preset in PRESETS.values()},
            FIELDS[name].governs,
        )
        for name in shown
    )


def _in_words(name: str, value: object) -> Label:
    words = FIELDS[name].words
    return words[value] if words else both(str(value))
