"""Who the synthetic patients are: a whole cohort at once, or further ones one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from registry.demo.curve import Time
from registry.demo.distributions import NORMAL, Exact, Free
from registry.demo.progression import EARLIEST_DEATH, LATEST_DEATH, drawn_time, progression_times
from registry.demo.scores import Scores
from registry.demo.targets import Targets
from registry.demo.traits import Traits, traits_of

DEATH_AS_EVENT_SHARE = 0.05
LOST_BEFORE = 240  # days without imaging before the end of follow-up that make a patient lost


def cohort_traits(targets: Targets, rng: Random) -> list[Traits]:
    """A whole cohort that prints `targets`, in the order of the operations. Raises Infeasible."""
    targets.check()
    scores = [Scores.drawn(rng) for _ in range(targets.n)]
    dates = _operation_dates(targets, rng)
    times = progression_times(targets, [_room(targets, one) for one in dates], rng)
    progressions = _dealt(times, scores, targets.perioperative_deaths)
    fitting = _fitting_dates(progressions, dates, targets, rng)
    traits = traits_of(targets, scores, Exact(rng), fitting, progressions)
    ended = [_ended(targets, one, own, rng) for one, own in zip(traits, scores, strict=True)]
    return sorted(ended, key=lambda one: one.surgery)


def drawn_traits(targets: Targets, generators: Sequence[Random]) -> list[Traits]:
    """One patient for each generator, drawn from the distributions that `targets` describe."""
    scores = [Scores.drawn(rng) for rng in generators]
    days = (targets.last_operation - targets.first_operation).days
    dates = [_workday(targets.first_operation + timedelta(rng.randint(0, days))) for rng in generators]
    progressions = [
        drawn_time(targets.progression_free, NORMAL.cdf(own.risk), _room(targets, day), rng)
        for own, day, rng in zip(scores, dates, generators, strict=True)
    ]
    traits = traits_of(targets, scores, Free(), dates, progressions)
    return [_ended(targets, *three) for three in zip(traits, scores, generators, strict=True)]


def _operation_dates(targets: Targets, rng: Random) -> list[date]:
    """Working days, ascending; the first in the first month of the period, the last in the last."""
    first, last = targets.first_operation, targets.last_operation
    days = sorted(rng.randint(0, (last - first).days) for _ in range(targets.n))
    days[0] = min(days[0], rng.randint(0, 27))
    days[-1] = max(days[-1], (last - first).days - rng.randint(0, 20))
    return [min(_workday(first + timedelta(day)), last) for day in days]


def _workday(day: date) -> date:
    return day - timedelta(max(0, day.weekday() - 4))


def _room(targets: Targets, surgery: date) -> int:
    """The days for which a patient operated on that day can have been followed."""
    return (targets.end_of_followup - surgery).days


def _dealt(times: Sequence[Time], scores: Sequence[Scores], deaths: int) -> list[Time]:
    """The shortest times to those who die of a complication, then to those at the highest risk."""
    patients = range(len(scores))
    fatal = set(sorted(patients, key=lambda i: scores[i].complication)[len(scores) - deaths :])
    order = sorted(patients, key=lambda i: (i not in fatal, -scores[i].risk))
    dealt = dict(zip(order, times, strict=True))
    return [dealt[patient] for patient in patients]


def _fitting_dates(times: Sequence[Time], dates: Sequence[date], targets: Targets, rng: Random) -> list[date]:
    """A date of operation for each patient, early enough for the time that the patient was followed."""
    left = sorted(dates)
    fitting: dict[int, date] = {}
    for patient in sorted(range(len(times)), key=lambda i: -times[i].days):
        latest = targets.end_of_followup - timedelta(times[patient].days)
        fitting[patient] = left.pop(rng.randrange(sum(one <= latest for one in left)))
    return [fitting[patient] for patient in range(len(times))]


def _ended(t: Targets, traits: Traits, own: Scores, rng: Random) -> Traits:
    """How long the patient was followed, and whether the event was death without progression."""
    room, time = _room(t, traits.surgery), traits.progression
    if traits.died_in_hospital:
        if time.days > LATEST_DEATH:
            time = Time(rng.randint(EARLIEST_DEATH, LATEST_DEATH), True)
        return replace(traits, progression=time, stay=time.days, followed=time.days, ends_in_death=True)
    if not time.event and time.days < room - LOST_BEFORE:
        # Lost to imaging, but heard of once more after the ninety days in which complications count
        heard_of = max(time.days + rng.randint(3, 30), rng.randint(95, 120))
        return replace(traits, followed=min(heard_of, room), lost=True)
    if time.event and time.days > 120 and NORMAL.cdf(own.death) < DEATH_AS_EVENT_SHARE:
        return replace(traits, followed=time.days, ends_in_death=True)
    return replace(traits, followed=max(room - rng.randint(0, 75), min(time.days + 8, room)))
