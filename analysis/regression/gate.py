"""How many events a model has for each of its coefficients, and what follows.

Sources: Peduzzi, Concato, Feinstein & Holford 1995 (ten events per variable); Heinze & Schemper 2001.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from registry.labels import Label

ENOUGH = 10
FIRTH_BELOW = 5

Advice = Literal["ok", "warn", "firth"]

_SENTENCES: dict[str, Label] = {
    "ok": Label(
        "{events} events for coefficients numbering {terms}: at least {enough} for each.",
        "共{events}例事件，回归系数{terms}个，每个系数不少于{enough}例事件。",
    ),
    "warn": Label(
        "{events} events for coefficients numbering {terms}, fewer than {enough} for each: the estimates "
        "may be unstable.",
        "共{events}例事件，回归系数{terms}个，每个系数不足{enough}例事件，估计值可能不稳定。",
    ),
    "firth": Label(
        "{events} events for coefficients numbering {terms}, fewer than {few} for each: use Firth's "
        "penalised estimate.",
        "共{events}例事件，回归系数{terms}个，每个系数不足{few}例事件，应采用Firth惩罚似然估计。",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What `events_per_variable` (None for a model without terms) lets the model be used for."""

    events_per_variable: float | None
    advice: Advice
    sentence: Label


def events_gate(events: int, terms: int) -> Gate:
    """Ten events for each coefficient are enough, with fewer a warning, below five Firth's estimate."""
    ratio = events / terms if terms else None
    if ratio is None or ratio >= ENOUGH:
        advice: Advice = "ok"
    else:
        advice = "firth" if ratio < FIRTH_BELOW else "warn"
    sentence = _SENTENCES[advice].fill(events=events, terms=terms, enough=ENOUGH, few=FIRTH_BELOW)
    return Gate(events_per_variable=ratio, advice=advice, sentence=sentence)
