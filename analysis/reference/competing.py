"""The numbers of competing.R computed with our own code."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis import competing_risks
from analysis.estimate import Test
from analysis.reference.data import table

TOLERANCES = {"*/cause-specific/*": 1e-6, "*/fine-gray/*": 1e-7, "*": 1e-9}

Answer = tuple[str, float | None]
FIVE = tuple(f"x{k}" for k in range(1, 6))


def answers() -> dict[str, float | None]:
    """Every number of competing.csv by its name."""
    parts = (_incidences(), _gray_tests(), _regressions(), _delayed_entry())
    return {name: None if value is None else float(value) for part in parts for name, value in part}


def _nodes() -> pd.DataFrame:
    """Recurrence first, or death on the last day of the time to recurrence."""
    frame = table("lymph_node").copy()
    died = (frame["censdead"] == 1) & (frame["rectime"] == frame["survtime"])
    frame["cause"] = np.where(frame["censrec"] == 0, 0, np.where(died, 2, 1))
    frame["time"] = frame["rectime"]
    return frame


def _lung() -> pd.DataFrame:
    """Deaths of patients who rated themselves below 70 count as another cause; no rating, no cause."""
    frame = table("lung").copy()
    cause = frame["status"] * (1 + (frame["pat.karno"] < 70))
    frame["cause"] = np.where(frame["pat.karno"].isna(), np.nan, cause)
    return frame


def _incidences() -> Iterator[Answer]:
    thousand = table("formula1000")
    for name, frame, times in (
        ("formula400", table("formula400"), (1, 30, 180, 365, 730, 1500)),
        ("formula1000", thousand, (1, 30, 180, 365, 730, 1500, 1900)),
        ("formula31", table("formula31"), (30, 365, 730, 1200)),
        ("lymph_node", _nodes(), (180, 365, 730, 1461, 2192)),
        ("lung", _lung(), (30, 180, 365, 730)),
        *(
            (f"formula1000/group={one}", thousand[thousand["group"] == one], (30, 365, 1200))
            for one in ("A", "B")
        ),
    ):
        curve = competing_risks.aalen_johansen(frame["time"], frame["cause"])
        for cause in (1, 2):
            for time in times:
                yield from _at(f"{name}/incidence/{cause}/{time}", curve, cause, time)
            yield f"{name}/incidence/sum/{cause}", curve.of(cause)[1].sum()
            yield f"{name}/incidence/sum-of-se/{cause}", curve.se(cause).sum()


def _at(here: str, curve: competing_risks.CumulativeIncidence, cause: int, time: float) -> Iterator[Answer]:
    for method in ("plain", "log", "log-log"):
        rate = competing_risks.incidence_at(curve, cause, time, method=method)
        # where F is 0 R has no interval, ours is an exact binomial one: not compared
        lower, upper = (rate.lower, rate.upper) if rate.value else (None, None)
        yield f"{here}/{method}/lower", lower
        yield f"{here}/{method}/upper", upper
    yield f"{here}/value", rate.value
    yield f"{here}/se", rate.se
    yield f"{here}/at_risk", rate.at_risk


def _gray_tests() -> Iterator[Answer]:
    for name in ("formula31", "formula400", "formula1000"):
        frame = table(name)
        third = np.floor(3 * frame["x1"])
        for label, group, options in (
            ("group", frame["group"], {}),
            ("third", third, {}),
            ("third/rho=0.5", third, {"rho": 0.5}),
            ("third/rho=1", third, {"rho": 1}),
            ("third/rho=2", third, {"rho": 2}),
            ("third/strata", third, {"strata": frame["x4"]}),
        ):
            yield from _gray(f"{name}/gray/{label}", frame, group, **options)
    nodes, lung = _nodes(), _lung()
    yield from _gray("lymph_node/gray/grade", nodes, nodes["grade"])
    yield from _gray("lymph_node/gray/hormone", nodes, nodes["hormone"], strata=nodes["grade"])
    yield from _gray("lung/gray/sex", lung, lung["sex"])


def _gray(name: str, frame: pd.DataFrame, group: pd.Series, **options: object) -> Iterator[Answer]:
    for cause in (1, 2):
        test: Test = competing_risks.gray_test(
            frame["time"], frame["cause"], group, cause_of_interest=cause, **options
        )
        for part in ("statistic", "df", "p"):
            yield f"{name}/{cause}/{part}", getattr(test, part)


def _regressions() -> Iterator[Answer]:
    for name, frame, terms, times in (
        ("formula31", table("formula31"), ("x1",), (100, 700)),
        ("formula400", table("formula400"), FIVE, (100, 1000)),
        ("formula1000", table("formula1000"), FIVE, (100, 1000)),
        ("lymph_node", _nodes(), ("age", "hormone", "size", "nodes"), (365, 1461)),
        ("lung", _lung(), ("age", "sex", "ph.ecog", "wt.loss"), (100, 500)),
    ):
        x = frame[list(terms)].to_numpy(float)
        for cause in (1, 2):
            columns = (frame["time"], frame["cause"], x, terms)
            model = competing_risks.fine_gray(*columns, cause_of_interest=cause)
            yield from _fine_gray(f"{name}/fine-gray/{cause}", model, x[model.used][:2], times)
            untied = frame["time"].to_numpy(float, copy=True)
            untied[model.used] += np.arange(1, model.n + 1) / 10000
            apart = competing_risks.fine_gray(untied, frame["cause"], x, terms, cause_of_interest=cause)
            for term in apart.terms:
                yield f"{name}/fine-gray/{cause}/weighted-rows/{term.term}", term.coef
            cox = competing_risks.cause_specific_cox(*columns, cause_of_interest=cause)
            for term in cox.terms:
                for part in ("coef", "se", "p", "lower", "upper"):
                    yield f"{name}/cause-specific/{cause}/{term.term}/{part}", getattr(term, part)


def _fine_gray(
    here: str, model: competing_risks.FineGrayModel, cases: np.ndarray, times: tuple[float, ...]
) -> Iterator[Answer]:
    for term in model.terms:
        for part in ("coef", "se", "lower", "upper", "p"):
            yield f"{here}/{term.term}/{part}", getattr(term, part)
    yield f"{here}/log_likelihood/null", model.log_likelihood[0]
    yield f"{here}/log_likelihood", model.log_likelihood[1]
    yield f"{here}/wald", model.wald.statistic
    for number, case in enumerate(cases, start=1):
        predicted = competing_risks.predicted_incidence(model, case, times)
        for time, value in zip(times, predicted, strict=True):
            yield f"{here}/predicted/{number}/{time}", value


def _delayed_entry() -> Iterator[Answer]:
    frame = table("multicenter_aids_cohort_study")
    cause = frame["D"] * (1 + (frame["AIDSY"] > 1994.5))
    curve = competing_risks.aalen_johansen(frame["T"], cause, frame["W"])
    for one in (1, 2):
        for time in (2, 4, 6):
            rate = competing_risks.incidence_at(curve, one, time)
            for part in ("value", "se", "at_risk"):
                yield f"aids/delayed-entry/{one}/{time}/{part}", getattr(rate, part)
