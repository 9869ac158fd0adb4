"""The tables on which our numbers are compared with R's: classic ones and ones made by formula.

The classic tables come with lifelines, which is loaded when a table is asked for. Tables by
formula need no source: anyone can make them again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

_SQUARE_ROOTS = np.sqrt([2.0, 3, 5, 7, 11, 13, 17, 19])


def _classic(name: str) -> Callable[[], pd.DataFrame]:
    def load() -> pd.DataFrame:
        from lifelines import datasets

        return getattr(datasets, f"load_{name}")()

    return load


def check72() -> pd.DataFrame:
    """72 rows by formula for which unrounded output of IBM SPSS Statistics 31 is published."""
    i = np.arange(1, 73)
    return pd.DataFrame(
        {"time": 20 + (37 * i) % 500, "event": (~np.isin(i % 10, (1, 4, 7))).astype(int), "sex": 2 - i % 2}
    )


def formula(n: int, *, whole_days: bool = True) -> pd.DataFrame:
    """`n` rows of fractional parts of i·√prime: time in days, event (0, 1), cause (0, 1, 2), group, x1 … x5.

    About 59 % have an event, a quarter of them of cause 2. With whole days there are heavy ties.
    """
    u = np.outer(np.arange(1, n + 1), _SQUARE_ROOTS) % 1
    x = np.column_stack([u[:, 0], u[:, 1] > 0.5, u[:, 2] * 2 - 1, u[:, 3] > 0.7, u[:, 4]]).astype(float)
    hazard = np.exp(0.5 * x[:, 0] - 0.4 * x[:, 1] + 0.3 * x[:, 2] + 0.2 * x[:, 3]) / 600
    death, censor = -np.log(1 - u[:, 5]) / hazard, 2000 * u[:, 6]
    time = np.minimum(death, censor)
    event = (death <= censor).astype(int)
    return pd.DataFrame(
        {
            "time": np.ceil(time) if whole_days else time,
            "event": event,
            "cause": np.where(event == 0, 0, np.where(u[:, 7] < 0.25, 2, 1)),
            "group": np.where(x[:, 1] == 1, "B", "A"),
            **{f"x{k + 1}": x[:, k] for k in range(5)},
        }
    )


DATASETS: dict[str, Callable[[], pd.DataFrame]] = {
    "check72": check72,
    "formula31": lambda: formula(31),
    "formula400": lambda: formula(400),
    "formula1000": lambda: formula(1000),
    **{
        name: _classic(name)
        for name in (
            "gbsg2",
            "g3",
            "larynx",
            "leukemia",
            "lung",
            "lymph_node",
            "multicenter_aids_cohort_study",
            "psychiatric_patients",
            "rossi",
            "stanford_heart_transplants",
            "waltons",
        )
    },
}


@cache
def table(name: str) -> pd.DataFrame:
    """The table of that name; do not change it. Raises KeyError for an unknown name."""
    return DATASETS[name]()


def export(folder: Path) -> None:
    """Every table as a CSV file for R, with all digits."""
    for name in DATASETS:
        table(name).to_csv(folder / f"{name}.csv", index=False)
