"""Finds what identifies a person in any text, before it is stored.

Names and hospital numbers have no form of their own and cannot be found here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from registry.labels import Label
from registry.reading import sentences as say
from registry.reading.outcome import refusal

# weights and check characters of GB 11643 (ISO 7064, MOD 11-2)
CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
# the first two digits: the provinces by region
PROVINCES = {
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    *(71, 81, 82),
}
LIKE_AN_X = str.maketrans("ХΧ×", "XXX")

IN_LINE = r"[ \t\-‐-―−_.·•/()]"
COUNTRY = rf"(?:(?:\+|00)?86{IN_LINE}{{0,3}}|0)?"
# How people group the digits when they write such a number. Other groupings are taken for other
# numbers: in rows of laboratory values and dates nearly every digit sequence occurs.
CITIZEN_ID_GROUPS = ((6, 8, 4), (6, 8, 3, 1), (6, 4, 4, 4), (6, 4, 2, 2, 4), (14, 4), (17, 1))
OLD_CITIZEN_ID_GROUPS = ((15,), (6, 6, 3), (6, 2, 2, 2, 3), (12, 3))
MOBILE_GROUPS = ((3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 3, 4), (5, 6), (1,) * 11)


def _grouped(digits: list[str], groupings: Iterable[tuple[int, ...]], before: str = "") -> str:
    """The pattern of a number, after what may stand `before` it, whose single `digits` are
    written in one of the groupings with the same separator throughout; not part of a date or
    a decimal."""
    spellings = []
    for n, groups in enumerate(groupings):
        unread = iter(digits)
        first, *others = ("".join(islice(unread, length)) for length in groups)
        separators = [f"(?P<between{n}>{IN_LINE})"] + [f"(?P=between{n})"] * len(others)
        spellings.append(first + "".join(a + b for a, b in zip(separators, others, strict=False)))
    return rf"(?<![0-9])(?<![0-9][-./]){before}(?:{'|'.join(spellings)})(?![-./]?[0-9])"


_EIGHTEEN = (
    # unseparated at every place, because it may begin inside a longer row of digits
    re.compile("(?=(?P<whole>[1-9][0-9]{16}[0-9X]))"),
    re.compile(_grouped(["[0-9]"] * 17 + ["[0-9X]"], CITIZEN_ID_GROUPS)),
    # in any groups, with nothing else in the row
    re.compile(rf"(?<![0-9])[0-9]+(?P<between>{IN_LINE})[0-9]+(?:(?P=between)[0-9]+)*(?:(?P=between)?X)?"),
)
_FIFTEEN = re.compile(_grouped(["[0-9]"] * 15, OLD_CITIZEN_ID_GROUPS))
_MOBILE = (
    re.compile(rf"(?<![0-9]){COUNTRY}1[3-9][0-9]{{9}}(?![0-9])"),
    re.compile(_grouped(["1", "[3-9]", *["[0-9]"] * 9], MOBILE_GROUPS, before=COUNTRY)),
)
_E_MAIL = re.compile(r"[^\s@]@(?:[A-Z0-9-]{1,63}\.)+[A-Z]{2}")


def scan_for_identifiers(text: str, field: Label) -> None:
    """Refuse a text that holds a citizen identity number, a mobile number or an e-mail address.

    18-character numbers count with a true birth date and check character, 15-digit ones with
    a true date; digits may be separated, full-width or of another script. The message says
    what kind was found and never repeats it. Raises Unreadable; dictionary, section 11 row 34.
    """
    kind = _identifier_in(_in_plain_characters(text))
    if kind is not None:
        raise refusal(field, say.IDENTIFIER.fill(kind=kind))


def _identifier_in(text: str) -> Label | None:
    if any(_is_citizen_id(number) for pattern in _EIGHTEEN for number in _numbers(pattern, text)):
        return say.CITIZEN_ID
    if any(_is_old_citizen_id(number) for number in _numbers(_FIFTEEN, text)):
        return say.OLD_CITIZEN_ID
    if any(pattern.search(text) for pattern in _MOBILE):
        return say.MOBILE_NUMBER
    if _E_MAIL.search(text):
        return say.E_MAIL_ADDRESS
    return None


def _in_plain_characters(text: str) -> str:
    """Upper case, half-width, with the digits of every script as 0 to 9."""
    visible = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    half_width = unicodedata.normalize("NFKC", visible).upper().translate(LIKE_AN_X)
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in half_width)


def _numbers(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """What `pattern` finds, without its separators."""
    for found in pattern.finditer(text):
        yield re.sub("[^0-9X]", "", found.groupdict().get("whole") or found[0])


def _is_citizen_id(number: str) -> bool:
    if len(number) != 18:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(CHECK_WEIGHTS, number[:17], strict=True))
    return CHECK_CHARACTERS[total % 11] == number[17] and _is_date(number[6:14])


def _is_old_citizen_id(number: str) -> bool:
    return int(number[:2]) in PROVINCES and _is_date("19" + number[6:12])


def _is_date(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year < 2100
    except ValueError:
        return False
