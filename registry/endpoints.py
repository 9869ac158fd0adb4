"""The derived values of one case with their reasons, as the case page and the list show them.

Everything is computed by registry/definitions; here is only which answers go in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from registry import codes, definitions
from registry.case import CaseFile
from registry.definitions import Derived, TimeToEvent
from registry.labels import Label, both

AGE = Label("Age at surgery", "手术时年龄")
STAY = Label("Postoperative stay", "术后住院时间")
GRADE_CHANGE = Label("Grade change", "病理级别变化")
COMPLICATION = Label("Any complication, 90 d", "90天内并发症")
MAJOR = Label("Major complication, 90 d", "90天内严重并发症")
CCI = Label("Comprehensive Complication Index", "综合并发症指数")
MORTALITY_30 = Label("Died within 30 d", "30天内死亡")
MORTALITY_90 = Label("Died within 90 d", "90天内死亡")
PFS = Label("Progression-free survival", "无进展生存期")
OS = Label("Overall survival", "总生存期")
YEARS = Label("{n} years", "{n}岁")
DAYS = Label("{n} d", "{n} d")
MONTHS = Label("{n} months ({state})", "{n}个月({state})")
EVENT = Label("event", "事件")
CENSORED = Label("censored", "删失")
UNKNOWN = Label("not known", "不详")


@dataclass(frozen=True)
class EndPoint:
    """A derived value in words, and why it is so."""

    name: Label
    value: Label
    reason: Label


class EndPoints:
    """The derived values of one case, each computed when asked."""

    def __init__(self, case: CaseFile):
        self.case = case
        self.day0 = case.operation.surgery_date

    @cached_property
    def age(self) -> Derived:
        return definitions.age_at_surgery(self.case.patient.birth_ym, self.day0)

    @cached_property
    def stay(self) -> Derived:
        return definitions.length_of_stay(
            self.day0,
            self.case.postop.discharge_date,
            self.case.death.death_date,
            self.case.postop.died_in_hospital,
            self.case.death.death_date_prec,
        )

    @cached_property
    def grade_change(self) -> definitions.GradeChange:
        return definitions.grade_change(self.case.specimens, self.day0, self.case.diagnosis.primary_site)

    def _complications(self, definition) -> Derived:
        return definition(self.case.postop, self.case.complications, self.day0, 90, self.case.death_or_none)

    @cached_property
    def worst(self) -> Derived:
        return self._complications(definitions.worst_clavien_dindo)

    def mortality(self, days: int) -> Derived:
        alive = definitions.last_alive_date(
            self.day0, self.case.visits, self.case.postop, self.case.subsequent_therapies
        )
        return definitions.mortality(self.day0, self.case.death_or_none, alive.value, days)

    @cached_property
    def pfs(self) -> TimeToEvent:
        return definitions.progression_free_survival(self.day0, self.case.visits, self.case.death_or_none)

    @cached_property
    def os(self) -> TimeToEvent:
        return definitions.overall_survival(
            self.day0,
            self.case.visits,
            self.case.postop,
            self.case.subsequent_therapies,
            self.case.death_or_none,
        )

    def all(self) -> list[EndPoint]:
        """Every derived value that the case page shows, in reading order."""
        yes_no = codes.YN.label_of
        any_complication = self._complications(definitions.any_complication)
        major = self._complications(definitions.major_complication)
        cci = self._complications(definitions.comprehensive_complication_index)
        change = self.grade_change
        return [
            EndPoint(AGE, _filled(YEARS, self.age.value), self.age.reason.label),
            EndPoint(STAY, _filled(DAYS, self.stay.value), self.stay.reason.label),
            EndPoint(GRADE_CHANGE, codes.GRADE_CHANGE.label_of(change.value), change.reason.label),
            EndPoint(COMPLICATION, yes_no(any_complication.value), any_complication.reason.label),
            EndPoint(MAJOR, yes_no(major.value), major.reason.label),
            EndPoint(CCI, UNKNOWN if cci.value is None else both(str(cci.value)), cci.reason.label),
            *(
                EndPoint(name, yes_no(result.value), result.reason.label)
                for name, result in (
                    (MORTALITY_30, self.mortality(30)),
                    (MORTALITY_90, self.mortality(90)),
                )
            ),
            EndPoint(PFS, survival(self.pfs), self.pfs.reason.label),
            EndPoint(OS, survival(self.os), self.os.reason.label),
        ]


def grades(change: definitions.GradeChange) -> Label:
    """ "G1 → G2": the grade before the operation and that of the operation's specimen."""
    pair = [codes.GRADE.label_of(one) or both("?") for one in (change.reference_grade, change.index_grade)]
    return Label(f"{pair[0].en} → {pair[1].en}", f"{pair[0].zh} → {pair[1].zh}")


def survival(time: TimeToEvent) -> Label:
    """ "11.9 months (event)", with the months to one decimal."""
    if time.days is None:
        return UNKNOWN
    tenths = round(definitions.months(time.days) * 10)
    return MONTHS.fill(n=f"{tenths // 10}.{tenths % 10}", state=EVENT if time.event else CENSORED)


def _filled(pattern: Label, value: object) -> Label:
    return UNKNOWN if value is None else pattern.fill(n=value)
