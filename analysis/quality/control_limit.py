"""The control limit of a risk-adjusted CUSUM, by simulation, for a declared rate of false signals.

The chart of a unit that performs as expected renews itself whenever it is back at 0. The mean run length to a
false signal is therefore that of one long path: the cases spent in cycles, up to the return to 0 or to the
signal, over the number of cycles with a signal. One path serves every limit.

Sources: Steiner, Cook, Farewell & Treasure 2000; Siegmund 1985, ch. 2 (run lengths from cycles).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.quality.cusum import ROUNDING, complete_cases, weights

STEPS = 20_000_000  # the longest simulation: half a gigabyte and a few seconds
CHUNK = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLimit:
    """The limit `h`, and the mean run length to a false signal that the simulation found with it.

    `se` is the standard error of `run_length` through simulation, `signals` the false signals in `steps`
    simulated cases, `seed` where the random numbers started. Without any false signal there is no run length,
    with the reason "no_events".
    """

    h: float | None
    run_length: float | None
    se: float | None
    signals: int
    steps: int
    seed: int
    reason: str | None = None


def control_limit(
    risk: ArrayLike, odds_ratio: float, run_length: float, seed: int, *, signals: int = 2000
) -> ControlLimit:
    """The smallest h with which a unit that performs as expected signals at most once in `run_length` cases.

    Cases are drawn from those whose `risk` is given, NaN apart, and their outcomes by that risk. About
    `signals` false signals are simulated, so that the relative standard error is 1 / sqrt(signals). The
    same seed gives the same limit.

    Raises ValueError as `cusum`, without any risk, for a run length below 2, for fewer than 10 signals, and
    when run length times signals exceeds 20 million simulated cases.
    """
    if not (run_length >= 2 and signals >= 10 and run_length * signals <= STEPS):
        raise ValueError(
            f"a run length of 2 or more with 10 or more signals, and at most {STEPS:,} cases in all, "
            f"are needed, not {run_length} with {signals}"
        )
    path = _simulated_path(risk, odds_ratio, math.ceil(run_length * signals), seed)
    h = path.smallest_limit(run_length)
    return path.result(h, seed) if h is not None else path.without_signal(None, seed)


def run_length(
    risk: ArrayLike, odds_ratio: float, h: float, seed: int, *, steps: int = 2_000_000
) -> ControlLimit:
    """The mean run length to a false signal with the limit `h`, from `steps` simulated cases.

    Cases are drawn as by `control_limit`. Raises ValueError as `cusum`, without any risk, and unless
    1 <= steps <= 20 million.
    """
    if not h >= 0 or not 1 <= steps <= STEPS:
        raise ValueError(f"a limit of 0 or more and 1 to {STEPS:,} cases are needed, not {h} and {steps}")
    path = _simulated_path(risk, odds_ratio, steps, seed)
    return path.result(h, seed) if (path.score > h + ROUNDING).any() else path.without_signal(h, seed)


def _simulated_path(risk: ArrayLike, odds_ratio: float, steps: int, seed: int) -> _Path:
    p = complete_cases(np.zeros(np.size(risk)), risk)[1]
    if not p.size:
        raise ValueError("a control limit needs the risk of at least one case")
    score = _simulate(p, odds_ratio, steps, seed)
    ends = np.flatnonzero(score == 0)
    return _Path(score[: ends[-1] + 1] if ends.size else score[:0], ends)


def _simulate(p: np.ndarray, odds_ratio: float, steps: int, seed: int) -> np.ndarray:
    """S over one long path without signals."""
    random = np.random.default_rng(seed)
    score, s = np.empty(steps), 0.0
    for start in range(0, steps, CHUNK):
        size = min(CHUNK, steps - start)
        drawn = p[random.integers(p.size, size=size)]
        walk = s + np.cumsum(weights(random.random(size) < drawn, drawn, odds_ratio))
        score[start : start + size] = walk - np.minimum(np.minimum.accumulate(walk), 0)
        s = float(score[start + size - 1])
    return score


class _Path:
    """A path of S from 0 to its last return to 0, cut into cycles that end at 0."""

    def __init__(self, score: np.ndarray, ends: np.ndarray) -> None:
        self.score, self.ends = score, ends
        self.starts = np.append(0, ends[:-1] + 1)

    def smallest_limit(self, run_length: float) -> float | None:
        """The lowest height that cycles reached with at least this mean run length; None if all stay at 0."""
        if not self.score.any():
            return None
        heights = np.unique(np.round(np.maximum.reduceat(self.score, self.starts), 9))
        low, high = 0, heights.size - 2  # nothing signals beyond the highest
        while low < high:
            middle = (low + high) // 2
            if self._mean_and_signals(heights[middle])[0] >= run_length:
                high = middle
            else:
                low = middle + 1
        return float(heights[low])

    def result(self, h: float, seed: int) -> ControlLimit:
        """The run length with the limit `h`, which at least one cycle exceeds."""
        mean, count = self._mean_and_signals(h)
        return ControlLimit(
            h=h,
            run_length=mean,
            se=mean / math.sqrt(count),
            signals=count,
            steps=self.score.size,
            seed=seed,
        )

    def without_signal(self, h: float | None, seed: int) -> ControlLimit:
        """What is left to say when no cycle exceeds the limit."""
        return ControlLimit(
            h=h, run_length=None, se=None, signals=0, steps=self.score.size, seed=seed, reason="no_events"
        )

    def _mean_and_signals(self, h: float) -> tuple[float, int]:
        """The mean run length to a signal beyond `h`, and the number of cycles with one (at least one)."""
        beyond = np.flatnonzero(self.score > h + ROUNDING)
        cycle = np.searchsorted(self.ends, beyond)
        first = np.flatnonzero(np.diff(cycle, prepend=-1))
        # the cases of a cycle after its signal belong to the next chart
        lost = self.ends[cycle[first]] - beyond[first]
        return float((self.score.size - lost.sum()) / first.size), first.size
