"""What a synthetic patient is like, before any form is filled in.

Traits hang together through three hidden numbers per patient: how much disease there is,
how hard the operation is, and how fast the tumour grows. A bigger tumour makes a longer
operation with more blood lost, that makes transfusion and complications more likely, these
prolong the stay; a fast tumour has a higher grade and progresses earlier.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from registry import codes
from registry.demo.distributions import NORMAL, Exact, Free, Shape, Weights, quotas
from registry.demo.progression import (
    EARLIEST_DEATH,
    FIRST_ASSESSMENT,
    LATEST_DEATH,
    Time,
    progression_times,
)
from registry.demo.targets import DAYS_PER_MONTH, Infeasible, ProgressionFree, Targets

GEP_SITES = {"pancreas": 11, "rectum": 6, "jejunoileum": 4, "stomach": 2, "duodenum": 1, "colon": 1}
OTHER_SITES = {"cup": 2, "lung": 2, "biliary": 1, "thymus": 0.4, "gu_gyn": 0.6}
THORACIC = frozenset(codes.SITE.having("thoracic"))
SYNDROMES = {
    "pancreas": {"insulinoma": 4, "gastrinoma": 3, "glucagonoma": 2, "vipoma": 1},
    "jejunoileum": {"carcinoid": 1},
}
DRUGS = {"ssa": 13, "targeted": 5, "chemo": 4, "prrt": 3, "interferon": 2}
EMBOLISATIONS = {"tace": 9, "hae": 6, "deb_tace": 3, "tare": 3}
ABLATIONS = {"rfa": 4, "mwa": 3, "cryo": 1, "chemical_abl": 1}
ABLATED_SHARE = 0.3
WORST_COMPLICATION = {"1": 4, "2": 6, "3a": 3, "3b": 1, "4a": 1}
PROLONGS = {"none": -0.25, "1": 0, "2": 0.2, "3a": 0.8, "3b": 1.6, "4a": 1.6, "5": math.inf}
GRADE_DOWN_SHARE = 0.04
DEATH_AS_EVENT_SHARE = 0.05
BURDEN_LIMITS = (5, 78)
LOST_BEFORE = 240  # days without imaging before the end of follow-up that make a patient lost
GRADES = ("g1", "g2", "g3_net")


@dataclass(frozen=True, slots=True)
class Traits:
    """One patient. `progression` counts from the operation, `followed` are the days until last contact.

    `worst` is the worst Clavien–Dindo grade or "none"; `drugs`, `embolisation` and `ablation`
    are codes of TXCAT.
    """

    surgery: date
    followed: int
    lost: bool
    sex: str
    age: int
    site: str
    syndrome: str | None
    primary: str
    drugs: tuple[str, ...]
    embolisation: str | None
    ablation: str | None
    burden: int
    largest_cm: Decimal
    op_time: int
    blood_loss: int
    transfused: bool
    stay: int
    worst: str
    grade_before: str
    grade_after: str
    progression: Time
    ends_in_death: bool

    @property
    def died_in_hospital(self) -> bool:
        return self.worst == "5"


@dataclass(frozen=True, slots=True)
class Scores:
    """The standard normal numbers from which one patient's traits are made."""

    sex: float
    age: float
    site_group: float
    site: float
    syndrome: float
    primary: float
    drugs: float
    drug: float
    second_drug: float
    embolised: float
    embolisation: float
    ablated: float
    ablation: float
    burden: float
    largest: float
    op_time: float
    blood_loss: float
    transfused: float
    stay: float
    complication: float
    grade: float
    grade_up: float
    grade_down: float
    risk: float
    death: float

    @classmethod
    def drawn(cls, rng: Random) -> Scores:
        """Correlated scores; the squared coefficients of each add up to one."""
        disease, technique, biology = (rng.gauss(0, 1) for _ in range(3))
        op_time = 0.5 * disease + 0.5 * technique + math.sqrt(0.5) * rng.gauss(0, 1)
        blood_loss = 0.55 * disease + 0.6 * technique + math.sqrt(0.3375) * rng.gauss(0, 1)
        complication = 0.5 * blood_loss + math.sqrt(0.75) * rng.gauss(0, 1)
        related = {
            "burden": 0.96 * disease + 0.28 * rng.gauss(0, 1),
            "largest": 0.96 * disease + 0.28 * rng.gauss(0, 1),
            "op_time": op_time,
            "blood_loss": blood_loss,
            "transfused": 0.85 * blood_loss + 0.53 * rng.gauss(0, 1),
            "complication": complication,
            "stay": 0.75 * complication + 0.66 * rng.gauss(0, 1),
            "grade": 0.8 * biology + 0.6 * rng.gauss(0, 1),
            "risk": 0.4 * disease + 0.6 * biology + math.sqrt(0.48) * rng.gauss(0, 1),
        }
        return cls(**{name: related.get(name) or rng.gauss(0, 1) for name in cls.__slots__})


def cohort_traits(targets: Targets, rng: Random) -> list[Traits]:
    """A whole cohort that prints `targets`, in the order of the operations. Raises Infeasible."""
    targets.check()
    scores = [Scores.drawn(rng) for _ in range(targets.n)]
    dates = _operation_dates(targets, rng)
    room = [(targets.end_of_followup - one).days for one in dates]
    times = progression_times(targets, room, rng)
    risk = [one.risk for one in scores]
    order = sorted(range(targets.n), key=lambda i: (-_fatality(i, targets, scores), -risk[i]))
    progressions = [times[0]] * targets.n
    for patient, time in zip(order, times, strict=True):
        progressions[patient] = time
    traits = _traits(
        targets, scores, Exact(rng), _dated(progressions, dates, targets, rng), progressions, rng
    )
    return sorted(traits, key=lambda one: one.surgery)


def _fatality(patient: int, targets: Targets, scores: Sequence[Scores]) -> bool:
    """Whether this patient's complication is one of the fatal ones: the highest scores are."""
    highest = sorted(range(targets.n), key=lambda i: scores[i].complication)
    return patient in highest[targets.n - targets.perioperative_deaths :]


def drawn_traits(targets: Targets, generators: Sequence[Random]) -> list[Traits]:
    """One patient for each generator, drawn from the distributions that `targets` describe."""
    scores = [Scores.drawn(rng) for rng in generators]
    days = (targets.last_operation - targets.first_operation).days
    dates = [_workday(targets.first_operation + timedelta(rng.randint(0, days))) for rng in generators]
    progressions = [
        _drawn_time(targets.progression_free, one, (targets.end_of_followup - day).days, rng)
        for one, day, rng in zip(scores, dates, generators, strict=True)
    ]
    return _traits(targets, scores, Free(), dates, progressions, *generators)


def _operation_dates(targets: Targets, rng: Random) -> list[date]:
    """Working days, ascending; the first in the first month of the period, the last in the last."""
    first, last = targets.first_operation, targets.last_operation
    days = sorted(rng.randint(0, (last - first).days) for _ in range(targets.n))
    days[0] = min(days[0], rng.randint(0, 27))
    days[-1] = max(days[-1], (last - first).days - rng.randint(0, 20))
    return [min(_workday(first + timedelta(day)), last) for day in days]


def _workday(day: date) -> date:
    return day - timedelta(max(0, day.weekday() - 4))


def _dated(times: Sequence[Time], dates: Sequence[date], targets: Targets, rng: Random) -> list[date]:
    """A date of operation for each patient, early enough for the time that the patient was followed."""
    left = sorted(dates)
    assigned = [left[0]] * len(times)
    for patient in sorted(range(len(times)), key=lambda i: -times[i].days):
        latest = targets.end_of_followup - timedelta(times[patient].days)
        assigned[patient] = left.pop(rng.randrange(sum(one <= latest for one in left)))
    return assigned


def _drawn_time(wanted: ProgressionFree, scores: Scores, room: int, rng: Random) -> Time:
    """Progression when survival has fallen to this patient's share, unless lost or not followed so long."""
    day = max(_day_of_survival(wanted, NORMAL.cdf(-scores.risk)), FIRST_ASSESSMENT)
    lost = rng.expovariate(1 / 3000)
    last_scan = max(min(room - rng.randint(0, 60), round(lost)), FIRST_ASSESSMENT)
    return Time(day, True) if day <= last_scan else Time(last_scan, False)


def _day_of_survival(wanted: ProgressionFree, share: float) -> int:
    """The day on which the curve through the printed rates comes down to `share`; exponential between them."""
    t0, s0, hazard = 0.0, 1.0, math.log(2) / (wanted.median * DAYS_PER_MONTH)
    for month, percent in wanted.rates:
        t1, s1 = month * DAYS_PER_MONTH, percent / 100
        hazard = math.log(s0 / s1) / (t1 - t0) or hazard
        if share >= s1:
            break
        t0, s0 = t1, s1
    return math.ceil(t0 + math.log(s0 / share) / hazard)


def _traits(
    targets: Targets,
    scores: Sequence[Scores],
    draw: Exact | Free,
    dates: Sequence[date],
    progressions: Sequence[Time],
    *generators: Random,
) -> list[Traits]:
    columns = {
        "surgery": dates,
        "progression": progressions,
        **_people(targets, scores, draw),
        **_treatments(targets, scores, draw),
        **_measurements(targets, scores, draw),
    }
    columns |= _grades(targets, scores, draw, columns["site"])
    traits = []
    for number, values in enumerate(zip(*columns.values(), strict=True)):
        own = dict(zip(columns, values, strict=True))
        rng = generators[number % len(generators)]
        traits.append(Traits(**_with_ending(targets, own, scores[number], rng)))
    return traits


def _chosen(draw: Exact | Free, count: float, of: int, scores: Sequence[float]) -> list[bool]:
    """The patients with the highest scores: `count` among every `of`."""
    return draw.coded({False: of - count, True: count}, scores)


def _coded_where(
    flags: Sequence[bool], draw: Exact | Free, weights: Weights, scores: Sequence[float]
) -> list[object]:
    """A code for each flagged patient, None for the others."""
    own = iter(draw.coded(weights, [one for one, flag in zip(scores, flags, strict=True) if flag]))
    return [next(own) if flag else None for flag in flags]


def _people(t: Targets, scores: Sequence[Scores], draw: Exact | Free) -> dict[str, Sequence[object]]:
    """Sex, age, site of the primary and its state, hormone syndrome."""
    shape = Shape("age", 24, t.age, 79)
    gep = _chosen(draw, t.gastroenteropancreatic, t.n, [one.site_group for one in scores])
    gep_sites = _coded_where(gep, draw, GEP_SITES, [one.site for one in scores])
    others = _other_sites(t)
    other_sites = _coded_where([not one for one in gep], draw, others, [one.site for one in scores])
    sites = [one or other for one, other in zip(gep_sites, other_sites, strict=True)]
    return {
        "sex": draw.coded({"m": t.men, "f": t.n - t.men}, [one.sex for one in scores]),
        "age": [int(one) for one in draw.measured(shape, [one.age for one in scores])],
        "site": sites,
        "syndrome": _syndromes(t, scores, draw, sites),
        "primary": _primary_states(t, scores, draw, sites, others),
    }


def _other_sites(t: Targets) -> dict[str, float]:
    """Weights of the sites outside gut and pancreas; few enough unknown primaries for those resected."""
    unknown = quotas(OTHER_SITES, t.n - t.gastroenteropancreatic)["cup"]
    if unknown <= t.n - t.primary_resected:
        return OTHER_SITES
    return {code: weight for code, weight in OTHER_SITES.items() if code != "cup"}


def _primary_states(
    t: Targets, scores: Sequence[Scores], draw: Exact | Free, sites: Sequence[str], others: Weights
) -> list[str]:
    known = [site != "cup" for site in sites]
    unknown_of_n = (t.n - t.gastroenteropancreatic) * others.get("cup", 0) / sum(others.values())
    of = sum(known) if isinstance(draw, Exact) else t.n - unknown_of_n
    weights = {"in_situ": of - t.primary_resected, "resected_before": t.primary_resected}
    states = _coded_where(known, draw, weights, [one.primary for one in scores])
    return [one or "unknown_primary" for one in states]


def _syndromes(
    t: Targets, scores: Sequence[Scores], draw: Exact | Free, sites: Sequence[str]
) -> list[str | None]:
    """A hormone syndrome for those who function; it fits the site."""
    may = [site in SYNDROMES for site in sites]
    functioning = t.n - t.nonfunctioning
    share = sum(GEP_SITES[one] for one in SYNDROMES) / sum(GEP_SITES.values())
    of = sum(may) if isinstance(draw, Exact) else t.gastroenteropancreatic * share
    if functioning > of:
        raise Infeasible(
            f"nonfunctioning: {functioning} functioning tumours, but only {of:.0f} patients have a primary "
            "that makes hormones."
        )
    flags = _coded_where(
        may, draw, {False: of - functioning, True: functioning}, [one.syndrome for one in scores]
    )
    return [
        Free().coded(SYNDROMES[site], [one.drug])[0] if flag else None
        for flag, site, one in zip(flags, sites, scores, strict=True)
    ]


def _treatments(t: Targets, scores: Sequence[Scores], draw: Exact | Free) -> dict[str, Sequence[object]]:
    """Treatment before surgery; who gets anything but a somatostatin analogue mostly had one before."""
    treated = _chosen(draw, t.drugs, t.n, [one.drugs for one in scores])
    drug = _coded_where(treated, draw, DRUGS, [one.drug for one in scores])
    embolised = _chosen(draw, t.embolised, t.n, [one.embolised for one in scores])
    embolisation = _coded_where(embolised, draw, EMBOLISATIONS, [one.embolisation for one in scores])
    ablated = _chosen(draw, round(ABLATED_SHARE * t.n), t.n, [one.ablated for one in scores])
    ablation = _coded_where(ablated, draw, ABLATIONS, [one.ablation for one in scores])
    return {
        "drugs": [
            () if one is None else ("ssa", one) if one != "ssa" and own.second_drug > -0.5 else (one,)
            for one, own in zip(drug, scores, strict=True)
        ],
        "embolisation": embolisation,
        "ablation": ablation,
    }


def _measurements(t: Targets, scores: Sequence[Scores], draw: Exact | Free) -> dict[str, Sequence[object]]:
    """Size, operation, blood, stay and the worst complication."""
    largest = Shape("largest_cm", 2.5, t.largest_cm, 19, step=0.1)
    op_time = Shape("op_time_min", 80, t.op_time_min, 420, step=5)
    blood_loss = Shape("blood_loss_ml", 50, t.blood_loss_ml, 1900, step=50)
    stay = Shape("stay_d", 3, t.stay_d, 24)
    burden = ("burden", t.burden_mean, t.burden_sem, t.n, BURDEN_LIMITS)
    grades = {"none": t.n - t.complications}
    harmed = t.complications - t.perioperative_deaths
    grades |= (
        quotas(WORST_COMPLICATION, harmed) if isinstance(draw, Exact) else _parts(WORST_COMPLICATION, harmed)
    )
    grades["5"] = t.perioperative_deaths
    worst = draw.coded(grades, [one.complication for one in scores])
    return {
        "burden": draw.spread(*burden, [one.burden for one in scores]),
        "largest_cm": [
            Decimal(str(round(one, 1))) for one in draw.measured(largest, [one.largest for one in scores])
        ],
        "op_time": [int(one) for one in draw.measured(op_time, [one.op_time for one in scores])],
        "blood_loss": [int(one) for one in draw.measured(blood_loss, [one.blood_loss for one in scores])],
        "transfused": _chosen(draw, t.transfused, t.n, [one.transfused for one in scores]),
        "stay": [int(one) for one in draw.measured(stay, _stay_scores(scores, worst))],
        "worst": worst,
    }


def _stay_scores(scores: Sequence[Scores], worst: Sequence[str]) -> list[float]:
    """The worse the complication, the longer the stay; who dies in hospital counts among the longest."""
    return [one.stay + PROLONGS[grade] for one, grade in zip(scores, worst, strict=True)]


def _parts(weights: Weights, total: float) -> dict[str, float]:
    whole = sum(weights.values())
    return {code: total * weight / whole for code, weight in weights.items()}


def _grades(
    t: Targets, scores: Sequence[Scores], draw: Exact | Free, sites: Sequence[str]
) -> dict[str, Sequence[object]]:
    """Grade of the liver at surgery and of the specimens before it.

    Thoracic carcinoids know no grade 3 and have no place in a comparison of grades.
    """
    thoracic = [site in THORACIC for site in sites]
    biology = [min(one.grade, 0.0) if t else one.grade for one, t in zip(scores, thoracic, strict=True)]
    other = t.n - t.liver_g2
    after = draw.coded({"g1": other - other // 2, "g2": t.liver_g2, "g3_net": other // 2}, biology)
    may_rise = [one != "g1" and not t for one, t in zip(after, thoracic, strict=True)]
    up = _among(may_rise, draw, t.grade_up, t.n - (other - other // 2), "grade_up", [one.grade_up for one in scores])
    may_fall = [
        one != "g3_net" and not (t or u) for one, t, u in zip(after, thoracic, up, strict=True)
    ]
    falling = min(round(GRADE_DOWN_SHARE * t.n), sum(may_fall)) if isinstance(draw, Exact) else GRADE_DOWN_SHARE * t.n
    down = _among(may_fall, draw, falling, t.n, "grade_down", [one.grade_down for one in scores])
    steps = [d - u for d, u in zip(down, up, strict=True)]
    before = [GRADES[GRADES.index(one) + step] for one, step in zip(after, steps, strict=True)]
    return {"grade_before": before, "grade_after": after}


def _among(
    eligible: Sequence[bool], draw: Exact | Free, count: float, of: float, name: str, scores: Sequence[float]
) -> list[bool]:
    """`count` patients, all of them eligible; about `of` are, where patients are drawn one by one."""
    able = sum(eligible) if isinstance(draw, Exact) else of
    if count > able:
        raise Infeasible(f"{name}: {count} patients, but only {able} can have it.")
    return [one or False for one in _coded_where(eligible, draw, {False: able - count, True: count}, scores)]


def _with_ending(t: Targets, own: dict[str, object], scores: Scores, rng: Random) -> dict[str, object]:
    """The traits so far, with how long the patient was followed and whether the event was death."""
    room = (t.end_of_followup - own["surgery"]).days
    time = own["progression"]
    if own["worst"] == "5":
        dead = time if time.days <= LATEST_DEATH else Time(rng.randint(EARLIEST_DEATH, LATEST_DEATH), True)
        own |= {"progression": dead, "stay": dead.days}
        return own | {"followed": dead.days, "lost": False, "ends_in_death": True}
    if not time.event and time.days < room - LOST_BEFORE:
        return own | {
            "followed": min(max(time.days + rng.randint(3, 30), rng.randint(95, 120)), room),
            "lost": True,
            "ends_in_death": False,
        }
    died = time.event and time.days > 120 and NORMAL.cdf(scores.death) < DEATH_AS_EVENT_SHARE
    last_contact = max(room - rng.randint(0, 75), min(time.days + 8, room))
    return own | {"followed": time.days if died else last_contact, "lost": False, "ends_in_death": died}
