"""Small real cases in the database, for testing what reads them.

`case(...)` writes a patient with an index operation and nothing else; sections are added by keyword.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

from registry import models

DAY_0 = date(2022, 3, 1)
_NUMBERS = count(1)


def day(number: int) -> date:
    """The date that many days after the operation."""
    return DAY_0 + timedelta(days=number)


def centre(code: str = "CN-TEST1", **answers) -> models.Centre:
    return models.Centre.objects.create(centre_id=code, centre_name_en=f"Hospital {code}", **answers)


def case(
    where: models.Centre,
    surgery: date | None = DAY_0,
    patient: dict | None = None,
    operation: dict | None = None,
    **sections: dict | list[dict],
) -> models.Patient:
    """A patient whose index operation was on `surgery`; sections are named as in registry.case."""
    found = models.Patient.objects.create(
        centre=where, local_study_id=f"S{next(_NUMBERS):05}", **(patient or {"sex": "f"})
    )
    models.Operation.objects.create(patient=found, surgery_date=surgery, **(operation or {}))
    for name, rows in sections.items():
        for row in rows if isinstance(rows, list) else [rows]:
            _MODELS[name].objects.create(patient=found, **row)
    return found


_MODELS = {
    "consents": models.Consent,
    "diagnosis": models.Diagnosis,
    "treatment_summary": models.TreatmentSummary,
    "prior_treatments": models.PriorTreatment,
    "assessment": models.Assessment,
    "specimens": models.Specimen,
    "postop": models.PostopCourse,
    "complications": models.Complication,
    "subsequent_therapies": models.SubsequentTherapy,
    "visits": models.FollowupVisit,
    "death": models.Death,
}


def visit(number: int, **answers) -> dict:
    """A visit with imaging and no progression on that day."""
    return {
        "visit_date": day(number),
        "visit_type": "clinic",
        "vital_status": "alive_disease",
        "imaging_done": "yes",
        "imaging_date": day(number),
        "hepatic_progression": "no",
        "extrahepatic_progression": "no",
        **answers,
    }


def progression(number: int) -> dict:
    """A visit that shows progression in the liver on that day."""
    return visit(number, hepatic_progression="yes", progression_date=day(number), progression_basis="imaging")


CHECKED = {"complication_ascertainment": "confirmed_listed", "complications_checked_to": day(100)}
