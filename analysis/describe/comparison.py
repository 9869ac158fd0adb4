"""A comparison of groups: which test was chosen and why, every test that ran, and the effects."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from analysis.describe.choice import Choice
from analysis.estimate import REASONS, Estimate, Test
from registry.labels import Label

TESTS: dict[str, Label] = {
    "t": Label("t test (pooled variance)", "t检验（合并方差）"),
    "welch": Label("Welch's t test", "Welch t检验"),
    "levene": Label("Levene's test", "Levene检验"),
    "anova": Label("analysis of variance", "单因素方差分析"),
    "welch-anova": Label("Welch's analysis of variance", "Welch方差分析"),
    "mann-whitney": Label("Mann-Whitney test", "Mann-Whitney U检验"),
    "mann-whitney-corrected": Label(
        "Mann-Whitney test, continuity-corrected", "Mann-Whitney U检验（连续性校正）"
    ),
    "mann-whitney-exact": Label("Mann-Whitney test, exact", "Mann-Whitney U检验（确切概率）"),
    "kruskal-wallis": Label("Kruskal-Wallis test", "Kruskal-Wallis H检验"),
    "pearson": Label("Pearson's χ² test", "Pearson χ²检验"),
    "yates": Label("Yates-corrected χ² test", "连续性校正χ²检验"),
    "fisher": Label("Fisher's exact test", "Fisher确切概率法"),
    "fisher-freeman-halton": Label("Fisher-Freeman-Halton test", "Fisher-Freeman-Halton确切概率法"),
}

EFFECTS: dict[str, Label] = {
    "mean_difference": Label("difference of means", "均值差"),
    "median_difference": Label("Hodges-Lehmann difference", "Hodges-Lehmann位置差"),
    "cohen_d": Label("Cohen's d", "Cohen d"),
    "hedges_g": Label("Hedges' g", "Hedges g"),
    "rank_biserial": Label("rank-biserial correlation", "秩二列相关系数"),
    "eta_squared": Label("η²", "η²"),
    "epsilon_squared": Label("ε² (by rank)", "ε²（秩）"),
    "smd": Label("standardised difference", "标准化差值"),
    "risk_difference": Label("risk difference", "率差"),
    "risk_ratio": Label("risk ratio", "相对危险度"),
    "odds_ratio": Label("odds ratio", "比值比"),
    "odds_ratio_conditional": Label("odds ratio, conditional", "比值比（条件最大似然估计）"),
    "cramers_v": Label("Cramér's V", "Cramér V系数"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The comparison of groups in one variable.

    `chosen` is the key in `tests` of the test that `rule` asks for, None when there is nothing to test
    (`reason` says why); `also` are keys of tests to report beside it. `effects` of two groups are those of
    the first of `levels` against the second. `n` rows entered, `sizes` of them in each group; `missing`
    were left out. For categories, `table` holds the counts (groups as rows) and `outcome` the category
    whose risk is compared; for numbers, `choice` says why means or medians.
    """

    chosen: str | None
    rule: Label
    tests: Mapping[str, Test] = field(default_factory=dict)
    effects: Mapping[str, Estimate] = field(default_factory=dict)
    levels: tuple[Hashable, ...]
    sizes: tuple[int, ...]
    missing: int = 0
    also: tuple[str, ...] = ()
    choice: Choice | None = None
    categories: tuple[Hashable, ...] | None = None
    table: tuple[tuple[int, ...], ...] | None = None
    outcome: Hashable | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError(f"{self.reason!r} is not a known reason")
        if self.reason is None and self.chosen is None:
            raise ValueError("a comparison without a test needs a reason")
        unknown = {self.chosen, *self.also} - {None} - self.tests.keys()
        if unknown:
            raise ValueError(f"{sorted(unknown)} did not run")

    @property
    def n(self) -> int:
        """The rows that entered."""
        return sum(self.sizes)

    @property
    def test(self) -> Test | None:
        """The chosen test."""
        return self.tests[self.chosen] if self.chosen else None

    def numbers(self) -> dict[str, object]:
        """The unrounded numbers under their machine names, ready for JSON."""
        return {
            "chosen": self.chosen,
            "also": list(self.also),
            "rule": {"en": self.rule.en, "zh": self.rule.zh},
            "levels": [str(level) for level in self.levels],
            "sizes": list(self.sizes),
            "n": self.n,
            "missing": self.missing,
            "outcome": None if self.outcome is None else str(self.outcome),
            "tests": {name: test.numbers() for name, test in self.tests.items()},
            "effects": {name: effect.numbers() for name, effect in self.effects.items()},
            "reason": self.reason,
        }
