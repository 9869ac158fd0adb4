"""What a section still lacks: computed from the same declarations that draw its form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import models

from registry import codes
from registry.case import CaseFile
from registry.fields import Answer, answers
from registry.forms.sections import Section
from registry.labels import Label
from registry.models import Remark

EMPTY, DRAFT, COMPLETE, NOTHING, SIGNED = "empty", "draft", "complete", "nothing", "signed"
STATES = {
    EMPTY: Label("not started", "未开始"),
    DRAFT: Label("draft", "草稿"),
    COMPLETE: Label("complete", "已完成"),
    NOTHING: Label("nothing to record", "无需填写"),
    SIGNED: Label("signed", "已签名"),
}
AT_LEAST_ONE_ROW = Label("at least one entry", "至少一条记录")
OF_ROW = Label("{label} (entry {n})", "{label}(第{n}条)")
DEATH_RECORD = Label("record of the death", "死亡记录")


@dataclass(frozen=True)
class SectionState:
    """`state` is empty, draft, complete, signed (complete, and somebody vouches for it), or nothing
    (an optional section with nothing to record); `missing` names what is still to be answered."""

    section: Section
    state: str
    missing: tuple[Label, ...]
    asked: int
    answered: int

    @property
    def label(self) -> Label:
        return STATES[self.state]


def asked(row: models.Model, case: CaseFile, names: set[str]) -> list[Answer]:
    """The questions among `names` that apply to this row, given its other answers."""

    def lookup(name: str) -> object:
        return case.answer(name) if "." in name else getattr(row, name)

    return [
        one
        for one in answers(type(row))
        if one.name in names and (one.shown_when is None or one.shown_when.holds(lookup))
    ]


def missing_answers(row: models.Model, case: CaseFile, names: set[str]) -> list[Answer]:
    """The needed answers that have neither a value nor a reason that counts as complete."""
    lacking = []
    for one in asked(row, case, names):
        value = getattr(row, one.attname)
        if not one.is_needed or (value is not None and value != [] and value != ""):
            continue
        remark = case.remark(row, one.name, Remark.MISSING) if row.pk and one.may_have_reason else None
        if remark is None or not codes.MISSING[remark.content].facts.get("counts_complete", False):
            lacking.append(one)
    return lacking


def section_state(case: CaseFile, section: Section) -> SectionState:
    """How far a section has been entered."""
    missing: list[Label] = []
    needed = 0
    head_rows = case.rows(section.head_name) if section.head else []
    if section.head:
        names = set(section.head._meta.fields)
        entered = [row for row in head_rows if _is_entered(row, case, names)]
        for row in entered or [getattr(case, section.head_name)]:
            missing += [one.label for one in missing_answers(row, case, names)]
            needed += sum(one.is_needed for one in asked(row, case, names))
        head_rows = entered
    rows = case.rows(section.rows_name) if section.rows else []
    for number, row in enumerate(rows, start=1):
        names = set(section.rows._meta.fields)
        missing += [OF_ROW.fill(label=one.label, n=number) for one in missing_answers(row, case, names)]
        needed += sum(one.is_needed for one in asked(row, case, names))
    if section.rows and not rows and not _asserted_none(case, section):
        missing.append(AT_LEAST_ONE_ROW)
        needed += 1
    return _state(case, section, bool(head_rows or rows), missing, needed)


def _state(
    case: CaseFile, section: Section, entered: bool, missing: list[Label], needed: int
) -> SectionState:
    if section.optional and not entered:
        reported = any(visit.vital_status == "dead" for visit in case.visits)
        lacking = (DEATH_RECORD,) if reported else ()
        return SectionState(section, DRAFT if reported else NOTHING, lacking, len(lacking), 0)
    if not entered:
        return SectionState(section, EMPTY, tuple(missing), needed, 0)
    state = DRAFT if missing else COMPLETE
    return SectionState(section, state, tuple(missing), needed, needed - len(missing))


def _is_entered(row: models.Model, case: CaseFile, names: set[str]) -> bool:
    """Any of the questions was answered, or a reason given why it is not."""
    return any(
        getattr(row, name) not in (None, "", []) or case.remark(row, name, Remark.MISSING) for name in names
    )


def _asserted_none(case: CaseFile, section: Section) -> bool:
    """The head says that there are no rows, or that nobody has looked yet."""
    if not section.none_if:
        return False
    name, code = section.none_if
    return getattr(getattr(case, section.head_name), name) == code


@dataclass(frozen=True)
class CaseState:
    """All sections of a case, and how much of what is needed has been answered."""

    sections: tuple[SectionState, ...]

    @property
    def is_complete(self) -> bool:
        return all(one.state in (COMPLETE, SIGNED, NOTHING) for one in self.sections)

    @property
    def is_signed(self) -> bool:
        return any(one.state == SIGNED for one in self.sections)

    @property
    def percent(self) -> int:
        asked_for = sum(one.asked for one in self.sections)
        given = sum(one.answered for one in self.sections)
        return 100 * given // asked_for if asked_for else 0

    @property
    def missing(self) -> int:
        return sum(len(one.missing) for one in self.sections)


def case_state(case: CaseFile, signed: bool = False) -> CaseState:
    """How far a case has been entered, section by section; what is complete in a case whose data
    somebody vouches for (registry/standing.py) is signed."""
    from registry.forms import SECTIONS

    states = (section_state(case, section) for section in SECTIONS)
    return CaseState(
        tuple(replace(one, state=SIGNED) if signed and one.state == COMPLETE else one for one in states)
    )
