"""The liver disease and the patient before the operation, on contrast CT or MRI."""

from decimal import Decimal as Exact

from django.db import models

from registry import codes, reading
from registry.conditions import Given, Is
from registry.fields import Coded, CodedSet, Day, Decimal, Whole, YesNo
from registry.labels import Label, both
from registry.models.naming import named
from registry.models.patient import OperationRow


@named(Label("preoperative assessment", "术前评估"), Label("preoperative assessments", "术前评估"))
class Assessment(OperationRow):
    """State of the patient and of the liver within eight weeks before one operation."""

    assessment_date = Day(Label("Date of assessment", "评估日期"), need="1R")
    height_cm = Decimal(
        Label("Height", "身高"),
        places=1,
        unit=both("cm"),
        hard=(100, 230),
        soft=(140, 200),
        need="1R",
        slip=reading.metres_hint,
        hint=Label("in centimetres, for example 172", "以厘米填写，例如 172"),
    )
    weight_kg = Decimal(
        Label("Weight", "体重"), places=1, unit=both("kg"), hard=(25, 250), soft=(38, 130), need="1R"
    )
    ecog = Coded(
        Label("ECOG performance status", "ECOG体能状态评分"), codes.ECOG, usual=("0", "1", "2"), need="1R"
    )
    asa = Coded(Label("ASA class", "ASA分级"), codes.ASA, usual=("1", "2", "3", "4"), need="1R")
    cirrhosis = YesNo(Label("Cirrhosis", "肝硬化"), usual=("no",), need="2R")
    hbsag = Coded(Label("Hepatitis B surface antigen", "乙肝表面抗原"), codes.POSNEG, need="2R")
    hcv_antibody = Coded(Label("Hepatitis C antibody", "丙肝抗体"), codes.POSNEG, need="2O")
    background_liver = CodedSet(
        Label("Background liver on imaging", "背景肝脏影像"), codes.BGLIVER, need="3O"
    )
    liver_imaging_date = Day(Label("Date of liver imaging", "肝脏影像日期"), need="1R")
    liver_imaging_modality = CodedSet(Label("Modality", "影像方式"), codes.IMG, need="1R")
    liver_mets_count = Whole(
        Label("Number of liver metastases", "肝转移灶数目"),
        hard=(1, 500),
        soft=(1, 100),
        comparator=True,
        need="1R",
        hint=Label("“≥20” when they cannot be counted", "无法计数时填“≥20”"),
    )
    largest_met_cm = Decimal(
        Label("Largest metastasis", "肝转移灶最大径"),
        places=1,
        unit=both("cm"),
        hard=(Exact("0.1"), 40),
        soft=(Exact("0.3"), 25),
        need="1R",
        slip=reading.millimetres_hint,
    )
    lobar_distribution = Coded(Label("Lobes involved", "累及肝叶"), codes.LOBES, need="1R")
    segments_involved = CodedSet(Label("Couinaud segments involved", "累及肝段"), codes.SEG, need="2R")
    liver_burden_pct = Whole(
        Label("Liver tumour burden", "肝转移瘤负荷"),
        unit=both("%"),
        hard=(1, 100),
        soft=(1, 90),
        comparator=True,
        need="1R",
        slip=reading.fraction_hint,
        hint=Label("tumour volume ÷ total liver volume", "肿瘤体积÷全肝体积"),
    )
    liver_burden_method = Coded(
        Label("How burden was measured", "负荷评估方法"),
        codes.BURDENMETHOD,
        need="1C",
        shown_when=Given("liver_burden_pct"),
    )
    total_liver_volume_ml = Whole(
        Label("Total liver volume", "全肝体积"),
        unit=both("mL"),
        hard=(400, 8000),
        soft=(800, 4500),
        need="2O",
        shown_when=Is("liver_burden_method", "volumetry_auto", "volumetry_manual"),
    )
    tumour_volume_ml = Whole(
        Label("Tumour volume", "肿瘤体积"),
        unit=both("mL"),
        hard=(0, 7000),
        need="2O",
        shown_when=Is("liver_burden_method", "volumetry_auto", "volumetry_manual"),
    )
    flr_ml = Whole(
        Label("Future liver remnant", "预留肝体积"),
        unit=both("mL"),
        hard=(50, 4000),
        soft=(250, 2500),
        need="2O",
    )
    flr_pct = Whole(
        Label("Future liver remnant", "预留肝体积比"),
        unit=both("%"),
        hard=(5, 100),
        soft=(20, 100),
        need="2O",
    )
    frilling_type = Coded(
        Label("Distribution type (Frilling / ENETS)", "肝转移分型(Frilling/ENETS)"), codes.FRILLING, need="1R"
    )
    mahuron_type = Coded(
        Label("Surgical type (Mahuron–Singh 2023)", "外科分型(Mahuron–Singh)"), codes.MAHURON, need="3O"
    )
    vascular_involvement = CodedSet(Label("Major vessel involvement", "大血管受累"), codes.VESSEL, need="2O")
    cystic_metastases = YesNo(Label("Predominantly cystic metastases", "囊性为主的转移灶"), need="3O")
    extrahepatic_disease = YesNo(Label("Extrahepatic disease", "肝外转移"), need="1R")
    extrahepatic_sites = CodedSet(
        Label("Extrahepatic sites", "肝外转移部位"),
        codes.EHSITE,
        need="1C",
        shown_when=Is("extrahepatic_disease", "yes"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "op_no"], name="one_assessment")]
