"""Ready-made rows for tests: a centre, a person, a case, each by one call with keyword defaults."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

from django.contrib.auth import get_user_model
from django.db import models

from registry.case import CaseFile, load
from registry.fields import answers
from registry.models import (
    Assessment,
    Centre,
    Complication,
    Consent,
    Death,
    Diagnosis,
    FollowupVisit,
    Membership,
    Operation,
    Patient,
    PostopCourse,
    PriorTreatment,
    Specimen,
    SubsequentTherapy,
    TreatmentSummary,
)

PLAIN = {"cmp": "eq", "prec": "d"}
_number = count(1)


def centre(centre_id: str = "CN-TEST", **given) -> Centre:
    """A centre in China; the same one when it is asked for twice."""
    known = Centre.objects.filter(centre_id=centre_id).first()
    defaults = {
        "centre_name_en": f"Hospital {centre_id}",
        "centre_name_zh": f"医院 {centre_id}",
        "country": "CN",
        "time_zone": "Asia/Shanghai",
        "rbc_unit_basis_ml": 200,
    }
    return known or Centre.objects.create(centre_id=centre_id, **(defaults | given))


def user(username: str = "", password: str | None = None, **given):
    """A person who belongs to no centre; without a password (making one takes long) who must be
    logged in with `force_login`."""
    name = username or f"person{next(_number)}"
    return get_user_model().objects.create_user(name, password=password, **given)


def member(username: str = "", of: Centre | None = None, role: str = "entry", **given):
    """A person who works at a centre; entering cases unless another role is given."""
    made = user(username, **given)
    Membership.objects.create(user=made, centre=of or centre(), role=role)
    return made


def registry_wide(role: str, username: str = "", **given):
    """A person who holds a role in the whole registry."""
    made = user(username, **given)
    Membership.objects.create(user=made, role=role)
    return made


def patient(local_study_id: str = "", of: Centre | None = None, **given) -> Patient:
    """A case of which nothing but the study number is known."""
    number = local_study_id or f"S-{next(_number):05}"
    return Patient.objects.create(centre=of or centre(), local_study_id=number, **given)


def row(model: type[models.Model], of: Patient, **given) -> models.Model:
    """A stored row of a patient; beside each plain answer stands the plain comparator or precision."""
    for answer in answers(model):
        for companion in answer.companions:
            if given.get(answer.name) is not None:
                given.setdefault(companion, PLAIN[companion.rpartition("_")[2]])
    return model.objects.create(patient=of, **given)


def operated(of: Patient | None = None, on: date = date(2022, 3, 1), **given) -> Operation:
    """An operation of which the date is known."""
    return row(Operation, of or patient(), surgery_date=on, **given)


def full_case(local_study_id: str = "", of: Centre | None = None, died: bool = True) -> CaseFile:
    """A case with every section complete and no rule broken: operated on 1 March 2022, two
    complications, progression on 18 February 2023, dead in August 2024 unless `died` is false."""
    one = patient(
        local_study_id,
        of,
        sex="f",
        birth_ym=date(1967, 3, 1),
        hereditary_syndrome="none",
        smoking_status="never",
        enrolment_type="retrospective",
        eligibility_confirmed="yes",
    )
    for make in (_before, _assessment, _operation, _specimens, _postoperative, _afterwards):
        make(one)
    if died:
        row(
            Death,
            one,
            death_date=date(2024, 8, 1),
            death_date_prec="m",
            death_cause="tumour_other",
            death_source="hospital",
        )
    return load(one)


def _before(one: Patient) -> None:
    row(
        Consent,
        one,
        consent_status="written",
        consent_date=date(2022, 2, 25),
        consent_version="2.1",
        consent_scope=["registry", "linkage"],
        crossborder_consent="no",
    )
    row(
        Diagnosis,
        one,
        primary_site="jejunoileum",
        primary_site_basis="histology",
        icdo_topography="C17.2",
        icdo_morphology="8240/3",
        primary_diagnosis_date=date(2020, 5, 1),
        primary_diagnosis_date_prec="m",
        netlm_diagnosis_date=date(2021, 2, 3),
        functional_status="functioning",
        hormone_syndrome=["carcinoid"],
        primary_status_at_index="resected_before",
        primary_resection_date=date(2020, 5, 20),
        tnm_edition="ajcc8",
        t_category="T3",
        n_category="N1",
        m_category="M1a",
    )
    row(TreatmentSummary, one, prior_tx_none="no", subs_none="no")
    row(
        PriorTreatment,
        one,
        tx_category="primary_resection",
        tx_start_date=date(2020, 5, 20),
        tx_end_date=date(2020, 5, 20),
        tx_ongoing="no",
        tx_intent="curative",
        tx_symptom_response="partial",
        tx_stop_reason="completed",
    )
    row(
        PriorTreatment,
        one,
        tx_category="ssa",
        tx_agent=["octreotide_lar"],
        tx_start_date=date(2020, 8, 1),
        tx_start_date_prec="m",
        tx_ongoing="yes",
        tx_sessions=18,
        tx_intent="control",
        tx_best_response="sd",
        tx_symptom_response="partial",
    )


def _assessment(one: Patient) -> None:
    row(
        Assessment,
        one,
        assessment_date=date(2022, 2, 20),
        height_cm=Decimal("165.0"),
        weight_kg=Decimal("58.5"),
        ecog="0",
        asa="2",
        cirrhosis="no",
        hbsag="neg",
        hcv_antibody="neg",
        background_liver=["none"],
        liver_imaging_date=date(2022, 2, 10),
        liver_imaging_modality=["ct", "mri"],
        liver_mets_count=12,
        liver_mets_count_cmp="ge",
        largest_met_cm=Decimal("6.5"),
        lobar_distribution="both",
        segments_involved=["s2", "s5", "s6"],
        liver_burden_pct=35,
        liver_burden_method="volumetry_manual",
        total_liver_volume_ml=1800,
        tumour_volume_ml=630,
        flr_ml=900,
        flr_pct=45,
        frilling_type="ii",
        mahuron_type="2",
        vascular_involvement=["none"],
        cystic_metastases="no",
        extrahepatic_disease="no",
    )


def _operation(one: Patient) -> None:
    operated(
        one,
        surgical_indication=["symptom", "oncological"],
        surgical_intent="cytoreductive",
        planned_debulking_pct="90",
        mdt_discussed="yes",
        mdt_date=date(2022, 2, 15),
        preop_liver_augmentation="none",
        stage_of_plan="single",
        urgency="elective",
        approach_planned="laparoscopic",
        approach_final="laparoscopic",
        conversion="no",
        procedure_completed="completed",
        op_time_min=235,
        anaesthesia_time_min=300,
        blood_loss_ml=400,
        blood_loss_method="suction_gauze",
        transfused_intraop="no",
        transfused_periop="no",
        cell_salvage_ml=0,
        pringle_used="yes",
        pringle_total_min=30,
        pringle_cycles=2,
        vascular_control_other=["none"],
        low_cvp="yes",
        intraop_ultrasound="yes",
        icg_fluorescence="no",
        n_mets_found_intraop=13,
        n_mets_resected=9,
        n_mets_ablated=3,
        concomitant_procedures=["cholecystectomy"],
        debulking_pct=92,
        debulking_method="visual_surgeon",
        debulking_basis="intraop",
        debulking_pct_imaging=90,
        residual_status="r2",
        residual_status_liver="r2",
        residual_sites=["liver"],
        octreotide_prophylaxis="bolus_infusion",
        octreotide_preop_bolus_ug=500,
        octreotide_infusion_ug_h=100,
        octreotide_rescue_ug=0,
        haemodynamic_instability="yes",
        carcinoid_crisis="none",
        lowest_sbp_mmhg=80,
        vasopressors=["phenylephrine"],
        intraop_incident_grade="1",
        drain_placed="yes",
        drain_count=1,
        surgeon_experience="ge50",
    )


def _specimens(one: Patient) -> None:
    stains = {"cga_ihc": "pos", "syn_ihc": "pos", "sstr2_ihc": "3", "central_review": "no"}
    row(
        Specimen,
        one,
        specimen_source="liver_biopsy",
        specimen_date=date(2021, 2, 10),
        histological_type="net",
        who_edition="who2019",
        grade_reported="g1",
        ki67_pct=Decimal("3.0"),
        ki67_pct_cmp="lt",
        mitoses_per_2mm2=Decimal("1.0"),
        mitoses_area_basis="mm2_2",
        lesions_examined=1,
        **stains,
    )
    row(
        Specimen,
        one,
        specimen_source="liver_resection",
        specimen_date=date(2022, 3, 1),
        specimen_op_no=1,
        histological_type="net",
        who_edition="who2019",
        grade_reported="g2",
        ki67_pct=Decimal("8.0"),
        mitoses_per_2mm2=Decimal("3.0"),
        mitoses_area_basis="mm2_2",
        lesions_examined=3,
        lesions_g1=1,
        lesions_g2=2,
        lesions_g3=0,
        largest_lesion_cm=Decimal("6.5"),
        margin_status="involved",
        margin_mm=Decimal("0.0"),
        lymphovascular_invasion="yes",
        perineural_invasion="no",
        background_pathology=["none"],
        **stains,
    )


def _postoperative(one: Patient) -> None:
    row(
        PostopCourse,
        one,
        icu_admission="planned",
        icu_days=1,
        died_in_hospital="no",
        discharge_date=date(2022, 3, 9),
        discharge_destination="home",
        complication_ascertainment="confirmed_listed",
        complications_checked_to=date(2022, 6, 15),
        bili_pod1_umol_l=Decimal("30.0"),
        bili_pod3_umol_l=Decimal("22.5"),
        bili_pod5_umol_l=Decimal("15.0"),
        inr_pod5=Decimal("1.10"),
        alt_peak_u_l=450,
        drain_fluid_bili_ratio=Decimal("3.5"),
        drain_removed_date=date(2022, 3, 8),
        reoperation="no",
        readmitted_90d="no",
    )
    row(
        Complication,
        one,
        comp_type="bile_leak",
        onset_date=date(2022, 3, 5),
        cd_grade="3a",
        cd_disability="no",
        isgls_grade="b",
        management=["drain_local"],
        related_to_surgery="definite",
        resolved_date=date(2022, 3, 20),
    )
    row(
        Complication,
        one,
        comp_type="other",
        comp_other_text="Hiccups for two days",
        onset_date=date(2022, 3, 3),
        cd_grade="1",
        management=["observe"],
        related_to_surgery="probable",
    )


def _afterwards(one: Patient) -> None:
    row(
        SubsequentTherapy,
        one,
        line_no=1,
        subs_category="ssa",
        subs_agent=["octreotide_lar"],
        subs_start_date=date(2022, 4, 1),
        subs_start_date_prec="m",
        subs_reason="maintenance",
        subs_guided_by_grade="no",
        subs_best_response="sd",
    )
    visit(
        one,
        date(2022, 5, 20),
        disease_status="residual_stable",
        imaging_date=date(2022, 5, 18),
        is_postop_baseline="yes",
        recist_overall="sd",
    )
    visit(
        one,
        date(2023, 2, 20),
        disease_status="progression",
        imaging_date=date(2023, 2, 18),
        new_lesion="yes",
        recist_overall="pd",
        hepatic_progression="yes",
        progression_date=date(2023, 2, 18),
        progression_basis="imaging",
    )


def visit(of: Patient, on: date, **given) -> FollowupVisit:
    """A visit to the clinic with imaging that shows no progression."""
    plain = {
        "visit_type": "clinic",
        "vital_status": "alive_disease",
        "visit_ecog": "0",
        "disease_status": "residual_stable",
        "imaging_done": "yes",
        "imaging_date": on,
        "imaging_modality": ["ct"],
        "is_postop_baseline": "no",
        "target_sum_mm": 40,
        "new_lesion": "no",
        "recist_overall": "sd",
        "hepatic_progression": "no",
        "extrahepatic_progression": "no",
        "symptom_relief": "partial",
        "visit_flushing_per_day": Decimal("1.5"),
        "visit_stools_per_day": Decimal("2.0"),
        "treatment_changed": "no",
        "late_complication": ["none"],
        "lost_to_followup": "no",
    }
    return row(FollowupVisit, of, visit_date=on, **(plain | given))
