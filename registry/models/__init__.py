"""The record: one file for each section of the case."""

from registry.models.accounts import Limit, OneTimePassword, Session
from registry.models.approval import Approval
from registry.models.assessment import Assessment
from registry.models.bookkeeping import Change, Remark
from registry.models.centre import Centre, Membership
from registry.models.complication import Complication
from registry.models.consent import Consent
from registry.models.diagnosis import Diagnosis
from registry.models.drafts import Draft, SentForm
from registry.models.followup import Death, FollowupVisit
from registry.models.glass import BreakGlass
from registry.models.link import Erasure, SubjectLink
from registry.models.operation import Operation
from registry.models.pathology import Specimen
from registry.models.patient import ClinicalRow, OperationRow, Patient
from registry.models.postoperative import PostopCourse
from registry.models.release import Release, Viewed
from registry.models.seal import Seal
from registry.models.signing import CaseLock, Freeze, Signature, Withdrawal
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
    "Approval",
    "Assessment",
    "BreakGlass",
    "CaseLock",
    "Centre",
    "Change",
    "ClinicalRow",
    "Complication",
    "Consent",
    "Death",
    "Diagnosis",
    "Draft",
    "Erasure",
    "FollowupVisit",
    "Freeze",
    "Limit",
    "Membership",
    "OneTimePassword",
    "Operation",
    "OperationRow",
    "Patient",
    "PostopCourse",
    "PriorTreatment",
    "Release",
    "Remark",
    "Seal",
    "SentForm",
    "Session",
    "Signature",
    "Specimen",
    "SubjectLink",
    "SubsequentTherapy",
    "TreatmentSummary",
    "Viewed",
    "Withdrawal",
]
