"""What a synthetic cohort has to show, declared as data.

`PAPER` holds what Zhou 2026 prints (DOI 10.3877/cma.j.issn.2095-3232.2026.01.014). The
dispersion of the liver burden is read as a standard error: a standard deviation of 3 points
among 31 patients is hardly credible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

DAYS_PER_MONTH = 30.4375


class Infeasible(ValueError):
    """No cohort can show, or none was found that shows, what was asked for; says why."""


def printed(value: float, decimals: int = 0) -> Decimal:
    """A number as a report prints it: rounded half up, once."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Lower quartile, median and upper quartile by rank (n + 1)p, as SPSS computes them."""

    q1: float
    median: float
    q3: float

    def __iter__(self) -> Iterator[float]:
        return iter((self.q1, self.median, self.q3))


@dataclass(frozen=True, slots=True)
class ProgressionFree:
    """Progression-free survival as it is printed: months with one decimal, whole percents.

    `lower` and `upper` are SPSS's symmetric interval of the median; `rates` are (month, percent).
    """

    median: float
    lower: float
    upper: float
    rates: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The figures of a cohort. A count is a number of patients among `n`."""

    n: int
    first_operation: date
    last_operation: date
    end_of_followup: date
    men: int
    age: Quartiles
    gastroenteropancreatic: int
    liver_g2: int
    nonfunctioning: int
    drugs: int
    embolised: int
    primary_resected: int
    burden_mean: float
    burden_sem: float
    largest_cm: Quartiles
    op_time_min: Quartiles
    blood_loss_ml: Quartiles
    transfused: int
    stay_d: Quartiles
    complications: int
    perioperative_deaths: int
    grade_up: int
    progression_free: ProgressionFree

    def check(self) -> None:
        """Raise Infeasible, in words, where the figures contradict each other or common sense."""
        if self.n < 1:
            raise Infeasible(f"A cohort has at least one patient, not {self.n}.")
        for one in fields(self):
            value = getattr(self, one.name)
            if one.type == "int" and one.name != "n" and not 0 <= value <= self.n:
                raise Infeasible(f"{one.name}: {value} of {self.n} patients is not possible.")
            if isinstance(value, Quartiles) and not value.q1 <= value.median <= value.q3:
                raise Infeasible(f"{one.name}: the quartiles {tuple(value)} are not in order.")
        if not self.first_operation <= self.last_operation < self.end_of_followup:
            raise Infeasible("The period of operations must end before the end of follow-up.")
        if self.perioperative_deaths > self.complications:
            raise Infeasible(
                f"{self.perioperative_deaths} patients died of complications, but only "
                f"{self.complications} had any."
            )
        if self.perioperative_deaths and self.stay_d.q3 > 10:
            raise Infeasible("stay_d: with deaths in hospital the upper quartile may be 10 days at most.")
        self._check_curve()

    def _check_curve(self) -> None:
        wanted = self.progression_free
        if not wanted.lower < wanted.median < wanted.upper:
            raise Infeasible("The median progression-free survival lies outside its interval.")
        months = [month for month, _ in wanted.rates]
        percents = [percent for _, percent in wanted.rates]
        if months != sorted(set(months)) or percents != sorted(percents, reverse=True):
            raise Infeasible("Rates of progression-free survival must fall with time.")
        if not all(0 < percent <= 100 for percent in percents):
            raise Infeasible("Rates of progression-free survival lie between 0 and 100%.")


PAPER = Targets(
    n=31,
    first_operation=date(2021, 9, 1),
    last_operation=date(2023, 4, 28),
    end_of_followup=date(2024, 12, 31),
    men=14,
    age=Quartiles(46, 55, 60),
    gastroenteropancreatic=25,
    liver_g2=25,
    nonfunctioning=29,
    drugs=27,
    embolised=21,
    primary_resected=16,
    burden_mean=40,
    burden_sem=3,
    largest_cm=Quartiles(8.5, 10.0, 13.5),
    op_time_min=Quartiles(135, 168, 235),
    blood_loss_ml=Quartiles(300, 800, 1000),
    transfused=17,
    stay_d=Quartiles(5, 6, 7),
    complications=15,
    perioperative_deaths=0,
    grade_up=6,
    progression_free=ProgressionFree(12.0, 6.9, 17.1, ((6, 85), (12, 56), (18, 37))),
)
