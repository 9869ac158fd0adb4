"""Small tables drawn at random for the tests of Cox's model, and its likelihood by definition."""

import math

import numpy as np
from hypothesis import strategies as st


def log_likelihood(b, time, event, x, entry, stratum, weight, ties):
    """The log partial likelihood, event time by event time, straight from its definition."""
    total, linear = 0.0, x @ b
    for s in np.unique(stratum):
        for t in np.unique(time[(event == 1) & (stratum == s)]):
            risk = (entry < t) & (time >= t) & (stratum == s)
            dead = risk & (time == t) & (event == 1)
            d, whole = dead.sum(), np.sum(weight[risk] * np.exp(linear[risk]))
            tied = np.sum(weight[dead] * np.exp(linear[dead]))
            total += weight[dead] @ linear[dead]
            for j in range(d):
                share = j / d if ties == "efron" else 0
                total -= weight[dead].mean() * math.log(whole - share * tied)
    return total


cases = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.integers(0, 1),
        st.integers(-2, 2),
        st.integers(0, 3),
        st.integers(0, 1),
        st.integers(0, 5),
        st.sampled_from((0.5, 1.0, 3.0)),
    ),
    min_size=3,
    max_size=25,
)


def columns(rows):
    time, event, first, second, stratum, entry, weight = map(np.array, zip(*rows, strict=True))
    x = np.column_stack([first, second]).astype(float)
    return time, event, x, np.minimum(entry, time - 1), stratum, weight
