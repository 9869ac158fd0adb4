"""Texts: cleaning them, and reading codes and study numbers out of them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from registry.labels import Label, joined
from registry.reading import sentences as say
from registry.reading.identifiers import scan_for_identifiers
from registry.reading.outcome import Reading, quoted, refusal

if TYPE_CHECKING:
    from registry.codes.base import CodeList

LONGEST_CODE_ENTRY = 200
LONGEST_STUDY_ID = 20
MOST_CHOICES = 12

# dictionary, section 8: words that stand for "no value", whatever the reason
MISSING_WORDS = frozenset(
    {"/", "-", "--", ".", "*", "?", "n/a", "na", "null", "#n/a", "none", "nil", "unknown", "missing"}
    | {"not done", "not known", "not recorded", "无", "无数据", "不详", "未知", "不明", "未查", "未做"}
    | {"未测", "未记载", "缺失", "不适用"}
)

KEPT_CONTROLS = ("\t", "\n", "\r")
LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
# decomposed, these would change the number: 10² would read 102 and ½ would read 1⁄2
RAISED_OR_SMALL = ("<super>", "<sub>", "<fraction>", "<circle>")
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
# Latin, Cyrillic and Greek letters, and the Chinese full stop, that are typed or scanned instead
LIKE_DIGITS = str.maketrans("OoОоΟοlI|ІіΙЗз。", "00000011111133.")
LIKE_LETTERS = str.maketrans(
    "АВСЕНІКМОРТХаеосрхуіΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABCEHIKMOPTXaeocpxyiABEZHIKMNOPTYXo",
)


def clean_text(text: str, field: Label = say.ANY_TEXT) -> str:
    """`text` as it is stored: NFC, without outer space and invisible format characters.

    Line breaks inside stay, as "\\n". Raises Unreadable for what a database, a web page or a
    Word document cannot hold (NUL and other control characters, lone surrogates,
    noncharacters) and for the replacement character, which stands for lost text.
    """
    for sign in text:
        if sign == "\ufffd":
            raise refusal(field, say.LOST_CHARACTER.fill(code="U+FFFD"))
        if _cannot_be_stored(sign):
            raise refusal(field, say.CONTROL_CHARACTER.fill(code=_code_point(sign)))
    visible = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFC", LINE_ENDS.sub("\n", visible)).strip()


def _cannot_be_stored(sign: str) -> bool:
    if unicodedata.category(sign) in ("Cc", "Cs"):
        return sign not in KEPT_CONTROLS
    return 0xFDD0 <= ord(sign) <= 0xFDEF or ord(sign) & 0xFFFE == 0xFFFE


def _code_point(sign: str) -> str:
    return f"U+{ord(sign):04X}"


def single_entry(text: str, field: Label, longest: int) -> str:
    """What was typed into a field that takes one short answer, cleaned.

    Raises Unreadable when it is empty, too long, several cells at once (a leading tab too:
    it is used to hide formulas), or identifies a person.
    """
    entry = clean_text(text, field)
    if not entry:
        raise refusal(field, say.EMPTY)
    if "\t" in text.rstrip() or "\n" in entry:
        raise refusal(field, say.SEVERAL_CELLS)
    if len(entry) > longest:
        raise refusal(field, say.TOO_LONG.fill(length=len(entry), longest=longest))
    scan_for_identifiers(entry, field)
    return entry


def plain(entry: str) -> str:
    """`entry` in half-width characters with one kind of dash, minus and space.

    Raised, lowered, circled and fractional digits are marked with "^" and never become part
    of a number.
    """
    marked = "".join(f"^{sign}" if _is_raised_or_small(sign) else sign for sign in entry)
    return " ".join(unicodedata.normalize("NFKC", marked).translate(DASHES).split())


def _is_raised_or_small(sign: str) -> bool:
    return unicodedata.decomposition(sign).startswith(RAISED_OR_SMALL)


def says_missing(entry: str) -> bool:
    """The entry stands for "no value" ("/", "不详", "NA"); a zero never does."""
    return plain(entry).casefold() in MISSING_WORDS


def with_real_digits(text: str) -> str:
    """`text` with what looks like a digit or a point replaced by it (O, l, Cyrillic, other scripts)."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text.translate(LIKE_DIGITS))


def impostor(text: str, meant: str, is_readable: Callable[[str], bool]) -> Label | None:
    """The first character of `text` that only looks right, named, or None.

    `meant` is the text of the same length that it looks like; it counts when `is_readable`
    accepts it.
    """
    if meant == text or not is_readable(meant):
        return None
    return named(next(sign for sign, right in zip(text, meant, strict=True) if sign != right))


def named(sign: str) -> Label:
    """A character as a message names it: “О” (Cyrillic letter, U+041E)."""
    script = say.SCRIPTS.get(unicodedata.name(sign, "").split(" ")[0], say.OTHER_SCRIPT)
    return say.NAMED_CHARACTER.fill(sign=sign, script=script, code=_code_point(sign))


def read_code(text: str, codelist: CodeList, field: Label) -> Reading:
    """The code that `text` means by code, label or listed alias, in either language.

    Anything else raises Unreadable with the permitted answers and, where one is close, a
    suggestion; a near miss is never accepted. Dictionary, section 11 rows 23, 24, 33 and 40.
    """
    entry = single_entry(text, field, LONGEST_CODE_ENTRY)
    code = codelist.understand(entry)
    if code is None:
        raise _not_listed(entry, codelist, field)
    label = next((one.label for one in codelist if one.code == code), Label(code, code))
    plain_spellings = {spelling.casefold() for spelling in (code, label.en, label.zh)}
    return Reading(code, as_typed=text, normalised=text.strip().casefold() not in plain_spellings)


def _not_listed(entry: str, codelist: CodeList, field: Label):
    letter = impostor(entry, entry.translate(LIKE_LETTERS), lambda meant: bool(codelist.understand(meant)))
    if letter is not None:
        return refusal(field, say.NOT_A_LATIN_LETTER.fill(text=quoted(entry), character=letter))
    labels = [one.label for one in codelist]
    choices = labels[:MOST_CHOICES] + ([Label("…", "…")] if len(labels) > MOST_CHOICES else [])
    sentences = [say.NOT_LISTED.fill(text=quoted(entry), choices=joined(choices, en="; ", zh="；"))]
    near = _near(entry, labels)
    if near:
        sentences.append(say.DID_YOU_MEAN.fill(suggestions=joined(near, en=" or ", zh="或")))
    return refusal(field, *sentences)


def _near(entry: str, labels: list[Label]) -> list[Label]:
    """At most three labels that hold the entry or are spelled nearly like it."""
    wanted = plain(entry).casefold()
    spellings = {spelling.casefold(): label for label in labels for spelling in (label.en, label.zh)}
    holding = [spelling for spelling in spellings if len(wanted) > 1 and wanted in spelling]
    alike = difflib.get_close_matches(wanted, spellings, n=3)
    return list(dict.fromkeys(spellings[spelling] for spelling in holding + alike))[:3]


def read_study_id(text: str, field: Label) -> Reading:
    """The number under which a centre knows its patient: kept as text, leading zeros too.

    Raises Unreadable for more than 20 characters, other characters than A to Z, digits and
    - _ . /, and for numbers shaped like an identity number (15 or 18 digits) or a mobile
    number (11 digits from 1). Dictionary, sections 4.2 (local_study_id) and 11 row 35.
    """
    entry = single_entry(text, field, LONGEST_STUDY_ID)
    value = plain(entry)
    if re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{2}", value) and ("." in value or "+" in value):
        raise refusal(field, say.SHORTENED_NUMBER.fill(text=value))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9\-_./]*", value):
        raise refusal(field, say.STUDY_ID_CHARACTER.fill(character=_unsuitable(value)))
    if re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9Xx]|1[0-9]{10}", value):
        raise refusal(field, say.STUDY_ID_SHAPE)
    return Reading(value, as_typed=text, normalised=text.strip() != value)


def _unsuitable(value: str) -> Label:
    """The first character that a study number may not have; a part of a name is not repeated."""
    sign = next((one for one in value if not re.match(r"[A-Za-z0-9\-_./]", one)), value[0])
    if sign == " ":
        return say.SPACE
    return named(sign) if sign.isascii() or ord(sign) in LIKE_LETTERS else say.ANOTHER_CHARACTER
