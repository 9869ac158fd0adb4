"""Groups compared in a numeric variable."""

from __future__ import annotations

from collections.abc import Iterable

from numpy.typing import ArrayLike

from analysis.conventions import Conventions
from analysis.describe import effect_sizes, means, ranks
from analysis.describe.choice import Setting, choose_summary
from analysis.describe.comparison import Comparison
from analysis.describe.groups import Groups, split
from analysis.describe.shift import median_difference
from analysis.describe.standardised import standardised_difference
from analysis.estimate import Estimate, Test
from registry.labels import Label

# Below it variances count as unequal; like the rule of normality it does not follow a report's alpha.
EQUAL_VARIANCES_FROM_P = 0.05

NOTHING = Label("There are not two groups with values to compare.", "有数值的组不足两个，不作比较。")
EQUAL = Label(
    "Means are compared with a common variance, since Levene's test has P ≥ {p}.",
    "Levene检验P≥{p}，按方差齐比较均值。",
)
UNEQUAL = Label(
    "Means are compared without a common variance, since Levene's test has P < {p}.",
    "Levene检验P<{p}，按方差不齐比较均值。",
)
UNTESTED = Label(
    "Means are compared without a common variance where possible, since Levene's test is not defined.",
    "Levene检验无法计算，尽可能按方差不齐比较均值。",
)
BY_RANK = Label(
    "Groups are compared by rank, against the large-sample distribution.",
    "采用秩和检验，按大样本近似分布求P值。",
)
BY_RANK_EXACT = Label(
    "Groups are compared by rank, against the exact distribution: both have fewer than {below} values and "
    "none occurs twice.",
    "采用秩和检验，两组例数均少于{below}且无相同数值，按确切分布求P值。",
)


def compare_numbers(
    values: ArrayLike,
    group: Iterable[object],
    conventions: Conventions,
    *,
    kind: Setting | None = None,
    whole_days: bool = False,
) -> Comparison:
    """Compare the numeric `values` of two or more groups; rows that lack value or group are counted.

    `kind` "mean" or "median" overrides the choice of `choose_summary`; `whole_days` passes on to it. Means:
    t or analysis of variance where Levene's P is 0.05 or more, else their Welch forms. Medians: Mann-Whitney
    (exact where both groups are smaller than `conventions.exact_below` and nothing is tied) or
    Kruskal-Wallis. Every test that is defined is given, whichever was chosen.
    Raises ValueError for unequal lengths, an infinite value and an unknown kind.
    """
    groups = split(values, group)
    choice = choose_summary(groups.samples, setting=kind or "auto", whole_days=whole_days)
    facts = {
        "levels": groups.levels,
        "sizes": groups.sizes,
        "missing": groups.missing,
        "choice": choice,
    }
    if len(groups.levels) < 2:
        return Comparison(chosen=None, rule=NOTHING, reason="one_group" if groups.n else "no_cases", **facts)
    tests = _tests(groups, conventions)
    chosen, rule = _choose_mean(tests) if choice.kind == "mean" else _choose_rank(tests, conventions)
    return Comparison(
        chosen=chosen,
        rule=rule,
        tests=tests,
        effects=_effects(groups, conventions, pooled=_choose_mean(tests)[0] == "t"),
        reason=tests[chosen].reason,
        **facts,
    )


def _tests(groups: Groups, conventions: Conventions) -> dict[str, Test]:
    samples, missing = groups.samples, groups.missing
    found = {"levene": means.levene(samples, missing=missing)}
    if len(samples) > 2:
        tests = (means.anova, means.welch_anova, ranks.kruskal_wallis)
        return found | {test.name: test for test in (one(samples, missing=missing) for one in tests)}
    first, second = samples
    found |= {
        "t": means.t_test(first, second, missing=missing),
        "welch": means.welch_test(first, second, missing=missing),
        "mann-whitney": ranks.mann_whitney(first, second, missing=missing),
        "mann-whitney-corrected": ranks.mann_whitney(first, second, corrected=True, missing=missing),
    }
    if ranks.exact_applies(first, second, conventions.exact_below):
        found["mann-whitney-exact"] = ranks.mann_whitney_exact(first, second, missing=missing)
    return found


def _choose_mean(tests: dict[str, Test]) -> tuple[str, Label]:
    equal, unequal = ("t", "welch") if "t" in tests else ("anova", "welch-anova")
    p = tests["levene"].p
    if p is None:
        return (equal if tests[unequal].p is None else unequal), UNTESTED
    rule = (EQUAL if p >= EQUAL_VARIANCES_FROM_P else UNEQUAL).fill(p=EQUAL_VARIANCES_FROM_P)
    return (equal if p >= EQUAL_VARIANCES_FROM_P else unequal), rule


def _choose_rank(tests: dict[str, Test], conventions: Conventions) -> tuple[str, Label]:
    if "kruskal-wallis" in tests:
        return "kruskal-wallis", BY_RANK
    if "mann-whitney-exact" in tests:
        return "mann-whitney-exact", BY_RANK_EXACT.fill(below=conventions.exact_below)
    return ("mann-whitney-corrected" if conventions.rank_correction else "mann-whitney"), BY_RANK


def _effects(groups: Groups, conventions: Conventions, *, pooled: bool) -> dict[str, Estimate]:
    level, missing, samples = conventions.level, groups.missing, groups.samples
    if len(samples) > 2:
        return {
            "eta_squared": effect_sizes.eta_squared(samples, level, missing=missing),
            "epsilon_squared": effect_sizes.epsilon_squared(samples, level, missing=missing),
        }
    first, second = samples
    shift = median_difference(
        first,
        second,
        level,
        exact_below=conventions.exact_below,
        corrected=conventions.rank_correction,
        missing=missing,
    )
    return {
        "mean_difference": means.mean_difference(first, second, level, pooled=pooled, missing=missing),
        "median_difference": shift,
        "cohen_d": effect_sizes.cohen_d(first, second, level, missing=missing),
        "hedges_g": effect_sizes.hedges_g(first, second, level, missing=missing),
        "rank_biserial": ranks.rank_biserial(first, second, level, missing=missing),
        "smd": standardised_difference(first, second, level, missing=missing),
    }
