"""Our Cox models, tests of proportional hazards, concordance and Firth estimates under R's names."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.reference.data import table
from analysis.regression import (
    Hazards,
    Model,
    concordance,
    cox,
    firth_cox,
    proportional_hazards,
)

TOLERANCES = {"*/firth/*": 1e-4, "*": 1e-6}

Answers = dict[str, float | None]


def answers() -> Answers:
    return _plain() | _special() | _concordance() | _firth()


def _lung() -> pd.DataFrame:
    lung = table("lung").rename(columns={"ph.ecog": "ecog", "wt.loss": "loss"})
    return lung.assign(large=lung.age * 1e6, tiny=(lung.sex + lung.ecog / 3) * 1e-3)


def _middle() -> pd.DataFrame:
    middle = table("formula400")
    middle = middle.assign(begin=np.floor(middle.time * middle.x5 / 2))
    middle = middle[middle.begin < middle.time]
    return middle.assign(layer=np.floor(middle.x1 * 4), w=0.5 + middle.x5)


def _small() -> pd.DataFrame:
    small = table("formula31")
    sixth = np.sort(small.time[small.event == 1])[5]
    early = ((small.event == 1) & (small.time < sixth)).astype(float)
    return small.assign(copy=small.x1 + 2 * small.x2, early=early)


def _plain() -> Answers:
    """Every model with both treatments of ties, and its tests of proportional hazards."""
    gbsg2 = table("gbsg2").assign(hormone=lambda data: (data.horTh == "yes").astype(float))
    lung, middle, large = _lung(), _middle(), table("formula1000")
    heart = table("stanford_heart_transplants")
    models = {
        "gbsg2": (gbsg2, "time", "cens", "age tsize pnodes progrec estrec hormone", {}),
        "lung": (lung, "time", "status", "age sex ecog loss", {}),
        "lung-by-sex": (lung, "time", "status", "age ecog", {"strata": lung.sex}),
        "rossi": (table("rossi"), "week", "arrest", "fin age race wexp mar paro prio", {}),
        "leukemia": (table("leukemia"), "t", "status", "sex logWBC Rx", {}),
        "larynx": (table("larynx"), "time", "death", "age Stage_II Stage_III Stage_IV", {}),
        "formula31": (_small(), "time", "event", "x1 x2 x3", {}),
        "formula1000": (large, "time", "event", "x1 x2 x3 x4 x5", {}),
        "formula1000-by-group": (large, "time", "event", "x1 x3 x4", {"strata": large.group}),
        "heart": (heart, "stop", "event", "age year surgery transplant", {"entry": heart.start}),
        "late-entry": (middle, "time", "event", "x2 x3 x4", {"entry": middle.begin}),
        "late-entry-by-layer": (
            middle, "time", "event", "x2 x3 x4", {"entry": middle.begin, "strata": middle.layer}
        ),
    }  # fmt: skip
    found: Answers = {}
    for name, (data, time, event, columns, more) in models.items():
        arguments = (data[time], data[event], data[columns.split()], columns.split())
        for ties in ("efron", "breslow"):
            found |= _model(f"{name}/{ties}", cox(*arguments, ties=ties, **more))
            for transform in ("km", "rank", "identity", "log"):
                hazards = proportional_hazards(*arguments, ties=ties, transform=transform, **more)
                found |= _hazards(f"{name}/{ties}/hazards", hazards)
            found |= _residuals(f"{name}/{ties}/hazards/residuals", columns.split(), hazards)
    return found


def _special() -> Answers:
    """Collinear and badly scaled covariates, weights, robust variances."""
    lung, middle, small, heart = _lung(), _middle(), _small(), table("stanford_heart_transplants")

    def fit(name: str, data: pd.DataFrame, columns: str, time: str = "time", event: str = "event", **more):
        names = columns.split()
        return _model(name, cox(data[time], data[event], data[names], names, **more))

    found: Answers = {}
    for ties in ("efron", "breslow"):
        found |= fit(f"collinear/{ties}", small, "x1 x2 copy x3", ties=ties)
        found |= fit(f"scaled/{ties}", lung, "large tiny", event="status", ties=ties)
        layered = {"entry": middle.begin, "strata": middle.layer}
        for variance, robust in (("", False), ("/robust", True)):
            more = {"ties": ties, "weights": middle.w, "robust": robust}
            found |= fit(f"weighted{variance}/{ties}", middle, "x1 x2 x3", **more)
            name = f"weighted-late-entry-by-layer{variance}/{ties}"
            found |= fit(name, middle, "x2 x3", **more, **layered)
    found |= fit("lung/robust/efron", lung, "age sex ecog loss", event="status", robust=True)
    columns = "age year surgery transplant"
    intervals = {"time": "stop", "entry": heart.start, "cluster": heart.id}
    return found | fit("heart/by-patient/efron", heart, columns, **intervals)


def _model(name: str, model: Model) -> Answers:
    found: Answers = {}
    for term in model.terms:
        for number in ("coef", "se", "ratio", "lower", "upper", "p"):
            found[f"{name}/{term.term}/{number}"] = getattr(term, number)
    tests = {"likelihood-ratio": model.likelihood_ratio, "wald": model.wald, "score": model.score}
    found |= {f"{name}/{test}": result.statistic for test, result in tests.items()}
    found |= {
        f"{name}/log-likelihood/{which}": value
        for which, value in zip(("null", "model"), model.log_likelihood, strict=True)
    }
    return found | {
        f"{name}/concordance": model.concordance.value,
        f"{name}/concordance/se": model.concordance.se,
    }


def _hazards(name: str, hazards: Hazards) -> Answers:
    found: Answers = {f"{name}/{hazards.transform}/sum-of-squares": float((hazards.transformed**2).sum())}
    for test in hazards.tests:
        found[f"{name}/{hazards.transform}/{test.name}/statistic"] = test.statistic
        found[f"{name}/{hazards.transform}/{test.name}/p"] = test.p
    return found


def _residuals(name: str, columns: list[str], hazards: Hazards) -> Answers:
    found: Answers = {}
    for column, residuals in zip(columns, hazards.residuals.T, strict=True):
        found[f"{name}/{column}/sum-of-squares"] = float((residuals**2).sum())
        found[f"{name}/{column}/with-time"] = float(residuals @ hazards.times)
    return found


def _concordance() -> Answers:
    lung, middle, large = _lung(), _middle(), table("formula1000")
    late = {"entry": middle.begin}
    estimates = {
        "lung/age": concordance(lung.time, lung.status, lung.age),
        "lung/ecog": concordance(lung.time, lung.status, lung.ecog),
        "lung/ecog-by-sex": concordance(lung.time, lung.status, lung.ecog, strata=lung.sex),
        "formula1000/x3": concordance(large.time, large.event, large.x3),
        "late-entry/x3": concordance(middle.time, middle.event, middle.x3, **late),
        "late-entry/layer": concordance(middle.time, middle.event, middle.layer, weights=middle.w, **late),
    }
    found: Answers = {}
    for name, estimate in estimates.items():
        found |= {f"concordance/{name}/value": estimate.value, f"concordance/{name}/se": estimate.se}
    return found


def _firth() -> Answers:
    small, leukemia, first = _small(), table("leukemia"), _middle()[:40]
    models = {
        "formula31": (small, "time", "event", "x1 x2 x3", {}),
        "monotone": (small, "time", "event", "early x1", {}),
        "monotone-alone": (small, "time", "event", "early", {}),
        "leukemia": (leukemia, "t", "status", "sex logWBC Rx", {}),
        "leukemia-by-sex": (leukemia, "t", "status", "logWBC Rx", {"strata": leukemia.sex}),
        "late-entry": (first, "time", "event", "x2 x3", {"entry": first.begin}),
    }
    found: Answers = {}
    for name, (data, time, event, columns, more) in models.items():
        names = columns.split()
        for ties in ("breslow", "efron"):
            model = firth_cox(data[time], data[event], data[names], names, ties=ties, **more)
            prefix = f"{name}/firth/{ties}"
            found[f"{prefix}/likelihood-ratio"] = model.likelihood_ratio.statistic
            scale = data[names].std().to_numpy()
            # R's script has the covariates in standard deviations, which moves log det I by a constant
            found[f"{prefix}/log-likelihood"] = model.log_likelihood[1] - float(np.log(scale).sum())
            for term in model.terms:
                for number in ("coef", "lower", "upper", "p"):
                    found[f"{prefix}/{term.term}/{number}"] = getattr(term, number)
    return found
