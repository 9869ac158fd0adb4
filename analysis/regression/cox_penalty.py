"""Firth's penalised partial likelihood: its value, its score, and its maximum.

Source: Firth 1993; Heinze & Schemper 2001. The maximum: scoring, and where that is slow Newton's method
with the curvature measured (Nocedal & Wright 2006, section 3.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.regression.inference import inverse
from analysis.regression.partial_likelihood import Moments, PartialLikelihood

ITERATIONS = 200
HALVINGS = 40
FEW_HALVINGS = 8  # of a step by Newton, before scoring has its turn
EVALUATIONS = 300  # of the likelihood in one search, and as many again for every five coefficients
LONGEST = 2.0  # first step of a coefficient, in standard deviations of its covariate; later ones may double
SLOW = 0.01  # scoring that leaves more than this share of the gain promised before gives way to Newton
NUDGE = 1e-4  # in standard errors, for the curvature
FLATTEST = 1e-3  # curvature, as a share of the information, below which it is not believed
CLOSE = 1e-18  # a scoring step that promises less gain in log likelihood than this ends the iteration
PROFILE_CLOSE = 1e-14  # the same on a profile, of which only the height counts
GOOD_ENOUGH = 1e-10  # the same where rounding allows no further step
LOST = 1e-9  # information below this share of the second moments it is a difference of has lost digits
CELLS = 250_000  # rows times denominators, up to which they may be looked at one by one
CELLS_AT_ONCE = 50_000  # of them cost about as much as a plain evaluation


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """The penalised log likelihood at `coef`, its `score` and the (unpenalised) `information`."""

    coef: np.ndarray
    value: float
    score: np.ndarray
    information: np.ndarray
    linear: np.ndarray


class Penalised:
    """The penalised likelihood, to be evaluated a limited number of times in each search."""

    def __init__(self, likelihood: PartialLikelihood) -> None:
        self.likelihood = likelihood
        cells = likelihood.weight.size * likelihood.mass.size
        self.cost = 1 + (cells // CELLS_AT_ONCE if cells <= CELLS else 0)
        self.replenish()

    def replenish(self) -> None:
        """Allow another search."""
        self.left = EVALUATIONS * (1 + len(self.likelihood.x) / 5)

    def at(self, coef: np.ndarray) -> Point | None:
        """The point at `coef`; None where it cannot be computed or the search has taken too long."""
        if self.left <= 0:
            return None
        self.left -= self.cost
        return evaluate(self.likelihood, coef)


def evaluate(likelihood: PartialLikelihood, coef: np.ndarray) -> Point | None:
    """The penalised likelihood at `coef`; None where it cannot be computed.

    The derivative of ½ log det I by b_u is ½ tr(A dI/db_u), A the inverse of I: the third central moments
    of the covariates in each risk set, contracted with A. With q = x'Ax they come down to sums over
    rows of what each row was exposed to, so that moments beyond the first are never stored. Where
    hazards are so far apart that such sums lose all digits, risk sets are looked at one by one.
    """
    if not np.isfinite(coef).all():
        return None
    moments = likelihood.moments(coef)
    value = likelihood.log_likelihood(moments)
    feasible = likelihood.weight.size * likelihood.mass.size <= CELLS
    if not np.isfinite(value):
        return _one_by_one(likelihood, coef, moments) if feasible else None
    x, mean, risk = likelihood.x, moments.mean, moments.risk
    score, information = likelihood.derivatives(moments)
    hazard = likelihood.mass / moments.denominator
    exposure = likelihood.exposure(hazard)
    if feasible and _has_lost_digits(information, x**2 @ (risk * exposure)):
        return _one_by_one(likelihood, coef, moments)
    log_determinant = half_log_determinant(information)
    if log_determinant is None:
        return None
    a = inverse(information)
    ax, exposed = a @ x, likelihood.exposure(hazard * mean)
    q = (x * ax).sum(axis=0)
    third = x @ (risk * exposure * q)
    third -= exposed @ (risk * q)
    third -= 2 * (x @ (risk * (ax * exposed).sum(axis=0)))
    third += 2 * (mean @ (likelihood.mass * (mean * (a @ mean)).sum(axis=0)))
    return Point(coef, value + log_determinant, score + third / 2, information, moments.linear)


def half_log_determinant(information: np.ndarray) -> float | None:
    """½ log det I of any scale; None where I is not positive."""
    scale = np.sqrt(np.maximum(np.diag(information), 0))
    if not np.isfinite(information).all() or not (scale > 0).all():
        return None
    sign, log_determinant = np.linalg.slogdet(information / np.outer(scale, scale))
    if sign <= 0 or not np.isfinite(log_determinant):
        return None
    return float(log_determinant / 2 + np.log(scale).sum())


def _has_lost_digits(information: np.ndarray, second: np.ndarray) -> bool:
    """Whether in some direction the information is mere rounding of the `second` moments (p,)."""
    if not np.isfinite(information).all() or not (second > 0).all():
        return True
    return bool(np.linalg.eigvalsh(information / np.sqrt(np.outer(second, second)))[0] < LOST)


def _one_by_one(likelihood: PartialLikelihood, coef: np.ndarray, moments: Moments) -> Point | None:
    """The same from the central moments of each risk set, each in its own unit of hazard."""
    x, sets, mass = likelihood.x, likelihood.sets, likelihood.mass
    at_risk = (sets.first[:, None] <= likelihood.at) & (likelihood.at < sets.stop[:, None])
    counted = at_risk * likelihood.weight[:, None]
    tied = sets.at[:, None] == likelihood.at
    counted[sets.deaths] *= np.where(tied, 1 - likelihood.share, 1)
    own = np.where(at_risk, moments.linear[:, None], -np.inf)
    top = own.max(axis=0)
    with np.errstate(under="ignore"):
        part = counted * np.exp(own - top)
        denominator = part.sum(axis=0)
        part /= denominator
        apart = x[:, :, None] - (x @ part)[:, None, :]
        of_events = np.sum(likelihood.event_weight * moments.linear[sets.deaths])
        value = float(of_events - np.sum(mass * (top + np.log(denominator))))
        drawn = x[:, sets.deaths] @ likelihood.event_weight - (x @ part) @ mass
        part *= mass
        flat = apart.reshape(len(x), -1)
        information = (flat * part.reshape(-1)) @ flat.T
        log_determinant = half_log_determinant(information)
        if log_determinant is None or not math.isfinite(value):
            return None
        q = (flat * (inverse(information) @ flat)).sum(axis=0)
        third = flat @ (part.reshape(-1) * q)
    return Point(coef, value + log_determinant, drawn + third / 2, information, moments.linear)


def maximise(penalised: Penalised, start: np.ndarray, free: np.ndarray, close: float = CLOSE) -> Point | None:
    """The largest penalised likelihood over the `free` coefficients, the others as in `start`.

    None where the iteration does not converge, or may not go on.
    """
    point = penalised.at(start)
    if point is None or not free.any():
        return point
    places = np.flatnonzero(free)
    reach, gain = LONGEST, math.inf
    for _ in range(ITERATIONS):
        scoring = np.zeros(start.size)
        scoring[places] = inverse(point.information[np.ix_(places, places)]) @ point.score[places]
        before, gain = gain, float(point.score @ scoring)
        if gain < close or before <= gain < GOOD_ENOUGH:  # it shrinks no more: only rounding is left
            return point
        newton = _newton(penalised, point, places) if gain > SLOW * before else None
        following = newton
        if newton is not None:
            following = _rise(penalised, point, _within(newton, reach), FEW_HALVINGS)
        following = following or _rise(penalised, point, _within(scoring, reach))
        if following is None:
            return point if gain < GOOD_ENOUGH else None
        reach = max(LONGEST, 2 * float(np.abs(following.coef - point.coef).max()))
        point = following
    return point if gain < GOOD_ENOUGH else None


def _within(step: np.ndarray, reach: float) -> np.ndarray:
    return step * min(1.0, reach / np.abs(step).max())


def _newton(penalised: Penalised, point: Point, places: np.ndarray) -> np.ndarray | None:
    """Newton's step in the coefficients at `places`; None where the curvature cannot be had.

    The information leaves out the curvature of the penalty; differences of the score, in directions that are
    independent and one standard error long, have it. Where the likelihood is curved upwards, the step
    goes up all the same, as far as it would where it is curved downwards.
    """
    try:
        root = np.linalg.cholesky(inverse(point.information[np.ix_(places, places)]))
    except np.linalg.LinAlgError:
        return None
    falls = []
    for direction in root.T:
        coef = point.coef.copy()
        coef[places] += NUDGE * direction
        there = penalised.at(coef)
        if there is None:
            return None
        falls.append(root.T @ (point.score - there.score)[places] / NUDGE)
    curvature, axes = np.linalg.eigh((np.array(falls) + np.array(falls).T) / 2)
    along = axes.T @ (root.T @ point.score[places])
    step = np.zeros(point.coef.size)
    step[places] = root @ (axes @ (along / np.maximum(np.abs(curvature), FLATTEST)))
    return step


def _rise(penalised: Penalised, point: Point, step: np.ndarray, halvings: int = HALVINGS) -> Point | None:
    """The next point, the step shortened until the likelihood rises, up to rounding, and still rises there.

    A step may be much too long: where the slope has turned round, the secant of the two slopes says how
    long it should have been.
    """
    slope = point.score @ step
    for _ in range(halvings):
        if penalised.left <= 0:
            break
        following = penalised.at(point.coef + step)
        if following is not None and following.value >= point.value - 1e-13 * max(abs(point.value), 1):
            turned = following.score @ step
            if turned >= -slope / 4:
                return following
            step = step * (slope / (slope - turned))
            slope = point.score @ step
            continue
        step, slope = step / 2, slope / 2
    return None
