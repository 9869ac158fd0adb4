"""One case as the columns see it: its rows, and every derived quantity computed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from math import nan
from typing import NamedTuple

from analysis.cohort.tables import Rows
from registry import codes, definitions
from registry.definitions.base import NO, YES

FLAGS: dict[object, float] = {YES: 1.0, NO: 0.0, True: 1.0, False: 0.0}
WINDOW_DAYS = 90

_NOT_USABLE = frozenset({"refused", "withdrawn"})
_KEEPS_DATA = "no_followup"
_AGREED = frozenset({"written", "electronic", "waiver"})
_NOT_STATED = frozenset({None, "unknown"})


class Case:
    """The rows of one patient and what follows from them by `registry.definitions`."""

    __slots__ = (
        "age",
        "any_complication",
        "assessment",
        "cci",
        "complication_types",
        "consents",
        "death",
        "debulking",
        "diagnosis",
        "died_30",
        "died_90",
        "died_in_hospital",
        "embolised",
        "first_progression",
        "grade_change",
        "lost",
        "major_complication",
        "medicated",
        "operation",
        "os",
        "patient",
        "pfs",
        "postop",
        "prior_classes",
        "reached_70",
        "reached_90",
        "regraded",
        "specimens",
        "stay",
        "subsequent_classes",
        "timing",
        "worst_complication",
    )

    def __init__(self, patient: tuple, tables: dict[str, Rows], as_of: date | None):
        key = patient[0]
        self.patient = patient
        self.consents = tables["consents"].of(key)
        self.diagnosis = tables["diagnosis"].one(key)
        self.assessment = tables["assessment"].one(key)
        self.operation = tables["operation"].one(key)
        self.postop = tables["postop"].one(key)
        self.specimens = tables["specimens"].of(key)
        self.death = tables["death"].one(key)
        death = None if self.death.patient_id is None else self.death
        summary = tables["treatment_summary"].one(key)
        self._before_surgery(tables["prior_treatments"].of(key), summary.prior_tx_none)
        self._operation()
        self._short_term(tables["complications"].of(key), death)
        therapies = tables["subsequent_therapies"].of(key)
        self._long_term(tables["visits"].of(key), therapies, summary.subs_none, death, as_of)

    @property
    def usable(self) -> bool:
        """Whether the case may be analysed: not found ineligible, use of the data not refused."""
        if self.patient.eligibility_confirmed == NO:
            return False
        last = self.consents[-1] if self.consents else None
        return last is None or last.consent_status not in _NOT_USABLE or last.withdrawal_type == _KEEPS_DATA

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

    def limit(self, section: str, name: str) -> bool:
        """Whether a number was recorded as a limit ("≥20") and not as a value."""
        return getattr(getattr(self, section), f"{name}_cmp") in _LIMITS

    def _before_surgery(self, treatments: Sequence, none: str | None) -> None:
        surgery_date = self.operation.surgery_date
        self.age = definitions.age_at_surgery(self.patient.birth_ym, surgery_date)
        self.primary = definitions.primary_group(self.diagnosis.primary_site)
        self.timing = definitions.netlm_timing(self.diagnosis, surgery_date)
        self.before = _treated(tuple([row.tx_category for row in treatments]), none)
    def _operation(self) -> None:
        operation = self.operation
        self.debulking = definitions.debulking_final(operation)
        percent, comparator = self.debulking.percent, self.debulking.comparator
        self.reached_70 = definitions.debulk_at_least(percent, comparator, 70)
        self.reached_90 = definitions.debulk_at_least(percent, comparator, 90)
        self.grade_change = definitions.grade_change(
            self.specimens, operation.surgery_date, self.diagnosis.primary_site
        )

    def _short_term(self, complications: Sequence, death: tuple | None) -> None:
        postop, surgery_date = self.postop, self.operation.surgery_date
        self.stay = definitions.length_of_stay(
            surgery_date,
            postop.discharge_date,
            death and death.death_date,
            postop.died_in_hospital,
            death and death.death_date_prec,
        )
        window = (postop, complications, surgery_date, WINDOW_DAYS, death)
        self.any_complication = definitions.any_complication(*window)
        self.worst_complication = definitions.worst_clavien_dindo(*window)
        self.major_complication = definitions.major_complication(*window)
        self.cci = definitions.comprehensive_complication_index(*window)
        self.complication_types = _types(complications, surgery_date, self.any_complication.value)
        self.died_in_hospital = definitions.in_hospital_mortality(postop)

    def _long_term(
        self,
        visits: Sequence,
        therapies: Sequence,
        none: str | None,
        death: tuple | None,
        as_of: date | None,
    ) -> None:
        surgery_date = self.operation.surgery_date
        alive = definitions.last_alive_date(surgery_date, visits, self.postop, therapies, as_of).value
        self.died_30 = definitions.mortality(surgery_date, death, alive, 30, as_of)
        self.died_90 = definitions.mortality(surgery_date, death, alive, WINDOW_DAYS, as_of)
        self.os = definitions.overall_survival(surgery_date, visits, self.postop, therapies, death, as_of)
        self.pfs = definitions.progression_free_survival(surgery_date, visits, death, as_of)
        self.first_progression = definitions.first_progression_site(visits, as_of)
        self.subsequent_classes = _classes(tuple(row.subs_category for row in therapies), none)
        self.regraded = _any(row.subs_guided_by_grade for row in therapies) if therapies else None
        self.lost = _any(visit.lost_to_followup for visit in visits)


def _any(answers: Iterable[str | None]) -> str | None:
    """Yes when one answer is yes, no when at least one is no, else not known."""
    given = set(answers)
    return YES if YES in given else NO if NO in given else None


class _Treatment(NamedTuple):
    tx_category: str | None


@lru_cache(maxsize=4096)
def _classes(categories: tuple[str | None, ...], none: str | None) -> tuple[float, ...]:
    """For each code of TXCAT whether it was given, as a flag; few combinations ever occur."""
    rows = [_Treatment(category) for category in categories]
    answers = (definitions.prior_treatment_any(rows, (one.code,), none) for one in codes.TXCAT)
    return tuple(FLAGS.get(answer.value, nan) for answer in answers)


def _types(complications: Sequence, surgery_date: date | None, any_at_all: str) -> tuple[float, ...]:
    if any_at_all == NO or not complications:
        return _type_flags(frozenset(), any_at_all)
    within = frozenset(
        one.comp_type
        for one in complications
        if one.onset_date is not None and (one.onset_date - surgery_date).days <= WINDOW_DAYS
    )
    return _type_flags(within, any_at_all)


@lru_cache(maxsize=4096)
def _type_flags(types: frozenset[str], any_at_all: str) -> tuple[float, ...]:
    """For each code of COMP whether it occurred; not known where complications were not checked."""
    if any_at_all not in FLAGS:
        return (nan,) * len(codes.COMP.codes)
    return tuple(float(one.code in types) for one in codes.COMP)
