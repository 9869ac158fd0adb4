"""Newton's method for the partial likelihood, and what it finds when there is no maximum.

Where the likelihood has a maximum Newton's steps shrink quadratically. Where it is monotone, some
coefficients grow by about the same step for ever while the likelihood no longer changes: these are
the terms that separate (Albert & Anderson 1984 for the logistic, Bryson & Johnson 1981 for Cox's model).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.regression.partial_likelihood import Moments, PartialLikelihood

ITERATIONS = 60
HALVINGS = 30
FLAT = 1e-7  # where a step promises less gain in log likelihood than this, steps are as in the limit
CLOSE = 1e-14  # where it promises less than this, one more step is the last
STEADY = 0.5  # a step that is still this share of the one before has not begun to converge
MOVING = 1e-5  # steps below this, in standard deviations of the covariate, are convergence
GONE = 1e-5  # information below this share of that at 0 has vanished
PART = 1e-3  # coefficients below this share of the largest are no part of a direction
LEADING = 0.05  # share of the largest coefficient from which one counts as running away with it
FURTHER = np.linspace(1.25, 4, 12)  # times the coefficients at which the iteration ended
LONG = 200.0  # hazards of those at risk that are further apart than exp(200) have no finite ratio


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where the iteration ended: `coef`, and the likelihood there.

    `diverging` marks coefficients that run to infinity; `converged` is false when it ended for another cause.
    """

    coef: np.ndarray
    log_likelihood: float
    moments: Moments
    information: np.ndarray
    diverging: np.ndarray
    converged: bool


def maximise(likelihood: PartialLikelihood) -> Maximum:
    """The maximum of a partial likelihood whose covariates are independent and of about unit spread."""
    coef = np.zeros(len(likelihood.x))
    moments = likelihood.moments(coef)
    value = likelihood.log_likelihood(moments)
    at_zero = likelihood.derivatives(moments)[1]
    unit = likelihood.event_weight.mean()
    step = np.full(coef.size, np.inf)
    for _ in range(ITERATIONS):
        score, information = likelihood.derivatives(moments)
        previous, step = step, _solve(information, score)
        if step is None:
            break
        gain = score @ step / unit
        steady = (np.abs(step) > MOVING) & (np.abs(step) > STEADY * np.abs(previous))
        if gain < FLAT and steady.any():
            diverging = _vanishing(at_zero, information)
            if diverging.any():
                value = _towards_infinity(likelihood, coef, diverging, value)
                return Maximum(coef, value, moments, information, diverging, True)
        advance = _advance(likelihood, coef, step, value)
        if advance is None or _spread(likelihood, moments) > LONG:
            break
        coef, value, moments = advance
        if gain < CLOSE:
            information = likelihood.derivatives(moments)[1]
            return Maximum(coef, value, moments, information, np.zeros(coef.size, dtype=bool), True)
    diverging = np.zeros(coef.size, dtype=bool)
    if _spread(likelihood, moments) > LONG:
        diverging = _vanishing(at_zero, information)
        if not diverging.any():
            diverging = np.abs(coef) > LEADING * np.abs(coef).max()
        value = _towards_infinity(likelihood, coef, diverging, value)
    return Maximum(coef, value, moments, information, diverging, False)


def _towards_infinity(
    likelihood: PartialLikelihood, coef: np.ndarray, diverging: np.ndarray, value: float
) -> float:
    """The log likelihood further out along the terms that run away, as near its limit as is computable."""
    for factor in FURTHER:
        further = likelihood.log_likelihood(likelihood.moments(np.where(diverging, factor * coef, coef)))
        value = max(value, further)  # minus infinity where it cannot be computed
    return value


def _solve(information: np.ndarray, score: np.ndarray) -> np.ndarray | None:
    """The Newton step; None where the information has no inverse."""
    scale = np.sqrt(np.abs(np.diag(information)))
    if not np.isfinite(information).all() or not (scale > 0).all():
        return None
    try:
        step = np.linalg.solve(information / np.outer(scale, scale), score / scale) / scale
    except np.linalg.LinAlgError:
        return None
    return step if np.isfinite(step).all() and score @ step >= 0 else None


def _advance(
    likelihood: PartialLikelihood, coef: np.ndarray, step: np.ndarray, value: float
) -> tuple[np.ndarray, float, Moments] | None:
    """The next point, the step halved until the likelihood rises; None when it never does."""
    for _ in range(HALVINGS):
        moments = likelihood.moments(coef + step)
        reached = likelihood.log_likelihood(moments)
        if reached >= value - 1e-12 * abs(value):
            return coef + step, reached, moments
        step = step / 2
    return None


def _vanishing(at_zero: np.ndarray, information: np.ndarray) -> np.ndarray:
    """The coefficients with a part in any direction whose information has gone, compared with that at 0.

    Along a direction in which the likelihood is monotone the information goes to 0, and along no other. A
    coefficient that only mattered in risk sets which the separation has settled is part of such a direction.
    """
    root = np.linalg.inv(np.linalg.cholesky(at_zero))
    left, directions = np.linalg.eigh(root @ np.nan_to_num(information) @ root.T)
    gone = root.T @ directions[:, left < GONE]
    if not gone.size:
        return np.zeros(len(at_zero), dtype=bool)
    return (np.abs(gone) > PART * np.abs(gone).max(axis=0)).any(axis=1)


def _spread(likelihood: PartialLikelihood, moments: Moments) -> float:
    """The range of x'b among rows that are ever at risk at an event."""
    sets = likelihood.sets
    return float(np.ptp(moments.linear[sets.first < sets.stop]))
