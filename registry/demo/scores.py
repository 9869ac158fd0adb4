"""The hidden numbers behind a synthetic patient, from which everything about the patient is made.

Traits hang together through three of them: how much disease there is, how hard the operation
is, and how fast the tumour grows. A bigger tumour makes a longer operation with more blood
lost, that makes transfusion and complications more likely, these prolong the stay; a fast
tumour has a higher grade and progresses earlier.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Scores:
    """The standard normal numbers from which one patient's traits are made."""

    sex: float
    age: float
    site_group: float
    site: float
    syndrome: float
    kind_of_syndrome: float
    primary: float
    drugs: float
    drug: float
    second_drug: float
    embolised: float
    embolisation: float
    ablated: float
    ablation: float
    burden: float
    largest: float
    op_time: float
    blood_loss: float
    transfused: float
    stay: float
    complication: float
    grade: float
    grade_up: float
    grade_down: float
    risk: float
    death: float

    @classmethod
    def drawn(cls, rng: Random) -> Scores:
        """Correlated scores; the squared coefficients of each add up to one."""
        disease, technique, biology = (rng.gauss(0, 1) for _ in range(3))
        op_time = 0.5 * disease + 0.5 * technique + math.sqrt(0.5) * rng.gauss(0, 1)
        blood_loss = 0.55 * disease + 0.6 * technique + math.sqrt(0.3375) * rng.gauss(0, 1)
        complication = 0.5 * blood_loss + math.sqrt(0.75) * rng.gauss(0, 1)
        related = {
            "burden": 0.96 * disease + 0.28 * rng.gauss(0, 1),
            "largest": 0.96 * disease + 0.28 * rng.gauss(0, 1),
            "op_time": op_time,
            "blood_loss": blood_loss,
            "transfused": 0.85 * blood_loss + 0.53 * rng.gauss(0, 1),
            "complication": complication,
            "stay": 0.4 * op_time + math.sqrt(0.84) * rng.gauss(0, 1),
            "grade": 0.8 * biology + 0.6 * rng.gauss(0, 1),
            "risk": 0.4 * disease + 0.6 * biology + math.sqrt(0.48) * rng.gauss(0, 1),
        }
        return cls(**{name: related.get(name) or rng.gauss(0, 1) for name in cls.__slots__})
