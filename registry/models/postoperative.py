"""The days after the operation: stay, intensive care, reoperation, readmission."""

from decimal import Decimal as Exact

from django.db import models

from registry import codes, reading
from registry.conditions import Given, GivenExcept, Is
from registry.fields import Coded, Day, Decimal, Whole, YesNo
from registry.labels import Label, both
from registry.models.naming import named
from registry.models.patient import OperationRow


@named(Label("postoperative course", "术后病程"), Label("postoperative courses", "术后病程"))
class PostopCourse(OperationRow):
    """Course after one operation. “No complication” is an assertion made here."""

    icu_admission = Coded(Label("Intensive care after surgery", "术后入ICU"), codes.ICU, need="1R")
    icu_days = Whole(
        Label("Days in intensive care", "ICU天数"),
        unit=both("d"),
        hard=(0, 365),
        soft=(0, 14),
        need="2C",
        shown_when=Is("icu_admission", "planned", "unplanned"),
    )
    discharge_date = Day(
        Label("Date of discharge", "出院日期"), need="1R", shown_when=GivenExcept("died_in_hospital", "yes")
    )
    discharge_destination = Coded(
        Label("Discharged to", "出院去向"),
        codes.DISCHARGE,
        usual=("home",),
        need="2O",
        shown_when=Given("discharge_date"),
    )
    died_in_hospital = YesNo(Label("Died before discharge", "住院期间死亡"), need="1R")
    complication_ascertainment = Coded(
        Label("Complication follow-up", "并发症核查状态"), codes.ASCERT, need="1R*"
    )
    complications_checked_to = Day(
        Label("Complications checked up to", "并发症核查截止日期"),
        need="1R",
        hint=Label("the last day up to which complications were looked for", "并发症核查到哪一天"),
    )
    bili_pod1_umol_l = Decimal(
        Label("Bilirubin POD 1", "术后第1天总胆红素"),
        places=1,
        unit=both("µmol/L"),
        hard=(Exact("0.5"), 900),
        soft=(5, 200),
        need="3O",
        slip=reading.bilirubin_mg_per_dl_hint,
    )
    bili_pod3_umol_l = Decimal(
        Label("Bilirubin POD 3", "术后第3天总胆红素"),
        places=1,
        unit=both("µmol/L"),
        hard=(Exact("0.5"), 900),
        soft=(5, 200),
        need="2O",
        slip=reading.bilirubin_mg_per_dl_hint,
    )
    bili_pod5_umol_l = Decimal(
        Label("Bilirubin POD 5", "术后第5天总胆红素"),
        places=1,
        unit=both("µmol/L"),
        hard=(Exact("0.5"), 900),
        soft=(5, 200),
        need="2R",
        slip=reading.bilirubin_mg_per_dl_hint,
    )
    inr_pod5 = Decimal(
        Label("INR POD 5", "术后第5天INR"),
        places=2,
        hard=(Exact("0.5"), 10),
        soft=(Exact("0.8"), Exact("2.5")),
        need="2R",
        slip=reading.prothrombin_seconds_hint,
    )
    alt_peak_u_l = Whole(
        Label("Peak ALT", "ALT峰值"), unit=both("U/L"), hard=(1, 30000), soft=(50, 3000), need="3O"
    )
    drain_fluid_bili_ratio = Decimal(
        Label("Drain to serum bilirubin ratio, POD ≥ 3", "引流液与血清胆红素比值"),
        places=1,
        hard=(0, 500),
        need="2C",
        shown_when=Is("operation.drain_placed", "yes"),
    )
    drain_removed_date = Day(
        Label("Last drain removed", "拔除末根引流管日期"),
        need="2C",
        shown_when=Is("operation.drain_placed", "yes"),
    )
    reoperation = YesNo(Label("Unplanned reoperation within 90 d", "90天内非计划再手术"), need="1R")
    reoperation_date = Day(
        Label("Date of reoperation", "再手术日期"), need="1C", shown_when=Is("reoperation", "yes")
    )
    readmitted_90d = YesNo(
        Label("Readmitted within 90 d", "90天内再入院"), need="1R", shown_when=Given("discharge_date")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "op_no"], name="one_postopcourse")]
