"""What benchmarks/statistics.py measures: the same task for this project, lifelines and R."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

COLUMNS = ("time", "event", "cause", "group", "x1", "x2", "x3", "x4", "x5")
COVARIATES = COLUMNS[4:]
R_LARGEST = 100_000
QUARTILES = (0.25, 0.5, 0.75)
R_SCRIPT = Path(__file__).resolve().parent / "statistics.R"

Table = dict[str, np.ndarray]

# Each contender does a task on a table and returns a number that all contenders must agree on.


def kaplan_meier(table: Table) -> float:
    """The curve, its three bands, and the quartiles by all four intervals."""
    from analysis import survival

    curve = survival.kaplan_meier(table["time"], table["event"])
    for method in ("plain", "log", "log-log"):
        survival.band(curve, method)
    found = {
        (p, method): survival.quantile(curve, p, method)
        for p in QUARTILES
        for method in ("plain", "log", "log-log", "spss")
    }
    return found[0.5, "plain"].value


def kaplan_meier_lifelines(table: Table) -> float:
    """Its best case: the fit with its one band, and the median with its interval."""
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    fitter = KaplanMeierFitter().fit(table["time"], table["event"])
    median_survival_times(fitter.confidence_interval_)
    return fitter.median_survival_time_


def log_rank(table: Table) -> float:
    from analysis import survival

    return survival.rank_test(table["time"], table["event"], table["group"]).statistic


def log_rank_lifelines(table: Table) -> float:
    from lifelines.statistics import logrank_test

    time_, event, second = table["time"], table["event"], table["group"] == 1
    return logrank_test(time_[~second], time_[second], event[~second], event[second]).test_statistic


def cox(table: Table) -> float:
    from analysis import regression

    covariates = np.column_stack([table[name] for name in COVARIATES])
    model = regression.cox(table["time"], table["event"], covariates, COVARIATES)
    return model.terms[0].coef


def aalen_johansen(table: Table) -> float:
    from analysis import competing_risks

    curve = competing_risks.aalen_johansen(table["time"], table["cause"])
    return float(curve.incidence[1][-1])


@dataclass(frozen=True)
class Task:
    """What is measured: our function, lifelines' where it takes part, and R's by name.

    It is measured up to `largest` rows, R up to R_LARGEST; and on unrounded times too unless `whole_days`
    is set, because R would take minutes.
    """

    words: str
    ours: Callable[[Table], float]
    lifelines: Callable[[Table], float] | None = None
    r: dict[str, str] = field(default_factory=dict)
    largest: int = 1_000_000
    whole_days: bool = False


TASKS = {
    "kaplan_meier": Task(
        "Kaplan-Meier with bands and quartiles by all intervals (R: three fits; R once, lifelines: one)",
        kaplan_meier,
        kaplan_meier_lifelines,
        {"R": "kaplan_meier", "R once": "kaplan_meier_once"},
    ),
    "log_rank": Task("Log-rank test of two groups", log_rank, log_rank_lifelines, {"R": "log_rank"}),
    "cox": Task("Cox model with five covariates, Efron", cox, r={"R": "cox"}, largest=100_000),
    "aalen_johansen": Task(
        "Aalen-Johansen, two causes",
        aalen_johansen,
        r={"R": "aalen_johansen"},
        largest=100_000,
        whole_days=True,
    ),
}


class RProcess:
    """One R that keeps its tables, does a task when asked, and says how long it took."""

    def __init__(self, rscript: str) -> None:
        self._process = subprocess.Popen(
            [rscript, "--vanilla", str(R_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def load(self, name: str, size: int, file: Path) -> None:
        """Read the table of `size` rows from its file and call it `name`."""
        self._ask(f"load {name} {size} {file}")

    def time(self, task: str, table: str, calls: int) -> tuple[float, float]:
        """Mean seconds of a call, and its result."""
        seconds, result = self._ask(f"time {task} {table} {calls}").split()
        return float(seconds), float(result)

    def __enter__(self) -> RProcess:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()

    def _ask(self, order: str) -> str:
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            sys.exit(f"R ended when asked: {order}\n{self._process.stderr.read()}")
        return answer
