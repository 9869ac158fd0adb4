"""p values adjusted for being several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.conventions import Multiplicity


def adjust(p_values: Sequence[float | None], method: Multiplicity = "holm") -> tuple[float | None, ...]:
    """Adjusted p values in the order given, as R's p.adjust; an absent p (None, NaN) stays absent.

    "holm" holds the chance of any false finding (Holm 1979), "bh" the share of false ones among
    the findings (Benjamini & Hochberg 1995). An absent p does not count as a test.
    Raises ValueError for another method and for a p outside 0 … 1.
    """
    if method not in ("holm", "bh"):
        raise ValueError(f"{method!r} is not one of 'holm', 'bh'")
    column = np.array([np.nan if p is None else p for p in p_values], dtype=float)
    here = ~np.isnan(column)
    p, m = column[here], int(here.sum())
    if ((p < 0) | (p > 1)).any():
        raise ValueError("a p value lies between 0 and 1")
    order = np.argsort(p, kind="stable")
    if method == "holm":
        adjusted = np.maximum.accumulate(p[order] * np.arange(m, 0, -1))
    else:
        adjusted = np.minimum.accumulate((p[order] * m / np.arange(1, m + 1))[::-1])[::-1]
    column[np.flatnonzero(here)[order]] = np.minimum(adjusted, 1)
    return tuple(None if np.isnan(one) else float(one) for one in column)
