"""The operation of a synthetic patient."""

from __future__ import annotations

from dataclasses import dataclass

from registry import codes
from registry.demo.chart import Chart
from registry.demo.complications import bled_early
from registry.models import Assessment, Complication, Operation

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
CLEARED_SHARE = {"i": 1.0, "ii": 0.4, "iii": 0.0}  # all metastases, by the type of their distribution
LEAST: dict[str, int] = codes.TARGET.fact("percent")
TARGET_WEIGHTS = {"70": 4, "80": 2, "90": 3, "max_safe": 2}


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
    complete = chart.chance(CLEARED_SHARE[kind])
    percent = 100 if complete else 5 * chart.between(14, 19 if kind == "ii" else 18)
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
    drained = chart.chance(0.85)
    if drained:
        given["drain_count"] = chart.between(1, 2)
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
        drain_placed="yes" if drained else "no",
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
        "transfused_periop": "yes" if traits.transfused or bled_early(chart, listed) else "no",
        "intraop_incident_grade": "1" if traits.blood_loss >= 1500 or chart.chance(0.05) else "0",
        "vascular_control_other": ["none"],
        "low_cvp": chart.answer(0.85),
    }
    if not chart.chance(0.72):
        return given | {"pringle_used": "no"}
    cycles = min(1 + traits.op_time // 70, chart.between(1, 4))
    return given | {
        "pringle_used": "yes",
        "pringle_cycles": cycles,
        "pringle_total_min": cycles * chart.between(10, 15),
    }


def _hormones(chart: Chart) -> dict[str, object]:
    """Octreotide around the operation, with doses for the routes that were used, and the circulation."""
    functioning = chart.traits.syndrome is not None
    route = chart.pick(OCTREOTIDE[functioning])
    unstable = chart.chance(0.3 if functioning else 0.05)
    given: dict[str, object] = {
        "octreotide_prophylaxis": route,
        "carcinoid_crisis": "none",
        "haemodynamic_instability": "yes" if unstable else "no",
    }
    if route in codes.OCTPRO.having("bolus"):
        given["octreotide_preop_bolus_ug"] = 100 * chart.between(1, 5)
    if route in codes.OCTPRO.having("infusion"):
        given["octreotide_infusion_ug_h"] = 50 * chart.between(1, 4)
    if unstable:
        given |= {
            "lowest_sbp_mmhg": chart.between(58, 85),
            "vasopressors": [chart.pick({"phenylephrine": 2, "noradrenaline": 3})],
        }
    return given


def _other_procedures(chart: Chart, cleared: Clearance) -> list[str]:
    done = list(RESECTED_WITH[chart.traits.site]) if cleared.primary_removed else []
    done += ["cholecystectomy"] * chart.chance(0.45)
    return done or ["none"]
