"""Every survival result for the cases of a table, as the data that docs/commands.md describes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis import survival
from analysis.answers import competing, models
from analysis.answers.blocks import Absent
from analysis.answers.cases import Cases, cases
from analysis.answers.columns import Columns
from analysis.answers.question import Survival
from analysis.conventions import Conventions
from analysis.estimate import Estimate
from analysis.survival import KaplanMeier
from analysis.table_file import refuse

QUARTILES = {"0.25": 0.25, "0.5": 0.5, "0.75": 0.75}
BANDS = ("plain", "log", "log-log")
MEDIANS = (*BANDS, "spss")


def answer(columns: Columns, question: Survival, language: str) -> dict[str, object]:
    """The answer to `question`, ready for JSON: numbers unrounded, None where there is none. Words are in
    `language`.

    Raises InputError for data that do not fit the question; see `cases`.
    """
    data = cases(columns, question)
    overall, groups = _curves(data)
    tau = _tau(question, [overall, *groups])
    absent = Absent(language)
    if data.group is None or tau is None:
        absent.add("rmst_difference", "no_group" if data.group is None else "no_times")
    counts = {name: columns.missing_counts(name) for name in question.columns}
    return {
        "conventions": question.conventions.as_data(),
        "n": overall.n,
        "events": overall.total_events,
        "missing": data.missing,
        "missing_by_column": {name: sum(spelled.values()) for name, spelled in counts.items()},
        "missing_spellings": counts,
        "coding": data.coding,
        "tau": tau,
        "overall": _group(None, overall, question, tau),
        "groups": [
            _group(level, curve, question, tau) for level, curve in zip(data.levels, groups, strict=True)
        ],
        "tests": _tests(columns, question, data),
        "pairwise": _pairwise(question, data),
        "rmst_difference": _rmst_difference(data.levels, groups, tau, question.conventions),
        **_regressions(columns, question, data, absent),
        "not_computed": absent.blocks,
    }


def _regressions(columns: Columns, question: Survival, data: Cases, absent: Absent) -> dict[str, object]:
    covariates = models.covariates(columns, question, data)
    if not covariates.names:
        absent.add("cox", "no_covariates")
        absent.add("proportional_hazards", "no_covariates")
    return {
        "cox": models.cox(covariates, data, question.conventions, absent),
        "proportional_hazards": models.proportional_hazards(covariates, data, question.conventions, absent),
        "competing": competing.competing(covariates, data, question, absent),
    }


def _curves(data: Cases) -> tuple[KaplanMeier, list[KaplanMeier]]:
    """The curve of all cases, and of every group in order."""
    own = [data.group == index for index in range(len(data.levels))]
    try:
        overall, *groups = (
            survival.kaplan_meier(
                data.time[rows], data.event[rows], None if data.entry is None else data.entry[rows]
            )
            for rows in [np.ones(len(data), dtype=bool), *own]
        )
    except ValueError:  # all else is checked by `cases`
        raise refuse(
            "an entry equals its time up to rounding; entries must lie before the times.",
            "存在进入时间与结局时间在舍入误差内相等的行；进入时间必须早于事件或删失时间。",
        ) from None
    return overall, groups


def _tau(question: Survival, curves: Sequence[KaplanMeier]) -> float | None:
    """Up to when the mean is taken: as asked, else the smallest of the groups' last times."""
    return question.tau or survival.common_tau(curves) or None


def _group(level: str | None, curve: KaplanMeier, question: Survival, tau: float | None) -> dict[str, object]:
    confidence = question.conventions.level
    return {
        "level": level,
        "n": curve.n,
        "events": curve.total_events,
        "last_time": curve.last_time,
        "quantiles": {
            method: {
                name: survival.quantile(curve, p, method, confidence).numbers()
                for name, p in QUARTILES.items()
            }
            for method in MEDIANS
        },
        "mean_spss": survival.mean_spss(curve, confidence).numbers(),
        "rmst": _rmst(curve, tau, confidence).numbers(),
        "landmarks": [_landmark(curve, time, confidence) for time in question.landmarks],
        "follow_up": {
            method: {
                name: survival.followup_quantile(curve, p, confidence, method).numbers()
                for name, p in QUARTILES.items()
            }
            for method in BANDS
        },
        "curve": points(curve),
    }


def _rmst(curve: KaplanMeier, tau: float | None, level: float) -> Estimate:
    if tau is not None:
        return survival.rmst(curve, tau, level)
    facts = {"level": level, "method": "plain", "n": curve.n, "events": curve.total_events}
    return survival.RestrictedMean(value=None, tau=None, reason="no_cases", **facts)


def _landmark(curve: KaplanMeier, time: float, level: float) -> dict[str, object]:
    rates = {method: survival.rate_at(curve, time, method, level) for method in BANDS}
    one = rates["log-log"]
    return {
        "time": time,
        "at_risk": one.at_risk,
        "events": one.events,
        "left_limit": one.left_limit,
        "survival": {method: Estimate.numbers(rate) for method, rate in rates.items()},
    }


def points(curve: KaplanMeier) -> list[dict[str, object]]:
    """The curve at every distinct time; the standard error is None where the survival is 0."""
    names = ("time", "at_risk", "events", "censored", "survival")
    columns = [getattr(curve, name).tolist() for name in names]
    errors = (None if math.isnan(se) else se for se in curve.se.tolist())
    return [dict(zip((*names, "se"), row, strict=True)) for row in zip(*columns, errors, strict=True)]


def _tests(columns: Columns, question: Survival, data: Cases) -> list[dict[str, object]]:
    """Every test of the log-rank family; with strata stratified. The trend where the levels are numbers."""
    if data.group is None:
        return []
    rows = {"strata": data.strata, "entry": data.entry}
    tests = [
        survival.rank_test(data.time, data.event, data.group, weight=weight, **rows)
        for weight in survival.WEIGHTS
    ]
    if len(data.levels) > 2 and columns.is_numeric(question.group):
        scores = [columns.number(level) for level in data.levels]
        tests.append(survival.trend_test(data.time, data.event, data.group, scores=scores, **rows))
    return [test.numbers() | {"stratified": data.strata is not None} for test in tests]


def _pairwise(question: Survival, data: Cases) -> list[dict[str, object]]:
    """The log-rank test between each two of more than two groups."""
    if len(data.levels) < 3:
        return []
    pairs = survival.pairwise(
        data.time,
        data.event,
        data.group,
        strata=data.strata,
        entry=data.entry,
        adjust=question.conventions.multiplicity,
    )
    return [
        {"first": data.levels[pair.first], "second": data.levels[pair.second]}
        | pair.test.numbers()
        | {"p_adjusted": pair.p_adjusted, "adjustment": question.conventions.multiplicity}
        for pair in pairs
    ]


def _rmst_difference(
    levels: tuple[str, ...], groups: Sequence[KaplanMeier], tau: float | None, conventions: Conventions
) -> dict[str, object] | None:
    """The first group minus the second; under "all" the first minus each of the others."""
    if not groups or tau is None:
        return None
    differences = [
        {"first": levels[0], "second": level}
        | survival.rmst_difference(groups[0], curve, tau, conventions.level).numbers()
        | _statistic(survival.rmst_test(groups[0], curve, tau).numbers())
        for level, curve in zip(levels[1:], groups[1:], strict=True)
    ]
    return differences[0] | {"all": differences}


def _statistic(test: dict[str, object]) -> dict[str, object]:
    return {name: test[name] for name in ("statistic", "p")}
