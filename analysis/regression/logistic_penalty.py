"""Firth's penalised likelihood of a logistic model: its value, its score, and its maximum.

Source: Firth 1993.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from analysis.regression.logistic import information, log_likelihood

ITERATIONS = 200
PATIENCE = 30  # scoring steps before Newton's, each of which costs as much as several of them
DIFFERENCE = 1e-5  # in a coefficient of a standardised covariate, for the slope of the score
CONVERGED = 1e-22  # on the squared length of a step, measured in standard errors
ROUNDING = 1e-13  # below this the steps of an ill-conditioned series may stop shrinking
LONGEST_STEP = 5.0  # of any coefficient of a standardised covariate


@dataclass(frozen=True, slots=True, eq=False)
class Penalised:
    """A maximum of the penalised likelihood, perhaps with some coefficients held."""

    coef: np.ndarray
    value: float
    converged: bool


def penalised(design: np.ndarray, outcome: np.ndarray, coef: np.ndarray) -> float:
    """l(b) + 1/2 log det I(b); minus infinity where the information is singular."""
    predictor = design @ coef
    sign, log_determinant = np.linalg.slogdet(information(design, expit(predictor)))
    return log_likelihood(predictor, outcome) + log_determinant / 2 if sign > 0 else -np.inf


def maximise(
    design: np.ndarray, outcome: np.ndarray, start: np.ndarray, free: Sequence[int] | np.ndarray
) -> Penalised:
    """The maximum over the coefficients `free`, the others held at `start`.

    Scoring first; where that is slow, Newton's method.
    """
    coef = start.copy()
    value = penalised(design, outcome, coef)
    if not len(free):
        return Penalised(coef, value, np.isfinite(value))
    gap = np.inf
    for iteration in range(ITERATIONS):
        try:
            score, step = _scoring_step(design, outcome, coef, free)
            if iteration >= PATIENCE:
                step = _newton_step(design, outcome, coef, free, score, step)
        except np.linalg.LinAlgError:
            break
        before, gap = gap, float(score @ step)
        if gap < CONVERGED or before <= gap < ROUNDING:
            break
        moved, reached = _ascend(design, outcome, coef, step, free, value)
        if moved is coef:
            break
        coef, value = moved, reached
    return Penalised(coef, value, gap < ROUNDING)


def _scoring_step(
    design: np.ndarray, outcome: np.ndarray, coef: np.ndarray, free: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Firth's modified score X'(y - p + h (1/2 - p)) of the coefficients `free`, and a step along it.

    h are the leverages. The step is that of the data with every row counted 1 + h times, to which the
    modified score belongs.
    """
    columns = design[:, free]
    probability = expit(design @ coef)
    weight = probability * (1 - probability)
    root = np.linalg.inv(np.linalg.cholesky((design * weight[:, None]).T @ design))
    leverage = weight * ((design @ root.T) ** 2).sum(axis=1)
    score = columns.T @ (outcome - probability + leverage * (0.5 - probability))
    return score, np.linalg.solve((columns * (weight * (1 + leverage))[:, None]).T @ columns, score)


def _newton_step(
    design: np.ndarray,
    outcome: np.ndarray,
    coef: np.ndarray,
    free: Sequence[int] | np.ndarray,
    score: np.ndarray,
    step: np.ndarray,
) -> np.ndarray:
    """Newton's step, from central differences of the score; `step` itself where that would lead downhill."""
    size = len(free)
    slope = np.empty((size, size))
    for column, position in enumerate(free):
        small = DIFFERENCE * max(1.0, abs(coef[position]))
        ends = []
        for sign in (1, -1):
            moved = coef.copy()
            moved[position] += sign * small
            ends.append(_scoring_step(design, outcome, moved, free)[0])
        slope[:, column] = (ends[0] - ends[1]) / (2 * small)
    newton = np.linalg.solve(-(slope + slope.T) / 2, score)
    return newton if score @ newton > 0 else step


def _ascend(
    design: np.ndarray,
    outcome: np.ndarray,
    coef: np.ndarray,
    step: np.ndarray,
    free: Sequence[int] | np.ndarray,
    value: float,
) -> tuple[np.ndarray, float]:
    """Go the `step`, cut to the longest allowed and halved until the likelihood does not fall."""
    step = step * min(1.0, LONGEST_STEP / np.abs(step).max())
    allowed = value - 1e-12 * (1 + abs(value)) if np.isfinite(value) else value
    for _ in range(40):
        moved = coef.copy()
        moved[free] += step
        reached = penalised(design, outcome, moved)
        if reached >= allowed:
            return moved, reached
        step = step / 2
    return coef, value
