"""Complications of the index operation: any, worst grade, major, Comprehensive Complication Index.

All four read the same denominator. A case is known only when complications were confirmed
(none, or all listed) and looked for up to the end of the window. A complication that is
listed while the checking is unfinished does not make a "yes": it would enter the numerator
without the patients in the same position who had none. Death closes the window, because
nothing can follow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from registry import codes
from registry.definitions.base import NO, UNKNOWN, YES, Derived, Reason, derived, in_methods
from registry.definitions.mortality import date_of_death
from registry.labels import Label

SEVERITY: dict[str, int] = codes.CD.fact("rank")
MAJOR = frozenset(codes.CD.having("major"))
CCI_WEIGHT: dict[str, int] = codes.CD.fact("cci_weight")
CCI_OF_DEATH = Decimal("100.0")
CCI_PLACES = Decimal("0.1")
FATAL = "5"
NONE = "none"

_CONFIRMED = frozenset(codes.ASCERT.having("confirmed"))

_NOT_CHECKED = Label(
    "Complications were not yet checked (listed so far: {count})", "并发症尚未核实（已录入{count}项）"
)
_CHECKED_SHORT = Label(
    "Complications were checked up to {checked}, the window ends on {end} (listed so far: {count})",
    "并发症仅核查至 {checked}，观察期截止 {end}（已录入{count}项）",
)
_CHECKED_OPEN = Label("It is not stated up to which day complications were checked", "缺少并发症核查截止日期")
_CONTRADICTION = Label(
    "The statement “{stated}” contradicts the number listed: {count}", "“{stated}”与已录入项数不符：{count}"
)
_NO_SURGERY = Label("No date of operation", "缺少手术日期")
_COUNTED = Label("Complications in the window: {count}", "观察期内并发症：{count}项")
_WORST = Label("Highest of {count} in the window: {grade}", "观察期内{count}项中最高：{grade}")
_ONSET_OPEN = Label("The onset of a listed complication is missing", "有并发症缺少发生日期")
_GRADE_OPEN = Label("A listed complication has no grade", "有并发症缺少分级")
_LETTER_OPEN = Label("Grade III or IV without a or b has no weight", "Ⅲ级或Ⅳ级未区分a/b，无法计算")
_CCI = Label("√({weights}) ÷ 2", "√({weights}) ÷ 2")
_DIED = Label("A complication was fatal", "有致死并发症")


@dataclass(frozen=True, slots=True)
class _Window:
    """The grades of the complications in the window, and what is in doubt about them."""

    grades: tuple[str | None, ...]
    doubt: Label | None = None


def _window(
    postop: Any,
    complications: Sequence[Any],
    surgery_date: date | None,
    within_days: int | None,
    death: Any,
) -> _Window | Reason:
    """What happened in the window, or the reason why it is not known."""
    stated = postop.complication_ascertainment if postop is not None else None
    count = len(complications)
    if stated not in _CONFIRMED:
        return Reason(_NOT_CHECKED, {"count": count})
    if (stated == "confirmed_none") != (count == 0):
        return Reason(_CONTRADICTION, {"stated": codes.ASCERT[stated].label, "count": count})
    if within_days is None:
        return _seen([one.cd_grade for one in complications])
    if surgery_date is None:
        return Reason(_NO_SURGERY, {})
    last_day = surgery_date + timedelta(days=within_days)
    end, checked = last_day, postop.complications_checked_to
    if death is not None and death.death_date is not None:
        end = min(end, date_of_death(death, surgery_date))
    if checked is None:
        return Reason(_CHECKED_OPEN, {})
    if checked < end:
        return Reason(_CHECKED_SHORT, {"checked": checked, "end": end, "count": count})
    return _seen(
        [one.cd_grade for one in complications if one.onset_date is not None and one.onset_date <= last_day],
        undated=any(one.onset_date is None for one in complications),
    )


def _seen(grades: list[str | None], undated: bool = False) -> _Window:
    if undated:
        return _Window(tuple(grades), _ONSET_OPEN)
    return _Window(tuple(grades), _GRADE_OPEN if None in grades else None)


@in_methods(
    "并发症发生率的分母为已核实并发症（无，或已全部录入）且核查至观察期末（死亡者至死亡日）的患者；"
    "观察期内至少发生1项者计为有并发症。"
)
def any_complication(
    postop: Any,
    complications: Sequence[Any],
    surgery_date: date | None,
    within_days: int | None = 90,
    death: Any = None,
) -> Derived:
    """Morbidity is counted among patients whose complications were confirmed (none, or all listed)
    and looked for to the end of the window or to death; one complication with onset inside the
    window makes a case.

    "yes", "no" or "unknown". `within_days=None` takes all complications, without a window.
    """
    window = _window(postop, complications, surgery_date, within_days, death)
    if isinstance(window, Reason):
        return Derived(UNKNOWN, window)
    if window.grades:
        return derived(YES, _COUNTED, count=len(window.grades))
    return derived(UNKNOWN, window.doubt) if window.doubt else derived(NO, _COUNTED, count=0)


@in_methods("以观察期内并发症的最高Clavien-Dindo分级（2004/2009版）表示每例患者的并发症严重程度。")
def worst_clavien_dindo(
    postop: Any,
    complications: Sequence[Any],
    surgery_date: date | None,
    within_days: int | None = 90,
    death: Any = None,
) -> Derived:
    """Severity is the highest Clavien–Dindo grade (2004/2009) of a patient's complications inside
    the window.

    A code of WORST_CD, "none" when it is confirmed that there was none, None when not known.
    """
    window = _window(postop, complications, surgery_date, within_days, death)
    if isinstance(window, Reason):
        return Derived(None, window)
    graded = [grade for grade in window.grades if grade is not None]
    worst = max(graded, key=SEVERITY.__getitem__, default=NONE)
    if window.doubt and worst != FATAL:
        return derived(None, window.doubt)
    return derived(worst, _WORST, count=len(window.grades), grade=codes.WORST_CD.label_of(worst))


@in_methods("严重并发症指观察期内最高Clavien-Dindo分级≥Ⅲa级（未分a/b的Ⅲ级、Ⅳ级亦计入）。")
def major_complication(
    postop: Any,
    complications: Sequence[Any],
    surgery_date: date | None,
    within_days: int | None = 90,
    death: Any = None,
) -> Derived:
    """Major morbidity is a complication of Clavien–Dindo grade IIIa or higher inside the window
    (grades III and IV without letter included).
    """
    window = _window(postop, complications, surgery_date, within_days, death)
    if isinstance(window, Reason):
        return Derived(UNKNOWN, window)
    count = sum(grade in MAJOR for grade in window.grades)
    if count:
        return derived(YES, _COUNTED, count=count)
    return derived(UNKNOWN, window.doubt) if window.doubt else derived(NO, _COUNTED, count=0)


@in_methods(
    "综合并发症指数为各并发症权重之和的平方根除以2，上限100，有死亡者为100，"
    "四舍五入保留1位小数（Slankamenac 2013，DOI 10.1097/SLA.0b013e318296c732）。"
)
def comprehensive_complication_index(
    postop: Any,
    complications: Sequence[Any],
    surgery_date: date | None,
    within_days: int | None = 90,
    death: Any = None,
) -> Derived:
    """The Comprehensive Complication Index is half the square root of the summed weights of all
    complications, at most 100, and 100 after a fatal one, to one decimal rounded half up
    (Slankamenac 2013, DOI 10.1097/SLA.0b013e318296c732).

    An exact Decimal; 0.0 when it is confirmed that there was none; None when not known or
    when a grade III or IV lacks its letter.
    """
    window = _window(postop, complications, surgery_date, within_days, death)
    if isinstance(window, Reason):
        return Derived(None, window)
    if FATAL in window.grades:
        return derived(CCI_OF_DEATH, _DIED)
    if window.doubt:
        return derived(None, window.doubt)
    weights = [CCI_WEIGHT.get(grade) for grade in window.grades]
    if None in weights:
        return derived(None, _LETTER_OPEN)
    return derived(_index(sum(weights)), _CCI, weights=" + ".join(map(str, weights)) or "0")


@lru_cache(maxsize=4096)
def _index(weights: int) -> Decimal:
    half_root = (Decimal(weights).sqrt() / 2).quantize(CCI_PLACES, rounding=ROUND_HALF_UP)
    return min(CCI_OF_DEATH, half_root)
