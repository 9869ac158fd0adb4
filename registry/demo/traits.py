"""What a synthetic patient is like, before any form is filled in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry import codes
from registry.demo.curve import Time
from registry.demo.distributions import NORMAL, Draw, Free, Shape, Weights, coded_where, quotas
from registry.demo.scores import Scores
from registry.demo.targets import Targets

GEP_SITES = {"pancreas": 11, "rectum": 6, "jejunoileum": 4, "stomach": 2, "duodenum": 1, "colon": 1}
OTHER_SITES = {"cup": 2, "lung": 2, "biliary": 1, "thymus": 0.4, "gu_gyn": 0.6}
THORACIC = frozenset(codes.SITE.having("thoracic"))
THORACIC_SHARE = sum(OTHER_SITES.get(one, 0) for one in THORACIC) / sum(OTHER_SITES.values())
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
PROLONGS = {"none": 0, "1": 0.6, "2": 1.1, "3a": 2.0, "3b": 4.0, "4a": 4.0}
GRADES = ("g1", "g2", "g3_net")
GRADE_DOWN_SHARE = 0.04
BURDEN_LIMITS = (5, 78)

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


def traits_of(
    t: Targets, scores: Sequence[Scores], draw: Draw, dates: Sequence[date], progressions: Sequence[Time]
) -> list[Traits]:
    """Patients with these scores, operated and progressing on these days; nothing is known of their end."""
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
    digestive = [site not in THORACIC for site in sites]
    after = _grades_at_surgery(t, scores, draw, digestive)
    may_rise = [g != "g1" and one for g, one in zip(after, digestive, strict=True)]
    expected = _expected_digestive(t) - (t.n - t.liver_g2) / 2
    too_few = f"grade_up: {t.grade_up} patients, but only {sum(may_rise)} can have risen in grade."
    up = draw.chosen(t.grade_up, [one.grade_up for one in scores], may_rise, expected, too_few)
    may_fall = [g != "g3_net" and one and not u for g, one, u in zip(after, digestive, up, strict=True)]
    down = draw.chosen(GRADE_DOWN_SHARE * t.n, [one.grade_down for one in scores], may_fall, t.n)
    before = [GRADES[GRADES.index(g) + d - u] for g, u, d in zip(after, up, down, strict=True)]
    return {"grade_before": before, "grade_after": after}


def _grades_at_surgery(
    t: Targets, scores: Sequence[Scores], draw: Draw, digestive: Sequence[bool]
) -> list[str]:
    """Who is not of grade 2 is of grade 3 or 1, half and half: the fastest and the slowest tumours."""
    slow = (t.n - t.liver_g2 + 1) // 2
    fast = t.n - t.liver_g2 - slow
    expected = _expected_digestive(t)
    too_few = f"liver_g2: {fast} tumours of grade 3, but only {sum(digestive)} patients can have one."
    is_high = draw.chosen(fast, [one.grade for one in scores], digestive, expected, too_few)
    is_low = draw.chosen(slow, [-one.grade for one in scores], [not one for one in is_high], t.n - fast)
    return ["g3_net" if h else "g1" if g else "g2" for h, g in zip(is_high, is_low, strict=True)]


def _expected_digestive(t: Targets) -> float:
    """How many of n patients have no primary in the chest."""
    return t.n - (t.n - t.gastroenteropancreatic) * THORACIC_SHARE
