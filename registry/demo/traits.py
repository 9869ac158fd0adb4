"""What a synthetic patient is like, before any form is filled in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from registry import codes
from registry.demo.curve import Time
from registry.demo.distributions import NORMAL, Draw, Exact, Free, Shape, Weights, coded_where, quotas
from registry.demo.progression import EARLIEST_DEATH, LATEST_DEATH, drawn_time, progression_times
from registry.demo.scores import Scores
from registry.demo.targets import Targets

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
FATAL = "5"
# How much longer a complication keeps a patient in hospital, in standard deviations of the stay
PROLONGS = {"none": 0, "1": 0.6, "2": 1.1, "3a": 2.0, "3b": 3.0, "4a": 3.0}
GRADES = ("g1", "g2", "g3_net")
GRADE_DOWN_SHARE = 0.04
DEATH_AS_EVENT_SHARE = 0.05
BURDEN_LIMITS = (5, 78)
LOST_BEFORE = 240  # days without imaging before the end of follow-up that make a patient lost

Columns = dict[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Traits:
    """One patient. `progression` counts from the operation, `followed` are the days until last contact.

    `worst` is the worst Clavien–Dindo grade or "none"; `drugs`, `embolisation` and `ablation`
    are codes of TXCAT.
    """

    surgery: date
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
    followed: int = 0
    lost: bool = False
    ends_in_death: bool = False

    @property
    def died_in_hospital(self) -> bool:
        return self.worst == FATAL


def cohort_traits(targets: Targets, rng: Random) -> list[Traits]:
    """A whole cohort that prints `targets`, in the order of the operations. Raises Infeasible."""
    targets.check()
    scores = [Scores.drawn(rng) for _ in range(targets.n)]
    dates = _operation_dates(targets, rng)
    times = progression_times(targets, [_room(targets, one) for one in dates], rng)
    progressions = _dealt(times, scores, targets.perioperative_deaths)
    fitting = _fitting_dates(progressions, dates, targets, rng)
    traits = _traits(targets, scores, Exact(rng), fitting, progressions)
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
    traits = _traits(targets, scores, Free(), dates, progressions)
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


def _traits(
    t: Targets, scores: Sequence[Scores], draw: Draw, dates: Sequence[date], progressions: Sequence[Time]
) -> list[Traits]:
    columns: Columns = {"surgery": dates, "progression": progressions}
    columns |= _people(t, scores, draw)
    columns |= _treatments(t, scores, draw)
    columns |= _measurements(t, scores, draw)
    columns |= _grades(t, scores, draw, columns["site"])
    return [
        Traits(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)
    ]


def _people(t: Targets, scores: Sequence[Scores], draw: Draw) -> Columns:
    """Sex, age, site of the primary and its state, hormone syndrome."""
    gep = draw.coded(
        {False: t.n - t.gastroenteropancreatic, True: t.gastroenteropancreatic},
        [one.site_group for one in scores],
    )
    others = _other_sites(t)
    site_scores = [one.site for one in scores]
    sites = [
        one or other
        for one, other in zip(
            coded_where(gep, draw, GEP_SITES, site_scores),
            coded_where([not one for one in gep], draw, others, site_scores),
            strict=True,
        )
    ]
    return {
        "sex": draw.coded({"m": t.men, "f": t.n - t.men}, [one.sex for one in scores]),
        "age": [int(a) for a in draw.measured(Shape("age", 24, t.age, 79), [one.age for one in scores])],
        "site": sites,
        "syndrome": _syndromes(t, scores, draw, sites),
        "primary": _primary_states(t, scores, draw, sites, others),
    }


def _other_sites(t: Targets) -> dict[str, float]:
    """Weights of the sites outside gut and pancreas; no unknown primaries where most were resected."""
    unknown = quotas(OTHER_SITES, t.n - t.gastroenteropancreatic)["cup"]
    if unknown <= t.n - t.primary_resected:
        return OTHER_SITES
    return {code: weight for code, weight in OTHER_SITES.items() if code != "cup"}


def _primary_states(
    t: Targets, scores: Sequence[Scores], draw: Draw, sites: Sequence[str], others: Weights
) -> list[str]:
    known = [site != "cup" for site in sites]
    unknown = (t.n - t.gastroenteropancreatic) * others.get("cup", 0) / sum(others.values())
    resected = draw.chosen(t.primary_resected, [one.primary for one in scores], known, t.n - unknown)
    return [
        "unknown_primary" if not k else "resected_before" if r else "in_situ"
        for k, r in zip(known, resected, strict=True)
    ]


def _syndromes(t: Targets, scores: Sequence[Scores], draw: Draw, sites: Sequence[str]) -> list[str | None]:
    """A hormone syndrome for those who function; it fits the site."""
    may = [site in SYNDROMES for site in sites]
    functioning = t.n - t.nonfunctioning
    share = sum(GEP_SITES[one] for one in SYNDROMES) / sum(GEP_SITES.values())
    too_few = (
        f"nonfunctioning: {functioning} patients have functioning tumours, but only {sum(may)} have a "
        "primary that makes hormones."
    )
    scores_of = [one.syndrome for one in scores]
    flags = draw.chosen(functioning, scores_of, may, t.gastroenteropancreatic * share, too_few)
    return [
        Free().coded(SYNDROMES[site], [own.kind_of_syndrome])[0] if flag else None
        for flag, site, own in zip(flags, sites, scores, strict=True)
    ]


def _treatments(t: Targets, scores: Sequence[Scores], draw: Draw) -> Columns:
    """Treatment before surgery; most who got another drug had had a somatostatin analogue before."""
    treated = draw.coded({False: t.n - t.drugs, True: t.drugs}, [one.drugs for one in scores])
    drugs = coded_where(treated, draw, DRUGS, [one.drug for one in scores])
    embolised = draw.coded({False: t.n - t.embolised, True: t.embolised}, [one.embolised for one in scores])
    share = {False: 1 - ABLATED_SHARE, True: ABLATED_SHARE}
    ablated = draw.coded(share, [one.ablated for one in scores])
    return {
        "drugs": [
            () if drug is None else (drug,) if drug == "ssa" or own.second_drug < -0.5 else ("ssa", drug)
            for drug, own in zip(drugs, scores, strict=True)
        ],
        "embolisation": coded_where(embolised, draw, EMBOLISATIONS, [one.embolisation for one in scores]),
        "ablation": coded_where(ablated, draw, ABLATIONS, [one.ablation for one in scores]),
    }


def _measurements(t: Targets, scores: Sequence[Scores], draw: Draw) -> Columns:
    """Size, operation, blood, stay and the worst complication."""
    largest = Shape("largest_cm", 2.5, t.largest_cm, 19, step=0.1)
    op_time = Shape("op_time_min", 80, t.op_time_min, 420, step=5)
    blood_loss = Shape("blood_loss_ml", 50, t.blood_loss_ml, 1900, step=50)
    burden = ("burden", t.burden_mean, t.burden_sem, t.n, BURDEN_LIMITS)
    weights = _complication_weights(t)
    worst = draw.coded(weights, [one.complication for one in scores])
    stay_scores = [_stay_score(own, grade, weights) for own, grade in zip(scores, worst, strict=True)]
    return {
        "burden": draw.spread(*burden, [one.burden for one in scores]),
        "largest_cm": [
            Decimal(f"{value:.1f}") for value in draw.measured(largest, [one.largest for one in scores])
        ],
        "op_time": [int(value) for value in draw.measured(op_time, [one.op_time for one in scores])],
        "blood_loss": [int(value) for value in draw.measured(blood_loss, [one.blood_loss for one in scores])],
        "transfused": draw.coded(
            {False: t.n - t.transfused, True: t.transfused}, [one.transfused for one in scores]
        ),
        "stay": [int(value) for value in draw.measured(Shape("stay_d", 3, t.stay_d, 24), stay_scores)],
        "worst": worst,
    }


def _stay_score(own: Scores, worst: str, weights: Weights) -> float:
    """The longer for a worse complication, the longest before death; over all patients standard normal."""
    if worst == FATAL:
        return math.inf
    score = own.stay + PROLONGS[worst]
    others = {grade: weight for grade, weight in weights.items() if grade != FATAL}
    p = sum(weight * NORMAL.cdf(score - PROLONGS[grade]) for grade, weight in others.items())
    return NORMAL.inv_cdf(min(max(p / sum(weights.values()), 1e-9), 1 - 1e-9))


def _complication_weights(t: Targets) -> dict[str, float]:
    """The worst grade of a patient, from none to death."""
    survived = t.complications - t.perioperative_deaths
    whole = sum(WORST_COMPLICATION.values())
    weights: dict[str, float] = {"none": t.n - t.complications}
    weights |= {grade: survived * weight / whole for grade, weight in WORST_COMPLICATION.items()}
    return weights | {FATAL: t.perioperative_deaths}


def _grades(t: Targets, scores: Sequence[Scores], draw: Draw, sites: Sequence[str]) -> Columns:
    """Grade of the liver at surgery and of the specimens before it.

    Thoracic carcinoids know no grade 3 and have no place in a comparison of grades.
    """
    thoracic = [site in THORACIC for site in sites]
    biology = [min(own.grade, 0.0) if lung else own.grade for own, lung in zip(scores, thoracic, strict=True)]
    high = (t.n - t.liver_g2) // 2
    low = t.n - t.liver_g2 - high
    after = draw.coded({"g1": low, "g2": t.liver_g2, "g3_net": high}, biology)
    may_rise = [g != "g1" and not lung for g, lung in zip(after, thoracic, strict=True)]
    too_few = f"grade_up: {t.grade_up} patients, but only {sum(may_rise)} can have risen in grade."
    up = draw.chosen(t.grade_up, [one.grade_up for one in scores], may_rise, t.n - low, too_few)
    may_fall = [g != "g3_net" and not lung and not u for g, lung, u in zip(after, thoracic, up, strict=True)]
    down = draw.chosen(GRADE_DOWN_SHARE * t.n, [one.grade_down for one in scores], may_fall, t.n - high)
    before = [GRADES[GRADES.index(g) + d - u] for g, u, d in zip(after, up, down, strict=True)]
    return {"grade_before": before, "grade_after": after}


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
