"""The exact p of a table of any size, by walking through all tables with the same margins at once.

The probability of a table with given margins is proportional to Π 1/x! over its cells. Columns are
filled one after the other; a *node* is what the rows still have to hold, sorted, since rows with
the same margin may change places. Many tables run through the same node with the same product so
far, so they are carried together with their number. For each node the largest and the smallest
product that can still follow are known, and so is the sum of all: a bundle of tables whose every
completion is no more likely than the observed table is added at once, one whose every completion is
more likely is dropped. This is the network idea of Mehta & Patel 1983 (JASA 78:427).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

# Tolerance for equal probability, as a logarithm (see tables.SAME_PROBABILITY).
_SAME = math.log1p(1e-7)
_DIGITS = 1e9  # logarithms that agree to 9 decimals are one product (a little fewer in huge tables)
MOST_STEPS = 30_000_000  # ways walked, a few seconds; beyond it, random tables serve
MOST_FILLINGS = 40_000_000  # ways looked at when the network is built, likewise
LEAST_PER_NODE = 300  # a node takes as long as this many fillings, however few ways lead on from it
RANDOM_TABLES = 100_000
SEED = 20260114
CELLS_AT_ONCE = 2_000_000  # so that wide tables do not fill the memory


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """The ways from the nodes before one column to those after it, all nodes' ways one after the other.

    Way w fills the column so that node `child[w]` of the next stage is reached, multiplies the product
    by exp(`log_weight[w]`), and stands for `number[w]` fillings. Node i has the ways first[i] … first[i+1].
    """

    first: np.ndarray
    child: np.ndarray
    log_weight: np.ndarray
    number: np.ndarray


def exact_p(table: np.ndarray) -> float | None:
    """The probability of all tables with these margins that are no more likely than `table`.

    `table` holds counts, no margin 0. None when counting would take too long (MOST_STEPS, MOST_FILLINGS).
    """
    if table.shape[0] > table.shape[1]:
        table = table.T  # the fewer rows, the fewer nodes
    rows = np.sort(table.sum(axis=1))
    columns = np.sort(table.sum(axis=0))[::-1]
    network = _network(rows, columns)
    if network is None:
        return None
    stages, last_nodes = network
    # Behind the last column but one everything is settled: the rest of each row is the last column.
    settled = -gammaln(last_nodes + 1).sum(axis=1)
    longest, shortest, total = [settled], [settled], [settled]
    for stage in reversed(stages):
        longest.insert(0, np.maximum.reduceat(stage.log_weight + longest[0][stage.child], stage.first[:-1]))
        shortest.insert(0, np.minimum.reduceat(stage.log_weight + shortest[0][stage.child], stage.first[:-1]))
        total.insert(0, _log_sum(stage, total[0]))
    limit = -gammaln(table + 1).sum() + _SAME
    return _walk(stages, longest, shortest, total, limit)


def _walk(
    stages: list[_Stage],
    longest: list[np.ndarray],
    shortest: list[np.ndarray],
    total: list[np.ndarray],
    limit: float,
) -> float | None:
    """Carry bundles of tables (node, log product so far, number) from column to column."""
    node, past, number = np.zeros(1, dtype=np.int64), np.zeros(1), np.ones(1)
    p, steps = 0.0, 0
    for k, stage in enumerate(stages):
        ways = stage.first[node + 1] - stage.first[node]
        steps += int(ways.sum())
        if steps > MOST_STEPS:
            return None
        way = _ranges(stage.first[node], ways)
        reached = stage.child[way]
        product = np.repeat(past, ways) + stage.log_weight[way]
        tables = np.repeat(number, ways) * stage.number[way]
        all_in = product + longest[k + 1][reached] <= limit
        open_end = ~all_in & (product + shortest[k + 1][reached] <= limit)
        logs = product[all_in] + total[k + 1][reached[all_in]] - total[0][0]
        p += float((tables[all_in] * np.exp(logs)).sum())
        node, past, number = _merged(reached[open_end], product[open_end], tables[open_end])
    return min(1.0, p)


def _network(rows: np.ndarray, columns: np.ndarray) -> tuple[list[_Stage], np.ndarray] | None:
    """The stages of all columns but the last and the nodes before that one; None when there are too many."""
    nodes, stages, steps = rows[None, :], [], 0
    for column in columns[:-1]:
        fillings = _fillings(rows, int(column))
        if fillings is None:
            return None
        steps += len(nodes) * max(len(fillings), LEAST_PER_NODE)
        if steps > MOST_FILLINGS:
            return None
        stage, nodes = _stage(nodes, fillings)
        stages.append(stage)
    return stages, nodes


def _stage(nodes: np.ndarray, fillings: np.ndarray) -> tuple[_Stage, np.ndarray]:
    weight = -gammaln(fillings + 1).sum(axis=1)
    place = (int(nodes.max()) + 1) ** np.arange(nodes.shape[1], dtype=np.int64)
    codes, weights, numbers, first = [], [], [], [0]
    for node in nodes:
        fits = (fillings <= node).all(axis=1)
        code = np.sort(node - fillings[fits], axis=1) @ place
        code, log_weight, number = _merged(code, weight[fits], np.ones(code.size))
        codes.append(code)
        weights.append(log_weight)
        numbers.append(number)
        first.append(first[-1] + code.size)
    reached, child = np.unique(np.concatenate(codes), return_inverse=True)
    following = reached[:, None] // place % (place[1] if place.size > 1 else 1)
    return _Stage(np.array(first), child, np.concatenate(weights), np.concatenate(numbers)), following


def _fillings(rows: np.ndarray, column: int) -> np.ndarray | None:
    """Every way to spread a column's cases over the rows, none beyond its row; None when too many."""
    parts = np.zeros((1, 0), dtype=np.int64)
    for room in rows[:-1].tolist():
        choices = np.arange(min(room, column) + 1)
        if len(parts) * choices.size > MOST_FILLINGS // 10:
            return None
        parts = np.column_stack([np.repeat(parts, choices.size, axis=0), np.tile(choices, len(parts))])
        parts = parts[parts.sum(axis=1) <= column]
    rest = column - parts.sum(axis=1)
    return np.column_stack([parts, rest])[rest <= rows[-1]]


def _merged(
    node: np.ndarray, product: np.ndarray, number: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bundles at the same node with the same product made one."""
    if not node.size:
        return node, product, number
    # Node and product in one whole number, since one column sorts much faster than two.
    low, high = product.min(), product.max()
    unit = min(_DIGITS, 2.0**61 / ((int(node.max()) + 1) * (high - low + 1)))
    width = int((high - low) * unit) + 2
    key = node * width + np.rint((product - low) * unit).astype(np.int64)
    order = np.argsort(key)
    key = key[order]
    new = np.concatenate([[True], key[1:] != key[:-1]])
    starts = np.flatnonzero(new)
    return node[order[starts]], product[order[starts]], np.add.reduceat(number[order], starts)


def _log_sum(stage: _Stage, following: np.ndarray) -> np.ndarray:
    """For each node the log of the sum of all products that can follow."""
    logs = stage.log_weight + following[stage.child]
    top = np.maximum.reduceat(logs, stage.first[:-1])
    shifted = stage.number * np.exp(logs - np.repeat(top, np.diff(stage.first)))
    return top + np.log(np.add.reduceat(shifted, stage.first[:-1]))


def _ranges(start: np.ndarray, length: np.ndarray) -> np.ndarray:
    """start[0] … start[0]+length[0]−1, start[1] …, one after the other."""
    ends = np.cumsum(length)
    return np.arange(ends[-1] if ends.size else 0) + np.repeat(start - (ends - length), length)


def simulated_p(table: np.ndarray) -> float:
    """As `exact_p`, from RANDOM_TABLES random tables with the same margins, the observed one among them.

    The seed is fixed, so the same table always has the same p; its standard error is at most 0.0016.
    """
    from scipy.stats import random_table

    generator = np.random.default_rng(SEED)
    source = random_table(table.sum(axis=1), table.sum(axis=0))
    limit = -gammaln(table + 1).sum() + _SAME
    at_once, left, as_rare = max(1, CELLS_AT_ONCE // table.size), RANDOM_TABLES, 0
    while left:
        drawn = source.rvs(size=min(left, at_once), random_state=generator)
        as_rare += int((-gammaln(drawn + 1).sum(axis=(1, 2)) <= limit).sum())
        left -= len(drawn)
    return (1 + as_rare) / (1 + RANDOM_TABLES)
