"""How numbers are printed, in English and Chinese. All rounding of the product is in this file.

A number is rounded once, from its exact value: percentages as fractions of whole numbers, decimals as
the decimals they were recorded as, never through the binary form of a float (2.675 to two
decimals is 2.68). Words come in as labels; everything returned is a Label.

Forms that print several numbers are also offered as pieces, so that each can carry its own link:
`line(share_first_pieces(...))` is `share_first(...)`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from analysis.conventions import Conventions, Rounding
from analysis.estimate import NOT_ESTIMABLE, Estimate, Proportion, Rate, Summary
from registry.labels import Label, both

Value = int | float | Fraction

MONTHS = Label("months", "个月")
CASES = Label("", "例")
PERCENT = both("%")

NEGATIVE_LIMIT = Label(
    "The lower confidence limit is printed as computed and lies below 0, where no time can be.",
    "置信下限按计算值列出,其值小于0,而时间不可能小于0。",
)

_LEAST_P, _MOST_P = Fraction(1, 1000), Fraction(999, 1000)
_P_DECIMALS = 3
_MOST_P_DECIMALS = 6
_RECORDED_DIGITS = 12


class Piece(NamedTuple):
    """A run of text; `number` names the number it prints ("count", "total", "percent", …), or is empty."""

    text: Label
    number: str = ""


def line(pieces: Iterable[Piece]) -> Label:
    """Pieces as one label."""
    texts = [piece.text for piece in pieces]
    return Label("".join(text.en for text in texts), "".join(text.zh for text in texts))


# Numbers


def number(value: Value, decimals: int, conventions: Conventions) -> Label:
    """`value` with exactly `decimals` decimals, grouped in threes: 1 000, 0.50, −3."""
    return both(_number(value, decimals, conventions))


def quantity(value: Value, decimals: int, unit: Label, conventions: Conventions) -> Label:
    """A number with its unit: "31 patients" and "31例", "800 ml" in both, "40%"."""
    return _with_unit(number(value, decimals, conventions), unit)


def percent(count: int, total: int, conventions: Conventions) -> Label | None:
    """`count` of `total` in percent: "81%"; None when `total` is too small for a percentage."""
    decimals = conventions.percent_decimals(total)
    if decimals is None:
        return None
    return both(_percent(Fraction(int(count), int(total)), decimals, conventions))


def p_value(p: float, conventions: Conventions) -> Label:
    """A P value with three decimals: "0.034", "<0.001", ">0.999".

    A significant P never rounds up to alpha: 0.0496 is printed as it is.
    Raises ValueError unless 0 <= p <= 1.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"a P value lies between 0 and 1, not at {p}")
    exact, alpha = Fraction(p), _exact(conventions.alpha)
    if exact < _LEAST_P:
        return both("<0.001")
    if exact > _MOST_P:
        return both(">0.999")
    for decimals in range(_P_DECIMALS, _MOST_P_DECIMALS + 1):
        if exact >= alpha or _rounded(_exact(p), decimals, conventions.rounding) < alpha:
            return both(_number(p, decimals, conventions))
    return both(f"<{_number(conventions.alpha, _P_DECIMALS, conventions)}")


# Counts and percentages


def share_first(count: int, total: int, conventions: Conventions) -> Label:
    """A share before its count: "81% (25/31)" and "81%(25/31)"; "7/12" when the total is too small."""
    return line(share_first_pieces(count, total, conventions))


def share_first_pieces(count: int, total: int, conventions: Conventions) -> tuple[Piece, ...]:
    """The pieces of `share_first`: percent, count, total."""
    share = percent(count, total, conventions)
    fraction = fraction_pieces(count, total, conventions)
    if share is None:
        return fraction
    return (Piece(share, "percent"), Piece(Label(" (", "(")), *fraction, Piece(both(")")))


def count_share(count: int, total: int, conventions: Conventions) -> Label:
    """A count before its share: "25 (81%)" and "25例,81%"; "7/12" when the total is too small."""
    return line(count_share_pieces(count, total, conventions))


def count_share_pieces(count: int, total: int, conventions: Conventions) -> tuple[Piece, ...]:
    """The pieces of `count_share`: count, percent (or count, total)."""
    share = percent(count, total, conventions)
    if share is None:
        return fraction_pieces(count, total, conventions)
    counted = Piece(number(count, 0, conventions), "count")
    return (counted, Piece(Label(" (", "例,")), Piece(share, "percent"), Piece(Label(")", "")))


def fraction_pieces(count: int, total: int, conventions: Conventions) -> tuple[Piece, ...]:
    """The pieces of "25/31": count, total."""
    return (
        Piece(number(count, 0, conventions), "count"),
        Piece(both("/")),
        Piece(number(total, 0, conventions), "total"),
    )


def proportion_interval(proportion: Proportion, conventions: Conventions) -> Label:
    """A count with its interval: "15/31 (95% CI 32–65%)" and "15/31(95% CI:32%~65%)"."""
    return line(proportion_interval_pieces(proportion, conventions))


def proportion_interval_pieces(proportion: Proportion, conventions: Conventions) -> tuple[Piece, ...]:
    """The pieces of `proportion_interval`: count, total, interval."""
    fraction = fraction_pieces(proportion.count, proportion.total, conventions)
    if proportion.value is None:
        return (*fraction, Piece(_bracket(proportion.why.printed)))
    # Where none or all are counted the one limit is the whole message, so it keeps a decimal.
    extreme = proportion.count in (0, proportion.total)
    decimals = 1 if extreme else conventions.rate_decimals(proportion.total)
    limits = _percent_limits(proportion, decimals, conventions)
    return (*fraction, Piece(Label(" (", "(")), Piece(limits, "interval"), Piece(both(")")))


# Location and spread


def median_quartiles(summary: Summary, decimals: int, unit: Label, conventions: Conventions) -> Label:
    """Median and quartiles: "800 (300, 1 000) ml" and "800(300,1 000) ml"; "55(46,60)岁".

    `decimals` is the recorded precision; a number that falls between recorded values gets one more.
    """
    if summary.median is None:
        return summary.why("median").printed
    median, q1, q3 = (
        _recorded(value, decimals, conventions) for value in (summary.median, summary.q1, summary.q3)
    )
    return _with_unit(Label(f"{median} ({q1}, {q3})", f"{median}({q1},{q3})"), unit)


def mean_sem(summary: Summary, decimals: int, unit: Label, conventions: Conventions) -> Label:
    """Mean and standard error, named as such: "(40±3)% (SEM)" and "(40±3)%(标准误)"."""
    if summary.sem is None:
        return summary.why("sem").printed
    pair = both(
        f"({_number(summary.mean, decimals, conventions)}±{_number(summary.sem, decimals, conventions)})"
    )
    printed = _with_unit(pair, unit)
    return Label(f"{printed.en} (SEM)", f"{printed.zh}(标准误)")


def mean_sd(summary: Summary, unit: Label, conventions: Conventions) -> Label:
    """Mean and spread, with the decimals of `spread_decimals`: "3.6 (SD 0.4) cm" and "(3.6±0.4) cm"."""
    if summary.sd is None:
        return summary.why("sd").printed
    decimals = spread_decimals(summary.sd)
    mean = _number(summary.mean, decimals, conventions)
    sd = _number(summary.sd, decimals, conventions)
    return _with_unit(Label(f"{mean} (SD {sd})", f"({mean}±{sd})"), unit)


def spread_decimals(sd: float) -> int:
    """Decimals that a mean and its SD deserve: the first significant place of SD / 3, never left of units."""
    return max(0, -math.floor(math.log10(sd / 3))) if sd > 0 else 0


# Times and rates


def interval(estimate: Estimate, decimals: int, unit: Label, conventions: Conventions) -> Label:
    """A time with its interval: "12.0 (95% CI 6.9–17.1) months" and "12.0(95% CI:6.9~17.1)个月".

    A value or limit that is absent is said so: "not reached", "not estimable". A value that is not
    reached still tells its lower limit, when there is one.
    """
    level = _level(estimate)
    if estimate.value is None:
        return _not_reached(estimate, decimals, unit, conventions)
    value = _number(estimate.value, decimals, conventions)
    if estimate.lower is None and estimate.upper is None:
        no_limit = NOT_ESTIMABLE
        return _with_unit(
            Label(f"{value} ({level} {no_limit.en})", f"{value}({level}:{no_limit.zh})"),
            unit,
        )
    lower = _limit(estimate.lower, estimate, decimals, conventions)
    upper = _limit(estimate.upper, estimate, decimals, conventions)
    dash = " to " if (estimate.upper or 0) < 0 else "–"  # before a minus a dash is misread
    return _with_unit(
        Label(f"{value} ({level} {lower.en}{dash}{upper.en})", f"{value}({level}:{lower.zh}~{upper.zh})"),
        unit,
    )


def months_interval(estimate: Estimate, conventions: Conventions) -> Label:
    """A time in months with one decimal and its interval; see `interval`."""
    return interval(estimate, 1, MONTHS, conventions)


def rate(estimate: Estimate, conventions: Conventions) -> Label:
    """A survival rate alone: "85%", or why there is none."""
    if estimate.value is None:
        return estimate.why.printed
    return both(_percent(_exact(estimate.value), conventions.rate_decimals(estimate.n), conventions))


def rate_interval(estimate: Rate, conventions: Conventions) -> Label:
    """A rate with its interval: "85% (95% CI 66–94%)" and "85%(95% CI:66%~94%)", or why there is none."""
    printed = rate(estimate, conventions)
    if estimate.value is None:
        return printed
    if estimate.lower is None or estimate.upper is None:
        limits = Label(f"{_level(estimate)} {NOT_ESTIMABLE.en}", f"{_level(estimate)}:{NOT_ESTIMABLE.zh}")
    else:
        limits = _percent_limits(estimate, conventions.rate_decimals(estimate.n), conventions)
    bracket = _bracket(limits)
    return Label(printed.en + bracket.en, printed.zh + bracket.zh)


def interval_notes(estimate: Estimate) -> tuple[Label, ...]:
    """The foot notes that an estimate calls for: why a number is absent, a limit below zero."""
    notes = [estimate.why.sentence] if estimate.why else []
    if estimate.lower is not None and estimate.lower < 0:
        notes.append(NEGATIVE_LIMIT)
    return tuple(notes)


# Rounding, exactly


def _exact(value: Value) -> Fraction:
    """The decimal that a float stands for: noise behind the 12th digit is arithmetic, not measurement."""
    if isinstance(value, float):
        return Fraction(Decimal(f"{value:.{_RECORDED_DIGITS}g}"))
    return value if isinstance(value, Fraction) else Fraction(int(value))


def _rounded(value: Fraction, decimals: int, rounding: Rounding) -> Fraction:
    scaled = abs(value) * 10**decimals
    whole = math.floor(scaled)
    rest = scaled - whole
    half = Fraction(1, 2)
    if rest > half or (rest == half and (rounding == "half-up" or whole % 2)):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**decimals)


def _number(value: Value, decimals: int, conventions: Conventions) -> str:
    rounded = _rounded(_exact(value), decimals, conventions.rounding)
    digits = str(abs(rounded.numerator) * 10**decimals // rounded.denominator).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    sign = "−" if rounded < 0 else ""
    return sign + _grouped(whole, conventions) + (f".{fraction}" if fraction else "")


def _grouped(whole: str, conventions: Conventions) -> str:
    if len(whole) < conventions.group_from:
        return whole
    return f"{int(whole):,}".replace(",", conventions.thousands)


def _recorded(value: float, decimals: int, conventions: Conventions) -> str:
    """Recorded precision, one decimal more where the value falls between recorded values."""
    exact = _exact(value)
    between = exact != _rounded(exact, decimals, conventions.rounding)
    return _number(exact, decimals + between, conventions)


def _percent(share: Fraction, decimals: int, conventions: Conventions) -> str:
    return _number(share * 100, decimals, conventions) + "%"


# Parts of printed forms


def _percent_limits(estimate: Estimate, decimals: int, conventions: Conventions) -> Label:
    """Like "95% CI 32–65%" and "95% CI:32%~65%"; a limit of exactly 0 or 100% needs no decimals."""
    shares = [_exact(limit) for limit in (estimate.lower, estimate.upper)]
    lower, upper = (_percent(share, 0 if share in (0, 1) else decimals, conventions) for share in shares)
    if shares[0] == 0:
        lower = "0"
    return Label(
        f"{_level(estimate)} {lower.removesuffix('%')}–{upper}",
        f"{_level(estimate)}:{lower}~{upper}",
    )


def _level(estimate: Estimate) -> str:
    return f"{(Decimal(str(estimate.level)) * 100).normalize():f}% CI"


def _limit(limit: float | None, estimate: Estimate, decimals: int, conventions: Conventions) -> Label:
    return estimate.why.printed if limit is None else number(limit, decimals, conventions)


def _not_reached(estimate: Estimate, decimals: int, unit: Label, conventions: Conventions) -> Label:
    printed = estimate.why.printed
    if estimate.lower is None:
        return printed
    lower = quantity(estimate.lower, decimals, unit, conventions)
    level = _level(estimate)
    return Label(f"{printed.en} (lower {level} limit {lower.en})", f"{printed.zh}({level}下限:{lower.zh})")


def _bracket(inner: Label) -> Label:
    return Label(f" ({inner.en})", f"({inner.zh})")


def _with_unit(text: Label, unit: Label) -> Label:
    return Label(_attached(text.en, unit.en), _attached(text.zh, unit.zh))


def _attached(text: str, unit: str) -> str:
    """A unit follows after a space, except the percent sign and a Chinese word."""
    tight = not unit or unit.startswith("%") or "\u4e00" <= unit[0] <= "\u9fff"
    return text + unit if tight else f"{text} {unit}"
