"""Descriptive statistics and comparisons of groups. Numbers in, numbers out; printing is typeset's."""

from analysis.describe.choice import Choice, choose_summary
from analysis.describe.compare_categories import choose_test, compare_categories, compare_table
from analysis.describe.compare_numbers import compare_numbers
from analysis.describe.comparison import EFFECTS, TESTS, Comparison
from analysis.describe.effect_sizes import cohen_d, epsilon_squared, eta_squared, hedges_g
from analysis.describe.groups import Groups, counts, cross_tabulate, ordered, split
from analysis.describe.means import anova, levene, mean_difference, t_test, welch_anova, welch_test
from analysis.describe.multiplicity import adjust
from analysis.describe.normality import lilliefors, shapiro_wilk, skewness
from analysis.describe.proportions import clopper_pearson, normal_quantile, proportion, wilson
from analysis.describe.ranks import (
    RankTest,
    kruskal_wallis,
    mann_whitney,
    mann_whitney_exact,
    rank_biserial,
)
from analysis.describe.risks import conditional_odds_ratio, odds_ratio, risk_difference, risk_ratio
from analysis.describe.shift import median_difference
from analysis.describe.standardised import (
    standardised_difference,
    standardised_difference_of_counts,
)
from analysis.describe.summary import (
    missing_by_reason,
    ordered_quantile,
    quantile,
    quartiles_by_type,
    summarise,
)
from analysis.describe.tables import cramers_v, fisher, fisher_freeman_halton, pearson, yates

__all__ = [
    "EFFECTS",
    "TESTS",
    "Choice",
    "Comparison",
    "Groups",
    "RankTest",
    "adjust",
    "anova",
    "choose_summary",
    "choose_test",
    "clopper_pearson",
    "cohen_d",
    "compare_categories",
    "compare_numbers",
    "compare_table",
    "conditional_odds_ratio",
    "counts",
    "cramers_v",
    "cross_tabulate",
    "epsilon_squared",
    "eta_squared",
    "fisher",
    "fisher_freeman_halton",
    "hedges_g",
    "kruskal_wallis",
    "levene",
    "lilliefors",
    "mann_whitney",
    "mann_whitney_exact",
    "mean_difference",
    "median_difference",
    "missing_by_reason",
    "normal_quantile",
    "odds_ratio",
    "ordered",
    "ordered_quantile",
    "pearson",
    "proportion",
    "quantile",
    "quartiles_by_type",
    "rank_biserial",
    "risk_difference",
    "risk_ratio",
    "shapiro_wilk",
    "skewness",
    "split",
    "standardised_difference",
    "standardised_difference_of_counts",
    "summarise",
    "t_test",
    "welch_anova",
    "welch_test",
    "wilson",
    "yates",
]
