"""Words and signs around a number that say "less than", "at least" or "about"."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

# "不足" and its like exclude the number, "以上" and "以下" include it, as in Chinese law
PREFIXES: dict[str, str] = {
    **dict.fromkeys(("<", "小于", "少于", "低于", "不足", "不到", "less than", "fewer than", "below"), "lt"),
    **dict.fromkeys(("<=", "≤", "≦", "⩽", "≯", "不超过", "不大于", "不多于", "不高于", "至多", "最多"), "le"),
    **dict.fromkeys(("小于等于", "小于或等于", "at most", "up to", "no more than", "not more than"), "le"),
    **dict.fromkeys(
        (">", "大于", "多于", "超过", "高于", "more than", "greater than", "above", "over"), "gt"
    ),
    **dict.fromkeys((">=", "≥", "≧", "⩾", "≮", "不少于", "不小于", "不低于", "至少", "最少"), "ge"),
    **dict.fromkeys(("大于等于", "大于或等于", "at least", "no less than", "not less than"), "ge"),
    **dict.fromkeys(("≈", "~", "∼", "≅", "约", "大约", "约为", "大概", "约等于"), "approx"),
    **dict.fromkeys(
        ("about", "approximately", "approx.", "approx", "around", "circa", "ca.", "c."), "approx"
    ),
}
SUFFIXES: dict[str, str] = {
    **dict.fromkeys(("+", "以上", "及以上", "或以上", "or more", "and above", "and more"), "ge"),
    **dict.fromkeys(("以下", "及以下", "或以下", "以内", "or less", "or fewer"), "le"),
    **dict.fromkeys(("左右", "上下"), "approx"),
}
# used loosely, with and without the number itself: accepted after confirmation
LOOSE_SUFFIXES = ("+", "以下", "以内")


def _one_of(words: Collection[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_PREFIX = re.compile(rf"({_one_of(PREFIXES)})\s*(?=[-0-9.])", re.IGNORECASE)
_SUFFIX = re.compile(rf"\s*({_one_of(SUFFIXES)})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Compared:
    """A text taken apart: `code` of CL_CMP (None where its signs contradict each other), the
    `sign` as typed, what is left as `core`, and whether the wording is `loose`."""

    code: str | None
    sign: str
    core: str
    loose: bool = False


def take_apart(typed: str) -> Compared:
    """The comparator before or after the number in `typed`, or both if they agree ("约800左右")."""
    before, after = _PREFIX.match(typed), _SUFFIX.search(typed)
    core = typed[before.end() if before else 0 : after.start() if after else None]
    codes = {PREFIXES[before[1].casefold()]} if before else set()
    codes |= {SUFFIXES[after[1].casefold()]} if after else set()
    if not codes:
        return Compared("eq", "", core)
    code = codes.pop() if len(codes) == 1 else None
    loose = before is None and after[1] in LOOSE_SUFFIXES
    return Compared(code, (before or after)[1], core, loose)
