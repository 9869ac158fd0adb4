"""Our logistic regressions under the names of logistic.R."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.reference import data
from analysis.regression.firth_logistic import firth_logistic
from analysis.regression.logistic import LogisticModel, logistic
from analysis.regression.model import Term

TOLERANCES = {"firth/*/p": 1e-4, "firth/*": 1e-5, "*": 1e-6}

Answers = Iterator[tuple[str, float | None]]


def answers() -> dict[str, float | None]:
    small, large = data.table("formula31").copy(), data.table("formula1000").copy()
    small["far"] = ((small.x1 > 0.7) & (small.event == 1)).astype(float)
    large["big"], large["tiny"] = large.x1 * 1e6 + 2e6, large.x3 * 1e-6
    large["twice"] = 2 * large.x1 - 1
    lung, larynx, leukemia = (data.table(name) for name in ("lung", "larynx", "leukemia"))
    stages = ("age", "Stage_II", "Stage_III", "Stage_IV")
    ordinary = (
        ("lung", lung, "status", ("age", "sex", "ph.ecog")),
        ("lung with gaps", lung, "status", ("age", "sex", "ph.karno", "meal.cal", "wt.loss")),
        ("gbsg2", data.table("gbsg2"), "cens", ("age", "tsize", "pnodes", "progrec", "estrec")),
        (
            "rossi",
            data.table("rossi"),
            "arrest",
            ("fin", "age", "race", "wexp", "mar", "paro", "prio"),
        ),
        ("lymph node", data.table("lymph_node"), "censrec", ("age", "hormone", "size", "grade", "nodes")),
        ("larynx", larynx, "death", stages),
        ("leukemia", leukemia, "status", ("sex", "logWBC")),
        ("formula31", small, "event", ("x1", "x2")),
        ("formula1000", large, "event", ("x1", "x2", "x3", "x4", "x5")),
        ("badly scaled", large, "event", ("big", "x2", "tiny")),
        ("one collinear", large, "event", ("x1", "twice", "x3")),
    )
    firth = (
        ("lung", lung, "status", ("age", "sex", "ph.ecog")),
        ("larynx", larynx, "death", stages),
        ("leukemia", leukemia, "status", ("sex", "logWBC", "Rx")),
        ("formula31", small, "event", ("x1", "x2", "x3")),
        ("separated", small, "event", ("far", "x2", "x3")),
        ("formula1000", large, "event", ("x1", "x2", "x3")),
    )
    found: dict[str, float | None] = {}
    for name, table, outcome, names in ordinary:
        found |= _ordinary(f"ordinary/{name}", _fit(logistic, table, outcome, names))
    for name, table, outcome, names in firth:
        found |= _firth(f"firth/{name}", _fit(firth_logistic, table, outcome, names))
    return found


def _fit(method, table: pd.DataFrame, outcome: str, names: tuple[str, ...]) -> LogisticModel:
    return method(table[outcome].to_numpy(float), table[list(names)].to_numpy(np.float64), names)


def _ordinary(name: str, model: LogisticModel) -> Answers:
    for term in (model.intercept, *model.terms):
        if term.coef is not None:
            yield from _term(f"{name}/{_r_name(term)}", term, with_ratio=True)
    yield f"{name}/n", model.n
    likelihood_ratio = model.likelihood_ratio
    yield f"{name}/likelihood ratio/statistic", likelihood_ratio.statistic
    yield f"{name}/likelihood ratio/df", likelihood_ratio.df
    yield f"{name}/likelihood ratio/p", likelihood_ratio.p
    for kind in ("score", "wald"):
        test = getattr(model, kind)
        yield f"{name}/{kind}/statistic", test.statistic
        yield f"{name}/{kind}/p", test.p
    yield f"{name}/log likelihood", model.log_likelihood[1]
    for part in ("value", "se", "lower", "upper"):
        yield f"{name}/area under curve/{part}", getattr(model.concordance, part)


def _firth(name: str, model: LogisticModel) -> Answers:
    for term in (model.intercept, *model.terms):
        yield from _term(f"{name}/{_r_name(term)}", term, with_ratio=False)
    yield f"{name}/likelihood ratio/statistic", model.likelihood_ratio.statistic
    yield f"{name}/likelihood ratio/p", model.likelihood_ratio.p
    yield f"{name}/penalised log likelihood", model.log_likelihood[1]


def _r_name(term: Term) -> str:
    return term.term.lower().strip("()")


def _term(path: str, term: Term, *, with_ratio: bool) -> Answers:
    yield f"{path}/coef", term.coef
    yield f"{path}/se", term.se
    if with_ratio:
        yield f"{path}/odds ratio", term.ratio
    yield f"{path}/lower", term.lower
    yield f"{path}/upper", term.upper
    yield f"{path}/p", term.p
