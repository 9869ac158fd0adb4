"""Complications, one row each, graded by the treatment they needed."""

from registry import codes, reading
from registry.conditions import Is
from registry.fields import Coded, CodedSet, Day, Decimal, Whole, Words, YesNo
from registry.labels import Label, both
from registry.models.naming import named
from registry.models.patient import OperationRow


@named(Label("complication", "并发症"), Label("complications", "并发症"))
class Complication(OperationRow):
    """One complication of one operation."""

    comp_type = Coded(Label("Complication", "并发症类型"), codes.COMP, need="1R*")
    comp_other_text = Words(
        Label("Other complication (text)", "其他并发症(文字)"),
        max_length=200,
        need="1C",
        shown_when=Is("comp_type", "other"),
    )
    onset_date = Day(Label("Onset", "发生日期"), need="1R")
    cd_grade = Coded(
        Label("Clavien–Dindo grade", "Clavien-Dindo分级"),
        codes.CD,
        need="1R*",
        hint=Label("the highest grade that this complication reached", "该并发症达到的最高级别"),
    )
    cd_disability = YesNo(Label("Disability at discharge (suffix d)", "出院时遗留功能障碍"), need="3O")
    isgls_grade = Coded(
        Label("ISGLS grade", "ISGLS分级"),
        codes.ABC,
        need="1C",
        shown_when=Is("comp_type", "phlf", "bile_leak", "phh"),
    )
    isgps_grade = Coded(
        Label("ISGPS grade", "ISGPS分级"),
        codes.ABC_PANC,
        need="2C",
        shown_when=Is("comp_type", "popf", "dge"),
    )
    management = CodedSet(Label("Management", "处理措施"), codes.MGMT, need="1R")
    related_to_surgery = Coded(Label("Related to surgery", "与手术相关"), codes.RELATED, need="2R")
    resolved_date = Day(Label("Resolved", "痊愈日期"), need="3O")
    hb_drop_g_l = Whole(
        Label("Haemoglobin drop", "血红蛋白下降值"),
        unit=both("g/L"),
        hard=(0, 200),
        need="2C",
        shown_when=Is("comp_type", "phh"),
    )
    rbc_units_for_bleed = Decimal(
        Label("Red-cell units for the bleed", "因出血输注红细胞"),
        places=1,
        unit=both("U"),
        hard=(0, 100),
        need="2C",
        slip=reading.blood_millilitres_hint,
        shown_when=Is("comp_type", "phh"),
    )

    class Meta:
        ordering = ["onset_date", "id"]
