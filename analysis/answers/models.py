"""The regressions of a survival question: its covariates, Cox in three ways, proportional hazards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import get_args

import numpy as np

from analysis import regression
from analysis.answers.blocks import Absent
from analysis.answers.cases import Cases
from analysis.answers.columns import Columns
from analysis.answers.question import Survival
from analysis.conventions import Conventions, TimeTransform
from analysis.regression import Model


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """The columns of a model for the cases that enter: a name for each, NaN where a value is missing."""

    names: tuple[str, ...]
    matrix: np.ndarray


def covariates(columns: Columns, question: Survival, data: Cases) -> Covariates:
    """The covariates that are named; without any the indicators of the group.

    A column of numbers enters as it is, unless it is declared a category; one of texts as indicators
    "column=level" against the first level that the cases have. Raises InputError for a text among
    numbers and for too many levels.
    """
    parts: dict[str, np.ndarray] = {}
    for name in question.covariates:
        if name not in question.categories and _is_numeric(columns, name):
            parts[name] = columns.numbers(name)[data.used]
        else:
            levels, codes = columns.levels(name)
            parts |= _indicators(name, levels, codes[data.used])
    if not question.covariates and data.group is not None:
        parts = _indicators(question.group, data.levels, data.group)
    matrix = np.column_stack([*parts.values()]) if parts else np.empty((len(data), 0))
    return Covariates(tuple(parts), matrix)


def _is_numeric(columns: Columns, name: str) -> bool:
    """Whether all values are numbers; `kind` refuses a text that slipped in among them."""
    return columns.is_numeric(name) or columns.kind(name) == "number"


def _indicators(name: str, levels: tuple[str, ...], codes: np.ndarray) -> dict[str, np.ndarray]:
    """A column of 0 and 1 for every level that occurs but the first; NaN where the level is missing."""
    occurring = [index for index in range(len(levels)) if (codes == index).any()]
    return {f"{name}={levels[index]}": np.where(codes < 0, np.nan, codes == index) for index in occurring[1:]}


def cox(
    covariates: Covariates, data: Cases, conventions: Conventions, absent: Absent
) -> dict[str, object] | None:
    """The three Cox models, with strata stratified; None without covariates."""
    if not covariates.names:
        return None
    rows = (data.time, data.event, covariates.matrix, covariates.names)
    shared = {"entry": data.entry, "strata": data.strata, "level": conventions.level}
    fits = {
        "efron": partial(regression.cox, *rows, ties="efron", **shared),
        "breslow": partial(regression.cox, *rows, ties="breslow", **shared),
        "firth": partial(regression.firth_cox, *rows, **shared),
    }
    return {name: fitted(f"cox.{name}", fit, absent) for name, fit in fits.items()}


def fitted(block: str, fit: Callable[[], Model], absent: Absent) -> dict[str, object] | None:
    """The numbers of a model, and whether its events suffice; None where its arithmetic fails."""

    def numbers() -> dict[str, object]:
        model = fit()
        gate = regression.events_gate(model.events, len(model.terms))
        return model.numbers() | {"advice": gate.advice}

    return absent.attempt(block, numbers)


def proportional_hazards(
    covariates: Covariates, data: Cases, conventions: Conventions, absent: Absent
) -> dict[str, list[dict[str, object]] | None] | None:
    """The score tests of proportional hazards by time scale: every term, then "GLOBAL"."""
    if not covariates.names:
        return None

    def tested(transform: TimeTransform) -> list[dict[str, object]]:
        hazards = regression.proportional_hazards(
            data.time,
            data.event,
            covariates.matrix,
            covariates.names,
            ties=conventions.ties,
            transform=transform,
            entry=data.entry,
            strata=data.strata,
        )
        return [{"term": test.name} | _without_name(test.numbers()) for test in hazards.tests]

    return {
        transform: absent.attempt(f"proportional_hazards.{transform}", partial(tested, transform))
        for transform in get_args(TimeTransform)
    }


def _without_name(numbers: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in numbers.items() if key != "name"}
