"""Has the likelihood of a Fine-Gray model no maximum? Asked of a linear program, so answered exactly.

It has none if and only if some combination v'x is, at every event time, largest in the risk set for each case
that has the event, and not equal for all. Then the likelihood rises for ever in the direction v.

Sources: Bryson & Johnson 1981; Konis 2007 (linear programming, for logistic models).
"""

from __future__ import annotations

import numpy as np

from analysis.competing_risks.subdistribution import Subdistribution

SEPARATING = 1e-5  # margins below this, in standard deviations, are rounding of the linear program


def is_separated(likelihood: Subdistribution) -> bool:
    """Whether the likelihood is monotone in some direction; its columns are independent and standardised.

    Unknown are v, within -1 … 1, and for every event time the largest v'x of its risk set. These fall
    with time, as risk sets shrink; so a row needs to be compared only with the last that holds it.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, csr_array, hstack, vstack

    x, size = likelihood.x, likelihood.times.size
    rows = np.flatnonzero(likelihood.ever_at_risk)
    last = np.where(likelihood.kind == 2, size, likelihood.passed)[rows] - 1
    events = likelihood.event
    own = likelihood.passed[events] - 1

    def selected(columns: np.ndarray, sign: float) -> coo_array:
        places = (np.arange(columns.size), columns)
        return coo_array((np.full(columns.size, sign), places), shape=(columns.size, size))

    falling = coo_array(selected(np.arange(1, size), 1.0) - selected(np.arange(size - 1), 1.0))
    constraints = vstack(
        [
            hstack([csr_array(x[rows]), selected(last, -1.0)]),  # nobody at risk exceeds the largest
            hstack([csr_array(-x[events]), selected(own, 1.0)]),  # every event reaches it
            hstack([coo_array((size - 1, x.shape[1])), falling]),  # it falls with time
        ]
    ).tocsr()
    gain = np.zeros(x.shape[1] + size)
    gain[: x.shape[1]] = x[rows].sum(axis=0)
    gain[x.shape[1]] -= rows.size
    bounds = [(-1, 1)] * x.shape[1] + [(None, None)] * size
    nought = np.zeros(constraints.shape[0])
    found = linprog(gain, A_ub=constraints, b_ub=nought, bounds=bounds, method="highs")
    if found.x is None:
        return False
    v, largest = found.x[: x.shape[1]], found.x[x.shape[1]]
    return bool((largest - x[rows] @ v).max() > SEPARATING)
