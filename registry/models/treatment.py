"""Treatment before and after the operation, one row each, every modality as a code."""

from django.db import models

from registry import codes
from registry.conditions import Is
from registry.fields import Coded, CodedSet, PartialDay, Whole, Words, YesNo
from registry.labels import Label
from registry.models.naming import named
from registry.models.patient import ClinicalRow

SYSTEMIC = codes.TXCAT.having("group", "systemic")


@named(Label("treatment summary", "治疗概况"), Label("treatment summaries", "治疗概况"))
class TreatmentSummary(ClinicalRow):
    """What is asserted about treatment as a whole: an empty table is not an answer."""

    prior_tx_none = YesNo(Label("No treatment before index surgery", "术前无任何抗肿瘤治疗"), need="1R*")
    subs_none = YesNo(Label("No therapy after surgery so far", "术后未接受抗肿瘤治疗"), need="1R*")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient"], name="one_treatmentsummary")]


@named(Label("earlier treatment", "既往治疗"), Label("earlier treatments", "既往治疗"))
class PriorTreatment(ClinicalRow):
    """One treatment before the index operation."""

    tx_category = Coded(Label("Treatment category", "治疗类别"), codes.TXCAT, need="1R")
    tx_agent = CodedSet(
        Label("Agent or technique", "药物或技术"),
        codes.AGENT,
        need="1C",
        shown_when=Is("tx_category", *SYSTEMIC),
    )
    tx_other_text = Words(
        Label("Other treatment (text)", "其他治疗(文字)"),
        max_length=120,
        need="2C",
        shown_when=Is("tx_category", "other") | Is("tx_agent", "other"),
    )
    tx_start_date = PartialDay(Label("Start date", "开始日期"), need="1R")
    tx_end_date = PartialDay(Label("End date", "结束日期"), need="1C", shown_when=Is("tx_ongoing", "no"))
    tx_ongoing = YesNo(Label("Ongoing at surgery", "手术时仍在治疗"), need="1R")
    tx_sessions = Whole(
        Label("Cycles or sessions", "周期数或次数"),
        hard=(1, 200),
        soft=(1, 60),
        need="2O",
        hint=Label("sessions of embolisation, cycles of PRRT or chemotherapy", "栓塞次数、PRRT或化疗周期数"),
    )
    tx_intent = Coded(Label("Intent", "治疗目的"), codes.TXINTENT, need="2O")
    tx_best_response = Coded(Label("Best response", "最佳疗效"), codes.RECIST, need="2O")
    tx_symptom_response = Coded(
        Label("Symptom response", "症状缓解程度"),
        codes.SYMREL,
        need="2O",
        shown_when=Is("diagnosis.functional_status", "functioning"),
    )
    tx_stop_reason = Coded(
        Label("Reason stopped", "停止原因"), codes.TXSTOP, need="3O", shown_when=Is("tx_ongoing", "no")
    )

    class Meta:
        ordering = ["tx_start_date", "id"]


@named(Label("later therapy", "后续治疗"), Label("later therapies", "后续治疗"))
class SubsequentTherapy(ClinicalRow):
    """One line of therapy after the index operation."""

    line_no = Whole(Label("Line number", "治疗线序"), hard=(1, 30), need="1R")
    subs_category = Coded(Label("Category", "治疗类别"), codes.TXCAT, need="1R")
    subs_agent = CodedSet(
        Label("Agent or technique", "药物或技术"),
        codes.AGENT,
        need="1C",
        shown_when=Is("subs_category", *SYSTEMIC),
    )
    subs_start_date = PartialDay(Label("Start", "开始日期"), need="1R")
    subs_end_date = PartialDay(Label("End", "结束日期"), need="2O")
    subs_reason = Coded(Label("Reason", "治疗原因"), codes.TXREASON, need="1R")
    subs_guided_by_grade = YesNo(
        Label("Choice changed because of new grade", "因术后病理级别变化调整方案"), need="2R"
    )
    subs_best_response = Coded(Label("Best response", "最佳疗效"), codes.RECIST, need="2O")
    subs_sessions = Whole(
        Label("Cycles or sessions", "周期数或次数"),
        hard=(1, 200),
        soft=(1, 60),
        need="2O",
        hint=Label("sessions of embolisation, cycles of PRRT or chemotherapy", "栓塞次数、PRRT或化疗周期数"),
    )
    subs_symptom_response = Coded(
        Label("Symptom response", "症状缓解程度"),
        codes.SYMREL,
        need="2O",
        shown_when=Is("diagnosis.functional_status", "functioning"),
    )

    class Meta:
        ordering = ["line_no", "id"]
