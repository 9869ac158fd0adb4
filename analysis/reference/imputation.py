"""Our Rubin's rules under the names of imputation.R."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.reference import data
from analysis.regression.cox import cox
from analysis.regression.imputation import nelson_aalen
from analysis.regression.logistic import logistic
from analysis.regression.model import Model
from analysis.regression.pooling import Pooled, pool, pool_models, pool_survival
from analysis.survival import kaplan_meier, rate_at

TOLERANCES = {"*": 1e-6}

TABLES = 20
GAPS = ("ph.ecog", "ph.karno", "meal.cal", "wt.loss")

Answers = Iterator[tuple[str, float | None]]


def answers() -> dict[str, float | None]:
    tables = [_completed(j) for j in range(1, TABLES + 1)]
    names = ("age", "sex", "ph.karno", "meal.cal", "wt.loss")
    logistic_models = [logistic(table.status, table[list(names)].to_numpy(), names) for table in tables]
    names = ("age", "sex", "ph.ecog", "wt.loss", "meal.cal")
    cox_models = [cox(table.time, table.status, table[list(names)].to_numpy(), names) for table in tables]
    return dict(
        [
            *_model("logistic", logistic_models),
            *_model("cox", cox_models),
            *_means(tables),
            *_survival(tables),
            *_hazards(),
        ]
    )


def _completed(j: int) -> pd.DataFrame:
    """The lung table with its gaps filled by the rule that R follows, too."""
    table = data.table("lung").astype(float)
    for name in GAPS:
        column = table[name].to_numpy().copy()
        rows = np.flatnonzero(np.isnan(column)) + 1
        present = column[~np.isnan(column)]
        shift = (rows * np.sqrt(2) * j) % 1 - 0.5
        column[rows - 1] = present.mean() + 2 * present.std(ddof=1) * shift
        table[name] = column
    return table


def _model(name: str, models: Sequence[Model]) -> Answers:
    pooled = pool_models(models)
    for term in pooled.terms:
        path = f"{name}/{term.term}"
        yield f"{path}/value", term.coef
        for part in ("se", "df", "fmi", "p", "lower", "upper"):
            yield f"{path}/{part}", getattr(term, part)
    for part in ("statistic", "df2", "p"):
        yield f"{name}/likelihood ratio/{part}", getattr(pooled.likelihood_ratio, part)


def _means(tables: Sequence[pd.DataFrame]) -> Answers:
    n = len(tables[0])
    for name in GAPS:
        means = [table[name].mean() for table in tables]
        squares = [table[name].var(ddof=1) / n for table in tables]
        yield from _pooled(f"mean/{name}", pool(means, squares, n, complete_df=n - 1))
        yield from _pooled(f"large sample mean/{name}", pool(means, squares, n))


def _pooled(path: str, pooled: Pooled) -> Answers:
    for part in ("value", "se", "within", "between", "df", "fmi", "lower", "upper", "p"):
        yield f"{path}/{part}", getattr(pooled, part)
    yield f"{path}/efficiency", pooled.relative_efficiency


def _survival(tables: Sequence[pd.DataFrame]) -> Answers:
    chosen = [table[table["wt.loss"] > 5] for table in tables]
    curves = [kaplan_meier(table.time, table.status) for table in chosen]
    for at in (100, 180, 365, 600):
        pooled = pool_survival([rate_at(curve, at) for curve in curves])
        for part in ("value", "lower", "upper", "df", "fmi"):
            yield f"survival/{at}/{part}", getattr(pooled, part)


def _hazards() -> Answers:
    lung, large, waltons = (data.table(name) for name in ("lung", "formula1000", "waltons"))
    for name, time, event in (
        ("lung", lung.time, lung.status),
        ("formula1000", large.time, large.event),
        ("waltons", waltons["T"], waltons["E"]),
    ):
        hazard = nelson_aalen(time, event)
        for row in range(10):
            yield f"nelson-aalen/{name}/row {row + 1}", float(hazard[row])
        yield f"nelson-aalen/{name}/sum", math.fsum(hazard)
