"""The forms of the record: one class for each section, and the list of the sections."""

from registry.forms.assessment import AssessmentForm
from registry.forms.consent import ConsentForm
from registry.forms.diagnosis import DiagnosisForm
from registry.forms.followup import DeathForm, VisitForm
from registry.forms.operation import OperationForm
from registry.forms.pathology import SpecimenForm
from registry.forms.patient import PatientForm
from registry.forms.postoperative import AscertainmentForm, ComplicationForm, PostopForm
from registry.forms.sections import Section
from registry.forms.treatment import (
    PriorNoneForm,
    PriorTreatmentForm,
    SubsequentNoneForm,
    SubsequentTherapyForm,
)
from registry.labels import Label

SECTIONS: tuple[Section, ...] = (
    Section("patient", Label("Patient", "患者"), head=PatientForm, head_name="patient"),
    Section(
        "consent",
        Label("Consent", "知情同意"),
        rows=ConsentForm,
        rows_name="consents",
        add=Label("Add a consent decision", "添加知情同意记录"),
    ),
    Section("diagnosis", Label("Diagnosis", "原发肿瘤与诊断"), head=DiagnosisForm, head_name="diagnosis"),
    Section(
        "prior-treatment",
        Label("Treatment before surgery", "术前治疗"),
        head=PriorNoneForm,
        head_name="treatment_summary",
        rows=PriorTreatmentForm,
        rows_name="prior_treatments",
        add=Label("Add a treatment", "添加治疗"),
        none_if=("prior_tx_none", "yes"),
    ),
    Section(
        "assessment",
        Label("Liver disease before surgery", "术前肝脏病变评估"),
        head=AssessmentForm,
        head_name="assessment",
    ),
    Section("operation", Label("Operation", "手术"), head=OperationForm, head_name="operation"),
    Section(
        "pathology",
        Label("Pathology", "病理"),
        rows=SpecimenForm,
        rows_name="specimens",
        add=Label("Add a specimen", "添加标本"),
    ),
    Section(
        "postoperative",
        Label("Postoperative course", "术后病程"),
        head=PostopForm,
        head_name="postop",
    ),
    Section(
        "complications",
        Label("Complications", "并发症"),
        head=AscertainmentForm,
        head_name="postop",
        rows=ComplicationForm,
        rows_name="complications",
        add=Label("Add a complication", "添加并发症"),
        none_if=("complication_ascertainment", "confirmed_none"),
    ),
    Section(
        "subsequent-therapy",
        Label("Treatment after surgery", "术后治疗"),
        head=SubsequentNoneForm,
        head_name="treatment_summary",
        rows=SubsequentTherapyForm,
        rows_name="subsequent_therapies",
        add=Label("Add a therapy", "添加治疗"),
        none_if=("subs_none", "yes"),
    ),
    Section(
        "follow-up",
        Label("Follow-up", "随访"),
        rows=VisitForm,
        rows_name="visits",
        add=Label("Add a visit", "添加随访"),
    ),
    Section("death", Label("Death", "死亡"), head=DeathForm, head_name="death", optional=True),
)
BY_SLUG = {section.slug: section for section in SECTIONS}
