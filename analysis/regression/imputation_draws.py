"""One draw of the missing values of one column, given the other columns.

Each function takes the known values (n1,), the design matrices of the cases with a known value (n1, p) and
of those without (n0, p), a column of ones first and the rest standardised, and a random generator.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax, softmax

DONORS = 5
RIDGE = 1e-5  # added to the variance of each column, which is 1, so that collinear columns do no harm
PRIOR_SLOPE, PRIOR_INTERCEPT = 2.5, 10.0  # standard deviations of the weak prior of logistic coefficients
ITERATIONS = 50
CONVERGED = 1e-12  # on the squared length of a Newton step, measured in standard errors


def draw_matched(
    known: np.ndarray, design: np.ndarray, wanted: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Values (n0,) of donors with a similar prediction (predictive mean matching).

    Donors are predicted with the least-squares coefficients, recipients with coefficients drawn
    from their posterior, so that the uncertainty of the regression reaches the imputed values.
    """
    product = design.T @ design
    product[np.diag_indices_from(product)] += RIDGE * known.size
    root = np.linalg.cholesky(product)
    fitted = np.linalg.solve(product, design.T @ known)
    rest = ((known - design @ fitted) ** 2).sum()
    sigma = np.sqrt(rest / generator.chisquare(max(known.size - design.shape[1], 1)))
    drawn = fitted + sigma * np.linalg.solve(root.T, generator.standard_normal(fitted.size))
    # shuffled before the stable sort: among donors predicted alike the choice is random
    shuffled = generator.permutation(known.size)
    predicted = (design @ fitted)[shuffled]
    order = np.argsort(predicted, kind="stable")
    nearest = _nearest(predicted[order], wanted @ drawn)
    chosen = generator.integers(nearest.shape[1], size=len(nearest))
    return known[shuffled][order][nearest[np.arange(len(nearest)), chosen]]


def _nearest(ordered: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Positions (targets, donors) of the values of `ordered` that are nearest to each target."""
    donors = min(DONORS, ordered.size)
    place = np.searchsorted(ordered, targets)
    first = np.clip(place - donors, 0, max(ordered.size - 2 * donors, 0))
    window = np.minimum(first[:, None] + np.arange(2 * donors), ordered.size - 1)
    distance = np.abs(ordered[window] - targets[:, None])
    repeated = np.zeros(window.shape, dtype=bool)
    repeated[:, 1:] = window[:, 1:] == window[:, :-1]  # the end of a list shorter than the window
    distance[repeated] = np.inf
    return np.take_along_axis(window, np.argsort(distance, axis=1, kind="stable")[:, :donors], axis=1)


def draw_categories(
    known: np.ndarray, design: np.ndarray, wanted: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Categories (n0,), numbered from 0, from a multinomial logistic model with drawn coefficients."""
    levels = int(known.max()) + 1
    indicators = (known[:, None] == np.arange(1, levels)).astype(float)
    coef, precision = _posterior(indicators, design)
    root = np.linalg.cholesky(precision)
    noise = np.linalg.solve(root.T, generator.standard_normal(coef.size))
    probability = softmax(_predictors(wanted, coef + noise.reshape(coef.shape)), axis=1)
    passed = generator.random(len(wanted))[:, None] > np.cumsum(probability, axis=1)[:, :-1]
    return passed.sum(axis=1).astype(float)


def _posterior(indicators: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mode (p, levels - 1) and precision of the coefficients, by Newton's method with step halving."""
    p, others = design.shape[1], indicators.shape[1]
    prior = np.full((p, others), PRIOR_SLOPE**-2)
    prior[0] = PRIOR_INTERCEPT**-2
    coef = np.zeros((p, others))

    def height(b: np.ndarray) -> float:
        chosen = np.column_stack([1 - indicators.sum(axis=1), indicators])
        return float((chosen * log_softmax(_predictors(design, b), axis=1)).sum() - (prior * b**2).sum() / 2)

    value = height(coef)
    for _ in range(ITERATIONS):
        probability = softmax(_predictors(design, coef), axis=1)[:, 1:]
        score = design.T @ (indicators - probability) - prior * coef
        step = np.linalg.solve(_precision(design, probability, prior), score.ravel()).reshape(coef.shape)
        length = float((score * step).sum())
        while height(coef + step) < value - 1e-9 * (1 + abs(value)) and np.abs(step).max() > 1e-10:
            step = step / 2
        coef = coef + step
        value = height(coef)
        if length < CONVERGED:
            break
    return coef, _precision(design, softmax(_predictors(design, coef), axis=1)[:, 1:], prior)


def _predictors(design: np.ndarray, coef: np.ndarray) -> np.ndarray:
    return np.column_stack([np.zeros(len(design)), design @ coef])


def _precision(design: np.ndarray, probability: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Minus the second derivative, for coefficients in the order (column, level)."""
    p, others = design.shape[1], probability.shape[1]
    blocks = np.empty((p, others, p, others))
    for a in range(others):
        for b in range(others):
            weight = probability[:, a] * ((a == b) - probability[:, b])
            blocks[:, a, :, b] = (design * weight[:, None]).T @ design
    return blocks.reshape(p * others, p * others) + np.diag(prior.ravel())
