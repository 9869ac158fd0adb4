"""What a fitted regression hands on, whichever method fitted it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from analysis.estimate import REASONS, Estimate, Test, refuse_not_finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One coefficient. `ratio` is exp(coef), a hazard or odds ratio, with its interval `lower`, `upper`.

    `reason` is a key of REASONS and says why a number is None.
    """

    term: str
    coef: float | None
    se: float | None
    ratio: float | None
    lower: float | None
    upper: float | None
    p: float | None
    reason: str | None = None

    def __post_init__(self) -> None:
        for name in ("coef", "se", "ratio", "lower", "upper", "p"):
            refuse_not_finite(name, getattr(self, name))
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError(f"{self.reason!r} is not a known reason")
        if self.reason is None and None in (self.coef, self.ratio, self.lower, self.upper, self.p):
            raise ValueError("a term without one of its numbers needs a reason")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """A fitted model: `n` rows entered, `missing` lacked a value, `events` among those that entered.

    `method` names model and variant ("cox-efron", "cox-firth", "logistic", …), `ratio` what exp(coef)
    is ("hazard_ratio", "odds_ratio", "subdistribution_hazard_ratio"). `coef` and `covariance` are
    the arrays behind the terms. `log_likelihood` is (null model, this model). `interval` names how the
    terms' intervals were made ("wald", "profile", "robust"). Without an estimate, `reason` is a
    key of REASONS and every term carries it too.
    """

    method: str
    ratio: str
    n: int
    events: int
    missing: int = 0
    level: float = 0.95
    interval: str = "wald"
    terms: tuple[Term, ...]
    likelihood_ratio: Test
    wald: Test | None = None
    score: Test | None = None
    concordance: Estimate | None = None
    log_likelihood: tuple[float, float] | None = None
    reason: str | None = None
    used: np.ndarray | None = field(default=None, repr=False)
    coef: np.ndarray | None = field(default=None, repr=False)
    covariance: np.ndarray | None = field(default=None, repr=False)

    @property
    def events_per_variable(self) -> float | None:
        """Events for each coefficient, the gate of small samples; None without terms."""
        return self.events / len(self.terms) if self.terms else None

    def numbers(self) -> dict[str, object]:
        """The unrounded numbers under their machine names, ready for JSON."""
        shared = ("term", "coef", "se", "lower", "upper", "p", "reason")
        return {
            "method": self.method,
            "n": self.n,
            "events": self.events,
            "missing": self.missing,
            "level": self.level,
            "interval": self.interval,
            "events_per_variable": self.events_per_variable,
            "terms": [
                {name: getattr(term, name) for name in shared} | {self.ratio: term.ratio}
                for term in self.terms
            ],
            "likelihood_ratio": self.likelihood_ratio.numbers(),
            "wald": self.wald.numbers() if self.wald else None,
            "score": self.score.numbers() if self.score else None,
            "concordance": self.concordance.numbers() if self.concordance else None,
            "reason": self.reason,
        }
