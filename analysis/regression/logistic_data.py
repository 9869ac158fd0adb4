"""The rows and columns a logistic model is fitted to: what enters, what cannot be estimated, what separates.

Shared by ordinary and Firth logistic regression.

Sources: Albert & Anderson 1984 (when the maximum likelihood estimate exists); Konis 2007 (finding
separation by linear programming).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analysis.regression.covariates import covariate_matrix, estimable

SEPARATING = 1e-5  # margins below this, in standard deviations, are rounding of the linear program


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogisticData:
    """What a model is fitted to, and the way back to the units of the caller.

    `outcome` (n,) of 0 and 1 and `design` (n, 1 + p): a column of ones, then those covariates that can
    be estimated, centred and divided by their standard deviation, so that badly scaled covariates
    do no harm. `kept` are their positions among `names`, `absent` names the reason of every other
    position. `used` marks the rows that entered; `missing` rows lacked a value.
    """

    names: tuple[str, ...]
    outcome: np.ndarray
    design: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    kept: tuple[int, ...]
    absent: dict[int, str]
    used: np.ndarray = field(repr=False)

    @property
    def n(self) -> int:
        return int(self.outcome.size)

    @property
    def events(self) -> int:
        return int(self.outcome.sum())

    @property
    def missing(self) -> int:
        return int(self.used.size - self.n)

    @property
    def reason(self) -> str | None:
        """Why nothing at all can be estimated; None when something can."""
        if not self.n:
            return "no_cases"
        return "no_variation" if self.events in (0, self.n) else None

    def unscale(self, coef: np.ndarray, covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients (intercept first) and their covariance in the units of the caller."""
        back = np.diag(np.append(1.0, 1 / self.scale))
        back[0, 1:] = -self.centre / self.scale
        return back @ coef, back @ covariance @ back.T


def logistic_data(outcome: ArrayLike, covariates: ArrayLike, names: Sequence[str]) -> LogisticData:
    """Drop rows that lack a value and columns that are constant or a combination of earlier ones.

    `outcome` (n,) holds 0, 1 or NaN, `covariates` (n, k) numbers or NaN.
    Raises ValueError for lengths that differ, for an outcome other than 0 or 1 and for infinite
    covariates, naming the row counted from 0.
    """
    y = np.asarray(outcome, dtype=float).reshape(-1)
    x = covariate_matrix(covariates, names, y.size)
    wrong = np.flatnonzero(~(np.isnan(y) | (y == 0) | (y == 1)))
    if wrong.size:
        raise ValueError(f"row {wrong[0]} has an outcome that is neither 0 nor 1: {y[wrong[0]]:g}")
    used = ~(np.isnan(y) | np.isnan(x).any(axis=1))
    y, x = y[used], x[used]
    centre = x.mean(axis=0) if y.size else np.zeros(x.shape[1])
    centred = x - centre
    centred -= centred.mean(axis=0) if y.size else 0.0  # what rounding of a large mean left
    scale = np.sqrt((centred**2).mean(axis=0)) if y.size else np.ones(x.shape[1])
    kept, absent = estimable(x, centred)
    chosen = list(kept)
    return LogisticData(
        names=tuple(names),
        outcome=y,
        design=np.column_stack([np.ones(y.size), centred[:, chosen] / scale[chosen]]),
        centre=centre[chosen],
        scale=scale[chosen],
        kept=kept,
        absent=absent,
        used=used,
    )


def is_separated(design: np.ndarray, outcome: np.ndarray) -> bool:
    """Whether some combination of the columns tells events from non-events, completely or but for ties.

    Then and only then is there no maximum likelihood estimate (Albert & Anderson 1984). Asked of a
    linear program: among coefficients in -1 … 1 that put no row on the wrong side, is there one
    that puts a row on the right side?
    """
    from scipy.optimize import linprog

    signed = np.unique(np.where(outcome[:, None] == 1, design, -design), axis=0)
    found = linprog(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1), method="highs"
    )
    return found.x is not None and float((signed @ found.x).max()) > SEPARATING
