"""Pathology: every specimen with its Ki-67, mitoses and reported grade."""

from decimal import Decimal as Exact

from registry import codes, reading
from registry.conditions import Given, Is
from registry.fields import Coded, CodedSet, Decimal, PartialDay, Whole, YesNo
from registry.labels import Label, both
from registry.models.naming import named
from registry.models.patient import ClinicalRow

LIVER_RESECTION = Is("specimen_source", "liver_resection")
LIVER = Is("specimen_source", "liver_resection", "liver_biopsy")
RESECTION = Is("specimen_source", "liver_resection", "primary_resection")
RANGE_HINT = Label("only if the report gives a range", "仅当报告给出区间时填写")


@named(Label("pathology specimen", "病理标本"), Label("pathology specimens", "病理标本"))
class Specimen(ClinicalRow):
    """One specimen: a biopsy, the primary, or what the operation removed from the liver."""

    specimen_source = Coded(Label("Specimen", "标本来源"), codes.SPEC, need="1R")
    specimen_date = PartialDay(
        Label("Date of sampling", "取材日期"),
        need="1R",
        hint=Label("day of the procedure, not of the report", "取材日期，非报告日期"),
    )
    specimen_op_no = Whole(
        Label("Linked operation", "对应手术序号"), hard=(1, 20), need="1C", shown_when=LIVER_RESECTION
    )
    histological_type = Coded(Label("Histological type", "组织学类型"), codes.HIST, need="1R")
    who_edition = Coded(Label("Classification used", "WHO分类版本"), codes.WHOED, need="1R")
    grade_reported = Coded(Label("Grade as reported", "报告分级"), codes.GRADE, need="1R")
    ki67_pct = Decimal(
        Label("Ki-67 index", "Ki-67增殖指数"),
        places=1,
        unit=both("%"),
        hard=(0, 100),
        soft=(Exact("0.5"), 95),
        comparator=True,
        need="1R",
        slip=reading.fraction_hint,
        hint=Label("hot-spot count; <3 and ≈10 are understood", "热点区计数；可填 <3、≈10"),
    )
    ki67_low = Decimal(
        Label("Ki-67 range, lower", "Ki-67区间下限"),
        places=1,
        unit=both("%"),
        hard=(0, 100),
        need="2C",
        hint=RANGE_HINT,
    )
    ki67_high = Decimal(
        Label("Ki-67 range, upper", "Ki-67区间上限"),
        places=1,
        unit=both("%"),
        hard=(0, 100),
        need="2C",
        hint=RANGE_HINT,
    )
    ki67_cells_counted = Whole(Label("Cells counted", "计数细胞数"), hard=(50, 20000), need="3O")
    mitoses_per_2mm2 = Decimal(
        Label("Mitoses per 2 mm²", "核分裂象(个/2 mm²)"),
        places=1,
        hard=(0, 400),
        soft=(0, 100),
        comparator=True,
        need="1R",
        hint=Label("scaled to 2 mm²", "换算为每 2 mm²"),
    )
    mitoses_area_basis = Coded(
        Label("Area basis reported", "核分裂计数面积"),
        codes.MITBASIS,
        need="1C",
        shown_when=Given("mitoses_per_2mm2"),
    )
    necrosis = Coded(
        Label("Necrosis", "坏死"),
        codes.NECROSIS,
        need="2C",
        shown_when=Is("diagnosis.primary_site", "lung", "thymus"),
    )
    cga_ihc = Coded(Label("Chromogranin A stain", "嗜铬粒蛋白A免疫组化"), codes.POSNEG, need="2O")
    syn_ihc = Coded(Label("Synaptophysin stain", "突触素免疫组化"), codes.POSNEG, need="2O")
    sstr2_ihc = Coded(Label("SSTR2 stain", "SSTR2免疫组化"), codes.SSTR2, need="2R")
    p53_pattern = Coded(
        Label("p53 pattern", "p53表达"),
        codes.P53,
        need="3O",
        shown_when=Is("grade_reported", "g3_net", "nec"),
    )
    rb1_loss = YesNo(
        Label("RB1 loss", "RB1缺失"), need="3O", shown_when=Is("grade_reported", "g3_net", "nec")
    )
    atrx_daxx_loss = YesNo(
        Label("ATRX or DAXX loss", "ATRX/DAXX缺失"),
        need="3O",
        shown_when=Is("diagnosis.primary_site", "pancreas"),
    )
    lymphovascular_invasion = YesNo(
        Label("Lymphovascular invasion", "脉管侵犯"), need="2O", shown_when=RESECTION
    )
    perineural_invasion = YesNo(Label("Perineural invasion", "神经侵犯"), need="3O", shown_when=RESECTION)
    lesions_examined = Whole(
        Label("Liver lesions examined", "镜检肝病灶数"),
        hard=(1, 200),
        soft=(1, 50),
        need="2O",
        shown_when=LIVER,
    )
    lesions_g1 = Whole(Label("Lesions graded G1", "G1病灶数"), hard=(0, 200), need="3O", shown_when=LIVER)
    lesions_g2 = Whole(Label("Lesions graded G2", "G2病灶数"), hard=(0, 200), need="3O", shown_when=LIVER)
    lesions_g3 = Whole(Label("Lesions graded G3", "G3病灶数"), hard=(0, 200), need="3O", shown_when=LIVER)
    largest_lesion_cm = Decimal(
        Label("Largest lesion in specimen", "标本最大病灶径"),
        places=1,
        unit=both("cm"),
        hard=(Exact("0.1"), 40),
        need="2O",
        slip=reading.millimetres_hint,
        shown_when=LIVER,
    )
    margin_status = Coded(
        Label("Parenchymal margin", "肝切缘状态"), codes.MARGIN, need="1R", shown_when=LIVER_RESECTION
    )
    margin_mm = Decimal(
        Label("Closest margin", "最近切缘距离"),
        places=1,
        unit=both("mm"),
        hard=(0, 100),
        soft=(0, 30),
        need="2O",
        slip=reading.centimetres_hint,
        shown_when=LIVER_RESECTION,
    )
    background_pathology = CodedSet(
        Label("Background liver", "背景肝病理"), codes.BGLIVER, need="3O", shown_when=LIVER_RESECTION
    )
    central_review = YesNo(Label("Central pathology review", "中心病理复核"), need="2O")
    central_grade = Coded(
        Label("Grade after review", "复核分级"),
        codes.GRADE,
        need="2C",
        shown_when=Is("central_review", "yes"),
    )

    class Meta:
        ordering = ["specimen_date", "id"]
