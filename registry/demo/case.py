"""Synthetic cases: whole cohorts with given figures, and any number of further patients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import islice
from random import Random

from django.db import models

from registry.demo import before, complications, pathology, surgery
from registry.demo.after import FollowUp
from registry.demo.chart import Chart
from registry.demo.people import cohort_traits, drawn_traits
from registry.demo.targets import PAPER, Targets
from registry.demo.traits import Traits
from registry.models import (
    Assessment,
    Centre,
    Complication,
    Consent,
    Death,
    Diagnosis,
    FollowupVisit,
    Operation,
    Patient,
    PostopCourse,
    PriorTreatment,
    Specimen,
    SubsequentTherapy,
    TreatmentSummary,
)
from registry.models.patient import UID_ALPHABET, UID_LENGTH

SEED = 2026
FIRST_FURTHER_NUMBER = 1001
BATCH = 500
MONTHS_IN_YEAR, BIRTHDAY = 12, 15


@dataclass(frozen=True, slots=True)
class SyntheticCase:
    """Everything recorded about one synthetic patient, as rows that are not stored yet."""

    patient: Patient
    consent: Consent
    diagnosis: Diagnosis
    treatment_summary: TreatmentSummary
    assessment: Assessment
    operation: Operation
    postop: PostopCourse
    death: Death | None
    prior_treatments: list[PriorTreatment] = field(default_factory=list)
    specimens: list[Specimen] = field(default_factory=list)
    complications: list[Complication] = field(default_factory=list)
    subsequent_therapies: list[SubsequentTherapy] = field(default_factory=list)
    visits: list[FollowupVisit] = field(default_factory=list)

    def rows(self) -> Iterator[models.Model]:
        """Every row, the patient first."""
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, list):
                yield from value
            elif value is not None:
                yield value


def demo_centre() -> Centre:
    """The centre of the synthetic patients, not stored; its names say what it is."""
    return Centre(
        centre_id="CN-DEMO01",
        centre_name_en="Demonstration centre (synthetic patients)",
        centre_name_zh="演示中心(合成病例)",
        country="CN",
        time_zone="Asia/Shanghai",
        centre_type="cancer_hospital",
        net_expert_centre="no",
        hepatectomy_volume_year=600,
        netlm_volume_year=20,
        rbc_unit_basis_ml=200,
        plasma_unit_basis_ml=100,
        default_bilirubin_unit="umol_l",
        ethics_approval_no="SYNTHETIC-0001",
        ethics_approval_date=date(2021, 6, 1),
        data_agreement_date=date(2021, 7, 1),
        active_from=date(2021, 9, 1),
        consecutive_declared="yes",
    )


def cohort(targets: Targets = PAPER, seed: int = SEED) -> list[SyntheticCase]:
    """A cohort that prints exactly the figures of `targets`; the same for the same seed.

    Raises Infeasible, in words, where no such cohort can be made.
    """
    centre = demo_centre()
    traits = cohort_traits(targets, Random(f"cohort {seed}"))
    return [
        realised(one, centre, number, Random(f"case {seed} {number}"))
        for number, one in enumerate(traits, start=1)
    ]


def more_cases(
    n: int, seed: int, targets: Targets = PAPER, first_number: int = FIRST_FURTHER_NUMBER
) -> Iterator[SyntheticCase]:
    """`n` further patients, drawn one by one from the distributions that `targets` describe.

    Each depends on the seed and on its number alone, so that fewer patients of the same seed
    are the first of more. Study numbers count up from `first_number`.
    """
    centre = demo_centre()
    numbers = iter(range(first_number, first_number + n))
    while batch := list(islice(numbers, BATCH)):
        generators = [Random(f"further {seed} {number}") for number in batch]
        for number, rng, traits in zip(batch, generators, drawn_traits(targets, generators), strict=True):
            yield realised(traits, centre, number, rng)


def realised(traits: Traits, centre: Centre, number: int, rng: Random) -> SyntheticCase:
    """The complete record of a patient with these traits."""
    patient = _patient(traits, centre, number, rng)
    chart = Chart(traits, patient, rng)
    past = before.history(chart)
    earlier = before.earlier_treatments(chart, past)
    assessed = before.assessment(chart)
    cleared = surgery.clearance(chart, assessed)
    listed = complications.complications(chart)
    operated = surgery.operation(chart, assessed, cleared, listed)
    specimens = pathology.earlier_specimens(chart, past)
    specimens += pathology.specimens_of_operation(chart, assessed, cleared)
    later = FollowUp(chart, operated, earlier)
    return SyntheticCase(
        patient=patient,
        consent=before.consent(chart),
        diagnosis=before.diagnosis(chart, past, specimens),
        treatment_summary=chart.row(
            TreatmentSummary,
            prior_tx_none="no" if earlier else "yes",
            subs_none="no" if later.therapies else "yes",
        ),
        prior_treatments=earlier,
        assessment=assessed,
        operation=operated,
        specimens=specimens,
        postop=complications.postop_course(chart, operated, listed),
        complications=listed,
        subsequent_therapies=later.therapies,
        visits=later.visits,
        death=later.death,
    )


def _patient(traits: Traits, centre: Centre, number: int, rng: Random) -> Patient:
    return Patient(
        patient_uid="".join(rng.choices(UID_ALPHABET, k=UID_LENGTH)),
        centre=centre,
        local_study_id=f"SYN-{number:03d}",
        sex=traits.sex,
        birth_ym=_birth_month(traits, rng),
        hereditary_syndrome="men1" if traits.site == "pancreas" and rng.random() < 0.08 else "none",
        smoking_status=rng.choices(("never", "former", "current"), (7, 2, 1))[0],
        enrolment_type="prospective",
        eligibility_confirmed="yes",
        synthetic=True,
    )


def _birth_month(traits: Traits, rng: Random) -> date:
    """A month of birth that makes the patient's age at surgery, counted with a birthday on day 15."""
    passed = traits.surgery.day >= BIRTHDAY
    months_since_birthday = rng.randrange(MONTHS_IN_YEAR) + (not passed)
    months = traits.surgery.year * MONTHS_IN_YEAR + traits.surgery.month - 1
    months -= traits.age * MONTHS_IN_YEAR + months_since_birthday
    return date(months // MONTHS_IN_YEAR, months % MONTHS_IN_YEAR + 1, 1)
