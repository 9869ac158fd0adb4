"""One case as the columns see it: its rows, and every derived quantity computed once.

A hundred thousand cases pass through here for one report. What depends on a few codes only
(which treatments were given, which debulking percent) is therefore derived once for each
combination that occurs, by the same definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from math import nan
from operator import attrgetter
from typing import Any, NamedTuple

from registry import codes, definitions
from registry.definitions import Debulking, Derived
from registry.definitions.base import NO, YES

FLAGS: dict[object, float] = {YES: 1.0, NO: 0.0, True: 1.0, False: 0.0}
WINDOW_DAYS = 90
COMBINATIONS = 4096
DAY_0 = date(2000, 1, 1)  # stands for any day of operation where only days since then matter

_NOT_USABLE = frozenset({"refused", "withdrawn"})
_KEEPS_DATA = "no_followup"
_ENTERED = attrgetter("id")
_AGREED = frozenset({"written", "electronic", "waiver"})


class _Checked(NamedTuple):
    """As much of a course as the definitions of complications read."""

    complication_ascertainment: str
    complications_checked_to: date


def _uneventful() -> tuple[Derived, Derived, Derived]:
    """Highest grade, major complication and index of a case that is known to have had no complication."""
    without = (_Checked("confirmed_none", date.max), (), DAY_0, WINDOW_DAYS)
    return (
        definitions.worst_clavien_dindo(*without),
        definitions.major_complication(*without),
        definitions.comprehensive_complication_index(*without),
    )


UNEVENTFUL = _uneventful()
NO_SITE = definitions.first_progression_site(())


class Treated(NamedTuple):
    """Which treatments were given: one flag for each code of TXCAT, and the two groups of the paper."""

    kinds: tuple[float, ...]
    drug: Derived
    embolisation: Derived


class Debulked(NamedTuple):
    """The debulking percent that counts, and the thresholds that it reached."""

    final: Debulking
    reached_70: Derived
    reached_90: Derived


class Case:
    """The rows of one patient, section by section in the order of READ, and what follows from them
    by `registry.definitions`; what happened after `as_of` is not seen.
    """

    __slots__ = (
        "age",
        "any_complication",
        "assessment",
        "before",
        "cci",
        "complications",
        "consents",
        "death",
        "debulked",
        "diagnosis",
        "died_30",
        "died_90",
        "died_in_hospital",
        "first_progression",
        "grade_change",
        "later",
        "lost",
        "major_complication",
        "operation",
        "os",
        "patient",
        "pfs",
        "postop",
        "primary",
        "regraded",
        "stay",
        "timing",
        "worst_complication",
    )

    def __init__(
        self,
        as_of: date | None,
        patient: Any,
        consents: Sequence,
        diagnosis: Any,
        treatment_summary: Any,
        prior_treatments: Sequence,
        assessment: Any,
        operation: Any,
        specimens: Sequence,
        postop: Any,
        complications: Sequence,
        subsequent_therapies: Sequence,
        visits: Sequence,
        death: Any,
    ):
        self.patient = patient
        self.consents = consents
        self.diagnosis = diagnosis
        self.assessment = assessment
        self.operation = operation
        self.postop = postop
        self.death = death
        died = None if death.patient_id is None else death
        self._before_surgery(prior_treatments, treatment_summary.prior_tx_none)
        self._operation(specimens)
        self._short_term(complications, died)
        self._long_term(visits, subsequent_therapies, died, as_of)
        self._therapy(subsequent_therapies, treatment_summary.subs_none)

    @property
    def usable(self) -> bool:
        """Whether the case may be analysed: not found ineligible, use of the data not refused."""
        if self.patient.eligibility_confirmed == NO:
            return False
        if not self.consents:
            return True
        latest = max(self.consents, key=_ENTERED) if len(self.consents) > 1 else self.consents[0]
        return latest.consent_status not in _NOT_USABLE or latest.withdrawal_type == _KEEPS_DATA

    @property
    def consented(self) -> str | None:
        """Whether consent was given or waived; None where nothing is recorded."""
        if not self.consents:
            return None
        return YES if any(one.consent_status in _AGREED for one in self.consents) else NO

    @property
    def bmi(self) -> float | None:
        """Body-mass index in kg/m²."""
        height, weight = self.assessment.height_cm, self.assessment.weight_kg
        return float(weight) / (float(height) / 100) ** 2 if height and weight else None

    def _before_surgery(self, treatments: Sequence, none: str | None) -> None:
        surgery_date = self.operation.surgery_date
        self.age = definitions.age_at_surgery(self.patient.birth_ym, surgery_date)
        self.primary = definitions.primary_group(self.diagnosis.primary_site)
        self.timing = definitions.netlm_timing(self.diagnosis, surgery_date)
        self.before = _treated(tuple([row.tx_category for row in treatments]), none)

    def _operation(self, specimens: Sequence) -> None:
        done = self.operation
        self.debulked = _debulked(
            _Debulking(
                done.debulking_pct,
                done.debulking_pct_cmp,
                done.debulking_pct_imaging,
                done.debulking_pct_imaging_cmp,
            )
        )
        self.grade_change = definitions.grade_change(
            specimens, done.surgery_date, self.diagnosis.primary_site
        )

    def _short_term(self, complications: Sequence, death: Any) -> None:
        postop, surgery_date = self.postop, self.operation.surgery_date
        self.stay = definitions.length_of_stay(
            surgery_date,
            postop.discharge_date,
            death and death.death_date,
            postop.died_in_hospital,
            death and death.death_date_prec,
        )
        self.died_in_hospital = _in_hospital(_Stay(postop.died_in_hospital))
        window = (postop, complications, surgery_date, WINDOW_DAYS, death)
        self.any_complication = definitions.any_complication(*window)
        if self.any_complication.value == NO:  # then the other three are those of every such case
            self.worst_complication, self.major_complication, self.cci = UNEVENTFUL
        else:
            self.worst_complication = definitions.worst_clavien_dindo(*window)
            self.major_complication = definitions.major_complication(*window)
            self.cci = definitions.comprehensive_complication_index(*window)
        self.complications = _kinds_within(complications, surgery_date, self.any_complication.value)

    def _long_term(self, visits: Sequence, therapies: Sequence, death: Any, as_of: date | None) -> None:
        surgery_date, postop = self.operation.surgery_date, self.postop
        self.os = definitions.overall_survival(surgery_date, visits, postop, therapies, death, as_of)
        if self.os.event is False:  # then it ends on the day when the patient was last known alive
            alive = self.os.date
        else:
            alive = definitions.last_alive_date(surgery_date, visits, postop, therapies, as_of).value
        if death is None:
            self.died_30, self.died_90 = _lived((alive - surgery_date).days)
        else:
            self.died_30 = definitions.mortality(surgery_date, death, alive, 30, as_of).value
            self.died_90 = definitions.mortality(surgery_date, death, alive, WINDOW_DAYS, as_of).value
        self.pfs = definitions.progression_free_survival(surgery_date, visits, death, as_of)
        self.first_progression = (
            definitions.first_progression_site(visits, as_of) if self.pfs.kind == "progression" else NO_SITE
        )
        self.lost = _any([visit.lost_to_followup for visit in visits])

    def _therapy(self, therapies: Sequence, none: str | None) -> None:
        self.later = _treated(tuple([row.subs_category for row in therapies]), none)
        self.regraded = _any([row.subs_guided_by_grade for row in therapies])


def _any(answers: Iterable[str | None]) -> str | None:
    """Yes when one answer is yes, no when at least one is no, else not known."""
    return YES if YES in answers else NO if NO in answers else None


class _Treatment(NamedTuple):
    """As much of a treatment as its definition reads."""

    tx_category: str | None


@lru_cache(COMBINATIONS)
def _treated(categories: tuple[str | None, ...], none: str | None) -> Treated:
    rows = [_Treatment(category) for category in categories]
    kinds = (definitions.prior_treatment_any(rows, (one.code,), none) for one in codes.TXCAT)
    return Treated(
        tuple(FLAGS.get(answer.value, nan) for answer in kinds),
        definitions.prior_drug_any(rows, none),
        definitions.prior_embolisation_any(rows, none),
    )


class _Stay(NamedTuple):
    """As much of a course as the definition of death in hospital reads."""

    died_in_hospital: str | None


@lru_cache(COMBINATIONS)
def _in_hospital(postop: _Stay) -> Derived:
    return definitions.in_hospital_mortality(postop)


@lru_cache(COMBINATIONS)
def _lived(days: int) -> tuple[str, str]:
    """Mortality of a patient last known alive so many days after the operation, whenever that was."""
    last_alive = DAY_0 + timedelta(days=days)
    return tuple(definitions.mortality(DAY_0, None, last_alive, limit).value for limit in (30, WINDOW_DAYS))


class _Debulking(NamedTuple):
    """As much of an operation as the definition of its debulking reads."""

    debulking_pct: int | None
    debulking_pct_cmp: str | None
    debulking_pct_imaging: int | None
    debulking_pct_imaging_cmp: str | None


@lru_cache(COMBINATIONS)
def _debulked(operation: _Debulking) -> Debulked:
    final = definitions.debulking_final(operation)
    reached = (definitions.debulk_at_least(final.percent, final.comparator, limit) for limit in (70, 90))
    return Debulked(final, *reached)


def _kinds_within(complications: Sequence, surgery_date: date, any_at_all: str) -> tuple[float, ...]:
    if not complications:
        return _kinds(frozenset(), any_at_all)
    within = [
        one.comp_type
        for one in complications
        if one.onset_date is not None and (one.onset_date - surgery_date).days <= WINDOW_DAYS
    ]
    return _kinds(frozenset(within), any_at_all)


@lru_cache(COMBINATIONS)
def _kinds(types: frozenset[str], any_at_all: str) -> tuple[float, ...]:
    """For each code of COMP whether it occurred; not known where complications were not checked."""
    if any_at_all not in FLAGS:
        return (nan,) * len(codes.COMP.codes)
    return tuple(float(one.code in types) for one in codes.COMP)
