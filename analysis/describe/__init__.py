"""Descriptive statistics and comparisons of groups. Numbers in, numbers out; printing is typeset's."""

from analysis.describe.proportions import clopper_pearson, normal_quantile, proportion, wilson
from analysis.describe.summary import ordered_quantile, quantile, summarise

__all__ = [
    "clopper_pearson",
    "normal_quantile",
    "ordered_quantile",
    "proportion",
    "quantile",
    "summarise",
    "wilson",
]
