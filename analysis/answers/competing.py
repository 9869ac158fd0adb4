"""The competing risks of a survival question: incidences, Gray's tests, regressions."""

from __future__ import annotations

from dataclasses import fields
from functools import partial

import numpy as np

from analysis import competing_risks
from analysis.answers.blocks import Absent
from analysis.answers.cases import COMPETING, EVENT, Cases
from analysis.answers.models import Covariates, fitted
from analysis.answers.question import Survival
from analysis.competing_risks import CumulativeIncidence
from analysis.conventions import Conventions

CAUSES = {"cause": EVENT, "competing": COMPETING}
_POINT = tuple(field.name for field in fields(competing_risks.Point))


def competing(
    covariates: Covariates, data: Cases, question: Survival, absent: Absent
) -> dict[str, object] | None:
    """Both causes for all cases and by group, and what compares them; None without a competing value."""
    if question.competing_value is None:
        absent.add("competing", "no_competing_value")
        return None
    everyone = np.ones(len(data), dtype=bool)
    return _incidence(data, everyone, question) | {
        "groups": [
            {"level": level} | _incidence(data, data.group == index, question)
            for index, level in enumerate(data.levels)
        ],
        "gray": _gray(data, EVENT, "competing.gray", absent),
        "gray_competing": _gray(data, COMPETING, "competing.gray_competing", absent),
        "fine_gray": _fine_gray(covariates, data, question.conventions.level, absent),
        "cause_specific": _cause_specific(covariates, data, question.conventions, absent),
    }


def _incidence(data: Cases, rows: np.ndarray, question: Survival) -> dict[str, object]:
    entry = None if data.entry is None else data.entry[rows]
    curve = competing_risks.aalen_johansen(data.time[rows], data.cause[rows], entry)
    level = question.conventions.level
    return {
        **{name: _points(curve, cause, level) for name, cause in CAUSES.items()},
        "landmarks": [_landmark(curve, time, level) for time in question.landmarks],
    }


def _points(curve: CumulativeIncidence, cause: int, level: float) -> list[dict[str, object]]:
    points = competing_risks.points(curve, cause, level)
    return [{name: getattr(point, name) for name in _POINT} for point in points]


def _landmark(curve: CumulativeIncidence, time: float, level: float) -> dict[str, object]:
    """Both incidences at `time`; beside that of the event what 1 - Kaplan-Meier would wrongly claim."""
    return {
        "time": time,
        **{
            name: competing_risks.incidence_at(curve, cause, time, level).numbers()
            for name, cause in CAUSES.items()
        },
        "one_minus_km": competing_risks.one_minus_kaplan_meier(curve, EVENT, time),
    }


def _gray(data: Cases, cause: int, block: str, absent: Absent) -> dict[str, object] | None:
    """Gray's test between the groups; it is not defined for delayed entry."""
    if data.group is None or data.entry is not None:
        absent.add(block, "no_group" if data.group is None else "delayed_entry")
        return None
    compare = partial(
        competing_risks.gray_test,
        data.time,
        data.cause,
        data.group,
        cause_of_interest=cause,
        strata=data.strata,
    )
    return absent.attempt(block, lambda: compare().numbers())


def _fine_gray(covariates: Covariates, data: Cases, level: float, absent: Absent) -> dict[str, object] | None:
    """The Fine-Gray model of the event; it is not defined for delayed entry."""
    block = "competing.fine_gray"
    if not covariates.names or data.entry is not None:
        absent.add(block, "delayed_entry" if covariates.names else "no_covariates")
        return None
    rows = (data.time, data.cause, covariates.matrix, covariates.names)
    fit = partial(competing_risks.fine_gray, *rows, cause_of_interest=EVENT, level=level)
    return fitted(block, fit, absent)


def _cause_specific(
    covariates: Covariates, data: Cases, conventions: Conventions, absent: Absent
) -> dict[str, object] | None:
    """The Cox model of each cause, the other cause censored."""
    if not covariates.names:
        absent.add("competing.cause_specific", "no_covariates")
        return None
    rows = (data.time, data.cause, covariates.matrix, covariates.names)
    options = {"entry": data.entry, "strata": data.strata, "level": conventions.level}
    fit = partial(competing_risks.cause_specific_cox, *rows, ties=conventions.ties, **options)
    return {
        name: fitted(f"competing.cause_specific.{name}", partial(fit, cause_of_interest=cause), absent)
        for name, cause in CAUSES.items()
    }
