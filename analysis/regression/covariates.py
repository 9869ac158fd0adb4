"""Covariates as a regression takes them: a checked matrix, and which of its columns can be estimated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

COLLINEAR = 1e-9


def covariate_matrix(covariates: ArrayLike, names: Sequence[str], rows: int) -> np.ndarray:
    """Covariates as floats (rows, len(names)). Raises ValueError for another shape or for infinity."""
    x = np.asarray(covariates, dtype=float)
    x = x.reshape(-1, 1) if x.ndim == 1 and len(names) == 1 else x
    if x.shape != (rows, len(names)):
        raise ValueError(f"covariates of shape {x.shape}, not {(rows, len(names))}: rows, then names")
    infinite = np.argwhere(np.isinf(x))
    if infinite.size:
        row, column = infinite[0]
        raise ValueError(f"row {row} has an infinite value of {names[column]}")
    return x


def estimable(
    x: np.ndarray, centred: np.ndarray, tolerance: float = COLLINEAR
) -> tuple[tuple[int, ...], dict[int, str]]:
    """Which columns of `x` vary and are no combination of the columns before them.

    `centred` is `x` less its column means; a column with a smaller share of its length than `tolerance`
    outside the span of the others is collinear. Returns positions, and the reason of every other one.
    """
    kept: list[int] = []
    absent: dict[int, str] = {}
    basis = np.empty((x.shape[0], 0))
    for k in range(x.shape[1]):
        if not x.shape[0] or x[:, k].min() == x[:, k].max():
            absent[k] = "no_variation"
            continue
        length = np.linalg.norm(centred[:, k])
        rest = centred[:, k] / length
        for _ in range(2):  # the second pass removes what rounding left of the first
            rest = rest - basis @ (basis.T @ rest)
        if np.linalg.norm(rest) <= tolerance:
            absent[k] = "collinear"
            continue
        kept.append(k)
        basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return tuple(kept), absent
