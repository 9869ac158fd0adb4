"""Released files in tests: made from real rows, and read back as somebody who received them would."""

from __future__ import annotations

import csv
import io
import json
import zipfile

from analysis import cohort
from analysis.release import package
from registry import demo, models
from registry.classification import DEIDENTIFIED
from registry.context import acting

Rows = list[dict[str, str]]


def synthetic_registry(n: int, seed: int = 1) -> models.Centre:
    """A centre with the synthetic cohort of the demonstration, drawn anew."""
    with acting("test"):
        centre = demo.stored_centre()
        demo.load(list(demo.more_cases(n, seed)), centre)
    return centre


def released(
    profile: str = DEIDENTIFIED, purpose: str = "survival analysis", *centres: models.Centre
) -> package.Package:
    """The file of every case of these centres (all without any)."""
    chosen = centres or tuple(models.Centre.objects.all())
    data = cohort.load(cohort.Definition(), chosen)
    return package.make(data, profile, chosen, purpose)


def files_of(content: bytes) -> dict[str, str]:
    """Every file in the zip file, as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def tables_of(content: bytes) -> dict[str, Rows]:
    """Every table of the zip file, read by the csv module alone."""
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text, newline="")))
        for name, text in files_of(content).items()
        if name.endswith(".csv")
    }


def cells_of(content: bytes) -> list[tuple[str, str, str]]:
    """Table, column and text of every value of the data tables."""
    return [
        (name, column, value)
        for name, rows in tables_of(content).items()
        if name not in ("dictionary", "levels")
        for row in rows
        for column, value in row.items()
        if value
    ]


def dictionary_of(content: bytes) -> dict:
    return json.loads(files_of(content)["dictionary.json"])
