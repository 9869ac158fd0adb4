"""What the statistical core costs, beside lifelines and R on the same rows.

    python -m benchmarks statistics                         1 000 to 1 000 000 rows, eleven turns
    python -m benchmarks statistics --sizes 1000 10000      smaller

All contenders take turns within one run, so that a busy minute of the machine is shared by all; printed are
medians of the seconds, and medians of the ratios within a turn. R is one process that times itself, so
that neither its start nor the way to it counts. Before anything is timed, all must come to the same result.
"""

from __future__ import annotations

import argparse
import gc
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.report import peak_mib
from benchmarks.tasks import (
    COLUMNS,
    R_LARGEST,
    TASKS,
    RProcess,
    Table,
    aalen_johansen,
    kaplan_meier,
    log_rank,
)

SIZES = (1_000, 10_000, 100_000, 1_000_000)
REPETITIONS = 11
SMALL = 20_000  # rows worked on in one measurement: small tables are taken several times
AGREEMENT = 1e-6
ROOT = Path(__file__).resolve().parent.parent
UNWANTED = ("lifelines", "matplotlib", "pandas")


@dataclass(frozen=True)
class Sample:
    """A table by formula: its rows, and whether times are whole days, with many ties, or all different."""

    size: int
    whole_days: bool = True

    @property
    def name(self) -> str:
        return f"{'days' if self.whole_days else 'exact'}-{self.size}"

    def __str__(self) -> str:
        size = f"{self.size:,}".replace(",", " ")
        return f"{size} rows, {'whole days' if self.whole_days else 'no ties'}"

    def hundredth(self) -> Sample:
        return Sample(self.size // 100, self.whole_days)

    def file(self, folder: Path) -> Path:
        return folder / f"{self.name}.bin"


@dataclass(frozen=True)
class Bar:
    """The most that a median may be: `what` is "seconds" or the contender of a ratio, or "growth"."""

    task: str
    what: str
    sample: Sample
    most: float


N_LOG_N = 100 * math.log(1e6) / math.log(1e4)  # n log n from 10 000 to 1 000 000 rows
SURVIVAL = [(task, whole_days) for task in ("kaplan_meier", "log_rank") for whole_days in (True, False)]
BARS = (
    *(Bar(task, "lifelines", Sample(size, days), 1.0) for task, days in SURVIVAL for size in SIZES),
    *(Bar(task, "R", Sample(100_000, days), 1.0) for task, days in SURVIVAL),
    *(Bar("kaplan_meier", "R once", Sample(100_000, days), 1.0) for days in (True, False)),
    *(Bar("cox", "R", Sample(100_000, days), 2.0) for days in (True, False)),
    Bar("aalen_johansen", "seconds", Sample(100_000), 0.5),
    *(Bar(task, "growth", Sample(1_000_000, days), N_LOG_N) for task, days in SURVIVAL),
)
MOST_MEMORY = 1024.0  # MiB

Turn = dict[str, float]  # seconds by contender
Found = dict[tuple[str, Sample], list[Turn]]
Judged = tuple[str, float, float]  # what a bar is about, what was measured, the most it may be


def main(given: Sequence[str] | None = None) -> None:
    """Measure what the arguments ask for; those of the command line where none are given."""
    arguments = _arguments(given)
    if arguments.peak:
        print(_peak_of(arguments.peak))
        return
    rscript = shutil.which("Rscript")
    with tempfile.TemporaryDirectory(prefix="netlm-statistics-") as folder:
        with RProcess(rscript) if rscript else nullcontext() as r:
            found = measure(arguments.sizes, arguments.repetitions, Path(folder), r)
        _print_found(found)
        _print_bars([*bars(found), _memory(max(arguments.sizes), Path(folder)), _loading()])
    if not rscript:
        print("  Rscript is not on this machine: nothing was measured beside R")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks statistics", description="Cost of the core.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(given)


def measure(sizes: Sequence[int], repetitions: int, folder: Path, r: RProcess | None) -> Found:
    """The seconds of every contender at every task and size, turn by turn; the tables stay in `folder`.

    Ends the program when the contenders do not come to the same result.
    """
    samples = [Sample(size, whole_days) for whole_days in (True, False) for size in sizes]
    tables = {sample: _made(sample, folder, r) for sample in samples}
    plan = [(name, sample) for name in TASKS for sample in samples if _takes_part(name, sample)]
    for name, sample in plan:
        _agree(name, sample, tables[sample], r)
    found: Found = {one: [] for one in plan}
    for turn in range(repetitions):
        for name, sample in plan:
            contenders = list(_contenders(name, sample, tables[sample], r).items())
            first = turn % len(contenders)
            found[name, sample].append(
                {who: work()[0] for who, work in contenders[first:] + contenders[:first]}
            )
        print(f"turn {turn + 1} of {repetitions}", file=sys.stderr, flush=True)
    return found


def _takes_part(name: str, sample: Sample) -> bool:
    return sample.size <= TASKS[name].largest and (sample.whole_days or not TASKS[name].whole_days)


def _made(sample: Sample, folder: Path, r: RProcess | None) -> Table:
    """The table of that sample, and the same in a file and in R."""
    from analysis.reference.data import formula

    frame = formula(sample.size, whole_days=sample.whole_days)
    frame["group"] = frame["group"] == "B"
    table = {name: frame[name].to_numpy(dtype=float) for name in COLUMNS}
    with sample.file(folder).open("wb") as file:
        for column in table.values():
            column.tofile(file)
    if r and sample.size <= R_LARGEST:
        r.load(sample.name, sample.size, sample.file(folder))
    return table


def _contenders(
    name: str, sample: Sample, table: Table, r: RProcess | None
) -> dict[str, Callable[[], tuple[float, float]]]:
    """Who does the task: functions that do it and return the seconds of one call and the result."""
    task, calls = TASKS[name], max(1, SMALL // sample.size)
    found = {"ours": partial(_timed, task.ours, table, calls)}
    if task.lifelines:
        found["lifelines"] = partial(_timed, task.lifelines, table, calls)
    if r and sample.size <= R_LARGEST:
        found |= {who: partial(r.time, one, sample.name, calls) for who, one in task.r.items()}
    return found


def _timed(work: Callable[[Table], float], table: Table, calls: int) -> tuple[float, float]:
    """Mean seconds of a call, and its result; as with timeit, no garbage is collected meanwhile."""
    gc.disable()
    try:
        begin = time.perf_counter()
        for _ in range(calls):
            result = work(table)
        return (time.perf_counter() - begin) / calls, result
    finally:
        gc.enable()


def _agree(name: str, sample: Sample, table: Table, r: RProcess | None) -> None:
    results = {who: work()[1] for who, work in _contenders(name, sample, table, r).items()}
    if not np.allclose(list(results.values()), results["ours"], rtol=AGREEMENT, atol=0):
        sys.exit(f"{name}, {sample}: the results differ: {results}")


def bars(found: Found) -> list[Judged]:
    """Every bar that was measured."""
    judged = []
    for bar in BARS:
        turns = found.get((bar.task, bar.sample), [])
        before = found.get((bar.task, bar.sample.hundredth()), [])
        if bar.what == "seconds":
            values = [turn["ours"] for turn in turns]
        elif bar.what == "growth":
            values = [now["ours"] / then["ours"] for now, then in zip(turns, before, strict=False)]
        else:
            values = [turn["ours"] / turn[bar.what] for turn in turns if bar.what in turn]
        if values:
            words = {"seconds": "seconds", "growth": "times the cost of a hundredth"}.get(bar.what)
            judged.append(
                (f"{bar.task}, {bar.sample}, {words or f'times {bar.what}'}", median(values), bar.most)
            )
    return judged


def unwanted() -> list[str]:
    """Which of the packages that it must not load `import analysis.survival` loads."""
    code = f"import sys, analysis.survival; print(*[name for name in {UNWANTED} if name in sys.modules])"
    return _python("-c", code).split()


def _loading() -> Judged:
    return f"import analysis.survival, loaded of {', '.join(UNWANTED)}", len(unwanted()), 0


def _memory(size: int, folder: Path) -> Judged:
    sample = Sample(size, whole_days=False)
    peak = _python("-m", "benchmarks.statistics", "--peak", str(sample.file(folder)))
    return f"{sample}, peak memory in MiB", float(peak), MOST_MEMORY


def _peak_of(file: Path) -> float:
    """The most memory that the survival tasks hold on the table of `file`, Python and the table included."""
    columns = np.memmap(file, dtype=float).reshape(len(COLUMNS), -1)
    table = {name: np.array(columns[COLUMNS.index(name)]) for name in ("time", "event", "cause", "group")}
    for work in (kaplan_meier, log_rank, aalen_johansen):
        work(table)
    return peak_mib()


def _python(*arguments: str) -> str:
    """What a new Python says."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def _print_found(found: Found) -> None:
    for name, task in TASKS.items():
        print(f"\n{task.words}")
        for (one, sample), turns in found.items():
            if one == name:
                print(f"  {sample!s:>26}  {_beside(turns)}")


def _print_bars(judged: Sequence[Judged]) -> None:
    print()
    for words, value, most in judged:
        print(f"  {'holds' if value <= most else 'FAILS'}  {words}: {value:.3g} (at most {most:.4g})")


def _beside(turns: list[Turn]) -> str:
    """Median milliseconds of each contender, and how many times as long ours takes."""
    texts = [f"{median(turn['ours'] for turn in turns) * 1000:8.2f} ms"]
    for who in turns[0]:
        if who != "ours":
            milliseconds = median(turn[who] for turn in turns) * 1000
            ratio = median(turn["ours"] / turn[who] for turn in turns)
            texts.append(f"{who} {milliseconds:8.2f} ms ({ratio:.3f} times)")
    return "  ".join(texts)


if __name__ == "__main__":
    main()
