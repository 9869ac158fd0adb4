"""E-values: how strong an unmeasured confounder would have to be to explain an association away.

Sources: VanderWeele & Ding 2017 (definition, limit, approximations for odds and hazard ratios of
common outcomes); VanderWeele 2017 (square root of an odds ratio).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["rr", "hr", "or"]
COMMON = 0.15  # an outcome in a larger share of the patients counts as common


@dataclass(frozen=True, slots=True, kw_only=True)
class EValue:
    """`value` for the estimate, `limit` for the confidence limit nearer to 1; both on the risk ratio scale.

    `limit` is 1 where the interval holds 1 and None where that limit is not known. `risk_ratio` is
    the (approximate) risk ratio that `value` was computed from.
    """

    value: float
    limit: float | None
    risk_ratio: float
    kind: Kind
    common: bool

    def numbers(self) -> dict[str, float | str | bool | None]:
        """The unrounded numbers under their machine names, ready for JSON."""
        return {name: getattr(self, name) for name in ("value", "limit", "risk_ratio", "kind", "common")}


def e_value(
    ratio: float,
    lower: float | None = None,
    upper: float | None = None,
    *,
    kind: Kind = "rr",
    common: bool = False,
) -> EValue:
    """The E-value of a risk ("rr"), hazard ("hr") or odds ratio ("or") and of its confidence limits.

    `common` says that more than 15 % have the outcome by the end of follow-up: a hazard ratio then stands
    for the risk ratio (1 - 0.5^√HR) / (1 - 0.5^√(1/HR)), an odds ratio for √OR. Of a rare outcome, both
    are taken for the risk ratio. None as a limit means that it is open or not known.

    Raises ValueError for a ratio or limit that is not positive and finite, for limits that do not hold
    the ratio, and for an unknown kind.
    """
    if kind not in get_args(Kind):
        raise ValueError(f"kind is {kind!r}, not one of {get_args(Kind)}")
    for name, number in (("ratio", ratio), ("lower", lower), ("upper", upper)):
        if number is not None and not 0 < number < math.inf:
            raise ValueError(f"{name} must be a positive finite number, not {number}")
    if (lower is not None and lower > ratio) or (upper is not None and upper < ratio):
        raise ValueError(f"the interval {lower} to {upper} does not hold the ratio {ratio}")
    risk_ratio = _risk_ratio(ratio, kind, common)
    return EValue(
        value=_of_risk_ratio(risk_ratio),
        limit=_of_limit(ratio, lower, upper, kind, common),
        risk_ratio=risk_ratio,
        kind=kind,
        common=common,
    )


def _of_limit(
    ratio: float, lower: float | None, upper: float | None, kind: Kind, common: bool
) -> float | None:
    if ratio == 1 or (lower is not None and lower <= 1 and upper is not None and upper >= 1):
        return 1.0
    nearer = lower if ratio > 1 else upper
    if nearer is None:
        return None
    crosses = nearer <= 1 if ratio > 1 else nearer >= 1
    return 1.0 if crosses else _of_risk_ratio(_risk_ratio(nearer, kind, common))


def _risk_ratio(ratio: float, kind: Kind, common: bool) -> float:
    if not common or kind == "rr":
        return float(ratio)
    if kind == "or":
        return math.sqrt(ratio)
    # 1 - 0.5^x as -expm1(-x log 2), which keeps its digits where x is small
    return math.expm1(-math.sqrt(ratio) * math.log(2)) / math.expm1(-math.sqrt(1 / ratio) * math.log(2))


def _of_risk_ratio(risk_ratio: float) -> float:
    away = max(risk_ratio, 1 / risk_ratio)
    # √(away - 1) · √away is the same as √(away (away - 1)), without overflow
    return away + math.sqrt(away) * math.sqrt(away - 1)
