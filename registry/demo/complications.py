"""The ninety days after the operation of a synthetic patient: complications and stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry.demo.chart import Chart
from registry.models import Complication, Operation, PostopCourse

WINDOW = 90
REOPERATION = "reoperation_ga"


@dataclass(frozen=True, slots=True)
class Kind:
    """A complication that may follow: how often, what is done, when it begins, what else is recorded."""

    weight: float
    type: str
    management: tuple[str, ...]
    onset: tuple[int, int]
    isgls: str | None = None


KINDS: dict[str, tuple[Kind, ...]] = {
    "1": (
        Kind(3, "fever", ("observe",), (1, 4)),
        Kind(2, "bile_leak", ("observe",), (3, 7), "a"),
        Kind(2, "ssi", ("observe",), (4, 12)),
        Kind(2, "ileus", ("observe",), (2, 6)),
    ),
    "2": (
        Kind(3, "pleural_effusion", ("drugs",), (2, 7)),
        Kind(3, "ascites", ("drugs",), (2, 8)),
        Kind(2, "pneumonia", ("drugs",), (2, 9)),
        Kind(2, "phh", ("drugs",), (0, 2), "a"),
        Kind(1, "phlf", ("drugs",), (5, 5), "b"),
        Kind(1, "uti", ("drugs",), (2, 8)),
    ),
    "3a": (
        Kind(3, "bile_leak", ("drugs", "drain_local"), (3, 14), "b"),
        Kind(3, "pleural_effusion", ("drain_local",), (3, 10)),
        Kind(2, "abscess", ("drugs", "drain_local"), (6, 25)),
        Kind(1, "gi_bleed", ("drugs", "endoscopy"), (2, 12)),
    ),
    "3b": (
        Kind(2, "phh", ("drugs", REOPERATION), (0, 1), "c"),
        Kind(2, "dehiscence", (REOPERATION,), (5, 11)),
        Kind(1, "bile_leak", ("drugs", REOPERATION), (3, 10), "c"),
    ),
    "4a": (
        Kind(2, "resp_failure", ("drugs", "icu_single"), (1, 5)),
        Kind(1, "aki", ("drugs", "rrt"), (1, 6)),
    ),
    "5": (
        Kind(2, "sepsis", ("drugs", "icu_multi", "death"), (3, 7)),
        Kind(1, "cardiac", ("drugs", "icu_multi", "death"), (1, 7)),
    ),
}
MILDER = {"2": "1", "3a": "2", "3b": "2", "4a": "2", "5": "2"}
BY_BLEEDING = "phh"
LIVER_FAILURE, LIVER_FAILURE_DAY = "phlf", 5


def complications(chart: Chart) -> list[Complication]:
    """The worst complication, and for some patients a milder one beside it."""
    traits = chart.traits
    if traits.worst == "none":
        return []
    grades = [traits.worst]
    if traits.worst in MILDER and chart.chance(0.35):
        grades.append(MILDER[traits.worst])
    rows: list[Complication] = []
    for grade in grades:
        taken = {one.comp_type for one in rows}
        kinds = {
            kind: kind.weight
            for kind in KINDS[grade]
            if kind.type not in taken and (kind.type != LIVER_FAILURE or traits.stay > LIVER_FAILURE_DAY)
        }
        rows.append(_complication(chart, grade, chart.pick(kinds)))
    return sorted(rows, key=lambda one: one.onset_date)


def _complication(chart: Chart, grade: str, kind: Kind) -> Complication:
    onset = min(chart.between(*kind.onset), chart.traits.stay if kind.onset[0] < 4 else WINDOW)
    if chart.traits.died_in_hospital:
        onset = min(onset, chart.traits.stay - 1)
    given: dict[str, object] = {}
    if kind.isgls:
        given["isgls_grade"] = kind.isgls
    if kind.type == BY_BLEEDING:
        given |= {
            "hb_drop_g_l": chart.between(32, 50),
            "rbc_units_for_bleed": Decimal(
                chart.between(2, 4) if kind.isgls == "a" else chart.between(6, 10)
            ),
        }
    if not chart.traits.died_in_hospital:
        given["resolved_date"] = chart.on(onset + chart.between(2, 14))
    return chart.row(
        Complication,
        comp_type=kind.type,
        onset_date=chart.on(onset),
        cd_grade=grade,
        management=list(kind.management),
        related_to_surgery=chart.pick({"definite": 6, "probable": 4}),
        **given,
    )


def postop_course(chart: Chart, operated: Operation, listed: list[Complication]) -> PostopCourse:
    """Stay, intensive care, and the statement that complications were looked for to day 90 or to death."""
    traits = chart.traits
    types = {one.comp_type for one in listed}
    reoperated = next((one for one in listed if REOPERATION in one.management), None)
    checked_to = traits.stay if traits.died_in_hospital else chart.between(WINDOW, WINDOW + 9)
    given = _intensive_care(chart, listed) | _laboratory(chart, LIVER_FAILURE in types)
    if traits.died_in_hospital:
        given["died_in_hospital"] = "yes"
    else:
        given |= {
            "died_in_hospital": "no",
            "discharge_date": chart.on(traits.stay),
            "discharge_destination": "home",
            "readmitted_90d": "yes" if _begins_at_home(listed, chart.on(traits.stay)) else "no",
        }
    if operated.drain_placed == "yes":
        given["drain_removed_date"] = chart.on(max(2, traits.stay - chart.between(0, 2)))
        low, high = (35, 90) if "bile_leak" in types else (6, 18)
        given["drain_fluid_bili_ratio"] = Decimal(chart.between(low, high)) / 10
    if reoperated:
        given["reoperation_date"] = reoperated.onset_date
    return chart.row(
        PostopCourse,
        complication_ascertainment="confirmed_listed" if listed else "confirmed_none",
        complications_checked_to=chart.on(checked_to),
        reoperation="yes" if reoperated else "no",
        **given,
    )


def _begins_at_home(listed: list[Complication], discharged: date) -> bool:
    """A complication that needed treatment and began after discharge brought the patient back."""
    return any(one.onset_date > discharged and one.cd_grade not in ("1", "2") for one in listed)


def _intensive_care(chart: Chart, listed: list[Complication]) -> dict[str, object]:
    organs = any(one.startswith("icu") or one == "rrt" for row in listed for one in row.management)
    if organs:
        return {"icu_admission": "unplanned", "icu_days": min(chart.between(2, 6), chart.traits.stay)}
    if chart.traits.op_time > 240 and chart.chance(0.5):
        return {"icu_admission": "planned", "icu_days": 1}
    return {"icu_admission": "none"}


def _laboratory(chart: Chart, liver_failure: bool) -> dict[str, object]:
    """Bilirubin and INR, of day 5 only for those still in hospital; both raised in liver failure."""
    given: dict[str, object] = {"bili_pod3_umol_l": Decimal(chart.between(110, 320)) / 10}
    if chart.traits.stay >= LIVER_FAILURE_DAY:
        low, high = (620, 1100) if liver_failure else (80, 190)
        given["bili_pod5_umol_l"] = Decimal(chart.between(low, high)) / 10
        low, high = (160, 210) if liver_failure else (98, 124)
        given["inr_pod5"] = Decimal(chart.between(low, high)) / 100
    return given


def bled_early(chart: Chart, listed: list[Complication]) -> bool:
    """Whether red cells were given for bleeding before the end of day 3."""
    return any(one.comp_type == BY_BLEEDING and one.onset_date <= chart.on(3) for one in listed)
