"""Our weighted comparisons under the names of weighting.R."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.reference import data
from analysis.regression.weighted_comparison import weighted_difference, weighted_hazard_ratio
from analysis.regression.weighting import Weighting, propensity_weights

# the standard error with estimated propensity has a numerical derivative in R
TOLERANCES = {"*/se with estimated propensity": 1e-5, "*": 1e-6}

ESTIMANDS = {
    "ate": {"estimand": "ate"},
    "stabilised": {"estimand": "ate", "stabilised": True},
    "att": {"estimand": "att"},
    "overlap": {"estimand": "overlap"},
}

Answers = Iterator[tuple[str, float | None]]


def answers() -> dict[str, float | None]:
    gbsg2, lung = data.table("gbsg2").copy(), data.table("lung").copy()
    gbsg2["hormone"] = (gbsg2.horTh == "yes").astype(float)
    gbsg2["post"] = (gbsg2.menostat == "Post").astype(float)
    lung["woman"] = (lung.sex == lung.sex.max()).astype(float)
    cases = (
        ("gbsg2", gbsg2, "hormone", ("age", "post", "tsize", "pnodes", "progrec", "estrec"), "time", "cens"),
        (
            "rossi",
            data.table("rossi"),
            "fin",
            ("age", "race", "wexp", "mar", "paro", "prio"),
            "week",
            "arrest",
        ),
        ("formula1000", data.table("formula1000"), "x4", ("x1", "x2", "x3", "x5"), "time", "event"),
        ("lung", lung, "woman", ("age", "ph.ecog", "wt.loss"), "time", "status"),
    )
    found: dict[str, float | None] = {}
    for name, table, treated, covariates, time, event in cases:
        found |= _compared(name, table, treated, covariates, time, event)
    return found


def _compared(
    name: str, table: pd.DataFrame, treated: str, covariates: tuple[str, ...], time: str, event: str
) -> Answers:
    z, x = table[treated].to_numpy(float), table[list(covariates)].to_numpy(float)
    times, status = table[time].to_numpy(float), table[event].to_numpy(float)
    for label, choice in ESTIMANDS.items():
        weighting = propensity_weights(z, x, covariates, **choice)
        path = f"{name}/{label}"
        if label == "ate":
            yield f"{name}/overlap", weighting.overlap
        yield from _weights(path, weighting)
        yield from _differences(path, weighting, times, status, label != "stabilised")
        term = weighted_hazard_ratio(times, status, weighting).terms[0]
        yield f"{path}/hazard ratio/coef", term.coef
        yield f"{path}/hazard ratio/robust se", term.se
        yield f"{path}/hazard ratio/p", term.p


def _weights(path: str, weighting: Weighting) -> Answers:
    yield f"{path}/effective size/all", weighting.ess
    yield f"{path}/effective size/treated", weighting.ess_treated
    yield f"{path}/effective size/control", weighting.ess_control
    yield f"{path}/largest weight", weighting.max_weight
    for one in weighting.balance:
        yield f"{path}/standardised difference/{one.name}/before", one.smd_before
        yield f"{path}/standardised difference/{one.name}/after", one.smd_after


def _differences(
    path: str, weighting: Weighting, times: np.ndarray, status: np.ndarray, estimated: bool
) -> Answers:
    for label, outcome in (("risk", status), ("mean", times)):
        difference = weighted_difference(outcome, weighting, propensity="known")
        yield f"{path}/{label} difference/value", difference.value
        yield f"{path}/{label} difference/se with known propensity", difference.se
    if estimated:
        difference = weighted_difference(status, weighting, propensity="estimated")
        yield f"{path}/risk difference/se with estimated propensity", difference.se
