"""Rules on the conduct of the operation (section 6.2)."""

from __future__ import annotations

from registry import codes
from registry.case import CaseFile
from registry.labels import Label
from registry.models import Operation
from registry.rules.base import REJECT, WARN, rule
from registry.rules.operands import bounds, known

BOLUS, INFUSION = codes.OCTPRO.having("bolus"), codes.OCTPRO.having("infusion")


# Conduct


@rule(
    "X052",
    REJECT,
    "operation.pringle_total_min",
    "operation.op_time_min",
    message=Label(
        "Inflow occlusion ({pringle_total_min}) cannot last longer than the operation ({op_time_min}).",
        "累计阻断时间（{pringle_total_min}）不能长于手术时间（{op_time_min}）。",
    ),
)
def occlusion_longer_than_operation(case: CaseFile) -> bool:
    occluded, operated = case.operation.pringle_total_min, case.operation.op_time_min
    return occluded is not None and operated is not None and occluded > operated


@rule(
    "X053",
    REJECT,
    "operation.pringle_used",
    "operation.pringle_total_min",
    "operation.pringle_cycles",
    message=Label(
        "No inflow occlusion is recorded, but there are minutes ({pringle_total_min}) or cycles "
        "({pringle_cycles}) of it.",
        "肝门阻断填为“否”，却有阻断时间（{pringle_total_min}）或阻断次数（{pringle_cycles}）。",
    ),
)
def occlusion_counted_though_not_used(case: CaseFile) -> bool:
    counted = (case.operation.pringle_total_min, case.operation.pringle_cycles)
    return case.operation.pringle_used == "no" and any(counted)


@rule(
    "X054",
    WARN,
    "operation.pringle_total_min",
    "operation.pringle_cycles",
    message=Label(
        "{pringle_total_min} of occlusion in {pringle_cycles} cycles is more than 30 min for each. Is it "
        "correct?",
        "累计阻断{pringle_total_min}、共{pringle_cycles}次，平均每次超过30 min，是否无误？",
    ),
)
def long_occlusion_cycles(case: CaseFile) -> bool:
    minutes, cycles = case.operation.pringle_total_min, case.operation.pringle_cycles
    return bool(minutes and cycles) and minutes > 30 * cycles


@rule(
    "X240",
    REJECT,
    "operation.anaesthesia_time_min",
    "operation.op_time_min",
    message=Label(
        "Anaesthesia ({anaesthesia_time_min}) cannot be shorter than the operation ({op_time_min}).",
        "麻醉时间（{anaesthesia_time_min}）不能短于手术时间（{op_time_min}）。",
    ),
)
def anaesthesia_shorter_than_operation(case: CaseFile) -> bool:
    asleep, operated = case.operation.anaesthesia_time_min, case.operation.op_time_min
    return asleep is not None and operated is not None and asleep < operated


@rule(
    "X055a",
    REJECT,
    "operation.approach_planned",
    "operation.conversion",
    "operation.approach_final",
    message=Label(
        "An operation planned as “{approach_planned}” cannot be converted to open (conversion: "
        "{conversion}; final approach: {approach_final}).",
        "计划入路为“{approach_planned}”，不存在中转开腹（中转：{conversion}；实际入路：{approach_final}）。",
    ),
)
def conversion_of_open_operation(case: CaseFile) -> bool:
    converted = case.operation.conversion == "yes" or case.operation.approach_final == "converted"
    return case.operation.approach_planned == "open" and converted


@rule(
    "X055b",
    REJECT,
    "operation.conversion",
    "operation.approach_final",
    message=Label(
        "Conversion is answered “{conversion}”, but the final approach is “{approach_final}”: a converted "
        "operation has the final approach “Converted to open”, and no other has.",
        "中转开腹填为“{conversion}”，但实际入路为“{approach_final}”：中转者实际入路应为“中转开腹”，未中转者不应为此项。",
    ),
)
def conversion_against_final_approach(case: CaseFile) -> bool:
    answer, final = case.operation.conversion, case.operation.approach_final
    return known(answer) and known(final) and (answer == "yes") != (final == "converted")


@rule(
    "X243",
    REJECT,
    "operation.approach_planned",
    message=Label(
        "Nobody plans a conversion: choose the approach that was planned, and “{approach_planned}” as "
        "final approach.",
        "计划入路不能为“{approach_planned}”：请填写原计划入路，并将实际入路填为“中转开腹”。",
    ),
)
def planned_conversion(case: CaseFile) -> bool:
    return case.operation.approach_planned in codes.APPROACH.having("final_only")


@rule(
    "X241",
    REJECT,
    "operation.transfused_periop",
    "operation.transfused_intraop",
    message=Label(
        "Blood was given during the operation, so the answer for “from start of surgery to 72 h” is yes too.",
        "术中已输血，因此“围手术期输血”（手术开始至术后72 h）也应为“是”。",
    ),
)
def transfused_during_but_not_around(case: CaseFile) -> bool:
    return case.operation.transfused_intraop == "yes" and case.operation.transfused_periop == "no"


@rule(
    "X057",
    WARN,
    "operation.transfused_periop",
    "operation.blood_loss_ml",
    message=Label(
        "A blood loss of {blood_loss_ml} without any transfusion is unusual. Is it correct?",
        "出血量{blood_loss_ml}而未输血，较少见，是否无误？",
    ),
)
def large_loss_without_transfusion(case: CaseFile) -> bool:
    loss = bounds(case.operation, "blood_loss_ml")
    return case.operation.transfused_periop == "no" and loss is not None and loss[0] > 3000


@rule(
    "X058",
    WARN,
    "operation.blood_loss_ml",
    "operation.op_time_min",
    message=Label(
        "A blood loss of {blood_loss_ml} in an operation of {op_time_min} is very small. Is it in "
        "millilitres, not in litres or decilitres?",
        "手术时间{op_time_min}而出血量仅{blood_loss_ml}，是否误以升或百毫升为单位？",
    ),
)
def tiny_loss_in_long_operation(case: CaseFile) -> bool:
    loss, minutes = bounds(case.operation, "blood_loss_ml"), case.operation.op_time_min
    return loss is not None and minutes is not None and loss[1] <= 20 and minutes > 120


@rule(
    "X059",
    WARN,
    "operation.intraop_incident_grade",
    "operation.conversion_reason",
    "operation.blood_loss_ml",
    message=Label(
        "Incident grade “{intraop_incident_grade}” is low for a conversion because of bleeding or a blood "
        "loss of 2000 mL or more (conversion: {conversion_reason}; blood loss: {blood_loss_ml}). Is it "
        "correct?",
        "不良事件分级“{intraop_incident_grade}”偏低：因出血中转或出血量≥2000 mL通常不低于Ⅱ级"
        "（中转原因：{conversion_reason}；出血量：{blood_loss_ml}），是否无误？",
    ),
)
def incident_graded_too_low(case: CaseFile) -> bool:
    loss = bounds(case.operation, "blood_loss_ml")
    converted = case.operation.conversion == "yes" and case.operation.conversion_reason == "bleeding"
    serious = converted or (loss is not None and loss[0] >= 2000)
    return case.operation.intraop_incident_grade in ("0", "1") and serious


# Octreotide and carcinoid crisis


@rule(
    "X060a",
    REJECT,
    "operation.octreotide_preop_bolus_ug",
    "operation.octreotide_prophylaxis",
    message=Label(
        "A pre-incision bolus of {octreotide_preop_bolus_ug} does not fit the prophylaxis "
        "“{octreotide_prophylaxis}”.",
        "术前推注剂量{octreotide_preop_bolus_ug}与预防方式“{octreotide_prophylaxis}”不符。",
    ),
)
def bolus_against_route(case: CaseFile) -> bool:
    return _dose_against_route(case.operation, "octreotide_preop_bolus_ug", BOLUS)


@rule(
    "X060b",
    REJECT,
    "operation.octreotide_infusion_ug_h",
    "operation.octreotide_prophylaxis",
    message=Label(
        "An infusion of {octreotide_infusion_ug_h} does not fit the prophylaxis “{octreotide_prophylaxis}”.",
        "泵注速度{octreotide_infusion_ug_h}与预防方式“{octreotide_prophylaxis}”不符。",
    ),
)
def infusion_against_route(case: CaseFile) -> bool:
    return _dose_against_route(case.operation, "octreotide_infusion_ug_h", INFUSION)


def _dose_against_route(operation: Operation, dose: str, routes: tuple[str, ...]) -> bool:
    """A dose above zero belongs to these routes, and these routes to a dose above zero."""
    given, route = getattr(operation, dose), operation.octreotide_prophylaxis
    return given is not None and known(route) and (given > 0) != (route in routes)


@rule(
    "X061",
    WARN,
    "operation.carcinoid_crisis",
    "operation.haemodynamic_instability",
    message=Label(
        "A documented carcinoid crisis without haemodynamic instability is unusual. Is it correct?",
        "已明确记录类癌危象，但无血流动力学不稳定，是否无误？",
    ),
)
def crisis_without_instability(case: CaseFile) -> bool:
    return case.operation.carcinoid_crisis == "documented" and case.operation.haemodynamic_instability == "no"
