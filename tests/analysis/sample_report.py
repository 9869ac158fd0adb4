"""One report with every kind of block, every odd character, and every gap a renderer meets.

`Asked` counts how often case lists were made, to see that nobody makes them unasked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from analysis.document import (
    Cell,
    Curve,
    Figure,
    Finding,
    Note,
    Paragraph,
    Part,
    Provenance,
    Report,
    Row,
    Section,
    StripRow,
    Table,
    words,
)
from registry.labels import Label, both

CASES = [f"NET-{number:04d}" for number in range(1, 32)]
ODD = Label('Centre <b>"A" & Sons</b> $5$ {x}', '中心<b>"甲" & 乙</b> $5$ {x}')


@dataclass
class Asked:
    """A list of cases that remembers how often it was asked for."""

    times: int = 0

    def __call__(self, count: int):
        def cases() -> list[str]:
            self.times += 1
            return CASES[:count]

        return cases


def report(*, synthetic: bool = True, asked: Asked | None = None) -> Report:
    asked = asked or Asked()
    sections = (_words(asked), _tables(asked), _figures(asked))
    title = Label("A sample of everything", "样例:各种内容")
    return Report("sample", title, sections, _provenance(synthetic), FINDINGS)


FINDINGS = (
    Finding(
        "percent_of_total",
        "contradiction",
        Label("14 of 31 is 45% & not <b>54%</b>.", "14/31为45%，而非<b>54%</b>。"),
        ("baseline.sex-male.0", "pfs"),
    ),
    Finding("few_at_risk", "warning", Label("Only 9 at risk.", "风险人数仅9例。"), ("pfs",)),
    Finding("median_not_reached", "note", Label("Not reached.", "未达到。")),
)


def _provenance(synthetic: bool) -> Provenance:
    made = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    return Provenance(
        synthetic,
        (
            ("made", Label("Made", "生成时间"), both("2026-03-01 08:30 UTC")),
            (
                "cohort",
                Label("Cohort", "队列"),
                Label("All centres, 2021 to 2023", "所有中心,2021至2023年"),
            ),
            ("hash", Label("Hash of the definition", "定义的散列值"), both("9f2c" * 16)),
            ("source", Label("Source", "来源"), ODD),
        ),
        {"made": made, "cases": 31, "share": float("nan"), "conventions": {"quantile": 6, "level": 0.95}},
    )


def _words(asked: Asked) -> Section:
    sentence = Paragraph(
        "summary",
        (
            Part(Label("The study included ", "研究纳入")),
            Part(Label("31 patients", "31例"), asked(31)),
            Part(Label(" <14 male, 17 female> & the median age was ", "患者<男14例,女17例>&年龄中位数为")),
            Part(Label("55 (46, 60) years", "55(46,60)岁"), asked(30)),
            Part(
                Label(
                    "; median progression-free survival was 12.0 (95% CI 6.9–17.1) months.",
                    ",中位无进展生存时间为12.0(95% CI:6.9~17.1)个月。",
                )
            ),
        ),
    )
    plain = Paragraph("plain", (Part(Label("Nothing is counted here. 中文 stays.", "此处没有计数。")),))
    return Section("results", Label("Results", "结果"), (sentence, plain))


def _count(asked: Asked, n: int, total: int) -> Cell:
    text = Label(f"{n}/{total} ({round(100 * n / total)}%)", f"{round(100 * n / total)}%({n}/{total})")
    return Cell((Part(text, asked(n)),), {"n": n, "N": total, "percent": 100 * n / total})


def _tables(asked: Asked) -> Section:
    blood_loss = Cell(
        (
            Part(Label("800 (300, 1\u2009000)", "800(300,1\u2009000)"), asked(29)),
            Part(Label("; missing ", ";缺失")),
            Part(both("2"), asked(2)),
        ),
        {"median": 800.0, "q1": 300.0, "q3": 1000.125, "missing": 2, "sd": None, "p": float("inf")},
    )
    baseline = Table(
        "baseline",
        Label("Baseline & operation", "基线与手术<情况>"),
        (Label("All patients (n = 31)", "全部患者(n=31)"), Label("P value", "P值")),
        (
            Row("sex", Label("Sex", "性别"), ()),
            Row("sex-male", Label("Male", "男"), (_count(asked, 14, 31), words("0.36")), level=1),
            Row("sex-female", Label("Female", "女"), (_count(asked, 17, 31), words("")), level=1),
            Row("blood-loss", Label("Blood loss, ml", "出血量(ml)"), (blood_loss, words("<0.001"))),
            Row("centre", ODD, (words(ODD), words(Label("not estimable", "无法估计")))),
        ),
        stub=Label("Characteristic", "特征"),
        notes=(
            Note(Label("Median (quartiles), type 6 <SPSS>.", "中位数(四分位数),第6型<SPSS>。")),
            Note(Label("SEM: standard error of the mean.", "SEM:均数标准误。")),
        ),
    )
    broad = Table(
        "matrix",
        Label("Grade before and after surgery, too broad for a telephone", "手术前后肿瘤分级(较宽的表)"),
        tuple(Label(f"After: G{grade}, all specimens", f"术后G{grade},全部标本") for grade in range(1, 7)),
        tuple(
            Row(f"g{grade}", both(f"G{grade}"), tuple(_count(asked, grade + k, 31) for k in range(6)))
            for grade in range(1, 4)
        ),
    )
    return Section("tables", Label("Tables", "表格"), (baseline, broad))


def survival_curve(label: Label) -> Curve:
    """31 cases, with a band that is unknown at first and at the end."""
    steps = tuple((0.9 * k, 1 - 0.03 * k) for k in range(21))
    lower = ((0.0, None), *((t, max(0.0, s - 0.08 - 0.004 * t)) for t, s in steps[1:18]), (16.2, None))
    upper = ((0.0, None), *((t, min(1.0, s + 0.08)) for t, s in steps[1:18]), (16.2, float("nan")))
    return Curve(label, steps, lower, upper, ((4.0, 0.88), (13.0, 0.58), (24.0, 0.4)))


def _strip_row(asked: Asked, label: Label, *counts: int) -> StripRow:
    return StripRow(label, tuple(Part(both(str(count)), asked(count)) for count in counts))


def figure(asked: Asked | None = None, curves: tuple[Curve, ...] = ()) -> Figure:
    asked = asked or Asked()
    ticks = (0.0, 6.0, 12.0, 18.0, 24.0)
    return Figure(
        "pfs",
        Label("Progression-free survival", "无进展生存"),
        Label("Months since surgery", "术后时间(月)"),
        Label("Progression-free", "无进展生存率"),
        curves or (survival_curve(both("PFS")),),
        ticks,
        strip=(
            _strip_row(asked, Label("At risk", "风险人数"), 31, 25, 15, 9, 1),
            _strip_row(asked, Label("Events", "累计事件"), 0, 5, 13, 18, 19),
            _strip_row(asked, Label("Censored", "删失"), 0, 1, 3, 4, 11),
        ),
        alternative=Label("The curve falls from 100% to 40% <24 months>.", "曲线由100%降至40%<24个月>。"),
        reference=0.5,
        notes=(Note(Label("Kaplan–Meier; band: 95% CI.", "Kaplan–Meier法;阴影为95%置信区间。")),),
    )


def empty_figure() -> Figure:
    return Figure(
        "os",
        Label("Overall survival", "总生存"),
        Label("Months", "月"),
        Label("Alive", "生存率"),
        (),
        (0.0, 12.0),
        empty=Label(
            "There is no case with a known date of last contact, so nothing can be drawn <yet>.",
            "没有末次随访日期已知的病例,因此<暂时>无法绘制曲线。",
        ),
    )


def two_curves() -> Figure:
    other = Curve(Label("G3 & other", "G3及其他"), ((0.0, 1.0), (3.0, 0.7), (9.0, 0.3), (20.0, 0.0)))
    base = figure(curves=(survival_curve(Label("G1 <low>", "G1<低>")), other))
    return Figure(
        "by-grade",
        Label("By grade", "按分级"),
        base.x_label,
        base.y_label,
        base.curves,
        base.ticks,
        strip=tuple(
            StripRow(
                Label(f"At risk, group {k} of the two", f"第{k}组的风险人数合计与说明"), base.strip[0].parts
            )
            for k in (1, 2)
        ),
    )


def _figures(asked: Asked) -> Section:
    return Section("figures", Label("Figures", "图"), (figure(asked), empty_figure(), two_curves()))
