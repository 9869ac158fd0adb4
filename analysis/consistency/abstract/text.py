"""A pasted text made readable for patterns: one width of signs, numerals as single signs, places kept.

`Text.masked` is the text in lower case with half-width punctuation, one space for any white space, and
"#" for every numeral; each of its signs knows where in the pasted text it came from. Numerals
that are part of a name (G2, Ki-67, 5-HIAA, 68Ga, a DOI) stay as they are and are listed as names.
Every step looks at a sign a bounded number of times, so the cost is linear in the length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from html import unescape

MOST_SIGNS = 20_000
MASK = "#"

_ENTITY_OR_TAG = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,12}\d{0,2});"
    r"|</?(?:sub|sup|i|b|em|strong|p|br|span|u|div|li|ul)(?:\s[^<>]{0,200})?/?>"
    r"|\+/[-−–]"
)
_SIGNS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u301c\u223c\uff5e\u02dc", "~"),
    **dict.fromkeys("\u3010\u3014\uff3b[{", "("),
    **dict.fromkeys("\u3011\u3015\uff3d]}", ")"),
    "\ufe6a": "%",
    "\uff61": "。",
    "\u2236": ":",
    "\u2215": "/",
    "\u2044": "/",
    "\u2a7d": "≤",
    "\u2a7e": "≥",
    MASK: " ",
}
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_HIDDEN = {"Cf", "Cc", "Cs", "Co", "Cn"}
_DECIMAL_DOTS = "\u00b7\u2027\u2219\u22c5"

_GROUPED = r"\d{1,3}(?:,\d{3})+(?![\d])|[1-9]\d{0,2}(?: \d{3})+(?!\d)"
_NUMERAL = re.compile(rf"(?:{_GROUPED}|\d+)(?:\.\d+)?|(?<![\w.])\.\d+")
_PAIR = re.compile(r"(\d{1,3}),(\d{3})")
_SIGN_BEFORE = re.compile(r"(?:^|[(:=,~;<>]\s?|\b(?:of|to|was|is|ci)\s|至|为)-$")
_LOOK_BACK = 40
_MOST_DIGITS = 24  # longer ones are identifiers

# What may stand right before a numeral without making it part of a name: PFS12.0, P0.05, n31
_NOT_A_NAME = frozenset(
    {"pfs", "os", "dfs", "rfs", "efs", "ttp", "hr", "or", "rr", "shr", "ci", "cl", "p", "n", "m", "sd", "se"}
    | {"sem", "iqr", "and", "to", "vs", "of", "at"}
)
_NAME_BEFORE = re.compile(r"([a-z]{1,12})-?$")
_NAME_AFTER = re.compile(
    r"-?(?:hiaa|fu|ht)(?![a-z])|(?:ga|lu|tc|mtc|in|cu|f-fdg|f-dopa)(?![a-z])|-dota", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?://|www\.|doi ?:? ?(?=10\.)|(?<![\d.])10\.\d{4,5}/)[^\s,;()]{1,120}")

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen")
_TEENS += ("eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: value for value, word in enumerate((*_ONES, *_TEENS), start=1)}
_WORDS |= {word: value for value, word in zip(range(20, 100, 10), _TENS, strict=True)}
_PEOPLE = r"(?:patients?|cases?|men|women|males?|females?|subjects?|participants?|deaths?|died)\b"
_WORD_NUMERAL = re.compile(
    rf"(?<!no )\b(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join((*_TEENS, *_ONES))})"
    rf"(?= (?:[a-z-]{{1,20}} ){{0,3}}{_PEOPLE}|[- ]?(?:month|year)s?\b)"
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as printed: its exact value, its decimals, and where it stands in the pasted text."""

    index: int
    text: str
    value: Fraction
    decimals: int
    start: int
    end: int

    def __float__(self) -> float:
        return float(self.value)


@dataclass(frozen=True, slots=True)
class Text:
    """See the module. `sources` are the pasted spans of the masked signs, `at` the numerals among them."""

    raw: str
    masked: str
    sources: tuple[tuple[int, int], ...]
    at: dict[int, Numeral]
    names: tuple[tuple[int, int], ...]

    @property
    def numerals(self) -> tuple[Numeral, ...]:
        return tuple(self.at.values())

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The pasted span behind masked[start:end]."""
        return self.sources[start][0], self.sources[max(start, end - 1)][1]

    def numeral(self, match: re.Match, group: str) -> Numeral | None:
        """The numeral that a group of a match holds, if it took part."""
        start, end = match.span(group)
        place = self.masked.find(MASK, start, end) if start >= 0 else -1
        return self.at[place] if place >= 0 else None

    def numerals_in(self, start: int, end: int) -> list[Numeral]:
        """The numerals of masked[start:end] in order."""
        return [self.at[place] for place in range(start, end) if self.masked[place] == MASK]

    def without(self, spans: Iterable[tuple[int, int]]) -> Text:
        """The same text with spans of `masked` cut out, as if the brackets had not been written."""
        cut = bytearray(len(self.masked))
        for start, end in spans:
            cut[start:end] = b"\x01" * (end - start)
        kept = [place for place in range(len(self.masked)) if not cut[place]]
        return Text(
            self.raw,
            "".join(self.masked[place] for place in kept),
            tuple(self.sources[place] for place in kept),
            {new: self.at[old] for new, old in enumerate(kept) if old in self.at},
            self.names,
        )


def read(raw: str) -> Text:
    """The text made readable."""
    signs = list(_spaced(_unified(raw)))
    plain = "".join(sign for sign, _, _ in signs)
    masked: list[str] = []
    sources: list[tuple[int, int]] = []
    at: dict[int, Numeral] = {}
    names: list[tuple[int, int]] = []
    done = 0

    def keep(until: int) -> None:
        for sign, start, end in signs[done:until]:
            masked.append(sign)
            sources.append((start, end))

    for start, end, value, is_name in _numbers(plain):
        keep(start)
        source = (signs[start][1], signs[end - 1][2])
        done = start
        if is_name:
            keep(end)
            names.append(source)
        else:
            text = plain[start:end]
            decimals = len(text.partition(".")[2]) if value.denominator != 1 or "." in text else 0
            at[len(masked)] = Numeral(len(at), text, value, decimals, *source)
            masked.append(MASK)
            sources.append(source)
        done = end
    keep(len(signs))
    return Text(raw, "".join(masked), tuple(sources), at, tuple(names))


def _unified(raw: str) -> Iterator[tuple[str, int, int]]:
    """Signs in one width and lower case, with their place; entities resolved, tags as spaces."""
    place = 0
    for match in _ENTITY_OR_TAG.finditer(raw):
        for position in range(place, match.start()):
            yield _sign(raw, position), position, position + 1
        place = match.end()
        found = match.group()
        if found[0] == "&":
            for sign in unescape(found):
                yield _sign(sign, 0), match.start(), place
        else:
            yield ("±" if found[0] == "+" else " "), match.start(), place
    for position in range(place, len(raw)):
        yield _sign(raw, position), position, position + 1


def _sign(text: str, position: int) -> str:
    sign = text[position]
    if ord(sign) in _FULL_WIDTH:
        sign = chr(ord(sign) - 0xFEE0)
    sign = _SIGNS.get(sign, sign)
    if sign in _DECIMAL_DOTS:
        between = text[position - 1 : position].isdigit() and text[position + 1 : position + 2].isdigit()
        return "." if between else " "
    if sign.isspace():
        return " "
    if not sign.isascii():
        digit = unicodedata.decimal(sign, None)
        if digit is not None:
            return str(digit)
        if unicodedata.category(sign) in _HIDDEN:
            return " "
    elif ord(sign) < 32 or ord(sign) == 127:
        return " "
    lower = sign.lower()
    return lower if len(lower) == 1 else sign


def _spaced(signs: Iterable[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    """One space for any number of spaces."""
    before = ""
    for sign, start, end in signs:
        if sign == " " == before:
            continue
        before = sign
        yield sign, start, end


def _numbers(plain: str) -> Iterator[tuple[int, int, Fraction, bool]]:
    """Start, end, value of every numeral in order, and whether it is part of a name."""
    found = [(*match.span(), True) for match in _ADDRESS.finditer(plain)]
    covered = bytearray(len(plain))
    for start, end, _ in found:
        covered[start:end] = b"\x01" * (end - start)
    results: list[tuple[int, int, Fraction, bool]] = []
    for match in _NUMERAL.finditer(plain):
        pieces = _pieces(plain, match, results)
        for start, end in pieces:
            named = bool(covered[start]) or end - start > _MOST_DIGITS or _is_name(plain, start, end)
            value = Fraction(0) if named else Fraction("0" + re.sub(r"[ ,]", "", plain[start:end]))
            if not named and _SIGN_BEFORE.search(plain, max(0, start - 8), start):
                start, value = start - 1, -value
            results.append((start, end, value, named))
    for match in _WORD_NUMERAL.finditer(plain):
        words = re.split(r"[- ]", match.group())
        results.append((*match.span(), Fraction(sum(_WORDS[word] for word in words)), False))
    yield from sorted(results)


def _pieces(plain: str, match: re.Match, before: list) -> list[tuple[int, int]]:
    """ "(135,235)" is two numbers when a number just before lies between them, else one of thousands."""
    start, end = match.span()
    pair = _PAIR.fullmatch(match.group())
    if pair:
        low, high = int(pair.group(1)), int(pair.group(2))
        near = [value for _, stop, value, named in before[-3:] if not named and start - stop <= _LOOK_BACK]
        if any(low <= value <= high for value in near):
            return [(start, start + len(pair.group(1))), (end - 3, end)]
    return [(start, end)]


def _is_name(plain: str, start: int, end: int) -> bool:
    before = _NAME_BEFORE.search(plain, max(0, start - 13), start)
    if before is None:
        return bool(_NAME_AFTER.match(plain, end))
    after_digit = plain[before.start() - 1 : before.start()].isdigit()
    if before.group().endswith("-"):
        return not after_digit  # "10months-12" is a range, the letters are its unit; "ki-67" is a name
    return after_digit or before.group(1) not in _NOT_A_NAME
