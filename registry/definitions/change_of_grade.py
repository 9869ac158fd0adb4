"""How the grade changed between earlier specimens and the liver resected at surgery."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry import codes
from registry.definitions.base import UNKNOWN, Reason, in_methods
from registry.definitions.clock import imputed_date
from registry.definitions.grading import RANK, THORACIC_SITES, THORACIC_TYPES, final_grade
from registry.labels import Label

_PREFERENCE = {"liver_biopsy": 0, "primary_resection": 1, "primary_biopsy": 2}

_CHANGE = Label(
    "{before} before surgery ({reference_date}), {after} at surgery ({index_date})",
    "术前 {before}（{reference_date}），手术标本 {after}（{index_date}）",
)
_NO_REFERENCE = Label("No specimen from before the operation", "无手术前标本")
_NO_INDEX = Label("No liver specimen of the index operation", "无本次手术的肝切除标本")
_NOT_COMPARABLE = Label(
    "A mixed tumour or a thoracic carcinoid has no place in the order of grades",
    "混合性肿瘤或胸部类癌不能与其他分级比较",
)
_NOT_GRADED = Label("A specimen has no grade", "标本无分级")


@dataclass(frozen=True, slots=True)
class _Graded:
    """A specimen with its final grade and its day."""

    specimen: Any
    grade: str | None
    day: date | None


@dataclass(frozen=True, slots=True)
class GradeChange:
    """How the grade changed: `value` is a code of GRADE_CHANGE.

    `ki67_delta` is index minus reference in percent points, `days` from reference to index.
    """

    value: str
    reason: Reason
    reference_grade: str | None = None
    index_grade: str | None = None
    ki67_delta: Any = None
    days: int | None = None


@in_methods(
    "病理级别变化为本次手术肝切除标本的最高分级与手术前各标本最高分级之比较（G1<G2<NET G3<NEC）；"
    "涉及混合性肿瘤或胸部类癌者为不可比，任一方无分级者为不详。"
)
def grade_change(
    specimens: Iterable[Any],
    surgery_date: date | None,
    primary_site: str | None,
    sources: Collection[str] | None = None,
) -> GradeChange:
    """Change of grade compares the highest grade among the liver resection specimens of the index
    operation with the highest grade among all specimens taken before it (G1 < G2 < NET G3 < NEC);
    mixed tumours and thoracic carcinoids are not comparable, and a missing grade on either side
    is unknown.

    `sources` limits the reference to these codes of SPEC, for example ("liver_biopsy",).
    A specimen whose partial date spans the day of operation counts by its imputed day.
    """
    earlier, at_surgery = _sides(specimens, surgery_date, sources)
    if not at_surgery:
        return GradeChange(UNKNOWN, Reason(_NO_INDEX, {}))
    if not earlier:
        return GradeChange(UNKNOWN, Reason(_NO_REFERENCE, {}))
    reference = [_graded(one, primary_site) for one in earlier]
    index = [_graded(one, primary_site, undated=surgery_date) for one in at_surgery]
    before, after = _highest(reference), _highest(index)
    grades = (before and before.grade, after and after.grade)
    if primary_site in THORACIC_SITES or any(map(_is_outside_the_order, (*reference, *index))):
        return GradeChange("not_comparable", Reason(_NOT_COMPARABLE, {}), *grades)
    if before is None or after is None:
        return GradeChange(UNKNOWN, Reason(_NOT_GRADED, {}), *grades)
    return _compared(before, after)


def _compared(before: _Graded, after: _Graded) -> GradeChange:
    step = RANK[after.grade] - RANK[before.grade]
    values = {
        "before": codes.GRADE.label_of(before.grade),
        "after": codes.GRADE.label_of(after.grade),
        "reference_date": before.day,
        "index_date": after.day,
    }
    return GradeChange(
        "up" if step > 0 else "down" if step < 0 else "same",
        Reason(_CHANGE, values),
        before.grade,
        after.grade,
        ki67_delta=_ki67_delta(before.specimen, after.specimen),
        days=(after.day - before.day).days,
    )


def _sides(
    specimens: Iterable[Any], surgery_date: date | None, sources: Collection[str] | None
) -> tuple[list[Any], list[Any]]:
    """Specimens from before the operation, and the liver specimens of the index operation."""
    before: list[Any] = []
    index: list[Any] = []
    if surgery_date is None:
        return before, index
    for one in specimens:
        on_the_day = one.specimen_date == surgery_date and one.specimen_date_prec not in ("m", "y")
        if one.specimen_source == "liver_resection" and (
            one.specimen_op_no == 1 or (one.specimen_op_no is None and on_the_day)
        ):
            index.append(one)
        elif sources is None or one.specimen_source in sources:
            day = _sampled(one)
            if day is not None and day < surgery_date:
                before.append(one)
    return before, index


def _sampled(specimen: Any) -> date | None:
    return imputed_date(specimen.specimen_date, specimen.specimen_date_prec)


def _graded(specimen: Any, primary_site: str | None, undated: date | None = None) -> _Graded:
    return _Graded(specimen, final_grade(specimen, primary_site).value, _sampled(specimen) or undated)


def _highest(graded: list[_Graded]) -> _Graded | None:
    """The one of the highest rank; of equals the preferred source, then the latest."""
    return max((one for one in graded if one.grade in RANK), key=_by_rank, default=None)


def _by_rank(one: _Graded) -> tuple[int, int, date]:
    return RANK[one.grade], -_PREFERENCE.get(one.specimen.specimen_source, 3), one.day


def _is_outside_the_order(one: _Graded) -> bool:
    return one.grade == "minen" or one.specimen.histological_type in THORACIC_TYPES


def _ki67_delta(before: Any, after: Any) -> Any:
    """Index minus reference Ki-67, only between two exact values."""
    for one in (before, after):
        if one.ki67_pct is None or one.ki67_high is not None or one.ki67_pct_cmp not in (None, "eq"):
            return None
    return after.ki67_pct - before.ki67_pct
