"""Diagnosis: the primary tumour, its function, its dates and its state before the operation."""

from django.db import models

from registry import codes
from registry.conditions import Given, GivenExcept, Is
from registry.fields import Coded, CodedSet, PartialDay, Words
from registry.labels import Label
from registry.models.naming import named
from registry.models.patient import ClinicalRow

TOPOGRAPHY_HINT = Label("C and two digits, for example C25.4", "C加两位数字，例如 C25.4")
MORPHOLOGY_HINT = Label(
    "four digits, slash, digit, for example 8240/3", "四位数字、斜线、一位数字，例如 8240/3"
)
T_HINT = Label("TX or T0 to T4 with an optional letter", "TX或T0~T4,可加字母")
N_HINT = Label("NX or N0 to N2 with an optional letter", "NX或N0~N2,可加字母")
M_HINT = Label("M1, M1a, M1b or M1c: liver metastases are M1", "M1、M1a、M1b或M1c:肝转移即M1")


@named(Label("diagnosis", "原发肿瘤与诊断"), Label("diagnoses", "原发肿瘤与诊断"))
class Diagnosis(ClinicalRow):
    """The tumour as known before the index operation."""

    primary_site = Coded(Label("Site of primary tumour", "原发灶部位"), codes.SITE, need="1R")
    primary_site_basis = Coded(
        Label("How the primary was established", "原发灶判定依据"),
        codes.SITEBASIS,
        need="2R",
        shown_when=GivenExcept("primary_site", "cup"),
    )
    icdo_topography = Words(
        Label("ICD-O-3 topography", "ICD-O-3部位编码"),
        max_length=5,
        pattern=r"C\d\d(\.\d)?",
        pattern_hint=TOPOGRAPHY_HINT,
        need="3O",
    )
    icdo_morphology = Words(
        Label("ICD-O-3 morphology", "ICD-O-3形态学编码"),
        max_length=6,
        pattern=r"\d{4}/\d",
        pattern_hint=MORPHOLOGY_HINT,
        need="3O",
    )
    primary_diagnosis_date = PartialDay(
        Label("Date of NEN diagnosis", "神经内分泌肿瘤确诊日期"),
        need="1R",
        hint=Label("first histology; a year or a month is enough", "首次病理确诊；可只填年或年月"),
    )
    netlm_diagnosis_date = PartialDay(Label("Date liver metastases found", "肝转移诊断日期"), need="1R")
    functional_status = Coded(
        Label("Functioning tumour", "功能状态"),
        codes.FUNC,
        need="1R",
        hint=Label(
            "clinical hormone syndrome, not a raised marker alone", "以临床激素综合征为准，单纯标志物升高不算"
        ),
    )
    hormone_syndrome = CodedSet(
        Label("Hormone syndrome", "激素综合征类型"),
        codes.SYNDROME,
        need="1C",
        shown_when=Is("functional_status", "functioning"),
    )
    primary_status_at_index = Coded(
        Label("State of primary before index surgery", "索引手术前原发灶状态"), codes.PRIMSTAT, need="1R"
    )
    primary_resection_date = PartialDay(
        Label("Date primary removed", "原发灶切除日期"),
        need="1C",
        shown_when=Is("primary_status_at_index", "resected_before"),
    )
    tnm_edition = Coded(Label("TNM system", "TNM版本"), codes.TNMED, need="2O")
    t_category = Words(
        Label("T category", "T分期"),
        max_length=5,
        pattern=r"TX|T[0-4][a-d]?",
        pattern_hint=T_HINT,
        need="2O",
        shown_when=Given("tnm_edition"),
    )
    n_category = Words(
        Label("N category", "N分期"),
        max_length=5,
        pattern=r"NX|N[0-2][a-c]?",
        pattern_hint=N_HINT,
        need="2O",
        shown_when=Given("tnm_edition"),
    )
    m_category = Words(
        Label("M category", "M分期"),
        max_length=5,
        pattern=r"M1[a-c]?",
        pattern_hint=M_HINT,
        need="2O",
        shown_when=Given("tnm_edition"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient"], name="one_diagnosis")]
