"""Follow-up times whose Kaplan–Meier curve prints given figures.

The search goes from left to right through the stations of the curve: the months at which a
rate is printed, and the day of the median. Between two stations it lets patients progress or
leave in random order until the curve has come down to the printed rate; what remains is
placed in time so that SPSS's interval of the median prints as well. What it found is
computed once more from the times alone before it is handed out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from registry.demo.curve import ABOVE, BELOW, HALF, SPSS_FACTOR, TOLERANCE, Time, prints
from registry.demo.targets import DAYS_PER_MONTH, Infeasible, ProgressionFree, Targets, printed

FIRST_ASSESSMENT = 45  # nobody is found to have progressed before the first scan
EARLIEST_DEATH, LATEST_DEATH = 10, 28  # in hospital, of a complication
MEAN_DAYS_TO_LOSS = 3000
ATTEMPTS, LEAST_ATTEMPTS = 200_000, 300  # all in all, to be shared among the patients
ENOUGH = 200
TRIES = 12


def progression_times(targets: Targets, available: Sequence[int], rng: Random) -> list[Time]:
    """Times for all patients, shortest first, that print `targets.progression_free`.

    `available` are the days each patient can have been followed. The `perioperative_deaths`
    shortest times are deaths in the first weeks. Of several solutions the one is taken that
    loses fewest patients before the last printed rate. Raises Infeasible, in words.
    """
    wanted = targets.progression_free
    median_days = _median_days(wanted)
    room = sorted(available, reverse=True)
    found: list[list[Time]] = []
    for _ in range(max(ATTEMPTS // targets.n, LEAST_ATTEMPTS)):
        attempt = _Attempt(targets, rng.choice(median_days), room[targets.n // 4], rng)
        times = attempt.times()
        if times and _fits(times, room) and prints(times, wanted):
            found.append(sorted(times))
            if len(found) == ENOUGH:
                break
    if found:
        return min(found, key=lambda times: _lost_early(times, wanted))
    raise Infeasible(
        f"No follow-up of {targets.n} patients was found whose Kaplan–Meier curve prints a median of "
        f"{wanted.median} months (95% CI {wanted.lower}–{wanted.upper}) and "
        + ", ".join(f"{percent}% at {month} months" for month, percent in wanted.rates)
        + ". More patients, or other figures, are needed."
    )


def drawn_time(wanted: ProgressionFree, share: float, room: int, rng: Random) -> Time:
    """One more patient, who progresses when survival has come down to `share`.

    Unless lost before, or not followed so long: `room` are the days that could be.
    """
    day = max(_day_of_survival(wanted, share), FIRST_ASSESSMENT)
    lost = rng.expovariate(1 / MEAN_DAYS_TO_LOSS)
    last_scan = max(min(room - rng.randint(0, 60), round(lost)), FIRST_ASSESSMENT)
    return Time(day, True) if day <= last_scan else Time(last_scan, False)


def _day_of_survival(wanted: ProgressionFree, share: float) -> int:
    """When the curve through the printed rates, exponential between them, comes down to `share`."""
    t0, s0, hazard = 0.0, 1.0, math.log(2) / (wanted.median * DAYS_PER_MONTH)
    for month, percent in wanted.rates:
        t1, s1 = month * DAYS_PER_MONTH, percent / 100
        hazard = math.log(s0 / s1) / (t1 - t0) or hazard
        if share >= s1:
            break
        t0, s0 = t1, s1
    return math.ceil(t0 + math.log(s0 / share) / hazard)


def _median_days(wanted: ProgressionFree) -> list[int]:
    """The days that print as the median and leave the rates on their own side of one half."""
    around = range(
        int((wanted.median - 0.1) * DAYS_PER_MONTH), int((wanted.median + 0.1) * DAYS_PER_MONTH) + 2
    )
    days = [
        day for day in around if day > 0 and printed(day / DAYS_PER_MONTH, 1) == printed(wanted.median, 1)
    ]
    for month, percent in wanted.rates:
        at = month * DAYS_PER_MONTH
        days = [day for day in days if (percent >= 50 if day > at else percent <= 50)]
        if not days:
            raise Infeasible(f"A median of {wanted.median} months contradicts {percent}% at {month} months.")
    return days


def _lost_early(times: list[Time], wanted: ProgressionFree) -> int:
    last = max((month for month, _ in wanted.rates), default=wanted.median) * DAYS_PER_MONTH
    return sum(not one.event and one.days <= last for one in times)


def _fits(times: list[Time], room: list[int]) -> bool:
    longest = sorted((one.days for one in times), reverse=True)
    return all(days <= possible for days, possible in zip(longest, room, strict=True))


@dataclass(slots=True)
class _Segment:
    """The days from `first` to `last` and what happens in them, in order: True progression, False leaving."""

    first: int
    last: int
    marks: list[bool] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Step:
    """One event of the curve: which mark of which segment, S after it, Greenwood's sum."""

    segment: int
    mark: int
    survival: float
    greenwood: float


class _Attempt:
    """One random walk down the curve."""

    def __init__(self, targets: Targets, median_day: int, longest: int, rng: Random):
        self.rng = rng
        self.wanted = targets.progression_free
        self.early_deaths = targets.perioperative_deaths
        self.n = targets.n
        self.median_day = median_day
        self.longest = longest
        self.at_risk, self.survival, self.greenwood = targets.n, 1.0, 0.0
        self.segments: list[_Segment] = []
        self.steps: list[_Step] = []

    def times(self) -> list[Time] | None:
        """Times that may print the figures, or None where this walk leads nowhere."""
        for _ in range(self.early_deaths):
            self._fall()
        if not all(self._walk_to(*station) for station in self._stations()):
            return None
        self._tail()
        pins = self._pins()
        return None if pins is None else self._placed(pins)

    def _stations(self) -> Iterator[tuple[int, int, float, float]]:
        """From day, to day, and the range in which S must lie at its end, in order of time."""
        stations = [(month * DAYS_PER_MONTH, percent) for month, percent in self.wanted.rates]
        start = FIRST_ASSESSMENT
        for end, percent in sorted([*stations, (self.median_day, None)], key=lambda one: one[0]):
            if percent is None:
                yield start, self.median_day - 1, HALF + TOLERANCE, 1.0
                yield self.median_day, self.median_day, 0.0, HALF
            else:
                yield start, math.floor(end), (percent - 0.5) / 100, (percent + 0.5) / 100 - TOLERANCE
            start = math.floor(end) + 1

    def _walk_to(self, first: int, last: int, low: float, high: float) -> bool:
        """Let patients progress and leave until S lies between `low` and `high`.

        Few may leave at first; more with every try that ends beside the range.
        """
        segment = _Segment(first, last)
        self.segments.append(segment)
        if first == last == self.median_day:
            return self._fall_together(segment, high)
        start = (self.at_risk, self.survival, self.greenwood, len(self.steps))
        for most in range(2, 2 + TRIES):
            if self._walk(segment, low, high, leaving=self.rng.randint(0, most * self.n // 31)):
                return True
            self.at_risk, self.survival, self.greenwood, known = start
            del self.steps[known:], segment.marks[:]
        return False

    def _walk(self, segment: _Segment, low: float, high: float, leaving: int) -> bool:
        room = segment.last - segment.first + 1
        falls = self._falls_to_median() if high == 1.0 else 0
        while self.survival > high or leaving or falls:
            if self.at_risk <= 1 or len(segment.marks) >= room:
                return False
            ahead = max(falls, self.at_risk * (1 - high / self.survival))
            if leaving and self.rng.random() < leaving / (leaving + ahead):
                segment.marks.append(False)
                self.at_risk -= 1
                leaving -= 1
            elif self.survival > high or falls:
                self._fall(segment)
                falls -= falls > 0
        return self.survival >= low

    def _falls_to_median(self) -> int:
        """How many progress between the last station and the day of the median: S stays above one half."""
        possible = int(self.at_risk * (1 - HALF / self.survival) - TOLERANCE)
        return self.rng.randint(0, possible) if possible > 0 else 0

    def _fall_together(self, segment: _Segment, high: float) -> bool:
        """As many progress on the one day of the median as it takes to bring S down to one half."""
        falling = math.ceil(self.at_risk * (1 - high / self.survival) - TOLERANCE)
        if falling < 1 or falling >= self.at_risk:
            return False
        segment.marks += [True] * falling
        self._record(falling)
        return True

    def _fall(self, segment: _Segment | None = None) -> None:
        if segment is not None:
            segment.marks.append(True)
        self._record(1)

    def _record(self, falling: int) -> None:
        self.greenwood += falling / (self.at_risk * (self.at_risk - falling))
        self.survival *= (self.at_risk - falling) / self.at_risk
        self.at_risk -= falling
        if self.segments:
            here = len(self.segments) - 1
            mark = len(self.segments[here].marks) - 1
            self.steps.append(_Step(here, mark, self.survival, self.greenwood))

    def _tail(self) -> None:
        """After the last station: some progress, most are still followed without progression."""
        start = self.segments[-1].last + 1
        self.segments.append(_Segment(start, max(self.longest, start)))
        while self.at_risk > 1:
            if self.rng.random() < 0.3:
                self._fall(self.segments[-1])
            else:
                self.segments[-1].marks.append(False)
                self.at_risk -= 1
        self.segments[-1].marks += [False] * self.at_risk

    def _pins(self) -> dict[tuple[int, int], int] | None:
        """Days of the two events between which SPSS takes the slope, so that its interval prints."""
        upper = [one for one in self.steps if one.survival >= ABOVE - TOLERANCE]
        lower = [one for one in self.steps if one.survival <= BELOW + TOLERANCE]
        middle = next((one for one in self.steps if one.survival <= HALF + TOLERANCE), None)
        if not upper or not lower or middle is None:
            return None
        u, v = upper[-1], lower[0]
        spread = (u.survival - v.survival) / (SPSS_FACTOR * middle.survival * math.sqrt(middle.greenwood))
        distances = [width * spread for width in self._half_widths()]
        choices = [
            (day, day + distance)
            for distance in range(math.ceil(distances[0]), math.floor(distances[1]) + 1)
            for day in self._days_of(u)
            if day + distance in self._days_of(v)
        ]
        if not choices:
            return None
        first, second = self.rng.choice(choices)
        return {(u.segment, u.mark): first, (v.segment, v.mark): second}

    def _half_widths(self) -> tuple[float, float]:
        """In days: the least and the greatest half width of an interval that prints as wanted."""
        middle = self.median_day / DAYS_PER_MONTH
        least = max(middle - self.wanted.lower, self.wanted.upper - middle) - 0.05
        greatest = min(middle - self.wanted.lower, self.wanted.upper - middle) + 0.05
        return least * DAYS_PER_MONTH, greatest * DAYS_PER_MONTH

    def _days_of(self, step: _Step) -> range:
        """The days this event may have so that the others of its segment find room around it."""
        segment = self.segments[step.segment]
        if segment.first == segment.last:
            return range(segment.first, segment.first + 1)
        after = len(segment.marks) - 1 - step.mark
        return range(segment.first + step.mark, segment.last - after + 1)

    def _placed(self, pins: dict[tuple[int, int], int]) -> list[Time] | None:
        deaths = (self.rng.randint(EARLIEST_DEATH, LATEST_DEATH) for _ in range(self.early_deaths))
        times = [Time(day, True) for day in deaths]
        for number, segment in enumerate(self.segments):
            days = self._spread(segment, {mark: day for (s, mark), day in pins.items() if s == number})
            if days is None:
                return None
            times += [Time(day, event) for day, event in zip(days, segment.marks, strict=True)]
        return times

    def _spread(self, segment: _Segment, pins: dict[int, int]) -> list[int] | None:
        """Ascending days for the marks of a segment, through the pinned ones."""
        if segment.first == segment.last:
            return [segment.first] * len(segment.marks)
        days: list[int] = []
        start = segment.first
        for mark, day in [*sorted(pins.items()), (len(segment.marks), segment.last + 1)]:
            free = range(start, day)
            count = mark - len(days)
            if count > len(free):
                return None
            days += sorted(self.rng.sample(free, count))
            if mark < len(segment.marks):
                days.append(day)
            start = day + 1
        return days
