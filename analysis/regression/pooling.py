"""Rubin's rules: one answer from the answers of several completed tables.

Estimates are pooled on the scale where they are nearly normal: coefficients rather than ratios,
survival as log(-log S).

Sources: Rubin 1987; Barnard & Rubin 1999 (degrees of freedom in small samples); Li, Meng, Raghunathan &
Rubin 1991 (pooled chi-squared statistics); Marshall, Altman, Holder & Royston 2009 (scales of survival).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc, ndtr, stdtr, stdtrit

from analysis.describe import normal_quantile
from analysis.estimate import Estimate, Test, refuse_not_finite
from analysis.regression.inference import interval_term
from analysis.regression.model import Model, Term

SLIGHT = 1e-100  # a share whose square is still a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled(Estimate):
    """An estimate pooled over `m` completed tables.

    `within` is the mean of their variances, `between` the variance of their estimates; the total, within +
    (1 + 1/m) between, is the square of `se`. `df` are the degrees of freedom of the t distribution, None
    for the normal one. `fmi` is the fraction of missing information, `relative_increase` of the variance is
    (1 + 1/m) between / within, `relative_efficiency` 1 / (1 + fmi / m). `p` tests a value of 0.
    """

    m: int
    within: float | None = None
    between: float | None = None
    df: float | None = None
    fmi: float | None = None
    relative_increase: float | None = None
    relative_efficiency: float | None = None
    p: float | None = None

    def __post_init__(self) -> None:
        Estimate.__post_init__(self)
        for name in POOLED:
            refuse_not_finite(name, getattr(self, name))

    def numbers(self) -> dict[str, float | int | str | None]:
        return Estimate.numbers(self) | {name: getattr(self, name) for name in POOLED}


POOLED = ("m", "within", "between", "df", "fmi", "relative_increase", "relative_efficiency", "p")


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledTerm(Term):
    """A coefficient pooled over completed tables; `df` and `fmi` as in Pooled."""

    df: float | None = None
    fmi: float | None = None


def pool(
    estimates: ArrayLike,
    variances: ArrayLike,
    n: int,
    *,
    complete_df: float | None = None,
    level: float = 0.95,
) -> Pooled:
    """Pool `estimates` (m,) with their squared standard errors `variances` (m,) over m tables of `n` rows.

    `complete_df` are the degrees of freedom that the analysis of a complete table has (n less the number of
    parameters); they bound those of the pooled one (Barnard & Rubin 1999). None stands for
    a normal distribution. Where all estimates are equal the interval is that of a complete table.

    Raises ValueError for fewer than two tables, lengths that differ, numbers that are not finite, a
    variance that is not positive, and degrees of freedom below 1.
    """
    values, squares = (np.asarray(column, dtype=float).reshape(-1) for column in (estimates, variances))
    _refuse_impossible(values, squares, complete_df)
    m = values.size
    mean, within = float(values.mean()), float(squares.mean())
    between = 0.0 if (values == values[0]).all() else float(values.var(ddof=1))
    increase = (1 + 1 / m) * between / within
    total = within * (1 + increase)
    df = _degrees_of_freedom(m, increase, complete_df)
    half = (normal_quantile(level) if df is None else float(stdtrit(df, (1 + level) / 2))) * math.sqrt(total)
    distance = -abs(mean) / math.sqrt(total)
    fmi = (increase + (2 / (df + 3) if df else 0.0)) / (1 + increase) if between else 0.0
    return Pooled(
        value=mean,
        lower=mean - half,
        upper=mean + half,
        level=level,
        method="rubin",
        se=math.sqrt(total),
        n=n,
        m=m,
        within=within,
        between=between,
        df=df,
        fmi=fmi,
        relative_increase=increase,
        relative_efficiency=1 / (1 + fmi / m),
        p=float(2 * (ndtr(distance) if df is None else stdtr(df, distance))),
    )


def _refuse_impossible(values: np.ndarray, squares: np.ndarray, complete_df: float | None) -> None:
    if values.size != squares.size:
        raise ValueError(f"{values.size} estimates but {squares.size} variances")
    if values.size < 2:
        raise ValueError(f"pooling needs at least two tables, not {values.size}")
    if not (np.isfinite(values).all() and np.isfinite(squares).all()):
        raise ValueError("estimates and variances must be finite")
    if (squares <= 0).any():
        raise ValueError("a variance must be positive")
    if complete_df is not None and complete_df < 1:
        raise ValueError(f"degrees of freedom must be 1 or more, not {complete_df}")


def _degrees_of_freedom(m: int, increase: float, complete_df: float | None) -> float | None:
    """Barnard & Rubin's; None stands for infinitely many."""
    if not increase:
        return complete_df
    share = increase / (1 + increase)  # of the variance that is due to missing values
    rubin = (m - 1) / share**2 if share > SLIGHT else math.inf
    if complete_df is None:
        return rubin if math.isfinite(rubin) else None
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return observed if math.isinf(rubin) else 1 / (1 / rubin + 1 / observed)


def pool_survival(rates: Sequence[Estimate], *, level: float = 0.95) -> Pooled:
    """Pool survival S(t) of completed tables, each with its standard error, on the scale log(-log S).

    The pooled `se` is brought back to the scale of S; between, within and df belong to the log-log scale.
    There is no pooled rate where a table has none, or one of 0 or 1, whose log-log is infinite.
    Raises ValueError for fewer than two tables.
    """
    if len(rates) < 2:
        raise ValueError(f"pooling needs at least two tables, not {len(rates)}")
    reason = next((reason for reason in map(_no_log_log, rates) if reason), None)
    if reason:
        return Pooled(
            value=None, level=level, method="rubin-log-log", n=rates[0].n, m=len(rates), reason=reason
        )
    survival, se = np.array([(rate.value, rate.se) for rate in rates], dtype=float).T
    slope = survival * np.log(survival)  # d S / d log(-log S)
    pooled = pool(np.log(-np.log(survival)), (se / slope) ** 2, rates[0].n, level=level)
    value, upper, lower = (math.exp(-math.exp(x)) for x in (pooled.value, pooled.lower, pooled.upper))
    return replace(
        pooled,
        value=value,
        lower=lower,
        upper=upper,
        se=pooled.se * abs(value * math.log(value)),
        method="rubin-log-log",
        p=None,
    )


def _no_log_log(rate: Estimate) -> str | None:
    """Why a rate has no place on the log-log scale."""
    if rate.value is None:
        return rate.reason
    if rate.value in (0, 1):
        return "survival_zero" if rate.value == 0 else "no_events"
    return None if rate.se else rate.reason or "no_variation"


def pool_models(models: Sequence[Model]) -> Model:
    """Pool the same model fitted to each completed table, on the scale of the coefficients.

    The degrees of freedom of a complete table are the events, or for a logistic model the cases, less the
    coefficients. `likelihood_ratio` is the pooled chi-squared statistic D2 with its F
    distribution. Where a term has no estimate in one table, it has none here, for the same reason.
    `used`, `concordance`, `wald` and `score` are those of single tables and are left out.

    Raises ValueError for fewer than two models and for models with different terms.
    """
    if len(models) < 2:
        raise ValueError(f"pooling needs at least two tables, not {len(models)}")
    first = models[0]
    if any([term.term for term in one.terms] != [term.term for term in first.terms] for one in models):
        raise ValueError("only models with the same terms can be pooled")
    terms = tuple(_pool_term(column, first) for column in zip(*(one.terms for one in models), strict=True))
    return Model(
        method=first.method,
        ratio=first.ratio,
        n=first.n,
        events=first.events,
        missing=first.missing,
        level=first.level,
        interval="rubin",
        terms=terms,
        likelihood_ratio=pool_chi_squared([one.likelihood_ratio for one in models]),
        reason=next((one.reason for one in models if one.reason), None),
        coef=np.array([np.nan if term.coef is None else term.coef for term in terms]),
    )


def _pool_term(terms: Sequence[Term], model: Model) -> PooledTerm:
    name = terms[0].term
    incomplete = next((term.reason for term in terms if term.coef is None or not term.se), None)
    if incomplete:
        return PooledTerm(
            term=name, coef=None, se=None, ratio=None, lower=None, upper=None, p=None, reason=incomplete
        )
    logistic = model.ratio == "odds_ratio"
    freedom = (model.n - 1 if logistic else model.events) - len(model.terms)
    coefs, squares = [term.coef for term in terms], [term.se**2 for term in terms]
    equal = len(set(coefs)) == 1
    pooled = pool(coefs, squares, model.n, complete_df=None if equal else max(freedom, 1), level=model.level)
    shown = interval_term(name, pooled.value, pooled.se, pooled.lower, pooled.upper, pooled.p)
    parts = ("term", "coef", "se", "ratio", "lower", "upper", "p", "reason")
    return PooledTerm(**{part: getattr(shown, part) for part in parts}, df=pooled.df, fmi=pooled.fmi)


def pool_chi_squared(tests: Sequence[Test]) -> Test:
    """The pooled test D2 of chi-squared statistics with the same degrees of freedom (Li et al. 1991).

    The statistic has an F distribution with `df` and `df2`; where all statistics are equal it stays
    chi-squared. Raises ValueError for fewer than two tests or different degrees of freedom.
    """
    if len(tests) < 2:
        raise ValueError(f"pooling needs at least two tables, not {len(tests)}")
    first, m = tests[0], len(tests)
    reason = next((one.reason for one in tests if one.p is None), None)
    if reason:
        return Test(name=first.name, method="pooled", n=first.n, missing=first.missing, reason=reason)
    if len({one.df for one in tests}) > 1:
        raise ValueError("only tests with the same degrees of freedom can be pooled")
    statistics = np.array([one.statistic for one in tests])
    increase = (1 + 1 / m) * float(np.sqrt(statistics).var(ddof=1))
    shared = {"name": first.name, "df": first.df, "n": first.n, "missing": first.missing}
    if increase < 1e-12:
        mean = float(statistics.mean())
        return Test(statistic=mean, p=float(chdtrc(first.df, mean)), method="chi-squared", **shared)
    ratio = max(0.0, (statistics.mean() / first.df - (m + 1) / (m - 1) * increase) / (1 + increase))
    df2 = first.df ** (-3 / m) * (m - 1) * (1 + 1 / increase) ** 2
    p = float(fdtrc(first.df, df2, ratio))
    return Test(statistic=float(ratio), df2=float(df2), p=p, method="pooled-d2", **shared)
