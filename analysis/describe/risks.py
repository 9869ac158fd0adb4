"""Effects in a 2×2 table: risk difference, risk ratio, odds ratio.

The table is [[a, b], [c, d]]: groups as rows, the outcome in the first column. Every effect is that of
the first group against the second: a/(a+b) with c/(c+d). No row and no column is empty. A ratio whose
cell is empty is 0 or infinite; what is infinite is absent with the reason "zero_cell".
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from analysis.describe.proportions import normal_quantile, wilson
from analysis.describe.tables import hypergeometric
from analysis.estimate import Estimate


def risk_difference(table: np.ndarray, level: float, *, missing: int = 0) -> Estimate:
    """The difference of two independent shares, with Newcombe's hybrid score interval.

    Newcombe 1998, Statistics in Medicine 17:873, method 10: from Wilson's limits of each share,
    without continuity correction.
    """
    (a, b), (c, d) = table.tolist()
    p1, p2 = a / (a + b), c / (c + d)
    (l1, u1), (l2, u2) = wilson(a, a + b, level), wilson(c, c + d, level)
    return Estimate(
        value=p1 - p2,
        lower=p1 - p2 - math.hypot(p1 - l1, u2 - p2),
        upper=p1 - p2 + math.hypot(u1 - p1, p2 - l2),
        se=math.sqrt(p1 * (1 - p1) / (a + b) + p2 * (1 - p2) / (c + d)),
        method="newcombe",
        **_facts(table, level, missing),
    )


def risk_ratio(table: np.ndarray, level: float, *, missing: int = 0) -> Estimate:
    """The ratio of two shares, interval on the log scale (Katz et al. 1978). `se` is that of the log."""
    (a, b), (c, d) = table.tolist()
    facts = _facts(table, level, missing) | {"method": "log"}
    if not (a and c):
        return Estimate(value=0.0 if c else None, reason="zero_cell", **facts)
    se = math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    return _on_log_scale(a / (a + b) / (c / (c + d)), se, facts)


def odds_ratio(table: np.ndarray, level: float, *, missing: int = 0) -> Estimate:
    """The sample odds ratio ad/bc with Woolf's interval on the log scale. `se` is that of the log."""
    (a, b), (c, d) = table.tolist()
    facts = _facts(table, level, missing) | {"method": "woolf"}
    if not (a and b and c and d):
        return Estimate(value=None if b * c == 0 else 0.0, reason="zero_cell", **facts)
    return _on_log_scale(a * d / (b * c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d), facts)


def conditional_odds_ratio(table: np.ndarray, level: float, *, missing: int = 0) -> Estimate:
    """The odds ratio that makes the table most likely given its margins, with the exact interval.

    Both as in R's fisher.test; the limits put (1 - level)/2 into each tail of the noncentral
    hypergeometric distribution of the first cell (Fisher 1935; Cornfield 1956).
    """
    facts = _facts(table, level, missing) | {"method": "conditional-exact"}
    support, log_weight = hypergeometric(table)
    at = int(table[0, 0] - support[0])
    tail, last = (1 - level) / 2, support.size - 1

    def tilted(log_odds: float) -> np.ndarray:
        logs = log_weight + support * log_odds
        weight = np.exp(logs - logs.max())
        return weight / weight.sum()

    def solve(excess: Callable[[float], float]) -> float:
        return math.exp(_root(excess, _start(table)))

    lower = solve(lambda odds: tilted(odds)[at:].sum() - tail) if at > 0 else 0.0
    upper = solve(lambda odds: tail - tilted(odds)[: at + 1].sum()) if at < last else None
    value = 0.0 if at == 0 else None
    if 0 < at < last:
        value = solve(lambda odds: float(tilted(odds) @ support) - table[0, 0])
    return Estimate(value=value, lower=lower, upper=upper, reason=None if at < last else "zero_cell", **facts)


def _start(table: np.ndarray) -> float:
    (a, b), (c, d) = (table + 0.5).tolist()
    return math.log(a * d / (b * c))


def _root(rising: Callable[[float], float], start: float) -> float:
    """Where a rising function of the log odds crosses 0."""
    from scipy.optimize import brentq

    low, high, step = start - 1, start + 1, 1.0
    while rising(low) > 0:
        low -= step
        step *= 2
    while rising(high) < 0:
        high += step
        step *= 2
    return float(brentq(rising, low, high, xtol=1e-13, rtol=1e-13))


def _facts(table: np.ndarray, level: float, missing: int) -> dict[str, object]:
    return {"level": level, "n": int(table.sum()), "missing": missing}


def _on_log_scale(value: float, se: float, facts: dict[str, object]) -> Estimate:
    factor = math.exp(normal_quantile(facts["level"]) * se)
    return Estimate(value=value, lower=value / factor, upper=value * factor, se=se, **facts)
