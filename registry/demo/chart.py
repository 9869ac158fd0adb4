"""The record of one synthetic patient while it is being written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from random import Random
from typing import TypeVar

from django.db import models

from registry.demo.traits import Traits
from registry.fields import answers
from registry.models import Patient

Choice = TypeVar("Choice")
Row = TypeVar("Row", bound=models.Model)

PLAIN = {"cmp": "eq", "prec": "d"}


@cache
def _companions(model: type[models.Model]) -> tuple[tuple[str, str, str], ...]:
    """Answer, companion column and what stands there beside a plain answer."""
    return tuple(
        (one.name, name, PLAIN[name.rpartition("_")[2]]) for one in answers(model) for name in one.companions
    )


class Chart:
    """Traits, the random numbers of this patient alone, and the calendar that starts at the operation."""

    def __init__(self, traits: Traits, patient: Patient, rng: Random):
        self.traits = traits
        self.patient = patient
        self.rng = rng
        self.day_0 = traits.surgery.toordinal()
        self.proliferation = rng.random()  # where the patient's tumours stand within their grade

    def on(self, days: int) -> date:
        """The date so many days after the operation (before it, if negative)."""
        return date.fromordinal(self.day_0 + days)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return low + int(self.rng.random() * (high - low + 1))

    def chance(self, p: float) -> bool:
        """True with probability `p`."""
        return self.rng.random() < p

    def answer(self, p: float) -> str:
        """ "yes" with probability `p`, else "no"."""
        return "yes" if self.rng.random() < p else "no"

    def pick(self, weights: Mapping[Choice, float]) -> Choice:
        """One of the keys, with probabilities in proportion to the weights."""
        return self.rng.choices(tuple(weights), tuple(weights.values()))[0]

    def row(self, model: type[Row], **given: object) -> Row:
        """A row of this patient; plain answers get the comparator "=" and dates the precision "day"."""
        for name, companion, plain in _companions(model):
            if given.get(name) is not None:
                given.setdefault(companion, plain)
        return model(patient=self.patient, **given)
