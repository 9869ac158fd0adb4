"""The record: one file for each section of the case."""

from registry.models.assessment import Assessment
from registry.models.bookkeeping import Change, Remark
from registry.models.centre import Centre, Membership
from registry.models.complication import Complication
from registry.models.consent import Consent
from registry.models.diagnosis import Diagnosis
from registry.models.followup import Death, FollowupVisit
from registry.models.operation import Operation
from registry.models.pathology import Specimen
from registry.models.patient import ClinicalRow, OperationRow, Patient
from registry.models.postoperative import PostopCourse
from registry.models.treatment import PriorTreatment, SubsequentTherapy, TreatmentSummary

CLINICAL = (
    Patient,
    Consent,
    Diagnosis,
    TreatmentSummary,
    PriorTreatment,
    Assessment,
    Operation,
    Specimen,
    PostopCourse,
    Complication,
    SubsequentTherapy,
    FollowupVisit,
    Death,
)

__all__ = [
    "CLINICAL",
    "Assessment",
    "Centre",
    "Change",
    "ClinicalRow",
    "Complication",
    "Consent",
    "Death",
    "Diagnosis",
    "FollowupVisit",
    "Membership",
    "Operation",
    "OperationRow",
    "Patient",
    "PostopCourse",
    "PriorTreatment",
    "Remark",
    "Specimen",
    "SubsequentTherapy",
    "TreatmentSummary",
]
