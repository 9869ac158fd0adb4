"""Follow-up after the operation, and death."""

from django.db import models

from registry import codes
from registry.conditions import Is, Within
from registry.fields import Coded, CodedSet, Day, Decimal, PartialDay, Whole, YesNo
from registry.labels import Label, both
from registry.models.naming import named
from registry.models.patient import ClinicalRow

PROGRESSION = Is("hepatic_progression", "yes") | Is("extrahepatic_progression", "yes")


@named(Label("follow-up visit", "随访"), Label("follow-up visits", "随访"))
class FollowupVisit(ClinicalRow):
    """One contact: who was alive, what imaging showed."""

    visit_date = Day(Label("Date of visit", "随访日期"), need="1R*")
    visit_type = Coded(Label("Contact", "随访方式"), codes.VISIT, need="1R")
    vital_status = Coded(Label("Vital status", "生存状态"), codes.VITAL, need="1R*")
    visit_ecog = Coded(
        Label("ECOG", "ECOG评分"), codes.ECOG, need="2O", shown_when=Is("visit_type", "clinic", "inpatient")
    )
    disease_status = Coded(
        Label("Disease status", "疾病状态"),
        codes.DZ,
        need="1R",
        shown_when=Is("visit_type", "clinic", "inpatient") | Is("imaging_done", "yes"),
    )
    imaging_done = YesNo(Label("Tumour imaging at this visit", "本次影像评估"), need="1R")
    imaging_date = Day(Label("Imaging date", "影像日期"), need="1C", shown_when=Is("imaging_done", "yes"))
    imaging_modality = CodedSet(
        Label("Modality", "影像方式"), codes.IMG, need="2C", shown_when=Is("imaging_done", "yes")
    )
    is_postop_baseline = YesNo(
        Label("Post-operative baseline scan", "术后基线影像"), need="1C", shown_when=Is("imaging_done", "yes")
    )
    target_sum_mm = Whole(
        Label("Sum of target lesions", "靶病灶径线之和"),
        unit=both("mm"),
        hard=(0, 2000),
        need="3O",
        shown_when=Is("imaging_done", "yes"),
    )
    new_lesion = YesNo(Label("New lesion", "新发病灶"), need="1C", shown_when=Is("imaging_done", "yes"))
    recist_overall = Coded(
        Label("RECIST 1.1 overall response", "RECIST 1.1总体疗效"),
        codes.RECIST,
        need="1C",
        shown_when=Is("imaging_done", "yes"),
    )
    hepatic_progression = YesNo(
        Label("Progression in liver", "肝内进展"), need="1C", shown_when=Is("imaging_done", "yes")
    )
    extrahepatic_progression = YesNo(
        Label("Progression outside liver", "肝外进展"), need="1C", shown_when=Is("imaging_done", "yes")
    )
    progression_date = Day(
        Label("Date of progression", "进展日期"),
        need="1C",
        shown_when=PROGRESSION,
        hint=Label("the first imaging that shows it", "首次显示进展的影像日期"),
    )
    progression_basis = Coded(
        Label("Basis", "进展判定依据"), codes.PROGBASIS, need="1C", shown_when=PROGRESSION
    )
    symptom_relief = Coded(
        Label("Symptom relief since surgery", "术后症状缓解程度"),
        codes.SYMREL,
        need="1C",
        shown_when=Is("diagnosis.functional_status", "functioning"),
    )
    visit_flushing_per_day = Decimal(
        Label("Flushing per day", "每日潮红次数"),
        places=1,
        hard=(0, 100),
        need="2C",
        shown_when=Is("diagnosis.hormone_syndrome", "carcinoid"),
    )
    visit_stools_per_day = Decimal(
        Label("Stools per day", "每日排便次数"),
        places=1,
        hard=(0, 60),
        need="2C",
        shown_when=Is("diagnosis.functional_status", "functioning"),
    )
    treatment_changed = YesNo(Label("Treatment changed", "治疗方案调整"), need="1R")
    late_complication = CodedSet(Label("Late complication", "远期并发症"), codes.LATE, need="3O")
    lost_to_followup = YesNo(Label("Lost to follow-up", "失访"), need="1R")

    class Meta:
        ordering = ["visit_date", "id"]


@named(Label("death", "死亡"), Label("deaths", "死亡"))
class Death(ClinicalRow):
    """Death of the patient; the row exists only when the patient died."""

    death_date = PartialDay(Label("Date of death", "死亡日期"), need="1R*")
    death_cause = Coded(Label("Cause of death", "死亡原因"), codes.DEATH, need="1R")
    death_related_to_surgery = Coded(
        Label("Related to operation", "与手术相关"),
        codes.RELATED,
        need="1C",
        shown_when=Within("death_date", "operation.surgery_date", 90),
    )
    death_source = Coded(Label("Source of information", "死亡信息来源"), codes.DEATHSRC, need="2R")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient"], name="one_death")]
