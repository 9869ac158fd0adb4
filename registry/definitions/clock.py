"""Dates and intervals: partial dates, months, age, postoperative stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from registry import codes
from registry.definitions.base import YES, Derived, derived, in_methods
from registry.labels import Label

DAYS_PER_MONTH = 30.4375
BIRTHDAY = 15

_ALIVE = frozenset(codes.VITAL.having("alive"))

_AGE = Label(
    "Born {birth:%Y-%m} (day 15 assumed), operated {surgery}",
    "出生年月 {birth:%Y-%m}（按15日计），手术日期 {surgery}",
)
_AGE_UNKNOWN = Label("Birth month or date of operation is missing", "缺少出生年月或手术日期")
_BORN_LATER = Label(
    "Birth {birth:%Y-%m} is later than the operation {surgery}",
    "出生年月 {birth:%Y-%m} 晚于手术日期 {surgery}",
)
_STAY = Label("Operated {surgery}, discharged {end}", "手术日期 {surgery}，出院日期 {end}")
_STAY_DIED = Label("Operated {surgery}, died in hospital {end}", "手术日期 {surgery}，住院期间死亡 {end}")
_STAY_OPEN = Label("No date of operation or of discharge", "缺少手术日期或出院日期")
_STAY_DEATH_OPEN = Label(
    "Died in hospital, but the day of death is not known", "住院期间死亡，但死亡日期不能精确到日"
)
_STAY_NEGATIVE = Label(
    "The end of the stay {end} lies before the operation {surgery}",
    "住院结束日期 {end} 早于手术日期 {surgery}",
)
_LAST_ALIVE = Label("Last known alive on {day}", "最后确认生存日期 {day}")
_NO_SURGERY = Label("No date of operation", "缺少手术日期")


@in_methods("1个月按30.4375天计算。")
def months(days: float) -> float:
    """One month is 30.4375 days."""
    return days / DAYS_PER_MONTH


@in_methods(
    "仅知年月的日期按当月15日计，仅知年份的日期按当年7月1日计；如所得日期超出允许的先后次序"
    "（不早于手术，不晚于死亡），则在所述时段内移至允许范围。"
)
def imputed_date(
    stated: date | None,
    precision: str | None = "d",
    not_before: date | None = None,
    not_after: date | None = None,
) -> date | None:
    """Dates known to the month are set to day 15 and dates known to the year to 1 July; a date
    that would break the order of events (before surgery, after death) is moved inside it, but
    never out of the period that was stated.

    `stated` is the first day of the stated period, `precision` "d", "m" or "y" (None: day).
    """
    if stated is None or precision not in ("m", "y"):
        return stated
    middle = stated.replace(day=15) if precision == "m" else date(stated.year, 7, 1)
    moved = middle
    if not_before is not None and moved < not_before:
        moved = not_before
    if not_after is not None and moved > not_after:
        moved = not_after
    in_period = moved.year == stated.year and (precision == "y" or moved.month == stated.month)
    return moved if in_period else middle


@in_methods("手术时年龄为手术当日的周岁；登记系统仅收集出生年月，出生日按15日计。")
def age_at_surgery(birth_ym: date | None, surgery_date: date | None) -> Derived:
    """Age at surgery is the number of completed years on the day of operation; only year and
    month of birth are recorded, and day 15 is assumed.

    `birth_ym` is the first day of the month of birth. None when a date is missing or the
    two contradict each other.
    """
    if birth_ym is None or surgery_date is None:
        return derived(None, _AGE_UNKNOWN)
    before_birthday = (surgery_date.month, surgery_date.day) < (birth_ym.month, BIRTHDAY)
    years = surgery_date.year - birth_ym.year - before_birthday
    if years < 0:
        return derived(None, _BORN_LATER, birth=birth_ym, surgery=surgery_date)
    return derived(years, _AGE, birth=birth_ym, surgery=surgery_date)


@in_methods("术后住院时间为手术日至出院日的天数；住院期间死亡者计至死亡日。")
def length_of_stay(
    surgery_date: date | None,
    discharge_date: date | None,
    death_date: date | None = None,
    died_in_hospital: str | None = None,
    death_date_prec: str | None = "d",
) -> Derived:
    """Postoperative stay is the number of days from the operation to discharge, or to death
    for patients who died in hospital.

    None when the day on which the stay ended is not known; an estimated day of death is
    no basis for a count of days.
    """
    died = died_in_hospital == YES
    end = death_date if died else discharge_date
    if died and (end is None or death_date_prec in ("m", "y")):
        return derived(None, _STAY_DEATH_OPEN)
    if surgery_date is None or end is None:
        return derived(None, _STAY_OPEN)
    days = (end - surgery_date).days
    if days < 0:
        return derived(None, _STAY_NEGATIVE, surgery=surgery_date, end=end)
    return derived(days, _STAY_DIED if died else _STAY, surgery=surgery_date, end=end)


@in_methods("末次确认生存日期取手术日、出院日、记录为生存的随访日、影像检查日和后续治疗开始日中的最晚者。")
def last_alive_date(
    surgery_date: date | None,
    visits: Iterable[Any] = (),
    postop: Any = None,
    therapies: Iterable[Any] = (),
    as_of: date | None = None,
) -> Derived:
    """A patient was last known alive on the latest of the operation, discharge, contacts with
    the patient alive, tumour imaging and the start of later therapy.

    Dates after the data cut `as_of` are ignored. None without a date of operation.
    """
    if surgery_date is None:
        return derived(None, _NO_SURGERY)
    latest = surgery_date
    limit = as_of or date.max
    if postop is not None and postop.died_in_hospital != YES:
        day = postop.discharge_date
        if day is not None and latest < day <= limit:
            latest = day
    for visit in visits:
        day = visit.visit_date
        if visit.vital_status in _ALIVE and day is not None and latest < day <= limit:
            latest = day
        day = visit.imaging_date
        if day is not None and latest < day <= limit and visit.imaging_done == YES:
            latest = day
    for therapy in therapies:
        day = imputed_date(therapy.subs_start_date, therapy.subs_start_date_prec, surgery_date, as_of)
        if day is not None and latest < day <= limit:
            latest = day
    return derived(latest, _LAST_ALIVE, day=latest)
