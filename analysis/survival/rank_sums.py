"""Observed and expected events by group, from which the log-rank family of tests is made.

At every distinct event time the events of each group are compared with the number expected if all groups
at risk shared one hazard; the differences are weighted and summed over times and strata:

    U_g = sum w (d_g - d n_g / n)      Cov(U_g, U_h) = sum w^2 d (n - d) / (n - 1) (p_g 1{g = h} - p_g p_h)

with p_g = n_g / n: the hypergeometric variance under ties. The covariance is that of a network: two
groups are joined where they were at risk together while someone stayed free of the event. Within each
joined part one group is redundant, so its rank is groups minus parts.

Sources: Mantel 1966; Gehan 1965; Breslow 1970; Peto & Peto 1972; Tarone & Ware 1977;
Harrington & Fleming 1982.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.survival.placing import Labels, place_values, read_labels
from analysis.survival.rows import Rows, complete_rows
from registry.labels import Label

Weight = Literal["log-rank", "gehan-breslow", "tarone-ware", "peto"]

WEIGHTS: dict[Weight, Label] = {
    "log-rank": Label("log-rank (Mantel-Cox)", "log-rank检验（Mantel-Cox）"),
    "gehan-breslow": Label("Gehan-Breslow (generalised Wilcoxon)", "Gehan-Breslow检验（广义Wilcoxon）"),
    "tarone-ware": Label("Tarone-Ware", "Tarone-Ware检验"),
    "peto": Label("Peto-Peto", "Peto-Peto检验"),
}
BLOCK = 2_000_000  # numbers at risk by time and group held at once: 16 MB
MOST_GROUPS = 1_000  # more are identifiers, not groups; their covariances would fill the memory


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankSums:
    """What the tests are made from, by group in the order of `levels`.

    `sizes` are cases, `observed` and `expected` weighted sums of events, `covariance` is that of
    observed - expected. `n` cases entered and `missing` were left out; `events` is the unweighted total.
    """

    levels: tuple[Hashable, ...]
    sizes: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    covariance: np.ndarray
    n: int
    missing: int
    events: int

    @property
    def reason(self) -> str | None:
        """Why there is no test; None when there is one."""
        if not self.n:
            return "no_cases"
        if len(self.levels) < 2:
            return "one_group"
        if not self.events:
            return "no_events"
        return None if self.covariance.any() else "never_compared"


def rank_sums(
    time: ArrayLike,
    event: ArrayLike,
    group: Iterable[Hashable],
    *,
    weight: Weight = "log-rank",
    strata: Iterable[Hashable] | None = None,
    entry: ArrayLike | None = None,
) -> RankSums:
    """Observed and expected events by group with their covariance, from which the tests are made.

    Arguments and errors as of `rank_test`.
    """
    if weight not in WEIGHTS:
        raise ValueError(f"unknown weight {weight!r}, not one of {tuple(WEIGHTS)}")
    groups, layers = read_labels(group), None if strata is None else read_labels(strata)
    rows = complete_rows(time, event, entry, _known(groups, layers))
    levels, group_place = _present(groups, rows.used)
    if len(levels) > MOST_GROUPS:
        raise ValueError(f"{len(levels)} groups cannot be compared; at most {MOST_GROUPS} can")
    observed, expected = np.zeros(len(levels)), np.zeros(len(levels))
    covariance = np.zeros((len(levels), len(levels)))
    for stratum in [(rows, group_place)] if layers is None else _strata(rows, group_place, layers):
        parts = _stratum_sums(*stratum, len(levels), weight)
        for total, part in zip((observed, expected, covariance), parts, strict=True):
            total += part
    return RankSums(
        levels=levels,
        sizes=np.bincount(group_place, minlength=len(levels)),
        observed=observed,
        expected=expected,
        covariance=covariance,
        n=group_place.size,
        missing=rows.missing,
        events=int(np.count_nonzero(rows.event)),
    )


def _known(groups: Labels, layers: Labels | None) -> np.ndarray:
    """Which rows have a group and, where there are strata, a stratum."""
    known = groups.place >= 0
    if layers is None:
        return known
    if layers.place.size != known.size:
        raise ValueError(f"{known.size} group labels but {layers.place.size} strata")
    return known & (layers.place >= 0)


def _present(groups: Labels, used: np.ndarray) -> tuple[tuple[Hashable, ...], np.ndarray]:
    """The levels that have a complete row, and the place of each complete row among them."""
    place = groups.place[used]
    present = np.bincount(place, minlength=len(groups.levels)) > 0
    levels = tuple(level for level, there in zip(groups.levels, present, strict=True) if there)
    return levels, (np.cumsum(present) - 1)[place]


def _strata(rows: Rows, group: np.ndarray, layers: Labels) -> Iterator[tuple[Rows, np.ndarray]]:
    """The rows of each stratum, on the times that occur in it, with their groups."""
    layer = layers.place[rows.used]
    order = np.argsort(layer, kind="stable")
    for member in np.split(order, np.cumsum(np.bincount(layer))[:-1]):
        moments = rows.place[member]
        if rows.entry is not None:
            moments = np.concatenate([moments, rows.entry[member]])
        here, place = place_values(moments)
        place, entry = (place, None) if rows.entry is None else np.split(place, 2)
        yield (
            Rows(times=rows.times[here], place=place, event=rows.event[member], entry=entry, used=rows.used),
            group[member],
        )


def _stratum_sums(
    rows: Rows, group: np.ndarray, size: int, weight: Weight
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Observed, expected and covariance of one stratum, for `size` groups."""
    observed, expected, covariance = np.zeros(size), np.zeros(size), np.zeros((size, size))
    survival = 1.0
    for at_risk, deaths in _event_times(rows, group, size):
        n, d = at_risk.sum(axis=1), deaths.sum(axis=1)
        after = survival * np.cumprod(1 - d / n)
        before = np.append(survival, after[:-1])
        survival = after[-1]
        w = _weights(weight, n, before)
        share = at_risk / n[:, None]
        spread = w**2 * d * (n - d) / np.maximum(n - 1, 1)  # of a last case 0, not 0 / 0
        observed += w @ deaths
        expected += (w * d) @ share
        covariance -= share.T @ (share * spread[:, None])
    # every row of the covariance sums to nought; taking the diagonal from that loses no digits
    np.fill_diagonal(covariance, 0)
    np.fill_diagonal(covariance, -covariance.sum(axis=1))
    return observed, expected, covariance


def _event_times(rows: Rows, group: np.ndarray, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Numbers at risk and of events at every event time (row) in every group (column), block by block."""
    remaining = np.bincount(group, minlength=size) if rows.entry is None else np.zeros(size, dtype=np.int64)
    width = max(1, BLOCK // max(size, 1))
    for start in range(0, rows.times.size, width):
        block = range(start, min(start + width, rows.times.size))
        flow = -_table(rows.place, group, block, size)
        if rows.entry is not None:
            flow += _table(rows.entry, group, block, size)
        at_risk = remaining + np.cumsum(flow, axis=0) - flow
        remaining = remaining + flow.sum(axis=0)
        deaths = _table(rows.place[rows.event], group[rows.event], block, size)
        occurs = deaths.any(axis=1)
        if occurs.any():
            yield at_risk[occurs], deaths[occurs]


def _table(place: np.ndarray, group: np.ndarray, block: range, size: int) -> np.ndarray:
    """How many rows lie at each place of the block (row) in each group (column)."""
    inside = (place >= block.start) & (place < block.stop)
    cell = (place[inside] - block.start) * size + group[inside]
    return np.bincount(cell, minlength=len(block) * size).reshape(len(block), size)


def _weights(weight: Weight, at_risk: np.ndarray, survival_before: np.ndarray) -> np.ndarray:
    """The weight of every distinct event time."""
    if weight == "log-rank":
        return np.ones(at_risk.size)
    if weight == "peto":
        return survival_before
    return at_risk.astype(float) if weight == "gehan-breslow" else np.sqrt(at_risk)
