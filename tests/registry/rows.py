"""Rows for testing definitions: named tuples with exactly the attributes that READS promises.

Each builder gives an unremarkable row which a test spoils in one place.
"""

from __future__ import annotations

from collections import namedtuple
from datetime import date, timedelta

from registry.definitions import READS

DAY_0 = date(2022, 3, 1)

_TYPES = {name: namedtuple(name, fields, defaults=[None] * len(fields)) for name, fields in READS.items()}


def day(number: int) -> date:
    """The date that many days after the operation."""
    return DAY_0 + timedelta(days=number)


def specimen(grade: str | None = None, **answers):
    """A NET from the liver with no counts, reported with `grade`."""
    return _TYPES["specimen"](
        **{
            "specimen_source": "liver_biopsy",
            "specimen_date": day(-60),
            "histological_type": "net",
            "grade_reported": grade,
            **answers,
        }
    )


def counted(ki67, mitoses, **answers):
    """A NET with both counts per 2 mm²."""
    return specimen(
        **{"ki67_pct": ki67, "mitoses_per_2mm2": mitoses, "mitoses_area_basis": "mm2_2", **answers}
    )


def resected(grade: str | None = None, **answers):
    """The liver specimen of the index operation."""
    return specimen(
        grade,
        **{
            "specimen_source": "liver_resection",
            "specimen_date": DAY_0,
            "specimen_op_no": 1,
            **answers,
        },
    )


def postop(**answers):
    """Discharged on day 6, all complications listed, looked for up to day 100."""
    return _TYPES["postop"](
        **{
            "discharge_date": day(6),
            "died_in_hospital": "no",
            "complication_ascertainment": "confirmed_listed",
            "complications_checked_to": day(100),
            **answers,
        }
    )


def complication(grade: str | None, onset: int | None = 3):
    return _TYPES["complication"](onset_date=None if onset is None else day(onset), cd_grade=grade)


def visit(number: int, **answers):
    """A clinic visit of an imaged patient, alive with stable disease."""
    return _TYPES["visit"](
        **{
            "visit_date": day(number),
            "visit_type": "clinic",
            "vital_status": "alive_disease",
            "disease_status": "residual_stable",
            "imaging_done": "yes",
            "imaging_date": day(number),
            "recist_overall": "sd",
            "hepatic_progression": "no",
            "extrahepatic_progression": "no",
            **answers,
        }
    )


def progression(number: int, **answers):
    """A clinic visit whose imaging shows progression in the liver."""
    return visit(
        number,
        **{
            "disease_status": "progression",
            "recist_overall": "pd",
            "hepatic_progression": "yes",
            "progression_date": day(number),
            "progression_basis": "imaging",
            **answers,
        },
    )


def phone(number: int, **answers):
    """A telephone contact: vital status and nothing else."""
    return _TYPES["visit"](
        **{
            "visit_date": day(number),
            "visit_type": "phone",
            "vital_status": "alive_nos",
            "imaging_done": "no",
            **answers,
        }
    )


def death(on: date | int | None, precision: str = "d"):
    return _TYPES["death"](day(on) if isinstance(on, int) else on, precision)


def therapy(start: date, precision: str = "d"):
    return _TYPES["therapy"](start, precision)


def treatment(category: str | None):
    return _TYPES["treatment"](category)


def diagnosis(primary: date | None, netlm: date | None, primary_prec: str = "d", netlm_prec: str = "d"):
    return _TYPES["diagnosis"](primary, primary_prec, netlm, netlm_prec)


def operation(**answers):
    return _TYPES["operation"](**answers)
