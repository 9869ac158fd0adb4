"""The numbers of describe.R, computed here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis import describe
from analysis.conventions import REGISTRY
from analysis.estimate import Estimate, Test
from analysis.reference.data import table

# R searches the reciprocal of a large upper limit to four digits, so that of 626 it finds two.
TOLERANCES = {
    "*/odds_ratio_conditional/R/*": 1e-2,
    "*/shapiro-wilk/*": 1e-6,
    "*/fisher-freeman-halton/*": 1e-7,
    "*/lower": 1e-6,
    "*/upper": 1e-6,
    "*": 1e-9,
}

COLUMNS = (
    *(("lung", name) for name in ("age", "wt.loss", "meal.cal", "ph.karno")),
    ("larynx", "age"),
    *(("gbsg2", name) for name in ("pnodes", "estrec", "age")),
    ("leukemia", "logWBC"),
    ("psychiatric_patients", "Age"),
    ("check72", "time"),
    *(("formula31", name) for name in ("x1", "x3", "time")),
    *(("formula1000", name) for name in ("x3", "time")),
    ("waltons", "T"),
)
FIRST_ROWS = (3, 4, 5, 6, 7, 8, 11, 12, 20, 50)
NUMBERS = (
    *(("lung", value, "sex") for value in ("wt.loss", "age", "meal.cal")),
    *(("lung", value, "ph.ecog") for value in ("age", "time")),
    ("lung", "wt.loss", "ph.karno"),
    ("larynx", "age", "Stage_II"),
    *(("gbsg2", value, "tgrade") for value in ("pnodes", "age")),
    ("gbsg2", "age", "horTh"),
    ("gbsg2", "estrec", "menostat"),
    ("waltons", "T", "group"),
    *(("leukemia", "logWBC", group) for group in ("Rx", "sex")),
    ("g3", "age", "group"),
    ("psychiatric_patients", "Age", "sex"),
    ("check72", "time", "sex"),
    *(("formula31", value, "group") for value in ("x1", "x5", "time")),
    ("formula31", "x3", "x4"),
    ("formula31", "x1", "cause"),
    ("formula1000", "x3", "group"),
    ("formula1000", "time", "cause"),
    ("formula400", "x1", "event"),
)
CROSSED = (
    ("gbsg2", "horTh", "menostat"),
    ("gbsg2", "tgrade", "horTh"),
    ("lung", "ph.ecog", "sex"),
    ("lung", "ph.ecog", "ph.karno"),
    ("formula31", "event", "group"),
    ("formula31", "cause", "group"),
)
FOUR_FOLD = {
    "tea": (3, 1, 1, 3),
    **{
        " ".join(map(str, cells)): cells
        for cells in (
            (8, 2, 1, 5),
            (0, 10, 5, 7),
            (5, 7, 0, 10),
            (6, 0, 0, 7),
            (29, 2, 31, 9),
            (12, 9, 8, 11),
            (15, 16, 4, 27),
            (1, 200, 9, 190),
            (2000, 3000, 2100, 2900),
        )
    },
}
# As R fills a matrix: column by column, with the number of rows.
LARGER = {
    "job satisfaction": (4, (1, 2, 1, 0, 3, 3, 6, 1, 10, 10, 14, 9, 6, 7, 12, 11)),
    "3 x 4": (3, (3, 1, 2, 0, 4, 5, 2, 2, 1, 0, 3, 8)),
    "4 x 4": (4, (2, 5, 1, 7, 0, 3, 4, 4, 2, 6, 3, 1, 8, 2, 5, 9)),
    "4 x 5": (4, (5, 0, 1, 2, 8, 3, 4, 4, 9, 1, 1, 2, 3, 3, 2, 6, 7, 0, 2, 4)),
    "2 x 6": (2, (2, 1, 0, 3, 4, 1, 1, 5, 6, 2, 2, 4)),
    "5 x 2": (5, (9, 8, 5, 3, 2, 1, 4, 6, 7, 9)),
    "grade by Clavien-Dindo": (3, (2, 5, 1, 3, 10, 2, 1, 3, 1, 0, 2, 1)),
}
PROPORTIONS = ((15, 31), (29, 31), (0, 31), (31, 31), (1, 7), (120, 686))
P_VALUES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.0001, 0.9, 0.04, None, 0.5, 1)

Named = Iterator[tuple[str, float | None]]


def answers() -> dict[str, float | None]:
    """Every number of describe.R by its name."""
    return dict(_all())


def _all() -> Named:
    for data, name in COLUMNS:
        yield from _column(f"{data}/{name}/", table(data)[name])
    for n in FIRST_ROWS:
        for data, name in (("formula1000", "x5"), ("formula31", "time")):
            yield from _column(f"{data}/{name} first {n}/", table(data)[name].head(n))
    for data, value, group in NUMBERS:
        yield from _numbers(f"{data}/{value} by {group}/", table(data)[value], table(data)[group])
    for data, value, group in CROSSED:
        counts, *_ = describe.cross_tabulate(table(data)[value].array, table(data)[group].array)
        yield from _table(f"table {data} {value} by {group}/", counts, exact=group != "ph.karno")
    for name, cells in FOUR_FOLD.items():
        yield from _table(f"table {name}/", np.reshape(cells, (2, 2)))
    for name, (rows, cells) in LARGER.items():
        yield from _table(f"table {name}/", np.reshape(cells, (-1, rows)).T)
    for count, total in PROPORTIONS:
        for name, interval in (("wilson", describe.wilson), ("clopper-pearson", describe.clopper_pearson)):
            limits = interval(count, total, 0.95)
            for end, limit in zip(("lower", "upper"), limits, strict=True):
                yield f"proportion {count} of {total}/{name}/{end}", limit
    for method in ("holm", "bh"):
        for size in (5, 8, 11):
            for i, p in enumerate(describe.adjust(P_VALUES[:size], method)):
                yield f"adjusted/{method}/{size} values/{i + 1}", p


def _column(at: str, values: pd.Series) -> Named:
    summary = describe.summarise(values, REGISTRY)
    own = (("n", "n"), ("mean", "mean"), ("sd", "sd"), ("sem", "sem"), ("min", "minimum"), ("max", "maximum"))
    for name, field in own:
        yield at + name, getattr(summary, field)
    for kind, quartiles in describe.quartiles_by_type(values).items():
        for name, quantile in zip(("q1", "median", "q3"), quartiles, strict=True):
            yield f"{at}quantile type {kind}/{name}", quantile
    yield at + "skewness", describe.skewness(values)
    shapiro, lilliefors = describe.shapiro_wilk(values), describe.lilliefors(values)
    yield at + "shapiro-wilk/w", shapiro.statistic
    yield at + "shapiro-wilk/p", shapiro.p
    if lilliefors.n >= 5:
        yield at + "lilliefors/d", lilliefors.statistic
        yield at + "lilliefors/p", lilliefors.p


def _numbers(at: str, values: pd.Series, group: pd.Series) -> Named:
    found = describe.compare_numbers(values, group.array, REGISTRY)
    letter = {"levene": "f", "anova": "f", "welch-anova": "f", "kruskal-wallis": "h", "t": "t", "welch": "t"}
    for name, test in found.tests.items():
        yield f"{at}{name}/{letter.get(name, 'u')}", test.statistic
        yield f"{at}{name}/p", test.p
    if len(found.levels) > 2:
        yield f"{at}welch-anova/df2", found.tests["welch-anova"].df2
        for name in ("eta_squared", "epsilon_squared"):
            yield from _estimate(f"{at}{name}/", found.effects[name])
        return
    for name in ("cohen_d", "hedges_g", "smd", "rank_biserial"):
        yield from _estimate(f"{at}{name}/", found.effects[name])
    yield at + "hodges-lehmann", found.effects["median_difference"].value
    first, second = describe.split(values, group.array).samples
    for name in ("t", "welch"):
        yield f"{at}{name}/df", found.tests[name].df
        yield from _limits(f"{at}{name}/", describe.mean_difference(first, second, 0.95, pooled=name == "t"))
    large = {"exact_below": 0}
    shifts = {"mann-whitney": large, "mann-whitney-corrected": large | {"corrected": True}}
    if "mann-whitney-exact" in found.tests:
        shifts["mann-whitney-exact"] = {}
    for name, choices in shifts.items():
        yield from _limits(f"{at}{name}/", describe.median_difference(first, second, 0.95, **choices))


def _table(at: str, counts: np.ndarray, *, exact: bool = True) -> Named:
    found = describe.compare_table(counts, replace(REGISTRY, alpha=0.05))
    tests, effects = found.tests, found.effects
    yield f"{at}pearson/chi-square", tests["pearson"].statistic
    yield f"{at}pearson/df", tests["pearson"].df
    yield f"{at}pearson/p", tests["pearson"].p
    yield from _estimate(f"{at}cramers_v/", effects["cramers_v"])
    if "smd" in effects:
        value = effects["smd"].value
        yield f"{at}smd", None if value is None else abs(value)
    if counts.shape != (2, 2):
        if exact:
            yield f"{at}fisher-freeman-halton/p", _exact(counts).p
        return
    yield f"{at}yates/chi-square", tests["yates"].statistic
    yield f"{at}yates/p", tests["yates"].p
    yield f"{at}fisher/p", tests["fisher"].p
    for name in ("odds_ratio_conditional", "risk_difference", "odds_ratio", "risk_ratio"):
        yield from _estimate(f"{at}{name}/", effects[name])
    yield from _estimate(f"{at}odds_ratio_conditional/R/", effects["odds_ratio_conditional"])


def _exact(counts: np.ndarray) -> Test:
    test = describe.fisher_freeman_halton(counts)
    if test.method != "exact":
        raise ValueError("a comparison with R needs the exact p")
    return test


def _estimate(at: str, estimate: Estimate) -> Named:
    yield at + "value", estimate.value
    yield from _limits(at, estimate)


def _limits(at: str, estimate: Estimate) -> Named:
    yield at + "lower", estimate.lower
    yield at + "upper", estimate.upper
