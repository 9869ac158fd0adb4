"""Sums over intervals of places, and of intervals over places, without a single subtraction.

A difference of two running sums would do, but loses what is small beside what has been added and taken away
again: hazards of one risk set can be 10^20 times those of another. Here every interval is split once, at
the middle of the smallest block (of a length that is a power of 2, aligned) that contains it, into a run up
to the middle and one from there. Runs of equal blocks share their running sums: K log K in all.
"""

from __future__ import annotations

import numpy as np


class IntervalSums:
    """n intervals of K places: `first` … `stop` - 1 each, empty where they are equal.

    Where all intervals begin at 0 plain running sums serve.
    """

    def __init__(self, first: np.ndarray, stop: np.ndarray, size: int) -> None:
        self.size, self.stop = size, stop
        self.nested = not first.any()
        if self.nested:
            return
        self.levels = max(size - 1, 0).bit_length()
        self.width = 1 << self.levels
        last = np.maximum(stop - 1, 0)
        level = np.frexp((first ^ last).astype(float))[1]  # of the block: the length of the number in bits
        nowhere = (self.levels + 1) * self.width  # one place more, for empty intervals
        empty = first >= stop
        self.left = np.where(empty, nowhere, level * self.width + first)
        self.right = np.where(empty | (level == 0), nowhere, level * self.width + last)

    def covering(self, values: np.ndarray) -> np.ndarray:
        """For each place the sum of `values` (n,) of the intervals that contain it: (K,)."""
        if self.nested:
            return np.bincount(self.stop, values, self.size + 1)[:0:-1].cumsum()[::-1]
        begun, ended = (
            np.bincount(ends, values, (self.levels + 1) * self.width + 1)[:-1].reshape(-1, self.width)
            for ends in (self.left, self.right)
        )
        total = begun[0]
        for level in range(1, self.levels + 1):
            halves = total.reshape(-1, 2, 1 << (level - 1))
            halves[:, 0] += begun[level].reshape(halves.shape)[:, 0].cumsum(axis=1)
            halves[:, 1] += ended[level].reshape(halves.shape)[:, 1, ::-1].cumsum(axis=1)[:, ::-1]
        return total[: self.size]

    def contained(self, values: np.ndarray) -> np.ndarray:
        """For each interval the sum of `values` (K,) over its places: (n,)."""
        if self.nested:
            return np.append(0.0, np.cumsum(values))[self.stop]
        runs = np.zeros((self.levels + 1) * self.width + 1)
        table = runs[:-1].reshape(-1, self.width)
        table[0, : self.size] = values
        for level in range(1, self.levels + 1):
            halves, given = (row.reshape(-1, 2, 1 << (level - 1)) for row in (table[level], table[0]))
            halves[:, 0] = given[:, 0, ::-1].cumsum(axis=1)[:, ::-1]
            halves[:, 1] = given[:, 1].cumsum(axis=1)
        return runs[self.left] + runs[self.right]
