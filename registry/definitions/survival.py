"""Time to event: survival and progression, from the index operation on.

Day 0 is the index operation. An event beats censoring on the same day; an event on day 0
counts as half a day, so that no survival estimate loses it. After the data cut `as_of`
nothing is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry import codes
from registry.definitions.base import NO, UNKNOWN, YES, Derived, Reason, derived, in_methods
from registry.definitions.clock import last_alive_date
from registry.definitions.mortality import date_of_death
from registry.labels import Label

EVENT_ON_DAY_0 = 0.5

_NOT_AN_EVENT = frozenset(codes.PROGBASIS.having("event", False))
_PROGRESSIVE = frozenset(codes.RECIST.having("progression"))
_STABLE = frozenset(codes.RECIST.having("progression", False))
_WORSE = frozenset(codes.DZ.having("progression"))
_STATUS_ONLY = frozenset(codes.VISIT.having("shows_response", False))

_DEATH_UNDATED = Label("Died, date of death missing", "已死亡，缺少死亡日期")
_NO_SURGERY = Label("No date of operation", "缺少手术日期")
_AFTER_CUT = Label(
    "Operated {surgery}, after the data cut {as_of}", "手术日期 {surgery} 晚于数据截止日期 {as_of}"
)
_BEFORE_SURGERY = Label(
    "The event on {day} lies before the operation {surgery}", "事件日期 {day} 早于手术日期 {surgery}"
)
_PROGRESSED = Label("Progression on {day}", "进展日期 {day}")
_DEATH_EVENT = Label("Died {day}", "死亡日期 {day}")
_DEATH_ESTIMATED = Label("Died {day} (day estimated)", "死亡日期 {day}（日期为推算）")
_CENSORED_ASSESSED = Label(
    "Censored: last tumour assessment without progression {day}", "删失：末次无进展的影像评估 {day}"
)
_CENSORED_LIVER = Label(
    "Censored: last imaging without progression in the liver {day}", "删失：末次肝内无进展的影像评估 {day}"
)
_CENSORED_AT_0 = Label("Censored on day 0: no tumour assessment after surgery", "术后无影像评估，于第0天删失")
_CENSORED_ALIVE = Label("Censored: last known alive {day}", "删失：末次确认生存 {day}")

_SITE_LIVER = Label("Progression in the liver on {day}", "{day} 肝内进展")
_SITE_ELSEWHERE = Label("Progression outside the liver on {day}", "{day} 肝外进展")
_SITE_BOTH = Label("Progression in the liver and elsewhere on {day}", "{day} 肝内及肝外进展")
_SITE_OPEN = Label("Progression on {day}, site not stated", "{day} 进展，部位未记录")
_SITE_NONE = Label("No progression recorded", "无进展记录")
_SITES = {
    (True, True): ("both", _SITE_BOTH),
    (True, False): ("liver", _SITE_LIVER),
    (False, True): ("extrahepatic", _SITE_ELSEWHERE),
    (False, False): (UNKNOWN, _SITE_OPEN),
}


@dataclass(frozen=True, slots=True)
class TimeToEvent:
    """Days from the operation to the event or to censoring.

    `event` is None (and `days` too) when it cannot be told, with the reason. `kind` is
    "progression" or "death" for an event, else "". `estimated` marks an imputed date,
    which a sensitivity analysis leaves out.
    """

    days: float | None
    event: bool | None
    date: date | None
    reason: Reason
    kind: str = ""
    estimated: bool = False


_UNDATED = TimeToEvent(None, None, None, Reason(_DEATH_UNDATED, {}))


@in_methods("总生存期为手术日至任何原因死亡的时间；未死亡者于数据截止日期前的末次确认生存日期删失。")
def overall_survival(
    surgery_date: date | None,
    visits: Sequence[Any],
    postop: Any = None,
    therapies: Iterable[Any] = (),
    death: Any = None,
    as_of: date | None = None,
) -> TimeToEvent:
    """Overall survival runs from the operation to death from any cause; patients not known to have
    died are censored when last known alive, at the latest at the data cut.
    """
    refused = _no_clock(surgery_date, as_of)
    if refused is not None:
        return refused
    if _is_undated(death):
        return _UNDATED
    died = _died(death, surgery_date, visits, as_of)
    if died is not None:
        return _death_event(surgery_date, died, death)
    alive = last_alive_date(surgery_date, visits, postop, therapies, as_of).value
    return TimeToEvent((alive - surgery_date).days, False, alive, Reason(_CENSORED_ALIVE, {"day": alive}))


@in_methods(
    "无进展生存期为手术日至首次进展（依据影像、病理或临床）或任何原因死亡的时间，以先发生者为准；"
    "仅肿瘤标志物升高不计为进展；无事件者于末次无进展的影像评估日删失，术后无影像评估者于手术日删失。"
)
def progression_free_survival(
    surgery_date: date | None, visits: Sequence[Any], death: Any = None, as_of: date | None = None
) -> TimeToEvent:
    """Progression-free survival runs from the operation to the first progression (by imaging,
    pathology or clinical course) or to death from any cause; a rise of markers alone is no
    progression; patients without event are censored at the last imaging without progression, or
    on the day of operation when there was none.

    Progression without a stated date is dated by its imaging, else by the visit. A contact by
    telephone, online or register is no tumour assessment, but a progression it reports counts.
    """
    return _time_to_first(surgery_date, visits, death, as_of, _progressed, _is_stable, _CENSORED_ASSESSED)


@in_methods(
    "肝内无进展生存期为手术日至首次肝内进展或任何原因死亡的时间；无事件者于末次肝内无进展的影像评估日删失。"
)
def hepatic_progression_free_survival(
    surgery_date: date | None, visits: Sequence[Any], death: Any = None, as_of: date | None = None
) -> TimeToEvent:
    """Hepatic progression-free survival runs from the operation to the first progression in the
    liver or to death from any cause; patients without event are censored at the last imaging
    without progression in the liver.
    """
    return _time_to_first(
        surgery_date, visits, death, as_of, _progressed_in_liver, _is_stable_in_liver, _CENSORED_LIVER
    )


@in_methods("首次进展部位按首次进展日的肝内、肝外进展记录判定。")
def first_progression_site(visits: Sequence[Any], as_of: date | None = None) -> Derived:
    """The site of first progression is in the liver, outside it, or both, as recorded for the date
    of the first progression.

    A code of PROGRESSION_SITE; "none" when no progression is recorded.
    """
    limit = as_of or date.max
    events = [(day, visit) for visit in visits if _progressed(visit) and (day := _progression_day(visit))]
    first = min((day for day, _ in events if day <= limit), default=None)
    if first is None:
        return derived("none", _SITE_NONE)
    at_first = [visit for day, visit in events if day == first]
    liver = any(visit.hepatic_progression == YES for visit in at_first)
    elsewhere = any(visit.extrahepatic_progression == YES for visit in at_first)
    site, pattern = _SITES[liver, elsewhere]
    return derived(site, pattern, day=first)


def _time_to_first(
    surgery_date: date | None,
    visits: Sequence[Any],
    death: Any,
    as_of: date | None,
    progressed: Callable[[Any], bool],
    is_stable: Callable[[Any], bool],
    censored: Label,
) -> TimeToEvent:
    refused = _no_clock(surgery_date, as_of)
    if refused is not None:
        return refused
    first, last = _first_and_last(visits, as_of or date.max, progressed, is_stable)
    died = _died(death, surgery_date, visits, as_of)
    if first is not None and (died is None or first <= died):
        return _event(surgery_date, first, "progression", _PROGRESSED)
    if died is not None:
        return _death_event(surgery_date, died, death)
    if _is_undated(death):
        return _UNDATED
    if last is None or last <= surgery_date:
        return TimeToEvent(0, False, surgery_date, Reason(_CENSORED_AT_0, {}))
    return TimeToEvent((last - surgery_date).days, False, last, Reason(censored, {"day": last}))


def _first_and_last(
    visits: Sequence[Any],
    limit: date,
    progressed: Callable[[Any], bool],
    is_stable: Callable[[Any], bool],
) -> tuple[date | None, date | None]:
    """The day of the first progression and of the last assessment without one, up to `limit`."""
    first = last = None
    for visit in visits:
        if progressed(visit):
            day = _progression_day(visit)
            if day is not None and day <= limit and (first is None or day < first):
                first = day
        elif is_stable(visit):
            day = visit.imaging_date
            if day <= limit and (last is None or day > last):
                last = day
    return first, last


def _no_clock(surgery_date: date | None, as_of: date | None) -> TimeToEvent | None:
    """The answer where no clock can start, else None."""
    if surgery_date is None:
        return TimeToEvent(None, None, None, Reason(_NO_SURGERY, {}))
    if as_of is not None and as_of < surgery_date:
        values = {"surgery": surgery_date, "as_of": as_of}
        return TimeToEvent(None, None, None, Reason(_AFTER_CUT, values))
    return None


def _is_undated(death: Any) -> bool:
    return death is not None and death.death_date is None


def _died(death: Any, surgery_date: date, visits: Sequence[Any], as_of: date | None) -> date | None:
    """The day of death, if it was seen before the data cut.

    Only an imprecise date needs the visits: death is not put before the patient was seen.
    """
    if death is None or death.death_date is None:
        return None
    seen = surgery_date
    if death.death_date_prec in ("m", "y"):
        seen = last_alive_date(surgery_date, visits).value
    died = date_of_death(death, seen)
    return None if as_of is not None and died > as_of else died


def _event(surgery_date: date, day: date, kind: str, pattern: Label, estimated: bool = False) -> TimeToEvent:
    days = (day - surgery_date).days
    if days < 0:
        values = {"day": day, "surgery": surgery_date}
        return TimeToEvent(None, None, day, Reason(_BEFORE_SURGERY, values))
    return TimeToEvent(days or EVENT_ON_DAY_0, True, day, Reason(pattern, {"day": day}), kind, estimated)


def _death_event(surgery_date: date, died: date, death: Any) -> TimeToEvent:
    estimated = death.death_date_prec in ("m", "y")
    return _event(surgery_date, died, "death", _DEATH_ESTIMATED if estimated else _DEATH_EVENT, estimated)


def _progressed(visit: Any) -> bool:
    """Progression was found, and not by markers alone."""
    if visit.progression_basis in _NOT_AN_EVENT:
        return False
    return (
        visit.hepatic_progression == YES
        or visit.extrahepatic_progression == YES
        or visit.recist_overall in _PROGRESSIVE
        or (visit.disease_status in _WORSE and visit.imaging_done != YES)
    )


def _is_stable(visit: Any) -> bool:
    """Imaging that states no progression: the assessment at which a patient is censored."""
    return (
        visit.imaging_done == YES
        and visit.imaging_date is not None
        and visit.visit_type not in _STATUS_ONLY
        and (visit.hepatic_progression == NO or visit.recist_overall in _STABLE)
    )


def _progressed_in_liver(visit: Any) -> bool:
    return visit.hepatic_progression == YES and visit.progression_basis not in _NOT_AN_EVENT


def _is_stable_in_liver(visit: Any) -> bool:
    return (
        visit.hepatic_progression == NO
        and visit.imaging_done == YES
        and visit.imaging_date is not None
        and visit.visit_type not in _STATUS_ONLY
    )


def _progression_day(visit: Any) -> date | None:
    return visit.progression_date or visit.imaging_date or visit.visit_date
