"""Checks of location and spread in an abstract: mean ± what, quartiles and ranges in order."""

from __future__ import annotations

import math
from collections.abc import Iterator

from analysis.consistency import arithmetic
from analysis.consistency.abstract.facts import Abstract, Middle, Spread
from analysis.consistency.abstract.finding import PassageFinding, passage, said
from registry.labels import Label

PROBABLY_SEM = Label(
    "{printed} does not say what follows the ±, and a standard deviation of {spread} among {n} patients is "
    "hardly credible. It is probably a standard error; the standard deviation would then be about {sd} "
    "({spread} × √{n}).",
    "{printed}未注明“±”之后为何种指标；{n}例患者的标准差仅{spread}难以置信，可能是标准误；"
    "若为标准误，则标准差约为{sd}（{spread}×√{n}）。",
)
SMALL_SD = Label(
    "{printed}: a standard deviation of {spread} among {n} patients is hardly credible. If it is "
    "a standard error, the standard deviation is about {sd} ({spread} × √{n}).",
    "{printed}：{n}例患者的标准差仅{spread}难以置信；若实为标准误，则标准差约为{sd}（{spread}×√{n}）。",
)
UNNAMED = Label(
    "{printed} does not say whether a standard deviation or a standard error follows the ±.",
    "{printed}未注明“±”之后是标准差还是标准误。",
)
IS_SEM = Label(
    "{printed} gives a standard error as the spread. It tells how precisely the mean is known, "
    "not how far patients differ{sd}.",
    "{printed}以标准误表示离散程度；标准误反映均数的精确程度，而非患者之间的差异{sd}。",
)
_WOULD_BE = Label("; the standard deviation would be about {sd}", "；对应的标准差约为{sd}")
SKEWED = Label(
    "{printed}: the standard deviation exceeds the mean of a quantity that is never negative, so "
    "it is skewed; median and quartiles describe it better.",
    "{printed}：该指标不取负值而标准差大于均数，呈偏态分布，宜用中位数及四分位数描述。",
)
TOO_LARGE = Label(
    "{printed}: percentages between 0 and 100 with this mean cannot have a standard deviation above {most}.",
    "{printed}：均数如此的百分数（0～100）标准差不可能超过{most}。",
)
IN_ORDER = Label(
    "{value} lies between {low} and {high}, as a median must.",
    "{value}位于{low}与{high}之间，符合中位数的要求。",
)
NOT_IN_ORDER = Label(
    "{value} ({low}, {high}): the number before the bracket does not lie between the two in it.",
    "{value}（{low}，{high}）：括号前的数值不在括号内两数之间。",
)
REVERSED = Label(
    "{value} ({low}, {high}): the lower number stands second.",
    "{value}（{low}，{high}）：两数的先后顺序颠倒。",
)
BRACKET_UNNAMED = Label(
    "{value} ({low}–{high}) does not say whether the bracket holds quartiles or the range.",
    "{value}（{low}～{high}）未注明括号内是四分位数还是全距。",
)

LEAST_PATIENTS = 10  # fewer can be alike by chance
SMALL = 0.1  # SD / mean; biological quantities vary more
# Quantities held narrow by the body, which may vary less than that.
_NARROW = (
    "fraction",
    "saturation",
    "haematocrit",
    "hematocrit",
    "射血分数",
    "饱和度",
    "压积",
    "spo2",
    "lvef",
)
_VARIABLE = (
    "%",
    "ml",
    "l",
    "min",
    "h",
    "d",
    "分钟",
    "小时",
    "天",
    "月",
    "个月",
    "mo",
    "周",
    "mm",
    "cm",
    "g",
    "年",
)


def checks(abstract: Abstract) -> Iterator[PassageFinding]:
    """Every mean with its spread, and every median with its bracket."""
    patients = abstract.patients
    for spread in abstract.of(Spread):
        yield from _spread(spread, abstract.text.raw, patients)
    for middle in abstract.of(Middle):
        yield from _middle(middle)


def _spread(fact: Spread, text: str, n: int | None) -> Iterator[PassageFinding]:
    mean, spread = float(fact.mean), float(fact.spread)
    words_ = {"printed": _printed(fact), "spread": fact.spread.text, "n": n}
    sd = said(arithmetic.standard_deviation_of(spread, n)) if n else None
    if fact.kind == "sem":
        more = _WOULD_BE.fill(sd=sd) if sd else Label("", "")
        yield passage("spread_is_standard_error", "warning", IS_SEM.fill(**words_ | {"sd": more}), fact.span)
        return
    if n and _is_implausible(fact, text, n):
        pattern = SMALL_SD if fact.kind == "sd" else PROBABLY_SEM
        sentence = pattern.fill(sd=sd, **words_)
        yield passage("spread_implausibly_small", "warning", sentence, fact.span)
        return
    if not fact.kind:
        yield passage("spread_unnamed", "warning", UNNAMED.fill(**words_), fact.span)
    if 0 < mean < spread:
        yield passage("spread_exceeds_mean", "warning", SKEWED.fill(**words_), fact.span)
    elif fact.unit == "%" and n and n > 1 and 0 < mean < 100:
        most = math.sqrt(mean * (100 - mean) * n / (n - 1))
        if spread > most + float(arithmetic.half_unit(fact.spread.decimals)):
            sentence = TOO_LARGE.fill(most=said(most), **words_)
            yield passage("spread_against_range", "warning", sentence, fact.span)


def _is_implausible(fact: Spread, text: str, n: int) -> bool:
    mean, spread = abs(float(fact.mean)), float(fact.spread)
    before = text[max(0, fact.span[0] - 40) : fact.span[0]].lower()
    is_variable = fact.unit.lower().startswith(_VARIABLE) and not any(word in before for word in _NARROW)
    return n >= LEAST_PATIENTS and is_variable and 0 < spread < SMALL * mean


def _printed(fact: Spread) -> str:
    pair = f"{fact.mean.text}±{fact.spread.text}"
    if fact.unit == "%":
        return f"({pair})%"
    return f"{pair} {fact.unit}".rstrip() if fact.unit.isascii() else pair + fact.unit


def _middle(fact: Middle) -> Iterator[PassageFinding]:
    words_ = {"value": fact.value.text, "low": fact.low.text, "high": fact.high.text}
    if fact.low.value > fact.high.value:
        yield passage("quartiles_disordered", "contradiction", REVERSED.fill(**words_), fact.span)
    elif not fact.low.value <= fact.value.value <= fact.high.value:
        severity = "contradiction" if fact.kind else "note"
        yield passage("quartiles_disordered", severity, NOT_IN_ORDER.fill(**words_), fact.span)
    else:
        yield passage("quartiles_ordered", "agreement", IN_ORDER.fill(**words_), fact.span)
        if not fact.kind:
            yield passage("bracket_unnamed", "note", BRACKET_UNNAMED.fill(**words_), fact.span)
