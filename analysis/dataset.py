"""One table of cases with everything that is known about its columns.

The door (`cohort.py`) makes a Dataset; statistics and reports read it. A column's
kind is declared, never guessed from the values, so that an empty registry gives
the same columns and types as a full one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from registry.labels import Label, both

Kind = Literal["number", "date", "category", "flag", "text"]

DTYPES: dict[str, str] = {
    "number": "float64",
    "date": "datetime64[ns]",
    "category": "category",
    "flag": "Int8",
    "text": "object",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One variable: its machine name, wording, unit, kind, decimals recorded and levels.

    `levels` are the permitted categories in their clinical order, each with its label.
    A "flag" is 1, 0 or missing.
    """

    name: str
    label: Label
    kind: Kind
    unit: Label = both("")
    decimals: int = 0
    levels: tuple[tuple[str, Label], ...] = ()

    def level_label(self, level: str) -> Label:
        for code, label in self.levels:
            if code == level:
                return label
        return both(str(level))


@dataclass(frozen=True)
class Dataset:
    """One row per case. `ids` are the registry numbers, in the order of the rows."""

    frame: pd.DataFrame
    columns: dict[str, Column]
    ids: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, name: str) -> pd.Series:
        return self.frame[name]

    def numbers(self, name: str) -> np.ndarray:
        """The values of a numeric or flag column as floats, NaN where missing."""
        return self.frame[name].to_numpy(dtype="float64", na_value=np.nan)

    def mask(self, name: str, *levels: str) -> np.ndarray:
        """Which cases have one of `levels` in a category column."""
        return self.frame[name].isin(levels).to_numpy(dtype=bool)

    def known(self, name: str) -> np.ndarray:
        """Which cases have a value in the column."""
        return self.frame[name].notna().to_numpy(dtype=bool)

    def cases(self, mask: np.ndarray) -> Callable[[], list[str]]:
        """A way to list the registry numbers of the cases in `mask`, computed when asked."""
        return lambda: self.ids[mask].tolist()
