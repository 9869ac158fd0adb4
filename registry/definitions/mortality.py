"""Death after the operation."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry import codes
from registry.definitions.base import NO, UNKNOWN, YES, Derived, derived, in_methods
from registry.definitions.clock import imputed_date
from registry.labels import Label

_DIED_ON = Label("Died {day}, day {days}", "死亡日期 {day}，术后第{days}天")
_DIED_ABOUT = Label("Died {day} (day estimated), day {days}", "死亡日期 {day}（日期为推算），术后第{days}天")
_DEATH_UNDATED = Label("Died, date of death missing", "已死亡，缺少死亡日期")
_DIED_BEFORE = Label(
    "Death {day} lies before the operation {surgery}", "死亡日期 {day} 早于手术日期 {surgery}"
)
_ALIVE_ON = Label("Alive on {day}, day {days}", "{day} 确认生存，术后第{days}天")
_NOT_SEEN = Label(
    "Last known alive on {day}, day {days}; not beyond day {limit}",
    "末次确认生存 {day}（术后第{days}天），未超过第{limit}天",
)
_IN_HOSPITAL = Label("Died before discharge: {answer}", "住院期间死亡：{answer}")
_NO_COURSE = Label("The postoperative course is not recorded", "缺少术后病程记录")
_NO_SURGERY = Label("No date of operation", "缺少手术日期")


@in_methods("死亡日期仅知年月或年份时按推算日期计，且不早于手术日和末次确认生存日期。")
def date_of_death(death: Any, not_before: date | None = None) -> date | None:
    """A date of death known only to the month or year is imputed, not before the operation or the
    last day on which the patient was known to be alive.

    `death` is the death record or None; None also when it states no date.
    """
    if death is None:
        return None
    return imputed_date(death.death_date, death.death_date_prec, not_before)


@in_methods("{days}天病死率的分母为存活超过该天数或在该天数内（含）死亡的患者，其余为不详。")
def mortality(
    surgery_date: date | None,
    death: Any,
    last_alive_date: date | None,
    days: int = 90,
    as_of: date | None = None,
) -> Derived:
    """Mortality at {days} days counts patients who died within them (the last day included) among
    those who died or were known to be alive beyond; the others are unknown.

    `last_alive_date` is the value of `last_alive_date()`. A death after the data cut
    `as_of` is not seen.
    """
    if surgery_date is None:
        return derived(UNKNOWN, _NO_SURGERY)
    alive = last_alive_date or surgery_date
    died = date_of_death(death, alive)
    if died is not None and (as_of is None or died <= as_of):
        return _dead(surgery_date, died, death, days)
    seen = (alive - surgery_date).days
    if seen > days:
        return derived(NO, _ALIVE_ON, day=alive, days=seen)
    if death is not None and died is None:
        return derived(UNKNOWN, _DEATH_UNDATED)
    return derived(UNKNOWN, _NOT_SEEN, day=alive, days=seen, limit=days)


def _dead(surgery_date: date, died: date, death: Any, days: int) -> Derived:
    survived = (died - surgery_date).days
    if survived < 0:
        return derived(UNKNOWN, _DIED_BEFORE, day=died, surgery=surgery_date)
    pattern = _DIED_ABOUT if death.death_date_prec in ("m", "y") else _DIED_ON
    return derived(YES if survived <= days else NO, pattern, day=died, days=survived)


@in_methods("住院病死率指本次手术出院前死亡者所占比例。")
def in_hospital_mortality(postop: Any) -> Derived:
    """In-hospital mortality is death before discharge from the stay of the operation."""
    if postop is None:
        return derived(UNKNOWN, _NO_COURSE)
    answer = postop.died_in_hospital if postop.died_in_hospital in (YES, NO) else UNKNOWN
    return derived(answer, _IN_HOSPITAL, answer=codes.YN.label_of(answer))
