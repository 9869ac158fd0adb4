"""The time line of a case: what happened when, to scale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from registry import codes
from registry.case import CaseFile
from registry.definitions import imputed_date
from registry.labels import Label, both, joined

LANES = {
    "tumour": Label("Tumour", "肿瘤"),
    "treatment": Label("Treatment", "治疗"),
    "operation": Label("Operation", "手术"),
    "imaging": Label("Imaging", "影像"),
    "contact": Label("Contact", "随访"),
}
DIAGNOSED = Label("Diagnosis", "确诊")
METASTASES = Label("Liver metastases", "肝转移")
PRIMARY_REMOVED = Label("Primary removed", "原发灶切除")
OPERATED = Label("Operation", "手术")
COMPLICATION = Label("Complication", "并发症")
DISCHARGED = Label("Discharge", "出院")
IMAGED = Label("Imaging", "影像")
PROGRESSED = Label("Progression", "进展")
LAST_CONTACT = Label("Last contact", "末次随访")
DIED = Label("Death", "死亡")


@dataclass(frozen=True)
class Mark:
    """Something on the line: a point, or a bar if it has an end. Positions are in percent."""

    lane: str
    kind: str
    label: Label
    day: date
    end: date | None
    left: float = 0.0
    width: float = 0.0

    @property
    def when(self) -> str:
        return f"{self.day}" if self.end in (None, self.day) else f"{self.day} – {self.end}"


@dataclass(frozen=True)
class Timeline:
    """The lanes with their marks, and the years along the scale."""

    lanes: list[tuple[Label, list[Mark]]]
    years: list[tuple[int, float]]


def timeline(case: CaseFile) -> Timeline | None:
    """The time line of a case; None before anything has a date."""
    marks = [*_tumour(case), *_treatments(case), *_operation(case), *_followup(case)]
    if not marks:
        return None
    first = min(mark.day for mark in marks) - timedelta(days=20)
    last = max(mark.end or mark.day for mark in marks) + timedelta(days=20)
    span = (last - first).days

    def percent(day: date) -> float:
        return round(100 * (day - first).days / span, 2)

    placed = [
        Mark(m.lane, m.kind, m.label, m.day, m.end, percent(m.day), percent(m.end or m.day) - percent(m.day))
        for m in marks
    ]
    lanes = [(label, [m for m in placed if m.lane == lane]) for lane, label in LANES.items()]
    years = [(y, percent(date(y, 1, 1))) for y in range(first.year + 1, last.year + 1)]
    every = max(1, len(years) // 8)
    return Timeline([lane for lane in lanes if lane[1]], years[::every])


def _day(row, name: str) -> date | None:
    return imputed_date(getattr(row, name), getattr(row, f"{name}_prec", None) or "d")


def _point(lane: str, kind: str, label: Label, day: date | None) -> list[Mark]:
    return [Mark(lane, kind, label, day, None)] if day else []


def _tumour(case: CaseFile) -> list[Mark]:
    return [
        *_point("tumour", "diagnosis", DIAGNOSED, _day(case.diagnosis, "primary_diagnosis_date")),
        *_point("tumour", "diagnosis", METASTASES, _day(case.diagnosis, "netlm_diagnosis_date")),
        *_point("tumour", "diagnosis", PRIMARY_REMOVED, _day(case.diagnosis, "primary_resection_date")),
    ]


def _treatments(case: CaseFile) -> list[Mark]:
    marks = []
    for row in case.prior_treatments:
        if start := _day(row, "tx_start_date"):
            end = _day(row, "tx_end_date") or (
                case.operation.surgery_date if row.tx_ongoing == "yes" else None
            )
            label = codes.TXCAT.label_of(row.tx_category) or both("?")
            marks.append(Mark("treatment", "treatment", label, start, max(end, start) if end else None))
    for row in case.subsequent_therapies:
        if start := _day(row, "subs_start_date"):
            end = _day(row, "subs_end_date")
            label = codes.TXCAT.label_of(row.subs_category) or both("?")
            marks.append(Mark("treatment", "later", label, start, max(end, start) if end else None))
    return marks


def _operation(case: CaseFile) -> list[Mark]:
    marks = _point("operation", "operation", OPERATED, case.operation.surgery_date)
    marks += _point("operation", "discharge", DISCHARGED, case.postop.discharge_date)
    for row in case.complications:
        named = [codes.COMP.label_of(row.comp_type), codes.CD.label_of(row.cd_grade)]
        label = joined([one for one in named if one], en=" ", zh=" ") if any(named) else COMPLICATION
        marks += _point("operation", "complication", label, row.onset_date)
    return marks


def _followup(case: CaseFile) -> list[Mark]:
    marks = _point("imaging", "imaging", IMAGED, case.assessment.liver_imaging_date)
    for visit in case.visits:
        if visit.imaging_done == "yes":
            marks += _point("imaging", "imaging", IMAGED, visit.imaging_date)
        marks += _point("imaging", "progression", PROGRESSED, visit.progression_date)
    last = max((visit.visit_date for visit in case.visits if visit.visit_date), default=None)
    marks += _point("contact", "contact", LAST_CONTACT, last)
    return marks + _point("contact", "death", DIED, _day(case.death, "death_date"))
