"""Groups compared in a categorical variable, and tables of counts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from analysis.conventions import Conventions
from analysis.describe import risks, tables
from analysis.describe.comparison import Comparison
from analysis.describe.groups import cross_tabulate
from analysis.describe.standardised import standardised_difference_of_counts
from analysis.estimate import Estimate, Test
from registry.labels import Label

# The rule for tables as Chinese journals state it: N is the total, T the smallest expected count.
LARGE_TOTAL = 40
LARGE_EXPECTED, SMALL_EXPECTED = 5, 1
MOST_SMALL_CELLS = 0.2
# A p within a fifth of alpha from alpha is close to it: 0.04 to 0.06 for 0.05.
CLOSE_TO_ALPHA = 0.2

NOTHING = Label(
    "There are not two groups and two categories with cases to compare.", "不足两组或不足两个类别，不作比较。"
)
RULES: dict[str, Label] = {
    "pearson-2x2": Label(
        "Pearson's χ² test without correction: N ≥ 40 and every expected count at least 5.",
        "N≥40且所有理论频数T≥5，采用Pearson χ²检验（不校正）。",
    ),
    "yates": Label(
        "Yates-corrected χ² test: N ≥ 40 and the smallest expected count between 1 and 5.",
        "N≥40且最小理论频数1≤T<5，采用连续性校正χ²检验。",
    ),
    "fisher": Label(
        "Fisher's exact test: N < 40 or an expected count below 1.",
        "N<40或有理论频数T<1，采用Fisher确切概率法。",
    ),
    "pearson": Label(
        "Pearson's χ² test: no expected count below 1 and at most 20% of them below 5.",
        "所有理论频数T≥1且T<5的格子不超过20%，采用Pearson χ²检验。",
    ),
    "fisher-freeman-halton": Label(
        "Fisher-Freeman-Halton test: an expected count below 1 or more than 20% of them below 5.",
        "有理论频数T<1或T<5的格子超过20%，采用Fisher-Freeman-Halton确切概率法。",
    ),
}
CLOSE = Label(
    "{rule} P is close to α, so Fisher's exact test is given as well.",
    "{rule}P值接近α，同时给出Fisher确切概率法的结果。",
)


def compare_categories(
    values: Iterable[object],
    group: Iterable[object],
    conventions: Conventions,
    *,
    outcome: Hashable | None = None,
) -> Comparison:
    """Compare the spread of `values` over categories between groups; rows that lack either are counted.

    In a 2×2 table the risk that is compared is that of `outcome`, which unless named is the last
    category (1 of 0 and 1). Raises ValueError for unequal lengths and an outcome that does not occur.
    """
    counts, groups, categories, missing = cross_tabulate(values, group)
    if outcome is not None and outcome not in categories:
        raise ValueError(f"no case has the outcome {outcome!r}")
    if len(categories) == 2:
        outcome = categories[1] if outcome is None else outcome
        if outcome == categories[1]:
            counts, categories = counts[:, ::-1], categories[::-1]
    return _compare(counts, groups, categories, conventions, missing)


def compare_table(
    counts: ArrayLike,
    conventions: Conventions,
    *,
    levels: Sequence[Hashable] | None = None,
    categories: Sequence[Hashable] | None = None,
) -> Comparison:
    """Compare groups by their counts: a row for each group, a column for each category.

    Rows and columns without a case are left out. In a 2×2 table [[a, b], [c, d]] the first column is the
    outcome: the odds ratio is ad/bc. `levels` and `categories` name rows and columns, 0, 1, … unless given.
    Raises ValueError for what is not a table of counts and for names that do not fit.
    """
    table = tables.as_table(counts)
    names = [list(range(size)) for size in table.shape]
    for axis, given in enumerate((levels, categories)):
        if given is not None and len(given) != table.shape[axis]:
            raise ValueError(f"{len(given)} names for {table.shape[axis]} {('rows', 'columns')[axis]}")
        names[axis] = list(given) if given is not None else names[axis]
    held = [table.sum(axis=1 - axis) > 0 for axis in (0, 1)]
    kept = [tuple(np.array(names[axis], dtype=object)[held[axis]]) for axis in (0, 1)]
    return _compare(table[np.ix_(*held)], *kept, conventions, 0)


def _compare(
    table: np.ndarray,
    levels: tuple[Hashable, ...],
    categories: tuple[Hashable, ...],
    conventions: Conventions,
    missing: int,
) -> Comparison:
    reason = tables.cannot_test(table)
    facts = {
        "levels": levels,
        "sizes": tuple(table.sum(axis=1).tolist()),
        "missing": missing,
        "categories": categories,
        "table": tuple(tuple(row) for row in table.tolist()),
        "outcome": categories[0] if table.shape == (2, 2) else None,
    }
    if reason:
        return Comparison(chosen=None, rule=NOTHING, reason=reason, **facts)
    chosen, rule = choose_test(table)
    tests = _tests(table, chosen, missing)
    also = ()
    if table.shape == (2, 2) and chosen != "fisher" and _is_close(tests[chosen].p, conventions.alpha):
        also, rule = ("fisher",), CLOSE.fill(rule=rule)
    effects = _effects(table, conventions.level, missing)
    return Comparison(chosen=chosen, rule=rule, tests=tests, effects=effects, also=also, **facts)


def choose_test(table: np.ndarray) -> tuple[str, Label]:
    """The test that the rule asks for, and the branch of the rule. The table has no empty row or column."""
    expected = tables.expected_counts(table)
    smallest, total = expected.min(), table.sum()
    if table.shape == (2, 2):
        if total < LARGE_TOTAL or smallest < SMALL_EXPECTED:
            return "fisher", RULES["fisher"]
        if smallest < LARGE_EXPECTED:
            return "yates", RULES["yates"]
        return "pearson", RULES["pearson-2x2"]
    few = np.mean(expected < LARGE_EXPECTED) > MOST_SMALL_CELLS
    chosen = "fisher-freeman-halton" if few or smallest < SMALL_EXPECTED else "pearson"
    return chosen, RULES[chosen]


def _tests(table: np.ndarray, chosen: str, missing: int) -> dict[str, Test]:
    found = {"pearson": tables.pearson(table, missing=missing)}
    if table.shape == (2, 2):
        found["yates"] = tables.yates(table, missing=missing)
        found["fisher"] = tables.fisher(table, missing=missing)
    elif chosen == "fisher-freeman-halton":  # counting takes time, so only where it is asked for
        found[chosen] = tables.fisher_freeman_halton(table, missing=missing)
    return found


def _effects(table: np.ndarray, level: float, missing: int) -> dict[str, Estimate]:
    found = {"cramers_v": tables.cramers_v(table, level, missing=missing)}
    if table.shape[0] == 2:
        found["smd"] = standardised_difference_of_counts(*table.tolist(), level, missing=missing)
    if table.shape == (2, 2):
        found |= {
            "risk_difference": risks.risk_difference(table, level, missing=missing),
            "risk_ratio": risks.risk_ratio(table, level, missing=missing),
            "odds_ratio": risks.odds_ratio(table, level, missing=missing),
            "odds_ratio_conditional": risks.conditional_odds_ratio(table, level, missing=missing),
        }
    return found


def _is_close(p: float, alpha: float) -> bool:
    return abs(p - alpha) <= CLOSE_TO_ALPHA * alpha
