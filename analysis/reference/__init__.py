"""Our numbers against R's.

Each area has three files: AREA.R computes named numbers in R, AREA.csv holds R's answers, and AREA.py
has `answers()`, which computes the same numbers here. `compare` puts them side by side; the
tests hold every difference to its tolerance, the page "How these numbers are made" prints them,
and where Rscript is found the tests run the scripts again.

    python -m analysis.reference      writes every AREA.csv anew with the R of this machine
"""

from __future__ import annotations

import csv
import importlib
import subprocess
import tempfile
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
AREAS = tuple(sorted(path.stem for path in FOLDER.glob("*.R") if path.stem != "common"))
ABSOLUTE = 1e-10  # numbers below this on both sides are rounding of what is 0 in truth


@dataclass(frozen=True, slots=True)
class Compared:
    """One number: what R says, what we say, and by how much they may differ, relative to R's."""

    area: str
    name: str
    r: float | None
    ours: float | None
    tolerance: float

    @property
    def difference(self) -> float | None:
        """The relative difference; None where neither estimates the number or only one does."""
        if self.r is None or self.ours is None:
            return None
        if max(abs(self.r), abs(self.ours)) <= ABSOLUTE:
            return 0.0
        return abs(self.ours - self.r) / max(abs(self.r), ABSOLUTE)

    @property
    def agrees(self) -> bool:
        if self.r is None or self.ours is None:
            return self.r is self.ours
        return self.difference <= self.tolerance


def expected(area: str) -> dict[str, float | None]:
    """R's answers as stored, by name; None for what R cannot estimate."""
    return _read(FOLDER / f"{area}.csv")


def r_versions(area: str) -> str:
    """Which R and which packages gave the stored answers."""
    return (FOLDER / f"{area}.csv").read_text(encoding="utf-8").splitlines()[0].lstrip("# ")


@cache
def compare(area: str) -> tuple[Compared, ...]:
    """Every stored number of `area` beside ours. Raises KeyError when we lack one or have one more."""
    module = importlib.import_module(f"analysis.reference.{area}")
    theirs, ours = expected(area), module.answers()
    if ours.keys() != theirs.keys():
        raise KeyError(f"{area}: only one side has {sorted(ours.keys() ^ theirs.keys())[:5]}")
    return tuple(
        Compared(area, name, value, ours[name], tolerance(module.TOLERANCES, name))
        for name, value in theirs.items()
    )


def tolerance(tolerances: dict[str, float], name: str) -> float:
    """The tolerance of the first pattern that fits `name`; patterns are as in file names: "*/firth/*"."""
    return next(value for pattern, value in tolerances.items() if fnmatch(name, pattern))


def ask_r(area: str, rscript: str, data_folder: Path) -> dict[str, float | None]:
    """R's answers computed now, from the tables exported to `data_folder`."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "answers.csv")
        run_r(area, rscript, data_folder, out)
        return _read(out)


def run_r(area: str, rscript: str, data_folder: Path, out: Path) -> None:
    """Run AREA.R, which writes `out`. Raises CalledProcessError with R's own words on failure."""
    subprocess.run(
        [rscript, "--vanilla", f"{area}.R", str(data_folder), str(out)],
        cwd=FOLDER,
        check=True,
        capture_output=True,
        text=True,
    )


def _read(path: Path) -> dict[str, float | None]:
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    rows = [(row["name"], row["value"]) for row in csv.DictReader(lines)]
    answers = {name: None if value == "NA" else float(value) for name, value in rows}
    if len(answers) != len(rows):
        raise ValueError(f"{path.name} gives a name twice")
    return answers
