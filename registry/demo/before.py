"""A synthetic patient up to the day before the operation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry import codes
from registry.definitions import DRUGS, EMBOLISATIONS
from registry.demo.chart import Chart
from registry.models import Assessment, Consent, Diagnosis, PriorTreatment, Specimen

AGENTS = {
    "ssa": {"octreotide_lar": 6, "lanreotide": 4},
    "interferon": {"interferon_alpha": 1},
    "targeted": {"surufatinib": 4, "everolimus": 4, "sunitinib": 2},
    "chemo": {"captem": 6, "ep_ec": 2, "folfox": 1},
    "prrt": {"lu177_dotatate": 1},
}
# Least and most days, and days from one session or cycle to the next (None: given continuously)
COURSE = {
    "ssa": (150, 900, 28),
    "interferon": (90, 300, None),
    "targeted": (120, 420, None),
    "chemo": (63, 168, 21),
    "prrt": (112, 168, 56),
    "hae": (0, 120, 45),
    "tace": (0, 150, 45),
    "deb_tace": (0, 100, 50),
    "tare": (0, 70, 60),
    "rfa": (0, 45, 40),
    "mwa": (0, 45, 40),
    "cryo": (0, 30, 40),
    "chemical_abl": (0, 60, 20),
}
RESPONSE = {
    "drug": {"pr": 15, "sd": 63, "pd": 22},
    "embolisation": {"cr": 3, "pr": 45, "sd": 42, "pd": 10},
    "ablation": {"cr": 30, "pr": 40, "sd": 25, "pd": 5},
}
SYMPTOM_RESPONSE = {"complete": 35, "partial": 50, "none": 15}
OF_PRIMARY = codes.SPEC.having("primary")
LEFT, RIGHT = ("s2", "s3", "s4a", "s4b"), ("s5", "s6", "s7", "s8")
ADULT = 16  # nobody of the cohort fell ill as a child
LONGEST_LEAD = 2600
LARGEST_LIVER_ML = 4450
LIGHTEST_KG = 40


@dataclass(frozen=True, slots=True)
class History:
    """Days relative to the operation, so all negative; `resected` when the primary was removed before."""

    tumour: int
    liver: int
    resected: int | None


def history(chart: Chart) -> History:
    """When the tumour and its liver metastases were found, with room for all earlier treatment."""
    traits = chart.traits
    treatments = len(traits.drugs) + (traits.embolisation is not None) + (traits.ablation is not None)
    youth = (traits.age - ADULT) * 365
    lead = max(round(chart.rng.lognormvariate(math.log(380), 0.6)), 150 + 110 * treatments)
    lead = min(lead, LONGEST_LEAD, youth - 60)
    resected_before = traits.primary == "resected_before"
    if resected_before and chart.chance(0.45) and youth - lead > 500:
        tumour = -lead - chart.between(300, min(2400, youth - lead - 60))
        return History(tumour, -lead, tumour + chart.between(8, 60))
    tumour = -lead - (0 if traits.site == "cup" else chart.between(0, 45))
    return History(tumour, -lead, chart.between(-lead + 14, -100) if resected_before else None)


def consent(chart: Chart) -> Consent:
    """Written consent in the week before the operation."""
    abroad = chart.chance(0.1)
    return chart.row(
        Consent,
        consent_status="written",
        consent_date=chart.on(-chart.between(1, 9)),
        consent_version="2.1",
        consent_scope=["registry", "linkage", "recontact"] + ["abroad"] * abroad,
        crossborder_consent="yes" if abroad else "no",
    )


def diagnosis(chart: Chart, past: History, specimens: list[Specimen]) -> Diagnosis:
    """The primary, its hormones and its state on the day before the operation."""
    traits = chart.traits
    tumour, tumour_prec = _stated(chart, past.tumour)
    liver, liver_prec = _stated(chart, past.liver)
    given = {}
    if traits.site != "cup":
        seen = any(one.specimen_source in OF_PRIMARY for one in specimens)
        given["primary_site_basis"] = "histology" if seen else "imaging"
    if traits.syndrome:
        given["hormone_syndrome"] = [traits.syndrome]
    if past.resected is not None:
        given["primary_resection_date"] = chart.on(past.resected)
    return chart.row(
        Diagnosis,
        primary_site=traits.site,
        primary_diagnosis_date=tumour,
        primary_diagnosis_date_prec=tumour_prec,
        netlm_diagnosis_date=liver,
        netlm_diagnosis_date_prec=liver_prec,
        functional_status="functioning" if traits.syndrome else "nonfunctioning",
        primary_status_at_index=traits.primary,
        **given,
    )


def _stated(chart: Chart, days: int) -> tuple[date, str]:
    """A date as people remember it: of what is long past often the month alone."""
    day = chart.on(days)
    return (day.replace(day=1), "m") if days < -700 and chart.chance(0.4) else (day, "d")


def earlier_treatments(chart: Chart, past: History) -> list[PriorTreatment]:
    """Every treatment before the operation, in the order of the model."""
    traits = chart.traits
    rows = [_course(chart, past, category) for category in traits.drugs]
    rows += [_course(chart, past, one) for one in (traits.embolisation, traits.ablation) if one]
    if past.resected is not None:
        rows.append(_primary_resection(chart, past.resected))
    return sorted(rows, key=lambda one: one.tx_start_date)


def _primary_resection(chart: Chart, resected: int) -> PriorTreatment:
    day = chart.on(resected)
    return chart.row(
        PriorTreatment,
        tx_category="primary_resection",
        tx_start_date=day,
        tx_end_date=day,
        tx_ongoing="no",
        tx_sessions=1,
        tx_intent="curative",
        tx_stop_reason="completed",
        **_symptoms(chart),
    )


def _symptoms(chart: Chart) -> dict[str, str]:
    return {"tx_symptom_response": chart.pick(SYMPTOM_RESPONSE)} if chart.traits.syndrome else {}


def _course(chart: Chart, past: History, category: str) -> PriorTreatment:
    """One treatment between the diagnosis of the liver metastases and the operation."""
    least, most, interval = COURSE[category]
    start = chart.between(past.liver + 10, max(past.liver + 10, -least - 45))
    end = min(start + chart.between(least, most), -chart.between(21, 35))
    ongoing = category == "ssa" and chart.chance(0.6)
    if ongoing:
        end = 0
    response = chart.pick(RESPONSE[_kind(category)])
    given = {"tx_sessions": min((end - start) // interval + 1, 60)} if interval else {}
    if category in AGENTS:
        given["tx_agent"] = [chart.pick(AGENTS[category])]
    if not ongoing:
        given["tx_end_date"] = chart.on(end)
        given["tx_stop_reason"] = (
            "progression" if response == "pd" else "to_surgery" if end > -60 else "completed"
        )
    return chart.row(
        PriorTreatment,
        tx_category=category,
        tx_start_date=chart.on(start),
        tx_ongoing="yes" if ongoing else "no",
        tx_intent=chart.pick({"control": 6, "downsizing": 4}),
        tx_best_response=response,
        **given,
        **_symptoms(chart),
    )


def _kind(category: str) -> str:
    return "drug" if category in DRUGS else "embolisation" if category in EMBOLISATIONS else "ablation"


def assessment(chart: Chart) -> Assessment:
    """Patient and liver on the last imaging before the operation."""
    traits = chart.traits
    height = round(chart.rng.gauss(171 if traits.sex == "m" else 160, 5.5))
    height = min(max(height, 145), 192)
    bmi = min(max(chart.rng.gauss(23.0, 2.6), 17.5), 32.0)
    imaging = chart.between(4, 38)
    method = chart.pick(
        {"volumetry_auto": 5, "volumetry_manual": 1, "visual_radiologist": 3, "visual_surgeon": 2}
    )
    given = _volumes(chart) if method.startswith("volumetry") else {}
    if chart.chance(0.24):
        sites = chart.pick(
            {("ln_distant",): 4, ("bone",): 3, ("peritoneum",): 2, ("mesentery",): 2, ("lung",): 1}
        )
        given |= {"extrahepatic_sites": list(sites)}
    return chart.row(
        Assessment,
        assessment_date=chart.on(-chart.between(2, min(imaging, 20))),
        height_cm=Decimal(height),
        weight_kg=Decimal(max(round(bmi * (height / 100) ** 2), LIGHTEST_KG)),
        ecog=chart.pick({"0": 6, "1": 4}),
        asa=chart.pick({"1": 2, "2": 6, "3": 2}),
        cirrhosis="no",
        hbsag=chart.pick({"neg": 93, "pos": 7}),
        hcv_antibody="neg",
        background_liver=list(chart.pick({("none",): 7, ("steatosis",): 2, ("treatment_injury",): 1})),
        liver_imaging_date=chart.on(-imaging),
        liver_imaging_modality=list(
            chart.pick({("mri",): 3, ("ct",): 2, ("ct", "mri"): 4, ("mri", "sstr_pet"): 3})
        ),
        largest_met_cm=traits.largest_cm,
        liver_burden_pct=traits.burden,
        liver_burden_method=method,
        extrahepatic_disease="yes" if "extrahepatic_sites" in given else "no",
        **_distribution(chart),
        **given,
    )


def _volumes(chart: Chart) -> dict[str, int]:
    """Volumes that agree with the burden; the healthy part of the liver has about 1.1 litres."""
    burden = chart.traits.burden / 100
    healthy = chart.rng.gauss(1100, 90)
    total = min(round(healthy / (1 - burden)), LARGEST_LIVER_ML)
    return {"total_liver_volume_ml": total, "tumour_volume_ml": round(total * burden)}


def _distribution(chart: Chart) -> dict[str, object]:
    """Number, lobes and segments of the metastases, by the type of distribution."""
    burden = chart.traits.burden
    if burden < 45 and chart.chance(0.15):
        lobe = chart.pick({"right": 7, "left": 3})
        segments = [chart.pick(dict.fromkeys(RIGHT if lobe == "right" else LEFT, 1))]
        return _distributed("i", 1, "eq", lobe, segments)
    right = chart.rng.sample(RIGHT, chart.between(2, 4))
    left = chart.rng.sample(LEFT, chart.between(1, 3))
    segments = sorted((*left, *right))
    if burden > 35 and chart.chance(0.45):
        return _distributed("iii", 5 * chart.between(4, 8), "ge", "both", segments)
    return _distributed("ii", 2 + int(chart.rng.expovariate(1 / 7)), "eq", "both", segments)


def _distributed(kind: str, count: int, sign: str, lobes: str, segments: list[str]) -> dict[str, object]:
    return {
        "frilling_type": kind,
        "liver_mets_count": min(count, 40),
        "liver_mets_count_cmp": sign,
        "lobar_distribution": lobes,
        "segments_involved": segments,
        "mahuron_type": "1" if count <= 5 else "2",
    }
