"""The operation of a synthetic patient and the ninety days after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry import codes
from registry.demo.before import specimen
from registry.demo.chart import Chart
from registry.models import Assessment, Complication, Operation, PostopCourse, Specimen

WINDOW = 90
REOPERATION = "reoperation_ga"
RESECTED_WITH = {
    "pancreas": ("distal_panc", "splenectomy"),
    "jejunoileum": ("small_bowel", "mesenteric_ln"),
    "colon": ("colectomy",),
    "rectum": ("rectal",),
    "stomach": ("gastrectomy",),
}
RESIDUAL_SITE = {"ln_distant": "nodes", "mesentery": "nodes", "peritoneum": "peritoneum"}
OCTREOTIDE = {
    True: {"bolus_infusion": 5, "infusion": 3, "bolus": 2},
    False: {"none": 6, "lar_only": 2, "infusion": 2},
}
LEAST: dict[str, int] = codes.TARGET.fact("percent")
TARGET_WEIGHTS = {"70": 4, "80": 2, "90": 3, "max_safe": 2}


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


@dataclass(frozen=True, slots=True)
class Clearance:
    """What was taken out of the liver, and which tumour stayed where."""

    percent: int
    comparator: str
    found: int
    resected: int
    ablated: int
    liver: str
    sites: tuple[str, ...]
    primary_removed: bool
    outside: str | None

    @property
    def overall(self) -> str:
        return "r2" if self.sites else self.liver


def clearance(chart: Chart, before: Assessment) -> Clearance:
    """How much could be cleared: all of few lesions, seventy percent and more of many."""
    kind = before.frilling_type
    share = {"i": 1.0, "ii": 0.4, "iii": 0.0}[kind]
    complete = chart.chance(share)
    percent = 100 if complete else chart.between(14, 19 if kind == "ii" else 18) * 5
    count = before.liver_mets_count
    uncounted = before.liver_mets_count_cmp == "ge"
    treated = count if complete else max(1, count * percent // 100)
    ablated = chart.between(1, min(3, treated // 3)) if treated >= 3 and chart.chance(0.35) else 0
    comparator = "ge" if percent in (70, 90) and chart.chance(0.4) else "eq"
    found = count + chart.between(1, 9) if uncounted else count
    removed = chart.traits.primary == "in_situ" and chart.traits.site in RESECTED_WITH and chart.chance(0.8)
    sites = [] if complete else ["liver"]
    if chart.traits.primary == "in_situ" and not removed:
        sites.append("primary")
    outside = chart.pick({"all": 3, "part": 3, "none": 4}) if before.extrahepatic_disease == "yes" else None
    if outside in ("part", "none"):
        sites += sorted({RESIDUAL_SITE.get(one, "distant") for one in before.extrahepatic_sites})
    liver = chart.pick({"r0": 6, "r1": 4}) if complete else "r2"
    return Clearance(
        percent, comparator, found, treated - ablated, ablated, liver, tuple(sites), removed, outside
    )


def operation(chart: Chart, before: Assessment, cleared: Clearance, listed: list[Complication]) -> Operation:
    """The index cytoreduction; `listed` are its complications, since bleeding may need blood early."""
    traits = chart.traits
    given = _plan(chart, before, cleared) | _approach(chart) | _blood(chart, listed) | _hormones(chart)
    if traits.primary == "in_situ":
        given["concomitant_primary_resection"] = "yes" if cleared.primary_removed else "no"
    if cleared.outside is not None:
        given["extrahepatic_cytoreduction"] = cleared.outside
    if cleared.sites:
        given["residual_sites"] = list(cleared.sites)
    if chart.chance(0.85):
        given |= {"drain_placed": "yes", "drain_count": chart.between(1, 2)}
    return chart.row(
        Operation,
        surgery_date=traits.surgery,
        stage_of_plan="single",
        urgency="elective",
        op_time_min=traits.op_time,
        anaesthesia_time_min=traits.op_time + chart.between(35, 80),
        intraop_ultrasound=chart.answer(0.9),
        n_mets_found_intraop=cleared.found,
        n_mets_resected=cleared.resected,
        n_mets_ablated=cleared.ablated,
        concomitant_procedures=_other_procedures(chart, cleared),
        debulking_pct=cleared.percent,
        debulking_pct_cmp=cleared.comparator,
        debulking_method=before.liver_burden_method,
        debulking_basis=chart.pick({"intraop": 4, "imaging_visual": 3, "imaging_volumetry": 3}),
        residual_status=cleared.overall,
        residual_status_liver=cleared.liver,
        drain_placed=given.pop("drain_placed", "no"),
        **given,
    )


def _plan(chart: Chart, before: Assessment, cleared: Clearance) -> dict[str, object]:
    """Indication, intent and target as written down before the incision."""
    traits = chart.traits
    indications = ["oncological"]
    indications += ["symptom"] * (traits.syndrome is not None)
    indications += ["mass"] * (before.largest_met_cm > 12)
    given: dict[str, object] = {
        "surgical_indication": indications,
        "mdt_discussed": "yes",
        "mdt_date": chart.on(-chart.between(3, 40)),
        "preop_liver_augmentation": "none",
        "procedure_completed": "completed",
    }
    if cleared.overall != "r2" and chart.chance(0.4):
        return given | {"surgical_intent": "curative"}
    reached = {
        code: weight for code, weight in TARGET_WEIGHTS.items() if LEAST.get(code, 0) <= cleared.percent
    }
    return given | {"surgical_intent": "cytoreductive", "planned_debulking_pct": chart.pick(reached)}


def _approach(chart: Chart) -> dict[str, object]:
    """Open for most, and converted now and then."""
    planned = chart.pick({"open": 80, "laparoscopic": 15, "robotic": 5})
    given: dict[str, object] = {"approach_planned": planned, "approach_final": planned}
    if planned == "open":
        return given
    if chart.chance(0.85):
        return given | {"conversion": "no"}
    reason = chart.pick({"access": 2, "adhesions": 2})
    return given | {"approach_final": "converted", "conversion": "yes", "conversion_reason": reason}


def _blood(chart: Chart, listed: list[Complication]) -> dict[str, object]:
    """Loss, transfusion and inflow occlusion."""
    traits = chart.traits
    given: dict[str, object] = {
        "blood_loss_ml": traits.blood_loss,
        "blood_loss_method": chart.pick({"suction_gauze": 7, "estimate": 3}),
        "transfused_intraop": "yes" if traits.transfused else "no",
        "transfused_periop": "yes" if traits.transfused or _bled_early(chart, listed) else "no",
        "intraop_incident_grade": "1" if traits.blood_loss >= 1500 or chart.chance(0.05) else "0",
        "vascular_control_other": ["none"],
        "low_cvp": chart.answer(0.85),
        "haemodynamic_instability": "no",
    }
    if not chart.chance(0.72):
        return given | {"pringle_used": "no"}
    cycles = min(1 + traits.op_time // 70, chart.between(1, 4))
    return given | {
        "pringle_used": "yes",
        "pringle_cycles": cycles,
        "pringle_total_min": cycles * chart.between(10, 15),
    }


def _bled_early(chart: Chart, listed: list[Complication]) -> bool:
    """Whether red cells were given for bleeding before the end of day 3."""
    return any(one.comp_type == BY_BLEEDING and one.onset_date <= chart.on(3) for one in listed)


def _hormones(chart: Chart) -> dict[str, object]:
    """Octreotide around the operation, with doses for the routes that were used."""
    route = chart.pick(OCTREOTIDE[chart.traits.syndrome is not None])
    given: dict[str, object] = {"octreotide_prophylaxis": route, "carcinoid_crisis": "none"}
    if route in codes.OCTPRO.having("bolus"):
        given["octreotide_preop_bolus_ug"] = 100 * chart.between(1, 5)
    if route in codes.OCTPRO.having("infusion"):
        given["octreotide_infusion_ug_h"] = 50 * chart.between(1, 4)
    return given


def _other_procedures(chart: Chart, cleared: Clearance) -> list[str]:
    done = list(RESECTED_WITH[chart.traits.site]) if cleared.primary_removed else []
    done += ["cholecystectomy"] * chart.chance(0.45)
    return done or ["none"]


def liver_specimen(chart: Chart, before: Assessment, cleared: Clearance) -> Specimen:
    """What the operation removed from the liver; the worst lesion has the grade `grade_after`."""
    examined = min(cleared.resected, chart.between(1, 4))
    margin = {"r0": "clear", "r1": "involved"}.get(cleared.liver) or chart.pick({"clear": 6, "involved": 4})
    given: dict[str, object] = {"margin_mm": Decimal(chart.between(1, 8) if margin == "clear" else 0)}
    return specimen(
        chart,
        "liver_resection",
        0,
        chart.traits.grade_after,
        specimen_op_no=1,
        lesions_examined=examined,
        largest_lesion_cm=before.largest_met_cm,
        margin_status=margin,
        lymphovascular_invasion=chart.answer(0.4),
        perineural_invasion=chart.answer(0.15),
        **given,
    )


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
    """Stay, intensive care, and the statement that complications were looked for to day 90 or later."""
    traits = chart.traits
    by_type = {one.comp_type: one for one in listed}
    reoperated = next((one for one in listed if REOPERATION in one.management), None)
    given = _intensive_care(chart, listed) | _laboratory(chart, LIVER_FAILURE in by_type)
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
        leak = "bile_leak" in by_type
        given["drain_removed_date"] = chart.on(max(2, traits.stay - chart.between(0, 2)))
        given["drain_fluid_bili_ratio"] = (
            Decimal(chart.between(35, 90) if leak else chart.between(6, 18)) / 10
        )
    if reoperated:
        given["reoperation_date"] = reoperated.onset_date
    return chart.row(
        PostopCourse,
        complication_ascertainment="confirmed_listed" if listed else "confirmed_none",
        complications_checked_to=chart.on(chart.between(WINDOW, WINDOW + 9)),
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
