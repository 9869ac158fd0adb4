"""The operation: plan, course, blood, what was removed and what stayed."""

from django.db import models

from registry import codes, reading
from registry.conditions import Given, Is
from registry.fields import Coded, CodedSet, Day, Whole, YesNo
from registry.labels import Label, both
from registry.models.naming import named
from registry.models.patient import OperationRow

MINIMALLY_INVASIVE = ("laparoscopic", "robotic", "hybrid")


@named(Label("operation", "手术"), Label("operations", "手术"))
class Operation(OperationRow):
    """One operation; number 1 is the index cytoreduction and day 0 of every clock."""

    surgical_indication = CodedSet(Label("Main indication", "手术主要指征"), codes.INDIC, need="1R")
    surgical_intent = Coded(Label("Intent", "手术目的"), codes.INTENT, need="1R")
    planned_debulking_pct = Coded(
        Label("Planned debulking target", "计划减瘤目标"),
        codes.TARGET,
        need="1R",
        shown_when=Is("surgical_intent", "cytoreductive"),
    )
    mdt_discussed = YesNo(Label("Discussed in MDT", "多学科讨论"), need="2R")
    mdt_date = Day(Label("MDT date", "多学科讨论日期"), need="2C", shown_when=Is("mdt_discussed", "yes"))
    preop_liver_augmentation = Coded(
        Label("Liver augmentation", "术前肝体积增大措施"), codes.AUGMENT, need="2O"
    )
    surgery_date = Day(
        Label("Date of operation", "手术日期"),
        need="1R*",
        hint=Label("day of incision; all survival times start here", "切皮当日；所有生存时间由此起算"),
    )
    stage_of_plan = Coded(Label("Stage", "手术分期"), codes.STAGE, need="1R")
    urgency = Coded(Label("Urgency", "手术时机"), codes.URGENCY, usual=("elective",), need="2R")
    approach_planned = Coded(Label("Planned approach", "计划入路"), codes.APPROACH, need="2R")
    approach_final = Coded(Label("Final approach", "实际入路"), codes.APPROACH, need="1R")
    conversion = YesNo(
        Label("Conversion to open", "中转开腹"),
        need="1C",
        shown_when=Is("approach_planned", *MINIMALLY_INVASIVE),
    )
    conversion_reason = Coded(
        Label("Reason for conversion", "中转原因"),
        codes.CONVREASON,
        need="2C",
        shown_when=Is("conversion", "yes"),
    )
    procedure_completed = Coded(
        Label("Procedure completed as cytoreduction", "手术完成情况"),
        codes.COMPLETED,
        usual=("completed",),
        need="1R",
    )
    op_time_min = Whole(
        Label("Operating time", "手术时间"),
        unit=both("min"),
        hard=(10, 1800),
        soft=(60, 720),
        need="1R",
        slip=reading.hours_hint,
        hint=Label("incision to closure", "切皮至关腹"),
    )
    anaesthesia_time_min = Whole(
        Label("Anaesthesia time", "麻醉时间"),
        unit=both("min"),
        hard=(10, 2000),
        need="3O",
        slip=reading.hours_hint,
    )
    blood_loss_ml = Whole(
        Label("Intraoperative blood loss", "术中出血量"),
        unit=both("mL"),
        hard=(0, 40000),
        soft=(10, 5000),
        comparator=("approx",),
        need="1R",
        slip=reading.litres_hint,
        hint=Label("from the anaesthetic record; 0 only if there was none", "以麻醉记录为准；确无出血时填 0"),
    )
    blood_loss_method = Coded(
        Label("How blood loss was measured", "出血量评估方法"), codes.BLMETHOD, need="2O"
    )
    transfused_intraop = YesNo(Label("Allogeneic transfusion during the operation", "术中输血"), need="1R")
    transfused_periop = YesNo(
        Label("Any allogeneic transfusion from start of surgery to 72 h", "围手术期输血"), need="1R"
    )
    cell_salvage_ml = Whole(
        Label("Salvaged blood returned", "自体血回输量"),
        unit=both("mL"),
        hard=(0, 20000),
        soft=(0, 5000),
        need="2O",
    )
    pringle_used = YesNo(Label("Inflow occlusion", "肝门阻断(Pringle法)"), need="1R")
    pringle_total_min = Whole(
        Label("Total occlusion time", "累计阻断时间"),
        unit=both("min"),
        hard=(1, 300),
        soft=(5, 120),
        need="1C",
        slip=reading.hours_hint,
        shown_when=Is("pringle_used", "yes"),
    )
    pringle_cycles = Whole(
        Label("Number of cycles", "阻断次数"),
        hard=(1, 30),
        soft=(1, 10),
        need="2C",
        shown_when=Is("pringle_used", "yes"),
    )
    vascular_control_other = CodedSet(
        Label("Other vascular control", "其他血流控制"), codes.VASCTRL, need="2O"
    )
    low_cvp = YesNo(Label("Low central venous pressure used", "低中心静脉压"), need="3O")
    intraop_ultrasound = YesNo(Label("Intraoperative ultrasound", "术中超声"), need="2R")
    icg_fluorescence = YesNo(Label("ICG fluorescence", "吲哚菁绿荧光"), need="3O")
    n_mets_found_intraop = Whole(
        Label("Liver metastases found at operation", "术中发现转移灶数"),
        hard=(0, 500),
        soft=(1, 150),
        comparator=True,
        need="2R",
    )
    n_mets_resected = Whole(
        Label("Metastases resected", "切除转移灶数"), hard=(0, 300), soft=(0, 100), comparator=True, need="1R"
    )
    n_mets_ablated = Whole(
        Label("Metastases ablated", "消融转移灶数"), hard=(0, 200), soft=(0, 40), comparator=True, need="1R"
    )
    concomitant_primary_resection = YesNo(
        Label("Primary removed at same operation", "同期原发灶切除"),
        need="1C",
        shown_when=Is("diagnosis.primary_status_at_index", "in_situ"),
    )
    concomitant_procedures = CodedSet(Label("Other procedures", "同期其他手术"), codes.CONPROC, need="1R")
    extrahepatic_cytoreduction = Coded(
        Label("Extrahepatic disease removed", "肝外病灶切除"),
        codes.EXTENT,
        need="2C",
        shown_when=Is("assessment.extrahepatic_disease", "yes"),
    )
    debulking_pct = Whole(
        Label("Liver debulking achieved", "肝内减瘤率"),
        unit=both("%"),
        hard=(0, 100),
        soft=(50, 100),
        comparator=True,
        need="1R",
        slip=reading.fraction_hint,
        shown_when=Is("procedure_completed", "completed", "partial"),
        hint=Label("(volume before − after) ÷ before", "(术前体积−术后体积)÷术前体积"),
    )
    debulking_method = Coded(
        Label("Method", "减瘤率评估方法"), codes.BURDENMETHOD, need="1C", shown_when=Given("debulking_pct")
    )
    debulking_basis = Coded(
        Label("Basis", "减瘤率评估依据"), codes.DEBULKBASIS, need="1C", shown_when=Given("debulking_pct")
    )
    debulking_pct_imaging = Whole(
        Label("Debulking on post-operative imaging", "影像核实减瘤率"),
        unit=both("%"),
        hard=(0, 100),
        comparator=True,
        need="2O",
        slip=reading.fraction_hint,
    )
    residual_status = Coded(Label("Residual tumour", "残留状态(R分类)"), codes.R, need="1R")
    residual_status_liver = Coded(
        Label("Residual tumour in the liver", "肝内残留状态(R分类)"), codes.R, need="1R"
    )
    residual_sites = CodedSet(
        Label("Where macroscopic tumour remains", "肉眼残留部位"),
        codes.RESIDSITE,
        need="1C",
        shown_when=Is("residual_status", "r2"),
    )
    octreotide_prophylaxis = Coded(
        Label("Perioperative octreotide or analogue", "围手术期奥曲肽预防"), codes.OCTPRO, need="1R"
    )
    octreotide_preop_bolus_ug = Whole(
        Label("Pre-incision bolus", "术前推注剂量"),
        unit=both("µg"),
        hard=(0, 2000),
        soft=(50, 1000),
        need="2C",
        slip=reading.milligrams_hint,
        shown_when=Is("octreotide_prophylaxis", "bolus", "bolus_infusion"),
    )
    octreotide_infusion_ug_h = Whole(
        Label("Infusion rate", "术中泵注速度"),
        unit=both("µg/h"),
        hard=(0, 1000),
        soft=(25, 500),
        need="2C",
        shown_when=Is("octreotide_prophylaxis", "infusion", "bolus_infusion"),
    )
    octreotide_rescue_ug = Whole(
        Label("Rescue dose, total", "术中补救总剂量"),
        unit=both("µg"),
        hard=(0, 10000),
        soft=(0, 3000),
        need="2O",
    )
    haemodynamic_instability = YesNo(Label("Haemodynamic instability", "术中血流动力学不稳定"), need="2R")
    carcinoid_crisis = Coded(
        Label("Intraoperative carcinoid crisis", "术中类癌危象"), codes.CRISIS, need="1R"
    )
    lowest_sbp_mmhg = Whole(
        Label("Lowest systolic pressure", "最低收缩压"),
        unit=both("mmHg"),
        hard=(20, 200),
        soft=(50, 130),
        need="3C",
        shown_when=Is("haemodynamic_instability", "yes"),
    )
    vasopressors = CodedSet(
        Label("Vasopressors", "血管活性药物"),
        codes.PRESSOR,
        need="3C",
        shown_when=Is("haemodynamic_instability", "yes"),
    )
    intraop_incident_grade = Coded(
        Label("Intraoperative incident grade", "术中不良事件分级"),
        codes.INCIDENT,
        usual=("0", "1"),
        need="2R",
    )
    drain_placed = YesNo(Label("Abdominal drain", "放置腹腔引流"), need="1R")
    drain_count = Whole(
        Label("Number of drains", "引流管数目"),
        hard=(1, 10),
        soft=(1, 4),
        need="3C",
        shown_when=Is("drain_placed", "yes"),
    )
    surgeon_experience = Coded(
        Label("Lead surgeon's previous NETLM cytoreductions", "主刀既往NETLM减瘤例数"), codes.EXPER, need="3O"
    )

    class Meta:
        ordering = ["op_no"]
        constraints = [models.UniqueConstraint(fields=["patient", "op_no"], name="one_operation")]
