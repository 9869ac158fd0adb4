"""The specimens of a synthetic patient: those from before the operation, and what it removed."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

from registry import codes
from registry.demo.before import History
from registry.demo.chart import Chart
from registry.demo.surgery import Clearance
from registry.demo.traits import THORACIC
from registry.models import Assessment, Specimen

CARCINOIDS = {"g1": "typical_carcinoid", "g2": "atypical_carcinoid"}
MARGINS = {"r0": "clear", "r1": "involved"}


def earlier_specimens(chart: Chart, past: History) -> list[Specimen]:
    """Histology from before the operation: of the primary, resected or biopsied, and of the liver.

    At least one of them has the grade `grade_before`; none has a higher one.
    """
    traits = chart.traits
    specimens = []
    if past.resected is not None:
        specimens.append(specimen(chart, "primary_resection", past.resected, traits.grade_before))
    elif traits.primary == "in_situ" and chart.chance(0.5):
        specimens.append(specimen(chart, "primary_biopsy", past.tumour, traits.grade_before))
    if not specimens or chart.chance(0.6):
        lower = specimens and traits.grade_before == "g2" and chart.chance(0.3)
        day = past.liver + chart.between(0, 9)
        specimens.append(specimen(chart, "liver_biopsy", day, "g1" if lower else traits.grade_before))
    return sorted(specimens, key=lambda one: one.specimen_date)


def specimen(chart: Chart, source: str, days: int, grade: str, **given: object) -> Specimen:
    """One specimen whose Ki-67 and mitoses make the grade that was reported."""
    day = chart.on(days)
    site = chart.traits.site
    thoracic = site in THORACIC
    ki67, mitoses, sign = _counts(chart, grade, thoracic)
    if thoracic:
        given["necrosis"] = "focal" if grade == "g2" and chart.chance(0.4) else "none"
    if source in codes.SPEC.having("liver"):
        given.setdefault("lesions_examined", 1)
    return chart.row(
        Specimen,
        specimen_source=source,
        specimen_date=day,
        histological_type=CARCINOIDS[grade] if thoracic else "net",
        who_edition=_edition(chart, day, grade, thoracic),
        grade_reported=grade,
        ki67_pct=Decimal(ki67),
        ki67_pct_cmp=sign,
        mitoses_per_2mm2=Decimal(mitoses),
        mitoses_area_basis="mm2_2",
        cga_ihc=chart.pick({"pos": 9, "focal": 1}),
        syn_ihc="pos",
        sstr2_ihc=chart.pick({"3": 5, "2": 3, "1": 1, "nd": 1}),
        **given,
    )


def _counts(chart: Chart, grade: str, thoracic: bool) -> tuple[int, int, str]:
    """Ki-67 and mitoses of a grade, and the sign before the Ki-67.

    In digestive tumours the Ki-67 mostly decides; thoracic carcinoids are graded by mitoses.
    """
    level = min(max(chart.proliferation + chart.rng.gauss(0, 0.12), 0.01), 0.97)
    spread = -math.log(1 - level)
    if grade == "g1":
        ki67, sign = (3, "lt") if chart.chance(0.25) else (1 + round(level), "eq")
        return ki67, chart.between(0, 1), sign
    if grade == "g2":
        return min(3 + int(5 * spread), 20), chart.between(2 if thoracic else 0, 6 if thoracic else 8), "eq"
    return min(22 + int(8 * spread), 50), chart.between(3, 18), "eq"


def _edition(chart: Chart, day: date, grade: str, thoracic: bool) -> str:
    """The classification that a pathologist used on that day; WHO 2010 knew no NET G3."""
    if day.year < 2018:
        return "who2017" if grade == "g3_net" else "who2010"
    if thoracic and day.year >= 2022:
        return "thoracic2021"
    if day.year < 2020:
        return "who2017"
    return "who2022" if day.year >= 2023 and chart.chance(0.5) else "who2019"


def specimens_of_operation(chart: Chart, before: Assessment, cleared: Clearance) -> list[Specimen]:
    """What the operation removed; the worst lesion of the liver has the grade `grade_after`."""
    margin = MARGINS.get(cleared.liver) or chart.pick({"clear": 6, "involved": 4})
    liver = specimen(
        chart,
        "liver_resection",
        0,
        chart.traits.grade_after,
        specimen_op_no=1,
        lesions_examined=min(cleared.resected, chart.between(1, 4)),
        largest_lesion_cm=before.largest_met_cm,
        margin_status=margin,
        margin_mm=Decimal(chart.between(1, 8) if margin == "clear" else 0),
        lymphovascular_invasion=chart.answer(0.4),
        perineural_invasion=chart.answer(0.15),
    )
    if not cleared.primary_removed:
        return [liver]
    return [liver, specimen(chart, "primary_resection", 0, chart.traits.grade_after)]
